"""Counting the record: the rows of a sub-sector, counted by the rule of each activity type."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import orm

from cluster4w.gaps.rules import Count, count_largest, rule_of, types_of
from cluster4w.models import Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.coverage import Monthly, Sum, Unit, Window, area_sums, monthly_figures
from cluster4w.record.queries.left_out import Doubles
from cluster4w.record.queries.templates import template_then
from cluster4w.record.summary_rules import LARGEST
from cluster4w.template.lists import CountingRule

#: Codes of region, cercle and commune as a row names them; None where it does not.
AreaKey = tuple[str | None, str | None, str | None]
#: So many areas are read one by one; with more, all of them are read.
FEW = 20
#: Area, population group, activity type.
CountKey = tuple[AreaKey, str | None, str]


class Slot(NamedTuple):
    """Where a row of the record stands in a table by area.

    ``area``: the row names an area of the table's level. ``part``: it only names one above it.
    ``unknown``: it names none that the edition holds.
    """

    kind: str
    pcode: str | None


def window_of(
    operation: Operation, month: str | None, as_of: dt.datetime | None = None, *, first: str | None = None
) -> Window:
    """Return the months counted: from ``first`` or the plan's start to ``month``; all of them for None."""
    return Window(first or (f"{operation.plan_start:%Y-%m}" if month else None), month, as_of)


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
    doubles: Doubles = Doubles(),  # noqa: B008 - nothing in it changes
) -> Mapping[CountKey, Count]:
    """Return what each (area, population group, activity type) comes to.

    Regions and cercles are counted by cercle, communes by commune; an area above is the sum of its parts.

    ``doubles`` are taken off what all rows come to rather than kept out of the sums: they are few, and the
    sums stream out of indexes that do not hold the rows' keys.
    """
    factor = factor_of(operation, unit)
    found: dict[CountKey, Count] = defaultdict(Count)
    for asked in _asked(session, operation, sub_sector, level, unit, window, group, within):
        if asked.rule in LARGEST:
            _count_largest(found, asked, factor, doubles)
        else:
            for entry in asked.sums():
                found[entry[2:5], entry[5], entry[0]].take(entry, asked.rule, factor)
            _take_off_sums(found, asked, factor, doubles)
    return found


def changes_by_doubles(
    session: orm.Session,
    operation: Operation,
    *,
    level: int,
    sub_sector: str,
    unit: Unit,
    window: Window,
    group: str | None = None,
    doubles: Doubles,
) -> Mapping[CountKey, Count]:
    """Return what ``doubles`` change in counts that were made of all rows: to be added to them."""
    found: dict[CountKey, Count] = defaultdict(Count)
    if not doubles.left_out and not doubles.doubtful:
        return found
    factor = factor_of(operation, unit)
    for asked in _asked(session, operation, sub_sector, level, unit, window, group, None):
        if asked.rule in LARGEST:
            _change_largest(found, asked, factor, doubles)
        else:
            _take_off_sums(found, asked, factor, doubles)
    return found


