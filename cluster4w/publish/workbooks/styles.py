"""Cell styles of our workbooks: calm colours, and the number by which streamed cells name a style."""

from __future__ import annotations

from typing import cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.worksheet import Worksheet

from cluster4w.template.columns import Group

#: Pale grounds that tell the groups of columns apart and leave black text legible, in print too.
GROUP_COLOURS: dict[Group, str] = {
    Group.WHO: "E3E9F0",
    Group.WHAT: "EFE6DA",
    Group.WHERE: "E1EBDF",
    Group.WHEN: "ECE3EC",
    Group.FOR_WHOM: "F4E4E1",
    Group.OTHER: "ECECEC",
}
ACCENT = "8B1A1A"
GREY = "6B6B6B"
PALE_GREY = "9A9A9A"
HEADER_GROUND = "EFEDE8"

TEXT = "@"
GENERAL = "General"
DAY = "dd/mm/yyyy"
INTEGER = "#,##0"
MONEY = "#,##0.00"

RULE = Border(bottom=Side("thin", color="8C8C8C"))
EDGE = Border(left=Side("thin", color="C9C9C9"), right=Side("thin", color="C9C9C9"), bottom=RULE.bottom)
WRAPPED = Alignment(wrap_text=True, vertical="top")
MIDDLE = Alignment(wrap_text=True, vertical="center")


def new_book(title: str) -> Workbook:
    """Return a workbook without sheets."""
    book = Workbook()
    book.remove(cast(Worksheet, book.active))
    book.properties.title, book.properties.creator = title, "cluster4w"
    return book


def font(*, size: float = 11, bold: bool = False, color: str | None = None) -> Font:
    """Return a font of the one family; programs without it take another sans serif."""
    return Font(name="Calibri", family=2, size=size, bold=bold, color=color)


def ground(colour: str) -> PatternFill:
    """Return a plain ground."""
    return PatternFill("solid", fgColor=colour)


def style_number(
    page: Worksheet,
    *,
    number_format: str = GENERAL,
    locked: bool = True,
    quoted: bool = False,
    colour: str | None = None,
    size: float | None = None,
) -> int:
    """Register a style with the workbook and return the number that a streamed cell gives as ``s``."""
    # The cell is never part of the sheet: only its style is registered with the workbook.
    cell = Cell(page, row=1, column=1)
    cell.number_format = number_format
    cell.protection = Protection(locked=locked)
    if colour or size:
        cell.font = font(color=colour, size=size or 11)
    cell.quotePrefix = quoted
    return int(cell.style_id)


def put(page: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write a text cell that stays a text, whatever it begins with."""
    cell = cast(Cell, page.cell(row, column))
    cell.value = text
    cell.data_type = "s"
    return cell


def set_for_print(page: Worksheet, *, repeat_rows: str | None = None, pages_wide: int = 1) -> None:
    """Set a sheet up for A4 paper: landscape, so many pages wide, header rows on every page."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = int(Worksheet.PAPERSIZE_A4)
    page.page_setup.fitToHeight = 0
    page.page_setup.fitToWidth = pages_wide
    if page.sheet_properties.pageSetUpPr is not None:
        page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top = page.page_margins.bottom = 0.5
    if repeat_rows:
        page.print_title_rows = repeat_rows
