"""People and organisations of an operation, and what an information manager may not do."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.models import AuditEvent, Membership, Operation, Organisation, Person, Role
from cluster4w.models.engine import writing
from cluster4w.record.operations import team
from cluster4w.record.operations.people import add_person, verify_password
from cluster4w.record.queries.organisations import get_agency
from cluster4w.record.queries.people import find_by_email
from cluster4w.record.queries.team import members, outsiders, participants
from cluster4w.template.declaration import shipped_declaration
from cluster4w.template.problems import Forbidden, NotFound, Refusal
from tests.record_rows import add_rows, agency_id


def _page(response: Any) -> str:
    return " ".join(unescape(response.get_data(as_text=True)).split())


@pytest.fixture
def other(session: orm.Session, operation: Operation) -> Operation:
    """Another operation of the same install."""
    made = Operation(
        slug="other-2017",
        title={"fr": "Autre"},
        country="MLI",
        edition_id=operation.edition_id,
        plan_start=dt.date(2017, 1, 1),
        plan_end=dt.date(2017, 12, 31),
        household_size=6.0,
        template=shipped_declaration(),
    )
    session.add(made)
    session.flush()
    return made


def _person(session: orm.Session, email: str, role: str, operation: Operation | None, **more: Any) -> Person:
    add_person(session, email=email, name="Awa", role=role, operation=operation, actor=None, **more)
    found = find_by_email(session, email)
    assert found is not None
    return found


def test_an_information_manager_holds_no_key_to_other_operations(
    session: orm.Session, operation: Operation, other: Operation
) -> None:
    manager = _person(session, "im@example.org", "information_manager", operation)
    elsewhere = _person(session, "both@example.org", "viewer", operation)
    _person(session, "both@example.org", "information_manager", other)
    chief = _person(session, "chief@example.org", "coordinator", operation)
    _person(session, "chief@example.org", "administrator", None)
    for person in (elsewhere, chief):
        for act in (team.reset_member_password, team.disable_member):
            with pytest.raises(Forbidden):
                act(session, operation, person.id, actor=manager)
    _, password = team.reset_member_password(session, operation, elsewhere.id, actor=chief)
    assert verify_password(elsewhere, password)


def test_people_of_another_operation_are_nobody_here(
    session: orm.Session, operation: Operation, other: Operation
) -> None:
    manager = _person(session, "im@example.org", "information_manager", operation)
    stranger = _person(session, "stranger@example.org", "viewer", other)
    for act in (team.reset_member_password, team.disable_member, team.remove_member):
        with pytest.raises(NotFound):
            act(session, operation, stranger.id, actor=manager)
    assert [m.email for m in members(session, operation)] == ["im@example.org"]


def test_nobody_locks_oneself_out(session: orm.Session, operation: Operation) -> None:
    manager = _person(session, "im@example.org", "information_manager", operation)
    for act in (team.disable_member, team.remove_member):
        with pytest.raises(Refusal) as refused:
            act(session, operation, manager.id, actor=manager)
        assert refused.value.code == "team.self"
    with pytest.raises(Refusal):
        team.add_member(
            session, operation, email="IM@example.org", name="", role="viewer", organisation_id=None,
            actor=manager,
        )  # fmt: skip


def test_an_administrator_is_not_made_inside_an_operation(session: orm.Session, operation: Operation) -> None:
    manager = _person(session, "im@example.org", "information_manager", operation)
    with pytest.raises(Refusal) as refused:
        team.add_member(
            session, operation, email="new@example.org", name="N", role="administrator",
            organisation_id=None, actor=manager,
        )  # fmt: skip
    assert refused.value.code == "person.role"


def test_an_organisation_is_registered_once_whatever_its_spelling(
    session: orm.Session, operation: Operation, other: Operation
) -> None:
    made = team.add_organisation(
        session,
        operation,
        acronym="SAD",
        name="Sahel Développement",
        type_="nngo",
        role="partner",
        actor=None,
    )
    again = team.add_organisation(
        session, other, acronym="sad", name="sahel  developpement", type_="ingo", role="partner", actor=None
    )
    assert again.id == made.id
    twin = team.add_organisation(
        session, operation, acronym="SAD", name="Solidarité Abris", type_="nngo", role="donor", actor=None
    )
    assert twin.id != made.id, "two organisations may share an acronym"
    with pytest.raises(Refusal) as refused:
        team.add_organisation(
            session, operation, acronym="SD", name="Sahel Développement", type_="nngo", role="partner",
            actor=None,
        )  # fmt: skip
    assert refused.value.code == "organisation.name_taken"
    for acronym, name, type_, role in (
        ("", "A", "nngo", "partner"),
        ("A", " ", "nngo", "partner"),
        ("A", "B", "club", "partner"),
        ("A", "B", "nngo", "boss"),
    ):
        with pytest.raises(Refusal):
            team.add_organisation(
                session, operation, acronym=acronym, name=name, type_=type_, role=role, actor=None
            )


def test_an_organisation_of_another_operation_is_taken_in(
    session: orm.Session, operation: Operation, other: Operation
) -> None:
    made = team.add_organisation(
        session, other, acronym="XYZ", name="Xyz", type_="nngo", role="partner", actor=None
    )
    assert [o.acronym for o in outsiders(session, operation)] == ["XYZ"]
    team.take_in(session, operation, made.id, role="partner", actor=None)
    assert outsiders(session, operation) == []
    assert "XYZ" in {p.acronym for p in participants(session, operation)}
    with pytest.raises(NotFound):
        team.take_in(session, operation, 999_999, role="partner", actor=None)


def test_participants_come_with_their_people_and_rows(app: Any, session: orm.Session, person_as: Any) -> None:
    person_as("partner", "ONG-A")
    add_rows(app, "ONG-A", {}, {})
    operation = session.scalars(sa.select(Operation)).one()
    found = {p.acronym: (p.people, p.rows) for p in participants(session, operation)}
    assert found == {"OIM": (0, 0), "HCR": (0, 0), "ONG-A": (1, 2), "ONG-B": (0, 0)}


# --- the page -----------------------------------------------------------------------------------------


def _new_person(app: Any, **more: str) -> dict[str, str]:
    return {
        "email": "Nouvelle@Example.org",
        "name": "Nouvelle",
        "role": "partner",
        "organisation": str(agency_id(app, "ONG-B")),
        "language": "fr",
    } | more


def test_a_new_person_s_password_is_shown_once(app: Any, client_for: Any) -> None:
    client = client_for("information_manager")
    response = client.post("/test-2016/equipe/personnes", data=_new_person(app))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    shown = re.search(r'<strong class="password">([^<]+)<', response.get_data(as_text=True))
    assert shown
    with app.app_context():
        person = find_by_email(db.session, "nouvelle@example.org")
        assert verify_password(person, shown[1])
        assert person is not None
        member = db.session.scalars(sa.select(Membership).where(Membership.person_id == person.id)).one()
        assert (member.role, member.organisation_id) == (Role.PARTNER, agency_id(app, "ONG-B"))
        text = " ".join(str(d) for d in db.session.scalars(sa.select(AuditEvent.details)))
        assert shown[1] not in text
    assert "nouvelle@example.org" in _page(client.get("/test-2016/equipe"))
    assert shown[1] not in _page(client.get("/test-2016/equipe"))


def test_a_known_person_gets_another_role_and_keeps_the_password(app: Any, client_for: Any) -> None:
    client = client_for("information_manager")
    client.post("/test-2016/equipe/personnes", data=_new_person(app))
    answer = client.post(
        "/test-2016/equipe/personnes",
        data=_new_person(app, role="viewer", organisation=""),
        follow_redirects=True,
    )
    assert "keeps the password" in _page(answer)
    with app.app_context():
        roles = set(db.session.scalars(sa.select(Membership.role)))
        assert roles == {"information_manager", "viewer"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"email": ""}, "Enter the person’s e-mail address"),
        ({"email": "a\x01@example"}, "is not an e-mail address"),
        ({"organisation": ""}, "A partner needs an organisation"),
        ({"role": "administrator"}, "Not a valid choice"),
        ({"organisation": "999999"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_and_nobody_is_added(
    app: Any, client_for: Any, change: dict[str, str], words: str
) -> None:
    response = client_for("information_manager").post(
        "/test-2016/equipe/personnes", data=_new_person(app, **change)
    )
    assert response.status_code == 422
    assert words in _page(response)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_an_account_is_closed_opened_with_a_new_password_and_its_role_taken_away(
    app: Any, client_for: Any, person_as: Any
) -> None:
    email = person_as("partner", "ONG-A")
    with app.app_context():
        number = getattr(find_by_email(db.session, email), "id", 0)
    partner, client = client_for("partner", "ONG-A"), client_for("information_manager")
    closed = client.post(f"/test-2016/equipe/personnes/{number}/fermer", follow_redirects=True)
    assert "can no longer sign in" in _page(closed)
    assert partner.get("/test-2016/").status_code == 302, "out at once"
    opened = client.post(f"/test-2016/equipe/personnes/{number}/mot-de-passe")
    shown = re.search(r'<strong class="password">([^<]+)<', opened.get_data(as_text=True))
    assert shown
    with app.app_context():
        assert verify_password(find_by_email(db.session, email), shown[1])
    gone = client.post(f"/test-2016/equipe/personnes/{number}/retirer", follow_redirects=True)
    assert email in _page(gone), "the words say how to bring the role back"
    assert client.post(f"/test-2016/equipe/personnes/{number}/retirer").status_code == 404


def test_an_organisation_is_added_and_a_shared_acronym_is_said(app: Any, client_for: Any) -> None:
    client = client_for("administrator")
    data = {"acronym": "ong-b", "org_name": "Bâtisseurs", "type": "nngo", "part": "partner"}
    page = _page(client.post("/test-2016/equipe/organisations", data=data, follow_redirects=True))
    assert "ong-b takes part in the operation" in page
    assert "Another organisation has the same acronym: Bâtir International" in page
    taken = client.post("/test-2016/equipe/organisations", data=data | {"acronym": "BAT"})
    assert taken.status_code == 422
    assert "is registered already, with the acronym ong-b" in _page(taken)
    assert client.post("/test-2016/equipe/organisations", data={}).status_code == 422
    with app.app_context(), writing():
        db.session.add(Organisation(acronym="LOIN", name="Lointaine", type="nngo"))
        db.session.commit()
        number = db.session.scalars(sa.select(Organisation.id).where(Organisation.acronym == "LOIN")).one()
    page = _page(
        client.post(
            "/test-2016/equipe/organisations/admettre", data={"organisation": number}, follow_redirects=True
        )
    )
    assert "LOIN takes part in the operation" in page
    with app.app_context():
        operation = db.session.scalars(sa.select(Operation)).one()
        assert get_agency(db.session, operation, "LOIN").role == "partner"


def test_the_page_offers_nothing_that_will_be_refused(app: Any, client_for: Any, person_as: Any) -> None:
    person_as("partner", "ONG-A")
    page = _page(client_for("information_manager").get("/test-2016/equipe"))
    assert "2 people, 4 organisations" in page
    assert page.count("Close the account") == 1
    assert page.count("Take the role away") == 1
