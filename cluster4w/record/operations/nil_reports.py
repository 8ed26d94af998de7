"""Nil reports: an organisation says that it did nothing in a month. A report, not an absence."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, NilReport, Operation, Participation, Person
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.months import require_plan_month
from cluster4w.record.operations.turns import wait_for_turn
from cluster4w.record.queries.operations import locked_months
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal


def _refuse_locked(session: orm.Session, operation: Operation, month: str) -> None:
    if month in locked_months(session, operation):
        raise Refusal(
            "period.locked",
            N_("The month %(month)s is locked. Ask the information manager to open it."),
            month=month,
        )


def report_nothing(
    session: orm.Session,
    operation: Operation,
    organisation_id: int,
    month: str,
    *,
    actor: Person | None,
    on_behalf: bool = False,
) -> bool:
    """Record that an organisation did nothing in a month; returns False where it had said so already.

    ``on_behalf``: somebody of the cluster says it for the organisation; the trail keeps that.

    Raises:
        NotFound: the month is not of the plan, or the organisation does not take part.
        Refusal: the month is locked, or holds rows of the organisation.
    """
    require_plan_month(operation, month)
    wait_for_turn(session, operation)
    part = session.scalar(
        sa.select(Participation.id).where(
            Participation.operation_id == operation.id, Participation.organisation_id == organisation_id
        )
    )
    if part is None:
        raise NotFound(
            "organisation.not_participating", N_("This organisation does not take part in the operation.")
        )
    _refuse_locked(session, operation, month)
    rows = session.scalar(
        sa.select(sa.func.count())
        .select_from(Activity)
        .where(
            Activity.operation_id == operation.id,
            Activity.organisation_id == organisation_id,
            Activity.period == month,
            Activity.superseded_at.is_(None),
            Activity.withdrawn == sa.false(),
        )
    )
    if rows:
        raise Refusal(
            "nil_report.has_rows",
            N_("The record holds activities of this organisation in %(month)s (%(rows)s): no nil report."),
            rows=rows,
            month=month,
        )
    if _find(session, operation, organisation_id, month) is not None:
        return False
    session.add(
        NilReport(
            operation_id=operation.id,
            organisation_id=organisation_id,
            month=month,
            author_id=actor.id if actor else None,
        )
    )
    session.flush()
    touch(session, operation)
    log(
        session,
        "nil_report.recorded",
        subject="nil_report",
        subject_id=f"{organisation_id}:{month}",
        operation=operation,
        actor=actor,
        on_behalf=on_behalf,
    )
    return True


def take_back(
    session: orm.Session, operation: Operation, organisation_id: int, month: str, *, actor: Person | None
) -> bool:
    """Take a nil report back; returns False where there is none.

    Raises:
        NotFound: the month is not of the plan.
        Refusal: the month is locked.
    """
    require_plan_month(operation, month)
    wait_for_turn(session, operation)
    _refuse_locked(session, operation, month)
    report = _find(session, operation, organisation_id, month)
    if report is None:
        return False
    session.delete(report)
    session.flush()
    touch(session, operation)
    log(
        session,
        "nil_report.taken_back",
        subject="nil_report",
        subject_id=f"{organisation_id}:{month}",
        operation=operation,
        actor=actor,
    )
    return True


def _find(session: orm.Session, operation: Operation, organisation_id: int, month: str) -> NilReport | None:
    return session.scalar(
        sa.select(NilReport).where(
            NilReport.operation_id == operation.id,
            NilReport.organisation_id == organisation_id,
            NilReport.month == month,
        )
    )
