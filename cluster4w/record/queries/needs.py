"""Needs and targets: the figures that stand, the tables they came from, and which table was chosen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import starmap
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import (
    Need,
    NeedAbsence,
    NeedChoice,
    NeedSource,
    NeedUpload,
    Operation,
    Person,
    StoredFile,
)
from cluster4w.models.base import UtcDateTime
from cluster4w.record.kept import Kept
from cluster4w.record.queries.coverage import raw_rows


class NeedFigure(NamedTuple):
    """One figure of a standing table, with where it comes from.

    ``measure`` is ``in_need``, ``targeted`` or ``severity``; ``level`` 0 is the whole country, whose
    ``pcode`` is the country's ISO code. ``sub_sector`` None: the source does not tell the two apart.
    ``population_group`` None: all groups together. ``unit`` is ``household`` or ``individual``, ``class`` of
    a severity. ``dated`` is the date of the figures,
    ``published`` that of their publication.
    """

    measure: str
    level: int
    pcode: str
    sub_sector: str | None
    population_group: str | None
    unit: str
    value: float
    source: str
    dated: dt.date
    invented: bool
    table_id: int = 0
    published: dt.date | None = None
    validated_by: str = ""


def _standing(moment: Any) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of a table that can be used, now (None) or at a moment."""
    ends = (NeedSource.replaced_at, NeedSource.removed_at)
    if moment is None:
        return [end.is_(None) for end in ends]
    away = sa.exists().where(
        NeedAbsence.source_id == NeedSource.id,
        NeedAbsence.removed_at <= moment,
        NeedAbsence.restored_at > moment,
    )
    return [NeedSource.loaded_at <= moment, *(sa.or_(end.is_(None), end > moment) for end in ends), ~away]


@lru_cache(maxsize=4)
def _sources(past: bool) -> sa.Select[*tuple[Any, ...]]:
    moment = sa.bindparam("moment", type_=UtcDateTime) if past else None
    table = NeedSource
    columns = (table.id, table.source, table.dated, table.invented, table.published, table.validated_by)
    mine = table.operation_id == sa.bindparam("operation", type_=sa.Integer)
    return sa.select(*columns).where(mine, *_standing(moment)).order_by(table.id)


@lru_cache(maxsize=4)
def _figures(past: bool, of_sub_sector: bool) -> sa.Select[*tuple[Any, ...]]:
    moment = sa.bindparam("moment", type_=UtcDateTime) if past else None
    asked = Need.sub_sector == sa.bindparam("sub_sector", type_=sa.Text)
    return (
        sa.select(
            Need.measure,
            Need.level,
            Need.pcode,
            Need.sub_sector,
            Need.population_group,
            Need.unit,
            Need.value,
            Need.source_id,
        )
        .join(NeedSource, NeedSource.id == Need.source_id)
        .where(
            NeedSource.operation_id == sa.bindparam("operation", type_=sa.Integer),
            *_standing(moment),
            *([sa.or_(asked, Need.sub_sector.is_(None))] if of_sub_sector else []),
        )
        .order_by(Need.level, Need.pcode, Need.measure, NeedSource.dated, Need.id)
    )


#: Every table of figures needs them all, and they change a few times a year.
_KEPT: Kept[tuple[NeedFigure, ...]] = Kept(most=16)


def standing_needs(
    session: orm.Session,
    operation: Operation,
    moment: dt.datetime | None = None,
    *,
    sub_sector: str | None = None,
) -> tuple[NeedFigure, ...]:
    """Return every figure of the standing tables, in a fixed order; ``moment``: as it was then.

    With ``sub_sector`` only its own figures and those that do not tell the sub-sectors apart. Several tables
    may hold a figure of one area: :mod:`cluster4w.gaps.tables_in_use` says which one is used. As long as
    nothing changes it is the very same tuple.
    """
    values = {"operation": operation.id, "moment": moment, "sub_sector": sub_sector}
    tables = [tuple(row) for row in session.execute(_sources(moment is not None), values)]
    rows = raw_rows(session, _figures(moment is not None, sub_sector is not None), values)

    def made() -> tuple[NeedFigure, ...]:
        sources = {
            number: (source, dated, invented, number, *more)
            for number, source, dated, invented, *more in tables
        }
        return tuple(NeedFigure(*row[:-1], *sources[row[-1]]) for row in rows)

    return _KEPT.of((sub_sector, moment is not None, *tables), rows, made)


