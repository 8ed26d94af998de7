"""Plans past their end date: what was promised, is not reported as done, and still counts as planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import orm

from cluster4w.gaps.counting import factor_of, slot_of
from cluster4w.gaps.lists import Empty, Line, Listing, in_order
from cluster4w.gaps.notes import Note
from cluster4w.gaps.question import Question, check_question
from cluster4w.gaps.response import has_rows
from cluster4w.gaps.rules import types_of
from cluster4w.gaps.tables_in_use import last_day
from cluster4w.models import Operation
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.activities import Scope
from cluster4w.record.queries.coverage import Unit
from cluster4w.record.queries.ledger import lines_of
from cluster4w.record.queries.overdue import Plan, plans_past_their_day
from cluster4w.record.queries.templates import template_then
from cluster4w.template.declaration import Template
from cluster4w.template.language import N_

OVERDUE = "overdue"
COLUMNS = (
    "name", "parent_name", "organisation", "activity", "status", "planned", "due", "due_by", "days_late",
)  # fmt: skip
#: What told the day by which a plan should be over, as English source words.
DUE_BY = {"end": N_("end date"), "start": N_("start date"), "month": N_("end of its month")}


class Due(NamedTuple):
    """The day by which a plan should be over, and what told it: a key of :data:`DUE_BY`."""

    day: dt.date
    by: str


def due_of(plan: Plan) -> Due | None:
    """Return when a plan should be over, None where it does not say.

    Its end date. Without one a planned activity should have begun on its start date, and then says that it
    is ongoing or completed; else the month for which it was reported should have brought an answer.
    """
    if plan.end_date is not None:
        return Due(plan.end_date, "end")
    if plan.status == "planned" and plan.start_date is not None:
        return Due(plan.start_date, "start")
    return Due(last_day(plan.period), "month") if plan.period else None


def day_of(question: Question, today: dt.date) -> dt.date:
    """Return the day against which plans are held: today, the day asked for, or the end of the month."""
    day = question.as_of.date() if question.as_of else today
    return min(day, last_day(question.month)) if question.month else day


def overdue_plans(
    session: orm.Session,
    operation: Operation,
    question: Question,
    gazetteer: Gazetteer,
    scope: Scope,
    *,
    today: dt.date,
    language: str,
    within: str = "",
    order: str = "",
) -> Listing:
    """Return the plans past their day that a reader may see, the latest first.

    Args:
        within: P-code of the area in which they lie; "" for everywhere.
        order: A column, with a minus in front for the largest first.

    Raises:
        Refusal: the question names a sub-sector, group, measure, unit or level that there is not.
    """
    check_question(operation, question)
    template = template_then(session, operation, question.as_of)
    unit: Unit = "household" if question.unit == "household" else "individual"
    day, window = day_of(question, today), question.window(operation)
    plans = plans_past_their_day(
        session,
        operation,
        scope,
        types=[c.key for c in types_of(template, question.sub_sector, counting=False)],
        sub_sector=question.sub_sector,
        unit=unit,
        window=window,
        group=question.group,
        day=day,
    )
    level = gazetteer.by_pcode[within].level if within else 0
    inside = [p for p in plans if not within or _within(p, gazetteer, level) == within]
    factor = factor_of(operation, unit)
    lines = [
        _line(plan, due, day, question.level, factor, gazetteer, template, language)
        for plan in inside
        if (due := due_of(plan)) is not None
    ]
    empty: Empty | None = None
    if not lines:
        # Where nothing is known of these months, that no plan is late is no news.
        empty = "none" if has_rows(lines_of(session, operation), window) else "no_rows"
    listing = Listing(OVERDUE, COLUMNS, tuple(lines), _left_out(inside, lines), empty, "-days_late")
    return in_order(listing, order)


def _within(plan: Plan, gazetteer: Gazetteer, level: int) -> str | None:
    code = slot_of((plan.adm1, plan.adm2, plan.adm3), 3, gazetteer).pcode
    return gazetteer.within(code, level) if code else None


def _line(
    plan: Plan,
    due: Due,
    day: dt.date,
    level: int,
    factor: float,
    gazetteer: Gazetteer,
    template: Template,
    language: str,
) -> Line:
    codes = (plan.adm1, plan.adm2, plan.adm3)
    typed = (plan.adm1_name, plan.adm2_name, plan.adm3_name)
    places = [gazetteer.get(code) for code in codes]
    # From the smallest place that the row names to the largest.
    names = [
        place.name if place else name for place, name in zip(places, typed, strict=True) if place or name
    ][::-1]
    if plan.site_name:
        names.insert(0, plan.site_name)
    slot = slot_of(codes, level, gazetteer)
    planned = plan.own
    if planned is None and plan.other is not None:
        planned = round(plan.other * factor)
    organisation = plan.organisation
    if plan.implementing and plan.implementing.strip() != organisation:
        organisation = f"{organisation} ({plan.implementing.strip()})"
    lists = template.lists
    return Line(
        slot.pcode if slot.kind == "area" else None,
        {
            "name": str(names[0]) if names else None,
            "parent_name": ", ".join(map(str, names[1:])) or None,
            "organisation": organisation,
            "activity": lists["activity_type"].label(plan.activity_type, language)
            if plan.activity_type
            else None,
            "status": lists["status"].label(plan.status, language),
            "planned": planned,
            "due": due.day,
            "due_by": due.by,
            "days_late": (day - due.day).days,
        },
        plan.uid,
    )


def _left_out(plans: Sequence[Plan], lines: Sequence[Line]) -> tuple[Note, ...]:
    notes = []
    if dateless := sum(1 for plan in plans if due_of(plan) is None):
        notes.append(
            Note(
                N_("%(rows)s planned or ongoing activities say neither an end nor a month: not in the list."),
                {"rows": dateless},
                N_("One planned or ongoing activity says neither an end nor a month: not in the list."),
            )
        )
    if silent := sum(1 for line in lines if line.cells["planned"] is None):
        notes.append(
            Note(
                N_("%(rows)s of these plans give no number of people."),
                {"rows": silent},
                N_("One of these plans gives no number of people."),
            )
        )
    if vague := sum(1 for line in lines if line.pcode is None):
        notes.append(
            Note(
                N_("%(rows)s of these plans name no area of this level: in the list, and not on the map."),
                {"rows": vague},
                N_("One of these plans names no area of this level: in the list, and not on the map."),
            )
        )
    return tuple(notes)
