"""Adding up lines of the ledger by the counting rule of each activity type, whole columns at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from cluster4w.gaps.rules import LARGEST, Amount, Count
from cluster4w.record.ledger.block import Numbers
from cluster4w.record.ledger.chosen import Chosen, Groups, Key
from cluster4w.record.queries.coverage import REACHED, Unit
from cluster4w.record.queries.ledger import among
from cluster4w.record.queries.left_out import Doubles
from cluster4w.template.lists import CountingRule


class _Pair(NamedTuple):
    """People of each group: said in the asked unit, and in the other one by rows that lack the asked."""

    own: Numbers
    other: Numbers

    def and_(self, more: _Pair) -> _Pair:
        return _Pair(self.own + more.own, self.other + more.other)

    def less(self, fewer: _Pair) -> _Pair:
        return _Pair(self.own - fewer.own, self.other - fewer.other)

    def at(self, places: Numbers) -> _Pair:
        return _Pair(self.own[places], self.other[places])

    def put(self, places: Numbers, pair: _Pair) -> None:
        self.own[places], self.other[places] = pair

    def larger(self, new: _Pair, factor: float) -> _Pair:
        """Return the larger of each two; of equal ones that of which more was said in the asked unit."""
        before, after = self.own + self.other * factor, new.own + new.other * factor
        is_new = (after > before) | ((after == before) & (new.own > self.own))
        return _Pair(np.where(is_new, new.own, self.own), np.where(is_new, new.other, self.other))


def _nobody(count: int) -> _Pair:
    return _Pair(np.zeros(count), np.zeros(count))


@dataclass(frozen=True, slots=True)
class People:
    """What lines say, each with its sign: in the asked unit, and in the other one where they lack that.

    ``said``: they say either. ``done``: they are completed rows. ``sign`` as floating-point numbers.
    """

    sign: Numbers
    own: Numbers
    other: Numbers
    said: Numbers
    done: Numbers


def people_of(chosen: Chosen, unit: Unit) -> People:
    """Return what lines say in a unit."""
    names = ("households", "individuals") if unit == "household" else ("individuals", "households")
    own, other = (chosen.of(name) for name in names)
    sign = chosen.of("sign").astype(np.float64)
    no_own, no_other = np.isnan(own), np.isnan(other)
    return People(
        sign,
        np.where(no_own, 0.0, own) * sign,
        np.where(no_own & ~no_other, other, 0.0) * sign,
        ~(no_own & no_other),
        chosen.table("status", lambda status: status in REACHED),
    )


def add_up(
    chosen: Chosen,
    keys: tuple[Key, ...],
    area: Key,
    rules: Mapping[str, CountingRule],
    unit: Unit,
    factor: float,
    doubles: Doubles,
) -> Iterator[tuple[tuple[Any, ...], Count]]:
    """Yield what completed, planned and ongoing rows come to, by keys.

    Args:
        chosen: The lines of these rows.
        keys: What they are grouped by.
        area: The area of each line: the largest month is that of an area, or of a site in it.
        rules: The counting rule of each activity type.
        unit: The asked unit.
        factor: What turns the other unit into it.
        doubles: Versions that count nobody, and those that might not.
    """
    groups = Groups(*keys)
    adding = _Adding(chosen, groups, area, rules, people_of(chosen, unit), factor)
    kept = ~among(chosen, doubles.left_out) if doubles.left_out else None
    doubtful = among(chosen, doubles.doubtful) if doubles.doubtful else None
    amounts = adding.amounts(kept)
    fewer = None
    if doubtful is not None and doubtful.any():
        less = adding.amounts(~doubtful if kept is None else kept & ~doubtful)
        fewer = [more.less(rest) for more, rest in zip(amounts, less, strict=True)]
    columns = [[_whole(pair.own), _whole(pair.other)] for pair in amounts]
    rows = adding.rows(kept)
    left_out = adding.sum(~kept) if kept is not None else None
    doubts = adding.sum(doubtful) if doubtful is not None else None
    in_force = groups.sum(chosen.of("sign")) > 0
    for n, values in enumerate(groups.values()):
        if not in_force[n]:
            continue
        reached, planned, helped = (
            Amount(own[n], other[n], bool(said[n] > 0), factor)
            for (own, other), said in zip(
                columns, (rows["reached_said"], rows["planned_said"], rows["reached_said"]), strict=True
            )
        )
        count = Count(
            reached,
            planned,
            helped,
            rows["reached"][n],
            rows["planned"][n],
            rows["silent"][n],
            rows["not_first"][n],
            rows["first_unsaid"][n],
        )
        if left_out is not None:
            count.left_out = left_out[n]
        if fewer is not None and doubts is not None:
            less_reached, less_planned = (
                Amount(round(float(p.own[n])), round(float(p.other[n])), True, factor) for p in fewer[:2]
            )
            count.doubt(doubts[n], less_reached, less_planned)
        yield values, count


def _whole(numbers: Numbers) -> list[int]:
    # People are whole numbers, and floating-point ones are exact that far.
    whole: list[int] = np.rint(numbers).astype(np.int64).tolist()
    return whole


class _Adding:
    """Lines with their groups, to be added up with or without some of them."""

    def __init__(
        self,
        chosen: Chosen,
        groups: Groups,
        area: Key,
        rules: Mapping[str, CountingRule],
        people: People,
        factor: float,
    ) -> None:
        self._chosen, self._groups, self._area, self._people = chosen, groups, area, people
        self._factor = factor
        present = set(rules.values())
        self._largest = self._by_rule(rules, *LARGEST) if present & set(LARGEST) else None
        self._by_site = self._by_rule(rules, CountingRule.MAX_SITE)
        self._new = self._by_rule(rules, CountingRule.SUM_NEW) if CountingRule.SUM_NEW in present else None
        first = chosen.of("first_time")
        #: Lines that are counted as they are.
        self._counts = np.ones(chosen.count, bool)
        if self._new is not None:
            self._counts &= ~self._new | (first == 1)
        if self._largest is not None:
            self._counts &= ~self._largest

    def _by_rule(self, rules: Mapping[str, CountingRule], *wanted: CountingRule) -> Numbers:
        return self._chosen.table("activity_type", lambda key: rules.get(key) in wanted)

    def sum(self, which: Numbers, *also: Numbers | None) -> list[int]:
        """Return the rows of each group, of lines of which everything is true."""
        for condition in also:
            if condition is not None:
                which = which & condition
        return _whole(self._groups.sum(self._people.sign[which], which))

    def rows(self, kept: Numbers | None) -> dict[str, list[int]]:
        """Return how many rows of each group are what; ``kept`` None: no row is left out."""
        done, said, first = self._people.done, self._people.said, self._chosen.of("first_time")
        none = [0] * self._groups.count
        return {
            "reached": self.sum(done, kept),
            "planned": self.sum(~done, kept),
            "silent": self.sum(done, ~said, kept),
            "not_first": none if self._new is None else self.sum(self._new, first == 0, kept),
            "first_unsaid": none if self._new is None else self.sum(self._new, first == -1, kept),
            # That somebody said a number is known, also where another row counts.
            "reached_said": self.sum(done, said),
            "planned_said": self.sum(~done, said),
        }

    def amounts(self, kept: Numbers | None) -> list[_Pair]:
        """Return who is reached and planned, and the assistances, group by group."""
        done = self._people.done
        counts = self._counts if kept is None else self._counts & kept
        reached, planned = self._pair(done & counts), self._pair(~done & counts)
        helped = self._pair(done if kept is None else done & kept)
        if self._largest is not None:
            which = self._largest & self._people.said
            steps = self._largest_months(which if kept is None else which & kept)
            if steps is not None:
                reached, planned = reached.and_(steps[0]), planned.and_(steps[1])
        return [reached, planned, helped]

    def _pair(self, which: Numbers) -> _Pair:
        return _Pair(
            self._groups.sum(self._people.own[which], which),
            self._groups.sum(self._people.other[which], which),
        )

    def _largest_months(self, which: Numbers) -> tuple[_Pair, _Pair] | None:
        """Return what the largest months come to, reached and planned; None where there is no row.

        What is planned is what it adds to the largest month: the same households in June and July are not
        twice the households. The months are walked over in their order, and each counts by how much it
        exceeds those before it: up to a month the steps are the figures up to that month.
        """
        part = self._chosen.part(which)
        if not part.count:
            return None
        sites = part.by_table("site", lambda site: str(site or "").lower())
        each_site = Key(np.where(self._by_site[which], sites.numbers + 1, 0), [None, *sites.values])
        alike = Groups(
            Key(self._area.numbers[which], self._area.values),
            part.by("population_group"),
            part.by("activity_type"),
            each_site,
        )
        months = part.by_table("period", lambda month: month)
        order = np.argsort(np.argsort(np.array([month or "" for month in months.values])))
        cells = Groups(
            Key(order[months.numbers], months.values),
            Key(alike.numbers, range(alike.count)),
            Key(self._groups.numbers[which], range(self._groups.count)),
        )
        month, who, group = cells.codes()
        done = self._people.done[which]
        own, other = self._people.own[which], self._people.other[which]
        reached, promised = (
            _Pair(cells.sum(own[part_of], part_of), cells.sum(other[part_of], part_of))
            for part_of in (done, ~done)
        )
        most, together = _nobody(alike.count), _nobody(alike.count)
        steps = _nobody(cells.count), _nobody(cells.count)
        # Groups come in the order of their keys, so that a month's cells stand together.
        edges = [0, *np.flatnonzero(np.diff(month)) + 1, cells.count]
        for start, end in pairwise(edges):
            here = np.arange(start, end)
            places = who[here]
            before, both_before = most.at(places), together.at(places)
            now = before.larger(reached.at(here), self._factor)
            both = both_before.larger(reached.at(here).and_(promised.at(here)), self._factor)
            most.put(places, now)
            together.put(places, both)
            more = now.less(before)
            steps[0].put(here, more)
            steps[1].put(here, both.less(both_before).less(more))
        of_group = (
            _Pair(*(np.bincount(group, column, self._groups.count) for column in step)) for step in steps
        )
        first, second = of_group
        return first, second


class Plain(NamedTuple):
    """What rows of one kind say, plainly added up: what the keys say, people, and rows that count."""

    values: tuple[Any, ...]
    amount: Amount
    rows: int


def plain_sums(
    chosen: Chosen, keys: tuple[Key, ...], unit: Unit, factor: float, left_out: tuple[int, ...] = ()
) -> list[Plain]:
    """Return the plain sums of lines by some keys, but for versions that are left out.

    A figure is known where any row says it, also one that is left out.
    """
    groups, people = Groups(*keys), people_of(chosen, unit)
    kept = ~among(chosen, left_out) if left_out else np.ones(chosen.count, bool)
    own, other, rows = (
        _whole(groups.sum(column[kept], kept)) for column in (people.own, people.other, people.sign)
    )
    said = groups.sum(people.sign[people.said], people.said)
    return [
        Plain(values, Amount(own[n], other[n], bool(said[n] > 0), factor), rows[n])
        for n, values in enumerate(groups.values())
    ]
