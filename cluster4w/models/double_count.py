"""Pairs of activities that may count the same people twice, and every decision about them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key, Moment


class DoubleCount(Base):
    """Two activities that look alike. One row per pair, for as long as anything is to be said about it.

    ``state``: ``open`` (nobody has decided), ``same`` (one activity, reported twice), ``different``, or
    ``supersedes`` (one row takes the place of the other). What was decided, by whom and which row counts
    stands in :class:`DoubleCountDecision`.
    """

    __tablename__ = "double_count"
    __table_args__ = (
        sa.UniqueConstraint("operation_id", "first_uid", "second_uid"),
        sa.Index(None, "operation_id", "second_uid"),
        sa.Index(None, "operation_id", "live", "state", "score"),
    )

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    #: The identities of the two activities, the smaller one first.
    first_uid: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    second_uid: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    #: 0 to 100, and the codes of the reasons (:data:`cluster4w.record.alike.REASONS`), the weightiest first.
    score: orm.Mapped[int]
    reasons: orm.Mapped[list[str]]
    state: orm.Mapped[str] = orm.mapped_column(sa.String(10), default="open")
    #: Both activities are in the record and count. A pair that is not live says nothing about any figure.
    live: orm.Mapped[bool] = orm.mapped_column(default=True)
    #: What the decision was about has changed since.
    changed: orm.Mapped[bool] = orm.mapped_column(default=False)
    found_at: orm.Mapped[Moment]


class DoubleCountDecision(Base):
    """What the information manager decided about a pair. Only the end is ever written to an existing row.

    In force at a moment M: ``decided_at <= M AND (ended_at IS NULL OR ended_at > M)``, at most one of a pair.
    """

    __tablename__ = "double_count_decision"
    __table_args__ = (
        sa.Index(None, "double_count_id"),
        sa.Index(None, "operation_id", "left_out_uid"),
    )

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    double_count_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("double_count.id", ondelete="CASCADE"))
    #: ``same``, ``different`` or ``supersedes``.
    verdict: orm.Mapped[str] = orm.mapped_column(sa.String(10))
    #: The activity that counts, and the one that is left out of the figures; None for ``different``.
    kept_uid: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    left_out_uid: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    #: Fingerprints of what the two rows said, in the order of the pair.
    first_print: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    second_print: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    note: orm.Mapped[str] = orm.mapped_column(default="")
    decided_at: orm.Mapped[Moment]
    decided_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    ended_at: orm.Mapped[dt.datetime | None]
    ended_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
