"""Counting the record: the rows of a sub-sector, counted by the rule of each activity type."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.gaps.rules import Count, count_largest, rule_of, types_of
from cluster4w.models import Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.coverage import Monthly, Unit, Window, area_sums, monthly_figures
from cluster4w.record.queries.operations import template_of
from cluster4w.template.lists import CountingRule

#: Codes of region, cercle and commune as a row names them; None where it does not.
AreaKey = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a row of the record stands in a table by area.

    ``area``: the row names an area of the table's level. ``part``: it only names one above it.
    ``unknown``: it names none that the edition holds.
    """

    kind: str
    pcode: str | None


def window_of(operation: Operation, month: str | None, as_of: dt.datetime | None = None) -> Window:
    """Return the months counted: from the plan's start to ``month``; all of them for None."""
    return Window(f"{operation.plan_start:%Y-%m}" if month else None, month, as_of)


def slot_of(key: AreaKey, level: int, gazetteer: Gazetteer) -> Slot:
    """Return where a row with these codes stands in a table of ``level``."""
    for depth in range(level, 0, -1):
        code = key[depth - 1]
        if code is not None and (place := gazetteer.get(code)) is not None and place.level == depth:
            return Slot("area" if depth == level else "part", code)
    return Slot("unknown", None)


def factor_of(operation: Operation, unit: Unit) -> float:
    """Return what turns the other unit into ``unit``, by the declared household size."""
    return 1 / operation.household_size if unit == "household" else operation.household_size


def counts_by_area(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    sub_sector: str,
    unit: Unit,
    window: Window,
    group: str | None = None,
    within: tuple[int, str | None] | None = None,
) -> Mapping[tuple[AreaKey, str | None, str], Count]:
    """Return what each (area, population group, activity type) comes to.

    Regions and cercles are counted by cercle, communes by commune; an area above is the sum of its parts.
    """
    template = template_of(operation)
    rules = {c.key: rule_of(c) for c in types_of(template, sub_sector)}
    kinds: dict[CountingRule, list[str]] = {rule: [] for rule in CountingRule}
    for key, rule in rules.items():
        kinds[rule].append(key)
    factor = factor_of(operation, unit)
    found: dict[tuple[AreaKey, str | None, str], Count] = defaultdict(Count)
    for rule in (CountingRule.SUM, CountingRule.SUM_NEW):
        for entry in area_sums(
            session,
            operation,
            level=level,
            types=kinds[rule],
            unit=unit,
            window=window,
            group=group,
            split="first_time" if rule is CountingRule.SUM_NEW else "none",
            within=within,
        ):
            found[entry[2:5], entry[5], entry[0]].take(entry, rule, factor)
    months: dict[tuple[AreaKey, str | None, str], list[Monthly]] = defaultdict(list)
    for rule in (CountingRule.MAX_AREA, CountingRule.MAX_SITE):
        for month in monthly_figures(
            session,
            operation,
            level=level,
            unit=unit,
            window=window,
            group=group,
            within=within,
            types=kinds[rule],
            by_site=rule is CountingRule.MAX_SITE,
        ):
            months[month[2:5], month[5], month[0]].append(month)
    found.update({key: count_largest(bucket, rules[key[2]], factor) for key, bucket in months.items()})
    return found
