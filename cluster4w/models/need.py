"""Needs and targets, each figure with its source and date."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key, Moment


class NeedSource(Base):
    """A loaded table of figures. Several stand side by side; for a month and a measure one is used."""

    __tablename__ = "need_source"

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="CASCADE"), index=True
    )
    source: orm.Mapped[str]
    #: The date of the figures ("as of"), not of the loading.
    dated: orm.Mapped[dt.date]
    #: When the source published them; None: not said.
    published: orm.Mapped[dt.date | None]
    #: Who validated the figures, for example the Commission on Population Movements.
    validated_by: orm.Mapped[str] = orm.mapped_column(default="", server_default=sa.text("''"))
    #: Gazetteer edition whose codes the file used; the figures themselves are on the operation's edition.
    edition: orm.Mapped[str] = orm.mapped_column(sa.String(16), default="", server_default=sa.text("''"))
    file_name: orm.Mapped[str] = orm.mapped_column(default="")
    #: True: the split over areas is invented (the example operation).
    invented: orm.Mapped[bool] = orm.mapped_column(default=False)
    note: orm.Mapped[str] = orm.mapped_column(default="")
    loaded_at: orm.Mapped[Moment]
    loaded_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    #: Set when a correction replaced this one: the same source, the same date, other figures.
    replaced_at: orm.Mapped[dt.datetime | None]
    #: Set while somebody has taken the table out of use.
    removed_at: orm.Mapped[dt.datetime | None]


class NeedAbsence(Base):
    """A table was out of use for a while, and is back: what was published meanwhile did without it."""

    __tablename__ = "need_absence"

    id: orm.Mapped[Key]
    source_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("need_source.id", ondelete="CASCADE"), index=True
    )
    removed_at: orm.Mapped[dt.datetime]
    restored_at: orm.Mapped[dt.datetime]


class Need(Base):
    """One figure: how many people or households, of which group, in which area. Absent is not zero.

    Or how severe their needs are: that ranks areas, and is never added up.
    """

    __tablename__ = "need"
    __table_args__ = (sa.Index(None, "source_id", "measure", "level", "pcode"),)

    id: orm.Mapped[Key]
    source_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("need_source.id", ondelete="CASCADE"))
    #: ``in_need``, ``targeted`` or ``severity``.
    measure: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    #: 0 for the whole country.
    level: orm.Mapped[int]
    pcode: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    #: ``shelter`` or ``nfi``; None: the source does not tell the two apart.
    sub_sector: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    #: A key of the list ``population_group``; None: all groups together.
    population_group: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    #: ``household`` or ``individual``; ``class`` of a severity, which ranks from 1 to 5.
    unit: orm.Mapped[str] = orm.mapped_column(sa.String(12))
    value: orm.Mapped[float]


class NeedChoice(Base):
    """A manager says which table is used for some months; without a choice the latest one is.

    Of two choices that fit a question the one made last holds. A choice is ended, never deleted.
    """

    __tablename__ = "need_choice"

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="CASCADE"), index=True
    )
    source_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("need_source.id", ondelete="CASCADE"))
    #: ``in_need`` or ``targeted``; None: both.
    measure: orm.Mapped[str | None] = orm.mapped_column(sa.String(12))
    #: ``shelter`` or ``nfi``; None: both.
    sub_sector: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    #: First and last month, ``YYYY-MM``, both included; None: without an end.
    first_month: orm.Mapped[str | None] = orm.mapped_column(sa.String(7))
    last_month: orm.Mapped[str | None] = orm.mapped_column(sa.String(7))
    chosen_at: orm.Mapped[Moment]
    chosen_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    ended_at: orm.Mapped[dt.datetime | None]
    ended_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))


class NeedUpload(Base):
    """A file of figures that somebody sent and looks at before it is loaded, and the table it became."""

    __tablename__ = "need_upload"

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="CASCADE"), index=True
    )
    file_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("stored_file.id"))
    #: What the sender said of the file: source, dates, who validated it, sub-sector, edition.
    settings: orm.Mapped[dict[str, Any]]
    created_at: orm.Mapped[Moment]
    created_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    #: The table that it became; None: it was not loaded (yet).
    source_id: orm.Mapped[int | None] = orm.mapped_column(
        sa.ForeignKey("need_source.id", ondelete="SET NULL"), index=True
    )
