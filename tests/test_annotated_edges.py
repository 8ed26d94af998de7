"""The annotated workbook at its edges: laden packages, many findings, odd sheets, and the way back in."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from sqlalchemy import orm

from cluster4w.intake.findings import Finding
from cluster4w.models import Operation
from cluster4w.publish.annotated.annotate import CheckedFile, SheetPlace, annotate
from cluster4w.publish.status.column import NAME
from cluster4w.publish.workbooks.workbook import write_template
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.rules import Severity
from tests.books import HEADERS, book, row, saved
from tests.checks import checked
from tests.record_rows import ROW
from tests.rich_books import FAULTY, SHEET, changed, extended, parts, rich_book, with_macros, with_threads
from tests.test_annotated import NAMING, annotated, loaded, opened, said

PLACE = SheetPlace("4W", 1, "N")


def _finding(at: str, code: str = "number.unreadable", **more: Any) -> Finding:
    column, number = re.fullmatch(r"([A-Z]*)(\d+)", at).groups()  # type: ignore[union-attr]
    values = {
        "severity": Severity.ERROR,
        "header": "Ménages",
        "key": "households_reached",
        "value": "x",
    } | more
    return Finding(code=code, sheet="4W", row=int(number), column=column or None, **values)


def _back(data: bytes, findings: Sequence[Finding], place: SheetPlace = PLACE, **options: Any) -> bytes:
    out = io.BytesIO()
    states = [("4W", number, "with_errors") for number in sorted({f.row for f in findings if f.row})]
    annotate(CheckedFile("x.xlsx", data, [place], states, findings), out, language="en", **options)
    return out.getvalue()


#: Parts of which a workbook names none in its sheet of data, as spreadsheet programs write them.
LADEN = {
    "xl/media/image1.png": b"\x89PNG\r\n\x1a\n picture",
    "xl/sharedStrings.xml": b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<si><t>OIM</t></si></sst>",
    "xl/calcChain.xml": b'<calcChain><c r="P2" i="1"/></calcChain>',
    "xl/pivotCache/pivotCacheDefinition1.xml": b"<pivotCacheDefinition/>",
    "xl/pivotCache/pivotCacheRecords1.xml": b"<pivotCacheRecords/>",
    "xl/pivotTables/pivotTable1.xml": b'<pivotTableDefinition name="Total"/>',
    "xl/slicers/slicer1.xml": b"<slicers/>",
    "xl/queryTables/queryTable1.xml": b"<queryTable/>",
    "xl/printerSettings/printerSettings1.bin": b"\x00\x01printer",
    "xl/ctrlProps/ctrlProp1.xml": b"<formControlPr/>",
    "xl/activeX/activeX1.bin": b"\xd0\xcf",
    "customXml/item1.xml": b"<label/>",
    "docProps/custom.xml": b"<Properties/>",
}


def _laden() -> bytes:
    """Return the rich workbook with a pivot table, pictures, macros, names, panes, filters, hidden rows..."""
    own = loaded(rich_book())
    sheet = own["4W juin"]
    own.defined_names["liste"] = DefinedName("liste", attr_text="'_listes'!$A$1:$A$2")
    sheet.freeze_panes = "C2"
    sheet.row_dimensions[4].hidden = sheet.column_dimensions["F"].hidden = True
    sheet["O2"].hyperlink = "https://example.org/"
    sheet.merge_cells("R1:S1")
    sheet.print_title_rows = "1:1"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    shared = re.compile(rb'(<c r="A(\d)"[^>]*?) t="inlineStr"><is><t>OIM</t></is>')
    return changed(
        with_macros(with_threads(extended(saved(own)))),
        {
            # The first cell of each row is a shared text, as most programs write it.
            SHEET: lambda xml: shared.sub(rb'\1 t="s"><v>0</v>', xml),
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                b"</Relationships>",
                f'<Relationship Id="rId99" Type="{kinds}sharedStrings" Target="sharedStrings.xml"/>'.encode()
                + b"</Relationships>",
            ),
        },
        LADEN,
    )


def test_whatever_else_a_workbook_holds_keeps_its_bytes(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, _laden())
    assert check.counts.read == len(FAULTY)
    before, after = parts(check.content), parts(annotated(check))
    kinds = {name.split("/")[1] for name in before if name.count("/") > 1 and name.startswith("xl/")}
    assert {
        "charts", "tables", "media", "pivotCache", "pivotTables", "slicers", "threadedComments", "ctrlProps",
        "drawings",
    } <= kinds  # fmt: skip
    differing = {name for name in before if before[name] != after[name]}
    talk = {"xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml"}
    assert differing <= NAMING | talk
    assert LADEN.keys() <= before.keys() - differing
    assert before[SHEET].count(b' t="s"') == len(FAULTY)
    ours = rb'<c r="Q\d"[^>]*>.*?</c>|<col min="17"[^>]*/>|<c r="J5" s="\d+"/>| s="\d+"|(?<=ref="A1:)[PQ]6'
    assert re.sub(ours, b"", after[SHEET]) == re.sub(ours, b"", before[SHEET])
    for element in (
        b"<pane ",
        b"<autoFilter",
        b"<hyperlink ",
        b"<mergeCell ",
        b'hidden="1"',
        b"x14:dataValidation ",
    ):
        assert after[SHEET].count(element) == before[SHEET].count(element), element
    again = checked(session, operation, annotated(check))
    assert said(again) == said(check)


def test_a_table_of_the_partners_own_does_not_grow_over_the_status(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, rich_book())
    after = parts(annotated(check))
    assert b'ref="A1:M6"' in after["xl/tables/table1.xml"]
    assert re.search(rb'<c r="Q1"', after[SHEET]), "right of everything that stands in the sheet"


def test_many_findings_in_one_cell_stand_in_one_comment_each_once() -> None:
    twice = _finding("L2", value="12 ou 13")
    other = _finding("L2", "number.outside", value="-4", params={"low": "0", "high": "9"})
    soft = _finding(
        "L2",
        "households.size",
        severity=Severity.WARNING,
        params={"ratio": "1.0", "low": "3", "high": "12", "a": "1", "b": "1"},
    )
    data = _back(
        book(row()), [soft, twice, twice, other, _finding("2", "row.id_not_yours", severity=Severity.WARNING)]
    )
    page = opened(data)["4W"]
    text = page["L2"].comment.text
    assert text.count("12 ou 13") == 1
    assert text.count("\n\n") == 2
    assert page["L2"].fill.fgColor.rgb == "FFF7C8C1", "the worst one gives the colour"
    assert page["N2"].comment is not None, "what is said of a whole row stands at its status"
    assert page["N2"].value == "To correct: Not a number (Ménages); Impossible figure (Ménages)"
    listed = [c.value for c in opened(data)["Findings"]["C"] if c.hyperlink]
    assert sorted(listed) == ["L2", "L2", "L2", "N2"]


def test_a_row_that_became_several_records_is_marked_once(session: orm.Session, operation: Operation) -> None:
    groups = [_finding("L2", value="abc"), _finding("L2", value="abc"), _finding("M2", value="def")]
    states = [("4W", 2, "clean"), ("4W", 2, "with_errors"), ("4W", 2, "with_warnings")]
    out = io.BytesIO()
    annotate(CheckedFile("x.xlsx", book(row()), [PLACE], states, groups), out, language="en")
    page = opened(out.getvalue())["4W"]
    assert page["L2"].comment.text.count("abc") == 1
    assert page["N2"].value.startswith("To correct: ")
    notes = [c.value for c in opened(out.getvalue())["Findings"]["A"]]
    assert "x.xlsx. Errors: 2, warnings: 0." in notes
    assert parts(out.getvalue())[SHEET].count(b'<c r="N2"') == 1


def test_hundreds_of_findings_are_all_marked_and_listed() -> None:
    findings = [_finding(f"{column}{number}") for number in range(2, 302) for column in ("J", "L", "M")]
    data = _back(book(*[row()] * 300), findings)
    page, sheet = opened(data)["4W"], opened(data)["Findings"]
    marked = [c.coordinate for line in page.iter_rows() for c in line if c.comment]
    assert len(marked) == 900
    assert sum(1 for c in sheet["C"] if c.hyperlink) == 900
    boxes = next(content for name, content in parts(data).items() if name.endswith(".vml"))
    assert len(set(re.findall(rb'id="(_x0000_s\d+)"', boxes))) == 900
    assert len({c.fill.fgColor.rgb for line in page["J2:M301"] for c in line if c.comment}) == 1


def test_findings_beyond_the_rows_and_columns_of_a_sheet_are_said_all_the_same() -> None:
    data = _back(book(row()), [_finding("B9"), _finding("AZ2"), _finding("L2"), _finding("XFD3")])
    page = opened(data)["4W"]
    assert [c.coordinate for line in page for c in line if c.comment] == ["L2", "AZ2", "XFD3", "B9"]
    assert page["AZ2"].fill.fgColor.rgb == "FFF7C8C1"


def test_without_room_at_the_right_end_the_cells_are_marked_and_no_status_is_written() -> None:
    data = _back(book(row()), [_finding("L2")], SheetPlace("4W", 1, ""))
    page = opened(data)["4W"]
    assert page["L2"].comment is not None
    assert page.max_column == len(HEADERS)
    assert [c.value for c in opened(data)["Findings"]["C"] if c.hyperlink] == ["L2"]


def test_two_columns_with_our_header_are_neither_of_them_data(
    session: orm.Session, operation: Operation
) -> None:
    own = openpyxl.load_workbook(io.BytesIO(annotated(checked(session, operation, book(*FAULTY)))))
    sheet = own["4W"]
    for number in range(1, sheet.max_row + 1):
        sheet.cell(number, 16, sheet.cell(number, 14).value)
    check = checked(session, operation, saved(own))
    assert not [f for f in check.findings if f.code == "column.unmapped"]
    assert all(r.extra == {} for r in check.rows)
    assert [c.header for c in check.sheets[0].columns] == list(HEADERS)


@pytest.mark.parametrize("accept", [False, True])
def test_a_prefilled_workbook_goes_to_and_fro_and_only_what_was_changed_changes(
    session: orm.Session, operation: Operation, accept: bool
) -> None:
    agency = get_agency(session, operation, "ONG-A")
    rows = [dict(ROW) | {"households_reached": 100 + n, "individuals_reached": 520 + n} for n in range(6)]
    record_versions(session, operation, [Change(agency.id, values) for values in rows], actor=None)
    out = io.BytesIO()
    write_template(
        session, operation, out, layout="shelter-4w", language="fr", agency=agency, month="2016-05"
    )
    own = openpyxl.load_workbook(out)
    page = own.worksheets[1]
    at = {c.value: c.column for c in page[3] if c.value}
    figure = page.cell(5, at["#reached+hh"]).value
    page.cell(5, at["#reached+hh"]).value = "beaucoup"
    page.cell(6, at["#status"]).value = "Achevve"
    page.cell(7, at["#reached+hh"]).value = 90
    options = {"agency": agency, "month": "2016-05"}
    first = checked(session, operation, saved(own), **options)
    assert (first.counts.with_errors, first.counts.changed, first.counts.unchanged) == (2, 1, 3)
    back = annotated(first, accept_suggestions=accept)
    again = checked(session, operation, back, **options)
    assert again.counts.with_errors == (1 if accept else 2)
    assert [r.comparison for r in again.rows if r.number == 6] == (["unchanged"] if accept else [None])
    mended = openpyxl.load_workbook(io.BytesIO(back))
    page = mended.worksheets[1]
    assert {page[f"A{number}"].value for number in range(4, 12)} == {f"={NAME}"}
    assert NAME in mended.defined_names
    assert page.conditional_formatting
    page.cell(5, at["#reached+hh"]).value = figure
    page.cell(6, at["#status"]).value = "Achevé"
    last = checked(session, operation, saved(mended), **options)
    assert [(r.number, r.comparison) for r in last.rows if r.comparison != "unchanged"] == [(7, "changed")]
    assert last.vanished == []
    assert all(r.extra == {} for r in last.rows)
