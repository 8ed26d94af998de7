"""The file that an organisation sent before for the same months, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.comparing.since import FileRow, as_report, compare_files
from cluster4w.models import Submission
from cluster4w.record.queries.submissions import error_pairs, last_sent, row_values
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import to_json
from cluster4w.template.rules import Severity

#: Rows of both files together above which they are not compared: the record still is.
MOST_ROWS = 80_000


def months_of(check: Check) -> list[str]:
    """Return the months that the rows of a file report, with the one that its sender named."""
    return sorted(
        {str(p) for row in check.rows if (p := row.values.get("period"))} | {check.month or ""} - {""}
    )


def since_last(
    session: orm.Session, submission: Submission, check: Check, template: Template
) -> dict[str, Any] | None:
    """Return what changed since the last file of the same organisation and months; None without one.

    A file that was refused or put away does not count, nor does one that was never checked to its end.
    """
    earlier = last_sent(session, submission, months_of(check))
    if earlier is None:
        return None
    if earlier.report["rows"]["read"] + len(check.rows) > MOST_ROWS:
        return None
    errors = error_pairs(session, earlier)
    before = (
        FileRow(r.sheet, r.number, r.organisation_id, r.said, tuple(errors.get((r.sheet, r.number), ())))
        for r in row_values(session, earlier)
    )
    keys = {name: seen.keys for name, seen in check.seen.items()}
    found = compare_files(list(before), list(_rows(check, template)), keys)
    named = {
        "submission": earlier.id,
        "file": earlier.file.name if earlier.file else "",
        "at": earlier.created_at.isoformat(),
    }
    return as_report(found, named)


def _rows(check: Check, template: Template) -> Iterable[FileRow]:
    kinds = {c.key: c.kind for c in template.columns}
    errors = _errors(check)
    for row in check.rows:
        yield FileRow(
            row.sheet[:64],
            row.number,
            row.organisation_id if (row.organisation_id or 0) > 0 else None,
            {k: to_json(kinds[k], v) for k, v in row.values.items() if v is not None},
            tuple(errors.get((row.sheet[:64], row.number), ())),
        )


def _errors(check: Check) -> Mapping[tuple[str, int], list[tuple[str, str]]]:
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for finding in check.findings:
        if finding.severity is Severity.ERROR and finding.row is not None:
            place = ((finding.sheet or "")[:64], finding.row)
            found.setdefault(place, []).append((finding.code, finding.key or ""))
    return found
