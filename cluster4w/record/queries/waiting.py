"""Submissions that wait for the worker, and files that came before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import (
    Activity,
    AuditEvent,
    Operation,
    StoredFile,
    Submission,
    SubmissionRow,
    SubmissionState,
)

#: States in which a check is still to be done, or was begun by a worker that never finished it.
UNFINISHED = frozenset({SubmissionState.RECEIVED, SubmissionState.CHECKING})
#: States in which a worker has something to do.
WAITING = UNFINISHED | {SubmissionState.RECORDING}


#: Beginnings of what happens beside a file: its check looks at none of it. Activities are looked up apart.
_BESIDE = (
    "activities.", "activity.", "double_count.", "needs.", "nil_report.", "period.due_set", "person.",
    "submission.",
)  # fmt: skip
#: What says to be written so long before a check began may have been committed after it.
_OVERLAP = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class InLine:
    """A submission that waits for the worker, or that it is at."""

    id: int
    state: str
    file: str | None
    created_at: dt.datetime


def left_waiting(session: orm.Session) -> list[int]:
    """Return the submissions for which a worker has something to do, oldest first."""
    return list(
        session.scalars(sa.select(Submission.id).where(Submission.state.in_(WAITING)).order_by(Submission.id))
    )


def line(session: orm.Session, submission: Submission) -> list[InLine]:
    """Return what waits of the same sender, in the order in which it is done.

    The sender is the organisation in its operation; the files of the whole cluster have a line of their own.
    """
    found = session.execute(
        sa.select(Submission.id, Submission.state, StoredFile.name, Submission.created_at)
        .outerjoin(StoredFile, StoredFile.id == Submission.file_id)
        .where(
            Submission.operation_id == submission.operation_id,
            Submission.organisation_id.is_not_distinct_from(submission.organisation_id),
            Submission.state.in_(WAITING),
        )
        .order_by(Submission.id)
    )
    return [InLine(*row) for row in found]


def state_of(session: orm.Session, submission_id: int) -> str | None:
    """Return where a submission stands, as the database says now; None where there is none."""
    return session.scalar(sa.select(Submission.state).where(Submission.id == submission_id))


def sent_before(
    session: orm.Session,
    operation: Operation,
    sha256: str,
    *,
    organisation_id: int | None,
    since: dt.datetime,
) -> Submission | None:
    """Return the latest submission of the very same file by the same sender, whatever its month.

    One that a worker is at counts whenever it came; the others, from ``since`` on. Those that were refused
    or put away do not count.
    """
    settled = (SubmissionState.CHECKED, SubmissionState.SUBMITTED)
    return session.scalars(
        sa.select(Submission)
        .join(StoredFile, StoredFile.id == Submission.file_id)
        .where(
            StoredFile.sha256 == sha256,
            Submission.operation_id == operation.id,
            Submission.organisation_id.is_not_distinct_from(organisation_id),
            sa.or_(
                Submission.state.in_(WAITING),
                sa.and_(Submission.state.in_(settled), Submission.created_at >= since),
            ),
        )
        .order_by(Submission.id.desc())
        .limit(1)
    ).first()


def moved_on(session: orm.Session, operation: Operation, submission: Submission) -> bool:
    """Tell whether something has happened since a check that may make another check of the file differ.

    The activities of other organisations do not: neither does what :data:`_BESIDE` names.
    """
    if submission.revision == operation.revision:
        return False
    began = submission.report.get("began")
    if began is None:
        return True
    since = dt.datetime.fromisoformat(began) - _OVERLAP
    event = sa.select(AuditEvent.id).where(
        AuditEvent.operation_id == operation.id,
        AuditEvent.at >= since,
        *(AuditEvent.action.not_like(f"{beginning}%") for beginning in _BESIDE),
    )
    whose = sa.select(SubmissionRow.organisation_id).where(SubmissionRow.submission_id == submission.id)
    version = sa.select(Activity.id).where(
        Activity.operation_id == operation.id,
        Activity.organisation_id.in_(whose),
        sa.or_(Activity.recorded_at >= since, Activity.superseded_at >= since),
    )
    return any(session.scalar(found.limit(1)) is not None for found in (event, version))
