"""Needs and targets as a gap table reads them: the figure of an area, or the sum of its children."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cluster4w.gaps.tables_in_use import Use, pick
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.coverage import Unit
from cluster4w.record.queries.needs import Choice, NeedFigure

Measure = Literal["targeted", "in_need"]
#: People, and the share of a figure, by which it may differ from the sum of its parts.
_ROUNDED, _SHARE = 5.0, 0.0005


@dataclass(frozen=True, slots=True)
class Target:
    """A need or target of an area in the asked unit, and where it comes from.

    ``converted``: the source speaks in the other unit. ``undivided``: the source does not tell Shelter and
    NFI apart, so the same figure serves both. ``summed``: the source speaks of smaller areas. ``rest``: what
    the figure of an area holds beyond those of its parts.
    """

    value: float
    figures: tuple[NeedFigure, ...]
    converted: bool = False
    undivided: bool = False
    summed: bool = False
    rest: bool = False


class Targets:
    """The figures in use of one sub-sector and population group, in one unit.

    Of each measure one table is used (see :mod:`cluster4w.gaps.tables_in_use`). A figure for all groups
    together is used as it is; where the table has only the groups, their sum is.
    """

    def __init__(
        self,
        figures: Sequence[NeedFigure],
        gazetteer: Gazetteer,
        *,
        sub_sector: str,
        group: str | None,
        unit: Unit,
        household_size: float,
        month: str | None = None,
        choices: Sequence[Choice] = (),
    ) -> None:
        self._gazetteer = gazetteer
        self._sub_sector, self._group, self._unit = sub_sector, group, unit
        self._size = household_size
        #: The table that is used, by measure.
        self.used: dict[str, Use] = {}
        for measure in ("in_need", "targeted", "severity"):
            use = pick(figures, choices, measure=measure, sub_sector=sub_sector, group=group, month=month)
            if use is not None:
                self.used[measure] = use
        self._figures: dict[tuple[str, int, str], list[NeedFigure]] = defaultdict(list)
        for figure in figures:
            use = self.used.get(figure.measure)
            if (
                use is not None
                and figure.table_id == use.table_id
                and figure.sub_sector in (sub_sector, None)
            ):
                self._figures[figure.measure, figure.level, figure.pcode].append(figure)
        self._known: dict[tuple[str, int, str], Target | None] = {}

    def severity(self, level: int, pcode: str) -> NeedFigure | None:
        """Return the rank of an area's needs, 1 to 5, as its table says of this very area.

        A rank is neither added up nor handed down: what is said of a region is not said of its cercles.
        """
        here = self._figures.get(("severity", level, pcode), ())
        for sub_sector in (self._sub_sector, None):
            for figure in here:
                if figure.sub_sector == sub_sector and figure.population_group == self._group:
                    return figure
        return None

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
        found = self._of_group(divided)
        if found is None and (found := self._of_group(undivided)) is not None:
            found = replace(found, undivided=True)
        return found

    def rest(self, measure: Measure, level: int, pcode: str) -> Target | None:
        """Return what is known of an area only as a whole: its figure less those of its parts, or None.

        Sources round each figure by itself: what may come from that is no rest.
        """
        own = self.own(measure, level, pcode)
        parts = self._below(measure, level, pcode)
        if own is None or parts is None:
            return own
        left = own.value - parts.value
        return replace(own, value=left, rest=True) if left > max(_ROUNDED, _SHARE * own.value) else None

    def country(self, measure: Measure) -> Target | None:
        """Return the figure of the whole country, or None."""
        codes = {key[2] for key in self._figures if key[0] == measure and key[1] == 0}
        return next((t for code in sorted(codes) if (t := self.own(measure, 0, code))), None)

    def _below(self, measure: Measure, level: int, pcode: str) -> Target | None:
        children = self._gazetteer.children.get(pcode, ()) if level else ()
        found = [t for child in children if (t := self.figure(measure, child.level, child.pcode))]
        return _together(found) if found else None

    def _of_group(self, figures: Sequence[NeedFigure]) -> Target | None:
        """Return the figure of the asked group from those of one area; of two units the asked one speaks."""
        by_group: dict[str | None, NeedFigure] = {}
        for figure in figures:
            if figure.population_group not in by_group or figure.unit == self._unit:
                by_group[figure.population_group] = figure
        if self._group is not None:
            chosen = [by_group[self._group]] if self._group in by_group else []
        else:
            chosen = [by_group[None]] if None in by_group else list(by_group.values())
        if not chosen:
            return None
        return Target(
            sum(self._in_unit(f) for f in chosen),
            tuple(chosen),
            converted=any(f.unit != self._unit for f in chosen),
        )

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
