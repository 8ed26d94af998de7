"""A column of the template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cluster4w.template.kinds import Kind, Values
from cluster4w.template.language import Labels


class Group(StrEnum):
    """The question a column answers; the group row of a workbook shows it."""

    WHO = "who"
    WHAT = "what"
    WHERE = "where"
    WHEN = "when"
    FOR_WHOM = "for_whom"
    OTHER = "other"


class Visibility(StrEnum):
    """Whether a value may leave the cluster: restricted ones are stripped from public files."""

    PUBLIC = "public"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Condition:
    """A value is required when another column holds one of some values.

    ``when`` maps a column key to the values that make the column required; an empty tuple of values
    means "when that column holds anything".
    """

    when: Mapping[str, tuple[str, ...]]

    def holds(self, values: Values) -> bool:
        """Tell whether the condition applies to a row."""
        for key, wanted in self.when.items():
            value = values.get(key)
            if value is None or (wanted and str(value) not in wanted):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the template, in every language and for every consumer."""

    key: str
    group: Group
    kind: Kind
    labels: Labels
    hxl: str = ""
    #: True: always required. False: never. A condition: required when it holds.
    required: bool | Condition = False
    #: The name of the list that a choice is taken from.
    list: str | None = None
    #: The administrative level (1 to 3) of an area or a p-code.
    level: int | None = None
    help: Labels = field(default_factory=dict)
    #: Header texts seen in the wild for this column.
    aliases: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    #: Smallest and largest sensible figure, both allowed; outside them a value is refused.
    minimum: float | None = None
    maximum: float | None = None
    #: True for a column that an operation added: its values live in ``activity.extra``.
    added: bool = False
