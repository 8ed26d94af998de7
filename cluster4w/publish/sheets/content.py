"""What a map sheet says: every word and figure of it, in the reader's language, as one JSON-able mapping."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cluster4w.gaps.table import GapTable
from cluster4w.publish.as_of import as_of_words
from cluster4w.publish.figures import day, month, months, number, share
from cluster4w.publish.gap_words import (
    DISCLAIMER,
    EXAMPLE,
    both_words,
    captions,
    cumulated,
    facts,
    level_name,
    missing_words,
    note_lines,
    placed,
    rule_lines,
    sides,
    source_lines,
    subtitle,
    title,
)
from cluster4w.publish.maps.classes import cut_words, heading
from cluster4w.publish.sheets.drawn import Drawn
from cluster4w.publish.sheets.layout import Layout
from cluster4w.publish.sheets.tables import sheet_tables
from cluster4w.template.language import N_, Translate, label

#: Names of organisations that there is room for after each title.
_NAMES = 40


def content(
    drawn: Sequence[Drawn],
    layout: Layout,
    *,
    language: str,
    translate: Translate,
    made: dt.date,
    region: str | None,
    credits: Sequence[str],
    only: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the content of a sheet.

    Args:
        drawn: Its map, or the two that stand beside each other, whose classes are the same.
        region: Name of the region that the sheet is about; None for the whole country.
        credits: Where the outlines come from.
        only: Keys of the classes that alone are shown; none: all.
    """
    tables = [one.table for one in drawn]
    table, beside = tables[0], tables[1] if len(tables) > 1 else None
    shows = drawn[0].scale.shows
    words = title(table, language, translate, shows, beside)
    names = sides(tables, language) if beside else ()
    called = captions(tables, language, translate) if beside else ("",)
    same_months = len({one.months for one in tables}) == 1
    found: dict[str, Any] = {
        "language": language,
        "title": placed(words, region, translate) if region else words,
        "subtitle": subtitle(table, language, translate, shows, beside),
        "operation": label(table.title, language),
        "period": months(*table.months, language) if same_months else both_words(names, translate),
        "example": translate(EXAMPLE) if table.is_example else "",
        "as_of": as_of_words(table.question, language, translate),
        "made": {"year": made.year, "month": made.month, "day": made.day},
        "page": {"width": layout.width, "height": layout.height, "landscape": layout.landscape},
        "size": layout.text,
        "maps": [
            {
                "caption": caption[:1].upper() + caption[1:],
                "note": ""
                if same_months or caption not in names
                else cumulated(one.table, language, translate),
                "drawing": asdict(one.drawing),
                "figures": _figures(one.table, language, translate),
            }
            for caption, one in zip(called, drawn, strict=True)
        ],
        "legend": _legend(drawn, names, only, language, translate),
        "tables": sheet_tables(drawn, names, layout, only=only, language=language, translate=translate),
        "organisations": _organisations(drawn, language, translate),
    }
    lines = _common([_small_print(one.table, region, language, translate) for one in drawn], names)
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


def _small_print(table: GapTable, region: str | None, language: str, translate: Translate) -> list[str]:
    """Return what explains the figures of a map."""
    notes = [n for n in note_lines(table, language, translate) if n != translate(EXAMPLE)]
    if region:
        notes = [translate(N_("Whole country: %(note)s")) % {"note": n} for n in notes]
    return [
        *notes,
        *source_lines(table, language, translate),
        *rule_lines(table, language, translate),
        *facts(table, language, translate),
    ]


def _common(prints: Sequence[Sequence[str]], names: Sequence[str]) -> list[str]:
    """Return the lines of one map, or of two: what is said of one of them only has its name in front."""
    if len(prints) == 1:
        return list(prints[0])
    first, second = prints
    return [
        *(line if line in second else f"{names[0]} – {line}" for line in first),
        *(f"{names[1]} – {line}" for line in second if line not in first),
    ]


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
    drawn: Sequence[Drawn], names: Sequence[str], only: Sequence[str], language: str, translate: Translate
) -> dict[str, Any]:
    """Return the classes, how many areas of each map they have, and what is not on the maps."""
    counts = [Counter(one.scale.of(row).key for row in one.table.by_pcode().values()) for one in drawn]
    scale, table = drawn[0].scale, drawn[0].table
    entries = [
        {
            "colour": entry.colour,
            "texture": entry.texture,
            "words": entry.said(translate),
            "counts": [number(one[entry.key], language) for one in counts],
        }
        for entry in scale.legend(sum(counts, Counter()))
    ]
    notes = [translate(words)] if (words := cut_words(scale)) else []
    if chosen := [c.said(translate) for c in scale.everything if c.key in only]:
        notes.append(translate(N_("Shown alone: %(classes)s")) % {"classes": ", ".join(chosen)})
    if any(one.drawing.unnamed for one in drawn):
        unnamed = " | ".join(number(one.drawing.unnamed, language) for one in drawn)
        notes.append(translate(N_("Areas without room for their name: %(count)s")) % {"count": unnamed})
    areas = " | ".join(dict.fromkeys(number(sum(one.values()), language) for one in counts))
    return {
        "title": translate(heading(scale, table.question.measure)),
        "unit": f"{level_name(table, language)}{translate(N_(': '))}{areas}",
        "heads": list(names),
        "entries": entries,
        "note": "\n".join(notes),
    }


def _organisations(drawn: Sequence[Drawn], language: str, translate: Translate) -> list[dict[str, str]]:
    """Return who reported for the last months counted, who said that nothing was done, and who did not."""
    found = []
    by_month = {one.table.months[1]: one.reports for one in drawn}
    for last, reports in by_month.items():
        came = [r.acronym for r in reports if r.rows]
        nil = [r.acronym for r in reports if r.nil]
        # A donor is not asked for a report.
        late = [r.acronym for r in reports if not r.rows and not r.nil and r.role != "donor"]
        groups = (
            (N_("Reported for %(month)s: %(count)s"), came),
            (N_("Nothing to report for %(month)s: %(count)s"), nil),
            (N_("No report for %(month)s: %(count)s"), late),
        )
        said = month(last, language)
        found += [
            {
                "title": translate(words) % {"month": said, "count": number(len(names), language)},
                "names": _short(names, _NAMES // len(by_month)),
            }
            for words, names in groups
            if names
        ]
    return found


def _short(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
