"""The record added up by area: what the gap tables, the status board and their explanations read.

Every function is one statement (a few for very different questions), grouped by the database. The order of
the grouping is the order of the covering indexes of :mod:`cluster4w.models.activity`, so that SQLite and
PostgreSQL stream the groups out of an index without sorting and without reading a table row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation

#: What counts as help that people have received, and as help that is promised.
REACHED = ("completed",)
PLANNED = ("planned", "ongoing")

Unit = Literal["household", "individual"]
Split = Literal["none", "month", "organisation"]


@dataclass(frozen=True, slots=True)
class Window:
    """Months counted, both included; ``None`` does not limit. ``as_of``: the record at that moment."""

    first: str | None = None
    last: str | None = None
    as_of: dt.datetime | None = None


class Sum(NamedTuple):
    """One group of rows.

    ``own`` adds up the asked unit; ``other`` adds up the other unit of the rows that lack the asked one.
    Both are None where no row says anything: absent is not zero. ``split`` is the month or the
    organisation's id, where the question asked for it.
    """

    activity_type: str
    status: str
    adm1: str | None
    adm2: str | None
    adm3: str | None
    group: str | None
    first_time: bool | None
    split: Any
    own: int | None
    other: int | None
    rows: int
    silent: int


def current_rows(operation: Operation, window: Window) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for the rows in force in these months, withdrawn ones left out."""
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
    return conditions


def _figures(unit: Unit, suffix: str) -> tuple[Any, Any]:
    names = ("households", "individuals") if unit == "household" else ("individuals", "households")
    return getattr(Activity, f"{names[0]}_{suffix}"), getattr(Activity, f"{names[1]}_{suffix}")


def _pair(unit: Unit, statuses: tuple[str, ...]) -> tuple[Any, Any]:
    """Return what a row says in the asked unit, and in the other one.

    Completed rows speak by their reached figures; planned and ongoing ones by their targeted figures, and
    by the reached ones where they hold no target at all.
    """
    own, other = _figures(unit, "reached")
    if statuses == REACHED:
        return own, other
    own_target, other_target = _figures(unit, "targeted")
    without = sa.and_(own_target.is_(None), other_target.is_(None))
    return sa.case((without, own), else_=own_target), sa.case((without, other), else_=other_target)


def _split(split: Split) -> Any:
    match split:
        case "none":
            return None
        case "month":
            return Activity.period
        case "organisation":
            return Activity.organisation_id


_LEVELS = (Activity.adm1_pcode, Activity.adm2_pcode, Activity.adm3_pcode)


def _chosen(
    types: Sequence[str], group: str | None, within: tuple[int, str | None] | None
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Activity.activity_type.in_(types)]
    if group is not None:
        conditions.append(Activity.population_group == group)
    if within is not None:
        column = _LEVELS[within[0] - 1]
        conditions.append(column.is_(None) if within[1] is None else column == within[1])
    return conditions


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
) -> list[Sum]:
    """Return the sums of the completed, planned and ongoing rows of some activity types.

    Args:
        level: 2 or 3: the deepest area of the grouping (areas above it come along).
        types: Keys of activity types.
        unit: ``household`` or ``individual``: which one is ``own``.
        group: Only this population group.
        split: Split the groups further, by month or by organisation.
        within: Only rows whose area at a level (1 to 3) has this code; code None: rows without one.
    """
    if not types:
        return []
    deepest = Activity.adm3_pcode if level == 3 else None
    extra = _split(split)
    conditions = [*current_rows(operation, window), *_chosen(types, group, within)]
    keys = [
        Activity.activity_type,
        Activity.status,
        Activity.adm1_pcode,
        Activity.adm2_pcode,
        deepest,
        Activity.population_group,
        Activity.first_time_assisted,
        extra,
    ]
    found: list[Sum] = []
    for statuses in (REACHED, PLANNED):
        own, other = _pair(unit, statuses)
        statement = (
            sa.select(
                *(sa.null().label(f"none_{i}") if key is None else key for i, key in enumerate(keys)),
                sa.func.sum(own),
                sa.func.sum(sa.case((own.is_(None), other))),
                sa.func.count(),
                sa.func.count(sa.case((sa.and_(own.is_(None), other.is_(None)), 1))),
            )
            .where(*conditions, Activity.status.in_(statuses))
            .group_by(*(key for key in keys if key is not None))
        )
        found.extend(map(Sum._make, session.execute(statement)))
    return found


