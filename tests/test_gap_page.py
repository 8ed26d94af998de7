"""The gap page: map and table together, every figure explained, the same as files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from cluster4w.extensions import db
from cluster4w.models.engine import writing
from cluster4w.record.operations.needs import Figure, save_needs
from cluster4w.record.queries.operations import get_operation
from tests.pages import parse, text_of
from tests.record_rows import add_rows

PAGE = "/test-2016/ecarts"
#: What the tests record: Ansongo 100 households reached, 40 more planned; Bandiagara nothing.
PLANNED = {
    "status": "planned",
    "households_reached": None,
    "individuals_reached": None,
    "households_targeted": 40,
}
ROWS = ({"first_time_assisted": True}, {"first_time_assisted": True, **PLANNED})
TARGETS = {"ML0701": 400, "ML0502": 90}


def load_targets(app: Any, *, level: int = 2, targets: dict[str, int] | None = None) -> None:
    """Load targets of NFI in households."""
    with app.app_context(), writing():
        save_needs(
            db.session,
            get_operation(db.session, "test-2016"),
            [
                Figure("targeted", level, pcode, "nfi", None, "household", float(value))
                for pcode, value in (targets or TARGETS).items()
            ],
            source="Plan de réponse 2016",
            dated=dt.date(2016, 2, 1),
            actor=None,
        )
        db.session.commit()


@pytest.fixture
def loaded(app: Any) -> None:
    """Rows and targets of NFI."""
    add_rows(app, "ONG-A", *ROWS)
    load_targets(app)


def lines(page: Any) -> dict[str, list[str]]:
    """Return name of a line to its cells."""
    table = parse(page.text).find(".//table[@class='gap-table']")
    assert table is not None
    return {
        text_of(row.find("th")): [text_of(c) for c in row.findall("td")]
        for part in ("tbody", "tfoot")
        for row in table.findall(f"{part}/tr")
        if row.get("hidden") is None
    }


def figures(page: Any) -> dict[str, str]:
    """Return the key figures by their words."""
    return {
        text_of(f.find("dt")): text_of(f.find("dd")) for f in parse(page.text).findall(".//div[@class]/dt/..")
    }


@pytest.mark.usefixtures("loaded")
def test_the_page_answers_its_question_with_figures_map_and_table(client_for: Any) -> None:
    page = client_for("coordinator").get(f"{PAGE}?sous_secteur=nfi")
    root = parse(page.text)
    assert text_of(root.find(".//h1")) == "Where are NFI kits still missing?"
    lead = text_of(root.find(".//p[@class='lead']"))
    assert lead == "Households targeted and not yet reached, by cercle, cumulated May 2016"
    assert figures(page) == {
        "households without": "390",
        "targeted": "490",
        "reached": "20%",
        "organisations": "1",
    }
    table = lines(page)
    assert list(table) == ["Ansongo Gao", "Bankass Mopti", "Bandiagara Mopti", "Ménaka Gao", "Total"]
    assert table["Ansongo Gao"] == ["400", "100", "40", "300", "25%", "1"]
    assert table["Bankass Mopti"] == ["90", "0", "0", "90", "0%", "0"]
    assert table["Bandiagara Mopti"][0] == "–"
    assert table["Bandiagara Mopti"][3] == "–"
    assert table["Total"] == ["490", "100", "40", "390", "20%", "1"]
    areas = {a.get("data-pcode"): a for a in root.iter() if "area" in (a.get("class") or "").split()}
    assert set(areas) == {"ML0501", "ML0502", "ML0701", "ML0704"}
    assert "300 households without" in text_of(areas["ML0701"].find("{http://www.w3.org/2000/svg}title"))
    assert "Plan de réponse 2016" in text_of(root.find(".//div[@class='source']"))


@pytest.mark.usefixtures("loaded")
def test_the_map_and_the_table_name_the_same_areas(client_for: Any) -> None:
    root = parse(client_for("viewer").get(f"{PAGE}?sous_secteur=nfi").text)
    in_table = {row.get("data-pcode") for row in root.iter("tr") if row.get("data-pcode")}
    in_map = {e.get("data-pcode") for e in root.iter() if e.tag != "tr" and e.get("data-pcode")}
    assert in_table == in_map


@pytest.mark.usefixtures("loaded")
def test_the_bars_say_what_is_reached_and_planned(client_for: Any) -> None:
    root = parse(client_for("viewer").get(f"{PAGE}?sous_secteur=nfi").text)
    row = next(r for r in root.iter("tr") if r.get("data-pcode") == "ML0701")
    bar = next(e for e in row.iter() if e.get("role") == "img")
    assert bar.get("aria-label") == "25% reached, 10% more planned"
    widths = {r.get("class"): (r.get("x"), r.get("width")) for r in bar if r.get("class")}
    assert widths == {"planned": ("25.0", "10.0"), "reached": (None, "25.0")}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("mesure=projected", "Households targeted and neither reached nor planned for, by cercle"),
        ("mesure=need", "Households in need and not yet reached, by cercle"),
        ("niveau=1", "Households targeted and not yet reached, by region"),
        ("niveau=3", "Households targeted and not yet reached, by commune"),
        ("unite=individual", "People targeted and not yet reached, by cercle"),
        ("groupe=idps", "IDPs"),
        ("mois=2016-02", "cumulated January – February 2016"),
        ("vue=symboles", "Households targeted"),
    ],
)
@pytest.mark.usefixtures("loaded")
def test_every_filter_works_without_a_script(client_for: Any, query: str, said: str) -> None:
    page = client_for("viewer").get(f"{PAGE}?sous_secteur=nfi&{query}")
    assert said in text_of(parse(page.text).find(".//p[@class='lead']"))
    chosen = [a for a in parse(page.text).iter("a") if a.get("aria-current") == "true"]
    assert "NFI" in [text_of(a) for a in chosen]


@pytest.mark.usefixtures("loaded")
def test_a_filter_s_link_keeps_the_others(client_for: Any) -> None:
    page = client_for("viewer").get(f"{PAGE}?sous_secteur=nfi&mesure=projected&groupe=idps&mois=2016-05")
    links = {text_of(a): a.get("href") or "" for a in parse(page.text).iter("a")}
    region = links["Region"]
    assert "niveau=1" in region
    for kept in ("sous_secteur=nfi", "mesure=projected", "groupe=idps", "mois=2016-05"):
        assert kept in region
    hidden = {
        i.get("name"): i.get("value")
        for form in parse(page.text).iter("form")
        if form.get("action") == PAGE
        for i in form.iter("input")
    }
    assert hidden["mesure"] == "projected"
    assert client_for("viewer").get(region).status_code == 200


@pytest.mark.parametrize(
    "query", ["niveau=9", "mesure=x", "mois=never", "groupe=%01", "vue=3d", "unite=", "sous_secteur=wash"]
)
def test_nonsense_in_the_address_is_left_out(client_for: Any, query: str) -> None:
    assert client_for("viewer").get(f"{PAGE}?{query}").status_code == 200


def test_without_data_and_targets_nothing_is_zero(client_for: Any) -> None:
    page = client_for("information_manager").get(f"{PAGE}?sous_secteur=nfi")
    assert "No needs or targets are loaded" in page.text
    assert "/test-2016/besoins" in page.text
    assert "The record is empty" in page.text
    assert figures(page)["households without"] == "not available"
    for name, cells in lines(page).items():
        assert cells[0] == "–", name
        assert cells[1] == "not available", name
        assert cells[3] == "–", name
    assert "Load a table of figures" not in client_for("viewer").get(PAGE).text


def test_targets_without_rows_leave_the_gap_not_available(app: Any, client_for: Any) -> None:
    load_targets(app)
    page = client_for("viewer").get(f"{PAGE}?sous_secteur=nfi")
    assert lines(page)["Ansongo Gao"][:4] == ["400", "not available", "not available", "not available"]


def test_more_reached_than_asked_is_shown_as_such(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", *ROWS)
    load_targets(app, targets={"ML0701": 80})
    table = lines(client_for("viewer").get(f"{PAGE}?sous_secteur=nfi"))
    assert table["Ansongo Gao"][3:5] == ["-20", "125%"]


def test_targets_of_a_level_above_are_pointed_to(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", *ROWS)
    load_targets(app)
    page = parse(client_for("viewer").get(f"{PAGE}?sous_secteur=nfi&niveau=3").text)
    link = next(a for a in page.iter("a") if text_of(a) == "Show by cercle")
    assert "niveau" not in (link.get("href") or "")


@pytest.mark.usefixtures("loaded")
def test_a_partner_sees_no_gaps(client_for: Any) -> None:
    client = client_for("partner")
    for address in (PAGE, f"{PAGE}/ML0701", f"{PAGE}.xlsx"):
        assert client.get(address).status_code == 403


@pytest.mark.usefixtures("loaded")
def test_an_unchanged_page_is_not_made_again_and_a_changed_one_is(app: Any, client_for: Any) -> None:
    client = client_for("viewer")
    address = f"{PAGE}?sous_secteur=nfi"
    client.get(address)
    first = client.get(address)
    kept = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=kept).status_code == 304
    assert client.get(f"{address}&niveau=1", headers=kept).status_code == 200
    add_rows(app, "ONG-B", {"first_time_assisted": True})
    again = client.get(address, headers=kept)
    assert again.status_code == 200
    # The second row says what another organisation's row says: it may be the same households.
    assert lines(again)["Ansongo Gao"][1] == "200 100 if doubles"


@pytest.mark.usefixtures("loaded")
def test_a_figure_can_be_opened_down_to_source_rule_and_organisation(client_for: Any) -> None:
    client = client_for("coordinator")
    page = client.get(f"{PAGE}/ML0701?sous_secteur=nfi")
    assert text_of(parse(page.text).find(".//h1")) == "Ansongo: why these figures?"
    for said in (
        "Gap = targeted − reached",
        "Plan de réponse 2016",
        "1 February 2016",
        "only people assisted for the first time",
        "ONG-A",
        "Household size: 5",
        "MLI test",
    ):
        assert said in text_of(parse(page.text)), said
    back = next(a for a in parse(page.text).iter("a") if text_of(a) == "Back to the map")
    assert "sous_secteur=nfi" in (back.get("href") or "")
    rows = next(a for a in parse(page.text).iter("a") if text_of(a) == "ONG-A")
    assert client.get(rows.get("href")).status_code == 200
    assert client.get(f"{PAGE}/ML9999").status_code == 404
    # A reader who may not see rows gets the figures without links to them.
    assert "/activites" not in client_for("viewer").get(f"{PAGE}/ML0701?sous_secteur=nfi").text


@pytest.mark.usefixtures("loaded")
def test_every_line_of_every_level_can_be_opened(client_for: Any) -> None:
    client = client_for("viewer")
    for level in (1, 2, 3):
        page = parse(client.get(f"{PAGE}?sous_secteur=nfi&niveau={level}").text)
        links = [a.get("href") for a in page.findall(".//table[@class='gap-table']//th/a")]
        assert links
        for link in links:
            assert client.get(link).status_code == 200


@pytest.mark.usefixtures("loaded")
def test_the_files_hold_the_figures_of_the_page(client_for: Any) -> None:
    client = client_for("viewer")
    query = "?sous_secteur=nfi"
    table = csv.reader(io.StringIO(client.get(f"{PAGE}.csv{query}").text.lstrip("\ufeff")), delimiter=";")
    ansongo = next(line for line in table if "Ansongo" in line)
    assert {"400", "100", "40", "300"} <= set(ansongo)
    geo = json.loads(client.get(f"{PAGE}.geojson{query}").text)
    area = next(f for f in geo["features"] if f["id"] == "ML0701")
    assert area["properties"]["gap"] == 300
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}.xlsx{query}").data))
    assert any("Ansongo" in [c.value for c in line] for line in book.worksheets[0].iter_rows())
    svg = client.get(f"{PAGE}.svg{query}")
    assert ElementTree.fromstring(svg.text).tag.endswith("svg")
    assert (
        svg.headers["Content-Disposition"]
        == "attachment; filename=201605_test-2016_gaps_nfi_current_adm2.svg"
    )
    assert client.get(f"{PAGE}.exe").status_code == 404


@pytest.mark.parametrize("role", ["administrator", "information_manager", "coordinator", "viewer"])
@pytest.mark.usefixtures("loaded")
def test_the_page_passes_the_linter_for_every_reader_in_both_languages(client_for: Any, role: str) -> None:
    client = client_for(role)
    for language in ("fr", "en"):
        client.post(f"/langue/{language}")
        for query in ("", "?sous_secteur=nfi&niveau=3&tout=1", "?niveau=1&mesure=need&vue=symboles"):
            assert client.get(PAGE + query).status_code == 200


def test_only_the_largest_gaps_are_listed_until_all_are_asked_for(app: Any, client_for: Any) -> None:
    from cluster4w.views import gap_page

    load_targets(app)
    add_rows(app, "ONG-A", *ROWS)
    before = gap_page.FIRST_ROWS
    gap_page.FIRST_ROWS = 2
    try:
        page = client_for("viewer").get(f"{PAGE}?sous_secteur=nfi")
        more = next(a for a in parse(page.text).iter("a") if text_of(a) == "The next 2 areas")
        assert list(lines(page)) == ["Ansongo Gao", "Bankass Mopti", "Total"]
        # The others are in the page, for a script that shows other classes.
        assert page.text.count("<tr data-pcode=") == 4
        assert len(lines(client_for("viewer").get(more.get("href")))) == 5
    finally:
        gap_page.FIRST_ROWS = before
