"""The cells of a column: each different one is read once, however many rows say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cluster4w.intake.open import Cell
from cluster4w.intake.read import Issue, Parsed
from cluster4w.template.kinds import Value, Values

#: (column key, issue) pairs of one row.
Issues = list[tuple[str, Issue]]


class ColumnCells(dict[Any, Value]):
    """What the different cells of a column say; a blank one says nothing.

    True equals 1.0 as a key, and a yes is no number: yes and no stand under ``(bool, cell)``.
    """

    def __init__(self, index: int, key: str, reader: Callable[[Cell], Parsed]) -> None:
        """``index``: of the column in the file's rows; ``key``: of the template's column."""
        super().__init__({"": None})
        self.index = index
        self.key = key
        self._reader = reader
        #: What there is to say of cells.
        self.odd: dict[Any, Issue] = {}

    def __missing__(self, known: Any) -> Value:
        value, issue = self._reader(known[1] if known.__class__ is tuple else known)
        if issue is not None:
            self.odd[known] = issue
        self[known] = value
        return value

    @staticmethod
    def known(cells: Sequence[Cell]) -> Sequence[Any]:
        """Return cells in the form in which they are kept."""
        if bool in map(type, cells):
            return [(bool, cell) if cell.__class__ is bool else cell for cell in cells]
        return cells

    def different(self) -> dict[Cell, Value]:
        """Return the different cells with their values; None for one that something is said of."""
        return {
            known[1] if known.__class__ is tuple else known: None if known in self.odd else value
            for known, value in self.items()
            if known != ""
        }


def read_cells(
    rows: Sequence[Sequence[Cell]], columns: Sequence[ColumnCells]
) -> tuple[list[Values], dict[int, Issues]]:
    """Return what the cells of some columns say, row by row, and what there is to say of rows.

    Every row reaches to the last of the columns.
    """
    issues: dict[int, Issues] = {}
    said: list[list[Value]] = []
    # Rows may be of different lengths beyond the columns.
    in_file = list(zip(*rows, strict=False))
    for column in columns if rows else ():
        cells = column.known(in_file[column.index])
        said.append(list(map(column.__getitem__, cells)))
        if column.odd:
            for at, cell in enumerate(cells):
                if (issue := column.odd.get(cell)) is not None:
                    issues.setdefault(at, []).append((column.key, issue))
    keys = [column.key for column in columns]
    found: list[Values] = [
        {key: value for key, value in zip(keys, row, strict=True) if value is not None}
        for row in zip(*said, strict=True)
    ]
    return found or [{} for _ in rows], issues
