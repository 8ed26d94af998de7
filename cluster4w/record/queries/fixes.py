"""What was corrected in the page of a check, and the findings that a correction answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Person, Submission, SubmissionFinding, SubmissionFix


@dataclass(frozen=True, slots=True)
class StoredFix:
    """A correction with who made it. ``row`` 0: every row; ``column`` "": one that the file lacks."""

    id: int
    sheet: str
    row: int
    column: str
    key: str
    header: str | None
    file_value: str | None
    fixed_value: str
    author: str | None
    created_at: Any


def list_fixes(
    session: orm.Session, submission: Submission, *, offset: int = 0, limit: int | None = None
) -> list[StoredFix]:
    """Return the corrections of a submission in the order of the file."""
    f = SubmissionFix
    statement = (
        sa.select(
            f.id, f.sheet, f.row, f.column, f.key, f.header, f.file_value, f.fixed_value,
            Person.name.label("author"), f.created_at,
        )
        .outerjoin(Person, Person.id == f.person_id)
        .where(f.submission_id == submission.id)
        .order_by(f.sheet, f.row, f.column, f.id)
        .offset(offset)
    )  # fmt: skip
    if limit is not None:
        statement = statement.limit(limit)
    return [StoredFix(**row) for row in session.execute(statement).mappings()]


def count_fixes(session: orm.Session, submission: Submission) -> int:
    """Return how many cells of a submission were corrected in the page."""
    statement = sa.select(sa.func.count()).where(SubmissionFix.submission_id == submission.id)
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class Wrong:
    """A finding about a cell. ``row`` is None for one about a column that the file lacks."""

    sheet: str
    row: int | None
    column: str | None
    header: str | None
    key: str | None
    value: str | None
    params: dict[str, Any]
    suggestion: str | None


def wrong_cells(
    session: orm.Session,
    submission: Submission,
    *,
    code: str,
    severity: str,
    cell: tuple[str, int | None, str | None, str | None] | None = None,
) -> list[Wrong]:
    """Return the findings of a kind, in the file's order.

    ``cell``: the finding with this sheet, row, column and key, then all that are equal to it.
    """
    f = SubmissionFinding
    statement = (
        sa.select(f.sheet, f.row, f.column, f.header, f.key, f.value, f.params, f.suggestion)
        .where(f.submission_id == submission.id, f.code == code, f.severity == severity)
        .order_by(f.id)
    )
    if cell is None:
        return [_wrong(row) for row in session.execute(statement)]
    sheet, number, column, key = cell
    same_column = (f.sheet == sheet, _is(f.column, column), _is(f.key, key))
    first = session.execute(statement.where(*same_column, _is(f.row, number)).limit(1)).first()
    if first is None:
        return []
    alike = session.execute(
        statement.where(*same_column, _is(f.value, first.value), _is(f.suggestion, first.suggestion))
    )
    same = [_wrong(row) for row in alike if row.params == first.params]
    return sorted(same, key=lambda w: w.row != number)


def _is(column: Any, value: Any) -> sa.ColumnElement[bool]:
    return column.is_(None) if value is None else column == value  # type: ignore[no-any-return]


def _wrong(row: Any) -> Wrong:
    return Wrong(row.sheet or "", *row[1:])


def fixes_by_row(
    session: orm.Session, submission: Submission, kept: Iterable[str] = ("key", "column", "header")
) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return the corrections by sheet and row, as a version of the record keeps them."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for fix in list_fixes(session, submission):
        said: dict[str, Any] = {name: getattr(fix, name) for name in kept}
        said |= {"file": fix.file_value, "fixed": fix.fixed_value}
        found.setdefault((fix.sheet, fix.row), []).append(said)
    return found
