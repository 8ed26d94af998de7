"""A check and a recording as a worker does them: the long part reads, and only then is anything locked.

On SQLite one transaction at a time may write: a check that held the lock while it reads a large file would
make everybody wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.recording import Recording
from cluster4w.intake.steps import Tell
from cluster4w.intake.submit import agreed, read_sent, save_found, submit
from cluster4w.intake.submit import prepare as prepare_rows
from cluster4w.models import Operation, Submission, SubmissionState
from cluster4w.record.operations import submissions as store
from cluster4w.record.operations.activities import Overtaken
from cluster4w.record.queries.operations import lock_operation
from cluster4w.record.queries.submissions import get_submission
from cluster4w.record.queries.waiting import moved_on
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: Why a file is not recorded although it was sent: what was agreed to is not what would be recorded.
MOVED_ON = Refusal(
    "submission.moved_on",
    N_(
        "The record or the places have changed since this file was checked. It was checked again:"
        " look at the result, then send it. Nothing was recorded."
    ),
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What to record, as the last check said it, or what another check found in the meantime."""

    recording: Recording | None = None
    again: Check | Refusal | None = None


def read(session: orm.Session, submission_id: int, progress: Tell) -> Check | Refusal:
    """Return what a check of the file finds, or why it cannot be used. Writes nothing."""
    return read_sent(session, get_submission(session, submission_id), progress)


def save(
    session: orm.Session,
    submission_id: int,
    found: Check | Refusal,
    progress: Tell,
    pause: Callable[[], None],
) -> None:
    """Store what a check found, unless the submission was put away in the meantime.

    ``pause`` commits what is stored so far and lets others write.
    """
    submission = get_submission(session, submission_id, lock=True)
    if submission.state == SubmissionState.CHECKING:
        save_found(session, submission, found, progress, pause)


def prepare(session: orm.Session, submission_id: int, progress: Tell) -> Prepared:
    """Return all that recording a submission writes, or another check where the record has moved on."""
    submission = get_submission(session, submission_id)
    if moved_on(session, session.get_one(Operation, submission.operation_id), submission):
        return Prepared(again=read_sent(session, submission, progress))
    return Prepared(prepare_rows(session, submission, progress))


def record(
    session: orm.Session,
    submission_id: int,
    prepared: Prepared,
    progress: Tell,
    *,
    patient: bool,
    pause: Callable[[], None] | None = None,
) -> bool:
    """Record the rows of a submission that was sent; returns False when it is to be prepared once more.

    What its sender agreed to is what is recorded: a submission that another check sees differently, or that
    cannot be recorded, goes back to its page, which says why.

    Args:
        session: one that writes.
        submission_id: a submission in state ``recording``; any other is left as it is.
        prepared: what was read before anything was locked.
        progress: told the share that is done.
        patient: give up where the record has moved on once more; else check again here, while all wait.
        pause: commits what is stored of another check so far and lets others write.
    """
    submission = get_submission(session, submission_id, lock=True)
    if submission.state != SubmissionState.RECORDING:
        return True
    # Another check replaces the report that says it.
    recorder = store.recorder_of(session, submission)
    if patient and prepared.again is not None:
        # Its rows are stored while others write, and are made ready before anything is locked for long.
        if not _checked_again(session, submission, prepared.again, pause):
            return True
        store.ask_to_record(session, submission, actor=recorder)
        return False
    operation = lock_operation(session, submission.operation_id)
    if moved_on(session, operation, submission):
        if patient:
            return False
        if not _checked_again(session, submission, read_sent(session, submission, progress)):
            return True
    if submission.state == SubmissionState.RECORDING:
        store.move(submission, SubmissionState.CHECKED)
    # What else has happened makes no difference to these rows.
    submission.revision = operation.revision
    try:
        with session.begin_nested():
            recording = prepared.recording if patient else None
            submit(session, submission, actor=recorder, progress=progress, prepared=recording)
    except Overtaken:
        session.refresh(submission)
        store.ask_to_record(session, submission, actor=recorder)
        return False
    except Refusal as refusal:
        session.refresh(submission)
        store.put_back(session, submission, refusal)
    return True


def _checked_again(
    session: orm.Session,
    submission: Submission,
    again: Check | Refusal,
    pause: Callable[[], None] | None = None,
) -> bool:
    """Store another check; tell whether it says the same as the one that the sender saw."""
    seen = agreed(submission)
    save_found(session, submission, again, pause=pause)
    if submission.state == SubmissionState.CHECKED:
        if agreed(submission) == seen:
            return True
        store.put_back(session, submission, MOVED_ON)
    return False
