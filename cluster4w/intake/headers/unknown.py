"""A workbook in which no 4W table was found: what its sheets look like, for a person who says where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from cluster4w.intake.headers.choose import DataSheet, is_findings_sheet
from cluster4w.intake.headers.locate import HEADER_ROWS, table_at
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.headers.samples import Samples
from cluster4w.intake.open import Row, Sheet, is_stray, open_workbook
from cluster4w.intake.read import as_text
from cluster4w.intake.sheet_columns import ColumnReport, SheetColumns
from cluster4w.record.queries.context import IntakeContext
from cluster4w.template.layouts import LISTS_SHEET, META_SHEET
from cluster4w.template.text import printable

#: Bytes of a file that is looked at while a person waits.
LARGEST = 10 << 20
#: Sheets that are shown; letters of a row; rows below the header in which values are sought.
MOST, LONGEST, ROWS = 30, 160, 200


@dataclass(frozen=True, slots=True)
class Look:
    """The first rows of a sheet in short: number and text of each; ``proposed``: the likely header, or 0."""

    name: str
    rows: tuple[tuple[int, str], ...]
    proposed: int
    #: How much the proposed row is like a header: what is compared among sheets.
    likeness: int = field(default=0)


def look(content: bytes, vocabulary: Vocabulary) -> list[Look]:
    """Return the sheets that hold anything, in the workbook's order.

    Raises:
        Refusal: the file cannot be read.
    """
    looks = []
    for sheet in islice(_sheets(content), MOST):
        top = list(islice(sheet.rows(), HEADER_ROWS))
        texts = [(n, _short(row)) for n, row in enumerate(top, 1)]
        headers = ((_likeness(row, vocabulary), -n) for n, row in enumerate(top, 1))
        likeness, proposed = max(headers, default=(0, 0))
        rows = tuple((n, text) for n, text in texts if text)
        if rows:
            looks.append(Look(sheet.name, rows, -proposed if likeness else 0, likeness))
    return looks


def columns_at(
    content: bytes, name: str, header_row: int, vocabulary: Vocabulary, context: IntakeContext
) -> list[ColumnReport]:
    """Return what the columns of a sheet are if a row (from 1) of it is the header; empty without one.

    Raises:
        Refusal: the file cannot be read.
    """
    sheet = next((s for s in _sheets(content) if s.name == name), None)
    if sheet is None:
        return []
    rows = list(islice(sheet.rows(), HEADER_ROWS + ROWS))
    if not 0 < header_row <= min(len(rows), HEADER_ROWS):
        return []
    top = rows[: HEADER_ROWS + 2]
    width = max(map(len, top))
    top = [[*row, *[""] * (width - len(row))] for row in top]
    table = table_at(top, header_row - 1, vocabulary, sheet.merged())
    source = DataSheet(replace(sheet, rows=lambda: iter(rows)), sheet.scan(), table)
    columns = SheetColumns(context, source, vocabulary, None, None, False, True)
    samples = Samples([c.index for c in columns.mapped])
    for row in rows[table.first_data_row - 1 :]:
        samples.take(row)
    return columns.reports(samples)


def _sheets(content: bytes) -> Iterator[Sheet]:
    for sheet in open_workbook(content).sheets:
        ours = sheet.name in (META_SHEET, LISTS_SHEET) or is_findings_sheet(sheet)
        if sheet.visible and not ours and not is_stray(sheet.scan()):
            yield sheet


def _short(row: Row) -> str:
    text = " · ".join(shown for cell in row if (shown := printable(as_text(cell))))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _likeness(row: Row, vocabulary: Vocabulary) -> int:
    """Return how much a row is like a header: many different texts, known ones above all, and no values."""
    texts = {cell for cell in row if isinstance(cell, str) and cell.strip()}
    values = sum(1 for cell in row if cell != "" and not isinstance(cell, str))
    if len(texts) < 3:
        return 0
    # A short text may be a value that a column is called by as well, such as "X".
    known = sum(len(t) > 3 and vocabulary.knows(t) is not None for t in texts)
    return max(len(texts) + 2 * known - 2 * values, 0)
