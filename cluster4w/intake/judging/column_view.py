"""Rows seen column by column: what is asked of every row is asked of whole columns, several times as fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cluster4w.template.kinds import Values

#: Columns and the values of which each must hold one; no values: anything at all.
Wanted = tuple[tuple[str, frozenset[str]], ...]


def wanted(conditions: Mapping[str, Sequence[str]]) -> Wanted:
    """Return conditions in the form in which views are kept by them."""
    return tuple((key, frozenset(values)) for key, values in conditions.items())


class ColumnView(dict[str, list[Any]]):
    """The columns of some rows, each made when it is first asked for: one value a row, None for none.

    ``numbers``: which of the caller's rows these are.
    """

    def __init__(self, rows: Sequence[Values], numbers: Sequence[int] | None = None) -> None:
        super().__init__()
        self.rows = rows
        self.numbers: Sequence[int] = range(len(rows)) if numbers is None else numbers
        self._parts: dict[Wanted, ColumnView] = {}

    def __missing__(self, key: str) -> list[Any]:
        column = self[key] = [row.get(key) for row in self.rows]
        return column

    def where(self, conditions: Wanted) -> ColumnView:
        """Return the rows that meet conditions, which may be this view itself."""
        if not conditions:
            return self
        part = self._parts.get(conditions)
        if part is None:
            (key, values), *others = conditions
            said = self[key]
            if values:
                at = [i for i, value in enumerate(said) if value in values]
            else:
                at = [i for i, value in enumerate(said) if value is not None]
            part = ColumnView([self.rows[i] for i in at], [self.numbers[i] for i in at])
            part = self._parts[conditions] = part.where(tuple(others))
        return part

    def empty(self, key: str) -> list[int]:
        """Return which rows of the view say nothing in a column."""
        column = self[key]
        return [at for at, value in enumerate(column) if value is None] if None in column else []
