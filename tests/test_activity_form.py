"""Entering and correcting one activity: the form, its checks, what happens when two people save."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.intake.one_row import check_row
from cluster4w.models import Activity, AuditEvent, Operation
from cluster4w.models.engine import writing
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.months import lock_month
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import get_operation, template_of
from cluster4w.record.queries.organisations import agencies, get_agency
from cluster4w.template.declaration import shipped
from cluster4w.template.kinds import Kind
from cluster4w.template.language import LANGUAGES
from cluster4w.template.text import fold_header
from cluster4w.views.activity_fields import (
    COMMUNE,
    NOT_ASKED,
    ORGANISATION,
    PLACE,
    Surroundings,
    cells,
    field_of,
    form_class,
    sections,
    start_values,
    typed,
)
from tests.pages import parse, text_of
from tests.record_rows import ROW, add_rows, agency_id

#: What a partner types for a row without anything to say about it.
TYPED = {
    "activity_type": "core_nfi_kit",
    "place": "ML0701",
    "commune": "ML070102",
    "period": "2016-05",
    "status": "completed",
    "population_group": "idps",
    "first_time_assisted": "yes",
    "households_targeted": "1 200",
    "households_reached": "1 100",
    "individuals_reached": "5 500",
}
#: What the counting rule of the rows of :mod:`tests.record_rows` asks for.
FIRST = {"first_time_assisted": True}
NEW = "/test-2016/activites/nouvelle"


def _page(response: Any) -> str:
    return " ".join(unescape(response.get_data(as_text=True)).split())


def _versions(app: Flask) -> list[Activity]:
    with app.app_context():
        found = list(db.session.scalars(sa.select(Activity).order_by(Activity.id)))
        db.session.expunge_all()
        return found


def _beside(response: Any, name: str) -> str:
    """Return the error beside a field."""
    for element in parse(response.get_data(as_text=True)).iter("p"):
        if element.get("id") == f"{name}-error":
            return text_of(element)
    return ""


def _surroundings(session: orm.Session, operation: Operation, language: str = "en") -> Surroundings:
    months = [("2016-05", "May 2016", False), ("2016-04", "April 2016", True)]
    return Surroundings(
        template_of(operation),
        load_gazetteer(session, operation.edition_id),
        language,
        months,
        tuple(agencies(session, operation)),
    )


# --- the form and the template ------------------------------------------------------------------------


def test_the_form_asks_every_column_of_the_template(
    app: Any, session: orm.Session, operation: Operation
) -> None:
    around = _surroundings(session, operation)
    with app.test_request_context():
        form = form_class(around)()
        shown = sections(form, around)
    asked = {name for s in shown for name in s.names}
    asked |= {name for s in shown for pair in s.pairs for name in (pair.targeted, pair.reached)}
    by_place = {c.key for c in around.template.columns if c.kind in (Kind.AREA, Kind.PCODE)}
    assert asked == (set(around.template.keys) - NOT_ASKED - by_place) | {ORGANISATION, PLACE, COMMUNE}
    assert {field_of(key, form) for key in by_place} == {PLACE, COMMUNE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_labels_of_the_template_are_one_header(language: str) -> None:
    labels = [fold_header(c.labels[language]) for c in shipped().columns]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_form_shows_is_read_back_as_it_was_recorded(
    app: Any, session: orm.Session, operation: Operation, language: str
) -> None:
    around = _surroundings(session, operation, language)
    agency = get_agency(session, operation, "ONG-A")
    values = ROW | {
        "org_acronym": agency.acronym,
        "org_name": agency.name,
        "org_type": agency.type,
        "quantity": 1.125,
        "unit": "kit",
        "transfer_value": 12500.5,
        "currency": "XOF",
        "modality": "cash",
        "latitude": 15.925,
        "longitude": -1.5818,
        "start_date": dt.date(2016, 5, 2),
        "first_time_assisted": False,
        "comments": "Vu à Bara ; 2 visites",
    }
    with app.test_request_context():
        form = form_class(around)(data=start_values(values, agency, around))
        row = check_row(
            session, operation, agency, cells(form, around, values), language=language, uid="anything"
        )
    assert row.errors == ()
    assert row.values == values


def test_a_decimal_is_shown_as_the_language_types_it() -> None:
    assert typed(Kind.DECIMAL, 1200.5, "fr") == "1200,5"
    assert typed(Kind.DECIMAL, 1200.5, "en") == "1200.5"
    assert typed(Kind.COUNT, 0, "fr") == "0"
    assert typed(Kind.COUNT, None, "fr") == ""


# --- entering -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["partner", "information_manager", "administrator"])
def test_the_empty_form_marks_what_must_be_filled_in(client_for: Any, role: str) -> None:
    response = client_for(role).get(f"{NEW}?mois=2016-03")
    page = _page(response)
    assert "Status *" in page
    assert "Population group *" in page
    assert "Comments *" not in page
    assert ("Reporting organisation *" in page) == (role != "partner")
    assert '<option selected value="2016-03">March 2016' in page
    assert "Households" in page


def test_a_partner_s_entry_becomes_a_version_of_its_own_organisation(app: Any, client_for: Any) -> None:
    other = str(agency_id(app, "ONG-B"))
    data = TYPED | {"organisation": other, "org_acronym": "ONG-B", "donor": "ECHO"}
    response = client_for("partner", "ONG-A").post(NEW, data=data, follow_redirects=True)
    assert "The activity is in the record" in _page(response)
    (version,) = _versions(app)
    assert version.organisation_id == agency_id(app, "ONG-A"), "a partner reports for nobody else"
    assert (version.households_targeted, version.individuals_reached) == (1200, 5500)
    assert (version.adm1_name, version.adm2_name, version.adm3_name) == ("Gao", "Ansongo", "Bara")
    assert (version.sub_sector, version.cluster, version.donor) == ("nfi", "shelter_nfi", "ECHO")
    assert version.submission_id is None
    with app.app_context():
        event = db.session.scalars(
            sa.select(AuditEvent).where(AuditEvent.action == "activity.entered_in_form")
        ).one()
        assert event.person_id == version.author_id
        assert version.author_id is not None


def test_an_information_manager_names_the_organisation(app: Any, client_for: Any) -> None:
    client = client_for("information_manager")
    missing = client.post(NEW, data=TYPED)
    assert missing.status_code == 422
    assert _beside(missing, "organisation") == "Choose the organisation that reports."
    chosen = client.post(NEW, data=TYPED | {"organisation": str(agency_id(app, "ONG-B"))})
    assert chosen.status_code == 302
    assert [v.organisation_id for v in _versions(app)] == [agency_id(app, "ONG-B")]


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(app: Any, client_for: Any) -> None:
    data = TYPED | {
        "status": "",
        "households_reached": "1 200,5",
        "individuals_reached": "environ",
        "start_date": "2016-05-20",
        "end_date": "2016-05-02",
        "modality": "cash",
        "place": "ML0704",
        "latitude": "95",
        "comments": "Bara <b>nord</b>",
    }
    response = client_for("partner").post(NEW, data=data)
    assert response.status_code == 422
    assert _versions(app) == []
    assert "empty" in _beside(response, "status")
    assert "whole number" in _beside(response, "households_reached")
    assert "not a number" in _beside(response, "individuals_reached")
    assert _beside(response, "end_date")
    assert _beside(response, "transfer_value")
    assert _beside(response, "latitude")
    assert _beside(response, "commune"), "Bara is not in Ménaka"
    page = response.get_data(as_text=True)
    assert 'value="1 200,5"' in page
    assert "Bara &lt;b&gt;nord&lt;/b&gt;" in page
    assert '<option selected value="ML0704">' in page or 'selected value="ML0704"' in page


def test_an_empty_form_names_every_field_that_must_be_filled_in(app: Any, client_for: Any) -> None:
    response = client_for("partner").post(NEW, data={})
    for name in ("activity_type", "place", "period", "status", "population_group"):
        assert _beside(response, name), name
    assert _versions(app) == []


def test_a_choice_that_is_none_is_refused_and_never_stored(app: Any, client_for: Any) -> None:
    data = TYPED | {"status": "done-ish", "place": "XX99", "commune": "\x01", "comments": "a\x01b"}
    response = client_for("partner").post(NEW, data=data)
    assert response.status_code == 422
    assert _beside(response, "status")
    assert _beside(response, "place")
    assert _versions(app) == []


def test_a_whole_region_and_a_typed_commune_can_be_places(app: Any, client_for: Any) -> None:
    client = client_for("partner")
    assert client.post(NEW, data=TYPED | {"place": "ML05", "commune": ""}).status_code == 302
    assert client.post(NEW, data=TYPED | {"commune": "Ansongo"}).status_code == 302
    region, typed_name = _versions(app)
    assert (region.adm1_pcode, region.adm2_pcode, region.adm3_pcode) == ("ML05", None, None)
    assert typed_name.adm3_pcode == "ML070101"


def test_a_warning_wants_one_more_click_and_an_error_cannot_be_clicked_away(
    app: Any, client_for: Any
) -> None:
    client = client_for("partner")
    doubtful = TYPED | {"individuals_reached": "90 000"}
    first = client.post(NEW, data=doubtful)
    assert first.status_code == 422
    assert _versions(app) == []
    assert "Save as it is" in _page(first)
    seen = re.search(r'name="seen" value="([^"]+)"', first.get_data(as_text=True))
    assert seen
    other = client.post(NEW, data=doubtful | {"individuals_reached": "80 000", "seen": seen[1]})
    assert other.status_code == 422, "other figures are another warning"
    wrong = client.post(NEW, data=doubtful | {"status": "", "seen": seen[1]})
    assert wrong.status_code == 422
    assert client.post(NEW, data=doubtful | {"seen": seen[1]}).status_code == 302
    assert [v.individuals_reached for v in _versions(app)] == [90000]


@pytest.mark.parametrize(
    ("reached", "words"), [("1 100", "exactly this activity"), ("900", "with other figures")]
)
def test_an_activity_that_is_in_the_record_already_is_shown_first(
    app: Any, client_for: Any, reached: str, words: str
) -> None:
    client = client_for("partner")
    assert client.post(NEW, data=TYPED).status_code == 302
    (uid,) = [v.uid for v in _versions(app)]
    again = client.post(NEW, data=TYPED | {"households_reached": reached, "individuals_reached": "4 950"}
                        if reached == "900" else TYPED)  # fmt: skip
    assert again.status_code == 422
    assert words in _page(again)
    assert f"/test-2016/activites/{uid}" in _page(again)
    assert len(_versions(app)) == 1


def test_a_possible_double_count_is_said_after_saving(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-B", {"households_reached": 1100, "individuals_reached": 5500})
    response = client_for("partner", "ONG-A").post(NEW, data=TYPED, follow_redirects=True)
    assert "ONG-B reports the same activity" in _page(response)


def test_a_locked_month_cannot_be_chosen_and_is_refused(app: Any, client_for: Any) -> None:
    with app.app_context(), writing():
        lock_month(db.session, get_operation(db.session, "test-2016"), "2016-05", actor=None)
        db.session.commit()
    client = client_for("partner")
    assert '<option disabled value="2016-05">' in _page(client.get(NEW))
    response = client.post(NEW, data=TYPED)
    assert "locked" in _beside(response, "period")
    assert _versions(app) == []


def test_the_form_has_a_place_for_a_column_that_the_operation_added(app: Any, client_for: Any) -> None:
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        added = {"key": "village_chief", "group": "other", "kind": "text", "added": True,
                 "label": {"fr": "Chef de village", "en": "Village chief"}, "required": True}  # fmt: skip
        operation.template = operation.template | {"columns": [*operation.template["columns"], added]}
        db.session.commit()
    client = client_for("partner")
    assert "Village chief *" in _page(client.get(NEW))
    assert _beside(client.post(NEW, data=TYPED), "village_chief")
    assert client.post(NEW, data=TYPED | {"village_chief": "Moussa"}).status_code == 302
    assert [v.extra for v in _versions(app)] == [{"village_chief": "Moussa"}]


# --- correcting ---------------------------------------------------------------------------------------


def _form_of(response: Any) -> dict[str, str]:
    """Return what a browser would send of the page's form as it stands."""
    root = parse(response.get_data(as_text=True))
    form = next(f for f in root.iter("form") if f.get("class") == "activity")
    found: dict[str, str] = {}
    for element in form.iter():
        name = element.get("name")
        if not name or name == "csrf_token":
            continue
        if element.tag == "input":
            found[name] = element.get("value") or ""
        elif element.tag == "textarea":
            found[name] = "".join(element.itertext()).removeprefix("\n")
        elif element.tag == "select":
            chosen = [o for o in element.iter("option") if o.get("selected") is not None]
            found[name] = (chosen[0].get("value") or "") if chosen else ""
    return found


