"""The rows behind a figure, one by one, and those that are in none: which, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.gaps.counting import factor_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.rules import LARGEST, counts, rule_of, types_of
from cluster4w.models import Operation
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.behind import (
    Kind,
    Part,
    Place,
    RowBehind,
    kinds_of_rows,
    rows_behind,
    rows_of_other_months,
)
from cluster4w.record.queries.coverage import PLANNED, REACHED, Unit
from cluster4w.record.queries.left_out import Doubles
from cluster4w.record.queries.templates import template_then
from cluster4w.template.language import N_, Labels
from cluster4w.template.lists import Choice, CountingRule

#: Why a row counts nobody, or how it counts: keys and English source sentences.
WAYS = {
    "reached": N_("counts as reached"),
    "planned": N_("planned or ongoing: never counted as reached"),
    "largest": N_("counts as reached if it belongs to the largest month"),
    "not_first": N_("repeated help to the same people: an assistance, no new people"),
    "first_unsaid": N_("does not say whether it is the first time: not counted"),
    "silent": N_("gives no number"),
    "double": N_("left out: another row counts the same people"),
    "suspended": N_("suspended: never counted"),
    "cancelled": N_("cancelled: never counted"),
    "no_status": N_("says no status: not counted"),
    "no_type": N_("names no activity type: not counted"),
    "no_target": N_("its activity type does not count towards the target"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the record. ``people`` in the unit of the question; ``way``: a key of :data:`WAYS`."""

    row: RowBehind
    labels: Labels
    people: int | None
    converted: bool
    way: str


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Rows of an area that count nobody, for one reason: ``way``, a key of :data:`WAYS`."""

    way: str
    labels: Labels
    rows: int
    people: int | None


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a line of a gap table: how many, those in no figure, and those of other months."""

    rows: int
    uncounted: tuple[Uncounted, ...]
    other_months: int


def place_of(session: orm.Session, operation: Operation, level: int, pcode: str | None, kind: str) -> Place:
    """Return the area of a line of a gap table; ``kind`` as in :class:`cluster4w.gaps.row.GapRow`."""
    if pcode is None:
        return Place(1, None)
    if kind != "part":
        return Place(level, pcode)
    found = load_gazetteer(session, operation.edition_id).get(pcode)
    return Place(found.level if found else 1, pcode, below=True)


def part_asked(
    session: orm.Session, operation: Operation, question: Question, place: Place, *, counting: bool = False
) -> Part:
    """Return the rows of a line; with ``counting`` only those of activity types that count."""
    unit: Unit = "household" if question.unit == "household" else "individual"
    types = types_of(
        template_then(session, operation, question.as_of),
        question.sub_sector,
        counting=counting,
        only=question.activity_type,
    )
    return Part(
        place, tuple(c.key for c in types), question.sub_sector, question.group, unit, untyped=not counting
    )


def whole_line(session: orm.Session, operation: Operation, question: Question, place: Place) -> Whole:
    """Return how many rows a line of a gap table has, and which of them are in none of its figures."""
    part, window = part_asked(session, operation, question, place), question.window(operation)
    types = _types(session, operation, question)
    factor = factor_of(operation, part.unit)
    kinds = kinds_of_rows(session, operation, window, part)
    uncounted: dict[tuple[str, str | None], list[Kind]] = {}
    for kind in kinds:
        if (way := _never(kind.activity_type, kind.status, types)) is not None:
            uncounted.setdefault((way, kind.activity_type), []).append(kind)
    return Whole(
        sum(kind.rows for kind in kinds),
        tuple(
            Uncounted(way, _labels(key, types), sum(k.rows for k in group), _together(group, factor))
            for (way, key), group in uncounted.items()
        ),
        rows_of_other_months(session, operation, window, part),
    )


def lines_behind(
    session: orm.Session,
    operation: Operation,
    question: Question,
    place: Place,
    doubles: Doubles,
    *,
    page: int = 1,
) -> list[Line]:
    """Return one page of the rows of a line of a gap table, counted or not, the latest month first."""
    part, window = part_asked(session, operation, question, place), question.window(operation)
    types, factor = _types(session, operation, question), factor_of(operation, part.unit)
    left_out = frozenset(doubles.left_out)
    return [
        Line(
            row,
            _labels(row.activity_type, types),
            people_of(row.own, row.other, factor),
            row.own is None and row.other is not None,
            _way(row, types, left_out),
        )
        for row in rows_behind(session, operation, window, part, page=page)
    ]


def people_of(own: int | None, other: int | None, factor: float) -> int | None:
    """Return the people that a row says, in the asked unit; None where it says no number."""
    return own if own is not None else None if other is None else round(other * factor)


def _types(session: orm.Session, operation: Operation, question: Question) -> Mapping[str, Choice]:
    return {
        c.key: c
        for c in types_of(
            template_then(session, operation, question.as_of), question.sub_sector, counting=False
        )
    }


def _labels(key: str | None, types: Mapping[str, Choice]) -> Labels:
    return types[key].labels if key is not None and key in types else {}


def _together(group: list[Kind], factor: float) -> int | None:
    said = [k for k in group if k.own is not None or k.other is not None]
    return round(sum((k.own or 0) + (k.other or 0) * factor for k in said)) if said else None


def _never(activity_type: str | None, status: str | None, types: Mapping[str, Choice]) -> str | None:
    """Return why rows of this activity type and status are in no figure at all; None where they are."""
    if status in ("suspended", "cancelled"):
        return status
    if activity_type is None or activity_type not in types:
        return "no_type"
    if not counts(types[activity_type]):
        return "no_target"
    return None if status in (*REACHED, *PLANNED) else "no_status"


def _way(row: RowBehind, types: Mapping[str, Choice], left_out: frozenset[int]) -> str:
    if (never := _never(row.activity_type, row.status, types)) is not None:
        return never
    rule = rule_of(types[row.activity_type or ""])
    if row.id in left_out:
        return "double"
    if row.status in PLANNED:
        return "planned"
    if row.own is None and row.other is None:
        return "silent"
    if rule is CountingRule.SUM_NEW and not row.first_time_assisted:
        return "first_unsaid" if row.first_time_assisted is None else "not_first"
    return "largest" if rule in LARGEST else "reached"
