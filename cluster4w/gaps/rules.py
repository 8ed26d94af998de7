"""Counting rules: how the people of many rows and months become a number that counts nobody twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cluster4w.record.largest import Pair, steps
from cluster4w.record.queries.coverage import MONTH_LENGTH, REACHED, SEPARATOR, Monthly, Sum
from cluster4w.template.counting import counts, rule_of, types_of
from cluster4w.template.language import N_
from cluster4w.template.lists import CountingRule

__all__ = ["WORDS", "Amount", "Count", "count_largest", "counts", "largest_by_month", "rule_of", "types_of"]

#: What a rule says to a person who asks why a number is what it is.
WORDS = {
    CountingRule.SUM: N_("every row counts"),
    CountingRule.SUM_NEW: N_("only people assisted for the first time in the plan year count"),
    CountingRule.MAX_SITE: N_("the largest month of each site, then the sum of the sites"),
    CountingRule.MAX_AREA: N_("the largest month of each area, then the sum of the areas"),
}


@dataclass(slots=True)
class Amount:
    """People in one unit: ``own`` were reported in it, ``other`` in the other one.

    Whole numbers until they are read (``factor`` turns the other unit into the asked one), so that people
    add up to the same in whatever order.
    ``known`` is False while no row said a number: such an amount is not available, it is not zero.
    """

    own: int = 0
    other: int = 0
    known: bool = False
    factor: float = 0.0

    @property
    def converted(self) -> float:
        """People that were calculated from the other unit."""
        return self.other * self.factor

    @property
    def value(self) -> float:
        """People in all."""
        return self.own + self.converted

    def add(self, other: Amount) -> None:
        """Add another amount to this one."""
        self.own += other.own
        self.other += other.other
        self.known |= other.known
        self.factor = other.factor or self.factor

    def less(self, fewer: Amount) -> Amount:
        """Return this amount without some people; it is as known as before."""
        factor = self.factor or fewer.factor
        return Amount(self.own - fewer.own, self.other - fewer.other, self.known, factor)

    def take(self, entry: Sum, factor: float) -> None:
        """Add what a group of rows says; ``factor`` turns the other unit into the asked one."""
        self.factor = factor
        if entry.own is not None:
            self.own += int(entry.own)
            self.known = True
        if entry.other is not None:
            self.other += int(entry.other)
            self.known = True


@dataclass(slots=True)
class Count:
    """What the rows of one activity type in one area and population group come to."""

    reached: Amount = field(default_factory=Amount)
    planned: Amount = field(default_factory=Amount)
    #: Plain sum of what was reached: assistances, not people.
    assistances: Amount = field(default_factory=Amount)
    reached_rows: int = 0
    planned_rows: int = 0
    #: Completed rows without any figure.
    silent_rows: int = 0
    #: Rows left out because they do not say that people are assisted for the first time.
    not_first: int = 0
    first_unsaid: int = 0
    #: Rows that are not among the above, because another row counts the same people.
    left_out: int = 0
    #: Rows that may count the same people as another one, nobody has decided yet; and how many fewer people
    #: are reached and planned if they do.
    doubtful: int = 0
    fewer_reached: Amount = field(default_factory=Amount)
    fewer_planned: Amount = field(default_factory=Amount)

    def add(self, other: Count) -> None:
        """Add another count to this one."""
        self.reached.add(other.reached)
        self.planned.add(other.planned)
        self.assistances.add(other.assistances)
        self.reached_rows += other.reached_rows
        self.planned_rows += other.planned_rows
        self.silent_rows += other.silent_rows
        self.not_first += other.not_first
        self.first_unsaid += other.first_unsaid
        self.left_out += other.left_out
        self.doubtful += other.doubtful
        self.fewer_reached.add(other.fewer_reached)
        self.fewer_planned.add(other.fewer_planned)

    def less(self, fewer: Count) -> Count:
        """Return this count without another one's rows and people (not what is left out and doubtful)."""
        return Count(
            self.reached.less(fewer.reached),
            self.planned.less(fewer.planned),
            self.assistances.less(fewer.assistances),
            self.reached_rows - fewer.reached_rows,
            self.planned_rows - fewer.planned_rows,
            self.silent_rows - fewer.silent_rows,
            self.not_first - fewer.not_first,
            self.first_unsaid - fewer.first_unsaid,
        )

    def doubt(self, rows: int, reached: Amount, planned: Amount) -> None:
        """Say that some rows may count the same people as others, and how many those are."""
        self.doubtful += rows
        self.fewer_reached.add(reached)
        self.fewer_planned.add(planned)

    def take(self, entry: Sum, rule: CountingRule, factor: float) -> None:
        """Add a group of rows that is counted by ``sum`` or ``sum_new``.

        Entries of ``sum_new`` must be split by whether people are assisted for the first time. Rows that say
        a number but assist nobody for the first time are zero new people: a known zero.
        """
        if entry.status in REACHED:
            amount = self.reached
            self.assistances.take(entry, factor)
            self.reached_rows += entry.rows
            self.silent_rows += entry.silent
        else:
            amount = self.planned
            self.planned_rows += entry.rows
        if rule is CountingRule.SUM or entry.split:
            amount.take(entry, factor)
            return
        amount.known |= entry.own is not None or entry.other is not None
        if entry.split is None:
            self.first_unsaid += entry.rows
        else:
            self.not_first += entry.rows


