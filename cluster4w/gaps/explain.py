"""Why a figure is what it is: the groups of rows behind one area of a gap table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.gaps.adding_up import plain_sums
from cluster4w.gaps.counting import Asked, counts_beside, factor_of
from cluster4w.gaps.question import Question, check_question
from cluster4w.gaps.rules import WORDS, Amount, Count, rule_of, types_of
from cluster4w.models import Operation
from cluster4w.record.ledger.lines import Lines
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.coverage import PLANNED, REACHED, Unit, Window
from cluster4w.record.queries.ledger import choose, lines_of
from cluster4w.record.queries.left_out import Doubles, LeftOut, left_out_rows, load_doubles
from cluster4w.record.queries.organisations import organisation_names
from cluster4w.record.queries.templates import template_then
from cluster4w.template.language import Labels
from cluster4w.template.lists import Choice


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
class Left:
    """A row that is in no figure, because another one counts the same people."""

    row: LeftOut
    labels: Labels
    #: In the unit of the question; None where the row says no number.
    people: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The rows behind one area's figure, and how each activity type was counted."""

    question: Question
    pcode: str | None
    counted: tuple[Counted, ...]
    behind: tuple[Behind, ...]
    #: Rows of the area that are in none of these figures, because another row counts the same people.
    left_out: tuple[Left, ...] = ()


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
    types = {
        c.key: c
        for c in types_of(
            template_then(session, operation, question.as_of),
            question.sub_sector,
            only=question.activity_type,
        )
    }
    window = question.window(operation)
    level = question.level if kind == "area" else _level_above(session, operation, pcode)
    within = (1, None) if pcode is None else (level, pcode)
    lines, doubles = lines_of(session, operation), load_doubles(session, operation, window)
    asked = _Asked(session, operation, question, types, unit, window, within, lines, doubles)
    # The rows of a line "known at a higher level only" name no area of the level below.
    below = level if kind == "part" else None
    total: dict[str, Count] = defaultdict(Count)
    of_line = Asked(question.level, question.sub_sector, unit, window, question.group, within)
    counts = counts_beside(session, operation, of_line, doubles, "activity_type", lines)
    for (area, activity_type), count in counts.items():
        if below is None or area[below] is None:
            total[activity_type or ""].add(count)
    return Explanation(
        question,
        pcode,
        tuple(
            _counted(types[key].labels, key, WORDS[rule_of(types[key])], total[key]) for key in sorted(total)
        ),
        tuple(asked.behind(below)),
        tuple(asked.left_out(below)),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rows of one line of a gap table."""

    session: orm.Session
    operation: Operation
    question: Question
    types: Mapping[str, Choice]
    unit: Unit
    window: Window
    within: tuple[int, str | None]
    lines: Lines
    doubles: Doubles

    def behind(self, below: int | None) -> list[Behind]:
        """Return the rows that count by organisation; ``below``: only those without an area of that level."""
        chosen = choose(
            self.lines,
            self.window,
            types=list(self.types),
            statuses=(*REACHED, *PLANNED),
            group=self.question.group,
            within=self.within,
        )
        if below is not None:
            chosen = chosen.where(
                chosen.table("place", lambda codes: codes is not None and codes[below] is None)
            )
        factor = factor_of(self.operation, self.unit)
        keys = ("organisation", "activity_type", "status")
        groups: dict[tuple[int, str, str], tuple[Amount, int]] = {}
        for values, amount, rows in plain_sums(chosen, keys, self.unit, factor, self.doubles.left_out):
            number, kind, status = values
            key = (number, kind, status if status in REACHED else "planned")
            before, more = groups.get(key, (Amount(), 0))
            before.add(amount)
            groups[key] = before, rows + more
        names = organisation_names(self.session, {number for number, _, _ in groups})
        found = [
            Behind(
                number,
                names.get(number, ""),
                activity_type,
                self.types[activity_type].labels,
                status,
                rows,
                round(amount.value) if amount.known else None,
                bool(amount.converted),
            )
            for (number, activity_type, status), (amount, rows) in groups.items()
            if rows
        ]
        return sorted(
            found, key=lambda b: (b.organisation.casefold(), b.organisation_id, b.activity_type, b.status)
        )

    def left_out(self, below: int | None) -> Iterator[Left]:
        """Yield the rows that count nobody."""
        factor = factor_of(self.operation, self.unit)
        for row in left_out_rows(
            self.session,
            self.operation,
            self.doubles.left_out,
            self.window,
            types=list(self.types),
            group=self.question.group,
            within=self.within,
        ):
            if below is not None and (row.adm1, row.adm2, row.adm3)[below] is not None:
                continue
            pair = (row.households, row.individuals)
            own, other = pair if self.unit == "household" else pair[::-1]
            people = own if own is not None else None if other is None else round(other * factor)
            yield Left(row, self.types[row.activity_type].labels, people)


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
