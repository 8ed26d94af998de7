"""Uploading, the page of a check, sending, the receipt: as people meet them."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, AuditEvent, Submission, SubmissionState
from tests.books import ROW, book
from tests.pages import parse, text_of
from tests.people import make_person
from tests.record_rows import add_rows, agency_id
from tests.sending import HERE, own, received, recorded, send, sent, title


def test_a_good_file_is_stored_checked_sent_and_receipted(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own(), own(Cercle="Bandiagara", Commune="Bandiagara")))
    page = client.get(address)
    assert title(page) == "mai.xlsx: 2 lines ready"
    assert "Nothing is recorded yet." in page.text
    assert "“4W”: headers in row 1, 13 columns recognised" in page.text
    assert recorded(session) == 0
    answer = client.post(f"{address}/enregistrer")
    assert (answer.status_code, answer.location) == (303, address)
    assert recorded(session) == 2
    receipt = client.get(address)
    assert title(receipt) == "mai.xlsx: 2 lines recorded"
    table = {
        text_of(r.find("th")): [text_of(c) for c in r.findall("td")] for r in parse(receipt.text).iter("tr")
    }
    assert table["NFI"] == ["2", "240", "1,200"]
    assert "Nothing waits" in receipt.text


def test_sending_twice_records_once_and_shows_the_receipt(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own()))
    assert [client.post(f"{address}/enregistrer").location for _ in range(2)] == [address, address]
    assert recorded(session) == 1


def test_what_is_recorded_is_what_was_seen(app: Any, client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    first, second = (sent(client, book(own(Individus=n))) for n in (600, 610))
    client.post(f"{first}/enregistrer")
    # The second file was new when it was looked at; now it changes what the first one brought.
    answer = client.post(f"{second}/enregistrer")
    assert answer.location == second
    page = client.get(second)
    assert "It was checked again" in page.text
    assert "0 new, 1 changed" in page.text
    assert recorded(session) == 1
    client.post(f"{second}/enregistrer")
    assert recorded(session) == 1
    current = sa.select(Activity.individuals_reached).where(Activity.superseded_at.is_(None))
    assert session.scalars(current).one() == 610


def test_another_change_of_the_record_does_not_hold_a_file_up(
    app: Any, client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    address = sent(client, book(own()))
    add_rows(app, "ONG-B", {"period": "2016-03"})
    client.post(f"{address}/enregistrer")
    assert recorded(session) == 2
    assert "1 line recorded" in client.get(address).text


def test_an_error_is_shown_with_the_file_s_row_the_value_and_a_way_out(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, book(own(), own(Commune="Bankas", Ménages="env. 300")))
    page = client.get(address)
    assert title(page) == "mai.xlsx: 1 line ready, 1 needs you"
    kinds = {text_of(a.find("span")): text_of(a.find("b")) for a in parse(page.text).findall(".//nav//li/a")}
    assert "Not a number (error)" in kinds
    unreadable = client.get(f"{address}?constat=error.number.unreadable")
    root = parse(unreadable.text)
    [line] = root.findall(".//table[@class='stack findings']/tbody/tr")
    cells = [text_of(c) for c in line]
    assert cells[0] == "3"
    assert "Bankass" in cells[1] or "NFI" in cells[1] or "kit" in cells[1]
    assert cells[2] == "env. 300 column L: Ménages"
    assert "is not a number" in cells[3]
    wrong = line.find(".//span[@class='value-wrong']")
    assert text_of(wrong) == "env. 300"


def test_equal_findings_are_one_line_with_all_their_rows(client_for: Any) -> None:
    client = client_for("partner")
    rows = [own(Ménages="env. 300", Individus=n) for n in range(300, 340)]
    address = sent(client, book(own(), *rows))
    page = parse(client.get(f"{address}?constat=error.number.unreadable").text)
    [line] = page.findall(".//table[@class='stack findings']/tbody/tr")
    assert text_of(line.find("th")) == "40 rows 3–42"


def test_many_kinds_of_one_finding_come_page_by_page(client_for: Any) -> None:
    client = client_for("partner")
    rows = [own(Ménages=f"env. {n}") for n in range(120)]
    address = sent(client, book(*rows))
    seen: list[str] = []
    for number in (1, 2, 3):
        page = parse(client.get(f"{address}?constat=error.number.unreadable&page={number}").text)
        seen += [text_of(r.find("th")) for r in page.findall(".//table[@class='stack findings']/tbody/tr")]
    assert sorted(map(int, seen)) == list(range(2, 122))
    last = client.get(f"{address}?constat=error.number.unreadable&page=99")
    assert "Page 3 of 3" in last.text
    assert client.get(f"{address}?constat=no.such&page=x").status_code == 200


def test_warnings_must_be_seen_before_rows_are_recorded(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own(Individus=2000)))
    page = client.get(address)
    assert "I have seen the warning" in page.text
    refused = client.post(f"{address}/enregistrer")
    assert refused.status_code == 422
    assert "Look at the warning first" in refused.text
    assert recorded(session) == 0
    assert client.post(f"{address}/enregistrer", data={"vu": "1"}).status_code == 303
    assert recorded(session) == 1


def test_rows_with_errors_wait_and_the_others_are_recorded(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own(), own(Cercle="Bandiagara", Commune="Bandiagara", Ménages="beaucoup")))
    assert "Send the line that is ready" in client.get(address).text
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert recorded(session) == 1
    receipt = client.get(address).text
    assert "1 line waits: correct it in your file" in receipt
    # What is wrong with it can still be read after the others are recorded.
    page = parse(receipt)
    assert [text_of(row) for row in page.findall(".//table[@class='stack findings']/tbody/tr/td[2]")] == [
        "beaucoup column L: Ménages"
    ]
    assert "1 line recorded, 1 to be corrected" in client.get("/test-2016/envois").text


def test_a_file_of_errors_only_offers_no_sending(client_for: Any) -> None:
    client = client_for("partner")
    page = client.get(sent(client, book(own(Ménages="beaucoup")))).text
    assert "/enregistrer" not in page
    assert "Send a corrected file" in page


def test_a_change_is_shown_cell_by_cell(client_for: Any) -> None:
    client = client_for("partner")
    client.post(sent(client, book(own())) + "/enregistrer")
    page = client.get(sent(client, book(own(Ménages=130, Individus=650))))
    change = text_of(parse(page.text).find(".//details[@id='modifiees']"))
    assert "1 line changes the record" in change
    assert "120 → 130" in change
    assert "600 → 650" in change


def test_a_file_that_changes_nothing_says_so(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    client.post(sent(client, book(own())) + "/enregistrer")
    address = sent(client, book(own()))
    assert "Finish: nothing changes" in client.get(address).text
    client.post(f"{address}/enregistrer")
    assert "nothing new, all is in the record" in client.get(address).text
    assert recorded(session) == 1


def test_rows_that_are_gone_from_the_file_are_listed_and_stay(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    both = book(own(), own(Cercle="Bandiagara", Commune="Bandiagara"))
    client.post(sent(client, both) + "/enregistrer")
    address = sent(client, book(own()))
    gone = text_of(parse(client.get(address).text).find(".//details[@id='absentes']"))
    assert "1 recorded line is not in this file" in gone
    assert "Nothing is deleted because it is missing" in gone
    assert "Bandiagara" in gone
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert recorded(session) == 2


def test_the_columns_are_listed_with_what_they_were_taken_for(client_for: Any) -> None:
    client = client_for("partner")
    page = parse(client.get(sent(client, book(own()))).text)
    rows = page.findall(".//details[@id='colonnes']//tbody/tr")
    first = [text_of(c) for c in rows[0]]
    assert first[:2] == ["A", "Acronyme"]
    assert len(rows) == 13


def test_a_picture_with_a_workbook_s_name_is_refused_in_a_sentence(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    address = sent(client, b"\x89PNG\r\n\x1a\n" + bytes(400), "photo.xlsx")
    page = client.get(address)
    assert title(page) == "photo.xlsx cannot be used"
    notice = parse(page.text).find(".//div[@class='notice error']")
    assert len(text_of(notice)) > 20
    assert "Send another file" in page.text
    assert session.scalars(sa.select(Submission.state)).one() == SubmissionState.REFUSED


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose a file first."),
        ({"file": b""}, "This file is empty."),
        ({"file": b"x", "month": "2031-01"}, "Not a valid choice."),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_stores_nothing(
    client_for: Any, session: orm.Session, fields: dict[str, Any], said: str
) -> None:
    client = client_for("partner")

    def post(**headers: str) -> Any:
        files = {k: (io.BytesIO(v), "mai.xlsx") if isinstance(v, bytes) else v for k, v in fields.items()}
        data = {"month": "2016-05", **files}
        return client.post(f"{HERE}/envoyer", data=data, content_type="multipart/form-data", headers=headers)

    answer = post()
    assert answer.status_code == 422
    assert said in answer.text
    as_json = post(Accept="application/json")
    assert (as_json.status_code, as_json.json["ok"]) == (422, False)
    assert said in as_json.json["error"]
    assert session.scalars(sa.select(Submission)).all() == []


def test_a_script_gets_the_address_to_go_to(client_for: Any) -> None:
    client = client_for("partner")
    answer = client.post(
        f"{HERE}/envoyer",
        data={"month": "", "file": (io.BytesIO(book(own())), "mai.xlsx")},
        content_type="multipart/form-data",
        headers={"Accept": "application/json"},
    )
    assert answer.json["ok"]
    assert client.get(answer.json["address"]).status_code == 200


# --- whose file it is --------------------------------------------------------------------------------


def test_a_partner_s_file_is_its_own_whatever_the_form_says(
    app: Any, client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner", "ONG-A")
    address = sent(client, book(ROW), organisation=str(agency_id(app, "OIM")))
    assert session.scalars(sa.select(Submission.organisation_id)).one() == agency_id(app, "ONG-A")
    assert "Row of another organisation" in client.get(address).text


def test_a_manager_chooses_whose_file_it_is(app: Any, client_for: Any, session: orm.Session) -> None:
    client = client_for("information_manager")
    sent(client, book(ROW), organisation=str(agency_id(app, "OIM")))
    sent(client, book(ROW), organisation="")
    assert session.scalars(sa.select(Submission.organisation_id).order_by(Submission.id)).all() == [
        agency_id(app, "OIM"),
        None,
    ]
    assert send(client, book(ROW), organisation="99999").status_code == 422


@pytest.mark.parametrize("part", ["", "/etat", "/fichier"])
def test_another_organisation_s_submission_does_not_exist(client_for: Any, part: str) -> None:
    address = sent(client_for("partner", "ONG-A"), book(own()))
    assert client_for("partner", "ONG-B").get(address + part).status_code == 404
    for role in ("coordinator", "information_manager", "administrator"):
        assert client_for(role).get(address + part).status_code == 200
    assert client_for("viewer").get(address + part).status_code == 403


@pytest.mark.parametrize("act", ["enregistrer", "ecarter", "verifier"])
def test_another_organisation_s_submission_cannot_be_touched(
    client_for: Any, session: orm.Session, act: str
) -> None:
    address = sent(client_for("partner", "ONG-A"), book(own()))
    assert client_for("partner", "ONG-B").post(f"{address}/{act}").status_code == 404
    assert client_for("coordinator").post(f"{address}/{act}").status_code == 403
    session.rollback()
    assert session.scalars(sa.select(Submission.state)).one() == SubmissionState.CHECKED


def test_a_file_of_the_whole_cluster_is_not_for_partners(client_for: Any) -> None:
    address = sent(client_for("information_manager"), book(own()), organisation="")
    partner = client_for("partner", "ONG-A")
    assert partner.get(address).status_code == 404
    assert "mai.xlsx" not in partner.get(f"{HERE}/envois").text


def test_the_list_shows_a_partner_its_own_and_the_others_everything(client_for: Any) -> None:
    sent(client_for("partner", "ONG-A"), book(own()), "alpha.xlsx")
    sent(client_for("information_manager"), book(ROW), "cluster.xlsx", organisation="")
    mine = client_for("partner", "ONG-A").get(f"{HERE}/envois").text
    assert "alpha.xlsx" in mine
    assert "cluster.xlsx" not in mine
    everybody = client_for("coordinator").get(f"{HERE}/envois").text
    assert "alpha.xlsx" in everybody
    assert "cluster.xlsx" in everybody
    assert "Nothing was sent yet." in client_for("partner", "ONG-B").get(f"{HERE}/envois").text


def test_the_upload_page_says_what_became_of_the_last_file(client_for: Any) -> None:
    client = client_for("partner")
    assert "Nothing was sent yet." in client.get(f"{HERE}/envoyer").text
    sent(client, book(own(Ménages="beaucoup")), "juin.xlsx")
    lead = parse(client.get(f"{HERE}/envoyer").text).find(".//p[@class='lead']")
    assert "juin.xlsx" in text_of(lead)
    assert "1 line needs a correction" in text_of(lead)


# --- waiting, putting away, taking back --------------------------------------------------------------


def test_a_file_that_waits_shows_progress_and_goes_on_by_itself(app: Any, client_for: Any) -> None:
    number = received(app, book(own()))
    client = client_for("partner")
    address = f"{HERE}/envois/{number}"
    page = client.get(address)
    assert title(page) == "gros.xlsx is being checked"
    assert '<meta http-equiv="refresh"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    step = "Opening the file and looking for its table"
    waiting = {"state": "received", "progress": 0, "step": step, "waits": False, "done": False}
    assert client.get(f"{address}/etat").json == waiting
    assert client.post(f"{address}/verifier").location == address
    over = {"state": "checked", "progress": 100, "step": "", "waits": False, "done": True}
    assert client.get(f"{address}/etat").json == over
    assert title(client.get(address)) == "gros.xlsx: 1 line ready"


def test_a_large_file_goes_to_the_worker(app: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from cluster4w import jobs

    asked: list[int] = []
    monkeypatch.setattr(jobs, "enqueue_check", lambda _app, number: asked.append(number))
    app.config["BACKGROUND_ROWS"] = 1
    client = client_for("partner")
    address = sent(client, book(own()))
    assert asked == [int(address.rpartition("/")[2])]
    assert "is being checked" in title(client.get(address))


def test_a_file_is_put_away_and_nothing_of_it_recorded(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own()))
    assert client.post(f"{address}/ecarter").location == f"{HERE}/envoyer"
    assert "put away" in client.get(f"{HERE}/envoyer").text
    assert title(client.get(address)) == "mai.xlsx was put away"
    assert client.post(f"{address}/enregistrer").status_code == 400
    assert recorded(session) == 0
    assert "submission.discarded" in session.scalars(sa.select(AuditEvent.action)).all()


def test_the_file_comes_back_as_it_was_sent(client_for: Any) -> None:
    client = client_for("partner")
    data = book(own())
    answer = client.get(sent(client, data, "été/../Données mai.xlsx") + "/fichier")
    assert answer.data == data
    assert answer.headers["Content-Disposition"] == "attachment; filename=ete-..-Donnees-mai.xlsx"
    assert answer.mimetype == "application/octet-stream"


def test_uploads_are_limited_per_person(app: Any, database_url: str, tmp_path: Any) -> None:
    from cluster4w import create_app
    from tests.conftest import close_connections
    from tests.people import enter

    strict = create_app(
        {
            "TESTING": True,
            "DATABASE_URL": database_url,
            "INSTANCE": tmp_path,
            "SECRET_KEY": "only-for-tests",
            "WTF_CSRF_ENABLED": False,
            "JOBS_AT_ONCE": True,
            "UPLOAD_LIMIT": "1 per hour",
        }
    )
    client = strict.test_client()
    enter(strict, client, make_person(strict, "partner"))
    assert [send(client, book(own())).status_code for _ in range(2)] == [303, 429]
    other = strict.test_client()
    enter(strict, other, make_person(strict, "partner", "ONG-B"))
    assert send(other, book(own())).status_code == 303
    close_connections(strict)


# --- the workbook to fill in --------------------------------------------------------------------------


def _sheet_text(data: bytes) -> str:
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    return "\n".join(
        str(cell.value)
        for sheet in workbook
        for line in sheet.iter_rows()
        for cell in line
        if cell.value is not None
    )


def test_a_partner_downloads_its_own_month_and_nobody_else_s(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {"comments": "à nous"})
    add_rows(app, "ONG-B", {"comments": "aux autres"})
    other = agency_id(app, "ONG-B")
    answer = client_for("partner", "ONG-A").get(f"{HERE}/modele.xlsx?mois=2016-05&org={other}")
    assert answer.status_code == 200
    assert (
        answer.headers["Content-Disposition"] == "attachment; filename=201605_test-2016_shelter-4w_ONG-A.xlsx"
    )
    text = _sheet_text(answer.data)
    assert "à nous" in text
    assert "aux autres" not in text


def test_the_downloaded_workbook_comes_back_unchanged(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {}, {"adm3_pcode": "ML070101", "adm3_name": "Ansongo"})
    client = client_for("partner", "ONG-A")
    data = client.get(f"{HERE}/modele.xlsx?mois=2016-05").data
    page = client.get(sent(client, data))
    assert "0 new, 0 changed, 2 unchanged" in page.text


@pytest.mark.parametrize("query", ["mois=mai", "mois=2016-13", "org=99999", "modele=none"])
def test_nonsense_in_an_address_is_refused_in_words(client_for: Any, query: str) -> None:
    answer = client_for("information_manager").get(f"{HERE}/modele.xlsx?{query}")
    assert answer.status_code in {400, 404}
    assert re.search(r'<p class="lead">.{10,}', answer.text)


def test_every_state_of_a_submission_passes_the_linter_in_french_too(app: Any, client_for: Any) -> None:
    client = client_for("partner")
    addresses = [
        sent(client, book(own(), own(Ménages="beaucoup", Individus=9000))),
        sent(client, b"\x89PNG" + bytes(200)),
        f"{HERE}/envois/{received(app, book(own()))}",
    ]
    done = sent(client, book(own(Ménages=77)))
    client.post(f"{done}/enregistrer", data={"vu": "1"})
    away = sent(client, book(own()))
    client.post(f"{away}/ecarter")
    client.post("/langue/fr")
    for address in (*addresses, done, away, f"{HERE}/envois", f"{HERE}/envoyer"):
        assert client.get(address).status_code == 200
