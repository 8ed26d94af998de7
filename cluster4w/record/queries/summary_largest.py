"""What the summary's cells hold of the activity types that are counted by their largest month.

Calculated from the rows in Python: a site is its p-code or its name in whatever case, which the databases do
not lower alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.models.summary import EVERY_GROUP
from cluster4w.record.largest import Pair, steps
from cluster4w.record.queries.coverage import REACHED, raw_rows
from cluster4w.record.queries.summary_cells import Row, counted, follows, recorded, said
from cluster4w.record.summary_rules import LARGEST, SummaryRules
from cluster4w.template.lists import CountingRule

#: Level, sub-sector, group, region, cercle, commune, month.
CellKey = tuple[int, str, str, str, str, str, str]
#: The figures reached, then those planned: each by :data:`cluster4w.record.queries.summary_cells.UNITS`.
Figures = list[int]
COLUMNS = tuple(
    f"{amount}_{unit}"
    for amount in ("reached", "planned")
    for unit in ("households", "individuals", "households_alone", "individuals_alone")
)
#: So many areas are looked at one by one; with more, all rows of these types are read.
FEW = 40
#: Activity type, group, level, region, cercle, commune.
_Bucket = tuple[str, str, int, str, str, str]
_Months = dict[str, Figures]


def _columns(row: Row) -> list[Any]:
    places = (row.adm1_pcode, row.adm2_pcode, row.adm3_pcode)
    site = sa.func.coalesce(row.site_pcode, row.site_name, "")
    return [row.activity_type, row.status, *places, row.population_group, row.period, site, *said(row)]


def largest_of_all(session: orm.Session, operation: Operation, rules: SummaryRules) -> dict[CellKey, Figures]:
    """Return the figures of every cell, from every row in force."""
    types = rules.counted(*LARGEST)
    rows = sa.select(sa.literal(1), *_columns(Activity)).where(
        Activity.operation_id == operation.id, Activity.superseded_at.is_(None), *counted(Activity, types)
    )
    return _cells(_buckets(rules, raw_rows(session, rows), (1,)), rules)


def largest_changes(
    session: orm.Session, operation: Operation, rules: SummaryRules, last: int, *, changed: bool
) -> dict[CellKey, Figures]:
    """Return by how much the figures of cells change by the versions with keys above ``last``.

    With ``changed`` they superseded others. Only the areas that they speak of are looked at, and of these
    every row: another month's rows tell how much a month adds.
    """
    types = rules.counted(*LARGEST)
    if not types:
        return {}
    new, old = orm.aliased(Activity), orm.aliased(Activity)
    values = {"operation": operation.id, "last": last}
    added = sa.select(sa.literal(1), *_columns(new)).where(*recorded(new), *counted(new, types))
    rows = [tuple(row) for row in session.execute(added, values)]
    if changed:
        gone = (
            sa.select(sa.literal(-1), *_columns(old))
            .select_from(orm.join(new, old, follows(old, new)))
            .where(*recorded(new), *counted(old, types))
        )
        rows += [tuple(row) for row in session.execute(gone, values)]
    if not rows:
        return {}
    rows += raw_rows(session, _of_areas(operation, last, {(row[1], row[3], row[4]) for row in rows}, types))
    touched = set(_buckets(rules, (row for row in rows if row[0]), (1, -1)))
    before, after = (_buckets(rules, rows, marks, touched) for marks in ((0, -1), (0, 1)))
    changes = _cells(after, rules)
    for key, figures in _cells(before, rules).items():
        there = changes.setdefault(key, [0] * len(COLUMNS))
        for index, figure in enumerate(figures):
            there[index] -= figure
    return {key: figures for key, figures in changes.items() if any(figures)}


def _of_areas(operation: Operation, last: int, areas: set[tuple[Any, ...]], types: dict[str, str]) -> Any:
    """Return the statement of the rows before ``last`` of types in regions and cercles.

    One arm for each, since SQLite knows no index for a choice of several; if these are many, every row.
    """
    current = [
        Activity.operation_id == operation.id,
        Activity.superseded_at.is_(None),
        Activity.id + 0 <= last,
    ]
    rows = sa.select(sa.literal(0), *_columns(Activity)).where(*current)
    if len(areas) > FEW:
        return rows.where(*counted(Activity, types))
    return sa.union_all(
        *(
            rows.where(
                *counted(Activity, {activity_type: ""}),
                Activity.adm1_pcode.is_(None) if one is None else Activity.adm1_pcode == one,
                Activity.adm2_pcode.is_(None) if two is None else Activity.adm2_pcode == two,
            )
            for activity_type, one, two in sorted(areas, key=repr)
        )
    )


def _buckets(
    rules: SummaryRules,
    rows: Iterable[Sequence[Any]],
    marks: tuple[int, ...],
    only: set[_Bucket] | None = None,
) -> dict[_Bucket, dict[str, _Months]]:
    """Return bucket to site to month to figures, of the rows with one of some marks."""
    by_site = rules.counted(CountingRule.MAX_SITE)
    found: dict[_Bucket, dict[str, _Months]] = defaultdict(dict)
    for mark, kind, status, one, two, three, group, period, site, households, individuals in rows:
        if mark not in marks:
            continue
        if households is None:
            figures = (0, 0, 0, 0) if individuals is None else (0, individuals, 0, individuals)
        elif individuals is None:
            figures = (households, 0, households, 0)
        else:
            figures = (households, individuals, 0, 0)
        offset = 0 if status in REACHED else 4
        place = (site or "").lower() if kind in by_site else ""
        head = (kind, group or "")
        for area in ((2, one or "", two or "", ""), (3, one or "", two or "", three or "")):
            bucket: _Bucket = head + area
            if only is not None and bucket not in only:
                continue
            there = found[bucket].setdefault(place, {}).setdefault(period or "", [0] * len(COLUMNS))
            for index, figure in enumerate(figures, offset):
                there[index] += figure
    return found


def _cells(buckets: dict[_Bucket, dict[str, _Months]], rules: SummaryRules) -> dict[CellKey, Figures]:
    """Return what each month adds to the figures, by group and for all groups together."""
    types = rules.counted(*LARGEST)
    cells: dict[CellKey, Figures] = {}
    for (kind, group, level, one, two, three), sites in buckets.items():
        found: _Months = defaultdict(lambda: [0] * len(COLUMNS))
        for months in sites.values():
            _add_steps(found, months, rules)
        for month, figures in found.items():
            for every in (group, EVERY_GROUP):
                key = (level, types[kind], every, one, two, three, month)
                there = cells.setdefault(key, [0] * len(COLUMNS))
                for index, figure in enumerate(figures):
                    there[index] += figure
    return cells


#: Where the asked unit and the other one stand among four figures, and what turns the other into the asked.
def _units(rules: SummaryRules) -> Iterator[tuple[int, int, float]]:
    yield 0, 3, 1 / rules.household_size
    yield 1, 2, rules.household_size


def _add_steps(found: _Months, months: _Months, rules: SummaryRules) -> None:
    """Add what each month of one site adds: first the months of the plan, then those outside it."""
    if len(months) == 1:
        ((period, figures),) = months.items()
        if min(figures) >= 0:
            # Most sites have one month, and that is their largest.
            there = found[rules.month(period)]
            for index, figure in enumerate(figures):
                there[index] += figure
            return
    order = sorted(months, key=lambda period: (rules.month(period), period))
    for own, other, factor in _units(rules):
        said_ = (
            (p, Pair(f[own], f[other]), Pair(f[4 + own], f[4 + other])) for p in order for f in (months[p],)
        )
        for period, reached, planned in steps(said_, factor):
            there = found[rules.month(period)]
            there[own] += reached.own
            there[other] += reached.other
            there[4 + own] += planned.own
            there[4 + other] += planned.other
