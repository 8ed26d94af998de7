"""Which activity types count towards a target, and by which rule."""

from __future__ import annotations

from cluster4w.template.declaration import Template
from cluster4w.template.lists import Choice, CountingRule


def rule_of(choice: Choice) -> CountingRule:
    """Return the counting rule of an activity type; one without a rule counts every row."""
    return CountingRule(choice.attributes.get("counting_rule", CountingRule.SUM))


def counts(choice: Choice) -> bool:
    """Tell whether people of this activity type count towards the target."""
    return choice.attributes.get("towards_target", "yes") == "yes"


def types_of(
    template: Template, sub_sector: str, *, counting: bool = True, only: str | None = None
) -> list[Choice]:
    """Return the activity types of a sub-sector; with ``counting`` only those that count, or ``only`` one."""
    return [
        choice
        for choice in template.activity_types
        if choice.attributes.get("sub_sector") == sub_sector
        and (counts(choice) or not counting)
        and only in (None, choice.key)
    ]
