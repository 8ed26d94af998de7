"""Months: locking, unlocking, due dates."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Period, Person
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.record.queries.operations import plan_months
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal


def require_plan_month(operation: Operation, month: str) -> None:
    """Refuse a month that the plan does not have.

    Raises:
        NotFound: the month lies outside the operation's plan, or is none.
    """
    if month not in plan_months(operation):
        raise NotFound("period.not_in_plan", N_("The month %(month)s is not part of the plan."), month=month)


def _period(session: orm.Session, operation: Operation, month: str) -> Period:
    require_plan_month(operation, month)
    period = session.scalar(
        sa.select(Period).where(Period.operation_id == operation.id, Period.month == month)
    )
    if period is None:
        period = Period(operation_id=operation.id, month=month, state="open")
        session.add(period)
    return period


def _set_state(
    session: orm.Session, operation: Operation, month: str, state: str, action: str, actor: Person | None
) -> bool:
    period = _period(session, operation, month)
    if period.state == state:
        return False
    period.state = state
    session.flush()
    touch(session, operation)
    log(session, action, subject="period", subject_id=month, operation=operation, actor=actor)
    return True


def lock_month(session: orm.Session, operation: Operation, month: str, *, actor: Person | None) -> bool:
    """Lock a month: it takes no new version any more. Returns False where it was locked already.

    Raises:
        NotFound: the plan has no such month.
    """
    return _set_state(session, operation, month, "locked", "period.locked", actor)


def unlock_month(session: orm.Session, operation: Operation, month: str, *, actor: Person | None) -> bool:
    """Open a month again. Returns False where it was open already.

    Raises:
        NotFound: the plan has no such month.
    """
    return _set_state(session, operation, month, "open", "period.opened", actor)


def set_due_date(
    session: orm.Session, operation: Operation, month: str, due: dt.date | None, *, actor: Person | None
) -> None:
    """Set the day on which a month's report is due; None goes back to the operation's due day.

    Raises:
        NotFound: the plan has no such month.
        Refusal: the day lies before the end of the month that it reports.
    """
    require_plan_month(operation, month)
    if due is not None and f"{due:%Y-%m}" <= month:
        raise Refusal("period.due_too_early", N_("A report cannot be due before its month is over."))
    period = _period(session, operation, month)
    before, period.due = period.due, due
    session.flush()
    touch(session, operation)
    log(
        session,
        "period.due_set",
        subject="period",
        subject_id=month,
        operation=operation,
        actor=actor,
        before=before.isoformat() if before else None,
        after=due.isoformat() if due else None,
    )
