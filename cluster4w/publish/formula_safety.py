"""Keeping a text a text: no value of the record may become a formula when somebody opens a file."""

from __future__ import annotations

#: A text that begins with one of these is taken for a formula by spreadsheet programs.
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def looks_like_a_formula(text: str) -> bool:
    """Tell whether a spreadsheet program would try to calculate this text.

    In a workbook such a text is a text cell anyway; it also gets a style with a quote prefix, so that it
    stays one when somebody edits the cell.
    """
    return text.startswith(_STARTERS)


def csv_text(text: str) -> str:
    """Return a text for a CSV file: an apostrophe in front keeps it a text where it looks like a formula.

    Only texts pass here; numbers are written as numbers, so that -5 stays a number.
    """
    return f"'{text}" if looks_like_a_formula(text) else text
