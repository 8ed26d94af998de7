"""The rows of a file sheet by sheet, with their columns, for what only many rows show together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.judging.column_view import ColumnView


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one sheet in the file's order, and their columns."""

    sheet: str
    rows: Sequence[CheckedRow]
    columns: ColumnView
    #: Those that do not say what an earlier row says.
    once: Sequence[CheckedRow]
    columns_once: ColumnView


def by_sheet(rows: Iterable[CheckedRow]) -> list[SheetRows]:
    """Part the rows of a file, compared with each other, by their sheets."""
    found = []
    for sheet, group in groupby(rows, key=lambda row: row.sheet):
        of_sheet = list(group)
        columns = ColumnView([row.values for row in of_sheet])
        once = [row for row in of_sheet if row.comparison != "repeated"]
        if len(once) == len(of_sheet):
            found.append(SheetRows(sheet, of_sheet, columns, of_sheet, columns))
        else:
            found.append(SheetRows(sheet, of_sheet, columns, once, ColumnView([r.values for r in once])))
    return found
