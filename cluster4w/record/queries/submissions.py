"""Submissions with their rows and findings, as pages and jobs need them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import (
    Operation,
    Organisation,
    Person,
    StoredFile,
    Submission,
    SubmissionFinding,
    SubmissionRow,
    SubmissionState,
)
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound

#: Earlier submissions among which the last one for some months is sought.
SOUGHT = 40

_SEVERITY = sa.case(
    (SubmissionFinding.severity == "error", 0), (SubmissionFinding.severity == "warning", 1), else_=2
)


def get_submission(session: orm.Session, submission_id: int, *, lock: bool = False) -> Submission:
    """Return a submission; raises :class:`NotFound`. ``lock``: nobody else moves it until the commit."""
    submission = session.get(Submission, submission_id, with_for_update=lock or None)
    if submission is None:
        raise NotFound("submission.unknown", N_("There is no such submission."))
    return submission


def file_content(session: orm.Session, submission: Submission) -> bytes:
    """Return the bytes that were sent; raises :class:`NotFound` for a form entry, which has none."""
    content = session.scalar(sa.select(StoredFile.content).where(StoredFile.id == submission.file_id))
    if content is None:
        raise NotFound("submission.no_file", N_("This submission has no file."))
    return content


def list_submissions(
    session: orm.Session, operation: Operation, organisation_id: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Return the latest submissions, newest first, with their file, organisation, author and row counts."""
    statement = (
        sa.select(
            Submission.id,
            Submission.state,
            Submission.origin,
            Submission.month,
            Submission.organisation_id,
            Organisation.acronym.label("organisation"),
            Person.name.label("author"),
            StoredFile.name.label("file"),
            StoredFile.size,
            Submission.report,
            Submission.created_at,
            Submission.checked_at,
            Submission.submitted_at,
        )
        .outerjoin(StoredFile, StoredFile.id == Submission.file_id)
        .outerjoin(Organisation, Organisation.id == Submission.organisation_id)
        .outerjoin(Person, Person.id == Submission.author_id)
        .where(Submission.operation_id == operation.id)
        .order_by(Submission.id.desc())
        .limit(limit)
    )
    if organisation_id is not None:
        statement = statement.where(Submission.organisation_id == organisation_id)
    found = []
    for row in session.execute(statement).mappings():
        entry = dict(row)
        entry["rows"] = (entry.pop("report") or {}).get("rows", {})
        found.append(entry)
    return found


def finding_groups(session: orm.Session, submission: Submission) -> list[dict[str, Any]]:
    """Return (severity, code, count, rows) per kind of finding: errors first, then the most frequent."""
    rows = session.execute(
        sa.select(
            SubmissionFinding.severity,
            SubmissionFinding.code,
            sa.func.count().label("count"),
            sa.func.count(sa.distinct(SubmissionFinding.row)).label("rows"),
        )
        .where(SubmissionFinding.submission_id == submission.id)
        .group_by(SubmissionFinding.severity, SubmissionFinding.code)
        .order_by(_SEVERITY, sa.desc("count"), SubmissionFinding.code)
    )
    return [dict(r) for r in rows.mappings()]


def rows(
    session: orm.Session,
    submission: Submission,
    *,
    state: str | None = None,
    comparison: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Return rows of a submission in the file's order."""
    r = SubmissionRow
    statement = (
        sa.select(
            r.sheet, r.number, r.state, r.comparison, r.uid, r.organisation_id, r.values, r.extra, r.before
        )
        .where(r.submission_id == submission.id)
        .order_by(r.id)
        .offset(offset)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(r.state == state)
    if comparison is not None:
        statement = statement.where(r.comparison == comparison)
    return [
        {**dict(row), "values": row["parsed"] if "parsed" in row else row["values"]}
        for row in session.execute(statement).mappings()
    ]


def rows_to_record(session: orm.Session, submission: Submission) -> Iterator[Any]:
    """Yield what submitting writes: rows without errors that are new or changed."""
    r = SubmissionRow
    yield from session.execute(
        sa.select(r.sheet, r.number, r.comparison, r.uid, r.organisation_id, r.values.label("said"), r.extra)
        .where(
            r.submission_id == submission.id,
            r.state.in_(("clean", "with_warnings")),
            r.comparison.in_(("new", "changed")),
        )
        .order_by(r.id)
        .execution_options(yield_per=2000)
    )


def last_sent(session: orm.Session, submission: Submission, months: list[str]) -> Submission | None:
    """Return the last file before this one that the same organisation sent for some of these months.

    One that was refused or put away does not count, nor does one whose check is not done.
    """
    s = Submission
    candidates = session.scalars(
        sa.select(s)
        .where(
            s.operation_id == submission.operation_id,
            s.organisation_id.is_(None)
            if submission.organisation_id is None
            else s.organisation_id == submission.organisation_id,
            s.id < submission.id,
            s.file_id.is_not(None),
            s.state.in_((SubmissionState.CHECKED, SubmissionState.SUBMITTED)),
        )
        .order_by(s.id.desc())
        .limit(SOUGHT)
    )
    wanted = set(months)
    return next((c for c in candidates if wanted & {*c.report.get("months", ()), c.month}), None)


def row_values(session: orm.Session, submission: Submission) -> Iterator[Any]:
    """Yield sheet, number, organisation_id and ``said`` (JSON values) of every row that was read."""
    r = SubmissionRow
    yield from session.execute(
        sa.select(r.sheet, r.number, r.organisation_id, r.values.label("said"))
        .where(r.submission_id == submission.id)
        .order_by(r.id)
        .execution_options(yield_per=5000)
    )


def error_pairs(session: orm.Session, submission: Submission) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """Return the (code, key) of the errors of each row, by sheet and row number."""
    f = SubmissionFinding
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    rows = session.execute(
        sa.select(f.sheet, f.row, f.code, f.key).where(
            f.submission_id == submission.id, f.severity == "error", f.row.is_not(None)
        )
    )
    for sheet, number, code, key in rows:
        found.setdefault((sheet or "", int(number or 0)), []).append((code, key or ""))
    return found


def row_states(session: orm.Session, submission: Submission) -> Iterator[tuple[str, int, str]]:
    """Yield sheet, number and state of every row that was read."""
    r = SubmissionRow
    found = session.execute(
        sa.select(r.sheet, r.number, r.state)
        .where(r.submission_id == submission.id)
        .execution_options(yield_per=5000)
    )
    yield from ((sheet, number, state) for sheet, number, state in found)


def all_findings(session: orm.Session, submission: Submission) -> Iterator[Any]:
    """Yield every finding in the file's order, without its row's values."""
    f = SubmissionFinding
    yield from session.execute(
        sa.select(
            f.severity, f.code, f.sheet, f.row, f.column, f.header, f.key, f.value, f.params, f.suggestion
        )
        .where(f.submission_id == submission.id)
        .order_by(f.id)
        .execution_options(yield_per=5000)
    )
