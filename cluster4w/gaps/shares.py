"""Who covers what share of the response, and by which modality."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import orm

from cluster4w.gaps.adding_up import Plain, plain_sums
from cluster4w.gaps.counting import factor_of
from cluster4w.gaps.question import Question, check_question
from cluster4w.gaps.rules import Amount, types_of
from cluster4w.models import Operation
from cluster4w.record.queries.coverage import REACHED, Unit
from cluster4w.record.queries.ledger import choose, lines_of
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.organisations import acronyms_and_names
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

    chosen = choose(
        lines_of(session, operation),
        window,
        types=sorted(set[str]().union(*types)),
        statuses=REACHED,
        group=first.group,
    )
    keys = ("activity_type", "organisation", "modality")
    left_out = load_doubles(session, operation, window).left_out
    entries = plain_sums(chosen, keys, unit, factor_of(operation, unit), left_out)
    names = _names(session, {entry.values[1] for entry in entries})
    return [_shares([entry for entry in entries if entry.values[0] in kinds], names) for kinds in types]


def _shares(entries: Sequence[Plain], names: Mapping[int | str | None, str]) -> Shares:
    whole = _by(entries, lambda entry: None).get(None, _Part())
    return Shares(
        _split(_by(entries, lambda entry: entry.values[1]), whole, names),
        _split(_by(entries, lambda entry: entry.values[2]), whole, {}),
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


def _by(entries: Sequence[Plain], key: Callable[[Plain], int | str | None]) -> dict[int | str | None, _Part]:
    found: dict[int | str | None, _Part] = defaultdict(_Part)
    for entry in entries:
        part = found[key(entry)]
        part.amount.add(entry.amount)
        part.rows += entry.rows
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
