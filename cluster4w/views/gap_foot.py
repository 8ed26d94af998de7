"""The lines that explain a gap table on a page: sources, rules, facts, notes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from cluster4w.gaps.table import GapTable
from cluster4w.publish import gap_words
from cluster4w.security import here


def foot_words(table: GapTable) -> dict[str, Any]:
    """Return what the foot of a page about a table says, by the names that the pages use."""
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
