"""The pairs of activities that may count the same people twice, for the person who settles them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, DoubleCount, DoubleCountDecision, Operation, Organisation, Person
from cluster4w.record.alike import LIKELY
from cluster4w.record.queries.alike_rows import in_batches, sub_sectors_of

#: What a list may be narrowed to: waiting (open, or changed since it was settled), one verdict, or closed.
STATES = ("waiting", "same", "different", "supersedes", "closed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of pairs is narrowed to; None does not narrow."""

    state: str | None = "waiting"
    month: str | None = None
    organisation_id: int | None = None
    sub_sector: str | None = None
    likely_only: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair with its two activities (rows with every column of :class:`Activity`) and its last decision."""

    id: int
    score: int
    reasons: list[str]
    state: str
    live: bool
    changed: bool
    found_at: dt.datetime
    first: Any
    second: Any
    decision: Any | None


def _conditions(operation: Operation, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    pair = DoubleCount
    found: list[sa.ColumnElement[bool]] = [pair.operation_id == operation.id]
    match wanted.state:
        case None:
            found.append(pair.live == sa.true())
        case "closed":
            found.append(pair.live == sa.false())
        case "waiting":
            found += [pair.live == sa.true(), sa.or_(pair.state == "open", pair.changed == sa.true())]
        case state:
            found += [pair.live == sa.true(), pair.state == state]
    if wanted.likely_only:
        found.append(pair.score >= LIKELY)
    narrowed: list[sa.ColumnElement[bool]] = []
    if wanted.month is not None:
        narrowed.append(Activity.period == wanted.month)
    if wanted.organisation_id is not None:
        narrowed.append(Activity.organisation_id == wanted.organisation_id)
    if wanted.sub_sector is not None:
        types = [k for k, v in sub_sectors_of(operation).items() if v == wanted.sub_sector]
        narrowed.append(Activity.activity_type.in_(types))
    if narrowed:
        found.append(
            sa.exists().where(
                Activity.operation_id == operation.id,
                Activity.uid.in_((pair.first_uid, pair.second_uid)),
                Activity.superseded_at.is_(None),
                *narrowed,
            )
        )
    return found


def count_pairs(session: orm.Session, operation: Operation, wanted: Wanted | None = None) -> int:
    """Return how many pairs :func:`list_pairs` pages through; without more, those that wait."""
    conditions = _conditions(operation, wanted or Wanted())
    return session.scalar(sa.select(sa.func.count()).select_from(DoubleCount).where(*conditions)) or 0


def list_pairs(
    session: orm.Session,
    operation: Operation,
    wanted: Wanted,
    *,
    offset: int = 0,
    limit: int | None = 10,
) -> list[Pair]:
    """Return pairs: those that changed since they were settled first, then by score."""
    found = session.scalars(
        sa.select(DoubleCount)
        .where(*_conditions(operation, wanted))
        .order_by(DoubleCount.changed.desc(), DoubleCount.score.desc(), DoubleCount.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return _pairs(session, operation, found)


def get_pair(session: orm.Session, operation: Operation, pair_id: int) -> Pair | None:
    """Return one pair of the operation, or None."""
    found = session.get(DoubleCount, pair_id)
    if found is None or found.operation_id != operation.id:
        return None
    return next(iter(_pairs(session, operation, [found])), None)


def _pairs(session: orm.Session, operation: Operation, found: Sequence[DoubleCount]) -> list[Pair]:
    rows = _last_versions(session, operation, {uid for p in found for uid in (p.first_uid, p.second_uid)})
    decisions = _decisions(session, [p.id for p in found])
    return [
        Pair(
            p.id,
            p.score,
            list(p.reasons),
            p.state,
            p.live,
            p.changed,
            p.found_at,
            rows[p.first_uid],
            rows[p.second_uid],
            decisions.get(p.id),
        )
        for p in found
        if p.first_uid in rows and p.second_uid in rows
    ]


def _last_versions(session: orm.Session, operation: Operation, uids: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for some in in_batches(uids):
        statement = (
            sa.select(
                *Activity.__table__.columns,
                Organisation.acronym.label("acronym"),
                Organisation.name.label("organisation_name"),
                Organisation.type.label("organisation_type"),
            )
            .join(Organisation, Organisation.id == Activity.organisation_id)
            .where(
                Activity.operation_id == operation.id,
                Activity.uid.in_(some),
                Activity.superseded_at.is_(None),
            )
        )
        found |= {row.uid: row for row in session.execute(statement)}
    return found


def _decisions(session: orm.Session, pair_ids: Sequence[int]) -> Mapping[int, Any]:
    """Return the decision in force of each pair, with the name of who decided."""
    decision = DoubleCountDecision
    rows = session.execute(
        sa.select(
            decision.double_count_id,
            decision.verdict,
            decision.kept_uid,
            decision.left_out_uid,
            decision.note,
            decision.decided_at,
            Person.name.label("author"),
        )
        .outerjoin(Person, Person.id == decision.decided_by)
        .where(decision.double_count_id.in_(pair_ids), decision.ended_at.is_(None))
    )
    return {row.double_count_id: row for row in rows}
