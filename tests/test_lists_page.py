"""The pages of the lists: one click each, sorted, with the map beside them, as files, for whom they are."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
import pytest

from cluster4w.extensions import db
from cluster4w.models.engine import writing
from cluster4w.record.operations.needs import Figure, save_needs
from cluster4w.record.queries.operations import get_operation
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.test_gap_page import load_targets

PAGE = "/test-2016/listes"
OVERDUE = f"{PAGE}/plans-en-retard"
#: Ansongo reached 100 of 80; Ménaka 10 of 90, with a plan of 40 that is past its end; nobody is in Bankass.
TARGETS = {"ML0701": 80, "ML0704": 90, "ML0502": 60}
FIRST = {"first_time_assisted": True}
MENAKA = FIRST | {"adm2_pcode": "ML0704", "adm2_name": "Ménaka", "adm3_pcode": None, "adm3_name": None}
PLAN = {
    **FIRST,
    "status": "planned",
    "households_reached": None,
    "individuals_reached": None,
    "households_targeted": 40,
    "end_date": dt.date(2016, 5, 20),
    "site_name": "=1+1",
}


@pytest.fixture
def loaded(app: Any) -> None:
    """Rows of two organisations and targets of NFI."""
    add_rows(app, "ONG-A", FIRST, MENAKA | {"households_reached": 10}, MENAKA | PLAN)
    add_rows(app, "ONG-B", FIRST | {"households_reached": 0}, PLAN | {"implementing_partner": "@SUM(A1)"})
    load_targets(app, targets=TARGETS)


def rows(page: Any) -> list[list[str]]:
    """Return the cells of the list's lines."""
    body = parse(page.text).find(".//table/tbody")
    assert body is not None, text_of(parse(page.text).find(".//main"))
    return [[text_of(cell) for cell in row] for row in body.findall("tr")]


def heads(page: Any) -> dict[str, Element]:
    """Return the heads of the list by their words, without the arrow."""
    return {text_of(th).rstrip(" ▾▴"): th for th in parse(page.text).findall(".//thead/tr/th")}


def faint(page: Any) -> set[str]:
    """Return the codes of the areas of the map that the list does not name."""
    areas = [e for e in parse(page.text).iter() if "area" in (e.get("class") or "").split()]
    assert areas
    return {e.get("data-pcode", "") for e in areas if "faint" in (e.get("class") or "").split()}


@pytest.mark.usefixtures("loaded")
def test_every_list_is_one_click_from_the_gap_page(client_for: Any) -> None:
    client = client_for("coordinator")
    links = [a.get("href") for a in parse(client.get("/test-2016/ecarts?sous_secteur=nfi").text).iter("a")]
    assert f"{PAGE}?sous_secteur=nfi" in links
    page = client.get(f"{PAGE}?sous_secteur=nfi")
    assert text_of(parse(page.text).find(".//h1")) == "Lists for the meeting"
    found = {text_of(row.find("th/a")): row for row in parse(page.text).findall(".//tbody/tr")}
    said = {name: [text_of(cell) for cell in row.findall("td")] for name, row in found.items()}
    assert said == {
        "Most uncovered areas": ["2 areas 140 households without", "Ménaka, Bankass"],
        "Areas in need where nobody is present": ["1 area 60 households without", "Bankass"],
        "Areas above 100 %": ["1 area 20 households beyond what was asked", "Ansongo"],
        "Areas with three organisations or more": ["No area has three organisations or more."],
        "Plans past their end date": ["2 plans 80 households promised", "=1+1"],
        "What is planned against what is missing": [
            "3 areas 100 households left after plans",
            "Bankass, Ménaka, Ansongo",
        ],
    }
    for row in found.values():
        address = row.find("th/a").get("href")  # type: ignore[union-attr]
        assert "sous_secteur=nfi" in str(address)
        shown = client.get(address)
        assert shown.status_code == 200
        others = [text_of(a) for a in parse(shown.text).findall(".//nav[@class='others']//a")]
        assert others == list(found)
    # A viewer sees no rows, and so not who is late.
    viewer = parse(client_for("viewer").get(f"{PAGE}?sous_secteur=nfi").text)
    assert len(viewer.findall(".//tbody/tr")) == 5


