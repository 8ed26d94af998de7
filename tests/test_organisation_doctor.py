"""Names of organisations: what puts a name and an acronym together is read, what may be two is asked."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import openpyxl
from sqlalchemy import orm

from cluster4w.intake.places.organisation_names import country_names, parts, without_country
from cluster4w.intake.places.organisations import misspelt
from cluster4w.models import Operation
from cluster4w.record.operations.organisations import register
from tests import agencies
from tests.agencies import AGENCIES
from tests.books import HEADERS, book, row, saved
from tests.checks import checked, codes, found
from tests.sending import sent, title
from tests.test_learned_names import answer, choices, questions

MALI = country_names("MLI")
who = partial(agencies.who, country=MALI)
TAKEN = [
    # Acronym and name together in one cell, or each in the other's.
    (("", "NRC/ Norwegian Refugee Council"), 5, None),
    (("NRC/ Norwegian Refugee Council", ""), 5, None),
    (("NRC", "Norwegian Refugee Council (NRC)"), 5, None),
    (("", "OIM - Organisation internationale pour les migrations"), 1, None),
    (("", "SAD (Sahel Aide Durable)"), 4, None),
    (("", "NRC"), 5, None),
    (("Norwegian Refugee Council", "NRC"), 5, None),
    # The branch in the country of the operation is said.
    (("", "Save the Children International - Mali"), 6, "organisation.branch"),
    (("CRF Mali", ""), 7, "organisation.branch"),
    (("SCI", "Save the Children International (Mali)"), 6, "organisation.branch"),
    (("SCI-Mali", "Save the Children International"), 6, "organisation.acronym_differs"),
]
TRAPS = [
    # Two acronyms of which one is known; two organisations; an acronym that two have.
    (("OIM/IOM", ""), "organisation.doubtful"),
    (("HCR/UNHCR", ""), "organisation.doubtful"),
    (("OIM / NRC", ""), "organisation.several"),
    (("", "Norwegian Refugee Council et Croix-Rouge française"), "organisation.several"),
    (("OIM", "NRC / CRF"), "organisation.several"),
    (("SAD", ""), "organisation.ambiguous"),
    (("", "SAD"), "organisation.ambiguous"),
    (("SAD Mali", ""), "organisation.unknown"),
    # "Du Mali" is part of a name; another country's branch, or a part of a name, is another organisation.
    (("", "Femmes du Mali"), "organisation.unknown"),
    (("", "Vétérinaires Sans Frontières Suisse"), "organisation.unknown"),
    (("", "Save the Children"), "organisation.unknown"),
    (("CRF Niger", ""), "organisation.unknown"),
    (("NRC", "Croix-Rouge française (CRF)"), "organisation.doubtful"),
]


def test_what_names_one_organisation_twice_is_read_and_what_may_be_two_is_asked() -> None:
    for said, id_, code in TAKEN:
        result = who(*said)
        assert result.agency is not None, said
        assert (result.agency.id, result.issue[1].code if result.issue else None) == (id_, code), said
    for said, code in TRAPS:
        result = who(*said)
        assert result.agency is None, said
        assert result.issue is not None
        assert result.issue[1].code == code, (said, result.issue[1].code)
        assert result.issue[1].params["ask"]["kind"] == "organisation", said
    # A new one with all it takes to be registered is still no cover for two that are known.
    assert who("OIM / NRC", "OIM / NRC", "ingo").agency is None
    assert who("", "OIM / NRC").issue[1].params["ask"]["candidates"] == ["1", "5"]  # type: ignore[index]


def test_the_country_is_taken_off_a_branch_and_left_in_a_name() -> None:
    assert {"mali", "mli"} <= MALI
    for text, bare in (
        ("Oxfam Mali", "oxfam"),
        ("Oxfam au Mali", "oxfam"),
        ("Mali Oxfam", "oxfam"),
        ("Oxfam - bureau Mali", "oxfam"),
        ("Femmes du Mali", ""),
        ("Mali", ""),
        ("Oxfam Malienne", ""),
    ):
        assert without_country(text, MALI) == bare, text
    assert parts("AMCP-SP/ ALIMA") == ["AMCP-SP", "ALIMA"]


def test_a_partners_file_may_call_it_by_any_of_these() -> None:
    for said in (
        ("NRC Mali", ""),
        ("", "NRC/ Norwegian Refugee Council"),
        ("Norwegian Refugee Council", "NRC"),
    ):
        assert who(*said, own=AGENCIES[4]).agency == AGENCIES[4], said
    for said in (("NRC / CRF", ""), ("", "Croix-Rouge française")):
        assert who(*said, own=AGENCIES[4]).agency is None, said
    assert who("SAD", "", own=AGENCIES[3]).agency == AGENCIES[3], "its acronym is its own, whoever shares it"


def test_an_acronym_that_two_organisations_have_is_asked_with_both_names(
    client_for: Any, app: Any, session: orm.Session, operation: Operation
) -> None:
    for name in ("Sahel Aide Durable", "Solidarité Développement"):
        register(session, operation, acronym="SAD", name=name, type_="nngo", actor=None)
    session.commit()
    client = client_for("information_manager")
    address = sent(client, book(row(**{"Acronyme": "SAD", "Nom Organisation": ""})), organisation="")
    fieldset = questions(client.get(address))["SAD"]
    words = [
        t for t in ("Sahel Aide Durable", "Solidarité Développement") if t in "".join(fieldset.itertext())
    ]
    assert len(words) == len(choices(fieldset)) == 2
    assert fieldset.find(".//select") is None, "nobody else has the acronym"
    answer(client, address, "SAD", choices(fieldset)[0])
    assert title(client.get(address)).endswith("1 line ready")
    assert codes(checked(session, operation, book(row(**{"Acronyme": "SAD", "Nom Organisation": ""})))) == []


def _said(*rows: tuple[str, str]) -> list[tuple[Any, ...]]:
    """Return rows of new organisations: acronym and name."""
    return [row(**{"Acronyme": a, "Nom Organisation": n, "Type Organisation": "ONG Int"}) for a, n in rows]


def test_a_new_organisation_is_called_what_most_rows_say_and_other_spellings_are_asked(
    session: orm.Session, operation: Operation
) -> None:
    vision, wold = ("WVI", "World Vision"), ("WVI", "Wold Vision")
    for rows, name, doubtful in (
        # The misspelt one comes first, and is the only one of its kind.
        ([wold, vision, vision], "World Vision", {2: "World Vision"}),
        ([vision, wold, vision], "World Vision", {3: "World Vision"}),
        # Which comes first decides between two that are equally frequent.
        ([wold, vision], "Wold Vision", {3: "Wold Vision"}),
        # The acronym differs too; then each spelling is looked for by its name.
        ([("WV", "Wold Vision"), vision, vision], "World Vision", {2: "World Vision"}),
        # How it is spelt decides, not the letters: capitals are no other spelling.
        ([wold, vision, ("wvi", "WORLD VISION")], "World Vision", {2: "World Vision"}),
    ):
        check = checked(session, operation, book(*_said(*rows)))
        assert [a.name for a in check.new_organisations] == [name], rows
        asked = [f for f in check.findings if f.code == "organisation.doubtful"]
        assert {f.row: f.suggestion for f in asked} == doubtful, rows
        assert [f.code for f in check.findings].count("organisation.new") == 1, rows
        assert check.counts.with_errors == len(doubtful), rows
        assert check.counts.read == len(rows) == len(check.rows), rows
    # The acronym that most rows give a name; the others are its rows, and told so.
    check = checked(session, operation, book(*_said(("WV", "World Vision"), vision, vision)))
    assert [(a.acronym, a.name) for a in check.new_organisations] == [vision]
    assert {r.values["org_acronym"] for r in check.rows} == {"WVI"}
    assert [f.row for f in check.findings if f.code == "organisation.acronym_differs"] == [2]


def test_two_new_organisations_with_near_names_are_never_made_one(
    session: orm.Session, operation: Operation
) -> None:
    one, two = ("AFG", "Association des femmes de Gao"), ("AFG", "Association des femmes de Gossi")
    for rows in ([one, two, two], [one, one, two]):
        check = checked(session, operation, book(*_said(*rows)))
        most = max({one, two}, key=rows.count)
        assert [(a.acronym, a.name) for a in check.new_organisations] == [most]
        rest = [r for r in check.rows if r.state == "with_errors"]
        assert len(rest) == 1, "the other one is asked, and no row is taken for it"
        assert {r.values["org_name"] for r in check.rows if r not in rest} == {most[1]}
    # With names of their own, both are new.
    check = checked(session, operation, book(*_said(one, ("AFG", "Aide humanitaire du Gourma"))))
    assert len(check.new_organisations) == 2
    assert check.counts.with_errors == 0
    # Over two sheets, too.
    sheets = openpyxl.load_workbook(io.BytesIO(book(*_said(("WVI", "Wold Vision")))))
    copy = sheets.copy_worksheet(sheets.worksheets[0])
    for number in (2, 3):
        for column, cell in enumerate(_said(("WVI", "World Vision"))[0], 1):
            copy.cell(number, column, cell)
        copy.cell(number, 12, 50 + number)
    check = checked(session, operation, saved(sheets))
    assert [a.name for a in check.new_organisations] == ["World Vision"]
    assert [(f.sheet, f.row) for f in check.findings if f.code == "organisation.doubtful"] == [("4W", 2)]
    assert (check.counts.read, len(check.sheets)) == (3, 2)


def test_unregistered_names_much_like_a_more_frequent_one_are_told(
    session: orm.Session, operation: Operation
) -> None:
    names = {
        "Wold Vision": 1, "ECHO": 3, "World Vision": 4, "Échos": 1, "Fonds commun 2015": 5,
        "Fonds commun 2016": 2, "Vétérinaires sans Frontières": 1, "Véterinaire sans frontière": 1,
    }  # fmt: skip
    assert misspelt(names) == {
        "Wold Vision": "World Vision",
        "Véterinaire sans frontière": "Vétérinaires sans Frontières",
    }
    headers = (*HEADERS, "Bailleur")
    rows = [(*row(Ménages=n), donor) for n, donor in enumerate(("Wold Vision", *["World Vision"] * 2), 20)]
    told = found(checked(session, operation, book(*rows, headers=headers)), "organisation.like_another")
    assert (told.value, told.key, told.severity) == ("Wold Vision", "donor", "info")
    assert (told.params["likely"], told.params["count"], told.params["others"]) == ("World Vision", 1, 2)
