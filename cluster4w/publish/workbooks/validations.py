"""Drop-downs and checks of the data sheet, so that most mistakes are seen where they are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import assert_never

from openpyxl.worksheet.datavalidation import DataValidation

from cluster4w.publish.workbooks.formulas import place_key
from cluster4w.publish.workbooks.lists import Lists
from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.language import N_, Translate, label
from cluster4w.template.layouts import Layout
from cluster4w.template.rules import Check

#: The limits of a spreadsheet program on what a validation says.
_TITLE, _WORDS = 32, 225
_FIRST_DAY = (dt.date(2000, 1, 1) - dt.date(1899, 12, 30)).days


def validations(
    template: Template,
    layout: Layout,
    lists: Lists,
    columns: Mapping[str, str],
    language: str,
    translate: Translate,
    last: int,
) -> Iterator[DataValidation]:
    """Yield one validation per column that can have one, from the first data row to row ``last``."""
    row = layout.first_data_row
    for key in layout.keys:
        column = template.column(key)
        found = _validation(column, template, lists, columns, row)
        if found is None:
            continue
        letter = columns[key]
        found.add(f"{letter}{row}:{letter}{last}")
        found.allow_blank = True
        found.showDropDown = False
        title = label(column.labels, language)[:_TITLE]
        found.errorTitle, found.error = title, translate(_words(column))[:_WORDS]
        # Only a first hint is shown beside the cell: too many windows would hide the table.
        if column.help and (hint := label(column.help, language)):
            found.promptTitle, found.prompt, found.showInputMessage = title, hint[:_WORDS], True
        yield found


def _words(column: Column) -> str:
    match column.kind:
        case Kind.COUNT:
            return N_("Write a whole number, zero or more. Leave the cell empty when it is not known.")
        case Kind.DECIMAL | Kind.MONEY | Kind.LATITUDE | Kind.LONGITUDE:
            return N_("Write a number within the limits of this column.")
        case Kind.DAY:
            return N_("Write a date, day first, for example 15/05/2016. The end is not before the start.")
        case Kind.MONTH:
            return N_("Choose a month of the plan from the list, for example 2016-05.")
        case Kind.CHOICE | Kind.CHOICES | Kind.YES_NO:
            return N_("Choose from the list.")
        case Kind.AREA:
            return N_("This place is not in the list. Choose the region first, then the places inside it.")
        case Kind.ORGANISATION:
            return N_("This organisation is not in the list. Keep it only if it is new.")
        case Kind.TEXT | Kind.LONG_TEXT | Kind.PCODE | Kind.ROW_ID:
            return ""
        case _:
            assert_never(column.kind)


def _validation(
    column: Column, template: Template, lists: Lists, columns: Mapping[str, str], row: int
) -> DataValidation | None:
    match column.kind:
        case Kind.COUNT:
            return _number("whole", column)
        case Kind.DECIMAL | Kind.MONEY | Kind.LATITUDE | Kind.LONGITUDE:
            return _number("decimal", column)
        case Kind.DAY:
            return _day(column, template, columns, row)
        case Kind.MONTH:
            return _list(lists.months.reference if lists.months else None, "stop")
        case Kind.CHOICE | Kind.CHOICES | Kind.YES_NO:
            return _choice(column, lists, columns, row)
        case Kind.AREA:
            return _list(_area(column, lists, columns, row), "warning")
        case Kind.ORGANISATION:
            cells = lists.names if column.key == "org_name" else lists.acronyms
            # Donors and partners need not be registered: the list helps, and nothing is refused.
            style = "warning" if column.key.startswith("org_") else None
            return _list(cells.reference if cells else None, style)
        case Kind.TEXT | Kind.LONG_TEXT | Kind.PCODE | Kind.ROW_ID:
            return None
        case _:
            assert_never(column.kind)


def _list(formula: str | None, style: str | None) -> DataValidation | None:
    """Return a drop-down; ``style`` None accepts other entries in silence."""
    if formula is None:
        return None
    found = DataValidation(type="list", formula1=formula, showErrorMessage=style is not None)
    if style == "warning":
        found.errorStyle = "warning"
    return found


def _number(kind: str, column: Column) -> DataValidation:
    low = column.minimum if column.minimum is not None else 0 if kind == "whole" else -1e12
    high = column.maximum if column.maximum is not None else 1e12
    return DataValidation(
        type=kind,  # type: ignore[arg-type]
        operator="between",
        formula1=f"{low:.15g}" if low != -1e12 else "-1000000000000",
        formula2=f"{high:.15g}" if high != 1e12 else "1000000000000",
        showErrorMessage=True,
    )


def _day(column: Column, template: Template, columns: Mapping[str, str], row: int) -> DataValidation:
    start = next(
        (
            rule.a
            for rule in template.rules
            if rule.check is Check.NOT_BEFORE and rule.b == column.key and rule.a in columns
        ),
        None,
    )
    earliest = str(_FIRST_DAY) if start is None else f"MAX({_FIRST_DAY},${columns[start]}{row})"
    return DataValidation(
        type="date",
        operator="greaterThanOrEqual",
        formula1=earliest,
        errorStyle="warning",
        showErrorMessage=True,
    )


def _choice(column: Column, lists: Lists, columns: Mapping[str, str], row: int) -> DataValidation | None:
    name = "yes_no" if column.kind is Kind.YES_NO else column.list or ""
    cells = lists.choices.get(name)
    if cells is None:
        return None
    if column.kind is Kind.CHOICES:
        # Several choices stand in one cell: a list could only offer one.
        return None
    formula = cells.reference
    if name == "activity_type" and "sub_sector" in columns and lists.activity_types is not None:
        parent = f"${columns['sub_sector']}{row}"
        formula = f'IF({parent}="",{formula},{lists.activity_types.formula(parent)})'
    return _list(formula, "stop")


def _area(column: Column, lists: Lists, columns: Mapping[str, str], row: int) -> str | None:
    level = column.level or 1
    places = lists.places.get(level)
    if places is None:
        return None
    if places.dependent is None:
        return places.labels.reference
    parent = place_key(level - 1, columns, str(row))
    return places.labels.reference if parent is None else places.dependent.formula(parent)
