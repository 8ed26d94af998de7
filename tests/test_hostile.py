"""Files that are odd, broken or meant to do harm: refused in a sentence, or read; never an exception."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.report import as_text, report
from cluster4w.models import Operation
from cluster4w.template.problems import Refusal
from tests.books import HEADERS, ROW, book, part, row, saved, with_part
from tests.checks import checked, codes, found, sums_hold

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(12))
    + b"]>"
)
#: What stands in this very file, which no entity may fetch.
SECRET = "nobody-reads-me"
FILE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "%s">]>' % Path(__file__).as_uri().encode()


def outcome(session: orm.Session, operation: Operation, data: bytes) -> Check | str:
    """Check a file to its report; returns the check, or the sentence with which the file is refused."""
    try:
        check = checked(session, operation, data, month="2016-05")
    except Refusal as refusal:
        sentence = str(refusal)
        assert sentence.endswith("."), sentence
        assert "%(" not in sentence
        return sentence
    sums_hold(check)
    assert as_text(check, lambda m: m)
    assert all(f["message"] for f in report(check, lambda m: m)["findings"])
    return check


def with_xml(before: bytes, after: bytes, name: str = SHEET) -> bytes:
    """Return a good workbook with something in the XML of a part replaced."""
    data = book(ROW)
    xml = part(data, name)
    assert before in xml
    return with_part(data, name, xml.replace(before, after, 1))


def with_more(data: bytes, parts: dict[str, bytes]) -> bytes:
    """Return a zip file with more parts."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_every_file_of_the_collection_is_refused_in_a_sentence_or_read(
    session: orm.Session, operation: Operation, shared: Path
) -> None:
    files = sorted(p for p in (shared / "hostile").rglob("*") if p.is_file())
    assert len(files) > 50
    for path in files:
        result = outcome(session, operation, path.read_bytes())
        # None of them is a 4W: what can be opened is refused for what it lacks.
        assert isinstance(result, str), path.name
        if "actually_a_png" in path.name:
            assert "PNG" in result, path.name


def with_shared_texts() -> bytes:
    """Return the good workbook with the commune among the shared texts, as Excel keeps them."""
    inline = b'<c r="H2" t="inlineStr"><is><t>Baye</t></is></c>'
    texts = b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    data = with_xml(inline, b'<c r="H2" t="s"><v>0</v></c>')
    return with_more(data, {STRINGS: texts + b"<si><t>Baye</t></si></sst>"})


@pytest.mark.parametrize("declared", [BOMB, FILE], ids=["a billion laughs", "a file of the machine"])
@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", STRINGS, "xl/styles.xml"])
def test_entities_are_not_expanded_in_any_part(
    session: orm.Session, operation: Operation, name: str, declared: bytes
) -> None:
    data = with_shared_texts() if name == STRINGS else book(ROW)
    assert isinstance(outcome(session, operation, data), Check)
    xml = part(data, name).replace(b"Baye", b"&a11;" if declared is BOMB else b"&f;")
    body = xml[xml.index(b"?>") + 2 :] if xml.startswith(b"<?xml") else xml
    result = outcome(session, operation, with_part(data, name, declared + body))
    assert isinstance(result, str) or name in (STRINGS, "xl/styles.xml")
    if isinstance(result, Check):
        shown = " ".join(str(v) for r in result.rows for v in r.values.values())
        assert len(shown) < 5_000
        assert "hahaha" not in shown
        assert SECRET not in shown


def test_a_dimension_that_boasts_is_not_believed(session: orm.Session, operation: Operation) -> None:
    for boast in (b'ref="A1:XFD1048576"', b'ref="A1"', b'ref="B7:C9"'):
        result = outcome(session, operation, with_xml(b'ref="A1:M2"', boast))
        assert isinstance(result, Check)
        assert (result.counts.read, result.counts.clean) == (1, 1)


def test_a_row_number_beyond_every_sheet_is_refused(session: orm.Session, operation: Operation) -> None:
    for number in (b"1048577", b"9999999"):
        data = with_xml(
            b"</sheetData>",
            b'<row r="%s"><c r="XFD%s" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
            % (number, number),
        )
        assert "XFD" in str(outcome(session, operation, data))


