"""The gap table: needs and targets against the response, area by area, with everything that explains it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, assert_never

from sqlalchemy import orm

from cluster4w.gaps.counting import AreaKey, Asked, Slot, slot_of
from cluster4w.gaps.missing import missing_in_all
from cluster4w.gaps.notes import Note, notes_of
from cluster4w.gaps.question import GapMeasure, Question, base_of, check_question
from cluster4w.gaps.response import response
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.rules import WORDS, Amount, Count, rule_of, types_of
from cluster4w.gaps.tables_in_use import Use
from cluster4w.gaps.targets import Target, Targets
from cluster4w.models import GazetteerEdition, Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.kept import Kept
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.coverage import Unit
from cluster4w.record.queries.needs import need_choices, standing_needs
from cluster4w.record.queries.organisations import agencies
from cluster4w.record.queries.templates import template_then
from cluster4w.template.language import N_, Labels
from cluster4w.template.lists import CountingRule
from cluster4w.template.problems import Refusal


@dataclass(frozen=True, slots=True)
class SourceUsed:
    """A table of needs or targets that the figures come from."""

    measure: str
    source: str
    dated: dt.date
    invented: bool
    published: dt.date | None
    validated_by: str
    table_id: int
    use: Use


@dataclass(frozen=True, slots=True)
class RuleUsed:
    """How the people of an activity type were counted; ``words`` is an English source sentence."""

    activity_type: str
    labels: Labels
    rule: CountingRule
    words: str


@dataclass(frozen=True, slots=True)
class GapTable:
    """The answer to a question, with all that a reader needs to check it."""

    question: Question
    operation: str
    title: Labels
    is_example: bool
    rows: tuple[GapRow, ...]
    total: GapRow
    notes: tuple[Note, ...]
    sources: tuple[SourceUsed, ...]
    rules: tuple[RuleUsed, ...]
    #: First and last month counted.
    months: tuple[str, str]
    months_with_rows: tuple[str, ...]
    household_size: float
    household_size_source: str
    country: str
    edition: str
    edition_id: int
    edition_source: str
    level_names: Mapping[str, Labels]
    sub_sector_labels: Labels
    group_labels: Labels | None
    #: Acronym of the organisation, and the activity type, that alone are counted.
    organisation: str
    activity_type: Labels | None
    #: The cluster's own bounds of the map's classes, rising per cents; none: the usual ones.
    map_bounds: tuple[int, ...]
    organisations: int
    #: Organisations present, by the codes that their rows name.
    present: Mapping[AreaKey, Set[int]]
    converted: bool
    revision: int

    def by_pcode(self) -> dict[str, GapRow]:
        """Return the rows of the table's level by p-code."""
        return {r.pcode: r for r in self.rows if r.kind == "area" and r.pcode}

    def organisations_in(self, pcode: str, level: int) -> int:
        """Return how many organisations are present in an area of the table's level or one above."""
        inside = (who for key, who in self.present.items() if key[level - 1] == pcode)
        return len(set[int]().union(*inside))


def gap_table(session: orm.Session, operation: Operation, question: Question) -> GapTable:
    """Return the gap table of an operation. A handful of statements, whatever the size of the record.

    Raises:
        Refusal: the question names a sub-sector, group, measure, unit or level that there is not.
    """
    check_question(operation, question)
    unit: Unit = "household" if question.unit == "household" else "individual"
    template = template_then(session, operation, question.as_of)
    edition = session.get_one(GazetteerEdition, operation.edition_id)
    gazetteer = load_gazetteer(session, edition.id)
    window = question.window(operation)
    types = types_of(template, question.sub_sector, only=question.activity_type)
    found = response(
        session, operation, Asked(question.level, question.sub_sector, unit, window, question.group)
    )
    targets = targets_of(session, operation, question, gazetteer)
    lines = _Lines(question, gazetteer, targets, reporting=found.reporting)
    for key, count in found.counts.items():
        lines.take(key, count)
    for key, organisations in found.present.items():
        lines.organisations[lines.slot(key)] |= organisations
    rows, total = lines.build()
    return GapTable(
        question=question,
        operation=operation.slug,
        title=operation.title,
        is_example=operation.is_example,
        rows=tuple(rows),
        total=total,
        notes=notes_of(
            question.measure,
            question.level,
            rows,
            total,
            lines.counts.values(),
            template,
            targets,
            found.types,
            found.unsaid,
        ),
        sources=_sources(rows, targets, question.level),
        rules=tuple(
            RuleUsed(c.key, c.labels, rule_of(c), WORDS[rule_of(c)])
            for c in sorted(types, key=lambda c: c.key not in found.types)
        ),
        months=_months(operation, question, found.months),
        months_with_rows=found.months,
        household_size=operation.household_size,
        household_size_source=operation.household_size_source,
        country=edition.country,
        edition=edition.edition,
        edition_id=edition.id,
        edition_source=edition.source,
        level_names=edition.level_names,
        sub_sector_labels=_labels(template.lists["sub_sector"].get(question.sub_sector)),
        group_labels=_labels(template.lists["population_group"].get(question.group))
        if question.group
        else None,
        organisation=_organisation(session, operation, question),
        activity_type=_labels(template.activity_types.get(question.activity_type))
        if question.activity_type
        else None,
        map_bounds=tuple(operation.map_bounds or ()),
        organisations=total.organisations,
        present=found.present,
        converted=total.converted,
        revision=operation.revision,
    )


