"""Reading the summary of a record: what gap tables ask, answered from cells instead of rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, SummaryCell, SummaryMonth, SummaryPresence, SummaryState
from cluster4w.models.summary import EVERY_GROUP
from cluster4w.record.queries.coverage import Unit, Window, raw_rows
from cluster4w.record.summary_rules import SummaryRules

_CELL = SummaryCell.__table__.c
_PRESENCE = SummaryPresence.__table__.c
_MONTH = SummaryMonth.__table__.c


def is_complete(session: orm.Session, operation: Operation, rules: SummaryRules) -> bool:
    """Tell whether the operation has a summary that was made by these rules."""
    made = session.scalar(sa.select(SummaryState.rules).where(SummaryState.operation_id == operation.id))
    return made == rules.fingerprint


def answers(window: Window, rules: SummaryRules) -> bool:
    """Tell whether the summary knows these rows: all months, or from the plan's start; as they are now."""
    if window.as_of is not None or window.is_filtered:
        return False
    if window.first is None:
        return window.last is None
    return window.first == rules.first_month and window.last is not None


class Cell(NamedTuple):
    """What the rows of an area come to; an area or group that the rows do not name is None.

    ``own`` is in the asked unit; ``other`` in the other one, of rows that lack the asked one.
    """

    adm1: str | None
    adm2: str | None
    adm3: str | None
    group: str | None
    helped_own: int
    helped_other: int
    reached_own: int
    reached_other: int
    planned_own: int
    planned_other: int
    rows: int
    planned_rows: int
    reached_said: int
    planned_said: int
    not_first: int
    first_unsaid: int


@lru_cache(maxsize=16)
def _cells(level: int, unit: Unit, by_group: bool, until: bool) -> sa.Select[Any]:
    own, other = (
        ("households", "individuals_alone") if unit == "household" else ("individuals", "households_alone")
    )
    figures = [f"{amount}_{name}" for amount in ("helped", "reached", "planned") for name in (own, other)]
    figures += ["rows", "planned_rows", "reached_said", "planned_said", "not_first", "first_unsaid"]
    group = _CELL.population_group
    places = [_CELL.adm1, _CELL.adm2, *([_CELL.adm3] if level == 3 else [])]
    asked = sa.bindparam("group", type_=sa.Text)
    conditions = [
        _CELL.operation_id == sa.bindparam("operation", type_=sa.Integer),
        _CELL.level == level,
        _CELL.sub_sector == sa.bindparam("sub_sector", type_=sa.Text),
        group != asked if by_group else group == asked,
    ]
    if until:
        conditions.append(_CELL.month <= sa.bindparam("last", type_=sa.Text))
    total = sa.func.sum(_CELL.rows)
    return (
        sa.select(
            *(sa.func.nullif(place, "") for place in places),
            *([sa.null()] if level < 3 else []),
            sa.func.nullif(group, "") if by_group else sa.null(),
            *(sa.cast(sa.func.sum(_CELL[name]), sa.BigInteger) for name in figures),
        )
        .where(*conditions)
        .group_by(*([group] if by_group else []), *places)
        .having(total > 0)
    )


def cells(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    sub_sector: str,
    unit: Unit,
    window: Window,
    group: str | None = None,
    by_group: bool = False,
) -> list[Cell]:
    """Return what the rows of each area come to: of one population group, of each, or of all together."""
    statement = _cells(3 if level == 3 else 2, unit, by_group, window.last is not None)
    values = {
        "operation": operation.id,
        "sub_sector": sub_sector,
        "group": group or EVERY_GROUP,
        "last": window.last,
    }
    return list(map(Cell._make, raw_rows(session, statement, values)))


@lru_cache(maxsize=4)
def _present(level: int, until: bool) -> sa.Select[Any]:
    places = [_PRESENCE.adm1, _PRESENCE.adm2, *([_PRESENCE.adm3] if level == 3 else [])]
    conditions = [
        _PRESENCE.operation_id == sa.bindparam("operation", type_=sa.Integer),
        _PRESENCE.level == level,
        _PRESENCE.sub_sector == sa.bindparam("sub_sector", type_=sa.Text),
        _PRESENCE.population_group == sa.bindparam("group", type_=sa.Text),
    ]
    if until:
        conditions.append(_PRESENCE.first_month <= sa.bindparam("last", type_=sa.Text))
    return (
        sa.select(
            *(sa.func.nullif(place, "") for place in places),
            *([sa.null()] if level < 3 else []),
            sa.func.aggregate_strings(sa.cast(_PRESENCE.organisation_id, sa.Text), ","),
        )
        .where(*conditions)
        .group_by(*places)
    )


def present(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    sub_sector: str,
    window: Window,
    group: str | None = None,
) -> list[tuple[str | None, str | None, str | None, list[int]]]:
    """Return the organisations present in each area; an area may come twice."""
    statement = _present(3 if level == 3 else 2, window.last is not None)
    found = []
    # Rows without type and sub-sector are presence in every sub-sector.
    for asked in (sub_sector, ""):
        values = {
            "operation": operation.id,
            "sub_sector": asked,
            "group": group or EVERY_GROUP,
            "last": window.last,
        }
        found += [
            (one, two, three, list(map(int, numbers.split(","))))
            for one, two, three, numbers in raw_rows(session, statement, values)
        ]
    return found


class MonthRows(NamedTuple):
    """Rows of a month and activity type; either is None where rows do not name it.

    ``counted``: those completed, planned or ongoing, of the asked group.
    """

    month: str | None
    activity_type: str | None
    rows: int
    counted: int


@lru_cache(maxsize=2)
def _months(of_group: bool) -> sa.Select[Any]:
    counted: Any = sa.func.sum(_MONTH.counted)
    if of_group:
        counted = counted.filter(_MONTH.population_group == sa.bindparam("group", type_=sa.Text))
    return (
        sa.select(
            sa.func.nullif(_MONTH.month, ""),
            sa.func.nullif(_MONTH.activity_type, ""),
            sa.cast(sa.func.sum(_MONTH.rows), sa.BigInteger),
            sa.cast(sa.func.coalesce(counted, 0), sa.BigInteger),
        )
        .where(_MONTH.operation_id == sa.bindparam("operation", type_=sa.Integer))
        .group_by(_MONTH.month, _MONTH.activity_type)
    )


def months(session: orm.Session, operation: Operation, group: str | None = None) -> Sequence[MonthRows]:
    """Return the rows by month and activity type."""
    values = {"operation": operation.id, "group": group}
    return list(map(MonthRows._make, raw_rows(session, _months(group is not None), values)))
