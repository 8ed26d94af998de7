"""What happens at the door: sign-ins kept in the trail, and the language a person reads."""

from __future__ import annotations

from sqlalchemy import orm

from cluster4w.models import Person
from cluster4w.record.operations.audit import log


def set_language(session: orm.Session, person: Person, language: str) -> None:
    """Keep the language in which a person reads the pages."""
    person.language = language
    log(session, "person.language", subject="person", subject_id=person.id, actor=person, language=language)


def record_sign_in(session: orm.Session, person: Person | None, *, succeeded: bool) -> None:
    """Keep an attempt to sign in. An address that nobody has is not kept: it may be a mistyped password."""
    log(
        session,
        "person.signed_in" if succeeded else "person.sign_in_refused",
        subject="person",
        subject_id=person.id if person else "",
        actor=person if succeeded else None,
    )


def record_sign_out(session: orm.Session, person: Person) -> None:
    """Keep that a person signed out."""
    log(session, "person.signed_out", subject="person", subject_id=person.id, actor=person)
