"""What the record says of the response, area by area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import orm

from cluster4w.gaps.counting import AreaKey, Asked, counts_by_area
from cluster4w.gaps.rules import Count, types_of
from cluster4w.models import Operation
from cluster4w.record.ledger.chosen import CERCLES, Chosen, Sums, is_one_of
from cluster4w.record.ledger.lines import Lines
from cluster4w.record.queries.coverage import PLANNED, REACHED, Window
from cluster4w.record.queries.ledger import choose, lines_of, rows_by
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.operations import plan_months
from cluster4w.record.queries.templates import template_then


@dataclass(frozen=True, slots=True)
class Response:
    """The response of a sub-sector in some months."""

    counts: Mapping[AreaKey, Count]
    #: Activity types with rows among them.
    types: frozenset[str]
    #: Organisations present in an area, whatever the figures of their rows.
    present: Mapping[AreaKey, set[int]]
    #: Organisations present that name neither activity type nor sub-sector in any of their rows.
    unsaid: int
    #: Months of the plan that have a row of whatever kind.
    months: tuple[str, ...]
    #: The record has any row in the months that were asked for.
    reporting: bool


def response(session: orm.Session, operation: Operation, asked: Asked) -> Response:
    """Return the response."""
    lines, window = lines_of(session, operation), asked.window
    template = template_then(session, operation, window.as_of)
    types, everything = (
        [c.key for c in types_of(template, asked.sub_sector, counting=counting, only=window.activity_type)]
        for counting in (True, False)
    )
    counts = counts_by_area(session, operation, asked, load_doubles(session, operation, window), lines)
    counted = choose(lines, _any_month(window), types=types, statuses=(*REACHED, *PLANNED))
    kinds = _rows(counted, ("activity_type",), asked)
    there = rows_by(choose(lines, Window(as_of=window.as_of)), "period")
    return Response(
        counts,
        frozenset(kind for (kind,), rows in zip(kinds.keys(), kinds.column("rows"), strict=True) if rows > 0),
        present(lines, asked, everything),
        _unsaid(lines, asked, everything),
        tuple(month for month in plan_months(operation) if month in there),
        has_rows(lines, window),
    )


def has_rows(lines: Lines, window: Window) -> bool:
    """Tell whether the record holds any row in these months: without one nothing is known, not even zero.

    Who reports something of another activity type has said that there is none of the one asked for.
    """
    chosen = choose(lines, replace(window, activity_type=None, first=None, last=None))
    return any(window.has_month(month) for month in rows_by(chosen, "period"))


def _any_month(window: Window) -> Window:
    return replace(window, first=None, last=None)


def _rows(chosen: Chosen, names: tuple[str, ...], asked: Asked) -> Sums:
    """Return the rows of the months and the group asked for, by some keys."""
    window, group = asked.window, asked.group
    says: dict[str, Callable[[Any], bool]] = {}
    if window.first is not None or window.last is not None:
        says["period"] = window.has_month
    if group is not None:
        says["population_group"] = is_one_of(group)
    return chosen.rows(*names, *says).by(names, **says)


def present(lines: Lines, asked: Asked, types: list[str]) -> Mapping[AreaKey, set[int]]:
    """Return the organisations present in each area: with a row of these types, or of none, whatever it says.

    A row that names neither type nor sub-sector, as in OCHA's layout, is presence in every sub-sector.
    """
    names = ("place" if asked.level == 3 else CERCLES, "organisation")
    if asked.level == 3:
        chosen = choose(lines, asked.window, types=types, group=asked.group, present_in=asked.sub_sector)
        there = chosen.rows(*names)
    else:
        chosen = choose(lines, _any_month(asked.window), types=types, present_in=asked.sub_sector)
        there = _rows(chosen, names, asked)
    found: dict[AreaKey, set[int]] = defaultdict(set)
    for (area, organisation), number in zip(there.keys(), there.column("rows").tolist(), strict=True):
        if number > 0:
            found[area].add(organisation)
    return found


def _unsaid(lines: Lines, asked: Asked, types: list[str]) -> int:
    """Return how many organisations are present by rows alone that name neither type nor sub-sector."""
    if None not in lines.texts["activity_type"].values:
        return 0
    chosen = choose(lines, asked.window, types=types, group=asked.group, present_in=asked.sub_sector)
    said = chosen.where(
        chosen.table("activity_type", lambda kind: kind is not None)
        | chosen.table("sub_sector", lambda sub_sector: sub_sector is not None)
    )
    return len(rows_by(chosen, "organisation").keys() - rows_by(said, "organisation").keys())
