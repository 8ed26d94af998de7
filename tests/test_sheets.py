"""Map sheets: one page each, same data same bytes, every figure of the table, no label on another."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.gaps.part import part_of
from cluster4w.gaps.table import gap_table
from cluster4w.models import Operation, Organisation, Participation
from cluster4w.publish.maps.classes import COVERAGE, NOT_AVAILABLE
from cluster4w.publish.maps.projection import is_free
from cluster4w.publish.maps.svg import MapArea
from cluster4w.publish.sheets import map as sheet_map
from cluster4w.publish.sheets.sheet import Shown, Wish, every_sheet, file_name, map_sheet, sheet_data
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.problems import Refusal
from tests.sheets import DAY, QUESTION, contents_of, fill, outline, square
from tests.test_gaps import add


@pytest.fixture
def filled(session: orm.Session, operation: Operation) -> Operation:
    return fill(session, operation)


@pytest.fixture
def contents(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    return contents_of(monkeypatch)


def test_a_sheet_says_all_that_a_print_must_say(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    outline(session, filled, ML07=square(0, 15, 3), ML05=square(-5, 13, 2), ML0701=square(0, 15, 1))
    donor = Organisation(acronym="FONDS", name="Fonds", type="donor", origin="shipped")
    session.add(donor)
    session.flush()
    session.add(Participation(operation_id=filled.id, organisation_id=donor.id, role="donor"))
    session.flush()
    data = sheet_data(session, filled, QUESTION)
    pdf = map_sheet(data, Wish(language="en"), made=DAY)
    assert pdf.startswith(b"%PDF-")
    (said,) = contents
    assert said["title"] == "Where are NFI kits still missing?"
    assert said["period"] == "January – May 2016"
    assert said["example"] == "Example operation: invented data."
    assert {f["words"]: f["value"] for f in said["maps"][0]["figures"]} == {
        "households without": "26,358",
        "targeted": "26,465",
        "reached": "107 (<\u00a01%)",
        "planned or ongoing": "0",
        "assistances, every round counted": "107",
        "organisations": "1",
    }
    # Every area is in one class, the two that are not targeted among them.
    assert sum(int(*e["counts"]) for e in said["legend"]["entries"]) == 4
    assert {e["words"]: e["counts"] for e in said["legend"]["entries"]}["not targeted"] == ["2"]
    assert said["tables"][0]["rows"][0] == ["Ansongo (Gao)", "26,415", "100", "26,315", "<\u00a01%", "1"]
    assert said["tables"][0]["note"] == "reached, but known at a higher level only: 7"
    # A donor owes no report.
    assert [o["title"] for o in said["organisations"]] == [
        "Reported for May 2016: 1",
        "No report for May 2016: 3",
    ]
    foot = " ".join(line for column in said["foot"]["columns"] for line in column)
    for expected in ("Plan 2016-01-01", "Household size: 5", "MLI test", "squares", "for the first time"):
        assert expected in foot
    assert "15 June 2016" in said["foot"]["stamp"]
    assert "not imply official" in said["foot"]["disclaimer"]


def test_the_same_data_give_the_same_bytes_and_other_data_another_stamp(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    for form in ("pdf", "png", "svg"):
        wish = Wish(form)  # type: ignore[arg-type]
        data = sheet_data(session, filled, QUESTION)
        assert map_sheet(data, wish, made=DAY) == map_sheet(data, wish, made=DAY)
    add(session, filled, {"households_reached": 3})
    map_sheet(sheet_data(session, filled, QUESTION), Wish(), made=DAY)
    stamps = [c["foot"]["stamp"] for c in contents]
    assert len(set(stamps[:-1])) == 1
    assert stamps[-1] != stamps[0]


@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("landscape", [True, False])
def test_a_sheet_is_one_page_of_its_paper(
    session: orm.Session, filled: Operation, monkeypatch: pytest.MonkeyPatch, paper: str, landscape: bool
) -> None:
    import typst

    pages: list[bytes] = []

    def compiled(*arguments: Any, **options: Any) -> Any:
        made = real(*arguments, **options)
        pages.extend([made] if isinstance(made, bytes) else made)
        return made

    real = typst.compile
    monkeypatch.setattr(typst, "compile", compiled)
    data = sheet_data(session, filled, QUESTION)
    for language in ("fr", "en"):
        map_sheet(data, Wish("svg", paper, landscape, language), made=DAY)
        map_sheet(data, Wish("svg", paper, landscape, language, "ML07"), made=DAY)
    assert len(pages) == 4
    short, long = {"a4": (595.28, 841.89), "a3": (841.89, 1190.55)}[paper]
    width, height = (long, short) if landscape else (short, long)
    drawn = [float(n) for n in pages[0].decode().split('viewBox="', 1)[1].split('"', 1)[0].split()]
    assert drawn == pytest.approx([0, 0, width, height], abs=0.01)


def test_there_is_a_sheet_of_the_country_and_of_each_region_named_as_clusters_name_them(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    data = sheet_data(session, filled, QUESTION)
    names = [name for name, _ in every_sheet(data, Wish(language="en"), made=DAY)]
    assert names == [
        "201605_test-2016_gaps_nfi_adm2_national_A4_en.pdf",
        "201605_test-2016_gaps_nfi_adm2_mopti_A4_en.pdf",
        "201605_test-2016_gaps_nfi_adm2_gao_A4_en.pdf",
    ]
    assert contents[2]["title"] == "Gao: where are NFI kits still missing?"
    assert {f["words"]: f["value"] for f in contents[2]["maps"][0]["figures"]}["targeted"] == "26,465"
    assert {f["words"]: f["value"] for f in contents[1]["maps"][0]["figures"]}["targeted"] == "0"
    portrait = replace(Wish(language="fr"), landscape=False, region="ML07", paper="a3")
    assert file_name(data, portrait) == "201605_test-2016_gaps_nfi_adm2_gao_A3p_fr.pdf"
    with pytest.raises(Refusal):
        map_sheet(data, Wish(region="ML99"), made=DAY)
    with pytest.raises(Refusal):
        map_sheet(sheet_data(session, filled, replace(QUESTION, level=1)), Wish(region="ML07"), made=DAY)


def test_the_regions_of_a_table_add_up_to_the_country(session: orm.Session, filled: Operation) -> None:
    data = sheet_data(session, filled, QUESTION)
    parts = [part_of(data.table, data.gazetteer, p).total for p in data.regions]
    for name in ("target", "reached", "planned", "assistances", "gap"):
        assert sum(getattr(p, name) or 0 for p in parts) == getattr(data.table.total, name)
    by_region = gap_table(session, filled, replace(QUESTION, level=1)).by_pcode()
    assert (
        [p.organisations for p in parts] == [by_region[code].organisations for code in data.regions] == [0, 1]
    )


def areas_in_a_row(count: int, side: float) -> tuple[list[MapArea], dict[str, Any]]:
    """Return small areas beside one large one, with their outlines."""
    shapes = {f"A{n:02}": square(n * side, 0, side) for n in range(count)}
    shapes["Z"] = square(0, side, 20)
    made = [MapArea(p, f"Commune of {p}", COVERAGE[1], "", value="12 %") for p in shapes]
    return made, shapes


def test_labels_lie_on_nothing_and_those_without_room_are_counted() -> None:
    areas, shapes = areas_in_a_row(60, 0.4)
    drawn = sheet_map.sheet_map(
        areas, sheet_map.Outlines(shapes, {}, {}), within=None, width=400, height=400, caption=""
    )
    boxes = [sheet_map._box(label) for label in drawn.labels]
    assert len(boxes) > 3
    for one, other in combinations(boxes, 2):
        assert is_free(one, [other])
    assert drawn.unnamed == len(areas) - len(boxes)
    assert all(b[0] >= 0 and b[2] <= 400 and b[1] >= 0 and b[3] <= 400 for b in boxes)


def test_what_is_too_small_is_drawn_once_more_in_the_emptiest_corner() -> None:
    areas, shapes = areas_in_a_row(1, 0.3)
    areas += [MapArea(f"B{n}", "B", COVERAGE[2], "") for n in range(4)]
    shapes |= {f"B{n}": square(20 + n * 5, 10, 5) for n in range(4)}
    outlines = sheet_map.Outlines(shapes, {}, {})
    drawn = sheet_map.sheet_map(areas, outlines, within=None, width=400, height=300, caption="enlarged")
    (inset,) = drawn.insets
    assert inset.labels[0].lines[0] == "Commune of A00"
    assert inset.caption == "enlarged"
    assert not any("A00" in line for label in drawn.labels for line in label.lines)


def test_an_area_without_an_outline_is_a_disc_and_one_without_data_is_hatched() -> None:
    areas = [
        MapArea("A", "Alpha", COVERAGE[0], "", point=(1.0, 1.0)),
        MapArea("B", "Beta", NOT_AVAILABLE, "", point=(2.0, 2.0)),
    ]
    drawn = sheet_map.sheet_map(
        areas, sheet_map.Outlines({}, {}, {}), within=None, width=200, height=200, caption=""
    )
    assert drawn.svg.count("<circle") == 2
    assert "url(#sheet-lines)" in drawn.svg
    assert {label.lines[0] for label in drawn.labels} == {"Alpha", "Beta"}


@pytest.mark.usefixtures("filled")
def test_the_page_and_the_command_give_the_same_sheets(
    session: orm.Session, client_for: Any, cli: Any, tmp_path: Path
) -> None:
    session.commit()
    client = client_for("viewer")
    address = "/test-2016/ecarts/feuille.pdf?sous_secteur=nfi&mois=2016-05&region=ML07"
    sent = client.get(address)
    assert sent.status_code == 200
    assert sent.headers["Content-Type"] == "application/pdf"
    assert "201605_test-2016_gaps_nfi_adm2_gao_A4_" in sent.headers["Content-Disposition"]
    assert client.get(address.replace("ML07", "ML99")).status_code == 400
    assert client.get(address.replace(".pdf", ".exe")).status_code == 404
    made = cli("sheets", tmp_path / "out", "--operation", "test-2016", "--period", "2016-05", "--lang", "fr")
    assert made.exit_code == 0
    assert len(made.output.split()) == len(list((tmp_path / "out").iterdir())) == 6
    one = cli("gaps", "--operation", "test-2016", "--period", "2016-05", "--format", "png",
              "--out", tmp_path / "one.png")  # fmt: skip
    assert one.exit_code == 0
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def words_in(said: dict[str, Any]) -> str:
    return " ".join(str(value) for value in said["legend"].values()) + said["legend"]["note"]


def test_a_sheet_follows_what_the_map_of_the_page_shows(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    add(session, filled, {"period": "2016-05", "households_reached": 5}, org="HCR")
    outline(session, filled, ML07=square(0, 15, 3), ML0701=square(0, 15, 1), ML0704=square(1, 15, 1))
    cases: list[tuple[Shown, str, str, str, list[str], str]] = [
        (Shown(), "Where are NFI kits still missing?", "Reached, of the", "> 100 %", ["Gap"], "gaps"),
        (Shown("missing"), "Where are NFI kits", "How many are missing", "nothing missing", ["%"], "missing"),
        (Shown(cut="own", bounds=(10, 100)), "Where are NFI", "Reached", "1–10 %", ["Gap"], "gaps"),
        (Shown("presence"), "Who is where: NFI", "Organisations present", "nobody",
         ["Who reports"], "presence"),
        (Shown("overlap"), "Where several do the same: NFI", "Overlaps", "no overlap",
         ["Several organisations, same activity and month"], "overlaps"),
    ]  # fmt: skip
    seen = set()
    for shown, title, heading, entry, heads, name in cases:
        data = sheet_data(session, filled, QUESTION, shown)
        wish = Wish(language="en")
        assert map_sheet(data, wish, made=DAY).startswith(b"%PDF-")
        said = contents[-1]
        assert said["title"].startswith(title), shown
        assert said["legend"]["title"].startswith(heading)
        assert entry in [e["words"] for e in said["legend"]["entries"]], shown
        assert set(heads) <= set(said["tables"][0]["heads"])
        assert sum(int(*e["counts"]) for e in said["legend"]["entries"]) == 4
        assert file_name(data, wish).startswith(f"201605_test-2016_{name}_nfi_adm2")
        seen.add(said["maps"][0]["drawing"]["svg"] + said["subtitle"])
    assert len(seen) == len(cases)
    presence, overlap = contents[-2:]
    assert presence["tables"][0]["rows"] == [["Ansongo (Gao)", "26,310", "2", "HCR, OIM"]]
    assert overlap["tables"][0]["rows"][0][-1] == "Core NFI kit, May 2016: HCR, OIM"
    assert "Classes: bounds chosen for this map" in words_in(contents[2])
    assert "Classes: the cluster’s bounds" in words_in(contents[0])
    assert "Classes" not in words_in(presence)


def test_a_sheet_of_a_part_or_of_some_classes_says_so(
    session: orm.Session, filled: Operation, contents: list[dict[str, Any]]
) -> None:
    outline(session, filled, ML07=square(0, 15, 3), ML0701=square(0, 15, 1), ML0704=square(1, 15, 1))
    oim = get_agency(session, filled, "OIM").id
    part = replace(QUESTION, organisation=oim, first="2016-04")
    data = sheet_data(session, filled, part, Shown(only=("c0",)))
    map_sheet(data, Wish(language="en"), made=DAY)
    said = contents[-1]
    assert said["title"] == "NFI: what OIM reached"
    assert "households left after this part" in [f["words"] for f in said["maps"][0]["figures"]]
    assert said["subtitle"].endswith("cumulated April – May 2016, only OIM")
    assert said["period"] == "April – May 2016"
    foot = " ".join(line for column in said["foot"]["columns"] for line in column)
    assert "Only the rows that OIM reports count" in foot
    assert "Only rows of April – May 2016 count" in foot
    assert file_name(data, Wish()) == "201605_test-2016_gaps_nfi_adm2_national_A4_oim-from-2016-04_fr.pdf"
    assert "Shown alone: 0 %" in said["legend"]["note"]
    # Ménaka alone is targeted and got nothing: the others are neither filled nor named.
    assert [r[0] for r in said["tables"][0]["rows"]] == ["Ménaka (Gao)"]
    map_sheet(sheet_data(session, filled, QUESTION, Shown(only=("c20",))), Wish(language="en"), made=DAY)
    alone = contents[-1]
    assert [r[0] for r in alone["tables"][0]["rows"]] == ["Ansongo (Gao)"]
    assert {label["lines"][0] for label in alone["maps"][0]["drawing"]["labels"]} == {"Ansongo"}
    assert COVERAGE[0].colour not in alone["maps"][0]["drawing"]["svg"]
    map_sheet(sheet_data(session, filled, QUESTION), Wish(language="en"), made=DAY)
    assert COVERAGE[0].colour in contents[-1]["maps"][0]["drawing"]["svg"]


def test_the_command_line_makes_sheets_of_what_is_asked(
    session: orm.Session, filled: Operation, cli: Any, tmp_path: Path
) -> None:
    session.commit()
    base = ("--operation", "test-2016", "--to", "2016-05", "--sub-sector", "nfi")
    out = tmp_path / "sheets"
    asked = ("--shows", "presence", "--org", "OIM", "--lang", "en", "--level", "1")
    assert cli("sheets", out, *base, *asked).output.split() == [
        "201605_test-2016_presence_nfi_adm1_national_A4_oim_en.pdf"
    ]
    # A type belongs to one sub-sector: the sheets are of that one alone.
    said = cli("sheets", out, "--operation", "test-2016", "--activity-type", "tent", "--level", "1",
               "--classes", "30 100", "--lang", "fr").output  # fmt: skip
    assert said.endswith("_shelter_adm1_national_A4_tent_fr.pdf\n")
    svg = cli("gaps", *base, "--format", "svg", "--lang", "en", "--classes", "30 100").output
    assert "1–30 %" in svg
    assert "Classes: bounds chosen for this map" in svg
    wrong = cli("gaps", *base, "--format", "svg", "--classes", "tens")
    assert wrong.exit_code == 2
    assert "quantiles" in wrong.output
