"""Names of organisations: what puts a name and an acronym together is read, what may be two is asked."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.places.organisation_names import country_names, parts, without_country
from cluster4w.models import Operation
from cluster4w.record.operations.organisations import register
from tests import agencies
from tests.agencies import AGENCIES
from tests.books import book, row
from tests.checks import checked, codes
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
