"""The first column of our template: formulas that say OK or name a row's first problem while it is typed."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formula import Tokenizer
from sqlalchemy import orm

from cluster4w.intake.findings import title
from cluster4w.models import Operation
from cluster4w.publish.status.column import NAME, unsaid
from cluster4w.publish.workbooks.workbook import BLANK_ROWS, write_export, write_template
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.language import translator
from cluster4w.template.marks import CHECK_HEADERS
from tests.checks import checked
from tests.office import needs_office, recalculated
from tests.record_rows import ROW

#: Functions of Excel 2007, all of which LibreOffice has as well.
KNOWN = {
    "AND", "COUNT", "COUNTBLANK", "COUNTIF", "FIND", "IF", "IFERROR", "INDEX", "INT", "ISERROR", "ISLOGICAL",
    "ISNA", "ISNUMBER", "ISTEXT", "LEFT", "LEN", "MATCH", "MID", "MIN", "MONTH", "N", "NOT", "OR", "RIGHT",
    "SUBSTITUTE", "SUM", "SUMPRODUCT", "TODAY", "YEAR",
}  # fmt: skip
#: A row with which nothing is wrong; month, organisation and codes fill themselves in.
GOOD = {
    "sub_sector": "BNA", "activity_type": "Kit BNA de base", "modality": "En nature",
    "adm1_name": "Mopti", "adm2_name": "Bankass", "adm3_name": "Baye", "status": "Achevé",
    "population_group": "PDI", "first_time_assisted": "Oui",
    "households_reached": 100, "individuals_reached": 500,
}  # fmt: skip


def _write(session: orm.Session, operation: Operation, **options: Any) -> openpyxl.Workbook:
    out = io.BytesIO()
    write_template(session, operation, out, **({"layout": "shelter-4w", "language": "fr"} | options))
    return openpyxl.load_workbook(out)


def _columns(operation: Operation) -> dict[str, str]:
    """Return column key to letter in the workbook to be filled in."""
    keys = template_of(operation).layout("shelter-4w").keys
    return {key: openpyxl.utils.get_column_letter(i) for i, key in enumerate(keys, 2)}


def _formulas(book: openpyxl.Workbook) -> dict[str, str]:
    return {name: str(n.attr_text) for name, n in book.defined_names.items() if name.startswith(NAME)}


def _words(book: openpyxl.Workbook) -> list[str]:
    (found,) = re.findall(r"INDEX\(_lists!\$(\w+)\$2:\$\w+\$(\d+)", _formulas(book)[NAME])
    return [str(book["_lists"][f"{found[0]}{row}"].value) for row in range(2, int(found[1]) + 1)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_formulas_are_such_as_every_program_since_2007_calculates(
    session: orm.Session, operation: Operation, language: str
) -> None:
    book = _write(session, operation, language=language)
    page, columns = book.worksheets[1], _columns(operation)
    content = io.BytesIO()
    write_template(session, operation, content, layout="shelter-4w", language=language)
    assert len(content.getvalue()) < 50_000, "it travels over bad links"
    formulas, words = _formulas(book), _words(book)
    assert len(words) > 100
    assert words[-1] == "OK"
    numbers = []
    for name, formula in [*formulas.items(), ("count", page["A1"].value[1:])]:
        assert len(formula) < 8_192, name
        depth = deepest = 0
        for token in Tokenizer(f"={formula}").items:
            if token.type == "FUNC" and token.subtype == "OPEN":
                assert token.value.rstrip("(") in KNOWN, token.value
            depth += {"OPEN": 1, "CLOSE": -1}.get(token.subtype, 0)
            deepest = max(deepest, depth)
            if token.type == "OPERAND" and token.subtype == "RANGE" and name != "count":
                # The row at hand is row 1 of a name; lists stand still.
                moving = re.fullmatch(rf"'{page.title}'!\$([A-Z]+)1(:\$[A-Z]+1)?", token.value)
                still = re.fullmatch(
                    r"(_lists|'[^']+')!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?|cluster4w_check_\d+", token.value
                )
                assert moving or still, token.value
                assert moving is None or moving[1] in columns.values()
        assert depth == 0
        assert deepest < 20, name
        numbers += [int(n) for n in re.findall(rf",(\d+),{len(words)}\)", formula)]
    assert numbers == list(range(1, len(words))), "every problem has its words"
    assert page["A2"].value == CHECK_HEADERS[language]
    assert {page[f"A{row}"].value for row in range(4, 4 + BLANK_ROWS)} == {f"={NAME}"}


def test_the_column_is_locked_coloured_and_always_in_view(session: orm.Session, operation: Operation) -> None:
    page = _write(session, operation).worksheets[1]
    assert page.protection.sheet
    assert page["A4"].protection.locked
    assert page.column_dimensions["A"].protection.locked
    assert page.freeze_panes == "D4"
    assert str(page.auto_filter.ref).startswith("A3:")
    (colours,) = page.conditional_formatting
    assert str(colours.sqref) == "A4:A5000"
    assert [rule.dxf.fill.bgColor.rgb for rule in colours.rules] == ["FFDDEBDA", "FFFCE4A7", "FFF7C8C1"]
    assert [rule.formula[0] for rule in colours.rules] == [
        '$A4="OK"', 'LEFT($A4,13)="À vérifier\u00a0: "', "LEN($A4)>0",
    ]  # fmt: skip


def test_what_the_information_manager_changes_changes_the_formulas(
    session: orm.Session, operation: Operation
) -> None:
    before = set(_words(_write(session, operation, language="en")))
    declaration = copy.deepcopy(operation.template)
    declaration["rules"] = [r for r in declaration["rules"] if r["code"] != "dates.end_before_start"] + [
        {
            "code": "ours.kits",
            "check": "not_above",
            "severity": "error",
            "a": "quantity",
            "b": "households_reached",
        },
    ]
    for column in declaration["columns"]:
        if column["key"] == "donor":
            column["required"] = True
        if column["key"] == "households_reached":
            column["maximum"] = 777
    operation.template = declaration
    operation.severities = {
        "people.age_sex_sum": "off",
        "reached.above_targeted": "error",
        "cell.missing": "error",
    }
    book = _write(session, operation, language="en")
    after = set(_words(book))
    assert after - before == {
        "Missing: Donor", "Figure too large: Quantity", "More reached than targeted: Households reached",
        "More reached than targeted: Individuals reached",
    }  # fmt: skip
    gone = {w.split(": ")[-2] for w in before - after}
    assert gone == {
        "End before start",
        "Women, men, girls and boys do not add up",
        "More reached than targeted",
    }
    assert f"'4W matrix'!${_columns(operation)['households_reached']}1>777" in "".join(
        _formulas(book).values()
    )


def test_rules_that_no_formula_can_say_are_named(operation: Operation) -> None:
    template = template_of(operation)
    assert unsaid(template, template.layout("shelter-4w")) == []


def test_other_layouts_and_exports_have_no_such_column(session: orm.Session, operation: Operation) -> None:
    out = io.BytesIO()
    write_export(session, operation, out, layout="shelter-4w", language="fr")
    export, ocha = openpyxl.load_workbook(out), _write(session, operation, layout="ocha-mali-5w")
    assert not _formulas(export)
    assert not _formulas(ocha)
    assert export["Matrice 4W"]["A2"].value.startswith("Identifiant")
    assert not any(page.conditional_formatting for book in (export, ocha) for page in book)


def test_the_column_is_no_data_on_the_way_in_whatever_stands_in_it(
    session: orm.Session, operation: Operation
) -> None:
    agency = get_agency(session, operation, "ONG-A")
    record_versions(
        session, operation, [Change(agency.id, dict(ROW)), Change(agency.id, dict(ROW))], actor=None
    )
    book = _write(session, operation, agency=agency, month="2016-05")
    page = book.worksheets[1]
    for row, said in ((1, "Lignes OK\u00a0: 2"), (4, "TOTAL"), (5, "Exemple"), (6, "OK"), (7, "#N/A")):
        page[f"A{row}"] = said
    out = io.BytesIO()
    book.save(out)
    check = checked(session, operation, out.getvalue(), agency=agency, month="2016-05")
    assert [(r.number, r.comparison, r.extra) for r in check.rows] == [(n, "unchanged", {}) for n in (4, 5)]
    assert [c.header for c in check.sheets[0].columns if not c.key] == []
    assert check.vanished == []


#: What is changed in the good row, what the workbook says of it, and the state of the row in the check.
OK, BAD, DOUBT = "clean", "with_errors", "with_warnings"
CASES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "OK", OK),
    ({"households_targeted": 120, "individuals_targeted": 600, "start_date": dt.date(2016, 5, 2),
      "end_date": dt.date(2016, 5, 30), "donor": "ECHO", "site_name": "n'importe quoi"}, "OK", OK),
    ({"status": "terminé", "population_group": "IDPs", "first_time_assisted": "yes"}, "OK", OK),
    ({"adm3_name": None}, "OK", OK),
    ({"period": "mai 2016"}, "OK", OK),
    ({"adm1_name": "Gao", "adm2_name": "Ansongo", "adm3_name": "Bara", "adm3_pcode": "ML070102"}, "OK", OK),
    ({"status": None}, "Il manque : Statut", BAD),
    ({"sub_sector": None, "status": None}, "Il manque : Sous-secteur", BAD),
    ({"status": "presque"}, "{choice.unknown} : Statut", BAD),
    ({"population_group": "martiens"}, "{choice.unknown} : Groupe de population", BAD),
    ({"first_time_assisted": "peut-être"},
     "{yes_no.unreadable} : Assistés pour la première fois cette année", BAD),
    ({"households_reached": "beaucoup"}, "{number.unreadable} : Ménages atteints", BAD),
    ({"households_reached": -3}, "{number.outside} : Ménages atteints", BAD),
    ({"households_reached": 99.5}, "{number.not_whole} : Ménages atteints", BAD),
    ({"quantity": "125 kits", "unit": "Kit"}, "{number.unreadable} : Quantité", DOUBT),
    ({"latitude": 123, "longitude": -3.5}, "{number.outside} : Latitude", BAD),
    ({"individuals_reached": "1 200"}, "? Nombre saisi comme texte : Personnes atteintes", OK),
    ({"latitude": "14,5", "longitude": -3.5}, "? Nombre saisi comme texte : Latitude", OK),
    ({"start_date": "02/05/2016"}, "? Date saisie comme texte : Date de début", OK),
    ({"start_date": 12}, "? {dates.far_from_plan} : Date de début", DOUBT),
    ({"start_date": dt.date(2016, 5, 30), "end_date": dt.date(2016, 5, 2)},
     "{dates.end_before_start} : Date de fin", BAD),
    ({"start_date": dt.date(2016, 6, 2)}, "? {dates.month_before_start} : Mois rapporté", DOUBT),
    ({"period": "bientôt"}, "{month.unreadable} : Mois rapporté", BAD),
    ({"period": "2019-01"}, "? {period.outside_plan} : Mois rapporté", DOUBT),
    ({"modality": "Espèces"}, "Il manque : Valeur du transfert par ménage", BAD),
    ({"modality": "Espèces", "transfer_value": 90000}, "Il manque : Monnaie", BAD),
    ({"households_targeted": 80}, "? {reached.above_targeted} : Ménages atteints", DOUBT),
    ({"female_headed_households_reached": 101},
     "{households.women_headed_above_total} : Ménages dirigés par une femme atteints", BAD),
    ({"women_reached": 200, "men_reached": 100, "girls_reached": 100, "boys_reached": 90},
     "? {people.age_sex_sum} : Personnes atteintes", DOUBT),
    ({"women_reached": 501}, "{people.parts_above_total} : Personnes atteintes", BAD),
    ({"individuals_reached": 1300}, "? {households.size} : Personnes atteintes", DOUBT),
    ({"households_reached": None, "individuals_reached": None}, "{reached.missing} : Ménages atteints", BAD),
    ({"status": "Planifié", "households_targeted": 100}, "? {status.planned_with_reached} : Statut", DOUBT),
    ({"quantity": 100, "unit": "Session"}, "? {activity.unit_differs} : Unité", DOUBT),
    ({"quantity": 400, "unit": "Kit"}, "? {quantity.per_household} : Quantité", DOUBT),
    ({"first_time_assisted": None},
     "? {first_time.missing} : Assistés pour la première fois cette année", DOUBT),
    ({"adm2_name": "Ansongo", "adm3_name": None}, "? {area.unknown} : Cercle", BAD),
    ({"adm3_pcode": "ML050201"}, "{area.code_name_disagree} : Code commune", BAD),
    ({"adm2_name": None}, "? Il manque : Cercle", OK),
    ({"adm2_name": None, "adm2_pcode": "ML0502", "adm3_pcode": "ML050202"}, "OK", OK),
    ({"adm2_name": None, "adm2_pcode": "ML0502", "adm3_pcode": "ML050201"},
     "{area.code_name_disagree} : Code commune", BAD),
    ({"row_id": "deux fois"}, "? {row.id_twice}", DOUBT),
    ({"row_id": "deux fois"}, "? {row.id_twice}", DOUBT),
    ({"org_acronym": "ONG-B", "org_name": "Bâtir International"},
     "{organisation.not_yours} : Sigle de l’organisation", BAD),
    ({"comments": "=1/0"}, "{cell.error}", DOUBT),
]  # fmt: skip


def _in_words(text: str) -> str:
    """Return the French words of a case, the titles of findings in the place of their codes."""
    said = re.sub(r"\{(.*?)\}", lambda m: title(m[1], translator("fr")), text)
    return re.sub("^[?]", "À vérifier :", said).replace("\u00a0", " ")


@needs_office
# The workbook is the same on both databases.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_libreoffice_says_of_each_row_what_the_check_says(
    session: orm.Session, operation: Operation, tmp_path: Path
) -> None:
    agency = get_agency(session, operation, "ONG-A")
    book = _write(session, operation, agency=agency, month="2016-05")
    page, columns = book.worksheets[1], _columns(operation)
    for number, (changes, _, _) in enumerate(CASES, 5):
        for key, value in (GOOD | {"site_name": f"Site {number}"} | changes).items():
            page[f"{columns[key]}{number}"] = value
    saved = recalculated(book, tmp_path)
    shown = openpyxl.load_workbook(io.BytesIO(saved), data_only=True).worksheets[1]
    said = {n: shown[f"A{n}"].value for n in range(4, 6 + len(CASES))}
    check = checked(session, operation, saved, agency=agency, month="2016-05")
    states = {row.number: row.state for row in check.rows}
    assert [said[4], said[5 + len(CASES)]] == [None, None], "blank rows say nothing"
    found = [(said[n].replace("\u00a0", " "), states[n]) for n in range(5, 5 + len(CASES))]
    wrong = [
        (changes, got)
        for (changes, words, state), got in zip(CASES, found, strict=True)
        if (_in_words(words), state) != got
    ]
    assert wrong == []
    doubtful = sum(words.startswith("?") for _, words, _ in CASES)
    counts = f"Lignes OK : 7, à corriger : {len(CASES) - 7 - doubtful}, à vérifier : {doubtful}"
    assert shown["A1"].value.replace("\u00a0", " ") == counts
    again = openpyxl.load_workbook(io.BytesIO(saved))
    assert again.worksheets[1]["A5"].value == f"={NAME}"
    assert set(_formulas(again)) == set(_formulas(book))
    assert len(again.worksheets[1].data_validations.dataValidation) == len(
        page.data_validations.dataValidation
    )
