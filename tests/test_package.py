"""Rows are streamed into a workbook; everything else keeps its bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from cluster4w.publish.workbooks.package import NoSuchSheet, SheetRows, fill, sheet_parts
from cluster4w.publish.workbooks.sheet_xml import text_row


def _shell() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Feuille é"
    page["A1"] = "entête"
    page["A1"].comment = Comment("note", "me")
    validation = DataValidation(type="list", formula1='"a,b"')
    validation.add("A2:A10")
    page.add_data_validation(validation)
    book.create_sheet("vide")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def _fill(rows: dict[str, SheetRows]) -> bytes:
    out = io.BytesIO()
    fill(_shell(), out, rows)
    return out.getvalue()


def test_every_other_part_keeps_its_bytes() -> None:
    shell = _parts(_shell())
    filled = _parts(_fill({"Feuille é": SheetRows([text_row(2, ["x"])], 1, "A1:A2")}))
    assert list(filled) == list(shell)
    different = {name for name in shell if shell[name] != filled[name] and "docProps" not in name}
    assert different == {"xl/worksheets/sheet1.xml"}
    before, after = shell["xl/worksheets/sheet1.xml"], filled["xl/worksheets/sheet1.xml"]
    row = text_row(2, ["x"]).encode()
    # openpyxl writes "/>" with or without a blank before it, as the XML library it finds does.
    dimension = re.compile(rb'<dimension ref="(A1:A[12])" ?/>')
    assert (dimension.findall(before), dimension.findall(after)) == ([b"A1:A1"], [b"A1:A2"])
    assert dimension.sub(b"", after.replace(row, b"")) == dimension.sub(b"", before)


def test_a_sheet_without_rows_can_be_filled() -> None:
    content = _fill({"vide": SheetRows([text_row(1, ["a", "b"]), text_row(2, ["c"])], 2, "A1:B2")})
    page = openpyxl.load_workbook(io.BytesIO(content))["vide"]
    assert [list(r) for r in page.iter_rows(values_only=True)] == [["a", "b"], ["c", None]]
    assert page.dimensions == "A1:B2"


def test_rows_of_an_earlier_sheet_are_used_up_before_those_of_a_later_one() -> None:
    order: list[str] = []

    def rows(name: str, number: int) -> Iterator[str]:
        order.append(name)
        yield text_row(number, [name])

    later = SheetRows(rows("later", 1), 1, "A1:A1")
    earlier = SheetRows(rows("earlier", 2), 1, "A1:A2")
    fill(_shell(), io.BytesIO(), {"vide": later, "Feuille é": earlier})
    assert order == ["earlier", "later"]


def test_an_unknown_sheet_is_named_and_nothing_is_written() -> None:
    out = io.BytesIO()
    with pytest.raises(NoSuchSheet, match="absent"):
        fill(_shell(), out, {"absent": SheetRows([], 0, "A1")})
    assert out.getvalue() == b""


def test_small_parts_do_not_use_the_large_zip_format() -> None:
    with zipfile.ZipFile(io.BytesIO(_fill({"vide": SheetRows([text_row(1, ["a"])], 1, "A1:A1")}))) as package:
        assert all(entry.extract_version < 45 for entry in package.infolist())


def test_sheets_are_found_by_their_names() -> None:
    with zipfile.ZipFile(io.BytesIO(_shell())) as package:
        assert sheet_parts(package) == {
            "Feuille é": "xl/worksheets/sheet1.xml",
            "vide": "xl/worksheets/sheet2.xml",
        }
