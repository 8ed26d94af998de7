"""What the record says of the response, area by area: out of its summary, or out of the rows themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import orm

from cluster4w.gaps.counting import AreaKey, changes_by_doubles, counts_by_area, factor_of
from cluster4w.gaps.rules import Amount, Count, types_of
from cluster4w.models import Operation
from cluster4w.record.queries import summary
from cluster4w.record.queries.coverage import Unit, Window
from cluster4w.record.queries.left_out import Doubles, load_doubles
from cluster4w.record.queries.operations import plan_months, template_of
from cluster4w.record.queries.presence import (
    has_rows,
    months_with_rows,
    organisations_with_rows,
    presence,
)
from cluster4w.record.queries.templates import template_then
from cluster4w.record.summary_rules import summary_rules


@dataclass(frozen=True, slots=True)
class Response:
    """The response of a sub-sector in some months."""

    counts: Mapping[AreaKey, Count]
    #: Activity types with rows among them.
    types: frozenset[str]
    #: Organisations present in an area, whatever the figures of their rows.
    present: Mapping[AreaKey, set[int]]
    #: Months of the plan that have a row of whatever kind.
    months: tuple[str, ...]
    #: The record has any row in the months that were asked for.
    reporting: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the record. ``group`` None: all population groups together."""

    level: int
    sub_sector: str
    unit: Unit
    window: Window
    group: str | None = None


def response(session: orm.Session, operation: Operation, asked: Asked, *, plain: bool = False) -> Response:
    """Return the response. With ``plain`` it is counted from the rows: slower, and the same."""
    doubles = load_doubles(session, operation, asked.window)
    if not plain and has_summary(session, operation, asked.window):
        return _of_summary(session, operation, asked, doubles)
    return _of_rows(session, operation, asked, doubles)


def counts_by_group(
    session: orm.Session, operation: Operation, asked: Asked, *, doubles: Doubles, plain: bool = False
) -> Mapping[tuple[AreaKey, str | None], Count]:
    """Return what each area and population group comes to."""
    found: dict[tuple[AreaKey, str | None], Count] = defaultdict(Count)
    if not plain and has_summary(session, operation, asked.window):
        factor = factor_of(operation, asked.unit)
        for cell in _cells(session, operation, asked, by_group=True):
            found[cell[:3], cell.group] = count_of(cell, factor)
        more = changes_by_doubles(session, operation, **_words(asked), doubles=doubles)
    else:
        more = counts_by_area(session, operation, **_words(asked), doubles=doubles)
    for (area, group, _type), count in more.items():
        found[area, group].add(count)
    return found


def has_summary(session: orm.Session, operation: Operation, window: Window) -> bool:
    """Tell whether the operation's summary knows the figures of these months."""
    rules = summary_rules(operation)
    return summary.answers(window, rules) and summary.is_complete(session, operation, rules)


def _words(asked: Asked) -> dict[str, Any]:
    return {
        "level": asked.level,
        "sub_sector": asked.sub_sector,
        "unit": asked.unit,
        "window": asked.window,
        "group": asked.group,
    }


def _cells(
    session: orm.Session, operation: Operation, asked: Asked, *, by_group: bool = False
) -> list[summary.Cell]:
    return summary.cells(session, operation, **_words(asked), by_group=by_group)


def _of_summary(session: orm.Session, operation: Operation, asked: Asked, doubles: Doubles) -> Response:
    factor = factor_of(operation, asked.unit)
    counts: dict[AreaKey, Count] = defaultdict(Count)
    for cell in _cells(session, operation, asked):
        counts[cell[:3]] = count_of(cell, factor)
    changes = changes_by_doubles(session, operation, **_words(asked), doubles=doubles)
    for (area, _group, _type), count in changes.items():
        counts[area].add(count)
    present: dict[AreaKey, set[int]] = defaultdict(set)
    for one, two, three, numbers in summary.present(
        session,
        operation,
        level=asked.level,
        sub_sector=asked.sub_sector,
        window=asked.window,
        group=asked.group,
    ):
        present[one, two, three].update(numbers)
    rows = summary.months(session, operation, asked.group)
    inside = [entry for entry in rows if _is_inside(entry.month, asked.window)]
    counting = {choice.key for choice in types_of(template_of(operation), asked.sub_sector)}
    there = {entry.month for entry in rows}
    return Response(
        counts,
        frozenset(e.activity_type for e in inside if e.counted and e.activity_type in counting),
        present,
        tuple(month for month in plan_months(operation) if month in there),
        bool(inside),
    )


def _is_inside(month: str | None, window: Window) -> bool:
    if month is None:
        return window.first is None and window.last is None
    return (window.first or month) <= month <= (window.last or month)


def count_of(cell: summary.Cell, factor: float) -> Count:
    """Return a cell of the summary as a count; ``factor`` turns the other unit into the asked one."""
    said, promised = cell.reached_said > 0, cell.planned_said > 0
    completed = cell.rows - cell.planned_rows
    return Count(
        Amount(cell.reached_own, cell.reached_other, said, factor),
        Amount(cell.planned_own, cell.planned_other, promised, factor),
        Amount(cell.helped_own, cell.helped_other, said, factor),
        completed,
        cell.planned_rows,
        completed - cell.reached_said,
        cell.not_first,
        cell.first_unsaid,
    )


def _of_rows(session: orm.Session, operation: Operation, asked: Asked, doubles: Doubles) -> Response:
    found = counts_by_area(session, operation, **_words(asked), doubles=doubles)
    counts: dict[AreaKey, Count] = defaultdict(Count)
    for (area, _group, _type), count in found.items():
        counts[area].add(count)
    everything = types_of(
        template_then(session, operation, asked.window.as_of),
        asked.sub_sector,
        counting=False,
        only=asked.window.activity_type,
    )
    present: dict[AreaKey, set[int]] = defaultdict(set)
    for entry in presence(
        session,
        operation,
        level=asked.level,
        types=[choice.key for choice in everything],
        sub_sector=asked.sub_sector,
        window=asked.window,
        group=asked.group,
    ):
        present[entry[:3]].add(entry.organisation_id)
    moment = asked.window.as_of
    organisations = organisations_with_rows(session, operation) if moment is None else []
    months = months_with_rows(session, operation, plan_months(operation), organisations, moment)
    return Response(
        counts,
        frozenset(key[2] for key in found),
        present,
        months,
        has_rows(session, operation, asked.window),
    )
