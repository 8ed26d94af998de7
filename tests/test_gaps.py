"""The gap table on a small operation: what counts, where it stands, what it is compared with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.explain import explain
from cluster4w.gaps.notes import Note
from cluster4w.gaps.presence import due_day, key_figures, people_estimate, reporting_status
from cluster4w.gaps.question import Question
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import gap_table
from cluster4w.models import Activity, Need, NeedSource, NilReport, Operation, Organisation
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.template.problems import Refusal

ANSONGO: dict[str, Any] = {
    "cluster": "shelter_nfi",
    "sub_sector": "nfi",
    "activity_type": "core_nfi_kit",
    "adm1_pcode": "ML07",
    "adm2_pcode": "ML0701",
    "period": "2016-03",
    "status": "completed",
    "population_group": "idps",
    "first_time_assisted": True,
    "households_reached": 100,
}
NFI = Question(level=2, month="2016-05", sub_sector="nfi")


def add(session: orm.Session, operation: Operation, *rows: dict[str, Any], org: str = "OIM") -> list[str]:
    number = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == org)).one()
    values = [{k: v for k, v in (ANSONGO | row).items() if v is not None} for row in rows]
    uids = record_versions(session, operation, [Change(number, v) for v in values], actor=None)
    session.flush()
    return uids


def need(
    session: orm.Session, operation: Operation, *figures: tuple[Any, ...], dated: str = "2016-01-01"
) -> None:
    """Add figures (level, p-code, value, and what differs from a target of NFI households of all groups)."""
    source = NeedSource(operation_id=operation.id, source=f"Plan {dated}", dated=dt.date.fromisoformat(dated))
    session.add(source)
    session.flush()
    for level, pcode, value, *changes in figures:
        usual: dict[str, Any] = {"measure": "targeted", "sub_sector": "nfi", "unit": "household"}
        for change in changes:
            usual |= change
        session.add(Need(source_id=source.id, level=level, pcode=pcode, value=value, **usual))
    session.flush()


def row(
    session: orm.Session, operation: Operation, question: Question = NFI, pcode: str | None = "ML0701"
) -> GapRow:
    return next(r for r in gap_table(session, operation, question).rows if r.pcode == pcode)


def test_the_current_gap_is_the_target_less_what_was_reached(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {}, {"status": "planned", "households_targeted": 40, "households_reached": None})
    need(session, operation, (2, "ML0701", 500))
    current = row(session, operation)
    assert (current.target, current.reached, current.planned, current.gap) == (500, 100, 40, 400)
    assert current.coverage == 0.2
    assert row(session, operation, Question(2, "2016-05", "nfi", measure="projected")).gap == 360


def test_the_need_gap_compares_with_the_people_in_need(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {})
    need(session, operation, (2, "ML0701", 800, {"measure": "in_need"}), (2, "ML0701", 500))
    needed = row(session, operation, Question(2, None, "nfi", measure="need"))
    assert (needed.in_need, needed.gap, needed.coverage) == (800, 700, 0.125)


def test_suspended_and_cancelled_rows_never_count_not_even_as_presence(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {})
    add(session, operation, {"status": "suspended"}, {"status": "cancelled"}, org="ONG-A")
    found = row(session, operation)
    assert (found.reached, found.organisations, found.rows) == (100, 1, 1)


def test_a_row_without_activity_type_or_status_counts_as_presence_only(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {})
    add(session, operation, {"activity_type": None}, org="ONG-A")
    add(session, operation, {"status": None}, org="ONG-B")
    found = row(session, operation)
    assert (found.reached, found.organisations) == (100, 3)


def test_shelter_and_nfi_stay_apart(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {}, {"activity_type": "tent", "sub_sector": "shelter", "households_reached": 70})
    assert row(session, operation).reached == 100
    assert row(session, operation, Question(2, None, "shelter")).reached == 70
    estimate = people_estimate(session, operation, None, unit="household")
    assert estimate.value == 100
    assert estimate.by_sub_sector == {"shelter": 70, "nfi": 100}


def test_months_after_the_asked_one_are_not_counted(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {}, {"period": "2016-06"}, {"period": "2015-12"})
    assert row(session, operation).reached == 100
    assert row(session, operation, Question(2, None, "nfi")).reached == 300
    assert gap_table(session, operation, NFI).months_with_rows == ("2016-03", "2016-06")


def test_only_current_versions_count_and_the_past_can_be_asked(
    session: orm.Session, operation: Operation
) -> None:
    uid = add(session, operation, {})[0]
    before = session.scalars(sa.select(Activity.recorded_at)).one()
    number = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == "OIM")).one()
    changed = Change(number, ANSONGO | {"households_reached": 90}, uid=uid)
    record_versions(session, operation, [changed], actor=None)
    assert row(session, operation).reached == 90
    assert row(session, operation, Question(2, "2016-05", "nfi", as_of=before)).reached == 100
    record_versions(session, operation, [Change(number, ANSONGO, uid=uid, withdrawn=True)], actor=None)
    assert row(session, operation).reached is None


def test_absent_is_not_zero(session: orm.Session, operation: Operation) -> None:
    need(session, operation, (2, "ML0701", 500), (2, "ML0704", 50))
    empty = row(session, operation)
    assert (empty.reached, empty.gap, empty.coverage) == (None, None, None)
    add(session, operation, {"households_reached": None})
    assert row(session, operation).reached is None
    # Another cercle of a record that has rows was reached by nobody: that is known.
    assert row(session, operation, pcode="ML0704").reached == 0
    assert row(session, operation, pcode="ML0501").target is None


def test_individuals_become_households_only_where_these_are_absent(
    session: orm.Session, operation: Operation
) -> None:
    add(
        session,
        operation,
        {"individuals_reached": 700},
        {"households_reached": None, "individuals_reached": 50},
    )
    found = row(session, operation)
    assert (found.reached, found.converted) == (110, True)
    people = row(session, operation, Question(2, None, "nfi", unit="individual"))
    assert (people.reached, people.converted) == (750, False)


def test_rows_known_at_a_higher_level_keep_the_total_whole(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {}, {"adm2_pcode": None}, {"adm1_pcode": None, "adm2_pcode": None})
    for level in (1, 2, 3):
        table = gap_table(session, operation, Question(level, None, "nfi"))
        assert table.total.reached == 300
        assert sum(r.reached or 0 for r in table.rows) == 300
    table = gap_table(session, operation, NFI)
    assert [(r.kind, r.pcode) for r in table.rows if r.kind != "area"] == [
        ("part", "ML07"),
        ("unknown", None),
    ]


def test_the_largest_month_of_each_site_is_counted_whatever_its_spelling(
    session: orm.Session, operation: Operation
) -> None:
    site = {"activity_type": "site_improvement", "sub_sector": "shelter"}
    add(
        session,
        operation,
        site | {"site_name": "Camp A", "period": "2016-01", "households_reached": 80},
        site | {"site_name": "CAMP A", "period": "2016-02", "households_reached": 100},
        site | {"site_name": "Camp B", "period": "2016-02", "households_reached": 30},
        site | {"site_name": "Camp B", "period": "2016-03", "status": "planned", "households_reached": 45},
    )
    found = row(session, operation, Question(2, None, "shelter"))
    assert (found.reached, found.planned, found.assistances) == (130, 15, 210)


def test_a_site_is_its_code_or_else_its_name_with_accents_in_either_case(
    session: orm.Session, operation: Operation
) -> None:
    site = {"activity_type": "site_improvement", "sub_sector": "shelter"}
    add(
        session,
        operation,
        site | {"site_name": "École", "period": "2016-01", "households_reached": 80},
        site | {"site_name": "ÉCOLE", "period": "2016-02", "individuals_reached": 480},
        site | {"site_pcode": "S1", "site_name": "École", "period": "2016-02", "households_reached": 7},
        site | {"site_pcode": "S1", "site_name": "Marché", "period": "2016-03", "households_reached": 9},
        site
        | {"site_pcode": "S1", "period": "2016-03", "households_reached": None, "individuals_reached": 5},
        site | {"period": "2016-03", "households_reached": 1},
        site | {"adm3_pcode": "ML070101", "period": "2016-03", "households_reached": 2},
    )
    found = row(session, operation, Question(2, None, "shelter"))
    assert (found.reached, found.assistances, found.rows, found.converted) == (113, 200, 7, True)
    assert row(session, operation, Question(3, None, "shelter"), "ML070101").reached == 2


def test_presence_is_any_row_of_the_months_and_the_group(session: orm.Session, operation: Operation) -> None:
    last = {"period": "2016-05", "activity_type": "core_nfi_kit"}
    add(session, operation, last)
    add(
        session, operation, {"period": "2016-01", "status": "planned", "activity_type": "nfi_cash"}, org="HCR"
    )
    add(session, operation, last | {"population_group": "returnees"}, org="ONG-A")
    add(session, operation, last | {"status": "suspended"}, {"period": "2016-06"}, org="ONG-B")
    assert row(session, operation).organisations == 3
    assert row(session, operation, Question(2, "2016-05", "nfi", group="idps")).organisations == 2
    assert row(session, operation, Question(2, None, "nfi")).organisations == 4


def test_the_largest_month_is_that_of_a_cercle_and_a_region_is_the_sum_of_its_cercles(
    session: orm.Session, operation: Operation
) -> None:
    rent = {"activity_type": "cash_rent", "sub_sector": "shelter"}
    add(
        session,
        operation,
        rent | {"adm3_pcode": "ML070101", "period": "2016-01", "households_reached": 60},
        rent | {"adm3_pcode": "ML070102", "period": "2016-02", "households_reached": 70},
        rent | {"adm2_pcode": "ML0704", "period": "2016-02", "households_reached": 10},
    )
    assert row(session, operation, Question(2, None, "shelter")).reached == 70
    assert row(session, operation, Question(1, None, "shelter"), "ML07").reached == 80
    assert row(session, operation, Question(3, None, "shelter"), "ML070101").reached == 60


def test_one_population_group_can_be_asked(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {}, {"population_group": "returnees", "households_reached": 30})
    need(
        session,
        operation,
        (2, "ML0701", 200, {"population_group": "idps"}),
        (2, "ML0701", 50, {"population_group": "returnees"}),
    )
    assert row(session, operation).target == 250
    returnees = row(session, operation, Question(2, None, "nfi", group="returnees"))
    assert (returnees.target, returnees.reached, returnees.gap) == (50, 30, 20)


def test_one_table_is_used_for_all_areas_and_two_are_never_added(
    session: orm.Session, operation: Operation
) -> None:
    need(session, operation, (2, "ML0701", 500), (2, "ML0704", 70))
    need(session, operation, (2, "ML0701", 600), dated="2016-04-01")
    assert row(session, operation).target == 600
    assert row(session, operation, pcode="ML0704").target is None
    assert row(session, operation, Question(1, None, "nfi"), "ML07").target == 600
    table = gap_table(session, operation, NFI)
    assert [s.source for s in table.sources] == ["Plan 2016-04-01"]
    march = Question(2, "2016-03", "nfi")
    assert row(session, operation, march).target == 500
    assert row(session, operation, march, "ML0704").target == 70


def test_a_total_for_all_groups_is_never_added_to_the_groups(
    session: orm.Session, operation: Operation
) -> None:
    need(session, operation, (2, "ML0701", 500), (2, "ML0701", 300, {"population_group": "idps"}))
    assert row(session, operation).target == 500


def test_a_target_known_by_region_only_stands_in_its_own_line(
    session: orm.Session, operation: Operation
) -> None:
    need(session, operation, (1, "ML07", 900), (2, "ML0501", 40))
    table = gap_table(session, operation, NFI)
    assert next(r for r in table.rows if r.kind == "part").target == 900
    assert table.total.target == 940


def test_an_undivided_source_serves_both_and_says_so(session: orm.Session, operation: Operation) -> None:
    need(session, operation, (2, "ML0701", 2500, {"sub_sector": None, "unit": "individual"}))
    table = gap_table(session, operation, NFI)
    found = next(r for r in table.rows if r.pcode == "ML0701")
    assert (found.target, found.converted) == (500, True)
    assert any("same figure serves both" in n.message for n in table.notes)


def test_coverage_above_one_is_shown_as_such(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {})
    need(session, operation, (2, "ML0701", 50))
    found = row(session, operation)
    assert (found.coverage, found.gap, found.missing) == (2.0, -50, 0)


def test_an_explanation_names_the_rows_behind_a_figure(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {}, {"first_time_assisted": False, "households_reached": 30})
    add(session, operation, {"adm2_pcode": "ML0704"}, org="ONG-A")
    found = explain(session, operation, NFI, "ML0701")
    assert [(b.organisation, b.people, b.rows) for b in found.behind] == [("OIM", 130, 2)]
    assert [(c.reached, c.assistances, c.not_first) for c in found.counted] == [(100, 130, 1)]


def test_the_status_board_tells_rows_nil_reports_and_silence(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {})
    number = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == "HCR")).one()
    session.add(
        NilReport(
            operation_id=operation.id,
            organisation_id=number,
            month="2016-03",
            created_at=dt.datetime(2016, 4, 2, tzinfo=dt.UTC),
        )
    )
    session.flush()
    board = {s.acronym: s for s in reporting_status(session, operation, "2016-03")}
    assert (board["OIM"].rows, board["OIM"].timing) == (1, "late")
    assert board["OIM"].households_reached == {"shelter": None, "nfi": 100}
    assert (board["HCR"].nil, board["HCR"].timing) == (True, "on_time")
    assert (board["ONG-A"].nil, board["ONG-A"].timing) == (False, "none")
    assert due_day(operation, "2016-12") == dt.date(2017, 1, 10)


def test_key_figures_never_add_shelter_and_nfi(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {}, {"activity_type": "tent", "sub_sector": "shelter", "households_reached": 70})
    need(session, operation, (2, "ML0701", 500), (2, "ML0704", 10))
    shelter, nfi = key_figures(session, operation, "2016-05")
    assert (shelter.reached, shelter.target) == (70, None)
    assert (nfi.reached, nfi.gap, nfi.organisations, nfi.cercles, nfi.cercles_without_help) == (
        100,
        410,
        1,
        1,
        1,
    )


def test_organisations_that_name_no_sub_sector_are_present_in_every_one_and_a_note_says_so(
    session: orm.Session, operation: Operation
) -> None:
    untold = {"activity_type": None, "sub_sector": None}
    add(session, operation, {"first_time_assisted": None}, {"first_time_assisted": None}, untold)
    add(session, operation, untold, untold, org="ONG-A")
    for sub_sector, organisations, said in (("nfi", 2, [1]), ("shelter", 2, [2])):
        table = gap_table(session, operation, Question(sub_sector=sub_sector))
        assert table.organisations == organisations
        told = [note.params for note in table.notes if "name neither activity type" in note.message]
        assert [params["organisations"] for params in told] == said
        rows = [note.params for note in table.notes if "for the first time: not counted" in note.message]
        assert rows == ([{"rows": 2}] if sub_sector == "nfi" else [])


def test_a_question_that_makes_no_sense_is_refused(session: orm.Session, operation: Operation) -> None:
    for question in (
        Question(sub_sector="health"),
        Question(group="x"),
        Question(measure="x"),
        Question(level=4),
    ):
        with pytest.raises(Refusal):
            gap_table(session, operation, question)


def test_a_note_about_one_row_speaks_of_one_row() -> None:
    note = Note("%(rows)s rows are left out.", {"rows": 1}, "One row is left out.")
    assert note.words(str) == "One row is left out."
    assert replace(note, params={"rows": 2}).words(str) == "2 rows are left out."
    assert replace(note, one="").words(str) == "1 rows are left out."
