"""Where the table of a sheet stands, and which rows below its header are no data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.intake.headers.locate import HEADER_ROWS, Table, find_table, no_data
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.models import Operation
from cluster4w.template.declaration import shipped
from tests.books import HEADERS, ROW, saved
from tests.checks import checked, codes, found, sums_hold

VOCABULARY = Vocabulary.of(shipped())
TAGS = (
    "#org+reporting+acronym", "#org+reporting+name", "#org+reporting+type", "#subsector", "#activity+type",
    "#adm1+name", "#adm2+name", "#adm3+name", "", "#status",
)  # fmt: skip


def located(*rows: Sequence[Any]) -> Table:
    """Return where the table stands in these first rows of a sheet, each as wide as the widest."""
    width = max(map(len, rows))
    table = find_table([[*r, *[""] * (width - len(r))] for r in rows], VOCABULARY)
    assert table is not None
    return table


def rows_of(table: Table) -> tuple[int, int | None, int]:
    """Return the numbers of the header, of the tags and of the first row of data."""
    return table.header_row, table.hxl_row, table.first_data_row


def test_a_header_in_the_first_row_is_found_with_every_column() -> None:
    table = located(HEADERS, ROW)
    assert rows_of(table) == (1, None, 2)
    assert table.headers == HEADERS
    assert table.is_4w
    assert len(table.recognised) == len(HEADERS)


def test_titles_and_group_names_above_the_header_are_no_header() -> None:
    titles = [
        ("Cluster Abris & BNA : matrice 4W",),
        (),
        ("Région : Mopti",),
        ("QUI", "", "", "QUOI", "", "OÙ"),
    ]
    table = located(*titles, HEADERS, ROW)
    assert rows_of(table) == (5, None, 6)
    assert table.headers == HEADERS


def test_the_header_is_looked_for_in_the_first_rows_only() -> None:
    assert rows_of(located(*[("",)] * (HEADER_ROWS - 1), HEADERS)) == (HEADER_ROWS, None, HEADER_ROWS + 1)
    assert find_table([[""] for _ in range(HEADER_ROWS)] + [list(HEADERS)], VOCABULARY) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((HEADERS, TAGS, ROW), (1, 2, 3)),
        ((TAGS, HEADERS, ROW), (2, 1, 3)),
        ((HEADERS, ("Choisir dans la liste", "Texte"), TAGS, ROW), (1, 3, 4)),
        ((("Titre",), TAGS, HEADERS, ROW), (3, 2, 4)),
    ],
    ids=["below", "above", "below the hints", "above, under a title"],
)
def test_the_row_of_tags_is_found_beside_the_header(
    rows: Sequence[Sequence[Any]], expected: tuple[int, int | None, int]
) -> None:
    table = located(*rows)
    assert rows_of(table) == expected
    assert table.tags[:10] == TAGS


def test_labels_that_nobody_knows_are_known_by_their_tags() -> None:
    table = located(("Kungiyar", "Suna", "Iri", "Sashe", "Aiki", "Yanki", "Gunduma", "Gari"), TAGS, ROW)
    assert rows_of(table) == (1, 2, 3)
    assert table.is_4w
    assert {"org_acronym", "activity_type", "adm2_name"} <= table.recognised


def test_a_comment_that_begins_with_a_hash_is_no_row_of_tags() -> None:
    assert located(HEADERS, ("#1", "OIM", "Agence UN", "BNA", "Kit BNA", "#adm1+name")).hxl_row is None


def test_a_table_of_prices_is_not_taken_for_a_4w() -> None:
    assert find_table([["Article", "Prix", "Unité"], ["Natte", 3500, "pièce"]], VOCABULARY) is None
    table = find_table([["Région", "Cercle", "Commune", "Population"]], VOCABULARY)
    assert table is not None
    assert not table.is_4w, "places alone say neither who nor what"


def test_labels_merged_over_two_rows_are_read_from_the_upper_one(
    session: orm.Session, operation: Operation
) -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.append(("Matrice 4W de mai",))
    sheet.append((*HEADERS[:11], "Ciblés", "", "Atteints", ""))
    sheet.append((*[None] * 11, "Ménages", "Individus", "Ménages", "Individus"))
    sheet.append((*ROW[:11], 150, 750, 120, 600))
    for column in range(1, 12):
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    sheet.merge_cells("L2:M2")
    sheet.merge_cells("N2:O2")
    check = checked(session, operation, saved(workbook))
    sums_hold(check)
    assert codes(check) == []
    (row,) = check.rows
    assert (row.number, row.comparison) == (4, "new")
    assert (row.values["households_targeted"], row.values["individuals_targeted"]) == (150, 750)
    assert (row.values["households_reached"], row.values["individuals_reached"]) == (120, 600)
    assert row.values["adm3_pcode"] == "ML050202"


def test_sides_in_a_second_row_below_the_labels_are_read_with_them() -> None:
    upper = (*HEADERS[:11], "Femmes", "", "Ménages", "")
    table = located(upper, ("",) * 11 + ("ciblées", "atteintes", "ciblés", "atteints"), (*ROW, 3, 4))
    assert rows_of(table) == (1, None, 3)
    assert table.headers[11:] == ("Femmes", "Femmes", "Ménages", "Ménages")
    assert table.above[11:] == (("ciblées",), ("atteintes",), ("ciblés",), ("atteints",))


def test_a_first_row_of_data_is_no_second_row_of_labels() -> None:
    for first in (ROW, ("",) * 9 + ("Planifié", "PDI"), ("",) * 11 + ("Ménages", "Individus")):
        assert located(HEADERS, first).first_data_row == 2


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ((), "blank"),
        (("", "  ", "\u00a0"), "blank"),
        (("Total", "", 120, 600), "total"),
        (("", "TOTAL GÉNÉRAL", 120), "total"),
        (("Sous-total Mopti", 120), "total"),
        (("Grand total",), "total"),
        (("Totaux", 1), "total"),
        (("END_OF_FORMULA",), "sentinel"),
        (("Fin du tableau",), "sentinel"),
        (TAGS, "hxl"),
        (("Exemple", "OIM", "Kit BNA"), "example"),
        (("Choisir dans la liste", "Texte", "JJ/MM/AAAA"), "hint"),
        (HEADERS, "header"),
        (ROW, None),
        (("", "", "", "", "", "", "", "", "", "", "", 0), None),
        (("Totalement reconstruit", "x", "y"), None),
        (("Fin", "OIM", "Kit BNA", "Mopti"), None),
    ],
)
def test_rows_that_are_no_data_are_told_from_those_that_are(
    cells: tuple[Any, ...], reason: str | None
) -> None:
    table = located(HEADERS, ROW)
    assert no_data([*cells, *[""] * (13 - len(cells))], 3, table) == reason


def test_examples_and_hints_are_only_looked_for_right_below_the_header() -> None:
    table = located(HEADERS, ROW)
    assert no_data(["Exemple", "OIM", "Kit BNA"], 6, table) is None
    assert no_data(["Choisir", "Texte", "Nombre"], 6, table) is None


def test_blank_rows_do_not_end_the_table_and_every_skip_is_said(
    session: orm.Session, operation: Operation
) -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.append(HEADERS)
    sheet.append(ROW)
    for _ in range(40):
        sheet.append(())
    sheet.cell(43, 1).value = "Sous-total"
    sheet.cell(43, 12).value = 120
    sheet.append((*ROW[:11], 121, 605))
    sheet.append(HEADERS)
    sheet.append((*ROW[:11], 122, 610))
    check = checked(session, operation, saved(workbook))
    sums_hold(check)
    assert [(r.number, r.values["households_reached"]) for r in check.rows] == [
        (2, 120),
        (44, 121),
        (46, 122),
    ]
    said = {f.params["reason"]: f.params["ranges"] for f in check.findings if f.code == "rows.skipped"}
    assert said == {"blank": "3-42", "totals": "43", "the headers once more": "45"}
    assert check.counts.skipped == 42
    assert codes(check) == []


def test_filtered_and_hidden_rows_are_read_and_said(session: orm.Session, operation: Operation) -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.append(HEADERS)
    sheet.append(ROW)
    sheet.append((*ROW[:11], 121, 605))
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    check = checked(session, operation, saved(workbook))
    assert check.counts.read == 2
    assert found(check, "sheet.hidden_rows").params["count"] == 1
    assert found(check, "sheet.hidden_columns").params["columns"] == "C"
