"""The trail of every write."""

from __future__ import annotations

from typing import Any

from sqlalchemy import orm

from cluster4w.models import AuditEvent, Operation, Person


def log(
    session: orm.Session,
    action: str,
    *,
    subject: str,
    subject_id: object,
    operation: Operation | None = None,
    actor: Person | None = None,
    **details: Any,
) -> None:
    """Add an audit event; ``actor`` is None for the command line and for jobs of the system."""
    session.add(
        AuditEvent(
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            operation_id=operation.id if operation else None,
            person_id=actor.id if actor else None,
            details=details,
        )
    )
