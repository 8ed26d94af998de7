"""The workbook without its data rows: sheets, headers, styles, drop-downs, protection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from math import ceil

from openpyxl.styles import Alignment, Protection
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cluster4w.publish.status.column import WIDTH, add_check_column
from cluster4w.publish.status.row import Row as RowAtHand
from cluster4w.publish.status.rules import asked_attributes
from cluster4w.publish.workbooks.cells import ColumnStyles, choice_text, number_format
from cluster4w.publish.workbooks.formulas import Formulas, blank_row_formulas
from cluster4w.publish.workbooks.instructions import Guide, write_instructions
from cluster4w.publish.workbooks.lists import Lists, ListSheet, write_lists, write_spellings
from cluster4w.publish.workbooks.sheet_xml import letters, readable
from cluster4w.publish.workbooks.styles import (
    ACCENT,
    EDGE,
    GREY,
    GROUP_COLOURS,
    HEADER_GROUND,
    MIDDLE,
    PALE_GREY,
    font,
    ground,
    new_book,
    put,
    set_for_print,
    style_number,
)
from cluster4w.publish.workbooks.validations import validations
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.columns import Column, Group
from cluster4w.template.completion import OUR_CLUSTER
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.language import LANGUAGES, N_, translator
from cluster4w.template.layouts import META_SHEET, Layout, LayoutColumn

#: The columns that stay in view when the sheet is scrolled sideways; the last one where there is room.
_IDENTITY = ("row_id", "org_acronym", "org_name")
#: Spreadsheets count days from here.
_EPOCH = dt.date(1899, 12, 30)
#: Characters on a printed page that are still legible.
_PRINTED_WIDTH = 200
#: What one may do on a protected sheet; openpyxl says True for what is forbidden.
_ALLOWED = ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter")

GROUP_NAMES: dict[Group, str] = {
    Group.WHO: N_("WHO"),
    Group.WHAT: N_("WHAT"),
    Group.WHERE: N_("WHERE"),
    Group.WHEN: N_("WHEN"),
    Group.FOR_WHOM: N_("FOR WHOM"),
    Group.OTHER: N_("OTHER"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What the workbook is made for."""

    template: Template
    layout: Layout
    language: str
    gazetteer: Gazetteer
    agencies: Sequence[Agency]
    months: Sequence[str]
    guide: Guide
    #: The last row that drop-downs and checks reach.
    last_row: int
    #: Whose workbook it is and for which month; None for everybody's.
    agency: Agency | None = None
    month: str | None = None
    #: True: a workbook to be filled in. False: rows to be read.
    to_fill: bool = True
    #: Finding code to the severity that the operation wants, or "off"; first and last day of the plan.
    severities: Mapping[str, str] = field(default_factory=dict)
    plan: tuple[dt.date, dt.date] = (dt.date.min, dt.date.max)

    @property
    def checks(self) -> bool:
        """True: the first column says how each row stands."""
        return self.to_fill and self.layout.check_column

    @property
    def first_column(self) -> int:
        """Where the layout's own columns begin, from 1."""
        return 2 if self.checks else 1

    @property
    def columns(self) -> dict[str, str]:
        """Column key to letter."""
        names = letters(len(self.layout.keys), self.first_column)
        return dict(zip(self.layout.keys, names, strict=True))


@dataclass(frozen=True, slots=True)
class Shell:
    """The finished shell."""

    content: bytes
    sheet: str
    styles: tuple[ColumnStyles, ...]
    formulas: Formulas
    #: The style of formula cells.
    formula_style: int
    #: The style of the cells that say how a row stands; None for a workbook without them.
    check_style: int | None = None

    @property
    def first_column(self) -> int:
        """Where the layout's own columns begin, from 1."""
        return 1 if self.check_style is None else 2


def header_cell(layout: Layout, shown: LayoutColumn, column: Column, language: str) -> str:
    """Return the text of a header cell: the exact header, in both languages where the layout wants it.

    Our own bilingual layout marks the columns that must always be filled with an asterisk.
    """
    text = shown.header_text(language)
    if not layout.bilingual:
        return text
    mark = " *" if column.required is True else ""
    others = (shown.header_text(other) for other in LANGUAGES if other != language)
    return "\n".join(dict.fromkeys((f"{text}{mark}", *(o for o in others if o != text))))


def make_shell(order: Order) -> Shell:
    """Return the workbook that the order describes, without data rows."""
    book = new_book(readable(order.guide.title))
    name = order.layout.sheet_name(order.language)
    own = _own(order)
    # Other programs read the first sheet of a foreign layout; ours opens with the instructions.
    if order.layout.bilingual:
        guide, page = _guide_page(book, order), book.create_sheet(name)
    else:
        page, guide = book.create_sheet(name), _guide_page(book, order)
    columns = order.columns
    sheet = ListSheet(book)
    lists = write_lists(
        sheet,
        order.template,
        order.layout,
        order.language,
        order.gazetteer,
        order.agencies,
        order.months,
        own,
    )
    book.create_sheet(META_SHEET).sheet_state = "veryHidden"
    translate = translator(order.language)
    write_instructions(
        guide,
        order.guide,
        order.template,
        order.layout,
        order.language,
        columns,
        checks=order.checks,
    )
    _headers(page, order)
    styles = tuple(_column_style(page, order, key, letter) for key, letter in columns.items())
    for validation in validations(
        order.template, order.layout, lists, columns, order.language, translate, order.last_row
    ):
        page.add_data_validation(validation)
    _view(page, order, columns)
    if order.checks:
        asked = list(asked_attributes(order.template))
        write_spellings(sheet, lists, order.template, order.layout, order.months, asked)
        add_check_column(book, page, sheet, _row_at_hand(order, lists, name))
    formulas = blank_row_formulas(order.template, order.layout, lists, columns) if order.to_fill else {}
    formula_style = style_number(page, locked=False)
    check_style = style_number(page, size=9) if order.checks else None
    stream = BytesIO()
    book.save(stream)
    return Shell(stream.getvalue(), name, styles, formulas, formula_style, check_style)


