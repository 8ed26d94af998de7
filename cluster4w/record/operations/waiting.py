"""Submissions that wait for the worker: whose turn it is, and what came of it.

Each sender (an organisation, or the whole cluster of an operation) has a line: its files are worked on one
after the other, in the order in which they came, whatever the number of workers. Several lines go on at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Submission, SubmissionState
from cluster4w.record.operations.submissions import BEGUN, put_back, save_refusal
from cluster4w.record.queries.waiting import WAITING, line
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: Times that work on one file is begun before it is given up: it may be the file that ends the worker.
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """What a worker is to do: work on ``submission_id``, or None: nothing, or not now.

    ``record``: record its rows rather than check its file.
    """

    submission_id: int | None = None
    record: bool = False


def take_turn(
    session: orm.Session,
    submission_id: int,
    *,
    alive: Callable[[int], bool],
    claim: Callable[[int], None],
) -> Turn:
    """Begin what is first in a submission's line, unless somebody is at work on that line.

    A file whose work was begun :data:`MOST_ATTEMPTS` times and never came to its end is given up. Not a
    write to the record: no audit event for a beginning.

    Args:
        session: one that writes: on SQLite it holds the lock, on PostgreSQL the line is locked here.
        submission_id: names the line, by any of its submissions.
        alive: tells whether a worker is at work on a submission.
        claim: says that this worker is.
    """
    named = session.get(Submission, submission_id)
    if named is None or named.state not in WAITING:
        return Turn()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            sa.select(sa.func.pg_advisory_xact_lock(named.operation_id, named.organisation_id or 0))
        )
    waiting = line(session, named)
    if any(alive(one.id) for one in waiting):
        return Turn()
    for one in waiting:
        submission = session.get(Submission, one.id, with_for_update=True, populate_existing=True)
        if submission is not None and submission.state in WAITING and _begin(session, submission):
            claim(submission.id)
            return Turn(submission.id, submission.state == SubmissionState.RECORDING)
    return Turn()


def _begin(session: orm.Session, submission: Submission) -> bool:
    begun = int((submission.report or {}).get(BEGUN, 0)) + 1
    recording = submission.state == SubmissionState.RECORDING
    if begun <= MOST_ATTEMPTS:
        submission.report = {**(submission.report if recording else {}), BEGUN: begun}
        submission.state = SubmissionState.RECORDING if recording else SubmissionState.CHECKING
        session.flush()
        return True
    if recording:
        put_back(
            session,
            submission,
            Refusal(
                "submission.never_recorded",
                N_("Recording this file broke off %(times)s times. Tell the cluster’s information manager."),
                times=MOST_ATTEMPTS,
            ),
        )
    else:
        save_refusal(
            session,
            submission,
            Refusal(
                "submission.never_checked",
                N_("The check of this file broke off %(times)s times. Copy its table into a new workbook."),
                times=MOST_ATTEMPTS,
            ),
        )
    return False
