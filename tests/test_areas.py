"""Loading gazetteers and boundaries, and linking editions."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapefile
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.areas.file import load_areas
from cluster4w.intake.areas.report import LoadedAreas
from cluster4w.intake.areas.simplify import simplify
from cluster4w.intake.opening.tables import number_of, read_tables
from cluster4w.models import AreaLink, Operation
from cluster4w.record.operations.shipping import ship_reference_data
from cluster4w.record.queries.areas import boundaries, get_edition, list_editions, load_gazetteer
from cluster4w.template.language import translator
from cluster4w.template.problems import Refusal

EN = translator("en")

OLD = """level,pcode,name_fr,alt_names,parent_pcode,lon,lat,pcode_2030
1,ML01,Kayes,,ML,-10.2,13.8,ML01
1,ML07,Gao,,ML,1.3,17.0,ML07
2,ML0101,Bafoulabé,Bafoulabe|Bafulabe,ML01,-10.7,13.7,ML0102
2,ML0102,Kayes,,ML01,-11.5,14.6,ML0101
2,ML0704,Ménaka,,ML07,3.0,16.7,ML1001
2,ML0705,Ansongo,,ML07,1.0,15.9,
"""
NEW = """iso3,admin_level,pcode,name,parent_pcode,valid_from
MLI,1,ML01,Kayes,MLI,2030-05-01
MLI,1,ML07,Gao,MLI,2030-05-01
MLI,1,ML10,Menaka,MLI,2030-05-01
MLI,2,ML0101,Kayes,ML01,2030-05-01
MLI,2,ML0102,Bafoulabe,ML01,2030-05-01
MLI,2,ML0701,Ansongo,ML07,2030-05-01
MLI,2,ML1001,Menaka,ML10,2030-05-01
NER,1,NE01,Agadez,NER,2030-05-01
"""


def _load(
    session: orm.Session,
    content: str | bytes,
    name: str = "areas.csv",
    *,
    edition: str = "old",
    **kwargs: Any,
) -> LoadedAreas:
    data = content.encode() if isinstance(content, str) else content
    return load_areas(session, data, name, country="MLI", edition=edition, **kwargs)


def _codes(loaded: LoadedAreas) -> list[tuple[str, int | None]]:
    return [(f.code, f.row) for f in loaded.findings]


@pytest.mark.parametrize("first", ["old", "new"])
def test_editions_are_linked_whichever_is_loaded_first(session: orm.Session, first: str) -> None:
    files = {"old": (OLD, "2016x"), "new": (NEW, "2030")}
    for which in (first, "new" if first == "old" else "old"):
        content, edition = files[which]
        _load(session, content, edition=edition)
    edition = get_edition(session, "MLI", "2016x")
    assert edition is not None
    links = load_gazetteer(session, edition.id, with_others=True).links
    assert links["2030", "ML0102"] == "ML0101"
    assert links["2030", "ML0101"] == "ML0102"
    assert links["2030", "ML1001"] == "ML0704"
    assert links["2030", "ML0701"] == "ML0705"
    assert ("2030", "ML10") not in links
    how = session.scalars(sa.select(AreaLink.how).order_by(AreaLink.how)).all()
    assert how.count("file") == 5


def test_a_newer_edition_ends_the_one_before(session: orm.Session) -> None:
    ship_reference_data(session)
    loaded = _load(session, NEW, edition="2030")
    assert loaded.now["valid_from"] == "2030-05-01"
    shipped = get_edition(session, "MLI", "2016")
    assert shipped is not None
    assert shipped.valid_to == dt.date(2030, 4, 30)
    assert ("areas.other_country", None) in _codes(loaded)
    ship_reference_data(session)
    assert shipped.valid_to == dt.date(2030, 4, 30)


def test_loading_the_same_file_again_changes_nothing(session: orm.Session) -> None:
    first = _load(session, OLD)
    again = _load(session, OLD)
    assert (first.saved.added, again.saved.added, again.saved.changed, again.saved.unchanged) == (6, 0, 0, 6)


def test_errors_leave_out_their_own_rows_and_say_which(session: orm.Session) -> None:
    loaded = _load(
        session,
        "pcode;nom;code parent;niveau\n"
        "ML01;Kayes;;1\n"
        "ML01;Kayes bis;;1\n"
        "ML0101;Bafoulabé;ML01;2\n"
        "ML0901;Perdu;ML09;2\n"
        "ML090101;Plus perdu;ML0901;3\n"
        "ML0102;;ML01;2\n"
        ";Sans code;ML01;2\n"
        "ML0103;Trop bas;ML01;7\n"
        "XX0104;Autre préfixe;ML01;2\n",
    )
    assert _codes(loaded) == [
        ("areas.duplicate_code", 3),
        ("areas.no_name", 7),
        ("areas.no_code", 8),
        ("areas.no_level", 9),
        ("areas.no_parent", 5),
        ("areas.prefix", 10),
        ("areas.no_parent", 6),
    ]
    assert loaded.has_errors
    assert loaded.saved.added == 3
    report = loaded.as_json(EN)
    assert report["findings"][0]["message"] == "The code ML01 stands already in row 2; this row was left out."
    assert "row 2" in loaded.as_text(EN)


def test_a_file_of_errors_only_writes_nothing_and_reports_them(session: orm.Session) -> None:
    loaded = _load(session, "pcode,name,parent,level\nML0101,Bafoulabé,ML01,2\n")
    assert _codes(loaded) == [("areas.no_parent", 2)]
    assert [row["edition"] for row in list_editions(session)] == ["test"]


def test_a_shorter_file_is_warned_about_and_deletes_nothing(session: orm.Session) -> None:
    _load(session, OLD)
    loaded = _load(session, "level,pcode,name,parent\n2,ML0101,Bafoulabé,ML01\n")
    assert ("areas.fewer", None) in _codes(loaded)
    assert not loaded.has_errors
    assert loaded.now["level_2"] == 4


def test_people_are_added_to_known_areas_without_renaming_them(session: orm.Session) -> None:
    _load(session, OLD)
    table = (
        "\ufeffadmin2Name_fr,admin2Pcode,admin2RefName,admin1Name_fr,admin1Pcode,M_TL,F_TL,T_TL\n"
        "BAFOULABE,ML0101,<Null>,Kayes,ML01,10,12,22\n"
    )
    _load(session, table, "population.csv")
    edition = get_edition(session, "MLI", "old")
    assert edition is not None
    place = load_gazetteer(session, edition.id).by_pcode["ML0101"]
    assert (place.name, place.population) == ("Bafoulabé", 22)
    assert "BAFOULABE" in place.names


def test_a_windows_1252_file_and_a_workbook_give_the_same_areas(session: orm.Session) -> None:
    _load(session, OLD.encode("cp1252"), edition="csv")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in OLD.splitlines():
        sheet.append([int(c) if c in "12" and c else c or None for c in line.split(",")])
    out = io.BytesIO()
    book.save(out)
    _load(session, out.getvalue(), "areas.xlsx", edition="xlsx")
    places = []
    for name in ("csv", "xlsx"):
        edition = get_edition(session, "MLI", name)
        assert edition is not None
        places.append(load_gazetteer(session, edition.id).places)
    assert places[0] == places[1]
    assert len(places[0]) == 6


def _square(x: float, y: float) -> list[list[float]]:
    steps = [i / 50 for i in range(50)]
    return [
        *([x + s, y] for s in steps),
        *([x + 1, y + s] for s in steps),
        *([x + 1 - s, y + 1] for s in steps),
        *([x, y + 1 - s] for s in steps),
        [x, y],
    ]


def _geojson() -> str:
    features = [
        {
            "type": "Feature",
            "properties": {
                "admin2Pcode": f"ML010{n}",
                "admin2Name_fr": f"Cercle {n}",
                "admin1Pcode": "ML01",
                "admin1Name_fr": "Kayes",
            },
            "geometry": {"type": "Polygon", "coordinates": [_square(float(n), 10.0)]},
        }
        for n in (1, 2)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_a_geojson_file_brings_areas_their_parents_and_their_outlines(
    session: orm.Session, operation: Operation
) -> None:
    loaded = _load(session, _geojson(), "b.geojson")
    assert not loaded.findings
    assert (loaded.read, loaded.outlines) == ({2: 2}, {2: 2})
    edition = get_edition(session, "MLI", "old")
    assert edition is not None
    assert load_gazetteer(session, edition.id).by_pcode["ML01"].name == "Kayes"
    outlines = boundaries(session, edition.id, 2)
    assert len(outlines["ML0101"][0]) == 5
    shared = {tuple(p) for p in outlines["ML0101"][0]} & {tuple(p) for p in outlines["ML0102"][0]}
    assert shared == {(2.0, 10.0), (2.0, 11.0)}
    again = _load(session, _geojson(), "b.geojson")
    assert again.outlines == {2: 0}


def test_new_areas_raise_the_revision_of_the_operations_that_use_them(
    session: orm.Session, operation: Operation
) -> None:
    before = operation.revision
    _load(session, "level,pcode,name,parent\n2,ML0503,Djenné,ML05\n", edition="test")
    session.refresh(operation)
    assert operation.revision == before + 1


def _shapefile(projected: bool = False) -> bytes:
    shp, shx, dbf, out = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, encoding="utf-8") as writer:
        writer.field("ADM1_PCODE", "C", 10)
        writer.field("ADM1_FR", "C", 40)
        factor = 100_000.0 if projected else 1.0
        writer.poly([[[x * factor, y * factor] for x, y in _square(1.0, 10.0)]])
        writer.record("ML04", "Ségou")
    with zipfile.ZipFile(out, "w") as archive:
        for suffix, stream in ((".shp", shp), (".shx", shx), (".dbf", dbf)):
            archive.writestr("mali/adm1" + suffix, stream.getvalue())
        archive.writestr("mali/adm1.cpg", "UTF-8")
    return out.getvalue()


def test_a_zipped_shapefile_is_read(session: orm.Session) -> None:
    loaded = _load(session, _shapefile(), "shapes.zip")
    assert (loaded.read, loaded.outlines, loaded.findings) == ({1: 1}, {1: 1}, [])
    edition = get_edition(session, "MLI", "old")
    assert edition is not None
    assert load_gazetteer(session, edition.id).by_pcode["ML04"].name == "Ségou"


def test_borders_of_neighbours_stay_together_when_simplified() -> None:
    for seed in range(5):
        noise = random.Random(seed)
        border = [(1.0 + noise.uniform(-0.015, 0.015), i / 40) for i in range(41)]
        left = [(0.0, 0.0), *border, (0.0, 1.0)]
        right = [(1.7, -0.4), (2.0, 1.3), *reversed(border)]
        drawn = simplify({"a": [left], "b": [right]}, 0.01)
        on_a = {p for p in drawn["a"][0] if 0.9 < p[0] < 1.1}
        on_b = {p for p in drawn["b"][0] if 0.9 < p[0] < 1.1}
        assert on_a == on_b
        assert 2 < len(on_a) < 41
    tiny = simplify({"c": [[(0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.0)]]}, 1.0)
    assert len(tiny["c"][0]) >= 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a table"),
        (b"PK\x03\x04 not a zip", "not a table"),
        (b"\xd0\xcf\x11\xe0 nor a workbook", "not a table"),
        (b"", "no table"),
        (b"a,b\n1,2\n", "No columns"),
        (b'{"type": "Topology"}', "not a table"),
        (b'{"features": [', "not a table"),
        (b"[" * 100_000, "no table"),
        (b'{"features":' + b"[" * 100_000, "not a table"),
        (b"pcode,name,iso3,level\nNE01,Agadez,NER,1\n", "no area of MLI"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    session: orm.Session, data: bytes, words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        _load(session, data, "hostile.csv")
    assert [row["edition"] for row in list_editions(session)] == ["test"]


def test_hostile_workbooks_are_refused(session: orm.Session) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 90_000_000)
    with pytest.raises(Refusal, match="once unpacked"):
        _load(session, bomb.getvalue(), "bomb.xlsx")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "pcode", "far"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Refusal, match="far away from the table"):
        _load(session, out.getvalue(), "far.xlsx")
    with pytest.raises(Refusal, match="not degrees"):
        _load(session, _shapefile(projected=True), "utm.zip")
    with pytest.raises(Refusal, match="three letters"):
        load_areas(session, OLD.encode(), "x.csv", country="Mali", edition="1")


def test_numbers_are_read_in_both_languages_and_words_are_no_zero() -> None:
    assert [number_of(c) for c in ("1 200,5", "1,200.5", "1\u202f200", "12", 3, 2.5, "1,234,567")] == [
        1200.5, 1200.5, 1200.0, 12.0, 3.0, 2.5, 1234567.0,
    ]  # fmt: skip
    assert [number_of(c) for c in (None, "", "n/a", "dix", True, float("nan"), "1e999")] == [None] * 7


def test_a_header_row_is_found_below_a_title_and_an_hxl_row_is_set_aside() -> None:
    (table,) = read_tables(
        "Titre;;\n\nCode;Nom;Région\n#adm2+code;#adm2+name;#adm1+name\nA;B;C\n".encode(), "t"
    )
    assert (table.headers, table.header_row) == (("Code", "Nom", "Région"), 3)
    assert table.hxl[0] == "#adm2+code"
    assert table.rows == ((5, ("A", "B", "C")),)


def test_every_real_file_of_mali_loads_without_an_error(session: orm.Session, shared: Path) -> None:
    ship_reference_data(session)
    mali = shared / "mali"
    for name, edition in (
        ("gazetteer_2021.csv", "2021"),
        ("gazetteer_2016_adm1.csv", "2016"),
        ("gazetteer_2016_adm2.csv", "2016"),
        ("gazetteer_2016_adm3.csv", "2016"),
        ("gazetteer_2025.csv", "2025"),
        ("population_adm1.csv", "2016"),
        ("population_adm2.csv", "2016"),
        ("boundaries_adm1.geojson", "2016"),
        ("boundaries_adm2.geojson", "2016"),
        ("boundaries_adm3_simplified.geojson", "2016"),
    ):
        loaded = _load(session, (mali / name).read_bytes(), name, edition=edition)
        assert not loaded.findings, name
    world = (shared / "reference" / "gazetteer_other_countries_2025.csv").read_bytes()
    niger = load_areas(session, world, "world.csv", country="NER", edition="2025")
    assert (niger.read, niger.has_errors) == ({1: 8, 2: 67}, False)


def test_the_real_editions_are_dated_and_linked(session: orm.Session, shared: Path) -> None:
    ship_reference_data(session)
    for name, edition in (
        ("gazetteer_2025.csv", "2025"),
        ("gazetteer_2021.csv", "2021"),
        ("gazetteer_2016_adm1.csv", "2016"),
        ("gazetteer_2016_adm2.csv", "2016"),
    ):
        _load(session, (shared / "mali" / name).read_bytes(), name, edition=edition)
    rows = {row["edition"]: row for row in list_editions(session)}
    assert [rows[e]["valid_to"] for e in ("2016", "2021", "2025")] == ["2021-12-19", "2025-09-03", None]
    assert (rows["2021"]["level_1"], rows["2021"]["level_2"]) == (10, 53)
    assert (rows["2025"]["level_1"], rows["2025"]["level_2"]) == (20, 160)
    edition = get_edition(session, "MLI", "2016")
    assert edition is not None
    links = load_gazetteer(session, edition.id, with_others=True).links
    assert links["2021", "ML1001"] == "ML0704"
    assert links["2025", "ML0101"] == "ML0103"
    assert links["2025", "ML20"] == "ML09"
    ship_reference_data(session)
    session.expire_all()
    assert load_gazetteer(session, edition.id).by_pcode["ML0704"].longitude == pytest.approx(2.97624)
