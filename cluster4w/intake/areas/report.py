"""What loading a gazetteer reports: the words of its findings, and the result as text and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.areas.mending import Problem
from cluster4w.intake.findings import Finding, message, more_findings, summary, words
from cluster4w.record.operations.areas import Saved
from cluster4w.template.language import N_, Labels, Translate, label_in
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
    N_("Level %(level)s: the file holds %(count)s area, the edition %(before)s. Nothing was deleted."),
)
words(
    "areas.other_country",
    Severity.INFO,
    N_("Rows of other countries"),
    N_("%(count)s rows of other countries were set aside."),
    N_("%(count)s row of another country was set aside."),
)
words(
    "areas.no_outline",
    Severity.WARNING,
    N_("Areas without an outline"),
    N_("The area %(value)s has no outline in the file."),
)


words(
    "areas.code_name_disagree",
    Severity.ERROR,
    N_("Outlines whose code and name disagree"),
    N_(
        "The code %(value)s is %(place)s in the edition, but the file calls it “%(name)s”, which is"
        " %(other)s; its outline was left out."
    ),
)
words(
    "areas.looks_like_other_edition",
    Severity.WARNING,
    N_("The file of another edition"),
    N_(
        "Codes that name other areas here: %(count)s of %(total)s. The file belongs to another edition of the"
        " country’s areas. Load it into that edition."
    ),
)
words(
    "areas.unknown_name",
    Severity.ERROR,
    N_("Outlines of unknown areas"),
    N_("No area of the edition is called “%(value)s”, and the file gives no code; the outline was left out."),
)
words(
    "areas.ambiguous_name",
    Severity.ERROR,
    N_("Outlines of several areas"),
    N_("Several areas are called “%(value)s” (%(codes)s), and the file gives no code; it was left out."),
)
words(
    "areas.by_name",
    Severity.INFO,
    N_("Areas found by name"),
    N_("%(count)s areas were found by their name: the file has no codes, or others than the edition."),
    N_("%(count)s area was found by its name: the file has no code for it, or another than the edition."),
)
words(
    "areas.new_in_edition",
    Severity.WARNING,
    N_("Areas that the edition did not have"),
    N_("Level %(level)s: %(count)s areas of the file were not in the edition and were added: %(codes)s."),
    N_("Level %(level)s: %(count)s area of the file was not in the edition and was added: %(codes)s."),
)
words(
    "areas.parent_differs",
    Severity.WARNING,
    N_("Other parents than in the edition"),
    N_("The file puts %(value)s into %(parent)s, the edition into %(kept)s; the edition’s was kept."),
)
words(
    "areas.parts_joined",
    Severity.INFO,
    N_("Areas in several parts"),
    N_("%(count)s areas stand in the file in several parts, which were put together: %(codes)s."),
    N_("%(count)s area stands in the file in several parts, which were put together: %(codes)s."),
)
words(
    "areas.swapped_axes",
    Severity.WARNING,
    N_("Latitude before longitude"),
    N_("The file writes latitude before longitude; the axes of %(count)s outlines were turned."),
    N_("The file writes latitude before longitude; the axes of one outline were turned."),
)
words(
    "areas.outside_world",
    Severity.WARNING,
    N_("Outlines outside the earth"),
    N_("A part of the outline of %(value)s is not in degrees; that part was left out."),
)
words(
    "areas.far_outline",
    Severity.WARNING,
    N_("Outlines away from their areas"),
    N_(
        "The outline of %(value)s lies away from the point that the gazetteer gives this area. Check that the"
        " file gives each code the right outline."
    ),
)
words(
    "areas.outlines_missing",
    Severity.WARNING,
    N_("Areas without an outline"),
    N_("%(label)s, areas with an outline: %(count)s of %(total)s; missing: %(names)s."),
)
words(
    "areas.coarser",
    Severity.WARNING,
    N_("Coarser outlines than before"),
    N_(
        "Level %(level)s: outlines (%(count)s) were replaced by coarser ones, of %(points)s points in place"
        " of %(before)s. Load the finer file again if that was not meant."
    ),
)
words(
    "areas.unclosed",
    Severity.INFO,
    N_("Open rings"),
    N_("%(count)s outlines were not closed and were closed: %(codes)s."),
    N_("%(count)s outline was not closed and was closed: %(codes)s."),
)
words(
    "areas.repeated_points",
    Severity.INFO,
    N_("Repeated points"),
    N_("%(count)s outlines held points or rings twice; one of each was kept: %(codes)s."),
    N_("%(count)s outline held points or rings twice; one of each was kept: %(codes)s."),
)
words(
    "areas.touching",
    Severity.INFO,
    N_("Outlines that touch themselves"),
    N_("%(count)s outlines touched themselves and were cut into simple rings: %(codes)s."),
    N_("%(count)s outline touched itself and was cut into simple rings: %(codes)s."),
)
words(
    "areas.crossing",
    Severity.WARNING,
    N_("Outlines that cross themselves"),
    N_("%(count)s outlines crossed themselves and were cut there; look at them on the map: %(codes)s."),
    N_("%(count)s outline crossed itself and was cut there; look at it on the map: %(codes)s."),
)
words(
    "areas.empty_ring",
    Severity.INFO,
    N_("Rings around nothing"),
    N_("%(count)s outlines held rings that surround nothing; these were left out: %(codes)s."),
    N_("%(count)s outline held rings that surround nothing; these were left out: %(codes)s."),
)
words(
    "areas.hole_outside",
    Severity.WARNING,
    N_("Holes outside their area"),
    N_("%(count)s outlines had a hole that lies outside; it was taken as a part of the area: %(codes)s."),
    N_("%(count)s outline had a hole that lies outside; it was taken as a part of the area: %(codes)s."),
)
words(
    "areas.winding",
    Severity.INFO,
    N_("Rings that run the wrong way"),
    N_("%(count)s outlines had rings that ran the wrong way and were turned: %(codes)s."),
    N_("%(count)s outline had rings that ran the wrong way and were turned: %(codes)s."),
)

#: What was mended in an outline to the code and severity that say it.
MENDS: dict[Problem, tuple[str, Severity]] = {
    "unclosed": ("areas.unclosed", Severity.INFO),
    "repeated": ("areas.repeated_points", Severity.INFO),
    "touching": ("areas.touching", Severity.INFO),
    "crossing": ("areas.crossing", Severity.WARNING),
    "empty": ("areas.empty_ring", Severity.INFO),
    "hole_outside": ("areas.hole_outside", Severity.WARNING),
    "winding": ("areas.winding", Severity.INFO),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many areas of a level have an outline; ``labels`` is the name of the level by language."""

    level: int
    labels: Labels
    count: int
    total: int


