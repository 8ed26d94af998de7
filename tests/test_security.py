"""Who may enter where, what ends a session, and what every answer carries."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.config import secret_key
from cluster4w.extensions import db
from cluster4w.models import AuditEvent
from cluster4w.models.engine import writing
from cluster4w.record.operations.people import disable_person, set_password
from cluster4w.record.queries.people import find_by_email
from cluster4w.security import local_path
from cluster4w.views import ROUTES
from tests.conftest import close_connections
from tests.pages import PageClient
from tests.people import PASSWORD, enter, make_person

ROLES = ("anonymous", "viewer", "partner", "coordinator", "information_manager", "administrator")
_EVERYBODY, _PEOPLE = set(ROLES), set(ROLES) - {"anonymous"}
_MANAGERS = {"information_manager", "administrator"}
_COORDINATION = _MANAGERS | {"coordinator"}
_REPORTERS = _MANAGERS | {"partner"}
_INSIDERS = _COORDINATION | {"partner"}

#: Every endpoint and the roles that may enter: written down a second time, so that a slip is seen.
MAY_ENTER: dict[str, set[str]] = {
    "home": _PEOPLE,
    "sign_in": _EVERYBODY,
    "sign_out": _PEOPLE,
    "own_password": _PEOPLE,
    "set_language": _EVERYBODY,
    "health": _EVERYBODY,
    "static": _EVERYBODY,
    # the record
    "dashboard": _PEOPLE,
    "activities": _INSIDERS,
    "activity": _INSIDERS,
    "activity_new": _REPORTERS,
    "activity_add": _REPORTERS,
    "activity_edit": _REPORTERS,
    "activity_change": _REPORTERS,
    "activity_withdraw": _REPORTERS,
    "activity_restore": _REPORTERS,
    "double_counts": _COORDINATION,
    "double_count_settle": _MANAGERS,
    "double_count_back": _MANAGERS,
    "months": _MANAGERS,
    "month_lock": _MANAGERS,
    "month_publish": _MANAGERS,
    "month_unlock": _MANAGERS,
    "month_due": _MANAGERS,
    "nil_report": _REPORTERS,
    "nil_report_back": _REPORTERS,
    "team": _MANAGERS,
    "team_add": _MANAGERS,
    "team_password": _MANAGERS,
    "team_disable": _MANAGERS,
    "team_remove": _MANAGERS,
    "organisation_add": _MANAGERS,
    "organisation_take_in": _MANAGERS,
    # workbooks on their way in
    "upload": _REPORTERS,
    "submissions": _INSIDERS,
    "submission": _INSIDERS,
    "submission_state": _INSIDERS,
    "submission_file": _INSIDERS,
    "submission_workbook": _INSIDERS,
    "submission_submit": _REPORTERS,
    "submission_discard": _REPORTERS,
    "upload_again": _REPORTERS,
    "submission_check": _REPORTERS,
    "submission_fix": _REPORTERS,
    "submission_fix_undo": _REPORTERS,
    "submission_vanished": _REPORTERS,
    "submission_question": _MANAGERS,
    "submission_names": _INSIDERS,
    "submission_columns": _INSIDERS,
    "submission_columns_save": _INSIDERS,
    "learned": _INSIDERS,
    "learned_answer": _INSIDERS,
    "learned_revoke": _INSIDERS,
    "rules": _PEOPLE,
    "rule": _PEOPLE,
    "rule_severity": _MANAGERS,
    "rule_bounds": _MANAGERS,
    "template": _MANAGERS,
    "template_take": _MANAGERS,
    "template_back": _MANAGERS,
    "template_workbook": _INSIDERS,
    # figures and workbooks on their way out
    "gaps": _PEOPLE - {"partner"},
    "gap_file": _PEOPLE - {"partner"},
    "gap_sheet": _PEOPLE - {"partner"},
    "gap_explanation": _PEOPLE - {"partner"},
    "map_bounds": _COORDINATION,
    "map_bounds_set": _MANAGERS,
    "charts": _PEOPLE - {"partner"},
    "chart_sheet": _PEOPLE - {"partner"},
    "chart_file": _PEOPLE - {"partner"},
    "lists": _PEOPLE - {"partner"},
    "list_of_areas": _PEOPLE - {"partner"},
    "list_file": _PEOPLE - {"partner"},
    "overdue_plans": _INSIDERS,
    "overdue_file": _INSIDERS,
    "needs": _COORDINATION,
    "needs_template": _COORDINATION,
    "needs_file": _COORDINATION,
    "needs_send": _MANAGERS,
    "needs_look": _MANAGERS,
    "needs_edition": _MANAGERS,
    "needs_load": _MANAGERS,
    "needs_choose": _MANAGERS,
    "needs_remove": _MANAGERS,
    "needs_restore": _MANAGERS,
    "needs_choice_back": _MANAGERS,
    "exports": _COORDINATION,
    "export_workbook": _COORDINATION,
}

#: Values for the parts of addresses; things that do not exist are found missing only after the access check.
PARTS = {"slug": "test-2016", "code": "fr", "filename": "style.css"}


def _address(rule: Any) -> str:
    values = {
        name: PARTS.get(name, "999999" if "Integer" in type(converter).__name__ else "nothing")
        for name, converter in rule._converters.items()
    }
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: values[found[1]], rule.rule)


def test_every_address_is_in_the_list_of_who_may_enter(app: Any) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(MAY_ENTER)


def test_every_endpoint_is_declared_once() -> None:
    endpoints = [route.endpoint for route in ROUTES]
    assert len(endpoints) == len(set(endpoints))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_enters_what_is_granted_and_nothing_else(app: Any, client_for: Any, role: str) -> None:
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            client: PageClient = client_for(role)
            response = client.open(_address(rule), method=method)
            to_sign_in = response.status_code == 302 and "/connexion" in response.location
            refused = response.status_code in {401, 403} or (to_sign_in and rule.endpoint != "sign_out")
            assert refused != (role in MAY_ENTER[rule.endpoint]), f"{role} {method} {rule.rule}"
            assert response.status_code < 500, f"{role} {method} {rule.rule}"


def test_an_address_without_a_declared_role_is_refused_to_everybody(app: Any, client_for: Any) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert client_for("administrator").get("/forgotten").status_code == 403


def _add_operation_route(app: Any) -> None:
    from cluster4w.security import EVERYONE, Route, here

    def where() -> Any:
        return {"role": here().role, "organisation": here().organisation}

    app.extensions["routes"]["where"] = Route("/<slug>/where", "where", where, EVERYONE)
    app.add_url_rule("/<slug>/where", "where", where)


def test_an_operation_tells_a_view_who_is_here_and_as_what(app: Any, client_for: Any) -> None:
    _add_operation_route(app)
    partner = client_for("partner", "ONG-B").get("/test-2016/where").json
    assert partner == {"role": "partner", "organisation": "ONG-B"}
    administrator = client_for("administrator").get("/test-2016/where").json
    assert administrator == {"role": "administrator", "organisation": None}


def test_an_operation_that_the_person_is_not_in_does_not_exist(app: Any, client_for: Any) -> None:
    _add_operation_route(app)
    client = client_for("partner")
    missing = client.get("/no-such-operation/where")
    assert missing.status_code == 404
    with app.app_context(), writing():
        db.session.execute(sa.text("DELETE FROM membership"))
        db.session.commit()
    assert client.get("/test-2016/where").status_code == 404
    assert "test-2016" not in missing.text


# --- signing in -------------------------------------------------------------------------------------


def _sign_in(client: Any, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/connexion", data={"email": email, "password": password, **more})


def test_a_person_signs_in_and_out_and_the_trail_keeps_both(
    app: Any, client_for: Any, person_as: Any, session: orm.Session
) -> None:
    email = person_as("viewer")
    client = client_for("anonymous")
    assert _sign_in(client, f"  {email.upper()} ").location == "/"
    assert client.get("/mot-de-passe").status_code == 200
    assert client.post("/deconnexion").location == "/connexion"
    assert client.get("/mot-de-passe").location == "/connexion?next=/mot-de-passe"
    actions = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-2:] == ["person.signed_in", "person.signed_out"]


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client_for: Any, person_as: Any, session: orm.Session, known: bool
) -> None:
    client = client_for("anonymous")
    email = person_as("viewer") if known else "nobody@example.org"
    response = _sign_in(client, email, "not the password at all")
    assert response.status_code == 422
    assert "mot de passe" in response.text or "password is not right" in response.text
    assert email in response.text
    assert "not the password" not in response.text
    last = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert last.action == "person.sign_in_refused"
    assert bool(last.subject_id) == known


def test_a_disabled_person_is_out_at_once_and_cannot_come_back(
    app: Any, client_for: Any, person_as: Any
) -> None:
    client = client_for("viewer")
    assert client.get("/mot-de-passe").status_code == 200
    with app.app_context(), writing():
        disable_person(db.session, person_as("viewer"), actor=None)
        db.session.commit()
    assert client.get("/mot-de-passe").status_code == 302
    assert _sign_in(client, person_as("viewer")).status_code == 422


def test_a_new_password_ends_every_other_session(app: Any, client_for: Any, person_as: Any) -> None:
    here, elsewhere = client_for("viewer"), client_for("viewer")
    new = "un-autre-mot-de-passe"
    answer = here.post("/mot-de-passe", data={"current": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert here.get("/mot-de-passe").status_code == 200
    assert elsewhere.get("/mot-de-passe").status_code == 302
    assert _sign_in(client_for("anonymous"), person_as("viewer"), new).status_code == 302


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"current": "wrong", "new": "assez-long-pour-aller", "again": "assez-long-pour-aller"}, "current"),
        ({"current": PASSWORD, "new": "court", "again": "court"}, "new"),
        ({"current": PASSWORD, "new": "aaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaa"}, "new"),
        ({"current": PASSWORD, "new": "assez-long-pour-aller", "again": "autre"}, "again"),
    ],
)
def test_a_password_that_will_not_do_is_said_beside_its_field(
    client_for: Any, entered: dict[str, str], said: str
) -> None:
    response = client_for("viewer").post("/mot-de-passe", data=entered)
    assert response.status_code == 422
    assert f'id="{said}-error"' in response.text


def test_a_session_of_an_old_key_is_nobody(app: Any, client_for: Any, person_as: Any) -> None:
    client = client_for("viewer")
    with app.app_context(), writing():
        person = find_by_email(db.session, person_as("viewer"))
        assert person is not None
        set_password(db.session, person, "un-autre-mot-de-passe")
        db.session.commit()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\tevil",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_a_target_elsewhere_is_not_followed(client_for: Any, person_as: Any, target: str) -> None:
    assert local_path(target) is None
    response = _sign_in(client_for("anonymous"), person_as("viewer"), next=target)
    assert response.location == "/"
    assert client_for("viewer").post("/langue/fr", data={"next": target}).location == "/"


def test_sign_in_goes_where_the_person_wanted_to_go(client_for: Any, person_as: Any) -> None:
    client = client_for("anonymous")
    page = client.get("/connexion?next=/mot-de-passe%3Fa%3D1").text
    assert 'value="/mot-de-passe?a=1"' in page
    response = _sign_in(client, person_as("viewer"), next="/mot-de-passe?a=1")
    assert response.location == "/mot-de-passe?a=1"


@pytest.fixture
def app_with(database_url: str, tmp_path: Any) -> Iterator[Any]:
    """Make applications with other settings than the usual ones of tests."""
    from cluster4w import create_app

    made = []

    def make(**settings: Any) -> Any:
        usual = {"TESTING": True, "DATABASE_URL": database_url, "INSTANCE": tmp_path, "SECRET_KEY": "x"}
        app = create_app(usual | settings)
        app.test_client_class = PageClient
        made.append(app)
        return app

    yield make
    for app in made:
        close_connections(app)


def test_attempts_to_sign_in_are_limited(app_with: Any) -> None:
    app = app_with(WTF_CSRF_ENABLED=False, SIGN_IN_LIMIT="2 per minute")
    client = app.test_client()
    statuses = [_sign_in(client, "nobody@example.org", "x").status_code for _ in range(3)]
    assert statuses == [422, 422, 429]
    assert client.get("/connexion").status_code == 200


def test_a_post_without_a_token_is_refused_and_with_one_it_is_not(app_with: Any) -> None:
    client = app_with(RATELIMIT_ENABLED=False).test_client()
    assert client.post("/langue/en").status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/connexion").text)
    assert token
    assert client.post("/langue/en", data={"csrf_token": token[1]}).status_code == 302


def test_no_form_is_taken_without_its_token(app_with: Any) -> None:
    app = app_with(RATELIMIT_ENABLED=False)
    client = app.test_client()
    enter(app, client, make_person(app, "administrator"))
    posted = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    assert len(posted) > 20
    for rule in posted:
        assert client.post(_address(rule)).status_code == 400, rule.rule


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(app_with: Any) -> None:
    plain = app_with().test_client().get("/connexion")
    assert "HttpOnly" in plain.headers["Set-Cookie"]
    assert "SameSite=Lax" in plain.headers["Set-Cookie"]
    assert "Secure" not in plain.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in plain.headers
    secure = app_with(HTTPS_ONLY=True).test_client().get("/connexion")
    assert "Secure" in secure.headers["Set-Cookie"]
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def test_a_session_lasts_twelve_hours(app: Any, client_for: Any, person_as: Any) -> None:
    client = client_for("anonymous")
    response = _sign_in(client, person_as("viewer"))
    assert "Expires=" in response.headers["Set-Cookie"]
    assert app.permanent_session_lifetime.total_seconds() == 12 * 3600


def test_a_session_that_is_used_all_the_time_ends_after_a_day(client_for: Any, person_as: Any) -> None:
    client = client_for("anonymous")
    _sign_in(client, person_as("viewer"))
    for hours, status in ((23, 200), (25, 302)):
        with client.session_transaction() as session:
            session["begun"] = int(time.time()) - hours * 3600
        assert client.get("/mot-de-passe").status_code == status


@pytest.mark.parametrize(
    "address", ["/test-2016/", "/test-2016/ecarts.csv", "/test-2016/ecarts.xlsx", "/test-2016/modele.xlsx"]
)
def test_pages_and_files_are_kept_by_the_person_s_browser_only(client_for: Any, address: str) -> None:
    response = client_for("coordinator").get(address)
    assert response.status_code == 200
    assert response.cache_control.private
    assert response.cache_control.no_cache
    assert response.content_type.count("charset") <= 1


def test_the_page_of_another_person_is_not_taken_for_one_s_own(client_for: Any) -> None:
    first, second = client_for("partner", "ONG-A"), client_for("partner", "ONG-B")
    address = "/test-2016/activites"
    first.get(address)
    tag = first.get(address).headers["ETag"]
    assert first.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert second.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_the_instance_folder_is_its_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "instance"
    assert len(secret_key(folder)) == 64
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("address", ["/connexion", "/nothing-here", "/mot-de-passe", "/static/style.css"])
def test_every_answer_carries_the_headers(client_for: Any, address: str) -> None:
    headers = client_for("viewer").get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for directive in ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"):
        assert directive in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    if not address.startswith("/static"):
        assert "private" in headers["Cache-Control"]
        assert "Cookie" in headers["Vary"]


def test_a_forwarded_address_is_believed_only_behind_a_proxy(app_with: Any) -> None:
    for behind, seen in ((False, "127.0.0.1"), (True, "203.0.113.9")):
        app = app_with(BEHIND_PROXY=behind)
        from cluster4w.security import PUBLIC, Route

        app.extensions["routes"]["from"] = Route("/from", "from", lambda: "", PUBLIC)
        app.add_url_rule("/from", "from", lambda: {"address": __import__("flask").request.remote_addr})
        answer = app.test_client().get("/from", headers={"X-Forwarded-For": "203.0.113.9"})
        assert answer.json == {"address": seen}
