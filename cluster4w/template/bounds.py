"""Bounds of classes as people write them."""

from __future__ import annotations


def percents(text: str) -> tuple[int, ...]:
    """Return the whole per cents of a list, "0 20 40 60 80 100" or "20 %; 40 %", zero left out.

    It is empty where the text is no such list. Order and repetition stay as they were written.
    """
    parts = text.replace("%", " ").replace(";", " ").replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return ()
    return tuple(number for part in parts if (number := int(part)) > 0)
