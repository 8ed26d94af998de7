"""A release: a month that was published, as the record stood at that moment."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key


class Release(Base):
    """A month that was published. Never changed, never deleted: a correction is the month's next number.

    The record is not copied: its versions, needs and decisions all carry the moments from which and until
    which they hold, so that :attr:`frozen_at` alone brings back what was published.
    """

    __tablename__ = "release"
    __table_args__ = (sa.UniqueConstraint("operation_id", "month", "number"),)

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    #: The last month that the release is about, ``YYYY-MM``.
    month: orm.Mapped[str] = orm.mapped_column(sa.String(7))
    #: 1, then 2 and more for corrections of the same month.
    number: orm.Mapped[int]
    #: What was written until this moment is in the release, nothing that came later is.
    frozen_at: orm.Mapped[dt.datetime]
    #: The operation's revision at that moment.
    revision: orm.Mapped[int]
    #: None: the command line.
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    #: What its makers say of it; of a correction, what it corrects.
    note: orm.Mapped[str] = orm.mapped_column(default="")
