"""Places by code, name and parent; organisations by acronym and name; choices; what people confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.intake.places.cells import Placed
from cluster4w.intake.places.finder import PlaceFinder
from cluster4w.intake.places.names import plain
from cluster4w.intake.places.organisations import OrganisationFinder
from cluster4w.models import Alias, Operation
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.context import Learned
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.text import fold
from tests.agencies import AGENCIES, who
from tests.books import HEADERS, ROW, book, row
from tests.checks import checked, codes, found


def _places(*rows: tuple[Any, ...]) -> tuple[Place, ...]:
    """Return places of (code, name, parent) and, some, other spellings; the length of a code is its level."""
    return tuple(Place(r[0], len(r[0]) // 2 - 1, r[1], r[2], *r[3:]) for r in rows)


#: The divisions of 2021: Ménaka is a region, Taoudénit too, and Koro's codes have moved.
LATER = Gazetteer(
    "MLI",
    "2021",
    _places(
        ("ML05", "Mopti", None),
        ("ML10", "Menaka", None),
        ("ML11", "Taoudenit", None),
        ("ML0502", "Koro", "ML05"),
        ("ML0509", "Bankass", "ML05"),
        ("ML1001", "Menaka", "ML10"),
        ("ML1002", "Anderamboukane", "ML10"),
        ("ML1101", "Araouane", "ML11"),
    ),
)
OURS = Gazetteer(
    "MLI",
    "2016",
    _places(
        ("ML01", "Kayes", None),
        ("ML05", "Mopti", None),
        ("ML06", "Tombouctou", None, ("Timbuktu",)),
        ("ML07", "Gao", None),
        ("ML09", "Bamako", None),
        ("ML0101", "Kéniéba", "ML01"),
        ("ML0502", "Bankass", "ML05"),
        ("ML0503", "Djenné", "ML05"),
        ("ML0506", "Mopti", "ML05"),
        ("ML0603", "Gourma-Rharous", "ML06"),
        ("ML0605", "Tombouctou", "ML06"),
        ("ML0701", "Ansongo", "ML07"),
        ("ML0704", "Ménaka", "ML07"),
        ("ML0901", "Bamako", "ML09"),
        ("ML010101", "Baye", "ML0101"),
        ("ML050202", "Baye", "ML0502"),
        ("ML050204", "Dimbal Habé", "ML0502"),
        ("ML050303", "Djenné", "ML0503"),
        ("ML050609", "Mopti", "ML0506"),
        ("ML060308", "Rharous", "ML0603"),
        ("ML060506", "Tombouctou", "ML0605"),
        ("ML060507", "N'gabacoro Droit", "ML0605"),
        ("ML070101", "Ansongo", "ML0701"),
        ("ML070403", "Ménaka", "ML0704", ("Menaka",)),
        ("ML090101", "Commune I", "ML0901"),
        ("ML090102", "Commune II", "ML0901"),
    ),
    (LATER,),
    {("2021", "ML1001"): "ML0704", ("2021", "ML0509"): "ML0502", ("2021", "ML05"): "ML05"},
)
FINDER = PlaceFinder(OURS)


def placed(*said: str) -> Placed:
    """Find a place by names and codes: region, its code, cercle, its code, commune, its code."""
    return FINDER.find((*said, *[""] * (6 - len(said))))  # type: ignore[arg-type]


def deepest(result: Placed) -> str | None:
    """Return the deepest code that was taken."""
    return next((str(c) for level in (3, 2, 1) if (c := result.values.get(f"adm{level}_pcode"))), None)


def issues(result: Placed) -> list[tuple[str, str, str | None]]:
    """Return key, code and suggestion of what there is to say."""
    return [(key, issue.code, issue.suggestion) for key, issue in result.issues]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (("Mopti", "ML05", "Bankass", "ML0502", "Baye", "ML050202"), "ML050202"),
        (("Mopti", "", "Bankass", "", "Baye"), "ML050202"),
        (("Kayes", "", "Kenieba", "", "BAYE"), "ML010101"),
        (("", "ML05", "", "ML0502", "", "ML050202"), "ML050202"),
        (("", "", "", "", "", "ML050202"), "ML050202"),
        (("Timbuktu",), "ML06"),
        (("Région de Tombouctou", "", "Cercle de Tombouctou", "", "Commune de Tombouctou"), "ML060506"),
        (("Tombouctou", "", "gourma rharous"), "ML0603"),
        (("District de Bamako", "", "Bamako", "", "Commune 2"), "ML090102"),
        (("Bamako", "", "Bamako", "", "Commune - II"), "ML090102"),
        (("Mopti", "MLI05", "Bankass", "mli 0502"), "ML0502"),
        (("Mopti (ML05)", "", "Bankass [ML0502]"), "ML0502"),
        (("ML05", "", "ML0502", "", "ML050202"), "ML050202"),
        (("Mopti", "", "", "", "Dimbal Habé"), "ML050204"),
    ],
)
def test_what_agrees_is_taken_without_a_word(said: tuple[str, ...], code: str) -> None:
    result = placed(*said)
    assert issues(result) == []
    assert deepest(result) == code


@pytest.mark.parametrize(
    ("said", "code", "key", "suggestion"),
    [
        (("Tomboctou",), "ML06", "adm1_name", "Tombouctou"),
        (("Mopti", "", "Bankas"), "ML0502", "adm2_name", "Bankass"),
        (("Mopti", "", "Bankass", "", "Dimbal Habbe"), "ML050204", "adm3_name", "Dimbal Habé"),
        (("Mopti", "ML05", "Bankas", "ML0502"), "ML0502", "adm2_name", "Bankass"),
        # A part of a name, where its code says the same.
        (
            ("Tombouctou", "ML06", "Tombouctou", "ML0605", "Ngabacoro", "ML060507"),
            "ML060507",
            "adm3_name",
            "N'gabacoro Droit",
        ),
    ],
)
def test_a_misspelling_is_taken_and_said(said: tuple[str, ...], code: str, key: str, suggestion: str) -> None:
    result = placed(*said)
    assert issues(result) == [(key, "area.spelling_taken", suggestion)]
    assert deepest(result) == code


@pytest.mark.parametrize(
    ("said", "issue"),
    [
        # Below the limit a spelling is suggested, never taken.
        (("Tomboto",), ("adm1_name", "area.unknown", "Tombouctou")),
        (("Zzz",), ("adm1_name", "area.unknown", None)),
        (
            ("Tombouctou", "", "Gourma-Rharous", "", "Gourma-Rharous"),
            ("adm3_name", "area.unknown", "Rharous"),
        ),
        # A cercle in the region's column, a commune in the cercle's: the level is what to mend.
        (("Bankass",), ("adm1_name", "area.not_this_level", None)),
        (("Mopti", "", "Dimbal Habé"), ("adm2_name", "area.not_this_level", None)),
        # The digits of a name are the name: "Commune V" is no misspelling of "Commune I".
        (("Bamako", "", "Bamako", "", "Commune V"), ("adm3_name", "area.unknown", None)),
        (("", "", "", "", "Baye"), ("adm3_name", "area.homonym", None)),
        (("Mopti", "", "Ansongo"), ("adm2_name", "area.not_in_parent", None)),
        # Another cercle's commune: what is merely a little alike here is no help.
        (("Mopti", "", "Djenné", "", "Dimbal Habé"), ("adm3_name", "area.not_in_parent", None)),
        (("Mopti", "", "Djenné", "", "", "ML050202"), ("adm3_pcode", "area.not_in_parent", None)),
        (("", "", "", "", "", "ML999999"), ("adm3_pcode", "area.no_such_code", None)),
        # The homonym's code: a look-up by name over the whole country finds the first.
        (
            ("Mopti", "ML05", "Bankass", "ML0502", "Baye", "ML010101"),
            ("adm3_pcode", "area.code_name_disagree", "ML050202"),
        ),
        (
            ("Mopti", "ML05", "Djenné", "ML0503", "Djenné", "ML050609"),
            ("adm3_pcode", "area.code_name_disagree", "ML050303"),
        ),
        (("Mopti", "ML07"), ("adm1_pcode", "area.code_name_disagree", "ML05")),
        # Code and parent agree, and the name is nobody's: the name is what to mend.
        (
            ("Tombouctou", "ML06", "Tombouctou", "ML0605", "Gabacoron", "ML060507"),
            ("adm3_name", "area.code_name_disagree", "N'gabacoro Droit"),
        ),
        # The code is that of the name in another edition, and of another place in ours.
        (("Mopti", "ML05", "Koro", "ML0502"), ("adm2_pcode", "area.code_of_other_edition", None)),
    ],
)
def test_what_disagrees_is_asked_and_nothing_is_taken(
    said: tuple[str, ...], issue: tuple[str, str, str | None]
) -> None:
    result = placed(*said)
    assert issues(result) == [issue]
    assert result.values == {}


def test_the_area_around_a_place_of_another_level_is_offered_first() -> None:
    for said, first in (
        # A cercle and a commune of Gao in the column of regions; Dimbal Habé is in Bankass.
        (("Ansongo",), "ML07"),
        (("Rharous",), "ML06"),
        (("Mopti", "", "Dimbal Habé"), "ML0502"),
    ):
        ((_, issue),) = placed(*said).issues
        candidates = issue.params["ask"]["candidates"]
        assert (issue.code, candidates[0]) == ("area.not_this_level", first), said
        assert len(candidates) > 1, "the nearest names follow"
        assert len(set(candidates)) == len(candidates), said


def test_both_candidates_of_a_disagreement_are_named_with_code_and_parent() -> None:
    ((_, issue),) = placed("Mopti", "ML05", "Bankass", "ML0502", "Baye", "ML010101").issues
    assert {k: v for k, v in issue.params.items() if k != "ask"} == {
        "code": "ML010101",
        "by_code": "Baye (Kéniéba, ML010101)",
        "by_name": "Baye (Bankass, ML050202)",
    }


def test_homonyms_are_told_apart_by_their_parent_only() -> None:
    ((_, issue),) = placed("", "", "", "", "Baye").issues
    assert issue.params["candidates"] == "Baye (Kéniéba, ML010101), Baye (Bankass, ML050202)"
    assert deepest(placed("Kayes", "", "", "", "Baye")) == "ML010101"
    assert deepest(placed("Mopti", "", "", "", "Baye")) == "ML050202"


def test_a_code_of_another_edition_is_translated_and_the_edition_named() -> None:
    result = placed("Mopti", "", "Bankass", "ML0509", "Baye")
    assert issues(result) == [("adm2_pcode", "area.other_edition", "ML0502")]
    assert result.issues[0][1].params["edition"] == "2021"
    assert deepest(result) == "ML050202"


def test_a_region_of_another_edition_gives_way_to_the_cercle_that_both_know() -> None:
    result = placed("Ménaka", "ML10", "Menaka", "ML1001", "Menaka")
    assert issues(result) == [
        ("adm2_pcode", "area.other_edition", "ML0704"),
        ("adm1_name", "area.other_edition", "Gao"),
    ]
    assert {i.params["taken"] for _, i in result.issues} == {"Ménaka (Gao, ML0704)"}
    assert deepest(result) == "ML070403"


def test_a_place_that_only_another_edition_has_is_asked() -> None:
    result = placed("Taoudenit", "ML11", "Araouane", "ML1101")
    assert {code for _, code, _ in issues(result)} == {"area.only_in_other_edition"}
    assert result.values == {}
    assert result.issues[0][1].params == {"editions": "2021", "edition": "2016"}


def test_a_code_of_nobody_beside_a_good_name_is_corrected() -> None:
    result = placed("Mopti", "", "Bankass", "", "Baye", "ML050299")
    assert issues(result) == [("adm3_pcode", "area.code_unknown", "ML050202")]
    assert deepest(result) == "ML050202"


def test_a_confirmed_spelling_is_taken_inside_its_parent_only() -> None:
    finder = PlaceFinder(OURS, {("adm3_name ML0502", fold("La falaise")): Learned("ML050204", 1)})
    result = finder.find(("Mopti", "", "Bankass", "", "La Falaise", ""))
    assert (issues(result), deepest(result)) == ([], "ML050204")
    elsewhere = finder.find(("Mopti", "", "Djenné", "", "La Falaise", ""))
    assert [code for _, code, _ in issues(elsewhere)] == ["area.unknown"]


def test_a_spelling_keeps_its_name_without_the_word_for_its_level() -> None:
    assert [plain(t) for t in ("Commune - II", "Commune de Mopti", "Mopti Commune", "Commune")] == [
        "commune 2",
        "mopti",
        "mopti",
        "commune",
    ]


# --- organisations ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acronym", "name", "id_", "code"),
    [
        ("OIM", "Organisation internationale pour les migrations", 1, None),
        ("oim", "", 1, None),
        ("", "Organisation Internationale pour les Migrations", 1, None),
        ("SAD", "Sahel Aide Durable", 4, None),
        ("sad", "Solidarite pour l'action et le developpement", 3, None),
        ("UNHCR", "Haut Commissariat des Nations Unies pour les réfugiés", 2, "organisation.acronym_differs"),
        ("HCR", "Haut Commissariat des Nations Unies aux Réfugiés", 2, "organisation.name_differs"),
        ("SAD", "", None, "organisation.ambiguous"),
        ("SAD", "Secours Agricole du Delta", None, "organisation.doubtful"),
        ("OIM", "Office ivoirien des marchés", None, "organisation.doubtful"),
        ("VSFB", "Vétérinaires Sans Frontières Belgiques", None, "organisation.doubtful"),
        ("XYZ", "", None, "organisation.unknown"),
        ("", "Xylophone Zèbre", None, "organisation.unknown"),
        ("", "", None, None),
    ],
)
def test_an_organisation_is_known_by_acronym_and_name_together(
    acronym: str, name: str, id_: int | None, code: str | None
) -> None:
    result = who(acronym, name, "nngo")
    assert (result.agency.id if result.agency else None) == id_
    assert (result.issue[1].code if result.issue else None) == code


def test_another_branch_of_a_family_is_another_organisation() -> None:
    result = who("VSF-S", "Vétérinaires Sans Frontières Suisse", "ingo")
    assert result.agency is not None
    assert result.agency.id < 0, "it is new: the file brings it"
    assert result.issue is not None
    assert result.issue[1].code == "organisation.new"


def test_a_new_organisation_is_announced_once_and_is_one() -> None:
    finder = OrganisationFinder(AGENCIES, None)
    first, second = (finder.find("NEW", "Nouvelle Entraide", "nngo") for _ in range(2))
    assert first.agency == second.agency
    assert first.issue is not None
    assert second.issue is None
    homonym = finder.find("NEW", "Natte et Eau de Wagadou", "nngo")
    assert [a.name for a in finder.new] == ["Nouvelle Entraide", "Natte et Eau de Wagadou"]
    assert homonym.agency != first.agency


def test_a_confirmed_alias_names_the_organisation() -> None:
    result = who("UNHCR-Gao", "", aliases={("org_acronym", "unhcr gao"): Learned("2", 1)})
    assert result.agency is not None
    assert (result.agency.acronym, result.issue) == ("HCR", None)


@pytest.mark.parametrize(
    ("acronym", "name", "own"),
    [
        ("", "", True),
        ("OIM", "", True),
        ("oim", "Organisation int. pour les migrations", True),
        ("IOM", "Organisation internationale pour les migrations", True),
        ("HCR", "", False),
        ("", "Haut Commissariat des Nations Unies pour les réfugiés", False),
        ("OIM", "Association Alpha", False),
    ],
)
def test_a_partners_file_holds_its_own_rows_only(acronym: str, name: str, own: bool) -> None:
    result = who(acronym, name, own=AGENCIES[0])
    assert (result.agency == AGENCIES[0]) is own
    assert (result.issue is None) is own
    if result.issue:
        assert result.issue[1].code == "organisation.not_yours"


# --- through the whole check ------------------------------------------------------------------


def test_an_alias_of_the_record_is_applied_until_it_is_revoked(
    session: orm.Session, operation: Operation
) -> None:
    alias = Alias(
        operation_id=operation.id, kind="area", context="adm3_name ML0502",
        folded="la falaise", typed="La Falaise",
        target="ML050202",
    )  # fmt: skip
    choice = Alias(
        operation_id=operation.id, kind="choice", context="status", folded="tout bon", typed="Tout bon",
        target="completed",
    )  # fmt: skip
    session.add_all([alias, choice])
    session.flush()
    data = book(row(Commune="La  falaise", Statut="tout bon"))
    check = checked(session, operation, data)
    assert codes(check) == []
    assert (check.rows[0].values["adm3_pcode"], check.rows[0].values["status"]) == ("ML050202", "completed")
    alias.revoked_at = choice.revoked_at = alias.created_at
    session.flush()
    assert codes(checked(session, operation, data)) == ["area.unknown", "choice.unknown"]


def test_an_alias_of_one_organisation_is_not_for_the_others(
    session: orm.Session, operation: Operation
) -> None:
    oim, hcr = (get_agency(session, operation, a) for a in ("OIM", "HCR"))
    session.add(
        Alias(
            operation_id=operation.id, kind="area", context="adm3_name ML0502",
        folded="la falaise", typed="La Falaise",
            target="ML050202", organisation_id=oim.id,
        )
    )  # fmt: skip
    session.flush()
    headers, cells = HEADERS[2:], row(Commune="La falaise")[2:]
    assert codes(checked(session, operation, book(cells, headers=headers), agency=oim)) == []
    assert codes(checked(session, operation, book(cells, headers=headers), agency=hcr)) == ["area.unknown"]


def test_a_failed_look_up_of_a_code_suggests_the_code_of_the_name(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "admin3Pcod")
    check = checked(session, operation, book((*ROW, "#N/A"), headers=headers))
    finding = found(check, "cell.error")
    assert (finding.severity, finding.column, finding.suggestion) == ("warning", "N", "ML050202")
    # Without a commune there is no code to look up: nothing is lost, and the row is clean.
    check = checked(session, operation, book((*row(Commune=""), "#N/A"), headers=headers))
    finding = found(check, "cell.error")
    assert (finding.severity, finding.suggestion) == ("info", None)
    assert (check.counts.clean, check.rows[0].values["adm2_pcode"]) == (1, "ML0502")


def test_donors_and_partners_are_matched_with_the_register_or_kept_as_typed(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "Bailleur")
    rows = [(*ROW, "haut commissariat des nations unies pour les refugies"), (*ROW, "Fonds inconnu")]
    check = checked(session, operation, book(*rows, headers=headers))
    assert [r.values["donor"] for r in check.rows] == ["HCR", "Fonds inconnu"]
    finding = found(check, "organisation.not_registered")
    assert (finding.severity, finding.column, finding.params["count"]) == ("info", "N", 1)
