"""What a formula can say of one cell: missing, not in its list, no number, no date, another place's code.

The formulas use functions of Excel 2007 only, which LibreOffice calculates alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from openpyxl.utils import quote_sheetname

from cluster4w.intake.findings import title
from cluster4w.publish.status.places import place_problems
from cluster4w.publish.status.row import Problem, Row, all_of, any_of, list_name
from cluster4w.template.columns import Condition
from cluster4w.template.kinds import Kind
from cluster4w.template.language import N_, translator
from cluster4w.template.rules import Severity

#: Blanks that group digits: the usual one, the no-break one, the narrow one.
_BLANKS = (" ", "\u00a0", "\u202f")


def failed(row: Row) -> str:
    """Return the condition that a formula has failed somewhere in the row."""
    return f"SUMPRODUCT(--ISERROR({row.range}))>0"


def failures(row: Row) -> Iterator[Problem]:
    """Yield the problem of a formula that has failed: no other question can be answered then."""
    yield Problem(Severity.ERROR, title("cell.error", translator(row.language)), failed(row))


def missing(row: Row) -> Iterator[Problem]:
    """Yield the required cells that are empty."""
    for key in row.columns:
        required = row.column(key).required
        if isinstance(required, Condition):
            if not required.when.keys() <= row.columns.keys():
                continue
            applies = [
                row.is_one_of(other, values) if values else f'{row(other)}<>""'
                for other, values in required.when.items()
            ]
            yield from row.problem("cell.missing", all_of([f'{row(key)}=""', *applies]), key)
        elif required:
            yield from row.problem("cell.missing", f'{row(key)}=""', key)


def cell_problems(row: Row, key: str) -> Iterator[Problem]:
    """Yield what may be wrong with what stands in a cell, as its kind has it."""
    column = row.column(key)
    match column.kind:
        case Kind.COUNT:
            whole = f"AND(ISNUMBER({row(key)}),INT({row(key)})<>{row(key)})"
            yield from _number(row, key, _digits(row(key)))
            yield from row.problem("number.not_whole", f"IF(ISNUMBER({row(key)}),{whole},FALSE)", key)
        case Kind.DECIMAL | Kind.MONEY | Kind.LATITUDE | Kind.LONGITUDE:
            comma = f'SUBSTITUTE({_digits(row(key))},",",".")'
            point = f'SUBSTITUTE({_digits(row(key))},".",",")'
            yield from _number(row, key, _digits(row(key)), comma, point)
        case Kind.DAY:
            yield row.doubt(N_("Date typed as text: %(column)s"), _is_text(row(key)), key)
        case Kind.MONTH:
            yield from _month(row, key)
        case Kind.CHOICE | Kind.YES_NO:
            yield from _choice(row, key)
        case Kind.ORGANISATION:
            yield from _organisation(row, key)
        case Kind.AREA:
            yield from place_problems(row, column)
        case Kind.PCODE:
            # A code is looked at together with its name.
            return
        case Kind.ROW_ID:
            ids = (
                f"{quote_sheetname(row.sheet)}!${row.columns[key]}${row.first_row}:"
                f"${row.columns[key]}${row.last_row}"
            )
            twice = f"SUMPRODUCT(--({ids}={row(key)}))>1"
            yield from row.problem("row.id_twice", f'IF({row(key)}="",FALSE,{twice})')
        case Kind.TEXT | Kind.LONG_TEXT | Kind.CHOICES:
            # Any text will do; several choices in one cell are more than such a formula can part.
            return
        case _:
            assert_never(column.kind)


def _digits(cell: str) -> str:
    """Return the cell's text without the blanks that group digits."""
    for blank in _BLANKS:
        cell = f'SUBSTITUTE({cell},"{blank}","")'
    return cell


def _is_text(cell: str) -> str:
    return f'AND(ISTEXT({cell}),{cell}<>"")'


def _number(row: Row, key: str, *texts: str) -> Iterator[Problem]:
    """Yield what may be wrong with a number; ``texts``: forms of a text that may be one."""
    column, cell = row.column(key), row(key)
    readable = any_of(f"ISNUMBER({text}*1)" for text in texts)
    stray = f'IF(ISNUMBER({cell}),FALSE,AND({cell}<>"",NOT({readable})))'
    yield from row.problem("number.unreadable", stray, key)
    limits = [
        f"{cell}{sign}{limit:.15g}"
        for sign, limit in (("<", column.minimum), (">", column.maximum))
        if limit is not None
    ]
    if limits:
        yield from row.problem("number.outside", f"AND(ISNUMBER({cell}),{any_of(limits)})", key)
    yield row.doubt(N_("Number typed as text: %(column)s"), f"AND({_is_text(cell)},{readable})", key)


def _month(row: Row, key: str) -> Iterator[Problem]:
    months, cell = row.lists.months, row(key)
    if months is None:
        return
    listed = f"ISNUMBER(MATCH({row.entry(key)},{months.reference},0))"
    like = f'AND(LEN({cell})=7,MID({cell},5,1)="-")'
    yield from row.problem(
        "month.unreadable", f'AND({cell}<>"",NOT(ISNUMBER({cell})),NOT({like}),NOT({listed}))', key
    )
    yield from row.problem(
        "period.outside_plan", f'AND({cell}<>"",OR(ISNUMBER({cell}),{like}),NOT({listed}))', key
    )


def _choice(row: Row, key: str) -> Iterator[Problem]:
    spelled = row.lists.spellings.get(list_name(row.column(key)) or "")
    if spelled is None:
        return
    code = "yes_no.unreadable" if row.column(key).kind is Kind.YES_NO else "choice.unknown"
    strange = f'AND({row(key)}<>"",ISNA(MATCH({row(key)},{spelled[0].reference},0)))'
    if row.column(key).kind is Kind.YES_NO:
        strange = f"IF(ISLOGICAL({row(key)}),FALSE,{strange})"
    yield from row.problem(code, strange, key)


def _organisation(row: Row, key: str) -> Iterator[Problem]:
    """Only the organisation that reports must be a registered one."""
    if (own := row.lists.own.get(key)) is not None:
        yield from row.problem("organisation.not_yours", f'AND({row(key)}<>"",{row(key)}<>{own})', key)
        return
    cells = {"org_acronym": row.lists.acronyms, "org_name": row.lists.names}.get(key)
    if cells is not None:
        strange = f'AND({row(key)}<>"",ISNA(MATCH({row(key)},{cells.reference},0)))'
        yield from row.problem("organisation.unknown", strange, key, severity=Severity.WARNING)
