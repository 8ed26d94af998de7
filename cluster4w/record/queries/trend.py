"""The record month by month: what each month adds to the figures of an area, by its summary or its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, SummaryCell
from cluster4w.models.summary import EVERY_GROUP
from cluster4w.record.queries.coverage import (
    PLANNED,
    REACHED,
    Sum,
    Unit,
    Window,
    among,
    chosen,
    current_rows,
    pair,
    raw_rows,
)
from cluster4w.record.queries.summary import Cell

_CELL = SummaryCell.__table__.c
_COUNTS = ("rows", "planned_rows", "reached_said", "planned_said", "not_first", "first_unsaid")


@lru_cache(maxsize=2)
def _steps(unit: Unit) -> sa.Select[Any]:
    own, other = (
        ("households", "individuals_alone") if unit == "household" else ("individuals", "households_alone")
    )
    figures = [f"{amount}_{name}" for amount in ("helped", "reached", "planned") for name in (own, other)]
    return (
        sa.select(
            _CELL.month,
            sa.func.nullif(_CELL.adm1, ""),
            sa.func.nullif(_CELL.adm2, ""),
            sa.null(),
            sa.null(),
            *(_CELL[name] for name in (*figures, *_COUNTS)),
        )
        .where(
            _CELL.operation_id == sa.bindparam("operation", type_=sa.Integer),
            _CELL.level == 2,
            _CELL.sub_sector == sa.bindparam("sub_sector", type_=sa.Text),
            _CELL.population_group == sa.bindparam("group", type_=sa.Text),
            _CELL.month <= sa.bindparam("last", type_=sa.Text),
        )
        .order_by(_CELL.month, _CELL.adm1, _CELL.adm2)
    )


def monthly_cells(
    session: orm.Session,
    operation: Operation,
    *,
    sub_sector: str,
    unit: Unit,
    last: str,
    group: str | None = None,
) -> Iterator[tuple[str, Cell]]:
    """Yield what each month up to ``last`` adds in each cercle, the first month first.

    A figure up to a month is the sum of the cells up to it.
    """
    values = {
        "operation": operation.id,
        "sub_sector": sub_sector,
        "group": group or EVERY_GROUP,
        "last": last,
    }
    for month, *cell in raw_rows(session, _steps(unit), values):
        yield month, Cell._make(cell)


def monthly_sums(
    session: orm.Session,
    operation: Operation,
    *,
    types: Sequence[str],
    unit: Unit,
    window: Window,
    group: str | None = None,
    only: Sequence[int] | None = None,
) -> Iterator[tuple[str, Sum]]:
    """Yield month and sums of the completed, planned and ongoing rows of some activity types, by cercle.

    Sums are split by whether people are assisted for the first time; ``silent`` is not told. ``only`` takes
    some versions only, by their keys.
    """
    if not types or only == ():
        return
    keys = (
        Activity.activity_type,
        Activity.status,
        Activity.adm1_pcode,
        Activity.adm2_pcode,
        Activity.population_group,
        Activity.first_time_assisted,
        Activity.period,
    )
    conditions = [*current_rows(operation, window), *chosen(types, group, None), *among(only)]
    for statuses in (REACHED, PLANNED):
        own, other = pair(unit, statuses)
        statement = (
            sa.select(*keys, sa.func.sum(own), sa.func.sum(other).filter(own.is_(None)), sa.func.count())
            .where(*conditions, Activity.period.is_not(None), Activity.status.in_(statuses))
            .group_by(*keys)
        )
        for kind, status, one, two, whom, first, month, said, rest, rows in raw_rows(session, statement):
            yield month, Sum(kind, status, one, two, None, whom, first, said, rest, rows, 0)


def months_with_rows(session: orm.Session, operation: Operation, window: Window) -> set[str]:
    """Return the months with a row of whatever kind; a walk over the rows."""
    rows = sa.select(Activity.period).where(*current_rows(operation, window), Activity.period.is_not(None))
    return {month for month in session.scalars(rows.distinct()) if month is not None}
