"""Writing needs and targets. A newer table replaces the older one of the same source; history is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Need, NeedSource, Operation, Person
from cluster4w.models.base import now
from cluster4w.record.operations.activities import BATCH, batches, touch
from cluster4w.record.operations.audit import log

_NEED = cast(sa.Table, Need.__table__)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to write: see :class:`cluster4w.record.queries.needs.NeedFigure` for the fields."""

    measure: str
    level: int
    pcode: str
    sub_sector: str | None
    population_group: str | None
    unit: str
    value: float


def save_needs(
    session: orm.Session,
    operation: Operation,
    figures: Sequence[Figure],
    *,
    source: str,
    dated: dt.date,
    file_name: str = "",
    invented: bool = False,
    note: str = "",
    actor: Person | None = None,
) -> NeedSource:
    """Write a table of figures and take the earlier table of the same source out of force.

    The same figures with the same date again change nothing: the table in force is returned.
    """
    earlier = list(
        session.scalars(
            sa.select(NeedSource).where(
                NeedSource.operation_id == operation.id,
                NeedSource.source == source,
                NeedSource.replaced_at.is_(None),
            )
        )
    )
    for table in earlier:
        if table.dated == dated and table.invented == invented and _same(session, table, figures):
            return table
    moment = now()
    for table in earlier:
        table.replaced_at = moment
    saved = NeedSource(
        operation_id=operation.id,
        source=source,
        dated=dated,
        file_name=file_name,
        invented=invented,
        note=note,
        loaded_by=actor.id if actor else None,
    )
    session.add(saved)
    session.flush()
    rows: list[dict[str, Any]] = [asdict(f) | {"source_id": saved.id} for f in figures]
    for batch in batches(rows, BATCH):
        session.execute(sa.insert(_NEED), batch)
    touch(session, operation)
    log(
        session,
        "needs.saved",
        subject="need_source",
        subject_id=saved.id,
        operation=operation,
        actor=actor,
        source=source,
        dated=dated.isoformat(),
        figures=len(figures),
        replaced=[table.id for table in earlier],
    )
    return saved


def _same(session: orm.Session, table: NeedSource, figures: Sequence[Figure]) -> bool:
    stored = session.execute(
        sa.select(
            Need.measure,
            Need.level,
            Need.pcode,
            Need.sub_sector,
            Need.population_group,
            Need.unit,
            Need.value,
        ).where(Need.source_id == table.id)
    )
    return {Figure(*row) for row in stored} == set(figures)
