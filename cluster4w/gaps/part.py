"""A gap table of one region, cut out of the country's: same figures, its own total."""

from __future__ import annotations

from dataclasses import replace

from cluster4w.gaps.missing import missing_in_all
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable, with_gap
from cluster4w.record.gazetteer import Gazetteer


def part_of(table: GapTable, gazetteer: Gazetteer, pcode: str) -> GapTable:
    """Return the lines of a table that lie in an area of a level above the table's, with their own total.

    The notes are the country's: they are about the record as a whole.
    """
    level = gazetteer.by_pcode[pcode].level
    rows = tuple(r for r in table.rows if r.pcode and gazetteer.within(r.pcode, level) == pcode)
    # Lines cannot be added up for that: one organisation is in several.
    organisations = table.organisations_in(pcode, level)
    total = GapRow(
        kind="total",
        pcode=None,
        name="",
        parent_name="",
        target=_sum(rows, "target"),
        reached=_sum(rows, "reached"),
        planned=_sum(rows, "planned"),
        in_need=_sum(rows, "in_need"),
        gap=None,
        coverage=None,
        assistances=_sum(rows, "assistances"),
        organisations=organisations,
        rows=sum(r.rows for r in rows),
        converted=any(r.converted for r in rows),
    )
    measure = table.question.measure
    total = replace(with_gap(total, measure), gap=missing_in_all(list(rows), gazetteer, measure))
    return replace(table, rows=rows, total=total, organisations=organisations, converted=total.converted)


def _sum(rows: tuple[GapRow, ...], name: str) -> int | None:
    values = [v for r in rows if (v := getattr(r, name)) is not None]
    return sum(values) if values else None
