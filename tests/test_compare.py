"""A file against the record: new, changed cell by cell, unchanged, repeated, no longer there."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.comparing.compare import CheckedRow, Comparer, Seen
from cluster4w.intake.submit import record_check
from cluster4w.models import Activity, Operation
from cluster4w.publish.workbooks.workbook import write_export
from cluster4w.record.queries.comparison import Recorded
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.declaration import shipped
from tests.books import HEADERS, ROW, book, row, saved
from tests.checks import checked, codes, found, sums_hold

HCR: dict[str, Any] = {"Acronyme": "HCR", "Nom Organisation": ""}


def recorded(session: orm.Session, operation: Operation, *rows: tuple[Any, ...], **options: Any) -> list[str]:
    """Record rows of a small workbook; returns their row ids, in the order of the file."""
    check = checked(session, operation, book(*rows, **options))
    assert check.counts.with_errors == 0
    record_check(session, operation, check, actor=None, origin="command")
    session.flush()
    statement = sa.select(Activity.uid).where(Activity.superseded_at.is_(None)).order_by(Activity.source_row)
    return list(session.scalars(statement))


def compared(check: Check) -> list[tuple[str | None, str | None]]:
    """Return comparison and row id of every row, after asserting that the report's sums hold."""
    sums_hold(check)
    return [(r.comparison, r.uid) for r in check.rows]


def with_ids(*rows: tuple[str, tuple[Any, ...]]) -> bytes:
    """Return a workbook whose first column holds row ids."""
    return book(*[(uid, *cells) for uid, cells in rows], headers=("ID", *HEADERS))


def exported(session: orm.Session, operation: Operation, layout: str) -> Any:
    """Return the record as a workbook in a layout, opened."""
    out = io.BytesIO()
    write_export(session, operation, out, layout=layout, language="fr", first="2016-05", last="2016-05")
    out.seek(0)
    return openpyxl.load_workbook(out)


# --- by content -------------------------------------------------------------------------------


def test_an_empty_record_makes_every_row_new(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, book(ROW, row(Commune="Bankass")))
    assert compared(check) == [("new", None), ("new", None)]
    assert check.vanished == []


def test_the_same_rows_in_another_order_are_unchanged(session: orm.Session, operation: Operation) -> None:
    first, second = recorded(session, operation, ROW, row(Commune="Bankass", Ménages=9, Individus=45))
    check = checked(session, operation, book(row(Commune="Bankass", Ménages=9, Individus=45), ROW))
    assert compared(check) == [("unchanged", second), ("unchanged", first)]
    assert codes(check) == []


def test_the_same_row_spelled_otherwise_is_unchanged(session: orm.Session, operation: Operation) -> None:
    (uid,) = recorded(session, operation, ROW)
    spelled = row(Région="MOPTI", Commune="baye", Mois="2016-05", Statut="Terminé", Ménages="120")
    assert compared(checked(session, operation, book(spelled))) == [("unchanged", uid)]


def test_a_corrected_figure_is_a_change_of_that_cell_alone(
    session: orm.Session, operation: Operation
) -> None:
    (uid,) = recorded(session, operation, ROW)
    check = checked(session, operation, book(row(Ménages=100)))
    assert compared(check) == [("changed", uid)]
    assert check.rows[0].before == {"households_reached": 120}
    assert check.rows[0].values["households_reached"] == 100


def test_an_emptied_cell_is_a_change_and_a_missing_column_is_none(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "Commentaires")
    (uid,) = recorded(session, operation, (*ROW, "Piste coupée"), headers=headers)
    emptied = checked(session, operation, book((*ROW, ""), headers=headers))
    assert compared(emptied) == [("changed", uid)]
    assert emptied.rows[0].before == {"comments": "Piste coupée"}
    assert compared(checked(session, operation, book(ROW))) == [("unchanged", uid)]


def test_another_activity_type_or_place_is_another_row(session: orm.Session, operation: Operation) -> None:
    recorded(session, operation, ROW)
    group = {"Groupe de population": "Retournés"}
    for other in (row(Commune="Bankass"), row(**group), row(Mois="juin 2016")):
        assert compared(checked(session, operation, book(other))) == [("new", None)]


