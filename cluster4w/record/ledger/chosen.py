"""Choosing lines of a ledger and adding them up by whatever they say."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from cluster4w.record.ledger.block import Numbers, Said
from cluster4w.record.ledger.lines import Column, Lines

#: The name of the key of cercles: codes of region and cercle.
CERCLES = "cercles"
#: Up to so many groups that might be, each has a place of its own; of more, those that are get sorted.
DENSE = 1 << 22

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Key:
    """What lines are grouped by: a number of each line, and what each number stands for.

    ``name`` tells it from other keys of the same lines; None: it has none.
    """

    numbers: Numbers
    values: Sequence[Any]
    name: str | None = None


class Chosen:
    """Some lines of a ledger. Columns are those of these lines only."""

    def __init__(self, whole: Lines | Chosen, at: Numbers | None) -> None:
        """Take the lines of a whole at these places, numbers from 0; None: all of them."""
        self._whole, self.at = whole, at
        self._texts: Mapping[str, Column] = whole.texts if isinstance(whole, Lines) else whole._texts
        self.count: int = whole.count if at is None else len(at)
        self._made: dict[Hashable, Any] = {}

    def once(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """Return what ``make`` makes, or has made of these lines under this name."""
        if what not in self._made:
            self._made[what] = make()
        made: Made = self._made[what]
        return made

    def of(self, name: str) -> Numbers:
        """Return a column: numbers, or the codes of a text."""
        return self.once(name, lambda: self._column(name))

    def _column(self, name: str) -> Numbers:
        if isinstance(self._whole, Chosen):
            column = self._whole.of(name)
        else:
            column = self._texts[name].codes if name in self._texts else self._whole.numbers[name]
        return column if self.at is None else column[self.at]

    def values(self, name: str) -> Sequence[Said]:
        """Return the texts that the codes of a column stand for."""
        return self._texts[name].values

    def table(self, name: str, says: Callable[[Any], object], kind: type = bool) -> Numbers:
        """Return for each line what ``says`` makes of its text."""
        found: Numbers = self._texts[name].table(says, kind)[self.of(name)]
        return found

    def where(self, *conditions: Numbers) -> Chosen:
        """Return the lines of which every condition is true; these ones where there is none."""
        if not conditions:
            return self
        return Chosen(self, np.flatnonzero(reduce(np.logical_and, conditions)))

    def by(self, name: str) -> Key:
        """Return a text as a key."""
        return Key(self.of(name), self._texts[name].values, name)

    def by_table(self, name: str, says: Callable[[Any], Any], called: str | None = None) -> Key:
        """Return what ``says`` makes of a text as a key: texts of which it makes the same are one."""
        known: dict[Any, int] = {}
        numbered = [known.setdefault(says(value), len(known)) for value in self._texts[name].values]
        table = np.array(numbered, np.min_scalar_type(max(len(known) - 1, 0)))
        return Key(table[self.of(name)], list(known), called)

    @property
    def base(self) -> Chosen:
        """The lines that these are some of, with what was made of them; these themselves where it is all."""
        return self._whole if isinstance(self._whole, Chosen) and self._whole.count else self

    def key(self, name: str) -> Key:
        """Return a key by its name: a text, or :data:`CERCLES`."""
        if name != CERCLES:
            return self.by(name)
        return self.once(name, lambda: self.by_table("place", lambda codes: (codes[0], codes[1], None), name))

    def groups(self, *names: str) -> Groups:
        """Return the lines in groups by some keys, which their names tell."""
        return self.once(("groups", *names), lambda: self._groups(names))

    def rows(self, *names: str) -> Sums:
        """Return the rows in force, by some keys: the column ``rows``."""

        def add() -> Sums:
            groups = self.groups(*names)
            return Sums.of(groups, {"rows": groups.sum(self.of("sign"))})

        return self.once(("rows", *names), add)

    def _groups(self, names: tuple[str, ...]) -> Groups:
        if self.at is not None and isinstance(self._whole, Chosen):
            # Groups without a line of these come to nothing.
            return self._whole.groups(*names).of(self.at)
        return Groups(*map(self.key, names))


def _size(key: Key) -> int:
    return max(len(key.values), 1)


def combined(*keys: Key) -> Numbers:
    """Return a number of each line that says what all keys say; its order is that of the keys."""
    first, *others = keys
    return reduce(
        lambda numbers, key: numbers * _size(key) + key.numbers, others, first.numbers.astype(np.int64)
    )


class Groups:
    """Lines by what some keys say together."""

    def __init__(self, *keys: Key) -> None:
        """Group lines by keys; each line has a number of each key."""
        sizes = [_size(key) for key in keys]
        numbers = combined(*keys)
        if (most := int(np.prod(sizes, dtype=np.float64))) <= max(DENSE, 4 * len(numbers)):
            found = np.flatnonzero(np.bincount(numbers, minlength=most))
            places = np.empty(most, np.int32)
            places[found] = np.arange(len(found), dtype=np.int32)
            #: The number of each line's group.
            self.numbers: Numbers = places[numbers]
        else:
            found, self.numbers = np.unique(numbers, return_inverse=True)
        self.count = len(found)
        self._keys, self._sizes, self._found = keys, sizes, found
        #: The names of the keys.
        self.names = tuple(key.name or "" for key in keys)

    def of(self, at: Numbers) -> Groups:
        """Return the groups of the lines at these places: the same ones, with fewer lines in them."""
        fewer = copy(self)
        fewer.numbers = self.numbers[at]
        return fewer

    def codes(self) -> list[Numbers]:
        """Return, key by key, the number that it has in each group."""
        return (
            list(np.unravel_index(self._found, self._sizes))
            if self.count
            else [self._found] * len(self._keys)
        )

    def key_values(self) -> list[Sequence[Any]]:
        """Return, key by key, what its numbers stand for."""
        return [key.values for key in self._keys]

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


@dataclass(frozen=True, slots=True)
class Sums:
    """What groups of lines come to: a number of each group for each of some keys, and columns of sums.

    A column that is not there is zero everywhere.
    """

    codes: Mapping[str, Numbers]
    values: Mapping[str, Sequence[Any]]
    columns: Mapping[str, Numbers]

    @classmethod
    def of(cls, groups: Groups, columns: Mapping[str, Numbers]) -> Sums:
        """Return the sums of groups."""
        codes = dict(zip(groups.names, groups.codes(), strict=True))
        values = dict(zip(groups.names, groups.key_values(), strict=True))
        return cls(codes, values, {name: column for name, column in columns.items() if column.any()})

    def by(self, names: Sequence[str], **says: Callable[[Any], bool] | None) -> Sums:
        """Return the sums by some of the keys, of the groups of which everything is true."""
        conditions = [
            np.fromiter(map(true, self.values[name]), bool, len(self.values[name]))[self.codes[name]]
            for name, true in says.items()
            if true is not None
        ]
        at = np.flatnonzero(reduce(np.logical_and, conditions)) if conditions else slice(None)
        groups = Groups(*(Key(self.codes[name][at], self.values[name], name) for name in names))
        return Sums.of(groups, {name: groups.sum(column[at]) for name, column in self.columns.items()})

    def count(self) -> int:
        """Return how many groups there are."""
        return len(next(iter(self.codes.values())))

    def column(self, name: str) -> Numbers:
        """Return a column."""
        found = self.columns.get(name)
        return np.zeros(self.count()) if found is None else found

    def keys(self) -> Iterator[tuple[Any, ...]]:
        """Return what the keys say in each group."""
        columns = ([self.values[name][code] for code in codes.tolist()] for name, codes in self.codes.items())
        return zip(*columns, strict=True)


def is_one_of(*values: Said) -> Callable[[Said], bool]:
    """Return what tells whether a text is one of these."""
    among = frozenset(values)
    return lambda value: value in among
