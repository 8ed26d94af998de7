"""The steps of long work on a file, in words, and how much of it lies behind each.

A share is a percentage of the time that a large workbook takes; what tells a share and what shows it agree
by this list alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from cluster4w.template.language import N_

T = TypeVar("T")
#: Is told the share that is done.
Tell = Callable[[int], None]


class Share(IntEnum):
    """Where the steps of a check begin."""

    OPENING = 0
    READING = 18
    COMPARING = 52
    SAVING = 76
    DONE = 100


_CHECKING: dict[Share, str] = {
    Share.OPENING: N_("Opening the file and looking for its table"),
    Share.READING: N_("Reading the rows, finding places and organisations"),
    Share.COMPARING: N_("Comparing with the record"),
    Share.SAVING: N_("Saving what was found"),
}


def words(share: int) -> str:
    """Return what a check is doing at a share, as a source sentence."""
    return next(text for begins, text in reversed(_CHECKING.items()) if share >= begins)


@dataclass
class Counter:
    """Tells the share as things pass by, from one share to another."""

    tell: Tell
    begin: int
    end: int
    #: How many things there are, as far as is known.
    total: int
    done: int = 0

    def add(self, many: int) -> None:
        """Say that so many more are done."""
        self.done += many
        share = min(self.done / max(self.total, 1), 1.0)
        self.tell(self.begin + int((self.end - self.begin) * share))

    def over(self, items: Iterator[T], every: int = 500) -> Iterator[T]:
        """Yield the items, telling now and then."""
        since = 0
        for item in items:
            yield item
            since += 1
            if since == every:
                self.add(since)
                since = 0
        self.add(since)
