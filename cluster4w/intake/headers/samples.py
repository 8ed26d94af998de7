"""A few values of each column, for whoever is asked what the column is."""

from __future__ import annotations

from collections.abc import Sequence

from cluster4w.intake.open import Cell
from cluster4w.intake.read import as_text, is_absent
from cluster4w.template.text import printable

#: Values of a column that are shown, letters of a value, rows that are searched for them.
MOST = 3
LONGEST = 60
ROWS = 1000


class Samples:
    """Collects the first different values of the columns with these indexes."""

    def __init__(self, indexes: Sequence[int]) -> None:
        self._found: dict[int, list[str]] = {index: [] for index in indexes}
        self._wanting = list(indexes)
        self._left = ROWS

    def take(self, row: Sequence[Cell]) -> None:
        """Look at a row, while any column wants for values."""
        if not self._wanting or not self._left:
            return
        self._left -= 1
        full = False
        for index in self._wanting:
            cell = row[index] if index < len(row) else ""
            if cell == "":
                continue
            text = printable(as_text(cell))
            if len(text) > LONGEST:
                text = text[: LONGEST - 1] + "…"
            found = self._found[index]
            if text and text not in found and not is_absent(text):
                found.append(text)
                full = full or len(found) == MOST
        if full:
            self._wanting = [i for i in self._wanting if len(self._found[i]) < MOST]

    def of(self, index: int) -> tuple[str, ...]:
        """Return up to three different values of a column, in the file's order."""
        return tuple(self._found[index])
