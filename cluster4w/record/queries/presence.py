"""Who is where, and who reported: presence in areas, months with rows, reports of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, NilReport, Operation, Organisation, Participation
from cluster4w.record.queries.coverage import Window, current_rows, raw_rows

#: Statuses that never count, not even as presence.
NEVER = ("suspended", "cancelled")


class Presence(NamedTuple):
    """An organisation works in an area; ``None`` where the row names no area of that level."""

    adm1: str | None
    adm2: str | None
    adm3: str | None
    organisation_id: int


def present_rows(
    types: Sequence[str], sub_sector: str, window: Window, group: str | None
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for rows that are presence in a sub-sector: by their type, or without one.

    A row that names neither type nor sub-sector, as in OCHA's layout, is presence in every sub-sector.
    """
    here: sa.ColumnElement[bool] = Activity.activity_type.in_(types)
    if window.activity_type is None:
        untold = sa.or_(Activity.sub_sector.is_(None), Activity.sub_sector == sub_sector)
        here = sa.or_(here, sa.and_(Activity.activity_type.is_(None), untold))
    found = [here, sa.or_(Activity.status.is_(None), Activity.status.not_in(NEVER))]
    return [*found, Activity.population_group == group] if group is not None else found


def presence(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    sub_sector: str,
    window: Window,
    group: str | None = None,
) -> set[Presence]:
    """Return which organisations have a row in which area, whatever its figures; suspended ones do not count.

    A walk over the rows: what is asked often comes out of the summary.
    """
    third = Activity.adm3_pcode if level == 3 else sa.null()
    statement = (
        sa.select(Activity.adm1_pcode, Activity.adm2_pcode, third, Activity.organisation_id)
        .where(*current_rows(operation, window), *present_rows(types, sub_sector, window, group))
        .distinct()
    )
    return set(map(Presence._make, raw_rows(session, statement)))


def has_rows(session: orm.Session, operation: Operation, window: Window) -> bool:
    """Tell whether the record holds any row in these months: without one nothing is known, not even zero.

    Who reports something of another activity type has said that there is none of the one asked for.
    """
    asked = replace(window, activity_type=None)
    statement = sa.select(sa.literal(1)).where(*current_rows(operation, asked)).limit(1)
    return session.execute(statement).first() is not None


def months_with_rows(
    session: orm.Session,
    operation: Operation,
    months: Sequence[str],
    organisations: Sequence[int],
    as_of: dt.datetime | None = None,
) -> tuple[str, ...]:
    """Return which of these months have a row in force: one index seek per month and organisation.

    ``as_of``: at that moment, whatever organisations there were; a walk over the rows.
    """
    if not months:
        return ()
    if as_of is not None:
        there = set(
            session.scalars(
                sa.select(Activity.period).where(*current_rows(operation, Window(as_of=as_of))).distinct()
            )
        )
        return tuple(month for month in months if month in there)
    current = sa.and_(*current_rows(operation, Window()), Activity.organisation_id.in_(organisations))
    probes = [
        sa.exists().where(current, Activity.period == month).label(f"month_{number}")
        for number, month in enumerate(months)
    ]
    found = session.execute(sa.select(*probes)).one()
    return tuple(month for month, there in zip(months, found, strict=True) if there)


def organisations_with_rows(session: orm.Session, operation: Operation) -> list[int]:
    """Return the organisations with a current row, one index seek for each."""
    anywhere = sa.exists().where(
        Activity.operation_id == operation.id,
        Activity.organisation_id == Organisation.id,
        Activity.superseded_at.is_(None),
    )
    return list(session.scalars(sa.select(Organisation.id).where(anywhere).order_by(Organisation.id)))


class Reported(NamedTuple):
    """What an organisation reported for a month. Moments are those of its first row or nil report."""

    organisation_id: int
    acronym: str
    name: str
    type: str
    role: str
    rows: int
    nil: bool
    reported_at: dt.datetime | None
    changed_at: dt.datetime | None


def reported(
    session: orm.Session, operation: Operation, month: str, as_of: dt.datetime | None = None
) -> list[Reported]:
    """Return one entry per participating organisation, by acronym. Withdrawn rows are not counted.

    ``as_of``: what the record knew of the month at that moment.
    """
    rows = (
        sa.select(
            Activity.organisation_id,
            sa.func.count().label("rows"),
            sa.func.max(Activity.recorded_at).label("changed_at"),
        )
        .where(*current_rows(operation, Window(month, month, as_of)))
        .group_by(Activity.organisation_id)
        .subquery()
    )
    # The first version ever recorded says when the report came, however often it was corrected since.
    first = (
        sa.select(Activity.organisation_id, sa.func.min(Activity.recorded_at).label("reported_at"))
        .where(Activity.operation_id == operation.id, Activity.period == month, Activity.version == 1)
        .group_by(Activity.organisation_id)
        .subquery()
    )
    found = session.execute(
        sa.select(
            Organisation.id,
            Organisation.acronym,
            Organisation.name,
            Organisation.type,
            Participation.role,
            sa.func.coalesce(rows.c.rows, 0),
            NilReport.created_at,
            first.c.reported_at,
            rows.c.changed_at,
        )
        .join(Participation, Participation.organisation_id == Organisation.id)
        .outerjoin(rows, rows.c.organisation_id == Organisation.id)
        .outerjoin(first, first.c.organisation_id == Organisation.id)
        .outerjoin(
            NilReport,
            sa.and_(
                NilReport.organisation_id == Organisation.id,
                NilReport.operation_id == operation.id,
                NilReport.month == month,
                *([NilReport.created_at <= as_of] if as_of is not None else []),
            ),
        )
        .where(Participation.operation_id == operation.id)
        .order_by(Organisation.acronym, Organisation.name)
    )
    entries = []
    for *who, count, nil_at, first_at, changed_at in found:
        since = first_at if count else nil_at
        entries.append(Reported._make((*who, count, nil_at is not None and not count, since, changed_at)))
    return entries
