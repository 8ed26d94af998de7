"""Merged cells among the rows of a table: one value that holds for several rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cluster4w.intake.headers.map import Mapped
from cluster4w.intake.open import Cell, Merge, Row
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind

#: A number that is merged over several rows is one number for all of them; who knows how it divides?
_NUMBERS = frozenset((Kind.COUNT, Kind.DECIMAL))


@dataclass
class MergedCells:
    """The merged blocks of a sheet that reach over several of its rows.

    ``spread`` and ``figures``: columns to the numbers of the rows to which a value was given, and of the
    rows that a figure is merged over.
    """

    _starts: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _single: frozenset[int] = frozenset()
    _held: dict[int, tuple[Cell, int]] = field(default_factory=dict)
    spread: dict[int, list[int]] = field(default_factory=dict)
    figures: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, merged: Iterable[Merge], columns: Sequence[Mapped], first: int, template: Template
    ) -> MergedCells:
        """Keep the blocks below the header whose column is one of the template; ``first``: row of data."""
        known = {c.index: template.by_key.get(c.key) for c in columns if c.key and c.key != "row_id"}
        cells = cls(_single=frozenset(i for i, c in known.items() if c is not None and c.kind in _NUMBERS))
        for (top, left), (bottom, _) in merged:
            if bottom > top and top + 1 >= first and left in known:
                cells._starts.setdefault(top + 1, []).append((left, bottom + 1))
        return cells

    def __bool__(self) -> bool:
        return bool(self._starts)

    def filled(self, number: int, row: Row) -> Row:
        """Return a row with the values of the blocks that reach into it; rows come in their order."""
        for index, (cell, last) in list(self._held.items()):
            if number > last:
                del self._held[index]
                continue
            if index in self._single:
                self.figures.setdefault(index, []).append(number)
                continue
            row = [*row, *([""] * (index + 1 - len(row)))]
            if row[index] == "":
                row[index] = cell
                self.spread.setdefault(index, []).append(number)
        for index, last in self._starts.get(number, ()):
            if index < len(row) and row[index] != "":
                self._held[index] = (row[index], last)
                if index in self._single:
                    self.figures.setdefault(index, []).append(number)
        return row
