"""The first sheet of our workbooks: what to fill, how to send it, what the words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from cluster4w.publish.workbooks.cells import choice_text
from cluster4w.publish.workbooks.styles import (
    ACCENT,
    GREY,
    HEADER_GROUND,
    RULE,
    WRAPPED,
    font,
    ground,
    put,
    set_for_print,
)
from cluster4w.template.columns import Column, Condition
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.language import N_, Translate, label, translator
from cluster4w.template.layouts import Layout
from cluster4w.template.lists import CountingRule

#: Widths of the columns B, C and D; A is a narrow margin.
_WIDTHS = {"A": 4.0, "B": 38.0, "C": 30.0, "D": 78.0}
_LINE = 15.0


@dataclass(frozen=True, slots=True)
class Guide:
    """What this workbook is: a title, facts about it, and whom to ask."""

    title: str
    #: Label and text, already translated.
    facts: Sequence[tuple[str, str]]
    #: Name and e-mail address of the information managers.
    contacts: Sequence[tuple[str, str]] = ()
    #: True: the workbook is to be filled in, so the sheet says how.
    to_fill: bool = True


_FILL = (
    N_("One row is one activity, of one type, in one place, for one population group, in one month."),
    N_("An empty cell means “not known”. Write 0 only when the figure is really zero."),
    N_("Choose the region first, then the cercle, then the commune: each list shows only what lies inside."),
    N_("The p-codes fill themselves. If your place is not in the list, write its name and leave the code."),
    N_("Shelter and NFI are separate rows. Households and individuals are never converted for you."),
    N_("Paste values only (Paste special, Values): other pasting brings the lists of the other file along."),
    N_("You may add columns at the right: they are kept with your rows."),
)
_MARKED = N_("Fill the columns marked * in every row; fill the others where you know the answer.")
_UNMARKED = N_(
    "Fill the columns that the table below calls “always” in every row; fill the others where you can."
)
_CHECKED = N_(
    "The first column says OK, or names the first problem of the row, while you type; the cell at its top "
    "counts. Red must be corrected, yellow looked at. The check of the sent file looks further."
)
_PROTECTED = N_(
    "The row ids are locked, because they let the next upload recognise your rows. "
    "There is no password: Review, Unprotect sheet."
)
_SEND = (
    N_("Save the workbook as it is (.xlsx). The name of the file does not matter."),
    N_("Upload it on the page “Send a workbook”, or send it by e-mail to the information manager."),
    N_("Nothing is recorded before you have seen what was understood and confirmed it."),
    N_("Send the whole workbook again when something changes: only what changed is changed."),
)


def rule_words(rule: CountingRule) -> str:
    """Return a counting rule as an English source sentence."""
    match rule:
        case CountingRule.SUM:
            return N_("Every completed row counts.")
        case CountingRule.SUM_NEW:
            return N_("Only people assisted for the first time in the year count.")
        case CountingRule.MAX_SITE:
            return N_("The largest month of each site counts, then the sites are added up.")
        case CountingRule.MAX_AREA:
            return N_("The largest month of each area counts, then the areas are added up.")
        case _:
            assert_never(rule)


def kind_words(kind: Kind) -> str:
    """Return what is written into a column of this kind, as an English source sentence."""
    match kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return N_("Free text.")
        case Kind.COUNT:
            return N_("A whole number.")
        case Kind.DECIMAL | Kind.MONEY:
            return N_("A number.")
        case Kind.DAY:
            return N_("A date, day first: 15/05/2016.")
        case Kind.MONTH:
            return N_("A month of the list: 2016-05.")
        case Kind.CHOICE:
            return N_("Choose from the list.")
        case Kind.CHOICES:
            return N_("One or more choices, separated by semicolons.")
        case Kind.YES_NO:
            return N_("Yes or no.")
        case Kind.ORGANISATION:
            return N_("Choose from the list, or write the acronym.")
        case Kind.AREA:
            return N_("Choose from the list, from the region down.")
        case Kind.PCODE:
            return N_("Fills itself from the names.")
        case Kind.LATITUDE | Kind.LONGITUDE:
            return N_("Decimal degrees, for example 14.4843.")
        case Kind.ROW_ID:
            return N_("Leave it as it is.")
        case _:
            assert_never(kind)


@dataclass(slots=True)
class _Writer:
    """Writes the sheet from top to bottom."""

    page: Worksheet
    translate: Translate
    row: int = field(default=1)

    def line(self, *texts: str, bold: bool = False, size: float = 10, colour: str | None = None) -> None:
        """Write texts from column B on, as high as the longest needs."""
        lines = 1
        for index, text in enumerate(texts, 2):
            cell = put(self.page, self.row, index, text)
            cell.font, cell.alignment = font(bold=bold, size=size, color=colour), WRAPPED
            width = list(_WIDTHS.values())[index - 1]
            lines = max(lines, sum(-(-len(part) // int(width * 1.15)) or 1 for part in text.split("\n")))
        self.page.row_dimensions[self.row].height = max(lines, 1) * _LINE * size / 10 + 2
        self.row += 1

    def wide(self, mark: str, text: str) -> None:
        """Write a text over the columns B to D, with a mark in A."""
        put(self.page, self.row, 1, mark).font = font(size=10, color=GREY)
        self.page.cell(self.row, 1).alignment = Alignment(horizontal="right", vertical="top")
        cell = put(self.page, self.row, 2, text)
        cell.font, cell.alignment = font(size=10), WRAPPED
        self.page.merge_cells(start_row=self.row, end_row=self.row, start_column=2, end_column=4)
        self.page.row_dimensions[self.row].height = -(-len(text) // 140) * _LINE + 2
        self.row += 1

    def heading(self, text: str) -> None:
        """Write a heading with a blank row above."""
        self.row += 1
        self.line(self.translate(text), bold=True, size=12, colour=ACCENT)

    def table_head(self, *texts: str) -> None:
        """Write the header row of a table."""
        row = self.row
        self.line(*(self.translate(t) for t in texts), bold=True)
        for column in range(2, 2 + len(texts)):
            cell = self.page.cell(row, column)
            cell.fill, cell.border = ground(HEADER_GROUND), RULE


def write_instructions(
    page: Worksheet,
    guide: Guide,
    template: Template,
    layout: Layout,
    language: str,
    columns: Mapping[str, str],
    *,
    checks: bool = False,
) -> None:
    """Fill the instruction sheet; ``columns`` maps column key to letter.

    ``checks``: the workbook has a column that checks its rows.
    """
    writer = _Writer(page, translator(language))
    for letter, width in _WIDTHS.items():
        page.column_dimensions[letter].width = width
    page.sheet_view.showGridLines = False
    writer.line(guide.title, bold=True, size=16)
    page.row_dimensions[1].height = 26
    page.cell(1, 2).alignment = Alignment(vertical="center")
    for name, text in guide.facts:
        writer.line(name, text, colour=GREY)
        page.merge_cells(start_row=writer.row - 1, end_row=writer.row - 1, start_column=3, end_column=4)
    if guide.to_fill:
        _how(writer, marked=layout.bilingual, protected="row_id" in columns, checks=checks)
    if guide.contacts:
        writer.heading(N_("Questions"))
        for name, email in guide.contacts:
            writer.line(name, email)
    if "activity_type" in columns:
        _activity_types(writer, template, layout, language)
    _columns(writer, template, layout, language, columns)
    set_for_print(page)


def _how(writer: _Writer, *, marked: bool, protected: bool, checks: bool) -> None:
    writer.heading(N_("How to fill it"))
    lines = [_FILL[0], _MARKED if marked else _UNMARKED, *([_CHECKED] if checks else []), *_FILL[1:]]
    if protected:
        lines.append(_PROTECTED)
    for number, text in enumerate(lines, 1):
        writer.wide(str(number), writer.translate(text))
    writer.heading(N_("How to send it"))
    for number, text in enumerate(_SEND, 1):
        writer.wide(str(number), writer.translate(text))


def _activity_types(writer: _Writer, template: Template, layout: Layout, language: str) -> None:
    writer.heading(N_("Activity types"))
    writer.table_head(N_("Activity type"), N_("Sub-sector, unit"), N_("How the people are counted"))
    for choice in template.activity_types:
        facts = [
            choice_text(template, layout, name, choice.attributes[name], language)
            for name in ("sub_sector", "unit")
            if name in choice.attributes
        ]
        words = [rule_words(CountingRule(choice.attributes.get("counting_rule", "sum")))]
        if choice.attributes.get("towards_target") == "no":
            words.append(N_("They do not count towards the target."))
        writer.line(
            choice_text(template, layout, "activity_type", choice.key, language),
            ", ".join(facts),
            " ".join(writer.translate(w) for w in words),
        )


def _columns(
    writer: _Writer, template: Template, layout: Layout, language: str, columns: Mapping[str, str]
) -> None:
    writer.heading(N_("The columns"))
    writer.table_head(N_("Column"), N_("To be filled"), N_("What to write"))
    for shown in layout.columns:
        column = template.column(shown.key)
        words = [writer.translate(kind_words(column.kind))]
        if column.help:
            words.append(label(column.help, language))
        writer.line(
            f"{columns[column.key]}  {shown.header_text(language)}",
            _required(column, template, language, writer.translate, marked=layout.bilingual),
            " ".join(dict.fromkeys(words)),
        )


def _required(
    column: Column, template: Template, language: str, translate: Translate, *, marked: bool
) -> str:
    if isinstance(column.required, Condition):
        parts = []
        for key, values in column.required.when.items():
            other = template.column(key)
            name = translate(N_("“%(column)s”")) % {"column": label(other.labels, language)}
            if not values:
                parts.append(translate(N_("when %(column)s is filled")) % {"column": name})
                continue
            texts = [template.lists[other.list].label(v, language) if other.list else v for v in values]
            said = translate(N_("when %(column)s is: %(values)s"))
            parts.append(said % {"column": name, "values": ", ".join(texts)})
        return "; ".join(parts)
    if column.kind in (Kind.PCODE, Kind.ROW_ID):
        return translate(N_("automatic"))
    if column.required:
        return translate(N_("always *") if marked else N_("always"))
    return translate(N_("if known"))
