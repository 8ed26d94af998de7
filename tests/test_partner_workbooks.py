"""Workbooks as partners send them, whole: what is read, what is asked, and what is left alone."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.intake.check import check_file
from cluster4w.intake.choices import Choices
from cluster4w.intake.report import as_text
from cluster4w.intake.sheet_columns import months_said
from cluster4w.models import Operation
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.declaration import shipped
from cluster4w.template.language import translator
from tests.books import HEADERS, book, row, saved
from tests.checks import checked, found
from tests.mutations import ods_book


def _english_report() -> bytes:
    """Return a monthly report with merged titles, a header of two rows, sub-totals per region and a note."""
    workbook = openpyxl.Workbook()
    page: Any = workbook.active
    page.title = "Monthly report"
    page.append(["AGIRTOIT – Monthly progress report"])
    page.append(["Reporting period: May 2016"])
    page.append([])
    page.append(["Region", "District", "Commune", "Activity", "Status", "Start date", "End date",
                 "Beneficiary group", "Reached", None, None, None, "Donor", "Remarks"])  # fmt: skip
    page.append([None] * 8 + ["HH", "Individuals", "Male", "Female"])
    first, last = dt.date(2016, 5, 3), dt.date(2016, 5, 12)
    for line in (
        ["Mopti", "Bankass", "Baye", "NFI kits distribution", "Completed", first, last, "IDPs",
         "1,200", "6,000", "2,900", "3,100", "USAID", "ok"],
        [None, "Bandiagara", "Bandiagara", "Shelter rehabilitation", "Ongoing", "12-May-16", "30-May-16",
         "Returnees", 150, 750, 360, 390, "ECHO", None],
        ["Sub-total Mopti", *[None] * 7, 1350, 6750, 3260, 3490],
        ["Gao", "Ansongo", "Ansongo", "Cash for shelter", "Completed", first, last, "IDPs & returnees",
         60, 300, 150, 150, "UNHCR", None],
        ["GRAND TOTAL", *[None] * 7, 1410, 7050, 3410, 3640],
        [],
        ["Note: figures are provisional."],
    ):  # fmt: skip
        page.append(line)
    for block in ("A1:N1", "A2:N2", "I4:L4", "A6:A7", *(f"{c}4:{c}5" for c in "ABCDEFGHMN")):
        page.merge_cells(block)
    return saved(workbook)


def test_an_english_report_with_titles_sub_totals_and_a_note(
    session: orm.Session, operation: Operation
) -> None:
    agency = get_agency(session, operation, "ONG-A")
    check = checked(session, operation, _english_report(), agency=agency)
    assert [r.number for r in check.rows] == [6, 7, 9]
    first, second, third = (r.values for r in check.rows)
    assert (first["adm3_pcode"], first["activity_type"], first["population_group"]) == (
        "ML050202", "core_nfi_kit", "idps",
    )  # fmt: skip
    assert (first["households_reached"], first["individuals_reached"], first["females_reached"]) == (
        1200, 6000, 3100,
    )  # fmt: skip
    assert (second["adm1_pcode"], second["start_date"]) == ("ML05", dt.date(2016, 5, 12))
    assert second["activity_type"] == "housing_rehabilitation"
    reasons = {
        str(f.params["reason"]): f.params["ranges"] for f in check.findings if f.code == "rows.skipped"
    }
    assert reasons == {"totals": "8, 10", "notes below the table": "12"} | (
        {"blank": reasons["blank"]} if "blank" in reasons else {}
    )
    # The month stands above the table: it is proposed, and asked.
    assert found(check, "period.not_given").suggestion == "2016-05"
    both = found(check, "choice.unknown")
    assert (both.row, both.value, both.suggestion) == (9, "IDPs & returnees", None)
    assert "population_group" not in third
    other = found(
        checked(session, operation, _english_report(), agency=agency, month="2016-06"), "period.not_as_said"
    )
    assert (other.severity, other.params) == ("warning", {"month": "2016-06", "said": "2016-05"})
    given = checked(session, operation, _english_report(), agency=agency, month="2016-05")
    assert not [f for f in given.findings if f.code.startswith("period.")]
    assert [r.state for r in given.rows][2] == "with_errors"
    assert given.counts.with_errors == 1
    # A row of data stays one, whatever its first cell begins with.
    odd = checked(session, operation, book(row(Acronyme="Note: OIM"), row(Acronyme="N.B. OIM")))
    assert odd.counts.read == 2


def test_a_column_whose_values_tell_what_it_is_is_asked_where_its_header_says_nothing(
    session: orm.Session, operation: Operation
) -> None:
    at = HEADERS.index("Groupe de population")
    headers = [*HEADERS[:at], "Profil", *HEADERS[at + 1 :]]
    rows = [row(**{"Groupe de population": said}) for said in ("PDI", "Retournés", "déplacés")]
    doubtful = found(checked(session, operation, book(*rows, headers=headers)), "column.doubtful")
    assert (doubtful.header, doubtful.suggestion, doubtful.row) == ("Profil", "Groupe de population", 1)
    # Another value, or a second column of the kind: nothing is proposed.
    other = checked(session, operation, book(row(**{"Groupe de population": "Ami"}), *rows, headers=headers))
    assert not [f for f in other.findings if f.code == "column.doubtful"]
    twice = book(*[(*r, "PDI") for r in rows], headers=[*headers, "Autre profil"])
    assert not [f for f in checked(session, operation, twice).findings if f.code == "column.doubtful"]


FRENCH = [
    ("SIGLE", "Région", "Cercle", "Commune", "Type d’activité", "Mois", "Date de début", "Statut",
     "Population", "Nb ménages", "Nb personnes", "Lat.", "Long.", "Observations"),
    ("ONG-A", "Mopti", "Bankass", "Baye", "Kits BNA", "avril 2016", "04/04/2016", "achevée", "PDI", "1 250",
     "6 250,0", "13,60", "-3,40", "RAS"),
    ("ONG-A", "MOPTI", "BANKASS", "Bankass", "Abris d’urgence", "avr-16", "5 avril 2016", "En cours",
     "Retournés", "75", "375", "14,07", "-3,52", ""),
    ("ONG-A", "Gao", "Ansongo", "Bara", "Distribution d’articles ménagers", "04/2016", "2016-04-09",
     "Terminé", "déplacés", "0,5 ", "3", "15°30′N", "0°21′E", "demi-kit"),
    ("TOTAL", "", "", "", "", "", "", "", "", "1325,5", "6628", "", "", ""),
]  # fmt: skip


def test_an_ods_with_french_texts_for_figures(session: orm.Session, operation: Operation) -> None:
    agency = get_agency(session, operation, "ONG-A")
    check = check_file(session, operation, ods_book(FRENCH), "f.ods", agency=agency, month=None)
    first, second, third = (r.values for r in check.rows)
    assert (first["households_reached"], first["individuals_reached"]) == (1250, 6250)
    assert (first["latitude"], first["longitude"]) == (13.6, -3.4)
    assert [v["period"] for v in (first, second, third)] == ["2016-04"] * 3
    assert [v["start_date"].day for v in (first, second, third)] == [4, 5, 9]
    assert round(third["latitude"], 2) == 15.5
    # What the column's values are tells what it may be: asked, not taken.
    doubtful = found(check, "column.doubtful")
    assert (doubtful.column, doubtful.header, doubtful.suggestion) == (
        "I",
        "Population",
        "Groupe de population",
    )
    assert {f.code for f in check.findings if f.severity == "error"} == {
        "column.missing", "choice.unknown", "number.not_whole",
    }  # fmt: skip
    # Half a household is no rounding, and household articles are no shelter.
    assert found(check, "number.not_whole").suggestion is None
    assert found(check, "choice.unknown").suggestion == "Kit BNA de base"


def test_a_csv_of_windows_with_semicolons_and_a_cell_of_several_lines(
    session: orm.Session, operation: Operation
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows(
        [
            ("Organisation", "Région", "Cercle", "Commune", "Activité réalisée", "Période", "Etat",
             "Groupe cible", "Ménages touchés", "Personnes touchées", "dont femmes", "Commentaires"),
            ("Association Alpha", "Mopti", "Bankass", "Baye", "Kit NFI", "mai-16", "Réalisé", "PDI", "120",
             "600", "310", "Deux jours ;\r\nvoir rapport « été »\r\n– suite"),
            ("Association Alpha", "Gao", "Ansongo", "Ansongo", "Réhabilitation d’abris", "mai-16", "En cours",
             "Communauté d’accueil", "1 020", "5 100", "", ""),
            ("Association Alpha", "Ménaka", "Ménaka", "", "Kit NFI", "mai-16", "Prévu", "Rapatriés", "", "",
             "", "à partir de juin"),
        ]
    )  # fmt: skip
    agency = get_agency(session, operation, "ONG-A")
    check = check_file(
        session, operation, out.getvalue().encode("cp1252"), "a.csv", agency=agency, month=None
    )
    first, second, third = check.rows
    assert [r.number for r in check.rows] == [2, 3, 4]
    assert str(first.values["comments"]).split() == [
        "Deux", "jours", ";", "voir", "rapport", "«", "été", "»", "–", "suite",
    ]  # fmt: skip
    assert (first.values["activity_type"], second.values["population_group"]) == ("core_nfi_kit", "host")
    assert (second.values["households_reached"], second.values["individuals_reached"]) == (1020, 5100)
    other = found(check, "area.not_this_level")
    assert (other.row, other.params["ask"]["candidates"][0]) == (4, "ML07")
    assert third.state == "with_errors"
    # A file without sheets has places without a name.
    lines = as_text(check, translator("en"), 100).splitlines()
    assert not [line for line in lines if line.startswith(":")]
    assert [line for line in lines if line.startswith("B4: ")]


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Kits BNA distribués", "core_nfi_kit"),
        ("Construction d’abri permanent", "permanent_housing"),
        ("Réhabilitations", "housing_rehabilitation"),
        ("Distribution d’articles ménagers", "core_nfi_kit"),
        # A word that says nothing, or chance.
        ("Distribution", None),
        ("Distribution de semences", None),
    ],
)
def test_a_choice_is_suggested_for_a_word_that_tells(text: str, suggested: str | None) -> None:
    template = shipped()
    choices = Choices(template.column("activity_type"), template, None, {})
    key, issue = choices.find(text)
    assert key is None
    assert issue is not None
    expected = template.activity_types.label(suggested, "fr") if suggested else None
    assert issue.suggestion == expected, issue.suggestion


def test_months_are_read_in_titles_and_names_of_sheets() -> None:
    for texts, months in (
        (["Reporting period: May 2016"], ["2016-05"]),
        (["Rapport mensuel – mai 2016", "Mai-2016"], ["2016-05"]),
        (["De mars 2016 à avril 2016"], ["2016-03", "2016-04"]),
        (["4W", "Mali 2016", "May", "Version 3.2", "12 communes"], []),
    ):
        assert months_said(texts) == months, texts
