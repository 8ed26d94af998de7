"""One streamed look at a sheet's XML before the reader works on it.

python-calamine hides error cells and aborts the whole process when one stray cell stands far away, so the
sheet is scanned first with byte searches on decompressed chunks: no XML parser, no entity is ever expanded.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache

_CHUNK = 1 << 21
#: A single row longer than this is no table.
_LONGEST_ROW = 1 << 25


@dataclass
class SheetScan:
    """What the scan found. Rows and columns count from 1; ``errors``: (row, column) to "#N/A" and so on."""

    rows: int = 0
    columns: int = 0
    #: The last cell of the rightmost row, for example ``XFD1048576``.
    far_cell: str = ""
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0
    hidden_columns: list[int] = field(default_factory=list)
    declares_entities: bool = False


@lru_cache(maxsize=4096)
def column_number(letters: str) -> int:
    """Return 1 for ``A``, 28 for ``AB``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=4096)
def column_letter(number: int) -> str:
    """Return ``A`` for 1, ``AB`` for 28."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _Patterns:
    """The byte patterns of one namespace prefix ("" or "x:")."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.row_end = b"</" + prefix + b"row>"
        self.row = re.compile(rb"<" + p + rb"row\b([^>]*)>")
        self.cell = re.compile(rb"<" + p + rb"c\b([^>]*?)(?:/>|>(.*?)</" + p + rb"c>)", re.DOTALL)
        self.value = re.compile(rb"<" + p + rb"v\b[^>]*>([^<]*)</" + p + rb"v>")
        self.column = re.compile(rb"<" + p + rb"col\b([^>]*)>")
        self.cell_start = b"<" + prefix + b"c "
        self.content = (b"<" + prefix + b"v", b"<" + prefix + b"is")


_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_MIN_MAX = re.compile(rb'\b(min|max)="(\d{1,5})"')


def scan_sheet(archive: zipfile.ZipFile, part: str, limit_columns: int) -> SheetScan:
    """Return extents, error cells and hidden rows and columns of a worksheet part.

    ``columns`` is exact up to ``limit_columns``; a cell beyond counts only when it holds something.
    Raises what ``zipfile`` and ``zlib`` raise for a damaged archive.
    """
    scan = SheetScan()
    with archive.open(part) as stream:
        head = stream.read(_CHUNK)
        scan.declares_entities = b"<!DOCTYPE" in head or b"<!ENTITY" in head
        found = _PREFIX.search(head[:8192])
        patterns = _Patterns(found.group(1) or b"" if found else b"")
        for column in patterns.column.finditer(head[: 1 << 16]):
            if _HIDDEN.search(column.group(1)):
                ends = {name: int(number) for name, number in _MIN_MAX.findall(column.group(1))}
                # Excel hides "everything after the table" up to the last column: no loss of data.
                if ends.get(b"max", 0) < 16384:
                    scan.hidden_columns.extend(range(ends.get(b"min", 1), ends.get(b"max", 0) + 1))
        rest = head
        while True:
            end = rest.rfind(patterns.row_end)
            if end >= 0:
                end += len(patterns.row_end)
                _scan_rows(rest[:end], patterns, scan, limit_columns)
                rest = rest[end:]
            chunk = stream.read(_CHUNK)
            if not chunk:
                break
            rest += chunk
            if len(rest) > _LONGEST_ROW:
                scan.columns = max(scan.columns, 16384)
                scan.far_cell = scan.far_cell or f"XFD{scan.rows + 1}"
                break
    return scan