@pytest.mark.usefixtures("loaded")
def test_a_list_is_sorted_by_links_and_its_map_marks_its_areas(client_for: Any) -> None:
    client = client_for("viewer")
    page = client.get(f"{PAGE}/a-couvrir?sous_secteur=nfi")
    assert rows(page) == [
        ["Ménaka Gao", "90", "10", "40", "80", "11%", "1"],
        ["Bankass Mopti", "60", "0", "0", "60", "0%", "0"],
    ]
    assert [text_of(cell) for cell in parse(page.text).findall(".//tfoot/tr/*")][:5] == [
        "Total of the list", "150", "10", "40", "140",
    ]  # fmt: skip
    assert faint(page) == {"ML0501", "ML0701"}
    coded = {row.get("data-pcode") for row in parse(page.text).iter("tr") if row.get("data-pcode")}
    assert coded == {"ML0704", "ML0502"}
    assert heads(page)["Gap"].get("aria-sort") == "descending"
    link = heads(page)["Coverage"].find("a")
    assert link is not None
    by_share = client.get(link.get("href"))
    assert [row[0] for row in rows(by_share)] == ["Ménaka Gao", "Bankass Mopti"]
    back = heads(by_share)["Coverage"].find("a")
    assert back is not None
    turned = client.get(back.get("href"))
    assert [row[0] for row in rows(turned)] == ["Bankass Mopti", "Ménaka Gao"]
    assert heads(turned)["Coverage"].get("aria-sort") == "ascending"
    # A filter keeps the order, and a form carries it along.
    levels = [a.get("href") or "" for a in parse(turned.text).findall(".//div[@class='segmented']/a")]
    assert all("tri=share" in address and address.startswith(f"{PAGE}/a-couvrir?") for address in levels)
    hidden = {(i.get("name"), i.get("value")) for i in parse(turned.text).iter("input")}
    assert {("tri", "share"), ("sous_secteur", "nfi")} <= hidden
    part = client.get(f"{PAGE}/a-couvrir?sous_secteur=nfi&dans=ML07")
    assert [row[0] for row in rows(part)] == ["Ménaka Gao"]
    assert client.get(f"{PAGE}/rien").status_code == 404
    assert client.get(f"{PAGE}/a-couvrir.pdf").status_code == 404


@pytest.mark.usefixtures("loaded")
def test_a_list_by_severity_has_a_map_of_severity(app: Any, client_for: Any) -> None:
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        ranks = {"ML0704": 3.0, "ML0502": 4.5}
        figures = [Figure("severity", 2, code, "nfi", None, "class", value) for code, value in ranks.items()]
        save_needs(db.session, operation, figures, source="HNO 2016", dated=dt.date(2016, 3, 1), actor=None)
        db.session.commit()
    page = client_for("information_manager").get(f"{PAGE}/a-couvrir?sous_secteur=nfi&tri=-severity")
    assert [row[:2] for row in rows(page)] == [["Bankass Mopti", "4.5"], ["Ménaka Gao", "3"]]
    root = parse(page.text)
    assert text_of(root.find(".//p[@class='legend-title']")).startswith("Severity of needs")
    counts = {text_of(li) for li in root.findall(".//ul[@class='legend']/li")}
    assert {"3 severe 1", "4 extreme 1", "5 catastrophic 0", "no severity 2"} <= counts
    assert "Severity: HNO 2016, 1 March 2016" in text_of(root.find(".//div[@class='source']"))
    held = text_of(parse(client_for("information_manager").get("/test-2016/besoins").text).find(".//main"))
    assert "Severity of needs, NFI" in held


