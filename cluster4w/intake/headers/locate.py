"""Where the table is: the sheet, the header row, and which rows are no data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.headers.rows import clean_header, is_tags, read_headers, tag_of, text
from cluster4w.intake.open import Cell, Merge
from cluster4w.template.text import clean, fold, fold_header

#: The header stands within the first rows.
HEADER_ROWS = 25
#: Rows below the header that may hold hints or an example.
HINT_ROWS = 4
#: How many columns must be recognised before a sheet is taken for a 4W.
FEWEST = 4

_SENTINEL = re.compile(r"^(end of|fin (du|de la|de) )|^end$|^fin$")
_TOTAL = re.compile(r"^(grand |sous |sub )?(total|totaux)( general| generaux)?\b|^somme$|^sum$")
_NOTE = re.compile(
    r"(?:n\.? ?b\.?|notes?|nota|remarques?|sources?|observations?|l[ée]gende|legend|prepared by"
    r"|pr[ée]par[ée] par|[ée]tabli par|compiled by) ?[:\-–]",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\b(select|choose|choisir|choisissez|selectionne[rz]?|liste deroulante|drop down|dropdown|renseigner"
    r"|indiquer|insert|inserer|saisir|fill in|format|obligatoire|mandatory|required|facultatif|optional"
    r"|jj mm aaaa|dd mm yyyy|texte|text|nombre|number|numeric|numerique|from the list|de la liste)\b"
)
_EXAMPLE = re.compile(r"^(exemple|example|ex|e g)\b")


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table of a sheet stands. Row numbers count from 1; ``hxl_row`` is None without one.

    ``above``: the labels of each column beside its header, the nearest first: "Targeted" over "Households",
    or below it. ``titles``: single texts above the table.
    """

    header_row: int
    hxl_row: int | None
    first_data_row: int
    headers: tuple[str, ...]
    tags: tuple[str, ...]
    recognised: frozenset[str]
    above: tuple[tuple[str, ...], ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def is_4w(self) -> bool:
        """Tell whether who or what stands beside where, over enough columns."""
        where = any(k.startswith("adm") for k in self.recognised)
        who_or_what = bool(
            self.recognised & {"org_acronym", "org_name", "activity_type", "cluster", "sub_sector", "row_id"}
        )
        return len(self.recognised) >= FEWEST and where and who_or_what


def find_table(
    top: Sequence[Sequence[Cell]],
    vocabulary: Vocabulary,
    confirmed: Mapping[str, str] | None = None,
    merged: Sequence[Merge] = (),
) -> Table | None:
    """Return where the table stands in the first rows of a sheet; None when no header is recognised.

    ``confirmed``: folded header to column key, as people said it before. ``merged``: the merged blocks.
    """
    said = confirmed or {}
    best: tuple[int, int, frozenset[str]] | None = None
    for at, row in enumerate(top[:HEADER_ROWS]):
        if is_tags(row):
            continue
        keys = frozenset(
            key
            for c in row
            if isinstance(c, str)
            and c.strip()
            and (key := vocabulary.knows(c) or (said.get(fold_header(c)) if said else None))
        )
        if len(keys) >= 2 and (best is None or len(keys) > best[0]):
            best = (len(keys), at, keys)
    if best is None:
        return _by_tags(top, vocabulary)
    return table_at(top, best[1], vocabulary, merged, best[2])


def table_at(
    top: Sequence[Sequence[Cell]],
    at: int,
    vocabulary: Vocabulary,
    merged: Sequence[Merge] = (),
    recognised: frozenset[str] = frozenset(),
) -> Table:
    """Return the table whose header is row ``at`` (from 0), with the labels and the tags beside it."""
    read = read_headers(top, at, vocabulary, merged)
    tag_rows = _tag_rows(top)
    nearest = (read.last + 1, at - 1, read.first - 1, read.last + 2)
    tagged = next((n for n in nearest if n in tag_rows), None)
    tags = tuple(map(tag_of, top[tagged])) if tagged is not None else ()
    known = {key for label in read.headers if label and (key := vocabulary.knows(label))}
    known |= {key for tag in tags if (key := vocabulary.tagged(tag))}
    last = max(read.last, tagged if tagged is not None else 0)
    return Table(
        at + 1,
        tagged + 1 if tagged is not None else None,
        last + 2,
        read.headers,
        tags,
        recognised | known,
        read.above,
        read.titles,
    )


def _tag_rows(top: Sequence[Sequence[Cell]]) -> list[int]:
    return [at for at, row in enumerate(top[: HEADER_ROWS + 2]) if is_tags(row)]


def _by_tags(top: Sequence[Sequence[Cell]], vocabulary: Vocabulary) -> Table | None:
    """Labels in a language that nobody knows, but with tags below or above them."""
    tag_rows = _tag_rows(top)
    if not tag_rows:
        return None
    at = tag_rows[0]
    tags = tuple(text(c).strip() for c in top[at])
    header = at - 1 if at > 0 and any(text(c).strip() for c in top[at - 1]) else at
    keys = frozenset(key for t in tags if (key := vocabulary.tagged(t)))
    headers = tuple(clean_header(c) for c in top[header])
    return Table(header + 1, at + 1, at + 2, headers, tags, keys)


def no_data(row: Sequence[Cell], number: int, table: Table) -> str | None:
    """Return why a row below the header is no data, or None.

    ``blank``, ``hxl``, ``hint``, ``example``, ``sentinel``, ``total``, ``note`` or ``header`` (the
    labels once more).
    """
    first = ""
    for cell in row:
        if cell.__class__ is not str:
            return None if not first else _by_first(first, row, number, table)
        if cell:
            stripped = cell.strip()
            if stripped:
                first = stripped
                break
    if not first:
        return "blank"
    return _by_first(first, row, number, table)


@lru_cache(maxsize=1024)
def _closing(first: str) -> tuple[bool, bool]:
    """Tell whether the first text of a row is an end mark, and whether it names totals."""
    folded = fold(first)
    return _SENTINEL.match(folded) is not None, _TOTAL.match(folded) is not None


def _by_first(first: str, row: Sequence[Cell], number: int, table: Table) -> str | None:
    if first[0] == "#" and is_tags(row):
        return "hxl"
    sentinel, total = _closing(first)
    if sentinel and sum(1 for c in row if c != "") <= 2:
        return "sentinel"
    if total:
        return "total"
    if _NOTE.match(first) and sum(1 for c in row if c != "") == 1:
        return "note"
    if number < table.first_data_row + HINT_ROWS:
        if _EXAMPLE.match(fold(first)):
            return "example"
        filled = [fold(c) for c in row if isinstance(c, str) and c.strip()]
        if len(filled) >= 2 and sum(1 for c in filled if _HINT.search(c)) * 2 >= len(filled):
            return "hint"
    if first == table.headers[0].strip() if table.headers else False:
        same = sum(
            1
            for c, h in zip(row, table.headers, strict=False)
            if h and isinstance(c, str) and clean(c) == clean(h)
        )
        if same >= FEWEST:
            return "header"
    return None
