"""What the summary of an operation's record depends on beside the record itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from cluster4w.models import Operation
from cluster4w.models.summary import OUTSIDE
from cluster4w.record.queries.operations import template_of
from cluster4w.template.counting import counts, rule_of
from cluster4w.template.lists import CountingRule

#: Raised when the meaning of a cell changes: summaries made before are then made anew.
VERSION = 1
LARGEST = (CountingRule.MAX_AREA, CountingRule.MAX_SITE)


@dataclass(frozen=True)
class SummaryRules:
    """Activity types as (key, sub-sector, rule, counts towards the target), and how months and people count.

    Two operations with equal rules are summed up by the same statements.
    """

    types: tuple[tuple[str, str, CountingRule, bool], ...]
    household_size: float
    first_month: str

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that differ wherever a summary would."""
        said = json.dumps([VERSION, self.types, self.household_size, self.first_month])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def counted(self, *rules: CountingRule) -> dict[str, str]:
        """Return key to sub-sector of the types that count, of some rules; of all rules without any."""
        return {key: sub for key, sub, rule, yes in self.types if yes and (not rules or rule in rules)}

    def every_type(self) -> dict[str, str]:
        """Return key to sub-sector, also of types that count towards no target: they are presence."""
        return {key: sub for key, sub, _, _ in self.types}

    def month(self, period: str | None) -> str:
        """Return the month of a cell for the month of a row."""
        return period if period is not None and period >= self.first_month else OUTSIDE


def summary_rules(operation: Operation) -> SummaryRules:
    """Return the rules in force in an operation."""
    types = tuple(
        (choice.key, sub_sector, rule_of(choice), counts(choice))
        for choice in template_of(operation).activity_types
        if (sub_sector := choice.attributes.get("sub_sector"))
    )
    return SummaryRules(types, operation.household_size, f"{operation.plan_start:%Y-%m}")
