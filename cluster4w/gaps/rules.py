"""Counting rules: how the people of many rows and months become a number that counts nobody twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cluster4w.record.queries.coverage import MONTH_LENGTH, REACHED, SEPARATOR, Monthly, Sum
from cluster4w.template.declaration import Template
from cluster4w.template.language import N_
from cluster4w.template.lists import Choice, CountingRule

#: What a rule says to a person who asks why a number is what it is.
WORDS = {
    CountingRule.SUM: N_("every row counts"),
    CountingRule.SUM_NEW: N_("only people assisted for the first time in the plan year count"),
    CountingRule.MAX_SITE: N_("the largest month of each site, then the sum of the sites"),
    CountingRule.MAX_AREA: N_("the largest month of each area, then the sum of the areas"),
}


def rule_of(choice: Choice) -> CountingRule:
    """Return the counting rule of an activity type; one without a rule counts every row."""
    return CountingRule(choice.attributes.get("counting_rule", CountingRule.SUM))


def counts(choice: Choice) -> bool:
    """Tell whether people of this activity type count towards the target."""
    return choice.attributes.get("towards_target", "yes") == "yes"


def types_of(template: Template, sub_sector: str, *, counting: bool = True) -> list[Choice]:
    """Return the activity types of a sub-sector; with ``counting`` only those that count."""
    return [
        choice
        for choice in template.activity_types
        if choice.attributes.get("sub_sector") == sub_sector and (counts(choice) or not counting)
    ]


@dataclass(slots=True)
class Amount:
    """People in one unit. ``own`` was reported in it, ``converted`` was calculated from the other unit.

    ``known`` is False while no row said a number: such an amount is not available, it is not zero.
    """

    own: float = 0.0
    converted: float = 0.0
    known: bool = False

    @property
    def value(self) -> float:
        """People in all."""
        return self.own + self.converted

    def add(self, other: Amount) -> None:
        """Add another amount to this one."""
        self.own += other.own
        self.converted += other.converted
        self.known |= other.known

    def take(self, entry: Sum, factor: float) -> None:
        """Add what a group of rows says; ``factor`` turns the other unit into the asked one."""
        if entry.own is not None:
            self.own += float(entry.own)
            self.known = True
        if entry.other is not None:
            self.converted += float(entry.other) * factor
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
        return Amount(float(sum(self.own.values())), sum(self.other.values()) * factor, known)

    def values(self, factor: float) -> dict[str, float]:
        """Return what each month and site comes to in the asked unit."""
        if not self.other:
            return dict(self.own)
        found: dict[str, float] = dict(self.own)
        for key, figure in self.other.items():
            found[key] = found.get(key, 0) + figure * factor
        return found


def count_largest(entries: Iterable[Monthly], rule: CountingRule, factor: float) -> Count:
    """Count one activity type, by ``max_site`` or ``max_area``, in one area and one population group.

    What is planned is what it adds to the largest month: the same households in June and July are not twice
    the households.
    """
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
    promised = planned.amount(factor)
    total.planned.known = promised.known
    reached, more = done.values(factor), planned.values(factor)
    match rule:
        case CountingRule.MAX_SITE:
            sites = _largest_by_site(reached.items(), {})
            most = sum(sites.values())
            on_top = ((key, value + reached.get(key, 0)) for key, value in more.items())
            largest = sum(_largest_by_site(on_top, sites).values())
            said = total.assistances
            converted = most * (said.converted / said.value if said.value else 0.0)
            share = promised.converted / promised.value if promised.value else 0.0
        case CountingRule.MAX_AREA:
            month = max(sorted(reached), key=reached.__getitem__, default="")
            most, converted = reached.get(month, 0.0), done.other.get(month, 0) * factor
            both = {key: reached.get(key, 0) + more.get(key, 0) for key in sorted({*reached, *more})}
            month = max(both, key=both.__getitem__, default="")
            largest = both.get(month, 0.0)
            others = (done.other.get(month, 0) + planned.other.get(month, 0)) * factor
            share = others / largest if largest else 0.0
        case _:
            raise ValueError(rule)
    total.reached = Amount(most - converted, converted, total.assistances.known)
    total.planned.own = (largest - most) * (1 - share)
    total.planned.converted = (largest - most) * share
    return total


def _largest_by_site(values: Iterable[tuple[str, float]], before: Mapping[str, float]) -> dict[str, float]:
    """Return the largest value of each site, whatever its month; ``before``: the largest so far."""
    found = dict(before)
    for key, value in values:
        site = key[MONTH_LENGTH:]
        if value > found.get(site, 0):
            found[site] = value
    return found
