"""Who covers what share of the response, and by which modality."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import orm

from cluster4w.gaps.counting import factor_of
from cluster4w.gaps.question import Question, check_question
from cluster4w.gaps.rules import Amount, types_of
from cluster4w.models import Operation
from cluster4w.record.queries.coverage import Unit
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.organisations import acronyms_and_names
from cluster4w.record.queries.shares import Assisted, assisted
from cluster4w.record.queries.templates import template_then
from cluster4w.template.text import fold


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what was reached, every round counted: assistances, not people.

    ``key``: the organisation's number or the modality; None where the rows name none. ``value`` None is "not
    available": no row of it says a figure. ``part``: of all that is known.
    """

    key: int | str | None
    name: str
    value: int | None
    part: float | None
    converted: bool
    rows: int


@dataclass(frozen=True, slots=True)
class Shares:
    """The response split twice, the largest part first; what is not available comes last.

    ``total`` is the sum of what is known; None where nothing is.
    """

    organisations: tuple[Share, ...]
    modalities: tuple[Share, ...]
    total: int | None
    converted: bool


def shares(session: orm.Session, operation: Operation, questions: Sequence[Question]) -> list[Shares]:
    """Return who reached what share of each question's sub-sector, by one walk over the completed rows.

    The questions differ in their sub-sector only. Doubles are left out. Plain sums, because the rules that
    count nobody twice count an area, not an organisation: a total is the assistances of the gap table.

    Raises:
        Refusal: a question names a sub-sector, group, measure or unit that there is not.
    """
    for question in questions:
        check_question(operation, question)
    first = questions[0]
    unit: Unit = "household" if first.unit == "household" else "individual"
    window = first.window(operation)
    types = [
        {
            c.key
            for c in types_of(template_then(session, operation, q.as_of), q.sub_sector, only=q.activity_type)
        }
        for q in questions
    ]

    def walk(only: Sequence[int] | None) -> list[Assisted]:
        every = sorted(set[str]().union(*types))
        return assisted(
            session, operation, types=every, unit=unit, window=window, group=first.group, only=only
        )

    entries, less = walk(None), walk(load_doubles(session, operation, window).left_out)
    names = _names(session, {entry.organisation_id for entry in entries})
    factor = factor_of(operation, unit)
    found = []
    for kinds in types:
        own, own_less = ([e for e in some if e.activity_type in kinds] for some in (entries, less))
        found.append(_shares(_Parts(own, own_less, factor), names))
    return found


def _shares(parts: _Parts, names: Mapping[int | str | None, str]) -> Shares:
    whole = parts.by(lambda entry: None).get(None, _Part())
    return Shares(
        _split(parts.by(lambda entry: entry.organisation_id), whole, names),
        _split(parts.by(lambda entry: entry.modality), whole, {}),
        whole.value,
        bool(whole.amount.converted),
    )


def _names(session: orm.Session, numbers: set[int]) -> dict[int | str | None, str]:
    """Return the acronyms, with the whole name where two organisations share one."""
    who = acronyms_and_names(session, numbers)
    times = Counter(fold(acronym) for acronym, _ in who.values())
    return {
        number: acronym if times[fold(acronym)] == 1 else f"{acronym} ({name})"
        for number, (acronym, name) in who.items()
    }


@dataclass(slots=True)
class _Part:
    """What the rows of one part come to."""

    amount: Amount = field(default_factory=Amount)
    rows: int = 0

    @property
    def value(self) -> int | None:
        return round(self.amount.value) if self.amount.known else None

    def take(self, entry: Assisted, factor: float, sign: int) -> None:
        self.amount.factor = factor
        self.amount.own += sign * int(entry.own or 0)
        self.amount.other += sign * int(entry.other or 0)
        # What is taken off does not make a figure known.
        self.amount.known |= sign > 0 and (entry.own is not None or entry.other is not None)
        self.rows += sign * entry.rows


@dataclass(frozen=True, slots=True)
class _Parts:
    """The sums of all rows, and of those among them that count nobody."""

    entries: Sequence[Assisted]
    less: Sequence[Assisted]
    factor: float

    def by(self, key: Callable[[Assisted], int | str | None]) -> dict[int | str | None, _Part]:
        found: dict[int | str | None, _Part] = defaultdict(_Part)
        for sign, some in ((1, self.entries), (-1, self.less)):
            for entry in some:
                found[key(entry)].take(entry, self.factor, sign)
        return found


def _split(
    parts: Mapping[int | str | None, _Part], whole: _Part, names: Mapping[int | str | None, str]
) -> tuple[Share, ...]:
    found = [
        Share(
            key,
            names.get(key, str(key or "")),
            part.value,
            part.amount.value / whole.amount.value if part.amount.known and whole.amount.value else None,
            bool(part.amount.converted),
            part.rows,
        )
        for key, part in parts.items()
        # Whose rows are all left out covers nothing.
        if part.rows
    ]
    return tuple(sorted(found, key=lambda s: (s.value is None, -(s.value or 0), fold(s.name), str(s.key))))
