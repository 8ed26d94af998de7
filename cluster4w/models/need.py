"""Needs and targets, each figure with its source and date."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key, Moment


class NeedSource(Base):
    """A loaded table of figures. Loading a newer one of the same kind does not delete the older one."""

    __tablename__ = "need_source"

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="CASCADE"), index=True
    )
    source: orm.Mapped[str]
    #: The date of the figures, not of the loading.
    dated: orm.Mapped[dt.date]
    file_name: orm.Mapped[str] = orm.mapped_column(default="")
    #: True: the split over areas is invented (the example operation).
    invented: orm.Mapped[bool] = orm.mapped_column(default=False)
    note: orm.Mapped[str] = orm.mapped_column(default="")
    loaded_at: orm.Mapped[Moment]
    loaded_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    #: Set when a newer table replaced this one.
    replaced_at: orm.Mapped[dt.datetime | None]


class Need(Base):
    """One figure: how many people or households, of which group, in which area. Absent is not zero."""

    __tablename__ = "need"
    __table_args__ = (sa.Index(None, "source_id", "measure", "level", "pcode"),)

    id: orm.Mapped[Key]
    source_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("need_source.id", ondelete="CASCADE"))
    #: ``in_need`` or ``targeted``.
    measure: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    #: 0 for the whole country.
    level: orm.Mapped[int]
    pcode: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    #: ``shelter`` or ``nfi``; None: the source does not tell the two apart.
    sub_sector: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    #: A key of the list ``population_group``; None: all groups together.
    population_group: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    #: ``household`` or ``individual``.
    unit: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    value: orm.Mapped[float]
