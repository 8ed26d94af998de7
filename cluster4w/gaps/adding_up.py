"""Adding up lines of the ledger by the counting rule of each activity type, whole columns at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from cluster4w.gaps.rules import LARGEST, Amount, Count
from cluster4w.record.ledger.block import Numbers
from cluster4w.record.ledger.chosen import Chosen, Key, Sums, combined
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
    return chosen.once(("people", unit), lambda: _people_of(chosen, unit))


def _people_of(chosen: Chosen, unit: Unit) -> People:
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
    area: str,
    beside: tuple[str, ...],
    rules: Mapping[str, CountingRule],
    unit: Unit,
    factor: float,
    doubles: Doubles,
) -> Sums:
    """Return what completed, planned and ongoing rows come to, by area and what else they say.

    Args:
        chosen: The lines of these rows.
        area: The name of the key of their areas: the largest month is that of an area, or of a site in it.
        beside: The names of what else they are grouped by. By ``period`` what is counted by the largest month
            is what a month exceeds those before it by.
        rules: The counting rule of each activity type.
        unit: The asked unit.
        factor: What turns the other unit into it.
        doubles: Versions that count nobody, and those that might not.
    """
    adding = _Adding(chosen, (area, *beside), rules, unit, factor)
    kept = ~among(chosen, doubles.left_out) if doubles.left_out else None
    doubtful = among(chosen, doubles.doubtful) if doubles.doubtful else None
    amounts = adding.amounts(kept)
    columns = adding.rows(kept)
    for name, pair in zip(("reached", "planned", "helped"), amounts, strict=True):
        columns |= {f"{name}_own": pair.own, f"{name}_other": pair.other}
    if doubtful is not None and doubtful.any():
        less = adding.amounts(~doubtful if kept is None else kept & ~doubtful)
        for name, more, rest in zip(("reached", "planned"), amounts, less, strict=False):
            fewer = more.less(rest)
            columns |= {f"fewer_{name}_own": fewer.own, f"fewer_{name}_other": fewer.other}
        columns["doubtful"] = adding.sum(doubtful)
    if kept is not None:
        columns["left_out"] = adding.sum(~kept)
    groups = chosen.groups(area, *beside)
    columns["in_force"] = groups.sum(chosen.of("sign"))
    return Sums.of(groups, columns)


def counts_of(sums: Sums, factor: float) -> Iterator[tuple[tuple[Any, ...], Count]]:
    """Yield what groups of rows come to by what their keys say, but for those without any row."""

    def whole(name: str) -> list[int]:
        return _whole(sums.column(name))

    pairs = [
        (whole(f"{name}_own"), whole(f"{name}_other"), whole(said))
        for name, said in (
            ("reached", "reached_said"),
            ("planned", "planned_said"),
            ("helped", "reached_said"),
        )
    ]
    rows = [whole(name) for name in ("reached", "planned", "silent", "not_first", "first_unsaid", "left_out")]
    doubtful = whole("doubtful")
    fewer = [(whole(f"fewer_{name}_own"), whole(f"fewer_{name}_other")) for name in ("reached", "planned")]
    for n, (values, there) in enumerate(zip(sums.keys(), whole("in_force"), strict=True)):
        if there <= 0:
            continue
        amounts = [Amount(own[n], other[n], said[n] > 0, factor) for own, other, said in pairs]
        figures: list[Any] = [*amounts, *(column[n] for column in rows)]
        count = Count(*figures)
        if doubtful[n]:
            count.doubt(doubtful[n], *(Amount(own[n], other[n], True, factor) for own, other in fewer))
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
        names: tuple[str, ...],
        rules: Mapping[str, CountingRule],
        unit: Unit,
        factor: float,
    ) -> None:
        self._chosen, self._names, self._unit, self._factor = chosen, names, unit, factor
        self._groups, self._people = chosen.groups(*names), people_of(chosen, unit)
        groups, people = self._groups, self._people
        self._rules = tuple(sorted(rules.items()))
        present = set(rules.values())
        self._largest = self._by_rule(rules, *LARGEST) if present & set(LARGEST) else None
        self._new = self._by_rule(rules, CountingRule.SUM_NEW) if CountingRule.SUM_NEW in present else None
        #: Lines that are not counted as they are.
        self._others: Numbers | None = None
        if self._new is not None:
            self._others = self._new & (chosen.of("first_time") != 1)
        if self._largest is not None:
            self._others = self._largest if self._others is None else self._others | self._largest
        #: Each group has two places: what is not completed, and what is.
        self._places = groups.numbers * 2 + people.done
        self._converted = np.flatnonzero(people.other)

    def _by_rule(self, rules: Mapping[str, CountingRule], *wanted: CountingRule) -> Numbers:
        return self._chosen.table("activity_type", lambda key: rules.get(key) in wanted)

    def sum(self, which: Numbers) -> Numbers:
        """Return the rows of each group, of lines of which ``which`` is true."""
        return self._groups.sum(self._people.sign[which], which)

    def _each(self, which: Numbers | None, column: Numbers) -> Numbers:
        """Return the sums of a column by group: of what is not completed, and of what is."""
        if which is None:
            found = np.bincount(self._places, column, 2 * self._groups.count)
        else:
            found = np.bincount(self._places[which], column[which], 2 * self._groups.count)
        return found.reshape(-1, 2).T

    def rows(self, kept: Numbers | None) -> dict[str, Numbers]:
        """Return how many rows of each group are what; ``kept`` None: no row is left out."""
        people = self._people
        planned, reached = self._each(kept, people.sign)
        silent = ~people.said
        some_silent = bool(silent.any())
        # That somebody said a number is known, also where another row counts.
        planned_said, reached_said = self._each(None if not some_silent else people.said, people.sign)
        none = np.zeros(self._groups.count)
        _, unsaid = (
            self._each(silent if kept is None else silent & kept, people.sign)
            if some_silent
            else (none, none)
        )
        found = {
            "reached": reached,
            "planned": planned,
            "silent": unsaid,
            "reached_said": reached_said,
            "planned_said": planned_said,
            "not_first": none,
            "first_unsaid": none,
        }
        if self._new is not None:
            first = self._chosen.of("first_time")
            for name, said in (("not_first", 0), ("first_unsaid", -1)):
                which = self._new & (first == said)
                found[name] = self.sum(which if kept is None else which & kept)
        return found

    def amounts(self, kept: Numbers | None) -> list[_Pair]:
        """Return who is reached and planned, and the assistances, group by group."""
        all_planned, helped = self._pairs(kept)
        if self._others is None:
            return [helped, all_planned, helped]
        others = self._pairs(self._others if kept is None else self._others & kept)
        planned, reached = all_planned.less(others[0]), helped.less(others[1])
        if self._largest is not None:
            months = self._months(kept)
            if months is not None:
                reached, planned = (
                    pair.and_(more) for pair, more in zip((reached, planned), months, strict=True)
                )
        return [reached, planned, helped]

    def _pairs(self, which: Numbers | None) -> tuple[_Pair, _Pair]:
        """Return the people of what is not completed, and of what is."""
        own = self._each(which, self._people.own)
        some = self._converted if which is None else self._converted[which[self._converted]]
        other = self._each(some, self._people.other)
        return _Pair(own[0], other[0]), _Pair(own[1], other[1])

    def _months(self, kept: Numbers | None) -> tuple[_Pair, _Pair] | None:
        """Return what the largest months come to, reached and planned; None where there is no row.

        What is planned is what it adds to the largest month: the same households in June and July are not
        twice the households.
        """
        base = self._chosen.base
        names = ("cells", self._names, self._rules)
        cells = base.once(names, lambda: _Cells.of(base, self._names, dict(self._rules)))
        if self._chosen is not base or kept is not None:
            which = np.zeros(base.count, bool)
            at = np.arange(base.count) if self._chosen.at is None or self._chosen is base else self._chosen.at
            which[at if kept is None else at[kept]] = True
            cells = cells.only(which)
        if not cells.count:
            return None
        people = people_of(base, self._unit)
        reached = cells.sum(people.own, people.other, people.done)
        promised = cells.sum(people.own, people.other, ~people.done)
        return cells.steps(reached, reached.and_(promised), self._factor, self._groups.count)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Lines in the order of what is compared (an area or site of one type and group) and of their months."""

    at: Numbers
    alike: Numbers
    month: Numbers
    group: Numbers


