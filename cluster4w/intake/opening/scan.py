"""One streamed look at a sheet's XML before the reader works on it.

python-calamine hides error cells and aborts the whole process when one stray cell stands far away, so the
sheet is scanned first with byte searches on decompressed chunks. They know the ways in which spreadsheet
programs write; whatever is written in any other way is read element by element, for the reader may see more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from cluster4w.intake.opening.archive import walk

#: A single row longer than this is no table.
_LONGEST_ROW = 1 << 25
#: A row this much farther down than the last one is far away.
_FAR = 5000
#: Bytes of a sheet that is read element by element.
_SLOWLY = 1 << 26


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
    #: Bytes of the part, unpacked.
    size: int = 0
    #: Its cells at the most, and those whose text stands in them.
    cells: int = 0
    inline: int = 0
    #: Letters that the reader would hold, at the most.
    text: int = 0


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


_ATTRIBUTES = rb'(?:\s+[\w:]+="[^"<>]*")*'
#: Only a document's first characters, behind its mark, begin with ``<?``.
_DECLARATION = 4


class _Patterns:
    """The byte patterns of one namespace prefix ("" or "x:")."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.prefix = prefix
        self.row_end = b"</" + prefix + b"row>"
        self.row = re.compile(rb"<" + p + rb"row\b([^>]*)>")
        self.row_start = b"<" + prefix + b"row "
        self.numbered = re.compile(rb"<" + p + rb'row r="(\d{1,7})"')
        self.cell = re.compile(
            rb"<" + p + rb"c(" + _ATTRIBUTES + rb")\s*(?:/>|>(.*?)</" + p + rb"c>)", re.DOTALL
        )
        self.value = re.compile(rb"<" + p + rb"v\b[^>]*>([^<]*)</" + p + rb"v>")
        self.column = re.compile(rb"<" + p + rb"col\b([^>]*)>")
        self.cell_start = b"<" + prefix + b"c "
        self.cell_end = b"</" + prefix + b"c>"
        self.cell_close = b"</" + prefix + b"c"
        self.reference = re.compile(rb"<" + p + rb'c r="([A-Z]{1,3}[0-9]{1,7})"')
        #: Beginnings of cells, and of the few other elements in a row that begin alike.
        self.c = b"<" + prefix + b"c"
        self.others = (b"<" + prefix + b"color", b"<" + prefix + b"charset", b"<" + prefix + b"condense")

    def outside(self, row: int, column: int) -> re.Pattern[bytes]:
        """Return the pattern of a cell beyond a row or a column, or that does not say where it is.

        Cells stand in order, and then the last one of a row is the rightmost; those of a hostile file need
        not, nor need they be in the row that they stand in.
        """
        rows, columns = _up_to(str(row), "0", "9"), _up_to(column_letter(column), "A", "Z")
        within = rf' r="(?:{columns})(?:{rows})"|olor\b|harset\b|ondense\b'
        return re.compile(re.escape(self.c) + rb"(?!" + within.encode() + rb")")


_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_MIN_MAX = re.compile(rb'\b(min|max)="(\d{1,5})"')
#: A row or a cell, whoever wrote it: none stands outside of what was looked at.
_ROW_OR_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?(?:row|c)[\s/>]")
_LETTERS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"


class _Unusual(Exception):
    """A sheet that is not written as spreadsheet programs write it: it is read element by element."""


def scan_sheet(pieces: Callable[[], Iterable[bytes]], limit_columns: int) -> SheetScan:
    """Return extents, error cells and hidden rows and columns of a worksheet part.

    ``pieces`` gives the part's bytes anew at each call. ``columns`` is exact up to ``limit_columns``; a cell
    beyond counts only when it holds something. Raises what unpacking and the XML parser raise.
    """
    try:
        return _quick(iter(pieces()), limit_columns)
    except _Unusual:
        return scan_elements(pieces())


