"""Why a figure is what it is: the rows behind it, those in none, and what it was at the last release."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.gaps.behind import lines_behind, place_of, whole_line
from cluster4w.gaps.question import Question
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.since_release import since_release
from cluster4w.gaps.table import gap_table
from cluster4w.models import Operation
from cluster4w.models.engine import writing
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.corrections import add_activity
from cluster4w.record.operations.months import unlock_month
from cluster4w.record.operations.releases import publish_month
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.operations import get_operation
from cluster4w.record.queries.organisations import get_agency
from cluster4w.record.queries.people import find_by_email
from tests.books import book
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.sending import own, sent
from tests.test_gap_page import PAGE, ROWS, load_targets
from tests.test_gaps import ANSONGO, add, need

NFI = Question(2, "2016-05", "nfi")


def publish(session: orm.Session, operation: Operation, month: str = "2016-03") -> None:
    publish_month(session, operation, month, note="again", actor=None)
    unlock_month(session, operation, month, actor=None)


def row(session: orm.Session, operation: Operation, question: Question = NFI, code: str = "ML0701") -> GapRow:
    return next(r for r in gap_table(session, operation, question).rows if r.pcode == code)


def change(session: orm.Session, operation: Operation, uid: str, **values: Any) -> None:
    agency = get_agency(session, operation, "OIM").id
    withdrawn = values.pop("withdrawn", False)
    said = {k: v for k, v in (ANSONGO | values).items() if v is not None}
    record_versions(session, operation, [Change(agency, said, uid=uid, withdrawn=withdrawn)], actor=None)


def test_every_row_of_an_area_is_listed_with_how_it_counts_or_why_not(
    session: orm.Session, operation: Operation
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "reached": {"period": "2016-01", "households_reached": 1},
        "planned": {"status": "planned", "households_targeted": 2},
        "not_first": {"first_time_assisted": False, "households_reached": 3},
        "first_unsaid": {"first_time_assisted": None, "households_reached": 4},
        "silent": {"households_reached": None},
        "suspended": {"status": "suspended", "households_reached": 5},
        "cancelled": {"status": "cancelled", "households_reached": 6},
        "no_status": {"status": None, "households_reached": 7},
        "no_type": {"activity_type": None, "households_reached": None, "individuals_reached": 102},
    }
    add(session, operation, *ways.values())
    add(session, operation, {"period": "2016-06"}, {"period": None}, {"adm2_pcode": None})
    place = place_of(session, operation, 2, "ML0701", "area")
    doubles = load_doubles(session, operation, NFI.window(operation))
    found = lines_behind(session, operation, NFI, place, doubles)
    assert sorted(line.way for line in found) == sorted(ways)
    people = {line.way: line.people for line in found}
    size = operation.household_size
    assert people == {
        "reached": 1, "planned": 2, "not_first": 3, "first_unsaid": 4, "silent": None, "suspended": 5,
        "cancelled": 6, "no_status": 7, "no_type": round(102 / size),
    }  # fmt: skip
    assert [line.way for line in found if line.converted] == ["no_type"]
    assert {line.row.organisation for line in found} == {"OIM"}
    every = whole_line(session, operation, NFI, place)
    assert (every.rows, every.other_months) == (9, 2)
    assert {(u.way, u.rows, u.people) for u in every.uncounted} == {
        ("suspended", 1, 5), ("cancelled", 1, 6), ("no_status", 1, 7), ("no_type", 1, round(102 / size)),
    }  # fmt: skip
    # What is known of the region only is a line of its own; another sub-sector has none of these rows.
    region = place_of(session, operation, 2, "ML07", "part")
    assert [line.row.period for line in lines_behind(session, operation, NFI, region, doubles)] == ["2016-03"]
    shelter = Question(2, "2016-05", "shelter")
    assert lines_behind(session, operation, shelter, place, doubles) == []


def test_a_type_without_target_and_the_largest_month_are_named(
    session: orm.Session, operation: Operation
) -> None:
    site = {"activity_type": "site_improvement", "sub_sector": "shelter"}
    add(session, operation, site, {"activity_type": "training", "sub_sector": "shelter"})
    question = Question(2, None, "shelter")
    place = place_of(session, operation, 2, "ML0701", "area")
    found = lines_behind(
        session, operation, question, place, load_doubles(session, operation, NFI.window(operation))
    )
    assert {line.row.activity_type: line.way for line in found} == {
        "site_improvement": "largest",
        "training": "no_target",
    }
    assert whole_line(session, operation, question, place).other_months == 0


def test_the_difference_to_the_last_release_is_told_apart(session: orm.Session, operation: Operation) -> None:
    need(session, operation, (2, "ML0701", 500))
    kept, more, less, gone, moved, promised = add(
        session, operation,
        {}, {"period": "2016-01"}, {"period": "2016-02"},
        {"households_reached": 30}, {"households_reached": 7},
        {"status": "planned", "households_reached": None, "households_targeted": 40},
    )  # fmt: skip
    assert since_release(session, operation, NFI, row(session, operation)) is None
    publish(session, operation)
    same = since_release(session, operation, NFI, row(session, operation))
    assert same is not None
    assert same.is_same
    assert (same.then.reached, same.then.planned, same.then.asked, same.then.gap) == (337, 40, 500, 163)
    add(session, operation, {"households_reached": 11}, {"first_time_assisted": False}, org="ONG-A")
    change(session, operation, more, period="2016-01", households_reached=120)
    change(session, operation, less, period="2016-02", households_reached=95)
    change(session, operation, gone, households_reached=30, withdrawn=True)
    change(session, operation, moved, households_reached=7, adm2_pcode="ML0704")
    change(session, operation, promised, households_reached=38)
    need(session, operation, (2, "ML0701", 600), dated="2016-02-01")
    now = row(session, operation)
    since = since_release(session, operation, NFI, now)
    assert since is not None
    assert (since.then.reached, since.now.reached) == (337, now.reached)
    assert (since.then.asked, since.now.asked) == (500, 600)
    assert since.other_source
    assert not since.figures_same
    assert {c.kind: (c.rows, c.reached, c.planned) for c in since.changes} == {
        # The second new row repeats help to the same people: a row more, nobody more.
        "new": (2, 11, 0),
        # A promise that was kept moves from planned to reached.
        "changed": (3, 20 - 5 + 38, -40),
        "gone": (2, -37, 0),
    }
    assert (since.rest_reached, since.rest_planned) == (0, 0)
    assert (now.reached or 0) - 337 == sum(c.reached for c in since.changes)
    # Where the row went it is new; what did not change is the same there too.
    there = since_release(session, operation, NFI, row(session, operation, code="ML0704"))
    assert there is not None
    assert [(c.kind, c.reached) for c in there.changes] == [("new", 7)]
    assert (there.then.reached, there.then.asked) == (0, None)
    # Asked as of the release itself, the release before it is compared with: there was none.
    assert since_release(session, operation, NFI, row(session, operation)) is not None
    release = since.release
    past = Question(2, "2016-05", "nfi", as_of=release.frozen_at, release=(release.month, release.number))
    assert since_release(session, operation, past, row(session, operation, past)) is None
    # Between two releases only what happened between them is said.
    publish(session, operation)
    add(session, operation, {"households_reached": 1000})
    change(session, operation, kept, households_reached=90)
    second = since_release(session, operation, NFI, row(session, operation))
    assert second is not None
    assert second.release.number == 2
    assert [(c.kind, c.rows, c.reached) for c in second.changes] == [("new", 1, 1000), ("changed", 1, -10)]
    then = Question(2, "2016-05", "nfi", as_of=second.release.frozen_at)
    between = since_release(session, operation, then, row(session, operation, then))
    assert between is not None
    assert between.release.number == 1
    assert [c.rows for c in between.changes] == [2, 3, 2]


def test_what_no_single_row_explains_is_the_rest(session: orm.Session, operation: Operation) -> None:
    site = {"activity_type": "site_improvement", "sub_sector": "shelter", "site_name": "Camp A"}
    question = Question(2, None, "shelter")
    add(session, operation, site | {"households_reached": 80})
    publish(session, operation)
    add(session, operation, site | {"period": "2016-04", "households_reached": 100})
    since = since_release(session, operation, question, row(session, operation, question))
    assert since is not None
    assert (since.then.reached, since.now.reached) == (80, 100)
    assert [(c.kind, c.reached) for c in since.changes] == [("new", 100)]
    assert since.rest_reached == -80
    # Rows known of the region only, seen from the line that has them.
    add(session, operation, site | {"adm2_pcode": None, "households_reached": 5})
    part = since_release(session, operation, question, row(session, operation, question, "ML07"))
    assert part is not None
    assert (part.then.reached, part.now.reached, part.rest_reached) == (0, 5, 0)


# --- on the page --------------------------------------------------------------------------------------------


@pytest.fixture
def loaded(app: Any) -> None:
    """Ansongo: 100 reached, 40 planned, and a row of 120 planned that was suspended."""
    add_rows(app, "ONG-A", *ROWS, {"status": "suspended", "households_reached": None})
    load_targets(app)


def _tables(page: Any) -> dict[str, list[list[str]]]:
    """Return the cells of the body of each table by its caption."""
    return {
        text_of(table.find("caption")): [
            [text_of(cell) for cell in line] for line in table.findall("./tbody/tr")
        ]
        for table in parse(page.text).iter("table")
    }


@pytest.mark.usefixtures("loaded")
def test_the_page_says_what_it_was_at_the_release_and_lists_rows_with_their_origin(
    app: Any, client_for: Any
) -> None:
    manager = client_for("information_manager")
    before = manager.get(f"{PAGE}/ML0701?sous_secteur=nfi")
    assert "At the last release" not in _tables(before)
    assert "there is no release to compare with" in before.text
    manager.post("/test-2016/mois/2016-05/publier", data={})
    manager.post("/test-2016/mois/2016-05/ouvrir")
    add_rows(app, "ONG-B", {"first_time_assisted": True, "households_reached": 25})
    page = manager.get(f"{PAGE}/ML0701?sous_secteur=nfi")
    found = _tables(page)
    assert found["At the last release"] == [
        ["Targeted", "400", "400", "0"],
        ["Reached", "100", "125", "+25"],
        ["Planned", "40", "40", "0"],
        ["Gap", "300", "275", "−25"],
    ]
    assert "1 line is new here: reached +25, planned 0" in page.text
    assert found["Lines that are in none of these figures"] == [
        ["suspended: never counted", "Core NFI kit", "1", "120"]
    ]
    lines = found["The lines one by one"]
    assert sorted(line[0] for line in lines) == ["ONG-A", "ONG-A", "ONG-A", "ONG-B"]
    assert {line[5] for line in lines} == {
        "counts as reached",
        "planned or ongoing: never counted as reached",
        "suspended: never counted",
    }
    assert all("recorded by the command line" in line[6] for line in lines)
    # As of the release the page, its list and its links are those of the release.
    link = next(a.get("href") or "" for a in parse(page.text).iter("a") if text_of(a) == "May 2016, No. 1")
    then = manager.get(link)
    assert "Release of May 2016, no. 1" in then.text
    assert len(_tables(then)["The lines one by one"]) == 3
    back = next(a.get("href") or "" for a in parse(then.text).iter("a") if text_of(a) == "Back to the map")
    assert "publication=2016-05.1" in back
    assert (
        len(_tables(manager.get(f"{PAGE}/ML0701?sous_secteur=nfi&page=2")).get("The lines one by one", []))
        == 0
    )
    # A reader sees what organisations come to, and no single row; the comparison is everybody's.
    reader = client_for("viewer").get(f"{PAGE}/ML0701?sous_secteur=nfi")
    assert "The lines one by one" not in _tables(reader)
    assert "At the last release" in _tables(reader)
    assert client_for("partner").get(f"{PAGE}/ML0701?publication=2016-05").status_code == 403


def test_a_row_leads_to_the_file_and_row_that_it_came_from_or_says_who_typed_it(
    app: Any, client_for: Any, person_as: Any
) -> None:
    partner, manager = client_for("partner"), client_for("information_manager")
    address = sent(partner, book(own(), own(Ménages=77)), name="mai 2016.xlsx")
    partner.post(f"{address}/enregistrer")
    found = manager.get(f"{PAGE}/ML0502?sous_secteur=nfi")
    links = {text_of(a): a.get("href") for a in parse(found.text).iter("a") if ".xlsx" in text_of(a)}
    assert links == {"mai 2016.xlsx, row 2": address, "mai 2016.xlsx, row 3": address}
    typed = person_as("information_manager")
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        agency = get_agency(db.session, operation, "OIM").id
        person = find_by_email(db.session, typed)
        add_activity(db.session, operation, organisation_id=agency, values=ANSONGO, actor=person)
        db.session.commit()
    again = manager.get(f"{PAGE}/ML0701?sous_secteur=nfi")
    assert "entered in the form by Awa information_manager" in again.text
