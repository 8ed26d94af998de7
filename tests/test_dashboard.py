"""The dashboard: where the month stands, and what each role must do about it."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest

from cluster4w.extensions import db
from cluster4w.models import Submission
from cluster4w.models.engine import writing
from cluster4w.record.queries.operations import get_operation
from tests.pages import parse, text_of
from tests.record_rows import add_rows, agency_id
from tests.test_gaps import need

HOME = "/test-2016/"
ROLES = ("viewer", "partner", "coordinator", "information_manager", "administrator")


def _page(response: Any) -> str:
    return " ".join(unescape(response.get_data(as_text=True)).split())


def _title(response: Any) -> str:
    return text_of(parse(response.get_data(as_text=True)).find(".//h1"))


def _add_targets(app: Any) -> None:
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        shelter = {"sub_sector": "shelter"}
        need(db.session, operation, (2, "ML0701", 400), (2, "ML0704", 250), (2, "ML0701", 80, shelter))
        operation.revision += 1
        db.session.commit()


def _add_submission(app: Any, organisation: str | None, state: str, **rows: int) -> int:
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        submission = Submission(
            operation_id=operation.id,
            organisation_id=None,
            month="2016-05",
            state=state,
            report={
                "rows": {"clean": 0, "with_warnings": 0, "with_errors": 0, "new": 0, "changed": 0} | rows
            },
        )
        if organisation:
            from cluster4w.record.queries.organisations import get_agency

            submission.organisation_id = get_agency(db.session, operation, organisation).id
        db.session.add(submission)
        db.session.commit()
        return submission.id


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_record_says_what_to_do_to_every_role(client_for: Any, role: str) -> None:
    response = client_for(role).get(HOME)
    assert response.status_code == 200
    page = _page(response)
    if role == "partner":
        assert "Send my file" in page
    else:
        assert "The record is empty" in page
        assert ("Send a file" in page) == (role in ("information_manager", "administrator"))


@pytest.mark.parametrize("role", ROLES)
def test_the_two_sub_sectors_stand_apart_and_are_never_added(app: Any, client_for: Any, role: str) -> None:
    _add_targets(app)
    add_rows(
        app,
        "ONG-A",
        {"households_reached": 90, "first_time_assisted": True},
        {"sub_sector": "shelter", "activity_type": "transitional_shelter", "households_reached": 31},
        {"period": "2016-06", "households_reached": 7, "first_time_assisted": True},
    )
    page = _page(client_for(role).get(f"{HOME}?mois=2016-05"))
    assert "<dt>households without</dt><dd>560</dd>" in page, "650 - 90"
    assert "<dt>households without</dt><dd>49</dd>" in page, "80 - 31"
    assert "<dd>121</dd>" not in page
    assert "<dd>97</dd>" not in page, "June is not of May"
    assert "1 targeted cercle where nobody was reached yet" in page
    later = _page(client_for(role).get(f"{HOME}?mois=2016-06"))
    assert "<dt>households without</dt><dd>553</dd>" in later


def test_coordination_sees_who_reported_and_who_did_not(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {})
    for role in ("coordinator", "information_manager", "administrator"):
        response = client_for(role).get(HOME)
        assert _title(response) == "May 2016: 1 organisation of 4 has reported"
        page = _page(response)
        assert "Ask HCR, OIM, ONG-B for their reports." in page
        assert ("record a nil report · ONG-B" in re.sub("<[^>]*>", "", page)) == (role != "coordinator")


def test_a_reader_sees_figures_and_no_names(app: Any, client_for: Any) -> None:
    _add_targets(app)
    add_rows(app, "ONG-A", {})
    _add_submission(app, "ONG-A", "checked", with_errors=3)
    page = _page(client_for("viewer").get(HOME))
    assert "May 2016: 1 organisation of 4 has reported" in page
    for name in ("ONG-A", "ONG-B", "Association Alpha", "Last uploads", "To do", "/activites"):
        assert name not in page


def test_a_partner_sees_its_own_report_and_nobody_else_s(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {}, {})
    reported = client_for("partner", "ONG-A").get(f"{HOME}?mois=2016-05")
    assert _title(reported) == "Your report for May 2016 is here: 2 activities"
    assert "NFI: 200 households reached this month" in _page(reported)
    late = client_for("partner", "ONG-B").get(f"{HOME}?mois=2016-05")
    assert _title(late) == "Your report for May 2016 is late"
    assert "ONG-A" not in _page(late)
    assert "Who has reported" not in _page(late)


def test_a_partner_is_told_what_to_do_next_with_one_red_button(app: Any, client_for: Any) -> None:
    client = client_for("partner", "ONG-A")

    def red(response: Any) -> list[str]:
        tree = parse(response.get_data(as_text=True))
        return [text_of(e) for e in tree.iter() if "primary" in (e.get("class") or "").split()]

    assert red(client.get(HOME)) == ["Send my file"]
    _add_submission(app, "ONG-B", "checked", with_errors=9)
    assert red(client.get(HOME)) == ["Send my file"], "another organisation's file is none of its business"
    number = _add_submission(app, "ONG-A", "checked", with_errors=3)
    waiting = client.get(HOME)
    assert red(waiting) == ["Look at my file"]
    assert "3 lines need a correction" in _page(waiting)
    assert f"/test-2016/envois/{number}" in _page(waiting)
    _add_submission(app, "ONG-A", "submitted", new=5)
    assert red(client.get(HOME)) == ["Send my file"], "a later file stands for the earlier one"


def test_the_information_manager_sees_what_waits(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {})
    _add_submission(app, "ONG-A", "checked", with_errors=3)
    _add_submission(app, "ONG-B", "submitted", new=4)
    _add_submission(app, "OIM", "discarded", with_errors=2)
    page = _page(client_for("information_manager").get(HOME))
    todo = page.split("To do")[1].split("</section>")[0]
    assert "(ONG-A): 3 lines need a correction" in todo
    assert "(ONG-B)" not in todo
    assert "(OIM)" not in todo
    assert "Last uploads" in page


def test_the_map_leads_to_the_gaps_for_those_who_may_see_them(app: Any, client_for: Any) -> None:
    _add_targets(app)
    add_rows(app, "ONG-A", {})
    for role in ("viewer", "coordinator", "information_manager"):
        page = _page(client_for(role).get(f"{HOME}?mois=2016-05&sous_secteur=nfi"))
        assert "<svg" in page
        assert "/test-2016/ecarts?" in page
        assert "/test-2016/ecarts/ML0701?" in page
    partner = _page(client_for("partner").get(HOME))
    assert "<svg" in partner
    assert "/test-2016/ecarts" not in partner


def test_without_targets_the_page_says_how_to_load_them(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {})
    assert "No targets yet" in _page(client_for("information_manager").get(HOME))


def test_the_month_of_the_address_is_shown_and_nonsense_is_the_usual_one(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {"period": "2016-03"})
    client = client_for("coordinator")
    assert _title(client.get(f"{HOME}?mois=2016-02")).startswith("February 2016")
    for strange in ("", "?mois=x", "?mois=1999-01", "?sous_secteur=x"):
        assert _title(client.get(HOME + strange)).startswith("March 2016"), "the last month with rows"


def test_while_the_plan_runs_the_month_to_report_is_shown(app: Any, client_for: Any) -> None:
    today = dt.datetime.now(dt.UTC).date()
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        operation.plan_start, operation.plan_end = today - dt.timedelta(200), today + dt.timedelta(200)
        db.session.commit()
    before = today.replace(day=1) - dt.timedelta(days=1)
    add_rows(app, "ONG-A", {"period": f"{before - dt.timedelta(days=60):%Y-%m}"})
    page = client_for("partner").get(HOME)
    chosen = [
        o.get("value")
        for o in parse(page.get_data(as_text=True)).iter("option")
        if o.get("selected") is not None
    ]
    assert chosen == [f"{before:%Y-%m}"]


def test_the_page_is_sent_again_only_when_something_changed(app: Any, client_for: Any) -> None:
    client = client_for("information_manager")
    client.get(HOME)
    first = client.get(HOME)
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(HOME, headers=same).status_code == 304
    _add_submission(app, "ONG-A", "checked", with_errors=1)
    assert client.get(HOME, headers=same).status_code == 200, "an upload is news although no row changed"
    client.post("/test-2016/mois/2016-05/neant", data={"org": str(agency_id(app, "OIM"))})
    assert client.get(HOME, headers=same).status_code == 200
