"""The record: one row per version of an activity. Versions are immutable."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, BigPrimaryKey, Moment

Choice = Annotated[str, orm.mapped_column(sa.String(48))]
Pcode = Annotated[str, orm.mapped_column(sa.String(32))]
Month = Annotated[str, orm.mapped_column(sa.String(7))]

#: What is promised and not over: the condition of the index that lists it, and of the queries that use it.
PLANS = "status IN ('planned', 'ongoing')"


def _current_index(name: str, *columns: str, also: str = "") -> sa.Index:
    """Return an index over current versions; ``also``: a condition that only some of them meet.

    ``superseded_at`` is among the columns although it is always NULL there: SQLite reads the table for a
    condition on a column that the index does not hold.
    """
    condition = sa.text(" AND ".join(filter(None, ("superseded_at IS NULL", also))))
    return sa.Index(name, "operation_id", *columns, sqlite_where=condition, postgresql_where=condition)


class Activity(Base):
    """One version of one 4W row.

    Current is ``superseded_at IS NULL``; a withdrawn activity's current version has ``withdrawn``. The record
    as of a moment M is ``recorded_at <= M AND (superseded_at IS NULL OR superseded_at > M)``. Only
    ``superseded_at`` is ever written to an existing row.

    Every known column of the template is a column here, except ``row_id`` (:attr:`uid`) and the reporting
    organisation's acronym, name and type (:attr:`organisation_id`). Columns that an operation adds live in
    :attr:`extra` as JSON.
    """

    __tablename__ = "activity"
    __table_args__ = (
        sa.UniqueConstraint("operation_id", "uid", "version"),
        _current_index("ix_activity_current", "organisation_id", "period", "withdrawn", "superseded_at"),
        # The rows of an area, to be shown one by one; those of a cercle and month may be double counts.
        _current_index("ix_activity_adm1", "adm1_pcode"),
        _current_index("ix_activity_adm2", "adm2_pcode", "period"),
        _current_index("ix_activity_adm3", "adm3_pcode"),
        # Plans that are past their end: what tells that is all here, so that no other row is read.
        _current_index(
            "ix_activity_plans",
            "end_date",
            "period",
            "status",
            "start_date",
            "activity_type",
            "sub_sector",
            "withdrawn",
            "superseded_at",
            also=PLANS,
        ),
        # Versions that are no longer current: with those that are, the record as of a moment.
        sa.Index(
            "ix_activity_superseded",
            "operation_id",
            "superseded_at",
            sqlite_where=sa.text("superseded_at IS NOT NULL"),
            postgresql_where=sa.text("superseded_at IS NOT NULL"),
        ),
    )

    id: orm.Mapped[BigPrimaryKey]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    #: The identity that every version of one activity shares; the row id in a workbook.
    uid: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    version: orm.Mapped[int] = orm.mapped_column(default=1)
    recorded_at: orm.Mapped[Moment]
    superseded_at: orm.Mapped[dt.datetime | None]
    withdrawn: orm.Mapped[bool] = orm.mapped_column(default=False)
    submission_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("submission.id"), index=True)
    #: The row of the workbook that this version came from.
    source_row: orm.Mapped[int | None]
    author_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    organisation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("organisation.id"))
    #: Values of the columns that the operation added, and of file columns that nobody recognised.
    extra: orm.Mapped[dict[str, Any] | None]
    #: Cells that were corrected in the page before this version was recorded: each a dictionary with ``key``,
    #: ``column``, ``header``, ``file`` (what the file says) and ``fixed``.
    fixed: orm.Mapped[list[Any] | None]

    # who
    programme_org: orm.Mapped[str | None]
    implementing_partner: orm.Mapped[str | None]
    donor: orm.Mapped[str | None]
    project_code: orm.Mapped[str | None]
    project_title: orm.Mapped[str | None]
    in_plan: orm.Mapped[bool | None]

    # what
    cluster: orm.Mapped[Choice | None]
    sub_sector: orm.Mapped[Choice | None]
    activity_type: orm.Mapped[Choice | None]
    activity_detail: orm.Mapped[str | None]
    indicator: orm.Mapped[str | None]
    modality: orm.Mapped[Choice | None]
    conditionality: orm.Mapped[Choice | None]
    delivery_mechanism: orm.Mapped[Choice | None]
    transfer_value: orm.Mapped[float | None]
    currency: orm.Mapped[Choice | None]
    quantity: orm.Mapped[float | None]
    unit: orm.Mapped[Choice | None]

    # where
    adm1_name: orm.Mapped[str | None]
    adm1_pcode: orm.Mapped[Pcode | None]
    adm2_name: orm.Mapped[str | None]
    adm2_pcode: orm.Mapped[Pcode | None]
    adm3_name: orm.Mapped[str | None]
    adm3_pcode: orm.Mapped[Pcode | None]
    site_name: orm.Mapped[str | None]
    site_pcode: orm.Mapped[str | None]
    site_type: orm.Mapped[Choice | None]
    latitude: orm.Mapped[float | None]
    longitude: orm.Mapped[float | None]

    # when
    period: orm.Mapped[Month | None]
    start_date: orm.Mapped[dt.date | None]
    end_date: orm.Mapped[dt.date | None]
    status: orm.Mapped[Choice | None]

    # for whom
    population_group: orm.Mapped[Choice | None]
    first_time_assisted: orm.Mapped[bool | None]
    households_targeted: orm.Mapped[int | None]
    individuals_targeted: orm.Mapped[int | None]
    females_targeted: orm.Mapped[int | None]
    males_targeted: orm.Mapped[int | None]
    women_targeted: orm.Mapped[int | None]
    men_targeted: orm.Mapped[int | None]
    girls_targeted: orm.Mapped[int | None]
    boys_targeted: orm.Mapped[int | None]
    elderly_women_targeted: orm.Mapped[int | None]
    elderly_men_targeted: orm.Mapped[int | None]
    disabled_targeted: orm.Mapped[int | None]
    female_headed_households_targeted: orm.Mapped[int | None]
    households_reached: orm.Mapped[int | None]
    individuals_reached: orm.Mapped[int | None]
    females_reached: orm.Mapped[int | None]
    males_reached: orm.Mapped[int | None]
    women_reached: orm.Mapped[int | None]
    men_reached: orm.Mapped[int | None]
    girls_reached: orm.Mapped[int | None]
    boys_reached: orm.Mapped[int | None]
    elderly_women_reached: orm.Mapped[int | None]
    elderly_men_reached: orm.Mapped[int | None]
    disabled_reached: orm.Mapped[int | None]
    female_headed_households_reached: orm.Mapped[int | None]

    # other
    comments: orm.Mapped[str | None]
    contact_name: orm.Mapped[str | None]
    contact_email: orm.Mapped[str | None]
    contact_phone: orm.Mapped[str | None]
