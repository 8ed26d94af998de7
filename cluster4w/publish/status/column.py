"""The first column of the workbook to be filled in: it says OK or names the row's first problem, offline.

Its cells hold one short name each; what stands behind it is written once, as formulas of the workbook whose
references move with the row. So a row may be sorted, moved or copied, and the file stays small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, PatternFill, Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from cluster4w.publish.annotated.styles import COLOURS, Mark
from cluster4w.publish.status.cells import cell_problems, failed, failures, missing
from cluster4w.publish.status.row import Problem, Row
from cluster4w.publish.status.rules import rule_problems
from cluster4w.publish.workbooks.lists import Cells, ListSheet
from cluster4w.publish.workbooks.styles import EDGE, HEADER_GROUND, MIDDLE, font, ground, put
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.language import N_, translator
from cluster4w.template.layouts import Layout
from cluster4w.template.marks import CHECK_HEADERS
from cluster4w.template.rules import Severity

#: Where the column stands, and how wide it is.
LETTER, WIDTH = "A", 44.0
#: The formula of its cells; the parts behind it are called ``cluster4w_check_1`` and so on.
NAME = "cluster4w_check"
#: What a row is when nothing is wrong with it, in every language.
OK = "OK"
#: Questions in one formula, so that somebody can read it.
_QUESTIONS = 25
#: Characters of one formula; programs refuse more than 8,192.
_LENGTH = 4_000
_GREEN = "FFDDEBDA"


def problems(row: Row) -> list[Problem]:
    """Return what formulas can say of a row: what blocks it first, then what should be looked at."""
    found = chain(
        failures(row),
        missing(row),
        chain.from_iterable(cell_problems(row, key) for key in row.columns),
        rule_problems(row),
    )
    return sorted(found, key=lambda p: p.severity is not Severity.ERROR)


def unsaid(template: Template, layout: Layout) -> list[str]:
    """Return the columns whose cells no formula can check, though the check of a sent file does."""
    return [key for key in layout.keys if template.column(key).kind is Kind.CHOICES]


def formulas(row: Row, found: Sequence[Problem], messages: Cells) -> dict[str, str]:
    """Return name to formula: the first problem of a row by its number, and its words out of ``messages``.

    The smallest number wins: questions inside of one another would go deeper than LibreOffice follows, which
    puts the formulas of names into one another. A cell with an error would spoil them all, so it is asked for
    alone. The references are those of row 1: that is what a name needs to mean "the row at hand".
    """
    names = {}
    number, none = 0, len(found) + 1
    for index, part in enumerate(_parts(found), 1):
        asked = [f"IF({p.condition},{number + at},{none})" for at, p in enumerate(part, 1)]
        names[f"{NAME}_{index}"] = f"MIN({','.join(asked)})"
        number += len(part)
    first = f"IF({failed(row)},1,MIN({','.join(names)}))"
    blank = f"COUNTBLANK({row.range})={len(row.columns)}"
    return {**names, NAME: f'IF({blank},"",INDEX({messages.reference},{first}))'}


def _parts(found: Sequence[Problem]) -> list[list[Problem]]:
    """Return the problems in parts, each of which makes one formula of moderate length."""
    parts: list[list[Problem]] = [[]]
    length = 0
    for problem in found:
        if len(parts[-1]) == _QUESTIONS or length + len(problem.condition) > _LENGTH:
            parts.append([])
            length = 0
        parts[-1].append(problem)
        length += len(problem.condition)
    return parts


def said(found: Sequence[Problem], language: str) -> Iterator[str]:
    """Yield the words of the problems by their number, then what is said where there is none."""
    for problem in found:
        yield problem.words if problem.severity is Severity.ERROR else f"{warned(language)}{problem.words}"
    yield OK


def warned(language: str) -> str:
    """Return what stands before a problem that does not block its row."""
    return translator(language)(N_("To look at: %(problem)s")) % {"problem": ""}


def add_check_column(book: Workbook, page: Worksheet, sheet: ListSheet, row: Row) -> None:
    """Put the column, without its cells in the rows, on the data sheet."""
    found = problems(row)
    messages = sheet.add("check", said(found, row.language))
    if messages is None:
        return
    for name, formula in formulas(row, found, messages).items():
        book.defined_names[name] = DefinedName(name, attr_text=formula)
    head = row.layout.header_row
    cell = put(page, head, 1, CHECK_HEADERS[row.language])
    cell.font, cell.alignment, cell.border = font(bold=True, size=10), MIDDLE, EDGE
    cell.fill = ground(HEADER_GROUND)
    column = page.column_dimensions[LETTER]
    column.width, column.protection = WIDTH, Protection(locked=True)
    cells = f"{LETTER}{row.first_row}:{LETTER}{row.last_row}"
    if head > 1:
        count = page[f"{LETTER}1"]
        count.value = _count(cells.replace(LETTER, f"${LETTER}$"), row.language)
        count.font, count.alignment = font(bold=True, size=10), Alignment(vertical="center")
        count.fill = ground(HEADER_GROUND)
    _colour(page, row, cells)


def _count(cells: str, language: str) -> str:
    """Return the formula that says how many rows are good, bad and doubtful."""
    before = warned(language)
    good = f'COUNTIF({cells},"{OK}")'
    doubtful = f'SUMPRODUCT(--(LEFT({cells},{len(before)})="{before}"))'
    figures = {
        "good": good,
        "bad": f'(SUMPRODUCT(--({cells}<>""))-{good}-{doubtful})',
        "doubtful": doubtful,
    }
    words = translator(language)(N_("Rows OK: %(good)s, to correct: %(bad)s, to look at: %(doubtful)s"))
    parts = re.split(r"%\((\w+)\)s", words)
    return "=" + "&".join(figures[part] if at % 2 else f'"{part}"' for at, part in enumerate(parts))


def _colour(page: Worksheet, row: Row, cells: str) -> None:
    here, before = f"${LETTER}{row.first_row}", warned(row.language)
    for condition, colour in (
        (f'{here}="{OK}"', _GREEN),
        (f'LEFT({here},{len(before)})="{before}"', COLOURS[Mark.WARNING]),
        (f"LEN({here})>0", COLOURS[Mark.ERROR]),
    ):
        look = DifferentialStyle(fill=PatternFill("solid", fgColor=colour, bgColor=colour))
        rule = Rule(type="expression", formula=[condition], dxf=look, stopIfTrue=True)
        page.conditional_formatting.add(cells, rule)
