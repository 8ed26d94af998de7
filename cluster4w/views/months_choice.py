"""Months and organisations as a person names them in a form or an address."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import orm

from cluster4w.models import Operation
from cluster4w.record.queries.operations import plan_months
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def month_of(text: str | None) -> str | None:
    """Return a month as ``YYYY-MM``, None for nothing.

    Raises:
        Refusal: the text is no month.
    """
    if not text:
        return None
    if not _MONTH.fullmatch(text):
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
    raise NotFound("organisation.no_such_number", N_("This organisation does not take part in this operation."))


def month_to_report(operation: Operation, today: dt.date | None = None) -> str:
    """Return the month that is reported now: last month, inside the plan."""
    months = plan_months(operation)
    before = ((today or dt.datetime.now(dt.UTC).date()).replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")
    return min(max(before, months[0]), months[-1])
