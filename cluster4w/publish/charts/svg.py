"""A chart as an SVG made on the server. Same declaration, same bytes: in the page, the sheet and the files.

Drawn by hand, like the maps: pygal needs style elements, which a page's content security policy forbids, and
says nothing to readers that do not see; matplotlib weighs 60 MB and turns letters into outlines.

Colours are presentation attributes. Looks differ by texture and dashes, not by colour alone; lines carry
their names. Each category can be focused and says its figures, each mark has a title.
"""

from __future__ import annotations

from html import escape

from cluster4w.publish.charts.axis import text_width
from cluster4w.publish.charts.months import Months
from cluster4w.publish.charts.paint import (
    FONT,
    GREEN,
    GREY,
    LETTERS,
    WIDTH,
    cut,
    fill_of,
    group,
    text_svg,
    textures,
)
from cluster4w.publish.charts.spec import REST, Chart, Mark
from cluster4w.publish.figures import number, share
from cluster4w.template.language import N_, Translate

#: Height of a part's line, share of the width that names take, and parts drawn.
LINE, NAMES, MOST = 24, 0.36, 9
#: Name of the parts beyond them.
OTHERS = N_("others (%(count)s)")
_REST = f'fill="#d3eae1" stroke="{GREEN}" stroke-width="0.8"'


def chart_svg(chart: Chart, translate: Translate) -> str:
    """Return a chart as one ``<svg>`` element; ``chart.empty`` is written where nothing can be drawn."""
    if chart.empty:
        body, height = text_svg(0, 20, chart.empty, fill=GREY, wrap=WIDTH), 48
    elif chart.shape == "months":
        body, height = Months(chart).drawing()
    else:
        body, height = _parts(chart.shortened(MOST, translate(OTHERS)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" class="chart" role="group" aria-label="{escape(chart.title)}" '
        f'font-family="{FONT}" font-size="{LETTERS}">{textures(chart)}{body}</svg>'
    )


def height_of(svg: str) -> int:
    """Return the height of a drawing."""
    return int(svg.split('height="', 1)[1].split('"', 1)[0])


def _parts(chart: Chart) -> tuple[str, int]:
    """Return parts of a whole, the largest on top: name, bar, figure and share on one line each."""
    (series,) = chart.series
    marks = list(chart.marks())
    figures = [_figure(chart, mark) for mark in marks]
    names = min(max((text_width(m.category.short, LETTERS) for m in marks), default=0), round(WIDTH * NAMES))
    left = names + 8
    right = WIDTH - max(text_width(f, LETTERS, bold=True) for f in figures) - 8
    largest = max(max(m.value for m in marks), 1)
    drawn = []
    for index, (mark, figure) in enumerate(zip(marks, figures, strict=True)):
        y = index * LINE
        wide = max((right - left) * max(mark.value, 0) / largest, 1)
        # Many small parts together are no part like the others.
        paint = _REST if mark.category.key == REST else fill_of(chart, series.look)
        bar = f'<rect x="{left:g}" y="{y + 5}" width="{wide:.1f}" height="14" {paint}/>'
        name = cut(mark.category.short, LETTERS, names)
        words = text_svg(0, y + 16, name) + text_svg(round(left + wide + 6, 1), y + 16, figure, weight=600)
        hit = f'<rect y="{y}" width="{WIDTH}" height="{LINE}" fill="none" pointer-events="all"/>'
        drawn.append(group(mark.words, f"{hit}{bar}{words}"))
    return "".join(drawn), len(marks) * LINE + 4


def _figure(chart: Chart, mark: Mark) -> str:
    part = mark.category.part
    told = f" · {share(part, chart.language)}" if part is not None else ""
    return number(mark.value, chart.language) + told
