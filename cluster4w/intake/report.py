"""The report of a check: JSON for machines (design section 8), text for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cluster4w.intake.check import Check
from cluster4w.intake.findings import Finding, message, more_findings, suggestion_of, summary, title
from cluster4w.template.language import N_, Translate


def finding_json(finding: Finding, translate: Translate) -> dict[str, Any]:
    """Return a finding with its words in the user's language."""
    return {
        "severity": str(finding.severity),
        "code": finding.code,
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.column,
        "header": finding.header,
        "key": finding.key,
        "value": finding.value,
        "message": message(finding, translate),
        "suggestion": suggestion_of(finding, translate),
    }


def sheets_json(check: Check) -> list[dict[str, Any]]:
    """Return the sheets that were read, with their columns."""
    return [
        {
            "name": s.name,
            "header_row": s.header_row,
            "hxl_row": s.hxl_row,
            "first_data_row": s.first_data_row,
            "columns": [
                {
                    "letter": c.letter,
                    "header": c.header,
                    "key": c.target,
                    "how": c.how,
                    "score": c.score,
                    **({"month": c.month} if c.month else {}),
                }
                for c in s.columns
            ],
        }
        for s in check.sheets
    ]


def sheets_stored(check: Check) -> list[dict[str, Any]]:
    """Return the sheets with all that the page of the columns shows, some values of each included."""
    return [
        {
            **shown,
            "status_column": s.status_column,
            "added_up": s.added_up,
            "columns": [{**asdict(c), "samples": list(c.samples)} for c in s.columns],
        }
        for shown, s in zip(sheets_json(check), check.sheets, strict=True)
    ]


def report(check: Check, translate: Translate, limit: int | None = None) -> dict[str, Any]:
    """Return the report as one JSON object; ``limit`` cuts the list of findings, not the summary."""
    findings = check.findings if limit is None else check.findings[:limit]
    return {
        "file": check.file_name,
        "layout": check.layout,
        "sheets": sheets_json(check),
        "rows": asdict(check.counts),
        "findings": [finding_json(f, translate) for f in findings],
        "summary": summary(check.findings),
        "seconds": round(check.seconds, 2),
    }


def as_text(check: Check, translate: Translate, limit: int = 20) -> str:
    """Return the report as text: counts, what there is by kind, then the first findings, errors first."""
    counts = check.counts
    lines = [
        check.file_name,
        translate(
            N_(
                "Rows read: %(read)s, skipped: %(skipped)s; clean: %(clean)s, with warnings:"
                " %(with_warnings)s, with errors: %(with_errors)s"
            )
        )
        % asdict(counts),
        translate(
            N_(
                "New: %(new)s, changed: %(changed)s, unchanged: %(unchanged)s, repeated: %(repeated)s;"
                " no longer in the file: %(vanished)s"
            )
        )
        % asdict(counts),
        "",
    ]
    for entry in summary(check.findings):
        mark = {"error": "E", "warning": "!", "info": "i"}[entry["severity"]]
        lines.append(f"  {mark} {entry['count']:>6}  {title(entry['code'], translate)}  [{entry['code']}]")
    order = ("error", "warning", "info")
    first = sorted(check.findings, key=lambda f: order.index(f.severity))[:limit]
    if first:
        lines.append("")
    for finding in first:
        where = " ".join(
            part
            for part in (
                finding.sheet or "",
                f"{finding.column or ''}{finding.row or ''}",
            )
            if part
        )
        lines.append(f"{where}: {message(finding, translate)}" if where else message(finding, translate))
        if suggestion := suggestion_of(finding, translate):
            lines.append("    " + translate(N_("Suggestion: %(value)s")) % {"value": suggestion})
    if len(check.findings) > limit:
        lines.append(more_findings(len(check.findings) - limit, translate))
    return "\n".join(lines)
