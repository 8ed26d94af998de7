"""What was learned: who decided it, for whom, from which file, and what came in through it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import (
    Alias,
    AliasUse,
    Operation,
    Organisation,
    Person,
    StoredFile,
    Submission,
    SubmissionFinding,
    SubmissionState,
)
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound
from cluster4w.template.text import fold


@dataclass(frozen=True, slots=True)
class LearnedAnswer:
    """An answer that holds. ``organisation`` is None for one that holds for everybody.

    ``files``: in how many files it applied; ``recorded``: how many rows of the record came in through it;
    ``waiting``: files that were checked with it and not sent yet.
    """

    id: int
    kind: str
    context: str
    typed: str
    target: str
    edition_id: int | None
    organisation_id: int | None
    organisation: str | None
    author: str | None
    file: str | None
    source: str
    created_at: dt.datetime
    files: int
    recorded: int
    waiting: int


@dataclass(frozen=True, slots=True)
class FileOfAnswer:
    """A file in which an answer applied."""

    submission_id: int
    file: str | None
    organisation: str | None
    created_at: dt.datetime
    state: str
    rows: int
    recorded: int


#: A file that was put away counts for nothing.
_COUNTED = Submission.state != SubmissionState.DISCARDED


def count_learned(session: orm.Session, operation: Operation, organisation_id: int | None = None) -> int:
    """Return how many entries :func:`list_learned` pages through."""
    statement = sa.select(sa.func.count()).select_from(Alias).where(*_held(operation, organisation_id))
    return session.scalar(statement) or 0


def list_learned(
    session: orm.Session,
    operation: Operation,
    organisation_id: int | None = None,
    *,
    offset: int = 0,
    limit: int | None = 100,
) -> list[LearnedAnswer]:
    """Return the answers that hold, the latest first: all, or those of one organisation only."""
    statement = _statement().where(*_held(operation, organisation_id)).offset(offset).limit(limit)
    return [LearnedAnswer(**row) for row in session.execute(statement).mappings()]


def learned_places(session: orm.Session, operation: Operation) -> dict[str, set[str]]:
    """Return what areas of the operation's edition were called in files: folded spelling to p-codes."""
    found: dict[str, set[str]] = {}
    rows = session.execute(
        sa.select(Alias.folded, Alias.target).where(
            Alias.operation_id == operation.id,
            Alias.kind == "area",
            Alias.edition_id == operation.edition_id,
            Alias.revoked_at.is_(None),
        )
    )
    for folded, pcode in rows:
        found.setdefault(folded, set()).add(pcode)
    return found


def get_learned(
    session: orm.Session, operation: Operation, alias_id: int, organisation_id: int | None = None
) -> LearnedAnswer:
    """Return one of the answers of :func:`list_learned`; raises :class:`NotFound`."""
    statement = _statement().where(*_held(operation, organisation_id), Alias.id == alias_id)
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound("alias.unknown", N_("There is no such answer, or it was taken back already."))
    return LearnedAnswer(**row)


def files_of(session: orm.Session, alias_id: int, *, limit: int = 50) -> list[FileOfAnswer]:
    """Return the files in which an answer applied, the latest first."""
    statement = (
        sa.select(
            Submission.id.label("submission_id"),
            StoredFile.name.label("file"),
            Organisation.acronym.label("organisation"),
            Submission.created_at,
            Submission.state,
            AliasUse.rows,
            AliasUse.recorded,
        )
        .select_from(AliasUse)
        .join(Submission, Submission.id == AliasUse.submission_id)
        .outerjoin(StoredFile, StoredFile.id == Submission.file_id)
        .outerjoin(Organisation, Organisation.id == Submission.organisation_id)
        .where(AliasUse.alias_id == alias_id, _COUNTED)
        .order_by(Submission.id.desc())
        .limit(limit)
    )
    return [FileOfAnswer(**row) for row in session.execute(statement).mappings()]


#: Files that are looked through for what waits, the latest first, and different questions of theirs.
_LATEST = 300
_MOST = 5000


def waiting_elsewhere(
    session: orm.Session,
    submission: Submission,
    code: str,
    contexts: Collection[str],
    organisation_id: int | None,
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return in how many rows and files, beside this one, findings of a code ask the same questions.

    Args:
        session: where it is read.
        submission: the file that is looked at; it is not counted.
        code: of the findings.
        contexts: of the questions, as in :class:`Alias`.
        organisation_id: whose files are counted; None for everybody's.

    Returns:
        (kind, context, folded spelling) to (rows, files).
    """
    files = sa.select(Submission.id).where(
        Submission.operation_id == submission.operation_id,
        Submission.id != submission.id,
        Submission.state.in_((SubmissionState.CHECKED, SubmissionState.SUBMITTED)),
    )
    if organisation_id is not None:
        files = files.where(Submission.organisation_id == organisation_id)
    f = SubmissionFinding
    asked = f.params["ask"]
    told = (asked["kind"].as_string(), asked["context"].as_string(), asked["text"].as_string())
    rows = session.execute(
        sa.select(f.submission_id, *told, sa.func.count())
        .where(
            f.submission_id.in_(files.order_by(Submission.id.desc()).limit(_LATEST)),
            f.code == code,
            told[1].in_(contexts),
        )
        .group_by(f.submission_id, *told)
        .order_by(f.submission_id.desc())
        .limit(_MOST)
    )
    found: dict[tuple[str, str, str], tuple[int, set[int]]] = {}
    for file_id, kind, context, text, count in rows:
        so_far, seen = found.get((kind, context, fold(text)), (0, set()))
        found[(kind, context, fold(text))] = (so_far + count, seen | {file_id})
    return {key: (count, len(seen)) for key, (count, seen) in found.items()}


def _held(operation: Operation, organisation_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    held = (Alias.operation_id == operation.id, Alias.revoked_at.is_(None))
    return held if organisation_id is None else (*held, Alias.organisation_id == organisation_id)


def _statement() -> sa.Select[*tuple[Any, ...]]:
    sent = Submission.state == SubmissionState.SUBMITTED
    checked = Submission.state == SubmissionState.CHECKED
    uses = (
        sa.select(
            AliasUse.alias_id,
            sa.func.count().label("files"),
            sa.func.sum(sa.case((sent, AliasUse.recorded), else_=0)).label("recorded"),
            sa.func.sum(sa.case((checked, 1), else_=0)).label("waiting"),
        )
        .join(Submission, Submission.id == AliasUse.submission_id)
        .where(_COUNTED)
        .group_by(AliasUse.alias_id)
        .subquery()
    )
    asked = orm.aliased(Submission)
    return (
        sa.select(
            Alias.id,
            Alias.kind,
            Alias.context,
            Alias.typed,
            Alias.target,
            Alias.edition_id,
            Alias.organisation_id,
            Organisation.acronym.label("organisation"),
            Person.name.label("author"),
            StoredFile.name.label("file"),
            Alias.source,
            Alias.created_at,
            sa.func.coalesce(uses.c.files, 0).label("files"),
            sa.func.coalesce(uses.c.recorded, 0).label("recorded"),
            sa.func.coalesce(uses.c.waiting, 0).label("waiting"),
        )
        .select_from(Alias)
        .outerjoin(Organisation, Organisation.id == Alias.organisation_id)
        .outerjoin(Person, Person.id == Alias.author_id)
        .outerjoin(asked, asked.id == Alias.submission_id)
        .outerjoin(StoredFile, StoredFile.id == asked.file_id)
        .outerjoin(uses, uses.c.alias_id == Alias.id)
        .order_by(Alias.id.desc())
    )
