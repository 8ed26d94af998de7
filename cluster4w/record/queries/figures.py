"""The figures that organisations reported so far, to tell an unusual one by."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation


class Figures(NamedTuple):
    """The figures of a current activity; ``unit`` is that of the quantity."""

    organisation_id: int
    activity_type: str | None
    unit: str | None
    households_reached: int | None
    individuals_reached: int | None
    quantity: float | None


def reported_figures(
    session: orm.Session, operation: Operation, organisation_ids: Collection[int], types: Collection[str]
) -> Iterator[Figures]:
    """Yield the figures of the current activities of some organisations and activity types."""
    if not organisation_ids or not types:
        return
    a = Activity
    rows = session.execute(
        sa.select(
            a.organisation_id,
            a.activity_type,
            a.unit,
            a.households_reached,
            a.individuals_reached,
            a.quantity,
        )
        .where(
            a.operation_id == operation.id,
            a.superseded_at.is_(None),
            a.withdrawn.is_(False),
            a.organisation_id.in_(organisation_ids),
            a.activity_type.in_(types),
            sa.or_(a.households_reached > 0, a.individuals_reached > 0, a.quantity > 0),
        )
        .execution_options(yield_per=5000)
    )
    for row in rows:
        yield Figures(*row)
