"""Needs and targets: which tables are loaded, and which one is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.gaps.tables_in_use import Use, uses
from cluster4w.record.operations.needs import choose_table, end_choice, remove_table, restore_table
from cluster4w.record.queries.areas import edition_names
from cluster4w.record.queries.needs import (
    Choice,
    Content,
    NeedTable,
    current_needs,
    list_need_tables,
    need_choices,
    table_contents,
    uploads_by_table,
)
from cluster4w.record.queries.operations import plan_months
from cluster4w.security import MANAGERS, here, person
from cluster4w.template.language import N_
from cluster4w.views import formats
from cluster4w.views.as_of import Dated, When, when_or_why_not
from cluster4w.views.months_choice import month_of, month_to_offer
from cluster4w.views.needs_form import NeedsForm, blank_form
from cluster4w.views.needs_words import MEASURES, UNITS, kind_words
from cluster4w.views.places import gazetteer
from cluster4w.views.responses import unchanged
from cluster4w.views.values import choice_words

HOW = {
    "chosen": N_("chosen"),
    "latest": N_("latest by its date"),
    "younger": N_("dated after this month; nothing older is there"),
}


class Held(NamedTuple):
    """What a table holds of one measure and sub-sector."""

    words: str
    totals: str
    areas: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A table in the reader's words."""

    table: NeedTable
    held: list[Held]
    used: list[str]
    upload: int | None


class Used(NamedTuple):
    """Which table is used for a measure and sub-sector of the month."""

    words: str
    table: NeedTable | None
    how: str
    choice: Choice | None


def needs() -> ResponseReturnValue:
    """Show the tables, which one is used in a month, and the form for another one; or those of a moment."""
    if (same := unchanged(here().operation.revision)) is not None:
        return same
    return page(blank_form(), *when_or_why_not())


_NOW = When()


def page(form: NeedsForm, moment: When = _NOW, wrong_moment: str = "") -> ResponseReturnValue:
    """Return the page with a form on it, with status 422 where the form needs a correction."""
    operation, then = here().operation, moment.at
    asked = month_of(request.args.get("mois"))
    month = asked or moment.month or month_to_offer(db.session, operation, then.date() if then else None)
    sub_sectors = [c.key for c in here().template.lists["sub_sector"]]
    choices = need_choices(db.session, operation, then)
    used = uses(current_needs(db.session, operation, then), choices, sub_sectors, month)
    tables = list_need_tables(db.session, operation, then)
    by_id = {t.id: t for t in tables}
    contents, uploads = table_contents(db.session, operation), uploads_by_table(db.session, operation)
    level_areas = _level_areas()
    shown = [
        Shown(
            t,
            _held(contents.get(t.id, []), level_areas),
            [kind_words(m, s) for (m, s), use in used.items() if use.table_id == t.id],
            uploads.get(t.id),
        )
        for t in tables
    ]
    status = 422 if form.errors else 400 if wrong_moment else 200
    shown_page = render_template(
        "needs.html",
        page=Dated(moment, "needs", {"mois": asked or moment.month or ""}, own_month=True),
        wrong_moment=wrong_moment,
        form=form,
        month=month,
        months=sorted({*plan_months(operation), month}),
        used=[_used(m, s, used.get((m, s)), by_id) for m in MEASURES for s in sub_sectors],
        standing=[s for s in shown if s.table.stands],
        gone=[s for s in shown if not s.table.stands],
        choices=[(c, by_id[c.table_id], _about(c)) for c in choices if c.table_id in by_id],
        measures=[(key, gettext(words)) for key, words in MEASURES.items()],
        sub_sectors=[(key, choice_words("sub_sector", key)) for key in sub_sectors],
        manages=here().role in MANAGERS and then is None,
        may_manage=here().role in MANAGERS,
    )
    return shown_page, status


def _level_areas() -> dict[int, tuple[str, int]]:
    """Return level to its name and its number of areas."""
    names = edition_names(db.session, here().operation.edition_id)
    return {n: (names.get(n, {}).get(here().language, str(n)), len(gazetteer().level(n))) for n in (1, 2, 3)}


