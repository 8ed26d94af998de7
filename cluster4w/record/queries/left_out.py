"""Which rows of the record count nobody because another row counts the same people, and which might not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, DoubleCount, DoubleCountDecision, Operation, Organisation
from cluster4w.models.base import UtcDateTime
from cluster4w.record.alike import LIKELY
from cluster4w.record.queries.alike_rows import COUNTED, said_figure
from cluster4w.record.queries.coverage import Window, chosen, current_rows


def _in_force(moment: Any) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for the decisions in force at a moment; None for now."""
    decision = DoubleCountDecision
    if moment is None:
        return [decision.ended_at.is_(None)]
    return [
        decision.decided_at <= moment,
        sa.or_(decision.ended_at.is_(None), decision.ended_at > moment),
    ]


def _version(
    row: type[Activity], operation_id: Any, moment: Any, uid: orm.InstrumentedAttribute[Any]
) -> sa.ColumnElement[bool]:
    """Return the condition that joins the version of an activity in force, if it counts somebody."""
    in_force: sa.ColumnElement[bool] = row.superseded_at.is_(None)
    if moment is not None:
        in_force = sa.and_(row.recorded_at <= moment, sa.or_(in_force, row.superseded_at > moment))
    counts = sa.and_(row.withdrawn == sa.false(), row.status.in_(COUNTED))
    return sa.and_(row.operation_id == operation_id, row.uid == uid, in_force, counts)


#: Made once, because making them takes longer than asking them; every gap table asks both.
_OPERATION = sa.bindparam("operation", type_=sa.Integer)


@lru_cache(maxsize=2)
def _left_out_statement(past: bool) -> sa.Select[*tuple[Any, ...]]:
    moment = sa.bindparam("moment", type_=UtcDateTime) if past else None
    kept, left = orm.aliased(Activity), orm.aliased(Activity)
    decision = DoubleCountDecision
    return (
        sa.select(left.id)
        .select_from(decision)
        .join(left, _version(left, _OPERATION, moment, decision.left_out_uid))
        .join(kept, _version(kept, _OPERATION, moment, decision.kept_uid))
        .where(decision.operation_id == _OPERATION, decision.left_out_uid.is_not(None), *_in_force(moment))
        .distinct()
        .order_by(left.id)
    )


@lru_cache(maxsize=1)
def _open_statement() -> sa.Select[*tuple[Any, ...]]:
    first, second, pair = orm.aliased(Activity), orm.aliased(Activity), DoubleCount
    return (
        sa.select(first.id, _size(first), second.id, _size(second))
        .select_from(pair)
        .join(first, _version(first, _OPERATION, None, pair.first_uid))
        .join(second, _version(second, _OPERATION, None, pair.second_uid))
        .where(
            pair.operation_id == _OPERATION,
            pair.live == sa.true(),
            pair.state == "open",
            pair.score >= LIKELY,
        )
        .order_by(pair.score.desc(), pair.id)
    )


def _size(row: type[Activity]) -> sa.ColumnElement[Any]:
    """Return how many households a row says, roughly: enough to tell the larger of two."""
    size = sa.bindparam("household_size", type_=sa.Float)
    return sa.func.coalesce(
        row.households_reached,
        row.individuals_reached / size,
        row.households_targeted,
        row.individuals_targeted / size,
        0,
    )


def left_out_ids(session: orm.Session, operation: Operation, window: Window) -> tuple[int, ...]:
    """Return the versions in force that count nobody, because the row that was kept for them does.

    A row stands in again for a kept one that was withdrawn, suspended or cancelled.
    """
    values = {"operation": operation.id, "moment": window.as_of}
    rows = session.connection().execute(_left_out_statement(window.as_of is not None), values)
    return tuple(row[0] for row in rows)


def doubtful_ids(session: orm.Session, operation: Operation, left_out: Collection[int]) -> tuple[int, ...]:
    """Return the versions that would count nobody if every open likely pair were one activity.

    Of rows that hang together by pairs the one with the largest figure counts.
    """
    values = {"operation": operation.id, "household_size": operation.household_size}
    rows = session.connection().execute(_open_statement(), values)
    gone = set(left_out)
    size: dict[int, float] = {}
    links: dict[int, list[int]] = {}
    for one, one_size, two, two_size in rows:
        if one in gone or two in gone:
            continue
        size |= {one: one_size or 0, two: two_size or 0}
        links.setdefault(one, []).append(two)
        links.setdefault(two, []).append(one)
    dropped: list[int] = []
    while links:
        group, waiting = set(), [next(iter(links))]
        while waiting:
            row = waiting.pop()
            if row not in group:
                group.add(row)
                waiting += links.pop(row)
        kept = max(group, key=lambda row: (size[row], -row))
        dropped += sorted(group - {kept})
    return tuple(dropped)


@dataclass(frozen=True, slots=True)
class Doubles:
    """Keys of versions: those that count nobody, and those that might not (nobody has decided yet)."""

    left_out: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()


def load_doubles(session: orm.Session, operation: Operation, window: Window) -> Doubles:
    """Return what a figure leaves out. Of the record as it was once, only what was decided by then."""
    session.flush()
    left_out = left_out_ids(session, operation, window)
    return Doubles(left_out, () if window.as_of else doubtful_ids(session, operation, left_out))


class LeftOut(NamedTuple):
    """A row that counts nobody, and the row that counts instead."""

    uid: str
    organisation_id: int
    organisation: str
    activity_type: str
    period: str | None
    households: int | None
    individuals: int | None
    adm1: str | None
    adm2: str | None
    adm3: str | None
    verdict: str
    kept_uid: str
    kept_organisation: str


def left_out_rows(
    session: orm.Session,
    operation: Operation,
    ids: Sequence[int],
    window: Window,
    *,
    types: Sequence[str],
    group: str | None,
    within: tuple[int, str | None],
) -> list[LeftOut]:
    """Return what of :func:`left_out_ids` lies in an area, by organisation."""
    if not ids:
        return []
    kept, decision = orm.aliased(Activity), DoubleCountDecision
    mine, theirs = orm.aliased(Organisation), orm.aliased(Organisation)
    rows = session.execute(
        sa.select(
            Activity.uid,
            Activity.organisation_id,
            mine.acronym,
            Activity.activity_type,
            Activity.period,
            said_figure("households", "individuals"),
            said_figure("individuals", "households"),
            Activity.adm1_pcode,
            Activity.adm2_pcode,
            Activity.adm3_pcode,
            decision.verdict,
            decision.kept_uid,
            theirs.acronym,
        )
        .select_from(Activity)
        .join(mine, mine.id == Activity.organisation_id)
        .join(
            decision,
            sa.and_(decision.operation_id == operation.id, decision.left_out_uid == Activity.uid),
        )
        .join(kept, _version(kept, operation.id, window.as_of, decision.kept_uid))
        .join(theirs, theirs.id == kept.organisation_id)
        .where(
            *current_rows(operation, window),
            *chosen(types, group, within),
            Activity.id.in_(ids),
            *_in_force(window.as_of),
        )
        .order_by(mine.acronym, Activity.uid)
    )
    return list({row[0]: LeftOut._make(row) for row in rows}.values())
