"""Where help is missing: the map with its table, and both as files."""

from __future__ import annotations

import datetime as dt

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.gaps.table import GapTable
from cluster4w.publish import gap_words
from cluster4w.publish.as_of import file_part
from cluster4w.publish.gap_files import write_gap_file
from cluster4w.publish.sheets.layout import PAPERS
from cluster4w.publish.sheets.sheet import Shown, Wish, map_sheet, sheet_data
from cluster4w.publish.sheets.sheet import file_name as sheet_name
from cluster4w.record.queries.operations import plan_months
from cluster4w.security import here
from cluster4w.views import gap_page
from cluster4w.views.as_of import when_or_why_not
from cluster4w.views.downloads import file_name, months_name, send_written
from cluster4w.views.gap_asked import CUTS, SHOWN, Asked, asked
from cluster4w.views.gap_foot import foot_words
from cluster4w.views.gap_map import answer, look, maps, scale_of
from cluster4w.views.gap_search import search
from cluster4w.views.places import gazetteer
from cluster4w.views.responses import unchanged

#: Files of a gap table, in the order of the page's links.
FORMS = ("xlsx", "csv", "geojson", "svg")
#: Forms of a map sheet.
SHEET_FORMS = ("pdf", "png", "svg")


def gaps() -> ResponseReturnValue:
    """Show the map and its table; who looks for a place is sent to the map on which it is opened."""
    if same := unchanged(here().operation.revision):
        return same
    moment, wrong_moment = when_or_why_not()
    page = asked(moment)
    wanted = request.args.get("lieu", "").strip()
    found = search(page, wanted) if wanted else None
    if found is not None and found.address:
        return redirect(found.address)
    one = answer(page)
    table = one.table
    drawn = maps(page, one)
    months = _months(table)
    region = gap_page.region_of(page)
    shown = render_template(
        "gaps.html",
        page=page,
        table=table,
        maps=drawn,
        drawing=drawn.drawing,
        title=gap_page.title(page, table),
        lead=gap_words.subtitle(table, here().language, gettext, SHOWN.get(page.shows, "share")),
        part=gap_words.part_lines(table, here().language, gettext),
        missing=gettext(gap_words.missing_words(page.question)),
        way=gap_page.way(page),
        filters=gap_page.filters(page, table),
        options=gap_page.options(page, table, drawn.drawing, months),
        summary=gap_page.filter_summary(page, table),
        selects=gap_page.selects(page, months),
        months=months,
        lines=gap_page.lines(page, one, drawn.scale),
        opened=gap_page.opened(page, one, drawn.scale),
        deeper=gap_page.deeper(page, table),
        total=gap_page.line(page, one, table.total),
        area_name=gap_page.level_name(table, page.question.level),
        better_level=_better_level(page, table),
        forms=FORMS,
        regions=_regions(table),
        region=region.pcode if region else "",
        wanted=wanted,
        found=found.places if found else (),
        choice=gap_page.choice,
        wrong_moment=wrong_moment,
        **foot_words(table),
    )
    return (shown, 400) if wrong_moment else shown


def _better_level(page: Asked, table: GapTable) -> tuple[str, str] | None:
    """Return name and address of the level at which figures to compare with are known, if not at this one."""
    level = gap_page.level_with_figures(table)
    return (gap_page.level_name(table, level), gap_page.at_level(page, level)) if level else None


def _months(table: GapTable) -> list[str]:
    """Return the months that the slider goes through: the plan's up to the last one with rows."""
    known = table.months_with_rows
    every = sorted({*plan_months(here().operation), *known})
    last = max(known, default=every[-1])
    return [m for m in every if m <= last]


def _regions(table: GapTable) -> list[tuple[str, str]]:
    """Return code and name of the regions with a sheet of their own; none where regions are the areas."""
    if table.question.level == 1:
        return []
    return [(p.pcode, p.name) for p in gazetteer().level(1)]


def gap_file(form: str) -> ResponseReturnValue:
    """Send the table or the map as a file."""
    if form not in FORMS:
        abort(404)
    page = asked()
    one = answer(page)
    table = one.table
    q = page.question
    name = file_name(
        months_name(table.months[1], None),
        here().slug,
        gettext("gaps"),
        q.sub_sector,
        q.measure,
        f"adm{q.level}",
        page.within or None,
        q.group,
        gap_words.part_of_name(table),
        file_part(q),
        form=form,
    )
    return send_written(
        lambda out: write_gap_file(
            db.session, table, form, out, language=here().language, look=look(page, one, scale_of(page, one))
        ),
        name,
    )


def gap_sheet(form: str) -> ResponseReturnValue:
    """Send a map sheet for print: the country's, or a region's."""
    if form not in SHEET_FORMS:
        abort(404)
    page = asked()
    paper = request.args.get("papier", "a4")
    wish = Wish(
        form=form,  # type: ignore[arg-type]
        paper=paper if paper in PAPERS else "a4",
        landscape=request.args.get("sens") != "portrait",
        language=here().language,
        region=request.args.get("region") or None,
    )
    shown = Shown(SHOWN.get(page.shows, "share"), CUTS.get(page.cut, "usual"), page.bounds, page.only)
    data = sheet_data(db.session, here().operation, page.question, shown, page.other)
    today = dt.datetime.now(dt.UTC).date()
    return send_written(lambda out: out.write(map_sheet(data, wish, made=today)), sheet_name(data, wish))
