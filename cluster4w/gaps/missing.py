"""What is missing in all: the gaps of the areas, of which a surplus elsewhere fills none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cluster4w.gaps.row import GapRow
from cluster4w.record.gazetteer import Gazetteer


def missing_in_all(rows: Sequence[GapRow], gazetteer: Gazetteer, measure: str) -> int | None:
    """Return the sum of the gaps of a table's lines; None where no line has one.

    A line's surplus is left out: a household reached beyond the target of one area is no household reached
    in another. People of a line that is known less precisely than the table ("somewhere in Mopti") fill
    gaps within that line's area, wherever there are any, and never more than one each.
    """
    if all(row.gap is None for row in rows):
        return None
    left = {row.pcode: row.missing or 0 for row in rows if row.gap is not None}
    vague = [row for row in rows if row.kind in ("part", "unknown") and row.gap is None]
    for row in sorted(vague, key=lambda row: -_level(row, gazetteer)):
        people = (row.reached or 0) + ((row.planned or 0) if measure == "projected" else 0)
        for pcode in _within(row, left, gazetteer):
            filled = min(people, left[pcode])
            left[pcode] -= filled
            people -= filled
    return sum(left.values())


def _level(row: GapRow, gazetteer: Gazetteer) -> int:
    place = gazetteer.get(row.pcode)
    return place.level if place else 0


def _within(row: GapRow, pcodes: Iterable[str | None], gazetteer: Gazetteer) -> list[str | None]:
    """Return the areas that lie in a line's area; everywhere, for a line without a place."""
    if row.pcode is None:
        return list(pcodes)
    level = _level(row, gazetteer)
    return [pcode for pcode in pcodes if pcode and gazetteer.within(pcode, level) == row.pcode]
