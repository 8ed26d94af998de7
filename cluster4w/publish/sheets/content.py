"""What a map sheet says: every word and figure of it, in the reader's language, as one JSON-able mapping."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cluster4w.gaps.table import GapTable
from cluster4w.publish.as_of import as_of_words
from cluster4w.publish.figures import day, month, months, number, share
from cluster4w.publish.gap_words import (
    DISCLAIMER,
    EXAMPLE,
    facts,
    level_name,
    missing_words,
    note_lines,
    placed,
    rule_lines,
    source_lines,
    subtitle,
    title,
)
from cluster4w.publish.maps.classes import Scale, cut_words, heading
from cluster4w.publish.sheets.map import SheetMap
from cluster4w.publish.sheets.tables import Around, top_table
from cluster4w.record.queries.presence import Reported
from cluster4w.template.language import N_, Translate, label

#: Millimetres, the short side first (ISO 216).
PAPERS: dict[str, tuple[float, float]] = {"a4": (210, 297), "a3": (297, 420)}
#: Points in a millimetre.
POINTS = 72 / 25.4
MARGIN = 10
#: Millimetres of the head, with and without the mark of an example, and of the foot.
_HEAD, _FOOT = 26, 30


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is laid out: millimetres of the page, points of everything else."""

    width: float
    height: float
    landscape: bool
    #: The map's frame.
    map_width: float
    map_height: float
    text: float
    foot: float
    #: Lines of the table of areas.
    lines: int


def layout_of(paper: str, *, landscape: bool) -> Layout:
    """Return the layout of a paper."""
    short, long = PAPERS[paper]
    large = paper == "a3"
    width, height = (long, short) if landscape else (short, long)
    inner_width, inner_height = (width - 2 * MARGIN), (height - 2 * MARGIN)
    foot = _FOOT * (1.15 if large else 1)
    if landscape:
        frame = (inner_width * (0.66 if large else 0.63), inner_height - _HEAD - foot)
        lines = 24 if large else 10
    else:
        frame = (inner_width, (inner_height - _HEAD - foot) * 0.55)
        lines = 22 if large else 15
    return Layout(
        width,
        height,
        landscape,
        round(frame[0] * POINTS, 1),
        round(frame[1] * POINTS, 1),
        9.5 if large else 8,
        6.6 if large else 5.6,
        lines,
    )


