"""Needs and targets as a gap table reads them: the newest figure of an area, or the sum of its children."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.coverage import Unit
from cluster4w.record.queries.needs import NeedFigure

Measure = Literal["targeted", "in_need"]


@dataclass(frozen=True, slots=True)
class Target:
    """A need or target of an area in the asked unit, and where it comes from.

    ``converted``: the source speaks in the other unit. ``undivided``: the source does not tell Shelter and
    NFI apart, so the same figure serves both. ``summed``: the source speaks of smaller areas.
    """

    value: float
    figures: tuple[NeedFigure, ...]
    converted: bool = False
    undivided: bool = False
    summed: bool = False


class Targets:
    """The figures in force of one sub-sector and population group, in one unit.

    Two sources are never added: for each area and group the newest one speaks (of two with one date, the
    one that speaks in the asked unit). A figure for all groups together is used as it is, unless a newer
    source gives the groups; then their sum is.
    """

    def __init__(
        self,
        figures: Iterable[NeedFigure],
        gazetteer: Gazetteer,
        *,
        sub_sector: str,
        group: str | None,
        unit: Unit,
        household_size: float,
    ) -> None:
        self._gazetteer = gazetteer
        self._sub_sector, self._group, self._unit = sub_sector, group, unit
        self._size = household_size
        self._figures: dict[tuple[str, int, str], list[NeedFigure]] = defaultdict(list)
        for figure in figures:
            if figure.sub_sector in (sub_sector, None):
                self._figures[figure.measure, figure.level, figure.pcode].append(figure)
        self._known: dict[tuple[str, int, str], Target | None] = {}

    def has(self, measure: Measure) -> bool:
        """Tell whether there is any figure of this measure at all."""
        return any(key[0] == measure for key in self._figures)

    def figure(self, measure: Measure, level: int, pcode: str) -> Target | None:
        """Return the figure of an area, else the sum of its children's, else None (never zero)."""
        key = (measure, level, pcode)
        if key not in self._known:
            self._known[key] = self.own(measure, level, pcode) or self._below(measure, level, pcode)
        return self._known[key]

    def own(self, measure: Measure, level: int, pcode: str) -> Target | None:
        """Return the figure that a source gives for this very area, or None."""
        here = self._figures.get((measure, level, pcode), ())
        divided = [f for f in here if f.sub_sector == self._sub_sector]
        undivided = [f for f in here if f.sub_sector is None]
        found = self._newest(divided)
        if found is None and (found := self._newest(undivided)) is not None:
            found = replace(found, undivided=True)
        return found

    def country(self, measure: Measure) -> Target | None:
        """Return the figure of the whole country, or None."""
        codes = {key[2] for key in self._figures if key[0] == measure and key[1] == 0}
        return next((t for code in sorted(codes) if (t := self.own(measure, 0, code))), None)

    def _below(self, measure: Measure, level: int, pcode: str) -> Target | None:
        children = self._gazetteer.children.get(pcode, ()) if level else ()
        found = [t for child in children if (t := self.figure(measure, child.level, child.pcode))]
        return _together(found) if found else None

    def _newest(self, figures: Sequence[NeedFigure]) -> Target | None:
        newest: dict[str | None, NeedFigure] = {}
        for figure in figures:
            before = newest.get(figure.population_group)
            if before is None or self._rank(figure) > self._rank(before):
                newest[figure.population_group] = figure
        if self._group is not None:
            chosen = [newest[self._group]] if self._group in newest else []
        else:
            whole = newest.pop(None, None)
            parts = list(newest.values())
            older = whole is not None and bool(parts) and max(p.dated for p in parts) > whole.dated
            chosen = [whole] if whole is not None and not older else parts
        if not chosen:
            return None
        return Target(
            sum(self._in_unit(f) for f in chosen),
            tuple(chosen),
            converted=any(f.unit != self._unit for f in chosen),
        )

    def _rank(self, figure: NeedFigure) -> tuple[object, ...]:
        return figure.dated, figure.unit == self._unit, figure.source, figure.value

    def _in_unit(self, figure: NeedFigure) -> float:
        if figure.unit == self._unit:
            return figure.value
        return figure.value / self._size if self._unit == "household" else figure.value * self._size


def _together(found: Sequence[Target]) -> Target:
    return Target(
        sum(t.value for t in found),
        tuple(f for t in found for f in t.figures),
        converted=any(t.converted for t in found),
        undivided=any(t.undivided for t in found),
        summed=True,
    )
