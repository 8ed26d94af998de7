"""Recorded activities that a file no longer holds: kept, withdrawn, or put as a question to the manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Person, Submission, VanishedChoice
from cluster4w.models.base import now
from cluster4w.record.operations.activities import Change, batches, record_versions
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.corrections import unrecognised, withdraw_activity
from cluster4w.record.operations.fixes import require_checked
from cluster4w.record.queries.comparison import Recorded, rows_by_uid
from cluster4w.record.queries.operations import locked_months, template_of
from cluster4w.record.queries.vanished import own_vanished
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal

KEEP, WITHDRAW, ASK = "keep", "withdraw", "ask"
CHOICES = (KEEP, WITHDRAW, ASK)
KEPT, WITHDRAWN, OPEN = "kept", "withdrawn", "open"
BATCH = 500

_TABLE = cast(sa.Table, VanishedChoice.__table__)


def choose(
    session: orm.Session, submission: Submission, choices: Mapping[str, str], *, actor: Person | None
) -> None:
    """Keep what is to become of activities when the submission is sent, by row id.

    Raises:
        NotFound: an activity is not among those that the file lacks, or is another organisation's.
        Refusal: the submission was sent or put away, or an activity to withdraw lies in a locked month.
    """
    require_checked(submission)
    missing = set(own_vanished(submission))
    if not choices.keys() <= missing:
        raise NotFound("vanished.unknown", N_("This line is not among those that the file lacks."))
    operation = session.get_one(Operation, submission.operation_id)
    withdrawn = [uid for uid, choice in choices.items() if choice == WITHDRAW]
    _refuse_locked(session, operation, withdrawn)
    for batch in batches(choices, BATCH):
        session.execute(
            sa.delete(_TABLE).where(_TABLE.c.submission_id == submission.id, _TABLE.c.uid.in_(batch))
        )
    moment = now()
    rows = [
        {
            "submission_id": submission.id,
            "uid": uid,
            "choice": choice,
            "person_id": actor.id if actor else None,
            "created_at": moment,
        }
        for uid, choice in choices.items()
        if choice in CHOICES and choice != KEEP
    ]
    for batch_ in batches(rows, BATCH):
        session.execute(sa.insert(_TABLE), batch_)
    log(
        session,
        "submission.vanished_chosen",
        subject="submission",
        subject_id=submission.id,
        operation=operation,
        actor=actor,
        **{choice: sum(c == choice for c in choices.values()) for choice in CHOICES},
    )
    session.flush()


def _refuse_locked(session: orm.Session, operation: Operation, uids: list[str]) -> None:
    locked = locked_months(session, operation)
    if not locked or not uids:
        return
    months = {str(r.values.get("period")) for r in rows_by_uid(session, operation, uids)} & locked
    if months:
        raise Refusal(
            "vanished.locked",
            N_("The month %(month)s is locked: its lines stay in the record. Nothing was changed."),
            month=", ".join(sorted(months)),
        )


def carry_out(
    session: orm.Session, operation: Operation, submission: Submission, *, actor: Person | None
) -> int:
    """Do what was chosen, as part of submitting; returns how many activities were withdrawn.

    Only what still is in the record, of the submission's own organisation and in an open month, is
    withdrawn; all else is kept.
    """
    missing = set(own_vanished(submission))
    chosen = {
        row.uid: row.choice
        for row in session.execute(
            sa.select(_TABLE.c.uid, _TABLE.c.choice).where(_TABLE.c.submission_id == submission.id)
        )
        if row.uid in missing
    }
    locked = locked_months(session, operation)
    wanted = [uid for uid, choice in chosen.items() if choice == WITHDRAW]
    gone = [
        r
        for r in rows_by_uid(session, operation, wanted)
        if submission.organisation_id in (None, r.organisation_id) and r.values.get("period") not in locked
    ]
    if gone:
        template = template_of(operation)
        changes = [
            Change(
                r.organisation_id,
                r.values,
                r.uid,
                withdrawn=True,
                extra=unrecognised(r.extra, template),
            )
            for r in gone
        ]
        record_versions(
            session, operation, changes, actor=actor, submission=submission, action="submission.withdrawn"
        )
    _settle_all(session, submission, chosen, gone)
    return len(gone)


def _settle_all(
    session: orm.Session, submission: Submission, chosen: Mapping[str, str], gone: list[Recorded]
) -> None:
    withdrawn = {r.uid for r in gone}
    outcomes: dict[str, list[str]] = {}
    for uid, choice in chosen.items():
        outcome = OPEN if choice == ASK else WITHDRAWN if uid in withdrawn else KEPT
        outcomes.setdefault(outcome, []).append(uid)
    for outcome, uids in outcomes.items():
        for batch in batches(uids, BATCH):
            session.execute(
                sa.update(_TABLE)
                .where(_TABLE.c.submission_id == submission.id, _TABLE.c.uid.in_(batch))
                .values(outcome=outcome)
            )


def settle(
    session: orm.Session,
    operation: Operation,
    submission: Submission,
    uid: str,
    answer: str,
    *,
    base: int,
    actor: Person | None,
) -> None:
    """Answer an open question: keep the activity, or withdraw it on top of its version ``base``.

    Raises:
        NotFound: there is no such open question.
        Refusal: the activity has changed since, is withdrawn already, or its month is locked.
    """
    question = session.scalar(
        sa.select(VanishedChoice)
        .where(
            VanishedChoice.submission_id == submission.id,
            VanishedChoice.uid == uid,
            VanishedChoice.outcome == OPEN,
        )
        .with_for_update()
    )
    if question is None or answer not in (KEEP, WITHDRAW):
        raise NotFound("vanished.no_question", N_("There is no such question, or it was answered already."))
    if answer == WITHDRAW:
        withdraw_activity(session, operation, uid, base=base, actor=actor)
    question.outcome = WITHDRAWN if answer == WITHDRAW else KEPT
    question.settled_by = actor.id if actor else None
    question.settled_at = now()
    log(
        session,
        "submission.question_settled",
        subject="activity",
        subject_id=uid,
        operation=operation,
        actor=actor,
        submission=submission.id,
        outcome=question.outcome,
    )
    session.flush()
