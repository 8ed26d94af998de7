"""Where help is missing: the map with its table, why a figure is what it is, and both as files."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.gaps.explain import explain
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.publish import gap_words
from cluster4w.publish.gap_files import write_gap_file
from cluster4w.publish.sheet import Wish, map_sheet, sheet_data
from cluster4w.publish.sheet import file_name as sheet_name
from cluster4w.publish.sheet_content import PAPERS
from cluster4w.record.queries.operations import plan_months
from cluster4w.security import here
from cluster4w.views import gap_page
from cluster4w.views.downloads import file_name, months_name, send_written
from cluster4w.views.gap_asked import Asked, asked
from cluster4w.views.gap_map import Answer, answer, look, maps, scale_of
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
    page = asked()
    wanted = request.args.get("lieu", "").strip()
    found = search(page, wanted) if wanted else None
    if found is not None and found.address:
        return redirect(found.address)
    one = answer(page)
    table = one.table
    drawn = maps(page, one)
    months = _months(table)
    region = gap_page.region_of(page)
    return render_template(
        "gaps.html",
        page=page,
        table=table,
        maps=drawn,
        drawing=drawn.drawing,
        title=gap_page.title(page, table),
        lead=gap_words.subtitle(table, here().language, gettext),
        way=gap_page.way(page),
        filters=gap_page.filters(page, table),
        options=gap_page.options(page, table, drawn.drawing, months),
        summary=gap_page.filter_summary(page, table),
        groups=list(here().template.lists["population_group"]),
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
        **_words(table),
    )


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


def _words(table: GapTable) -> dict[str, Any]:
    language = here().language
    return {
        "sources": gap_words.source_lines(table, language, gettext),
        "rules": gap_words.rule_lines(table, language, gettext),
        "facts": gap_words.facts(table, language, gettext),
        "notes": [note.words(gettext) for note in table.notes],
        "disclaimer": gettext(gap_words.DISCLAIMER),
        # Source sentences that may hold a per cent sign, which the pages' own function would fill.
        "said": gettext,
    }


def gap_explanation(pcode: str) -> ResponseReturnValue:
    """Say why the figures of an area are what they are."""
    if same := unchanged(here().operation.revision):
        return same
    page = asked()
    table = gap_table(db.session, here().operation, page.question)
    row = _row(table, pcode)
    explanation = explain(db.session, here().operation, page.question, pcode, kind=row.kind)
    return render_template(
        "gaps_explanation.html",
        page=page,
        table=table,
        line=gap_page.line(page, Answer(table), row),
        row=row,
        explanation=explanation,
        target=row.target_source,
        area_name=gap_page.level_name(table, page.question.level),
        lead=gap_words.subtitle(table, here().language, gettext),
        choice=gap_page.choice,
        unit=gap_page.unit_words(page.question.unit),
        **_words(table),
    )


def _row(table: GapTable, pcode: str) -> GapRow:
    found = next((row for row in table.rows if row.pcode == pcode), None)
    if found is None:
        abort(404)
    return found


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
    data = sheet_data(db.session, here().operation, page.question)
    today = dt.datetime.now(dt.UTC).date()
    return send_written(lambda out: out.write(map_sheet(data, wish, made=today)), sheet_name(data, wish))
