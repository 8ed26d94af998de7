"""The largest month: how the rules ``max_site`` and ``max_area`` make people of many months one number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Pair(NamedTuple):
    """People of some rows: those said in the asked unit, and in the other one by rows that lack the asked."""

    own: int
    other: int

    def value(self, factor: float) -> float:
        """Return the people in the asked unit; ``factor`` turns the other one into it."""
        return self.own + self.other * factor

    def and_(self, more: Pair) -> Pair:
        """Return both together."""
        return Pair(self.own + more.own, self.other + more.other)

    def less(self, fewer: Pair) -> Pair:
        """Return what is left without some people."""
        return Pair(self.own - fewer.own, self.other - fewer.other)


NOBODY = Pair(0, 0)


def larger(one: Pair, two: Pair, factor: float) -> Pair:
    """Return the larger of two; of equal ones that which was said in the asked unit, whatever their order."""
    return max(one, two, key=lambda pair: (pair.value(factor), pair.own))


def steps(months: Iterable[tuple[str, Pair, Pair]], factor: float) -> Iterator[tuple[str, Pair, Pair]]:
    """Yield by how much each month of one site (or area) raises what is reached and what is planned.

    Args:
        months: month, reached, planned; in the order in which the months are counted.

    What is planned is what it adds to the largest month: the same households in June and July are not twice
    the households. Summed up to a month, the steps are the figures up to that month.
    """
    most = all_ = NOBODY
    for month, reached, planned in months:
        before, both_before = most, all_
        most = larger(most, reached, factor)
        all_ = larger(all_, reached.and_(planned), factor)
        more = most.less(before)
        yield month, more, all_.less(both_before).less(more)
