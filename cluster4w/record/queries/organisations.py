"""Organisations of an operation."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Organisation, Participation
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation as it takes part in an operation; ``role`` is None for one that only is registered."""

    id: int
    acronym: str
    name: str
    type: str
    role: str | None = None


def agencies(session: orm.Session, operation: Operation) -> list[Agency]:
    """Return the organisations that take part in an operation, by acronym."""
    rows = session.execute(
        sa.select(
            Organisation.id, Organisation.acronym, Organisation.name, Organisation.type, Participation.role
        )
        .join(Participation, Participation.organisation_id == Organisation.id)
        .where(Participation.operation_id == operation.id)
        .order_by(Organisation.acronym, Organisation.name)
    )
    return [Agency(*row) for row in rows]


def get_agency(session: orm.Session, operation: Operation, acronym: str) -> Agency:
    """Return the organisation with this acronym (or exact name); raises :class:`NotFound` otherwise.

    Two organisations may share an acronym; then the name is asked for.
    """
    wanted = acronym.strip().casefold()
    everyone = agencies(session, operation)
    found = [a for a in everyone if a.acronym.casefold() == wanted] or [
        a for a in everyone if a.name.casefold() == wanted
    ]
    if len(found) > 1:
        raise NotFound(
            "organisation.ambiguous",
            N_("Several organisations have the acronym “%(acronym)s”: %(names)s. Give the full name."),
            acronym=acronym,
            names="; ".join(a.name for a in found),
        )
    if not found:
        raise NotFound(
            "organisation.not_in_operation",
            N_("No organisation “%(acronym)s” takes part in this operation."),
            acronym=acronym,
        )
    return found[0]


def acronyms_and_names(session: orm.Session, numbers: set[int]) -> dict[int, tuple[str, str]]:
    """Return acronym and name of some organisations by id; acronyms are not unique."""
    rows = session.execute(
        sa.select(Organisation.id, Organisation.acronym, Organisation.name).where(
            Organisation.id.in_(sorted(numbers))
        )
    )
    return {row.id: (row.acronym, row.name) for row in rows}


def organisation_names(session: orm.Session, numbers: set[int]) -> dict[int, str]:
    """Return the acronyms of some organisations by id."""
    return {number: acronym for number, (acronym, _) in acronyms_and_names(session, numbers).items()}
