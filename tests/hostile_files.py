"""Files that are made to take all the memory or all the time, one for each way that we know of."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from random import Random

from cluster4w.intake.opening import old_excel
from tests.books import HEADERS, ROW, book, part, row, with_part
from tests.mutations import ods_book, old_book, unzipped, zipped
from tests.test_hostile_workbooks import xlsb

SHEET = "xl/worksheets/sheet1.xml"
_LINES = (HEADERS, ROW)
_CONTENT = "content.xml"


def _noise(size: int, ratio: int = 100) -> bytes:
    """Return text that packs about ``ratio`` to one: less than what is refused unread."""
    random = Random(4)
    piece = "".join(random.choices("abcdefghijklmnopqrstuvwxyz 0123456789", k=400)).encode()
    out = bytearray()
    while len(out) < size:
        out += "".join(random.choices("abcdefghij", k=max(400 // ratio, 1))).encode() + piece
    return bytes(out[:size])


def _with_rows(rows: bytes, before: bytes = b"") -> bytes:
    """Return the good workbook with more rows, and something before the rows."""
    data = book(ROW)
    xml = part(data, SHEET).replace(b"</sheetData>", rows + b"</sheetData>")
    return with_part(data, SHEET, xml.replace(b"<sheetData>", before + b"<sheetData>"))


def _behind(more: bytes) -> bytes:
    """Return the good workbook with something behind its rows."""
    data = book(ROW)
    return with_part(data, SHEET, part(data, SHEET).replace(b"</sheetData>", b"</sheetData>" + more))


def _texts(count: int, size: int, first: int = 3) -> bytes:
    """Return rows of one long text each."""
    text = _noise(size + count * 8)
    cell = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>'
    return b"".join(cell % (n, n, text[n * 8 : n * 8 + size]) for n in range(first, first + count))


def _parts(count: int, size: int) -> bytes:
    """Return the good workbook with more parts, each of so many bytes."""
    out, content = io.BytesIO(book(ROW)), _noise(size)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"xl/media/image{number}.png", content)
    return out.getvalue()


def _overlapping(count: int = 3000, size: int = 900_000) -> bytes:
    """Return a workbook whose directory names one packed part thousands of times."""
    data = book(ROW)
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", data, end + 16)[0]
    raw = b"\0" * size
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(raw) + packer.flush()
    head = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, zlib.crc32(raw), len(packed), size, 1, 0)
    listed = data[start:end]
    for number in range(count):
        name = b"%05d" % number
        common = struct.pack("<6H3L", 20, 20, 0, 8, 0, 33, zlib.crc32(raw), len(packed), size)
        listed += b"PK\x01\x02" + common + struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, start) + name
    body = data[:start] + head + b"x" + packed
    total = struct.unpack_from("<H", data, end + 10)[0] + count
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, total, total, len(listed), len(body), 0)
    return body + listed + tail


def _many_sheets(count: int, size: int) -> bytes:
    """Return a workbook of many sheets that each hold much text."""
    import openpyxl

    workbook = openpyxl.Workbook()
    for number in range(count - 1):
        workbook.create_sheet(f"S{number}")
    out = io.BytesIO()
    workbook.save(out)
    parts = unzipped(out.getvalue())
    rows = _texts(size // 2000, 2000, 1)
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            parts[name] = head + rows + b"</sheetData></worksheet>"
    return zipped(parts)


def _shared_strings(content: bytes) -> bytes:
    return _with_part_added(book(ROW), "xl/sharedStrings.xml", b"<sst " + content + b"</sst>")


def _named(texts: bytes, cells: int, number: int = 0, written: bytes = b"%d") -> bytes:
    """Return the good workbook with rows of one cell that name a shared text."""
    name = b'<row r="%d"><c r="A%d" t="s"><v>' + written.replace(b"%d", b"%d" % number) + b"</v></c></row>"
    rows = b"".join(name % (n, n) for n in range(3, cells + 3))
    return _with_part_added(_with_rows(rows), "xl/sharedStrings.xml", b"<sst " + texts + b"</sst>")


def _with_part_added(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _old_named(length: int, cells: int) -> bytes:
    """Return an Excel 97-2003 workbook whose cells name one text that goes on over several records."""
    stream = old_excel.workbook_stream(old_book(_LINES))
    first, rest = b"x" * 8000, length - 8000
    strings = _record(0x00FC, struct.pack("<LLHB", cells, 1, length, 0) + first)
    while rest > 0:
        strings += _record(0x003C, b"\0" + b"x" * min(rest, 8000))
        rest -= 8000
    named = b"".join(_record(0x00FD, struct.pack("<HHHL", n, 20, 0, 0)) for n in range(2, cells + 2))
    end = stream.rindex(struct.pack("<HH", 0x000A, 0))
    return _old(strings, stream=stream[:end] + named + stream[end:])


def _binary_named(length: int, cells: int, boast: int = 1) -> bytes:
    """Return a binary workbook whose cells name one text."""
    data = xlsb(cells, 1)
    parts = unzipped(data)
    rows = b"".join(
        binary_record(0, struct.pack("<L", n) + bytes(13)) + binary_record(7, struct.pack("<LLL", 0, 0, 0))
        for n in range(cells)
    )
    name = "xl/worksheets/sheet1.bin"
    extent = binary_record(148, struct.pack("<4L", 0, cells, 0, 1))
    parts[name] = (
        binary_record(129) + extent + binary_record(145) + rows + binary_record(146) + binary_record(130)
    )
    text = b"\0" + struct.pack("<L", length) + ("x" * length).encode("utf-16-le")
    strings = binary_record(159, struct.pack("<LL", boast, boast)) + binary_record(19, text)
    parts["xl/sharedStrings.bin"] = strings + binary_record(160)
    return zipped(parts)


def binary_record(kind: int, body: bytes = b"") -> bytes:
    """Return a record of a binary workbook."""
    first = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, left = b"", len(body)
    while left > 127:
        length, left = length + bytes([left & 0x7F | 0x80]), left >> 7
    return first + length + bytes([left]) + body


def _ods(more: str, before: str = "") -> bytes:
    parts = unzipped(ods_book(_LINES))
    content = parts[_CONTENT].decode()
    content = content.replace(
        "<table:table-row table:number-rows-repeated", more + "<table:table-row table:x", 1
    )
    parts[_CONTENT] = content.replace("<table:table-row>", before + "<table:table-row>", 1).encode()
    return zipped(parts)


def _cell(repeated: str = "", text: str = "x") -> str:
    return (
        f'<table:table-cell office:value-type="string" {repeated}><text:p>{text}</text:p></table:table-cell>'
    )


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _old(more: bytes, at: int = 20, stream: bytes = b"") -> bytes:
    """Return the good Excel 97-2003 workbook, or this stream, with a record behind its first one."""
    stream = stream or old_excel.workbook_stream(old_book(_LINES))
    moved = bytearray(stream[:at] + more + stream[at:])
    place = moved.index(struct.pack("<HH", 0x0085, 10)) + 4
    struct.pack_into("<L", moved, place, struct.unpack_from("<L", moved, place)[0] + len(more))
    return old_excel.alone(bytes(moved))


def _csv(lines: Iterator[str] | list[str]) -> bytes:
    return "\n".join([";".join(HEADERS), ";".join(map(str, ROW)), *lines]).encode()


DIRECTORY_FLAG = 8


def _zip_password() -> bytes:
    """Return a workbook that a packing program has encrypted."""
    data = bytearray(book(ROW))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", DIRECTORY_FLAG)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


#: What the file is, how it is made, and a piece of the sentence that refuses it; "" where it is read.
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a part of blanks, a thousand to one": (lambda: _with_rows(b" " * (20 << 20)), "unpacks to far more"),
    "many parts that are large together": (lambda: _parts(27, 15 << 20), "unpacks to far more"),
    "one part that the directory names 3,000 times": (_overlapping, "unpacks to far more"),
    "a hundred thousand tiny parts": (lambda: _parts(20_000, 1), ""),
    "long texts below every limit": (lambda: _with_rows(_texts(20_000, 6000)), "far more text"),
    "many sheets of long texts": (lambda: _many_sheets(30, 4 << 20), "No sheet"),
    "130 MB of shared texts": (
        lambda: _shared_strings(b"><si><t>" + _noise(130 << 20) + b"</t></si>"),
        "far more text",
    ),
    "ten million shared texts": (
        lambda: _shared_strings(b">" + b"<si><t>%d</t></si>" % 7 * 3_000_000),
        "unpacks to far more",
    ),
    "a count of shared texts that boasts": (
        lambda: _shared_strings(b'count="4294967295" uniqueCount="4294967295"><si><t>x</t></si>'),
        "damaged",
    ),
    "one long text that ten thousand cells name": (
        lambda: _named(b"><si><t>" + b"x" * 1_000_000 + b"</t></si>", 10_000),
        "far more text",
    ),
    "a long text among many short ones": (
        lambda: _named(b"><si><t>" + b"x" * 900_000 + b"</t></si>" + b"<si><t>y</t></si>" * 900, 60_000, 0),
        "far more text",
    ),
    "a long text that its cells name in other ways": (
        lambda: _named(
            b"><si><t>" + b"x" * 900_000 + b"</t></si>" + b"<si><t>y</t></si>" * 900,
            5_000,
            written=b" +000%d ",
        ),
        "far more text",
    ),
    "a hundred thousand rows that are all wrong": (
        lambda: _named(b"><si><t>Baye</t></si><si><t>" + b"y" * 900 + b"</t></si>", 120_000),
        "things are wrong",
    ),
    "an old workbook whose cells name one long text": (lambda: _old_named(60_000, 30_000), "far more text"),
    "a binary workbook whose cells name one long text": (
        lambda: _binary_named(300_000, 20_000),
        "far more text",
    ),
    "a binary count of texts that boasts": (lambda: _binary_named(3, 2, boast=0xFFFFFFFF), "damaged"),
    "a long text in OpenDocument cells that repeat": (
        lambda: _ods(
            '<table:table-row table:number-rows-repeated="900">'
            + _cell('table:number-columns-repeated="900"', "x" * 100_000)
            + "</table:table-row>"
        ),
        "far more text",
    ),
    "16,384 columns": (
        lambda: book(ROW, headers=(*HEADERS, *(f"C{n}" for n in range(16_371)))),
        "far away from the table",
    ),
    "a stray cell in XFD1048576": (
        lambda: _with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "XFD1048576",
    ),
    "a million formatted rows": (
        lambda: _with_rows(
            b"".join(b'<row r="%d" s="1"><c r="M%d" s="1"/></row>' % (n, n) for n in range(3, 1_048_577, 4))
        ),
        "",
    ),
    "a dimension of the whole sheet": (
        lambda: with_part(
            book(ROW), SHEET, part(book(ROW), SHEET).replace(b'ref="A1:M2"', b'ref="A1:XFD1048576"')
        ),
        "",
    ),
    "columns hidden thousands of times": (
        lambda: _with_rows(b"", b"<cols>" + b'<col min="1" max="16383" hidden="1"/>' * 20_000 + b"</cols>"),
        "",
    ),
    "a column range without end": (
        lambda: _with_rows(b"", b'<cols><col min="1" max="99999" hidden="1"/></cols>'),
        "",
    ),
    "the whole sheet merged": (
        lambda: _behind(b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "",
    ),
    "a million merged blocks": (
        lambda: _behind(
            b"<mergeCells>"
            + b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (n, n) for n in range(1, 500_001))
            + b"</mergeCells>"
        ),
        "",
    ),
    "formulas that spill over the sheet": (
        lambda: _with_rows(
            b'<row r="3"><c r="A3" cm="1"><f t="array" ref="A3:XFD1048576">SEQUENCE(9,16384)</f><v>1</v></c>'
            b'<c r="B3"><f t="shared" si="0" ref="B3:XFD1048576">A1</f><v>2</v></c></row>'
        ),
        "",
    ),
    "texts of 32,767 characters": (
        lambda: book(row(Commune="x" * 32_767), *[row(Statut="é" * 32_767)] * 50),
        "",
    ),
    "a text of a million characters": (lambda: _with_rows(_texts(1, 1_000_000)), ""),
    "control characters and half characters": (
        lambda: _with_rows(
            b'<row r="3"><c r="H3" t="inlineStr"><is><t>_x0000_a_xD800_b&#xD800;&#1;</t></is></c></row>'
        ),
        "damaged",
    ),
    "a package with a password": (_zip_password, "password"),
    "an old workbook with a password": (lambda: _old(_record(0x002F, b"\1" + bytes(53))), "password"),
    "an OpenDocument file with a password": (
        lambda: zipped(
            unzipped(ods_book(_LINES))
            | {"META-INF/manifest.xml": b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"}
        ),
        "password",
    ),
    "an OpenDocument row a million times": (
        lambda: _ods(f'<table:table-row table:number-rows-repeated="1048570">{_cell()}</table:table-row>'),
        "far away from the table",
    ),
    "OpenDocument cells a billion times": (
        lambda: _ods(
            "<table:table-row>" + _cell('table:number-columns-repeated="1000000000"') + "</table:table-row>"
        ),
        "far away from the table",
    ),
    "an OpenDocument number of repeats that is none": (
        lambda: _ods(
            '<table:table-row table:number-rows-repeated="-1"><table:table-cell/></table:table-row>'
        ),
        "damaged",
    ),
    "OpenDocument columns a billion times": (
        lambda: _ods("", '<table:table-column table:number-columns-repeated="1000000000"/>'),
        "",
    ),
    "an OpenDocument block merged over everything": (
        lambda: _ods(
            "<table:table-row>"
            + _cell('table:number-columns-spanned="16384" table:number-rows-spanned="1048576"')
            + "</table:table-row>"
        ),
        "",
    ),
    "an old workbook cut in the middle of a record": (
        lambda: old_excel.alone(old_excel.workbook_stream(old_book(_LINES))[:700]),
        "damaged",
    ),
    "an old workbook whose record is longer than the file": (
        lambda: _old(struct.pack("<HH", 0x00FC, 65535)),
        "damaged",
    ),
    "a text file of NULs": (lambda: _csv(["\0" * 5_000_000]), "No sheet"),
    "a text file of one line": (lambda: b"a" * (24 << 20), "quotation mark"),
    "a line of a million columns": (lambda: _csv([";" * 1_000_000]), "columns"),
    "a first line of a million columns": (lambda: b"a;" * 1_000_000, "columns"),
    "a quotation mark that never closes": (lambda: _csv(['"' + "a;b\n" * 1_000_000]), "quotation mark"),
    "five million short lines": (lambda: _csv(["x"] * 5_000_000), "rows"),
    "a text of quotation marks": (lambda: b'"' * (20 << 20), "quotation mark"),
    "line ends of every kind": (
        lambda: (
            _csv([]).replace(b"\n", b"\r") + b"\r\n\n\r" + ";".join(map(str, ROW)).encode() + b"\x0b\x0c\x1a"
        ),
        "",
    ),
}
