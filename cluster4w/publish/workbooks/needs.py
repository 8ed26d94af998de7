"""The workbook in which a cluster writes its own needs and targets: one figure a row, with drop-downs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import orm

from cluster4w.models import Operation
from cluster4w.publish.workbooks.lists import Cells, ListSheet
from cluster4w.publish.workbooks.sheet_xml import readable
from cluster4w.publish.workbooks.styles import (
    ACCENT,
    EDGE,
    HEADER_GROUND,
    INTEGER,
    MIDDLE,
    WRAPPED,
    font,
    ground,
    new_book,
    put,
    set_for_print,
)
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import template_of
from cluster4w.template.declaration import Template
from cluster4w.template.language import N_, Translate, label, translator

#: Rows that the drop-downs reach.
LAST_ROW = 3000
#: Header, width; the reader knows each of them in both languages.
COLUMNS = (
    (N_("Area"), 38),
    (N_("Sub-sector"), 16),
    (N_("Population group"), 22),
    (N_("Measure"), 18),
    (N_("Unit"), 16),
    (N_("Number"), 14),
    (N_("Remark"), 40),
)
_EVERYBODY = N_("All groups")
_BOTH = N_("Both")
_MEASURES = (N_("In need"), N_("Targeted"), N_("Severity of needs"))
_UNITS = (N_("Households"), N_("Individuals"))
_COUNTRY = N_("Whole country")
_GUIDE = (
    N_("Write one figure a row: an area, a sub-sector, a population group, a measure, a unit, a number."),
    N_(
        "Give a figure at the level at which it is known. A figure of a region is never split over its"
        " cercles, and an empty row is not a zero."
    ),
    N_("“All groups” is a figure for everybody together: it is not the sum of the rows beside it."),
    N_("People in need and people targeted are two rows. Households and individuals may both be given."),
    N_("A severity is a number from 1 (minimal) to 5 (catastrophic); it needs no unit."),
    N_(
        "Where the figures come from, their date and who validated them is asked when the workbook is loaded."
        " Before anything is loaded, every figure is checked and shown."
    ),
)


def write_needs_template(session: orm.Session, operation: Operation, out: BinaryIO, *, language: str) -> None:
    """Write the workbook of an operation: a page of instructions, the table, the hidden lists."""
    translate = translator(language)
    template = template_of(operation)
    gazetteer = load_gazetteer(session, operation.edition_id)
    title = label(operation.title, language)
    book = new_book(readable(title))
    guide = book.create_sheet(translate(N_("Instructions")))
    page = book.create_sheet(translate(N_("Needs")))
    lists = ListSheet(book)
    _instructions(guide, title, gazetteer, translate)
    _headers(page, translate)
    options = _options(gazetteer, template, language, translate)
    cells = [
        lists.add(translate(header), texts) for (header, _), texts in zip(COLUMNS, options, strict=False)
    ]
    for column, found in zip("ABCDE", cells, strict=True):
        page.add_data_validation(_choice(column, found, translate))
    page.add_data_validation(_number(translate))
    book.active = 0
    book.save(out)


def area_text(place: Place) -> str:
    """Return how the drop-down names a place; the code at the end tells it from every other."""
    return f"{place.name} ({place.pcode})"


def _areas(gazetteer: Gazetteer, translate: Translate) -> Iterator[str]:
    yield f"{translate(_COUNTRY)} ({gazetteer.country})"
    for region in gazetteer.children.get(None, ()):
        yield area_text(region)
        for cercle in gazetteer.children.get(region.pcode, ()):
            yield area_text(cercle)
            yield from map(area_text, gazetteer.children.get(cercle.pcode, ()))


def _options(
    gazetteer: Gazetteer, template: Template, language: str, translate: Translate
) -> tuple[list[str], ...]:
    def choices(name: str) -> list[str]:
        return [label(c.labels, language) for c in template.lists[name]]

    return (
        list(_areas(gazetteer, translate)),
        [*choices("sub_sector"), translate(_BOTH)],
        [translate(_EVERYBODY), *choices("population_group")],
        [translate(words) for words in _MEASURES],
        [translate(words) for words in _UNITS],
    )


def _instructions(page: Worksheet, title: str, gazetteer: Gazetteer, translate: Translate) -> None:
    page.column_dimensions["A"].width = 100
    put(page, 1, 1, translate(N_("Needs and targets"))).font = font(size=16, bold=True, color=ACCENT)
    put(page, 2, 1, title)
    edition = f"{gazetteer.country} {gazetteer.edition}"
    put(page, 3, 1, translate(N_("Administrative division: %(edition)s")) % {"edition": edition})
    for row, words in enumerate(_GUIDE, 5):
        put(page, row, 1, translate(words)).alignment = WRAPPED
    page.sheet_view.showGridLines = False
    set_for_print(page)


def _headers(page: Worksheet, translate: Translate) -> None:
    for index, (header, width) in enumerate(COLUMNS, 1):
        cell = put(page, 1, index, translate(header))
        cell.font, cell.alignment, cell.border = font(bold=True, size=10), MIDDLE, EDGE
        cell.fill = ground(HEADER_GROUND)
        page.column_dimensions[cell.column_letter].width = width
    page.column_dimensions["F"].number_format = INTEGER
    page.row_dimensions[1].height = 30
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:G{LAST_ROW}"
    set_for_print(page, repeat_rows="1:1")


def _choice(column: str, cells: Cells | None, translate: Translate) -> DataValidation:
    found = DataValidation(
        type="list",
        formula1=cells.reference if cells else '""',
        allow_blank=True,
        showErrorMessage=True,
        showDropDown=False,
    )
    found.error = translate(N_("Choose from the list."))
    found.add(f"{column}2:{column}{LAST_ROW}")
    return found


def _number(translate: Translate) -> DataValidation:
    found = DataValidation(
        type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True, showErrorMessage=True
    )
    found.error = translate(N_("Write a number, zero or more. Leave the cell empty when it is not known."))
    found.add(f"F2:F{LAST_ROW}")
    return found
