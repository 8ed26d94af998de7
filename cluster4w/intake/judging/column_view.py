"""Rows seen column by column: what is asked of every row is asked of whole columns, several times as fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

from cluster4w.template.kinds import Values

#: Columns and the values of which each must hold one; no values: anything at all.
Wanted = tuple[tuple[str, frozenset[str]], ...]


def wanted(conditions: Mapping[str, Sequence[str]]) -> Wanted:
    """Return conditions in the form in which views are kept by them."""
    return tuple((key, frozenset(values)) for key, values in conditions.items())


class ColumnView(dict[str, list[Any]]):
    """The columns of some rows, each made when it is first asked for: one value a row, None for none."""

    def __init__(self, rows: Sequence[Values]) -> None:
        super().__init__()
        self._rows = rows
        #: Which of the rows that were asked about these are.
        self.numbers: Sequence[int] = range(len(rows))
        self._parts: dict[Wanted, ColumnView] = {}

    def __missing__(self, key: str) -> list[Any]:
        column = self[key] = list(map(dict.get, self._rows, repeat(key)))
        return column

    def where(self, conditions: Wanted) -> ColumnView:
        """Return the rows that meet conditions, which may be this view itself."""
        if not conditions:
            return self
        part = self._parts.get(conditions)
        if part is None:
            *others, (key, values) = conditions
            held = self.where(tuple(others))
            said = held[key]
            if values:
                at = [i for i, value in enumerate(said) if value in values]
            else:
                at = [i for i, value in enumerate(said) if value is not None]
            part = self._parts[conditions] = held if len(at) == len(said) else _Part(held, at)
        return part

    def figures(self, key: str) -> list[Any]:
        """Return a column of figures with zero where there is none."""
        return [value or 0 for value in self[key]]

    def empty(self, key: str) -> list[int]:
        """Return which rows of the view say nothing in a column."""
        column = self[key]
        return [at for at, value in enumerate(column) if value is None] if None in column else []


class _Part(ColumnView):
    """Some of the rows of a view, whose columns are taken from those of the view."""

    def __init__(self, whole: ColumnView, at: Sequence[int]) -> None:
        super().__init__(())
        self.numbers = [whole.numbers[i] for i in at]
        self._whole = whole
        self._at = at

    def __missing__(self, key: str) -> list[Any]:
        whole = self._whole[key]
        column = self[key] = [whole[i] for i in self._at]
        return column
