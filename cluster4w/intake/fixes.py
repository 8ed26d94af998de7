"""Cells that a person corrected in the page: what the check reads instead. The file keeps its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cluster4w.intake.choices import Choices
from cluster4w.intake.headers.choose import DataSheet
from cluster4w.intake.headers.map import Mapped
from cluster4w.intake.open import Row
from cluster4w.intake.opening.scan import column_number
from cluster4w.intake.read import Context, Issue, parse
from cluster4w.intake.reconcile import bounded
from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.language import DEFAULT_LANGUAGE, label

#: The row number that stands for every row of a sheet.
EVERY_ROW = 0
#: How a column that the file does not have came about.
ADDED = "fixed"
#: The letters of a sheet's name that are kept with a submission.
NAME = 64


@dataclass(frozen=True, slots=True)
class CellFix:
    """What a cell says instead. ``column``: its letter, "" where the file has no column for ``key``."""

    sheet: str
    row: int
    column: str
    key: str
    text: str


def mended(source: DataSheet, fixes: Sequence[CellFix]) -> DataSheet:
    """Return a sheet that reads with the fixes of its cells; fixes of columns that it lacks go along."""
    own = tuple(f for f in fixes if f.sheet == source.sheet.name[:NAME])
    cells: dict[int, dict[int, str]] = {}
    for fix in own:
        if fix.column:
            cells.setdefault(fix.row, {})[column_number(fix.column) - 1] = fix.text
    source = replace(source, fixes=tuple(f for f in own if not f.column))
    if not cells:
        return source
    errors = {
        (row, column): text
        for (row, column), text in source.scan.errors.items()
        if column - 1 not in cells.get(row, ())
    }
    return replace(
        source,
        sheet=replace(source.sheet, rows=_rows_with(source.sheet.rows, cells)),
        scan=replace(source.scan, errors=errors),
    )


def _rows_with(
    rows: Callable[[], Iterator[Row]], cells: dict[int, dict[int, str]]
) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        for number, row in enumerate(rows(), 1):
            if (fixed := cells.get(number)) is not None:
                row = row + [""] * (max(fixed) + 1 - len(row))
                for index, text in fixed.items():
                    row[index] = text
            yield row

    return read


@dataclass
class AddedColumns:
    """Columns that a file lacks and that were filled in, in the page, for some of its rows or for all."""

    columns: list[Mapped] = field(default_factory=list)
    _said: list[tuple[int, dict[int, str]]] = field(default_factory=list)

    @classmethod
    def of(cls, source: DataSheet, mapped: Sequence[Mapped], template: Template) -> AddedColumns:
        """Return the columns to add behind those of the file; a key that the file has needs none."""
        said: dict[str, dict[int, str]] = {}
        for fix in source.fixes:
            said.setdefault(fix.key, {})[fix.row] = fix.text
        has = {c.key for c in mapped}
        added = cls()
        index = max(len(source.table.headers), source.status_column, *(c.index + 1 for c in mapped), 0)
        for key, texts in said.items():
            if key in has or key not in template.by_key:
                continue
            header = label(template.column(key).labels, DEFAULT_LANGUAGE)
            added.columns.append(Mapped(index, header, key, ADDED, 100))
            added._said.append((index, texts))
            index += 1
        return added

    def onto(self, number: int, row: Row) -> Row:
        """Return a row of the file with what was filled in behind it."""
        for index, texts in self._said:
            text = texts.get(number, texts.get(EVERY_ROW))
            if text:
                row = [*row[:index], *[""] * (index - len(row)), text]
        return row


def problem(column: Column, text: str, template: Template, year: int | None = None) -> Issue | None:
    """Return why a text cannot stand in a column, by the readers of the file's cells; None when it can.

    Names of places and organisations are texts here: whether they are known, the check says.
    """
    value, issue = bounded(column, parse(column.kind, text, Context.of(template, year)))
    if value is None and issue is not None:
        return issue
    if column.kind in (Kind.CHOICE, Kind.CHOICES) and column.list:
        choices = Choices(column, template, None, {})
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, str) and (unknown := choices.find(part)[1]):
                return unknown
    return None
