"""Corrections of single activities by people: the form, withdrawing, going back to an earlier version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, Person
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.activities import current_version
from cluster4w.record.queries.operations import template_of
from cluster4w.record.values import values_of
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Values
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal

#: Codes of refusals that a page answers in its own way.
CHANGED_MEANWHILE = "activity.changed_meanwhile"


def unrecognised(extra: Mapping[str, Any] | None, template: Template) -> dict[str, Any]:
    """Return the part of a version's ``extra`` that no column of the template holds: it goes along."""
    added = {c.key for c in template.columns if c.added}
    return {key: value for key, value in (extra or {}).items() if key not in added}


def _current(session: orm.Session, operation: Operation, uid: str, base: int) -> Activity:
    """Return the current version when it still is the one that the person looked at."""
    found = current_version(session, operation, uid)
    if found is None:
        raise NotFound("activity.unknown", N_("There is no activity with this row id."))
    if found.version != base:
        raise Refusal(
            CHANGED_MEANWHILE,
            N_("Somebody changed this activity in the meantime. Look at the new version first."),
        )
    return session.get_one(Activity, found.id)


def add_activity(
    session: orm.Session, operation: Operation, *, organisation_id: int, values: Values, actor: Person | None
) -> str:
    """Record an activity that was entered in the form; returns its row id.

    Raises:
        Refusal: its month is locked.
    """
    change = Change(organisation_id=organisation_id, values=values)
    return record_versions(session, operation, [change], actor=actor, action="activity.entered_in_form")[0]


def change_activity(
    session: orm.Session,
    operation: Operation,
    uid: str,
    *,
    base: int,
    organisation_id: int,
    values: Values,
    actor: Person | None,
) -> None:
    """Record a new version that was entered in the form, on top of version ``base``.

    Raises:
        NotFound: there is no such activity.
        Refusal: another version came after ``base`` (:data:`CHANGED_MEANWHILE`), or a month is locked.
    """
    before = _current(session, operation, uid, base)
    change = Change(
        organisation_id=organisation_id,
        values=values,
        uid=uid,
        extra=unrecognised(before.extra, template_of(operation)),
    )
    record_versions(session, operation, [change], actor=actor, action="activity.changed_in_form")


def withdraw_activity(
    session: orm.Session, operation: Operation, uid: str, *, base: int, actor: Person | None
) -> None:
    """Withdraw an activity: a new version that counts nowhere. Its history stays.

    Raises:
        NotFound: there is no such activity.
        Refusal: another version came after ``base``, it is withdrawn already, or its month is locked.
    """
    before = _current(session, operation, uid, base)
    if before.withdrawn:
        raise Refusal("activity.withdrawn_already", N_("This activity is withdrawn already."))
    _copy(session, operation, before, withdrawn=True, actor=actor, action="activity.withdrawn")


def restore_version(
    session: orm.Session, operation: Operation, uid: str, number: int, *, base: int, actor: Person | None
) -> None:
    """Record what version ``number`` said as a new version on top of ``base``, not withdrawn.

    The organisation stays the one that has the activity now: going back gives it to nobody else.

    Raises:
        NotFound: there is no such activity or version.
        Refusal: another version came after ``base``, or a month is locked.
    """
    before = _current(session, operation, uid, base)
    wanted = session.scalar(
        sa.select(Activity).where(
            Activity.operation_id == operation.id, Activity.uid == uid, Activity.version == number
        )
    )
    if wanted is None:
        raise NotFound("activity.no_version", N_("This activity has no such version."))
    _copy(
        session,
        operation,
        wanted,
        withdrawn=False,
        organisation_id=before.organisation_id,
        actor=actor,
        action="activity.restored",
    )


def _copy(
    session: orm.Session,
    operation: Operation,
    version: Activity,
    *,
    withdrawn: bool,
    actor: Person | None,
    action: str,
    organisation_id: int | None = None,
) -> None:
    template = template_of(operation)
    change = Change(
        organisation_id=organisation_id or version.organisation_id,
        values=values_of(version, template, None),
        uid=version.uid,
        withdrawn=withdrawn,
        extra=unrecognised(version.extra, template),
    )
    record_versions(session, operation, [change], actor=actor, action=action)