class SiteSum(NamedTuple):
    """Rows of one activity type, area and population group, each site counted by its largest month.

    ``reached`` and ``both`` (reached and planned together) are in the asked unit, the other one converted;
    the ``_own`` and ``_other`` sums are plain and tell what was reported and what was converted.
    """

    activity_type: str
    adm1: str | None
    adm2: str | None
    adm3: str | None
    group: str | None
    reached: float
    both: float
    reached_own: int | None
    reached_other: int | None
    planned_own: int | None
    planned_other: int | None
    reached_rows: int
    planned_rows: int
    silent: int


def site_sums(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    unit: Unit,
    window: Window,
    factor: float,
    group: str | None = None,
    within: tuple[int, str | None] | None = None,
) -> list[SiteSum]:
    """Return the largest month of each site, summed by area, in one statement.

    ``factor`` turns the other unit into the asked one. A site is its p-code, else its name without regard to
    case; rows that name none are one unknown site of their area.
    """
    if not types:
        return []
    done = Activity.status.in_(REACHED)
    site = sa.func.coalesce(Activity.site_pcode, sa.func.lower(Activity.site_name)).label("site")
    (own, other), (own_plan, other_plan) = _pair(unit, REACHED), _pair(unit, PLANNED)
    keys: list[Any] = [
        Activity.activity_type,
        *_LEVELS[:2],
        (Activity.adm3_pcode if level == 3 else sa.null()).label("adm3_pcode"),
        Activity.population_group,
    ]

    def total(condition: sa.ColumnElement[bool], value: Any, label: str) -> sa.Label[Any]:
        return sa.func.sum(sa.case((condition, value))).label(label)

    grouped = [keys[0], keys[1], keys[2], *([Activity.adm3_pcode] if level == 3 else []), keys[4]]
    by_month = (
        sa.select(
            *keys,
            site,
            total(done, own, "ro"),
            total(sa.and_(done, own.is_(None)), other, "rx"),
            total(~done, own_plan, "po"),
            total(sa.and_(~done, own_plan.is_(None)), other_plan, "px"),
            total(done, 1, "rn"),
            total(~done, 1, "pn"),
            total(sa.and_(done, own.is_(None), other.is_(None)), 1, "silent"),
        )
        .where(
            *current_rows(operation, window),
            *_chosen(types, group, within),
            Activity.status.in_((*REACHED, *PLANNED)),
        )
        .group_by(*grouped, site, Activity.period)
        .subquery()
    )
    c = by_month.c
    reached = sa.func.coalesce(c.ro, 0) + sa.func.coalesce(c.rx, 0) * factor
    planned = sa.func.coalesce(c.po, 0) + sa.func.coalesce(c.px, 0) * factor
    plain = ("ro", "rx", "po", "px", "rn", "pn", "silent")
    places = (c.activity_type, c.adm1_pcode, c.adm2_pcode, c.adm3_pcode, c.population_group)
    by_site = (
        sa.select(
            *places,
            sa.func.max(reached).label("reached"),
            sa.func.max(reached + planned).label("both"),
            *(sa.func.sum(c[name]).label(name) for name in plain),
        )
        .group_by(*places, c.site)
        .subquery()
    )
    s = by_site.c
    places = (s.activity_type, s.adm1_pcode, s.adm2_pcode, s.adm3_pcode, s.population_group)
    rows = session.execute(
        sa.select(
            *places,
            sa.func.sum(s.reached),
            sa.func.sum(s.both),
            *(sa.func.sum(s[name]) for name in plain),
        ).group_by(*places)
    )
    # PostgreSQL sums whole numbers to decimals.
    return [
        SiteSum._make(
            (
                *row[:5],
                float(row[5]),
                float(row[6]),
                *(None if v is None else int(v) for v in row[7:11]),
                *(int(v or 0) for v in row[11:]),
            )
        )
        for row in rows
    ]
