"""Reading a small reference table (csv, xlsx, xls, ods) as rows with their headers.

The workbooks of partners take the longer way of the intake; gazetteers and tables of needs are plain: one
header row, perhaps an HXL row below it. What a file is, its first bytes say, never its name.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cluster4w.intake.open import open_workbook
from cluster4w.intake.opening.old_excel import SIGNATURE
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.text import clean

MAX_BYTES = 60_000_000
MAX_UNPACKED = 400_000_000
MAX_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 400
#: The header row is among the first rows.
HEADER_WITHIN = 25

Cell = Any


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet from its header row on. Row numbers are the file's own, from 1."""

    sheet: str
    headers: tuple[str, ...]
    header_row: int
    hxl: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    #: The headings above the header row, each over its own columns ("" where there are none).
    above: tuple[str, ...] = ()


def unreadable(name: str) -> Refusal:
    """Return the refusal of a file that is none of the forms we read."""
    return Refusal(
        "file.unreadable",
        N_("The file “%(name)s” is not a table that can be read: csv, xlsx, xls or ods."),
        name=name,
    )


def check_size(data: bytes) -> None:
    """Refuse a file that is too large, before any work."""
    if len(data) > MAX_BYTES:
        raise Refusal(
            "file.too_large",
            N_("The file is too large: more than %(limit)s MB."),
            limit=MAX_BYTES // 1_000_000,
        )


def zip_parts(data: bytes, name: str) -> dict[str, int]:
    """Return the parts of a zip file with their unpacked sizes; refuses a broken zip and a zip bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as problem:
        raise unreadable(name) from problem
    if len(entries) > MAX_PARTS or sum(e.file_size for e in entries) > MAX_UNPACKED:
        raise Refusal(
            "file.too_large_unpacked", N_("The file “%(name)s” is too large once unpacked."), name=name
        )
    return {e.filename: e.file_size for e in entries}


def read_tables(data: bytes, name: str) -> list[Table]:
    """Return every sheet that holds a table, in the file's order.

    Raises:
        Refusal: the file is too large, no table, or holds no header row.
    """
    check_size(data)
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        sheets = list(_workbook_sheets(data, name))
    elif looks_binary(data):
        raise unreadable(name)
    else:
        sheets = [("", list(_csv_rows(decode(data), name)))]
    tables = [t for sheet, rows in sheets if (t := _table(sheet, rows)) is not None]
    if not tables:
        raise Refusal("file.no_table", N_("The file “%(name)s” holds no table with a header row."), name=name)
    return tables


def looks_binary(data: bytes) -> bool:
    """Say whether the bytes are no text (a picture, a PDF, a program)."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    return b"\x00" in data[:4096] or data[:4] == b"%PDF" or data[:3] == b"\xff\xd8\xff"


def decode(data: bytes) -> str:
    """Return the text of a file: UTF-8 with or without mark, UTF-16 with mark, else Windows-1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _csv_rows(text: str, name: str) -> Iterator[list[Cell]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise _too_many(name)
            yield [cell if cell.strip() else None for cell in row]
    except csv.Error as problem:
        raise unreadable(name) from problem


def _too_many(name: str) -> Refusal:
    return Refusal(
        "file.too_many_cells",
        N_("The file “%(name)s” has too many rows or columns for a table of this kind."),
        name=name,
    )


def _workbook_sheets(data: bytes, name: str) -> Iterator[tuple[str, list[list[Cell]]]]:
    """Yield the visible sheets, opened with the same care as a partner's workbook."""
    if data[:2] != b"PK" and not data.startswith(SIGNATURE):
        raise unreadable(name)
    for sheet in open_workbook(data).sheets:
        if sheet.visible:
            rows = [[None if cell == "" else cell for cell in row] for row in sheet.rows()]
            if len(rows) > MAX_ROWS:
                raise _too_many(name)
            yield sheet.name, rows


def _table(sheet: str, rows: Sequence[Sequence[Cell]]) -> Table | None:
    """Return the table of a sheet: its header row is the first with the most filled cells near the top."""
    if not rows:
        return None
    head = list(rows[:HEADER_WITHIN])
    filled = [sum(isinstance(c, str) and bool(c.strip()) for c in row) for row in head]
    widest = max(filled)
    if widest < 2:
        return None
    at = next(i for i, n in enumerate(filled) if n >= max(2, widest * 2 // 3))
    headers = tuple(clean(str(c)) if c is not None else "" for c in rows[at])[:MAX_COLUMNS]
    hxl: tuple[str, ...] = ()
    first = at + 1
    if first < len(rows) and _is_hxl(rows[first]):
        hxl = tuple(clean(str(c)) if c is not None else "" for c in rows[first])
        first += 1
    elif _is_hxl(rows[at]):
        hxl = headers
    body = tuple(
        (number, tuple(row[: len(headers)]) + (None,) * (len(headers) - len(row)))
        for number, row in enumerate(rows[first:], first + 1)
        if any(c is not None for c in row)
    )
    return Table(sheet, headers, at + 1, hxl, body, _headings(rows[at - 1], len(headers)) if at else ())


def _headings(row: Sequence[Cell], width: int) -> tuple[str, ...]:
    """Return the heading over each column: a heading reaches to the next one. A lone title is none."""
    filled = [clean(c) if isinstance(c, str) else "" for c in row[:width]]
    if len(set(filter(None, filled))) < 2:
        return ()
    found, last = [], ""
    for text in [*filled, *[""] * (width - len(filled))]:
        last = text or last
        found.append(last)
    return tuple(found)


def _is_hxl(row: Sequence[Cell]) -> bool:
    filled = [str(c).strip() for c in row if c is not None]
    return len(filled) >= 2 and all(c.startswith("#") for c in filled)


def text_of(cell: Cell) -> str:
    """Return a cell as trimmed text; empty for blank cells and for the word that databases write for it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = clean(str(cell))
    return "" if text.casefold() in {"<null>", "null", "none", "nan", "n/a", "#n/a"} else text


_BLANKS = re.compile(r"[\s\u00a0\u202f']+")


def number_of(cell: Cell) -> float | None:
    """Return the number of a cell, None where it holds none; blank and words are no zero.

    Reads French and English forms: "1 200,5", "1,200.5", "1.200" stays 1.2 (a point is a decimal point).
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell) if cell == cell and abs(cell) != float("inf") else None
    text = _BLANKS.sub("", text_of(cell))
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[-+]?\d+,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", text):
        return None
    value = float(text)
    return value if abs(value) != float("inf") else None


def day_of(cell: Cell) -> dt.date | None:
    """Return the day of a cell: a date, or text that begins like ``2021-12-20``."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    try:
        return dt.date.fromisoformat(text_of(cell)[:10])
    except ValueError:
        return None
