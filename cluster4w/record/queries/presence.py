"""Who reported for a month: one entry per participating organisation."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, NilReport, Operation, Organisation, Participation
from cluster4w.record.queries.coverage import Window, current_rows


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
