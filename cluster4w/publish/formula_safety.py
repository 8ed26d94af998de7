"""Keeping a text a text: no value of the record may become a formula when somebody opens a file."""

from __future__ import annotations

import re

#: A text that begins with one of these is taken for a formula by spreadsheet programs.
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Where a program that expects another delimiter than ours would begin a cell with one of them.
_BEGINS_INSIDE = re.compile('([,;|\t\r\n][\\s"]*)(?=[=+@＝＋＠]|[-－]\\S)')


def looks_like_a_formula(text: str) -> bool:
    """Tell whether a spreadsheet program would try to calculate this text.

    In a workbook such a text is a text cell anyway; it also gets a style with a quote prefix, so that it
    stays one when somebody edits the cell.
    """
    return text.startswith(_STARTERS) or text.lstrip().startswith(_STARTERS)


def csv_text(text: str) -> str:
    """Return a text for a CSV file: an apostrophe in front keeps it a text where it looks like a formula.

    So does one behind a delimiter inside of it: a program with another one in mind begins a cell there.

    Only texts pass here; numbers are written as numbers, so that -5 stays a number.
    """
    blanks = len(text) - len(text.lstrip())
    safe = text[:blanks] + _BEGINS_INSIDE.sub(r"\1'", text[blanks:])
    return f"'{safe}" if looks_like_a_formula(text) else safe