def test_a_correction_is_a_new_version_with_only_the_corrected_cell_changed(
    app: Any, client_for: Any
) -> None:
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        agency = get_agency(db.session, operation, "ONG-A")
        places = {"latitude": 15.925, "longitude": 0.125}
        values = ROW | FIRST | places | {"quantity": 101.125, "unit": "kit", "cluster": "shelter_nfi"}
        change = Change(agency.id, values, extra={"Colonne inconnue": "gardée"})
        (uid,) = record_versions(db.session, operation, [change], actor=None)
        db.session.commit()
    client = client_for("partner", "ONG-A")
    sent = _form_of(client.get(f"/test-2016/activites/{uid}/modifier"))
    assert sent["households_reached"] == "100"
    sent["households_reached"] = "110"
    response = client.post(f"/test-2016/activites/{uid}/modifier", data=sent)
    assert response.status_code == 302, _page(response)
    before, after = _versions(app)
    changed = {c.key for c in sa.inspect(Activity).columns if getattr(before, c.key) != getattr(after, c.key)}
    assert changed == {"id", "version", "recorded_at", "superseded_at", "author_id", "households_reached"}
    assert after.extra == {"Colonne inconnue": "gardée"}


def test_saving_without_a_change_makes_no_version(app: Any, client_for: Any) -> None:
    (uid,) = add_rows(app, "ONG-A", FIRST)
    client = client_for("partner", "ONG-A")
    address = f"/test-2016/activites/{uid}/modifier"
    response = client.post(address, data=_form_of(client.get(address)), follow_redirects=True)
    assert "Nothing was changed" in _page(response)
    assert len(_versions(app)) == 1


