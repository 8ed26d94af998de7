"""People who sign in, and what they may do in which operation."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key, Moment


class Role(StrEnum):
    """What a person may do in one operation. Administrators stand above operations."""

    ADMINISTRATOR = "administrator"
    INFORMATION_MANAGER = "information_manager"
    COORDINATOR = "coordinator"
    PARTNER = "partner"
    VIEWER = "viewer"


class Person(Base):
    """Somebody who signs in with an e-mail address and a password."""

    __tablename__ = "person"

    id: orm.Mapped[Key]
    #: Lower case.
    email: orm.Mapped[str] = orm.mapped_column(sa.String(254), unique=True)
    name: orm.Mapped[str]
    #: Argon2 hash, never the password.
    password_hash: orm.Mapped[str]
    language: orm.Mapped[str] = orm.mapped_column(sa.String(8), default="fr")
    is_administrator: orm.Mapped[bool] = orm.mapped_column(default=False)
    is_active: orm.Mapped[bool] = orm.mapped_column(default=True)
    #: Changes when sessions must end: new password, disabled account.
    session_key: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    created_at: orm.Mapped[Moment]


class Membership(Base):
    """A person's role in an operation, for an organisation where the role needs one."""

    __tablename__ = "membership"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "operation_id"),
        sa.CheckConstraint("role <> 'partner' OR organisation_id IS NOT NULL", name="partner_organisation"),
    )

    id: orm.Mapped[Key]
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    operation_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="CASCADE"), index=True
    )
    #: A :class:`Role` other than administrator.
    role: orm.Mapped[str] = orm.mapped_column(sa.String(24))
    organisation_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("organisation.id"))