@pytest.mark.usefixtures("loaded")
def test_files_of_a_list_hold_what_the_page_shows_and_no_formula(client_for: Any) -> None:
    client = client_for("information_manager")
    page = client.get(f"{PAGE}/a-couvrir?sous_secteur=nfi&tri=name")
    links = {text_of(a): a.get("href") for a in parse(page.text).findall(".//p[@class='after-table']/a")}
    sent = client.get(links["xlsx"])
    assert sent.headers["Content-Disposition"].endswith("test-2016_Most-uncovered-areas_nfi_adm2.xlsx")
    # What is counted of the response only is in the name, and in the line above the list.
    part = client.get(f"{links['xlsx']}&depuis=2016-03&mois=2016-05")
    assert part.headers["Content-Disposition"].endswith("areas_nfi_adm2_from-2016-03.xlsx")
    narrowed = parse(client.get(f"{PAGE}?sous_secteur=nfi&depuis=2016-03&mois=2016-05").text)
    summary = text_of(narrowed.find(".//details[@data-filters='']/summary"))
    assert summary == "NFI · current gap · cercle · households · since March 2016 · up to May 2016 ▾"
    sheet = openpyxl.load_workbook(io.BytesIO(sent.data)).active
    lines = [list(line) for line in sheet.iter_rows(min_row=3, values_only=True)]
    assert lines[0][:8] == ["P-code", "Cercle", "In", "Targeted", "Reached", "Planned", "Gap", "Coverage"]
    assert lines[1][:8] == ["ML0502", "Bankass", "Mopti", 60, 0, 0, 60, 0]
    assert lines[2][:7] == ["ML0704", "Ménaka", "Gao", 90, 10, 40, 80]
    assert lines[2][7] == pytest.approx(10 / 90)
    notes = [line[0] for line in lines[4:]]
    assert "One area has no target: what is missing there is not known." in notes
    assert any(str(note).startswith("Targets: Plan de réponse 2016") for note in notes)
    late = client.get(
        links["csv"].replace("a-couvrir", "plans-en-retard").replace("tri=name", "tri=organisation")
    )
    (head, *body) = csv.reader(io.StringIO(late.data.decode("utf-8-sig")), delimiter=";")
    assert head[:5] == ["P-code", "Place", "In", "Organisation", "Activity"]
    assert [line[:5] for line in body] == [
        ["ML0704", "'=1+1", "Ménaka, Gao", "ONG-A", "Core NFI kit"],
        ["ML0701", "'=1+1", "Bara, Ansongo, Gao", "ONG-B (@SUM(A1))", "Core NFI kit"],
    ]
    assert [line[5:9] for line in body] == [["Planned", "40", "2016-05-20", "end date"]] * 2
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{OVERDUE}.xlsx?sous_secteur=nfi").data)).active
    place = book["B4"]
    assert (place.value, place.data_type, place.quotePrefix) == ("=1+1", "s", True)
    assert book["H4"].value.isoformat().startswith("2016-05-20")


@pytest.mark.usefixtures("loaded")
def test_late_plans_are_shown_to_those_who_may_read_the_rows(client_for: Any) -> None:
    everybody = client_for("coordinator").get(f"{OVERDUE}?sous_secteur=nfi&mois=2016-05&tri=organisation")
    assert text_of(parse(everybody.text).find(".//p[@class='lead']")) == (
        "As on 31 May 2016, NFI, figures in households"
    )
    assert [row[1:] for row in rows(everybody)] == [
        ["ONG-A", "Core NFI kit Planned", "40", "20 May 2016 end date", "11"],
        ["ONG-B (@SUM(A1))", "Core NFI kit Planned", "40", "20 May 2016 end date", "11"],
    ]
    assert faint(everybody) == {"ML0501", "ML0502"}
    links = [a.get("href") or "" for a in parse(everybody.text).findall(".//tbody//td/a")]
    assert len(links) == 2
    assert client_for("coordinator").get(links[0]).status_code == 200
    partner = client_for("partner", "ONG-A")
    own = partner.get(f"{OVERDUE}?sous_secteur=nfi")
    assert [row[1] for row in rows(own)] == ["ONG-A"]
    # No map and no address of figures of everybody; no other list.
    assert "/ecarts" not in own.text
    assert "data-pcode" in own.text
    assert not parse(own.text).findall(".//nav[@class='others']")
    assert b"ONG-B" not in partner.get(f"{OVERDUE}.csv?sous_secteur=nfi").data
    # Nor do numbers in the address say, one after the other, who else takes part.
    for number in range(1, 10):
        asked = partner.get(f"{OVERDUE}?sous_secteur=nfi&org={number}")
        assert "ONG-B" not in asked.text
        book = openpyxl.load_workbook(
            io.BytesIO(partner.get(f"{OVERDUE}.xlsx?sous_secteur=nfi&org={number}").data)
        )
        assert not [c for row in book.active.values for c in row if "ONG-B" in str(c)]
    assert partner.get(f"{PAGE}/a-couvrir").status_code == 403
    assert partner.get(f"{PAGE}/a-couvrir.csv").status_code == 403
    assert OVERDUE in partner.get("/test-2016/activites").text
    for role in ("viewer", "anonymous"):
        assert client_for(role).get(f"{OVERDUE}.csv").status_code in (302, 403)


