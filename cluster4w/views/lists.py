"""The lists that are asked for in every meeting: all at once, one with its map, and as files."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.gaps.lists import AREA_LISTS, AreaList, Listing, area_list
from cluster4w.gaps.overdue import day_of, overdue_plans
from cluster4w.gaps.table import GapTable
from cluster4w.publish import gap_words, list_words
from cluster4w.publish.as_of import file_part
from cluster4w.publish.list_files import Paper, acronym_of, paper_of_areas, paper_of_plans, write_list_file
from cluster4w.record.queries.operations import plan_months
from cluster4w.security import allowed, here
from cluster4w.views import list_page
from cluster4w.views.activities import scope
from cluster4w.views.as_of import when_or_why_not
from cluster4w.views.downloads import file_name, months_name, send_written
from cluster4w.views.gap_asked import Asked, asked
from cluster4w.views.gap_map import table_of
from cluster4w.views.numbers import whole
from cluster4w.views.places import gazetteer
from cluster4w.views.responses import unchanged

#: Files of a list, in the order of the page's links.
FORMS = ("xlsx", "csv")


def lists() -> ResponseReturnValue:
    """Show every list with how much it holds."""
    today = _today()
    if same := unchanged(here().operation.revision, today):
        return same
    moment, wrong_moment = when_or_why_not()
    page = replace(asked(moment), at="lists")
    table = table_of(page, page.question)
    found = [area_list(db.session, table, gazetteer(), name) for name in AREA_LISTS]
    if allowed("overdue_plans"):
        found.append(_overdue(page, today))
    found.sort(key=lambda listing: list_words.LISTS.index(listing.name))
    shown = render_template(
        "lists.html",
        page=page,
        entries=[list_page.entry(page, listing) for listing in found],
        lead=gap_words.subtitle(table, here().language, gettext),
        wrong_moment=wrong_moment,
        **list_page.around(page, table, months=list_page.months(table), measure=True),
    )
    return (shown, 400) if wrong_moment else shown


def list_of_areas(name: str) -> ResponseReturnValue:
    """Show a list of areas with its map."""
    known = _known(name)
    if same := unchanged(here().operation.revision):
        return same
    page, wrong_moment = _page(name, "list_of_areas")
    table = table_of(page, page.question)
    listing = area_list(db.session, table, gazetteer(), known, _order())
    paper = paper_of_areas(table, listing, here().language, gettext)
    return _shown(page, listing, table, paper, wrong_moment)


def overdue() -> ResponseReturnValue:
    """Show the plans past their end date, with their map for those who see the figures of all."""
    today = _today()
    if same := unchanged(here().operation.revision, today):
        return same
    page, wrong_moment = _page("", "overdue_plans")
    listing = _overdue(page, today, _order())
    table = table_of(page, page.question) if allowed("gaps") else None
    return _shown(page, listing, table, _paper_of_plans(page, listing, today), wrong_moment)


def _shown(
    page: Asked, listing: Listing, table: GapTable | None, paper: Paper, wrong_moment: str
) -> ResponseReturnValue:
    number = whole(request.args.get("page")) or 1
    part = list_page.part(listing, number, everything=page.whole)
    shown = render_template(
        "list.html",
        page=page,
        listing=listing,
        paper=paper,
        part=part,
        pages=lambda number: page.address(whole=True, page=number if number > 1 else ""),
        heads=list_page.heads(page, listing, paper),
        lines=[list_page.shown(page, listing, line) for line in part.lines],
        totals=list_page.totals(listing),
        empty=list_words.empty_words(listing, gettext),
        way_out=list_page.way_out(page, listing, table),
        narrowed=gap_words.part_lines(table, here().language, gettext)
        if table is not None and listing.name != "overdue"
        else [],
        about=gettext(list_words.ABOUT[listing.name]),
        map=list_page.drawn(page, listing, table) if table is not None else None,
        others=list_page.others(page, listing.name),
        files=[(form, _file_address(page, listing, form)) for form in FORMS],
        disclaimer=gettext(gap_words.DISCLAIMER),
        wrong_moment=wrong_moment,
        **list_page.around(
            page,
            table,
            months=list_page.months(table) if table is not None else plan_months(here().operation),
            measure=listing.name != "overdue",
        ),
    )
    return (shown, 400) if wrong_moment else shown


def list_file(name: str, form: str) -> ResponseReturnValue:
    """Send a list of areas as a file."""
    known = _known(name)
    if form not in FORMS:
        abort(404)
    page = asked()
    table = table_of(page, page.question)
    listing = area_list(db.session, table, gazetteer(), known, _order())
    return _sent(page, listing, paper_of_areas(table, listing, here().language, gettext), form)


def overdue_file(form: str) -> ResponseReturnValue:
    """Send the plans past their end date, as far as the person here may read them, as a file."""
    if form not in FORMS:
        abort(404)
    page, today = asked(), _today()
    listing = _overdue(page, today, _order())
    return _sent(page, listing, _paper_of_plans(page, listing, today), form)


def _sent(page: Asked, listing: Listing, paper: Paper, form: str) -> ResponseReturnValue:
    q = page.question
    name = file_name(
        months_name(q.month, None) or None,
        here().slug,
        paper.title,
        q.sub_sector,
        f"adm{q.level}" if listing.name != "overdue" else None,
        page.within or None,
        q.group,
        gap_words.part_of_question(q, acronym_of(db.session, q.organisation)),
        file_part(q),
        form=form,
    )
    return send_written(
        lambda out: write_list_file(listing, paper, form, out, language=here().language, translate=gettext),
        name,
    )


def _overdue(page: Asked, today: dt.date, order: str = "") -> Listing:
    return overdue_plans(
        db.session,
        here().operation,
        page.question,
        gazetteer(),
        scope(),
        today=today,
        language=here().language,
        within=page.within,
        order=order,
    )


def _paper_of_plans(page: Asked, listing: Listing, today: dt.date) -> Paper:
    day = day_of(page.question, today)
    organisation = acronym_of(db.session, page.question.organisation)
    return paper_of_plans(
        here().operation, page.question, listing, day, here().language, gettext, organisation
    )


def _known(name: str) -> AreaList:
    found = list_page.ADDRESSES.get(name)
    if found is None:
        abort(404)
    return found


def _order() -> str:
    return request.args.get("tri", "")


def _page(name: str, endpoint: str) -> tuple[Asked, str]:
    """Return what is asked, with addresses that lead to this list, and why its moment cannot be asked."""
    moment, wrong_moment = when_or_why_not()
    parts = (("name", name), ("tri", _order()))
    return replace(asked(moment), at=endpoint, parts=tuple((k, v) for k, v in parts if v)), wrong_moment


def _file_address(page: Asked, listing: Listing, form: str) -> str:
    name = list_page.address_name(listing.name)
    if listing.name == "overdue":
        return page.address("overdue_file", form=form, tri=_order())
    return page.address("list_file", name=name, form=form, tri=_order())


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
