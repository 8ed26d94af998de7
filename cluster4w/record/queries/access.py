"""Who may enter which operation, and as what."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Membership, Operation, Organisation, Person, Role


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is in an operation; ``organisation`` is the acronym, where the role has one."""

    operation: Operation
    role: Role
    organisation_id: int | None
    organisation: str | None


def standings(session: orm.Session, person: Person, slug: str | None = None) -> list[Standing]:
    """Return what a person is in each operation that it may enter, newest plan first.

    Administrators enter every operation as administrators, whatever their membership says.
    """
    query = (
        sa.select(Operation, Membership.role, Organisation.id, Organisation.acronym)
        .join(
            Membership,
            sa.and_(Membership.operation_id == Operation.id, Membership.person_id == person.id),
            isouter=person.is_administrator,
        )
        .join(Organisation, Organisation.id == Membership.organisation_id, isouter=True)
        .order_by(Operation.plan_start.desc(), Operation.slug)
    )
    if slug is not None:
        query = query.where(Operation.slug == slug)
    return [
        Standing(operation, Role.ADMINISTRATOR if person.is_administrator else Role(role), number, acronym)
        for operation, role, number, acronym in session.execute(query)
    ]


def standing(session: orm.Session, person: Person, slug: str) -> Standing | None:
    """Return what a person is in one operation; None where it may not enter, or there is no such one."""
    return next(iter(standings(session, person, slug)), None)


def database_answers(session: orm.Session) -> bool:
    """Return whether the database can be asked."""
    try:
        session.scalars(sa.select(Operation.id).limit(1)).first()
    except sa.exc.SQLAlchemyError:
        return False
    return True
