"""What a map sheet says: every word and figure of it, in the reader's language, as one JSON-able mapping."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable
from cluster4w.publish.figures import day, month, months, number, share
from cluster4w.publish.gap_words import (
    DISCLAIMER,
    EXAMPLE,
    facts,
    level_name,
    note_lines,
    rule_lines,
    source_lines,
    subtitle,
    title,
)
from cluster4w.publish.map_classes import heading, usual_scale
from cluster4w.publish.sheet_map import SheetMap
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
) -> dict[str, Any]:
    """Return the content of a sheet.

    Args:
        region: Name of the region that the sheet is about; None for the whole country.
        reports: What organisations reported for the last month counted.
        credits: Where the outlines come from.
    """
    words = title(table, language, translate)
    found: dict[str, Any] = {
        "language": language,
        "title": f"{region}{translate(N_(': '))}{words[:1].lower()}{words[1:]}" if region else words,
        "subtitle": subtitle(table, language, translate),
        "operation": label(table.title, language),
        "period": months(*table.months, language),
        "example": translate(EXAMPLE) if table.is_example else "",
        "made": {"year": made.year, "month": made.month, "day": made.day},
        "page": {"width": layout.width, "height": layout.height, "landscape": layout.landscape},
        "size": layout.text,
        "figures": _figures(table, language, translate),
        "map": asdict(drawing),
        "legend": _legend(table, drawing, language, translate),
        "table": _table(table, layout.lines, language, translate),
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
        "columns": _halves(lines),
        "disclaimer": translate(DISCLAIMER),
        "stamp": f"{day_made} · {stamp(found, lines)}",
    }
    return found


def stamp(found: dict[str, Any], lines: Sequence[str]) -> str:
    """Return the data stamp: the same stamp, the same sheet."""
    data = json.dumps([found, list(lines)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:10]


def _halves(lines: Sequence[str]) -> list[list[str]]:
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
    household = question.unit == "household"
    asked = total.in_need if question.measure == "need" else total.target
    figures = [
        (number(total.gap, language), N_("households without") if household else N_("people without")),
        (number(asked, language), N_("in need") if question.measure == "need" else N_("targeted")),
        (
            f"{number(total.reached, language)} ({share(total.coverage, language)})"
            if total.coverage is not None
            else number(total.reached, language),
            N_("reached"),
        ),
        (number(total.planned, language), N_("planned or under way")),
        (number(total.assistances, language), N_("assistances, every round counted")),
        (number(table.organisations, language), N_("organisations")),
    ]
    return [{"value": value, "words": translate(words)} for value, words in figures]


def _legend(table: GapTable, drawing: SheetMap, language: str, translate: Translate) -> dict[str, Any]:
    scale = usual_scale(table.question.measure)
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
    note = ""
    if drawing.unnamed:
        note = translate(N_("Areas without room for their name: %(count)s")) % {
            "count": number(drawing.unnamed, language)
        }
    return {
        "title": translate(heading(scale, table.question.measure)),
        "unit": f"{level_name(table, language)}{translate(N_(': '))}{number(sum(counts.values()), language)}",
        "entries": entries,
        "note": note,
    }


def _table(table: GapTable, lines: int, language: str, translate: Translate) -> dict[str, Any]:
    """Return the areas with the largest gaps, and what is known of no area."""
    need = table.question.measure == "need"
    areas = [r for r in table.rows if r.kind == "area" and r.missing]
    shown = areas[:lines]
    rest = [r for r in table.rows if r.kind != "area"]
    left_out = len(areas) - len(shown)
    notes = []
    if left_out > 0:
        notes.append(
            translate(N_("and %(count)s more areas with a gap")) % {"count": number(left_out, language)}
        )
    unplaced = sum((r.reached or 0) for r in rest)
    if unplaced:
        notes.append(
            translate(N_("reached, but known at a higher level only: %(count)s"))
            % {"count": number(unplaced, language)}
        )
    return {
        "title": translate(N_("Largest gaps")),
        "heads": [
            level_name(table, language),
            translate(N_("In need") if need else N_("Targeted")),
            translate(N_("Reached")),
            translate(N_("Gap")),
            "%",
            translate(N_("Org.")),
        ],
        "rows": [_line(row, need, language) for row in shown],
        "empty": translate(N_("No area with a gap is known.")),
        "note": "; ".join(notes),
    }


def _line(row: GapRow, need: bool, language: str) -> list[str]:
    base = row.in_need if need else row.target
    name = f"{row.name} ({row.parent_name})" if row.parent_name else row.name
    return [
        name,
        number(base, language),
        number(row.reached, language),
        number(row.gap, language),
        share(row.coverage, language),
        number(row.organisations, language),
    ]


def _organisations(
    table: GapTable, reports: Sequence[Reported], language: str, translate: Translate
) -> list[dict[str, str]]:
    """Return who reported for the last month counted, who said that nothing was done, and who did not."""
    last = month(table.months[1], language)
    came = [r.acronym for r in reports if r.rows]
    nil = [r.acronym for r in reports if r.nil]
    late = [r.acronym for r in reports if not r.rows and not r.nil]
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
