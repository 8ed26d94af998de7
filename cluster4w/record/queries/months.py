"""The months of a plan: rows, reports, due date and state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import NilReport, Operation, Organisation, Period, Person
from cluster4w.record.queries.activities import MonthRows, rows_by_month
from cluster4w.record.queries.operations import plan_months


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the plan (or one outside it that the record holds rows of)."""

    month: str
    rows: int
    #: Organisations with rows, and those that said that they did nothing.
    organisations: int
    nil_reports: int
    locked: bool
    due: dt.date
    #: True: somebody set this due date; False: it follows from the operation's due day.
    due_is_set: bool
    in_plan: bool


def due_date(operation: Operation, month: str) -> dt.date:
    """Return the day on which a month's report is due where nobody set another one."""
    after = (dt.date.fromisoformat(f"{month}-01") + dt.timedelta(days=32)).replace(day=1)
    last = ((after + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)).day
    return after.replace(day=min(operation.due_day, last))


def list_months(
    session: orm.Session, operation: Operation, *, as_of: dt.datetime | None = None
) -> list[Month]:
    """Return every month of the plan, and others with rows, newest first.

    ``as_of``: with the rows and the nil reports of that moment. Due dates are today's then, and no month is
    locked: what was locked at a moment is not kept, and a record of the past takes no row anyway.
    """
    rows = rows_by_month(session, operation, as_of=as_of)
    periods = {
        p.month: p for p in session.scalars(sa.select(Period).where(Period.operation_id == operation.id))
    }
    nil_rows = session.execute(
        sa.select(NilReport.month, sa.func.count())
        .where(NilReport.operation_id == operation.id, *_by(as_of))
        .group_by(NilReport.month)
    )
    nil: dict[str, int] = {str(month): int(count) for month, count in nil_rows}
    plan = set(plan_months(operation))
    found = []
    for month in sorted(plan | set(rows) | set(periods), reverse=True):
        period = periods.get(month)
        held = rows.get(month, MonthRows(0, 0))
        found.append(
            Month(
                month,
                held.rows,
                held.organisations,
                nil.get(month, 0),
                as_of is None and period is not None and period.state == "locked",
                (period.due if period else None) or due_date(operation, month),
                period is not None and period.due is not None,
                month in plan,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Nil:
    """A nil report: whose, who wrote it, when."""

    organisation_id: int
    acronym: str
    author: str | None
    created_at: dt.datetime


def _by(as_of: dt.datetime | None) -> list[sa.ColumnElement[bool]]:
    """Return the condition for nil reports that were there at a moment; one taken back since left nothing."""
    return [NilReport.created_at <= as_of] if as_of is not None else []


def nil_reports(
    session: orm.Session, operation: Operation, month: str, *, as_of: dt.datetime | None = None
) -> list[Nil]:
    """Return the nil reports of a month, by acronym; ``as_of``: those of a moment."""
    rows = session.execute(
        sa.select(NilReport.organisation_id, Organisation.acronym, Person.name, NilReport.created_at)
        .join(Organisation, Organisation.id == NilReport.organisation_id)
        .outerjoin(Person, Person.id == NilReport.author_id)
        .where(NilReport.operation_id == operation.id, NilReport.month == month, *_by(as_of))
        .order_by(Organisation.acronym, Organisation.name)
    )
    return [Nil(*row) for row in rows]
