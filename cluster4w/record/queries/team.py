"""The people and organisations of one operation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, AuditEvent, Membership, Operation, Organisation, Participation, Person


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person with a role in the operation. ``elsewhere``: it has a role in another operation too."""

    person_id: int
    name: str
    email: str
    role: str
    organisation_id: int | None
    organisation: str | None
    is_active: bool
    is_administrator: bool
    elsewhere: bool
    last_seen: dt.datetime | None


def members(session: orm.Session, operation: Operation) -> list[TeamMember]:
    """Return who has a role in the operation: by role, organisation and name."""
    other = orm.aliased(Membership)
    elsewhere = (
        sa.exists().where(other.person_id == Person.id, other.operation_id != operation.id).correlate(Person)
    )
    seen = (
        sa.select(AuditEvent.person_id, sa.func.max(AuditEvent.at).label("at"))
        .where(
            AuditEvent.subject == "person",
            AuditEvent.action == "person.signed_in",
            AuditEvent.person_id.in_(
                sa.select(Membership.person_id).where(Membership.operation_id == operation.id)
            ),
        )
        .group_by(AuditEvent.person_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.email,
            Membership.role,
            Membership.organisation_id,
            Organisation.acronym,
            Person.is_active,
            Person.is_administrator,
            elsewhere,
            seen.c.at,
        )
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(seen, seen.c.person_id == Person.id)
        .where(Membership.operation_id == operation.id)
        .order_by(Membership.role, Organisation.acronym, Person.name, Person.email)
    )
    return [TeamMember(*row) for row in rows]


def member(session: orm.Session, operation: Operation, person_id: int) -> TeamMember | None:
    """Return one person of the operation, or None for a person who has no role in it."""
    return next((m for m in members(session, operation) if m.person_id == person_id), None)


@dataclass(frozen=True, slots=True)
class Participant:
    """An organisation of the operation with what it has there."""

    organisation_id: int
    acronym: str
    name: str
    type: str
    role: str
    people: int
    rows: int


def participants(session: orm.Session, operation: Operation) -> list[Participant]:
    """Return the organisations that take part, by acronym, with their people and current rows."""
    people = (
        sa.select(Membership.organisation_id, sa.func.count().label("many"))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.operation_id == operation.id, Person.is_active)
        .group_by(Membership.organisation_id)
        .subquery()
    )
    held = (
        sa.select(Activity.organisation_id, sa.func.count().label("many"))
        .where(
            Activity.operation_id == operation.id,
            Activity.superseded_at.is_(None),
            Activity.withdrawn == sa.false(),
        )
        .group_by(Activity.organisation_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Organisation.id,
            Organisation.acronym,
            Organisation.name,
            Organisation.type,
            Participation.role,
            sa.func.coalesce(people.c.many, 0),
            sa.func.coalesce(held.c.many, 0),
        )
        .join(Participation, Participation.organisation_id == Organisation.id)
        .outerjoin(people, people.c.organisation_id == Organisation.id)
        .outerjoin(held, held.c.organisation_id == Organisation.id)
        .where(Participation.operation_id == operation.id)
        .order_by(Organisation.acronym, Organisation.name)
    )
    return [Participant(*row) for row in rows]


def outsiders(session: orm.Session, operation: Operation) -> list[Participant]:
    """Return the organisations of the install that do not take part in the operation, by acronym."""
    inside = sa.select(Participation.organisation_id).where(Participation.operation_id == operation.id)
    rows = session.execute(
        sa.select(Organisation.id, Organisation.acronym, Organisation.name, Organisation.type)
        .where(Organisation.id.not_in(inside))
        .order_by(Organisation.acronym, Organisation.name)
    )
    return [Participant(row.id, row.acronym, row.name, row.type, "", 0, 0) for row in rows]
