"""Counting rules: how the people of many rows and months become a number that counts nobody twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from cluster4w.template.counting import counts, rule_of, types_of
from cluster4w.template.language import N_
from cluster4w.template.lists import CountingRule

__all__ = ["LARGEST", "WORDS", "Amount", "Count", "counts", "rule_of", "types_of"]

#: Rules by which the largest month decides.
LARGEST = (CountingRule.MAX_AREA, CountingRule.MAX_SITE)

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

    def doubt(self, rows: int, reached: Amount, planned: Amount) -> None:
        """Say that some rows may count the same people as others, and how many those are."""
        self.doubtful += rows
        self.fewer_reached.add(reached)
        self.fewer_planned.add(planned)