class _Figures:
    """Figures of some rows, summed by month and site (the keys): in the asked unit and in the other one."""

    def __init__(self) -> None:
        self.own: dict[str, int] = {}
        self.other: dict[str, int] = {}

    def take(self, entry: Monthly) -> None:
        """Add the figures of a group of rows, sites without regard to case."""
        for places, figures, sums in (
            (entry.places, entry.own, self.own),
            (entry.other_places, entry.other, self.other),
        ):
            if places is not None and figures is not None:
                keys = places.lower().split(SEPARATOR)
                # Thrice as fast as an int() of each.
                numbers = json.loads(f"[{figures}]")
                for key, number in zip(keys, numbers, strict=True):
                    sums[key] = sums.get(key, 0) + number

    def amount(self, factor: float) -> Amount:
        """Return the plain sum."""
        known = bool(self.own or self.other)
        return Amount(sum(self.own.values()), sum(self.other.values()), known, factor)

    def pair(self, key: str) -> Pair:
        """Return what a month and site comes to."""
        return Pair(self.own.get(key, 0), self.other.get(key, 0))


def count_largest(entries: Iterable[Monthly], rule: CountingRule, factor: float) -> Count:
    """Count one activity type, by ``max_site`` or ``max_area``, in one area and one population group.

    Entries of ``max_area`` name months only: the area is like one site. What is planned is what it adds to
    the largest month, see :func:`cluster4w.record.largest.steps`.
    """
    if rule not in (CountingRule.MAX_SITE, CountingRule.MAX_AREA):
        raise ValueError(rule)
    total, done, planned = Count(), _Figures(), _Figures()
    for entry in entries:
        if entry.status in REACHED:
            done.take(entry)
            total.reached_rows += entry.rows
            total.silent_rows += entry.silent
        else:
            planned.take(entry)
            total.planned_rows += entry.rows
    total.assistances = done.amount(factor)
    for _, reached, more in _steps_of(done, planned, factor):
        total.reached.own += reached.own
        total.reached.other += reached.other
        total.planned.own += more.own
        total.planned.other += more.other
    total.reached.known, total.planned.known = total.assistances.known, planned.amount(factor).known
    total.reached.factor = total.planned.factor = factor
    return total


def _steps_of(done: _Figures, planned: _Figures, factor: float) -> Iterator[tuple[str, Pair, Pair]]:
    """Yield by how much each month of each site raises what is reached and planned."""
    sites: dict[str, list[str]] = {}
    for key in sorted({*done.own, *done.other, *planned.own, *planned.other}):
        sites.setdefault(key[MONTH_LENGTH:], []).append(key)
    for keys in sites.values():
        if len(keys) == 1:
            (key,) = keys
            reached, more = done.pair(key), planned.pair(key)
            if min(*reached, *more) >= 0:
                # Most sites have one month, and that is their largest.
                yield key, reached, more
                continue
        yield from steps(((key, done.pair(key), planned.pair(key)) for key in keys), factor)


def largest_by_month(entries: Iterable[Monthly], factor: float) -> Iterator[tuple[str, Pair, Pair]]:
    """Yield what months (``YYYY-MM``) add to what :func:`count_largest` counts, some more than once."""
    done, planned = _Figures(), _Figures()
    for entry in entries:
        (done if entry.status in REACHED else planned).take(entry)
    for key, reached, more in _steps_of(done, planned, factor):
        yield key[:MONTH_LENGTH], reached, more
