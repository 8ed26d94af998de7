"""Figures of the charts: month by month, by organisation and modality, and who reported."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.counting import Asked, window_of
from cluster4w.gaps.presence import reporting_status
from cluster4w.gaps.question import Question
from cluster4w.gaps.reporting import MonthReports, reporting_by_month
from cluster4w.gaps.response import response
from cluster4w.gaps.shares import shares
from cluster4w.gaps.table import gap_table
from cluster4w.gaps.trends import counts_by_month, trend
from cluster4w.models import (
    NeedChoice,
    NilReport,
    Operation,
    Organisation,
    Participation,
    Period,
)
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.corrections import withdraw_activity
from cluster4w.record.operations.double_counts import settle
from cluster4w.record.queries.coverage import Window
from cluster4w.record.queries.double_counts import Wanted, list_pairs
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.operations import plan_months
from tests.test_gaps import ANSONGO, add, need

NFI = Question(sub_sector="nfi", month="2016-06")


def test_a_trend_adds_month_by_month_what_the_gap_table_counts(
    session: orm.Session, operation: Operation
) -> None:
    """Redone by hand: 100 + 40 households by May, of 900; February has no row at all."""
    add(
        session,
        operation,
        {"period": "2016-01", "households_reached": 100},
        {"period": "2016-03", "households_reached": 30},
        # The same people again: an assistance, nobody new.
        {"period": "2016-03", "households_reached": 100, "first_time_assisted": False},
        {"period": "2016-03", "status": "planned", "households_reached": None, "households_targeted": 60},
        # 50 people of households of 5.
        {"period": "2016-05", "households_reached": None, "individuals_reached": 50},
        {"period": "2016-05", "status": "suspended", "households_reached": 7},
        {"period": "2016-06", "sub_sector": "shelter", "activity_type": "tent"},
    )
    need(session, operation, (2, "ML0701", 800), (2, "ML0501", 100))
    found = trend(session, operation, replace(NFI, month=None))
    assert [
        (m.month[5:], m.has_rows, m.reached, m.planned, m.reached_added, m.planned_added)
        for m in found.months
    ] == [
        ("01", True, 100, 0, 100, 0),
        ("02", False, 100, 0, None, None),
        ("03", True, 130, 60, 30, 60),
        ("04", False, 130, 60, None, None),
        ("05", True, 140, 60, 10, 0),
        ("06", True, 140, 60, 0, 0),
    ]
    assert {m.target for m in found.months} == {900}
    assert found.plan == tuple(plan_months(operation))
    assert (found.table.question.month, found.table.total.reached) == ("2016-06", 140)
    # In people, what was said in households is converted.
    assert found.elsewhere == 0
    add(session, operation, {"period": None, "households_reached": 3}, {"period": "2015-12"})
    more = trend(session, operation, replace(NFI, month=None))
    assert (more.months, more.elsewhere) == (found.months, 103)
    people = trend(session, operation, replace(NFI, unit="individual")).months[-1]
    assert (people.reached, people.target) == (130 * 5 + 50, 4500)


def test_an_empty_record_is_not_available_and_without_a_target_there_is_none(
    session: orm.Session, operation: Operation
) -> None:
    found = trend(session, operation, replace(NFI, month=None))
    assert [(m.month, m.has_rows, m.reached, m.planned, m.target) for m in found.months] == [
        ("2016-01", False, None, None, None)
    ]
    nothing = shares(session, operation, [NFI])[0]
    assert (nothing.organisations, nothing.modalities, nothing.total) == ((), (), None)


def test_the_target_of_a_month_is_that_of_the_table_in_use_then(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {"period": "2016-06"})
    need(session, operation, (2, "ML0701", 400), dated="2016-01-01")
    need(session, operation, (2, "ML0701", 900), dated="2016-05-10")
    months = trend(session, operation, NFI).months
    assert [m.target for m in months] == [400] * 4 + [900] * 2
    # Before the first row nothing is known, not even that it is zero.
    assert [m.reached for m in months] == [None] * 5 + [100]
    assert session.scalars(sa.select(NeedChoice)).all() == []


def _fill(session: orm.Session, operation: Operation) -> None:
    """Record rows under every counting rule, with months before and after the plan and without any."""
    rng = random.Random(5)
    organisations = list(session.scalars(sa.select(Organisation.id).order_by(Organisation.id)))
    kinds = ("core_nfi_kit", "cash_rent", "site_improvement", "semi_durable_shelter", "transitional_shelter")
    months = ("2015-12", "2016-01", "2016-02", "2016-04", "2016-05", "2017-01", None)
    changes = []
    for number in range(140):
        kind = kinds[number % 5]
        households = rng.choice((30, 47, 61, None))
        values = {
            "activity_type": kind,
            "sub_sector": "nfi" if kind == "core_nfi_kit" else "shelter",
            "adm1_pcode": "ML07",
            "adm2_pcode": rng.choice(("ML0701", "ML0704", None)),
            "period": rng.choice(months),
            "status": rng.choice(("completed", "completed", "planned", "ongoing", "suspended")),
            "population_group": rng.choice(("idps", "host")),
            "first_time_assisted": rng.choice((True, True, False, None)),
            "site_name": rng.choice((None, "Camp")),
            "modality": rng.choice((None, "cash", "in_kind")),
            "households_reached": households,
            "individuals_reached": None if households else rng.choice((151, 243, None)),
        }
        said = {k: v for k, v in values.items() if v is not None}
        # Some rows are reported by two organisations.
        for organisation in rng.sample(organisations, 1 + (number % 4 == 0)):
            changes.append(Change(organisation, said))
    record_versions(session, operation, changes, actor=None)
    for pair in list_pairs(session, operation, Wanted(), limit=None)[::3]:
        kept = pair.first.uid
        settle(session, operation, pair.id, "same", kept_uid=kept, actor=None)
    session.flush()
    doubles = load_doubles(session, operation, Window())
    assert min(len(doubles.left_out), len(doubles.doubtful)) > 5


def test_every_month_of_a_trend_is_the_total_of_its_gap_table(
    session: orm.Session, operation: Operation
) -> None:
    _fill(session, operation)
    need(session, operation, (1, "ML05", 70), (2, "ML0701", 333), (0, "MLI", 4000))
    for sub_sector, unit, group in (
        ("nfi", "household", None),
        ("shelter", "household", None),
        ("shelter", "individual", "idps"),
    ):
        question = Question(sub_sector=sub_sector, unit=unit, group=group)
        shorter = trend(session, operation, replace(question, month="2016-05"))
        assert shorter.table.total.reached == shorter.months[-1].reached
        found = trend(session, operation, replace(question, month="2016-07"))
        assert found.months[:5] == shorter.months
        for month in found.months:
            table = gap_table(session, operation, replace(question, month=month.month))
            total = table.total
            said = (month.target, month.reached, month.planned)
            assert said == (total.target, total.reached, total.planned), (question, month)
            assert month.has_rows == (month.month in table.months_with_rows)
        added = sum(m.reached_added or 0 for m in found.months)
        assert added == found.months[-1].reached
        assert found.table.total.reached == added > 0
    # A moment of the past is asked in the same way.
    now = replace(question, as_of=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1), month="2016-05")
    past = trend(session, operation, replace(now, as_of=dt.datetime(2016, 1, 1, tzinfo=dt.UTC)))
    assert {m.reached for m in past.months} == {None}
    assert [m.reached for m in trend(session, operation, now).months] == [
        gap_table(session, operation, replace(now, month=m)).total.reached for m in plan_months(operation)[:5]
    ]


def test_the_counts_of_every_month_are_those_of_the_gap_table_up_to_it(
    session: orm.Session, operation: Operation
) -> None:
    _fill(session, operation)
    months = plan_months(operation)[:6]
    for sub_sector, unit, group in (
        ("nfi", "individual", None),
        ("shelter", "household", None),
        ("shelter", "individual", "host"),
    ):
        asked = Asked(2, sub_sector, unit, window_of(operation, "2016-06"), group)  # type: ignore[arg-type]
        for month, counts, reporting in counts_by_month(session, operation, asked, months):
            found = response(session, operation, replace(asked, window=window_of(operation, month)))
            assert (comparable(counts), reporting) == (comparable(found.counts), found.reporting)
            assert counts or month == "2016-01"


def comparable(counts: Any) -> Any:
    """Return the figures and rows of counts, those of areas without any row left out."""
    return {
        area: [(a.own, a.other, a.known) for a in (count.reached, count.planned, count.assistances)]
        + [(count.reached_rows, count.planned_rows)]
        for area, count in counts.items()
        if count.reached_rows or count.planned_rows
    }


def test_shares_are_those_of_the_assistances_of_the_gap_table(
    session: orm.Session, operation: Operation
) -> None:
    add(
        session,
        operation,
        {"modality": "in_kind", "households_reached": 60},
        {"modality": "cash", "households_reached": 20, "first_time_assisted": False},
        {"status": "planned", "modality": "cash", "households_targeted": 999},
        {"sub_sector": "shelter", "activity_type": "tent", "households_reached": 999},
        {"period": "2016-09", "households_reached": 999},
    )
    add(session, operation, {"households_reached": None, "individuals_reached": 100}, org="ONG-A")
    add(session, operation, {"households_reached": None}, org="ONG-B")
    twin = Organisation(acronym="oim", name="Œuvre islamique malienne", type="nngo", origin="shipped")
    session.add(twin)
    session.flush()
    values = {
        "sub_sector": "nfi",
        "activity_type": "core_nfi_kit",
        "adm1_pcode": "ML07",
        "period": "2016-03",
        "status": "completed",
        "households_reached": 10,
    }
    record_versions(session, operation, [Change(twin.id, values)], actor=None)
    found = shares(session, operation, [NFI])[0]
    assert found.total == gap_table(session, operation, NFI).total.assistances == 110
    assert found.converted
    assert [(s.name, s.value, s.converted, s.rows) for s in found.organisations] == [
        ("OIM (Organisation internationale pour les migrations)", 80, False, 2),
        ("ONG-A", 20, True, 1),
        ("oim (Œuvre islamique malienne)", 10, False, 1),
        ("ONG-B", None, False, 1),
    ]
    assert [(s.key, s.value, round(s.part or 0, 3)) for s in found.modalities] == [
        ("in_kind", 60, 0.545),
        (None, 30, 0.273),
        ("cash", 20, 0.182),
    ]


def test_shares_leave_out_settled_doubles_and_add_up(session: orm.Session, operation: Operation) -> None:
    _fill(session, operation)
    for sub_sector in ("nfi", "shelter"):
        for month in (None, "2016-04"):
            question = Question(sub_sector=sub_sector, unit="individual", month=month)
            found = shares(session, operation, [question])[0]
            total = gap_table(session, operation, question).total.assistances
            assert total
            # A table rounds area by area.
            assert abs((found.total or 0) - total) <= 3
            for split in (found.organisations, found.modalities):
                assert abs(sum(s.value or 0 for s in split) - total) <= 3
                assert abs(sum(s.part or 0 for s in split) - 1) < 1e-9
    questions = [Question(sub_sector=sub_sector) for sub_sector in ("nfi", "shelter")]
    assert shares(session, operation, questions) == [shares(session, operation, [q])[0] for q in questions]


def test_reports_by_month_are_those_of_the_status_board(session: orm.Session, operation: Operation) -> None:
    ids = {o.acronym: o.id for o in session.scalars(sa.select(Organisation))}
    # Rows of today are late for 2016, but for a month whose due day was moved.
    add(session, operation, {"period": "2016-03"}, {"period": "2016-04"}, {"period": "2016-05"})
    add(session, operation, {"period": "2016-03"}, org="ONG-A")
    (gone,) = add(session, operation, {"period": "2016-04"}, org="ONG-B")
    withdraw_activity(session, operation, gone, base=1, actor=None)
    # A row that was moved out of May came with no report for July.
    (moved,) = add(session, operation, {"period": "2016-05"}, org="ONG-B")
    number = ids["ONG-B"]
    record_versions(
        session, operation, [Change(number, ANSONGO | {"period": "2016-07"}, uid=moved)], actor=None
    )
    for month in ("2016-05", "2016-07"):
        due = dt.date(2099, 1, 1)
        session.add(Period(operation_id=operation.id, month=month, state="open", due=due))
    for month, organisation in (("2016-04", "ONG-A"), ("2016-03", "HCR"), ("2016-03", "OIM")):
        session.add(NilReport(operation_id=operation.id, organisation_id=ids[organisation], month=month))
    donor = Organisation(acronym="DON", name="Donateur", type="donor", origin="shipped")
    session.add(donor)
    session.flush()
    session.add(Participation(operation_id=operation.id, organisation_id=donor.id, role="donor"))
    session.flush()
    months = ["2016-03", "2016-04", "2016-05", "2016-06", "2016-07"]
    found = reporting_by_month(session, operation, months)
    assert [(m.on_time, m.late, m.nil, m.missing, m.rate) for m in found] == [
        (0, 2, 1, 1, 0.75),
        (0, 1, 1, 2, 0.5),
        (1, 0, 0, 3, 0.25),
        (0, 0, 0, 4, 0.0),
        (0, 1, 0, 3, 0.25),
    ]
    assert (found[0].due, found[2].due) == (dt.date(2016, 4, operation.due_day), dt.date(2099, 1, 1))
    for month in found:
        board = reporting_status(session, operation, month.month, due=month.due)
        timings = [("nil" if s.nil else s.timing) for s in board]
        assert (
            MonthReports(
                month.month,
                month.due,
                timings.count("on_time"),
                timings.count("late"),
                timings.count("nil"),
                timings.count("none"),
            )
            == month
        )
    before = reporting_by_month(session, operation, months, as_of=dt.datetime(2016, 1, 1, tzinfo=dt.UTC))
    assert [m.missing for m in before] == [4] * 5
