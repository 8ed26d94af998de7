"""The map of a gap table as a file that stands alone: title, legend, figures, sources, disclaimer."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from sqlalchemy import orm

from cluster4w.gaps.table import GapTable
from cluster4w.publish.as_of import as_of_words
from cluster4w.publish.figures import day, number, share
from cluster4w.publish.gap_words import DISCLAIMER, EXAMPLE, everything, missing_words, subtitle, title
from cluster4w.publish.maps.classes import MapClass, Scale, cut_words, heading, usual_scale
from cluster4w.publish.maps.svg import FONT, INK, fill_of
from cluster4w.publish.maps.view import Drawing, Look, draw
from cluster4w.template.language import N_, Translate

WIDTH = 1000
MARGIN = 32
_MAP_WIDTH = 690
#: Letters of the footer on a line, at its size.
_LINE = 165
_GREY = "#5b656e"
RED = "#7d1416"


def _text(x: int, y: int, words: str, *, size: int, weight: int = 400, fill: str = INK) -> str:
    font = f'font-size="{size}" font-weight="{weight}" fill="{fill}"'
    return f'<text x="{x}" y="{y}" {font}>{escape(words)}</text>'


def map_file(
    session: orm.Session,
    table: GapTable,
    *,
    language: str,
    translate: Translate,
    look: Look = Look(),  # noqa: B008 - nothing in it changes
    made: dt.date | None = None,
) -> str:
    """Return the whole sheet as SVG. ``made`` is the day printed on it; the same day gives the same bytes."""
    wanted = replace(look, width=_MAP_WIDTH, name="file", href=None, only=(), selected=None)
    drawing = draw(session, table, wanted, language=language, translate=translate)
    scale = look.scale or usual_scale(table.question.measure, table.map_bounds)
    head, top = _head(table, scale, language, translate)
    side_x = MARGIN + _MAP_WIDTH + 28
    words = translate(heading(scale, table.question.measure))
    side, side_end = _side(table, drawing.legend, words, side_x, top, language, translate)
    placed = drawing.svg.replace("<svg ", f'<svg x="{MARGIN}" y="{top}" ', 1)
    bottom = max(top + _height(drawing), side_end) + 28
    lines = _footer(table, drawing, language, translate, made)
    if cut := cut_words(scale):
        lines.insert(0, translate(cut))
    foot, end = _foot(lines, bottom)
    named = escape(title(table, language, translate, scale.shows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end}" width="{WIDTH}" height="{end}" '
        f'font-family="{FONT}" lang="{language}"><title>{named}</title>'
        f'<rect width="{WIDTH}" height="{end}" fill="#fff"/>{head}{placed}{side}{foot}</svg>\n'
    )


def _height(drawing: Drawing) -> int:
    return int(drawing.svg.split('height="', 1)[1].split('"', 1)[0])


def _head(table: GapTable, scale: Scale, language: str, translate: Translate) -> tuple[str, int]:
    parts = [
        _text(MARGIN, 54, title(table, language, translate, scale.shows), size=26, weight=700),
        _text(MARGIN, 80, subtitle(table, language, translate, scale.shows), size=15, fill=_GREY),
    ]
    top = 104
    if words := as_of_words(table.question, language, translate):
        parts.append(_text(MARGIN, top + 4, words, size=20, weight=700, fill=RED))
        top += 28
    if not table.is_example:
        return "".join(parts), top
    parts.append(
        f'<rect x="{MARGIN}" y="{top - 10}" width="{WIDTH - 2 * MARGIN}" height="24" fill="#fdf3d7"/>'
        + _text(MARGIN + 8, top + 7, translate(EXAMPLE), size=13, fill="#6b5200")
    )
    return "".join(parts), top + 30


def _side(
    table: GapTable,
    legend: Sequence[MapClass],
    words: str,
    x: int,
    top: int,
    language: str,
    translate: Translate,
) -> tuple[str, int]:
    """Return the key figures and the legend beside the map, and where they end."""
    total = table.total
    asked = total.in_need if table.question.measure == "need" else total.target
    figures = (
        (number(total.gap, language), missing_words(table.question)),
        (number(asked, language), N_("in need") if table.question.measure == "need" else N_("targeted")),
        (share(total.coverage, language), N_("reached")),
        (number(table.organisations, language), N_("organisations")),
    )
    parts, y = [], top + 26
    for index, (value, said) in enumerate(figures):
        parts.append(_text(x, y, value, size=24, weight=700, fill=RED if index == 0 else INK))
        parts.append(_text(x, y + 18, translate(said), size=13, fill=_GREY))
        y += 58
    y += 6
    parts.append(_text(x, y, words, size=13, weight=600))
    for entry in legend:
        y += 24
        parts.append(
            f'<rect x="{x}" y="{y - 12}" width="18" height="16" fill="{fill_of(entry, "file")}" '
            'stroke="#c6ccd1"/>'
        )
        parts.append(_text(x + 26, y + 1, entry.said(translate), size=13))
    return "".join(parts), y + 12


def _footer(
    table: GapTable, drawing: Drawing, language: str, translate: Translate, made: dt.date | None
) -> list[str]:
    lines = everything(table, language, translate)
    if drawing.sources:
        lines.append(translate(N_("Boundaries: %(sources)s")) % {"sources": "; ".join(drawing.sources)})
    if made is not None:
        lines.append(translate(N_("Made on %(date)s")) % {"date": day(made, language)})
    lines.append(translate(DISCLAIMER))
    return lines


def _foot(lines: Sequence[str], top: int) -> tuple[str, int]:
    parts = [f'<path d="M{MARGIN} {top - 16}H{WIDTH - MARGIN}" stroke="#c6ccd1"/>']
    y = top
    for line in lines:
        for piece in textwrap.wrap(line, _LINE, break_on_hyphens=False, fix_sentence_endings=False):
            parts.append(_text(MARGIN, y, piece, size=11, fill=_GREY))
            y += 15
    return "".join(parts), y + 8
