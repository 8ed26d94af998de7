"""Where the response stands: the charts of each sub-sector, and all of them as files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from cluster4w.extensions import db
from cluster4w.gaps.question import Question
from cluster4w.publish.as_of import file_part
from cluster4w.publish.charts import files
from cluster4w.publish.charts.declared import every_chart
from cluster4w.publish.charts.reading import Figures, Wanted, read_figures
from cluster4w.publish.charts.sheet import chart_sheet as sheet_of_charts
from cluster4w.publish.charts.spec import Chart, heads, rows
from cluster4w.publish.charts.svg import chart_svg
from cluster4w.publish.charts.words import TITLE, lines, subtitle
from cluster4w.publish.figures import share
from cluster4w.record.queries.operations import plan_months
from cluster4w.security import here
from cluster4w.template.language import label
from cluster4w.views import formats
from cluster4w.views.as_of import When, when_or_why_not
from cluster4w.views.downloads import file_name, months_name, send_written
from cluster4w.views.gap_asked import UNITS, Asked
from cluster4w.views.gap_asked import asked as everything_asked
from cluster4w.views.gap_page import choice, unit_words
from cluster4w.views.responses import unchanged

SHEET_FORMS = ("pdf", "png", "svg")
#: How a sub-sector is written in an address; without it every one is shown, unlike on the gap page.
_SUB_SECTOR = "sous_secteur"
#: What narrows the gap page and not the charts, as an address writes it.
_LEFT_ASIDE = ("type", "org", "depuis")


def asked(moment: When | None = None) -> tuple[Asked, Wanted]:
    """Read from the address what is asked, as the gap page does; months outside the plan are left aside.

    What the gap page can ask besides (an organisation, a type) has no place here, and is not kept either.
    """
    found = everything_asked(moment)
    q = found.question
    sub_sector = request.args.get(_SUB_SECTOR, "")
    known = sub_sector in {c.key for c in here().template.lists["sub_sector"]}
    question = Question(
        month=q.month if q.month in plan_months(here().operation) else None,
        group=q.group,
        unit=q.unit,
        as_of=q.as_of,
        release=q.release,
    )
    page = Asked(
        question,
        state=found.state,
        release=found.release,
        at="charts",
        parts=((_SUB_SECTOR, sub_sector),) if known else (),
    )
    return page, Wanted((sub_sector,) if known else (), question)


def _file_address(page: Asked, endpoint: str, **parts: str) -> str:
    return page.address(endpoint, **dict(page.parts), **parts)


@dataclass(frozen=True, slots=True)
class Shown:
    """A chart as the page shows it: drawing, table, and the addresses of its files by form."""

    chart: Chart
    svg: Markup
    heads: list[str]
    rows: list[list[str]]
    files: dict[str, str]


def charts() -> ResponseReturnValue:
    """Show the charts."""
    today = _today()
    if same := unchanged(here().operation.revision, today):
        return same
    moment, wrong_moment = when_or_why_not()
    page, wanted = asked(moment)
    figures = read_figures(db.session, here().operation, wanted)
    shown = [_shown(chart, page) for chart in every_chart(figures, here().language, gettext, today)]
    language = here().language
    sent = render_template(
        "charts.html",
        page=page,
        title=gettext(TITLE),
        lead=subtitle(figures.tables, language, gettext),
        filters=_filters(page),
        groups=list(here().template.lists["population_group"]),
        months=_months(figures),
        summary=_summary(figures),
        left_aside=any(request.args.get(name) for name in _LEFT_ASIDE),
        sections=_sections(figures, shown),
        sheets={form: _file_address(page, "chart_sheet", form=form) for form in SHEET_FORMS},
        lines=lines(figures.tables, language, gettext),
        wrong_moment=wrong_moment,
    )
    return (sent, 400) if wrong_moment else sent


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _shown(chart: Chart, page: Asked) -> Shown:
    return Shown(
        chart,
        Markup(chart_svg(chart, gettext)),  # noqa: S704 - every text in it is escaped
        heads(chart, gettext),
        [
            [_cell(value, is_share=chart.shape == "parts" and index == 2) for index, value in enumerate(row)]
            for row in rows(chart, gettext)
        ],
        {form: _file_address(page, "chart_file", name=chart.key, form=form) for form in files.FORMS},
    )


def _cell(value: str | float | None, *, is_share: bool) -> str:
    if value is None:
        return str(gettext("not available"))
    if isinstance(value, str):
        return value
    return share(value, here().language) if is_share else formats.number(value)


def _sections(figures: Figures, shown: list[Shown]) -> list[tuple[str, str, list[Shown]]]:
    """Return the charts by sub-sector, as (identifier, name, charts); the reports come last."""
    language = here().language
    found = [
        (key, label(trend.table.sub_sector_labels, language), [s for s in shown if s.chart.sub_sector == key])
        for key, trend in figures.trends.items()
    ]
    return [*found, ("rapports", gettext("Reports"), [s for s in shown if s.chart.sub_sector is None])]


def _filters(page: Asked) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the segmented choices of the page."""
    keys = [c.key for c in here().template.lists["sub_sector"]]
    chosen = dict(page.parts).get(_SUB_SECTOR, "")
    every = (gettext("All sub-sectors"), replace(page, parts=()).address(), not chosen)
    sub_sectors = [
        (choice("sub_sector", k), replace(page, parts=((_SUB_SECTOR, k),)).address(), chosen == k)
        for k in keys
    ]
    units = [(unit_words(k), page.address(unit=k), page.question.unit == k) for k in UNITS]
    return [(gettext("Sub-sector"), [every, *sub_sectors]), (gettext("Unit"), units)]


