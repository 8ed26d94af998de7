"""Reading the rows of a table of needs into figures, each row counted once and every doubt said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.findings import Finding
from cluster4w.intake.needs.columns import (
    ALL,
    CLASS,
    GROUP_CODES,
    IN_NEED,
    SEVERITY,
    FigureColumn,
    NeedColumns,
    measure_of,
    unit_of,
)
from cluster4w.intake.needs.places import UNKNOWN, Located, Places
from cluster4w.intake.needs.report import Kind
from cluster4w.intake.needs.rounds import Rounds, rounds_of
from cluster4w.intake.opening.scan import column_letter
from cluster4w.intake.opening.tables import Table, number_of, text_of
from cluster4w.record.operations.needs import Figure
from cluster4w.template.completion import OUR_CLUSTER
from cluster4w.template.declaration import Template
from cluster4w.template.rules import Severity
from cluster4w.template.text import fold

#: Measure, level, p-code, sub-sector, population group, unit: what a figure is about.
About = tuple[str, int, str, str | None, str | None, str]


@dataclass(slots=True)
class Read:
    """A figure on its way: its value, and the cell that gave it first."""

    value: float
    sheet: str
    row: int
    column: int
    header: str
    #: Areas of another edition that were added up into it.
    parts: set[str] = field(default_factory=set)
    #: Rows that were added up into it.
    rows: int = 1


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """A figure of a row of totals: what it adds up, in which area ("" for all), and where it stands."""

    about: Kind
    scope: str
    read: Read


@dataclass
class Collected:
    """What the tables of a file come to."""

    counts: Counter[str] = field(default_factory=Counter)
    figures: dict[About, Read] = field(default_factory=dict)
    totals: list[TotalsRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rounds: list[Rounds] = field(default_factory=list)
    other_clusters: list[str] = field(default_factory=list)

    def as_figures(self) -> list[Figure]:
        """Return the figures, in the order of the file."""
        return [Figure(*about, read.value) for about, read in self.figures.items()]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row says beside its figures. ``trouble`` is the finding that leaves the row out."""

    measure: str | None = None
    group: str | None = None
    sub_sector: str | None = None
    unit: str | None = None
    aside: str | None = None
    trouble: Finding | None = None


