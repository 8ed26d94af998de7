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
from cluster4w.record.ledger.chosen import Groups
from cluster4w.record.queries.coverage import NEVER
from cluster4w.record.queries.ledger import choose, lines_of
from cluster4w.record.queries.organisations import organisation_names
from cluster4w.record.queries.templates import template_then
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
    types = types_of(template, question.sub_sector, counting=False, only=question.activity_type)
    chosen = choose(
        lines_of(session, operation),
        question.window(operation),
        types=[c.key for c in types],
        group=question.group,
        present_in=question.sub_sector,
    )
    groups = chosen.groups("place", "organisation", "partner")
    entries = [
        values
        for values, rows in zip(groups.values(), groups.sum(chosen.of("sign")), strict=True)
        if rows > 0
    ]
    names = organisation_names(session, {organisation for _, organisation, _ in entries})
    leading: dict[str, set[str]] = defaultdict(set)
    partners: dict[str, dict[str, str]] = defaultdict(dict)
    for area, organisation, partner in entries:
        slot = slot_of(area, question.level, gazetteer)
        if slot.kind != "area" or slot.pcode is None:
            continue
        leading[slot.pcode].add(names[organisation])
        # A row without a partner, or that names its own organisation as one, is implemented by itself.
        name = (partner or "").strip()
        if name and fold(name) != fold(names[organisation]):
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
    chosen = choose(
        lines_of(session, operation),
        replace(question.window(operation), organisation=None),
        types=list(types),
        group=question.group,
    )
    # Of a row that names no month nobody knows with which others it is at the same time.
    dated = chosen.table("period", lambda month: month is not None)
    chosen = chosen.where(dated & chosen.table("status", lambda status: status not in NEVER))
    pcodes = chosen.by_table("place", lambda codes: codes[question.level - 1])
    groups = Groups(pcodes, *map(chosen.by, ("activity_type", "period", "organisation")))
    rows = groups.sum(chosen.of("sign"))
    entries: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for (pcode, kind, month, organisation), number in zip(groups.values(), rows, strict=True):
        if number > 0:
            entries[pcode, kind, month].append(organisation)
    places = {place.pcode for place in gazetteer.level(question.level)}
    asked = question.organisation
    several = [
        (*key, who)
        for key, who in entries.items()
        if len(who) > 1 and key[0] in places and (asked is None or asked in who)
    ]
    several.sort(key=lambda entry: (entry[2], entry[1]), reverse=True)
    names = organisation_names(session, {number for *_, who in several for number in who})
    order = {number: place for place, number in enumerate(sorted(names, key=lambda n: fold(names[n])))}
    found: dict[str, list[Together]] = defaultdict(list)
    for pcode, key, month, numbers in several:
        together = tuple(names[number] for number in sorted(numbers, key=order.__getitem__))
        found[pcode].append(Together(key, types[key].labels, month, together))
    return {pcode: tuple(rows) for pcode, rows in found.items()}


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=fold))