class _Cells:
    """What is compared, month by month."""

    def __init__(self, lines: _Sorted) -> None:
        self._lines, self.count = lines, len(lines.at)
        is_new = np.diff(lines.alike, prepend=-1) != 0
        starts = is_new | (np.diff(lines.month, prepend=-1) != 0)
        self._starts = np.flatnonzero(starts)
        #: Where, among the cells, what is compared begins.
        self._firsts = np.flatnonzero(is_new[self._starts])
        self._groups, self._month = lines.group[self._starts], lines.month[self._starts]

    @classmethod
    def of(cls, chosen: Chosen, names: tuple[str, ...], rules: Mapping[str, CountingRule]) -> _Cells:
        """Return the cells of lines that are counted by their largest month and say a number or not."""
        at = np.flatnonzero(chosen.table("activity_type", lambda key: rules.get(key) in LARGEST))
        part = Chosen(chosen, at)
        by_site = part.table("activity_type", lambda key: rules.get(key) is CountingRule.MAX_SITE)
        sites = part.by_table("site", lambda site: str(site or "").lower())
        each_site = Key(np.where(by_site, sites.numbers + 1, 0), range(len(sites.values) + 1))
        months = part.by_table("period", lambda month: month)
        rank = np.argsort(np.argsort(np.array([month or "" for month in months.values])))
        month = rank[months.numbers] if len(at) else months.numbers
        keys = (part.key(names[0]), part.by("population_group"), part.by("activity_type"), each_site)
        alike = combined(*keys)
        order = np.argsort(alike * max(len(months.values), 1) + month)
        groups = chosen.groups(*names).numbers[at]
        return cls(_Sorted(at[order], alike[order], month[order], groups[order]))

    def only(self, which: Numbers) -> _Cells:
        """Return the cells of some lines; ``which`` tells them among all those they were chosen from."""
        lines = self._lines
        some = np.flatnonzero(which[lines.at])
        return _Cells(_Sorted(lines.at[some], lines.alike[some], lines.month[some], lines.group[some]))

    def sum(self, own: Numbers, other: Numbers, which: Numbers) -> _Pair:
        """Return what each month comes to, of lines of which ``which`` is true."""
        here = which[self._lines.at]
        return _Pair(
            *(
                np.add.reduceat(np.where(here, column[self._lines.at], 0.0), self._starts)
                for column in (own, other)
            )
        )

    def steps(self, reached: _Pair, both: _Pair, factor: float, count: int) -> tuple[_Pair, _Pair]:
        """Return by how much each month exceeds those before it: summed up to a month, the largest so far."""
        alike = np.zeros(len(self._starts), np.int64)
        alike[self._firsts] = 1
        alike = np.cumsum(alike) - 1
        most, together = (_nobody(len(self._firsts)) for _ in range(2))
        steps = _nobody(len(self._starts)), _nobody(len(self._starts))
        for month in np.unique(self._month):
            here = np.flatnonzero(self._month == month)
            places = alike[here]
            before, both_before = most.at(places), together.at(places)
            now = before.larger(reached.at(here), factor)
            all_ = both_before.larger(both.at(here), factor)
            most.put(places, now)
            together.put(places, all_)
            more = now.less(before)
            steps[0].put(here, more)
            steps[1].put(here, all_.less(both_before).less(more))
        first, second = (
            _Pair(*(np.bincount(self._groups, column, count) for column in pair)) for pair in steps
        )
        return first, second


class Plain(NamedTuple):
    """What rows of one kind say, plainly added up: what the keys say, people, and rows that count."""

    values: tuple[Any, ...]
    amount: Amount
    rows: int


def plain_sums(
    chosen: Chosen, names: tuple[str, ...], unit: Unit, factor: float, left_out: tuple[int, ...] = ()
) -> list[Plain]:
    """Return the plain sums of lines by some keys, but for versions that are left out.

    A figure is known where any row says it, also one that is left out.
    """
    groups, people = chosen.groups(*names), people_of(chosen, unit)
    kept = ~among(chosen, left_out) if left_out else np.ones(chosen.count, bool)
    own, other, rows = (
        _whole(groups.sum(column[kept], kept)) for column in (people.own, people.other, people.sign)
    )
    said = groups.sum(people.sign[people.said], people.said)
    return [
        Plain(values, Amount(own[n], other[n], bool(said[n] > 0), factor), rows[n])
        for n, values in enumerate(groups.values())
    ]