@dataclass
class Reader:
    """Reads one table's rows into figures and findings."""

    table: Table
    columns: NeedColumns
    template: Template
    places: Places
    sub_sector: str | None
    collected: Collected
    assumed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._spelt = {
            name: self.template.lists[name].by_spelling
            for name in ("cluster", "sub_sector", "population_group")
        }

    def read(self) -> None:
        """Read every row; each one is counted once."""
        rounds = rounds_of(self.table, self.columns)
        self.collected.rounds.append(rounds)
        self.collected.other_clusters += self.columns.other_clusters
        for number, cells in self.table.rows:
            earlier = rounds.is_earlier(self.columns, cells)
            self.collected.counts["read"] += 1
            self.collected.counts["older_rounds" if earlier else self._row(number, cells)] += 1

    def _row(self, number: int, cells: Sequence[Any]) -> str:
        """Read one row; returns under which count it falls."""
        said = self._said(number, cells)
        if said.aside is not None:
            return said.aside
        if said.trouble is not None:
            self.collected.findings.append(said.trouble)
            return "left_out"
        raw = [(c, cells[c.at]) for c in self._figure_columns() if text_of(cells[c.at])]
        if not raw:
            return "empty"
        located = self.places.locate(self.columns, cells)
        if located.totals:
            self._totals_row(number, raw, said, located.pcode)
            return "totals"
        if located.code is not None:
            severity = Severity.INFO if located.level is not None else Severity.ERROR
            self.collected.findings.append(
                self._finding(
                    severity,
                    located.code,
                    number,
                    located.at,
                    located.value,
                    located.suggestion,
                    **located.params,
                )
            )
        if located.level is None:
            return "left_out"
        used = [self._figure(number, c, cell, said, located) for c, cell in raw]
        return "used" if any(used) else "left_out"

    def _figure_columns(self) -> Iterator[FigureColumn]:
        yield from self.columns.figures
        for at in self.columns.plain.get("value", ()):
            yield FigureColumn(at, None)

    def _said(self, number: int, cells: Sequence[Any]) -> _Said:
        texts = {
            meaning: (positions[0], text_of(cells[positions[0]]))
            for meaning, positions in self.columns.plain.items()
        }
        at, sector = texts.get("sector", (0, ""))
        sector_sub: str | None = None
        if "sector" in texts and (not sector or not self._ours(sector)):
            return _Said(aside="other_sectors" if sector else "empty")
        if sector:
            sector_sub = self._spelt["sub_sector"].get(fold(sector))
        if self._is_breakdown(cells):
            return _Said(aside="breakdowns")
        group, trouble = self._group(number, texts)
        if isinstance(trouble, Finding):
            return _Said(trouble=trouble)
        if trouble is not None:
            return _Said(aside=trouble)
        at, sub = texts.get("sub_sector", (0, ""))
        sub_key = self._spelt["sub_sector"].get(fold(sub)) if sub else None
        if sub and sub_key is None and fold(sub) not in ALL:
            return _Said(trouble=self._finding(Severity.ERROR, "needs.unknown_word", number, at, sub))
        at, measure = texts.get("measure", (0, ""))
        measure_key = measure_of(measure) if measure else None
        if measure and measure_key is None and (named := self._group_named(measure)) is not None:
            # A column of indicators may name the displaced themselves.
            group = group or named
            measure_key = IN_NEED
        if measure and measure_key is None:
            return _Said(trouble=self._finding(Severity.ERROR, "needs.unknown_word", number, at, measure))
        at, unit = texts.get("unit", (0, ""))
        unit_key = unit_of(unit) if unit else None
        if unit and unit_key is None:
            return _Said(trouble=self._finding(Severity.ERROR, "needs.unknown_word", number, at, unit))
        return _Said(measure_key, group, sub_key or sector_sub, unit_key)

    def _ours(self, sector: str) -> bool:
        return self._spelt["cluster"].get(fold(sector)) == OUR_CLUSTER

    def _is_breakdown(self, cells: Sequence[Any]) -> bool:
        """Say whether the row is about one sex, one age or people with disabilities only."""
        return any(
            fold(text_of(cells[at])) not in ALL
            for meaning in ("gender", "age", "disabled")
            for at in self.columns.plain.get(meaning, ())
        )

    def _group_named(self, text: str) -> str | None:
        return GROUP_CODES.get(fold(text)) or self._spelt["population_group"].get(fold(text))

    def _group(
        self, number: int, texts: dict[str, tuple[int, str]]
    ) -> tuple[str | None, Finding | str | None]:
        """Return the row's group, and what is wrong: a finding, or the count it falls under."""
        at, text = texts.get("group", (0, ""))
        if fold(text) not in ALL:
            group = self._group_named(text)
            if group is None:
                return None, self._finding(Severity.ERROR, "needs.unknown_group", number, at, text)
            return group, None
        at, category = texts.get("category", (0, ""))
        if fold(category) in ALL:
            return None, None
        group = self._group_named(re.sub(r"^population group\b|\btotal$", "", fold(category)))
        return (group, None) if group else (None, "breakdowns")

    def _figure(self, number: int, column: FigureColumn, cell: Any, said: _Said, located: Located) -> bool:
        """Add one figure; returns False when it was left out."""
        measure, sub_sector, group, unit = self._about(column, said)
        value = _class_of(cell) if measure == SEVERITY else number_of(cell)
        if value is None or value < 0:
            code = "needs.not_a_number" if value is None else "needs.negative"
            code = "needs.not_a_severity" if measure == SEVERITY else code
            self.collected.findings.append(
                self._finding(Severity.ERROR, code, number, column.at, text_of(cell))
            )
            return False
        about = (measure, located.level or 0, located.pcode, sub_sector, group, unit)
        before = self.collected.figures.get(about)
        if before is None:
            read = self.collected.figures[about] = self._read(value, number, column.at)
            read.parts.update({located.part_of} - {""})
            return True
        if self.columns.adds_up or (located.part_of and located.part_of not in before.parts):
            if measure == SEVERITY:
                # Of several areas or rows that are one here, the gravest speaks: ranks are not added.
                before.value = max(before.value, value)
            else:
                before.value += value
                before.rows += 1
            before.parts.update({located.part_of} - {""})
            return True
        self.collected.findings.append(
            self._finding(
                Severity.ERROR, "needs.repeated", number, column.at, text_of(cell), first=before.row
            )
        )
        return False

    def _read(self, value: float, number: int, at: int) -> Read:
        return Read(value, self.table.sheet, number, at, self.table.headers[at])

    def _about(self, column: FigureColumn, said: _Said) -> Kind:
        """Return what a figure is about: measure, sub-sector, group, unit; says what is assumed."""
        measure = column.measure or said.measure
        if measure is None:
            measure = IN_NEED
            self._assume("needs.assumed_measure", column.at)
        unit = CLASS if measure == SEVERITY else column.unit or said.unit
        if unit is None:
            unit = "individual"
            if not self.columns.is_hno:
                self._assume("needs.assumed_unit", None)
        sub_sector = column.sub_sector or said.sub_sector or self.sub_sector
        return measure, sub_sector, column.group or said.group, unit

    def _totals_row(
        self, number: int, raw: Sequence[tuple[FigureColumn, Any]], said: _Said, scope: str
    ) -> None:
        """Keep what a row of totals says, to be compared with the sum of the others."""
        for column, cell in raw:
            value = number_of(cell)
            about = self._about(column, said)
            if value is not None and scope != UNKNOWN and about[0] != SEVERITY:
                read = self._read(value, number, column.at)
                self.collected.totals.append(TotalsRow(about, scope, read))

    def _assume(self, code: str, at: int | None) -> None:
        if f"{code}{at}" not in self.assumed:
            self.assumed.add(f"{code}{at}")
            self.collected.findings.append(self._finding(Severity.INFO, code, self.table.header_row, at, ""))

    def _finding(
        self,
        severity: Severity,
        code: str,
        number: int,
        at: int | None,
        value: str,
        suggestion: str | None = None,
        **params: Any,
    ) -> Finding:
        return Finding(
            severity,
            code,
            sheet=self.table.sheet or None,
            row=number,
            column=column_letter(at + 1) if at is not None else None,
            header=self.table.headers[at] if at is not None else None,
            value=value or None,
            params=params,
            suggestion=suggestion,
        )


def _class_of(cell: Any) -> float | None:
    """Return a severity, 1 to 5: "4", "3.2", "4 - Extreme"; None for anything else."""
    value = number_of(cell)
    if value is None and (found := re.match(r"\s*([1-5])(?![\d.,])", text_of(cell))):
        value = float(found[1])
    return value if value is not None and 1 <= value <= 5 else None
