"""The parts of an annotated workbook one by one: sheets of any make, style sheets, comments, packages."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import pytest

from cluster4w.publish.annotated.comments import comments_xml, drawing_xml
from cluster4w.publish.annotated.repack import Package
from cluster4w.publish.annotated.sheet import Plan, Touch, patched
from cluster4w.publish.annotated.styles import COLOURS, Mark, Styles
from cluster4w.publish.annotated.xml_patch import outline
from tests.rich_books import parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = '<c r="A1" t="str"><v>a</v></c><c r="B1"/>'


def styles() -> Styles:
    """Return a small style sheet with five styles, the third on a green ground."""
    cells = "".join(
        f'<xf numFmtId="{n}" fontId="0" fillId="{2 if n == 2 else 0}" borderId="0"/>' for n in range(5)
    )
    return Styles(
        f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="3"><fill/><fill/><fill>'
        '<patternFill patternType="solid"><fgColor theme="4" tint="0.5"/></patternFill></fill></fills>'
        f'<borders count="1"><border/></borders><cellXfs count="5">{cells}</cellXfs></styleSheet>'.encode()
    )


def plan(cells: dict[int, dict[int, Touch]], rows: frozenset[int] = frozenset({2}), **options: Any) -> Plan:
    """Return a plan whose status is "ok" for each row."""
    options.setdefault("column", 4)
    return Plan(cells, rows, 1, header="our column", status=lambda row, filled: ("ok", None), **options)


def sheet(rows: str, head: str = "", tail: str = "") -> bytes:
    """Return a worksheet."""
    return f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'.encode()


def patch(xml: bytes, what: Plan, sheet_styles: Styles | None = None, size: int = 1 << 20) -> str:
    """Return the patched sheet, read in pieces of some size; it must be well formed."""
    pieces = (xml[at : at + size] for at in range(0, len(xml), size))
    made = b"".join(patched(pieces, what, sheet_styles or styles()))
    outline(made, 0)
    return made.decode()


RED = {2: {2: Touch(Mark.ERROR)}}


@pytest.mark.parametrize("size", [7, 60, 1 << 20])
def test_pieces_of_any_size_give_the_same_sheet(size: int) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" s="1"><v>5</v></c></row>' for n in range(1, 9)
    )
    what = {n: {2: Touch(Mark.ERROR)} for n in (3, 8)}
    whole = patch(sheet(rows), plan(what, frozenset(range(2, 9))))
    assert patch(sheet(rows), plan(what, frozenset(range(2, 9))), size=size) == whole
    assert whole.count("our column") == 1
    assert whole.count(">ok<") == 7
    assert re.findall(r'<c r="(B\d)" s="[5-9]">', whole) == ["B3", "B8"]


def test_a_missing_cell_is_put_in_its_place_with_the_style_of_its_row_or_column() -> None:
    row = '<row r="2" spans="1:3"><c r="A2"/><c r="C2"/></row>'
    made = patch(sheet(row, '<cols><col min="2" max="2" style="2" width="9"/></cols>'), plan(RED))
    assert '<c r="A2"/><c r="B2" s="5"/><c r="C2"/>' in made
    assert 'spans="1:4"' in made
    by_row = styles()
    made = patch(sheet(row.replace('r="2"', 'r="2" s="3" customFormat="1"', 1)), plan(RED), by_row)
    assert '<c r="B2" s="5"/>' in made
    assert 'numFmtId="3" fontId="0" fillId="3"' in by_row.xml().decode()


def test_rows_and_cells_that_do_not_say_where_they_are_are_counted() -> None:
    rows = "<row><c><v>1</v></c></row><row><c><v>2</v></c><c s='1'><v>3</v></c><c/></row>"
    made = patch(sheet(rows), plan(RED))
    assert '<c><v>2</v></c><c s="6"><v>3</v></c><c/><c r="D2"' in made


def test_other_prefixes_quotes_comments_and_cdata_are_understood() -> None:
    xml = (
        f"<x:worksheet xmlns:x='{MAIN}'><x:sheetData><!-- <x:row r='2'> --><x:row r='2'>"
        "<x:c r='A2' t='inlineStr'><x:is><x:t><![CDATA[</x:c></x:row><x:c r='B2'>]]></x:t></x:is></x:c>"
        "<x:c r='B2' ><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    ).encode()
    made = patch(xml, plan(RED, drawing="rId5"))
    assert "<![CDATA[</x:c></x:row><x:c r='B2'>]]>" in made
    assert re.search(
        r"<x:c r='B2' ?s=\"5\"><x:v>1</x:v></x:c><x:c r=\"D2\" s=\"\d\" t=\"inlineStr\"><x:is>", made
    )
    assert made.endswith(' r:id="rId5"/></x:worksheet>')
    assert made.count("<x:row") == 2


def test_a_sheet_in_utf_16_is_written_anew_in_utf_8() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-16"?>' + sheet('<row r="2"><c r="B2"><v>é</v></c></row>').decode()
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.xml", text.encode("utf-16"))
    pieces = Package(out.getvalue()).pieces("a.xml")
    result = b"".join(patched(pieces, plan(RED), styles())).decode()
    assert 'encoding="UTF-8"' in result
    assert '<c r="B2" s="5"><v>é</v></c>' in result


def test_our_words_are_ascii_so_that_they_fit_into_any_encoding() -> None:
    what = plan({2: {2: Touch(Mark.ERROR, "Achevé & <fini>")}})
    made = patch(sheet('<row r="2"><c r="B2"><v>1</v></c></row>'), what)
    assert "Achev&#233; &amp; &lt;fini&gt;" in made


def test_an_empty_sheet_stays_one() -> None:
    xml = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()
    assert "<sheetData/>" in patch(xml, plan({}, frozenset()))


def test_the_status_column_is_seen_although_all_columns_behind_the_table_are_hidden() -> None:
    head = '<cols><col min="1" max="3" width="9"/><col min="4" max="16384" width="9" hidden="1"/></cols>'
    made = patch(sheet('<row r="2"><c r="A2"/></row>', head), plan({}))
    assert re.findall(r'<col min="(\d+)" max="(\d+)"([^>]*)>', made) == [
        ("1", "3", ' width="9"/'),
        ("4", "4", ' width="46" customWidth="1"/'),
        ("5", "16384", ' width="9" hidden="1"/'),
    ]


def test_the_status_never_writes_over_what_stands_there() -> None:
    rows = f'<row r="1">{HEADER}</row><row r="2"><c r="A2"/><c r="D2"><v>9</v></c></row>'
    assert '<c r="D2"><v>9</v></c></row>' in patch(sheet(rows), plan({}))
    styled = rows.replace('<c r="D2"><v>9</v></c>', '<c r="D2" s="2"/><c r="E2"><v>1</v></c>')
    assert re.search(
        r'<c r="A2"/><c r="D2" s="\d+" t="inlineStr">.*?</c><c r="E2">', patch(sheet(styled), plan({}))
    )


def test_the_drawing_stands_before_tables_and_a_drawing_that_is_there_is_kept() -> None:
    tail = '<pageMargins left="1"/><drawing id="x"/><tableParts count="1"/><extLst><ext/></extLst>'
    made = patch(sheet("", tail=tail), plan({}, drawing="rId9"))
    assert re.search(r'<drawing id="x"/><legacyDrawing [^>]*r:id="rId9"/><tableParts', made)
    what = plan({}, drawing="rId9")
    known = tail.replace("<tableParts", '<legacyDrawing xmlns:r="r" r:id="rId2"/><tableParts')
    assert patch(sheet("", tail=known), what) == patch(sheet("", tail=known), plan({}))
    assert what.drawing == "rId2"


@pytest.mark.parametrize("xml", [b"", b"<worksheet>", b"<worksheet><sheetData><row>", b"<html/>"])
def test_what_is_no_sheet_raises_one_of_two_errors(xml: bytes) -> None:
    with pytest.raises((ValueError, expat.ExpatError)):
        list(patched([xml], plan({}), styles()))


def test_styles_are_copied_once_for_each_base_and_colour() -> None:
    made = styles()
    first = made.marked(1, Mark.ERROR)
    assert first == made.marked(1, Mark.ERROR) == 5
    assert made.marked(1, Mark.WARNING) == 6
    assert made.marked(99, Mark.ERROR) == made.marked(0, Mark.ERROR)
    root = outline(made.xml(), 3)
    cells = root.child("cellXfs")
    assert cells is not None
    assert cells.attributes["count"] == str(len(cells.children)) == "8"


def test_the_ground_of_a_cell_comes_back_when_its_mark_is_taken_away() -> None:
    made = styles()
    red, plain = made.marked(2, Mark.ERROR), made.marked(0, Mark.WARNING)
    again = Styles(made.xml())
    assert again.ours == {red, plain}
    restored, none = again.cleared(red), again.cleared(plain)
    root = outline(again.xml(), 4)
    fills, cells = root.child("fills"), root.child("cellXfs")
    assert fills is not None
    assert cells is not None
    pattern = fills.children[int(cells.children[restored].attributes["fillId"])].children[0]
    assert pattern.children[0].attributes == {"theme": "4", "tint": "0.5"}
    assert cells.children[none].attributes["fillId"] == "0"


@pytest.mark.parametrize(
    "xml",
    [None, f'<styleSheet xmlns="{MAIN}"/>', f'<s:styleSheet xmlns:s="{MAIN}"><s:fills/></s:styleSheet>'],
)
def test_a_style_sheet_without_anything_gets_what_it_needs(xml: str | None) -> None:
    made = Styles(xml.encode() if xml else None)
    assert made.marked(0, Mark.FILLED) == 1
    root = outline(made.xml(), 2)
    names = [child.local for child in root.children]
    assert names == ["fonts", "fills", "borders", "cellStyleXfs", "cellXfs"]
    fills = root.child("fills")
    assert fills is not None
    assert len(fills.children) == 3, "the first two grounds are fixed"
    assert COLOURS[Mark.FILLED].encode() in made.xml()


COMMENTS = (
    f'<comments xmlns="{MAIN}"><authors><author>Awa</author></authors><commentList>'
    '<comment ref="A1" authorId="0"><text><t>bare</t></text></comment>'
    '<comment ref="B1" authorId="0"><text><r><t>run</t></r></text></comment><comment ref="C1" authorId="0">'
    "<text/></comment></commentList></comments>"
).encode()


def test_comments_follow_theirs_and_go_again() -> None:
    wanted = {"A1": "one", "B1": "two", "C1": "three", "D1": "four & <more>"}
    made, gone = comments_xml(COMMENTS, wanted)
    assert gone == set()
    assert b"<text><r><t>bare</t></r><r><t" in made
    assert made.count(b"-- cluster4w --") == 3
    assert b'<comment ref="D1" authorId="1">' in made
    again, gone = comments_xml(made, wanted)
    assert (again.count(b"-- cluster4w --"), again.count(b"<author>")) == (3, 2)
    assert again.count(b"<comment ") == 4
    bare, gone = comments_xml(again, {})
    assert gone == {"D1"}
    assert b"cluster4w --" not in bare
    assert bare.count(b"<comment ") == 3
    outline(bare, 6)


def test_boxes_are_drawn_once_and_go_with_their_comment() -> None:
    made = drawing_xml(None, {(2, 3): "words", (5, 1): "more " * 99}, set())
    outline(made, 5)
    assert made.count(b'ObjectType="Note"') == 2
    assert len(set(re.findall(rb'id="(_x0000_s\d+)"', made))) == 2
    again = drawing_xml(made, {(2, 3): "words", (9, 9): "new"}, {(5, 1)})
    assert re.findall(rb"<x:Row>(\d+)</x:Row><x:Column>(\d+)", again) == [(b"1", b"2"), (b"8", b"8")]
    assert again.count(b"<v:shapetype") == 1
    outline(again, 5)


def test_boxes_fit_into_a_drawing_with_other_prefixes() -> None:
    theirs = (
        b'<xml xmlns:a="urn:schemas-microsoft-com:vml" xmlns:b="urn:schemas-microsoft-com:office:excel">'
        b'<a:shape id="_x0000_s2000"><b:ClientData ObjectType="Note"><b:Row>1</b:Row><b:Column>2</b:Column>'
        b"</b:ClientData></a:shape></xml>"
    )
    made = drawing_xml(theirs, {(2, 3): "there", (4, 4): "new"}, set())
    outline(made, 5)
    assert made.count(b'ObjectType="Note"') == 2
    assert b'id="_x0000_s2001"' in made


def test_a_package_keeps_the_packed_bytes_of_what_is_not_changed() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("été.bin", b"x" * 9999)
        made.writestr(zipfile.ZipInfo("stored.bin"), b"as it is")
    package = Package(out.getvalue())
    package.put("new.xml", iter([b"<a>", b"</a>"]))
    package.put("[content_types].XML", [b"<Other/>"])
    again = io.BytesIO()
    package.write(again)
    assert parts(again.getvalue()) == {
        "[Content_Types].xml": b"<Other/>",
        "été.bin": b"x" * 9999,
        "stored.bin": b"as it is",
        "new.xml": b"<a></a>",
    }
    one, other = (_packed(data, "été.bin") for data in (out.getvalue(), again.getvalue()))
    assert one == other
    assert package.free_path("new", "xml") == "new1.xml"


def _packed(data: bytes, name: str) -> tuple[int, int, int]:
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo(name)
    return info.CRC, info.compress_size, info.compress_type


def test_pieces_are_taken_as_they_come() -> None:
    taken: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            taken.append(number)
            yield b"%d" % number

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a", "b")
    package = Package(out.getvalue())
    package.put("c", pieces())
    package.write(again := io.BytesIO())
    assert parts(again.getvalue()) == {"a": b"b", "c": b"012"}
    assert taken == [0, 1, 2]
