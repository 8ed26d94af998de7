"""A new workbook of the values of a file that is no Excel package: xls, xlsb, ods, csv."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from io import BytesIO

from openpyxl.worksheet.worksheet import Worksheet

from cluster4w.intake.open import Cell, Sheet, guarded, open_workbook
from cluster4w.intake.opening.archive import Archive
from cluster4w.publish.formula_safety import looks_like_a_formula
from cluster4w.publish.workbooks.package import SheetRows, fill
from cluster4w.publish.workbooks.sheet_xml import day_tail, escaped, letters, number_tail, text_tail
from cluster4w.publish.workbooks.styles import DAY, GENERAL, new_book, style_number

#: What the one sheet of a CSV file is called.
CSV_SHEET = "CSV"
_MOMENT, _HOUR, _SPAN = "dd/mm/yyyy hh:mm", "hh:mm", "[h]:mm"
_EPOCH = dt.datetime(1899, 12, 30)
_NOT_IN_NAMES = re.compile(r"[:\\/?*\[\]\x00-\x1f]")
_LONGEST_NAME = 31


def is_excel(content: bytes) -> bool:
    """Tell whether a file is an xlsx or xlsm package, which can come back as it is."""
    if content[:4] != b"PK\x03\x04":
        return False
    with guarded():
        archive = Archive(content)
        return "xl/workbook.bin" not in archive and "xl/workbook.xml" in archive
    return False


def plain_workbook(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a workbook of the values of a file, and what each of its sheets is called in it.

    Raises:
        Refusal: the file cannot be read.
    """
    source = open_workbook(content)
    book = new_book("")
    names: dict[str, str] = {}
    page: Worksheet | None = None
    for sheet in source.sheets:
        names[sheet.name[:64]] = name = free_name(sheet.name, set(names.values()))
        page = book.create_sheet(name)
        page.sheet_state = "visible" if sheet.visible else "hidden"
        page.sheet_format.defaultColWidth = 16
    if page is None:
        raise ValueError("no sheet")
    styles = {
        "text": style_number(page),
        "quoted": style_number(page, quoted=True),
        "number": style_number(page, number_format=GENERAL),
        "day": style_number(page, number_format=DAY),
        "moment": style_number(page, number_format=_MOMENT),
        "hour": style_number(page, number_format=_HOUR),
        "span": style_number(page, number_format=_SPAN),
    }
    stream, out = BytesIO(), BytesIO()
    book.save(stream)
    rows = {}
    for sheet in source.sheets:
        scan = sheet.scan()
        extent = f"A1:{letters(max(scan.columns, 1))[-1]}{max(scan.rows, 1)}"
        rows[names[sheet.name[:64]]] = SheetRows(_rows(sheet, styles), max(scan.rows, 1), extent)
    fill(stream.getvalue(), out, rows)
    return out.getvalue(), names


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return a name that a sheet of a workbook may have, and that none has yet."""
    plain = _NOT_IN_NAMES.sub(" ", name).strip(" '")[:_LONGEST_NAME] or CSV_SHEET
    folded = {t.casefold() for t in taken}
    number, free = 1, plain
    while free.casefold() in folded:
        number += 1
        free = f"{plain[: _LONGEST_NAME - 5]} ({number})"
    return free


def _rows(sheet: Sheet, styles: dict[str, int]) -> Iterator[str]:
    errors: dict[int, dict[int, str]] = {}
    for (at, column), text in sheet.scan().errors.items():
        errors.setdefault(at, {})[column] = text
    names = letters(1)
    for number, row in enumerate(sheet.rows(), 1):
        if len(row) > len(names):
            names = letters(len(row))
        failed = errors.get(number, {})
        cells = "".join(
            f'<c r="{names[index]}{number}{_error_tail(failed[index + 1]) if index + 1 in failed else tail}'
            for index, cell in enumerate(row)
            if (tail := _tail(cell, styles)) or index + 1 in failed
        )
        if cells:
            yield f'<row r="{number}">{cells}</row>'


def _error_tail(text: str) -> str:
    return f'" t="e"><v>{escaped(text)}</v></c>'


def _tail(cell: Cell, styles: dict[str, int]) -> str:
    """Return a cell from behind its reference; nothing for an empty one."""
    match cell:
        case "" | None:
            return ""
        case str():
            return text_tail(cell, styles["quoted" if looks_like_a_formula(cell) else "text"])
        case bool():
            return f'" t="b"><v>{int(cell)}</v></c>'
        case int() | float():
            return number_tail(cell, styles["number"])
        case dt.datetime():
            if cell.time() == dt.time():
                return day_tail(cell.date(), styles["day"])
            return number_tail((cell.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1), styles["moment"])
        case dt.date():
            return day_tail(cell, styles["day"])
        case dt.time():
            seconds = cell.hour * 3600 + cell.minute * 60 + cell.second
            return number_tail(seconds / 86400, styles["hour"])
        case dt.timedelta():
            return number_tail(cell / dt.timedelta(days=1), styles["span"])
        case _:
            return text_tail(str(cell), styles["text"])
