"""Registering organisations."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Organisation, Participation, Person
from cluster4w.record.operations.audit import log
from cluster4w.record.queries.organisations import Agency


def register(
    session: orm.Session,
    operation: Operation,
    *,
    acronym: str,
    name: str,
    type_: str,
    actor: Person | None,
    origin: str = "form",
    role: str = "partner",
) -> Agency:
    """Return the organisation with this acronym and name as a participant, registering what is missing.

    ``origin``: "shipped", "import" or "form". An organisation that exists keeps its type.
    """
    organisation = session.scalar(
        sa.select(Organisation).where(Organisation.acronym == acronym, Organisation.name == name)
    )
    if organisation is None:
        organisation = Organisation(acronym=acronym, name=name, type=type_, origin=origin)
        session.add(organisation)
        session.flush()
        log(
            session,
            "organisation.registered",
            subject="organisation",
            subject_id=organisation.id,
            operation=operation,
            actor=actor,
            acronym=acronym,
            name=name,
        )
    found = session.scalar(
        sa.select(Participation.role).where(
            Participation.operation_id == operation.id, Participation.organisation_id == organisation.id
        )
    )
    if found is None:
        session.add(Participation(operation_id=operation.id, organisation_id=organisation.id, role=role))
        session.flush()
        log(
            session,
            "organisation.joined",
            subject="organisation",
            subject_id=organisation.id,
            operation=operation,
            actor=actor,
            role=role,
        )
    return Agency(organisation.id, acronym, name, organisation.type, found or role)