def _quick(pieces: Iterator[bytes], limit_columns: int) -> SheetScan:
    scan = SheetScan()
    rest = head = next(pieces, b"")
    scan.size = len(head)
    scan.declares_entities = b"<!DOCTYPE" in head or b"<!ENTITY" in head
    found = _PREFIX.search(head[:8192])
    if found is None or b"\0" in head[:8192]:
        raise _Unusual
    patterns = _Patterns(found.group(1) or b"")
    hidden: set[int] = set()
    for column in patterns.column.finditer(head[: 1 << 16]):
        if _HIDDEN.search(column.group(1)):
            ends = {name: int(number) for name, number in _MIN_MAX.findall(column.group(1))}
            # Excel hides "everything after the table" up to the last column: no loss of data.
            if ends.get(b"max", 0) < 16384:
                hidden.update(range(ends.get(b"min", 1), min(ends.get(b"max", 0), limit_columns) + 1))
    scan.hidden_columns = sorted(hidden)
    while True:
        end = rest.rfind(patterns.row_end)
        if end >= 0:
            end += len(patterns.row_end)
            _scan_rows(rest[:end], patterns, scan, limit_columns)
            rest = rest[end:]
        chunk = next(pieces, None)
        if chunk is None:
            break
        scan.size += len(chunk)
        rest += chunk
        if len(rest) > _LONGEST_ROW:
            scan.columns = max(scan.columns, 16384)
            scan.far_cell = scan.far_cell or f"XFD{scan.rows + 1}"
            return scan
    _require_none(rest, 0, len(rest))
    return scan


class _Row(NamedTuple):
    """A row of a block: its number, what its tag says, its cells from ``start`` to ``end``, the last one."""

    number: int
    attributes: bytes
    start: int
    end: int
    column: int


def _scan_rows(block: bytes, patterns: _Patterns, scan: SheetScan, limit_columns: int) -> None:
    scan.cells += block.count(patterns.c)
    scan.inline += block.count(b"inlineStr")
    if not scan.declares_entities:
        _require_usual(block, patterns)
    if _is_regular(block, patterns, scan):
        return
    rows = [row for row in _rows(block, patterns) if row.column]
    if not rows:
        return
    last, widest = max(row.number for row in rows), max(row.column for row in rows)
    numbers = [scan.rows, *(row.number for row in rows)]
    far = widest > limit_columns or any(below - above > _FAR for above, below in pairwise(numbers))
    if not far and patterns.outside(last, widest).search(block, rows[0].start):
        raise _Unusual
    for row in rows:
        if block.find(patterns.cell_close, row.start, row.end) < 0:
            # Every cell is empty and only carries a format: borders dragged down to the end of the sheet.
            continue
        column = _rightmost(block, row, patterns) if far else row.column
        if row.number > scan.rows + _FAR or column > limit_columns:
            # Cells that only carry a format are no content; only here is it worth looking at each.
            column = _last_filled(block, row.start, row.end, patterns)
            if column == 0:
                continue
        if _HIDDEN.search(row.attributes):
            scan.hidden_rows += 1
        scan.rows = max(scan.rows, row.number)
        if column >= scan.columns:
            scan.columns = column
            scan.far_cell = f"{column_letter(column)}{row.number}"
        if block.find(b't="e"', row.start, row.end) >= 0:
            _error_cells(block, row.start, row.end, patterns, scan, row.number)


def _is_regular(block: bytes, patterns: _Patterns, scan: SheetScan) -> bool:
    """Take a block as a whole that goes on as the rows before it did; return False where it does not.

    Its rows follow one another without anything between them, none is hidden, no cell is an error or stands
    beyond the columns known already: in most blocks of a large sheet no row needs a look of its own.
    """
    if b'hidden="' in block or b't="e"' in block or not block.startswith(patterns.row_start):
        return False
    numbers = list(map(int, patterns.numbered.findall(block)))
    if numbers != list(range(scan.rows + 1, scan.rows + 1 + len(numbers))):
        return False
    if block.count(patterns.row_end + patterns.row_start) != len(numbers) - 1:
        return False
    last = block.rfind(patterns.row_start)
    # Rows without content at the end do not belong to the table.
    if not scan.columns or block.find(patterns.cell_close, last) < 0:
        return False
    if patterns.outside(numbers[-1], scan.columns).search(block):
        return False
    scan.rows = numbers[-1]
    far = f"{column_letter(scan.columns)}{scan.rows}"
    if block.find(patterns.cell_start + b'r="' + far.encode() + b'"', last) >= 0:
        scan.far_cell = far
    return True


def _rows(block: bytes, patterns: _Patterns) -> Iterator[_Row]:
    end = 0
    while (found := patterns.row.search(block, end)) is not None:
        _require_none(block, end, found.start())
        attributes, start = found.group(1), found.end()
        if attributes.endswith(b"/"):
            end = start
            continue
        end = block.find(patterns.row_end, start)
        named = _ROW_NUMBER.search(attributes)
        if named is None or end < 0:
            raise _Unusual
        cell = block.rfind(patterns.cell_start, start, end)
        reference = _REFERENCE.search(block, cell, end) if cell >= 0 else None
        if reference is None and block.find(patterns.c, start, end) >= 0:
            raise _Unusual
        column = column_number(reference.group(1).decode()) if reference else 0
        yield _Row(int(named.group(1)), attributes, start, end, column)
    _require_none(block, end, len(block))