def test_two_candidates_for_one_correction_are_not_guessed(
    session: orm.Session, operation: Operation
) -> None:
    recorded(session, operation, row(Ménages=10, Individus=50), row(Ménages=20, Individus=100))
    check = checked(session, operation, book(row(Ménages=11, Individus=55)))
    assert compared(check) == [("new", None)]
    assert len(check.vanished) == 2
    check = checked(session, operation, book(row(Ménages=10, Individus=50), row(Ménages=21, Individus=105)))
    assert [c for c, _ in compared(check)] == ["unchanged", "changed"], "one on each side is no guess"


def test_a_row_that_left_the_file_is_said_and_stays(session: orm.Session, operation: Operation) -> None:
    kept, gone = recorded(session, operation, ROW, row(Commune="Bankass"))
    check = checked(session, operation, book(ROW))
    assert compared(check) == [("unchanged", kept)]
    assert [r.uid for r in check.vanished] == [gone]
    assert (check.counts.vanished, found(check, "rows.vanished").params) == (1, {"count": 1})
    record_check(session, operation, check, actor=None, origin="command")
    current = session.scalars(sa.select(Activity.uid).where(Activity.superseded_at.is_(None))).all()
    assert set(current) == {kept, gone}


def test_rows_of_other_organisations_and_months_do_not_vanish(
    session: orm.Session, operation: Operation
) -> None:
    recorded(session, operation, ROW, row(**HCR), row(Mois="avril 2016"))
    assert checked(session, operation, book(ROW)).vanished == []


def test_a_row_with_errors_is_not_missed_when_it_carries_its_id(
    session: orm.Session, operation: Operation
) -> None:
    (uid,) = recorded(session, operation, ROW)
    check = checked(session, operation, with_ids((uid, row(Ménages="douze"))))
    assert compared(check) == [(None, uid)]
    assert check.vanished == []


def test_a_row_with_errors_that_lost_its_id_is_not_missed_either(
    session: orm.Session, operation: Operation
) -> None:
    here, there = recorded(session, operation, ROW, row(Commune="Bankass"))
    check = checked(session, operation, book(row(Ménages="douze")))
    assert compared(check) == [(None, None)]
    assert [r.uid for r in check.vanished] == [there]
    # A place that cannot be read leaves open which of the two it is: the one that is most alike.
    check = checked(session, operation, book(row(Commune="Bankas sud", Ménages=120), row(Commune="Bankass")))
    assert [c for c, _ in compared(check)] == [None, "unchanged"]
    assert check.vanished == [], "the other one is the row that cannot be read"
    check = checked(session, operation, book(row(Commune="Bankas sud", Mois="juin 2016")))
    assert check.counts.vanished == 0, "another month is not compared at all"
    assert here != there


# --- repeats ----------------------------------------------------------------------------------


def test_a_repeat_names_the_row_that_it_repeats(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, book(ROW, row(Ménages=121), ROW))
    assert [c for c, _ in compared(check)] == ["new", "new", "repeated"]
    finding = found(check, "row.repeated")
    assert (finding.row, finding.params["first"]) == (4, "2")


def test_a_repeat_on_a_second_sheet_names_the_first_one(session: orm.Session, operation: Operation) -> None:
    workbook = openpyxl.Workbook()
    first: Any = workbook.active
    first.title = "Mopti"
    other = workbook.create_sheet("Gao")
    for sheet in (first, other):
        sheet.append(HEADERS)
        sheet.append(ROW)
    check = checked(session, operation, saved(workbook))
    assert [c for c, _ in compared(check)] == ["new", "repeated"]
    finding = found(check, "row.repeated")
    assert (finding.sheet, finding.params["first"]) == ("Gao", "2 (Mopti)")


def test_rows_that_differ_in_an_unknown_column_only_are_no_repeats(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "Numéro de bon")
    check = checked(session, operation, book((*ROW, "B-1"), (*ROW, "B-2"), headers=headers))
    assert [c for c, _ in compared(check)] == ["new", "new"]


def test_a_copy_of_a_recorded_row_is_a_repeat(session: orm.Session, operation: Operation) -> None:
    (uid,) = recorded(session, operation, ROW)
    check = checked(session, operation, book(ROW, ROW))
    assert compared(check) == [("unchanged", uid), ("repeated", None)]


