"""The lines of a ledger side by side in memory, and adding those of further blocks to them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import Any, TypeVar

import numpy as np

from cluster4w.record.ledger.block import CODED, NUMBERS, UNSAID, Block, Numbers, Said

#: The figures, as floating-point numbers that hold every whole number up to 2**53; NaN: not said.
FIGURES = ("households", "individuals")
#: So many larger things made of the lines are kept with them.
MOST = 16

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Column:
    """A text of each line: ``codes`` are numbers into ``values``, which may hold more than occur."""

    codes: Numbers
    values: Sequence[Said]

    def table(self, says: Callable[[Said], object], kind: type = bool) -> Numbers:
        """Return what ``says`` makes of each value, by its number."""
        return np.fromiter((says(value) for value in self.values), kind)

    def where(self, says: Callable[[Said], object]) -> Numbers:
        """Return for each line whether ``says`` is true of its text."""
        found: Numbers = self.table(lambda value: bool(says(value)))[self.codes]
        return found


@dataclass(frozen=True, slots=True)
class Lines:
    """Every line of a ledger. Nobody changes the columns: threads share them."""

    count: int
    numbers: dict[str, Numbers]
    texts: dict[str, Column]
    #: What was made of these lines, by what it is: it goes with them.
    made: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)
    _turn: Any = field(default_factory=RLock, repr=False, compare=False)

    def kept(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """Return what ``make`` makes, or has made of these lines; the :data:`MOST` made last are kept.

        Whoever asks for the same at the same time waits for the first one.
        """
        made: Made | None = self._kept.get(what)
        if made is not None:
            return made
        with self._turn:
            made = self._kept.get(what)
            if made is None:
                made = self._kept[what] = make()
                for older in list(self._kept)[:-MOST]:
                    del self._kept[older]
        return made


@dataclass(slots=True)
class _Growing:
    """A column with room behind its lines. What is behind them nobody sees, so that it may be filled."""

    data: Numbers

    def put(self, start: int, more: Numbers) -> None:
        end = start + len(more)
        if end > len(self.data) or more.dtype.itemsize > self.data.dtype.itemsize:
            kind = max(self.data.dtype, more.dtype, key=lambda dtype: dtype.itemsize)
            room = np.empty(max(end, len(self.data), end + end // 4 if start else end), kind)
            room[:start] = self.data[:start]
            self.data = room
        self.data[start:end] = more


@dataclass(slots=True)
class Ledger:
    """The lines of the blocks that were read so far, told by their digests, and where each block ends."""

    digests: list[str] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    _columns: dict[str, _Growing] = field(default_factory=dict)
    _known: dict[str, dict[Said, int]] = field(default_factory=dict)
    _values: dict[str, list[Said]] = field(default_factory=dict)
    _lines: tuple[int, Lines] | None = None
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Begin with no line."""
        for name, kind in NUMBERS.items():
            self._columns[name] = _Growing(np.empty(0, np.float64 if name in FIGURES else kind))
        for name in CODED:
            self._columns[name] = _Growing(np.empty(0, np.uint8))
            self._known[name], self._values[name] = {}, []

    def same_as(self, digests: Sequence[str]) -> int:
        """Return how many of the first blocks are these."""
        pairs = zip(self.digests, digests, strict=False)
        return next(
            (n for n, (one, two) in enumerate(pairs) if one != two), min(len(self.digests), len(digests))
        )

    def with_blocks(self, digests: Sequence[str], read: Callable[[Sequence[str]], Sequence[Block]]) -> Ledger:
        """Return the ledger that has the lines of these blocks, and perhaps of further ones behind them.

        It is this one, unless other blocks follow on the same beginning: what others look at stays as it is.
        ``read`` gets the digests of the blocks that are missing.
        """
        with self._lock:
            same = self.same_as(digests)
            if same == len(digests):
                return self
            ledger = self if same == len(self.digests) else self._beginning(same)
            for digest, block in zip(digests[same:], read(digests[same:]), strict=True):
                ledger._add(digest, block)
            return ledger

    def lines(self, blocks: int) -> Lines:
        """Return the lines of the first blocks: the same object as long as they are asked for."""
        kept = self._lines
        if kept is not None and kept[0] == blocks:
            return kept[1]
        count = self.ends[blocks - 1] if blocks else 0
        lines = Lines(
            count,
            {name: self._columns[name].data[:count] for name in NUMBERS},
            # A list of its own: texts of later blocks may come while somebody counts how many there are.
            {name: Column(self._columns[name].data[:count], tuple(self._values[name])) for name in CODED},
        )
        self._lines = blocks, lines
        return lines

    def _beginning(self, blocks: int) -> Ledger:
        """Return a ledger of its own with the first blocks of this one."""
        other = Ledger(self.digests[:blocks], self.ends[:blocks])
        count = self.ends[blocks - 1] if blocks else 0
        for name, column in self._columns.items():
            other._columns[name] = _Growing(column.data[:count].copy())
        other._known = {name: dict(known) for name, known in self._known.items()}
        other._values = {name: list(values) for name, values in self._values.items()}
        return other

    def _add(self, digest: str, block: Block) -> None:
        start = self.ends[-1] if self.ends else 0
        for name, numbers in block.numbers.items():
            if name in FIGURES:
                self._columns[name].put(start, np.where(numbers == UNSAID, np.nan, numbers))
            else:
                self._columns[name].put(start, numbers)
        for name, codes in block.codes.items():
            known, values = self._known[name], self._values[name]
            numbered = []
            for value in block.values[name]:
                if value not in known:
                    known[value] = len(values)
                    values.append(value)
                numbered.append(known[value])
            # As narrow as can be: every question walks over the column.
            table = np.array(numbered, np.min_scalar_type(max(len(values) - 1, 0)))
            self._columns[name].put(start, table[codes])
        self.digests.append(digest)
        self.ends.append(start + block.lines)
