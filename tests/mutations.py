"""Good workbooks of every kind, and the many small ways of spoiling one: what the fuzzer is made of."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

from cluster4w.intake.opening import old_excel
from tests.books import HEADERS, book, row
from tests.rich_books import extended, rich_book, with_macros, with_threads

#: Texts that mean something to some program, or to none.
NASTY = (
    "", " ", "0", "-1", "-0", "1e308", "1e999", "nan", "inf", "-inf", "1048576", "1048577", "4294967295",
    "9" * 30, "9" * 400, "0.1" + "0" * 60 + "1", "2958465", "2958466", "-657435", "45000.999999", "1,2,3.4",
    "XFD1048576", "A0", "ZZZZ9", "A1:XFD1048576", "#N/A", "#REF!", "=1+1", "=cmd|' /C calc'!A0", "TRUE",
    "2016-99-99", "31/02/2016", "29/02/1900", "0000-01-01", "9999-12-31T24:00:00", "mai", "mai 99999",
    "\u202egnp.4w", "\u200b", "\ufeff", "\x85", "e\u0301" * 9, "\U0001f600", "٣٤", "²", "½", "Ⅻ",
    "_x0000_", "_xD800_", "_x005F_", "%(value)s", "%s", "{0}", "${jndi:x}", "../../etc/passwd", "a" * 32_767,
    "a\nb\rc\td", "ML05", "ML050202", "Baye", "OIM", "#adm3+code", "true", "s", "str", "inlineStr", "e", "d",
)  # fmt: skip
#: What XML may hold in the place of a text.
NASTY_XML = (
    "&#0;", "&#xD800;", "&#x1F600;", "&#xFFFF;", "&nothing;", "&amp;#0;", "<![CDATA[x]]>", "<!--x-->",
    "<?x y?>", "<v>1</v>", "</c>", "</row>", "</sheetData>", "<", ">", "&", '"', "'", "\x00", "\x0b", "]]>",
)  # fmt: skip

_ROWS = (
    row(), row(Commune="Bara", Cercle="Ansongo", Région="Gao"), row(Mois="2016-06", Statut="En cours"),
    row(Ménages="env. 1 200,5", Individus=None), row(Mois="13/2016", Commune="ML050202"),
)  # fmt: skip


# --- good files -----------------------------------------------------------------------------------------


def _label(at: int, column: int, text: str) -> bytes:
    body = struct.pack("<HHHHB", at, column, 0, len(text), 1) + text.encode("utf-16-le")
    return struct.pack("<HH", 0x0204, len(body)) + body


def old_book(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return an Excel 97-2003 workbook with these rows."""
    cells = []
    for at, line in enumerate(rows):
        for column, value in enumerate(line):
            if isinstance(value, (int, float)):
                cells.append(struct.pack("<HHHHHd", 0x0203, 14, at, column, 0, value))
            elif value is not None:
                cells.append(_label(at, column, str(value)))
    begin = struct.pack("<HHHHHHLL", 0x0809, 16, 0x0600, 0x05, 0, 0, 0, 6)
    name = struct.pack("<HHLBBBB", 0x0085, 10, 0, 0, 0, 2, 0) + b"4W"
    end = struct.pack("<HH", 0x000A, 0)
    start = len(begin) + len(name) + len(end)
    name = name[:4] + struct.pack("<L", start) + name[8:]
    sheet = begin.replace(b"\x05\0\0\0\0\0", b"\x10\0\0\0\0\0", 1) + b"".join(cells) + end
    return old_excel.alone(begin + name + end + sheet)


