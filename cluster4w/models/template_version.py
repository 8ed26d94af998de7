"""The versions of an operation's template: what it was, and what the product shipped at that time."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import JSONB

from cluster4w.models.base import Base, Key, Moment


class TemplateVersion(Base):
    """One version of an operation's template. Never changed once the next one is there, never deleted."""

    __tablename__ = "template_version"
    __table_args__ = (sa.UniqueConstraint("operation_id", "version"),)

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    version: orm.Mapped[int]
    declaration: orm.Mapped[dict[str, Any]] = orm.mapped_column(deferred=True)
    #: What the product shipped when this version last took it over; None: nobody knows.
    shipped: orm.Mapped[dict[str, Any] | None] = orm.mapped_column(
        sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), deferred=True
    )
    #: ``added``, ``bounds``, ``taken_over``, ``brought_back``, or ``earlier`` for one that was there before
    #: versions were kept.
    origin: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    created_at: orm.Mapped[Moment]
