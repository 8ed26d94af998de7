"""A table as aligned text, for a terminal or a mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence


def aligned(
    keys: Sequence[str], headings: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[str]
) -> tuple[list[str], str]:
    """Return the lines of a table, its headings first, and the rule that goes between.

    Args:
        keys: Names of the columns.
        left: Names of those that are aligned left; the others are figures.
    """
    cells = [headings, *rows]
    widths = [max(wide(line[at]) for line in cells) for at in range(len(keys))]

    def line(parts: Sequence[str]) -> str:
        blanks = [" " * (width - wide(part)) for part, width in zip(parts, widths, strict=True)]
        padded = (
            part + blank if key in left else blank + part
            for key, part, blank in zip(keys, parts, blanks, strict=True)
        )
        return "  ".join(padded).rstrip()

    return [line(parts) for parts in cells], "-" * (sum(widths) + 2 * (len(widths) - 1))


def wide(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
