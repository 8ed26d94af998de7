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

from cluster4w.models import Activity, Area, NilReport, Operation, Organisation, Participation

#: What counts as help that people have received, and as help that is promised.
REACHED = ("completed",)
PLANNED = ("planned", "ongoing")
#: What never counts, not even as presence.
NEVER = ("suspended", "cancelled")

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


def _current(operation: Operation, window: Window) -> list[sa.ColumnElement[bool]]:
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
    levels = _LEVELS[: max(level, 2)]
    extra = _split(split)
    conditions = [*_current(operation, window), *_chosen(types, group, within)]
    found: list[Sum] = []
    for statuses in (REACHED, PLANNED):
        own, other = _pair(unit, statuses)
        keys: list[Any] = [
            Activity.activity_type,
            Activity.status,
            *levels,
            Activity.population_group,
            Activity.first_time_assisted,
        ]
        if extra is not None:
            keys.append(extra)
        statement = (
            sa.select(
                *keys,
                sa.func.sum(own),
                sa.func.sum(sa.case((own.is_(None), other))),
                sa.func.count(),
                sa.func.sum(sa.case((sa.and_(own.is_(None), other.is_(None)), 1))),
            )
            .where(*conditions, Activity.status.in_(statuses))
            .group_by(*keys)
        )
        found.extend(_sums(session.execute(statement), len(levels), split))
    return found


def _sums(rows: Any, depth: int, split: Split) -> list[Sum]:
    """Turn rows (type, status, areas..., group, first time, [month], [split], own, other, rows, silent)."""
    after = 2 + depth
    none = (None,) * (3 - depth)
    make = Sum._make
    match split:
        case "none":
            return [make((*r[:after], *none, *r[after:-4], None, *r[-4:-1], r[-1] or 0)) for r in rows]
        case "month" | "organisation":
            return [make((*r[:after], *none, *r[after:-4], *r[-4:-1], r[-1] or 0)) for r in rows]


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
            *_current(operation, window),
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


class Presence(NamedTuple):
    """An organisation works in an area; ``None`` where the row names no area of that level."""

    adm1: str | None
    adm2: str | None
    adm3: str | None
    organisation_id: int


def _present(types: Sequence[str], sub_sector: str, group: str | None) -> list[sa.ColumnElement[bool]]:
    """Return the ways in which a row is presence in a sub-sector: by its type, or without one.

    A row that names neither type nor sub-sector, as in OCHA's layout, is presence in both.
    """
    common: list[sa.ColumnElement[bool]] = [
        sa.or_(Activity.status.is_(None), Activity.status.not_in(NEVER)),
    ]
    if group is not None:
        common.append(Activity.population_group == group)
    return [
        sa.and_(Activity.activity_type.in_(types), *common),
        sa.and_(Activity.activity_type.is_(None), Activity.sub_sector == sub_sector, *common),
        sa.and_(Activity.activity_type.is_(None), Activity.sub_sector.is_(None), *common),
    ]


def presence(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    types: Sequence[str],
    sub_sector: str,
    window: Window,
    group: str | None = None,
) -> set[Presence]:
    """Return which organisations have a row in which area, whatever its figures; suspended ones do not count.

    Regions and cercles are answered by one index seek per cercle and organisation instead of a walk over
    every row; communes, and rows that name no cercle, by a DISTINCT.
    """
    current = _current(operation, window)
    ways = _present(types, sub_sector, group)
    found: set[Presence] = set()
    if level < 3 and window.as_of is None:
        organisations = _organisations(session, operation)
        probes = [
            sa.select(sa.literal(1))
            .select_from(Activity)
            .where(
                Activity.adm2_pcode == Area.pcode, Activity.organisation_id == Organisation.id, *current, way
            )
            .correlate(Area, Organisation)
            .exists()
            for way in ways
        ]
        pairs = (
            sa.select(Area.parent_pcode, Area.pcode, Organisation.id)
            .select_from(Area)
            .join(Organisation, Organisation.id.in_(organisations))
            .where(Area.edition_id == operation.edition_id, Area.level == 2, sa.or_(*probes))
        )
        found.update(Presence(one, two, None, number) for one, two, number in session.execute(pairs))
        current.append(Activity.adm2_pcode.is_(None))
    third = Activity.adm3_pcode if level == 3 else sa.null()
    for way in ways:
        rows = session.execute(
            sa.select(Activity.adm1_pcode, Activity.adm2_pcode, third, Activity.organisation_id)
            .where(*current, way)
            .distinct()
        )
        found.update(Presence(*row) for row in rows)
    return found