def current_needs(
    session: orm.Session,
    operation: Operation,
    moment: dt.datetime | None = None,
    *,
    sub_sector: str | None = None,
) -> list[NeedFigure]:
    """Return what :func:`standing_needs` does, as a list of one's own."""
    return list(standing_needs(session, operation, moment, sub_sector=sub_sector))


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody chose a table for some months; None stands for both, or for no end."""

    id: int
    table_id: int
    measure: str | None
    sub_sector: str | None
    first_month: str | None
    last_month: str | None
    chosen_at: dt.datetime
    chosen_by: str
    ended: bool = False

    def fits(self, measure: str, sub_sector: str, month: str | None) -> bool:
        """Tell whether the choice is about a measure and sub-sector at the end of a month."""
        return (
            self.measure in (None, measure)
            and self.sub_sector in (None, sub_sector)
            and (month is None or (self.first_month or "") <= month <= (self.last_month or "9999-99"))
        )


def need_choices(
    session: orm.Session, operation: Operation, moment: dt.datetime | None = None
) -> list[Choice]:
    """Return the choices that hold, now or at a moment, the one made last first."""
    holds: list[sa.ColumnElement[bool]] = [NeedChoice.ended_at.is_(None)]
    if moment is not None:
        holds = [
            NeedChoice.chosen_at <= moment,
            sa.or_(NeedChoice.ended_at.is_(None), NeedChoice.ended_at > moment),
        ]
    rows = session.execute(_choices(operation).where(*holds))
    # Whether a choice has ended since is nothing that was known at the moment.
    return [replace(_choice(made, name), ended=False) for made, name in rows]


def get_choice(session: orm.Session, operation: Operation, choice_id: int) -> Choice | None:
    """Return a choice of an operation, ended or not, or None."""
    row = session.execute(_choices(operation).where(NeedChoice.id == choice_id)).one_or_none()
    return _choice(row[0], row[1]) if row is not None else None


def _choices(operation: Operation) -> sa.Select[NeedChoice, str]:
    return (
        sa.select(NeedChoice, Person.name)
        .outerjoin(Person, Person.id == NeedChoice.chosen_by)
        .where(NeedChoice.operation_id == operation.id)
        .order_by(NeedChoice.id.desc())
    )


def _choice(made: NeedChoice, name: str | None) -> Choice:
    return Choice(
        made.id,
        made.source_id,
        made.measure,
        made.sub_sector,
        made.first_month,
        made.last_month,
        made.chosen_at,
        name or "",
        made.ended_at is not None,
    )


@dataclass(frozen=True, slots=True)
class NeedTable:
    """A loaded table of figures, as a page lists it."""

    id: int
    source: str
    dated: dt.date
    published: dt.date | None
    validated_by: str
    edition: str
    file_name: str
    invented: bool
    note: str
    loaded_at: dt.datetime
    replaced_at: dt.datetime | None
    removed_at: dt.datetime | None
    loaded_by: str
    figures: int

    @property
    def stands(self) -> bool:
        """Tell whether the table can be used: neither corrected by a later one nor removed."""
        return self.replaced_at is None and self.removed_at is None


def list_need_tables(
    session: orm.Session, operation: Operation, moment: dt.datetime | None = None
) -> list[NeedTable]:
    """Return every table that was ever loaded: those that stand first, the newest figures first.

    ``moment``: those that stood then, whatever became of them since.
    """
    stood = _standing(moment) if moment is not None else []
    rows = session.execute(
        sa.select(
            NeedSource.id,
            NeedSource.source,
            NeedSource.dated,
            NeedSource.published,
            NeedSource.validated_by,
            NeedSource.edition,
            NeedSource.file_name,
            NeedSource.invented,
            NeedSource.note,
            NeedSource.loaded_at,
            NeedSource.replaced_at,
            NeedSource.removed_at,
            sa.func.coalesce(Person.name, ""),
            sa.func.count(Need.id),
        )
        .outerjoin(Need, Need.source_id == NeedSource.id)
        .outerjoin(Person, Person.id == NeedSource.loaded_by)
        .where(NeedSource.operation_id == operation.id, *stood)
        .group_by(NeedSource.id, Person.name)
        .order_by(
            sa.or_(NeedSource.replaced_at.is_not(None), NeedSource.removed_at.is_not(None)),
            NeedSource.dated.desc(),
            NeedSource.id.desc(),
        )
    )
    tables = starmap(NeedTable, rows)
    return list(tables) if moment is None else [replace(t, replaced_at=None, removed_at=None) for t in tables]


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds of one measure, sub-sector, group and unit at one level: areas and their sum."""

    measure: str
    sub_sector: str | None
    population_group: str | None
    unit: str
    level: int
    areas: int
    total: float


def table_contents(session: orm.Session, operation: Operation) -> dict[int, list[Content]]:
    """Return what every table of an operation holds, by its id; upper levels first."""
    keys = (Need.measure, Need.sub_sector, Need.population_group, Need.unit, Need.level)
    rows = session.execute(
        sa.select(Need.source_id, *keys, sa.func.count(sa.distinct(Need.pcode)), sa.func.sum(Need.value))
        .join(NeedSource, NeedSource.id == Need.source_id)
        .where(NeedSource.operation_id == operation.id)
        .group_by(Need.source_id, *keys)
        .order_by(Need.source_id, Need.level, Need.measure)
    )
    found: dict[int, list[Content]] = {}
    for table_id, measure, sub_sector, group, unit, level, areas, total in rows:
        found.setdefault(table_id, []).append(Content(measure, sub_sector, group, unit, level, areas, total))
    return found


def get_upload(
    session: orm.Session, operation: Operation, upload_id: int
) -> tuple[NeedUpload, StoredFile] | None:
    """Return a file of figures that was sent and the file itself, or None."""
    row = session.execute(
        sa.select(NeedUpload, StoredFile)
        .join(StoredFile, StoredFile.id == NeedUpload.file_id)
        .where(NeedUpload.id == upload_id, NeedUpload.operation_id == operation.id)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def uploads_by_table(session: orm.Session, operation: Operation) -> dict[int, int]:
    """Return table id to upload id, for the tables whose file is kept."""
    rows = session.execute(
        sa.select(NeedUpload.source_id, NeedUpload.id)
        .where(NeedUpload.operation_id == operation.id, NeedUpload.source_id.is_not(None))
        .order_by(NeedUpload.id)
    )
    return {table_id: upload_id for table_id, upload_id in rows if table_id is not None}
