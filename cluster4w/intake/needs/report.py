"""What loading needs reports: the words of its findings, and the result as text and JSON."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.areas.report import finding_json, findings_text
from cluster4w.intake.findings import Finding, summary, words
from cluster4w.intake.needs.columns import SEVERITY
from cluster4w.models import NeedSource
from cluster4w.record.operations.needs import Figure
from cluster4w.template.language import N_, Translate
from cluster4w.template.rules import Severity

words(
    "needs.unknown_code",
    Severity.ERROR,
    N_("Unknown codes"),
    N_("No area of the edition %(own)s has the code %(value)s; the row was left out."),
)
words(
    "needs.unlinked_code",
    Severity.ERROR,
    N_("Codes of another edition"),
    N_(
        "The code %(value)s belongs to the edition %(edition)s and has no counterpart in %(own)s; "
        "the row was left out."
    ),
)
words(
    "needs.ambiguous_code",
    Severity.ERROR,
    N_("Codes with several meanings"),
    N_("The code %(value)s means different areas (%(codes)s): say which edition the file uses."),
)
words(
    "needs.code_name_disagree",
    Severity.ERROR,
    N_("Code and name disagree"),
    N_("The code %(value)s is %(place)s, but the row says “%(name)s”; the row was left out."),
)
words(
    "needs.other_edition",
    Severity.INFO,
    N_("Codes translated from another edition"),
    N_("%(value)s of the edition %(edition)s is %(ours)s here."),
)
words(
    "needs.unknown_name",
    Severity.ERROR,
    N_("Unknown area names"),
    N_("No area of the edition %(own)s is called “%(value)s”; the row was left out."),
)
words(
    "needs.ambiguous_name",
    Severity.ERROR,
    N_("Area names with several meanings"),
    N_("Several areas are called “%(value)s” (%(codes)s): give the code or the area above."),
)
words(
    "needs.no_area",
    Severity.ERROR,
    N_("Rows without an area"),
    N_("The row names no area; it was left out."),
)
words(
    "needs.unknown_group",
    Severity.ERROR,
    N_("Unknown population groups"),
    N_("“%(value)s” is no population group of the list; the row was left out."),
)
words(
    "needs.unknown_word",
    Severity.ERROR,
    N_("Words that are not understood"),
    N_("“%(value)s” is not understood under “%(header)s”; the row was left out."),
)
words(
    "needs.not_a_number",
    Severity.ERROR,
    N_("Figures that are no numbers"),
    N_("“%(value)s” is no number of people or households; the figure was left out."),
)
words(
    "needs.not_a_severity",
    Severity.ERROR,
    N_("Severities outside 1 to 5"),
    N_("“%(value)s” is no severity from 1 to 5; it was left out. Other scales are not translated."),
)
words(
    "needs.repeated",
    Severity.ERROR,
    N_("Figures that occur twice"),
    N_("The same figure stands already in row %(first)s; this one was left out, nothing was added up."),
)
words(
    "needs.breakdowns",
    Severity.INFO,
    N_("Breakdowns"),
    N_("%(count)s rows by sex, age or disability were set aside: the totals are in other rows."),
    N_("%(count)s row by sex, age or disability was set aside: the totals are in other rows."),
)
words(
    "needs.other_sectors",
    Severity.INFO,
    N_("Rows of other sectors"),
    N_("%(count)s rows of other sectors were set aside."),
    N_("%(count)s row of another sector was set aside."),
)
words(
    "needs.empty",
    Severity.INFO,
    N_("Rows without figures"),
    N_("%(count)s rows hold no figure; absent is not zero."),
    N_("%(count)s row holds no figure; absent is not zero."),
)
words(
    "needs.assumed_measure",
    Severity.INFO,
    N_("Measure assumed"),
    N_("The column “%(header)s” does not say people in need or targeted: taken as people in need."),
)
words(
    "needs.assumed_unit",
    Severity.INFO,
    N_("Unit assumed"),
    N_("The table does not say households or individuals: taken as individuals."),
)


words(
    "needs.negative",
    Severity.ERROR,
    N_("Figures below zero"),
    N_("%(value)s is below zero; the figure was left out. A correction belongs into the figure itself."),
)
words(
    "needs.totals",
    Severity.INFO,
    N_("Rows of totals"),
    N_("%(count)s rows of totals were set aside: the figures of areas are added up here, not read twice."),
    N_("%(count)s row of totals was set aside: the figures of areas are added up here, not read twice."),
)
words(
    "needs.totals_differ",
    Severity.WARNING,
    N_("Totals that are not the sum"),
    N_(
        "The row of totals says %(value)s, the areas read come to %(total)s (difference %(difference)s)."
        " Look for rows that were left out, or for a total that was not renewed."
    ),
)
words(
    "needs.parent_sum",
    Severity.WARNING,
    N_("Parts that are not the whole"),
    N_(
        "%(area)s: the figure is %(value)s, but its areas (%(parts)s of %(every)s) come to %(total)s"
        " (difference %(difference)s). Both stay as they are; the difference is known at this level only."
    ),
)
words(
    "needs.household_size",
    Severity.WARNING,
    N_("Unusual household sizes"),
    N_(
        "%(area)s: people %(people)s, households %(value)s, which makes a household size of %(size)s. Between"
        " 3 and 9 is usual: check both figures."
    ),
)
words(
    "needs.missing_areas",
    Severity.INFO,
    N_("Areas without a figure"),
    N_("%(level)s, areas with a figure: %(count)s of %(total)s; missing: %(names)s. Absent is not zero."),
)
words(
    "needs.looks_like_edition",
    Severity.WARNING,
    N_("A table of another edition"),
    N_(
        "Rows whose code and name agree with the edition %(edition)s: %(count)s of %(total)s; with %(own)s:"
        " %(own_count)s. Load the file with the edition %(edition)s: its codes are then translated."
    ),
)
words(
    "needs.split_area",
    Severity.ERROR,
    N_("Areas that were divided"),
    N_(
        "The area %(value)s of the edition %(edition)s is several areas here (%(codes)s). Its figure is not"
        " split; it was left out. Give the figures of the areas, or the figure of the area above them."
    ),
)
words(
    "needs.merged_areas",
    Severity.INFO,
    N_("Areas that were put together"),
    N_("%(area)s: the areas %(codes)s of the file’s edition are one area here; their figures were added."),
)
words(
    "needs.merged_in_part",
    Severity.WARNING,
    N_("Areas of which a part is missing"),
    N_(
        "%(area)s is several areas in the file’s edition, and only %(codes)s has a figure: this figure is"
        " of a part of the area."
    ),
)
words(
    "needs.more_areas_there",
    Severity.WARNING,
    N_("Areas that may have been divided"),
    N_(
        "%(level)s, number of areas: %(theirs)s in the edition %(edition)s, %(ours)s in this one. An area"
        " of the same name may be smaller there; its figure stands as the file gives it."
    ),
)
words(
    "needs.other_columns",
    Severity.INFO,
    N_("Columns of other clusters"),
    N_("Columns of other clusters were set aside: %(headers)s."),
)
words(
    "needs.earlier_rounds",
    Severity.INFO,
    N_("Earlier rounds"),
    N_(
        "Operation %(operation)s: the round %(round)s was read; %(count)s earlier rounds were set aside."
        " Rounds are never added."
    ),
    N_(
        "Operation %(operation)s: the round %(round)s was read; %(count)s earlier round was set aside."
        " Rounds are never added."
    ),
)
words(
    "needs.added_up",
    Severity.INFO,
    N_("Rows added up"),
    N_("%(rows)s rows of one round were added up to %(count)s figures: the table gives areas several rows."),
    N_("%(rows)s rows of one round were added up to %(count)s figure: the table gives an area several rows."),
)
words(
    "needs.date_differs",
    Severity.INFO,
    N_("Another date in the file"),
    N_("The file dates its figures %(date)s; they were loaded with the date %(dated)s."),
)

#: Under which count a row can fall, after the number read.
ROW_COUNTS = (
    "read",
    "used",
    "left_out",
    "other_sectors",
    "breakdowns",
    "empty",
    "totals",
    "older_rounds",
)


#: What figures are about: measure, sub-sector, population group, unit.
Kind = tuple[str, str | None, str | None, str]


@dataclass(frozen=True, slots=True)
class RegionTotal:
    """What a file says of a region: its own figure, the sum of its areas, and how many areas that are."""

    pcode: str
    name: str
    own: float | None
    total: float | None
    areas: int


@dataclass
class LoadedNeeds:
    """What a loader did with the rows of a file; the counts of rows add up to ``read``."""

    file: str
    operation: str
    source: str
    dated: dt.date
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROW_COUNTS, 0))
    figures: list[Figure] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    saved: NeedSource | None = None
    #: P-code to name, and to the p-code of the region.
    names: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)

    def kinds(self) -> list[Kind]:
        """Return what the figures are about: measure, sub-sector, group, unit, in the order of the file.

        Severities are left aside: regions and totals mean nothing to them.
        """
        people = [f for f in self.figures if f.measure != SEVERITY]
        return list(dict.fromkeys((f.measure, f.sub_sector, f.population_group, f.unit) for f in people))

    def by_region(self, kind: Kind) -> list[RegionTotal]:
        """Return the regions of one kind of figures, the whole country last where the file gives it."""
        mine = [f for f in self.figures if (f.measure, f.sub_sector, f.population_group, f.unit) == kind]
        deepest = max((f.level for f in mine), default=0)
        found = []
        for region in sorted({self.regions.get(f.pcode, "") for f in mine if f.level}):
            own = next((f.value for f in mine if f.level == 1 and f.pcode == region), None)
            parts = [f.value for f in mine if f.level == deepest > 1 and self.regions.get(f.pcode) == region]
            total = sum(parts) if parts else None
            found.append(RegionTotal(region, self.names.get(region, region), own, total, len(parts)))
        country = next((f for f in mine if f.level == 0), None)
        if country is not None:
            found.append(RegionTotal(country.pcode, "", country.value, None, 0))
        return found

    @property
    def has_errors(self) -> bool:
        """True when a row or a figure was left out for an error."""
        return any(f.severity is Severity.ERROR for f in self.findings)

    def by_level(self) -> dict[int, int]:
        """Return the number of figures per level; 0 is the whole country."""
        counts: dict[int, int] = {}
        for figure in self.figures:
            counts[figure.level] = counts.get(figure.level, 0) + 1
        return dict(sorted(counts.items()))

    def as_json(self, translate: Translate) -> dict[str, Any]:
        """Return everything as JSON, findings complete."""
        return {
            "file": self.file,
            "operation": self.operation,
            "source": self.source,
            "date": self.dated.isoformat(),
            "rows": self.rows,
            "figures": len(self.figures),
            "levels": {str(k): v for k, v in self.by_level().items()},
            "national": [
                {
                    "measure": f.measure,
                    "sub_sector": f.sub_sector,
                    "population_group": f.population_group,
                    "unit": f.unit,
                    "value": f.value,
                }
                for f in self.figures
                if f.level == 0
            ],
            "findings": [finding_json(f, translate) for f in self.findings],
            "summary": summary(self.findings),
        }

    def as_text(self, translate: Translate) -> str:
        """Return a short report for a terminal."""
        lines = [
            f"{self.file} → {self.operation} ({self.source}, {self.dated.isoformat()})",
            translate(N_("Rows: read %(read)s, used %(used)s, left out for an error %(left_out)s"))
            % self.rows,
            translate(
                N_(
                    "Set aside: of other sectors %(other_sectors)s, breakdowns %(breakdowns)s, "
                    "empty %(empty)s, of totals %(totals)s, of earlier rounds %(older_rounds)s"
                )
            )
            % self.rows,
        ]
        for level, count in self.by_level().items():
            line = (
                N_("Level %(level)s, figures: %(count)s")
                if level
                else N_("Whole country, figures: %(count)s")
            )
            lines.append(translate(line) % {"level": level, "count": count})
        return "\n".join([*lines, *findings_text(self.findings, translate)])
