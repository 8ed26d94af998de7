"""How many of the organisations of an operation reported, month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.gaps.presence import due_day
from cluster4w.models import Operation
from cluster4w.record.queries.reporting import reports


@dataclass(frozen=True, slots=True)
class MonthReports:
    """The reports of a month: ``on_time``, ``late``, ``nil`` and ``missing`` add up to ``expected``.

    ``nil``: the organisation said that it did nothing; a nil report is a report. Donors are not expected,
    but one that has rows has reported.
    """

    month: str
    due: dt.date
    on_time: int
    late: int
    nil: int
    missing: int

    @property
    def expected(self) -> int:
        """How many organisations should report."""
        return self.on_time + self.late + self.nil + self.missing

    @property
    def rate(self) -> float | None:
        """The share that reported; None where nobody was expected."""
        return (self.expected - self.missing) / self.expected if self.expected else None


def reporting_by_month(
    session: orm.Session,
    operation: Operation,
    months: Sequence[str],
    *,
    as_of: dt.datetime | None = None,
) -> list[MonthReports]:
    """Return the reports of each month, as :func:`cluster4w.gaps.presence.reporting_status` tells them."""
    found = reports(session, operation, months, as_of)
    lines = []
    for month in months:
        due = found.due.get(month) or due_day(operation, month)
        since = {
            number: found.rows[month, number]
            for number in found.participants
            if (month, number) in found.rows
        }
        silent = found.participants - since.keys() - found.donors
        nil = sum((month, number) in found.nil for number in silent)
        on_time = sum(moment is not None and moment.date() <= due for moment in since.values())
        lines.append(MonthReports(month, due, on_time, len(since) - on_time, nil, len(silent) - nil))
    return lines
