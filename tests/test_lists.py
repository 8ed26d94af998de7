"""The lists of a meeting: exact areas and plans, worked out by hand, on the page, in files, by command."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.lists import AREA_LISTS, Listing, area_list
from cluster4w.gaps.overdue import overdue_plans
from cluster4w.gaps.part import part_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.table import gap_table
from cluster4w.models import Operation, Organisation
from cluster4w.record.queries.activities import Scope
from cluster4w.record.queries.areas import load_gazetteer
from tests.test_gaps import add, need

#: In Ansongo three organisations reached 500 of 400; in Ménaka one plans 30 of 90 and reached 10; nobody is
#: in Bankass, where 60 are targeted; Bandiagara has no target. One row names Mopti and no cercle.
REACHED = {"households_reached": 100}
PLANNED = {"status": "planned", "households_reached": None, "households_targeted": 30}
MENAKA = {"adm2_pcode": "ML0704"}


def fill(session: orm.Session, operation: Operation) -> None:
    """Record what the tests list."""
    need(session, operation, (2, "ML0701", 400), (2, "ML0704", 90), (2, "ML0502", 60))
    add(session, operation, {"households_reached": 300}, org="OIM")
    add(session, operation, REACHED, MENAKA | {"households_reached": 10}, MENAKA | PLANNED, org="ONG-A")
    add(session, operation, REACHED, org="ONG-B")
    add(session, operation, {"adm1_pcode": "ML05", "adm2_pcode": None, "households_reached": 7}, org="HCR")


def made(session: orm.Session, operation: Operation, name: Any, order: str = "", **changes: Any) -> Listing:
    """Return a list of areas of May."""
    words = {"level": 2, "month": "2016-05", "sub_sector": "nfi"} | changes
    within = words.pop("within", "")
    table = gap_table(session, operation, Question(**words))
    gazetteer = load_gazetteer(session, operation.edition_id)
    if within:
        table = part_of(table, gazetteer, within)
    return area_list(session, table, gazetteer, name, order)


def agency(session: orm.Session, acronym: str) -> int:
    """Return an organisation's key."""
    return session.scalars(sa.select(Organisation.id).where(Organisation.acronym == acronym)).one()


def cells(listing: Listing, *keys: str) -> list[tuple[Any, ...]]:
    """Return some columns of every line."""
    return [tuple(line.cells[key] for key in keys) for line in listing.lines]


def test_each_list_holds_the_areas_that_belong_to_it(session: orm.Session, operation: Operation) -> None:
    fill(session, operation)
    uncovered = made(session, operation, "uncovered")
    assert cells(uncovered, "name", "parent_name", "asked", "reached", "planned", "gap", "share") == [
        ("Ménaka", "Gao", 90, 10, 30, 80, 10 / 90),
        ("Bankass", "Mopti", 60, 0, 0, 60, 0.0),
    ]
    assert (uncovered.total("gap"), uncovered.total("asked"), uncovered.order) == (140, 150, "-gap")
    assert uncovered.pcodes == {"ML0704", "ML0502"}
    nobody = made(session, operation, "nobody")
    assert cells(nobody, "name", "in_need", "target", "gap") == [("Bankass", None, 60, 60)]
    # HCR's row names the region alone: it may be in Bankass.
    assert cells(nobody, "perhaps") == [(1,)]
    above = made(session, operation, "above")
    assert cells(above, "name", "asked", "reached", "surplus", "share") == [("Ansongo", 400, 500, 100, 1.25)]
    several = made(session, operation, "several")
    assert cells(several, "name", "organisations", "who") == [("Ansongo", 3, "OIM, ONG-A, ONG-B")]
    pipeline = made(session, operation, "pipeline")
    assert cells(pipeline, "name", "missing", "planned", "left", "beyond") == [
        ("Bankass", 60, 0, 60, 0),
        ("Ménaka", 80, 30, 50, 0),
    ]