def ods(rows: str, declared: str = "") -> bytes:
    """Return an OpenDocument workbook with these rows, as XML."""
    content = (
        f'<?xml version="1.0"?>{declared}<office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="4W">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<x/>")
    return out.getvalue()


def ods_row(*cells: Any, repeated: int = 1) -> str:
    """Return a row of an OpenDocument sheet, each of its cells repeated."""
    again = f' table:number-columns-repeated="{repeated}"'
    start = f'<table:table-cell office:value-type="string"{again}><text:p>'
    inner = "".join(f"{start}{cell}</text:p></table:table-cell>" for cell in cells)
    return f"<table:table-row>{inner}</table:table-row>"


def test_rows_and_columns_repeated_without_end_in_an_ods_are_refused_or_ignored(
    session: orm.Session, operation: Operation
) -> None:
    table = ods_row(*HEADERS) + ods_row(*ROW)
    blank = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    result = outcome(session, operation, ods(table + blank))
    assert isinstance(result, Check)
    assert [(r.number, r.state) for r in result.rows] == [(2, "clean")]
    refused = outcome(session, operation, ods(table + blank + ods_row("x", repeated=16_000)))
    assert "far away from the table" in str(refused)


def test_a_sheet_that_declares_entities_is_refused_even_if_it_uses_none(
    session: orm.Session, operation: Operation
) -> None:
    declared = '<!DOCTYPE x [<!ENTITY a "Baye">]>'
    assert isinstance(outcome(session, operation, ods(ods_row(*HEADERS) + ods_row(*ROW))), Check)
    for data in (
        ods(ods_row(*HEADERS) + ods_row(*ROW), declared),
        with_part(book(ROW), SHEET, declared.encode() + part(book(ROW), SHEET)),
    ):
        assert "damaged" in str(outcome(session, operation, data))


def test_formulas_are_never_computed_and_their_last_result_is_read(
    session: orm.Session, operation: Operation
) -> None:
    before = b'<c r="L2" t="n"><v>120</v></c>'
    computed = outcome(session, operation, with_xml(before, b'<c r="L2"><f>60*2</f><v>120</v></c>'))
    assert isinstance(computed, Check)
    assert computed.rows[0].values["households_reached"] == 120
    never = outcome(session, operation, with_xml(before, b'<c r="L2"><f>WEBSERVICE("http://x.test")</f></c>'))
    assert isinstance(never, Check)
    assert "households_reached" not in never.rows[0].values


@pytest.mark.parametrize(
    "text", ["=1+1", "+SUM(A1)", "-2", "@x", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.test")']
)
def test_a_text_that_looks_like_a_formula_stays_a_text(
    session: orm.Session, operation: Operation, text: str
) -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.append((*HEADERS, "Commentaires"))
    sheet.append((*ROW, "x"))
    sheet.cell(2, 14).value = text
    sheet.cell(2, 14).data_type = "s"
    result = outcome(session, operation, saved(workbook))
    assert isinstance(result, Check)
    assert result.rows[0].values["comments"] == text


def test_links_macros_and_foreign_parts_are_left_alone(session: orm.Session, operation: Operation) -> None:
    link = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship'
        b' Id="rId1" Type="x" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    )
    parts = {
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": link,
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\0" * 512,
        "../../outside.txt": b"x",
        "/absolute.txt": b"x",
    }
    result = outcome(session, operation, with_more(book(ROW), parts))
    assert isinstance(result, Check)
    assert result.counts.clean == 1
    assert not Path("../../outside.txt").exists()
    assert not Path("/absolute.txt").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<sheetData>", b"<sheetData"),
        (b"</row>", b""),
        (b'r="A1"', b'r="1A"'),
        (b'r="A1"', b'r=""'),
        (b'<row r="1"', b'<row r="-1"'),
        (b'<row r="2"', b'<row r="1"'),
        (b't="n"><v>120</v>', b't="n"><v>1e999</v>'),
        (b't="n"><v>120</v>', b't="n"><v>not a number</v>'),
        (b't="n"><v>120</v>', b't="s"><v>999999</v>'),
        (b't="n"><v>120</v>', b't="s"><v>-1</v>'),
        (b't="n"><v>120</v>', b't="d"><v>2016-99-99</v>'),
        (b't="n"><v>120</v>', b't="?"><v>120</v>'),
        (b't="n"><v>120</v>', b't="b"><v>7</v>'),
    ],
)
def test_a_sheet_that_breaks_the_rules_is_read_or_refused(
    session: orm.Session, operation: Operation, before: bytes, after: bytes
) -> None:
    result = outcome(session, operation, with_xml(before, after))
    if isinstance(result, Check) and result.rows:
        assert result.rows[0].values.get("households_reached") in (None, 120, 1, 7)


def test_a_workbook_without_its_parts_is_refused(session: orm.Session, operation: Operation) -> None:
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(book(ROW))) as old, zipfile.ZipFile(out, "w") as new:
            for item in old.namelist():
                if item != name:
                    new.writestr(item, old.read(item))
        assert isinstance(outcome(session, operation, out.getvalue()), str), name


def test_an_endless_cell_is_cut_in_the_finding_and_whole_in_the_row(
    session: orm.Session, operation: Operation
) -> None:
    long = "Ba" * 20_000
    lines = [";".join(HEADERS), ";".join(map(str, row(Commune=long)))]
    result = outcome(session, operation, "\n".join(lines).encode())
    assert isinstance(result, Check)
    assert codes(result) == ["area.unknown"]
    assert len(str(found(result, "area.unknown").value)) < 300


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 4096,
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b"\n" * 10_000,
        b";" * 50_000,
        b'"' * 9_999,
        b'a,"b\n' * 2_000,
        b"PK\x03\x04" + b"\0" * 100,
        b"<html><table><tr><td>4W</td></tr></table></html>",
        b"%PDF-1.4 4W",
        b"{\\rtf1 4W}",
    ],
)
def test_text_that_is_no_table_is_refused_in_a_sentence(
    session: orm.Session, operation: Operation, data: bytes
) -> None:
    assert isinstance(outcome(session, operation, data), str)


def test_names_that_speak_another_language_are_data_and_nothing_else(
    session: orm.Session, operation: Operation
) -> None:
    odd = (
        "%(value)s",
        "{0.__class__}",
        "<script>alert(1)</script>",
        "'; DROP TABLE area; --",
        "\u202egnp.4w",
    )
    rows = [row(Commune=text) for text in odd]
    result = outcome(session, operation, book(*rows, title="%(sheet)s {x} <b>"))
    assert isinstance(result, Check)
    # A text with ";" may name several places; none of them is one.
    assert len(codes(result)) == len(odd)
    assert set(codes(result)) <= {"area.unknown", "area.several"}
    assert odd[2] in as_text(result, lambda m: m)