def _rightmost(block: bytes, row: _Row, patterns: _Patterns) -> int:
    """Return the rightmost cell's column; every cell must say that it is in this row."""
    references = patterns.reference.findall(block, row.start, row.end)
    begun = block.count(patterns.c, row.start, row.end)
    if begun > len(references):
        begun -= sum(block.count(other, row.start, row.end) for other in patterns.others)
    joined = b" ".join(references)
    if begun != len(references) or set(map(int, joined.translate(None, _LETTERS).split())) != {row.number}:
        raise _Unusual
    return max(column_number(one.decode()) for one in set(joined.translate(None, _DIGITS).split()))


def _up_to(most: str, first: str, last: str) -> str:
    """Return a pattern of the texts of some characters that are shorter than ``most``, or not after it."""
    choices = []
    for at, top in enumerate(most):
        low = chr(ord(top) - 1)
        if low >= first:
            choices.append(f"{most[:at]}[{first}-{low}]" + f"[{first}-{last}]" * (len(most) - at - 1))
    choices.append(most)
    # Most texts are as long as the longest: the shorter ones are tried last.
    return "|".join([*choices, f"[{first}-{last}]{{1,{len(most) - 1}}}"] if len(most) > 1 else choices)


def _require_none(block: bytes, start: int, end: int) -> None:
    if start < end and _ROW_OR_CELL.search(block, start, end):
        raise _Unusual


def _require_usual(block: bytes, patterns: _Patterns) -> None:
    # Comments and the like could hide a row from these searches that the reader sees, or the other way.
    if (b"!" in block and b"<!" in block) or (b"?" in block and block.find(b"<?", _DECLARATION) >= 0):
        raise _Unusual
    # The reader does not look at prefixes: none may stand beside the sheet's own.
    if b":" in block:
        own = re.compile(rb"<" + re.escape(patterns.prefix) + rb"(?:row|c)[\s/>]")
        if len(own.findall(block)) != len(_ROW_OR_CELL.findall(block)):
            raise _Unusual


def scan_elements(pieces: Iterable[bytes]) -> SheetScan:
    """Return what :func:`scan_sheet` returns, slowly and whatever way the sheet is written.

    Raises:
        ValueError: a cell stands nowhere, or the part is too large to be read this way.
    """
    scan = SheetScan()
    row = column = at_row = at_column = 0
    error = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, at_row, at_column, error
        match name.rpartition(":")[2]:
            case "row":
                row, column = int(attributes.get("r") or row + 1), 0
                scan.hidden_rows += attributes.get("hidden") in ("1", "true")
            case "c":
                scan.cells += 1
                column += 1
                at_row, at_column = row, column
                if reference := attributes.get("r"):
                    at_row, at_column = _place(reference)
                    column = at_column
                error = attributes.get("t") == "e"
            case "v" | "is":
                scan.rows = max(scan.rows, at_row)
                if at_column >= scan.columns:
                    scan.columns = at_column
                    scan.far_cell = f"{column_letter(at_column)}{at_row}"
                if error:
                    scan.errors[(at_row, at_column)] = "#N/A"

    def counted() -> Iterator[bytes]:
        for piece in pieces:
            scan.size += len(piece)
            if scan.size > _SLOWLY:
                raise ValueError("too large to be read element by element")
            yield piece

    walk(counted(), start)
    return scan


_ANY_REFERENCE = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})")


def _place(reference: str) -> tuple[int, int]:
    found = _ANY_REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError("a cell that stands nowhere")
    return int(found[2]), column_number(found[1].upper())


def _last_filled(block: bytes, start: int, end: int, patterns: _Patterns) -> int:
    last = closed = 0
    left = len(patterns.reference.findall(block, start, end))
    for cell in patterns.cell.finditer(block, start, end):
        left -= 1
        body = cell.group(2)
        closed += body is not None
        if body and body.strip():
            reference = _REFERENCE.search(cell.group(1))
            last = max(last, column_number(reference.group(1).decode()) if reference else 0)
    if left or closed != block.count(patterns.cell_end, start, end):
        raise _Unusual
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