def test_a_list_says_what_it_leaves_out_and_why(session: orm.Session, operation: Operation) -> None:
    fill(session, operation)
    need(session, operation, (1, "ML05", 500), (2, "ML0701", 400), dated="2016-02-01")
    listing = made(session, operation, "uncovered")
    words = [note.words(lambda text: text) for note in listing.left_out]
    assert words == [
        "3 areas have no target: what is missing there is not known.",
        "A target of 500 in all is known for larger areas only (Mopti): it is in no line.",
        "One row of the record names only a larger area (Mopti): what it says is in no line, and its"
        " organisation may work in any of its areas.",
    ]
    assert (listing.lines, listing.empty) == ((), "none")
    nobody = made(session, operation, "nobody")
    assert [note.words(str) for note in nobody.left_out] == [
        "3 areas have neither a need nor a target: not in the list.",
        "Needs and targets of larger areas as a whole (Mopti) are in no line.",
        words[2],
    ]


def test_a_list_is_sorted_by_any_of_its_columns(session: orm.Session, operation: Operation) -> None:
    fill(session, operation)
    orders = {
        "": ("-gap", ["Ménaka", "Bankass"]),
        "gap": ("gap", ["Bankass", "Ménaka"]),
        "share": ("share", ["Bankass", "Ménaka"]),
        "-share": ("-share", ["Ménaka", "Bankass"]),
        "name": ("name", ["Bankass", "Ménaka"]),
        "-parent_name": ("-parent_name", ["Bankass", "Ménaka"]),
        # Columns that the list does not have leave it in its usual order.
        "nonsense": ("-gap", ["Ménaka", "Bankass"]),
        "-who": ("-gap", ["Ménaka", "Bankass"]),
        "severity": ("-gap", ["Ménaka", "Bankass"]),
    }
    for order, expected in orders.items():
        listing = made(session, operation, "uncovered", order)
        assert (listing.order, [line.cells["name"] for line in listing.lines]) == expected, order


def test_the_filters_of_the_map_narrow_a_list(session: orm.Session, operation: Operation) -> None:
    fill(session, operation)
    asked: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
        "a region": ("uncovered", {"within": "ML07"}, ["Ménaka"]),
        "before the rows": ("uncovered", {"month": "2016-02"}, []),
        "with the plans": ("uncovered", {"measure": "projected", "order": "name"}, ["Bankass", "Ménaka"]),
        "people": ("above", {"unit": "individual"}, ["Ansongo"]),
        "another group": ("several", {"group": "returnees"}, []),
        "its own group": ("several", {"group": "idps"}, ["Ansongo"]),
        "another sub-sector": ("several", {"sub_sector": "shelter"}, []),
    }
    for words, (name, changes, names) in asked.items():
        listing = made(session, operation, name, **changes)
        assert [line.cells["name"] for line in listing.lines] == names, words
    projected = made(session, operation, "uncovered", measure="projected", within="ML07")
    assert cells(projected, "name", "gap", "share") == [("Ménaka", 50, 40 / 90)]
    of_oim = made(session, operation, "nobody", organisation=agency(session, "OIM"))
    assert [line.cells["name"] for line in of_oim.lines] == ["Ménaka", "Bankass"]
    assert "Only a part of the response is asked for: other organisations may be in these areas." in [
        note.words(str) for note in of_oim.left_out
    ]
    people = made(session, operation, "above", unit="individual")
    assert cells(people, "asked", "reached", "surplus") == [(2000, 2500, 500)]


def test_an_empty_list_says_whether_that_is_good_or_nothing_is_known(
    session: orm.Session, operation: Operation
) -> None:
    def why(**changes: Any) -> dict[str, str | None]:
        return {name: made(session, operation, name, **changes).empty for name in AREA_LISTS}

    # Neither rows nor targets; then rows alone; then targets of regions alone.
    assert why() == dict.fromkeys(AREA_LISTS, "no_figures") | {"several": "no_rows"}
    add(session, operation, {"households_reached": 300})
    assert why() == dict.fromkeys(AREA_LISTS, "no_figures") | {"several": "none"}
    need(session, operation, (1, "ML07", 200))
    assert why() == dict.fromkeys(AREA_LISTS, "figures_above") | {"several": "none"}
    met = why(level=1)
    assert met == {
        "uncovered": "none",
        "nobody": "none",
        "above": None,
        "several": "none",
        "pipeline": "none",
    }
    # Of months without a row nothing is known, not even zero.
    assert why(level=1, month="2016-02") == dict.fromkeys(AREA_LISTS, "no_rows")
    # Zero in one region is known, because the record holds rows of another one.
    assert why(level=2, within="ML05")["several"] == "none"


