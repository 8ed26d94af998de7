"""Who is where: the organisations of each area, and those that do the same in the same month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import orm

from cluster4w.gaps.counting import slot_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.rules import types_of
from cluster4w.models import Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.organisations import organisation_names
from cluster4w.record.queries.templates import template_then
from cluster4w.record.queries.who import who_does_the_same, who_is_where
from cluster4w.template.language import Labels
from cluster4w.template.text import fold


@dataclass(frozen=True, slots=True)
class Present:
    """The organisations of an area by acronym: those that report, and the partners who implement for them."""

    leading: tuple[str, ...]
    implementing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Two or more organisations that report the same activity type in an area and month (``YYYY-MM``)."""

    activity_type: str
    labels: Labels
    month: str
    organisations: tuple[str, ...]


def present_by_area(
    session: orm.Session, operation: Operation, question: Question, gazetteer: Gazetteer
) -> Mapping[str, Present]:
    """Return who is present, by the p-code of the areas of the question's level; nobody: not in it."""
    template = template_then(session, operation, question.as_of)
    entries = who_is_where(
        session,
        operation,
        level=question.level,
        types=[
            c.key
            for c in types_of(template, question.sub_sector, counting=False, only=question.activity_type)
        ],
        sub_sector=question.sub_sector,
        window=question.window(operation),
        group=question.group,
    )
    names = organisation_names(session, {e.organisation_id for e in entries})
    leading: dict[str, set[str]] = defaultdict(set)
    partners: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in entries:
        slot = slot_of(entry[:3], question.level, gazetteer)
        if slot.kind != "area" or slot.pcode is None:
            continue
        leading[slot.pcode].add(names[entry.organisation_id])
        # A row without a partner, or that names its own organisation as one, is implemented by itself.
        name = (entry.implementing or "").strip()
        if name and fold(name) != fold(names[entry.organisation_id]):
            partners[slot.pcode].setdefault(fold(name), name)
    return {pcode: Present(_sorted(who), _sorted(partners[pcode].values())) for pcode, who in leading.items()}


def together_by_area(
    session: orm.Session, operation: Operation, question: Question, gazetteer: Gazetteer
) -> Mapping[str, tuple[Together, ...]]:
    """Return the activity types and months with two organisations or more, by p-code, the latest first.

    Of a question for one organisation those that it is among: alone it would do nothing with anybody.
    """
    types = {
        c.key: c
        for c in types_of(
            template_then(session, operation, question.as_of),
            question.sub_sector,
            counting=False,
            only=question.activity_type,
        )
    }
    entries = who_does_the_same(
        session,
        operation,
        level=question.level,
        types=list(types),
        window=replace(question.window(operation), organisation=None),
        group=question.group,
    )
    places = {place.pcode for place in gazetteer.level(question.level)}
    asked = question.organisation
    several = [
        entry
        for entry in entries
        if entry.pcode in places and (asked is None or asked in entry.organisation_ids)
    ]
    several.sort(key=lambda entry: (entry.month, entry.activity_type), reverse=True)
    names = organisation_names(session, {number for entry in several for number in entry.organisation_ids})
    order = {number: place for place, number in enumerate(sorted(names, key=lambda n: fold(names[n])))}
    found: dict[str, list[Together]] = defaultdict(list)
    for pcode, key, month, numbers in several:
        who = tuple(names[number] for number in sorted(numbers, key=order.__getitem__))
        found[pcode].append(Together(key, types[key].labels, month, who))
    return {pcode: tuple(rows) for pcode, rows in found.items()}


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=fold))