def test_of_two_people_who_correct_at_once_the_second_sees_what_the_first_changed(
    app: Any, client_for: Any
) -> None:
    (uid,) = add_rows(app, "ONG-A", FIRST)
    address = f"/test-2016/activites/{uid}/modifier"
    partner, manager = client_for("partner", "ONG-A"), client_for("information_manager")
    first, second = _form_of(manager.get(address)), _form_of(partner.get(address))
    assert manager.post(address, data=first | {"households_reached": "111"}).status_code == 302
    response = partner.post(address, data=second | {"individuals_reached": "530"})
    assert response.status_code == 409
    page = _page(response)
    assert "Awa information_manager changed this activity" in page
    assert "<del>100</del></td><td><ins>111</ins>" in page
    assert len(_versions(app)) == 2
    again = _form_of(response)
    assert again["individuals_reached"] == "530", "what was typed stays"
    assert partner.post(address, data=again).status_code == 302
    assert _versions(app)[-1].version == 3


def test_a_withdrawn_or_locked_activity_is_not_corrected(app: Any, client_for: Any) -> None:
    (uid, other) = add_rows(app, "ONG-A", FIRST, FIRST | {"period": "2016-06"})
    client = client_for("partner", "ONG-A")
    client.post(f"/test-2016/activites/{uid}/retirer", data={"base": "1"})
    page = _page(client.get(f"/test-2016/activites/{uid}/modifier", follow_redirects=True))
    assert "Bring it back from its history first" in page
    client_for("information_manager").post("/test-2016/mois/2016-06/verrouiller")
    page = _page(client.get(f"/test-2016/activites/{other}/modifier", follow_redirects=True))
    assert "locked" in page
    sent = (
        {"version": "1"}
        | TYPED
        | {"period": "2016-05", "households_reached": "5", "individuals_reached": "25"}
    )
    refused = client.post(f"/test-2016/activites/{other}/modifier", data=sent)
    assert refused.status_code in (400, 422)
    assert [v.version for v in _versions(app) if v.uid == other] == [1]


def test_an_information_manager_gives_an_activity_to_another_organisation(app: Any, client_for: Any) -> None:
    (uid,) = add_rows(app, "ONG-A", FIRST)
    client = client_for("information_manager")
    address = f"/test-2016/activites/{uid}/modifier"
    sent = _form_of(client.get(address)) | {"organisation": str(agency_id(app, "ONG-B"))}
    assert client.post(address, data=sent).status_code == 302
    assert _versions(app)[-1].organisation_id == agency_id(app, "ONG-B")
    assert client_for("partner", "ONG-A").get(f"/test-2016/activites/{uid}").status_code == 404
