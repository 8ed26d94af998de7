"""Opening files of unknown make."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster4w.intake.open import Limits, open_workbook
from cluster4w.intake.opening.scan import scan_elements, scan_sheet
from cluster4w.template.problems import Refusal
from tests.books import ROW, book, part, with_part

SHEET = "xl/worksheets/sheet1.xml"


def code_of(data: bytes, limits: Limits | None = None) -> str:
    """Return the code with which a file is refused; "" when it can be read to its end."""
    try:
        workbook = open_workbook(data, limits=limits or Limits())
        for sheet in workbook.sheets:
            sheet.scan()
            for _ in sheet.rows():
                pass
    except Refusal as refusal:
        return refusal.code if refusal.words(lambda m: m) else "refused without a word"
    return ""


def test_an_empty_file_is_refused() -> None:
    assert code_of(b"") == "file.empty"


def test_a_picture_named_as_a_spreadsheet_is_refused(shared: Path) -> None:
    pictures = sorted((shared / "hostile" / "pictures_named_as_spreadsheets").iterdir())
    assert len(pictures) == 6
    assert {code_of(p.read_bytes()) for p in pictures} == {"file.not_a_spreadsheet"}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_real_conversions_open_whatever_they_are_called(shared: Path, kind: str) -> None:
    for path in sorted((shared / "hostile" / "spreadsheet_conversions" / "originals").glob(f"{kind}_*")):
        if "QQQ" in path.name:
            assert code_of(path.read_bytes()) == "file.stray_cell"
            continue
        workbook = open_workbook(path.read_bytes())
        assert workbook.kind == kind
        assert any(any(c != "" for c in row) for s in workbook.sheets for row in s.rows()), path.name


def test_a_truncated_workbook_is_refused() -> None:
    assert code_of(book(ROW)[:2000]) == "file.damaged"


def test_a_workbook_with_a_broken_sheet_is_refused() -> None:
    data = book(ROW)
    assert code_of(with_part(data, "xl/workbook.xml", b"<workbook")) == "file.damaged"


def test_an_encrypted_workbook_is_refused_by_its_header() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert code_of(data) == "file.encrypted"


def test_a_damaged_old_workbook_is_refused() -> None:
    assert code_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000) == "file.damaged"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    data = with_part(book(ROW), SHEET, b" " * (300 << 20))
    assert len(data) < 1 << 20
    assert code_of(data) == "file.unpacks_too_large"


def test_entities_are_never_expanded() -> None:
    data = book(ROW)
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    workbook = part(data, "xl/workbook.xml")
    assert code_of(with_part(data, "xl/workbook.xml", bomb + workbook)) == "file.damaged"
    scanned = open_workbook(with_part(data, SHEET, bomb + part(data, SHEET))).sheets[0].scan()
    assert scanned.declares_entities


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert code_of(out.getvalue()) == "file.not_a_spreadsheet"


def test_limits_on_size_and_sheets_hold() -> None:
    data = book(ROW)
    assert code_of(data, Limits(size=100)) == "file.too_large"
    assert code_of(data, Limits(sheets=0)) == "file.too_many_sheets"
    assert code_of(data, Limits(rows=1)) == "file.too_many_rows"


def test_a_stray_far_cell_is_seen_before_the_reader_works() -> None:
    data = book(ROW)
    stray = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    scan = (
        open_workbook(with_part(data, SHEET, part(data, SHEET).replace(b"</sheetData>", stray)))
        .sheets[0]
        .scan()
    )
    assert (scan.rows, scan.columns, scan.far_cell) == (1048576, 16384, "XFD1048576")


def test_a_far_cell_without_content_does_not_count() -> None:
    data = book(ROW)
    stray = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    scan = (
        open_workbook(with_part(data, SHEET, part(data, SHEET).replace(b"</sheetData>", stray)))
        .sheets[0]
        .scan()
    )
    assert (scan.rows, scan.columns) == (2, 13)


def test_error_cells_and_hidden_rows_are_found_by_the_scan() -> None:
    data = book(ROW)
    xml = part(data, SHEET)
    xml = xml.replace(
        b"</sheetData>", b'<row r="3" hidden="1"><c r="B3" t="e"><v>#REF!</v></c></row></sheetData>'
    )
    scan = open_workbook(with_part(data, SHEET, xml)).sheets[0].scan()
    assert scan.errors == {(3, 2): "#REF!"}
    assert scan.hidden_rows == 1


def test_a_cell_that_only_speaks_of_errors_is_no_error() -> None:
    scan = open_workbook(book(('t="e"', *ROW[1:]))).sheets[0].scan()
    assert scan.errors == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_files_are_read_in_every_encoding_and_with_every_delimiter(
    encoding: str, delimiter: str
) -> None:
    lines = [delimiter.join(("Région", "Ménages", "Commentaires")), delimiter.join(("Ségou", "12", "été"))]
    workbook = open_workbook("\r\n".join(lines).encode(encoding))
    assert workbook.kind == "csv"
    assert list(workbook.sheets[0].rows()) == [["Région", "Ménages", "Commentaires"], ["Ségou", "12", "été"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_file_s_nul_characters_are_left_out(encoding: str) -> None:
    text = "Région,Ménages" + " " * 60 + "\nSé" + ("\0" if encoding != "utf-8" else "") + "gou,12"
    rows = list(open_workbook(text.encode(encoding)).sheets[0].rows())
    assert rows[1] == ["Ségou", "12"]


def test_rows_above_the_table_keep_their_numbers() -> None:
    data = book((), (), ROW, headers=())
    rows = list(open_workbook(data).sheets[0].rows())
    assert [number for number, cells in enumerate(rows, 1) if any(c != "" for c in cells)] == [4]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"]),
)
def test_no_bytes_whatever_raise_anything_but_a_refusal(data: bytes, start: bytes) -> None:
    code_of(start + data)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_changed_bytes_is_read_or_refused(at: int, change: bytes) -> None:
    data = bytearray(book(ROW))
    data[at % len(data) : at % len(data) + len(change)] = change
    code_of(bytes(data))


_TABLE = [f'<c r="{letter}{{n}}"><v>1</v></c>' for letter in "ABC"]
#: A row in the middle of a table, and what must be found of it: columns, hidden rows, errors.
_IN_BETWEEN = {
    '<row r="{n}">' + "".join(_TABLE) + "</row>": (3, 0, 0),
    '<row r="{n}" hidden="1">' + "".join(_TABLE) + "</row>": (3, 1, 0),
    '<row r="{n}">' + "".join(_TABLE[:2]) + "</row>": (3, 0, 0),
    '<row r="{n}"><c r="E{n}"><v>1</v></c></row>': (5, 0, 0),
    '<row r="{n}"><c r="B{n}" t="e"><v>#REF!</v></c></row>': (3, 0, 1),
    '<row r="{n}"/>': (3, 0, 0),
    "": (3, 0, 0),
    '\n<row r="{n}">' + "".join(_TABLE) + "</row>\n": (3, 0, 0),
    '<row r="{n}"><c r="A{n}"><v>1</v></c><c r="XFD9"><v>1</v></c></row>': (16384, 0, 0),
    '<row r="9000"><c r="A9000"><v>1</v></c></row>': (3, 0, 0),
}


@pytest.mark.parametrize("last", ["", '<row r="{n}"><c r="D{n}" s="1"/></row>'])
@pytest.mark.parametrize("middle", _IN_BETWEEN)
def test_a_long_sheet_is_seen_alike_as_a_whole_and_element_by_element(middle: str, last: str) -> None:
    usual = '<row r="{n}">' + "".join(_TABLE) + "</row>"
    rows = [usual.format(n=n) for n in range(1, 400)]
    rows[249] = middle.format(n=250)
    rows.append(last.format(n=400))
    sheet = f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>".encode()
    pieces = [sheet[at : at + 1500] for at in range(0, len(sheet), 1500)]
    quick, slow = scan_sheet(lambda: pieces, 300), scan_elements(pieces)
    columns, hidden, errors = _IN_BETWEEN[middle]
    rows_seen = 9000 if "9000" in middle else 399
    assert (quick.rows, quick.columns, quick.hidden_rows) == (rows_seen, columns, hidden)
    assert len(quick.errors) == errors
    assert (quick.rows, quick.columns, quick.hidden_rows) == (slow.rows, slow.columns, slow.hidden_rows)
    assert quick.errors.keys() == slow.errors.keys()
    if columns == 3 and rows_seen == 399:
        assert quick.far_cell == slow.far_cell == "C399"
