"""Gaps of a part of the response: one organisation, one activity type, a span of months; said everywhere."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.gaps.explain import explain
from cluster4w.gaps.table import gap_table
from cluster4w.gaps.who import present_by_area, together_by_area
from cluster4w.models import Operation
from cluster4w.publish.gap_words import part_lines, part_of_name, subtitle
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.language import translator
from cluster4w.template.problems import Refusal
from tests.pages import parse, text_of
from tests.record_rows import add_rows, agency_id
from tests.test_gap_page import PAGE, figures, load_targets
from tests.test_gaps import NFI, add, need

CASH = {"activity_type": "nfi_cash"}


@pytest.fixture
def filled(session: orm.Session, operation: Operation) -> Operation:
    """OIM: 100 kits in March, 30 by cash in May, 7 more planned; HCR: 50 kits in April. Target: 500.

    ONG-B is present in March with a row that names no activity type.
    """
    promised = {"status": "planned", "households_reached": None, "households_targeted": 7}
    add(session, operation, {}, CASH | {"period": "2016-05", "households_reached": 30}, promised)
    add(session, operation, {"period": "2016-04", "households_reached": 50}, org="HCR")
    add(session, operation, {"activity_type": None, "households_reached": None}, org="ONG-B")
    need(session, operation, (2, "ML0701", 500), (2, "ML0704", 80))
    return operation


def test_a_part_of_the_response_is_held_against_the_whole_target(
    session: orm.Session, filled: Operation
) -> None:
    oim, hcr, nobody = (get_agency(session, filled, name).id for name in ("OIM", "HCR", "ONG-A"))
    cases: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
        ({}, (180, 7, 320, 80, 3)),
        ({"organisation": oim}, (130, 7, 370, 80, 1)),
        ({"organisation": hcr}, (50, 0, 450, 80, 1)),
        ({"activity_type": "core_nfi_kit"}, (150, 7, 350, 80, 2)),
        ({"activity_type": "nfi_cash", "organisation": oim}, (30, 0, 470, 80, 1)),
        # HCR has reported, and nothing of that type: it is known to be zero.
        ({"activity_type": "nfi_cash", "organisation": hcr}, (0, 0, 500, 80, 0)),
        # Nothing was ever heard of the third one: not even that it is zero.
        ({"organisation": nobody}, (None, None, None, None, 0)),
        ({"first": "2016-04"}, (80, 0, 420, 80, 2)),
        ({"first": "2016-04", "organisation": oim}, (30, 0, 470, 80, 1)),
        ({"first": "2016-04", "month": "2016-04"}, (50, 0, 450, 80, 1)),
        ({"first": "2016-04", "month": None}, (80, 0, 420, 80, 2)),
    ]
    places = load_gazetteer(session, filled.edition_id)
    for changes, expected in cases:
        question = replace(NFI, **changes)
        table = gap_table(session, filled, question)
        row, other = (table.by_pcode()[pcode] for pcode in ("ML0701", "ML0704"))
        assert (row.reached, row.planned, row.gap, other.gap, row.organisations) == expected, changes
        assert row.target == 500
        why = explain(session, filled, question, "ML0701")
        assert sum(c.reached or 0 for c in why.counted) == (row.reached or 0)
        assert sum(b.people or 0 for b in why.behind if b.status == "completed") == (row.assistances or 0)
        present = present_by_area(session, filled, question, places)
        assert len(present["ML0701"].leading if present else ()) == row.organisations
    # One organisation overlaps with those that do the same as it does.
    add(session, filled, {"period": "2016-04"}, org="ONG-A")
    for organisation, expected in ((hcr, ("HCR", "ONG-A")), (oim, None)):
        both = together_by_area(session, filled, replace(NFI, organisation=organisation), places)
        assert [t.organisations for t in both.get("ML0701", ())] == ([expected] if expected else [])


def test_what_a_part_means_is_said_in_words(session: orm.Session, filled: Operation) -> None:
    english = translator("en")
    oim = get_agency(session, filled, "OIM").id
    assert part_lines(gap_table(session, filled, NFI), "en", english) == []
    asked = replace(NFI, organisation=oim, activity_type="core_nfi_kit", first="2016-03")
    table = gap_table(session, filled, asked)
    assert table.months == ("2016-03", "2016-05")
    assert subtitle(table, "en", english).endswith(
        "by cercle, cumulated March – May 2016, only “Core NFI kit”, only OIM"
    )
    one, two, three = part_lines(table, "en", english)
    assert one.startswith("Only the rows that OIM reports count")
    assert "“Core NFI kit”" in two
    assert "March – May 2016" in three
    assert part_of_name(table) == "oim-core-nfi-kit-from-2016-03"
    french = part_lines(table, "fr", translator("fr"))
    assert len(set(french) & {one, two, three}) == 0
    training = replace(NFI, sub_sector="shelter", activity_type="training")
    lines = part_lines(gap_table(session, filled, training), "en", english)
    assert len(lines) == 1
    assert "counts towards no target" in lines[0]
    largest = part_lines(
        gap_table(session, filled, replace(NFI, sub_sector="shelter", organisation=oim)), "en", english
    )
    assert "may add up to more than the whole" in largest[-1]
    for wrong in (
        {"organisation": 10**6},
        {"activity_type": "tent"},
        {"first": "2016-06"},
    ):
        with pytest.raises(Refusal):
            gap_table(session, filled, replace(NFI, **wrong))  # type: ignore[arg-type]


def test_the_page_asks_for_a_part_and_says_so(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {"first_time_assisted": True})
    add_rows(app, "OIM", {"first_time_assisted": True, "period": "2016-03", "households_reached": 40})
    load_targets(app)
    client = client_for("coordinator")
    nfi = f"{PAGE}?sous_secteur=nfi"
    oim = agency_id(app, "OIM")
    assert figures(client.get(nfi))["households without"] == "350"
    page = client.get(f"{nfi}&org={oim}&type=core_nfi_kit&depuis=2016-02&mois=2016-05")
    root = parse(page.text)
    assert text_of(root.find(".//h1")) == "NFI: what OIM reached"
    assert figures(page)["households left after this part"] == "450"
    assert "Ansongo: 360 households left after this part, 10% reached" in page.text
    within = client.get(f"{nfi}&dans=ML07&type=core_nfi_kit&cote=shelter")
    assert text_of(parse(within.text).find(".//h1")) == "Gao, NFI: what a part of the response reached"
    captions = [text_of(c) for c in parse(within.text).findall(".//figcaption")]
    assert captions == ["NFI: Core NFI kit", "Shelter: All types"]
    assert text_of(root.find(".//p[@class='lead']")).endswith("only “Core NFI kit”, only OIM")
    said = [text_of(p) for p in root.findall(".//div[@role='note']/p")]
    assert len(said) == 3, said
    chosen = {
        select.get("name"): next(o.get("value") for o in select.findall("option") if o.get("selected") == "")
        for select in root.findall(".//select")
        if select.get("name") in ("org", "type", "depuis", "groupe", "mois")
    }
    assert chosen == {
        "org": str(oim), "type": "core_nfi_kit", "depuis": "2016-02", "groupe": "", "mois": "2016-05"
    }  # fmt: skip
    links = {text_of(a): a.get("href") for a in root.findall(".//div[@class='segmented']/a")}
    kept = f"depuis=2016-02&org={oim}"
    assert kept in links["People"]
    assert "type=core_nfi_kit" in links["People"]
    # Another sub-sector has other activity types.
    assert "type=" not in links["Shelter"]
    assert kept in links["Shelter"]
    data = client.get(f"{PAGE}.csv?sous_secteur=nfi&org={oim}&depuis=2016-02")
    assert "oim-from-2016-02" in data.headers["Content-Disposition"]
    assert "Only the rows that OIM reports count" in client.get(f"{PAGE}.svg?sous_secteur=nfi&org={oim}").text
    why = client.get(f"{PAGE}/ML0701?sous_secteur=nfi&org={oim}")
    assert "Only the rows that OIM reports count" in why.text
    assert figures(why)["reached"] == "40"
    # What makes no sense is left at its usual value; a span that begins with the plan is none.
    for wrong in ("org=99999", "org=x", "type=tent", "depuis=2016-13", "depuis=2016-06&mois=2016-05",
                  "depuis=2016-01"):  # fmt: skip
        assert parse(client.get(f"{nfi}&{wrong}").text).find(".//div[@role='note']") is None, wrong


def test_the_command_line_asks_for_a_part(session: orm.Session, filled: Operation, cli: Any) -> None:
    session.commit()
    asked = ("gaps", "--operation", "test-2016", "--sub-sector", "nfi", "--format", "json")
    part = ("--org", "oim", "--activity-type", "core_nfi_kit", "--from", "2016-02", "--to", "2016-05")
    found = json.loads(cli(*asked, *part).output)
    assert (found["question"]["organisation"], found["question"]["activity_type"]) == ("OIM", "core_nfi_kit")
    assert (found["months"], found["total"]["reached"]) == ({"first": "2016-02", "last": "2016-05"}, 100)
    assert json.loads(cli(*asked, "--period", "2016-05").output)["total"]["reached"] == 180
    for wrong in (("--org", "XYZ"), ("--activity-type", "tent"), ("--from", "2016-06", "--to", "2016-05")):
        assert cli(*asked, *wrong).exit_code == 2, wrong
