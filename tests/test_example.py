"""The example operation mali-2016: believable, invented, and always the same."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.presence import reporting_status
from cluster4w.intake.judging.column_view import ColumnView
from cluster4w.intake.judging.rules import RuleRunner
from cluster4w.models import Activity, NilReport, Operation, Person
from cluster4w.record.operations.example import SignIn, example_plan, load_example, split
from cluster4w.record.operations.people import verify_password
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.needs import current_needs
from cluster4w.record.queries.operations import get_operation, template_of
from cluster4w.record.queries.organisations import agencies
from cluster4w.record.queries.people import find_by_email, memberships

CURRENT = Activity.superseded_at.is_(None)


@pytest.fixture
def sign_ins(session: orm.Session) -> list[SignIn]:
    return load_example(session)


@pytest.fixture
def example(session: orm.Session, sign_ins: list[SignIn]) -> Operation:
    return get_operation(session, "mali-2016")


def _count(session: orm.Session, operation: Operation, *where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count(Activity.id)).where(
        Activity.operation_id == operation.id, CURRENT, *where
    )
    return session.scalar(query) or 0


def test_the_example_is_marked_and_has_six_months_in_all_regions(
    session: orm.Session, example: Operation
) -> None:
    assert example.is_example
    assert example.title["fr"] == "Mali · Abris & BNA · 2016"
    assert 600 <= _count(session, example) <= 900
    grouped = session.execute(
        sa.select(Activity.adm1_pcode, sa.func.count(Activity.id))
        .where(Activity.operation_id == example.id, CURRENT)
        .group_by(Activity.adm1_pcode)
    )
    regions = {code: count for code, count in grouped}  # noqa: C416 - rows are no pairs for the type checker
    assert set(regions) == {f"ML0{n}" for n in range(1, 10)}
    north = sum(regions[code] for code in ("ML04", "ML05", "ML06", "ML07", "ML08"))
    assert north > 0.75 * sum(regions.values())
    for status in ("planned", "ongoing", "completed"):
        assert _count(session, example, Activity.status == status) > 20
    for month in ("2016-01", "2016-06"):
        assert _count(session, example, Activity.period == month) > 80
    assert _count(session, example, Activity.period > "2016-06") == 0


def test_two_co_leads_fourteen_partners_and_late_ones(session: orm.Session, example: Operation) -> None:
    everyone = agencies(session, example)
    assert {a.acronym for a in everyone if a.role == "co_lead"} == {"OIM", "HCR"}
    partners = {a.acronym: a.id for a in everyone if a.role == "partner"}
    assert len(partners) == 14
    june = set(
        session.scalars(
            sa.select(Activity.organisation_id).where(
                Activity.operation_id == example.id, CURRENT, Activity.period == "2016-06"
            )
        )
    )
    assert {acronym for acronym, key in partners.items() if key not in june} == {
        "FANGA-A",
        "IRGANDA",
        "SOLITOIT",
    }
    nil = session.scalars(sa.select(NilReport).where(NilReport.operation_id == example.id)).one()
    assert (nil.organisation_id, nil.month) == (partners["DUNIYA-T"], "2016-05")
    assert (
        _count(
            session, example, Activity.organisation_id == nil.organisation_id, Activity.period == nil.month
        )
        == 0
    )


def test_every_row_passes_the_rules_of_the_template(session: orm.Session, example: Operation) -> None:
    template = template_of(example)
    runner = RuleRunner.of(template.rules, template.keys)
    gazetteer = load_gazetteer(session, example.edition_id)
    required = [c.key for c in template.columns if c.required is True and not c.key.startswith("org_")]
    rows = session.execute(
        sa.select(Activity.__table__).where(Activity.operation_id == example.id, CURRENT)
    ).mappings()
    for row in rows:
        values = {k: v for k, v in row.items() if v is not None}
        assert not runner.broken(ColumnView([values])), row["uid"]
        assert not [key for key in required if key not in values], row["uid"]
        for column in template.columns:
            if column.list and column.key in values:
                assert template.choices(column).get(str(values[column.key])) is not None
        assert gazetteer.lineage(row["adm3_pcode"] or row["adm2_pcode"])[0].pcode == row["adm1_pcode"]
        if row["start_date"] and row["status"] != "planned":
            assert f"{row['start_date']:%Y-%m}" == row["period"]
        if row["modality"] in ("cash", "voucher"):
            assert row["currency"] == "XOF"
        if row["latitude"] is not None:
            place = gazetteer.by_pcode[row["adm3_pcode"]]
            assert abs(row["latitude"] - (place.latitude or 0)) <= 0.05


def test_the_needs_split_the_published_figures_and_say_what_is_invented(
    session: orm.Session, example: Operation
) -> None:
    needs = current_needs(session, example)
    for group, published in (("idps", 36_762), ("returnees", 468_467)):
        for sub in ("shelter", "nfi"):
            mine = [
                n for n in needs if (n.population_group, n.sub_sector, n.measure) == (group, sub, "in_need")
            ]
            assert [n.value for n in mine if n.level == 0] == [published]
            assert sum(n.value for n in mine if n.level == 2) == published
    assert {n.invented for n in needs if n.level == 0} == {False}
    assert {n.invented for n in needs if n.level == 2} == {True}
    assert {n.unit for n in needs if n.measure == "targeted"} == {"household"}


def test_coverage_is_uneven_so_that_a_gap_map_says_something(
    session: orm.Session, example: Operation
) -> None:
    targets: dict[str, float] = {}
    for need in current_needs(session, example):
        if need.measure == "targeted" and need.sub_sector == "shelter":
            targets[need.pcode] = targets.get(need.pcode, 0) + need.value
    rows = session.execute(
        sa.select(Activity.adm2_pcode, sa.func.sum(Activity.households_reached))
        .where(
            Activity.operation_id == example.id,
            CURRENT,
            Activity.sub_sector == "shelter",
            Activity.status == "completed",
        )
        .group_by(Activity.adm2_pcode)
    )
    reached = {row.adm2_pcode: row[1] for row in rows}
    coverage = {code: reached.get(code, 0) / target for code, target in targets.items()}
    assert any(c > 1 for c in coverage.values())
    assert any(c == 0 for c in coverage.values())
    assert sum(0.1 < c < 0.9 for c in coverage.values()) >= 10
    assert set(reached) - set(targets)
    assert max(coverage.values()) < 4


def test_one_person_per_role_gets_a_password_once(
    session: orm.Session, example: Operation, sign_ins: list[SignIn]
) -> None:
    assert [s.role for s in sign_ins] == [
        "administrator",
        "information_manager",
        "coordinator",
        "coordinator",
        "partner",
        "partner",
        "viewer",
    ]
    assert len({s.password for s in sign_ins}) == 7
    assert all(re.fullmatch(r"[\w.]+@example\.org", s.email) for s in sign_ins)
    for sign_in in (sign_ins[0], sign_ins[4]):
        person = find_by_email(session, sign_in.email)
        assert person is not None
        assert verify_password(person, sign_in.password)
    partner = find_by_email(session, sign_ins[4].email)
    assert partner is not None
    assert memberships(session, partner)[0].organisation_acronym == "AGIRTOIT"


def test_loading_the_example_twice_changes_nothing(session: orm.Session, example: Operation) -> None:
    session.flush()
    before = (session.scalar(sa.select(sa.func.count(Activity.id))), example.revision)
    assert load_example(session) == []
    session.refresh(example)
    assert (session.scalar(sa.select(sa.func.count(Activity.id))), example.revision) == before
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 7


def test_the_history_of_some_rows_has_a_second_version(session: orm.Session, example: Operation) -> None:
    assert _count(session, example, Activity.version == 2) > 10


def test_reports_came_when_they_were_due_and_the_late_ones_are_named(
    session: orm.Session, example: Operation
) -> None:
    def timings(month: str) -> dict[str, str]:
        return {r.acronym: r.timing for r in reporting_status(session, example, month)}

    assert {a for a, timing in timings("2016-06").items() if timing == "late"} == {"BOUCLE-A", "CODESNO"}
    assert {a for a, timing in timings("2016-06").items() if timing == "none"} == {
        "FANGA-A",
        "IRGANDA",
        "SOLITOIT",
    }
    unusual = {"CODESNO": "late", "IRGANDA": "none"}
    assert timings("2016-05") == {a: unusual.get(a, "on_time") for a in timings("2016-05")}
    moments = session.execute(sa.select(Activity.recorded_at, Activity.superseded_at, Activity.period)).all()
    assert all(recorded.year == 2016 and str(recorded.date()) > period for recorded, _, period in moments)
    assert all(later is None or later > recorded for recorded, later, _ in moments)


def test_a_split_keeps_its_total() -> None:
    shares = example_plan()["shares"]["idps"]
    assert sum(split(36_762, shares).values()) == 36_762
    assert split(10, {"a": 0.5, "b": 0.25, "c": 0.25}) == {"a": 5, "b": 3, "c": 2}
