"""People of the small operation, one per role and organisation."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask
from flask.testing import FlaskClient

from cluster4w.extensions import db
from cluster4w.models.engine import writing
from cluster4w.record.operations.people import add_person, hash_password
from cluster4w.record.queries.operations import get_operation
from cluster4w.record.queries.organisations import get_agency
from cluster4w.record.queries.people import find_by_email

PASSWORD = "sept-abris-et-une-natte"
#: Organisation of a person, where the test names none.
ORGANISATIONS = {"partner": "ONG-A", "coordinator": "OIM"}


@lru_cache(maxsize=1)
def _hash() -> str:
    return hash_password(PASSWORD)


def make_person(app: Flask, role: str, organisation: str | None = None) -> str:
    """Add the person, in English, and return the address; the same one when it is there already."""
    organisation = organisation or ORGANISATIONS.get(role)
    email = f"{role}.{organisation or 'none'}@example.org".lower()
    with app.app_context(), writing():
        if find_by_email(db.session, email):
            return email
        operation = get_operation(db.session, "test-2016")
        agency = get_agency(db.session, operation, organisation) if organisation else None
        add_person(
            db.session,
            email=email,
            name=f"Awa {role}",
            role=role,
            operation=None if role == "administrator" else operation,
            organisation_id=agency.id if agency else None,
            language="en",
            actor=None,
        )
        person = find_by_email(db.session, email)
        assert person is not None
        person.password_hash = _hash()
        db.session.commit()
    return email


def enter(app: Flask, client: FlaskClient, email: str) -> None:
    """Put the person into the client's session, as a sign-in would."""
    with app.app_context():
        person = find_by_email(db.session, email)
        assert person is not None
        key = f"{person.id}:{person.session_key}"
    with client.session_transaction() as session:
        session["_user_id"] = key
        session["_fresh"] = True
