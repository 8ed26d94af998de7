"""What a cell with the name of an organisation may hold besides: its acronym, another one, the country."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from cluster4w.template.text import LONGEST_NAME, fold

LANGUAGES = ("fr", "en", "ar", "es", "pt")
_BETWEEN = re.compile(
    r"\s*[/;|+&,\n]\s*|\s*[()\[\]:]\s*|\s+[-–—]\s*|\s*[-–—]\s+|\s+(?:et|and)\s+", re.IGNORECASE
)
#: Words that lead from an organisation to the country of its branch; "du" and "of" belong to names.
_LEADING = ("au", "en", "in", "bureau", "mission", "delegation", "country office")


def parts(text: str) -> list[str]:
    """Return the names that a cell may put together: "NRC/ Norwegian Refugee Council", "Alpha (OIM)".

    >>> parts("NRC/ Norwegian Refugee Council")
    ['NRC', 'Norwegian Refugee Council']
    """
    return [part for p in _BETWEEN.split(text[:LONGEST_NAME]) if (part := p.strip()) and fold(part)]


@lru_cache(maxsize=8)
def country_names(iso3: str) -> frozenset[str]:
    """Return the folded names of a country and its code; the code alone for one that nobody knows."""
    codes = get_global("territory_aliases").get(iso3, [])
    found = {fold(iso3)}
    for code in codes[:1]:
        for language in LANGUAGES:
            name = Locale(language).territories.get(code)
            if name:
                found.add(fold(name))
    return frozenset(found)


def without_country(text: str, names: frozenset[str]) -> str:
    """Return a folded name without the country at its end or beginning; "" where it has none.

    >>> without_country("Save the Children - Mali", frozenset({"mali"}))
    'save the children'
    """
    folded = fold(text)
    for name in sorted(names, key=len, reverse=True):
        rest = ""
        if folded.endswith(f" {name}"):
            rest = folded[: -len(name) - 1]
            for word in _LEADING:
                rest = rest.removesuffix(f" {word}")
            if rest.rsplit(" ", 1)[-1] in ("du", "de", "of", "d", "des"):
                # "Femmes du Mali" is a name, and the country is part of it.
                return ""
        elif folded.startswith(f"{name} "):
            rest = folded[len(name) + 1 :]
        if len(rest.replace(" ", "")) > 2:
            return rest
    return ""