def _held(contents: list[Content], levels: dict[int, tuple[str, int]]) -> list[Held]:
    """Return what a table holds, one line per measure and sub-sector: its total, and the areas covered."""
    found = []
    order = [None, *(c.key for c in here().template.lists["sub_sector"])]
    kinds = {(c.measure, c.sub_sector) for c in contents}
    for measure, sub_sector in sorted(kinds, key=lambda k: (k[0], order.index(k[1]) if k[1] in order else 9)):
        mine = [c for c in contents if (c.measure, c.sub_sector) == (measure, sub_sector)]
        whole = [c for c in mine if c.population_group is None] or mine
        totals = []
        # Ranks of severity have no total.
        for unit in dict.fromkeys(c.unit for c in whole if c.unit in UNITS):
            level = min(c.level for c in whole if c.unit == unit)
            total = sum(c.total for c in whole if c.unit == unit and c.level == level)
            totals.append(f"{formats.number(total)} {gettext(UNITS[unit])}")
        deepest = max(c.level for c in mine)
        areas = max(c.areas for c in mine if c.level == deepest)
        if deepest:
            name, every = levels[deepest]
            covered = gettext(
                "%(level)s: %(count)s of %(all)s",
                level=name,
                count=formats.number(areas),
                all=formats.number(every),
            )
        else:
            covered = gettext("whole country only")
        found.append(Held(kind_words(measure, sub_sector), " · ".join(totals), covered))
    return found


def _used(measure: str, sub_sector: str, use: Use | None, tables: dict[int, NeedTable]) -> Used:
    words = kind_words(measure, sub_sector)
    if use is None:
        return Used(words, None, gettext("no table"), None)
    return Used(words, tables[use.table_id], gettext(HOW[use.how]), use.choice)


def _about(choice: Choice) -> str:
    """Return what a choice is about: "Targeted, Shelter, from May 2016 to June 2016"."""
    parts = [gettext(MEASURES[choice.measure]) if choice.measure else gettext("Needs and targets")]
    if choice.sub_sector:
        parts.append(choice_words("sub_sector", choice.sub_sector))
    if choice.first_month:
        parts.append(gettext("from %(month)s", month=formats.month(choice.first_month)))
    if choice.last_month:
        parts.append(gettext("to %(month)s", month=formats.month(choice.last_month)))
    return ", ".join(parts)


def needs_choose(table_id: int) -> ResponseReturnValue:
    """Use a table for some months."""
    form = request.form
    measure, sub_sector = form.get("measure") or None, form.get("sub_sector") or None
    if measure not in (None, *MEASURES):
        abort(400)
    choose_table(
        db.session,
        here().operation,
        table_id,
        measure=measure,
        sub_sector=sub_sector,
        first_month=month_of(form.get("first")),
        last_month=month_of(form.get("last")),
        actor=person(),
    )
    db.session.commit()
    flash(gettext("The table is chosen. The choice stands below; it can be taken back."))
    return redirect(url_for("needs"), 303)


def needs_choice_back(choice_id: int) -> ResponseReturnValue:
    """Take a choice back."""
    end_choice(db.session, here().operation, choice_id, actor=person())
    db.session.commit()
    flash(gettext("The choice is taken back: the latest table by its date is used again."))
    return redirect(url_for("needs"), 303)


def needs_remove(table_id: int) -> ResponseReturnValue:
    """Take a table out of use."""
    table = remove_table(db.session, here().operation, table_id, actor=person())
    flash(gettext("“%(source)s” is no longer used. It stands at the foot of the page and can be put back.",
                  source=table.source))  # fmt: skip
    db.session.commit()
    return redirect(url_for("needs"), 303)


def needs_restore(table_id: int) -> ResponseReturnValue:
    """Put a table back into use."""
    table = restore_table(db.session, here().operation, table_id, actor=person())
    flash(gettext("“%(source)s” can be used again.", source=table.source))
    db.session.commit()
    return redirect(url_for("needs"), 303)