def _asked(
    session: orm.Session,
    operation: Operation,
    sub_sector: str,
    level: int,
    unit: Unit,
    window: Window,
    group: str | None,
    within: tuple[int, str | None] | None,
) -> Iterator[_Asked]:
    """Yield the questions of a sub-sector, one a counting rule that any of its activity types has."""
    kinds: dict[CountingRule, list[str]] = {rule: [] for rule in CountingRule}
    for choice in types_of(
        template_then(session, operation, window.as_of), sub_sector, only=window.activity_type
    ):
        kinds[rule_of(choice)].append(choice.key)
    for rule, types in kinds.items():
        if types:
            yield _Asked(session, operation, rule, types, level, unit, window, group, within)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question to the record about the activity types of one counting rule."""

    session: orm.Session
    operation: Operation
    rule: CountingRule
    types: list[str]
    level: int
    unit: Unit
    window: Window
    group: str | None
    within: tuple[int, str | None] | None

    def sums(self, only: Sequence[int] | None = None) -> Iterator[Sum]:
        return area_sums(
            self.session,
            self.operation,
            level=self.level,
            types=self.types,
            unit=self.unit,
            window=self.window,
            group=self.group,
            split="first_time" if self.rule is CountingRule.SUM_NEW else "none",
            within=self.within,
            only=only,
        )

    def months(
        self, only: Sequence[int] | None = None, within: tuple[int, str | None] | None = None
    ) -> list[Monthly]:
        return monthly_figures(
            self.session,
            self.operation,
            level=self.level,
            types=self.types,
            unit=self.unit,
            window=self.window,
            by_site=self.rule is CountingRule.MAX_SITE,
            group=self.group,
            within=within or self.within,
            only=only,
        )


def _take_off_sums(found: dict[CountKey, Count], asked: _Asked, factor: float, doubles: Doubles) -> None:
    """Take what counts nobody off the sums."""
    for entry in asked.sums(doubles.left_out):
        count = found[entry[2:5], entry[5], entry[0]]
        count.take(taken_off(entry), asked.rule, factor)
        count.left_out += entry.rows
    for entry in asked.sums(doubles.doubtful):
        fewer = Count()
        fewer.take(entry, asked.rule, factor)
        found[entry[2:5], entry[5], entry[0]].doubt(entry.rows, fewer.reached, fewer.planned)


def _by_key(entries: Iterable[Monthly]) -> dict[CountKey, list[Monthly]]:
    buckets: dict[CountKey, list[Monthly]] = defaultdict(list)
    for entry in entries:
        buckets[entry[2:5], entry[5], entry[0]].append(entry)
    return buckets


def _count_largest(found: dict[CountKey, Count], asked: _Asked, factor: float, doubles: Doubles) -> None:
    left_out, doubtful = (_by_key(asked.months(only)) for only in (doubles.left_out, doubles.doubtful))
    for key, bucket in _by_key(asked.months()).items():
        found[key] = _largest_without(
            asked.rule, factor, bucket, left_out.get(key, ()), doubtful.get(key, ())
        )


def _change_largest(found: dict[CountKey, Count], asked: _Asked, factor: float, doubles: Doubles) -> None:
    """Count again, with and without them, where there are rows that count nobody."""
    left_out, doubtful = (_by_key(asked.months(only)) for only in (doubles.left_out, doubles.doubtful))
    touched = left_out.keys() | doubtful.keys()
    for key, bucket in _by_key(_months_of(asked, {key[0] for key in touched})).items():
        if key in touched:
            less = _largest_without(asked.rule, factor, bucket, left_out.get(key, ()), doubtful.get(key, ()))
            change = less.less(count_largest(bucket, asked.rule, factor))
            change.left_out = less.left_out
            change.doubt(less.doubtful, less.fewer_reached, less.fewer_planned)
            found[key].add(change)


def _months_of(asked: _Asked, areas: set[AreaKey]) -> list[Monthly]:
    """Return the figures of some areas, and perhaps of others."""
    if len(areas) > FEW:
        return asked.months()
    asked_at = {area: _deepest(area) for area in areas}
    places = set(asked_at.values())
    for area, (level, _) in asked_at.items():
        # A commune's rows are also among those of its cercle: where both are asked for, once is enough.
        asked_at[area] = next(
            (n, area[n - 1]) for n in range(1, level + 1) if n == level or (n, area[n - 1]) in places
        )
    return [
        entry
        for place in sorted(set(asked_at.values()), key=str)
        for entry in asked.months(within=place)
        if asked_at.get(entry[2:5]) == place
    ]


def _deepest(area: AreaKey) -> tuple[int, str | None]:
    """Return the deepest level at which an area names a place, and the place's code."""
    level = max((n for n, code in enumerate(area, 1) if code is not None), default=1)
    return level, area[level - 1]


def _largest_without(
    rule: CountingRule,
    factor: float,
    bucket: Sequence[Monthly],
    left_out: Sequence[Monthly],
    doubtful: Sequence[Monthly],
) -> Count:
    kept = [*bucket, *map(months_taken_off, left_out)]
    count = count_largest(kept, rule, factor)
    count.left_out = sum(entry.rows for entry in left_out)
    if doubtful:
        less = count_largest([*kept, *map(months_taken_off, doubtful)], rule, factor)
        count.doubt(
            sum(entry.rows for entry in doubtful),
            count.reached.less(less.reached),
            count.planned.less(less.planned),
        )
    return count


def taken_off(entry: Sum) -> Sum:
    """Return what takes a group of rows off a sum that holds them."""
    own, other = (None if v is None else -v for v in (entry.own, entry.other))
    return entry._replace(own=own, other=other, rows=-entry.rows, silent=-entry.silent)


def months_taken_off(entry: Monthly) -> Monthly:
    """Return what takes a group of rows off the figures by month and site that hold them."""
    own, other = (v and "-" + v.replace(",", ",-") for v in (entry.own, entry.other))
    return entry._replace(own=own, other=other, rows=-entry.rows, silent=-entry.silent)
