"""Workbooks made to break the reader: it takes the memory for every cell up to the farthest, or aborts."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from cluster4w.intake.open import open_workbook
from cluster4w.intake.opening import old_excel
from cluster4w.intake.opening.archive import Archive
from tests.test_open import code_of

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = f'xmlns="{_MAIN}" xmlns:r="{_TYPES}"'
GOOD = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = GOOD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
ONE = '<sheet name="4W" sheetId="1" r:id="r1"/>'


def sheet(rows: str) -> str:
    return f"<worksheet {_NAMESPACES}><sheetData>{rows}</sheetData></worksheet>"


def xlsx(
    rows: str | bytes,
    *,
    targets: tuple[str, ...] = ("worksheets/sheet1.xml",),
    sheets: str = ONE,
    **more: str,
) -> bytes:
    """Return an xlsx whose only sheet has these rows; ``more`` holds other parts, ``__`` for a slash."""
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{_TYPES}/worksheet" Target="{target}"/>'
        for n, target in enumerate(targets, 1)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", f"<workbook {_NAMESPACES}><sheets>{sheets}</sheets></workbook>")
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet(rows) if isinstance(rows, str) else rows)
        for name, content in more.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def test_the_workbook_that_the_others_are_made_of_is_read() -> None:
    opened = open_workbook(xlsx(GOOD))
    assert [(s.name, s.visible, list(s.rows())) for s in opened.sheets] == [("4W", True, [[1.0]])]


#: A far cell that is not written as spreadsheet programs write one.
FAR_CELLS = {
    "in single quotes": FAR.replace('"', "'"),
    "after a tab": FAR.replace("<c ", "<c\t"),
    "with another attribute first": FAR.replace("<c ", '<c s="0" '),
    "in small letters": FAR.replace("XFD", "xfd"),
    "left of which another one follows": GOOD
    + '<row r="2"><c r="XFD2"><v>1</v></c><c r="B2"><v>1</v></c></row>'
    + '<row r="4000"><c r="A4000"><v>1</v></c></row>' * 2,
    "in a row that is not its own": GOOD + '<row r="2"><c r="SF1048576"><v>1</v></c></row>',
    "that only its neighbours place": GOOD + f'<row r="1048576">{"<c><v>1</v></c>" * 9000}</row>',
    "in a row beyond all rows": GOOD + '<row r="4294967290"><c><v>1</v></c></row>',
    "under another prefix": GOOD + '<row r="2"><c r="A2"/><y:c r="XFD1048576"><y:v>1</y:v></y:c></row>',
    "in a row under another prefix": GOOD + '<y:row r="2"><y:c r="XFD1048576"><y:v>1</y:v></y:c></y:row>',
    "in a row that seems to end": GOOD + '<row r="2"><!--</row>--><c r="XFD1048576"><v>1</v></c></row>',
    "in a row that seems to be empty": GOOD + '<row r="2" x="/>"><c r="XFD1048576"><v>1</v></c></row>',
    "that seems to be empty": GOOD + '<row r="9999"><c r="XFD9999" x="/>"><v>1</v></c></row>',
    "that a comment hides": GOOD
    + '<row r="9999"><c r="XFD9999" s="1"><!--</c><c r="A9999">--><v>1</v></c></row>',
    "that seems to be empty before a comment": GOOD
    + '<row r="9999"><c r="XFD9999" x="/>"><v>1</v><!--<c r="A9999">--></c></row>',
    "that seems to be empty before an instruction": GOOD
    + '<row r="9999"><c r="XFD9999" x="/>"><v>1</v><?x <c r="A9999">?></c></row>',
    "with a value under another prefix": GOOD + '<row r="9999"><c r="XFD9999"><y:v>1</y:v></c></row>',
    "below few others": GOOD + '<row r="499000"><c r="DP499000"><v>1</v></c></row>',
}


@pytest.mark.parametrize("rows", FAR_CELLS.values(), ids=FAR_CELLS.keys())
def test_a_far_cell_is_found_however_it_is_written(rows: str) -> None:
    page = sheet(rows).replace("<worksheet ", f'<worksheet xmlns:y="{_MAIN}" ', 1)
    assert code_of(xlsx(page.encode())) == "file.stray_cell"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_far_cell_is_found_in_every_encoding(encoding: str) -> None:
    assert code_of(xlsx(sheet(FAR).encode(encoding))) == "file.stray_cell"


TWO = '<sheet name="4W" sheetId="1" r:id="r1"/><sheet name="4W" sheetId="2" r:id="r2"/>'
OTHER_ID = '<sheet name="4W" sheetId="1" q:id="r1" r:id="r2"/>'
PLACES: dict[str, Callable[[], bytes]] = {
    "a path in other letters": lambda: xlsx(FAR, targets=("worksheets/SHEET1.xml",)),
    "a path with backslashes": lambda: xlsx(FAR, targets=("worksheets\\sheet1.xml",)),
    "a path from the top": lambda: xlsx(FAR, targets=("/xl/worksheets/sheet1.xml",)),
    "a path that means two parts": lambda: xlsx(
        FAR, targets=("xl/worksheets/sheet1.xml",), xl__xl__worksheets__sheet1=sheet(GOOD)
    ),
    "a name that two sheets have": lambda: xlsx(
        FAR,
        targets=("worksheets/sheet1.xml", "worksheets/sheet2.xml"),
        sheets=TWO,
        xl__worksheets__sheet2=sheet(GOOD),
    ),
}


@pytest.mark.parametrize("made", PLACES.values(), ids=PLACES.keys())
def test_the_part_that_is_looked_at_is_the_part_that_is_read(made: Callable[[], bytes]) -> None:
    assert code_of(made()) in {"file.stray_cell", "file.damaged"}


def test_of_two_relations_the_one_that_is_looked_at_is_read() -> None:
    data = xlsx(
        FAR,
        targets=("worksheets/sheet1.xml", "worksheets/sheet2.xml"),
        sheets=OTHER_ID,
        xl__worksheets__sheet2=sheet(GOOD),
    )
    assert code_of(data) in {"file.stray_cell", "file.damaged"}


def test_a_far_cell_before_an_attribute_that_looks_like_a_cell_is_refused() -> None:
    hidden = """<row r="9999"><c r="XFD9999" x="/>"><v>1</v><f x='<c r="A9999">'/></c></row>"""
    assert code_of(xlsx(GOOD + hidden)) == "file.damaged"


@pytest.mark.parametrize(("begin", "end"), [("<!--", "-->"), ("<?x ", "?>")])
def test_a_row_in_a_comment_or_an_instruction_is_no_row(begin: str, end: str) -> None:
    hidden = f'{begin}<row r="7"><c r="B7"><v>1</v></c></row>{end}'
    scan = open_workbook(xlsx(GOOD + hidden)).sheets[0].scan()
    assert (scan.rows, scan.columns) == (1, 1)


def test_two_parts_of_one_path_are_refused() -> None:
    assert code_of(xlsx(GOOD, xl__worksheets__Sheet1=sheet(FAR))) == "file.damaged"


def test_a_part_that_is_larger_than_the_directory_says_is_refused() -> None:
    seen = f"<worksheet {_NAMESPACES}><sheetData>{GOOD}".encode()
    data = bytearray(xlsx(FAR))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    stated = struct.pack("<L", info.CRC), struct.pack("<LL", info.compress_size, info.file_size)
    lie = struct.pack("<L", zlib.crc32(seen)), struct.pack("<LL", info.compress_size, len(seen))
    for true, false in zip(stated, lie, strict=True):
        assert data.count(true) == 2
        data = data.replace(true, false)
    assert code_of(bytes(data)) == "file.damaged"
    with pytest.raises(zipfile.BadZipFile):
        Archive(bytes(data)).read("xl/worksheets/sheet1.xml")


def test_names_nested_a_hundred_thousand_deep_are_harmless() -> None:
    deep = "<a>" * 100_000 + "</a>" * 100_000
    assert code_of(xlsx(GOOD, sheets=ONE + deep)) == ""


_CELL = '<table:table-cell{more} office:value-type="float" office:value="1"/>'
_FEW = f"<table:table-row>{_CELL.format(more='')}</table:table-row>"
REPEATS = {
    "in single quotes": ("table:number-rows-repeated='1048575'", "table:number-columns-repeated='16000'"),
    "with blanks": ('table:number-rows-repeated = "1048575"', 'table:number-columns-repeated = "16000"'),
    "after a closing mark": (
        'a=">" table:number-rows-repeated="1048575"',
        'a=">" table:number-columns-repeated="16000"',
    ),
}


def ods(body: str, tables: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        table = "".join(f'<table:table table:name="T{n}">{body}</table:table>' for n in range(tables))
        names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in _ODS)
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>{table}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


_ODS = ("office", "table", "text")


@pytest.mark.parametrize("written", REPEATS.values(), ids=REPEATS.keys())
def test_repeats_of_an_opendocument_file_are_counted_however_they_are_written(
    written: tuple[str, str],
) -> None:
    rows, columns = written
    cell = _CELL.format(more=" " + columns)
    assert code_of(ods(_FEW)) == ""
    assert code_of(ods(f"{_FEW}<table:table-row {rows}>{cell}</table:table-row>")) == "file.stray_cell"


def test_the_tables_of_an_opendocument_file_are_counted_together() -> None:
    cell = _CELL.format(more=' table:number-columns-repeated="1000"')
    body = f'<table:table-row table:number-rows-repeated="1000">{cell}</table:table-row>'
    assert code_of(ods(body)) == ""
    assert code_of(ods(body, tables=20)) == "file.stray_cell"


# --- Excel 97-2003 ------------------------------------------------------------------------------------


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def number(row: int, column: int) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0))


def old(*cells: bytes, sheets: int = 1) -> bytes:
    """Return the stream of an Excel 97-2003 file whose sheets all have these records."""
    start, end = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x10, 0, 0, 0, 6)), record(0x000A, b"")
    one = start + b"".join(cells) + end
    names = [f"S{n:03}".encode() for n in range(sheets)]
    head = len(start) + sum(len(record(0x0085, b"0" * 8 + name)) for name in names) + len(end)
    listed = [
        record(0x0085, struct.pack("<LBBBB", head + n * len(one), 0, 0, len(name), 0) + name)
        for n, name in enumerate(names)
    ]
    return start + b"".join(listed) + end + one * sheets


def test_an_old_workbook_is_read_from_a_file_of_its_stream_alone() -> None:
    opened = open_workbook(old_excel.alone(old(number(0, 0), number(2, 1))))
    assert [s.name for s in opened.sheets] == ["S000"]
    assert list(opened.sheets[0].rows()) == [[1.0, ""], ["", ""], ["", 1.0]]


@pytest.mark.parametrize("size", [10, 4096, 5000, 8_000_000])
def test_a_stream_comes_out_of_a_file_as_it_went_in(size: int) -> None:
    stream = bytes(range(256)) * (size // 256) + b"\1" * (size % 256)
    assert old_excel.workbook_stream(old_excel.alone(stream)) == stream.ljust(4096, b"\0")


def test_a_far_cell_of_an_old_workbook_is_found() -> None:
    near = (number(0, 0), number(999, 99))
    assert code_of(old_excel.alone(old(*near))) == ""
    assert code_of(old_excel.alone(old(*near, sheets=100))) == "file.stray_cell"
    assert code_of(old_excel.alone(old(number(0, 0), number(65535, 255)))) == "file.stray_cell"
    assert code_of(old_excel.alone(old(number(0, 0), number(65535, 65535)))) == "file.damaged"


@pytest.mark.parametrize(
    "lie",
    [
        record(0x0200, struct.pack("<LLHHH", 0, 0xFFFFFFFF, 0, 255, 0)),
        record(0x0200, struct.pack("<LLHHH", 1 << 28, 7, 0, 5, 0)),
        record(0x0200, struct.pack("<LLHHH", 0, 7, 9, 5, 0)),
        record(0x00BD, struct.pack("<HHHLH", 0, 0, 0, 0, 65535)),
    ],
    ids=["extent", "rows that end before they begin", "columns that do", "run of cells"],
)
def test_an_old_sheet_that_states_a_size_that_none_has_is_refused(lie: bytes) -> None:
    assert code_of(old_excel.alone(old(number(0, 0), lie))) == "file.damaged"


def test_old_sheets_that_lie_in_each_other_are_refused() -> None:
    stream = old(number(0, 0), number(1, 1), sheets=2)
    first = stream.index(b"S000") - 8
    second = stream.index(b"S001") - 8
    # The second sheet begins at the first one's first cell.
    inside = struct.unpack_from("<L", stream, first)[0] + 4 + 16
    data = stream[:second] + struct.pack("<L", inside) + stream[second + 4 :]
    assert code_of(old_excel.alone(data)) == "file.damaged"


def test_a_chain_that_goes_round_in_circles_is_refused() -> None:
    data = bytearray(old_excel.alone(old(number(0, 0))))
    # The table of sectors begins behind the head; sectors 3 and 4 are the first of the stream.
    struct.pack_into("<L", data, 512 + 4 * 4, 3)
    assert code_of(bytes(data)) == "file.damaged"


def test_a_stream_of_a_terabyte_is_read_as_far_as_it_is_there() -> None:
    data = bytearray(old_excel.alone(old(number(0, 0))))
    at = data.index("Workbook".encode("utf-16-le"))
    struct.pack_into("<Q", data, at + 120, 1 << 40)
    assert code_of(bytes(data)) in {"", "file.damaged"}


# --- binary workbooks ---------------------------------------------------------------------------------


def _binary(kind: int, body: bytes = b"") -> bytes:
    first = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return first + bytes([len(body)]) + body


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def xlsb(row: int, column: int, *, part: str = "worksheets/sheet1.bin", decoy: bool = False) -> bytes:
    """Return a binary workbook with a cell in A1 and one in a row and a column, counted from 0."""

    def page(*places: tuple[int, int]) -> bytes:
        cells = b"".join(
            _binary(0, struct.pack("<L", r) + b"\0" * 13) + _binary(5, struct.pack("<LLd", c, 0, 1.0))
            for r, c in places
        )
        extent = _binary(148, struct.pack("<4L", 0, row, 0, column))
        return _binary(129) + extent + _binary(145) + cells + _binary(146) + _binary(130)

    sheet = _binary(156, struct.pack("<LL", 0, 1) + _wide("rId1") + _wide("4W"))
    hidden = _binary(500, _wide("rId2") + _wide("4W")) if decoy else b""
    relation = f'<Relationship Type="{_TYPES}/worksheet" Id="rId{{}}" Target="{{}}"/>'
    parts = {
        "xl/workbook.bin": _binary(131) + hidden + _binary(143) + sheet + _binary(144) + _binary(132),
        "xl/_rels/workbook.bin.rels": "<Relationships>"
        + relation.format(1, part)
        + relation.format(2, "worksheets/good.bin")
        + "</Relationships>",
        f"xl/{part}": page((0, 0), (row, column)),
        "xl/worksheets/good.bin": page((0, 0)),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return out.getvalue()


def test_a_binary_workbook_is_read() -> None:
    opened = open_workbook(xlsb(2, 1))
    assert [(s.name, s.scan().rows, s.scan().columns) for s in opened.sheets] == [("4W", 3, 2)]
    assert list(opened.sheets[0].rows()) == [[1.0, ""], ["", ""], ["", 1.0]]


@pytest.mark.parametrize("part", ["worksheets/sheet1.bin", "elsewhere/sheet1.bin", "WORKSHEETS/sheet1.bin"])
@pytest.mark.parametrize("decoy", [False, True])
def test_a_far_cell_of_a_binary_workbook_is_found_wherever_its_sheet_lies(part: str, decoy: bool) -> None:
    assert code_of(xlsb(1048575, 16383, part=part, decoy=decoy)) == "file.stray_cell"


def test_a_binary_sheet_under_another_ending_is_not_there_for_the_reader() -> None:
    assert code_of(xlsb(1048575, 16383, part="worksheets/sheet1.xml")) == "file.damaged"
