"""Submissions that wait for the worker."""

from __future__ import annotations

from sqlalchemy import orm

from cluster4w.models import Submission, SubmissionState
from cluster4w.record.queries.waiting import UNFINISHED


def begin_check(session: orm.Session, submission_id: int) -> bool:
    """Say that a check is under way; returns False where there is nothing to check (any more).

    The row is locked on PostgreSQL while this is decided. Not a write to the record: no audit event.
    """
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None or submission.state not in UNFINISHED:
        return False
    submission.state = SubmissionState.CHECKING
    return True
