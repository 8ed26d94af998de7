"""People, their passwords and their roles."""

from __future__ import annotations

import argon2
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import AuditEvent, Operation, Person
from cluster4w.record.operations.people import (
    add_person,
    disable_person,
    reset_password,
    set_password,
    verify_password,
)
from cluster4w.record.queries.organisations import get_agency
from cluster4w.record.queries.people import find_by_email, get_person, list_people, memberships
from cluster4w.template.problems import NotFound, Refusal
from tests.conftest import PRODUCT_HASHER


def _add(session: orm.Session, operation: Operation | None, role: str = "viewer", **kwargs: int | str) -> str:
    password = add_person(
        session, email="Awa@Example.org ", role=role, operation=operation, actor=None, **kwargs
    )  # type: ignore[arg-type]
    assert password is not None
    return password


def test_a_new_person_gets_a_random_password_once_and_only_its_hash_is_stored(
    session: orm.Session, operation: Operation
) -> None:
    password = _add(session, operation)
    person = find_by_email(session, " AWA@example.org")
    assert person is not None
    assert get_person(session, person.id) is person
    assert (person.email, person.name) == ("awa@example.org", "awa")
    assert person.password_hash.startswith("$argon2id$")
    assert password not in person.password_hash
    assert verify_password(person, password)
    assert not verify_password(person, password + "x")
    assert not verify_password(None, password)
    assert not verify_password(person, "x" * 100_000)


def test_adding_a_known_person_gives_the_role_and_no_new_password(
    session: orm.Session, operation: Operation
) -> None:
    password = _add(session, operation)
    alpha = get_agency(session, operation, "ONG-A")
    again = add_person(
        session,
        email="awa@example.org",
        role="partner",
        operation=operation,
        organisation_id=alpha.id,
        actor=None,
    )
    assert again is None
    person = find_by_email(session, "awa@example.org")
    assert person is not None
    assert verify_password(person, password)
    (member,) = memberships(session, person)
    assert (member.role, member.organisation_acronym, member.operation_slug) == (
        "partner",
        "ONG-A",
        "test-2016",
    )


def test_a_partner_without_an_organisation_is_refused(session: orm.Session, operation: Operation) -> None:
    with pytest.raises(Refusal, match="needs an organisation"):
        _add(session, operation, "partner")
    with pytest.raises(Refusal, match="needs an operation"):
        _add(session, None, "coordinator")
    with pytest.raises(Refusal, match="not an e-mail"):
        add_person(session, email="nobody", role="viewer", operation=operation, actor=None)
    with pytest.raises(Refusal, match="no role"):
        _add(session, operation, "king")
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 0


def test_a_chosen_password_has_twelve_characters_and_ends_the_sessions(
    session: orm.Session, operation: Operation
) -> None:
    _add(session, operation)
    person = find_by_email(session, "awa@example.org")
    assert person is not None
    key = person.session_key
    for weak in ("short", "x" * 300, "aaaaaaaaaaaaaa", "awa@example.org"):
        with pytest.raises(Refusal):
            set_password(session, person, weak)
    assert person.session_key == key
    set_password(session, person, "quatre mots au hasard")
    assert person.session_key != key
    assert verify_password(person, "quatre mots au hasard")


def test_a_disabled_person_cannot_sign_in_until_the_password_is_reset(
    session: orm.Session, operation: Operation
) -> None:
    password = _add(session, operation)
    person = find_by_email(session, "awa@example.org")
    assert person is not None
    key = person.session_key
    disable_person(session, "awa@example.org", actor=None)
    assert person.session_key != key
    assert not verify_password(person, password)
    fresh = reset_password(session, "awa@example.org", actor=None)
    assert verify_password(person, fresh)
    assert not verify_password(person, password)
    with pytest.raises(NotFound):
        disable_person(session, "nobody@example.org", actor=None)


def test_the_last_administrator_cannot_be_disabled(session: orm.Session) -> None:
    _add(session, None, "administrator")
    with pytest.raises(Refusal, match="last administrator"):
        disable_person(session, "awa@example.org", actor=None)
    add_person(session, email="b@example.org", role="administrator", actor=None)
    disable_person(session, "awa@example.org", actor=None)
    assert [(row["email"], row["role"], row["active"]) for row in list_people(session)] == [
        ("awa@example.org", "administrator", False),
        ("b@example.org", "administrator", True),
    ]


def test_every_write_about_people_leaves_an_audit_event_without_a_password(
    session: orm.Session, operation: Operation
) -> None:
    password = _add(session, operation)
    fresh = reset_password(session, "awa@example.org", actor=None)
    person = find_by_email(session, "awa@example.org")
    assert person is not None
    set_password(session, person, "quatre mots au hasard")
    disable_person(session, "awa@example.org", actor=person)
    events = list(session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)))
    assert [e.action for e in events] == [
        "person.added",
        "person.role_given",
        "person.password_reset",
        "person.password_set",
        "person.disabled",
    ]
    written = str([(e.subject, e.subject_id, e.details) for e in events])
    assert not any(secret in written for secret in (password, fresh, "quatre mots au hasard"))


def test_guessing_a_password_costs_what_is_recommended() -> None:
    """OWASP's password storage cheat sheet: Argon2id with at least 19 MiB, 2 passes, 1 lane."""
    assert PRODUCT_HASHER.type is argon2.Type.ID
    assert PRODUCT_HASHER.memory_cost >= 19 * 1024
    assert PRODUCT_HASHER.time_cost >= 2
    assert PRODUCT_HASHER.parallelism >= 1
