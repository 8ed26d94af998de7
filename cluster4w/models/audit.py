"""Who did what, when: one event per write to the record."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, BigPrimaryKey, Moment


class AuditEvent(Base):
    """One write, in words that a person understands later. Never changed, never deleted."""

    __tablename__ = "audit_event"
    __table_args__ = (sa.Index(None, "operation_id", "at"), sa.Index(None, "subject", "subject_id"))

    id: orm.Mapped[BigPrimaryKey]
    at: orm.Mapped[Moment]
    operation_id: orm.Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="SET NULL")
    )
    #: None: the command line or a job of the system.
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    #: Dotted verb, for example ``submission.recorded``.
    action: orm.Mapped[str] = orm.mapped_column(sa.String(48))
    subject: orm.Mapped[str] = orm.mapped_column(sa.String(24))
    subject_id: orm.Mapped[str] = orm.mapped_column(sa.String(48))
    details: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
