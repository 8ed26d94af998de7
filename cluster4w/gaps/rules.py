"""Counting rules: how the people of many rows and months become a number that counts nobody twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from cluster4w.record.queries.coverage import REACHED, SiteSum, Sum
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


def count(entries: Iterable[Sum], rule: CountingRule, factor: float) -> Count:
    """Count one activity type in one area (of the rule) and one population group.

    Entries of a rule of the largest month must be split by month; those of ``max_site`` come here for one
    site (the record counts all sites at once, see :func:`count_sites`). What is planned is then what it adds
    to the largest month: the same households in June and July are not twice the households.
    """
    entries = list(entries)
    total = Count()
    for entry in entries:
        if entry.status in REACHED:
            total.assistances.take(entry, factor)
            total.reached_rows += entry.rows
            total.silent_rows += entry.silent
        else:
            total.planned_rows += entry.rows
    match rule:
        case CountingRule.SUM:
            for entry in entries:
                (total.reached if entry.status in REACHED else total.planned).take(entry, factor)
        case CountingRule.SUM_NEW:
            _sum_new(entries, factor, total)
        case CountingRule.MAX_AREA | CountingRule.MAX_SITE:
            _largest(entries, factor, total)
        case _:
            assert_never(rule)
    return total


def _sum_new(entries: Iterable[Sum], factor: float, total: Count) -> None:
    """Add the rows whose people are assisted for the first time.

    Rows that say a number but assist nobody for the first time are zero new people: a known zero.
    """
    for entry in entries:
        amount = total.reached if entry.status in REACHED else total.planned
        if entry.first_time:
            amount.take(entry, factor)
            continue
        amount.known |= entry.own is not None or entry.other is not None
        if entry.first_time is None:
            total.first_unsaid += entry.rows
        else:
            total.not_first += entry.rows


def _largest(entries: Iterable[Sum], factor: float, total: Count) -> None:
    """Add the largest month: of what was reached, and of everything together."""
    reached: dict[str | None, Amount] = defaultdict(Amount)
    both: dict[str | None, Amount] = defaultdict(Amount)
    for entry in entries:
        both[entry.split].take(entry, factor)
        if entry.status in REACHED:
            reached[entry.split].take(entry, factor)
        else:
            total.planned.known |= entry.own is not None or entry.other is not None
    done = max(reached.values(), key=lambda a: a.value, default=Amount())
    total.reached.add(done)
    total.reached.known |= any(a.known for a in reached.values())
    largest = max(both.values(), key=lambda a: a.value, default=Amount())
    _add_planned(total, largest.value - done.value, largest.converted / largest.value if largest.value else 0)


def _add_planned(total: Count, more: float, share: float) -> None:
    """Add what is planned on top; ``share`` of it is marked as converted."""
    total.planned.own += more * (1 - share)
    total.planned.converted += more * share


def count_sites(entry: SiteSum, factor: float) -> Count:
    """Return what an activity type counted by ``max_site`` comes to in one area and population group."""
    known = entry.reached_own is not None or entry.reached_other is not None
    own, other = float(entry.reached_own or 0), float(entry.reached_other or 0) * factor
    share = other / (own + other) if own + other else 0.0
    total = Count(
        reached=Amount(entry.reached * (1 - share), entry.reached * share, known),
        assistances=Amount(own, other, known),
        reached_rows=entry.reached_rows,
        planned_rows=entry.planned_rows,
        silent_rows=entry.silent,
    )
    planned = float(entry.planned_own or 0), float(entry.planned_other or 0) * factor
    total.planned.known = entry.planned_own is not None or entry.planned_other is not None
    _add_planned(total, entry.both - entry.reached, planned[1] / sum(planned) if sum(planned) else 0.0)
    return total
