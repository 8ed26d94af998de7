"""Pages, files and sheets asked as of a day or a release: they say so, keep it in links, and lead back."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.models import Operation
from cluster4w.publish.sheets import sheet
from cluster4w.publish.sheets.sheet import Wish, compile_sheet, file_name, map_sheet, sheet_data
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.test_gap_page import PAGE, lines, load_targets

NFI = f"{PAGE}?sous_secteur=nfi"
OURS = ("ONG-A", "ONG-B")
TODAY = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"


@pytest.fixture
def published(app: Any, client_for: Any) -> None:
    """Ansongo: 100 of 400 reached when May was published, 130 now; 7 in June, of which May knows nothing."""
    add_rows(app, "ONG-A", {"first_time_assisted": True})
    load_targets(app)
    manager = client_for("information_manager")
    manager.post("/test-2016/mois/2016-05/publier", data={"note": "As agreed on Tuesday"})
    manager.post("/test-2016/mois/2016-05/ouvrir")
    new = {"first_time_assisted": True, "households_reached": 30}
    add_rows(app, "ONG-B", new, new | {"period": "2016-06", "households_reached": 7})


def links(page: Any, start: str) -> list[str]:
    found = [e.get("href") or "" for e in parse(page.text).iter("a")]
    return [address for address in found if address.startswith(start)]


def state(page: Any) -> str:
    return text_of(next((p for p in parse(page.text).iter("p") if p.get("class") == "state"), None))


@pytest.mark.usefixtures("published")
def test_a_release_stands_in_large_letters_and_in_every_link(client_for: Any) -> None:
    client = client_for("viewer")
    now = client.get(NFI)
    assert state(now) == ""
    assert lines(now)["Ansongo Gao"][1] == "137"
    assert not any("publication=" in link or "etat=" in link for link in links(now, PAGE))
    then = client.get(f"{NFI}&publication=2016-05")
    assert state(then).startswith("Release of May 2016, no. 1, of ")
    assert "As agreed on Tuesday" in then.text
    assert lines(then)["Ansongo Gao"][1] == "100"
    (back,) = [a.get("href") for a in parse(then.text).iter("a") if text_of(a) == "Back to now"]
    assert back == f"{NFI}&mois=2016-05"
    elsewhere = [link for link in links(then, PAGE) if link not in (back, PAGE)]
    assert len(elsewhere) > 12
    assert [link for link in elsewhere if "publication=2016-05.1" not in link] == []
    # The page's own forms keep it, but for those that ask for another moment.
    for form in parse(then.text).iter("form"):
        names = {i.get("name") for i in form.iter("input")} | {i.get("name") for i in form.iter("select")}
        if (form.get("action") or "").startswith(PAGE):
            assert names & {"publication", "etat"}, form.get("action")
    assert lines(client.get(back))["Ansongo Gao"][1] == "130"
    # A day and a release are not asked at once: the release stands; a release's other months can be asked.
    both = client.get(f"{NFI}&publication=2016-05.1&etat={TODAY}&mois=2016-04")
    assert state(both).startswith("Release")
    assert "etat=" not in "".join(links(both, PAGE))
    assert lines(both)["Ansongo Gao"][1] == "not available"


@pytest.mark.usefixtures("published")
def test_a_day_is_asked_with_a_form_and_a_wrong_one_gets_a_sentence(client_for: Any) -> None:
    client = client_for("viewer")
    today = client.get(f"{NFI}&etat={TODAY}")
    assert state(today).startswith("State of ")
    assert "at the end of that day (UTC)" in today.text
    assert lines(today)["Ansongo Gao"][1] == "137"
    early = client.get(f"{NFI}&etat=2016-02-01")
    assert state(early) == "State of 1 February 2016"
    assert lines(early)["Ansongo Gao"][:2] == ["–", "not available"]
    chosen = next(i for i in parse(early.text).iter("input") if i.get("id") == "etat")
    assert (chosen.get("value"), chosen.get("max")) == ("2016-02-01", TODAY)
    for wrong, words in (
        ("etat=2999-01-01", "still to come"),
        ("etat=1999-01-01", "did not exist yet"),
        ("etat=mai", "“mai” is not a day"),
        ("publication=2016-01", "There is no release “2016-01”. Published: 2016-05.1."),
        ("publication=%3Cb%3E", "There is no release"),
    ):
        page = client.get(f"{NFI}&{wrong}")
        assert page.status_code == 400, wrong
        assert words in page.text, wrong
        # The figures of today are there, and nothing calls them older.
        assert lines(page)["Ansongo Gao"][1] == "137"
        assert state(page) == ""
        for other in (f"{PAGE}.csv?{wrong}", f"{PAGE}/ML0701?{wrong}", f"{PAGE}/feuille.pdf?{wrong}"):
            assert client.get(other).status_code in (400, 404), other


@pytest.mark.usefixtures("published")
def test_every_page_and_file_about_gaps_can_be_asked_as_of_a_release(client_for: Any) -> None:
    client = client_for("information_manager")
    ask = "sous_secteur=nfi&publication=2016-05.1"
    for page in ("ecarts", "ecarts/ML0701", "listes", "listes/a-couvrir", "graphiques"):
        found = client.get(f"/test-2016/{page}?{ask}")
        assert state(found).startswith("Release of May 2016, no. 1"), page
    csv = client.get(f"{PAGE}.csv?{ask}")
    assert "publication-2016-05-1" in csv.headers["Content-Disposition"]
    assert ";400;100;" in csv.get_data(as_text=True)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}.xlsx?{ask}").data)).worksheets[0]
    assert "Release of May 2016, no. 1" in str(book["A1"].value)
    about = json.loads(client.get(f"{PAGE}.geojson?{ask}").data)["about"]
    assert about["question"]["release"] == "2016-05.1"
    assert "Release of May 2016, no. 1" in client.get(f"{PAGE}.svg?{ask}").text
    pdf = client.get(f"{PAGE}/feuille.pdf?{ask}")
    assert pdf.data.startswith(b"%PDF")
    assert "publication-2016-05-1" in pdf.headers["Content-Disposition"]
    day = client.get(f"{PAGE}/feuille.svg?etat=2016-06-30")
    assert "etat-2016-06-30" in day.headers["Content-Disposition"]
    assert "publication" not in client.get(f"{PAGE}.csv").headers["Content-Disposition"]
    # The record itself can be taken out as it was published.
    assert 'value="2016-05.1"' in client.get("/test-2016/exports").text
    for then, rows in (("", 3), ("publication=2016-05.1&etat=", 1), ("etat=2016-06-30", 0)):
        workbook = client.get(f"/test-2016/exports/registre.xlsx?{then}")
        sheets = openpyxl.load_workbook(io.BytesIO(workbook.data)).worksheets
        held = [r for s in sheets for r in s.iter_rows(values_only=True) if "Ansongo" in r and r[1] in OURS]
        assert len(held) == rows, then
    assert "etat-2016-06-30" in workbook.headers["Content-Disposition"]
    assert client.get("/test-2016/exports/registre.xlsx?etat=2999-01-01").status_code == 400
    assert client_for("partner").get(f"{PAGE}?{ask}").status_code == 403


def test_a_sheet_of_an_earlier_state_differs_and_is_the_same_bytes_again(
    session: orm.Session, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dt.date(2016, 7, 1)
    moment = dt.datetime(2016, 6, 30, 23, 59, 59, 999999, tzinfo=dt.UTC)
    asked = Question(2, "2016-05", "nfi")
    then = Question(2, "2016-05", "nfi", as_of=moment, release=None)
    now_data, then_data = (sheet_data(session, operation, q) for q in (asked, then))
    wish = Wish("svg")
    assert map_sheet(then_data, wish, made=made) == map_sheet(then_data, wish, made=made)
    assert map_sheet(then_data, wish, made=made) != map_sheet(now_data, wish, made=made)
    # The words stand on the sheet: without them it is another one.
    contents: list[dict[str, Any]] = []

    def kept(found: dict[str, Any], *_: Any) -> bytes:
        contents.append(found)
        return b""

    monkeypatch.setattr(sheet, "compile_sheet", kept)
    map_sheet(then_data, wish, made=made)
    (found,) = contents
    assert found["as_of"] == "État du 30 juin 2016"
    assert compile_sheet(found, "svg", made) != compile_sheet(found | {"as_of": "x"}, "svg", made)
    assert "etat-2016-06-30_fr.svg" in file_name(then_data, wish)
    assert "etat" not in file_name(now_data, wish)
