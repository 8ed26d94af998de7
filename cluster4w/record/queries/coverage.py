"""The record added up by area: what the gap tables, the status board and their explanations read.

Every function is one statement for what was reached and one for what is planned, grouped by the database. The
covering indexes of :mod:`cluster4w.models.activity` hold all that they ask, so that no table row is read, and
groups by commune stream out of them without sorting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation

#: What counts as help that people have received, and as help that is promised.
REACHED = ("completed",)
PLANNED = ("planned", "ongoing")

Unit = Literal["household", "individual"]
Split = Literal["none", "first_time", "organisation"]

#: Between the places of :attr:`Monthly.places`; every way into the record drops control characters.
SEPARATOR = "\x1f"
#: Length of ``YYYY-MM``, with which each place begins.
MONTH_LENGTH = 7


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

    @property
    def is_filtered(self) -> bool:
        """True where other things than months and a moment are asked for."""
        return self.organisation is not None or self.activity_type is not None


class Sum(NamedTuple):
    """One group of rows.

    ``own`` adds up the asked unit; ``other`` adds up the other unit of the rows that lack the asked one.
    Both are None where no row says anything: absent is not zero. ``split`` is what the question splits by:
    whether people are assisted for the first time (1 or true, 0 or false, None: not said), or the
    organisation's id.
    ``silent`` counts completed rows without any figure.
    """

    activity_type: str
    status: str
    adm1: str | None
    adm2: str | None
    adm3: str | None
    group: str | None
    split: Any
    own: int | None
    other: int | None
    rows: int
    silent: int


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


def _silent(own: Any, other: Any, statuses: tuple[str, ...]) -> Any:
    """Return the number of completed rows that say no figure; planned ones need not."""
    if statuses != REACHED:
        return sa.literal_column("0")
    return sa.func.count() - sa.func.count(sa.func.coalesce(own, other))


def raw_rows(
    session: orm.Session, statement: sa.Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None
) -> Sequence[tuple[Any, ...]]:
    """Return the rows as the driver gives them: there are many thousands, and nothing in them to convert."""
    session.flush()
    result = session.connection().execute(statement, values)
    rows: Sequence[tuple[Any, ...]] = cast(Any, result.cursor).fetchall()
    result.close()
    return rows


def _split(split: Split) -> Any:
    match split:
        case "none":
            return None
        case "first_time":
            return Activity.first_time_assisted
        case "organisation":
            return Activity.organisation_id


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


def among(only: Sequence[int] | None) -> list[sa.ColumnElement[bool]]:
    """Return the condition that takes some versions only."""
    if only is None:
        return []
    # Written into the statement: a database takes only so many parameters.
    keys: sa.BindParameter[Any] = sa.bindparam("only", list(only), expanding=True, literal_execute=True)
    return [Activity.id.in_(keys)]


def area_sums(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    unit: Unit,
    window: Window,
    group: str | None = None,
    split: Split = "none",
    within: tuple[int, str | None] | None = None,
    only: Sequence[int] | None = None,
) -> Iterator[Sum]:
    """Return the sums of the completed, planned and ongoing rows of some activity types.

    Args:
        level: 2 or 3: the deepest area of the grouping (areas above it come along).
        types: Keys of activity types.
        unit: ``household`` or ``individual``: which one is ``own``.
        group: Only this population group.
        split: Split the groups further: by people assisted for the first time, or by organisation.
        within: Only rows whose area at a level (1 to 3) has this code; code None: rows without one.
        only: Only versions with these keys.
    """
    if not types or only == ():
        return iter(())
    deepest = Activity.adm3_pcode if level == 3 else None
    conditions = [*current_rows(operation, window), *chosen(types, group, within), *among(only)]
    keys = [
        Activity.activity_type,
        Activity.status,
        Activity.adm1_pcode,
        Activity.adm2_pcode,
        deepest,
        Activity.population_group,
        _split(split),
    ]
    found: list[Sequence[tuple[Any, ...]]] = []
    for statuses in (REACHED, PLANNED):
        own, other = pair(unit, statuses)
        statement = (
            sa.select(
                *(sa.null().label(f"none_{i}") if key is None else key for i, key in enumerate(keys)),
                sa.func.sum(own),
                sa.func.sum(other).filter(own.is_(None)),
                sa.func.count(),
                _silent(own, other, statuses),
            )
            .where(*conditions, Activity.status.in_(statuses))
            .group_by(*(key for key in keys if key is not None))
        )
        found.append(raw_rows(session, statement))
    return map(Sum._make, chain(*found))


class Monthly(NamedTuple):
    """One group of rows that a rule of the largest month counts, with every figure and its month.

    ``own`` joins the figures in the asked unit with commas, ``other`` those in the other unit of the rows
    that lack the asked one; None where no row says any. ``places`` and ``other_places`` name the month and
    the site of each figure, in the same order, with :data:`SEPARATOR` between them: ``YYYY-MM``, blank where
    the row names no month, and right after it the site.
    """

    activity_type: str
    status: str
    adm1: str | None
    adm2: str | None
    adm3: str | None
    group: str | None
    rows: int
    silent: int
    places: str | None
    own: str | None
    other_places: str | None
    other: str | None


def monthly_figures(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    unit: Unit,
    window: Window,
    by_site: bool,
    group: str | None = None,
    within: tuple[int, str | None] | None = None,
    only: Sequence[int] | None = None,
) -> list[Monthly]:
    """Return the figures of some activity types month by month, with ``by_site`` site by site too.

    A group per site and month would hold hardly more than one row; grouping them in the database, or
    fetching them one by one, takes several times as long as reading them joined. A site is its p-code, else
    its name; several groups may speak of one area.
    """
    if not types or only == ():
        return []
    conditions = [*current_rows(operation, window), *chosen(types, group, within), *among(only)]
    place: sa.ColumnElement[str] = sa.func.coalesce(Activity.period, " " * MONTH_LENGTH)
    if by_site:
        place += sa.func.coalesce(Activity.site_pcode, Activity.site_name, "")
    keys: list[Any] = [Activity.activity_type, Activity.status, *_LEVELS[:2]]
    found: list[Monthly] = []
    for statuses in (REACHED, PLANNED):
        own, other = pair(unit, statuses)
        statement = (
            sa.select(
                *keys,
                Activity.adm3_pcode if level == 3 else sa.null().label("adm3_pcode"),
                Activity.population_group,
                sa.func.count(),
                _silent(own, other, statuses),
                sa.func.aggregate_strings(place, SEPARATOR).filter(own.is_not(None)),
                sa.func.aggregate_strings(sa.cast(own, sa.Text), ","),
                sa.func.aggregate_strings(place, SEPARATOR).filter(own.is_(None), other.is_not(None)),
                sa.func.aggregate_strings(sa.cast(other, sa.Text), ",").filter(own.is_(None)),
            )
            .where(*conditions, Activity.status.in_(statuses))
            # The index is in the order of communes, whatever the level.
            .group_by(*keys, Activity.adm3_pcode, Activity.population_group)
        )
        found.extend(map(Monthly._make, raw_rows(session, statement)))
    return found
