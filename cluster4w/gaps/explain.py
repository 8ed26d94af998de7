"""Why a figure is what it is: the groups of rows behind one area of a gap table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.gaps.counting import counts_by_area, factor_of, window_of
from cluster4w.gaps.rules import WORDS, Amount, Count, rule_of, types_of
from cluster4w.gaps.table import Question, check_question
from cluster4w.models import Operation
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.coverage import REACHED, Unit, area_sums
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.presence import organisation_names
from cluster4w.template.language import Labels


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows of one organisation and activity type in the area: what they say, plainly added up."""

    organisation_id: int
    organisation: str
    activity_type: str
    labels: Labels
    status: str
    rows: int
    #: Sum in the unit of the question; None where no row says a number.
    people: int | None
    converted: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What the rows of an activity type come to after its counting rule."""

    activity_type: str
    labels: Labels
    words: str
    reached: int | None
    planned: int | None
    assistances: int | None
    rows: int
    not_first: int
    first_unsaid: int
    silent: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The rows behind one area's figure, and how each activity type was counted."""

    question: Question
    pcode: str | None
    counted: tuple[Counted, ...]
    behind: tuple[Behind, ...]


def explain(
    session: orm.Session, operation: Operation, question: Question, pcode: str | None, *, kind: str = "area"
) -> Explanation:
    """Return what stands behind a line of the gap table.

    Args:
        pcode: The area of the line; None for the line of rows without a place.
        kind: ``area``, or ``part`` for a line "known at a higher level only".
    """
    check_question(operation, question)
    unit: Unit = "household" if question.unit == "household" else "individual"
    template = template_of(operation)
    types = {c.key: c for c in types_of(template, question.sub_sector)}
    window = window_of(operation, question.month, question.as_of)
    level = question.level if kind == "area" else _level_above(session, operation, pcode)
    within = (1, None) if pcode is None else (level, pcode)
    total: dict[str, Count] = defaultdict(Count)
    for (key, _group, activity_type), count in counts_by_area(
        session,
        operation,
        level=question.level,
        sub_sector=question.sub_sector,
        unit=unit,
        window=window,
        group=question.group,
        within=within,
    ).items():
        if kind == "area" or key[level] is None:
            total[activity_type].add(count)
    entries = area_sums(
        session,
        operation,
        level=question.level,
        types=list(types),
        unit=unit,
        window=window,
        group=question.group,
        split="organisation",
        within=within,
    )
    factor = factor_of(operation, unit)
    groups: dict[tuple[int, str, str], tuple[Amount, list[int]]] = {}
    for entry in entries:
        if kind == "part" and (entry.adm1, entry.adm2, entry.adm3)[level] is not None:
            continue
        status = entry.status if entry.status in REACHED else "planned"
        amount, rows = groups.setdefault((entry.split, entry.activity_type, status), (Amount(), []))
        amount.take(entry, factor)
        rows.append(entry.rows)
    names = organisation_names(session, {key[0] for key in groups})
    behind = [
        Behind(
            number,
            names.get(number, ""),
            activity_type,
            types[activity_type].labels,
            status,
            sum(rows),
            round(amount.value) if amount.known else None,
            bool(amount.converted),
        )
        for (number, activity_type, status), (amount, rows) in groups.items()
    ]
    behind.sort(key=lambda b: (b.organisation.casefold(), b.organisation_id, b.activity_type, b.status))
    return Explanation(
        question,
        pcode,
        tuple(
            _counted(types[key].labels, key, WORDS[rule_of(types[key])], total[key]) for key in sorted(total)
        ),
        tuple(behind),
    )


def _level_above(session: orm.Session, operation: Operation, pcode: str | None) -> int:
    place = load_gazetteer(session, operation.edition_id).get(pcode)
    return place.level if place else 1


def _counted(labels: Labels, key: str, words: str, count: Count) -> Counted:
    def people(amount: Amount) -> int | None:
        return round(amount.value) if amount.known else None

    return Counted(
        key,
        labels,
        words,
        people(count.reached),
        people(count.planned),
        people(count.assistances),
        count.reached_rows + count.planned_rows,
        count.not_first,
        count.first_unsaid,
        count.silent_rows,
    )
