"""A gap table as a file: every form says the same figures, with what a reader needs to check them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from xml.etree import ElementTree

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.table import gap_table
from cluster4w.models import Area, Boundary, Operation
from cluster4w.publish.figures import day, months, number, share
from cluster4w.publish.gap_files import FORMS, write_gap_file
from cluster4w.template.problems import Refusal
from tests.test_gaps import add, need

DAY = dt.date(2016, 6, 15)


def written(
    session: orm.Session,
    operation: Operation,
    form: str,
    question: Question | None = None,
    language: str = "en",
) -> bytes:
    out = io.BytesIO()
    table = gap_table(session, operation, question or Question(2, "2016-05", "nfi"))
    write_gap_file(session, table, form, out, language=language, made=DAY)
    return out.getvalue()


@pytest.fixture
def filled(session: orm.Session, operation: Operation) -> Operation:
    add(session, operation, {}, {"adm2_pcode": None, "households_reached": 7})
    need(session, operation, (2, "ML0701", 26415))
    return operation


def test_the_text_table_is_aligned_and_ends_with_its_sources(session: orm.Session, filled: Operation) -> None:
    text = written(session, filled, "table", language="fr").decode()
    line = next(t for t in text.splitlines() if t.startswith("Ansongo"))
    assert "26\u202f415" in line
    assert "26\u202f315" in line
    assert "Plan 2016-01-01" in text
    assert "1 janvier 2016" in text


def test_json_carries_question_sources_rules_and_null_for_what_is_absent(
    session: orm.Session, filled: Operation
) -> None:
    found = json.loads(written(session, filled, "json"))
    ansongo = next(r for r in found["rows"] if r["pcode"] == "ML0701")
    assert (ansongo["target"], ansongo["reached"], ansongo["gap"]) == (26415, 100, 26315)
    assert next(r for r in found["rows"] if r["pcode"] == "ML0501")["target"] is None
    assert found["question"]["sub_sector"] == "nfi"
    assert found["sources"] == [
        {
            "measure": "targeted",
            "source": "Plan 2016-01-01",
            "date": "2016-01-01",
            "invented": False,
            "published": None,
            "validated_by": "",
            "table": found["sources"][0]["table"],
            "why": "latest",
        }
    ]
    assert {r["rule"] for r in found["rules"]} == {"sum_new"}
    assert found["household_size"]["value"] == 5
    assert found["total"]["reached"] == 107


def test_csv_opens_in_excel_and_no_text_becomes_a_formula(session: orm.Session, filled: Operation) -> None:
    area = session.query(Area).filter_by(pcode="ML0701").one()
    area.name = "=1+1"
    session.flush()
    raw = written(session, filled, "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert next(r for r in rows if r["P-code"] == "ML0701")["Cercle"] == "'=1+1"
    assert rows[-1]["Reached"] == "107"


def test_the_workbook_has_numbers_as_numbers(session: orm.Session, filled: Operation) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(session, filled, "xlsx"))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    ansongo = next(r for r in rows if r[0] == "ML0701")
    assert ansongo[4] == 26415
    assert any("Plan 2016-01-01" in str(r[0]) for r in rows)


def test_geojson_has_outlines_where_loaded_else_points(session: orm.Session, filled: Operation) -> None:
    area = session.query(Area).filter_by(pcode="ML0701").one()
    ring = [[0, 14], [0, 16], [2, 16], [2, 14], [0, 14]]
    hole = [[0.5, 14.5], [1, 14.5], [1, 15], [0.5, 14.5]]
    session.add(Boundary(area_id=area.id, rings=[ring, hole]))
    session.flush()
    found = {f["id"]: f for f in json.loads(written(session, filled, "geojson"))["features"]}
    polygon = found["ML0701"]["geometry"]
    assert polygon["type"] == "MultiPolygon"
    assert len(polygon["coordinates"]) == 1
    assert len(polygon["coordinates"][0]) == 2
    # RFC 7946: outer rings anticlockwise.
    assert polygon["coordinates"][0][0] == ring[::-1]
    assert found["ML0704"]["geometry"] == {"type": "Point", "coordinates": [2.98, 16.67]}
    assert found["ML0701"]["properties"]["gap"] == 26315


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_map_file_carries_all_that_a_print_must_say(
    session: orm.Session, filled: Operation, level: int
) -> None:
    question = Question(level, "2016-05", "nfi")
    raw = written(session, filled, "svg", question)
    assert raw == written(session, filled, "svg", question)
    words = " ".join(ElementTree.fromstring(raw.decode()).itertext())
    for expected in (
        "Where are NFI kits still missing?",
        "January – May 2016",
        "Plan 2016-01-01",
        "Household size: 5",
        "MLI test",
        "Organisations: 1",
        "only people assisted for the first time",
        "15 June 2016",
        "Example operation",
        "not imply official",
        "21–40 %",
    ):
        assert expected in words


def test_an_unknown_form_is_refused(session: orm.Session, filled: Operation) -> None:
    with pytest.raises(Refusal):
        written(session, filled, "pdf")
    for form in FORMS:
        assert written(session, filled, form)


def test_numbers_and_dates_are_written_as_the_language_writes_them() -> None:
    assert number(26315, "fr") == "26\u202f315"
    assert number(26315, "en") == "26,315"
    assert number(5.1, "fr") == "5,1"
    assert number(None, "fr") == "-"
    assert share(0.36, "fr") == "36\u00a0%"
    assert share(1.9, "en") == "190%"
    assert share(0.001, "en") == "<\u00a01%"
    assert day(dt.date(2016, 5, 15), "fr") == "15 mai 2016"
    assert months("2016-01", "2016-05", "fr") == "janvier – mai 2016"
    assert months("2015-12", "2016-05", "en") == "December 2015 – May 2016"
