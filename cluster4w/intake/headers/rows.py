"""The labels over the columns of a table: one row of them or several, merged or written once over many."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.headers.words import LETTERS, Words
from cluster4w.intake.open import Cell, Merge
from cluster4w.template.text import clean, fold_header

#: Rows of labels above and below the one that names the most columns.
_ABOVE, _BELOW = 3, 2
_HXL = re.compile(r"^\s*#[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Headers:
    """What stands over each column. ``first`` and ``last``: rows of labels, from 0.

    ``above``: the labels over a column beside its header, the nearest first. ``titles``: single texts above
    the labels.
    """

    first: int
    last: int
    headers: tuple[str, ...]
    above: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]


def text(cell: Cell) -> str:
    """Return a cell as the text of a header."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


def clean_header(cell: Cell) -> str:
    """Return a header with its line breaks kept, since they part two languages."""
    return "\n".join(part for line in text(cell).splitlines() if (part := clean(line)))


def tag_of(cell: Cell) -> str:
    """Return the HXL tag that a cell holds, "" for none."""
    return cell.strip() if isinstance(cell, str) and _HXL.match(cell) else ""


def is_tags(row: Sequence[Cell]) -> bool:
    """Tell whether a row holds HXL tags: at least two, and at least six in ten of its filled cells."""
    filled = [c for c in row if isinstance(c, str) and c.strip()] + [c for c in row if not isinstance(c, str)]
    tags = sum(1 for c in filled if tag_of(c))
    return tags >= 2 and tags >= 0.6 * len(filled)


def read_headers(
    top: Sequence[Sequence[Cell]], at: int, vocabulary: Vocabulary, merged: Sequence[Merge]
) -> Headers:
    """Return the labels of a table whose header is row ``at`` (from 0), with the rows of labels beside it."""
    return _Stack(top, at, vocabulary, merged).read()