# --- by row id --------------------------------------------------------------------------------


def test_a_row_id_survives_sorting_and_every_change(session: orm.Session, operation: Operation) -> None:
    first, second = recorded(session, operation, ROW, row(Commune="Bankass"))
    moved = row(Région="Gao", Cercle="Ansongo", Commune="Bara", Ménages=7, Individus=35)
    check = checked(session, operation, with_ids((second, row(Commune="Bankass")), (first, moved)))
    assert compared(check) == [("unchanged", second), ("changed", first)]
    assert set(check.rows[1].before) == {
        "adm1_name", "adm2_name", "adm3_name", "households_reached", "individuals_reached",
    }  # fmt: skip
    assert check.vanished == []


def test_a_row_id_that_stands_twice_is_used_once(session: orm.Session, operation: Operation) -> None:
    (uid,) = recorded(session, operation, ROW)
    check = checked(session, operation, with_ids((uid, ROW), (uid, row(Commune="Bankass"))))
    assert compared(check) == [("unchanged", uid), ("new", None)]
    assert codes(check) == ["row.id_twice"]
    finding = found(check, "row.id_twice")
    assert (finding.row, finding.column, finding.value, finding.params["kept"]) == (3, "A", uid, "2")


def test_a_row_id_that_was_copied_down_a_long_sheet_is_settled_in_one_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = [{"row_id": "a", "period": "2016-05", "site_name": str(n)} for n in range(200)]
    rows = [CheckedRow("4W", n, "clean", None, None, 1 if n else 2, values) for n, values in enumerate(said)]
    kept = Recorded("a", 1, {"period": "2016-05", "site_name": "150"}, {})
    keys = Seen(("period", "site_name"), {})
    # Each row beside each other one would take minutes in a sheet of fifty thousand rows.
    monkeypatch.setattr(CheckedRow, "__eq__", lambda *_: pytest.fail("rows are compared with each other"))
    comparer = Comparer(shipped(), {"4W": keys}, {}, lambda _: [kept], lambda *_: [])
    notes = comparer.compare(rows).notes
    assert [r.number for r in rows if r.uid == "a"] == [150]
    assert rows[0].state == "with_errors"
    told = [code for _, code, _, _ in notes]
    assert (told.count("row.id_not_yours"), told.count("row.id_twice")) == (1, 198)


def test_a_copied_row_id_stays_with_the_row_that_says_what_the_record_says(
    session: orm.Session, operation: Operation
) -> None:
    (uid,) = recorded(session, operation, ROW)
    # The copy was pasted above its original, and changed there.
    rows = [(uid, row(Commune="Bankass", Ménages=9, Individus=45)), (uid, ROW), (uid, ROW)]
    check = checked(session, operation, with_ids(*rows))
    assert compared(check) == [("new", None), ("unchanged", uid), ("repeated", None)]
    twice = [f for f in check.findings if f.code == "row.id_twice"]
    assert [(f.row, f.params["kept"]) for f in twice] == [(2, "3"), (4, "3")]
    assert check.vanished == []


def test_a_row_id_that_nobody_knows_is_compared_by_content(
    session: orm.Session, operation: Operation
) -> None:
    (uid,) = recorded(session, operation, ROW)
    check = checked(session, operation, with_ids(("nobody", ROW)))
    assert compared(check) == [("unchanged", uid)]
    assert codes(check) == ["row.id_unknown"]


def test_a_row_id_of_another_organisation_blocks_the_row(session: orm.Session, operation: Operation) -> None:
    (uid,) = recorded(session, operation, row(**HCR))
    check = checked(session, operation, with_ids((uid, ROW)), agency=get_agency(session, operation, "OIM"))
    assert compared(check) == [(None, None)]
    assert codes(check) == ["row.id_not_yours"]
    assert (check.counts.with_errors, check.rows[0].before) == (1, {})


# --- by the hidden sheet ----------------------------------------------------------------------


@pytest.fixture
def twins(session: orm.Session, operation: Operation) -> list[str]:
    """Two rows that say the same and one that does not, in the record."""
    headers = (*HEADERS, "Numéro de bon")
    rows = [(*ROW, "B-1"), (*ROW, "B-2"), (*row(Commune="Bankass"), "B-3")]
    return recorded(session, operation, *rows, headers=headers)


