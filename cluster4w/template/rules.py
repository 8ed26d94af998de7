"""Rules across the cells of a row, declared with the template and run by the check and the web form."""

from __future__ import annotations

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
    * ``needs``: when ``a`` is one of ``values``, every column of ``columns`` is filled.
    * ``any_of``: at least one column of ``columns`` is filled.
    * ``status_dates``: a completed row does not end in the future, a planned one has not ended.
    """

    NOT_BEFORE = "not_before"
    PARTS_SUM = "parts_sum"
    PARTS_WITHIN = "parts_within"
    NOT_ABOVE = "not_above"
    RATIO_BETWEEN = "ratio_between"
    NEEDS = "needs"
    ANY_OF = "any_of"
    STATUS_DATES = "status_dates"


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
    low: float = 0.0
    high: float = 0.0
    #: The rule applies only to rows where these columns hold one of these values.
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