def _months(figures: Figures) -> list[str]:
    """Return the months that can be chosen: the plan's up to the last one with rows, or the chosen one."""
    trend = next(iter(figures.trends.values()))
    last = max(*trend.table.months_with_rows, figures.wanted.question.month or "", "")
    return [month for month in trend.plan if month <= last]


def _summary(figures: Figures) -> str:
    """Return the choices in one line, for a narrow screen."""
    language, q = here().language, figures.wanted.question
    words = [
        ", ".join(label(table.sub_sector_labels, language) for table in figures.tables),
        unit_words(q.unit),
        choice("population_group", q.group) if q.group else gettext("all groups"),
        formats.month(q.month) if q.month else gettext("all months"),
    ]
    # "Ménages" is written small after the first word, "PDI" is not.
    return " · ".join(w if i == 0 or w[:2].isupper() else w[:1].lower() + w[1:] for i, w in enumerate(words))


def chart_file(name: str, form: str) -> ResponseReturnValue:
    """Send one chart as a drawing, or its figures as a table."""
    known = next((f for f in files.FORMS if f == form), None)
    if known is None:
        abort(404)
    today = _today()
    figures = read_figures(db.session, here().operation, asked()[1])
    charts = every_chart(figures, here().language, gettext, today)
    chart = next((c for c in charts if c.key == name), None)
    if chart is None:
        abort(404)
    return send_written(
        lambda out: files.write_chart(figures, chart, known, out, translate=gettext, made=today),
        _file_name(figures, chart.key, form),
    )


def chart_sheet(form: str) -> ResponseReturnValue:
    """Send the sheet with every chart."""
    if form not in SHEET_FORMS:
        abort(404)
    figures = read_figures(db.session, here().operation, asked()[1])
    made = sheet_of_charts(figures, form, language=here().language, made=_today())  # type: ignore[arg-type]
    return send_written(
        lambda out: out.write(made), _file_name(figures, gettext("charts"), form, "A4", here().language)
    )


def _file_name(figures: Figures, name: str, form: str, *more: str) -> str:
    wanted = figures.wanted
    return file_name(
        months_name(figures.months[1], None),
        here().slug,
        name,
        *(wanted.sub_sectors if name != "rapports" and more else ()),
        wanted.question.group,
        file_part(wanted.question),
        *more,
        form=form,
    )
