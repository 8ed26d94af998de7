"""No text of the record becomes a formula in a file that leaves the tracker."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from cluster4w.publish.formula_safety import csv_text, looks_like_a_formula
from cluster4w.publish.tables import write_table
from cluster4w.publish.workbooks.sheet_xml import LONGEST_TEXT, readable, text_tail

DANGEROUS = [
    "=1+1",
    "+33 6 12",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    " =1+1",
    "\u00a0@x",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_dangerous_text_gets_an_apostrophe_in_csv(text: str) -> None:
    assert looks_like_a_formula(text)
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Gao,=1+1", "Gao,'=1+1"),
        ("Gao; =1+1;+2", "Gao; '=1+1;'+2"),
        ('Gao,"=HYPERLINK(1)', "Gao,\"'=HYPERLINK(1)"),
        ("Gao\n-2+3", "Gao\n'-2+3"),
    ],
)
def test_no_cell_begins_inside_a_text_for_a_program_with_another_delimiter(text: str, safe: str) -> None:
    assert csv_text(text) == safe


@pytest.mark.parametrize("text", ["Mopti", "a=b", "", "1+1", "Ménaka", "'=1", "Gao, - Mopti", "Gao, 5 - 3"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert csv_text(text) == text


def test_dangerous_texts_are_text_cells_with_a_quote_prefix_in_a_workbook() -> None:
    out = io.BytesIO()
    rows = [[text] for text in DANGEROUS]
    write_table(out, title="=title", sheet="Données", headers=["=head"], rows=rows, notes=["=note"])
    page = openpyxl.load_workbook(out)["Données"]
    cells = [page.cell(4 + i, 1) for i in range(len(DANGEROUS))]
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)
    everything = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert len(everything) == len(DANGEROUS) + 3
    assert all(cell.data_type != "f" for cell in everything)


def test_a_text_comes_back_as_it_was() -> None:
    texts = ["_x000D_", "a & b < c > d", " blanc ", "deux\nlignes", "😀 é ’ «\xa0x\xa0»", "_x0041_", "]]>"]
    out = io.BytesIO()
    write_table(out, title="t", sheet="s", headers=["h"], rows=[[text] for text in texts])
    out.seek(0)
    rows = CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [row[0] for row in rows[3:]] == texts


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert readable("a\x00b\x1fc\ud800d\uffff\r\ne\rf") == "abcd\ne\nf"


def test_a_text_is_cut_to_what_a_cell_holds_without_cutting_a_character() -> None:
    long = readable("😀" * LONGEST_TEXT)
    assert len(long.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert long.endswith("…")
    long.encode()
    assert readable("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT


def test_a_short_cut_for_plain_texts_gives_the_same_cell() -> None:
    assert text_tail("Mopti", 3) == '" s="3" t="inlineStr"><is><t>Mopti</t></is></c>'
    assert text_tail("a&b", 3) == '" s="3" t="inlineStr"><is><t>a&amp;b</t></is></c>'
    assert 'xml:space="preserve"' in text_tail(" a", 3)


def test_csv_of_a_dangerous_text_is_read_back_as_text() -> None:
    out = io.StringIO()
    csv.writer(out).writerow([csv_text("=1+1"), -5])
    assert out.getvalue() == "'=1+1,-5\r\n"
