"""The workbook we hand out: lists, checks, formulas, protection, and the rows of last time."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import orm

from cluster4w.models import Area, Membership, Operation, Organisation, Participation, Person
from cluster4w.publish.workbooks.workbook import BLANK_ROWS, LAST_ROW, write_template
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.layouts import LISTS_SHEET, META_SHEET
from tests.office import needs_office, recalculated

#: The order in which a worksheet's elements stand (ECMA-376, CT_Worksheet); Excel repairs any other.
ORDER = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection",
    "autoFilter", "mergeCells", "conditionalFormatting", "dataValidations", "printOptions", "pageMargins",
    "pageSetup",
]  # fmt: skip


def _write(session: orm.Session, operation: Operation, **options: Any) -> bytes:
    out = io.BytesIO()
    write_template(session, operation, out, **({"layout": "shelter-4w", "language": "fr"} | options))
    return out.getvalue()


def _load(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def _columns(operation: Operation, page: Worksheet, layout: str = "shelter-4w") -> dict[str, str]:
    """Return column key to letter; the first column of our own layout checks the rows."""
    form = template_of(operation).layout(layout)
    first = 2 if form.check_column else 1
    return {key: openpyxl.utils.get_column_letter(i) for i, key in enumerate(form.keys, first)}


def _validations(page: Worksheet) -> dict[str, Any]:
    return {str(v.sqref).split(":")[0].rstrip("0123456789"): v for v in page.data_validations.dataValidation}


def _listed(book: openpyxl.Workbook, reference: str) -> list[Any]:
    sheet, cells = reference.split("!")
    return [c[0].value for c in book[sheet][cells.replace("$", "")]]


def test_our_layout_has_groups_both_languages_and_tags(session: orm.Session, operation: Operation) -> None:
    book = _load(_write(session, operation))
    assert [s.title for s in book][1:] == ["Matrice 4W", LISTS_SHEET, META_SHEET]
    assert [book[n].sheet_state for n in (LISTS_SHEET, META_SHEET)] == ["hidden", "veryHidden"]
    page = book.worksheets[1]
    at = _columns(operation, page)
    assert page[f"{at['adm1_name']}2"].value == "Région *\nRegion"
    assert page[f"{at['site_type']}2"].value == "Type de site\nSite type"
    assert page[f"{at['adm2_name']}2"].value == "Cercle"
    assert page[f"{at['adm1_name']}3"].value == "#adm1+name"
    english = _load(_write(session, operation, language="en")).worksheets[1]
    assert english[f"{at['adm1_name']}2"].value == "Region *\nRégion"
    merged = [str(r) for r in page.merged_cells.ranges]
    assert len(merged) == 6
    assert all(re.fullmatch(r"[A-Z]+1:[A-Z]+1", r) for r in merged)
    assert page.freeze_panes == "D4"
    assert page.auto_filter.ref == f"A3:{at['contact_phone']}{LAST_ROW}"


def test_the_layout_of_ocha_has_its_exact_headers_and_nothing_above(
    session: orm.Session, operation: Operation
) -> None:
    layout = template_of(operation).layout("ocha-mali-5w")
    page = _load(_write(session, operation, layout="ocha-mali-5w")).worksheets[0]
    assert page.title == "ML_5W"
    assert [c.value for c in page[1]] == [c.header["*"] for c in layout.columns]
    assert len(page[1]) == 40
    assert [c.value or "" for c in page[2]] == [c.hxl for c in layout.columns]
    assert not page.merged_cells.ranges
    assert not page.protection.sheet


def test_only_the_row_id_is_locked_and_there_is_no_password(
    session: orm.Session, operation: Operation
) -> None:
    page = _load(_write(session, operation)).worksheets[1]
    at = _columns(operation, page)
    assert page.protection.sheet
    assert page.protection.password is None
    allowed = ("sort", "autoFilter", "formatColumns", "insertRows", "deleteRows", "formatCells")
    assert not any(getattr(page.protection, action) for action in allowed)
    locked = {key for key, letter in at.items() if page.column_dimensions[letter].protection.locked}
    assert locked == {"row_id"}
    formulas = [c for row in page.iter_rows(min_row=4, min_col=2) for c in row if c.value is not None]
    assert formulas
    assert not any(c.protection.locked for c in formulas)


def test_drop_downs_are_visible_and_fed_in_the_chosen_language(
    session: orm.Session, operation: Operation
) -> None:
    book = _load(_write(session, operation, language="en"))
    page = book.worksheets[1]
    at, rules = _columns(operation, page), _validations(page)
    lists = [v for v in rules.values() if v.type == "list"]
    assert lists
    assert not any(v.showDropDown for v in lists)
    assert all(str(v.sqref).endswith(str(LAST_ROW)) for v in rules.values())
    assert _listed(book, rules[at["status"]].formula1)[:2] == ["Planned", "Ongoing"]
    assert _listed(book, rules[at["first_time_assisted"]].formula1) == ["Yes", "No"]
    assert _listed(book, rules[at["period"]].formula1) == [f"2016-{m:02}" for m in range(1, 13)]
    assert _listed(book, rules[at["org_acronym"]].formula1) == ["HCR", "OIM", "ONG-A", "ONG-B"]
    assert rules[at["donor"]].showErrorMessage is False
    count, day = rules[at["households_reached"]], rules[at["end_date"]]
    assert (count.type, count.formula1, count.formula2) == ("whole", "0", "50000000")
    assert (day.type, day.formula1) == ("date", f"MAX(36526,${at['start_date']}4)")


def test_lists_of_places_stand_together_under_their_parents(
    session: orm.Session, operation: Operation
) -> None:
    book = _load(_write(session, operation))
    page = book.worksheets[1]
    at, rules = _columns(operation, page), _validations(page)
    formula = rules[at["adm3_name"]].formula1
    parents, titles = (
        re.search(r"MATCH\(.*?,(_lists!\S+?),0\)", formula),
        re.match(r"OFFSET\((.*?),", formula),
    )
    assert parents is not None
    assert titles is not None
    keys = _listed(book, parents[1])
    column = titles[1].split("$")[1]
    names = _listed(book, f"{LISTS_SHEET}!${column}$2:${column}${len(keys) + 1}")
    assert list(zip(keys, names, strict=True)) == [
        ("Gao|Ansongo", "Ansongo"),
        ("Gao|Ansongo", "Bara"),
        ("Mopti|Bandiagara", "Bandiagara"),
        ("Mopti|Bankass", "Bankass"),
        ("Mopti|Bankass", "Baye"),
    ]
    assert f'${at["adm1_name"]}4&"|"&${at["adm2_name"]}4' in formula


def test_two_communes_of_one_name_in_one_cercle_show_their_codes(
    session: orm.Session, operation: Operation
) -> None:
    session.add(
        Area(edition_id=operation.edition_id, level=3, pcode="ML050299", name="BAYE", parent_pcode="ML0502")
    )
    session.flush()
    page = _load(_write(session, operation))[LISTS_SHEET]
    values = {c.value for row in page.iter_rows() for c in row}
    assert {"Baye (ML050202)", "BAYE (ML050299)", "Mopti|Bankass|Baye (ML050202)", "Bara"} <= values
    assert "Baye" not in values


def test_blank_rows_have_formulas_that_give_nothing_until_a_row_is_begun(
    session: orm.Session, operation: Operation
) -> None:
    content = _write(session, operation, agency=get_agency(session, operation, "ONG-A"), month="2016-05")
    page = _load(content).worksheets[1]
    at = _columns(operation, page)
    first, last = page[4], page[4 + BLANK_ROWS - 1]
    assert page.max_row == 4 + BLANK_ROWS - 1
    filled = {"org_acronym", "org_name", "period", "adm2_pcode", "adm3_pcode"}
    for cells in (first, last):
        assert {k for k, c in zip(at, cells[1:], strict=True) if c.value is not None} == filled
    assert page[f"{at['adm2_pcode']}4"].value.startswith("=IFERROR(INDEX(_lists!")
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[1]
    assert all(c.value in (None, "") for row in values.iter_rows(min_row=4) for c in row)


def test_rows_of_the_month_stand_in_the_organisations_workbook(
    session: orm.Session, operation: Operation
) -> None:
    organisation = get_agency(session, operation, "ONG-A")
    other = get_agency(session, operation, "ONG-B")
    uids = record_versions(
        session,
        operation,
        [
            Change(organisation.id, {"period": "2016-05", "households_reached": 120}),
            Change(organisation.id, {"period": "2016-04", "households_reached": 1}),
            Change(other.id, {"period": "2016-05", "households_reached": 2}),
        ],
        actor=None,
    )
    page = _load(_write(session, operation, agency=organisation, month="2016-05")).worksheets[1]
    at = _columns(operation, page)
    assert page[f"{at['row_id']}4"].value == uids[0]
    assert page[f"{at['households_reached']}4"].value == 120
    assert page[f"{at['row_id']}5"].value is None
    assert page.max_row == 4 + BLANK_ROWS
    everywhere = {c.value for row in page.iter_rows() for c in row}
    assert not everywhere & set(uids[1:])


def test_an_acronym_of_two_organisations_fills_in_no_name(session: orm.Session, operation: Operation) -> None:
    for name in ("Solidarité Action", "Sahel Aide Développement"):
        organisation = Organisation(acronym="SAD", name=name, type="nngo")
        session.add(organisation)
        session.flush()
        session.add(Participation(operation_id=operation.id, organisation_id=organisation.id))
    session.flush()
    book = _load(_write(session, operation))
    rules, at = _validations(book.worksheets[1]), _columns(operation, book.worksheets[1])
    acronyms = _listed(book, rules[at["org_acronym"]].formula1)
    assert acronyms.count("SAD") == 1
    names = re.search(r"INDEX\((.*?),MATCH", book.worksheets[1][f"{at['org_name']}4"].value)
    assert names is not None
    beside = dict(zip(acronyms, _listed(book, names[1]), strict=True))
    assert beside["SAD"] is None
    assert beside["ONG-A"] == "Association Alpha"
    assert {"Solidarité Action", "Sahel Aide Développement"} <= set(
        _listed(book, rules[at["org_name"]].formula1)
    )


def test_the_instructions_say_what_to_fill_how_people_count_and_whom_to_ask(
    session: orm.Session, operation: Operation
) -> None:
    person = Person(email="im@example.org", name="Aïssata Traoré", password_hash="x", session_key="k")
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, operation_id=operation.id, role="information_manager"))
    session.flush()
    page = _load(_write(session, operation, language="en")).worksheets[0]
    rows = [[c for c in row if c] for row in page.iter_rows(values_only=True)]
    assert ["Aïssata Traoré", "im@example.org"] in rows
    assert [
        "Cash for rent",
        "Shelter, Household",
        "The largest month of each area counts, then the areas are added up.",
    ] in rows
    assert ["L  Transfer value per household", "when “Modality” is: Cash, Voucher"] in [r[:2] for r in rows]
    described = [row[0].split("  ")[-1] for row in rows if row and re.match(r"[A-Z]{1,2}  ", str(row[0]))]
    layout = template_of(operation).layout("shelter-4w")
    assert described == [c.header_text("en") for c in layout.columns]


@pytest.mark.parametrize("layout", ["shelter-4w", "ocha-mali-5w"])
def test_the_sheets_are_what_excel_accepts(session: orm.Session, operation: Operation, layout: str) -> None:
    agency = get_agency(session, operation, "ONG-A")
    record_versions(session, operation, [Change(agency.id, {"period": "2016-05"})], actor=None)
    content = _write(session, operation, layout=layout, agency=agency, month="2016-05")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/")]
        assert len(sheets) == 4
        for name in sheets:
            _assert_strict(package.read(name).decode())
        names = re.findall(r"<definedName [^>]*>([^<]*)<", package.read("xl/workbook.xml").decode())
    assert names
    assert not any("#REF!" in name for name in names)


def _assert_strict(sheet: str) -> None:
    outer = re.sub(r"<sheetData>.*</sheetData>", "<sheetData/>", sheet, flags=re.DOTALL)
    inner = outer[outer.index(">", outer.index("<worksheet")) + 1 : outer.rindex("</worksheet>")]
    depth, top = 0, []
    for close, name, self_closed in re.findall(r"<(/?)(\w+)[^>]*?(/?)>", inner):
        if close:
            depth -= 1
            continue
        if depth == 0:
            top.append(name)
        depth += 0 if self_closed else 1
    assert top == [name for name in ORDER if name in top]
    numbers = [int(n) for n in re.findall(r'<row r="(\d+)"', sheet)]
    assert numbers == sorted(set(numbers))
    for row, cells in re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', sheet, flags=re.DOTALL):
        places = re.findall(r'<c r="([A-Z]+)(\d+)"', cells)
        order = [openpyxl.utils.column_index_from_string(letter) for letter, _ in places]
        assert order == sorted(set(order))
        assert {number for _, number in places} <= {row}
    for rule in re.findall(r"<dataValidation .*?</dataValidation>", html.unescape(sheet), flags=re.DOTALL):
        assert all(len(f) <= 255 for f in re.findall(r"<formula\d>(.*?)</formula\d>", rule))
        assert all(len(t) <= 32 for t in re.findall(r'(?:promptTitle|errorTitle)="(.*?)"', rule))
        assert all(len(t) <= 225 for t in re.findall(r' (?:prompt|error)="(.*?)"', rule))


@needs_office
# The workbook is the same on both databases.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_libreoffice_finds_the_codes_and_keeps_the_drop_downs(
    session: orm.Session, operation: Operation, tmp_path: Path
) -> None:
    agency = get_agency(session, operation, "ONG-A")
    book = _load(_write(session, operation, agency=agency))
    page = book.worksheets[1]
    at = _columns(operation, page)
    places = [("Mopti", "Bankass", "Bankass"), ("Gao", "Ansongo", "Ansongo"), ("Gao", "Ansongo", "Bankass")]
    for row, names in enumerate(places, 4):
        page[f"{at['sub_sector']}{row}"] = "BNA"
        for level, name in enumerate(names, 1):
            page[f"{at[f'adm{level}_name']}{row}"] = name
    again = io.BytesIO(recalculated(book, tmp_path))
    saved = openpyxl.load_workbook(again, data_only=True).worksheets[1]
    shown = [[saved[f"{at[key]}{row}"].value for key in ("org_acronym", "adm2_pcode", "adm3_pcode")]
             for row in range(4, 8)]  # fmt: skip
    assert [[cell or "" for cell in row] for row in shown] == [
        ["ONG-A", "ML0502", "ML050201"],
        ["ONG-A", "ML0701", "ML070101"],
        ["ONG-A", "ML0701", ""],
        ["", "", ""],
    ]
    before, after = _validations(page), _validations(saved)
    assert {k: v.formula1 for k, v in after.items()} == {k: v.formula1 for k, v in before.items()}
    assert not any(v.showDropDown for v in after.values())
