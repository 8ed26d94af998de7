"""The choice lists of a template: keys, labels and the spellings seen in the wild."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from cluster4w.template.language import Labels, label
from cluster4w.template.text import fold


class CountingRule(StrEnum):
    """How the people of an activity type are added up over rows and months (design of gaps, section 7).

    * ``sum``: every row counts.
    * ``sum_new``: only rows whose people are assisted for the first time in the plan year.
    * ``max_site``: the largest month of each site, then the sum of the sites.
    * ``max_area``: the largest month of each area, then the sum of the areas.
    """

    SUM = "sum"
    SUM_NEW = "sum_new"
    MAX_SITE = "max_site"
    MAX_AREA = "max_area"


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list. ``attributes`` holds what only some lists need (sub-sector, unit, ...)."""

    key: str
    labels: Labels
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    def spellings(self) -> Iterator[str]:
        """Yield the key, every label and every alias."""
        yield self.key
        yield from self.labels.values()
        yield from self.aliases


@dataclass(frozen=True)
class ChoiceList:
    """A named list of choices, in the order in which people see them."""

    name: str
    choices: tuple[Choice, ...]

    def __iter__(self) -> Iterator[Choice]:
        return iter(self.choices)

    def __len__(self) -> int:
        return len(self.choices)

    def get(self, key: str) -> Choice | None:
        """Return the choice with this key, or None."""
        return next((c for c in self.choices if c.key == key), None)

    @cached_property
    def by_spelling(self) -> Mapping[str, str]:
        """Folded spelling to choice key, over keys, labels in every language and aliases.

        An earlier choice wins a spelling that two choices claim, so that the order of the list decides.
        """
        found: dict[str, str] = {}
        for choice in self.choices:
            for spelling in choice.spellings():
                folded = fold(spelling)
                if folded:
                    found.setdefault(folded, choice.key)
        return MappingProxyType(found)

    def label(self, key: str, language: str) -> str:
        """Return the label of a choice, or the key itself where the list no longer knows it."""
        choice = self.get(key)
        return label(choice.labels, language) if choice else key