@dataclass
class LoadedAreas:
    """What a loader did: counts per level, links, findings, and what can be done next."""

    file: str
    country: str
    edition: str
    read: dict[int, int] = field(default_factory=dict)
    saved: Saved = field(default_factory=lambda: Saved(0, 0, 0))
    outlines: dict[int, int] = field(default_factory=dict)
    #: Per level of the file: how many of the edition's areas have an outline now.
    coverage: list[Coverage] = field(default_factory=list)
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
                        "Load a GeoJSON or TopoJSON file or a zipped shapefile: "
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
            "outlines_complete": {str(c.level): c.count == c.total for c in self.coverage},
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
                translate(N_("Level %(level)s, areas read: %(count)s")) % {"level": level, "count": count}
            )
        lines.append(
            translate(N_("Areas: new %(added)s, changed %(changed)s, unchanged %(unchanged)s"))
            % {"added": self.saved.added, "changed": self.saved.changed, "unchanged": self.saved.unchanged}
        )
        for level, count in sorted(self.outlines.items()):
            lines.append(
                translate(N_("Level %(level)s, outlines written: %(count)s"))
                % {"level": level, "count": count}
            )
        for found in self.coverage:
            if found.count == found.total:
                said = {"label": label_in(found.labels, translate), "total": found.total}
                lines.append(translate(N_("%(label)s: every area has an outline (%(total)s)")) % said)
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
        lines.append(more_findings(len(ranked) - SHOWN, translate))
    return lines