def has_rows(session: orm.Session, operation: Operation, window: Window) -> bool:
    """Tell whether the record holds any row in these months: without one nothing is known, not even zero."""
    statement = sa.select(sa.literal(1)).where(*_current(operation, window)).limit(1)
    return session.execute(statement).first() is not None


def months_with_rows(session: orm.Session, operation: Operation, months: Sequence[str]) -> tuple[str, ...]:
    """Return which of these months have a current row: one index seek per month and organisation."""
    if not months:
        return ()
    organisations = _organisations(session, operation)
    probes = [
        sa.exists()
        .where(
            *_current(operation, Window()),
            Activity.organisation_id.in_(organisations),
            Activity.period == month,
        )
        .label(f"month_{number}")
        for number, month in enumerate(months)
    ]
    found = session.execute(sa.select(*probes)).one()
    return tuple(month for month, there in zip(months, found, strict=True) if there)


def _organisations(session: orm.Session, operation: Operation) -> list[int]:
    """Return the organisations with a current row, one index seek for each."""
    anywhere = sa.exists().where(
        Activity.operation_id == operation.id,
        Activity.organisation_id == Organisation.id,
        Activity.superseded_at.is_(None),
    )
    return list(session.scalars(sa.select(Organisation.id).where(anywhere).order_by(Organisation.id)))


class Reported(NamedTuple):
    """What an organisation reported for a month. Moments are those of its first row or nil report."""

    organisation_id: int
    acronym: str
    name: str
    type: str
    role: str
    rows: int
    nil: bool
    reported_at: dt.datetime | None
    changed_at: dt.datetime | None


def reported(session: orm.Session, operation: Operation, month: str) -> list[Reported]:
    """Return one entry per participating organisation, by acronym. Withdrawn rows are not counted."""
    rows = (
        sa.select(
            Activity.organisation_id,
            sa.func.count().label("rows"),
            sa.func.max(Activity.recorded_at).label("changed_at"),
        )
        .where(*_current(operation, Window(month, month)))
        .group_by(Activity.organisation_id)
        .subquery()
    )
    # The first version ever recorded says when the report came, however often it was corrected since.
    first = (
        sa.select(Activity.organisation_id, sa.func.min(Activity.recorded_at).label("reported_at"))
        .where(Activity.operation_id == operation.id, Activity.period == month, Activity.version == 1)
        .group_by(Activity.organisation_id)
        .subquery()
    )
    found = session.execute(
        sa.select(
            Organisation.id,
            Organisation.acronym,
            Organisation.name,
            Organisation.type,
            Participation.role,
            sa.func.coalesce(rows.c.rows, 0),
            NilReport.created_at,
            first.c.reported_at,
            rows.c.changed_at,
        )
        .join(Participation, Participation.organisation_id == Organisation.id)
        .outerjoin(rows, rows.c.organisation_id == Organisation.id)
        .outerjoin(first, first.c.organisation_id == Organisation.id)
        .outerjoin(
            NilReport,
            sa.and_(
                NilReport.organisation_id == Organisation.id,
                NilReport.operation_id == operation.id,
                NilReport.month == month,
            ),
        )
        .where(Participation.operation_id == operation.id)
        .order_by(Organisation.acronym, Organisation.name)
    )
    entries = []
    for *who, count, nil_at, first_at, changed_at in found:
        since = first_at if count else nil_at
        entries.append(Reported._make((*who, count, nil_at is not None and not count, since, changed_at)))
    return entries


def organisation_names(session: orm.Session, numbers: set[int]) -> dict[int, str]:
    """Return the acronyms of some organisations by id."""
    rows = session.execute(
        sa.select(Organisation.id, Organisation.acronym).where(Organisation.id.in_(sorted(numbers)))
    )
    return {row.id: row.acronym for row in rows}