#: What a table is compared with is the same in every view of a sub-sector, group, unit and month.
_KEPT: Kept[Targets] = Kept(most=32)


def targets_of(
    session: orm.Session, operation: Operation, question: Question, gazetteer: Gazetteer
) -> Targets:
    """Return the needs and targets that the answer to a question is compared with."""
    figures = standing_needs(session, operation, question.as_of, sub_sector=question.sub_sector)
    unit: Unit = "household" if question.unit == "household" else "individual"
    month = question.month or f"{operation.plan_end:%Y-%m}"
    choices = tuple(need_choices(session, operation, question.as_of))
    sub_sector, group, size = question.sub_sector, question.group, operation.household_size
    return _KEPT.of(
        (sub_sector, group, unit, size, month, choices),
        (figures, gazetteer),
        lambda: Targets(
            figures,
            gazetteer,
            sub_sector=sub_sector,
            group=group,
            unit=unit,
            household_size=size,
            month=month,
            choices=choices,
        ),
    )


def _labels(choice: Any) -> Labels:
    return choice.labels if choice is not None else {}


def _organisation(session: orm.Session, operation: Operation, question: Question) -> str:
    """Return the acronym of the organisation asked for, "" for none; refuse one that takes no part."""
    if question.organisation is None:
        return ""
    known = {agency.id: agency.acronym for agency in agencies(session, operation)}
    if question.organisation not in known:
        raise Refusal(
            "gaps.organisation",
            N_("No organisation with the number %(value)s takes part in this operation."),
            value=question.organisation,
        )
    return known[question.organisation]


def _months(operation: Operation, question: Question, months: tuple[str, ...]) -> tuple[str, str]:
    start, end = f"{operation.plan_start:%Y-%m}", f"{operation.plan_end:%Y-%m}"
    if question.month:
        return question.first or start, question.month
    first = question.first or min(months, default=start)
    return first, max(first, max(months, default=end))


def _sources(rows: list[GapRow], targets: Targets, level: int) -> tuple[SourceUsed, ...]:
    tables = {
        (f.measure, f.table_id): f for row in rows if row.target_source for f in row.target_source.figures
    }
    for row in rows:
        if row.severity is not None and row.pcode and (f := targets.severity(level, row.pcode)):
            tables[f.measure, f.table_id] = f
    used = [
        SourceUsed(
            f.measure,
            f.source,
            f.dated,
            f.invented,
            f.published,
            f.validated_by,
            f.table_id,
            targets.used[f.measure],
        )
        for f in tables.values()
    ]
    return tuple(sorted(used, key=lambda s: (s.measure, -s.dated.toordinal(), s.source)))


