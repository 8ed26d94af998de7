"""People who sign in, and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Membership, Operation, Organisation, Person


@dataclass(frozen=True, slots=True)
class Member:
    """A person's role in one operation, with what a page shows beside it."""

    operation_id: int
    operation_slug: str
    operation_title: dict[str, Any]
    role: str
    organisation_id: int | None
    organisation_acronym: str | None


def find_by_email(session: orm.Session, email: str) -> Person | None:
    """Return the person with this address (any case, blanks around it), or None."""
    return session.scalar(sa.select(Person).where(Person.email == email.strip().lower()))


def get_person(session: orm.Session, person_id: int) -> Person | None:
    """Return a person by key, or None."""
    return session.get(Person, person_id)


def memberships(session: orm.Session, person: Person) -> list[Member]:
    """Return a person's roles, newest plan first. An administrator needs none to enter an operation."""
    rows = session.execute(
        sa.select(
            Operation.id,
            Operation.slug,
            Operation.title,
            Membership.role,
            Membership.organisation_id,
            Organisation.acronym,
        )
        .join(Operation, Operation.id == Membership.operation_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person.id)
        .order_by(Operation.plan_start.desc(), Operation.slug)
    )
    return [Member(*row) for row in rows]


def list_people(session: orm.Session) -> list[dict[str, Any]]:
    """Return one row per person and role: email, name, role, operation, organisation, active, language."""
    rows = session.execute(
        sa.select(
            Person.email,
            Person.name,
            Person.is_administrator,
            Membership.role,
            Operation.slug,
            Organisation.acronym,
            Person.is_active,
            Person.language,
        )
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Operation, Operation.id == Membership.operation_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .order_by(Person.email, Operation.slug)
    )
    return [
        {
            "email": row.email,
            "name": row.name,
            "role": "administrator" if row.is_administrator else row.role or "",
            "operation": row.slug or "",
            "organisation": row.acronym or "",
            "active": row.is_active,
            "language": row.language,
        }
        for row in rows
    ]
