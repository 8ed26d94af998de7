"""Writing versions of activities: the one way into the record.

What can be made of them before the record is locked is made by :func:`prepare_versions`; others only wait for
:func:`write_versions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, Person, Submission
from cluster4w.models.base import now
from cluster4w.models.engine import more_room
from cluster4w.record.alike import Facts, facts_from
from cluster4w.record.alike_pairs import Found
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.double_count_scan import find_of, keep_found
from cluster4w.record.operations.ledger import follow, last_version
from cluster4w.record.operations.version_rows import (
    BATCH,
    MANY,
    Change,
    Row,
    RowMaker,
    batches,
    write_rows,
)
from cluster4w.record.queries.operations import locked_months
from cluster4w.record.values import ascending_uids, new_uid
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

__all__ = ["BATCH", "Change", "Overtaken", "Versions", "batches", "prepare_versions", "record_versions",
           "touch", "write_versions"]  # fmt: skip

#: Identities per look-up.
LOOKUP = 500

_TABLE = cast(sa.Table, Activity.__table__)


class Overtaken(Exception):
    """An activity has got another version since the next one was prepared. Nothing is to be written."""


@dataclass(slots=True)
class Versions:
    """New versions that only have to be written, and what they do to what is in the record."""

    names: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    uids: list[str] = field(default_factory=list)
    #: The versions that are replaced, by when; None: when the new ones are written.
    replaced: dict[dt.datetime | None, list[int]] = field(default_factory=dict)
    #: The months that the new versions and the replaced ones lie in.
    months: set[str] = field(default_factory=set)
    #: Likely double counts, beside the rows with keys up to ``seen``.
    pairs: Found = field(default_factory=Found)
    seen: int = 0


def record_versions(
    session: orm.Session,
    operation: Operation,
    changes: Sequence[Change],
    *,
    actor: Person | None,
    submission: Submission | None = None,
    action: str = "activities.recorded",
) -> list[str]:
    """Write new versions and supersede those that they replace; returns the uids, in order.

    A version whose ``uid`` is unknown to the operation is an activity's first. Set-based: a batch of rows is
    one look-up, one update and one insert.

    Raises:
        Refusal: a version, or the one it replaces, lies in a locked month. Nothing is written then.
    """
    # First: whoever records at the same time waits here, and then sees these rows.
    last_version(session, operation)
    versions = prepare_versions(session, operation, changes)
    write_versions(session, operation, versions, actor=actor, submission=submission, action=action)
    return versions.uids


def prepare_versions(
    session: orm.Session,
    operation: Operation,
    changes: Iterable[Change],
    *,
    fresh: int = 0,
    newcomers: Mapping[int, tuple[str, str]] | None = None,
) -> Versions:
    """Return versions ready to be written, as the record is now. Writes nothing.

    Args:
        session: any.
        operation: whose activities they are.
        changes: what they say; may come as they are read.
        fresh: about how many of them are new activities.
        newcomers: acronym and name of the organisations with numbers below zero; complete after ``changes``.
    """
    maker = RowMaker(session, operation)
    found = Versions(maker.names, seen=_newest(session, operation))
    new = ascending_uids(fresh)
    says: dict[str, Facts | None] = {}
    for batch in batches(changes, LOOKUP):
        known = _current(session, operation, [c.uid for c in batch if c.uid])
        for change in batch:
            uid = change.uid or next(new, None) or new_uid()
            before = known.get(uid)
            found.uids.append(uid)
            found.rows.append(maker.row(change, uid, before.version + 1 if before else 1))
            found.months.add(str(change.values.get("period") or ""))
            if before:
                found.months.add(before.period or "")
                found.replaced.setdefault(change.recorded_at, []).append(before.id)
            says[uid] = None if change.withdrawn else facts_from(change.values, uid, change.organisation_id)
    found.pairs = find_of(session, operation, says, newcomers or {})
    return found


def write_versions(
    session: orm.Session,
    operation: Operation,
    versions: Versions,
    *,
    actor: Person | None,
    submission: Submission | None = None,
    action: str = "activities.recorded",
    organisations: Mapping[int, int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write versions and supersede those that they replace.

    Args:
        session: one that writes.
        operation: whose activities they are.
        versions: from :func:`prepare_versions`.
        actor: who records.
        submission: where they come from.
        action: of the audit event.
        organisations: the key of each organisation that had a number below zero.
        progress: told how many more are written, now and then.

    Raises:
        Refusal: a version, or the one it replaces, lies in a locked month. Nothing is written then.
        Overtaken: a replaced version is no longer the current one. What was written is to be rolled back.
    """
    last = last_version(session, operation)
    moment = now()
    _refuse_locked(locked_months(session, operation), versions.months)
    with more_room(session, len(versions.rows) >= MANY):
        _supersede(session, versions.replaced, moment)
        write_rows(
            session,
            versions.names,
            versions.rows,
            moment=moment,
            organisations=organisations or {},
            shared={
                "operation_id": operation.id,
                "submission_id": submission.id if submission else None,
                "author_id": actor.id if actor else None,
            },
            progress=progress,
        )
        touch(session, operation)
        follow(session, operation, last, changed=bool(versions.replaced))
        meanwhile = _recorded_between(session, operation, versions.seen, last)
        keep_found(session, operation, versions.uids, versions.pairs, meanwhile)
    log(
        session,
        action,
        subject="submission" if submission else "activity",
        subject_id=submission.id if submission else next(iter(versions.uids), ""),
        operation=operation,
        actor=actor,
        versions=len(versions.uids),
        uids=versions.uids[:20],
    )


