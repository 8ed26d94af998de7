"""What loading a gazetteer reports: the words of its findings, and the result as text and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.findings import Finding, message, summary, words
from cluster4w.record.operations.areas import Saved
from cluster4w.template.language import N_, Translate
from cluster4w.template.rules import Severity

LEVELS = (1, 2, 3)
#: Findings that the text form shows before it says how many more there are.
SHOWN = 20

words(
    "areas.no_code",
    Severity.ERROR,
    N_("Areas without a code"),
    N_("The area “%(value)s” has no code; it was left out."),
)
words(
    "areas.no_name",
    Severity.ERROR,
    N_("Areas without a name"),
    N_("The area %(value)s has no name; it was left out."),
)
words(
    "areas.no_level",
    Severity.ERROR,
    N_("Areas without a level"),
    N_("The level of the area %(value)s is not 1, 2 or 3; it was left out."),
)
words(
    "areas.duplicate_code",
    Severity.ERROR,
    N_("Codes that occur twice"),
    N_("The code %(value)s stands already in row %(first)s; this row was left out."),
)
words(
    "areas.no_parent",
    Severity.ERROR,
    N_("Areas whose parent is missing"),
    N_(
        "The parent %(parent)s of the area %(value)s is neither in the file nor in the edition; "
        "it was left out."
    ),
)
words(
    "areas.prefix",
    Severity.WARNING,
    N_("Codes that do not begin like their parent’s"),
    N_("The code %(value)s does not begin with the code %(parent)s of its parent."),
)
words(
    "areas.point",
    Severity.WARNING,
    N_("Points outside the earth"),
    N_("The point of the area %(value)s is not in degrees; it was left out."),
)
words(
    "areas.fewer",
    Severity.WARNING,
    N_("Fewer areas than before"),
    N_("Level %(level)s: the file holds %(count)s areas, the edition %(before)s. Nothing was deleted."),
)
words(
    "areas.other_country",
    Severity.INFO,
    N_("Rows of other countries"),
    N_("%(count)s rows of other countries were set aside."),
)
words(
    "areas.no_outline",
    Severity.WARNING,
    N_("Areas without an outline"),
    N_("The area %(value)s has no outline in the file."),
)


@dataclass
class LoadedAreas:
    """What a loader did: counts per level, links, findings, and what can be done next."""

    file: str
    country: str
    edition: str
    read: dict[int, int] = field(default_factory=dict)
    saved: Saved = field(default_factory=lambda: Saved(0, 0, 0))
    outlines: dict[int, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    #: The edition after loading: a row of :func:`list_editions`.
    now: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """True when rows were left out for an error."""
        return any(f.severity is Severity.ERROR for f in self.findings)

    def next_steps(self, translate: Translate) -> list[str]:
        """Return what can be loaded next, in words."""
        if not self.now:
            return []
        place = {"country": self.country, "edition": self.edition}
        steps = []
        if not self.now.get("level_3"):
            steps.append(
                translate(
                    N_(
                        "Communes (level 3) are not loaded: the tracker works at level 2. "
                        "Load them: cluster4w areas load FILE --country %(country)s --edition %(edition)s"
                    )
                )
                % place
            )
        missing = [
            str(n) for n in LEVELS if self.now.get(f"level_{n}") and not self.now.get(f"boundaries_{n}")
        ]
        if missing:
            steps.append(
                translate(
                    N_(
                        "No outlines at level %(levels)s: maps draw tiles or symbols. "
                        "Load a GeoJSON file or a zipped shapefile: "
                        "cluster4w areas load FILE --country %(country)s --edition %(edition)s"
                    )
                )
                % {**place, "levels": ", ".join(missing)}
            )
        return steps

    def as_json(self, translate: Translate) -> dict[str, Any]:
        """Return everything as JSON, findings complete."""
        return {
            "file": self.file,
            "country": self.country,
            "edition": self.edition,
            "valid_from": self.now.get("valid_from"),
            "valid_to": self.now.get("valid_to"),
            "read": {str(k): v for k, v in sorted(self.read.items())},
            "added": self.saved.added,
            "changed": self.saved.changed,
            "unchanged": self.saved.unchanged,
            "outlines": {str(k): v for k, v in sorted(self.outlines.items())},
            "links": self.links,
            "in_edition": {str(n): self.now.get(f"level_{n}", 0) for n in LEVELS},
            "outlines_in_edition": {str(n): self.now.get(f"boundaries_{n}", 0) for n in LEVELS},
            "findings": [finding_json(f, translate) for f in self.findings],
            "summary": summary(self.findings),
            "next": self.next_steps(translate),
        }

    def as_text(self, translate: Translate) -> str:
        """Return a short report for a terminal."""
        lines = [f"{self.file} → {self.country} {self.edition}"]
        for level, count in sorted(self.read.items()):
            lines.append(
                translate(N_("Level %(level)s: %(count)s areas read")) % {"level": level, "count": count}
            )
        lines.append(
            translate(N_("Areas: %(added)s new, %(changed)s changed, %(unchanged)s unchanged"))
            % {"added": self.saved.added, "changed": self.saved.changed, "unchanged": self.saved.unchanged}
        )
        for level, count in sorted(self.outlines.items()):
            lines.append(
                translate(N_("Level %(level)s: %(count)s outlines written"))
                % {"level": level, "count": count}
            )
        if any(self.links.values()):
            lines.append(
                translate(N_("Links between editions: %(file)s from files, %(name)s by name")) % self.links
            )
        lines += findings_text(self.findings, translate)
        lines += self.next_steps(translate)
        return "\n".join(lines)


def finding_json(finding: Finding, translate: Translate) -> dict[str, Any]:
    """Return a finding of a reference file as JSON, with its words."""
    return {
        "severity": str(finding.severity),
        "code": finding.code,
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.column,
        "header": finding.header,
        "value": finding.value,
        "message": message(finding, translate),
        "suggestion": finding.suggestion,
    }


def findings_text(findings: Iterable[Finding], translate: Translate) -> list[str]:
    """Return the first findings, worst first, one line each, and how many more there are."""
    order = list(Severity)
    ranked = sorted(findings, key=lambda f: order.index(f.severity))
    lines = []
    for finding in ranked[:SHOWN]:
        place = f"{finding.column or ''}{finding.row}" if finding.row else "-"
        sentence = message(finding, translate)
        hint = f" → {finding.suggestion}" if finding.suggestion and finding.suggestion not in sentence else ""
        lines.append(f"{finding.severity}  {place}  {sentence}{hint}")
    if len(ranked) > SHOWN:
        lines.append(translate(N_("… and %(count)s more findings")) % {"count": len(ranked) - SHOWN})
    return lines
