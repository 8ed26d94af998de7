"""Publishing a month: freezing what the record says of it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Person, Release
from cluster4w.models.base import now
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.months import lock_month, require_plan_month
from cluster4w.record.operations.turns import wait_for_turn
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.text import printable

#: Letters of a note.
LONGEST_NOTE = 500


def publish_month(
    session: orm.Session,
    operation: Operation,
    month: str,
    *,
    note: str = "",
    seen: int | None = None,
    actor: Person | None,
    today: dt.date | None = None,
) -> Release:
    """Publish a month as the record stands now, and lock it. A month published before gets its next number.

    ``seen``: the number of the month's last release that the person decided on, 0 for none; None to decide on
    what there is now. Who presses the button twice publishes once.

    Raises:
        NotFound: the plan has no such month.
        Refusal: the month is not over or was published meanwhile; a correction does not say what it corrects.
    """
    require_plan_month(operation, month)
    if f"{today or now().date():%Y-%m}" <= month:
        raise Refusal(
            "release.month_not_over",
            N_(
                "The month %(month)s is not over yet: it can be published from the first day of the next one."
            ),
            month=month,
        )
    note = " ".join(printable(note).split())[:LONGEST_NOTE]
    wait_for_turn(session, operation)
    before = session.scalar(
        sa.select(sa.func.max(Release.number)).where(
            Release.operation_id == operation.id, Release.month == month
        )
    )
    if seen is not None and seen != (before or 0):
        raise Refusal(
            "release.meanwhile",
            N_("%(month)s has been published meanwhile. Look at the releases before you publish it again."),
            month=month,
        )
    if before and not note:
        raise Refusal(
            "release.correction_without_note",
            N_("%(month)s has been published before. Say in the note what this release corrects."),
            month=month,
        )
    lock_month(session, operation, month, actor=actor)
    touch(session, operation)
    release = Release(
        operation_id=operation.id,
        month=month,
        number=(before or 0) + 1,
        frozen_at=now(),
        revision=operation.revision,
        person_id=actor.id if actor else None,
        note=note,
    )
    session.add(release)
    session.flush()
    log(
        session,
        "release.published",
        subject="release",
        subject_id=f"{month}.{release.number}",
        operation=operation,
        actor=actor,
        note=note,
        revision=release.revision,
    )
    return release