def content(
    table: GapTable,
    drawing: SheetMap,
    layout: Layout,
    *,
    language: str,
    translate: Translate,
    made: dt.date,
    region: str | None,
    reports: Sequence[Reported],
    credits: Sequence[str],
    scale: Scale,
    around: Around,
    only: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the content of a sheet.

    Args:
        region: Name of the region that the sheet is about; None for the whole country.
        reports: What organisations reported for the last month counted.
        credits: Where the outlines come from.
        scale: The classes of the map.
        around: Who is in the areas, where the map shows it.
        only: Keys of the classes that alone are shown; none: all.
    """
    words = title(table, language, translate, scale.shows)
    found: dict[str, Any] = {
        "language": language,
        "title": placed(words, region, translate) if region else words,
        "subtitle": subtitle(table, language, translate, scale.shows),
        "operation": label(table.title, language),
        "period": months(*table.months, language),
        "example": translate(EXAMPLE) if table.is_example else "",
        "as_of": as_of_words(table.question, language, translate),
        "made": {"year": made.year, "month": made.month, "day": made.day},
        "page": {"width": layout.width, "height": layout.height, "landscape": layout.landscape},
        "size": layout.text,
        "figures": _figures(table, language, translate),
        "map": asdict(drawing),
        "legend": _legend(table, scale, drawing, only, language, translate),
        "table": top_table(
            table, scale, around, layout.lines, only=only, language=language, translate=translate
        ),
        "organisations": _organisations(table, reports, language, translate),
    }
    lines = [
        *_notes(table, region, language, translate),
        *source_lines(table, language, translate),
        *rule_lines(table, language, translate),
        *facts(table, language, translate),
    ]
    if credits:
        lines.append(translate(N_("Boundaries: %(sources)s")) % {"sources": "; ".join(credits)})
    day_made = translate(N_("Made on %(date)s")) % {"date": day(made, language)}
    found["foot"] = {
        "size": layout.foot,
        "columns": halves(lines),
        "disclaimer": translate(DISCLAIMER),
        "stamp": f"{day_made} · {stamp(found, lines)}",
    }
    return found


def stamp(found: dict[str, Any], lines: Sequence[str]) -> str:
    """Return the data stamp: the same stamp, the same sheet."""
    data = json.dumps([found, list(lines)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:10]


def halves(lines: Sequence[str]) -> list[list[str]]:
    """Return the lines in two columns of about the same length."""
    whole, half, index = sum(map(len, lines)), 0, 0
    while index < len(lines) and half + len(lines[index]) / 2 <= whole / 2:
        half += len(lines[index])
        index += 1
    return [list(lines[:index]), list(lines[index:])]


def _notes(table: GapTable, region: str | None, language: str, translate: Translate) -> list[str]:
    notes = [n for n in note_lines(table, language, translate) if n != translate(EXAMPLE)]
    if not region:
        return notes
    return [translate(N_("Whole country: %(note)s")) % {"note": n} for n in notes]


def _figures(table: GapTable, language: str, translate: Translate) -> list[dict[str, str]]:
    total, question = table.total, table.question
    asked = total.in_need if question.measure == "need" else total.target
    figures = [
        (number(total.gap, language), missing_words(question)),
        (number(asked, language), N_("in need") if question.measure == "need" else N_("targeted")),
        (
            f"{number(total.reached, language)} ({share(total.coverage, language)})"
            if total.coverage is not None
            else number(total.reached, language),
            N_("reached"),
        ),
        (number(total.planned, language), N_("planned or ongoing")),
        (number(total.assistances, language), N_("assistances, every round counted")),
        (number(table.organisations, language), N_("organisations")),
    ]
    return [{"value": value, "words": translate(words)} for value, words in figures]


def _legend(
    table: GapTable,
    scale: Scale,
    drawing: SheetMap,
    only: Sequence[str],
    language: str,
    translate: Translate,
) -> dict[str, Any]:
    counts = Counter(scale.of(row).key for row in table.by_pcode().values())
    entries = [
        {
            "colour": entry.colour,
            "texture": entry.texture,
            "words": entry.said(translate),
            "count": number(counts[entry.key], language),
        }
        for entry in scale.legend(counts)
    ]
    notes = [translate(words)] if (words := cut_words(scale)) else []
    if chosen := [c.said(translate) for c in scale.everything if c.key in only]:
        notes.append(translate(N_("Shown alone: %(classes)s")) % {"classes": ", ".join(chosen)})
    if drawing.unnamed:
        notes.append(
            translate(N_("Areas without room for their name: %(count)s"))
            % {"count": number(drawing.unnamed, language)}
        )
    return {
        "title": translate(heading(scale, table.question.measure)),
        "unit": f"{level_name(table, language)}{translate(N_(': '))}{number(sum(counts.values()), language)}",
        "entries": entries,
        "note": "\n".join(notes),
    }


def _organisations(
    table: GapTable, reports: Sequence[Reported], language: str, translate: Translate
) -> list[dict[str, str]]:
    """Return who reported for the last month counted, who said that nothing was done, and who did not."""
    last = month(table.months[1], language)
    came = [r.acronym for r in reports if r.rows]
    nil = [r.acronym for r in reports if r.nil]
    # A donor is not asked for a report.
    late = [r.acronym for r in reports if not r.rows and not r.nil and r.role != "donor"]
    groups = (
        (N_("Reported for %(month)s: %(count)s"), came),
        (N_("Nothing to report for %(month)s: %(count)s"), nil),
        (N_("No report for %(month)s: %(count)s"), late),
    )
    return [
        {
            "title": translate(words) % {"month": last, "count": number(len(names), language)},
            "names": _short(names),
        }
        for words, names in groups
        if names
    ]


def _short(names: Sequence[str], most: int = 40) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