def _supersede(
    session: orm.Session, replaced: Mapping[dt.datetime | None, list[int]], moment: dt.datetime
) -> None:
    for since, numbers in replaced.items():
        for ids in batches(numbers, LOOKUP):
            done: Any = session.execute(
                sa.update(_TABLE)
                .where(_TABLE.c.id.in_(ids), _TABLE.c.superseded_at.is_(None))
                .values(superseded_at=since or moment)
            )
            if done.rowcount != len(set(ids)):
                raise Overtaken


def touch(session: orm.Session, operation: Operation) -> None:
    """Raise the operation's revision, so that pages and files made from the old state are known to be old."""
    operation.revision = Operation.revision + 1
    session.flush()


def _newest(session: orm.Session, operation: Operation) -> int:
    """Return the key of the newest version: an operation's keys ascend, one after the other records in it."""
    mine = sa.select(Activity.id).where(Activity.operation_id == operation.id)
    return session.scalar(mine.order_by(Activity.id.desc()).limit(1)) or 0


def _recorded_between(session: orm.Session, operation: Operation, seen: int, last: int) -> Collection[str]:
    """Return the activities with versions that were recorded after ``seen``, up to ``last``."""
    if last <= seen:
        return ()
    return set(
        session.scalars(
            sa.select(Activity.uid).where(
                # Of the sum SQLite knows no index: it looks the few keys up.
                Activity.operation_id + 0 == operation.id, Activity.id > seen, Activity.id <= last
            )
        )
    )  # fmt: skip


def _current(session: orm.Session, operation: Operation, uids: Sequence[str]) -> dict[str, Any]:
    """Return uid to (id, version, period) of the current versions."""
    if not uids:
        return {}
    rows = session.execute(
        sa.select(Activity.id, Activity.uid, Activity.version, Activity.period).where(
            Activity.operation_id == operation.id,
            Activity.uid.in_(uids),
            Activity.superseded_at.is_(None),
        )
    )
    return {row.uid: row for row in rows}


def _refuse_locked(locked: set[str], months: set[str]) -> None:
    if closed := sorted(months & locked):
        raise Refusal(
            "period.locked",
            N_("The month %(month)s is locked. Ask the information manager to open it."),
            month=", ".join(closed),
        )
