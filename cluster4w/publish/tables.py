"""A plain, tidy table as a workbook of one sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from typing import BinaryIO

from openpyxl.worksheet.worksheet import Worksheet

from cluster4w.publish.formula_safety import looks_like_a_formula
from cluster4w.publish.workbooks.package import SheetRows, fill
from cluster4w.publish.workbooks.sheet_xml import Scalar, day_tail, letters, number_tail, readable, text_tail
from cluster4w.publish.workbooks.styles import (
    DAY,
    GENERAL,
    GREY,
    HEADER_GROUND,
    INTEGER,
    MIDDLE,
    RULE,
    font,
    ground,
    new_book,
    put,
    set_for_print,
    style_number,
)

_TITLE_ROW, _HEADER_ROW = 1, 3


def write_table(
    out: BinaryIO,
    *,
    title: str,
    sheet: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Scalar]],
    notes: Sequence[str] = (),
    widths: Sequence[float] | None = None,
    formats: Sequence[str | None] | None = None,
) -> None:
    """Write a table: title, header row, data, and below them notes (sources, rules, dates).

    Args:
        out: A binary file, opened for writing.
        sheet: Name of the sheet, at most 31 characters, without ``: \\ / ? * [ ]``.
        rows: One sequence per row, as long as ``headers``; None leaves a cell empty.
        widths: Width of each column in characters; by default the header decides.
        formats: Number format of each column's figures, for example ``0 %``; None for the usual one.
    """
    styles, shell = _shell(title, sheet, headers, widths, formats)
    content = list(rows)
    last = _HEADER_ROW + len(content)
    pieces = chain(
        _data(content, styles),
        _notes(notes, last + 2, styles[0]["note"]),
    )
    end = last + 1 + len(notes) if notes else last
    extent = f"A1:{letters(len(headers))[-1]}{end}"
    fill(shell, out, {sheet: SheetRows(pieces, end, extent)})


def _shell(
    title: str,
    sheet: str,
    headers: Sequence[str],
    widths: Sequence[float] | None,
    formats: Sequence[str | None] | None,
) -> tuple[list[dict[str, int]], bytes]:
    """Return the style numbers of each column and the workbook without its data rows."""
    book = new_book(readable(title))
    page = book.create_sheet(sheet)
    put(page, _TITLE_ROW, 1, readable(title)).font = font(bold=True, size=14)
    styles = []
    for index, header in enumerate(headers, 1):
        cell = put(page, _HEADER_ROW, index, readable(header))
        cell.font, cell.border = font(bold=True), RULE
        cell.fill, cell.alignment = ground(HEADER_GROUND), MIDDLE
        width = widths[index - 1] if widths else min(max(len(header) + 3, 11), 32)
        page.column_dimensions[cell.column_letter].width = width
        styles.append(_styles(page, formats[index - 1] if formats else None))
    page.row_dimensions[_HEADER_ROW].height = 32
    page.freeze_panes = f"B{_HEADER_ROW + 1}"
    page.sheet_view.showGridLines = False
    set_for_print(page, repeat_rows=f"{_HEADER_ROW}:{_HEADER_ROW}")
    stream = BytesIO()
    book.save(stream)
    return styles, stream.getvalue()


def _styles(page: Worksheet, given: str | None) -> dict[str, int]:
    """Return style numbers by use."""
    return {
        "text": style_number(page),
        "quoted": style_number(page, quoted=True),
        "integer": style_number(page, number_format=given or INTEGER),
        "decimal": style_number(page, number_format=given or GENERAL),
        "day": style_number(page, number_format=DAY),
        "note": style_number(page, colour=GREY, size=9),
    }


def _tail(value: Scalar, styles: dict[str, int]) -> str:
    match value:
        case None:
            return ""
        case str():
            return text_tail(value, styles["quoted" if looks_like_a_formula(value) else "text"])
        case dt.date():
            return day_tail(value, styles["day"])
        case bool() | int():
            return number_tail(int(value), styles["integer"])
        case float():
            return number_tail(value, styles["decimal"])


def _data(rows: Iterable[Sequence[Scalar]], styles: list[dict[str, int]]) -> Iterator[str]:
    names = letters(len(styles))
    for number, row in enumerate(rows, _HEADER_ROW + 1):
        cells = "".join(
            f'<c r="{letter}{number}{tail}'
            for letter, value, style in zip(names, row, styles, strict=True)
            if (tail := _tail(value, style))
        )
        yield f'<row r="{number}">{cells}</row>'


def _notes(notes: Sequence[str], first: int, style: int) -> Iterator[str]:
    for number, note in enumerate(notes, first):
        yield f'<row r="{number}"><c r="A{number}{text_tail(note, style)}</row>'
