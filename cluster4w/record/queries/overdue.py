"""Plans that should be over by now: planned and ongoing activities whose day has passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, Organisation
from cluster4w.models.activity import PLANS
from cluster4w.record.queries.activities import Scope
from cluster4w.record.queries.coverage import PLANNED, Unit, Window, current_rows, pair

#: The literal text lets SQLite and PostgreSQL see that their index of plans applies.
_PLANS: sa.ColumnElement[bool] = sa.literal_column(f"activity.{PLANS}")


class Plan(NamedTuple):
    """A planned or ongoing activity. ``own`` is in the asked unit, ``other`` in the other one."""

    uid: str
    organisation: str
    implementing: str | None
    activity_type: str | None
    sub_sector: str | None
    status: str
    adm1: str | None
    adm2: str | None
    adm3: str | None
    adm1_name: str | None
    adm2_name: str | None
    adm3_name: str | None
    site_name: str | None
    period: str | None
    start_date: dt.date | None
    end_date: dt.date | None
    own: int | None
    other: int | None


def _ways_to_be_over(day: dt.date) -> tuple[tuple[sa.ColumnElement[bool], ...], ...]:
    """Return the ways in which a plan's day lies before ``day``, or is not known; no plan is so in two ways.

    That is its end date. Without one, a planned activity should have begun on its start date; else the last
    day of its month speaks. Each way is a seek of its own in the index of plans.
    """
    open_end = Activity.end_date.is_(None)
    planned = Activity.status == "planned"
    by_month = sa.or_(Activity.status != "planned", Activity.start_date.is_(None))
    return (
        (Activity.end_date < day,),
        # The last day of a month is before a day where the month is before that day's.
        (open_end, by_month, Activity.period < f"{day:%Y-%m}"),
        (open_end, by_month, Activity.period.is_(None)),
        (open_end, planned, Activity.start_date < day),
    )


def plans_past_their_day(
    session: orm.Session,
    operation: Operation,
    scope: Scope,
    *,
    types: Sequence[str],
    sub_sector: str,
    unit: Unit,
    window: Window,
    day: dt.date,
    group: str | None = None,
) -> list[Plan]:
    """Return the planned and ongoing activities that should be over, in one statement and in no order.

    Those that say no day at all are among them.

    Args:
        types: Keys of the sub-sector's activity types; rows without a type are those of its own, and those
            that name no sub-sector either.
        day: Plans whose day lies before it are returned.
    """
    untyped = sa.or_(Activity.sub_sector == sub_sector, Activity.sub_sector.is_(None))
    conditions = [
        *current_rows(operation, window),
        scope.condition(window.as_of),
        _PLANS,
        sa.or_(Activity.activity_type.in_(types), sa.and_(Activity.activity_type.is_(None), untyped)),
    ]
    if group is not None:
        conditions.append(Activity.population_group == group)
    own, other = pair(unit, PLANNED)
    plans = (
        sa.select(
            Activity.uid,
            Organisation.acronym,
            Activity.implementing_partner,
            Activity.activity_type,
            Activity.sub_sector,
            Activity.status,
            Activity.adm1_pcode,
            Activity.adm2_pcode,
            Activity.adm3_pcode,
            Activity.adm1_name,
            Activity.adm2_name,
            Activity.adm3_name,
            Activity.site_name,
            Activity.period,
            Activity.start_date,
            Activity.end_date,
            own,
            other,
        )
        .join(Organisation, Organisation.id == Activity.organisation_id)
        .where(*conditions)
    )
    statement = sa.union_all(*(plans.where(*way) for way in _ways_to_be_over(day)))
    return [Plan._make(row) for row in session.execute(statement)]