def _guide_page(book: Workbook, order: Order) -> Worksheet:
    page: Worksheet = book.create_sheet(translator(order.language)(N_("Instructions")))
    return page


def _row_at_hand(order: Order, lists: Lists, sheet: str) -> RowAtHand:
    first, last = ((day - _EPOCH).days for day in order.plan)
    return RowAtHand(
        order.template,
        order.layout,
        order.language,
        lists,
        order.columns,
        sheet,
        order.layout.first_data_row,
        order.last_row,
        order.severities,
        (first, last),
        order.gazetteer.partial,
    )


def _own(order: Order) -> dict[str, str]:
    """Return what blank rows fill in by themselves, as texts by column key."""
    own: dict[str, str] = {}
    keys = order.layout.keys
    if order.agency is not None:
        kind = choice_text(order.template, order.layout, "org_type", order.agency.type, order.language)
        own = {"org_acronym": order.agency.acronym, "org_name": order.agency.name, "org_type": kind}
    if order.month is not None:
        own["period"] = order.month
    if "cluster" in keys:
        own["cluster"] = choice_text(order.template, order.layout, "cluster", OUR_CLUSTER, order.language)
    return {key: text for key, text in own.items() if key in keys}


def _headers(page: Worksheet, order: Order) -> None:
    layout, template, row = order.layout, order.template, order.layout.header_row
    if layout.group_row:
        _group_row(page, order)
    for index, shown in enumerate(layout.columns, order.first_column):
        column = template.column(shown.key)
        cell = put(page, row, index, header_cell(layout, shown, column, order.language))
        cell.font, cell.alignment, cell.border = font(bold=True, size=10), MIDDLE, EDGE
        cell.fill = ground(GROUP_COLOURS[column.group] if layout.group_row else HEADER_GROUND)
        if layout.hxl_row and shown.hxl:
            tag = put(page, row + 1, index, shown.hxl)
            tag.font, tag.alignment = font(size=8, color=PALE_GREY), Alignment(vertical="center")
    page.row_dimensions[row].height = 66 if layout.bilingual else 45
    if layout.hxl_row:
        page.row_dimensions[row + 1].height = 18


def _group_row(page: Worksheet, order: Order) -> None:
    languages = (order.language, *(o for o in LANGUAGES if o != order.language))
    column = order.first_column
    for group, keys in groupby(order.layout.keys, key=lambda k: order.template.column(k).group):
        width = len(list(keys))
        names = dict.fromkeys(translator(language)(GROUP_NAMES[group]) for language in languages)
        cell = put(page, 1, column, " / ".join(names))
        cell.font = font(bold=True, size=10, color=GREY)
        cell.alignment = Alignment(horizontal="left", vertical="center")
        for index in range(column, column + width):
            page.cell(1, index).fill = ground(GROUP_COLOURS[group])
        if width > 1:
            page.merge_cells(start_row=1, end_row=1, start_column=column, end_column=column + width - 1)
        column += width
    page.row_dimensions[1].height = 20


def _column_style(page: Worksheet, order: Order, key: str, letter: str) -> ColumnStyles:
    """Set the width and style of a column, for cells that do not exist yet; returns the style numbers."""
    column = order.template.column(key)
    shown = next(c for c in order.layout.columns if c.key == key)
    locked, form = column.kind is Kind.ROW_ID, number_format(column.kind)
    colour, size = (PALE_GREY, 8.0) if locked else (None, None)
    dimension = page.column_dimensions[letter]
    dimension.width = shown.width
    dimension.number_format = form
    dimension.protection = Protection(locked=locked)
    if locked:
        dimension.font = font(color=colour, size=size or 11)
    return ColumnStyles(
        style_number(page, number_format=form, locked=locked, colour=colour, size=size),
        style_number(page, number_format=form, locked=locked, colour=colour, size=size, quoted=True),
    )


def _view(page: Worksheet, order: Order, columns: Mapping[str, str]) -> None:
    layout, row = order.layout, order.layout.first_data_row
    names = list(columns.values())
    frozen = 0
    identity = _IDENTITY[: -1 if order.checks else None]
    while frozen < len(names) - 1 and layout.keys[frozen] in identity:
        frozen += 1
    page.freeze_panes = f"{names[frozen]}{row}"
    # The filter stands on the last header row, so that no header is sorted or filtered away.
    page.auto_filter.ref = f"A{row - 1}:{names[-1]}{order.last_row}"
    page.sheet_view.zoomScale = 90
    if layout.group_row:
        page.sheet_properties.tabColor = ACCENT
    width = sum(c.width for c in layout.columns) + (WIDTH if order.checks else 0)
    pages = ceil(width / _PRINTED_WIDTH)
    set_for_print(page, repeat_rows=f"1:{row - 1}", pages_wide=pages)
    if order.to_fill and "row_id" in columns:
        page.protection.sheet = True
        for action in _ALLOWED:
            setattr(page.protection, action, False)
