"""Text as people search for it: lower case without accents, the same in both databases.

SQLite lowers ASCII only and has no way to take accents off, so it calls Python; PostgreSQL (with UTF-8, as
everywhere) takes letters apart into base and marks and drops the marks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

_MARKS = re.compile("[\u0300-\u036f]")


def plain(text: str | None) -> str | None:
    """Return a text in lower case without accents and with straight apostrophes.

    >>> plain("Ségou, Ménaka")
    'segou, menaka'
    """
    if text is None or text.isascii():
        return text.lower() if text else text
    return _MARKS.sub("", unicodedata.normalize("NFD", text)).replace("’", "'").lower()


def says(text: str | None, words: str) -> bool:
    """Return whether a text holds every one of some plain words (one a line), wherever they stand."""
    found = plain(text) or ""
    return all(word in found for word in words.split("\n"))


#: What SQLite calls, by name, with the number of arguments.
FUNCTIONS = (("plain_text", 1, plain), ("text_says", 2, says))


class plain_text(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """:func:`plain` inside a statement."""

    type = sa.Text()
    inherit_cache = True
    name = "plain_text"


class text_says(GenericFunction[bool]):  # noqa: N801 - the name of an SQL function
    """:func:`says` inside a statement: the text is made plain once, however many words are looked for."""

    type = sa.Boolean()
    inherit_cache = True
    name = "text_says"


def contains_words(text: sa.ColumnElement[str], words: Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a text holds every word, without regard to case and accents."""
    return text_says(text, "\n".join(plain(word) or "" for word in words)).is_(sa.true())


def _plain_in_postgresql(argument: Any) -> sa.ColumnElement[str]:
    apart = sa.func.normalize(argument, sa.literal_column("NFD"))
    bare = sa.func.regexp_replace(apart, sa.literal_column("'[\u0300-\u036f]'"), "", "g")
    return sa.func.lower(sa.func.replace(bare, "’", "'"))


@compiles(plain_text, "postgresql")
def _plain_text(element: plain_text, compiler: Any, **kw: Any) -> str:
    (argument,) = element.clauses
    return str(compiler.process(_plain_in_postgresql(argument), **kw))


@compiles(text_says, "postgresql")
def _text_says(element: text_says, compiler: Any, **kw: Any) -> str:
    text, words = element.clauses
    for special in ("\\", "%", "_"):
        words = sa.func.replace(words, special, "\\" + special)
    patterns = sa.func.string_to_array("%" + sa.func.replace(words, "\n", "%\n%") + "%", "\n")
    plainly, wanted = (compiler.process(part, **kw) for part in (_plain_in_postgresql(text), patterns))
    return f"{plainly} LIKE ALL ({wanted})"
