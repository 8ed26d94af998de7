"""Rounds of a displacement matrix: of each operation the latest one is read, and rounds are never added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.needs.columns import NeedColumns
from cluster4w.intake.opening.tables import Table, day_of, number_of, text_of


@dataclass(frozen=True, slots=True)
class Round:
    """A round of one operation: its number and date as the file writes them."""

    operation: str
    number: str
    date: str

    @property
    def order(self) -> tuple[float, str]:
        """Return what a later round has more of: the number, then the date."""
        found = re.search(r"\d+(\.\d+)?", self.number)
        return (float(found[0]) if found else -1.0, self.date)


@dataclass
class Rounds:
    """The rounds of a table: which are read, which are set aside."""

    latest: dict[str, Round] = field(default_factory=dict)
    earlier: dict[str, set[Round]] = field(default_factory=dict)

    def is_earlier(self, columns: NeedColumns, cells: Sequence[Any]) -> bool:
        """Tell whether a row belongs to a round that a later one of its operation replaced."""
        found = _round_of(columns, cells)
        return found is not None and found in self.earlier.get(found.operation, ())


def rounds_of(table: Table, columns: NeedColumns) -> Rounds:
    """Return the rounds of a table; none where it has neither rounds nor several dates.

    Without round numbers the dates tell the rounds apart.
    """
    found: dict[str, set[Round]] = {}
    for _, cells in table.rows:
        if (one := _round_of(columns, cells)) is not None:
            found.setdefault(one.operation, set()).add(one)
    rounds = Rounds()
    for operation, every in sorted(found.items()):
        latest = max(every, key=lambda r: r.order)
        rounds.latest[operation] = latest
        # One round may be dated on several days: its number tells it, where there is one.
        earlier = {r for r in every if (r.number != latest.number if latest.number else r != latest)}
        if earlier:
            rounds.earlier[operation] = earlier
    return rounds


def _round_of(columns: NeedColumns, cells: Sequence[Any]) -> Round | None:
    def first(meaning: str) -> str:
        return next((text for at in columns.plain.get(meaning, ()) if (text := _written(cells[at]))), "")

    number, date = first("round"), first("date")
    return Round(first("operation"), number, date) if number or date else None


def _written(cell: Any) -> str:
    """Return a cell as text that sorts: days as 2016-05-31, whole numbers without decimals."""
    day = day_of(cell)
    if day is not None:
        return day.isoformat()
    number = number_of(cell)
    return f"{number:g}" if number is not None and not isinstance(cell, str) else text_of(cell)