#: Status, start, end, month: what the plans of Ansongo say, and the days that they are late on 1 June.
PLANS: list[tuple[dict[str, Any], tuple[Any, ...] | None]] = [
    ({"status": "planned", "end_date": "2016-05-31"}, ("2016-05-31", "end", 1)),
    ({"status": "ongoing", "end_date": "2016-05-01"}, ("2016-05-01", "end", 31)),
    ({"status": "planned", "end_date": "2016-06-01"}, None),
    ({"status": "completed", "end_date": "2016-05-01"}, None),
    ({"status": "suspended", "end_date": "2016-05-01"}, None),
    ({"status": "planned", "start_date": "2016-05-22"}, ("2016-05-22", "start", 10)),
    ({"status": "planned", "start_date": "2016-06-22"}, None),
    ({"status": "ongoing", "start_date": "2016-05-22"}, ("2016-05-31", "month", 1)),
    ({"status": "planned", "period": "2016-04"}, ("2016-04-30", "month", 32)),
    ({"status": "planned", "period": "2016-06"}, None),
    ({"status": "ongoing", "start_date": "2016-01-01", "period": "2016-06"}, None),
]


def plans(session: orm.Session, operation: Operation, scope: Scope | None = None, **words: Any) -> Listing:
    """Return the plans past their end on the first of June."""
    question = Question(**({"sub_sector": "nfi"} | words.pop("question", {})))
    return overdue_plans(
        session,
        operation,
        question,
        load_gazetteer(session, operation.edition_id),
        scope or Scope(everybody=True),
        today=dt.date(2016, 6, 1),
        language="en",
        **words,
    )


def _plan(number: int, values: dict[str, Any]) -> dict[str, Any]:
    days = {k: dt.date.fromisoformat(v) for k, v in values.items() if k.endswith("_date")}
    return {"site_name": f"Site {number}", "period": "2016-05", **PLANNED, **values, **days}


def test_plans_are_late_by_their_end_their_start_or_their_month(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, *(_plan(n, values) for n, (values, _) in enumerate(PLANS)))
    found = {
        line.cells["name"]: (line.cells["due"], line.cells["due_by"], line.cells["days_late"])
        for line in plans(session, operation).lines
    }
    assert found == {
        f"Site {n}": (dt.date.fromisoformat(late[0]), *late[1:]) for n, (_, late) in enumerate(PLANS) if late
    }
    first = plans(session, operation).lines[0]
    assert dict(first.cells) == {
        "name": "Site 8",
        "parent_name": "Ansongo, Gao",
        "organisation": "OIM",
        "activity": "Core NFI kit",
        "status": "Planned",
        "planned": 30,
        "due": dt.date(2016, 4, 30),
        "due_by": "month",
        "days_late": 32,
    }
    assert (first.pcode, plans(session, operation).total("planned")) == ("ML0701", 150)


