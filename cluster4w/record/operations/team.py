"""The people and organisations of one operation, as its information manager looks after them.

An information manager is trusted with one operation. A password is a key to every operation that its owner
is in, so only an administrator sets those of people who also work elsewhere, or who are administrators.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Membership, Operation, Organisation, Person, Role
from cluster4w.record.operations import people
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.organisations import register
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.record.queries.people import find_by_email
from cluster4w.record.queries.team import TeamMember, member
from cluster4w.template.language import DEFAULT_LANGUAGE, N_
from cluster4w.template.problems import Forbidden, NotFound, Refusal
from cluster4w.template.text import clean, fold

#: Roles that are given inside an operation.
ROLES = (Role.INFORMATION_MANAGER, Role.COORDINATOR, Role.PARTNER, Role.VIEWER)
#: Parts that an organisation plays in an operation.
PARTS = ("partner", "co_lead", "donor")


def _member(session: orm.Session, operation: Operation, person_id: int) -> TeamMember:
    found = member(session, operation, person_id)
    if found is None:
        raise NotFound("team.unknown", N_("This person has no role in this operation."))
    return found


def _refuse_self(found: TeamMember, actor: Person) -> None:
    if found.person_id == actor.id:
        raise Refusal("team.self", N_("You cannot do this to yourself: ask another information manager."))


def holds_key(found: TeamMember, actor: Person) -> bool:
    """Tell whether ``actor`` may set the password of a member, or disable the account."""
    return actor.is_administrator or not (found.is_administrator or found.elsewhere)


def _require_key(found: TeamMember, actor: Person) -> None:
    if not holds_key(found, actor):
        raise Forbidden(
            "team.works_elsewhere",
            N_("%(name)s also works in other operations: only an administrator can do this."),
            name=found.name,
        )


def add_member(
    session: orm.Session,
    operation: Operation,
    *,
    email: str,
    name: str,
    role: str,
    organisation_id: int | None,
    language: str = DEFAULT_LANGUAGE,
    actor: Person,
) -> str | None:
    """Give somebody a role in the operation; returns the password of a new person, once, else None.

    Raises:
        Refusal: the address or the role is none, a partner has no organisation, or it is one's own role.
    """
    if role not in ROLES:
        raise Refusal("person.role", N_("There is no role “%(role)s”."), role=role)
    known = find_by_email(session, email)
    if known is not None and known.id == actor.id:
        raise Refusal("team.self", N_("You cannot do this to yourself: ask another information manager."))
    if organisation_id is not None and organisation_id not in _participating(session, operation):
        raise NotFound(
            "organisation.not_participating", N_("This organisation does not take part in the operation.")
        )
    return people.add_person(
        session,
        email=email,
        name=clean(name),
        role=role,
        operation=operation,
        organisation_id=organisation_id,
        language=language,
        actor=actor,
    )


def _participating(session: orm.Session, operation: Operation) -> set[int]:
    return {a.id for a in agencies(session, operation)}


def reset_member_password(
    session: orm.Session, operation: Operation, person_id: int, *, actor: Person
) -> tuple[TeamMember, str]:
    """Give a member a new password, shown once; a disabled account is open again.

    Raises:
        NotFound: no such member.
        Forbidden: the person works elsewhere too and ``actor`` is no administrator.
    """
    found = _member(session, operation, person_id)
    _require_key(found, actor)
    return found, people.reset_password(session, found.email, actor=actor)


def disable_member(
    session: orm.Session, operation: Operation, person_id: int, *, actor: Person
) -> TeamMember:
    """Close a member's account. What the person did stays under the person's name.

    Raises:
        NotFound: no such member.
        Forbidden: the person works elsewhere too and ``actor`` is no administrator.
        Refusal: it is oneself, or the last administrator.
    """
    found = _member(session, operation, person_id)
    _refuse_self(found, actor)
    _require_key(found, actor)
    people.disable_person(session, found.email, actor=actor)
    return found


def remove_member(session: orm.Session, operation: Operation, person_id: int, *, actor: Person) -> TeamMember:
    """Take a person's role in the operation away; the account and other operations stay.

    Raises:
        NotFound: no such member.
        Refusal: it is oneself.
    """
    found = _member(session, operation, person_id)
    _refuse_self(found, actor)
    session.execute(
        sa.delete(Membership).where(
            Membership.person_id == person_id, Membership.operation_id == operation.id
        )
    )
    log(
        session,
        "person.role_taken",
        subject="person",
        subject_id=person_id,
        operation=operation,
        actor=actor,
        role=found.role,
        organisation_id=found.organisation_id,
    )
    return found


def add_organisation(
    session: orm.Session,
    operation: Operation,
    *,
    acronym: str,
    name: str,
    type_: str,
    role: str,
    actor: Person | None,
) -> Agency:
    """Register an organisation where the install does not know it, and take it into the operation.

    Spellings that differ in case and accents only are the same organisation.

    Raises:
        Refusal: acronym or name is empty, the type or the part is none, or another acronym has the name.
    """
    acronym, name = clean(acronym), clean(name)
    if not acronym or not name or len(acronym) > 64:
        raise Refusal("organisation.incomplete", N_("An organisation needs an acronym and a name."))
    if template_of(operation).lists["org_type"].get(type_) is None or role not in PARTS:
        raise Refusal("organisation.type", N_("Choose the organisation’s type and its part."))
    for known in session.scalars(sa.select(Organisation)):
        if fold(known.name) != fold(name):
            continue
        if fold(known.acronym) != fold(acronym):
            raise Refusal(
                "organisation.name_taken",
                N_("“%(name)s” is registered already, with the acronym %(acronym)s."),
                name=known.name,
                acronym=known.acronym,
            )
        acronym, name = known.acronym, known.name
    agency = register(session, operation, acronym=acronym, name=name, type_=type_, actor=actor, role=role)
    touch(session, operation)
    return agency


def take_in(
    session: orm.Session, operation: Operation, organisation_id: int, *, role: str, actor: Person | None
) -> Agency:
    """Take an organisation that is registered already into the operation.

    Raises:
        NotFound: there is no such organisation.
        Refusal: the part is none.
    """
    known = session.get(Organisation, organisation_id)
    if known is None:
        raise NotFound("organisation.no_such", N_("There is no such organisation."))
    return add_organisation(
        session,
        operation,
        acronym=known.acronym,
        name=known.name,
        type_=known.type,
        role=role,
        actor=actor,
    )
