"""The row at hand in a formula: its cells, the entries that they name, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from openpyxl.utils import quote_sheetname

from cluster4w.intake.findings import WORDS
from cluster4w.intake.findings import title as title_of
from cluster4w.publish.workbooks.lists import Cells, Lists
from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.language import N_, translator
from cluster4w.template.layouts import Layout
from cluster4w.template.rules import Severity

MISSING = N_("Missing: %(column)s")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that may be wrong with a row: how bad, in which words, and the formula that is true then."""

    severity: Severity
    words: str
    condition: str


@dataclass(frozen=True)
class Row:
    """The row at hand in formulas: each column is a reference that moves with the row."""

    template: Template
    layout: Layout
    language: str
    lists: Lists
    #: Column key to letter.
    columns: Mapping[str, str]
    sheet: str
    first_row: int
    last_row: int
    #: Finding code to the severity that the operation wants, or "off".
    severities: Mapping[str, str]
    #: First and last day of the plan, as spreadsheets count days.
    plan: tuple[int, int]
    #: Levels of which only some places are listed.
    partial: frozenset[int] = frozenset()

    @property
    def range(self) -> str:
        """All the cells of the row."""
        letters = list(self.columns.values())
        return f"{quote_sheetname(self.sheet)}!${letters[0]}1:${letters[-1]}1"

    def __call__(self, key: str) -> str:
        """Return the reference of a cell; row 1 stands for the row at hand."""
        return f"{quote_sheetname(self.sheet)}!${self.columns[key]}1"

    def column(self, key: str) -> Column:
        """Return the template's column."""
        return self.template.column(key)

    def label(self, key: str) -> str:
        """Return the header of a column in one line."""
        shown = next(c for c in self.layout.columns if c.key == key)
        return " ".join(shown.header_text(self.language).split())

    def entry(self, key: str) -> str:
        """Return the key of the entry that a cell of a list names, "" for none; else the cell as text."""
        column = self.column(key)
        given, keys = self.lists.month_spellings, self.lists.month_keys
        if column.kind is Kind.MONTH and given is not None and keys is not None:
            cell = self(key)
            return f"IF(ISNUMBER({cell}),{month_of(cell)},{self._looked_up(key, given, keys)})"
        spelled = self.lists.spellings.get(list_name(column) or "")
        return f'{self(key)}&""' if spelled is None else self._looked_up(key, *spelled)

    def said(self, key: str, attribute: str) -> str:
        """Return what the entry that a cell names says of an attribute, "" for nothing."""
        name = list_name(self.column(key)) or ""
        cells = self.lists.attributes.get((name, attribute))
        if cells is None or name not in self.lists.spellings:
            return '""'
        return self._looked_up(key, self.lists.spellings[name][0], cells)

    def _looked_up(self, key: str, given: Cells, wanted: Cells) -> str:
        return f'IFERROR(INDEX({wanted.reference},MATCH({self(key)},{given.reference},0))&"","")'

    def is_one_of(self, key: str, values: Iterable[str]) -> str:
        """Return the condition that a cell names one of these entries."""
        wanted = list(values)
        if self.column(key).kind is Kind.YES_NO:
            wanted = ["yes" if value == "True" else "no" for value in wanted]
        return any_of(f'{self.entry(key)}="{value}"' for value in wanted)

    def problem(
        self, code: str, condition: str, *keys: str, severity: Severity | None = None, check: str = ""
    ) -> Iterator[Problem]:
        """Yield the problem of a finding's code, unless the operation switched it off or it only informs."""
        wanted = self.severities.get(code)
        if wanted == "off":
            return
        known = severity or WORDS[code].severity
        weight = Severity(wanted) if wanted else known
        if weight is Severity.INFO:
            return
        translate = translator(self.language)
        words = title_of(code, translate, check)
        if code == "cell.missing":
            words = translate(MISSING) % {"column": self.label(keys[0])}
        elif keys:
            params = {"problem": words, "column": self.label(keys[0])}
            words = translate(N_("%(problem)s: %(column)s")) % params
        yield Problem(weight, words, condition)

    def doubt(self, message: str, condition: str, key: str) -> Problem:
        """Return the problem of what the check may well understand, and a formula cannot."""
        words = translator(self.language)(message) % {"column": self.label(key)}
        return Problem(Severity.WARNING, words, condition)


def any_of(conditions: Iterable[str]) -> str:
    """Return the condition that one of several holds."""
    return _joined("OR", conditions)


def all_of(conditions: Iterable[str]) -> str:
    """Return the condition that all of several hold. None of them may fail where another does not hold."""
    return _joined("AND", conditions)


def _joined(function: str, conditions: Iterable[str]) -> str:
    found = list(conditions)
    return found[0] if len(found) == 1 else f"{function}({','.join(found)})"


def month_of(day: str) -> str:
    """Return the month of a day, as ``2016-05``."""
    return f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)'


def list_name(column: Column) -> str | None:
    """Return the list that a column's choice is taken from."""
    return "yes_no" if column.kind is Kind.YES_NO else column.list
