"""Text as people search for it: lower case without accents, the same in both databases.

SQLite lowers ASCII only and PostgreSQL does as its collation says, and neither takes accents off; so the
letters are named here, and each database gets them in its own words.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

#: Letters of the Latin script with a mark, in both cases, and the typographic apostrophe.
_MARKED = "".join(
    c for c in map(chr, range(0xC0, 0x180)) if len(unicodedata.normalize("NFD", c)) > 1
) + "’"  # fmt: skip
_BARE = "".join(unicodedata.normalize("NFD", c)[0] for c in _MARKED[:-1]) + "'"
_TABLE = str.maketrans(_MARKED, _BARE)


def plain(text: str | None) -> str | None:
    """Return a text in lower case without accents; the function that SQLite calls.

    >>> plain("Ségou, Ménaka")
    'segou, menaka'
    """
    return None if text is None else text.translate(_TABLE).lower()


class plain_text(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """:func:`plain` inside a statement. On SQLite it is registered with every connection."""

    type = sa.Text()
    inherit_cache = True
    name = "plain_text"


@compiles(plain_text, "postgresql")
def _in_postgresql(element: plain_text, compiler: Any, **kw: Any) -> str:
    argument = next(iter(element.clauses))
    letters = sa.func.translate(argument, _literal(_MARKED), _literal(_BARE))
    return str(compiler.process(sa.func.lower(letters), **kw))


def _literal(text: str) -> sa.ColumnElement[str]:
    return sa.literal_column("'" + text.replace("'", "''") + "'", sa.Text())
