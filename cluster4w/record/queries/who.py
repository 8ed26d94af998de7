"""Who works in which area: organisations with their implementing partners, and who does the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.record.queries.coverage import Window, current_rows, raw_rows
from cluster4w.record.queries.presence import NEVER


class Who(NamedTuple):
    """An organisation works in an area, itself or through a partner; codes are None where rows name none."""

    adm1: str | None
    adm2: str | None
    adm3: str | None
    organisation_id: int
    implementing: str | None


class Doing(NamedTuple):
    """An organisation has rows of an activity type in an area and a month (``YYYY-MM``)."""

    adm1: str | None
    adm2: str | None
    adm3: str | None
    activity_type: str
    month: str
    organisation_id: int


def _areas(level: int) -> list[Any]:
    columns = (Activity.adm1_pcode, Activity.adm2_pcode, Activity.adm3_pcode)
    return [c if depth <= level else sa.null() for depth, c in enumerate(columns, 1)]


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
    """Return each organisation, with and without each implementing partner, by area.

    A row is presence in a sub-sector by its activity type or, without one, by the sub-sector that it names; a
    row that names neither is presence in all.
    """
    here = sa.or_(
        Activity.activity_type.in_(types),
        sa.and_(
            Activity.activity_type.is_(None),
            sa.or_(Activity.sub_sector.is_(None), Activity.sub_sector == sub_sector),
        ),
    )
    statement = (
        sa.select(*_areas(level), Activity.organisation_id, Activity.implementing_partner)
        .where(*_rows(operation, window, group), here)
        .distinct()
    )
    return [Who._make(row) for row in raw_rows(session, statement)]


def who_does_what(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    window: Window,
    group: str | None = None,
) -> list[Doing]:
    """Return which organisation has rows of which activity type in which area and month."""
    statement = (
        sa.select(*_areas(level), Activity.activity_type, Activity.period, Activity.organisation_id)
        .where(*_rows(operation, window, group), Activity.activity_type.in_(types))
        .distinct()
    )
    return [Doing._make(row) for row in raw_rows(session, statement)]
