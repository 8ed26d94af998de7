"""What was learned: who decided it, for whom, from which file, and what came in through it."""

from __future__ import annotations

import datetime as dt
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
    SubmissionState,
)
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound


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
