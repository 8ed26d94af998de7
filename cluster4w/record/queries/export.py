"""The record row by row, for the workbooks that leave the tracker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Membership, Operation, Organisation, Person, Role
from cluster4w.record.queries.organisations import Agency

#: Rows that the driver hands over at a time.
CHUNK = 500

#: A column is read only for rows where these columns hold one of these values.
Conditions = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of the record: months first to last, one organisation, the state at a moment.

    ``None`` does not limit. Rows without a month belong to no month: they are there only without limits.
    """

    first: str | None = None
    last: str | None = None
    organisation_id: int | None = None
    as_of: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to read, under which conditions."""

    key: str
    only_when: Conditions = field(default_factory=dict)


#: Tables instead of mapped classes: the ORM's loading would cost as much as the reading itself.
_ACTIVITY = cast(sa.Table, Activity.__table__).c
_ORGANISATION = cast(sa.Table, Organisation.__table__)


def _which(operation: Operation, part: Slice) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [
        _ACTIVITY.operation_id == operation.id,
        _ACTIVITY.withdrawn.is_(False),
    ]
    if part.as_of is None:
        conditions.append(_ACTIVITY.superseded_at.is_(None))
    else:
        conditions.append(_ACTIVITY.recorded_at <= part.as_of)
        conditions.append(sa.or_(_ACTIVITY.superseded_at.is_(None), _ACTIVITY.superseded_at > part.as_of))
    if part.first is not None:
        conditions.append(_ACTIVITY.period >= part.first)
    if part.last is not None:
        conditions.append(_ACTIVITY.period <= part.last)
    if part.organisation_id is not None:
        conditions.append(_ACTIVITY.organisation_id == part.organisation_id)
    return conditions


def count_rows(session: orm.Session, operation: Operation, part: Slice) -> int:
    """Return how many rows :func:`stream_rows` will give."""
    session.flush()
    statement = sa.select(sa.func.count(_ACTIVITY.id)).where(*_which(operation, part))
    return session.scalar(statement) or 0


def stream_rows(
    session: orm.Session, operation: Operation, part: Slice, wanted: Sequence[Wanted], *, extra: bool = False
) -> Iterator[Sequence[sa.Row[Any]]]:
    """Yield chunks of rows ``(uid, organisation_id, wanted..., [extra])``, one query for all of them.

    Ordered by organisation, month, place and uid, so that two exports of one state are the same. Rows are
    fetched in chunks; none is kept.
    """
    session.flush()
    columns: list[Any] = [_ACTIVITY.uid, _ACTIVITY.organisation_id]
    for entry in wanted:
        column: Any = _ACTIVITY[entry.key]
        if entry.only_when:
            holds = [_ACTIVITY[key].in_(values) for key, values in entry.only_when.items()]
            column = sa.case((sa.and_(*holds), column)).label(entry.key)
        columns.append(column)
    if extra:
        columns.append(_ACTIVITY.extra)
    places = (_ACTIVITY.period, _ACTIVITY.adm1_pcode, _ACTIVITY.adm2_pcode, _ACTIVITY.adm3_pcode)
    statement = (
        sa.select(*columns)
        .join(_ORGANISATION, _ORGANISATION.c.id == _ACTIVITY.organisation_id)
        .where(*_which(operation, part))
        .order_by(
            _ORGANISATION.c.acronym,
            _ORGANISATION.c.name,
            _ACTIVITY.organisation_id,
            *(sa.func.coalesce(column, "") for column in places),
            _ACTIVITY.uid,
        )
    )
    yield from session.execute(statement, execution_options={"yield_per": CHUNK}).partitions()


def agencies_with_rows(session: orm.Session, operation: Operation) -> dict[int, Agency]:
    """Return every organisation that reported in the operation, past versions included, by id."""
    rows = session.execute(
        sa.select(Organisation.id, Organisation.acronym, Organisation.name, Organisation.type).where(
            Organisation.id.in_(
                sa.select(Activity.organisation_id).where(Activity.operation_id == operation.id).distinct()
            )
        )
    )
    return {row.id: Agency(*row) for row in rows}


def information_managers(session: orm.Session, operation: Operation) -> list[tuple[str, str]]:
    """Return name and e-mail address of the operation's information managers, by name."""
    rows = session.execute(
        sa.select(Person.name, Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.operation_id == operation.id,
            Membership.role == Role.INFORMATION_MANAGER,
            Person.is_active,
        )
        .order_by(Person.name, Person.email)
    )
    return [(row.name, row.email) for row in rows]
