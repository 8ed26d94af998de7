"""The findings of one kind with equal ones together: one answer mends all of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Submission, SubmissionFinding, SubmissionRow


@dataclass(frozen=True, slots=True)
class Repeated:
    """A finding as often as it occurs: same column, same value, same words.

    ``rows`` are the file's own row numbers, in order; empty for a finding about the file or a column.
    ``values``: JSON values of the first of them, where it could be read.
    """

    sheet: str | None
    column: str | None
    header: str | None
    key: str | None
    value: str | None
    params: dict[str, Any]
    suggestion: str | None
    count: int
    rows: list[int]
    values: dict[str, Any] | None


_F = SubmissionFinding
_SAME = (_F.sheet, _F.column, _F.header, _F.key, _F.value, _F.params, _F.suggestion)


def _of(submission: Submission, code: str, severity: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (_F.submission_id == submission.id, _F.code == code, _F.severity == severity)


def count_repeated(session: orm.Session, submission: Submission, *, code: str, severity: str) -> int:
    """Return how many entries :func:`list_repeated` pages through."""
    same = sa.select(sa.literal(1)).where(*_of(submission, code, severity)).group_by(*_SAME).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(same)) or 0


def list_repeated(
    session: orm.Session,
    submission: Submission,
    *,
    code: str,
    severity: str,
    offset: int = 0,
    limit: int = 50,
) -> list[Repeated]:
    """Return the findings of one kind, equal ones together, the most frequent first."""
    numbers = sa.func.aggregate_strings(sa.cast(_F.row, sa.String), ",")
    found = session.execute(
        sa.select(*_SAME, sa.func.count().label("times"), numbers.label("numbers"))
        .where(*_of(submission, code, severity))
        .group_by(*_SAME)
        .order_by(sa.func.count().desc(), sa.func.min(_F.id))
        .offset(offset)
        .limit(limit)
    ).all()
    rows = [sorted(map(int, entry.numbers.split(","))) if entry.numbers else [] for entry in found]
    firsts = {(entry.sheet, numbers[0]) for entry, numbers in zip(found, rows, strict=True) if numbers}
    values = _values(session, submission, firsts)
    return [
        Repeated(
            sheet=entry.sheet,
            column=entry.column,
            header=entry.header,
            key=entry.key,
            value=entry.value,
            params=entry.params,
            suggestion=entry.suggestion,
            count=entry.times,
            rows=numbers,
            values=values.get((entry.sheet, numbers[0])) if numbers else None,
        )
        for entry, numbers in zip(found, rows, strict=True)
    ]


def _values(
    session: orm.Session, submission: Submission, wanted: set[tuple[str | None, int]]
) -> dict[tuple[str | None, int], dict[str, Any]]:
    r = SubmissionRow
    found = session.execute(
        sa.select(r.sheet, r.number, r.values.label("said"))
        .where(r.submission_id == submission.id, r.number.in_({number for _, number in wanted}))
        # A row of the file may have become several: the first of them stands for it.
        .order_by(r.id.desc())
    )
    return {(sheet, number): said for sheet, number, said in found}
