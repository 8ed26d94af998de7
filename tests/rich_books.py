"""A partner's workbook with everything that a careless program loses when it saves it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from tests.books import HEADERS, row, saved

SHEET = "xl/worksheets/sheet1.xml"
THREADS, PEOPLE = "xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml"
#: A drop-down of the extended kind: its list stands on another sheet.
X14 = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    ' uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations count="1"'
    ' xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list"'
    " allowBlank=\"1\"><x14:formula1><xm:f>'_listes'!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>D2:D90"
    "</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)
GREEN = "FFCCFFCC"

#: Rows of the rich workbook, with one fault each: place, number, choice, nothing at all.
FAULTY = (
    row(Cercle="Ansongo"),
    row(Ménages="beaucoup"),
    row(Statut="Achevées"),
    row(Statut=None),
    row(Individus=605),
)


def rich_book(*, comments: bool = True) -> bytes:
    """Return the workbook: formats, comments, validations, a chart, a table, hidden lists, formulas."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "4W juin"
    for line in (HEADERS, *FAULTY):
        sheet.append(list(line))
    edge = Side("medium", color="FF0000FF")
    sheet["L3"].number_format, sheet["L3"].alignment = "#,##0.00", Alignment(horizontal="center")
    sheet["L3"].border, sheet["L3"].fill = Border(left=edge, top=edge), PatternFill("solid", fgColor=GREEN)
    sheet["P2"], sheet["P3"] = "=SUM(M2:M6)", "à côté"
    if comments:
        sheet["G2"].comment, sheet["A6"].comment = Comment("Vu avec Awa", "Moussa"), Comment("bien", "Moussa")
    choices = DataValidation("list", formula1='"Achevé,En cours,Planifié"')
    choices.add("J2:J90")
    sheet.add_data_validation(choices)
    sheet.conditional_formatting.add(
        "M2:M9", CellIsRule("greaterThan", ["9000"], fill=PatternFill(bgColor=GREEN))
    )
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=13, min_row=1, max_row=6), titles_from_data=True)
    sheet.add_chart(chart, "R12")
    sheet.add_table(Table(displayName="Lignes", ref="A1:M6"))
    sheet.column_dimensions["B"].width = 33
    lists = book.create_sheet("_listes")
    lists.sheet_state = "hidden"
    for text in ("BNA", "Abris"):
        lists.append([text])
    return extended(saved(book))


def extended(data: bytes) -> bytes:
    """Return a workbook whose first sheet has a drop-down of the extended kind too."""
    return changed(data, {SHEET: lambda xml: xml.replace(b"</worksheet>", X14.encode() + b"</worksheet>")})


def changed(data: bytes, changes: dict[str, Any], new: dict[str, bytes] | None = None) -> bytes:
    """Return a package with parts changed by a function of their bytes, and with new parts."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in old.namelist():
            content = old.read(name)
            made.writestr(name, changes[name](content) if name in changes else content)
        for name, content in (new or {}).items():
            made.writestr(name, content)
    return out.getvalue()


def with_macros(data: bytes) -> bytes:
    """Return the workbook as one with macros."""
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    declared = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    return changed(
        data,
        {"[Content_Types].xml": lambda xml: xml.replace(plain, kind).replace(b"</Types>", declared)},
        {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros \x00\x01"},
    )


def parts(data: bytes) -> dict[str, bytes]:
    """Return every part of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def with_threads(data: bytes) -> bytes:
    """Return the workbook with a conversation at G2, as newer programs write one."""
    spaces = b'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"'
    kind = b'<Relationship Id="rId77" Type="http://schemas.microsoft.com/office/2017/10/relationships/'

    def related(name: bytes, target: bytes) -> Any:
        one = kind + name + b'" Target="' + target + b'"/></Relationships>'
        return lambda xml: xml.replace(b"</Relationships>", one)

    return changed(
        data,
        {
            "xl/worksheets/_rels/sheet1.xml.rels": related(b"threadedComment", f"/{THREADS}".encode()),
            "xl/_rels/workbook.xml.rels": related(b"person", b"persons/person.xml"),
        },
        {
            THREADS: b"<ThreadedComments "
            + spaces
            + b'><threadedComment ref="G2" dT="2016-06-01T08:00:00.00"'
            b' personId="{7}" id="{11}"><text>Vu ?</text></threadedComment></ThreadedComments>',
            PEOPLE: b"<personList "
            + spaces
            + b'><person displayName="Awa" id="{7}" userId="a" providerId="None"/>'
            b"</personList>",
        },
    )
