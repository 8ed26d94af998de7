"""Writing versions of activities: the one way into the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, Person, Submission
from cluster4w.models.base import now
from cluster4w.record.operations.audit import log
from cluster4w.record.queries.operations import locked_months, template_of
from cluster4w.record.values import column_values, extra_values, new_uid, stored_keys
from cluster4w.template.kinds import Values
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: Versions per statement: large enough to amortise, small enough for every database's parameter limit.
BATCH = 2_000
#: Identities per look-up.
LOOKUP = 500

T = TypeVar("T")

_TABLE = cast(sa.Table, Activity.__table__)


@dataclass(frozen=True, slots=True)
class Change:
    """One version to write. ``uid`` None makes a new activity; a known one gets its next version."""

    organisation_id: int
    values: Values
    uid: str | None = None
    source_row: int | None = None
    withdrawn: bool = False
    #: Values of file columns that nobody recognised, by header.
    extra: dict[str, Any] = field(default_factory=dict)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most ``size`` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


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

    A version whose ``uid`` is unknown to the operation is an activity's first. Set-based: a batch of rows
    is one look-up, one update and one insert.

    Raises:
        Refusal: a version, or the one it replaces, lies in a locked month. Nothing is written then.
    """
    template = template_of(operation)
    keys = stored_keys(template)
    locked = locked_months(session, operation)
    moment = now()
    uids: list[str] = []
    known = _current(session, operation, [c.uid for c in changes if c.uid])
    if locked:
        _refuse_locked(locked, changes, known)
    absent = dict.fromkeys(keys)
    for batch in batches(changes, BATCH):
        rows: list[dict[str, Any]] = []
        replaced: list[int] = []
        for change in batch:
            uid = change.uid or new_uid()
            before = known.get(uid)
            if before is not None:
                replaced.append(before.id)
            added = extra_values(change.values, template)
            rows.append(
                absent
                | column_values(change.values, template)
                | {
                    "operation_id": operation.id,
                    "uid": uid,
                    "version": before.version + 1 if before else 1,
                    "recorded_at": moment,
                    "superseded_at": None,
                    "withdrawn": change.withdrawn,
                    "submission_id": submission.id if submission else None,
                    "source_row": change.source_row,
                    "author_id": actor.id if actor else None,
                    "organisation_id": change.organisation_id,
                    "extra": (added or {}) | change.extra or None,
                }
            )
            uids.append(uid)
        for ids in batches(replaced, LOOKUP):
            session.execute(sa.update(_TABLE).where(Activity.id.in_(ids)).values(superseded_at=moment))
        session.execute(sa.insert(_TABLE), rows)
    touch(session, operation)
    log(
        session,
        action,
        subject="submission" if submission else "activity",
        subject_id=submission.id if submission else (uids[0] if uids else ""),
        operation=operation,
        actor=actor,
        versions=len(uids),
        uids=uids[:20],
    )
    return uids


def touch(session: orm.Session, operation: Operation) -> None:
    """Raise the operation's revision, so that pages and files made from the old state are known to be old."""
    operation.revision = Operation.revision + 1
    session.flush()


def _current(session: orm.Session, operation: Operation, uids: Sequence[str]) -> dict[str, Any]:
    """Return uid to (id, version, period) of the current versions."""
    found = {}
    for batch in batches(uids, LOOKUP):
        for row in session.execute(
            sa.select(Activity.id, Activity.uid, Activity.version, Activity.period).where(
                Activity.operation_id == operation.id,
                Activity.uid.in_(batch),
                Activity.superseded_at.is_(None),
            )
        ):
            found[row.uid] = row
    return found


def _refuse_locked(locked: set[str], changes: Iterable[Change], known: dict[str, Any]) -> None:
    months = {str(c.values["period"]) for c in changes if c.values.get("period")}
    months |= {known[c.uid].period for c in changes if c.uid in known}
    if closed := sorted(m for m in months if m in locked):
        raise Refusal(
            "period.locked",
            N_("The month %(month)s is locked. Ask the information manager to open it."),
            month=", ".join(closed),
        )
