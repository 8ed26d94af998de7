"""The words around charts: title, sources, rules and facts, once each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from cluster4w.gaps.table import GapTable
from cluster4w.publish.charts.spec import Chart
from cluster4w.publish.figures import day, months
from cluster4w.publish.gap_words import facts, note_lines, rule_lines, source_lines
from cluster4w.template.language import N_, Translate, label

TITLE = N_("Where does the response stand?")


def subtitle(tables: Sequence[GapTable], language: str, translate: Translate) -> str:
    """Return what is counted: sub-sectors, unit, months, population group."""
    first = tables[0]
    unit = N_("Households") if first.question.unit == "household" else N_("People")
    parts = [
        " | ".join(label(table.sub_sector_labels, language) for table in tables),
        translate(unit).lower(),
        translate(N_("cumulated %(months)s")) % {"months": months(*first.months, language)},
    ]
    if first.group_labels:
        parts.append(label(first.group_labels, language))
    return ", ".join(parts)


def lines(tables: Sequence[GapTable], language: str, translate: Translate) -> list[str]:
    """Return every line that explains the figures of some tables, in order; what they share comes once."""
    found: dict[str, None] = {}
    several = len(tables) > 1
    for table in tables:
        name = f"{label(table.sub_sector_labels, language)}{translate(N_(': '))}" if several else ""
        found |= dict.fromkeys(f"{name}{line}" for line in _notes(table, language, translate))
        found |= dict.fromkeys(f"{name}{line}" for line in source_lines(table, language, translate))
        found |= dict.fromkeys(f"{name}{line}" for line in rule_lines(table, language, translate))
    for table in tables:
        # How many organisations there are is said by the charts.
        found |= dict.fromkeys(facts(table, language, translate)[:2])
        found |= dict.fromkeys(facts(table, language, translate)[3:])
    return list(found)


def _notes(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return the notes but for the mark of an example, which stands at the head."""
    return note_lines(table, language, translate)[1 if table.is_example else 0 :]


def made_on(made: dt.date, language: str, translate: Translate) -> str:
    """Return the line that says when a file was made."""
    return translate(N_("Made on %(date)s")) % {"date": day(made, language)}


def tables_of(chart: Chart, tables: Sequence[GapTable]) -> list[GapTable]:
    """Return the tables whose figures a chart shows: those of its sub-sector, none for the reports."""
    return [table for table in tables if table.question.sub_sector == chart.sub_sector]
