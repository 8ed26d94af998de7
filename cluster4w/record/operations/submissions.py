"""Storing submissions: the file, the rows that were read, the findings, and where the submission stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import (
    AliasUse,
    Operation,
    Person,
    StoredFile,
    Submission,
    SubmissionFinding,
    SubmissionRow,
    SubmissionState,
)
from cluster4w.models.base import now
from cluster4w.record.operations.activities import batches
from cluster4w.record.operations.audit import log
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

BATCH = 2_000
#: Entries of a report while its submission waits for a worker: how often it was begun, who sent it and when.
BEGUN, _RECORDER, SENT = "begun", "recorder", "sent"
#: Entry of a checked submission's report: why sending it came to nothing, as a refusal.
NOT_RECORDED = "not_recorded"

_ROWS = cast(sa.Table, SubmissionRow.__table__)
_FINDINGS = cast(sa.Table, SubmissionFinding.__table__)
_USES = cast(sa.Table, AliasUse.__table__)

#: From which states a submission may go on to which.
_MOVES: dict[SubmissionState, frozenset[SubmissionState]] = {
    SubmissionState.RECEIVED: frozenset(
        {
            SubmissionState.CHECKING,
            SubmissionState.CHECKED,
            SubmissionState.REFUSED,
            SubmissionState.DISCARDED,
        }
    ),
    SubmissionState.CHECKING: frozenset(
        {
            SubmissionState.CHECKING,
            SubmissionState.CHECKED,
            SubmissionState.REFUSED,
            SubmissionState.DISCARDED,
        }
    ),
    SubmissionState.CHECKED: frozenset(
        {
            SubmissionState.RECEIVED,
            SubmissionState.CHECKING,
            SubmissionState.CHECKED,
            SubmissionState.REFUSED,
            SubmissionState.RECORDING,
            SubmissionState.SUBMITTED,
            SubmissionState.DISCARDED,
        }
    ),
    SubmissionState.RECORDING: frozenset(
        {
            SubmissionState.CHECKING,
            SubmissionState.CHECKED,
            SubmissionState.REFUSED,
            SubmissionState.SUBMITTED,
        }
    ),
    SubmissionState.REFUSED: frozenset(
        {SubmissionState.RECEIVED, SubmissionState.CHECKING, SubmissionState.DISCARDED}
    ),
    SubmissionState.SUBMITTED: frozenset(),
    SubmissionState.DISCARDED: frozenset(),
}


def move(submission: Submission, to: SubmissionState) -> None:
    """Bring a submission to another state.

    Raises:
        Refusal: it cannot go there, for example because it was submitted already.
    """
    if to not in _MOVES[SubmissionState(submission.state)]:
        raise Refusal(
            "submission.state",
            N_("This submission has moved on in the meantime; nothing was changed. Reload the page."),
        )
    submission.state = to


def _tell(
    session: orm.Session, submission: Submission, action: str, actor: Person | None = None, **facts: Any
) -> None:
    """Write what became of a submission into the trail, and everything that waits into the database."""
    log(
        session,
        action,
        subject="submission",
        subject_id=submission.id,
        operation=session.get_one(Operation, submission.operation_id),
        actor=actor,
        **facts,
    )
    session.flush()


def receive_file(
    session: orm.Session,
    operation: Operation,
    data: bytes,
    name: str,
    *,
    organisation_id: int | None,
    month: str | None,
    actor: Person | None,
    origin: str,
    all_clusters: bool = False,
) -> Submission:
    """Store the bytes of a file as a submission in state ``received``; reads nothing of it."""
    stored = StoredFile(name=name, sha256=sha256(data).hexdigest(), size=len(data), content=data)
    submission = Submission(
        operation_id=operation.id,
        organisation_id=organisation_id,
        month=month,
        author_id=actor.id if actor else None,
        file=stored,
        origin=origin,
        state=SubmissionState.RECEIVED,
        all_clusters=all_clusters,
        refusal={},
        report={},
    )
    session.add(submission)
    session.flush()
    log(
        session,
        "submission.received",
        subject="submission",
        subject_id=submission.id,
        operation=operation,
        actor=actor,
        file=name,
        sha256=stored.sha256,
    )
    return submission


def save_check(
    session: orm.Session,
    submission: Submission,
    *,
    rows: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]],
    report: Mapping[str, Any],
    revision: int,
    uses: Mapping[int, tuple[int, int]] | None = None,
    pause: Callable[[], None] | None = None,
) -> None:
    """Store what a check found, in place of what an earlier check had found.

    ``pause`` is called after every batch; it may commit what is stored so far and let others write: nobody
    sees the rows of a submission before its state is ``checked``, and another check begins by deleting them.
    ``rows`` and ``findings`` hold the columns of their tables, without the submission; ``report`` is JSON;
    ``uses``: alias to the rows that were read through it, and those of them that submitting records.
    """
    for table in (_FINDINGS, _ROWS, _USES):
        session.execute(sa.delete(table).where(table.c.submission_id == submission.id))
    for table, items in ((_ROWS, rows), (_FINDINGS, findings)):
        for batch in batches(items, BATCH):
            session.execute(sa.insert(table), [{**item, "submission_id": submission.id} for item in batch])
            if pause is not None:
                pause()
    if pause is not None:
        session.refresh(submission, with_for_update=True)
    move(submission, SubmissionState.CHECKED)
    if uses:
        found = [
            {"alias_id": id_, "submission_id": submission.id, "rows": rows, "recorded": kept}
            for id_, (rows, kept) in uses.items()
        ]
        session.execute(sa.insert(_USES), found)
    submission.report = dict(report)
    submission.refusal = {}
    submission.revision = revision
    submission.progress = 100
    submission.checked_at = now()
    _tell(session, submission, "submission.checked", rows=dict(report).get("rows"))


def save_refusal(session: orm.Session, submission: Submission, refusal: Refusal) -> None:
    """Keep why the file itself cannot be used."""
    move(submission, SubmissionState.REFUSED)
    submission.refusal = _as_json(refusal)
    submission.progress = 100
    submission.checked_at = now()
    _tell(session, submission, "submission.refused", code=refusal.code)


def _as_json(refusal: Refusal) -> dict[str, Any]:
    params = {k: v if isinstance(v, (int, float, str)) else str(v) for k, v in refusal.params.items()}
    return {"code": refusal.code, "message": refusal.message, "params": params}


def begin_check(session: orm.Session, submission: Submission) -> None:
    """Say that a check is under way."""
    move(submission, SubmissionState.CHECKING)
    submission.progress = 0
    session.flush()


def check_again(session: orm.Session, submission: Submission, *, actor: Person | None) -> None:
    """Have a checked file wait for another check: people have answered what its check asked.

    Raises:
        Refusal: the submission has moved on in the meantime.
    """
    move(submission, SubmissionState.RECEIVED)
    submission.progress = 0
    # The page that waits counts from here.
    submission.checked_at = now()
    _tell(session, submission, "submission.asked_again", actor=actor)


def ask_to_record(session: orm.Session, submission: Submission, *, actor: Person | None) -> None:
    """Have the rows of a checked submission recorded by the worker.

    Raises:
        Refusal: the submission has moved on in the meantime.
    """
    move(submission, SubmissionState.RECORDING)
    kept = {k: v for k, v in submission.report.items() if k not in (NOT_RECORDED, BEGUN)}
    submission.report = {**kept, _RECORDER: actor.id if actor else None, SENT: now().isoformat()}
    submission.progress = 0
    _tell(session, submission, "submission.sent", actor)


def recorder_of(session: orm.Session, submission: Submission) -> Person | None:
    """Return who sends a submission that waits to be recorded."""
    number = submission.report.get(_RECORDER)
    return session.get(Person, number) if number else None


def put_back(session: orm.Session, submission: Submission, why: Refusal) -> None:
    """Bring a submission that could not be recorded back to where it can be looked at and sent again."""
    move(submission, SubmissionState.CHECKED)
    kept = {k: v for k, v in submission.report.items() if k not in (_RECORDER, SENT, BEGUN)}
    submission.report = {**kept, NOT_RECORDED: _as_json(why)}
    _tell(session, submission, "submission.not_recorded", code=why.code)


def mark_submitted(session: orm.Session, submission: Submission, *, actor: Person | None) -> None:
    """Say that the rows of a submission are in the record."""
    move(submission, SubmissionState.SUBMITTED)
    submission.submitted_at = now()
    _tell(session, submission, "submission.submitted", actor=actor)


def discard(session: orm.Session, submission: Submission, *, actor: Person | None) -> None:
    """Put a submission away; its file and rows stay for the trail."""
    move(submission, SubmissionState.DISCARDED)
    _tell(session, submission, "submission.discarded", actor=actor)
