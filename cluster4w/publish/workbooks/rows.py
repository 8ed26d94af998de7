"""Rows of the record as rows of a sheet, each with what a reader will know it by: its id or a fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from cluster4w.publish.workbooks.cells import (
    ColumnStyles,
    Memo,
    OneByOne,
    cell_tail,
    column_cells,
    column_parts,
    shown,
)
from cluster4w.publish.workbooks.meta import Marks
from cluster4w.publish.workbooks.sheet_xml import letters, text_tail
from cluster4w.record.queries.export import Wanted
from cluster4w.record.queries.organisations import Agency
from cluster4w.record.values import IDENTITY_KEY, ORGANISATION_KEYS
from cluster4w.template.columns import Column, Visibility
from cluster4w.template.completion import complete
from cluster4w.template.declaration import Template
from cluster4w.template.fingerprint import digest, said
from cluster4w.template.kinds import Value, from_json
from cluster4w.template.layouts import Layout, LayoutColumn

#: Stands for the row's number in a prepared cell; no text holds it, because XML cannot.
NUMBER = "\0"
#: Where a row of the record holds its id and its organisation; the columns that were asked for follow.
_UID, _ORGANISATION, _FIRST = 0, 1, 2

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Step:
    """How one column of the sheet is written."""

    position: int
    cells: Memo
    #: The column's part of the fingerprint; None for the row id, which has none.
    parts: Memo | None
    #: What the fingerprint holds where the record says nothing but the reader will complete the row.
    absent: Callable[[Row], str] | None = None


class RowWriter:
    """Writes rows of the record in a layout. Make one per workbook.

    Args:
        styles: One per column of the layout.
        agencies: Every organisation that may occur, by id.
        public: True: values of restricted columns are left out.
        first_column: Where the layout's columns begin, from 1.
        lead: XML of the cells before them, with :data:`NUMBER` for the row's number.
    """

    def __init__(
        self,
        template: Template,
        layout: Layout,
        language: str,
        styles: Sequence[ColumnStyles],
        agencies: Mapping[int, Agency],
        *,
        public: bool = False,
        first_column: int = 1,
        lead: str = "",
    ) -> None:
        self._template, self._layout, self._language = template, layout, language
        self._agencies = agencies
        self._lead = lead
        entries = [
            (letter, shown_column, template.column(shown_column.key), style)
            for letter, shown_column, style in zip(
                letters(len(layout.columns), first_column), layout.columns, styles, strict=True
            )
        ]
        if public:
            entries = [e for e in entries if e[2].visibility is not Visibility.RESTRICTED]
        stored = [e[1] for e in entries if self._is_stored(e[2])]
        #: Where the sheet itself shows the row's id, the row needs no other mark.
        self.names_rows = any(column.key == IDENTITY_KEY for *_, column, _ in entries)
        #: What to ask the record for.
        self.wanted = [Wanted(c.key, c.only_when) for c in stored]
        self._positions = {c.key: _FIRST + index for index, c in enumerate(stored)}
        self._added = [e[2] for e in entries if e[2].added]
        for index, column in enumerate(self._added):
            self._positions[column.key] = _FIRST + len(stored) + index
        self._steps = [self._step(*entry) for entry in entries]

    @property
    def needs_extra(self) -> bool:
        """True: rows must end with the JSON of the columns that the operation added."""
        return bool(self._added)

    @staticmethod
    def _is_stored(column: Column) -> bool:
        return not column.added and column.key != IDENTITY_KEY and column.key not in ORGANISATION_KEYS

    def _step(self, letter: str, shown_column: LayoutColumn, column: Column, styles: ColumnStyles) -> _Step:
        opening, key = f'<c r="{letter}{NUMBER}', column.key
        if key == IDENTITY_KEY:
            return _Step(_UID, OneByOne(lambda uid: f"{opening}{text_tail(str(uid), styles.plain)}"), None)
        if key in ORGANISATION_KEYS:
            return self._agency_step(opening, column, styles)
        cells = column_cells(opening, column, styles, self._template, self._layout, self._language)
        return _Step(self._positions[key], cells, column_parts(column), self._completed(column))

    def _agency_step(self, opening: str, column: Column, styles: ColumnStyles) -> _Step:
        attribute = column.key.removeprefix("org_")

        def value(identity: Value) -> str:
            text: str = getattr(self._agencies[identity], attribute)  # type: ignore[index]
            return text

        def cell(identity: Value) -> str:
            text = shown(column, value(identity), self._template, self._layout, self._language)
            return f"{opening}{cell_tail(text, styles)}"

        return _Step(_ORGANISATION, Memo(cell), Memo(lambda identity: said(column, value(identity))))

    def _completed(self, column: Column) -> Callable[[Row], str] | None:
        """Return what a reader's completion adds to the fingerprint of a row without this value."""
        if column.key not in ("cluster", "sub_sector"):
            return None
        activity_type = self._positions.get("activity_type")

        def part(row: Row) -> str:
            values: dict[str, Value] = {}
            if activity_type is not None:
                values["activity_type"] = row[activity_type]
            value = complete(values, self._template).get(column.key)
            return "" if value is None else said(column, value)

        return part

    def _with_added(self, rows: Iterable[Row]) -> list[Row]:
        return [
            (*row[:-1], *(from_json(c.kind, (row[-1] or {}).get(c.key)) for c in self._added)) for row in rows
        ]

    def pieces(self, chunks: Iterable[Sequence[Row]], first: int, marks: Marks) -> Iterator[str]:
        """Yield the rows as XML from row number ``first`` on.

        Where the layout does not show the row id, fingerprints and ids go into ``marks``. A chunk is written
        column by column, so that the work on each cell is one look-up.
        """
        number = first
        for chunk in chunks:
            rows = self._with_added(chunk) if self._added else chunk
            columns = list(zip(*rows, strict=True))
            names = list(map(str, range(number, number + len(rows))))
            cells: list[Iterable[str]] = [
                map(step.cells.__getitem__, columns[step.position])
                for step in self._steps
                if columns[step.position].count(None) < len(rows)
            ]
            # A layout may show nothing of these rows; the rows are there all the same.
            texts = map("".join, zip(*cells, strict=True)) if cells else repeat("", len(rows))
            lead = self._lead
            yield "".join(
                [
                    f'<row r="{name}">{lead}{text}</row>'.replace(NUMBER, name)
                    for name, text in zip(names, texts, strict=False)
                ]
            )
            if not self.names_rows:
                for name, print_, uid in zip(names, self._prints(columns, rows), columns[_UID], strict=True):
                    marks.add(name, print_, uid)
            number += len(rows)

    def _prints(self, columns: Sequence[Sequence[Any]], rows: Sequence[Row]) -> Iterator[str]:
        """Yield the fingerprint of each row."""
        parts: list[Iterable[str]] = []
        for step in self._steps:
            column = columns[step.position]
            if step.parts is None:
                continue
            if step.absent is not None:
                parts.append(_completed_parts(step, column, rows))
            elif column.count(None) < len(rows):
                parts.append(map(step.parts.__getitem__, column))
        for said_ in zip(*(parts or [repeat("", len(rows))]), strict=True):
            yield digest(filter(None, said_))


def _completed_parts(step: _Step, column: Sequence[Any], rows: Sequence[Row]) -> list[str]:
    """Return a column's parts where a reader completes what the record does not say."""
    complete_, parts = step.absent, step.parts
    if complete_ is None or parts is None:
        return []
    return [complete_(row) if v is None else parts[v] for v, row in zip(column, rows, strict=True)]