def ods_book(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return an OpenDocument workbook with these rows."""
    names = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text")
    )
    lines = []
    for line in rows:
        cells = []
        for value in line:
            if isinstance(value, (int, float)):
                cells.append(f'<table:table-cell office:value-type="float" office:value="{value}"/>')
            else:
                text = escape("" if value is None else str(value))
                cells.append(
                    f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
                )
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body>'
        f'<office:spreadsheet><table:table table:name="4W">{"".join(lines)}<table:table-row'
        ' table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="20"/>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def text_book(rows: Sequence[Sequence[Any]], delimiter: str, encoding: str) -> bytes:
    """Return a delimited file with these rows."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def with_shared_strings(data: bytes) -> bytes:
    """Return a workbook whose texts are shared, as Excel keeps them."""
    parts = unzipped(data)
    texts: list[bytes] = []

    def shared(found: re.Match[bytes]) -> bytes:
        texts.append(b"<si>" + found[2] + b"</si>")
        return found[1] + b' t="s"><v>%d</v></c>' % (len(texts) - 1)

    name = "xl/worksheets/sheet1.xml"
    parts[name] = re.sub(
        rb'(<c r="[A-Z]+\d+"[^>]*?) t="inlineStr"><is>(.*?)</is></c>', shared, parts[name], flags=re.DOTALL
    )
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/sharedStrings.xml"] = b"<sst " + main + b">" + b"".join(texts) + b"</sst>"
    return zipped(parts)


def seeds(shared: Path | None = None) -> dict[str, bytes]:
    """Return good files by name; with the folder of real data, some of its smaller ones too."""
    lines = (HEADERS, *_ROWS)
    rich = rich_book()
    found = {
        "plain.xlsx": book(*_ROWS),
        "shared.xlsx": with_shared_strings(book(*_ROWS)),
        "rich.xlsx": rich,
        "extended.xlsx": extended(rich),
        "macros.xlsm": with_macros(rich),
        "threads.xlsx": with_threads(rich),
        "table.ods": ods_book(lines),
        "table.xls": old_book(lines),
        "table.csv": text_book(lines, ",", "utf-8"),
        "semicolons.csv": text_book(lines, ";", "cp1252"),
        "table.tsv": text_book(lines, "\t", "utf-16"),
    }
    if shared is not None and shared.is_dir():
        for path in sorted((shared / "hostile" / "spreadsheet_conversions" / "originals").iterdir()):
            found[path.name] = path.read_bytes()
        real = shared / "mali" / "ocha_mali_5w_2023q4.xlsx"
        if real.exists():
            found["real.xlsx"] = _small(real)
    return found


def _small(path: Path, rows: int = 40) -> bytes:
    """Return the first rows of a real workbook's sheets."""
    whole = openpyxl.load_workbook(path, read_only=True)
    small = openpyxl.Workbook()
    del small[small.sheetnames[0]]
    for sheet in whole.worksheets:
        copy = small.create_sheet(sheet.title)
        for line in sheet.iter_rows(max_row=rows, values_only=True):
            copy.append(list(line))
    out = io.BytesIO()
    small.save(out)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return the parts of a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


# --- bytes ----------------------------------------------------------------------------------------------


def _flip(random: Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8, 40))):
        if out:
            out[random.randrange(len(out))] ^= 1 << random.randrange(8)
    return bytes(out)


def _cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _drop(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.choice((1, 2, 4, 60, 4000)) :]


def _repeat(random: Random, data: bytes) -> bytes:
    at, size = random.randrange(len(data) + 1), random.choice((1, 4, 60, 4000))
    return data[: at + size] + data[at : at + size] * random.choice((1, 2, 30)) + data[at + size :]


def _overwrite(random: Random, data: bytes) -> bytes:
    number = random.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFF, 255, 256))
    packed = struct.pack(random.choice(("<H", "<L", ">L", "<Q")), number & 0xFFFF)
    packed = packed if random.random() < 0.5 else struct.pack("<L", number)
    at = random.randrange(len(data) + 1)
    return data[:at] + packed + data[at + len(packed) :]


_BYTES = (_flip, _flip, _cut, _drop, _repeat, _overwrite)


# --- XML ------------------------------------------------------------------------------------------------

_TAG = re.compile(rb"<[^<>]{1,400}>")
_ATTRIBUTE = re.compile(rb'\s([\w:]+)="([^"]*)"')
_TEXT = re.compile(rb">([^<>]+)<")
_NUMBER = re.compile(rb"\d+")


def _spot(random: Random, pattern: re.Pattern[bytes], data: bytes) -> re.Match[bytes] | None:
    start = random.randrange(len(data) + 1)
    return pattern.search(data, start) or pattern.search(data)


def _replaced(data: bytes, found: re.Match[bytes] | None, group: int, by: bytes) -> bytes:
    return data if found is None else data[: found.start(group)] + by + data[found.end(group) :]


def _nasty(random: Random, *, xml: bool = False) -> bytes:
    if xml and random.random() < 0.1:
        return random.choice(NASTY_XML).encode("utf-8", "surrogatepass")
    text = random.choice(NASTY)
    return (escape(text, {'"': "&quot;"}) if xml else text).encode("utf-8", "surrogatepass")


def _no_tag(random: Random, data: bytes) -> bytes:
    return _replaced(data, _spot(random, _TAG, data), 0, b"")


def _two_tags(random: Random, data: bytes) -> bytes:
    found = _spot(random, _TAG, data)
    return _replaced(data, found, 0, found[0] * 2) if found else data


def _moved_tag(random: Random, data: bytes) -> bytes:
    found = _spot(random, _TAG, data)
    if found is None:
        return data
    rest = data[: found.start()] + data[found.end() :]
    at = random.randrange(len(rest) + 1)
    return rest[:at] + found[0] + rest[at:]


def _attribute(random: Random, data: bytes) -> bytes:
    return _replaced(data, _spot(random, _ATTRIBUTE, data), 2, _nasty(random, xml=True))


def _no_attribute(random: Random, data: bytes) -> bytes:
    return _replaced(data, _spot(random, _ATTRIBUTE, data), 0, b"")


def _swapped_attributes(random: Random, data: bytes) -> bytes:
    one, other = (_spot(random, _ATTRIBUTE, data) for _ in range(2))
    if one is None or other is None or one.start() >= other.start():
        return data
    return _replaced(_replaced(data, other, 2, one[2]), one, 2, other[2])


