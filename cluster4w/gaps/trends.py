"""Month by month: how far the targets are reached, by the counting rules of the gap table.

What was reached *up to* a month is the total of the gap table of that month; what a month *adds* is by how
much that exceeds the month before. Months are never counted by themselves: people of two months may be the
same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import orm

from cluster4w.gaps.counting import AreaKey, Asked, Slot, counts_beside, slot_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.rules import Amount, Count
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.gaps.tables_in_use import pick
from cluster4w.models import Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.coverage import Unit
from cluster4w.record.queries.ledger import choose, lines_of, rows_by
from cluster4w.record.queries.left_out import Doubles, load_doubles
from cluster4w.record.queries.needs import current_needs, need_choices
from cluster4w.record.queries.operations import plan_months
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: Cercles: the level at which people of regions and cercles are counted.
LEVEL = 2


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month of a trend. Figures are up to the month, in the asked unit; None is "not available".

    ``has_rows``: the record has any row of this month; without one it adds nothing that is known.
    """

    month: str
    has_rows: bool
    target: int | None
    reached: int | None
    planned: int | None
    reached_added: int | None = None
    planned_added: int | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """The months of the plan up to the last one asked for, and the gap table of that month."""

    table: GapTable
    months: tuple[MonthFigures, ...]
    #: Every month of the plan, also those after the last one.
    plan: tuple[str, ...]
    #: What is reached by rows without a month, or with one outside the plan; 0 where a month was asked for.
    elsewhere: int = 0


def trend(session: orm.Session, operation: Operation, question: Question) -> Trend:
    """Return the trend of a sub-sector: the question's level is always cercles, its measure the current one.

    Without a month the trend ends with the last month of the plan that has a row.

    Raises:
        Refusal: the question names a sub-sector, group or unit that there is not, or a month that is none of
            the plan's.
    """
    question = replace(question, level=LEVEL, measure="current")
    plan = tuple(plan_months(operation))
    if question.month is not None and question.month not in plan:
        raise Refusal(
            "gaps.month",
            N_("%(month)s is no month of the plan, which goes from %(first)s to %(last)s."),
            month=question.month,
            first=plan[0],
            last=plan[-1],
        )
    last, everything = question.month, None
    if last is None:
        everything = gap_table(session, operation, question)
        last = max(everything.months_with_rows, default=plan[0])
    question = replace(question, month=last)
    table = gap_table(session, operation, question)
    elsewhere = (everything.total.reached or 0) - (table.total.reached or 0) if everything else 0
    shown = [month for month in plan if (question.first or "") <= month <= last]
    targets = _targets(session, operation, question, table, shown)
    gazetteer = load_gazetteer(session, table.edition_id)
    unit: Unit = "household" if question.unit == "household" else "individual"
    asked = Asked(LEVEL, question.sub_sector, unit, question.window(operation), question.group)
    found = []
    for month, counts, reporting in counts_by_month(session, operation, asked, shown):
        reached, planned = _totals(counts, gazetteer, reporting=reporting)
        has_rows = month in table.months_with_rows
        found.append(MonthFigures(month, has_rows, targets[month], reached, planned))
    return Trend(table, tuple(_with_additions(found)), plan, elsewhere)


def _with_additions(found: Sequence[MonthFigures]) -> Iterator[MonthFigures]:
    """Yield the months with what each of them adds: nothing is known where it has no row."""
    reached, planned = 0, 0
    for figures in found:
        more = figures.reached is not None and figures.has_rows
        promised = figures.planned is not None and figures.has_rows
        yield replace(
            figures,
            reached_added=(figures.reached or 0) - reached if more else None,
            planned_added=(figures.planned or 0) - planned if promised else None,
        )
        reached, planned = figures.reached or 0, figures.planned or 0


def counts_by_month(
    session: orm.Session, operation: Operation, asked: Asked, months: Sequence[str]
) -> Iterator[tuple[str, Mapping[AreaKey, Count], bool]]:
    """Yield for each month what the rows up to it come to by area, and whether there is any row up to it.

    The counts of a month grow into those of the next. Who may be counted twice is not told.
    """
    lines = lines_of(session, operation)
    doubles = Doubles(load_doubles(session, operation, asked.window).left_out)
    added: dict[str | None, dict[AreaKey, Count]] = defaultdict(dict)
    found = counts_beside(session, operation, asked, doubles, "period", lines)
    for (area, month), count in found.items():
        added[month][area] = count
    there = rows_by(choose(lines, replace(asked.window, activity_type=None)), "period")
    for month, counts in _cumulated(added, months):
        yield month, counts, any(other <= month for other in there)


def _cumulated(
    added: Mapping[str | None, Mapping[AreaKey, Count]], months: Sequence[str]
) -> Iterator[tuple[str, dict[AreaKey, Count]]]:
    """Yield the counts up to each month; they grow from one to the next."""
    counts: dict[AreaKey, Count] = {}
    for month in months:
        for area, count in added.get(month, {}).items():
            if area in counts:
                counts[area].add(count)
            else:
                counts[area] = count
        yield month, counts


def _totals(
    counts: Mapping[AreaKey, Count], gazetteer: Gazetteer, *, reporting: bool
) -> tuple[int | None, int | None]:
    """Return what is reached and planned in all: line by line and rounded, as a gap table's total is."""
    lines: dict[Slot, tuple[Amount, Amount, int, int]] = {}
    for key, count in counts.items():
        slot = slot_of(key, LEVEL, gazetteer)
        reached, planned, done, promised = lines.get(slot) or (Amount(), Amount(), 0, 0)
        reached.add(count.reached)
        planned.add(count.planned)
        lines[slot] = reached, planned, done + count.reached_rows, promised + count.planned_rows
    # An area without a row is a known zero as soon as anybody reports anything.
    bare = reporting and any(Slot("area", place.pcode) not in lines for place in gazetteer.level(LEVEL))
    silent = reporting and any(done == 0 for _, _, done, _ in lines.values())
    unpromised = reporting and any(promised == 0 for _, _, _, promised in lines.values())
    return (
        _sum((reached for reached, _, _, _ in lines.values()), zero=bare or silent),
        _sum((planned for _, planned, _, _ in lines.values()), zero=bare or unpromised),
    )


def _sum(amounts: Iterable[Amount], *, zero: bool) -> int | None:
    known = [round(amount.value) for amount in amounts if amount.known]
    return sum(known) if known else 0 if zero else None


def _targets(
    session: orm.Session,
    operation: Operation,
    question: Question,
    table: GapTable,
    months: Sequence[str],
) -> dict[str, int | None]:
    """Return the target in force in each month: of the table that stands for it, which may change."""
    figures = current_needs(session, operation, question.as_of, sub_sector=question.sub_sector)
    choices = need_choices(session, operation, question.as_of)
    known: dict[int | None, int | None] = {}
    found: dict[str, int | None] = {}
    for month in reversed(months):
        use = pick(
            figures,
            choices,
            measure="targeted",
            sub_sector=question.sub_sector,
            group=question.group,
            month=month,
        )
        which = use.table_id if use else None
        if which not in known:
            of_month = (
                table
                if month == question.month
                else gap_table(session, operation, replace(question, month=month))
            )
            known[which] = of_month.total.target
        found[month] = known[which]
    return found
