"""Submissions that wait for the worker."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Submission, SubmissionState

#: States in which a check is still to be done, or was begun by a worker that never finished it.
UNFINISHED = frozenset({SubmissionState.RECEIVED, SubmissionState.CHECKING})


def unfinished_checks(session: orm.Session) -> list[int]:
    """Return the submissions whose check was begun and not finished, oldest first."""
    return list(
        session.scalars(
            sa.select(Submission.id)
            .where(Submission.state == SubmissionState.CHECKING)
            .order_by(Submission.created_at, Submission.id)
        )
    )