def _scan_rows(block: bytes, patterns: _Patterns, scan: SheetScan, limit_columns: int) -> None:
    end = 0
    while (start := patterns.row.search(block, end)) is not None:
        attributes = start.group(1)
        if attributes.endswith(b"/"):
            end = start.end()
            continue
        end = block.find(patterns.row_end, start.end())
        if end < 0:
            return
        named = _ROW_NUMBER.search(attributes)
        number = int(named.group(1)) if named else scan.rows + 1
        last = block.rfind(patterns.cell_start, start.end(), end)
        if last < 0:
            continue
        reference = _REFERENCE.search(block, last, end)
        column = column_number(reference.group(1).decode()) if reference else 0
        far = number > scan.rows + 5000 or column > limit_columns
        if far:
            # Cells that only carry a format are no content; only here is it worth looking at each.
            column = _last_filled(block, start.end(), end, patterns)
            if column == 0:
                continue
        if _HIDDEN.search(attributes):
            scan.hidden_rows += 1
        scan.rows = max(scan.rows, number)
        if column >= scan.columns:
            scan.columns = column
            scan.far_cell = f"{column_letter(column)}{number}"
        at = block.find(b't="e"', start.end(), end)
        if at >= 0:
            _error_cells(block, start.end(), end, patterns, scan, number)


def _last_filled(block: bytes, start: int, end: int, patterns: _Patterns) -> int:
    last = 0
    for index, cell in enumerate(patterns.cell.finditer(block, start, end), 1):
        body = cell.group(2)
        if body and any(mark in body for mark in patterns.content):
            reference = _REFERENCE.search(cell.group(1))
            last = max(last, column_number(reference.group(1).decode()) if reference else index)
    return last


def _error_cells(
    block: bytes, start: int, end: int, patterns: _Patterns, scan: SheetScan, number: int
) -> None:
    at = block.find(b't="e"', start, end)
    while at >= 0:
        opening = block.rfind(patterns.cell_start, start, at)
        closing = block.find(b">", at, end)
        # The mark must stand inside the tag of a cell, not in its text.
        if opening >= 0 and closing > at and block.find(b">", opening, at) < 0:
            reference = _REFERENCE.search(block, opening, closing)
            value = patterns.value.search(block, closing, min(end, closing + 4096))
            if reference:
                column = column_number(reference.group(1).decode())
                text = value.group(1).decode("ascii", "replace") if value else "#N/A"
                scan.errors[(number, column)] = text
        at = block.find(b't="e"', at + 5, end)


_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)(?:/>|>)")


def ods_cells(content: bytes) -> int:
    """Return how many cells the largest rectangle of an OpenDocument file unfolds to, repeats counted."""
    largest = rows = columns = 0
    for table in content.split(b"<table:table ")[1:]:
        rows = columns = number = 0
        for row in _ODS_ROW.finditer(table):
            repeated = _ODS_REPEATED.search(row.group(1))
            number += int(repeated.group(1)) if repeated else 1
            column = filled = 0
            for cell in _ODS_CELL.finditer(row.group(2) or b""):
                again = _ODS_REPEATED.search(cell.group(1))
                column += int(again.group(1)) if again else 1
                if b"value-type" in cell.group(1):
                    filled = column
            if filled:
                rows, columns = number, max(columns, filled)
        largest = max(largest, rows * columns)
    return largest


#: Errors of binary workbooks by their number (MS-XLSB 2.5.97.2).
_BINARY_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip


def scan_binary_sheet(data: bytes) -> SheetScan:
    """Return extents and error cells of an xlsb worksheet part (records of MS-XLSB 2.1.4)."""
    scan = SheetScan()
    at, size, row = 0, len(data), 0
    while at < size:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < size:
            kind = (kind & 0x7F) | ((data[at] & 0x7F) << 7)
            at += 1
        length, shift = 0, 0
        while at < size and shift < 28:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind == 0 and length >= 4:
            row = int.from_bytes(data[at : at + 4], "little")
        elif 2 <= kind <= 11 and length >= 4:
            column = int.from_bytes(data[at : at + 4], "little") + 1
            scan.rows = max(scan.rows, row + 1)
            if column >= scan.columns:
                scan.columns, scan.far_cell = column, f"{column_letter(column)}{row + 1}"
            if kind in (3, 11) and length >= 9:
                scan.errors[(row + 1, column)] = _BINARY_ERRORS.get(data[at + 8], "#N/A")
        at += length
    return scan
