"""Counting the record: the rows of a sub-sector, counted by the rule of each activity type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from sqlalchemy import orm

from cluster4w.gaps.adding_up import add_up, counts_of
from cluster4w.gaps.rules import Count, rule_of, types_of
from cluster4w.models import Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.ledger.chosen import CERCLES, Sums, is_one_of
from cluster4w.record.ledger.lines import Lines
from cluster4w.record.queries.coverage import PLANNED, REACHED, Unit, Window
from cluster4w.record.queries.ledger import choose, lines_of
from cluster4w.record.queries.left_out import Doubles
from cluster4w.record.queries.templates import template_then

#: Codes of region, cercle and commune as a row names them; None where it does not.
AreaKey = tuple[str | None, str | None, str | None]
#: What else people are counted by: a column of the ledger.
Beside = Literal["population_group", "activity_type", "period"]


class Slot(NamedTuple):
    """Where a row of the record stands in a table by area.

    ``area``: the row names an area of the table's level. ``part``: it only names one above it.
    ``unknown``: it names none that the edition holds.
    """

    kind: str
    pcode: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the record.

    ``group`` None: all population groups together. ``within``: only rows whose area at a level (1 to 3) has
    this code; code None: rows without one.
    """

    level: int
    sub_sector: str
    unit: Unit
    window: Window
    group: str | None = None
    within: tuple[int, str | None] | None = None


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
    session: orm.Session, operation: Operation, asked: Asked, doubles: Doubles, lines: Lines | None = None
) -> dict[AreaKey, Count]:
    """Return what the rows of each area come to.

    Regions and cercles are counted by cercle, communes by commune; an area above is the sum of its parts.
    ``lines``: of the operation's ledger, where they were read already.
    """
    found = _counts(session, operation, asked, doubles, lines)
    return {area: count for (area,), count in found}


def counts_beside(
    session: orm.Session,
    operation: Operation,
    asked: Asked,
    doubles: Doubles,
    beside: Beside,
    lines: Lines | None = None,
) -> Mapping[tuple[AreaKey, str | None], Count]:
    """Return what the rows of each area come to by what else they say.

    By ``period`` it is what each month adds: summed up to a month, what all rows up to it come to.
    """
    found = _counts(session, operation, asked, doubles, lines, beside)
    return {(area, said): count for (area, said), count in found}


def _counts(
    session: orm.Session,
    operation: Operation,
    asked: Asked,
    doubles: Doubles,
    lines: Lines | None,
    *beside: Beside,
) -> Any:
    template = template_then(session, operation, asked.window.as_of)
    choices = types_of(template, asked.sub_sector, only=asked.window.activity_type)
    rules = {choice.key: rule_of(choice) for choice in choices}
    lines = lines or lines_of(session, operation)
    factor = factor_of(operation, asked.unit)
    area = "place" if asked.level == 3 else CERCLES
    statuses = (*REACHED, *PLANNED)
    if not _is_kept(asked, beside):
        chosen = choose(
            lines, asked.window, types=list(rules), statuses=statuses, group=asked.group, within=asked.within
        )
        return counts_of(add_up(chosen, area, beside, rules, asked.unit, factor, doubles), factor)
    window = replace(asked.window, last=None)

    def by_month() -> Sums:
        chosen = choose(lines, window, types=list(rules), statuses=statuses)
        return add_up(chosen, area, KEPT, rules, asked.unit, factor, doubles)

    what = (area, window, asked.unit, factor, doubles, tuple(rules.items()))
    kept: Sums = lines.kept(what, by_month)
    sums = kept.by(
        (area, *beside),
        population_group=is_one_of(asked.group) if asked.group is not None else None,
        period=asked.window.has_month if asked.window.last is not None else None,
    )
    return counts_of(sums, factor)


#: What is kept of lines by: whatever the month and the group asked for, it only has to be added up.
KEPT: tuple[Beside, ...] = ("population_group", "period")


def _is_kept(asked: Asked, beside: tuple[Beside, ...]) -> bool:
    """Tell whether an answer is a part of what is kept: of now, from the first month asked for on."""
    window = asked.window
    return (
        window.as_of is None
        and asked.within is None
        and set(beside) <= set(KEPT)
        and (window.first is not None or window.last is None)
    )