class _Lines:
    """Collects what is known of each line of a table, then builds the lines."""

    def __init__(
        self, question: Question, gazetteer: Gazetteer, targets: Targets, *, reporting: bool
    ) -> None:
        self._question, self._gazetteer, self._targets = question, gazetteer, targets
        self._reporting = reporting
        self._slots: dict[AreaKey, Slot] = {}
        self.counts: dict[Slot, Count] = {}
        self.organisations: dict[Slot, set[int]] = defaultdict(set)

    def slot(self, key: AreaKey) -> Slot:
        """Return the line of a row with these codes."""
        if key not in self._slots:
            self._slots[key] = slot_of(key, self._question.level, self._gazetteer)
        return self._slots[key]

    def take(self, key: AreaKey, count: Count) -> None:
        """Add what rows with these codes come to; the count is the line's from now on."""
        slot = self.slot(key)
        if slot in self.counts:
            self.counts[slot].add(count)
        else:
            self.counts[slot] = count

    def build(self) -> tuple[list[GapRow], GapRow]:
        """Return the lines, the largest gap first, and the total."""
        level = self._question.level
        slots = [Slot("area", p.pcode) for p in self._gazetteer.level(level)]
        above = [Slot("part", p.pcode) for n in range(1, level) for p in self._gazetteer.level(n)]
        extra = [s for s in (*above, Slot("unknown", None)) if self._is_needed(s)]
        rows = [self._row(slot) for slot in (*slots, *extra)]
        order = {"area": 0, "part": 1, "unknown": 2}
        rows.sort(
            key=lambda r: (
                order[r.kind],
                r.gap is None,
                -(r.gap or 0),
                -(r.reached or 0),
                r.pcode or "",
            )
        )
        return rows, self._total(rows)

    def _is_needed(self, slot: Slot) -> bool:
        return (
            slot in self.counts
            or slot in self.organisations
            or any(self._target(slot, m) is not None for m in ("targeted", "in_need"))
        )

    def _target(self, slot: Slot, measure: Any) -> Target | None:
        """Return the figure of a line; above the table's level what the areas below do not have of it."""
        level = self._question.level
        if slot.kind == "area" and slot.pcode:
            return self._targets.figure(measure, level, slot.pcode)
        if slot.kind == "part" and slot.pcode:
            return self._targets.rest(measure, self._gazetteer.by_pcode[slot.pcode].level, slot.pcode)
        regions = self._gazetteer.level(1)
        if any(self._targets.own(measure, 1, p.pcode) or self._has_below(measure, p.pcode) for p in regions):
            return None
        return self._targets.country(measure)

    def _has_below(self, measure: Any, pcode: str) -> bool:
        return any(
            self._targets.own(measure, child.level, child.pcode) or self._has_below(measure, child.pcode)
            for child in self._gazetteer.children.get(pcode, ())
        )

    def _row(self, slot: Slot) -> GapRow:
        place = self._gazetteer.get(slot.pcode)
        parent = self._gazetteer.get(place.parent) if place else None
        count = self.counts.get(slot, Count())
        target, need = self._target(slot, "targeted"), self._target(slot, "in_need")
        used = need if base_of(self._question.measure) == "in_need" else target
        reached = self._people(count.reached, count.reached_rows)
        planned = self._people(count.planned, count.planned_rows)
        wanted, needed = (round(figure.value) if figure else None for figure in (target, need))
        gap, coverage = gap_of(self._question.measure, wanted, needed, reached, planned)
        return GapRow(
            kind=slot.kind,
            pcode=slot.pcode,
            name=place.name if place else "",
            parent_name=parent.name if parent else "",
            target=wanted,
            reached=reached,
            planned=planned,
            in_need=needed,
            gap=gap,
            coverage=coverage,
            assistances=self._people(count.assistances, count.reached_rows),
            organisations=len(self.organisations.get(slot, ())),
            rows=count.reached_rows + count.planned_rows,
            converted=bool(count.reached.converted or count.planned.converted or (used and used.converted)),
            target_source=used,
            left_out=count.left_out,
            doubtful=count.doubtful,
            reached_if_same=reached - fewer
            if reached is not None and (fewer := round(count.fewer_reached.value))
            else None,
            severity=self._severity(slot),
        )

    def _severity(self, slot: Slot) -> float | None:
        if slot.kind != "area" or not slot.pcode:
            return None
        found = self._targets.severity(self._question.level, slot.pcode)
        return found.value if found else None

    def _people(self, amount: Amount, rows: int) -> int | None:
        """Return a figure: zero only where the record has rows of these months and none of them is here."""
        if amount.known:
            return round(amount.value)
        return 0 if self._reporting and rows == 0 else None

    def _total(self, rows: list[GapRow]) -> GapRow:
        def add(name: str) -> int | None:
            values = [v for r in rows if (v := getattr(r, name)) is not None]
            return sum(values) if values else None

        everyone = set().union(*self.organisations.values()) if self.organisations else set()
        fewest = [
            r.reached if r.reached_if_same is None else r.reached_if_same
            for r in rows
            if r.reached is not None
        ]
        row = GapRow(
            kind="total",
            pcode=None,
            name="",
            parent_name="",
            target=add("target"),
            reached=add("reached"),
            planned=add("planned"),
            in_need=add("in_need"),
            gap=None,
            coverage=None,
            assistances=add("assistances"),
            organisations=len(everyone),
            rows=sum(r.rows for r in rows),
            converted=any(r.converted for r in rows),
            left_out=sum(r.left_out for r in rows),
            doubtful=sum(r.doubtful for r in rows),
            reached_if_same=sum(fewest) if any(r.reached_if_same is not None for r in rows) else None,
        )
        measure = self._question.measure
        return replace(with_gap(row, measure), gap=missing_in_all(rows, self._gazetteer, measure))


def with_gap(row: GapRow, measure: str) -> GapRow:
    """Return the row with its gap and coverage by a measure; None where a part of them is not available."""
    gap, coverage = gap_of(measure, row.target, row.in_need, row.reached, row.planned)
    return replace(row, gap=gap, coverage=coverage)


def gap_of(
    measure: str, target: int | None, in_need: int | None, reached: int | None, planned: int | None
) -> tuple[int | None, float | None]:
    """Return the gap and the coverage by a measure; None where a part of them is not available."""
    base = in_need if base_of(measure) == "in_need" else target
    if base is None or reached is None:
        return None, None
    asked: GapMeasure = measure  # type: ignore[assignment]
    match asked:
        case "current" | "need":
            gap: int | None = base - reached
        case "projected":
            gap = None if planned is None else base - reached - planned
        case _:
            assert_never(asked)
    return gap, reached / base if base else None
