"""Ways of looking at the gaps: down into a region, by classes, who is there, two maps, a place looked for."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.who import Together, present_by_area, together_by_area
from cluster4w.models import Alias, Operation
from cluster4w.record.queries.areas import load_gazetteer
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.test_gap_page import PAGE, ROWS, figures, lines, load_targets
from tests.test_gaps import add

NFI = f"{PAGE}?sous_secteur=nfi"


@pytest.fixture
def loaded(app: Any) -> None:
    """Ansongo 100 of 400 reached, Bankass 0 of 90, Ménaka 60 of 50; Bandiagara has no target."""
    add_rows(app, "ONG-A", *ROWS)
    menaka = {"adm2_pcode": "ML0704", "adm2_name": "Ménaka", "adm3_pcode": None, "adm3_name": None}
    add_rows(app, "ONG-B", {"first_time_assisted": True, "households_reached": 60, **menaka})
    load_targets(app, targets={"ML0701": 400, "ML0502": 90, "ML0704": 50})


def areas(page: Any, number: int = 0) -> dict[str, Any]:
    """Return the areas of a map by p-code."""
    maps = [e for e in parse(page.text).iter() if "map" in (e.get("class") or "").split()]
    return {a.get("data-pcode"): a for a in maps[number].iter() if a.get("data-pcode")}


def classes(page: Any, number: int = 0) -> dict[str, str]:
    """Return the class of each area of a map."""
    return {code: (a.get("class") or "").split(" ", 1)[1] for code, a in areas(page, number).items()}


def legend(page: Any) -> dict[str, str]:
    """Return the words of each class with its number of areas, and where it leads."""
    found = parse(page.text).findall(".//ul[@class='legend']/li")
    return {text_of(li): (li.find("a").get("href") or "") if li.find("a") is not None else "" for li in found}


def title_of(area: Any) -> str:
    return text_of(next(e for e in area.iter() if e.tag.endswith("title")))


@pytest.mark.usefixtures("loaded")
def test_a_region_opens_into_its_cercles_and_these_into_their_communes(client_for: Any) -> None:
    client = client_for("viewer")
    gao = client.get(areas(client.get(f"{NFI}&niveau=1"))["ML07"].get("href"))
    root = parse(gao.text)
    assert text_of(root.find(".//h1")) == "Gao: where are NFI kits still missing?"
    assert list(areas(gao)) == ["ML0701", "ML0704"]
    assert list(lines(gao)) == ["Ansongo", "Ménaka", "Total"]
    assert lines(gao)["Total"][:4] == ["450", "160", "40", "300"]
    assert figures(gao) == {
        "households without": "300",
        "targeted": "450",
        "reached": "36%",
        "organisations": "2",
    }
    way = root.find(".//nav[@class='way']")
    assert text_of(way) == "Whole country › Gao"
    # Every filter stays in the region; the files and the sheet are the region's.
    for link in ("Projected gap", "People", "Shelter"):
        assert "dans=ML07" in next(a.get("href") for a in root.iter("a") if text_of(a) == link)
    assert next(o for o in root.iter("option") if o.get("value") == "ML07").get("selected") is not None
    file = next(a.get("href") for a in root.iter("a") if text_of(a) == "csv")
    assert "Bankass" not in client.get(file).text
    svg = client.get(file.replace(".csv", ".svg"))
    assert "ML07" in svg.headers["Content-Disposition"]
    communes = client.get(f"{NFI}&dans=ML0701")
    assert set(areas(communes)) == {"ML070101", "ML070102"}
    assert text_of(parse(communes.text).find(".//nav[@class='way']")) == "Whole country › Gao › Ansongo"
    # The region under a cercle's name leads into the region; a code that there is not is left out.
    country = client.get(NFI)
    into = next(
        a.get("href") for a in parse(country.text).findall(".//table//small/a") if text_of(a) == "Mopti"
    )
    assert list(areas(client.get(into))) == ["ML0501", "ML0502"]
    assert len(areas(client.get(f"{NFI}&dans=ML99"))) == 4
    assert len(areas(client.get(f"{NFI}&dans=ML07&niveau=1"))) == 2


@pytest.mark.usefixtures("loaded")
def test_the_legend_counts_areas_and_filters_map_and_table(client_for: Any) -> None:
    client = client_for("viewer")
    page = client.get(NFI)
    entries = legend(page)
    assert [k for k in entries if not k.endswith(" 0")] == [
        "0 % 1",
        "21–40 % 1",
        "> 100 % 1",
        "not targeted 1",
    ]
    assert entries["81–100 % 0"] == ""
    zero = client.get(entries["0 % 1"])
    assert classes(zero) == {
        "ML0501": "none faint", "ML0502": "c0", "ML0701": "c40 faint", "ML0704": "over faint"
    }  # fmt: skip
    assert list(lines(zero)) == ["Bankass Mopti", "Total of all areas"]
    both = client.get(legend(zero)["> 100 % 1"])
    assert list(lines(both)) == ["Bankass Mopti", "Ménaka Gao", "Total of all areas"]
    assert list(lines(client.get(legend(both)["0 % 1"]))) == ["Ménaka Gao", "Total of all areas"]
    everything = next(a.get("href") for a in parse(both.text).iter("a") if text_of(a) == "Show all")
    assert len(lines(client.get(everything))) == 5
    # Another filter keeps the classes; other classes do not.
    links = {text_of(a): a.get("href") or "" for a in parse(zero.text).iter("a")}
    assert "classe=c0" in links["Projected gap"]
    assert client.get(f"{NFI}&classe=x%01+../..").status_code == 200


@pytest.mark.usefixtures("loaded")
def test_classes_can_be_cut_otherwise_and_show_numbers(client_for: Any) -> None:
    client = client_for("viewer")
    own = client.get(f"{NFI}&classes=bornes&bornes=30,200")
    assert classes(own) == {"ML0501": "none", "ML0502": "s0", "ML0701": "s1", "ML0704": "s2"}
    assert parse(own.text).find(".//input[@id='bornes']").get("value", "").split() == ["30", "200"]
    missing = client.get(f"{NFI}&montre=manque")
    assert list(legend(missing)) == ["nothing missing 1", "1–90 1", "91–300 1", "not targeted 1"]
    assert classes(missing)["ML0704"] == "met"
    equal = client.get(f"{NFI}&montre=manque&classes=egales")
    assert "241–300 1" in legend(equal)
    assert classes(client.get(f"{NFI}&classes=quantiles"))["ML0704"] == "s2"
    svg = client.get(f"{PAGE}.svg?sous_secteur=nfi&montre=manque").text
    assert "How many are missing" in svg
    assert "nothing missing" in svg


@pytest.mark.usefixtures("loaded")
def test_the_presence_map_lists_who_reports_and_who_implements(app: Any, client_for: Any) -> None:
    add_rows(app, "OIM", {"implementing_partner": "Ghata Yiriwa", "households_reached": 7})
    add_rows(app, "OIM", {"implementing_partner": "GHATA-YIRIWA", "households_reached": 8})
    # Who names itself works without a partner.
    add_rows(app, "OIM", {"implementing_partner": "oim", "households_reached": 10})
    add_rows(app, "HCR", {"adm2_pcode": "ML0502", "status": "cancelled", "adm3_pcode": None})
    client = client_for("viewer")
    page = client.get(f"{NFI}&montre=presence")
    assert classes(page) == {"ML0501": "p0", "ML0502": "p0", "ML0701": "p2", "ML0704": "p1"}
    said = title_of(areas(page)["ML0701"])
    assert said.startswith("Ansongo: 2 organisations (OIM, ONG-A); through G")
    assert said.lower().count("ghata") == 1
    assert said.lower().count("oim") == 1
    assert title_of(areas(page)["ML0501"]) == "Bandiagara: nobody"
    assert lines(page)["Ansongo Gao"][1:3] == ["2", "OIM, ONG-A"]
    assert lines(page)["Bankass Mopti"] == ["90", "0", "", ""]
    by_region = client.get(f"{NFI}&montre=presence&niveau=1")
    assert title_of(areas(by_region)["ML07"]).startswith("Gao: 3 organisations (OIM, ONG-A, ONG-B)")


@pytest.mark.usefixtures("loaded")
def test_the_overlap_map_shows_the_same_activity_and_more_than_asked(app: Any, client_for: Any) -> None:
    add_rows(app, "OIM", {"households_reached": 7}, {"period": "2016-04", "households_reached": 9})
    page = client_for("viewer").get(f"{NFI}&montre=recouvrements")
    assert classes(page) == {"ML0501": "alone", "ML0502": "alone", "ML0701": "same", "ML0704": "above"}
    assert title_of(areas(page)["ML0701"]) == "Ansongo: Core NFI kit, May 2016: OIM, ONG-A"
    assert title_of(areas(page)["ML0704"]) == "Ménaka: 120% reached"
    assert lines(page)["Ansongo Gao"][1] == "Core NFI kit, May 2016: OIM, ONG-A"
    assert lines(page)["Bankass Mopti"][1] == ""


@pytest.mark.usefixtures("loaded")
def test_two_maps_stand_beside_each_other_with_one_legend(client_for: Any) -> None:
    client = client_for("viewer")
    page = client.get(f"{NFI}&cote=shelter")
    root = parse(page.text)
    assert [text_of(c) for c in root.iter("figcaption")] == ["NFI", "Shelter"]
    assert classes(page, 0)["ML0502"] == "c0"
    assert classes(page, 1)["ML0502"] == "none"
    assert "0 % 1 | 0" in legend(page)
    assert page.text.count('id="map-lines"') == page.text.count('id="map2-lines"') == 1
    months = client.get(f"{NFI}&mois=2016-05&cote=2016-04")
    assert [text_of(c) for c in parse(months.text).iter("figcaption")] == ["May 2016", "April 2016"]
    assert classes(months, 0)["ML0701"] == "c40"
    # Nothing is known of the months up to April: that is not zero.
    assert classes(months, 1)["ML0701"] == "absent"
    # The same map twice, and nonsense, are one map.
    for nothing in ("nfi", "2016-13", "x"):
        assert "figcaption" not in client.get(f"{NFI}&cote={nothing}").text


@pytest.mark.usefixtures("loaded")
def test_a_place_is_found_by_any_spelling_and_opened(app: Any, client_for: Any) -> None:
    client = client_for("viewer")
    for typed in ("MENAKA", "ménaka", "ML0704", "menak", "Mènacka"):
        answer = client.get(f"{NFI}&lieu={typed}")
        assert answer.status_code == 302, typed
        assert "zone=ML0704" in answer.location
        assert "sous_secteur=nfi" in answer.location
    opened = client.get(client.get(f"{NFI}&lieu=menaka").location)
    panel = parse(opened.text).find(".//div[@class='area-details']")
    assert [text_of(p) for p in panel.findall("p")] == [
        "Ménaka",
        "nothing missing, 120% reached",
        "Why these figures? By commune Close",
    ]
    # Nothing is known below Ménaka.
    assert panel.find(".//a[@data-below]").get("hidden") is not None
    assert classes(opened)["ML0704"] == "over selected"
    # A commune is opened within its cercle, a cercle's name before that of its commune.
    assert client.get(f"{NFI}&lieu=baye").location.endswith("niveau=3&dans=ML0502&zone=ML050202")
    assert "zone=ML0502" in client.get(f"{NFI}&lieu=Bankass").location
    several = parse(client.get(f"{NFI}&lieu=ban").text)
    offered = several.findall(".//div[@id='lieux-trouves']//li")
    assert [text_of(li) for li in offered][:2] == ["Bandiagara Mopti", "Bankass Mopti"]
    by_commune = parse(client.get(f"{NFI}&lieu=ban&niveau=3").text).findall(".//div[@id='lieux-trouves']//li")
    assert text_of(by_commune[0]) == "Bandiagara Mopti › Bandiagara"
    assert "No area is called “zzzz”" in client.get(f"{NFI}&lieu=zzzz").text
    assert client.get(f"{NFI}&lieu=%3Cb%3E").status_code == 200


def test_a_learned_name_finds_its_place(
    app: Any, session: orm.Session, operation: Operation, client_for: Any
) -> None:
    session.add(
        Alias(
            operation_id=operation.id,
            kind="area",
            context="adm2_name ML07",
            folded="la ville des sables",
            typed="La ville des sables",
            target="ML0704",
            edition_id=operation.edition_id,
            created_at=operation.created_at,
        )
    )
    session.commit()
    assert "zone=ML0704" in client_for("viewer").get(f"{NFI}&lieu=La+Ville des sables").location


def test_who_is_where_is_counted_in_areas_of_the_level_only(
    session: orm.Session, operation: Operation
) -> None:
    places = load_gazetteer(session, operation.edition_id)
    untyped = {"sub_sector": "shelter", "activity_type": None, "adm2_pcode": "ML0704"}
    add(session, operation, {}, {"adm2_pcode": None}, {"activity_type": None}, untyped)
    add(session, operation, {}, {"status": "suspended", "adm2_pcode": "ML0704"}, org="HCR")
    add(session, operation, {"period": "2016-06"}, org="ONG-A")
    nfi = Question(2, "2016-05", "nfi")
    assert {k: v.leading for k, v in present_by_area(session, operation, nfi, places).items()} == {
        "ML0701": ("HCR", "OIM")
    }
    both = together_by_area(session, operation, nfi, places)
    assert {k: [(t.month, t.organisations) for t in v] for k, v in both.items()} == {
        "ML0701": [("2016-03", ("HCR", "OIM"))]
    }
    assert isinstance(both["ML0701"][0], Together)
    # By region, rows that name the region alone are in it too; by commune, none of these rows is anywhere.
    region = Question(1, None, "nfi")
    assert present_by_area(session, operation, region, places)["ML07"].leading == ("HCR", "OIM", "ONG-A")
    assert present_by_area(session, operation, Question(3, None, "nfi"), places) == {}
