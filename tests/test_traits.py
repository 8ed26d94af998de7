"""What partners' workbooks look like: merged cells, encodings, kinds of files, hints beside the labels."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import odf.table
import odf.text
import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.opening.delimited import decode
from cluster4w.intake.read import day
from cluster4w.models import Operation
from tests.books import HEADERS, ROW, saved, sheet
from tests.checks import checked, codes, found, sums_hold

TAGS = (
    "#org+reporting+acronym", "#org +reporting +name", "#org+reporting+type", "#sub sector", "#activity+type",
    "#adm1+name", "#adm2+name", "#adm3+name", "", "#status", "#nothing+known", "", "",
)  # fmt: skip
#: The same row with the places left to merged cells above it.
UNDER = (*ROW[:5], "", "", "", *ROW[8:11])


def places(check: Check) -> list[tuple[int, Any, Any]]:
    """Return row number, commune and households of each row that was read."""
    return [(r.number, r.values.get("adm3_pcode"), r.values.get("households_reached")) for r in check.rows]


def test_a_merged_value_holds_for_all_its_rows_and_a_merged_figure_for_none_but_the_first(
    session: orm.Session, operation: Operation
) -> None:
    rows = [HEADERS, ROW, (*UNDER, 121, 605), (*UNDER[:7], "Bankass", *UNDER[8:], "", 615), (*UNDER, 5, 25)]
    data = sheet(*rows, merged=("F2:F4", "G2:G4", "H2:H3", "L3:L4", "A1:A1"))
    check = checked(session, operation, data)
    sums_hold(check)
    assert places(check) == [
        (2, "ML050202", 120),
        (3, "ML050202", 121),
        (4, "ML050201", None),
        (5, None, 5),
    ]
    spread = {f.header: f.params["ranges"] for f in check.findings if f.code == "cells.merged"}
    assert spread == {"Région": "3-4", "Cercle": "3-4", "Commune": "3"}
    figure = found(check, "cells.merged_figure")
    assert (figure.header, figure.column, figure.params["ranges"]) == ("Ménages", "L", "3-4")
    assert found(check, "cell.missing").row == 5, "outside of the merged cells nothing is filled in"


def test_a_block_merged_over_blank_rows_makes_no_rows(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, sheet(HEADERS, ROW, ("",), ("",), merged=("F2:F4", "A2:A4")))
    assert [r.number for r in check.rows] == [2]


def old_excel(rows: list[Any]) -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet("4W")
    for number, line in enumerate(rows):
        for index, cell in enumerate(line):
            if index != 5 or not number:
                page.write(number, index, cell)
    page.write_merge(1, 2, 5, 5, rows[1][5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def open_document(rows: list[Any]) -> bytes:
    book = OpenDocumentSpreadsheet()
    table = odf.table.Table(name="4W")
    for number, line in enumerate(rows):
        row = odf.table.TableRow()
        for index, cell in enumerate(line):
            if (number, index) == (2, 5):
                row.addElement(odf.table.CoveredTableCell())
                continue
            spanned = {"numberrowsspanned": 2, "numbercolumnsspanned": 1} if (number, index) == (1, 5) else {}
            made = odf.table.TableCell(valuetype="string", **spanned)
            made.addElement(odf.text.P(text=str(cell)))
            row.addElement(made)
        table.addElement(row)
    book.spreadsheet.addElement(table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("make", [old_excel, open_document])
def test_merged_cells_of_other_kinds_of_workbooks_are_known_as_well(
    session: orm.Session, operation: Operation, make: Any
) -> None:
    check = checked(session, operation, make([HEADERS, ROW, (*ROW[:5], "", *ROW[6:])]))
    assert [r.values.get("adm1_pcode") for r in check.rows] == ["ML05", "ML05"]
    assert found(check, "cells.merged").header == "Région"


@pytest.mark.parametrize(
    ("encoding", "guessed"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("utf-16-le", ""), ("cp1252", "Windows-1252"),
        ("mac_roman", "Mac Roman"), ("cp850", "DOS 850"),
    ],
)  # fmt: skip
def test_a_text_is_read_in_its_encoding_and_a_guess_is_told(encoding: str, guessed: str) -> None:
    text = "Région;Ménages « atteints » ;Achevé;Activité\nGao;12;à l’œuvre;Très\n"
    text = text if encoding != "cp850" else text.replace("’", "'").replace("œ", "oe")
    assert decode(text.encode(encoding)) == (text, guessed)


def test_capitals_alone_and_doubtful_letters_stay_in_the_usual_encoding() -> None:
    for text in ("RÉGION;MÉNAGES", "20 °C;5 €", "naïve"):
        assert decode(text.encode("cp1252")) == (text, "Windows-1252")
    assert decode(b"a;b\n" * 100_000 + "é".encode("mac_roman"))[1] == "Mac Roman"
    assert decode(b"caf\x81")[1] in ("Windows-1252", "DOS 850")


def test_a_delimited_file_is_checked_like_a_workbook(session: orm.Session, operation: Operation) -> None:
    for delimiter, ending in ((";", "\r\n"), (",", "\n"), ("\t", "\r"), ("|", "\n")):
        quoted = [delimiter.join(f'"{cell}"' for cell in line) for line in (HEADERS, ROW)]
        check = checked(session, operation, ending.join(quoted).encode("mac_roman"))
        assert places(check) == [(2, "ML050202", 120)], (delimiter, ending)
        assert codes(check) == []
        assert found(check, "file.encoding_guessed").params["encoding"] == "Mac Roman"


def test_groups_hints_examples_and_tags_stand_above_or_below_the_labels(
    session: orm.Session, operation: Operation
) -> None:
    hints = ("Choisir dans la liste",) * 13
    cases: list[tuple[list[Any], list[Any], tuple[int, int, int]]] = [
        ([("Matrice",), ("QUI", "", "", "QUOI", "", "OÙ"), ("Select one",) * 13], [TAGS], (4, 5, 6)),
        ([TAGS], [("Exemple", *ROW[1:]), hints], (2, 1, 5)),
        ([("http://example.org",), ()], [hints, TAGS], (3, 5, 6)),
    ]
    for before, after, numbers in cases:
        check = checked(session, operation, sheet(*before, HEADERS, *after, ROW))
        (read,) = check.sheets
        assert (read.header_row, read.hxl_row) == numbers[:2]
        assert places(check) == [(numbers[2], "ML050202", 120)]
        assert codes(check) == []


def test_instructions_inside_header_cells_are_read_over(session: orm.Session, operation: Operation) -> None:
    headers = tuple(f"{h.upper()} *\n(Choisir dans la liste déroulante)" for h in HEADERS)
    assert places(checked(session, operation, sheet(headers, ROW))) == [(2, "ML050202", 120)]


@pytest.mark.parametrize(
    "text",
    ["le 3 mai 2016", "mardi 3 mai 2016", "Tuesday 3 May 2016", "3 mai 2016", "03.05.2016", "May 3 2016"],
)
def test_a_day_may_be_written_with_what_stands_before_it(text: str) -> None:
    assert day(text, text) == (dt.date(2016, 5, 3), None)


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_a_day_is_the_day_that_was_meant_in_both_calendars_of_spreadsheets(
    session: orm.Session, operation: Operation, epoch: dt.datetime
) -> None:
    workbook: Any = openpyxl.Workbook()
    workbook.epoch = epoch
    workbook.active.title = "4W"
    workbook.active.append([*HEADERS, "Date de fin"])
    workbook.active.append([*ROW, dt.date(2016, 5, 20)])
    check = checked(session, operation, saved(workbook))
    assert [r.values["end_date"] for r in check.rows] == [dt.date(2016, 5, 20)]
    assert codes(check) == []
