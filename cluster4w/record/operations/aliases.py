"""Learning what people decided once, and forgetting it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Alias, Operation, Person, Submission
from cluster4w.models.base import now
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound
from cluster4w.template.text import fold, fold_header


@dataclass(frozen=True, slots=True)
class Answer:
    """What a spelling or a header means, and where; the fields are those of the model ``Alias``."""

    kind: str
    context: str
    typed: str
    target: str

    @property
    def folded(self) -> str:
        """The comparison form of what was typed."""
        return fold_header(self.typed) if self.kind == "column" else fold(self.typed)


def learn(
    session: orm.Session,
    operation: Operation,
    answers: Iterable[Answer],
    *,
    organisation_id: int | None,
    actor: Person | None,
    submission: Submission | None = None,
    source: str = "",
) -> list[Alias]:
    """Keep answers, for one organisation or (None) for everybody; returns those that are new.

    An answer takes the place of an earlier one to the same question for the same organisation. One that is
    known already changes nothing. Whether ``actor`` may decide for that organisation is the caller's to know.
    """
    wanted = {(a.kind, a.context, a.folded): a for a in answers if a.folded}
    if not wanted:
        return []
    # Two answers to one question at the same time: the second takes the place of the first.
    session.refresh(operation, ["revision"], with_for_update=True)
    known = _active(session, operation, organisation_id, {folded for _, _, folded in wanted})
    new = []
    for key, answer in wanted.items():
        before = known.get(key)
        if before is not None:
            if before.target == answer.target:
                continue
            _end(session, operation, before, actor)
        alias = Alias(
            operation_id=operation.id,
            kind=answer.kind,
            context=answer.context,
            folded=answer.folded,
            typed=answer.typed,
            target=answer.target,
            edition_id=operation.edition_id if answer.kind == "area" else None,
            organisation_id=organisation_id,
            author_id=actor.id if actor else None,
            submission_id=submission.id if submission else None,
            source=source,
        )
        session.add(alias)
        new.append(alias)
    if new:
        session.flush()
        for alias in new:
            _log(session, "alias.learned", operation, alias, actor)
        touch(session, operation)
    return new


def name_submission(session: orm.Session, aliases: Iterable[Alias], submission: Submission) -> None:
    """Say of answers that were learned with a file that they come from it."""
    for alias in aliases:
        alias.submission_id = submission.id
    session.flush()


def revoke(
    session: orm.Session,
    operation: Operation,
    alias_id: int,
    *,
    actor: Person | None,
    organisation_id: int | None = None,
) -> Alias:
    """Take an answer back: from now on it is asked again. What was recorded through it stays as it is.

    Args:
        session: where it is written.
        operation: whose answer it is.
        alias_id: the answer.
        actor: who takes it back.
        organisation_id: only one of this organisation's own answers; None for any.

    Raises:
        NotFound: there is no such answer (any more), or it is not this organisation's own.
    """
    alias = session.get(Alias, alias_id, with_for_update=True)
    mine = organisation_id is None or (alias is not None and alias.organisation_id == organisation_id)
    if alias is None or alias.operation_id != operation.id or alias.revoked_at is not None or not mine:
        raise NotFound("alias.unknown", N_("There is no such answer, or it was taken back already."))
    _end(session, operation, alias, actor)
    touch(session, operation)
    return alias


def _active(
    session: orm.Session, operation: Operation, organisation_id: int | None, spellings: set[str]
) -> dict[tuple[str, str, str], Alias]:
    found = session.scalars(
        sa.select(Alias).where(
            Alias.operation_id == operation.id,
            Alias.revoked_at.is_(None),
            Alias.folded.in_(spellings),
            Alias.organisation_id.is_(None)
            if organisation_id is None
            else Alias.organisation_id == organisation_id,
            sa.or_(Alias.edition_id.is_(None), Alias.edition_id == operation.edition_id),
        )
    )
    return {(a.kind, a.context, a.folded): a for a in found}


def _end(session: orm.Session, operation: Operation, alias: Alias, actor: Person | None) -> None:
    alias.revoked_at = now()
    alias.revoked_by = actor.id if actor else None
    _log(session, "alias.revoked", operation, alias, actor)


def _log(session: orm.Session, action: str, operation: Operation, alias: Alias, actor: Person | None) -> None:
    log(
        session,
        action,
        subject="alias",
        subject_id=alias.id,
        operation=operation,
        actor=actor,
        kind=alias.kind,
        context=alias.context,
        typed=alias.typed,
        target=alias.target,
        organisation_id=alias.organisation_id,
    )
