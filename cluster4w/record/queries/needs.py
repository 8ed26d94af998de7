"""Needs and targets: the figures in force, and the tables they came from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import starmap

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Need, NeedSource, Operation


@dataclass(frozen=True, slots=True)
class NeedFigure:
    """One figure in force, with where it comes from.

    ``measure`` is ``in_need`` or ``targeted``; ``level`` 0 is the whole country, whose ``pcode`` is the
    country's ISO code. ``sub_sector`` None: the source does not tell the two apart. ``population_group``
    None: all groups together. ``unit`` is ``household`` or ``individual``.
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


def current_needs(session: orm.Session, operation: Operation) -> list[NeedFigure]:
    """Return every figure that no newer table has replaced, in a fixed order."""
    rows = session.execute(
        sa.select(
            Need.measure,
            Need.level,
            Need.pcode,
            Need.sub_sector,
            Need.population_group,
            Need.unit,
            Need.value,
            NeedSource.source,
            NeedSource.dated,
            NeedSource.invented,
        )
        .join(NeedSource, NeedSource.id == Need.source_id)
        .where(NeedSource.operation_id == operation.id, NeedSource.replaced_at.is_(None))
        .order_by(Need.level, Need.pcode, Need.measure, NeedSource.dated, Need.id)
    )
    return list(starmap(NeedFigure, rows))


@dataclass(frozen=True, slots=True)
class NeedTable:
    """A loaded table of figures, as a page lists it."""

    id: int
    source: str
    dated: dt.date
    file_name: str
    invented: bool
    note: str
    loaded_at: dt.datetime
    replaced_at: dt.datetime | None
    figures: int


def list_need_tables(session: orm.Session, operation: Operation) -> list[NeedTable]:
    """Return every table that was ever loaded, newest first, those in force before the replaced ones."""
    rows = session.execute(
        sa.select(
            NeedSource.id,
            NeedSource.source,
            NeedSource.dated,
            NeedSource.file_name,
            NeedSource.invented,
            NeedSource.note,
            NeedSource.loaded_at,
            NeedSource.replaced_at,
            sa.func.count(Need.id),
        )
        .outerjoin(Need, Need.source_id == NeedSource.id)
        .where(NeedSource.operation_id == operation.id)
        .group_by(NeedSource.id)
        .order_by(NeedSource.replaced_at.is_not(None), NeedSource.loaded_at.desc(), NeedSource.id.desc())
    )
    return [NeedTable(*row) for row in rows]
