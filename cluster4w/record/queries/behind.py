"""The rows behind one line of a gap table, one by one: who, what, when, from which file and row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, Organisation, Person, StoredFile, Submission
from cluster4w.record.queries.coverage import PLANNED, REACHED, Unit, Window, current_rows, pair

#: Rows of one page of the list.
PAGE = 25
_LEVELS = (Activity.adm1_pcode, Activity.adm2_pcode, Activity.adm3_pcode)


@dataclass(frozen=True, slots=True)
class Place:
    """The area of a line. ``level`` and ``pcode``; ``below``: rows that name no area under it only."""

    level: int
    pcode: str | None
    below: bool = False

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions for its rows."""
        column = _LEVELS[self.level - 1]
        found = [column.is_(None) if self.pcode is None else column == self.pcode]
        if self.below:
            found.append(_LEVELS[self.level].is_(None))
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a line: those of a sub-sector, of ``types`` that belong to it, and of a population group."""

    place: Place
    types: Sequence[str]
    sub_sector: str
    group: str | None
    unit: Unit
    #: Rows without an activity type too, if the sub-sector that they name is this one or none.
    untyped: bool = True

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions, whatever the month."""
        of_type: sa.ColumnElement[bool] = Activity.activity_type.in_(self.types)
        if self.untyped:
            untyped = sa.and_(
                Activity.activity_type.is_(None),
                sa.or_(Activity.sub_sector.is_(None), Activity.sub_sector == self.sub_sector),
            )
            of_type = sa.or_(of_type, untyped)
        found = [*self.place.conditions(), of_type]
        if self.group is not None:
            found.append(Activity.population_group == self.group)
        return found


class RowBehind(NamedTuple):
    """One row. ``own`` and ``other``: what it says in the asked unit and, lacking that, in the other one."""

    id: int
    uid: str
    version: int
    organisation: str
    activity_type: str | None
    status: str | None
    period: str | None
    adm2_name: str | None
    adm3_name: str | None
    site_name: str | None
    first_time_assisted: bool | None
    own: int | None
    other: int | None
    recorded_at: dt.datetime
    author: str | None
    submission: int | None
    origin: str | None
    file_name: str | None
    source_row: int | None


def _said(unit: Unit) -> list[Any]:
    """Return what a row says, by its status: reached figures of a completed one, else its targeted ones."""
    done = Activity.status.in_(REACHED)
    return [
        sa.case((done, reached), else_=foreseen)
        for reached, foreseen in zip(pair(unit, REACHED), pair(unit, PLANNED), strict=True)
    ]


def rows_behind(
    session: orm.Session, operation: Operation, window: Window, part: Part, *, page: int = 1
) -> list[RowBehind]:
    """Return one page of the rows in force of a line (:data:`PAGE` rows), the latest month first."""
    statement = (
        sa.select(
            Activity.id,
            Activity.uid,
            Activity.version,
            Organisation.acronym,
            Activity.activity_type,
            Activity.status,
            Activity.period,
            Activity.adm2_name,
            Activity.adm3_name,
            Activity.site_name,
            Activity.first_time_assisted,
            *_said(part.unit),
            Activity.recorded_at,
            Person.name,
            Activity.submission_id,
            Submission.origin,
            StoredFile.name,
            Activity.source_row,
        )
        # An outer join, because SQLite would otherwise begin with all organisations instead of the area.
        .outerjoin(Organisation, Organisation.id == Activity.organisation_id)
        .outerjoin(Person, Person.id == Activity.author_id)
        .outerjoin(Submission, Submission.id == Activity.submission_id)
        .outerjoin(StoredFile, StoredFile.id == Submission.file_id)
        .where(*current_rows(operation, window), *part.conditions())
        .order_by(Activity.period.desc().nulls_last(), Organisation.acronym, Activity.uid)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    )
    return [RowBehind._make(row) for row in session.execute(statement)]


class Kind(NamedTuple):
    """Rows of a line that are counted, or not, for the same reason, with what they say."""

    activity_type: str | None
    status: str | None
    rows: int
    own: int | None
    other: int | None


def kinds_of_rows(session: orm.Session, operation: Operation, window: Window, part: Part) -> list[Kind]:
    """Return the rows in force of a line by activity type and status, added up."""
    own, other = _said(part.unit)
    alone = sa.case((own.is_(None), other))
    statement = (
        sa.select(
            Activity.activity_type, Activity.status, sa.func.count(), sa.func.sum(own), sa.func.sum(alone)
        )
        .where(*current_rows(operation, window), *part.conditions())
        .group_by(Activity.activity_type, Activity.status)
    )
    found = [
        Kind(kind, status, rows, *(None if v is None else int(v) for v in sums))
        for kind, status, rows, *sums in session.execute(statement)
    ]
    return sorted(found, key=lambda k: (k.status or "", k.activity_type or ""))


def rows_of_other_months(session: orm.Session, operation: Operation, window: Window, part: Part) -> int:
    """Return how many rows of a line lie outside its months: before the plan, later, or in no month."""
    if window.first is None and window.last is None:
        return 0
    outside: list[sa.ColumnElement[bool]] = [Activity.period.is_(None)]
    if window.first is not None:
        outside.append(Activity.period < window.first)
    if window.last is not None:
        outside.append(Activity.period > window.last)
    everything = current_rows(operation, replace(window, first=None, last=None))
    statement = sa.select(sa.func.count()).where(*everything, *part.conditions(), sa.or_(*outside))
    return session.scalar(statement) or 0


class Moved(NamedTuple):
    """A version of a row that counts, and that came or went between two moments."""

    uid: str
    activity_type: str
    status: str
    first_time_assisted: bool | None
    own: int | None
    other: int | None


@dataclass(frozen=True, slots=True)
class Movement:
    """What came into a line and what left it between two moments: a changed row is in both."""

    came: list[Moved]
    went: list[Moved]


def movement(
    session: orm.Session, operation: Operation, window: Window, part: Part, since: dt.datetime
) -> Movement:
    """Return the counting rows of a line whose versions changed since a moment; until ``window.as_of``."""
    until = window.as_of
    gone = [Activity.superseded_at.is_not(None), Activity.superseded_at > since]
    if until is not None:
        gone.append(Activity.superseded_at <= until)
    statement = sa.select(
        Activity.uid,
        Activity.activity_type,
        Activity.status,
        Activity.first_time_assisted,
        *_said(part.unit),
    ).where(Activity.status.in_((*REACHED, *PLANNED)), *part.conditions())
    came = session.execute(statement.where(*current_rows(operation, window), Activity.recorded_at > since))
    then = current_rows(operation, replace(window, as_of=since))
    went = session.execute(statement.where(*then, *gone))
    return Movement([Moved(*row) for row in came], [Moved(*row) for row in went])
