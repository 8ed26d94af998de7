"""Which table of needs or targets is used: one for a measure, a sub-sector and a month, never two added.

1. The table that a manager chose for the month, where it has figures of the measure and the sub-sector.
2. Else the table with the latest date of those dated by the end of the month. Tables that only know the whole
   country give way to those that know areas, and a table of one group alone gives way, for all groups, to one
   that has them.
3. Else, where every table is younger than the month, the oldest of them: a plan's targets are often published
   when the plan has begun. A note says so.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cluster4w.record.queries.needs import Choice, NeedFigure

How = Literal["chosen", "latest", "younger"]


@dataclass(frozen=True, slots=True)
class Use:
    """The table that is used, and why: chosen by somebody, the latest, or younger than the month."""

    table_id: int
    how: How
    choice: Choice | None = None


def pick(
    figures: Iterable[NeedFigure],
    choices: Sequence[Choice],
    *,
    measure: str,
    sub_sector: str,
    group: str | None,
    month: str | None,
) -> Use | None:
    """Return the table to use for a measure, or None where there is none.

    Args:
        choices: The ones that hold, the one made last first.
        group: A population group, None for all of them together.
        month: The last month of the question, ``YYYY-MM``; None for the whole time.
    """
    tables: dict[int, list[NeedFigure]] = {}
    for figure in figures:
        if figure.measure == measure and figure.sub_sector in (sub_sector, None):
            tables.setdefault(figure.table_id, []).append(figure)
    for choice in choices:
        if choice.table_id in tables and choice.fits(measure, sub_sector, month):
            return Use(choice.table_id, "chosen", choice)
    tables = {k: t for k, t in tables.items() if any(f.level for f in t)} or tables
    tables = {k: t for k, t in tables.items() if _answers(t, group)} or tables
    if not tables:
        return None
    ended = {k: t for k, t in tables.items() if month is None or t[0].dated <= last_day(month)}
    if ended:
        return Use(max(ended, key=lambda k: _rank(ended, k, sub_sector)), "latest")
    return Use(min(tables, key=lambda k: (tables[k][0].dated, -k)), "younger")


def _answers(table: Sequence[NeedFigure], group: str | None) -> bool:
    groups = {f.population_group for f in table}
    return group in groups if group is not None else None in groups or len(groups) > 1


def _rank(tables: Mapping[int, Sequence[NeedFigure]], key: int, sub_sector: str) -> tuple[dt.date, bool, int]:
    """Return what the latest table is told by: its date, whether it tells sub-sectors apart, its number."""
    table = tables[key]
    return table[0].dated, any(f.sub_sector == sub_sector for f in table), key


def last_day(month: str) -> dt.date:
    """Return the last day of a month ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:7])
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def uses(
    figures: Sequence[NeedFigure], choices: Sequence[Choice], sub_sectors: Iterable[str], month: str | None
) -> dict[tuple[str, str], Use]:
    """Return (measure, sub-sector) to the table that is used for all population groups together."""
    found: dict[tuple[str, str], Use] = {}
    for sub_sector in sub_sectors:
        for measure in ("in_need", "targeted"):
            use = pick(figures, choices, measure=measure, sub_sector=sub_sector, group=None, month=month)
            if use is not None:
                found[measure, sub_sector] = use
    return found
