"""Folding: two spellings that differ only in case, accents or punctuation become one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps

#: Letters by which names and headers are told apart.
LONGEST_NAME = 500
#: Zero-width characters, the byte-order mark and direction marks: invisible, so never part of a name.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return ``text`` with every run of blanks (no-break and line breaks too) as one space, ends trimmed."""
    if text.isprintable() and "  " not in text:
        # Nothing in it is invisible, and its blanks are single spaces.
        return text.strip()
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def printable(text: str) -> str:
    """Return ``text`` cleaned, without control characters and halves of characters: databases refuse them."""
    return "".join(c for c in clean(text) if c.isprintable())


def of_names(size: int) -> Callable[[Callable[[str], str]], Callable[[str], str]]:
    """Return a decorator that remembers what a function makes of names: of the first letters of long ones.

    A cell may hold millions of letters: a hundred thousand of those would take all the time and the memory.
    """

    def decorate(function: Callable[[str], str]) -> Callable[[str], str]:
        remembered = lru_cache(maxsize=size)(function)

        @wraps(function)
        def named(text: str) -> str:
            return remembered(text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME])

        return named

    return decorate


@of_names(65536)
def fold(text: str) -> str:
    """Return the comparison form of ``text``: lower case, no accents, words joined by single spaces.

    >>> fold("  Ségou-Koura ")
    'segou koura'
    """
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    bare = bare.replace("œ", "oe").replace("æ", "ae").replace("’", " ").replace("'", " ")
    return _NOT_WORD.sub(" ", bare).strip()


_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@of_names(4096)
def fold_header(text: str) -> str:
    """Return the comparison form of a column header: folded, without asterisks and bracketed hints.

    Age limits in brackets tell two columns apart ("(<18)", "(> =18)"), so brackets with digits stay.
    """
    kept = _BRACKETS.sub(lambda m: m.group(0) if any(c.isdigit() for c in m.group(0)) else " ", text)
    kept = kept.replace("<", " lt ").replace(">", " gt ").replace("≥", " gt ").replace("#", " no ")
    return fold(kept.replace("*", " ").replace("=", " "))
