"""Rows of a worksheet as XML text: the part of a workbook that is streamed."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import TypeAlias

from openpyxl.utils import get_column_letter

#: What a cell can be given; None writes nothing.
Scalar: TypeAlias = "str | int | float | bool | dt.date | None"

#: The longest text that a cell holds, in UTF-16 units.
LONGEST_TEXT = 32_767
#: Characters that never make more units than that.
_SURELY_SHORT = LONGEST_TEXT // 2
#: The most rows that a sheet holds.
MOST_ROWS = 1_048_576

#: Spreadsheets count days from here; the wrong leap day of 1900 makes earlier serials ambiguous.
_EPOCH = dt.date(1899, 12, 30)
_FIRST_CERTAIN_DAY = dt.date(1900, 3, 1)

#: What XML 1.0 cannot hold, lone surrogates included.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: "_x000D_" in a text would be read as a carriage return, so its underscore is written as a code itself.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
#: What makes a text more than the characters between two tags: most texts have none of it.
_SPECIAL = re.compile("[\x00-\x1f&<>_\ud800-\udfff\ufffe\uffff]|^ | $|  ")
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def readable(text: str) -> str:
    """Return the text as a cell can hold it: no control characters, line feeds only, not too long."""
    text = _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > _SURELY_SHORT and len(units := text.encode("utf-16-le")) > LONGEST_TEXT * 2:
        # The cut may fall inside a pair of surrogates: the half that is left is dropped.
        text = units[: (LONGEST_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"
    return text


def escaped(text: str) -> str:
    """Return the text as it stands between two tags of a sheet."""
    return _LOOKS_ESCAPED.sub("_x005F_", readable(text)).translate(_MARKUP)


def text_tail(text: str, style: int) -> str:
    """Return a text cell from behind its reference: ``" s="3" t="inlineStr">...</c>``."""
    if len(text) <= _SURELY_SHORT and _SPECIAL.search(text) is None:
        return f'" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'
    shown = escaped(text)
    space = ' xml:space="preserve"' if shown != shown.strip() or "\n" in shown or "  " in shown else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>{shown}</t></is></c>'


def number_tail(value: float, style: int) -> str:
    """Return a number cell from behind its reference; no cell for what is not a finite number."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return f'" s="{style}"/>'
        value = int(value) if value.is_integer() and abs(value) < 1e15 else value
    return f'" s="{style}"><v>{value!r}</v></c>'


def day_tail(day: dt.date, style: int) -> str:
    """Return a date cell from behind its reference; a day before March 1900 is written as text."""
    if day < _FIRST_CERTAIN_DAY:
        return text_tail(day.isoformat(), style)
    return f'" s="{style}"><v>{(day - _EPOCH).days}</v></c>'


def formula_tail(formula: str, style: int, cached: str = "") -> str:
    """Return a formula cell that gives text, with the value that readers see before any calculation."""
    return f'" s="{style}" t="str"><f>{escaped(formula)}</f><v>{escaped(cached)}</v></c>'


def letters(count: int, first: int = 1) -> list[str]:
    """Return the letters of so many columns from the first one on: A, B, C..."""
    return [get_column_letter(index) for index in range(first, first + count)]


def text_row(number: int, texts: Sequence[str]) -> str:
    """Return a row of plain text cells."""
    cells = "".join(
        f'<c r="{letter}{number}{text_tail(text, 0)}'
        for letter, text in zip(letters(len(texts)), texts, strict=True)
    )
    return f'<row r="{number}">{cells}</row>'
