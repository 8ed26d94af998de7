"""Charts as files: a drawing that stands alone, its figures as a table, or all of them as plain data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from html import escape
from typing import Any, BinaryIO, Literal, assert_never, get_args

from cluster4w.publish.as_of import as_of_words
from cluster4w.publish.charts.paint import FONT, GREY, LETTERS, RULE, WIDTH, lines_of, text_svg
from cluster4w.publish.charts.reading import Figures
from cluster4w.publish.charts.spec import Chart, heads, rows
from cluster4w.publish.charts.svg import chart_svg, height_of
from cluster4w.publish.charts.words import lines, made_on, tables_of
from cluster4w.publish.csv_table import csv_table
from cluster4w.publish.gap_words import EXAMPLE
from cluster4w.publish.sheets.sheet import compile_sheet
from cluster4w.publish.tables import write_table
from cluster4w.template.language import N_, Translate, label

ChartForm = Literal["svg", "png", "csv", "xlsx"]
FORMS: tuple[ChartForm, ...] = get_args(ChartForm)
_MARGIN, _FOOT = 16, 8


def write_chart(
    figures: Figures,
    chart: Chart,
    form: ChartForm,
    out: BinaryIO,
    *,
    translate: Translate,
    made: dt.date,
) -> None:
    """Write one chart to a binary stream: the drawing with all that a print must carry, or its figures."""
    about = _about(figures, chart, translate, made)
    match form:
        case "svg":
            out.write(picture(figures, chart, about, translate)[0].encode())
        case "png":
            svg, width, height = picture(figures, chart, about, translate)
            out.write(
                compile_sheet({"svg": svg, "width": width, "height": height}, "png", made, "picture.typ")
            )
        case "csv":
            out.write(_csv([chart], translate).encode("utf-8-sig"))
        case "xlsx":
            write_table(
                out,
                title=chart.title,
                sheet=translate(N_("Figures")),
                headers=heads(chart, translate),
                rows=list(rows(chart, translate)),
                notes=[chart.lead, *about],
                widths=[30, *[14] * (len(heads(chart, translate)) - 1)],
                formats=[
                    "0 %" if chart.shape == "parts" and index == 2 else None
                    for index, _ in enumerate(heads(chart, translate))
                ],
            )
        case _:
            assert_never(form)


def _about(figures: Figures, chart: Chart, translate: Translate, made: dt.date) -> list[str]:
    """Return the lines at the foot of a chart's file."""
    tables = figures.tables
    state = as_of_words(figures.wanted.question, chart.language, translate)
    return [
        *([state] if state else []),
        *([translate(EXAMPLE)] if tables[0].is_example else []),
        label(tables[0].title, chart.language),
        *chart.notes,
        *lines(tables_of(chart, tables), chart.language, translate),
        made_on(made, chart.language, translate),
    ]


def picture(
    figures: Figures, chart: Chart, about: Sequence[str], translate: Translate
) -> tuple[str, int, int]:
    """Return a chart as an SVG that stands alone, and its size: title, drawing, notes and sources."""
    y, parts = 20.0, []
    for line in lines_of(chart.title, 16, WIDTH):
        parts.append(text_svg(_MARGIN, y + 4, line, size=16, weight=700))
        y += 21
    parts.append(text_svg(_MARGIN, y + 1, chart.lead, fill=GREY, wrap=WIDTH))
    y += 17 * len(list(lines_of(chart.lead, LETTERS, WIDTH)))
    svg = chart_svg(chart, translate)
    parts.append(svg.replace("<svg ", f'<svg x="{_MARGIN}" y="{y:g}" ', 1))
    y += height_of(svg) + 10
    parts.append(f'<path d="M{_MARGIN} {y:g}h{WIDTH}" stroke="{RULE}"/>')
    for words in about:
        for line in lines_of(words, _FOOT, WIDTH):
            y += 11
            parts.append(text_svg(_MARGIN, y, line, size=_FOOT, fill=GREY))
    width, height = WIDTH + 2 * _MARGIN, round(y + 12)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="{FONT}" font-size="{LETTERS}" lang="{chart.language}">'
        f"<title>{escape(chart.title)}</title>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )
    return drawn, width, height


def _csv(charts: Sequence[Chart], translate: Translate) -> str:
    """Return the tables of charts one after the other, each with its title above it."""
    table: list[list[str | float | None]] = []
    for chart in charts:
        if table:
            table.append([])
        if len(charts) > 1:
            table.append([f"{chart.title} ({chart.lead})"])
        table.append([*heads(chart, translate)])
        table += ([_whole(value) for value in row] for row in rows(chart, translate))
    return csv_table(table, charts[0].language)


def _whole(value: str | float | None) -> str | float | None:
    return round(value) if isinstance(value, float) and value.is_integer() else value


def charts_csv(charts: Sequence[Chart], translate: Translate) -> bytes:
    """Return the figures of several charts as one file, as a spreadsheet opens it without asking."""
    return _csv(charts, translate).encode("utf-8-sig")


def charts_json(figures: Figures, charts: Sequence[Chart], translate: Translate) -> bytes:
    """Return all charts as plain data. Figures that are not available are null."""
    first, question = figures.tables[0], figures.wanted.question
    found: dict[str, Any] = {
        "operation": first.operation,
        "example": first.is_example,
        "months": {"first": figures.months[0], "last": figures.months[1]},
        "unit": question.unit,
        "group": question.group,
        "as_of": question.as_of.isoformat() if question.as_of else None,
        "charts": [_data(chart) for chart in charts],
        "about": lines(figures.tables, charts[0].language, translate),
        "revision": first.revision,
    }
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def _data(chart: Chart) -> dict[str, Any]:
    return {
        "key": chart.key,
        "sub_sector": chart.sub_sector,
        "title": chart.title,
        "lead": chart.lead,
        "notes": list(chart.notes),
        "empty": chart.empty,
        "categories": [
            {
                "key": category.key,
                "name": category.name,
                "absent": category.absent,
                **{series.key: chart.value(series, place) for series in chart.series},
                **({"share": category.part and round(category.part, 4)} if chart.shape == "parts" else {}),
            }
            for place, category in enumerate(chart.categories)
            if not category.later
        ],
        "series": [{"key": series.key, "name": series.name} for series in chart.series],
    }
