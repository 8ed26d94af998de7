"""Who works in which area: organisations with their implementing partners, and who does the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.record.queries.coverage import Window, current_rows, raw_rows
from cluster4w.record.queries.presence import NEVER, present_rows


class Who(NamedTuple):
    """An organisation works in an area, itself or through a partner; codes are None where rows name none."""

    adm1: str | None
    adm2: str | None
    adm3: str | None
    organisation_id: int
    implementing: str | None


class Doing(NamedTuple):
    """Two organisations or more have rows of an activity type in an area and a month (``YYYY-MM``)."""

    pcode: str
    activity_type: str
    month: str
    organisation_ids: tuple[int, ...]


_LEVELS = (Activity.adm1_pcode, Activity.adm2_pcode, Activity.adm3_pcode)


def _areas(level: int) -> list[Any]:
    return [c if depth <= level else sa.null() for depth, c in enumerate(_LEVELS, 1)]


def _rows(operation: Operation, window: Window, group: str | None) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for rows that are help given or foreseen, not suspended or cancelled."""
    conditions = [
        *current_rows(operation, window),
        sa.or_(Activity.status.is_(None), Activity.status.not_in(NEVER)),
    ]
    if group is not None:
        conditions.append(Activity.population_group == group)
    return conditions


def who_is_where(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    sub_sector: str,
    window: Window,
    group: str | None = None,
) -> list[Who]:
    """Return each organisation, with and without each implementing partner, by area."""
    statement = (
        sa.select(*_areas(level), Activity.organisation_id, Activity.implementing_partner)
        .where(*current_rows(operation, window), *present_rows(types, sub_sector, window, group))
        .distinct()
    )
    return [Who._make(row) for row in raw_rows(session, statement)]


def who_does_the_same(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    window: Window,
    group: str | None = None,
) -> list[Doing]:
    """Return the activity types and months in which several organisations have rows in one area."""
    area = _LEVELS[level - 1]
    each = (
        sa.select(area.label("pcode"), Activity.activity_type, Activity.period, Activity.organisation_id)
        .where(*_rows(operation, window, group), Activity.activity_type.in_(types), area.is_not(None))
        # Of a row that names no month nobody knows with which others it is at the same time.
        .where(Activity.period.is_not(None))
        .distinct()
        .subquery()
    )
    keys = (each.c.pcode, each.c.activity_type, each.c.period)
    statement = (
        sa.select(*keys, sa.func.aggregate_strings(sa.cast(each.c.organisation_id, sa.Text), ","))
        .group_by(*keys)
        .having(sa.func.count() > 1)
    )
    return [
        Doing(pcode, kind, month, tuple(map(int, numbers.split(","))))
        for pcode, kind, month, numbers in raw_rows(session, statement)
    ]
