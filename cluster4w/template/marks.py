"""What we write into a partner's workbook, so that it is known again and never taken for data."""

from __future__ import annotations

from cluster4w.template.text import clean

#: Header of the status column, by language. Nobody else writes these words.
STATUS_HEADERS = {"fr": "Contrôle cluster4w", "en": "cluster4w check"}
#: Header of the column of our own template in which formulas check a row while it is typed, by language.
CHECK_HEADERS = {"fr": "Contrôle cluster4w pendant la saisie", "en": "cluster4w check while typing"}
#: Name of the sheet of findings; where the partner has one of that name, a number follows.
FINDINGS_SHEETS = {"fr": "Erreurs", "en": "Findings"}
#: Its first cell.
FINDINGS_TITLES = {
    "fr": "cluster4w : résultat du contrôle de ce classeur",
    "en": "cluster4w: result of the check of this workbook",
}
#: Who signs our comments.
AUTHOR = "cluster4w"

_HEADERS = frozenset(text.casefold() for text in STATUS_HEADERS.values())
_CHECKS = frozenset(text.casefold() for text in CHECK_HEADERS.values())
_TITLES = frozenset(FINDINGS_TITLES.values())


def is_status_header(text: str) -> bool:
    """Tell whether a header is that of our status column."""
    return clean(text).casefold() in _HEADERS


def is_check_header(text: str) -> bool:
    """Tell whether a header is that of the column of formulas in our template."""
    return clean(text).casefold() in _CHECKS


def is_findings_name(name: str) -> bool:
    """Tell whether a sheet may be our sheet of findings, by its name."""
    return name.startswith(tuple(FINDINGS_SHEETS.values()))


def is_findings_title(text: str) -> bool:
    """Tell whether the first cell of a sheet says that it is our sheet of findings."""
    return clean(text) in _TITLES
