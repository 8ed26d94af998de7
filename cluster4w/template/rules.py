"""Rules across the cells of a row, declared with the template and run by the check and the web form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

#: A parameter of a rule as the declaration gives it.
Parameter: TypeAlias = "str | float | tuple[str, ...]"


class Severity(StrEnum):
    """What a finding asks for: an error blocks its row, a warning wants one click, an info informs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Check(StrEnum):
    """The closed set of cross-cell checks.

    * ``not_before``: day ``b`` is not before day ``a``.
    * ``parts_sum``: the columns ``parts`` add up to ``total`` (checked when all of them are filled).
    * ``parts_within``: the sum of the filled ``parts`` is not above ``total``.
    * ``not_above``: figure ``a`` is not above figure ``b``.
    * ``ratio_between``: ``a`` divided by ``b`` lies between ``low`` and ``high`` (household size).
    * ``between``: figure ``a`` lies between ``low`` and ``high``.
    * ``needs``: when ``a`` is one of ``values`` (anything at all where there are none), every column of
      ``columns`` is filled.
    * ``forbids``: when ``a`` is one of ``values``, no column of ``columns`` holds more than zero.
    * ``any_of``: at least one column of ``columns`` is filled.
    * ``status_dates``: a completed row does not end in the future, a planned one has not ended.
    * ``month_from``: month ``a`` is not before the month of day ``b``.
    * ``month_until``: month ``a`` is not after the month of day ``b``.
    * ``near_plan``: day ``a`` is at most ``low`` days before the plan and ``high`` days after it.
    * ``listed_as``: ``b`` is what the entry of ``a`` in its list says of ``attribute``, or one of what it
      says of ``other_`` and ``attribute``, blanks between; an entry that says nothing allows everything.
    * ``list_needs``: when the entry of ``a`` says one of ``values`` of ``attribute``, every column of
      ``columns`` is filled.
    """

    NOT_BEFORE = "not_before"
    PARTS_SUM = "parts_sum"
    PARTS_WITHIN = "parts_within"
    NOT_ABOVE = "not_above"
    RATIO_BETWEEN = "ratio_between"
    BETWEEN = "between"
    NEEDS = "needs"
    FORBIDS = "forbids"
    ANY_OF = "any_of"
    STATUS_DATES = "status_dates"
    MONTH_FROM = "month_from"
    MONTH_UNTIL = "month_until"
    NEAR_PLAN = "near_plan"
    LISTED_AS = "listed_as"
    LIST_NEEDS = "list_needs"


#: What an operation says of a finding that it does not want to hear.
OFF = "off"
#: Findings that say what became of a part of a file: nothing is left out or brought in without a word.
NEVER_SILENT = frozenset(
    [
        "sheet.hidden", "sheet.not_a_table", "sheet.stray_cell", "rows.skipped", "rows.other_cluster",
        "rows.vanished", "rows.parted", "row.repeated", "column.doubtful", "column.duplicate",
        "column.months_without_year", "column.months_uncounted", "column.unmapped", "cells.merged_figure",
        "figures.not_divided", "figures.total_differs", "organisation.new",
    ]
)  # fmt: skip

#: The checks whose ``low`` and ``high`` an information manager may set.
BOUNDED = frozenset({Check.RATIO_BETWEEN, Check.BETWEEN, Check.NEAR_PLAN})


@dataclass(frozen=True, slots=True)
class Rule:
    """One declared cross-cell rule."""

    code: str
    check: Check
    severity: Severity
    a: str = ""
    b: str = ""
    total: str = ""
    parts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    #: What the entry of a list says, for the checks that ask it.
    attribute: str = ""
    low: float = 0.0
    high: float = 0.0
    #: The rule applies only to rows where these columns hold one of these values.
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)


def is_fixed(code: str, default: Severity, rules: Iterable[Rule]) -> bool:
    """Tell whether a finding says that a row cannot be recorded, so that its severity is no choice.

    Every error is one, but those of the rules that a template declares: what they doubt can be written down.
    """
    return default is Severity.ERROR and all(rule.code != code for rule in rules)


def may_be_silent(code: str) -> bool:
    """Tell whether an operation may do without a finding."""
    return code not in NEVER_SILENT
