"""Where help is missing: the map with its table, why a figure is what it is, and both as files."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from cluster4w.extensions import db
from cluster4w.gaps.explain import explain
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.publish import gap_words
from cluster4w.publish.gap_files import write_gap_file
from cluster4w.publish.map_view import Drawing, draw
from cluster4w.record.queries.operations import plan_months
from cluster4w.security import here
from cluster4w.views import gap_page
from cluster4w.views.downloads import file_name, months_name, send_written
from cluster4w.views.gap_page import VIEWS, Asked, asked
from cluster4w.views.responses import unchanged

#: Files of a gap table, in the order of the page's links.
FORMS = ("xlsx", "csv", "geojson", "svg")


def gaps() -> ResponseReturnValue:
    """Show the map and its table."""
    if same := unchanged(here().operation.revision):
        return same
    page = asked()
    table = gap_table(db.session, here().operation, page.question)
    drawing = _drawing(page, table)
    lines = gap_page.lines(page, table)
    shown = lines if page.whole else gap_page.first(lines)
    return render_template(
        "gaps.html",
        page=page,
        table=table,
        drawing=drawing,
        # The drawing escapes every name and word that it holds.
        svg=Markup(drawing.svg),  # noqa: S704
        title=gap_words.title(table, here().language, gettext),
        lead=gap_words.subtitle(table, here().language, gettext),
        filters=gap_page.filters(page, table, drawing),
        summary=gap_page.filter_summary(page, table),
        groups=list(here().template.lists["population_group"]),
        months=_months(table),
        lines=shown,
        more=len(lines) - len(shown),
        total=gap_page.line(page, table, table.total),
        area_name=gap_page.level_name(table, page.question.level),
        better_level=_better_level(page, table),
        forms=FORMS,
        choice=gap_page.choice,
        **_words(table),
    )


def _drawing(page: Asked, table: GapTable, selected: str | None = None) -> Drawing:
    return draw(
        db.session,
        table,
        language=here().language,
        translate=gettext,
        view=VIEWS.get(page.view),
        selected=selected,
        href=lambda pcode: page.address("gap_explanation", pcode=pcode),
    )


def _better_level(page: Asked, table: GapTable) -> tuple[str, str] | None:
    """Return name and address of the level at which figures to compare with are known, if not at this one."""
    level = gap_page.level_with_figures(table)
    return (gap_page.level_name(table, level), page.address(level=level)) if level else None


def _months(table: GapTable) -> list[str]:
    """Return the months that the slider goes through: the plan's up to the last one with rows."""
    known = table.months_with_rows
    every = sorted({*plan_months(here().operation), *known})
    last = max(known, default=every[-1])
    return [m for m in every if m <= last]


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
        line=gap_page.line(page, table, row),
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
    table = gap_table(db.session, here().operation, page.question)
    q = page.question
    name = file_name(
        months_name(table.months[1], None),
        here().slug,
        gettext("gaps"),
        q.sub_sector,
        q.measure,
        f"adm{q.level}",
        q.group,
        form=form,
    )
    return send_written(
        lambda out: write_gap_file(
            db.session, table, form, out, language=here().language, view=VIEWS.get(page.view)
        ),
        name,
    )
