"""What people decided once about spellings and columns, and the files in which it applied."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base, Key, Moment


class Alias(Base):
    """A spelling or a header that people confirmed, with who, when and for whom; it can be revoked."""

    __tablename__ = "alias"
    __table_args__ = (sa.Index(None, "operation_id", "kind", "folded"),)

    id: orm.Mapped[Key]
    operation_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("operation.id", ondelete="CASCADE"))
    #: ``area``, ``organisation``, ``choice`` or ``column``.
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    #: What it was seen under, and the only place where it holds. Areas: column key and the parent's p-code
    #: ("adm2_name ML05"); organisations and choices: the column key, "" for every column; columns: what tells
    #: columns with one header apart ("reached", "2").
    context: orm.Mapped[str] = orm.mapped_column(sa.String(64), default="")
    #: The folded spelling, and the spelling as it was typed.
    folded: orm.Mapped[str]
    typed: orm.Mapped[str]
    #: P-code, organisation id, choice key or column key ("-" for a column that is ignored).
    target: orm.Mapped[str]
    #: The edition of a p-code: the same code is another area in another edition.
    edition_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("gazetteer_edition.id"))
    #: None: for everybody in the operation.
    organisation_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("organisation.id"))
    author_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    #: The submission whose check asked; its file is where the answer comes from.
    submission_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("submission.id"))
    #: The list it was loaded from, where it comes from no submission.
    source: orm.Mapped[str] = orm.mapped_column(default="")
    created_at: orm.Mapped[Moment]
    revoked_at: orm.Mapped[dt.datetime | None]
    revoked_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))


class AliasUse(Base):
    """To how many rows of a submission an alias applied, as its latest check found."""

    __tablename__ = "alias_use"

    alias_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("alias.id", ondelete="CASCADE"), primary_key=True
    )
    submission_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: Rows that were read through it, and those of them that submitting records.
    rows: orm.Mapped[int]
    recorded: orm.Mapped[int]
