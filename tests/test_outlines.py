"""Boundary files: their forms and spellings, whose outline is whose, what is mended, what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.intake.areas.columns import find_columns
from cluster4w.intake.areas.file import load_areas
from cluster4w.intake.areas.mending import mend
from cluster4w.intake.areas.report import LoadedAreas
from cluster4w.intake.areas.rings import signed_area
from cluster4w.intake.areas.shapes import read_json
from cluster4w.models import GazetteerEdition, Operation
from cluster4w.record.operations.shipping import ship_reference_data
from cluster4w.record.queries.areas import boundaries, get_edition, load_gazetteer, outlines
from cluster4w.template.language import translator
from cluster4w.template.problems import Refusal

EN = translator("en")
#: The cercles of the small operation, with a square around the point of each.
CERCLES = {
    "ML0501": ("Bandiagara", -4.0, 14.0),
    "ML0502": ("Bankass", -4.0, 13.0),
    "ML0701": ("Ansongo", 0.5, 15.5),
    "ML0704": ("Ménaka", 2.5, 16.5),
}

Polygons = list[list[list[list[float]]]]


def _square(x: float, y: float, side: float = 1.0) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def _feature(properties: dict[str, Any], *polygons: list[list[list[float]]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "MultiPolygon", "coordinates": list(polygons)},
    }


def _cercle(pcode: str, **changes: Any) -> dict[str, Any]:
    name, x, y = CERCLES[pcode]
    properties = {"ADM2_PCODE": pcode, "ADM2_FR": name, "ADM1_PCODE": pcode[:4], **changes}
    return _feature(properties, [_square(x, y)])


def _load(session: orm.Session, *features: dict[str, Any], **kwargs: Any) -> LoadedAreas:
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return load_areas(session, data, "b.geojson", country="MLI", edition="test", **kwargs)


def _said(loaded: LoadedAreas) -> list[tuple[str, str | None]]:
    return [(f.code, f.value) for f in loaded.findings if f.code != "areas.outlines_missing"]


@pytest.fixture
def edition(session: orm.Session, operation: Operation) -> GazetteerEdition:
    return session.get_one(GazetteerEdition, operation.edition_id)


@pytest.mark.parametrize(
    ("headers", "code", "names"),
    [
        ("ADM1_FR ADM1_PCODE ADM1_REF ADM1ALT1FR ADM0_FR ADM0_PCODE", (1, 1), {1: [0, 2, 3], 0: [4]}),
        ("admin1Name admin1Pcod admin1RefN admin1AltN admin1Al_1 Rowcacode1", (1, 1), {1: [0, 2, 3, 4]}),
        ("admin2Name_fr admin2Pcode admin2RefName admin2AltName1_fr", (2, 1), {2: [0, 2, 3]}),
        ("adm2_name adm2_name1 adm2_pcode adm1_name adm1_pcode", (2, 2), {2: [0, 1], 1: [3]}),
        ("rowcacode1 adm_01", (1, 0), {1: [1]}),
        ("admin3Name admin3Na_1 admin3Pcod", (3, 2), {3: [0, 1]}),
        ("GID_2 NAME_2 VARNAME_2 NAME_1", None, {2: [1, 2], 1: [3]}),
        ("Région Cercle Commune", None, {1: [0], 2: [1], 3: [2]}),
    ],
)
def test_the_spellings_of_boundary_files_are_known(
    headers: str, code: tuple[int, int] | None, names: dict[int, list[int]]
) -> None:
    columns = find_columns(headers.split())
    assert columns.names_areas
    assert columns.names == names
    assert columns.codes.get(code[0] if code else 1) == (code[1] if code else None)


def test_files_of_one_level_name_their_columns_plainly() -> None:
    hr = find_columns(["HRname", "HRpcode", "HRparent"])
    assert hr.plain == {"name": 0, "pcode": 1, "parent": 2}
    world = find_columns(["shapeName", "shapeISO", "shapeID", "shapeGroup", "shapeType"])
    assert world.plain == {"name": 0, "country": 3, "level": 4}
    assert not world.usable
    assert world.names_areas


SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


@pytest.mark.parametrize(
    ("polygons", "problems", "areas"),
    [
        ([[[*SQUARE, SQUARE[0]]]], set(), [1.0]),
        ([[SQUARE]], {"unclosed"}, [1.0]),
        ([[[*SQUARE[:2], SQUARE[1], *SQUARE[2:], SQUARE[0]]]], {"repeated"}, [1.0]),
        ([[[*SQUARE, SQUARE[0]]], [[*SQUARE, SQUARE[0]]]], {"repeated"}, [1.0]),
        ([[[*SQUARE[::-1], SQUARE[-1]]]], {"winding"}, [1.0]),
        # A point that the ring visits twice: two squares that meet in a corner.
        (
            [[[(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1), (0, 0)]]],
            {"touching"},
            [1.0, 1.0],
        ),
        # A line out and back.
        ([[[(0, 0), (1, 0), (3, 0), (1, 0), (1, 1), (0, 1), (0, 0)]]], {"touching"}, [1.0]),
        # A bow-tie: its sides cross in the middle.
        ([[[(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)]]], {"crossing", "winding"}, [1.0, 1.0]),
        ([[[(0, 0), (1, 1), (0, 0)]]], {"empty"}, []),
        ([[[(0, 0), (1, 1)]]], {"empty", "unclosed"}, []),
        # A hole that runs to the right inside, one that runs to the left, and one that lies outside.
        (
            [[[(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)], [(1, 1), (1, 2), (2, 2), (2, 1), (1, 1)]]],
            set(),
            [16.0, -1.0],
        ),
        (
            [[[(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)], [(1, 1), (2, 1), (2, 2), (1, 2), (1, 1)]]],
            {"winding"},
            [16.0, -1.0],
        ),
        (
            [[[(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)], [(8, 8), (9, 8), (9, 9), (8, 9), (8, 8)]]],
            {"hole_outside"},
            [16.0, 1.0],
        ),
    ],
)
def test_an_outline_is_mended_and_what_was_wrong_is_named(
    polygons: Any, problems: set[str], areas: list[float]
) -> None:
    mended = mend(polygons, wound=True)
    assert mended.problems == problems
    assert [signed_area(ring) for ring in mended.rings] == pytest.approx(areas)
    assert all(ring[0] != ring[-1] for ring in mended.rings)
    assert mend(polygons, wound=False).problems == problems - {"winding"}


def test_a_huge_hostile_ring_is_given_up_and_not_looked_through_for_ever() -> None:
    comb = [(float(i % 2) * 100, i / 1000) for i in range(20_000)]
    assert mend([[comb]], wound=False).rings


#: Two squares side by side: the border between them is one arc, used forwards and backwards.
ARCS = [[[1, 0], [1, 1]], [[1, 1], [0, 1], [0, 0], [1, 0]], [[1, 0], [2, 0], [2, 1], [1, 1]]]
OBJECTS = {
    "cercles": {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Polygon", "id": "ML0501", "properties": {"name": "x"}, "arcs": [[0, 1]]},
            {"type": "MultiPolygon", "properties": {"name": "y"}, "arcs": [[[-1, 2]]]},
            {"type": "Point", "properties": {"name": "z"}, "coordinates": [0, 0]},
        ],
    }
}


def _steps(arc: list[list[int]]) -> list[list[int]]:
    before = [0, 0]
    steps = []
    for x, y in arc:
        steps.append([x - before[0], y - before[1]])
        before = [x, y]
    return steps


def test_topojson_with_and_without_steps_gives_the_same_outlines() -> None:
    plain = {"type": "Topology", "objects": OBJECTS, "arcs": ARCS}
    stepped = {
        **plain,
        "arcs": [_steps(arc) for arc in ARCS],
        "transform": {"scale": [0.5, 2], "translate": [-4, 10]},
    }
    one, two, point = read_json(json.dumps(plain).encode(), "t").features
    assert one.polygons == ((((1, 0), (1, 1), (0, 1), (0, 0), (1, 0)),),)
    assert two.polygons == ((((1, 1), (1, 0), (2, 0), (2, 1), (1, 1)),),)
    assert (point.polygons, one.properties) == ((), {"name": "x", "id": "ML0501"})
    moved = read_json(json.dumps(stepped).encode(), "t").features[0]
    assert moved.polygons == ((((-3.5, 10), (-3.5, 12), (-4, 12), (-4, 10), (-3.5, 10)),),)


@pytest.mark.parametrize(
    "changes",
    [
        {"arcs": [[[0, 0]]]},
        {"objects": []},
        {"objects": {"a": {"type": "Polygon", "arcs": [["0"]]}}},
        {"objects": {"a": {"type": "Polygon", "arcs": 7}}},
        {"transform": {"scale": [1]}},
        {"arcs": [[["x", 1]]] * 3},
        {"objects": {"a": {"type": "Polygon", "arcs": [[1] * 1_000_000]}}},
        {"objects": {}},
    ],
)
def test_a_broken_topology_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        read_json(json.dumps({"type": "Topology", "objects": OBJECTS, "arcs": ARCS, **changes}).encode(), "t")


def test_outlines_are_counted_against_the_edition_and_kept_whole_and_simplified(
    session: orm.Session, edition: GazetteerEdition
) -> None:
    wavy = _cercle("ML0701")
    ring = wavy["geometry"]["coordinates"][0][0]
    ring[1:1] = [[0.5 + i / 50, 15.5 + 0.0012345 * (i % 2)] for i in range(1, 50)]
    loaded = _load(session, _cercle("ML0501"), _cercle("ML0502"), wavy)
    assert loaded.outlines == {2: 3}
    missing = loaded.findings[-1]
    assert (missing.code, missing.params["names"]) == ("areas.outlines_missing", "Ménaka (ML0704)")
    assert "Cercle, areas with an outline: 3 of 4; missing: Ménaka (ML0704)." in loaded.as_text(EN)
    drawn = boundaries(session, edition.id, 2)["ML0701"]
    whole = outlines(session, edition.id, 2).rings["ML0701"]
    assert (len(drawn[0]), len(whole[0])) == (5, 54)
    assert [0.52, 15.501235] in [list(p) for p in whole[0]]
    coarse = _load(session, _cercle("ML0701"))
    assert [f.params for f in coarse.findings if f.code == "areas.coarser"] == [
        {"level": 2, "count": 1, "points": 4, "before": 54}
    ]
    done = _load(session, _cercle("ML0704"))
    assert (done.findings, done.coverage[0].count) == ([], 4)
    assert "Cercle: every area has an outline (4)" in done.as_text(EN)
    assert _load(session, _cercle("ML0704")).outlines == {2: 0}
    # An outline without a whole one is its own whole.
    ship_reference_data(session)
    shipped = get_edition(session, "MLI", "2016")
    assert shipped is not None
    assert outlines(session, shipped.id, 1).rings == boundaries(session, shipped.id, 1)


def test_an_outline_whose_code_and_name_are_of_two_areas_is_left_out(
    session: orm.Session, edition: GazetteerEdition
) -> None:
    names = {"ML0501": "Bankass", "ML0502": "Ansongo", "ML0701": "Menaka", "ML0704": "Bandiagara"}
    one = _load(session, _cercle("ML0501", ADM2_FR="Bankass"), _cercle("ML0502", ADM2_FR="Bankas"))
    assert _said(one) == [("areas.code_name_disagree", "ML0501")]
    assert (one.findings[0].suggestion, one.has_errors) == ("ML0502", True)
    assert set(boundaries(session, edition.id, 2)) == {"ML0502"}
    assert "Bankas" in load_gazetteer(session, edition.id).by_pcode["ML0502"].names
    every = _load(session, *(_cercle(code, ADM2_FR=name) for code, name in names.items()))
    assert [code for code, _ in _said(every)] == [
        *["areas.code_name_disagree"] * 4,
        "areas.looks_like_other_edition",
    ]
    assert "Codes that name other areas here: 4 of 4." in every.as_text(EN)


def test_outlines_without_codes_or_with_other_codes_are_found_by_name(
    session: orm.Session, edition: GazetteerEdition
) -> None:
    def named(name: str, x: float, y: float, **properties: Any) -> dict[str, Any]:
        return _feature({"shapeName": name, **properties}, [_square(x, y)])

    plain = _load(
        session,
        named("MENAKA", 2.5, 16.5, shapeGroup="MLI", shapeType="ADM2"),
        named("Bankass", -4.0, 13.0, shapeGroup="MLI", shapeType="ADM2"),
        named("Bankasse", -4.0, 13.0, shapeGroup="MLI", shapeType="ADM2"),
        named("Agadez", 8.0, 17.0, shapeGroup="NER", shapeType="ADM1"),
    )
    assert _said(plain) == [
        ("areas.other_country", None),
        ("areas.unknown_name", "Bankasse"),
        ("areas.by_name", None),
    ]
    assert plain.findings[1].suggestion == "Bankass"
    assert set(boundaries(session, edition.id, 2)) == {"ML0502", "ML0704"}
    # Bandiagara, Bankass and Ansongo are cercles and communes: all four names together are cercles.
    guessed = _load(session, *(_feature({"name": n}, [_square(x, y)]) for n, x, y in CERCLES.values()))
    assert (_said(guessed), guessed.read) == ([("areas.by_name", None)], {2: 4})
    gadm = _load(
        session,
        _feature({"GID_2": "MLI.5.1_1", "NAME_1": "Mopti", "NAME_2": "Bankass"}, [_square(-4.0, 13.0)]),
        _feature({"GID_2": "MLI.5.2_1", "NAME_1": "Gao", "NAME_2": "Ansongo"}, [_square(0.5, 15.5)]),
    )
    assert (gadm.read, _said(gadm)) == ({2: 2}, [("areas.by_name", None)])
    foreign = _load(
        session,
        _feature({"rowcacode1": "MLI5", "adm_01": "Mopti"}, [_square(-4.0, 14.0, 2)]),
        _feature({"rowcacode1": "MLI7", "adm_01": "Gao"}, [_square(0.0, 16.0, 2)]),
    )
    assert (_said(foreign), foreign.outlines) == ([("areas.by_name", None)], {1: 2})
    assert len(load_gazetteer(session, edition.id).places) == 11


def test_parts_are_joined_parents_kept_and_new_areas_said(
    session: orm.Session, edition: GazetteerEdition
) -> None:
    island = _cercle("ML0704")
    island["geometry"]["coordinates"] = [[_square(2.9, 17.8, 0.5)]]
    loaded = _load(
        session,
        _cercle("ML0704"),
        island,
        _cercle("ML0501", ADM1_PCODE="ML07"),
        _feature({"ADM2_PCODE": "ML0509", "ADM2_FR": "Neuf", "ADM1_PCODE": "ML05"}, [_square(-2, 14)]),
    )
    assert _said(loaded) == [
        ("areas.parent_differs", "ML0501"),
        ("areas.parts_joined", None),
        ("areas.new_in_edition", None),
    ]
    assert len(boundaries(session, edition.id, 2)["ML0704"]) == 2
    places = load_gazetteer(session, edition.id).by_pcode
    assert (places["ML0501"].parent, places["ML0509"].name) == ("ML05", "Neuf")


def test_axes_are_turned_and_what_is_not_on_earth_is_said(
    session: orm.Session, edition: GazetteerEdition
) -> None:
    def turned(feature: dict[str, Any]) -> dict[str, Any]:
        for polygon in feature["geometry"]["coordinates"]:
            polygon[:] = [[[y, x] for x, y in ring] for ring in polygon]
        return feature

    before = _load(session, *(_cercle(code) for code in CERCLES))
    drawn = boundaries(session, edition.id, 2)
    assert _said(before) == []
    again = _load(session, *(turned(_cercle(code)) for code in CERCLES))
    # Turned axes also turn the way the rings run.
    assert _said(again) == [("areas.swapped_axes", None)]
    assert {k: sorted(v[0][:-1]) for k, v in boundaries(session, edition.id, 2).items()} == {
        k: sorted(v[0][:-1]) for k, v in drawn.items()
    }
    stray = _cercle("ML0701")
    stray["geometry"]["coordinates"].append([_square(500, 15)])
    away = _cercle("ML0502")
    away["geometry"]["coordinates"] = [[_square(20, 15)]]
    odd = _load(session, stray, away, _cercle("ML0501"), _cercle("ML0704"))
    assert _said(odd) == [("areas.outside_world", "ML0701"), ("areas.far_outline", "ML0502")]
    assert len(boundaries(session, edition.id, 2)["ML0701"]) == 1
    with pytest.raises(Refusal, match="not degrees"):
        _load(session, *(_feature(_cercle(c)["properties"], [_square(500, 1500)]) for c in CERCLES))


def test_natural_earth_finds_its_regions_by_name_and_stays_coarse(session: orm.Session, shared: Path) -> None:
    ship_reference_data(session)
    name = "naturalearth_adm1.topojson"
    loaded = load_areas(session, (shared / "mali" / name).read_bytes(), name, country="MLI", edition="2016")
    assert ([f.code for f in loaded.findings], loaded.outlines) == (["areas.by_name"], {1: 9})
    edition = get_edition(session, "MLI", "2016")
    assert edition is not None
    found = outlines(session, edition.id, 1)
    assert (found.coarse, len(found.rings)) == (True, 9)
    west = min(p[0] for ring in found.rings["ML01"] for p in ring)
    east = max(p[0] for ring in found.rings["ML08"] for p in ring)
    assert west == pytest.approx(-12.26, abs=0.01)
    assert east == pytest.approx(4.23, abs=0.1)


def test_several_files_load_in_one_command_all_or_none(cli: Any, tmp_path: Path) -> None:
    files = []
    for number, code in enumerate(CERCLES):
        files.append(tmp_path / f"{number}.geojson")
        files[-1].write_text(json.dumps({"type": "FeatureCollection", "features": [_cercle(code)]}), "utf-8")
    named = ["--country", "MLI", "--edition", "test", "--source", "COD-AB", "--json"]
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    assert cli("areas", "load", files[0], bad, *named).exit_code == 2
    assert [e["boundaries_2"] for e in json.loads(cli("areas", "list", "--json").stdout)] == [0]
    result = cli("areas", "load", *files, *named)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert [one["outlines_in_edition"]["2"] for one in said] == [1, 2, 3, 4]
    assert [one["outlines_complete"] for one in said][-1] == {"2": True}
