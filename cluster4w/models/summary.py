"""The record added up by area and month: derived from the activities, and exact in every transaction.

Nothing here is NULL, so that every key is a primary key in both databases: an area, group, type or month that
a row does not name is an empty text. Lines have no foreign keys, whose checks cost as much as writing them:
they mean something only while :class:`SummaryState` says so, and that goes with its operation.
"""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base

Figure = Annotated[int, orm.mapped_column(sa.BigInteger, default=0)]
NumberKey = Annotated[int, orm.mapped_column(primary_key=True)]
ChoiceKey = Annotated[str, orm.mapped_column(sa.String(48), primary_key=True)]
PcodeKey = Annotated[str, orm.mapped_column(sa.String(32), primary_key=True)]
MonthKey = Annotated[str, orm.mapped_column(sa.String(7), primary_key=True)]

#: In the place of a population group: all of them together, also those that a row does not name.
EVERY_GROUP = "*"
#: In the place of a month: one before the plan, or none. It sorts behind every month there is.
OUTSIDE = "9999-99"


class SummaryState(Base):
    """The operation has a whole summary, made by the rules with this fingerprint."""

    __tablename__ = "summary_state"

    operation_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="CASCADE"), primary_key=True
    )
    rules: orm.Mapped[str] = orm.mapped_column(sa.String(16))


class SummaryCell(Base):
    """What the counted rows of one area, sub-sector, population group and month add to the figures.

    A figure up to a month is the sum of its cells up to that month, whatever the counting rule: where the
    largest month counts, a cell holds by how much its month exceeds those before it.

    ``level`` is 2 (a row's region and cercle; ``adm3`` is empty) or 3 (its commune too). Of every four
    figures, ``households`` and ``individuals`` are sums; ``individuals_alone`` is the individuals of rows
    that say no households, and the reverse. ``helped``: the plain sum of what was reached (assistances).
    """

    __tablename__ = "summary_cell"
    __table_args__ = (
        sa.Index(
            "ix_summary_cell_empty",
            "rows",
            sqlite_where=sa.text("rows = 0"),
            postgresql_where=sa.text("rows = 0"),
        ),
        {"sqlite_with_rowid": False},
    )

    operation_id: orm.Mapped[NumberKey]
    level: orm.Mapped[NumberKey]
    sub_sector: orm.Mapped[ChoiceKey]
    population_group: orm.Mapped[ChoiceKey]
    adm1: orm.Mapped[PcodeKey]
    adm2: orm.Mapped[PcodeKey]
    adm3: orm.Mapped[PcodeKey]
    month: orm.Mapped[MonthKey]

    helped_households: orm.Mapped[Figure]
    helped_individuals: orm.Mapped[Figure]
    helped_households_alone: orm.Mapped[Figure]
    helped_individuals_alone: orm.Mapped[Figure]
    reached_households: orm.Mapped[Figure]
    reached_individuals: orm.Mapped[Figure]
    reached_households_alone: orm.Mapped[Figure]
    reached_individuals_alone: orm.Mapped[Figure]
    planned_households: orm.Mapped[Figure]
    planned_individuals: orm.Mapped[Figure]
    planned_households_alone: orm.Mapped[Figure]
    planned_individuals_alone: orm.Mapped[Figure]
    #: Rows that count, completed, planned and ongoing ones; how many of them are not completed.
    rows: orm.Mapped[Figure]
    planned_rows: orm.Mapped[Figure]
    #: Completed rows, and the others, that say any figure.
    reached_said: orm.Mapped[Figure]
    planned_said: orm.Mapped[Figure]
    #: Rows left out because people are not assisted for the first time, or because the row does not say so.
    not_first: orm.Mapped[Figure]
    first_unsaid: orm.Mapped[Figure]


class SummaryPresence(Base):
    """The first month in which an organisation is present in an area. ``sub_sector`` empty: in every one."""

    __tablename__ = "summary_presence"
    __table_args__ = ({"sqlite_with_rowid": False},)

    operation_id: orm.Mapped[NumberKey]
    level: orm.Mapped[NumberKey]
    sub_sector: orm.Mapped[ChoiceKey]
    population_group: orm.Mapped[ChoiceKey]
    adm1: orm.Mapped[PcodeKey]
    adm2: orm.Mapped[PcodeKey]
    adm3: orm.Mapped[PcodeKey]
    organisation_id: orm.Mapped[NumberKey]
    first_month: orm.Mapped[str] = orm.mapped_column(sa.String(7))


class SummaryMonth(Base):
    """How many rows a month has by activity type and group; ``counted``: completed, planned or ongoing."""

    __tablename__ = "summary_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    operation_id: orm.Mapped[NumberKey]
    month: orm.Mapped[MonthKey]
    activity_type: orm.Mapped[ChoiceKey]
    population_group: orm.Mapped[ChoiceKey]
    rows: orm.Mapped[Figure]
    counted: orm.Mapped[Figure]
