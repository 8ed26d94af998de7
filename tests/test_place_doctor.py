"""The place-name doctor: what is certain is taken, every trap is asked, an answer holds where it belongs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.places.cells import Placed
from cluster4w.intake.places.finder import PlaceFinder
from cluster4w.intake.places.names import listed, plain, sound
from cluster4w.models import Activity, Operation
from cluster4w.publish.maps.candidates import Candidate, ground
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.context import Learned
from cluster4w.template.text import fold
from tests.benchmarks.bench_places import CELLS, labels, measure, typed
from tests.books import HEADERS, book, row
from tests.checks import checked, codes, found
from tests.pages import parse, text_of
from tests.sending import own, sent, title
from tests.test_coordinates import square
from tests.test_learned_names import answer, choices, questions


def _gazetteer(edition: str, *rows: tuple[Any, ...], **options: Any) -> Gazetteer:
    """Return an edition of (code, name, other spellings...); a code begins with that of its parent."""
    places = [
        Place(code, len(code) // 2 - 1, name, code[:-2] if len(code) > 4 else None, tuple(names))
        for code, name, *names in rows
    ]
    return Gazetteer("MLI", edition, tuple(places), **options)


LATER = _gazetteer("2021", ("ML10", "Ménaka"), ("ML1001", "Ménaka"), ("ML1004", "Tidermène"))
OURS = _gazetteer(
    "2016",
    ("ML04", "Ségou"),
    ("ML05", "Mopti"),
    ("ML06", "Tombouctou", "Timbuktu", "Tomboctou"),
    ("ML07", "Gao"),
    ("ML09", "Bamako"),
    ("ML0402", "Niono"),
    ("ML0406", "Ségou", "Segou"),
    ("ML0501", "Bandiagara"),
    ("ML0503", "Djenné"),
    ("ML0505", "Koro"),
    ("ML0506", "Mopti"),
    ("ML0605", "Tombouctou"),
    ("ML0703", "Gao"),
    ("ML0704", "Ménaka"),
    ("ML0901", "Bamako"),
    ("ML040202", "Dogofry"),
    ("ML040211", "Toridaga Ko"),
    ("ML040212", "Sefeto Nord"),
    ("ML040213", "Sefeto Ouest"),
    ("ML040214", "Nioro Tougoune Rangaba"),
    ("ML040215", "Kalabancoroba"),
    ("ML040216", "Kalabancorobe"),
    ("ML040217", "Farako"),
    ("ML040218", "Farako II"),
    ("ML040626", "Ségou"),
    ("ML050101", "Bandiagara"),
    ("ML050102", "Dandoli"),
    ("ML050310", "Ouro Ali"),
    ("ML050311", "Ouro Guire"),
    ("ML050312", "Mondoro"),
    ("ML050507", "Dougouténé I"),
    ("ML050508", "Dougouténé II"),
    ("ML050510", "Koporo Pen"),
    ("ML050511", "Koporokendie Na"),
    ("ML050512", "Koro"),
    ("ML050513", "Baye"),
    ("ML050515", "Boura"),
    ("ML050603", "Dialloubé"),
    ("ML050609", "Mopti"),
    ("ML050614", "Baye"),
    ("ML060506", "Tombouctou"),
    ("ML060509", "Razelma"),
    ("ML070301", "Gao"),
    ("ML070302", "Ansongo"),
    ("ML070303", "Bourem"),
    ("ML070304", "Bourra"),
    ("ML070403", "Ménaka"),
    ("ML070404", "Tidermène"),
    ("ML090101", "Commune I"),
    ("ML090102", "Commune II"),
    ("ML090106", "Commune VI"),
    others=(LATER,),
    links={("2021", "ML1001"): "ML0704"},
)
KORO, DJENNE = ("Mopti", "", "Koro", ""), ("Mopti", "", "Djenné", "")
NIONO, GAO, TOMBOUCTOU = (
    ("Ségou", "", "Niono", ""),
    ("Gao", "", "Gao", ""),
    ("Tombouctou", "", "Tombouctou", ""),
)
BAMAKO, SEGOU = ("Bamako", "", "Bamako", ""), ("Ségou", "", "Ségou", "")


def place(*said: str, **options: Any) -> Placed:
    """Find a place by names and codes: region, its code, cercle, its code, commune, its code."""
    return PlaceFinder(OURS, **options).find((*said, *[""] * (6 - len(said))))  # type: ignore[arg-type]


def said_of(result: Placed) -> list[str]:
    return [issue.code for _, issue in result.issues]


TAKEN = [
    # Nothing is said of another writing of the same name.
    ((*BAMAKO, "Commune 2"), "ML090102", []),
    ((*BAMAKO, "commune vi"), "ML090106", []),
    ((*KORO, "Dougoutene 2"), "ML050508", []),
    ((*KORO, "Commune rurale de Koro"), "ML050512", []),
    (("Région de Mopti", "", "Cercle de Djenne", "", "Commune d'Ouro Ali"), "ML050310", []),
    (("Timbuktu", "", "Timbuktu", "", "Timbuktu"), "ML060506", []),
    (("Tomboctou", "", "TOMBOCTOU"), "ML0605", []),
    (("تمبكتو Tombouctou", "", "Tombouctou", "", "تمبكتو / Tombouctou"), "ML060506", []),
    ((*GAO, "ML070302"), "ML070302", []),
    ((*GAO, "ML070302", "ML070302"), "ML070302", []),
    ((*GAO, "Gao (ML070301)"), "ML070301", []),
    # A region's name beside another's code: the cercle decides, where its own name and code agree.
    (("Gao", "ML05", "Gao", "ML0703"), "ML0703", ["area.settled_below"]),
    (("Mopti", "ML07", "Gao", "ML0703"), "ML0703", ["area.settled_below"]),
    (("Gao", "ML10", "Gao", "ML0703"), "ML0703", ["area.settled_below"]),
    # A spelling is said.
    ((*TOMBOUCTOU, "Raz-El-Ma"), "ML060509", ["area.spelling_taken"]),
    ((*TOMBOUCTOU, "Toumboctou"), "ML060506", ["area.spelling_taken"]),
    ((*NIONO, "Toridaga", "ML040211"), "ML040211", ["area.spelling_taken"]),
    ((*NIONO, "Dogofry II", "ML040202"), "ML040202", ["area.spelling_taken"]),
    ((*DJENNE, "Oro Aly", "ML050310"), "ML050310", ["area.spelling_taken"]),
]
TRAPS = [
    # What matchers took silently for a neighbour: the number, or the word that matters, is another.
    ((*KORO, "Dougoutene"), "area.unknown"),
    ((*KORO, "Dougoutene 3"), "area.unknown"),
    ((*KORO, "Dougoutene 2", "ML050507"), "area.code_name_disagree"),
    ((*KORO, "koporona"), "area.unknown"),
    ((*KORO, "Koporo Ken"), "area.unknown"),
    ((*KORO, "Mondoro"), "area.not_in_parent"),
    ((*DJENNE, "Dialloube"), "area.not_in_parent"),
    ((*DJENNE, "Ouro"), "area.unknown"),
    ((*NIONO, "Sefeto"), "area.unknown"),
    ((*NIONO, "Sefeto Sud"), "area.unknown"),
    ((*NIONO, "Toridaga"), "area.unknown"),
    ((*NIONO, "Dogofry II"), "area.unknown"),
    ((*NIONO, "Nioro Tougoune Rangaba II"), "area.unknown"),
    ((*NIONO, "Kalabancorob"), "area.unknown"),
    ((*NIONO, "Farako I", "ML040217"), "area.code_name_disagree"),
    ((*KORO, "Koro 2", "ML050513"), "area.code_name_disagree"),
    ((*GAO, "Boura"), "area.not_in_parent"),
    ((*BAMAKO, "Commune 5"), "area.unknown"),
    ((*BAMAKO, "Arrondissement 6"), "area.unknown"),
    ((*NIONO, "Commune VI"), "area.not_in_parent"),
    (("Gao", "ML05", "Gao"), "area.code_name_disagree"),
    (("Gao", "ML05", "Gao", "ML0704"), "area.code_name_disagree"),
    (("Gao", "ML05", "Tombouctou", "ML0605"), "area.code_name_disagree"),
    # The word for another level is no ornament.
    ((*SEGOU, "Cercle de Ségou"), "area.unknown"),
    ((*GAO, "Région de Gao"), "area.unknown"),
    (("Gao", "", "Commune de Gao"), "area.unknown"),
    (("Mopti", "", "", "", "Baye"), "area.homonym"),
    ((*KORO, "Baye", "ML050614"), "area.code_name_disagree"),
    ((*KORO, "Dialloubé", "ML050603"), "area.not_in_parent"),
    # Misspelt, but plainly the place of the code: the cercle is what is wrong.
    ((*KORO, "Dialoubbé", "ML050603"), "area.not_in_parent"),
    ((*GAO, "تمبكتو"), "area.unknown"),
    (("Ménaka", "", "Tidermène"), "area.only_in_other_edition"),
]


def test_what_is_certain_is_taken_and_every_trap_is_asked() -> None:
    for said, code, issues in TAKEN:
        result = place(*said)
        deepest = next(c for level in (3, 2, 1) if (c := result.values.get(f"adm{level}_pcode")))
        assert (deepest, said_of(result)) == (code, issues), said
    for said, issue in TRAPS:
        result = place(*said)
        assert result.values == {}, said
        assert issue in said_of(result), (said, said_of(result))
        assert all(i.params.get("ask") for _, i in result.issues if i.code == issue), said


def test_names_are_compared_without_what_lists_add_and_as_they_sound() -> None:
    assert [plain(t) for t in ("Commune urbaine de Gao", "تمبكتو Tombouctou", "تمبكتو")] == [
        "gao",
        "tombouctou",
        "تمبكتو",
    ]
    for one, other in (
        ("Soni Ali Ber", "Sony Aliber"),
        ("Djanwely", "Dianwély"),
        ("Nemabadegna kafo", "Néma Badenyakafo"),
        ("Hanzakoma", "Hamzakoma"),
        ("Banicane", "Banikane"),
    ):
        assert sound(one) == sound(other), one
    for one, other in (("Ouro Ali", "Ouro Guire"), ("Commune I", "Commune II"), ("Kani", "Kanie")):
        assert sound(one) != sound(other), one


SEVERAL = [
    ("Gao, Ansongo et Bourem", ["ML070301", "ML070302", "ML070303"], "-"),
    ("Gao/Ansongo", ["ML070301", "ML070302"], "-"),
    ("Zones : Gao & Intekoi", ["ML070301"], "Intekoi"),
    ("Bourem - Ansongo", ["ML070303", "ML070302"], "-"),
    ("Amacine, Tassik; Intibzaz", [], "Amacine, Tassik, Intibzaz"),
    ("Ansongo et Boureem", ["ML070302", "ML070303"], "-"),
]


def test_several_places_in_one_cell_are_named_and_never_parted() -> None:
    for name, known, strange in SEVERAL:
        for code in ("", "ML070302"):
            result = place(*GAO, name, code)
            ((key, issue),) = result.issues
            assert (key, issue.code, result.values) == ("adm3_name", "area.several", {}), name
            assert (issue.params["ask"]["candidates"], issue.params["unknown"]) == (known, strange), name
    # A dash inside a name, or one place in two writings, is no list.
    assert said_of(place(*TOMBOUCTOU, "Raz-El-Ma")) == ["area.spelling_taken"]
    assert said_of(place(*GAO, "Bourem/Boureem")) == ["area.unknown"]
    assert listed("Gao et Ansongo") == ["Gao", "Ansongo"]
    assert listed("Tinetten") == ["Tinetten"]


def learned(context: str, text: str, target: str) -> dict[str, Any]:
    return {"aliases": {(context, fold(text)): Learned(target, 7)}}


ANSWERS = [
    # (context, text, target), what the row says, what is taken, what is kept.
    (("adm3_name ML05", "Baye", "ML050614"), ("Mopti", "", "", "", "Baye"), "ML050614", None),
    # The homonym under another parent, or without any, is still asked.
    (("adm3_name ML05", "Baye", "ML050614"), ("", "", "", "", "Baye"), None, None),
    # An official name of the parent means what the list says.
    (("adm3_name ML0505", "Baye", "ML050614"), (*KORO, "Baye"), "ML050513", None),
    # A place elsewhere, under its own name only.
    (("adm3_name ML0503", "Dialloube", "ML050603"), (*DJENNE, "Dialloube"), "ML050603", None),
    (("adm3_name ML0503", "Falaise", "ML050603"), (*DJENNE, "Falaise"), None, None),
    # Name and code together; the answer says nothing of the name beside another code.
    (("adm3_name ML0505", "Baye (ML050614)", "ML050614"), (*KORO, "Baye", "ML050614"), "ML050614", None),
    (("adm3_name ML0505", "Baye (ML050614)", "ML050513"), (*KORO, "Baye", "ML050614"), "ML050513", None),
    (("adm3_name ML0505", "Baye (ML050614)", "ML050614"), (*KORO, "Baye", "ML050603"), None, None),
    # The area above as a whole: nothing that was typed is lost.
    (("adm3_name ML0703", "Gao et Bourem", "ML0703"), (*GAO, "Gao et Bourem"), "ML0703", "Gao et Bourem"),
    (("adm3_name ML0703", "Gao et Bourem", "ML07"), (*GAO, "Gao et Bourem"), None, None),
    (("adm3_name ML0703", "Gao et Bourem", "ML0703"), (*GAO, "Gao et Bourem", "ML070302"), None, None),
    # A cercle of a later edition.
    (("adm2_name", "Tidermène", "ML0704"), ("Ménaka", "", "Tidermène", "", "Tidermène"), "ML070404", None),
]


def test_an_answer_holds_where_it_was_given_and_for_what_it_was_given() -> None:
    for (context, text, target), said, code, kept in ANSWERS:
        result = place(*said, **learned(context, text, target))
        taken = next((c for level in (3, 2, 1) if (c := result.values.get(f"adm{level}_pcode"))), None)
        assert taken == code, (text, said, said_of(result))
        assert result.kept == (("adm3_name", kept) if kept else None), text
        assert result.learned == ((7,) if code == target or (code and target == "ML0704") else ()), text
    beside = place(
        *GAO, "Gao et Bourem", "ML070302", **learned("adm3_name ML0703", "Gao et Bourem", "ML0703")
    )
    assert said_of(beside) == ["area.several"], "a code beside it says more than the whole"
    placed = place(*DJENNE, "Dialloube", **learned("adm3_name ML0503", "Dialloube", "ML050603"))
    assert "ML0503" not in placed.values.values(), "the cercle is that of the place"
    (_, issue), *_ = place("Ménaka", "", "Tidermène").issues[-1:]
    assert issue.params["ask"]["candidates"] == ["ML0704"], "where ours has the place of that name"


def test_a_site_that_the_record_knows_points_to_its_area() -> None:
    sites = {"sevare": ("ML050609",), "kona": ("ML050609", "ML050603"), "loin": ("ML070301",)}
    mopti = ("Mopti", "", "Mopti", "")
    ((_, issue),) = place(*mopti, "Sévaré", sites=lambda: sites).issues
    assert (issue.code, issue.suggestion) == ("area.is_site", "Mopti")
    ((_, issue),) = place(*mopti, "Kona", sites=lambda: sites).issues
    assert (issue.suggestion, issue.params["ask"]["candidates"]) == (None, ["ML050609", "ML050603"])
    assert said_of(place(*mopti, "Loin", sites=lambda: sites)) == ["area.unknown"]


# --- the page ---------------------------------------------------------------------------------------

LIST = "Baye et Soroly"


def test_the_cercle_as_a_whole_is_an_answer_and_nothing_typed_is_lost(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    data = book(own(Commune=LIST, Individus=601), own(Commune=LIST, Individus=602))
    address = sent(client, data)
    page = client.get(address)
    assert "Several places in one cell" in page.text
    fieldset = questions(page)[LIST]
    assert choices(fieldset) == ["ML050202", "ML0502"]
    assert "what was typed is kept with it" in text_of(fieldset)
    answer(client, address, LIST, "ML0502")
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    session.rollback()
    recorded = session.execute(sa.select(Activity.adm2_pcode, Activity.adm3_pcode, Activity.site_name)).all()
    assert [tuple(r) for r in recorded] == [("ML0502", None, LIST)] * 2
    assert "all of Bankass" in client.get(f"{address.rsplit('/', 2)[0]}/appris").text
    # The same rows again change nothing.
    more = book(own(Commune=LIST, Individus=601), own(Commune=LIST, Individus=602), own(Individus=603))
    again = client.get(sent(client, more, "encore.xlsx"))
    assert "2 unchanged" in text_of(parse(again.text)), title(again)


def test_a_question_counts_the_other_files_and_shows_its_places_on_a_map(client_for: Any) -> None:
    client, other = client_for("partner"), client_for("partner", "ONG-B")
    strange = {"Commune": "Tagari"}
    first = sent(client, book(own(**strange)))
    second = sent(client, book(own(**strange), own(**strange, Individus=602)), "juin.xlsx")
    theirs = {"Acronyme": "ONG-B", "Nom Organisation": "", **strange}
    sent(other, book(row(**theirs)))
    legend = text_of(questions(client.get(first))["Tagari"].find("legend"))
    assert "3 rows, 2 files" in legend, "a partner's own files"
    manager = client_for("information_manager")
    fieldset = questions(manager.get(second))["Tagari"]
    assert "4 rows, 3 files" in text_of(fieldset.find("legend"))
    drawn = fieldset.find(".//details")
    titles = [text_of(t) for t in drawn.iter() if str(t.tag).endswith("}title")]
    assert sorted(titles) == ["1. Bankass (Bankass, ML050201)", "2. Baye (Bankass, ML050202)"]
    assert [text_of(t) for t in drawn.iter() if str(t.tag).endswith("}text")] == ["1", "2"]
    labels_ = [text_of(label) for label in fieldset.iter("label")]
    assert labels_[0].startswith("1. Bankass")


def test_a_map_of_candidates_is_light_and_numbered_with_outlines_tiles_or_not_at_all() -> None:
    regions = {"ML05": ("Mopti", square(-4, 14)), "ML07": ("Gao", square(-1, 14))}
    base = ground(regions)
    near = [Candidate(n, f"{n}. <b>", (-3.5, 14.5)) for n in (1, 2, 3)]
    drawn = base.draw(near, "Carte")
    assert drawn.count("<circle") == 3
    assert len({c.split('"')[0] for c in drawn.split('cx="')[1:]}) >= 2, "none hides another"
    assert "&lt;b&gt;" in drawn
    assert ">Mopti</text>" in drawn
    assert ">Gao</text>" not in drawn, "too far away to be of help"
    assert len(drawn) < 3000
    assert base.svg.count("<path") == 2
    assert base.draw([*near, Candidate(4, "4", None)], "Carte") == ""
    tiles = ground({}, [], [(1, 1), (3, 2)])
    assert "<circle" in tiles.draw([Candidate(1, "1", None, (3, 2))], "Carte")
    assert tiles.draw([Candidate(1, "1", (-3.5, 14.5))], "Carte") == ""
    assert "<circle" in ground({}, [(-4.0, 14.0), (-1.0, 15.0)]).draw(near, "Carte")


def test_a_partner_is_only_told_of_sites_of_its_own(session: orm.Session, operation: Operation) -> None:
    from cluster4w.record.operations.activities import Change, record_versions
    from cluster4w.record.queries.organisations import get_agency
    from tests.record_rows import ROW

    alpha, bati = (get_agency(session, operation, a) for a in ("ONG-A", "ONG-B"))
    values = {**ROW, "site_name": "Tassiga"}
    record_versions(session, operation, [Change(organisation_id=bati.id, values=values)], actor=None)
    session.flush()
    cells = {"Région": "Gao", "Cercle": "Ansongo", "Commune": "Tassiga"}
    headers, line = HEADERS[2:], row(**cells)[2:]
    seen = {
        agency.acronym: codes(checked(session, operation, book(line, headers=headers), agency=agency))
        for agency in (alpha, bati)
    }
    assert seen == {"ONG-A": ["area.unknown"], "ONG-B": ["area.is_site"]}
    finding = found(checked(session, operation, book(row(**cells))), "area.is_site")
    assert finding.suggestion == "Bara"


# --- the measure ------------------------------------------------------------------------------------


def test_no_place_of_the_real_workbook_is_taken_wrongly_and_few_are_asked(
    shared: Path, real_workbook: Path
) -> None:
    mali = shared / "mali"
    rows: list[Place] = []
    for level in (1, 2, 3):
        with (mali / f"gazetteer_2016_adm{level}.csv").open(encoding="utf-8-sig", newline="") as stream:
            for r in csv.DictReader(stream):
                names = tuple(filter(None, r["alt_names"].split("|")))
                parent = r["parent_pcode"] if level > 1 else None
                rows.append(Place(r["pcode"], level, r["name_fr"], parent, names))
    finder = PlaceFinder(Gazetteer("MLI", "2016", tuple(rows)))
    judged = labels()
    assert all(len(said) == len(CELLS) for said in judged)
    assert len(judged) > 400
    cercles, communes = typed(real_workbook)
    tally = measure(finder.find, [(s, n, judged.get(s, s[5])) for s, n in communes.items()])
    tally_above = measure(finder.find, [(s, n, judged[s]) for s, n in cercles.items()])
    assert tally.wrong == tally_above.wrong == []
    known = tally.pairs.total() - tally.pairs["unclear"]
    assert tally.pairs["asked"] < 0.08 * known
    assert tally.pairs["right"] > 900
