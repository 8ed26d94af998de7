"""From a value of the record to the cell that shows it, and to its part of the row's fingerprint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from cluster4w.intake.read import Context, parse
from cluster4w.publish.formula_safety import looks_like_a_formula
from cluster4w.publish.workbooks.sheet_xml import day_tail, number_tail, readable, text_tail
from cluster4w.publish.workbooks.styles import DAY, GENERAL, INTEGER, MONEY, TEXT
from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.fingerprint import said
from cluster4w.template.kinds import Kind, Value
from cluster4w.template.layouts import Layout

#: Between the choices of a column that takes several.
CHOICES_JOINT = "; "
#: Distinct values of a column whose cells are kept ready; free texts would fill the memory otherwise.
KEPT = 8_192
#: Characters of the longest word that a reader takes for "nothing" or for an error.
_LONGEST_WORD = 13
#: Texts and figures are read without knowing the words for yes and no, or a year.
_NO_CONTEXT = Context({})


def number_format(kind: Kind) -> str:
    """Return the number format of a column's cells.

    Free texts and months have the text format: what is typed there stays as it is typed. A p-code has
    the general one, because a formula fills it.
    """
    match kind:
        case Kind.TEXT | Kind.LONG_TEXT | Kind.MONTH | Kind.ROW_ID:
            return TEXT
        case Kind.COUNT:
            return INTEGER
        case Kind.DAY:
            return DAY
        case Kind.MONEY:
            return MONEY
        case (
            Kind.DECIMAL
            | Kind.CHOICE
            | Kind.CHOICES
            | Kind.YES_NO
            | Kind.ORGANISATION
            | Kind.AREA
            | Kind.PCODE
            | Kind.LATITUDE
            | Kind.LONGITUDE
        ):
            return GENERAL
        case _:
            assert_never(kind)


def choice_text(template: Template, layout: Layout, name: str, key: str, language: str) -> str:
    """Return the text of a choice: the layout's fixed one, else the label in the language."""
    return layout.texts.get(name, {}).get(key) or template.lists[name].label(key, language)


def shown(column: Column, value: Value, template: Template, layout: Layout, language: str) -> Value:
    """Return what a cell shows of a value: choices and yes/no in words, everything else as it is."""
    if value is None:
        return None
    match column.kind:
        case Kind.CHOICE:
            return choice_text(template, layout, column.list or "", str(value), language)
        case Kind.CHOICES:
            keys = value if isinstance(value, tuple) else (str(value),)
            return CHOICES_JOINT.join(
                choice_text(template, layout, column.list or "", key, language) for key in keys
            )
        case Kind.YES_NO:
            return choice_text(template, layout, "yes_no", "yes" if value else "no", language)
        case (
            Kind.TEXT | Kind.LONG_TEXT | Kind.COUNT | Kind.DECIMAL | Kind.MONEY | Kind.DAY | Kind.MONTH
            | Kind.ORGANISATION | Kind.AREA | Kind.PCODE | Kind.LATITUDE | Kind.LONGITUDE | Kind.ROW_ID
        ):  # fmt: skip
            return value
        case _:
            assert_never(column.kind)


@dataclass(frozen=True, slots=True)
class ColumnStyles:
    """Numbers of a column's styles: the usual one, and the one with a quote prefix."""

    plain: int
    quoted: int


def cell_tail(value: Value, styles: ColumnStyles) -> str:
    """Return the XML of a cell from behind its reference; "" for an absent value."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return day_tail(value, styles.plain)
    if isinstance(value, (int, float)):
        return number_tail(value, styles.plain)
    text = str(value)
    return text_tail(text, styles.quoted if looks_like_a_formula(text) else styles.plain)


class Memo(dict[Value, str]):
    """What is written of each distinct value; a value that is asked for the first time is worked out."""

    def __init__(self, make: Callable[[Value], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Value) -> str:
        if len(self) >= KEPT:
            self.clear()
        text = self[value] = self._make(value)
        return text


class OneByOne(Memo):
    """The same for values that never come twice: nothing is kept."""

    def __missing__(self, value: Value) -> str:
        return self._make(value)


def column_cells(
    opening: str, column: Column, styles: ColumnStyles, template: Template, layout: Layout, language: str
) -> Memo:
    """Return the cells of a column; ``opening`` is the XML of a cell up to its row number."""
    in_words = column.kind in (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO)

    def cell(value: Value) -> str:
        text = shown(column, value, template, layout, language) if in_words else value
        return f"{opening}{cell_tail(text, styles)}" if text is not None else ""

    return Memo(cell)


def column_parts(column: Column) -> Memo:
    """Return a column's parts of the fingerprints: what a reader of the cell will understand."""

    def part(value: Value) -> str:
        understood = as_read(column.kind, value)
        return "" if understood is None else said(column, understood)

    return Memo(part)


def as_read(kind: Kind, value: Value) -> Value:
    """Return what the check understands when it reads the cell of this value.

    Free texts lose double blanks and line breaks, and a text like "n/a" says nothing; figures are rounded.
    """
    match kind:
        case (
            Kind.TEXT | Kind.LONG_TEXT | Kind.ORGANISATION | Kind.AREA | Kind.PCODE
            | Kind.DECIMAL | Kind.MONEY | Kind.LATITUDE | Kind.LONGITUDE
        ):  # fmt: skip
            if value is None or isinstance(value, tuple) or _is_read_as_it_is(value):
                return value
            return parse(kind, readable(value) if isinstance(value, str) else value, _NO_CONTEXT)[0]
        case (
            Kind.COUNT | Kind.DAY | Kind.MONTH | Kind.CHOICE | Kind.CHOICES | Kind.YES_NO | Kind.ROW_ID
        ):  # fmt: skip
            return value
        case _:
            assert_never(kind)


def _is_read_as_it_is(value: Value) -> bool:
    """Tell of the usual text, at once, that cleaning leaves it alone; False only means "not sure"."""
    return (
        isinstance(value, str)
        and len(value) > _LONGEST_WORD
        and value.isprintable()
        and "  " not in value
        and value[0] != " " != value[-1]
        and not value.startswith("Err:")
    )
