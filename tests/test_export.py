"""The record as a workbook: typed cells, the right rows, their ids and fingerprints."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook, SheetVisibleEnum
from sqlalchemy import orm

from cluster4w.intake.read import Context, parse
from cluster4w.models import Operation, Organisation
from cluster4w.publish.workbooks.cells import as_read
from cluster4w.publish.workbooks.sheet_xml import readable
from cluster4w.publish.workbooks.workbook import write_export
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.fingerprint import Printer
from cluster4w.template.kinds import Kind, Values
from cluster4w.template.layouts import META_SHEET
from cluster4w.template.problems import NotFound, Refusal

ROW: Values = {
    "cluster": "shelter_nfi",
    "sub_sector": "shelter",
    "activity_type": "cash_shelter",
    "modality": "cash",
    "transfer_value": 150.5,
    "currency": "USD",
    "adm1_name": "Mopti",
    "adm1_pcode": "ML05",
    "adm2_name": "Bankass",
    "adm2_pcode": "ML0502",
    "adm3_name": "Bankass",
    "adm3_pcode": "ML050201",
    "period": "2016-05",
    "start_date": dt.date(2016, 5, 15),
    "status": "completed",
    "population_group": "idps",
    "first_time_assisted": True,
    "households_reached": 1200,
    "comments": "=1+1",
    "contact_email": "personne@example.org",
}


def _record(session: orm.Session, operation: Operation, acronym: str, *rows: Values) -> list[str]:
    organisation = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == acronym)).one()
    return record_versions(session, operation, [Change(organisation, dict(r)) for r in rows], actor=None)


def _export(session: orm.Session, operation: Operation, **options: Any) -> io.BytesIO:
    out = io.BytesIO()
    write_export(session, operation, out, **({"layout": "shelter-4w", "language": "fr"} | options))
    return out


def _book(content: io.BytesIO) -> CalamineWorkbook:
    # The reader wants to begin at the beginning.
    content.seek(0)
    return CalamineWorkbook.from_filelike(content)


def _table(content: io.BytesIO, operation: Operation, layout: str = "shelter-4w") -> list[dict[str, Any]]:
    """Return the data rows by column key, as a reader of values sees them."""
    form = template_of(operation).layout(layout)
    sheet = _book(content).get_sheet_by_name(_book(content).sheet_names[1 if form.bilingual else 0])
    rows = sheet.to_python(skip_empty_area=False)[form.first_data_row - 1 :]
    return [{k: v for k, v in zip(form.keys, row, strict=True) if v != ""} for row in rows if any(row)]


def _meta(content: io.BytesIO) -> tuple[dict[str, str], list[list[str]]]:
    rows = _book(content).get_sheet_by_name(META_SHEET).to_python()
    head = rows.index(["rows", "fingerprint", "uid"])
    return {str(r[0]): str(r[1]) for r in rows[:head]}, [[str(c) for c in r] for r in rows[head + 1 :]]


def test_values_are_written_typed_and_in_the_language(session: orm.Session, operation: Operation) -> None:
    (uid,) = _record(session, operation, "ONG-A", ROW)
    (row,) = _table(_export(session, operation), operation)
    assert row == {
        "row_id": uid,
        "org_acronym": "ONG-A",
        "org_name": "Association Alpha",
        "sub_sector": "Abris",
        "activity_type": "Espèces pour l’abri",
        "modality": "Espèces",
        "transfer_value": 150.5,
        "currency": "Dollar des États-Unis (USD)",
        "adm1_name": "Mopti",
        "adm2_name": "Bankass",
        "adm2_pcode": "ML0502",
        "adm3_name": "Bankass",
        "adm3_pcode": "ML050201",
        "period": "2016-05",
        "start_date": dt.date(2016, 5, 15),
        "status": "Achevé",
        "population_group": "PDI",
        "first_time_assisted": "Oui",
        "households_reached": 1200.0,
        "comments": "=1+1",
        "contact_email": "personne@example.org",
    }
    (english,) = _table(_export(session, operation, language="en"), operation)
    assert (english["status"], english["first_time_assisted"]) == ("Completed", "Yes")


def test_a_text_that_looks_like_a_formula_is_a_text_cell(session: orm.Session, operation: Operation) -> None:
    _record(session, operation, "ONG-A", ROW)
    page = openpyxl.load_workbook(_export(session, operation))["Matrice 4W"]
    (cell,) = [c for row in page.iter_rows() for c in row if c.value == "=1+1"]
    assert (cell.data_type, cell.quotePrefix, cell.number_format) == ("s", True, "@")


def test_the_layout_of_ocha_has_its_own_words_and_says_amounts_only_in_dollars(
    session: orm.Session, operation: Operation
) -> None:
    _record(session, operation, "HCR", ROW, ROW | {"currency": "XOF", "transfer_value": 90000.0})
    rows = _table(_export(session, operation, layout="ocha-mali-5w"), operation, "ocha-mali-5w")
    assert {row["org_type"] for row in rows} == {"Agence UN"}
    assert {row["cluster"] for row in rows} == {"Abris"}
    assert sorted(row.get("transfer_value", 0.0) for row in rows) == [0.0, 150.5]


def test_each_row_is_named_in_the_hidden_sheet_with_the_fingerprint_a_reader_finds(
    session: orm.Session, operation: Operation
) -> None:
    uids = _record(session, operation, "ONG-A", ROW, ROW | {"households_reached": 5})
    content = _export(session, operation, layout="ocha-mali-5w", first="2016-05", last="2016-05")
    facts, rows = _meta(content)
    assert facts.pop("made_at")
    assert facts == {
        "cluster4w": "1",
        "operation": "test-2016",
        "layout": "ocha-mali-5w",
        "language": "fr",
        "organisation": "",
        "organisation_name": "",
        "period": "2016-05",
        "template_version": "1",
        "edition": "test",
    }
    template = template_of(operation)
    said = dict(ROW) | {"org_acronym": "ONG-A", "org_name": "Association Alpha", "org_type": "nngo"}
    expected = Printer(template.layout("ocha-mali-5w").keys, template).of(said)
    # Households are no column of this layout, so the two rows say the same in it.
    assert rows == [[str(3 + i), expected, uid] for i, uid in enumerate(sorted(uids))]
    book = _book(content)
    visible = {s.name: s.visible for s in book.sheets_metadata}
    assert visible[META_SHEET] is SheetVisibleEnum.VeryHidden


def test_a_fingerprint_is_that_of_the_completed_row(session: orm.Session, operation: Operation) -> None:
    bare: Values = {"activity_type": "tent", "period": "2016-05", "donor": "n/a", "comments": "a  b\nc"}
    _record(session, operation, "ONG-A", bare)
    template = template_of(operation)
    _, rows = _meta(_export(session, operation, layout="ocha-mali-5w"))
    said = {"activity_type": "tent", "comments": "a b c", "cluster": "shelter_nfi", "org_type": "nngo"}
    said |= {"org_acronym": "ONG-A", "org_name": "Association Alpha"}
    assert [row[1] for row in rows] == [Printer(template.layout("ocha-mali-5w").keys, template).of(said)]


def test_a_layout_that_shows_the_row_id_needs_no_other_mark(
    session: orm.Session, operation: Operation
) -> None:
    uids = _record(session, operation, "ONG-A", ROW, ROW)
    content = _export(session, operation, layout="shelter-4w")
    assert _meta(content)[1] == []
    assert sorted(row["row_id"] for row in _table(content, operation)) == sorted(uids)


def test_months_organisation_and_moment_choose_the_rows(session: orm.Session, operation: Operation) -> None:
    months = ["2016-04", "2016-05", "2016-06", None]
    uids = _record(session, operation, "ONG-B", *(ROW | {"period": m} for m in months))
    _record(session, operation, "HCR", ROW)
    organisation = get_agency(session, operation, "ONG-B")

    def chosen(**options: Any) -> list[tuple[str, str | None, float]]:
        rows = _table(_export(session, operation, **options), operation)
        return [(r["org_acronym"], r.get("period"), r["households_reached"]) for r in rows]

    assert chosen(first="2016-05", last="2016-06", agency=organisation) == [
        ("ONG-B", "2016-05", 1200.0),
        ("ONG-B", "2016-06", 1200.0),
    ]
    assert len(chosen()) == 5
    assert [c[0] for c in chosen()] == ["HCR", *["ONG-B"] * 4]
    moment = session.scalars(sa.text("SELECT max(recorded_at) FROM activity")).one()
    moment = dt.datetime.fromisoformat(str(moment))
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    change = Change(organisation.id, ROW | {"households_reached": 7}, uid=uids[1])
    gone = Change(organisation.id, ROW | {"period": "2016-06"}, uid=uids[2], withdrawn=True)
    record_versions(session, operation, [change, gone], actor=None)
    may = {"first": "2016-05", "last": "2016-06", "agency": organisation}
    assert chosen(**may) == [("ONG-B", "2016-05", 7.0)]
    assert chosen(**may, as_of=moment) == [("ONG-B", "2016-05", 1200.0), ("ONG-B", "2016-06", 1200.0)]


def test_a_public_export_holds_no_contact(session: orm.Session, operation: Operation) -> None:
    _record(session, operation, "ONG-A", ROW)
    content = _export(session, operation, public=True)
    assert "contact_email" not in _table(content, operation)[0]
    for name in _book(content).sheet_names:
        for row in _book(content).get_sheet_by_name(name).to_python():
            assert "personne@example.org" not in row


def test_columns_that_an_operation_added_are_written_like_every_other(
    session: orm.Session, operation: Operation
) -> None:
    declaration = dict(operation.template)
    added = {
        "key": "severity",
        "group": "other",
        "kind": "choices",
        "label": {"fr": "Groupes", "en": "Groups"},
        "list": "population_group",
        "added": True,
    }
    layouts = [dict(entry) for entry in declaration["layouts"]]
    layouts[0]["columns"] = [*layouts[0]["columns"], {"key": "severity"}]
    operation.template = declaration | {"columns": [*declaration["columns"], added], "layouts": layouts}
    session.flush()
    _record(session, operation, "ONG-A", ROW | {"severity": ("idps", "host")}, ROW)
    rows = _table(_export(session, operation), operation)
    assert sorted(row.get("severity", "") for row in rows) == ["", "PDI; Communauté hôte"]


def test_a_record_without_rows_gives_a_workbook_without_rows(
    session: orm.Session, operation: Operation
) -> None:
    content = _export(session, operation)
    assert _table(content, operation) == []
    assert _meta(content)[1] == []


def test_an_unknown_layout_is_named_with_the_known_ones(session: orm.Session, operation: Operation) -> None:
    with pytest.raises(NotFound, match="ocha-mali-5w, shelter-4w"):
        _export(session, operation, layout="other")


def test_more_rows_than_a_sheet_holds_are_refused(
    session: orm.Session, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _record(session, operation, "ONG-A", ROW)
    monkeypatch.setattr("cluster4w.publish.workbooks.workbook.MOST_ROWS", 4)
    with pytest.raises(Refusal, match="1 rows do not fit"):
        _export(session, operation)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_the_short_cut_for_usual_texts_agrees_with_the_reader(text: str) -> None:
    understood = parse(Kind.TEXT, readable(text), Context({}))[0] if text else None
    assert (as_read(Kind.TEXT, text) if text else None) == understood
