"""Sheets of two maps: each with its name and figures, one legend, the areas of both, and their own words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.models import Operation, Organisation, Participation
from cluster4w.publish.maps.classes import COVERAGE
from cluster4w.publish.maps.svg import MapArea
from cluster4w.publish.sheets import map as sheet_map
from cluster4w.publish.sheets.sheet import Shown, Wish, every_sheet, file_name, map_sheet, sheet_data
from tests.pages import parse
from tests.sheets import DAY, QUESTION, contents_of, fill, outline, square
from tests.test_gaps import add, need

ENGLISH = Wish(language="en")
SHELTER = QUESTION.beside("shelter")


@pytest.fixture
def filled(session: orm.Session, operation: Operation) -> Operation:
    fill(session, operation)
    tents = {"activity_type": "tent", "sub_sector": "shelter", "households_reached": 60}
    add(session, operation, tents | {"period": "2016-04"}, tents | {"adm2_pcode": "ML0501"})
    shelter = {"sub_sector": "shelter"}
    need(session, operation, (2, "ML0701", 80, shelter), (2, "ML0501", 30000, shelter))
    outline(session, operation, ML07=square(0, 15, 3), ML05=square(-5, 13, 2), ML0701=square(0, 15, 1))
    return operation


@pytest.fixture
def contents(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    return contents_of(monkeypatch)


def foot_of(said: dict[str, Any]) -> list[str]:
    return [line for column in said["foot"]["columns"] for line in column]


def test_two_sub_sectors_have_one_legend_and_the_largest_gaps_of_either(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    data = sheet_data(session, filled, QUESTION, beside=SHELTER)
    assert map_sheet(data, ENGLISH, made=DAY).startswith(b"%PDF-")
    (said,) = contents
    assert said["title"] == "Where is help still missing? NFI and Shelter"
    assert said["subtitle"].endswith("by cercle, cumulated January – May 2016")
    assert said["period"] == "January – May 2016"
    nfi, shelter = said["maps"]
    assert [(m["caption"], m["note"]) for m in said["maps"]] == [("NFI", ""), ("Shelter", "")]
    for shown, total in ((nfi, "26,465"), (shelter, "30,080")):
        assert {f["words"]: f["value"] for f in shown["figures"]}["targeted"] == total
    assert nfi["drawing"]["svg"] != shelter["drawing"]["svg"]
    legend = said["legend"]
    assert legend["heads"] == ["NFI", "Shelter"]
    assert [sum(int(e["counts"][n]) for e in legend["entries"]) for n in (0, 1)] == [4, 4]
    counts = {e["words"]: e["counts"] for e in legend["entries"]}
    assert (counts["0 %"], counts["61–80 %"]) == (["1", "0"], ["0", "1"])
    (table,) = said["tables"]
    assert [(g["words"], g["span"]) for g in table["groups"]] == [("NFI", 2), ("Shelter", 2)]
    # The largest gap is one of shelter; Ménaka has a target of NFI only.
    assert table["rows"] == [
        ["Bandiagara (Mopti)", "0", "-", "29,940", "<\u00a01%"],
        ["Ansongo (Gao)", "26,315", "<\u00a01%", "20", "75%"],
        ["Ménaka (Gao)", "50", "0%", "-", "-"],
    ]
    assert table["note"] == "reached, but known at a higher level only: 7 | 0"
    # Who reported is told once: both maps count the same months.
    assert [o["title"] for o in said["organisations"]] == [
        "Reported for May 2016: 1",
        "No report for May 2016: 3",
    ]
    lines = foot_of(said)
    assert lines.count("Household size: 5 (test)") == 1
    assert any(line.startswith("NFI – ") and "Core NFI kit" in line for line in lines)
    assert any(line.startswith("Shelter – ") and "tent" in line.lower() for line in lines)
    assert len(lines) == len(set(lines))


def test_two_months_say_what_each_of_them_counts(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    data = sheet_data(session, filled, QUESTION, Shown("missing"), QUESTION.beside("2016-03"))
    portrait = replace(ENGLISH, landscape=False)
    map_sheet(data, portrait, made=DAY)
    (said,) = contents
    assert said["title"] == "Where are NFI kits still missing?"
    assert "cumulated" not in said["subtitle"]
    assert said["period"] == "May 2016 and March 2016"
    assert [(m["caption"], m["note"]) for m in said["maps"]] == [
        ("May 2016", "cumulated January – May 2016"),
        ("March 2016", "cumulated January – March 2016"),
    ]
    # The classes are cut from the figures of both.
    assert said["legend"]["entries"][-2]["words"].endswith("26,415")
    # Below the maps there is room for all figures.
    (table,) = said["tables"]
    assert table["heads"] == ["Cercle", *(["Targeted", "Reached", "Gap", "%"] * 2)]
    assert table["rows"][0][:9] == ["Ansongo (Gao)", "26,415", "100", "26,315", "<\u00a01%",
                                    "26,415", "0", "26,415", "0%"]  # fmt: skip
    assert {o["title"].split(":")[0] for o in said["organisations"]} >= {
        "Reported for May 2016",
        "No report for March 2016",
    }
    spans = replace(QUESTION, first="2016-02")
    map_sheet(sheet_data(session, filled, spans, beside=spans.beside("2016-04")), ENGLISH, made=DAY)
    assert [(m["caption"], m["note"]) for m in contents[-1]["maps"]] == [
        ("February – May 2016", ""),
        ("February – April 2016", ""),
    ]
    assert contents[-1]["legend"]["heads"] == ["May 2016", "April 2016"]


def test_maps_of_organisations_have_a_table_each_and_classes_alone_hold_for_both(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    add(session, filled, {"period": "2016-05", "households_reached": 5}, org="HCR")
    for shows, title in (("presence", "Who is where"), ("overlap", "Overlaps")):
        data = sheet_data(session, filled, QUESTION, Shown(shows), SHELTER)  # type: ignore[arg-type]
        map_sheet(data, ENGLISH, made=DAY)
        assert [t["title"] for t in contents[-1]["tables"]] == [f"{title}: NFI", f"{title}: Shelter"]
    presence, overlap = contents
    assert [t["rows"][0][-1] for t in presence["tables"]] == ["HCR, OIM", "OIM"]
    assert [len(t["rows"]) for t in overlap["tables"]] == [1, 0]
    # Each map has its own areas where several do the same.
    assert {e["words"]: e["counts"] for e in overlap["legend"]["entries"]}[
        "same activity in the same month"
    ] == ["1", "0"]
    alone = Shown(only=("c80",))
    map_sheet(sheet_data(session, filled, QUESTION, alone, SHELTER), ENGLISH, made=DAY)
    # Ansongo is of the class in shelter only; the table says both of its figures.
    assert [r[0] for r in contents[-1]["tables"][0]["rows"]] == ["Ansongo (Gao)"]
    part = replace(QUESTION, activity_type="core_nfi_kit")
    map_sheet(sheet_data(session, filled, part, beside=part.beside("shelter")), ENGLISH, made=DAY)
    assert contents[-1]["title"] == "NFI and Shelter: what a part of the response reached"
    assert [m["caption"] for m in contents[-1]["maps"]] == ["NFI: Core NFI kit", "Shelter: All types"]


def test_the_same_data_give_the_same_bytes_on_one_page_of_its_paper(
    session: orm.Session, filled: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    import typst

    pages: list[int] = []
    real = typst.compile

    def compiled(*arguments: Any, **options: Any) -> Any:
        made = real(*arguments, **options)
        pages.append(1 if isinstance(made, bytes) else len(made))
        return made

    monkeypatch.setattr(typst, "compile", compiled)
    # As many organisations as there is hardly room for: their names are set smaller.
    many = [
        Organisation(acronym=f"ONG-{n}", name=f"ONG {n}", type="national_ngo", origin="shipped")
        for n in range(80)
    ]
    session.add_all(many)
    session.flush()
    session.add_all(
        Participation(operation_id=filled.id, organisation_id=one.id, role="partner") for one in many
    )
    session.flush()
    for paper, landscape in (("a4", True), ("a4", False), ("a3", True), ("a3", False)):
        wish = Wish("svg", paper, landscape, "fr")
        first, again = (
            map_sheet(sheet_data(session, filled, QUESTION, Shown(shows), beside), wish, made=DAY)
            for shows, beside in (("presence", QUESTION.beside("2016-04")),) * 2
        )
        assert first == again
    assert pages == [1] * 8


def test_files_are_named_after_both_and_each_region_has_its_sheet(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    data = sheet_data(session, filled, QUESTION, beside=SHELTER)
    assert [name for name, _ in every_sheet(data, ENGLISH, made=DAY)] == [
        "201605_test-2016_gaps_nfi-vs-shelter_adm2_national_A4_en.pdf",
        "201605_test-2016_gaps_nfi-vs-shelter_adm2_mopti_A4_en.pdf",
        "201605_test-2016_gaps_nfi-vs-shelter_adm2_gao_A4_en.pdf",
    ]
    assert contents[2]["title"] == "Gao: where is help still missing? NFI and Shelter"
    assert [m["figures"][1]["value"] for m in contents[1]["maps"]] == ["0", "30,000"]
    months = sheet_data(session, filled, QUESTION, beside=QUESTION.beside("2016-04"))
    assert file_name(months, Wish()) == "201605_test-2016_gaps_nfi-vs-201604_adm2_national_A4_fr.pdf"


def test_the_page_and_the_command_make_sheets_of_two_maps(
    session: orm.Session, filled: Operation, client_for: Any, cli: Any, tmp_path: Path
) -> None:
    session.commit()
    client = client_for("viewer")
    page = client.get("/test-2016/ecarts?sous_secteur=nfi&mois=2016-05&cote=shelter")
    carried = {
        f.get("name"): f.get("value") for f in parse(page.text).findall(".//form[@data-classes]/input")
    }
    assert carried["cote"] == "shelter"
    assert "The sheet has both maps." in page.text
    assert "The sheet has both maps." not in client.get("/test-2016/ecarts?sous_secteur=nfi").text
    sent = client.get("/test-2016/ecarts/feuille.pdf?sous_secteur=nfi&mois=2016-05&cote=shelter")
    assert "201605_test-2016_gaps_nfi-vs-shelter_adm2_national" in sent.headers["Content-Disposition"]
    assert sent.data.startswith(b"%PDF-")
    base = ("--operation", "test-2016", "--to", "2016-05", "--level", "1", "--lang", "en")
    made = cli("sheets", tmp_path / "out", *base, "--beside", "nfi")
    assert made.output.split() == ["201605_test-2016_gaps_shelter-vs-nfi_adm1_national_A4_en.pdf"]
    made = cli("sheets", tmp_path / "out", *base, "--beside", "2016-04")
    assert [name.split("_")[3] for name in made.output.split()] == ["shelter-vs-201604", "nfi-vs-201604"]
    one = (*base, "--sub-sector", "nfi", "--out", tmp_path / "one.pdf", "--beside")
    assert cli("gaps", *one, "shelter", "--format", "pdf").exit_code == 0
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF-")
    for wrong, form, words in (
        ("nfi", "pdf", "what the first map shows"),
        ("2016-05", "pdf", "what the first map shows"),
        ("2016-13", "pdf", "not a month"),
        ("water", "pdf", "water"),
        ("shelter", "csv", "second map"),
    ):
        refused = cli("gaps", *one, wrong, "--format", form)
        assert refused.exit_code == 2, wrong
        assert words in refused.output, refused.output


def test_no_label_lies_in_another_area_and_only_what_lies_together_is_enlarged() -> None:
    names = {
        "A": (0, 0, 12),
        "B": (12, 0, 12),
        "C": (11.8, 5.9, 0.2),
        "D": (0.2, 11.7, 0.2),
        "E": (12, 12, 12),
    }
    shapes = {code: square(*place) for code, place in names.items()} | {"F": square(24, 0, 12)}
    shapes |= {f"G{n}": square(24, 12 + 3 * n, 3) for n in range(4)}
    areas = [MapArea(code, f"Area {code}", COVERAGE[1], "", value="12 %") for code in shapes]
    drawn = sheet_map.sheet_map(
        areas, sheet_map.Outlines(shapes, {}, {}), within=None, width=280, height=280, caption=""
    )
    # The two smallest are far apart: to show both is to enlarge nothing.
    (inset,) = drawn.insets
    assert [label.lines[0] for label in inset.labels] == ["Area C"]
    assert max(label.size for label in drawn.labels) == sheet_map.SMALL_SIZES[0]
    projection = sheet_map.fit(
        [p for rings in shapes.values() for ring in rings for p in ring], 2800, 2800, margin=80
    )
    for label in drawn.labels:
        at = projection.degrees(label.x * sheet_map.FINE, label.y * sheet_map.FINE)
        inside = [code for code, rings in shapes.items() if sheet_map.holds(rings, at)]
        assert not inside or f"Area {inside[0]}" in label.lines or label.lines == ("12 %",), (label, inside)
