"""Submissions that wait for the worker."""

from __future__ import annotations

from sqlalchemy import orm

from cluster4w.models import Submission, SubmissionState
from cluster4w.record.operations.submissions import save_refusal
from cluster4w.record.queries.waiting import UNFINISHED
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: Checks of one file that are begun before it is given up: a file that ends the worker would end it forever.
MOST_ATTEMPTS = 3
_BEGUN = "begun"


def begin_check(session: orm.Session, submission_id: int) -> bool:
    """Say that a check is under way; returns False where there is nothing to check (any more).

    A file whose check was begun :data:`MOST_ATTEMPTS` times and never came to its end is refused. The row is
    locked on PostgreSQL while this is decided. Not a write to the record: no audit event.
    """
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None or submission.state not in UNFINISHED:
        return False
    begun = int((submission.report or {}).get(_BEGUN, 0)) + 1
    if begun > MOST_ATTEMPTS:
        refusal = Refusal(
            "submission.never_checked",
            N_("The check of this file broke off %(times)s times. Copy its table into a new workbook."),
            times=MOST_ATTEMPTS,
        )
        save_refusal(session, submission, refusal)
        return False
    submission.state = SubmissionState.CHECKING
    submission.report = {_BEGUN: begun}
    return True
