"""What each month adds to the figures of an area, counted from the rows: for what no summary knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import orm

from cluster4w.gaps.counting import AreaKey, CountKey, factor_of, months_taken_off, taken_off
from cluster4w.gaps.response import Asked
from cluster4w.gaps.rules import Amount, Count, largest_by_month, rule_of, types_of
from cluster4w.models import Operation
from cluster4w.record.queries.coverage import REACHED, Monthly, Sum, monthly_figures
from cluster4w.record.queries.left_out import Doubles
from cluster4w.record.queries.templates import template_then
from cluster4w.record.queries.trend import monthly_sums
from cluster4w.record.summary_rules import LARGEST
from cluster4w.template.lists import CountingRule

#: What months add, by month and area.
Added = Mapping[str, Mapping[AreaKey, Count]]


def added_by_month(session: orm.Session, operation: Operation, asked: Asked, doubles: Doubles) -> Added:
    """Return what the rows of each month add by cercle, rows that count nobody left out.

    Summed up to a month it is what all rows up to it come to, by whatever counting rule. A few
    walks over the rows, however many months there are.
    """
    choices = types_of(
        template_then(session, operation, asked.window.as_of),
        asked.sub_sector,
        only=asked.window.activity_type,
    )
    rules = {choice.key: rule_of(choice) for choice in choices}
    factor = factor_of(operation, asked.unit)
    found: dict[str, dict[AreaKey, Count]] = defaultdict(lambda: defaultdict(Count))
    for only in (None, doubles.left_out):
        for month, entry in monthly_sums(
            session,
            operation,
            types=list(rules),
            unit=asked.unit,
            window=asked.window,
            group=asked.group,
            only=only,
        ):
            own = entry if only is None else taken_off(entry)
            _take(found[month][entry[2:5]], own, rules[entry.activity_type], factor)
    for rule in LARGEST:
        types = [key for key, other in rules.items() if other is rule]
        _take_largest(found, _monthly(session, operation, asked, rule, types, doubles), factor)
    return found


def _take(count: Count, entry: Sum, rule: CountingRule, factor: float) -> None:
    """Add a group of rows; of rows that the largest month decides on, who is counted comes later."""
    if rule not in LARGEST:
        count.take(entry, rule, factor)
        return
    said = entry.own is not None or entry.other is not None
    if entry.status in REACHED:
        count.assistances.take(entry, factor)
        count.reached_rows += entry.rows
        count.reached.known |= said
    else:
        count.planned_rows += entry.rows
        count.planned.known |= said


def _monthly(
    session: orm.Session,
    operation: Operation,
    asked: Asked,
    rule: CountingRule,
    types: Sequence[str],
    doubles: Doubles,
) -> dict[CountKey, list[Monthly]]:
    """Return the figures of the rows that count, by what is counted together."""
    found: dict[CountKey, list[Monthly]] = defaultdict(list)
    for only in (None, doubles.left_out):
        for entry in monthly_figures(
            session,
            operation,
            level=asked.level,
            types=types,
            unit=asked.unit,
            window=asked.window,
            by_site=rule is CountingRule.MAX_SITE,
            group=asked.group,
            only=only,
        ):
            own = entry if only is None else months_taken_off(entry)
            found[entry[2:5], entry[5], entry[0]].append(own)
    return found


def _take_largest(
    found: Mapping[str, Mapping[AreaKey, Count]], buckets: Mapping[CountKey, Iterable[Monthly]], factor: float
) -> None:
    for (area, _group, _type), entries in buckets.items():
        for month, reached, planned in largest_by_month(entries, factor):
            count = found[month][area]
            count.reached.add(Amount(*reached, False, factor))
            count.planned.add(Amount(*planned, False, factor))
