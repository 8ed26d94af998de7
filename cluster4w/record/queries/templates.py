"""What an operation's template was, and how it differs from what the product ships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import AuditEvent, Operation, Person, TemplateVersion
from cluster4w.record.queries.operations import parsed, template_of
from cluster4w.template.declaration import Declaration, Template, shipped
from cluster4w.template.merge import TAKEN, Change, Merged, merge


class Version(NamedTuple):
    """One version of a template: its number, where it comes from, when, by whom (None: command line)."""

    number: int
    origin: str
    at: dt.datetime
    person: str | None


def template_versions(session: orm.Session, operation: Operation) -> list[Version]:
    """Return the versions that are kept, the latest first; none where the template was never changed."""
    rows = session.execute(
        sa.select(TemplateVersion.version, TemplateVersion.origin, TemplateVersion.created_at, Person.name)
        .outerjoin(Person, Person.id == TemplateVersion.person_id)
        .where(TemplateVersion.operation_id == operation.id)
        .order_by(TemplateVersion.version.desc())
    )
    return [Version(*row) for row in rows]


def template_then(session: orm.Session, operation: Operation, moment: dt.datetime | None) -> Template:
    """Return the template as it was at a moment, now for None: by its rules a figure of that moment counts.

    Before the first version that is kept it was that one.
    """
    if moment is None or operation.template_version == 1:
        return template_of(operation)
    kept = (
        sa.select(TemplateVersion.version, TemplateVersion.declaration)
        .where(TemplateVersion.operation_id == operation.id)
        .limit(1)
    )
    then = kept.where(TemplateVersion.created_at <= moment).order_by(TemplateVersion.version.desc())
    found = session.execute(then).first() or session.execute(kept.order_by(TemplateVersion.version)).first()
    if found is None or found.version == operation.template_version:
        return template_of(operation)
    return parsed(found.declaration)


def shipped_before(session: orm.Session, operation: Operation) -> dict[str, Any] | None:
    """Return what the product shipped when the operation last took it over; None where nobody knows."""
    return session.scalar(
        sa.select(TemplateVersion.shipped).where(
            TemplateVersion.operation_id == operation.id,
            TemplateVersion.version == operation.template_version,
        )
    )


def pieces_to_take(session: orm.Session, operation: Operation) -> int:
    """Return how many pieces of what ships now wait to be taken over, or for a decision."""
    return len(compared(session, operation, shipped().source).of(*TAKEN, Change.ASKED))


def compared(
    session: orm.Session, operation: Operation, ships: Declaration, chosen: Collection[str] = ()
) -> Merged:
    """Return the operation's template beside what ships now, piece by piece, and the two together.

    ``chosen``: see :func:`cluster4w.template.merge.merge`.
    """
    own_rules = session.scalars(
        sa.select(AuditEvent.subject_id).where(
            AuditEvent.operation_id == operation.id,
            AuditEvent.subject == "rule",
            AuditEvent.action == "rule.bounds_set",
        )
    ).all()
    before = shipped_before(session, operation)
    return merge(operation.template, ships, before, chosen, own_rules=set(own_rules))
