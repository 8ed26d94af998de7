"""Names that nobody knows are asked once: answered on the page of the check, learned, listed, taken back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.intake.one_row import check_row
from cluster4w.intake.places.aliases_file import load_aliases
from cluster4w.intake.places.organisations import OrganisationFinder
from cluster4w.models import Activity, Alias, AliasUse, AuditEvent, GazetteerEdition, Operation
from cluster4w.models.engine import writing
from cluster4w.record.operations.aliases import Answer, learn, revoke
from cluster4w.record.operations.organisations import register
from cluster4w.record.queries.aliases import list_learned
from cluster4w.record.queries.context import Learned
from cluster4w.record.queries.operations import get_operation
from cluster4w.record.queries.organisations import Agency, get_agency
from cluster4w.template.problems import NotFound, Refusal
from tests.books import HEADERS, ROW, book, row
from tests.checks import checked, codes, found
from tests.pages import parse, text_of
from tests.sending import HERE, own, recorded, sent, title

FALAISE = "La Falaise"


def strange(*names: str) -> bytes:
    """Return a good file of ONG-A with a row per commune, each with figures of its own."""
    return book(*(own(Commune=name, Ménages=100 + n, Individus=500 + n) for n, name in enumerate(names)))


def questions(page: Any) -> dict[str, Any]:
    """Return the questions of a page by their text."""
    asked = {}
    for fieldset in parse(page.text).iter("fieldset"):
        if fieldset.get("class") == "question":
            asked[re.findall("“(.*?)”", text_of(fieldset.find("legend")))[0]] = fieldset
    return asked


def answer(client: Any, address: str, text: str, target: str, **more: str) -> Any:
    """Answer the question about a text, as a browser does: with the fields of the page."""
    page = client.get(address)
    fieldset = questions(page)[text]
    radio = next(i for i in fieldset.iter("input") if i.get("type") == "radio")
    group = next(i.get("value") for i in parse(page.text).iter("input") if i.get("name") == "constat")
    return client.post(f"{address}/noms", data={"constat": group, radio.get("name"): target, **more})


def choices(fieldset: Any) -> list[str]:
    return [i.get("value") for i in fieldset.iter("input") if i.get("type") == "radio" and i.get("value")]


def aliases(session: orm.Session) -> list[Alias]:
    session.rollback()
    return list(session.scalars(sa.select(Alias).order_by(Alias.id)))


# --- on the page of the check -----------------------------------------------------------------------


def test_an_unknown_place_is_asked_once_for_all_its_rows_with_the_places_of_its_parent(
    client_for: Any,
) -> None:
    client = client_for("partner")
    page = client.get(sent(client, strange(FALAISE, "la  falaise", "Baye", FALAISE)))
    fieldset = questions(page)[FALAISE]
    assert "3 rows" in text_of(fieldset.find("legend"))
    assert "Commune in Bankass" in text_of(fieldset)
    assert "In the file: 2–3, 5" in text_of(fieldset)
    # Those of the cercle, with parent and code; nothing is chosen beforehand.
    assert set(choices(fieldset)) == {"ML050201", "ML050202", "ML0502"}
    assert "Bankass, ML050202" in text_of(fieldset)
    assert "all of Bankass" in text_of(fieldset)
    marked = [i.get("value") for i in fieldset.iter("input") if i.get("checked") is not None]
    assert marked == [""]


def test_an_answer_is_learned_and_the_file_is_checked_again(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, strange(FALAISE, FALAISE, "Baye"))
    assert title(client.get(address)).endswith("2 need you")
    done = answer(client, address, FALAISE, "ML050201")
    assert (done.status_code, done.location) == (303, address)
    page = client.get(address)
    assert "1 answer is kept and will not be asked again" in page.text
    assert title(page) == "mai.xlsx: 3 lines ready"
    (alias,) = aliases(session)
    assert (alias.kind, alias.context, alias.folded, alias.typed) == (
        "area", "adm3_name ML0502", "la falaise", FALAISE,
    )  # fmt: skip
    assert (alias.target, alias.revoked_at) == ("ML050201", None)
    assert alias.author_id
    assert alias.submission_id == int(address.rsplit("/", 1)[1])
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "alias.learned")).one()
    assert (event.person_id, event.details["typed"]) == (alias.author_id, FALAISE)
    client.post(f"{address}/enregistrer")
    session.rollback()
    assert sorted(session.scalars(sa.select(Activity.adm3_pcode))) == ["ML050201", "ML050201", "ML050202"]
    # Next month nobody is asked.
    assert title(client.get(sent(client, strange("LA FALAISE"), "juin.xlsx"))).endswith("1 line ready")


def test_none_of_these_teaches_nothing(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, strange(FALAISE))
    page = client.post(f"{address}/noms", data={"constat": "error.area.unknown"}, follow_redirects=True)
    assert "nothing has changed" in page.text
    assert aliases(session) == []
    # Nor does what was never offered: a place elsewhere, another level, no place, another question.
    for target in ("ML070102", "ML05", "nonsense", "1"):
        answer(client, address, FALAISE, target)
        assert aliases(session) == []
    client.post(f"{address}/noms", data={"constat": "error.no.such", "r-000000000000": "ML050201"})
    client.post(f"{address}/noms", data={})
    assert aliases(session) == []


def test_a_file_that_moved_on_teaches_nothing(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, strange(FALAISE, "Baye"))
    page = client.get(address)
    radio = next(i.get("name") for i in questions(page)[FALAISE].iter("input"))
    client.post(f"{address}/enregistrer")
    late = client.post(f"{address}/noms", data={"constat": "error.area.unknown", radio: "ML050201"})
    assert late.status_code == 400
    assert "has moved on" in late.text
    assert aliases(session) == []
    assert questions(client.get(address)) == {}, "a receipt asks nothing"


def test_every_place_of_the_parent_can_be_chosen_not_only_the_nearest(
    app: Any, client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    address = sent(client, book(own(Région="Mopti", Cercle="Xyz", Commune="")))
    page = client.get(address)
    fieldset = questions(page)["Xyz"]
    assert set(choices(fieldset)) == {"ML0501", "ML0502", "ML05"}
    assert fieldset.find(".//select") is None, "all of them are offered already"
    address = sent(client, book(own(Région="Quelque part", Cercle="", Commune="")))
    assert set(choices(questions(client.get(address))["Quelque part"])) == {"ML05", "ML07"}


def test_a_spelling_that_was_taken_is_confirmed_and_the_warning_ends(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    data = book(own(Cercle="Bandiagarra", Commune=""), own(Cercle="Bandiagarra", Commune="", Individus=610))
    address = sent(client, data)
    page = client.get(address)
    assert "Spelling of a place" in page.text
    assert choices(questions(page)["Bandiagarra"]) == ["ML0501"]
    fields = {
        i.get("name"): i.get("value") for i in parse(page.text).iter("input") if i.get("type") == "hidden"
    }
    client.post(f"{address}/noms", data={**{k: v for k, v in fields.items() if k}, "toutes": "1"})
    assert [a.target for a in aliases(session)] == ["ML0501"]
    page = client.get(address)
    assert "Spelling of a place" not in page.text
    assert "2 ready" in text_of(parse(page.text).find(".//p[@class='counts']"))


def test_a_partner_can_never_teach_the_others(
    client_for: Any, session: orm.Session, operation: Operation
) -> None:
    client = client_for("partner")
    address = sent(client, strange(FALAISE))
    assert 'name="portee"' not in client.get(address).text
    answer(client, address, FALAISE, "ML050201", portee="tous", organisation_id="")
    (alias,) = aliases(session)
    assert alias.organisation_id == get_agency(session, operation, "ONG-A").id
    other = client_for("partner", "ONG-B")
    assert other.post(f"{address}/noms", data={"constat": "error.area.unknown"}).status_code == 404
    theirs = sent(other, book(row(**{"Acronyme": "ONG-B", "Nom Organisation": "", "Commune": FALAISE})))
    assert FALAISE in questions(other.get(theirs)), "what one organisation decided is not for another"
    # Nor take back what is not its own.
    assert other.get(f"{HERE}/appris/{alias.id}").status_code == 404
    assert other.post(f"{HERE}/appris/{alias.id}/reprendre").status_code == 404
    assert aliases(session)[0].revoked_at is None
    assert FALAISE not in other.get(f"{HERE}/appris").text


@pytest.mark.parametrize("role", ["information_manager", "coordinator", "administrator"])
def test_who_sees_all_rows_may_teach_everybody(
    client_for: Any, session: orm.Session, operation: Operation, role: str
) -> None:
    address = sent(client_for("partner"), strange(FALAISE))
    client = client_for(role)
    assert 'name="portee"' in client.get(address).text
    answer(client, address, FALAISE, "ML050201", portee="tous")
    assert [a.organisation_id for a in aliases(session)] == [None]
    other = client_for("partner", "ONG-B")
    theirs = sent(other, book(row(**{"Acronyme": "ONG-B", "Nom Organisation": "", "Commune": FALAISE})))
    assert questions(other.get(theirs)) == {}


def test_a_viewer_is_not_asked(client_for: Any) -> None:
    address = sent(client_for("partner"), strange(FALAISE))
    client = client_for("viewer")
    assert client.get(address).status_code == 403
    assert client.post(f"{address}/noms").status_code == 403


def test_the_own_organisation_under_another_name_is_asked(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    data = book(own(**{"Acronyme": "AA-Mali", "Nom Organisation": "Alpha du Mali"}))
    address = sent(client, data)
    page = client.get(address)
    fieldset = questions(page)["Alpha du Mali"]
    assert len(choices(fieldset)) == 1
    answer(client, address, "Alpha du Mali", choices(fieldset)[0])
    assert title(client.get(address)) == "mai.xlsx: 1 line ready"
    # Another registered organisation is never "ours under another name".
    other = sent(client, book(own(**{"Acronyme": "ONG-B", "Nom Organisation": "Bâtir International"})))
    page = client.get(other)
    assert "Row of another organisation" in page.text
    assert questions(page) == {}


def test_a_donor_outside_the_register_is_asked_and_written_as_registered(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    data = book((*own(), "Haut-Commissariat réfugiés"), headers=(*HEADERS, "Bailleur"))
    address = sent(client, data)
    shown = f"{address}?constat=info.organisation.not_registered"
    fieldset = questions(client.get(shown))["Haut-Commissariat réfugiés"]
    target = choices(fieldset)[0]
    radio = next(i.get("name") for i in fieldset.iter("input"))
    client.post(f"{address}/noms", data={"constat": "info.organisation.not_registered", radio: target})
    client.post(f"{address}/enregistrer")
    session.rollback()
    assert session.scalars(sa.select(Activity.donor)).one() == "HCR"


def test_an_unknown_choice_is_asked_too(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own(Statut="Bouclé"), own(Statut="Bouclé", Individus=601)))
    fieldset = questions(client.get(address))["Bouclé"]
    assert "2 rows" in text_of(fieldset)
    answer(client, address, "Bouclé", "completed")
    assert title(client.get(address)) == "mai.xlsx: 2 lines ready"
    (alias,) = aliases(session)
    assert (alias.kind, alias.context, alias.target) == ("choice", "status", "completed")
    (use,) = session.scalars(sa.select(AliasUse)).all()
    assert (use.rows, use.recorded) == (2, 2)


def test_many_questions_come_in_pages(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, strange(*(f"Hameau numéro {n} x{n}y" for n in range(45))))
    shown = client.get(address)
    assert len(questions(shown)) == 20
    assert "45 spellings to decide once" in shown.text
    third = client.get(f"{address}?constat=error.area.unknown&question=3")
    assert len(questions(third)) == 5
    assert client.get(f"{address}?question=99999999999999").status_code == 200


def test_the_page_speaks_french(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, strange(FALAISE))
    client.post("/langue/fr")
    page = client.get(address)
    assert "1 graphie à trancher une fois pour toutes" in page.text
    assert "Commune dans Bankass" in page.text


# --- what was learned, and taking it back -----------------------------------------------------------


def test_taking_back_shows_its_effect_first_then_asks_again(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, strange(FALAISE, FALAISE, "Baye"))
    answer(client, address, FALAISE, "ML050201")
    client.post(f"{address}/enregistrer")
    waiting = sent(client, strange(FALAISE), "juin.xlsx", month="2016-06")
    (alias,) = aliases(session)
    listed = client.get(f"{HERE}/appris")
    assert title(listed) == "1 answer is kept for good"
    line = next(r for r in parse(listed.text).iter("tr") if FALAISE in text_of(r))
    words = text_of(line)
    for part in ("Commune in Bankass", "Bankass (Bankass, ML050201)", "ONG-A", "mai.xlsx"):
        assert part in words, part
    assert [text_of(c) for c in line.findall("td[@class='n']")] == ["2", "2"]
    effect = client.get(f"{HERE}/appris/{alias.id}")
    assert "It applied in 2 files." in effect.text
    assert "2 lines of the record came in through it." in effect.text
    assert "1 file is checked but not sent" in effect.text
    assert aliases(session)[0].revoked_at is None, "looking changes nothing"
    gone = client.post(f"{HERE}/appris/{alias.id}/reprendre", follow_redirects=True)
    assert "it will be asked again" in gone.text
    (alias,) = aliases(session)
    assert alias.revoked_at
    assert alias.revoked_by == alias.author_id
    assert recorded(session) == 3, "what is recorded stays"
    # The file that waits is checked again before anything of it is recorded.
    client.post(f"{waiting}/enregistrer", data={"vu": "1"})
    assert recorded(session) == 3
    page = client.get(waiting)
    assert "It was checked again" in page.text
    assert FALAISE in questions(page)
    assert client.post(f"{HERE}/appris/{alias.id}/reprendre").status_code == 404
    assert "Nothing was decided yet." in client.get(f"{HERE}/appris").text


def test_the_information_manager_sees_all_answers_and_a_partner_its_own(
    app: Any, client_for: Any, session: orm.Session
) -> None:
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        for acronym, text in ((None, "Pour tous"), ("ONG-A", "Pour A"), ("ONG-B", "Pour B")):
            agency = get_agency(db.session, operation, acronym) if acronym else None
            whose = agency.id if agency else None
            said = [Answer("area", "adm3_name ML0502", text, "ML050201")]
            learn(db.session, operation, said, organisation_id=whose, actor=None, source="liste.csv")
        db.session.commit()
    everything = client_for("information_manager").get(f"{HERE}/appris").text
    assert all(text in everything for text in ("Pour tous", "Pour A", "Pour B", "command line", "liste.csv"))
    partner = client_for("partner").get(f"{HERE}/appris").text
    assert "Pour A" in partner
    assert "Pour B" not in partner
    assert "Pour tous" not in partner
    for_all = next(a.id for a in aliases(session) if a.organisation_id is None)
    assert client_for("partner").post(f"{HERE}/appris/{for_all}/reprendre").status_code == 404


# --- precision before recall ------------------------------------------------------------------------


def teach(
    session: orm.Session, operation: Operation, *answers: Answer, acronym: str | None = None
) -> list[Alias]:
    whose = get_agency(session, operation, acronym).id if acronym else None
    return learn(session, operation, answers, organisation_id=whose, actor=None)


def test_an_official_name_means_what_the_list_says(session: orm.Session, operation: Operation) -> None:
    teach(session, operation, Answer("area", "adm3_name ML0502", "Baye", "ML050201"))
    (line,) = checked(session, operation, book(ROW)).rows
    assert line.values["adm3_pcode"] == "ML050202"
    teach(session, operation, Answer("choice", "status", "Achevé", "planned"))
    (line,) = checked(session, operation, book(ROW)).rows
    assert line.values["status"] == "completed"


def test_an_official_name_elsewhere_is_not_taught_to_be_here(
    session: orm.Session, operation: Operation
) -> None:
    teach(session, operation, Answer("area", "adm3_name ML07", "Baye", "ML070102"))
    data = book(row(Région="Gao", Cercle="", Commune="Baye"))
    assert codes(checked(session, operation, data)) == ["area.not_in_parent"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Cercle": "Bandiagara"}, "area.unknown"),
        ({"Région": "Gao", "Cercle": "Ansongo"}, "area.unknown"),
        ({"Cercle": "La Falaise", "Commune": ""}, "area.unknown"),
        ({"Région": "", "Cercle": ""}, "area.unknown"),
    ],
)
def test_an_answer_holds_only_under_the_parent_and_level_it_was_given_for(
    session: orm.Session, operation: Operation, changes: dict[str, str], code: str
) -> None:
    teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML050201"))
    assert codes(checked(session, operation, book(row(Commune=FALAISE)))) == []
    assert codes(checked(session, operation, book(row(**{"Commune": FALAISE, **changes})))) == [code]


def test_an_answer_outside_its_parent_or_of_another_edition_is_not_used(
    session: orm.Session, operation: Operation
) -> None:
    teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML070102"))
    assert codes(checked(session, operation, book(row(Commune=FALAISE)))) == ["area.unknown"]
    (alias,) = teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML050201"))
    assert codes(checked(session, operation, book(row(Commune=FALAISE)))) == []
    later = GazetteerEdition(country="MLI", edition="later")
    session.add(later)
    session.flush()
    alias.edition_id = later.id
    session.flush()
    assert codes(checked(session, operation, book(row(Commune=FALAISE)))) == ["area.unknown"]


def test_a_name_and_a_code_that_disagree_are_asked_and_the_answer_holds_for_the_two_together(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "admin3Pcod")
    data = book((*row(Commune=FALAISE), "ML050202"), headers=headers)
    finding = found(checked(session, operation, data), "area.code_name_disagree")
    assert finding.params["ask"]["candidates"][0] == "ML050202"
    teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML050202"))
    assert codes(checked(session, operation, data)) == []
    official = book((*row(Commune="Bankass"), "ML050202"), headers=headers)
    finding = found(checked(session, operation, official), "area.code_name_disagree")
    assert finding.params["ask"]["candidates"] == ["ML050201", "ML050202"]
    # The answer does not make a wrong code right.
    wrong = book((*row(Commune=FALAISE), "ML050201"), headers=headers)
    assert codes(checked(session, operation, wrong)) == ["area.code_name_disagree"]
    # A known name beside the code of another place: what is said of the two holds for the two together.
    teach(session, operation, Answer("area", "adm3_name ML0502", "Bankass (ML050202)", "ML050201"))
    check = checked(session, operation, official)
    assert (codes(check), check.rows[0].values["adm3_pcode"]) == ([], "ML050201")
    other = book((*row(Commune="Bankass"), "ML070102"), headers=headers)
    assert codes(checked(session, operation, other)) == ["area.code_name_disagree"]


def test_an_answer_of_the_organisation_stands_over_one_for_all(
    session: orm.Session, operation: Operation
) -> None:
    teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML050201"), acronym="OIM")
    teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML050202"))
    oim, hcr = (get_agency(session, operation, a) for a in ("OIM", "HCR"))
    headers, cells = HEADERS[2:], row(Commune=FALAISE)[2:]
    data = book(cells, headers=headers)
    taken = [checked(session, operation, data, agency=a).rows[0].values["adm3_pcode"] for a in (oim, hcr)]
    assert taken == ["ML050201", "ML050202"]


AGENCIES = (
    Agency(1, "OIM", "Organisation internationale pour les migrations", "un"),
    Agency(2, "HCR", "Haut Commissariat des Nations Unies pour les réfugiés", "un"),
    Agency(3, "SAD", "Solidarité pour l’Action et le Développement", "nngo"),
    Agency(4, "SAD", "Sahel Aide Durable", "nngo"),
)


@pytest.mark.parametrize(
    ("said", "alias", "id_"),
    [
        (("UNHCR", ""), ("org_acronym", "unhcr", "2"), 2),
        (("", "UN Refugee Agency"), ("org_name", "un refugee agency", "2"), 2),
        (("UNHCR", "UN Refugee Agency"), ("org_name", "un refugee agency", "2"), 2),
        # A list that was loaded holds for every column.
        (("UNHCR", ""), ("", "unhcr", "2"), 2),
        # A registered acronym or name is never another's.
        (("OIM", ""), ("org_acronym", "oim", "2"), 1),
        (("HCR", ""), ("org_acronym", "hcr", "1"), 2),
        # Which of the two that share an acronym is meant may be said; a third may not.
        (("SAD", ""), ("org_acronym", "sad", "3"), 3),
        (("SAD", ""), ("org_acronym", "sad", "1"), None),
        (("OIM", "UN Refugee Agency"), ("org_name", "un refugee agency", "2"), None),
        (("", "Sahel Aide Durable"), ("org_name", "sahel aide durable", "3"), 4),
        # An acronym says nothing where another name stands beside it.
        (("UNHCR", "Office ivoirien des marchés"), ("org_acronym", "unhcr", "2"), None),
        # One of the two that share an acronym is told by its other name.
        (("SAD", "Sahel Action"), ("org_name", "sahel action", "4"), 4),
        (("XYZ", ""), ("org_acronym", "xyz", "999"), None),
    ],
)
def test_a_learned_name_of_an_organisation_never_stands_against_the_register(
    said: tuple[str, str], alias: tuple[str, str, str], id_: int | None
) -> None:
    context, folded, target = alias
    finder = OrganisationFinder(AGENCIES, None, {(context, folded): Learned(target, 7)})
    result = finder.find(*said, "")
    assert (result.agency.id if result.agency else None) == id_
    assert result.learned == (7 if id_ == int(target) else None)


def test_only_rows_without_errors_count_as_recorded_through_an_answer(
    session: orm.Session, operation: Operation
) -> None:
    (alias,) = teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML050201"))
    bad = row(Commune=FALAISE, Ménages="beaucoup")
    check = checked(session, operation, book(row(Commune=FALAISE), row(Commune=FALAISE), bad, ROW))
    # Of four rows three were read through it; one of them repeats another, one has an error.
    assert check.uses == {alias.id: (3, 1)}


def test_what_is_no_name_is_not_asked(session: orm.Session, operation: Operation) -> None:
    for name in ("???", "x" * 300):
        finding = found(checked(session, operation, book(row(Commune=name))), "area.unknown")
        assert "ask" not in finding.params


# --- the record -------------------------------------------------------------------------------------


def test_learning_twice_is_once_and_a_new_answer_ends_the_old(
    session: orm.Session, operation: Operation
) -> None:
    before = operation.revision
    said = Answer("area", "adm3_name ML0502", FALAISE, "ML050201")
    assert len(teach(session, operation, said)) == 1
    assert operation.revision == before + 1, "pages and checks made before are known to be old"
    assert teach(session, operation, Answer("area", "adm3_name ML0502", "LA  FALAISE", "ML050201")) == []
    assert operation.revision == before + 1
    (new,) = teach(session, operation, Answer("area", "adm3_name ML0502", FALAISE, "ML050202"))
    held = [a.id for a in list_learned(session, operation)]
    assert held == [new.id]
    revoke(session, operation, new.id, actor=None)
    assert list_learned(session, operation) == []
    with pytest.raises(NotFound):
        revoke(session, operation, new.id, actor=None)


# --- lists of other names, and the command line -----------------------------------------------------

LIST = (
    "String pattern,Canonical org name,Acronym,Org type,Location filter,Sector filter,Org type code,"
    "Location code\n"
    "UNHCR,Haut Commissariat des Nations Unies pour les réfugiés,HCR,United Nations,,,447,\n"
    "UN Refugee Agency,Haut Commissariat des Nations Unies pour les réfugiés,HCR,United Nations,,,447,\n"
    "Bâtir Intl,Build International,ONG-B,International NGO,,,437,\n"
    "Alpha Global,Alpha Worldwide,ONG-A,International NGO,,,437,\n"
    "OIM,Haut Commissariat des Nations Unies pour les réfugiés,HCR,United Nations,,,447,\n"
    "Réfugiés Kaboul,Haut Commissariat des Nations Unies pour les réfugiés,HCR,United Nations,Afghanistan,,"
    "447,AFG\n"
    "Croix Rouge,Mali Red Cross,,National NGO,,,441,\n"
)


def test_a_list_of_other_names_teaches_what_is_sure_and_says_what_it_left(
    session: orm.Session, operation: Operation
) -> None:
    loaded = load_aliases(session, operation, LIST.encode(), "liste.csv")
    counts = (loaded.read, loaded.learned, loaded.known, loaded.unmatched, loaded.elsewhere, loaded.ambiguous)
    # ONG-A is a national organisation here: the one of the list, which is not, only shares its acronym.
    assert counts == (7, 3, 1, 2, 1, 0)
    assert loaded.read == sum(counts[1:])
    held = {a.typed: a.target for a in list_learned(session, operation)}
    hcr, batir = (get_agency(session, operation, a).id for a in ("HCR", "ONG-B"))
    assert held == {"UNHCR": str(hcr), "UN Refugee Agency": str(hcr), "Bâtir Intl": str(batir)}
    again = load_aliases(session, operation, LIST.encode(), "liste.csv")
    assert (again.learned, again.known) == (0, 4)
    data = book(row(**{"Acronyme": "", "Nom Organisation": "un refugee agency"}))
    check = checked(session, operation, data)
    assert (check.rows[0].values["org_acronym"], codes(check)) == ("HCR", [])


def test_a_name_of_several_organisations_is_left(session: orm.Session, operation: Operation) -> None:
    for acronym, name in (("SAD", "Sahel Aide Durable"), ("SADD", "Solidarité Développement")):
        register(session, operation, acronym=acronym, name=name, type_="nngo", actor=None)
    data = "alias;name\nLa Solidaire;Sahel Aide Durable\nla solidaire;Solidarité Développement\n"
    loaded = load_aliases(session, operation, data.encode("cp1252"), "liste.csv")
    assert (loaded.read, loaded.ambiguous, loaded.learned) == (2, 2, 0)


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", "alias,acronym\nx,y\n".encode("utf-16")])
def test_a_file_that_is_no_such_list_is_refused(
    session: orm.Session, operation: Operation, data: bytes
) -> None:
    with pytest.raises(Refusal):
        load_aliases(session, operation, data, "liste.csv")


def test_lists_are_loaded_and_shown_on_the_command_line(cli: Any, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(LIST, "utf-8")
    loaded = json.loads(cli("aliases", "load", path, "--operation", "test-2016", "--json").stdout)
    assert loaded == {
        "file": "liste.csv", "read": 7, "learned": 3, "known": 1, "unmatched": 2,
        "elsewhere": 1, "ambiguous": 0,
    }  # fmt: skip
    words = cli("aliases", "load", path, "--operation", "test-2016", "--lang", "en").stdout
    assert "rows read: 7. Learned: 0, known already: 4, of no organisation of the operation: 2" in words
    listed = json.loads(cli("aliases", "list", "--operation", "test-2016", "--json").stdout)
    assert {a["typed"] for a in listed} == {"UNHCR", "UN Refugee Agency", "Bâtir Intl"}
    assert listed[0].keys() >= {"kind", "under", "means", "for", "by", "from", "at", "files", "recorded"}
    assert "UNHCR" in cli("aliases", "list", "--operation", "test-2016").stdout


def test_the_published_list_can_be_loaded(shared: Path, session: orm.Session, operation: Operation) -> None:
    for acronym, name in (
        ("UNICEF", "Fonds des Nations Unies pour l’Enfance"),
        ("CRS", "Catholic Relief Services"),
    ):
        register(session, operation, acronym=acronym, name=name, type_="un", actor=None)
    data = (shared / "reference" / "hdx_org_aliases.csv").read_bytes()
    loaded = load_aliases(session, operation, data, "hdx_org_aliases.csv")
    assert loaded.read == 145
    assert loaded.learned >= 10
    assert loaded.read == (
        loaded.learned + loaded.known + loaded.unmatched + loaded.elsewhere + loaded.ambiguous
    )
    held = {a.typed: a.target for a in list_learned(session, operation, limit=None)}
    unicef = str(get_agency(session, operation, "UNICEF").id)
    assert held["United Nations Children's Fund"] == unicef


def test_the_form_knows_what_was_learned(session: orm.Session, operation: Operation) -> None:
    hcr = get_agency(session, operation, "HCR")
    teach(session, operation, Answer("organisation", "", "UN Refugee Agency", str(hcr.id)))
    cells = {
        "sub_sector": "nfi", "activity_type": "core_nfi_kit", "adm1_pcode": "ML05", "adm2_pcode": "ML0502",
        "period": "2016-05", "status": "planned", "households_targeted": 10, "donor": "un refugee agency",
    }  # fmt: skip
    result = check_row(session, operation, get_agency(session, operation, "ONG-A"), cells, language="en")
    assert result.values["donor"] == "HCR"