class _Stack:
    """The rows of labels around a header."""

    def __init__(
        self, top: Sequence[Sequence[Cell]], at: int, vocabulary: Vocabulary, merged: Sequence[Merge]
    ) -> None:
        self._top, self._at, self._vocabulary = top, at, vocabulary
        self._width = len(top[at])
        self._merged = [m for m in merged if m[0][0] < len(top)]
        self._rows: dict[int, list[str]] = {at: [clean_header(c) for c in top[at]]}

    def read(self) -> Headers:
        titles = self._add_above()
        self._add_below()
        numbers = sorted(self._rows)
        leaves = [self._leaf(column, numbers) for column in range(self._width)]
        spread = {n: self._over(n, leaves) for n in numbers if n < numbers[-1]}
        headers, above = [], []
        for column, (row, leaf) in enumerate(leaves):
            over = [spread[n][column] for n in reversed(numbers) if n < row and spread[n][column]]
            over = [label for label in dict.fromkeys(over) if label != leaf]
            if leaf and over and self._is_side(leaf) and self._counts(over[0]):
                # Of the two labels of a column, the one says what is counted, the other which of it.
                leaf, over[0] = over[0], leaf
            headers.append(leaf)
            above.append(tuple(over) if leaf else ())
        return Headers(numbers[0], numbers[-1], tuple(headers), tuple(above), titles)

    def _words(self, label: str) -> Words | None:
        return self._vocabulary.words.of(label) if label else None

    def _is_side(self, label: str) -> bool:
        words = self._words(label)
        return words is not None and bool(words.side) and words == Words(side=words.side)

    def _counts(self, label: str) -> bool:
        words = self._words(label)
        return bool(words and words.figure) or self._vocabulary.knows(label) is not None

    # --- which rows ---------------------------------------------------------------------------

    def _labels(self, at: int) -> list[str]:
        """Return the texts of a row, one per column; nothing for a row that holds anything but labels."""
        row = list(self._top[at][: self._width]) if 0 <= at < len(self._top) else []
        if is_tags(row) or any(c != "" and not isinstance(c, (str, dt.date)) for c in row):
            row = []
        return [clean_header(c) for c in row] + [""] * (self._width - len(row))

    def _add_above(self) -> tuple[str, ...]:
        titles = []
        adding = True
        for at in range(self._at - 1, -1, -1):
            labels = self._labels(at)
            filled = [i for i, label in enumerate(labels) if label]
            if len(filled) == 1:
                titles.append(labels[filled[0]])
            if not filled and not is_tags(self._top[at]):
                adding = False
            # A single text in the first column is a title; elsewhere it stands over some of the columns.
            if filled and (len(filled) < 2 and filled[0] == 0):
                adding = False
            if adding and filled and self._at - at <= _ABOVE:
                self._rows[at] = labels
        return tuple(titles)

    def _add_below(self) -> None:
        for at in range(self._at + 1, self._at + 1 + _BELOW):
            labels = self._labels(at)
            if not self._go_on(labels, at):
                return
            self._rows[at] = labels

    def _go_on(self, labels: list[str], at: int) -> bool:
        """Tell whether a row below the header goes on with its labels.

        Every cell of it is a known word, and with the label over it at least one says what neither does.
        """
        filled = [(i, label) for i, label in enumerate(labels) if label]
        if len(filled) < 2:
            return False
        over = [self._over(n, [(at, label) for label in labels]) for n in sorted(self._rows, reverse=True)]
        told = False
        for column, label in filled:
            words = self._words(label)
            if not words:
                return False
            upper = Words()
            for row in over:
                upper = upper.over(self._words(row[column]) or Words())
            both = words.over(upper)
            told = told or (both not in (words, upper) and _whole(both))
        return told

    # --- which label --------------------------------------------------------------------------

    def _leaf(self, column: int, numbers: Sequence[int]) -> tuple[int, str]:
        """Return the row and the text of the header of a column."""
        for number in reversed(numbers):
            label = self._rows[number][column]
            if not label:
                continue
            # A cell merged over several rows shows its text in the upper one only.
            reaches = number >= self._at or any(
                a <= number and b >= self._at and left <= column <= right
                for (a, left), (b, right) in self._merged
            )
            if reaches or self._vocabulary.knows(label):
                return number, label
        return self._at, ""

    def _over(self, number: int, leaves: Sequence[tuple[int, str]]) -> list[str]:
        """Return a row of labels with every blank that a label reaches over filled with it."""
        labels = self._rows[number]
        wide = [m for m in self._merged if m[0][0] <= number <= m[1][0] and m[1][1] > m[0][1]]
        if wide:
            found = list(labels)
            for (row, left), (_, right) in wide:
                source = self._rows.get(row, labels)
                for column in range(left, min(right + 1, self._width)):
                    found[column] = found[column] or source[left]
            return found
        found = []
        for column, label in enumerate(labels):
            before = found[-1] if found else ""
            found.append(label or (before if self._reaches(before, column, found, leaves) else ""))
        return found

    def _reaches(
        self, label: str, column: int, found: Sequence[str], leaves: Sequence[tuple[int, str]]
    ) -> bool:
        """Tell whether a label that is written once reaches over the next column as well.

        Sides do to the next label. A group or a month stands over figures only, each of them once, and not
        over the total behind them.
        """
        words = self._words(label)
        if not words or not (words.group or words.month or words.date):
            return bool(label)
        start = len(found) - 1
        while start > 0 and found[start - 1] == label:
            start -= 1
        leaf = leaves[column][1]
        mine = [leaves[i][1] for i in range(start, column)]
        here = self._below(leaf)
        if not leaf or leaf in mine or not here or not all(map(self._below, mine)):
            return False
        siblings = {leaves[i][1] for i in range(start)}
        return not (here.total and leaf not in siblings and any(map(self._is_block, found[:start])))

    def _below(self, label: str) -> Words | None:
        """Return what a label says below the name of a group."""
        return self._words(label) or LETTERS.get(fold_header(label))

    def _is_block(self, label: str) -> bool:
        words = self._words(label)
        return bool(words and (words.group or words.month))


def _whole(words: Words) -> bool:
    """Tell whether words say what a column counts, or which part of which date it is."""
    return bool(words.part and words.date) or bool(words.figure or words.group)
