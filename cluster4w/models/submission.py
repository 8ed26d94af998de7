"""A workbook on its way in: its file, its rows, its findings."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, BigPrimaryKey, Key, Moment


class SubmissionState(StrEnum):
    """Where a submission stands.

    ``received``: the file is stored, not read yet. ``checking``: a job is reading it. ``checked``: rows and
    findings can be seen. ``refused``: the file itself cannot be used; ``message`` says why. ``recording``: a
    job records its rows, for there are many. ``submitted``: its clean rows are in the record. ``discarded``:
    its sender put it away.
    """

    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    RECORDING = "recording"
    SUBMITTED = "submitted"
    DISCARDED = "discarded"


class StoredFile(Base):
    """The bytes of a file, kept in the database so that a row and its source stay together."""

    __tablename__ = "stored_file"

    id: orm.Mapped[Key]
    #: The name that the sender gave it; shown, never used as a path.
    name: orm.Mapped[str]
    sha256: orm.Mapped[str] = orm.mapped_column(sa.String(64), index=True)
    size: orm.Mapped[int]
    content: orm.Mapped[bytes] = orm.mapped_column(sa.LargeBinary, deferred=True)
    created_at: orm.Mapped[Moment]


class Submission(Base):
    """One workbook, or one form entry, on its way in."""

    __tablename__ = "submission"
    __table_args__ = (sa.Index(None, "operation_id", "organisation_id", "created_at"),)

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    #: Whose rows the file may hold; None for a file of the whole cluster.
    organisation_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("organisation.id"))
    #: The month the sender named, ``YYYY-MM``; it fills rows that say none.
    month: orm.Mapped[str | None] = orm.mapped_column(sa.String(7))
    author_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    file_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("stored_file.id"))
    #: ``upload``, ``form`` or ``command``.
    origin: orm.Mapped[str] = orm.mapped_column(sa.String(8), default="upload")
    state: orm.Mapped[str] = orm.mapped_column(sa.String(12), default=SubmissionState.RECEIVED)
    #: Share of the check that is done, 0 to 100, and what it is doing.
    progress: orm.Mapped[int] = orm.mapped_column(default=0)
    #: Why the file was refused, as a finding code with its parameters.
    refusal: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    #: True: rows of other clusters are kept too.
    all_clusters: orm.Mapped[bool] = orm.mapped_column(default=False)
    #: What the check found: layout, sheets with their columns, row counts, summary (design section 8).
    report: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    #: The operation's revision that the check compared against; a later one asks for a new check.
    revision: orm.Mapped[int | None]
    created_at: orm.Mapped[Moment]
    #: When its check ended, or was asked for again.
    checked_at: orm.Mapped[dt.datetime | None]
    submitted_at: orm.Mapped[dt.datetime | None]
    file: orm.Mapped[StoredFile | None] = orm.relationship()


class SubmissionRow(Base):
    """A row that was read and how it compares with the record. Skipped rows only have findings."""

    __tablename__ = "submission_row"
    __table_args__ = (sa.Index(None, "submission_id", "state"),)

    id: orm.Mapped[BigPrimaryKey]
    submission_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    sheet: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: The file's own row number, counted from 1.
    number: orm.Mapped[int]
    #: ``clean``, ``with_warnings`` or ``with_errors``.
    state: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    #: ``new``, ``changed``, ``unchanged`` or ``repeated``; None for a row with errors.
    comparison: orm.Mapped[str | None] = orm.mapped_column(sa.String(12))
    #: The activity that the row is, where it is a known one.
    uid: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    organisation_id: orm.Mapped[int | None]
    #: Parsed values by column key, as :func:`cluster4w.template.kinds.to_json` writes them.
    values: orm.Mapped[dict[str, Any]] = orm.mapped_column("parsed")
    #: Values of the columns that were not recognised, by header.
    extra: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    #: Recorded values of the cells that the row changes, as JSON, by column key.
    before: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)


class SubmissionFinding(Base):
    """Something to say about a cell, a row, a column or the file. See :mod:`cluster4w.intake.findings`."""

    __tablename__ = "submission_finding"
    __table_args__ = (sa.Index(None, "submission_id", "severity", "code"),)

    id: orm.Mapped[BigPrimaryKey]
    submission_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    severity: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    code: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    sheet: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    row: orm.Mapped[int | None]
    column: orm.Mapped[str | None] = orm.mapped_column(sa.String(3))
    header: orm.Mapped[str | None]
    key: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    value: orm.Mapped[str | None]
    params: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    suggestion: orm.Mapped[str | None]


class SubmissionFix(Base):
    """A cell that somebody corrected in the page of a check, instead of in the file.

    It belongs to a cell of this file alone; the file keeps its bytes. A later check reads ``fixed_value``
    where the file says ``file_value``.
    """

    __tablename__ = "submission_fix"
    __table_args__ = (sa.UniqueConstraint("submission_id", "sheet", "row", "column", "key"),)

    id: orm.Mapped[BigPrimaryKey]
    submission_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    sheet: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    #: The file's own row number; 0 stands for every row of the sheet.
    row: orm.Mapped[int]
    #: The column's letter; "" where the file has no such column.
    column: orm.Mapped[str] = orm.mapped_column(sa.String(3))
    #: The column of the template that it was taken for, "" for none.
    key: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    header: orm.Mapped[str | None]
    file_value: orm.Mapped[str | None]
    #: What the cell says instead; "" for nothing.
    fixed_value: orm.Mapped[str]
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    created_at: orm.Mapped[Moment]


class VanishedChoice(Base):
    """What becomes of a recorded activity that a file no longer holds. Without one it is kept.

    ``choice``: ``keep``, ``withdraw``, or ``ask`` (the information manager decides). ``outcome``, once the
    file is submitted: ``kept``, ``withdrawn``, or ``open`` for a question that waits.
    """

    __tablename__ = "vanished_choice"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "uid"),
        sa.Index(None, "uid"),
        sa.Index(
            "ix_vanished_choice_open",
            "submission_id",
            sqlite_where=sa.text("outcome = 'open'"),
            postgresql_where=sa.text("outcome = 'open'"),
        ),
    )

    id: orm.Mapped[BigPrimaryKey]
    submission_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("submission.id", ondelete="CASCADE"))
    #: The activity.
    uid: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    choice: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    created_at: orm.Mapped[Moment]
    outcome: orm.Mapped[str | None] = orm.mapped_column(sa.String(9))
    #: Who answered an open question, and when.
    settled_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    settled_at: orm.Mapped[dt.datetime | None]
