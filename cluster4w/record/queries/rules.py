"""How often each kind of finding was said, and who changed what the check asks for."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Submission, SubmissionFinding, SubmissionState
from cluster4w.record.queries.audit import Event, events


class Said(NamedTuple):
    """How many findings of a kind there were, in how many files."""

    findings: int
    files: int


def said_since(session: orm.Session, operation: Operation, since: dt.datetime) -> dict[str, Said]:
    """Return what was said by finding code, in files sent since a moment that were not put away."""
    rows = session.execute(
        sa.select(
            SubmissionFinding.code,
            sa.func.count(),
            sa.func.count(sa.distinct(SubmissionFinding.submission_id)),
        )
        .join(Submission, Submission.id == SubmissionFinding.submission_id)
        .where(
            Submission.operation_id == operation.id,
            Submission.created_at >= since,
            Submission.state != SubmissionState.DISCARDED,
        )
        .group_by(SubmissionFinding.code)
    )
    return {code: Said(findings, files) for code, findings, files in rows}


def rule_changes(
    session: orm.Session, operation: Operation, code: str | None = None, limit: int = 200
) -> list[Event]:
    """Return the changes of severities and bounds, the latest first: all, or those of one code."""
    return events(session, operation, subject="rule", subject_id=code[:48] if code else None, limit=limit)
