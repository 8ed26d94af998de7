"""Template workbooks, and the record as a workbook: the same shell, the same rows, one way back in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import BinaryIO

from sqlalchemy import orm

from cluster4w.models import Operation
from cluster4w.publish.status.column import LETTER, NAME
from cluster4w.publish.workbooks.formulas import ROW
from cluster4w.publish.workbooks.instructions import Guide
from cluster4w.publish.workbooks.meta import Facts, Marks
from cluster4w.publish.workbooks.package import SheetRows, fill
from cluster4w.publish.workbooks.rows import NUMBER, RowWriter
from cluster4w.publish.workbooks.sheet_xml import MOST_ROWS, formula_tail, letters
from cluster4w.publish.workbooks.shell import Order, Shell, make_shell
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.export import (
    Slice,
    agencies_with_rows,
    count_rows,
    information_managers,
    stream_rows,
)
from cluster4w.record.queries.operations import plan_months, template_of
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.record.values import IDENTITY_KEY
from cluster4w.template.declaration import Template
from cluster4w.template.language import N_, label, translator
from cluster4w.template.layouts import META_SHEET, Layout
from cluster4w.template.problems import NotFound, Refusal

#: Rows with formulas below the last row of data.
BLANK_ROWS = 500
#: Drop-downs and checks reach at least this row.
LAST_ROW = 5_000


def write_template(
    session: orm.Session,
    operation: Operation,
    out: BinaryIO,
    *,
    layout: str,
    language: str,
    agency: Agency | None = None,
    month: str | None = None,
) -> None:
    """Write a workbook to be filled in.

    With ``agency`` its name fills itself in; with ``month`` (``YYYY-MM``) the month does; with both, the
    organisation's rows of that month stand in it with their ids.

    Raises:
        NotFound: the operation's template has no such layout.
    """
    template = template_of(operation)
    form = _layout(template, layout)
    prefilled = Slice(month, month, agency.id) if agency is not None and month is not None else None
    facts = [] if month is None else [(N_("Month"), month)]
    job = _Job(session, operation, template, form, language, prefilled, agency, month, to_fill=True)
    job.write(out, facts)


def write_export(
    session: orm.Session,
    operation: Operation,
    out: BinaryIO,
    *,
    layout: str,
    language: str,
    agency: Agency | None = None,
    first: str | None = None,
    last: str | None = None,
    as_of: dt.datetime | None = None,
    public: bool = False,
) -> str:
    """Write the record in a layout; returns one line that says what was written.

    Args:
        first: First month, ``YYYY-MM``; None for the earliest.
        last: Last month; None for the latest.
        as_of: The state of the record at that moment; None for now.
        public: True: values of restricted columns (contacts) are left out.

    Raises:
        NotFound: the operation's template has no such layout.
        Refusal: more rows than a sheet can hold.
    """
    template, translate = template_of(operation), translator(language)
    form = _layout(template, layout)
    part = Slice(first, last, agency.id if agency else None, as_of)
    month = first if first == last else None
    job = _Job(session, operation, template, form, language, part, agency, month, public=public)
    months = f"{first or '…'} – {last or '…'}" if first != last else first or translate(N_("all"))
    facts = [(N_("Months"), months), (N_("Rows"), str(job.count))]
    if as_of is not None:
        facts.append((N_("State of the record"), f"{as_of:%d/%m/%Y %H:%M} UTC"))
    job.write(out, facts)
    said = translate(N_("Rows written: %(rows)s. Layout: %(layout)s. Months: %(months)s."))
    return said % {"rows": job.count, "layout": form.name, "months": months}


def _layout(template: Template, name: str) -> Layout:
    if name not in template.layouts:
        raise NotFound(
            "layout.unknown",
            N_("There is no layout “%(layout)s”. Known layouts: %(known)s."),
            layout=name,
            known=", ".join(sorted(template.layouts)),
        )
    return template.layouts[name]


@dataclass(frozen=True)
class _Job:
    """One workbook: its shell, its rows, its hidden sheet."""

    session: orm.Session
    operation: Operation
    template: Template
    layout: Layout
    language: str
    #: Which rows of the record stand in it; None for none.
    part: Slice | None
    agency: Agency | None
    month: str | None
    public: bool = False
    to_fill: bool = False

    @cached_property
    def count(self) -> int:
        """How many rows of the record stand in it."""
        return count_rows(self.session, self.operation, self.part) if self.part is not None else 0

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The places of the operation's edition."""
        return load_gazetteer(self.session, self.operation.edition_id)

    def write(self, out: BinaryIO, facts: Sequence[tuple[str, str]]) -> None:
        """Write the workbook; ``facts`` are said on its first sheet, their names untranslated."""
        first = self.layout.first_data_row
        if first + self.count > MOST_ROWS:
            raise Refusal(
                "export.too_many_rows",
                N_("%(rows)s rows do not fit into one sheet. Choose fewer months."),
                rows=self.count,
            )
        shell = make_shell(self._order(facts))
        marks = Marks(self._facts())
        blank = range(first + self.count, first + self.count + BLANK_ROWS) if shell.formulas else range(0)
        count = self.count + len(blank)
        marked = 0 if IDENTITY_KEY in self.layout.keys else self.count
        width = letters(len(self.layout.columns), shell.first_column)[-1]
        data = chain(self._rows(shell, marks), self._blank_rows(shell, blank))
        fill(
            shell.content,
            out,
            {
                shell.sheet: SheetRows(data, count, f"A1:{width}{max(first + count - 1, first)}"),
                META_SHEET: SheetRows(marks.pieces(), marked, f"A1:C{marks.head_rows + marked}"),
            },
        )

    def _order(self, facts: Sequence[tuple[str, str]]) -> Order:
        translate = translator(self.language)
        whose = [] if self.agency is None else [f"{self.agency.acronym}, {self.agency.name}"]
        said = [
            *((translate(N_("Organisation")), text) for text in whose),
            *((translate(name), text) for name, text in facts),
            (translate(N_("Layout")), label(self.layout.labels, self.language)),
            (translate(N_("Administrative division")), f"{self.gazetteer.country} {self.gazetteer.edition}"),
            (translate(N_("Made on")), f"{dt.datetime.now(dt.UTC):%d/%m/%Y}"),
        ]
        managers = information_managers(self.session, self.operation)
        return Order(
            self.template,
            self.layout,
            self.language,
            self.gazetteer,
            agencies(self.session, self.operation),
            plan_months(self.operation),
            Guide(label(self.operation.title, self.language), said, managers, self.to_fill),
            max(LAST_ROW, self.layout.first_data_row + self.count + BLANK_ROWS),
            self.agency,
            self.month,
            self.to_fill,
            {str(k): str(v) for k, v in (self.operation.severities or {}).items()},
            (self.operation.plan_start, self.operation.plan_end),
        )

    def _facts(self) -> Facts:
        return Facts(
            operation=self.operation.slug,
            layout=self.layout.name,
            language=self.language,
            organisation=self.agency.acronym if self.agency else "",
            organisation_name=self.agency.name if self.agency else "",
            period=self.month or "",
            template_version=str(self.operation.template_version),
            edition=self.gazetteer.edition,
            made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        )

    def _rows(self, shell: Shell, marks: Marks) -> Iterator[str]:
        if self.part is None:
            return
        writer = RowWriter(
            self.template,
            self.layout,
            self.language,
            shell.styles,
            agencies_with_rows(self.session, self.operation),
            public=self.public,
            first_column=shell.first_column,
            lead=_check_cell(shell, NUMBER),
        )
        rows = stream_rows(self.session, self.operation, self.part, writer.wanted, extra=writer.needs_extra)
        yield from writer.pieces(rows, self.layout.first_data_row, marks)

    def _blank_rows(self, shell: Shell, numbers: Iterable[int]) -> Iterator[str]:
        """Yield rows that hold formulas only; every other cell has its column's style and list."""
        names = letters(len(self.layout.keys), shell.first_column)
        columns = zip(names, self.layout.keys, strict=True)
        cells = [
            (f'<c r="{letter}', formula_tail(shell.formulas[key], shell.formula_style))
            for letter, key in columns
            if key in shell.formulas
        ]
        for number in numbers:
            row = "".join(f"{opening}{number}{tail.replace(ROW, str(number))}" for opening, tail in cells)
            yield f'<row r="{number}">{_check_cell(shell, str(number))}{row}</row>'


def _check_cell(shell: Shell, number: str) -> str:
    """Return the cell that says how a row stands, "" in a workbook without them.

    It has no value yet: whatever opens the file calculates it.
    """
    if shell.check_style is None:
        return ""
    return f'<c r="{LETTER}{number}" s="{shell.check_style}" t="str"><f>{NAME}</f></c>'
