"""The whole check of a file, on both databases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

import cluster4w.intake as intake
from cluster4w.intake.findings import WORDS
from cluster4w.intake.report import as_text, report
from cluster4w.models import Area, Operation
from cluster4w.record.queries.organisations import Agency, get_agency
from cluster4w.template.problems import Refusal
from tests.books import HEADERS, ROW, book, part, row, saved, with_part
from tests.checks import checked, codes, sums_hold


def test_a_good_row_is_clean_and_wholly_understood(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, book(ROW))
    sums_hold(check)
    assert codes(check) == []
    values = check.rows[0].values
    assert (check.counts.clean, check.counts.new) == (1, 1)
    assert values["adm3_pcode"] == "ML050202"
    assert values["adm1_name"] == "Mopti"
    assert (values["sub_sector"], values["activity_type"], values["cluster"]) == (
        "nfi",
        "core_nfi_kit",
        "shelter_nfi",
    )
    assert (values["period"], values["status"], values["population_group"]) == (
        "2016-05",
        "completed",
        "idps",
    )
    assert (values["households_reached"], values["individuals_reached"]) == (120, 600)
    assert values["org_type"] == "un"


@pytest.mark.parametrize(
    ("changes", "code", "suggestion"),
    [
        ({"Commune": "Bayé "}, "", None),
        ({"Commune": "Commune de Baye"}, "", None),
        ({"Commune": "Bankas"}, "area.spelling_taken", "Bankass"),
        ({"Commune": "Bara"}, "area.not_in_parent", None),
        ({"Commune": "Zzyzx"}, "area.unknown", None),
        ({"Cercle": "Ansongo", "Commune": ""}, "area.not_in_parent", None),
        ({"Statut": "Achevee"}, "", None),
        ({"Statut": "Acheve!x"}, "choice.unknown", "Achevé"),
        ({"Mois": ""}, "cell.missing", None),
        ({"Ménages": "douze"}, "number.unreadable", None),
        ({"Ménages": -5}, "number.outside", None),
        ({"Ménages": "120 ménages"}, "number.with_words", None),
        ({"Individus": 20}, "households.size", None),
        ({"Ménages": "", "Individus": ""}, "reached.missing", None),
        ({"Acronyme": "OIM", "Nom Organisation": ""}, "", None),
        ({"Acronyme": "XYZ", "Nom Organisation": "Xylophone Zèbre"}, "organisation.new", None),
        ({"Acronyme": "XYZ", "Nom Organisation": ""}, "organisation.unknown", None),
        (
            {"Acronyme": "AA", "Nom Organisation": "Association Alphaa"},
            "organisation.doubtful",
            "Association Alpha",
        ),
        ({"Mois": "mai 2017"}, "period.outside_plan", None),
        ({"Région": "#REF!"}, "cell.error", None),
    ],
)
def test_one_fault_gives_one_finding(
    session: orm.Session, operation: Operation, changes: dict[str, Any], code: str, suggestion: str | None
) -> None:
    check = checked(session, operation, book(row(**changes)))
    sums_hold(check)
    assert codes(check) == ([code] if code else [])
    if code:
        finding = next(f for f in check.findings if f.code == code)
        assert (finding.sheet, finding.row) == ("4W", 2)
        assert finding.column is not None
        assert finding.suggestion == suggestion


def test_code_and_name_that_disagree_are_both_named(session: orm.Session, operation: Operation) -> None:
    headers = (*HEADERS, "admin3Pcod")
    check = checked(session, operation, book((*ROW, "ML070102"), headers=headers))
    finding = next(f for f in check.findings if f.code == "area.code_name_disagree")
    assert (finding.column, finding.value, finding.suggestion) == ("N", "ML070102", "ML050202")
    assert "Bara" in str(finding.params["by_code"])
    assert "Baye" in str(finding.params["by_name"])


def test_error_cells_are_findings_and_do_not_block_where_the_name_helps(
    session: orm.Session, operation: Operation
) -> None:
    data = book((*ROW, "x"), headers=(*HEADERS, "admin3Pcod"))
    xml = part(data, "xl/worksheets/sheet1.xml")
    xml = re.sub(rb'<c r="N2"[^>]*>.*?</c>', b'<c r="N2" t="e"><v>#N/A</v></c>', xml)
    check = checked(session, operation, with_part(data, "xl/worksheets/sheet1.xml", xml))
    assert codes(check) == ["cell.error"]
    assert check.rows[0].values["adm3_pcode"] == "ML050202"
    assert check.counts.with_warnings == 1


def test_without_communes_names_are_kept_and_said_once(session: orm.Session, operation: Operation) -> None:
    session.execute(sa.delete(Area).where(Area.level == 3))
    check = checked(session, operation, book(ROW, row(Commune="Nulle part")))
    assert [f.params["count"] for f in check.findings if f.code == "area.level_not_loaded"] == [2]
    assert check.rows[1].values["adm3_name"] == "Nulle part"
    assert "adm3_pcode" not in check.rows[1].values


def test_rows_of_other_clusters_are_set_aside_unless_wanted(
    session: orm.Session, operation: Operation
) -> None:
    data = book(
        (*ROW, "Abris"), (*ROW, "Santé"), (*ROW, "EHA"), (*ROW, "Cuisine"), headers=(*HEADERS, "Cluster")
    )
    check = checked(session, operation, data)
    sums_hold(check)
    assert (check.counts.read, check.counts.skipped) == (2, 2)
    assert codes(check) == ["choice.unknown"]
    assert len([f for f in check.findings if f.code == "rows.other_cluster"]) == 2
    assert checked(session, operation, data, all_clusters=True).counts.read == 4


def test_a_partners_file_holds_its_own_rows_only(session: orm.Session, operation: Operation) -> None:
    oim: Agency = get_agency(session, operation, "OIM")
    check = checked(
        session, operation, book(ROW, row(Acronyme="HCR", **{"Nom Organisation": ""})), agency=oim
    )
    assert codes(check) == ["organisation.not_yours"]
    without = book(ROW[2:], headers=HEADERS[2:])
    check = checked(session, operation, without, agency=oim)
    assert codes(check) == []
    assert check.rows[0].organisation_id == oim.id


def test_hints_examples_blanks_totals_and_end_marks_are_skipped_and_said(
    session: orm.Session, operation: Operation
) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for cells in (
        ("Matrice 4W",),
        ("QUI", "", "", "QUOI", "", "OÙ"),
        HEADERS,
        ("#org+reporting+acronym", "#org+reporting+name", "#org+type", "", "", "#adm1+name", "#adm2+name"),
        ("Sélectionner dans la liste", "Texte", "Choisir", "Choisir", "Choisir", "Choisir"),
        ("Exemple", "Exemple d’organisation", "ONG Int", "BNA", "Kit BNA", "Mopti"),
        ROW,
        (),
        (*ROW[:11], 121, 605),
        ("Total", "", "", "", "", "", "", "", "", "", "", 241, 1205),
        ("END_OF_FORMULA",),
    ):
        sheet.append(cells)
    hidden = workbook.create_sheet("Listes")
    hidden.sheet_state = "hidden"
    check = checked(session, operation, saved(workbook))
    sums_hold(check)
    table = check.sheets[0]
    assert (table.header_row, table.hxl_row, table.first_data_row) == (3, 4, 5)
    assert [r.number for r in check.rows] == [7, 9]
    assert codes(check) == []
    assert {f.params["reason"] for f in check.findings if f.code == "rows.skipped"} == {
        "filling hints", "an example", "blank", "totals", "the end mark of the table",
    }  # fmt: skip
    assert check.counts.skipped == 5
    assert "sheet.hidden" in {f.code for f in check.findings}


def test_two_sheets_for_shelter_and_nfi_are_both_read(session: orm.Session, operation: Operation) -> None:
    headers = tuple(h for h in HEADERS if h != "Sous-secteur")
    cells = tuple(c for h, c in zip(HEADERS, ROW, strict=True) if h != "Sous-secteur")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "BNA"
    sheet.append(headers)
    sheet.append(cells)
    other = workbook.create_sheet("Abris")
    other.append(headers)
    other.append((*cells[:3], "Tentes", *cells[4:]))
    check = checked(session, operation, saved(workbook))
    assert [(r.sheet, r.values.get("sub_sector")) for r in check.rows] == [
        ("BNA", "nfi"),
        ("Abris", "shelter"),
    ]


def test_a_workbook_that_is_no_4w_is_refused_with_what_was_found(
    session: orm.Session, operation: Operation
) -> None:
    with pytest.raises(Refusal) as refusal:
        checked(session, operation, book(("a", 1), headers=("Nom", "Prix")))
    assert refusal.value.code == "file.no_4w"


def test_a_stray_far_cell_is_refused_in_words(session: orm.Session, operation: Operation) -> None:
    data = book(ROW)
    stray = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    name = "xl/worksheets/sheet1.xml"
    with pytest.raises(Refusal) as refusal:
        checked(session, operation, with_part(data, name, part(data, name).replace(b"</sheetData>", stray)))
    assert refusal.value.code == "file.stray_cell"
    assert "XFD1048576" in str(refusal.value)


def test_repeated_rows_are_not_recorded_twice(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, book(ROW, ROW, row(Ménages=121)))
    sums_hold(check)
    assert [r.comparison for r in check.rows] == ["new", "repeated", "new"]


def test_the_same_figures_of_two_organisations_are_paired(session: orm.Session, operation: Operation) -> None:
    other = row(Acronyme="HCR", **{"Nom Organisation": ""})
    check = checked(session, operation, book(ROW, other))
    assert [f.row for f in check.findings if f.code == "row.double_count"] == [3]


def test_the_operation_can_change_or_silence_a_finding(session: orm.Session, operation: Operation) -> None:
    operation.severities = {"households.size": "error"}
    assert checked(session, operation, book(row(Individus=20))).counts.with_errors == 1
    operation.severities = {"households.size": "off"}
    assert checked(session, operation, book(row(Individus=20))).counts.clean == 1


def test_a_missing_column_is_one_finding_and_blocks_its_rows(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, book(ROW[:9] + ROW[10:], headers=HEADERS[:9] + HEADERS[10:]))
    assert codes(check) == ["column.missing"]
    assert check.counts.with_errors == 1


def test_the_report_is_the_one_object_of_the_design(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, book(ROW, row(Commune="Zzyzx")))
    found = report(check, lambda m: m)
    assert list(found) == ["file", "layout", "sheets", "rows", "findings", "summary", "seconds"]
    assert list(found["sheets"][0]) == ["name", "header_row", "hxl_row", "first_data_row", "columns"]
    assert list(found["sheets"][0]["columns"][0]) == ["letter", "header", "key", "how", "score"]
    assert set(found["findings"][0]) == {
        "severity", "code", "sheet", "row", "column", "header", "key", "value", "message", "suggestion",
    }  # fmt: skip
    assert sum(s["count"] for s in found["summary"]) == len(found["findings"])
    assert "Zzyzx" in as_text(check, lambda m: m)


def test_csv_files_are_checked_like_workbooks(session: orm.Session, operation: Operation) -> None:
    lines = [";".join(HEADERS), ";".join(map(str, ROW))]
    check = checked(session, operation, "\n".join(lines).encode("cp1252"))
    assert codes(check) == []
    assert check.counts.new == 1


def test_every_code_that_intake_raises_has_words() -> None:
    folder = Path(intake.__file__).parent
    raised = set()
    for path in folder.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        raised |= set(re.findall(r'Issue\(\s*"([a-z_]+\.[a-z_]+)"', source))
        raised |= set(re.findall(r'\.say\(\s*"([a-z_]+\.[a-z_0-9]+)"', source))
        raised |= set(re.findall(r'work\.say\(\s*"(?:name|pcode)",\s*"([a-z_]+\.[a-z_]+)"', source))
        raised |= set(re.findall(r'_note\(row, "([a-z_.]+)"', source))
    assert len(raised) > 40
    assert raised - set(WORDS) == set()


def test_every_rule_of_the_shipped_template_has_words(operation: Operation) -> None:
    assert {r["code"] for r in operation.template["rules"]} - set(WORDS) == set()
