"""Where the table is: the sheet, the header row, and which rows are no data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cluster4w.intake.map import Vocabulary, side
from cluster4w.intake.open import Cell
from cluster4w.template.text import clean, fold, fold_header

#: The header stands within the first rows.
HEADER_ROWS = 25
#: Rows below the header that may hold hints or an example.
HINT_ROWS = 4
#: How many columns must be recognised before a sheet is taken for a 4W.
FEWEST = 4

_HXL = re.compile(r"^\s*#[a-zA-Z]")
_SENTINEL = re.compile(r"^(end of|fin (du|de la|de) )|^end$|^fin$")
_TOTAL = re.compile(r"^(grand |sous |sub )?(total|totaux)( general| generaux)?\b|^somme$|^sum$")
_HINT = re.compile(
    r"\b(select|choose|choisir|choisissez|selectionne[rz]?|liste deroulante|drop down|dropdown|renseigner"
    r"|indiquer|insert|inserer|saisir|fill in|format|obligatoire|mandatory|required|facultatif|optional"
    r"|jj mm aaaa|dd mm yyyy|texte|text|nombre|number|numeric|numerique|from the list|de la liste)\b"
)
_EXAMPLE = re.compile(r"^(exemple|example|ex|e g)\b")


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table of a sheet stands. Row numbers count from 1; ``hxl_row`` is None without one.

    ``groups``: the label that stands over each column, merged or not ("Targeted" over "Households"); a second
    row of labels below the header counts as well.
    """

    header_row: int
    hxl_row: int | None
    first_data_row: int
    headers: tuple[str, ...]
    tags: tuple[str, ...]
    recognised: frozenset[str]
    groups: tuple[str, ...] = ()

    @property
    def is_4w(self) -> bool:
        """Tell whether who or what stands beside where, over enough columns."""
        where = any(k.startswith("adm") for k in self.recognised)
        who_or_what = bool(
            self.recognised & {"org_acronym", "org_name", "activity_type", "cluster", "sub_sector", "row_id"}
        )
        return len(self.recognised) >= FEWEST and where and who_or_what


def text(cell: Cell) -> str:
    """Return a cell as the text of a header."""
    return cell if isinstance(cell, str) else str(cell)


def is_tags(row: Sequence[Cell]) -> bool:
    """Tell whether a row holds HXL tags: at least two, and at least six in ten of its filled cells."""
    filled = [c for c in row if isinstance(c, str) and c.strip()] + [c for c in row if not isinstance(c, str)]
    tags = sum(1 for c in filled if isinstance(c, str) and _HXL.match(c))
    return tags >= 2 and tags >= 0.6 * len(filled)


def find_table(
    top: Sequence[Sequence[Cell]], vocabulary: Vocabulary, confirmed: Mapping[str, str] | None = None
) -> Table | None:
    """Return where the table stands in the first rows of a sheet; None when no header is recognised.

    ``confirmed``: folded header to column key, as people said it before.
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
    tag_rows = [at for at, row in enumerate(top[: HEADER_ROWS + 2]) if is_tags(row)]
    if best is None:
        return _by_tags(top, tag_rows, vocabulary)
    header = best[1]
    tagged = next((t for t in (header + 1, header - 1, header + 2) if t in tag_rows), None)
    tags = (
        tuple(text(c).strip() if _HXL.match(text(c)) else "" for c in top[tagged])
        if tagged is not None
        else ()
    )
    recognised = best[2] | {key for t in tags if (key := vocabulary.tagged(t))}
    first = max(header, tagged if tagged is not None else 0) + 1
    headers = tuple(clean_header(c) for c in top[header])
    table = Table(
        header + 1, tagged + 1 if tagged is not None else None, first + 1, headers, tags, recognised
    )
    return _with_neighbours(table, top, vocabulary)


def _with_neighbours(table: Table, top: Sequence[Sequence[Cell]], vocabulary: Vocabulary) -> Table:
    """Add what the rows beside the header say: groups above, labels merged downwards, sides below."""
    at = table.header_row - 1
    above = _labels(top, at - 1, table)
    headers = list(table.headers)
    for index, text_ in enumerate(above):
        # A cell merged over both rows shows its text in the upper one only.
        if text_ and not headers[index] and vocabulary.knows(text_):
            headers[index] = text_
    groups = _spread(above) if sum(map(bool, above)) >= 2 else []
    upper = _spread(headers)
    below = _labels(top, table.first_data_row - 1, table)
    pairs = [(over, under) for over, under in zip(upper, below, strict=True) if under]
    labels = len(pairs) >= 2 and all(side(under) or vocabulary.knows(under) for _, under in pairs)
    if labels and any(side(over) or side(under) for over, under in pairs):
        # Of the two labels of a column, the one says what is counted, the other whether it was reached.
        groups = [under if side(under) else over for over, under in zip(upper, below, strict=True)]
        headers = [
            (over if side(under) else under) if under else header
            for header, over, under in zip(headers, upper, below, strict=True)
        ]
        table = replace(table, first_data_row=table.first_data_row + 1)
    return replace(table, headers=tuple(headers), groups=tuple(groups))


def _labels(top: Sequence[Sequence[Cell]], at: int, table: Table) -> list[str]:
    """Return the texts of a row, one per header; nothing for a row that holds anything but labels."""
    width = len(table.headers)
    row = list(top[at][:width]) if 0 <= at < len(top) else []
    if is_tags(row) or any(c != "" and not isinstance(c, str) for c in row):
        row = []
    return [clean_header(c) for c in row] + [""] * (width - len(row))


def _spread(labels: Sequence[str]) -> list[str]:
    """Return the labels with every blank filled from its left, as a merged cell looks."""
    found: list[str] = []
    for label in labels:
        found.append(label or (found[-1] if found else ""))
    return found


def _by_tags(top: Sequence[Sequence[Cell]], tag_rows: list[int], vocabulary: Vocabulary) -> Table | None:
    """Labels in a language that nobody knows, but with tags below or above them."""
    if not tag_rows:
        return None
    at = tag_rows[0]
    tags = tuple(text(c).strip() for c in top[at])
    header = at - 1 if at > 0 and any(text(c).strip() for c in top[at - 1]) else at
    keys = frozenset(key for t in tags if (key := vocabulary.tagged(t)))
    headers = tuple(clean_header(c) for c in top[header])
    return Table(header + 1, at + 1, at + 2, headers, tags, keys)


def clean_header(cell: Cell) -> str:
    """Return a header with its line breaks kept, since they part two languages."""
    return "\n".join(part for line in text(cell).splitlines() if (part := clean(line)))


def no_data(row: Sequence[Cell], number: int, table: Table) -> str | None:
    """Return why a row below the header is no data, or None.

    ``blank``, ``hxl``, ``hint``, ``example``, ``sentinel``, ``total`` or ``header`` (the labels once more).
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


def _by_first(first: str, row: Sequence[Cell], number: int, table: Table) -> str | None:
    if first[0] == "#" and is_tags(row):
        return "hxl"
    folded = fold(first)
    if _SENTINEL.match(folded) and sum(1 for c in row if c != "") <= 2:
        return "sentinel"
    if _TOTAL.match(folded):
        return "total"
    if number < table.first_data_row + HINT_ROWS:
        if _EXAMPLE.match(folded):
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
