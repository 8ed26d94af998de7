"""Who is where: the organisations of each area, and those that do the same in the same month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.gaps.counting import slot_of, window_of
from cluster4w.gaps.rules import types_of
from cluster4w.gaps.table import Question
from cluster4w.models import Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.presence import organisation_names
from cluster4w.record.queries.who import who_does_what, who_is_where
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
    template = template_of(operation)
    entries = who_is_where(
        session,
        operation,
        level=question.level,
        types=[c.key for c in types_of(template, question.sub_sector, counting=False)],
        sub_sector=question.sub_sector,
        window=window_of(operation, question.month, question.as_of),
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
    """Return the activity types and months with two organisations or more, by p-code, the latest first."""
    types = {c.key: c for c in types_of(template_of(operation), question.sub_sector, counting=False)}
    entries = who_does_what(
        session,
        operation,
        level=question.level,
        types=list(types),
        window=window_of(operation, question.month, question.as_of),
        group=question.group,
    )
    doing: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for entry in entries:
        slot = slot_of(entry[:3], question.level, gazetteer)
        if slot.kind == "area" and slot.pcode is not None:
            doing[slot.pcode, entry.month, entry.activity_type].add(entry.organisation_id)
    several = {key: who for key, who in doing.items() if len(who) > 1}
    names = organisation_names(session, set().union(*several.values()))
    found: dict[str, list[Together]] = defaultdict(list)
    for (pcode, month, key), who in sorted(several.items(), key=lambda e: (e[0][1], e[0][2]), reverse=True):
        found[pcode].append(Together(key, types[key].labels, month, _sorted(names[w] for w in who)))
    return {pcode: tuple(rows) for pcode, rows in found.items()}


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=fold))
