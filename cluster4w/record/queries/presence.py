"""Who is where, and who reported: presence in areas, months with rows, reports of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, NilReport, Operation, Organisation, Participation
from cluster4w.record.queries.coverage import Window, current_rows

#: Statuses that never count, not even as presence.
NEVER = ("suspended", "cancelled")


class Presence(NamedTuple):
    """An organisation works in an area; ``None`` where the row names no area of that level."""

    adm1: str | None
    adm2: str | None
    adm3: str | None
    organisation_id: int


def _present(types: Sequence[str], sub_sector: str, group: str | None) -> list[sa.ColumnElement[bool]]:
    """Return the ways in which a row is presence in a sub-sector: by its type, or without one.

    A row that names neither type nor sub-sector, as in OCHA's layout, is presence in both.
    """
    common: list[sa.ColumnElement[bool]] = [
        sa.or_(Activity.status.is_(None), Activity.status.not_in(NEVER)),
    ]
    if group is not None:
        common.append(Activity.population_group == group)
    return [
        sa.and_(Activity.activity_type.in_(types), *common),
        sa.and_(Activity.activity_type.is_(None), Activity.sub_sector == sub_sector, *common),
        sa.and_(Activity.activity_type.is_(None), Activity.sub_sector.is_(None), *common),
    ]


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
    current = current_rows(operation, window)
    third = Activity.adm3_pcode if level == 3 else sa.null()
    rows = sa.union(
        *(
            sa.select(Activity.adm1_pcode, Activity.adm2_pcode, third, Activity.organisation_id)
            .where(*current, way)
            .distinct()
            for way in _present(types, sub_sector, group)
        )
    )
    return set(map(Presence._make, session.execute(rows)))


def has_rows(session: orm.Session, operation: Operation, window: Window) -> bool:
    """Tell whether the record holds any row in these months: without one nothing is known, not even zero."""
    statement = sa.select(sa.literal(1)).where(*current_rows(operation, window)).limit(1)
    return session.execute(statement).first() is not None


def months_with_rows(
    session: orm.Session, operation: Operation, months: Sequence[str], organisations: Sequence[int]
) -> tuple[str, ...]:
    """Return which of these months have a current row: one index seek per month and organisation."""
    if not months:
        return ()
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


def reported(session: orm.Session, operation: Operation, month: str) -> list[Reported]:
    """Return one entry per participating organisation, by acronym. Withdrawn rows are not counted."""
    rows = (
        sa.select(
            Activity.organisation_id,
            sa.func.count().label("rows"),
            sa.func.max(Activity.recorded_at).label("changed_at"),
        )
        .where(*current_rows(operation, Window(month, month)))
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


def organisation_names(session: orm.Session, numbers: set[int]) -> dict[int, str]:
    """Return the acronyms of some organisations by id."""
    rows = session.execute(
        sa.select(Organisation.id, Organisation.acronym).where(Organisation.id.in_(sorted(numbers)))
    )
    return {row.id: row.acronym for row in rows}