def test_identical_rows_are_matched_one_to_one(
    session: orm.Session, operation: Operation, twins: list[str]
) -> None:
    check = checked(session, operation, book(ROW, row(Commune="Bankass"), ROW))
    assert [c for c, _ in compared(check)] == ["unchanged"] * 3
    assert {uid for _, uid in compared(check)} == set(twins)
    assert [c for c, _ in compared(checked(session, operation, book(ROW)))] == ["unchanged"]
    assert checked(session, operation, book(ROW)).counts.vanished == 2


def test_a_layout_without_ids_finds_its_rows_by_the_fingerprints_of_the_hidden_sheet(
    session: orm.Session, operation: Operation, twins: list[str]
) -> None:
    workbook = exported(session, operation, "ocha-mali-5w")
    sheet = workbook["ML_5W"]
    assert "ID" not in [c.value for c in sheet[1]]
    check = checked(session, operation, saved(workbook))
    assert check.layout == "ocha-mali-5w"
    assert [c for c, _ in compared(check)] == ["unchanged"] * 3
    assert {uid for _, uid in compared(check)} == set(twins)
    # The month stands in no column: the hidden sheet says it.
    assert {r.values["period"] for r in check.rows} == {"2016-05"}


def test_a_change_in_a_layout_without_ids_is_found_and_leaves_other_columns_alone(
    session: orm.Session, operation: Operation, twins: list[str]
) -> None:
    workbook = exported(session, operation, "ocha-mali-5w")
    sheet = workbook["ML_5W"]
    headers = [c.value for c in sheet[1]]
    place = headers.index("Commune") + 1
    figure = next(i for i, h in enumerate(headers, 1) if h and "Total No. atteintes" in h)
    changed = next(n for n in range(3, sheet.max_row + 1) if sheet.cell(n, place).value == "Bankass")
    sheet.cell(changed, figure).value = 333
    check = checked(session, operation, saved(workbook))
    assert sorted(str(c) for c, _ in compared(check)) == ["changed", "unchanged", "unchanged"]
    (row_,) = [r for r in check.rows if r.comparison == "changed"]
    assert (row_.number, row_.uid) == (changed, twins[2])
    assert row_.before == {"individuals_reached": 600}
    assert check.vanished == []


def test_the_hidden_sheet_of_another_operation_is_not_believed(
    session: orm.Session, operation: Operation, twins: list[str]
) -> None:
    workbook = exported(session, operation, "ocha-mali-5w")
    meta = workbook["_cluster4w"]
    (cell,) = [r[1] for r in meta.iter_rows(max_row=12) if r[0].value == "operation"]
    assert cell.value == "test-2016"
    cell.value = "other-2017"
    check = checked(session, operation, saved(workbook))
    # By content the rows are still the same ones.
    assert {uid for _, uid in compared(check)} == set(twins)


# --- two organisations ------------------------------------------------------------------------


def test_the_same_figures_of_two_organisations_in_one_file_are_paired(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, book(ROW, row(**HCR)))
    finding = found(check, "row.double_count")
    assert (finding.row, finding.severity) == (3, "info")
    assert finding.params == {"other": "OIM", "figure": "120"}
    assert [c for c, _ in compared(check)] == ["new", "new"], "both are kept"


@pytest.mark.parametrize(
    ("changes", "paired"),
    [
        ({}, True),
        ({"Ménages": ""}, True),
        ({"Individus": 601}, True),
        ({"Ménages": 121, "Individus": 601}, False),
        ({"Commune": "Bankass"}, False),
        ({"Mois": "juin 2016"}, False),
        ({"Activité": "BNA saisonniers ou complémentaires"}, False),
        ({"Groupe de population": "Retournés"}, False),
    ],
)
def test_a_recorded_row_of_another_organisation_is_paired_when_everything_that_counts_is_equal(
    session: orm.Session, operation: Operation, changes: dict[str, Any], paired: bool
) -> None:
    recorded(session, operation, ROW)
    check = checked(session, operation, book(row(**HCR, **changes)))
    assert check.counts.with_errors == 0, codes(check)
    assert ("row.double_count" in {f.code for f in check.findings}) is paired
