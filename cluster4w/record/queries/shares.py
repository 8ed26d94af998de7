"""The record added up by organisation and by modality: who covers what share, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.record.queries.coverage import REACHED, Unit, Window, among, chosen, current_rows, pair


class Assisted(NamedTuple):
    """What the completed rows of one activity type, organisation and modality come to, every round counted.

    ``own`` and ``other`` as in :class:`cluster4w.record.queries.coverage.Sum`; ``modality`` is None where
    the rows name none.
    """

    activity_type: str
    organisation_id: int
    modality: str | None
    own: int | None
    other: int | None
    rows: int


def assisted(
    session: orm.Session,
    operation: Operation,
    *,
    types: Sequence[str],
    unit: Unit,
    window: Window,
    group: str | None = None,
    only: Sequence[int] | None = None,
) -> list[Assisted]:
    """Return the sums of the completed rows of some activity types, by type, organisation and modality.

    ``only`` takes some versions only, by their keys.
    """
    if not types or only == ():
        return []
    own, other = pair(unit, REACHED)
    by = (Activity.activity_type, Activity.organisation_id, Activity.modality)
    rows = session.execute(
        sa.select(
            *by,
            sa.cast(sa.func.sum(own), sa.BigInteger),
            sa.cast(sa.func.sum(other).filter(own.is_(None)), sa.BigInteger),
            sa.func.count(),
        )
        .where(
            *current_rows(operation, window),
            *chosen(types, group, None),
            *among(only),
            Activity.status.in_(REACHED),
        )
        .group_by(*by)
    )
    return [Assisted._make(row) for row in rows]