def test_an_empty_list_says_why_and_what_to_do(app: Any, client_for: Any) -> None:
    manager, viewer = client_for("information_manager"), client_for("viewer")

    def said(name: str, client: Any = manager) -> tuple[str, str | None]:
        empty = parse(client.get(f"{PAGE}/{name}?sous_secteur=nfi").text).find(".//div[@class='empty']")
        assert empty is not None
        link = empty.find(".//a")
        return text_of(empty.find("p")), link.get("href") if link is not None else None

    words = "This list cannot be made: no needs or targets are loaded for this question."
    assert said("a-couvrir") == (words, "/test-2016/besoins")
    assert said("a-couvrir", viewer) == (words, None)
    assert said("plusieurs")[0] == "This list cannot be made: the record holds no row of these months."
    # Where nothing is known, that nothing is late is no good news.
    assert said("plans-en-retard") == (said("plusieurs")[0], None)
    load_targets(app, level=1, targets={"ML07": 90})
    words = "This list cannot be made for these areas: figures are known for larger areas only."
    assert said("sans-presence") == (words, f"{PAGE}/sans-presence?sous_secteur=nfi&niveau=1")
    add_rows(app, "ONG-A", FIRST | {"households_reached": 90})
    region = client_for("viewer").get(f"{PAGE}/sans-presence?sous_secteur=nfi&niveau=1")
    assert "In every area in need somebody is present: that is good news." in region.text
    assert said("plans-en-retard") == ("No plan is past its end: that is good news.", None)


@pytest.mark.usefixtures("loaded")
def test_the_command_writes_every_list_in_every_form(cli: Any, tmp_path: Any) -> None:
    asked = ("lists", "--operation", "test-2016", "--sub-sector", "nfi", "--lang", "en")
    text = cli(*asked, "--list", "uncovered").output.splitlines()
    assert text[0] == "Most uncovered areas"
    assert [line.split()[0] for line in text[3:7]] == ["Cercle", "-" * len(text[4]), "Ménaka", "Bankass"]
    found = json.loads(cli(*asked, "--list", "pipeline", "--format", "json", "--sort", "-beyond").output)
    assert [(line["name"], line["left"], line["beyond"]) for line in found["lines"]] == [
        ("Ansongo", 0, 40),
        ("Bankass", 60, 0),
        ("Ménaka", 40, 0),
    ]
    assert (found["list"], found["order"], found["question"]["sub_sector"]) == ("pipeline", "-beyond", "nfi")
    assert any("no columns for stocks" in note for note in found["notes"])
    out = tmp_path / "late.xlsx"
    assert (
        cli(*asked, "--list", "overdue", "--within", "ML0704", "--format", "xlsx", "--out", out).exit_code
        == 0
    )
    assert openpyxl.load_workbook(out).active["D4"].value == "ONG-A"
    empty = cli(*asked, "--list", "several").output
    assert "No area has three organisations or more." in empty
    for wrong in (
        ("--list", "above", "--sort", "who"),
        ("--list", "above", "--within", "ML9"),
        ("--list", "x"),
    ):
        assert cli(*asked, *wrong).exit_code == 2
