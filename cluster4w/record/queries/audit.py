"""The trail of writes, for people."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import AuditEvent, Operation, Person


class Event(NamedTuple):
    """One write: when, by whom (None: the command line or the system), what, to what."""

    at: dt.datetime
    person: str | None
    action: str
    subject: str
    subject_id: str
    details: dict[str, Any]


def events(
    session: orm.Session,
    operation: Operation,
    *,
    subject: str,
    subject_id: str | None = None,
    limit: int = 50,
) -> list[Event]:
    """Return the operation's newest events about a kind of thing, or about one thing, newest first."""
    statement = (
        sa.select(
            AuditEvent.at,
            Person.name,
            AuditEvent.action,
            AuditEvent.subject,
            AuditEvent.subject_id,
            AuditEvent.details,
        )
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(AuditEvent.operation_id == operation.id, AuditEvent.subject == subject)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    )
    if subject_id is not None:
        statement = statement.where(AuditEvent.subject_id == subject_id)
    return [Event(*row) for row in session.execute(statement)]
