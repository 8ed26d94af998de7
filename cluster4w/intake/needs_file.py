"""Loading needs and targets: HNO/HPC with an HXL row, plain long and wide tables, DTM."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.findings import Finding
from cluster4w.intake.needs_columns import (
    ALL,
    GROUP_CODES,
    IN_NEED,
    FigureColumn,
    NeedColumns,
    find_columns,
    measure_of,
    unit_of,
)
from cluster4w.intake.needs_places import Places
from cluster4w.intake.needs_report import LoadedNeeds
from cluster4w.intake.tables import Table, letter, number_of, read_tables, text_of
from cluster4w.models import Operation, Person
from cluster4w.record.operations.needs import Figure, save_needs
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import template_of
from cluster4w.template.completion import OUR_CLUSTER
from cluster4w.template.declaration import Template
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity
from cluster4w.template.text import fold


def load_needs(
    session: orm.Session,
    operation: Operation,
    data: bytes,
    name: str,
    *,
    source: str,
    dated: dt.date,
    sub_sector: str | None = None,
    edition: str | None = None,
    actor: Person | None = None,
) -> LoadedNeeds:
    """Load a table of needs and targets into an operation; commits nothing.

    Figures of the same ``source`` that were in force before are replaced, and kept as history. Nothing is
    added up: sexes and ages are set aside, the totals are taken. ``edition`` names the gazetteer edition
    of the file's codes where it is not the operation's.

    Raises:
        Refusal: the file cannot be read, its columns cannot be told, or no row holds a figure.
    """
    template = template_of(operation)
    gazetteer = load_gazetteer(session, operation.edition_id, with_others=True)
    if edition and edition not in {gazetteer.edition, *(g.edition for g in gazetteer.others)}:
        raise Refusal(
            "needs.edition",
            N_("The gazetteer edition %(edition)s of %(country)s is not loaded: see “cluster4w areas load”."),
            edition=edition,
            country=gazetteer.country,
        )
    loaded = LoadedNeeds(name, operation.slug, source.strip(), dated)
    usable = False
    for table in read_tables(data, name):
        columns = find_columns(table, template)
        if columns.usable:
            usable = True
            _Reader(table, columns, template, Places(gazetteer, edition), sub_sector, loaded).read()
    if not usable:
        raise Refusal(
            "needs.columns",
            N_("No columns with areas and figures in need or targeted were found in “%(name)s”."),
            name=name,
        )
    for counted in ("breakdowns", "other_sectors", "empty"):
        if count := loaded.rows[counted]:
            loaded.findings.append(Finding(Severity.INFO, f"needs.{counted}", params={"count": count}))
    if loaded.figures:
        loaded.saved = save_needs(
            session,
            operation,
            loaded.figures,
            source=loaded.source,
            dated=dated,
            file_name=name,
            actor=actor,
        )
    return loaded


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
class _Reader:
    """Reads one table's rows into figures and findings."""

    table: Table
    columns: NeedColumns
    template: Template
    places: Places
    sub_sector: str | None
    loaded: LoadedNeeds
    seen: dict[tuple[Any, ...], int] = field(default_factory=dict)
    assumed: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Read every row; each one is counted once."""
        counts = self.loaded.rows
        for number, cells in self.table.rows:
            counts["read"] += 1
            counts[self._row(number, cells)] += 1

    def _row(self, number: int, cells: Sequence[Any]) -> str:
        """Read one row; returns under which count it falls."""
        said = self._said(number, cells)
        if said.aside is not None:
            return said.aside
        if said.trouble is not None:
            self.loaded.findings.append(said.trouble)
            return "left_out"
        raw = [(c, cells[c.at]) for c in self._figure_columns() if text_of(cells[c.at])]
        if not raw:
            return "empty"
        located = self.places.locate(self.columns, cells)
        if located.code is not None:
            severity = Severity.INFO if located.level is not None else Severity.ERROR
            self.loaded.findings.append(
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
        used = [self._figure(number, c, cell, said, located.level, located.pcode) for c, cell in raw]
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
            sector_sub = self.template.lists["sub_sector"].by_spelling().get(fold(sector))
        if self._is_breakdown(cells):
            return _Said(aside="breakdowns")
        group, trouble = self._group(number, texts)
        if isinstance(trouble, Finding):
            return _Said(trouble=trouble)
        if trouble is not None:
            return _Said(aside=trouble)
        at, sub = texts.get("sub_sector", (0, ""))
        sub_key = self.template.lists["sub_sector"].by_spelling().get(fold(sub)) if sub else None
        if sub and sub_key is None and fold(sub) not in ALL:
            return _Said(trouble=self._finding(Severity.ERROR, "needs.unknown_word", number, at, sub))
        at, measure = texts.get("measure", (0, ""))
        measure_key = measure_of(measure) if measure else None
        if measure and measure_key is None:
            return _Said(trouble=self._finding(Severity.ERROR, "needs.unknown_word", number, at, measure))
        at, unit = texts.get("unit", (0, ""))
        unit_key = unit_of(unit) if unit else None
        if unit and unit_key is None:
            return _Said(trouble=self._finding(Severity.ERROR, "needs.unknown_word", number, at, unit))
        return _Said(measure_key, group, sub_key or sector_sub, unit_key)

    def _ours(self, sector: str) -> bool:
        return self.template.lists["cluster"].by_spelling().get(fold(sector)) == OUR_CLUSTER

    def _is_breakdown(self, cells: Sequence[Any]) -> bool:
        """Say whether the row is about one sex, one age or people with disabilities only."""
        return any(
            fold(text_of(cells[at])) not in ALL
            for meaning in ("gender", "age", "disabled")
            for at in self.columns.plain.get(meaning, ())
        )

    def _group(
        self, number: int, texts: dict[str, tuple[int, str]]
    ) -> tuple[str | None, Finding | str | None]:
        """Return the row's group, and what is wrong: a finding, or the count it falls under."""
        spellings = self.template.lists["population_group"].by_spelling()
        at, text = texts.get("group", (0, ""))
        if fold(text) not in ALL:
            group = GROUP_CODES.get(fold(text)) or spellings.get(fold(text))
            if group is None:
                return None, self._finding(Severity.ERROR, "needs.unknown_group", number, at, text)
            return group, None
        at, category = texts.get("category", (0, ""))
        if fold(category) in ALL:
            return None, None
        bare = re.sub(r"^population group\b|\btotal$", "", fold(category)).strip()
        group = GROUP_CODES.get(bare) or spellings.get(bare)
        return (group, None) if group else (None, "breakdowns")

    def _figure(
        self, number: int, column: FigureColumn, cell: Any, said: _Said, level: int, pcode: str
    ) -> bool:
        """Add one figure; returns False when it was left out."""
        value = number_of(cell)
        if value is None or value < 0:
            self.loaded.findings.append(
                self._finding(Severity.ERROR, "needs.not_a_number", number, column.at, text_of(cell))
            )
            return False
        measure = column.measure or said.measure
        if measure is None:
            measure = IN_NEED
            self._assume("needs.assumed_measure", column.at)
        unit = column.unit or said.unit
        if unit is None:
            unit = "individual"
            if not self.columns.is_hno:
                self._assume("needs.assumed_unit", None)
        figure = Figure(
            measure,
            level,
            pcode,
            column.sub_sector or said.sub_sector or self.sub_sector,
            column.group or said.group,
            unit,
            value,
        )
        key = (
            figure.measure,
            level,
            pcode,
            figure.sub_sector,
            figure.population_group,
            unit,
        )
        if key in self.seen:
            self.loaded.findings.append(
                self._finding(
                    Severity.ERROR,
                    "needs.repeated",
                    number,
                    column.at,
                    text_of(cell),
                    first=self.seen[key],
                )
            )
            return False
        self.seen[key] = number
        self.loaded.figures.append(figure)
        return True

    def _assume(self, code: str, at: int | None) -> None:
        if f"{code}{at}" not in self.assumed:
            self.assumed.add(f"{code}{at}")
            self.loaded.findings.append(self._finding(Severity.INFO, code, self.table.header_row, at, ""))

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
            column=letter(at) if at is not None else None,
            header=self.table.headers[at] if at is not None else None,
            value=value or None,
            params=params,
            suggestion=suggestion,
        )