def _text(random: Random, data: bytes) -> bytes:
    return _replaced(data, _spot(random, _TEXT, data), 1, _nasty(random, xml=True))


def _number(random: Random, data: bytes) -> bytes:
    found = _spot(random, _NUMBER, data)
    if found is None:
        return data
    near = str(int(found[0][:18]) + random.choice((-1, 1, 1000, -1000))).encode()
    return _replaced(data, found, 0, random.choice((near, near, _nasty(random), b"0", b"9" * 25)))


def _element(random: Random, data: bytes) -> bytes:
    """Take a piece from one tag to another out, or write it twice."""
    begin = _spot(random, _TAG, data)
    if begin is None:
        return data
    end = _TAG.search(data, min(begin.end() + random.choice((0, 100, 2000)), len(data)))
    piece = data[begin.start() : end.end() if end else len(data)]
    return data[: begin.start()] + piece * random.choice((0, 2, 2, 20)) + data[begin.start() + len(piece) :]


def _declared(_: Random, data: bytes) -> bytes:
    body = data[data.find(b"?>") + 2 :] if data.startswith(b"<?xml") else data
    return b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY f SYSTEM "file:///etc/passwd">]>' + body


def _encoded(random: Random, data: bytes) -> bytes:
    try:
        return data.decode("utf-8").encode(random.choice(("utf-16", "utf-16-le", "utf-8-sig", "latin-1")))
    except UnicodeError:
        return data


_XML = (
    _no_tag, _two_tags, _moved_tag, _no_attribute, _swapped_attributes, _swapped_attributes, _element,
    _element, _declared, _encoded, _flip, _cut, _drop, *[_attribute] * 5, *[_text] * 5, *[_number] * 5,
)  # fmt: skip


# --- packages and texts ---------------------------------------------------------------------------------


def _package(random: Random, data: bytes) -> bytes:
    try:
        parts = unzipped(data)
    except Exception:
        # Something before has spoilt the archive itself.
        return _flip(random, data)
    names = list(parts)
    likely = [
        n
        for n in names
        if "sheet" in n.lower() or n.endswith(("workbook.xml", "content.xml", ".bin", ".rels"))
    ]
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        name = random.choice(likely if likely and random.random() < 0.8 else names)
        choice = random.random()
        if choice < 0.78:
            change = random.choice(_BYTES if name.endswith(".bin") else _XML)
            parts[name] = change(random, parts[name])
        elif choice < 0.84:
            other = random.choice(names)
            parts[name], parts[other] = parts[other], parts[name]
        elif choice < 0.88:
            parts[name] = b""
        elif choice < 0.92:
            parts[
                random.choice((name.upper(), "../" + name, "/" + name, name.replace("/", "\\"), name + "x"))
            ] = parts.pop(name)
            names = list(parts)
            likely = [n for n in likely if n in parts] or names
        else:
            parts[name + random.choice(("", "2.xml", ".rels"))] = random.choice(list(parts.values()))
    out = zipped(parts)
    if random.random() < 0.04:
        again = io.BytesIO(out)
        with zipfile.ZipFile(again, "a") as archive:
            name = random.choice(names)
            archive.writestr(random.choice((name.upper(), "./" + name)), parts[name])
        return again.getvalue()
    return out


def _old(random: Random, data: bytes) -> bytes:
    """Spoil the stream inside a compound file, so that the spoilt thing is what is read."""
    try:
        stream = old_excel.workbook_stream(data)
    except (ValueError, struct.error):
        return _flip(random, data)
    return old_excel.alone(random.choice(_BYTES)(random, stream))


def _delimited(random: Random, data: bytes) -> bytes:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = data.decode(encoding, "replace")
    marks = (",", ";", "\t", '"', '""', "\r", "\n", "\r\n", "\x00", "\x1a", "\u2028", '"\n', "|", "\ufeff")
    for _ in range(random.choice((1, 3, 10))):
        at = random.randrange(len(text) + 1)
        new = random.choice(marks) if random.random() < 0.5 else random.choice(NASTY)
        text = text[:at] + new + text[at + random.choice((0, 0, 1, 20)) :]
    return text.encode(random.choice((encoding, "utf-8", "cp1252", "utf-16-le")), "replace")


def _kinds(data: bytes) -> tuple[Callable[[Random, bytes], bytes], ...]:
    if data[:2] == b"PK":
        return (*[_package] * 14, random_bytes)
    if data[:8] == old_excel.SIGNATURE:
        return (*[_old] * 5, random_bytes)
    return (_delimited, _delimited, random_bytes)


def random_bytes(random: Random, data: bytes) -> bytes:
    """Spoil the bytes of a file, whatever they are."""
    return random.choice(_BYTES)(random, data)


def spoilt(random: Random, data: bytes) -> bytes:
    """Return a file with one or several things wrong."""
    for _ in range(random.choice((1, 1, 1, 1, 2))):
        data = random.choice(_kinds(data))(random, data)
    return data
