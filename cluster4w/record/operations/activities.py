"""Writing versions of activities: the one way into the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, Person, Submission
from cluster4w.models.base import now
from cluster4w.record.alike import facts_from
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.double_count_scan import refresh
from cluster4w.record.operations.summary import follow, last_version
from cluster4w.record.queries.operations import locked_months, template_of
from cluster4w.record.values import extra_values, new_uid, stored_keys
from cluster4w.template.declaration import Template
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
    #: Cells that were corrected in the page: see :attr:`cluster4w.models.Activity.fixed`.
    fixed: list[Any] | None = None
    #: When it was said, where that is not now: the example tells of months gone by.
    recorded_at: dt.datetime | None = None


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
    progress: Callable[[int], None] | None = None,
) -> list[str]:
    """Write new versions and supersede those that they replace; returns the uids, in order.

    ``progress`` is told how many more are written, now and then. A version whose ``uid`` is unknown to the
    operation is an activity's first. Set-based: a batch of rows is one look-up, one update and one insert.

    Raises:
        Refusal: a version, or the one it replaces, lies in a locked month. Nothing is written then.
    """
    # First: whoever records at the same time waits here, and then sees these rows.
    last = last_version(session, operation)
    moment = now()
    known = _current(session, operation, [c.uid for c in changes if c.uid])
    if locked := locked_months(session, operation):
        _refuse_locked(locked, changes, known)
    uids = [change.uid or new_uid() for change in changes]
    shared = {
        "operation_id": operation.id,
        "recorded_at": moment,
        "superseded_at": None,
        "submission_id": submission.id if submission else None,
        "author_id": actor.id if actor else None,
    }
    versions = _versions(template_of(operation), changes, uids, known, shared)
    replaced: dict[dt.datetime, list[int]] = {}
    for change, uid in zip(changes, uids, strict=True):
        if uid in known:
            replaced.setdefault(change.recorded_at or moment, []).append(known[uid].id)
    for since, numbers in replaced.items():
        for ids in batches(numbers, LOOKUP):
            session.execute(sa.update(_TABLE).where(Activity.id.in_(ids)).values(superseded_at=since))
    for batch in batches(versions, BATCH):
        session.execute(sa.insert(_TABLE), batch)
        if progress is not None:
            progress(len(batch))
    said = {
        uid: None if change.withdrawn else facts_from(change.values, uid, change.organisation_id)
        for change, uid in zip(changes, uids, strict=True)
    }
    touch(session, operation)
    follow(session, operation, last, changed=bool(replaced))
    refresh(session, operation, said)
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


def _versions(
    template: Template,
    changes: Iterable[Change],
    uids: Iterable[str],
    known: Mapping[str, Any],
    shared: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Yield the columns of each new version; ``shared`` are those that all of them have in common."""
    keys = stored_keys(template)
    for change, uid in zip(changes, uids, strict=True):
        before = known.get(uid)
        value = change.values.get
        row: dict[str, Any] = {key: value(key) for key in keys}
        row.update(shared)
        if change.recorded_at is not None:
            row["recorded_at"] = change.recorded_at
        row["uid"] = uid
        row["version"] = before.version + 1 if before else 1
        row["withdrawn"] = change.withdrawn
        row["source_row"] = change.source_row
        row["organisation_id"] = change.organisation_id
        row["fixed"] = change.fixed
        row["extra"] = (extra_values(change.values, template) or {}) | change.extra or None
        yield row


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
