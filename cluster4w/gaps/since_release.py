"""What the figures of an area were at the last release, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import orm

from cluster4w.gaps.behind import part_asked, place_of
from cluster4w.gaps.counting import Asked, counts_by_area, factor_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.response import has_rows
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.rules import Amount, Count, rule_of, types_of
from cluster4w.gaps.table import gap_of, targets_of
from cluster4w.gaps.targets import Target, Targets
from cluster4w.models import Operation
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.behind import Moved, Place, movement
from cluster4w.record.queries.coverage import REACHED
from cluster4w.record.queries.ledger import lines_of
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.releases import Published, last_release
from cluster4w.record.queries.templates import template_then
from cluster4w.template.lists import Choice, CountingRule


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of an area at a moment; None is "not available", never zero."""

    asked: int | None
    reached: int | None
    planned: int | None
    gap: int | None
    target: Target | None


@dataclass(frozen=True, slots=True)
class Change:
    """Rows that make a difference: ``new``, ``changed`` or ``gone``; how much each adds or takes away."""

    kind: str
    rows: int
    reached: int
    planned: int


@dataclass(frozen=True, slots=True)
class SinceRelease:
    """Then and now, and the difference told apart.

    ``rest_reached`` and ``rest_planned`` are what no single row explains: decisions about double counts, and
    counting rules by which only the largest month counts.
    """

    release: Published
    then: Figures
    now: Figures
    changes: tuple[Change, ...]
    rest_reached: int
    rest_planned: int

    @property
    def is_same(self) -> bool:
        """True where nothing differs, neither figures nor rows."""
        return self.figures_same and not self.changes

    @property
    def figures_same(self) -> bool:
        """True where no figure differs."""
        return replace(self.then, target=None) == replace(self.now, target=None)

    @property
    def other_source(self) -> bool:
        """True where what is compared with comes from another table than at the release."""
        return _tables(self.then.target) != _tables(self.now.target)


def since_release(
    session: orm.Session, operation: Operation, question: Question, row: GapRow
) -> SinceRelease | None:
    """Return how the figures of a line differ from those of the release before the question's moment.

    None where nothing had been published by then. The same question is asked of both moments, so that rows
    of months that were reported later show as new.
    """
    release = last_release(session, operation, question.as_of)
    if release is None:
        return None
    before = replace(question, as_of=release.frozen_at, release=(release.month, release.number))
    place = place_of(session, operation, question.level, row.pcode, row.kind)
    then = _figures(session, operation, before, row, place)
    asked = row.in_need if question.measure == "need" else row.target
    now = Figures(asked, row.reached, row.planned, row.gap, row.target_source)
    changes = _changes(session, operation, question, place, release)
    return SinceRelease(
        release,
        then,
        now,
        changes,
        _difference(now.reached, then.reached) - sum(c.reached for c in changes),
        _difference(now.planned, then.planned) - sum(c.planned for c in changes),
    )


def _difference(now: int | None, then: int | None) -> int:
    return (now or 0) - (then or 0)


def _tables(target: Target | None) -> frozenset[int]:
    return frozenset(f.table_id for f in target.figures) if target else frozenset()


def _figures(
    session: orm.Session, operation: Operation, question: Question, row: GapRow, place: Place
) -> Figures:
    """Return the figures of one line alone."""
    gazetteer = load_gazetteer(session, operation.edition_id)
    targets = targets_of(session, operation, question, gazetteer)
    part, window = part_asked(session, operation, question, place), question.window(operation)
    lines = lines_of(session, operation)
    asked = Asked(
        question.level,
        question.sub_sector,
        part.unit,
        window,
        question.group,
        (place.level, place.pcode),
    )
    total = Count()
    doubles = load_doubles(session, operation, window)
    for area, count in counts_by_area(session, operation, asked, doubles, lines).items():
        if not place.below or area[place.level] is None:
            total.add(count)
    reporting = has_rows(lines, window)
    reached = _people(total.reached, total.reached_rows, reporting=reporting)
    planned = _people(total.planned, total.planned_rows, reporting=reporting)
    target, need = (_target(targets, measure, place) for measure in ("targeted", "in_need"))
    used = need if question.measure == "need" else target
    wanted, needed = (round(t.value) if t else None for t in (target, need))
    gap, _ = gap_of(question.measure, wanted, needed, reached, planned)
    return Figures(needed if question.measure == "need" else wanted, reached, planned, gap, used)


def _people(amount: Amount, rows: int, *, reporting: bool) -> int | None:
    if amount.known:
        return round(amount.value)
    return 0 if reporting and rows == 0 else None


def _target(targets: Targets, measure: str, place: Place) -> Target | None:
    if place.pcode is None:
        return None
    find = targets.rest if place.below else targets.figure
    return find(measure, place.level, place.pcode)  # type: ignore[arg-type]


def _changes(
    session: orm.Session, operation: Operation, question: Question, place: Place, release: Published
) -> tuple[Change, ...]:
    part = part_asked(session, operation, question, place, counting=True)
    moved = movement(session, operation, question.window(operation), part, release.frozen_at)
    types = {
        c.key: c for c in types_of(template_then(session, operation, question.as_of), question.sub_sector)
    }
    factor = factor_of(operation, part.unit)
    came, went = ({m.uid: m for m in rows} for rows in (moved.came, moved.went))
    kinds: dict[str, tuple[Iterable[str], Mapping[str, Moved], Mapping[str, Moved]]] = {
        "new": (came.keys() - went.keys(), came, {}),
        "changed": (came.keys() & went.keys(), came, went),
        "gone": (went.keys() - came.keys(), {}, went),
    }
    found = []
    for kind, (uids, plus, minus) in kinds.items():
        rows = list(uids)
        if rows:
            sums = [
                round(
                    sum(_people_of(plus[uid], types, factor, reached=reached) for uid in rows if uid in plus)
                    - sum(
                        _people_of(minus[uid], types, factor, reached=reached) for uid in rows if uid in minus
                    )
                )
                for reached in (True, False)
            ]
            found.append(Change(kind, len(rows), *sums))
    return tuple(found)


def _people_of(row: Moved, types: Mapping[str, Choice], factor: float, *, reached: bool) -> float:
    """Return what a row by itself adds to what is reached, or to what is planned."""
    if (row.status in REACHED) is not reached:
        return 0
    rule = rule_of(types[row.activity_type])
    if rule is CountingRule.SUM_NEW and not row.first_time_assisted:
        return 0
    if row.own is not None:
        return row.own
    return (row.other or 0) * factor
