"""Keeping what was made of rows that every page reads and that hardly ever change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """What was made of the rows that were read under a key, as long as they are read the same again.

    The rows are compared whole, so that nothing can be kept too long: not after a write, a rollback, a
    restored backup, nor from one database to another. What was made must hang on the rows and the key alone,
    and nobody may change it: threads share it.
    """

    def __init__(self, most: int) -> None:
        """Keep what was made under ``most`` keys."""
        self._most = most
        self._made: dict[Hashable, tuple[Sequence[Any], Made]] = {}

    def of(self, key: Hashable, rows: Sequence[Any], make: Callable[[], Made]) -> Made:
        """Return what ``make`` makes of the rows, or has made of equal ones."""
        there = self._made.get(key)
        if there is not None and there[0] == rows:
            return there[1]
        made = make()
        if len(self._made) >= self._most:
            self._made.clear()
        self._made[key] = rows, made
        return made
