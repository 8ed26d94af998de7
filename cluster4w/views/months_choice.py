"""Months and organisations as a person names them in a form or an address."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import orm

from cluster4w.models import Operation
from cluster4w.record.queries.activities import Scope, months_with_rows
from cluster4w.record.queries.operations import plan_months
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal
from cluster4w.views.numbers import MONTH

#: How long after a plan's end its last months are still reported.
AFTERMATH = dt.timedelta(days=60)


def month_of(text: str | None) -> str | None:
    """Return a month as ``YYYY-MM``, None for nothing.

    Raises:
        Refusal: the text is no month.
    """
    if not text:
        return None
    if not MONTH.fullmatch(text):
        raise Refusal("month.unreadable_address", N_("“%(text)s” is not a month."), text=text[:40])
    return text


def agency_of(session: orm.Session, operation: Operation, text: str | None) -> Agency | None:
    """Return the organisation with this number, None for nothing.

    Raises:
        NotFound: no organisation of the operation has this number.
    """
    if not text:
        return None
    for agency in agencies(session, operation):
        if text == str(agency.id):
            return agency
    raise NotFound(
        "organisation.no_such_number", N_("This organisation does not take part in this operation.")
    )


def month_to_report(operation: Operation, today: dt.date | None = None) -> str:
    """Return the month that is reported now: last month, inside the plan."""
    months = plan_months(operation)
    today = today or dt.datetime.now(dt.UTC).date()
    before = f"{today.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    return min(max(before, months[0]), months[-1])


def month_to_offer(session: orm.Session, operation: Operation, today: dt.date | None = None) -> str:
    """Return the month that a form begins with: the one to report, of a plan long over the last with rows."""
    today = today or dt.datetime.now(dt.UTC).date()
    if today <= operation.plan_end + AFTERMATH:
        return month_to_report(operation, today)
    return max(
        months_with_rows(session, operation, Scope(everybody=True)), default=month_to_report(operation, today)
    )
