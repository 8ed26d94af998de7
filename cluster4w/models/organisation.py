"""Organisations and the part they play in an operation."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key, Moment


class Organisation(Base):
    """An agency. Acronyms are not unique: "SAD" is two organisations in Mali."""

    __tablename__ = "organisation"
    __table_args__ = (sa.UniqueConstraint("acronym", "name"),)

    id: orm.Mapped[Key]
    acronym: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    name: orm.Mapped[str]
    #: A key of the list ``org_type``.
    type: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    created_at: orm.Mapped[Moment]
    #: Where it came from: "shipped", "import", "form".
    origin: orm.Mapped[str] = orm.mapped_column(sa.String(16), default="form")


class Participation(Base):
    """An organisation takes part in an operation. Co-leads have the role ``co_lead``."""

    __tablename__ = "participation"
    __table_args__ = (sa.UniqueConstraint("operation_id", "organisation_id"),)

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    organisation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("organisation.id"), index=True)
    #: ``co_lead``, ``partner`` or ``donor``.
    role: orm.Mapped[str] = orm.mapped_column(sa.String(16), default="partner")
    organisation: orm.Mapped[Organisation] = orm.relationship()
