"""The sheet of charts for print: one page of A4 with every chart, set with Typst like the map sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from cluster4w.publish.as_of import as_of_words
from cluster4w.publish.charts.declared import every_chart
from cluster4w.publish.charts.reading import Figures
from cluster4w.publish.charts.spec import Chart
from cluster4w.publish.charts.svg import chart_svg
from cluster4w.publish.charts.words import TITLE, lines, made_on, subtitle
from cluster4w.publish.figures import months
from cluster4w.publish.gap_words import EXAMPLE
from cluster4w.publish.sheets.content import halves, stamp
from cluster4w.publish.sheets.layout import PAPERS
from cluster4w.publish.sheets.sheet import SheetForm, compile_sheet
from cluster4w.template.language import Translate, label, translator

#: Sizes of letters, points.
_TEXT, _FOOT = 8, 5.6


def chart_sheet(figures: Figures, form: SheetForm, *, language: str, made: dt.date) -> bytes:
    """Return the sheet. ``made`` is the day printed on it; same figures and day, same bytes."""
    translate = translator(language)
    charts = every_chart(figures, language, translate, made)
    return compile_sheet(content(figures, charts, language, translate, made), form, made, "charts.typ")


def content(
    figures: Figures, charts: Sequence[Chart], language: str, translate: Translate, made: dt.date
) -> dict[str, Any]:
    """Return what the sheet says, as one JSON-able mapping."""
    tables = figures.tables
    # Four charts fill a page that lies, those of two sub-sectors one that stands.
    lies = len(tables) == 1
    width, height = reversed(PAPERS["a4"]) if lies else PAPERS["a4"]
    found: dict[str, Any] = {
        "language": language,
        "title": translate(TITLE),
        "subtitle": subtitle(tables, language, translate),
        "operation": label(tables[0].title, language),
        "period": months(*figures.months, language),
        "as_of": as_of_words(figures.wanted.question, language, translate),
        "example": translate(EXAMPLE) if tables[0].is_example else "",
        "made": {"year": made.year, "month": made.month, "day": made.day},
        "page": {"width": width, "height": height, "landscape": lies},
        "size": _TEXT,
        "columns": max(len(tables), 2),
        "charts": [
            {
                "title": chart.title,
                "lead": chart.lead,
                "svg": chart_svg(chart, translate),
                "notes": " ".join(chart.notes),
            }
            for chart in _in_order(charts, len(tables))
        ],
    }
    foot = lines(tables, language, translate)
    found["foot"] = {
        "size": _FOOT,
        "columns": halves(foot),
        "disclaimer": "",
        "stamp": f"{made_on(made, language, translate)} · {stamp(found, foot)}",
    }
    return found


def _in_order(charts: Sequence[Chart], sub_sectors: int) -> list[Chart]:
    """Return the charts row by row: the same chart of each sub-sector side by side."""
    if sub_sectors < 2:
        return list(charts)
    kinds = (len(charts) - 1) // sub_sectors
    across = [charts[column * kinds + row] for row in range(kinds) for column in range(sub_sectors)]
    return [*across, charts[-1]]
