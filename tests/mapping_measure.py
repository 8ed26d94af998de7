"""How well columns are recognised: each labelled header as the check takes it, and what that is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cluster4w.intake.headers.assign import map_columns
from cluster4w.intake.headers.locate import find_table, table_at
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.template.declaration import shipped
from tests.labelled_headers import TABLES, Labelled

#: What became of a column. ``clear``: one without a key, and none was given; ``asked`` is not taken.
RIGHT, ASKED, WRONG, UNKNOWN, CLEAR = "right", "asked", "wrong", "not recognised", "rightly without"


@dataclass(frozen=True, slots=True)
class Judged:
    """A column with what it is, what it was taken for, and how that is to be judged."""

    source: str
    header: str
    expected: str
    taken: str | None
    how: str
    outcome: str


def judge(tables: Iterable[Labelled] = TABLES) -> Iterator[Judged]:
    """Yield every column of labelled tables, as the shipped template takes it."""
    vocabulary = Vocabulary.of(shipped())
    for table in tables:
        rows = [*table.rows, *([table.tags] if table.tags else [])]
        width = max(map(len, rows))
        top = [[*row, *[""] * (width - len(row))] for row in rows]
        found = find_table(top, vocabulary) or table_at(top, len(table.rows) - 1, vocabulary)
        columns = map_columns(
            found.headers, found.tags, vocabulary, {}, found.above, titles=found.titles, year=2016
        )
        by_index = {c.index: c for c in columns}
        for index, expected in enumerate(table.keys):
            column = by_index.get(index)
            taken = column.target if column else None
            how = column.how if column else "none"
            header = column.header if column else ""
            yield Judged(table.source, header, expected, taken, how, _outcome(expected, taken, how))


def _outcome(expected: str, taken: str | None, how: str) -> str:
    if taken is not None:
        return RIGHT if taken == expected else WRONG
    if how in ("doubtful", "duplicate"):
        return ASKED
    return UNKNOWN if expected else CLEAR


def shares(judged: Iterable[Judged]) -> Counter[str]:
    """Return how many columns there are of each outcome, and ``keyed``: those that have a key."""
    counts: Counter[str] = Counter()
    for column in judged:
        counts[column.outcome] += 1
        counts["keyed"] += bool(column.expected)
        counts["asked, keyed"] += column.outcome == ASKED and bool(column.expected)
    return counts


def workbook_table(path: Path) -> Labelled:
    """Return the labels of OCHA's Mali workbook, whose columns are those of the shipped layout."""
    from cluster4w.intake.open import open_workbook

    sheet = next(s for s in open_workbook(path.read_bytes()).sheets if s.name == "ML_5W")
    rows = sheet.rows()
    labels, tags = (tuple(str(c) for c in next(rows)) for _ in range(2))
    return Labelled(path.name, (labels,), tuple(shipped().layout("ocha-mali-5w").keys), tags)
