"""Choosing lines of a ledger and adding them up by whatever they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from cluster4w.record.ledger.block import Numbers, Said
from cluster4w.record.ledger.lines import Lines

#: Up to so many groups that might be, each has a place of its own; of more, those that are get sorted.
DENSE = 1 << 22

Codes = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Key:
    """What lines are grouped by: a number of each line, and what each number stands for."""

    numbers: Numbers
    values: Sequence[Any]


class Chosen:
    """Some lines of a ledger. Columns are those of these lines only."""

    def __init__(self, lines: Lines, at: Numbers) -> None:
        """Take the lines at these places, numbers from 0."""
        self._lines, self.at = lines, at
        self.count = len(at)
        self._whole = self.count == lines.count
        self._taken: dict[str, Numbers] = {}

    def of(self, name: str) -> Numbers:
        """Return a column: numbers, or the codes of a text."""
        if name not in self._taken:
            texts, numbers = self._lines.texts, self._lines.numbers
            column = texts[name].codes if name in texts else numbers[name]
            self._taken[name] = column if self._whole else column[self.at]
        return self._taken[name]

    def table(self, name: str, says: Callable[[Any], object], kind: type = bool) -> Numbers:
        """Return for each line what ``says`` makes of its text."""
        found: Numbers = self._lines.texts[name].table(says, kind)[self.of(name)]
        return found

    def part(self, which: Numbers) -> Chosen:
        """Return those of the lines of which ``which`` is true."""
        return Chosen(self._lines, self.at[which])

    def by(self, name: str) -> Key:
        """Return a text as a key."""
        return Key(self.of(name), self._lines.texts[name].values)

    def by_table(self, name: str, says: Callable[[Any], Any]) -> Key:
        """Return what ``says`` makes of a text as a key: texts of which it makes the same are one."""
        known: dict[Any, int] = {}
        numbered = [known.setdefault(says(value), len(known)) for value in self._lines.texts[name].values]
        table = np.array(numbered, np.min_scalar_type(max(len(known) - 1, 0)))
        return Key(table[self.of(name)], list(known))

    def by_area(self, level: int) -> Key:
        """Return the codes of region, cercle and commune as a key; the commune only at level 3."""
        if level == 3:
            return self.by("place")
        return self.by_table("place", lambda codes: (codes[0], codes[1], None))


class Groups:
    """Lines by what some keys say together."""

    def __init__(self, *keys: Key) -> None:
        """Group lines by keys; each line has a number of each key."""
        sizes = [max(len(key.values), 1) for key in keys]
        combined = reduce(
            lambda so_far, one: so_far * one[1] + one[0].numbers,
            zip(keys[1:], sizes[1:], strict=True),
            keys[0].numbers.astype(np.int64),
        )
        if (most := int(np.prod(sizes, dtype=np.float64))) <= max(DENSE, 4 * len(combined)):
            found = np.flatnonzero(np.bincount(combined, minlength=most))
            places = np.empty(most, np.int32)
            places[found] = np.arange(len(found), dtype=np.int32)
            #: The number of each line's group.
            self.numbers: Numbers = places[combined]
        else:
            found, self.numbers = np.unique(combined, return_inverse=True)
        self.count = len(found)
        self._keys, self._sizes, self._found = keys, sizes, found

    def codes(self) -> list[Numbers]:
        """Return, key by key, the number that it has in each group."""
        return (
            list(np.unravel_index(self._found, self._sizes))
            if self.count
            else [self._found] * len(self._keys)
        )

    def values(self) -> Iterator[tuple[Any, ...]]:
        """Return what the keys say in each group."""
        columns = (
            [key.values[code] for code in codes.tolist()]
            for key, codes in zip(self._keys, self.codes(), strict=True)
        )
        return zip(*columns, strict=True)

    def sum(self, weights: Numbers | None = None, which: Numbers | None = None) -> Numbers:
        """Return the sum of each group, as floating-point numbers; of ones without weights.

        ``which`` takes some lines only; weights are then theirs alone.
        """
        numbers = self.numbers if which is None else self.numbers[which]
        return np.bincount(numbers, weights, self.count)


def all_true(conditions: Sequence[Numbers], count: int) -> Numbers:
    """Return the places of the lines of which every condition is true."""
    if not conditions:
        return np.arange(count)
    return np.flatnonzero(reduce(np.logical_and, conditions))


def is_one_of(*values: Said) -> Callable[[Said], bool]:
    """Return what tells whether a text is one of these."""
    among = frozenset(values)
    return lambda value: value in among
