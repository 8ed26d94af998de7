"""Which rows of the record a question is about, and what they say: as conditions and columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation

#: What counts as help that people have received, and as help that is promised.
REACHED = ("completed",)
PLANNED = ("planned", "ongoing")
#: Statuses that never count, not even as presence.
NEVER = ("suspended", "cancelled")

Unit = Literal["household", "individual"]


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows are counted; ``None`` does not limit.

    ``first`` and ``last``: months, both included. ``as_of``: the record at that moment. ``organisation``: of
    one reporting organisation. ``activity_type``: of one activity type.
    """

    first: str | None = None
    last: str | None = None
    as_of: dt.datetime | None = None
    organisation: int | None = None
    activity_type: str | None = None

    def has_month(self, period: object) -> bool:
        """Tell whether a row with this month lies inside; one without lies in no window with a bound."""
        if self.first is None and self.last is None:
            return True
        return isinstance(period, str) and (self.first or "") <= period <= (self.last or period)


def current_rows(operation: Operation, window: Window) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for the rows of a window in force, withdrawn ones left out."""
    # The literal text lets SQLite see that its partial indexes apply.
    conditions: list[sa.ColumnElement[bool]] = [
        Activity.operation_id == operation.id,
        Activity.withdrawn == sa.false(),
    ]
    if window.as_of is None:
        conditions.append(Activity.superseded_at.is_(None))
    else:
        conditions.append(Activity.recorded_at <= window.as_of)
        conditions.append(sa.or_(Activity.superseded_at.is_(None), Activity.superseded_at > window.as_of))
    if window.first is not None:
        conditions.append(Activity.period >= window.first)
    if window.last is not None:
        conditions.append(Activity.period <= window.last)
    if window.organisation is not None:
        conditions.append(Activity.organisation_id == window.organisation)
    if window.activity_type is not None:
        conditions.append(Activity.activity_type == window.activity_type)
    return conditions


def _figures(unit: Unit, suffix: str) -> tuple[Any, Any]:
    names = ("households", "individuals") if unit == "household" else ("individuals", "households")
    return getattr(Activity, f"{names[0]}_{suffix}"), getattr(Activity, f"{names[1]}_{suffix}")


def pair(unit: Unit, statuses: tuple[str, ...]) -> tuple[Any, Any]:
    """Return what a row says in the asked unit, and in the other one.

    Completed rows speak by their reached figures; planned and ongoing ones by their targeted figures, and
    by the reached ones where they hold no target at all.
    """
    own, other = _figures(unit, "reached")
    if statuses == REACHED:
        return own, other
    own_target, other_target = _figures(unit, "targeted")
    return (
        sa.func.coalesce(own_target, sa.case((other_target.is_(None), own))),
        sa.func.coalesce(other_target, sa.case((own_target.is_(None), other))),
    )


def raw_rows(
    session: orm.Session, statement: sa.Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None
) -> Sequence[tuple[Any, ...]]:
    """Return the rows as the driver gives them: there are many thousands, and nothing in them to convert."""
    session.flush()
    result = session.connection().execute(statement, values)
    rows: Sequence[tuple[Any, ...]] = cast(Any, result.cursor).fetchall()
    result.close()
    return rows


_LEVELS = (Activity.adm1_pcode, Activity.adm2_pcode, Activity.adm3_pcode)


def chosen(
    types: Sequence[str], group: str | None, within: tuple[int, str | None] | None
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for the rows of some activity types, one population group, one area."""
    conditions: list[sa.ColumnElement[bool]] = [Activity.activity_type.in_(types)]
    if group is not None:
        conditions.append(Activity.population_group == group)
    if within is not None:
        column = _LEVELS[within[0] - 1]
        conditions.append(column.is_(None) if within[1] is None else column == within[1])
    return conditions