def test_plans_are_narrowed_by_reader_place_month_group_and_unit(
    session: orm.Session, operation: Operation
) -> None:
    late = _plan(0, {"status": "planned", "end_date": "2016-05-01"})
    add(session, operation, late, late | MENAKA | {"site_name": None, "period": "2016-04"}, org="ONG-A")
    (uid,) = add(session, operation, late | {"adm2_pcode": None, "population_group": "host"}, org="ONG-B")
    everything = plans(session, operation, order="name")
    assert cells(everything, "name", "organisation") == [
        ("Ménaka", "ONG-A"),
        ("Site 0", "ONG-B"),
        ("Site 0", "ONG-A"),
    ]
    assert [line.pcode for line in everything.lines] == ["ML0704", None, "ML0701"]
    assert [note.words(str) for note in everything.left_out] == [
        "One of these plans names no area of this level: in the list, and not on the map."
    ]
    number = next(line for line in everything.lines if line.uid == uid)
    assert number.cells["parent_name"] == "Gao"
    narrowed: dict[str, tuple[dict[str, Any], int]] = {
        "a cercle": ({"within": "ML0704"}, 1),
        "a region": ({"within": "ML07"}, 3),
        "another region": ({"within": "ML05"}, 0),
        "up to April, held to its last day": ({"question": {"month": "2016-04"}}, 0),
        "a group": ({"question": {"group": "host"}}, 1),
        "another sub-sector": ({"question": {"sub_sector": "shelter"}}, 0),
        "nobody's rows": ({"scope": Scope()}, 0),
        "one's own rows": ({"scope": Scope(organisation_id=agency(session, "ONG-B"))}, 1),
        "an organisation": ({"question": {"organisation": agency(session, "ONG-A")}}, 2),
        "an activity type": ({"question": {"activity_type": "nfi_cash"}}, 0),
        "from a month on": ({"question": {"first": "2016-05"}}, 2),
    }
    for words, (changes, many) in narrowed.items():
        assert len(plans(session, operation, **changes).lines) == many, words
    before = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    assert plans(session, operation, question={"as_of": before}).lines == ()
    people = plans(session, operation, question={"unit": "individual"})
    assert people.total("planned") == 3 * 30 * 5
    assert plans(session, operation, scope=Scope()).empty == "none"


def test_severity_ranks_areas_and_is_neither_added_nor_handed_down(
    session: orm.Session, operation: Operation
) -> None:
    fill(session, operation)
    rank = {"measure": "severity", "unit": "class"}
    need(
        session,
        operation,
        (2, "ML0704", 1, rank, {"sub_sector": None}),
        (2, "ML0704", 3, rank),
        (2, "ML0502", 4.5, rank, {"sub_sector": None}),
        (2, "ML0701", 5, rank, {"sub_sector": "shelter"}),
        (1, "ML07", 5, rank),
        dated="2016-02-01",
    )
    uncovered = made(session, operation, "uncovered", "-severity")
    assert cells(uncovered, "name", "severity") == [("Bankass", 4.5), ("Ménaka", 3)]
    assert made(session, operation, "uncovered", "severity").pcodes == uncovered.pcodes
    # Shelter's severity is not NFI's; figures of people are what they were.
    assert cells(made(session, operation, "above"), "name", "severity", "asked") == [("Ansongo", None, 400)]
    assert cells(uncovered, "gap") == [(60,), (80,)]
    table = gap_table(session, operation, Question(2, "2016-05", "nfi"))
    assert [(s.measure, s.source) for s in table.sources] == [
        ("severity", "Plan 2016-02-01"),
        ("targeted", "Plan 2016-01-01"),
    ]
    communes = gap_table(session, operation, Question(3, None, "nfi"))
    assert {row.severity for row in communes.rows} == {None}
    of_group = made(session, operation, "uncovered", group="idps")
    assert "severity" not in of_group.columns


def test_late_plans_are_read_out_of_their_index(session: orm.Session, operation: Operation) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by statistics")
    add(session, operation, _plan(0, {"status": "planned", "end_date": "2016-05-01"}))
    asked: list[str] = []

    @sa.event.listens_for(session.connection(), "before_cursor_execute")
    def explain_first(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        asked.append(" | ".join(str(line[3]) for line in cursor.fetchall()))

    gazetteer = load_gazetteer(session, operation.edition_id)
    asked.clear()
    overdue_plans(
        session,
        operation,
        Question(sub_sector="nfi"),
        gazetteer,
        Scope(everybody=True),
        today=dt.date(2016, 6, 1),
        language="en",
    )
    assert len(asked) == 1
    assert asked[0].count("USING INDEX ix_activity_plans (operation_id=? AND end_date") == 4, asked[0]
