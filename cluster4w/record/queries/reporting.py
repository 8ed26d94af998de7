"""Who reported in each month of a plan: one walk over the record, however many months there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import NilReport, Operation, Participation, Period
from cluster4w.record.ledger.lines import Lines
from cluster4w.record.queries.coverage import Window
from cluster4w.record.queries.ledger import choose, lines_of, moment_of

#: Month and organisation.
Key = tuple[str | None, int]


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of some months.

    ``rows``: when the first row of a month came, for organisations that have a row in force; None where all
    of them came with another month and were moved. ``nil``: when
    an organisation said that it did nothing. ``due``: days that were set for a month.
    """

    #: Organisations that take part, and those among them that only give money.
    participants: frozenset[int]
    donors: frozenset[int]
    rows: dict[Key, dt.datetime | None]
    nil: dict[Key, dt.datetime]
    due: dict[str, dt.date]


def reports(
    session: orm.Session, operation: Operation, months: Sequence[str], as_of: dt.datetime | None = None
) -> Reports:
    """Return who reported when. Withdrawn rows are no report; ``as_of``: as it was known at that moment."""
    roles = list(
        session.execute(
            sa.select(Participation.organisation_id, Participation.role).where(
                Participation.operation_id == operation.id
            )
        )
    )
    lines = lines_of(session, operation)
    chosen = choose(lines, Window(as_of=as_of))
    groups = chosen.groups("period", "organisation")
    rows = groups.sum(chosen.of("sign"))
    there: set[Key] = {key for key, number in zip(groups.values(), rows, strict=True) if number > 0}
    first = _first(lines)
    nil = sa.select(NilReport.month, NilReport.organisation_id, NilReport.created_at).where(
        NilReport.operation_id == operation.id, NilReport.month.in_(months)
    )
    if as_of is not None:
        nil = nil.where(NilReport.created_at <= as_of)
    due = session.execute(
        sa.select(Period.month, Period.due).where(
            Period.operation_id == operation.id, Period.due.is_not(None), Period.month.in_(months)
        )
    )
    return Reports(
        frozenset(number for number, _ in roles),
        frozenset(number for number, role in roles if role == "donor"),
        {key: first.get(key) for key in there if key[0] in months},
        {(month, number): since for month, number, since in session.execute(nil)},
        {month: day for month, day in due if day is not None},
    )


def _first(lines: Lines) -> dict[Key, dt.datetime]:
    """Return when the first version ever recorded came, however often it was corrected since."""
    chosen = choose(lines, Window())
    chosen = chosen.where((chosen.of("fresh") == 1) & (chosen.of("sign") == 1))
    groups = chosen.groups("period", "organisation")
    never = np.iinfo(np.int64).max
    since = np.full(groups.count, never)
    np.minimum.at(since, groups.numbers, chosen.of("at"))
    found = zip(groups.values(), since.tolist(), strict=True)
    return {key: moment_of(number) for key, number in found if number < never}
