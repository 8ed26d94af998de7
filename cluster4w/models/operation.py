"""An operation: one cluster in one country over one plan. An install holds many."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key, Moment


class Operation(Base):
    """One cluster in one country over one plan, with its own copy of the template."""

    __tablename__ = "operation"

    id: orm.Mapped[Key]
    #: The name in addresses and on the command line, for example ``mali-2016``.
    slug: orm.Mapped[str] = orm.mapped_column(sa.String(64), unique=True)
    #: Title per language.
    title: orm.Mapped[dict[str, Any]]
    country: orm.Mapped[str] = orm.mapped_column(sa.String(3))
    edition_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("gazetteer_edition.id"))
    plan_start: orm.Mapped[dt.date]
    plan_end: orm.Mapped[dt.date]
    #: People per household, declared; every converted figure says so.
    household_size: orm.Mapped[float]
    household_size_source: orm.Mapped[str] = orm.mapped_column(default="")
    #: True: invented figures; every page says so.
    is_example: orm.Mapped[bool] = orm.mapped_column(default=False)
    #: Day of the following month on which a month's report is due.
    due_day: orm.Mapped[int] = orm.mapped_column(default=10)
    #: The declaration of the template (see :mod:`cluster4w.template.declaration`).
    template: orm.Mapped[dict[str, Any]]
    template_version: orm.Mapped[int] = orm.mapped_column(default=1)
    #: Severity that the information manager gave a finding code: ``error``, ``warning``, ``info`` or ``off``.
    severities: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    #: The cluster's own bounds of the map's classes: rising per cents. None: the usual ones.
    map_bounds: orm.Mapped[list[Any] | None]
    #: Rises with every write to the record or the needs: pages use it to answer "not modified".
    revision: orm.Mapped[int] = orm.mapped_column(default=0)
    created_at: orm.Mapped[Moment]


class Period(Base):
    """A reporting month of an operation. A month without a row here is open."""

    __tablename__ = "period"
    __table_args__ = (sa.UniqueConstraint("operation_id", "month"),)

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    #: ``YYYY-MM``.
    month: orm.Mapped[str] = orm.mapped_column(sa.String(7))
    #: ``open`` or ``locked``. A locked month takes no new version.
    state: orm.Mapped[str] = orm.mapped_column(sa.String(8), default="open")
    due: orm.Mapped[dt.date | None]


class NilReport(Base):
    """An organisation says that it did nothing in a month: a report, not an absence."""

    __tablename__ = "nil_report"
    __table_args__ = (sa.UniqueConstraint("operation_id", "organisation_id", "month"),)

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    organisation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("organisation.id"))
    month: orm.Mapped[str] = orm.mapped_column(sa.String(7))
    author_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    created_at: orm.Mapped[Moment]
