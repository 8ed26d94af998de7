"""People: adding them, their passwords, their roles. Passwords are stored as argon2 hashes only."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache

import argon2
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Membership, Operation, Person, Role
from cluster4w.record.operations.audit import log
from cluster4w.record.queries.people import find_by_email
from cluster4w.template.language import DEFAULT_LANGUAGE, N_
from cluster4w.template.problems import NotFound, Refusal

#: Shortest password that a person may choose.
SHORTEST = 12
#: Longest: hashing is work, and a stranger must not be able to order much of it.
LONGEST = 256
#: Letters and digits that nobody misreads when a password is read out.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")

_HASHER = argon2.PasswordHasher()


def random_password() -> str:
    """Return a password of four groups of four, about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _HASHER.hash(password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return a hash that no password meets, for sign-ins with an unknown address."""
    return hash_password(secrets.token_hex(32))


def verify_password(person: Person | None, password: str) -> bool:
    """Say whether the password is the person's.

    The work is the same for an unknown address (``person`` None) and for a disabled person, so that the
    time of an answer does not tell who has an account.
    """
    if len(password) > LONGEST:
        return False
    try:
        _HASHER.verify(person.password_hash if person else _nobody(), password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return person is not None and person.is_active


def _new_session_key() -> str:
    return secrets.token_hex(16)


def _person(session: orm.Session, email: str) -> Person:
    person = find_by_email(session, email)
    if person is None:
        raise NotFound(
            "person.unknown", N_("There is nobody with the address “%(email)s”."), email=email.strip()
        )
    return person


def add_person(
    session: orm.Session,
    *,
    email: str,
    name: str = "",
    role: str,
    operation: Operation | None = None,
    organisation_id: int | None = None,
    language: str = DEFAULT_LANGUAGE,
    actor: Person | None,
) -> str | None:
    """Add a person, or a role to a known one; returns the new person's password, once, else None.

    A known person's role in the operation is replaced. An administrator needs no operation.

    Raises:
        Refusal: the address is none, the role is unknown or needs an operation or an organisation.
    """
    address = email.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise Refusal("person.email", N_("“%(email)s” is not an e-mail address."), email=email.strip())
    if role not in set(Role):
        raise Refusal("person.role", N_("There is no role “%(role)s”."), role=role)
    if role != Role.ADMINISTRATOR and operation is None:
        raise Refusal("person.needs_operation", N_("This role needs an operation."))
    if role == Role.PARTNER and organisation_id is None:
        raise Refusal("person.needs_organisation", N_("A partner needs an organisation."))
    person = find_by_email(session, address)
    password = None
    if person is None:
        password = random_password()
        person = Person(
            email=address,
            name=name.strip() or address.partition("@")[0],
            password_hash=hash_password(password),
            language=language,
            session_key=_new_session_key(),
        )
        session.add(person)
        session.flush()
        log(session, "person.added", subject="person", subject_id=person.id, actor=actor, email=address)
    if role == Role.ADMINISTRATOR:
        if not person.is_administrator:
            person.is_administrator = True
            log(session, "person.made_administrator", subject="person", subject_id=person.id, actor=actor)
    elif operation is not None:
        _give_role(session, person, operation, role, organisation_id, actor)
    session.flush()
    return password


def _give_role(
    session: orm.Session,
    person: Person,
    operation: Operation,
    role: str,
    organisation_id: int | None,
    actor: Person | None,
) -> None:
    member = session.scalar(
        sa.select(Membership).where(
            Membership.person_id == person.id, Membership.operation_id == operation.id
        )
    )
    if member is None:
        member = Membership(person_id=person.id, operation_id=operation.id)
        session.add(member)
    elif (member.role, member.organisation_id) == (role, organisation_id):
        return
    member.role, member.organisation_id = role, organisation_id
    log(
        session,
        "person.role_given",
        subject="person",
        subject_id=person.id,
        operation=operation,
        actor=actor,
        role=role,
        organisation_id=organisation_id,
    )


def reset_password(session: orm.Session, email: str, *, actor: Person | None) -> str:
    """Give a person a new random password and return it, once; open sessions end, a disabled person is back.

    Raises:
        NotFound: nobody has this address.
    """
    person = _person(session, email)
    password = random_password()
    person.password_hash = hash_password(password)
    person.session_key = _new_session_key()
    person.is_active = True
    log(session, "person.password_reset", subject="person", subject_id=person.id, actor=actor)
    session.flush()
    return password


def set_password(session: orm.Session, person: Person, password: str) -> None:
    """Set the password that a person chose; every open session of theirs ends.

    Raises:
        Refusal: shorter than 12 characters, longer than 256, or the person's own address.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal(
            "person.password_length",
            N_("A password has between %(shortest)s and %(longest)s characters."),
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if password.strip().lower() == person.email or len(set(password)) < 5:
        raise Refusal(
            "person.password_weak",
            N_("This password is too easy to guess: take several words or a random one."),
        )
    person.password_hash = hash_password(password)
    person.session_key = _new_session_key()
    log(session, "person.password_set", subject="person", subject_id=person.id, actor=person)
    session.flush()


def disable_person(session: orm.Session, email: str, *, actor: Person | None) -> None:
    """Disable a person: sign-in is refused and open sessions end. The record keeps their name.

    Raises:
        NotFound: nobody has this address.
        Refusal: it is the last active administrator.
    """
    person = _person(session, email)
    if person.is_administrator and person.is_active:
        others = session.scalar(
            sa.select(sa.func.count(Person.id)).where(
                Person.is_administrator.is_(True), Person.is_active.is_(True), Person.id != person.id
            )
        )
        if not others:
            raise Refusal(
                "person.last_administrator",
                N_("This is the last administrator: add another one first."),
            )
    person.is_active = False
    person.session_key = _new_session_key()
    log(session, "person.disabled", subject="person", subject_id=person.id, actor=actor)
    session.flush()
