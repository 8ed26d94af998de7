"""Double counts: how alike two rows are, what is found in the record, what a decision does to the figures."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.explain import explain
from cluster4w.gaps.presence import people_estimate
from cluster4w.gaps.question import Question
from cluster4w.gaps.table import gap_table
from cluster4w.intake.submit import record_check
from cluster4w.models import Activity, AuditEvent, DoubleCount, Operation, Organisation
from cluster4w.record.alike import LIKELY, POSSIBLE, REASONS, Comparer, band, facts_from
from cluster4w.record.alike_pairs import MOST_KEPT, find_pairs, following, previous
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.double_counts import scan, settle, take_back
from cluster4w.record.queries.coverage import Window
from cluster4w.record.queries.double_counts import Wanted, count_pairs, list_pairs
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.template.problems import NotFound, Refusal
from tests.books import HEADERS, book, row
from tests.books import ROW as CELLS
from tests.checks import checked
from tests.record_rows import ROW, add_rows, agency_id

NAMES = {1: ("OIM", "Organisation internationale pour les migrations"), 2: ("ONG-A", "Association Alpha")}
#: A row that says nothing that would make it stand out.
BASE: dict[str, Any] = {k: v for k, v in ROW.items() if k != "individuals_reached"} | {
    "households_reached": 123,
    "households_targeted": None,
}
SUB_SECTORS = {"core_nfi_kit": "nfi", "nfi_cash": "nfi", "tent": "shelter"}


def likeness(first: dict[str, Any], second: dict[str, Any], orgs: tuple[int, int] = (1, 2)) -> Any:
    a, b = (
        facts_from(BASE | said, uid, org) for uid, said, org in zip("AB", (first, second), orgs, strict=True)
    )
    assert a is not None
    assert b is not None
    return Comparer(5.0, NAMES).likeness(a, b)


@pytest.mark.parametrize(
    ("first", "second", "orgs", "score", "reasons"),
    [
        ({}, {}, (1, 2), 70, {"households_equal", "same_place", "same_month", "same_type", "same_group"}),
        # Individuals beside households are a second figure, unless they are only the households times five.
        ({"individuals_reached": 700}, {"individuals_reached": 700}, (1, 2), 80, {"both_equal"}),
        ({"individuals_reached": 615}, {"individuals_reached": 615}, (1, 2), 70, {"households_equal"}),
        ({"households_reached": 100}, {"households_reached": 100}, (1, 2), 65, {"round_figure"}),
        ({"households_reached": 9}, {"households_reached": 9}, (1, 2), 45, {"small_figure"}),
        ({}, {"households_reached": 125}, (1, 2), 55, {"nearly_equal"}),
        ({}, {"households_reached": None, "individuals_reached": 615}, (1, 2), 60, {"multiple"}),
        (
            {"households_reached": None, "quantity": 123, "unit": "kit", "status": "planned"},
            {},
            (1, 2),
            55,
            {"kits_are_households", "other_status"},
        ),
        # Who names whom: as partner, programme organisation or donor, by acronym or name, among others.
        ({"implementing_partner": "ONG A / Croix-Rouge"}, {}, (1, 2), 100, {"names_other"}),
        (
            {},
            {"programme_org": "organisation internationale pour les Migrations"},
            (1, 2),
            100,
            {"names_other"},
        ),
        ({}, {"donor": "OIM"}, (1, 2), 100, {"names_other"}),
        ({"donor": "ONG-Alliance"}, {}, (1, 2), 70, set()),
        ({"project_code": "MLI-16/1"}, {"project_code": "mli 16 1"}, (1, 2), 90, {"same_project"}),
        ({"implementing_partner": "Stop"}, {"implementing_partner": "STOP"}, (1, 2), 85, {"same_partner"}),
        ({"site_name": "Site de Bara"}, {"site_name": "BARA"}, (1, 2), 85, {"same_site"}),
        ({"site_pcode": "S1"}, {"site_pcode": "S2"}, (1, 2), 30, {"other_site"}),
        ({"adm3_pcode": None}, {}, (1, 2), 60, {"wider_place"}),
        ({"period": "2016-06"}, {}, (1, 2), 35, {"next_month"}),
        ({"population_group": "host"}, {}, (1, 2), 20, {"other_group"}),
        ({"activity_type": "nfi_cash"}, {}, (1, 2), 35, {"other_type"}),
        ({"modality": "cash"}, {"modality": "in_kind"}, (1, 2), 55, {"other_modality"}),
        ({"activity_detail": "Kit A"}, {"activity_detail": "Kit B"}, (1, 2), 60, {"other_detail"}),
        (
            {"start_date": "2016-05-02", "end_date": "2016-05-04"},
            {"start_date": "2016-05-02", "end_date": "2016-05-04"},
            (1, 2),
            80,
            {"same_dates"},
        ),
        (
            {"start_date": "2016-05-01", "end_date": "2016-05-31"},
            {"start_date": "2016-05-01", "end_date": "2016-05-31"},
            (1, 2),
            70,
            set(),
        ),
        (
            {"start_date": "2016-05-02", "end_date": "2016-05-04"},
            {"start_date": "2016-05-05", "end_date": "2016-05-09"},
            (1, 2),
            55,
            {"other_dates"},
        ),
        # One organisation: an exact copy, or another project.
        ({}, {}, (1, 1), 90, {"identical"}),
        ({"donor": "ECHO"}, {"donor": "CERF"}, (1, 1), 50, {"other_project"}),
    ],
)
def test_the_score_is_the_sum_of_the_reasons(
    first: dict[str, Any], second: dict[str, Any], orgs: tuple[int, int], score: int, reasons: set[str]
) -> None:
    for found in (likeness(first, second, orgs), likeness(second, first, orgs[::-1])):
        assert (found.score, reasons - set(found.reasons)) == (score, set())
        assert found.score == min(100, max(0, sum(REASONS[code].points for code in found.reasons)))


def test_without_a_figure_in_common_there_is_no_pair() -> None:
    assert likeness({}, {"households_reached": 200}) is None
    assert likeness({}, {"households_reached": None}) is None
    assert likeness({"households_reached": 0}, {"households_reached": 0}) is None
    assert facts_from(BASE | {"status": "cancelled"}, "A", 1) is None
    assert facts_from(BASE | {"activity_type": None}, "A", 1) is None
    assert [band(n) for n in (LIKELY, POSSIBLE, POSSIBLE - 1)] == ["likely", "possible", "unlikely"]
    assert (following("2016-12"), previous("2016-01"), previous("2016-12")) == (
        "2017-01",
        "2015-12",
        "2016-11",
    )


def found_in(*rows: dict[str, Any], touched: set[str] | None = None) -> Any:
    facts = [facts_from(BASE | row, f"{n:04}", 1 + n % 2) for n, row in enumerate(rows)]
    return find_pairs([f for f in facts if f], SUB_SECTORS, Comparer(5.0, NAMES), touched=touched)


def test_rows_meet_in_their_place_and_month_and_nowhere_else() -> None:
    other_commune, cercle = {"adm3_pcode": "ML070101"}, {"adm3_pcode": None}
    assert set(found_in({}, {}, other_commune).pairs) == {("0000", "0001")}
    assert set(found_in({}, cercle, other_commune, {"adm2_pcode": "ML0704", "adm3_pcode": None}).pairs) == {
        ("0000", "0001"),
        ("0001", "0002"),
    }
    assert not found_in({}, {"adm1_pcode": None, "adm2_pcode": None, "adm3_pcode": None}).pairs
    assert not found_in({}, {"activity_type": "tent"}).pairs
    # In a neighbouring month only with more than an equal figure, and never two months apart.
    named = {"implementing_partner": "OIM"}
    assert set(found_in({}, named | {"period": "2016-06"}, {}, named | {"period": "2016-07"}).pairs) == {
        ("0000", "0001"),
        ("0000", "0002"),
        ("0001", "0002"),
    }
    assert set(found_in({}, {}, {}, touched={"0002"}).pairs) == {("0000", "0002"), ("0001", "0002")}


def test_thousands_of_rows_with_one_figure_stay_few_comparisons() -> None:
    found = found_in(*({} for _ in range(2000)))
    assert found.compared < 2000 * 60
    assert found.crowded > 1900
    assert len(found.pairs) <= 2000 * MOST_KEPT // 2
    assert max(sum(uid in pair for pair in found.pairs) for uid in ("0000", "1000")) <= MOST_KEPT


def test_the_page_of_the_weights_names_every_reason_with_its_points() -> None:
    text = (Path(__file__).parent.parent / "docs" / "double-counts.md").read_text(encoding="utf-8")
    for code, reason in REASONS.items():
        assert f"| `{code}` | {reason.points:+d} |" in text


# --- the record ---------------------------------------------------------------------------------------


def add(session: orm.Session, operation: Operation, org: str, *rows: dict[str, Any]) -> list[str]:
    number = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == org)).one()
    changes = [Change(number, {k: v for k, v in (BASE | row).items() if v is not None}) for row in rows]
    return record_versions(session, operation, changes, actor=None)


def change(
    session: orm.Session, operation: Operation, org: str, uid: str, row: dict[str, Any], **more: Any
) -> None:
    number = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == org)).one()
    values = {k: v for k, v in (BASE | row).items() if v is not None}
    record_versions(session, operation, [Change(number, values, uid=uid, **more)], actor=None)


def pairs(session: orm.Session, operation: Operation, state: str | None = "waiting") -> list[Any]:
    session.expire_all()
    return list_pairs(session, operation, Wanted(state=state))


def test_recording_finds_pairs_and_what_changes_takes_them_away(
    session: orm.Session, operation: Operation
) -> None:
    (mine,) = add(session, operation, "OIM", {"implementing_partner": "ONG-A"})
    assert pairs(session, operation) == []
    (theirs,) = add(session, operation, "ONG-A", {})
    (pair,) = pairs(session, operation)
    assert {pair.first.uid, pair.second.uid} == {mine, theirs}
    assert (pair.score, pair.state, pair.decision) == (100, "open", None)
    change(session, operation, "ONG-A", theirs, {"activity_detail": "Kit"})
    assert [p.id for p in pairs(session, operation)] == [pair.id]
    change(session, operation, "ONG-A", theirs, {"households_reached": 400})
    assert pairs(session, operation) == []
    change(session, operation, "ONG-A", theirs, {})
    change(session, operation, "ONG-A", theirs, {}, withdrawn=True)
    assert pairs(session, operation) == []
    # A full scan finds what the single steps found, and nothing else.
    change(session, operation, "ONG-A", theirs, {})
    add(session, operation, "ONG-A", {"site_name": "Camp"}, {"site_name": "Camp"})
    before = {(p.first.uid, p.second.uid, p.score) for p in pairs(session, operation)}
    assert len(before) >= 3
    done = scan(session, operation, actor=None)
    assert (done.rows, done.new, done.gone, done.changed, done.moved) == (4, 0, 0, 0, False)
    session.execute(sa.delete(DoubleCount))
    assert scan(session, operation, actor=None).new == len(before)
    assert {(p.first.uid, p.second.uid, p.score) for p in pairs(session, operation)} == before


def test_a_decision_is_remembered_until_a_row_changes(session: orm.Session, operation: Operation) -> None:
    (mine,) = add(session, operation, "OIM", {})
    (theirs,) = add(session, operation, "ONG-A", {})
    (pair,) = pairs(session, operation)
    revision = operation.revision
    settle(session, operation, pair.id, "different", note=" two quarters ", actor=None)
    assert operation.revision > revision
    assert pairs(session, operation) == []
    (settled,) = pairs(session, operation, "different")
    assert (settled.decision.verdict, settled.decision.note) == ("different", "two quarters")
    # Comments are no part of what was decided on.
    change(session, operation, "OIM", mine, {"comments": "RAS"})
    scan(session, operation, actor=None)
    assert count_pairs(session, operation) == 0
    change(session, operation, "OIM", mine, {"households_reached": 124})
    (again,) = pairs(session, operation)
    assert (again.id, again.changed, again.state, again.decision.verdict) == (
        pair.id,
        True,
        "different",
        "different",
    )
    change(session, operation, "OIM", mine, {})
    assert pairs(session, operation) == []
    change(session, operation, "ONG-A", theirs, {}, withdrawn=True)
    assert pairs(session, operation, "different") == []
    assert [p.id for p in pairs(session, operation, "closed")] == [pair.id]
    with pytest.raises(Refusal, match="nothing left to decide"):
        settle(session, operation, pair.id, "different", actor=None)
    change(session, operation, "ONG-A", theirs, {})
    assert [p.state for p in pairs(session, operation, "different")] == ["different"]
    take_back(session, operation, pair.id, actor=None)
    (opened,) = pairs(session, operation)
    assert (opened.state, opened.decision) == ("open", None)
    with pytest.raises(NotFound):
        take_back(session, operation, pair.id, actor=None)
    # A pair that was ever decided on is kept for the record as of that time, and comes back with its rows.
    change(session, operation, "ONG-A", theirs, {}, withdrawn=True)
    assert pairs(session, operation) == []
    change(session, operation, "ONG-A", theirs, {})
    assert [p.id for p in pairs(session, operation)] == [pair.id]
    actions = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject == "double_count")).all()
    assert sorted(actions) == ["double_count.settled", "double_count.taken_back"]


def test_a_decision_that_makes_no_sense_is_refused(session: orm.Session, operation: Operation) -> None:
    first, second, third = add(session, operation, "OIM", {}, {}, {})
    known = {(p.first.uid, p.second.uid): p.id for p in pairs(session, operation)}

    def pair(*uids: str) -> int:
        return known[min(uids), max(uids)]

    for verdict, kept in (("same", None), ("same", third), ("perhaps", first)):
        with pytest.raises(Refusal):
            settle(session, operation, pair(first, second), verdict, kept_uid=kept, actor=None)
    with pytest.raises(NotFound):
        settle(session, operation, 999_999, "different", actor=None)
    settle(session, operation, pair(first, second), "same", kept_uid=first, actor=None)
    settle(session, operation, pair(second, third), "supersedes", kept_uid=second, actor=None)
    # Kept for each other in a circle, nobody would count.
    with pytest.raises(Refusal, match="itself left out"):
        settle(session, operation, pair(first, third), "same", kept_uid=third, actor=None)
    assert len(load_doubles(session, operation, Window()).left_out) == 2
    # Deciding again takes the place of the first decision.
    settle(session, operation, pair(first, second), "different", actor=None)
    assert len(load_doubles(session, operation, Window()).left_out) == 1


# --- the figures --------------------------------------------------------------------------------------

ANSONGO = Question(level=2, month="2016-07", sub_sector="nfi")


def test_a_row_that_is_left_out_counts_nobody_and_is_named_in_the_explanation(
    session: orm.Session, operation: Operation
) -> None:
    first = {"first_time_assisted": True, "households_reached": 120}
    (mine,) = add(session, operation, "OIM", first | {"implementing_partner": "ONG-A"})
    (theirs,) = add(session, operation, "ONG-A", first)
    add(session, operation, "ONG-B", first | {"households_reached": 40})
    (pair,) = pairs(session, operation)

    def line() -> Any:
        return gap_table(session, operation, ANSONGO).by_pcode()["ML0701"]

    assert (line().reached, line().reached_if_same, line().doubtful, line().left_out) == (280, 160, 1, 0)
    table = gap_table(session, operation, ANSONGO)
    assert (table.total.reached, table.total.reached_if_same) == (280, 160)
    assert any("nobody has decided" in n.message for n in table.notes)
    before = pairs(session, operation)[0].found_at
    settle(session, operation, pair.id, "same", kept_uid=mine, actor=None)
    assert (line().reached, line().reached_if_same, line().doubtful, line().left_out) == (160, None, 0, 1)
    assert (line().assistances, line().rows, line().organisations) == (160, 2, 3)
    table = gap_table(session, operation, ANSONGO)
    assert any("left out" in n.message for n in table.notes)
    said = explain(session, operation, ANSONGO, "ML0701")
    assert [(b.organisation, b.people) for b in said.behind] == [("OIM", 120), ("ONG-B", 40)]
    (left,) = said.left_out
    assert (left.row.uid, left.row.organisation, left.row.kept_organisation, left.people) == (
        theirs,
        "ONG-A",
        "OIM",
        120,
    )
    assert [c.reached for c in said.counted] == [160]
    # The record as it was before the decision still counts both.
    past = Question(level=2, month="2016-07", sub_sector="nfi", as_of=before)
    old = gap_table(session, operation, past).by_pcode()["ML0701"]
    assert (old.reached or 0) >= 240
    # Withdrawing the row that counts lets the other one count again; so does taking the decision back.
    change(session, operation, "OIM", mine, first | {"implementing_partner": "ONG-A"}, withdrawn=True)
    assert (line().reached, line().left_out) == (160, 0)
    change(session, operation, "OIM", mine, first | {"implementing_partner": "ONG-A"})
    assert (line().reached, line().left_out) == (160, 1)
    take_back(session, operation, pair.id, actor=None)
    assert line().reached == 280


def test_figures_with_decisions_are_those_of_a_record_without_the_rows_left_out(
    session: orm.Session, operation: Operation
) -> None:
    """The oracle: withdraw the rows instead of leaving them out, and count again."""
    rng = random.Random(11)
    organisations = list(session.scalars(sa.select(Organisation.id).order_by(Organisation.id)))
    kinds = [
        ("core_nfi_kit", "nfi"),
        ("cash_rent", "shelter"),
        ("site_improvement", "shelter"),
        ("semi_durable_shelter", "shelter"),
    ]
    changes = []
    for number in range(160):
        kind, sub_sector = kinds[number % 4]
        households = rng.choice((30, 47, 61, None))
        values = BASE | {
            "activity_type": kind,
            "sub_sector": sub_sector,
            "adm3_pcode": rng.choice(("ML070101", "ML070102", None)),
            "period": rng.choice(("2016-04", "2016-05", "2016-06")),
            "status": rng.choice(("completed", "completed", "planned")),
            "population_group": rng.choice(("idps", "host")),
            "first_time_assisted": rng.choice((True, True, False, None)),
            "site_name": rng.choice((None, "Camp")),
            "implementing_partner": rng.choice((None, "OIM / HCR")),
            "households_reached": households,
            "individuals_reached": None if households else rng.choice((155, 240)),
        }
        organisation = organisations[number // 2 % 2] if number % 2 else rng.choice(organisations)
        changes.append(Change(organisation, {k: v for k, v in values.items() if v is not None}))
    uids = record_versions(session, operation, changes, actor=None)
    by_uid = dict(zip(uids, changes, strict=True))
    place = {uid: number for number, uid in enumerate(uids)}
    found = [
        (*sorted((p.first.uid, p.second.uid), key=place.__getitem__), p.id)
        for p in list_pairs(session, operation, Wanted(), limit=None)
    ]
    assert len(found) > 50
    for number, (kept, _, pair_id) in enumerate(sorted(found, key=lambda f: (place[f[0]], place[f[1]]))):
        if number % 5 == 0:
            settle(session, operation, pair_id, rng.choice(("same", "supersedes")), kept_uid=kept, actor=None)
        elif number % 7 == 0:
            settle(session, operation, pair_id, "different", actor=None)
    questions = [
        Question(level=level, month="2016-07", sub_sector=sub_sector, unit=unit, group=group)
        for level in (1, 2, 3)
        for sub_sector, unit, group in (
            ("nfi", "household", None),
            ("shelter", "household", None),
            ("shelter", "individual", "idps"),
        )
    ]
    doubles = load_doubles(session, operation, Window())
    assert len(doubles.left_out) > 5
    assert len(doubles.doubtful) > 3
    tables = [gap_table(session, operation, q) for q in questions]
    estimate = people_estimate(session, operation, "2016-07")
    assert _withdraw(session, operation, by_uid, doubles.left_out) == len(doubles.left_out)
    without = [gap_table(session, operation, q) for q in questions]
    assert people_estimate(session, operation, "2016-07") == estimate
    for table, other in zip(tables, without, strict=True):
        for line in (*table.rows, table.total):
            twin = next(r for r in (*other.rows, other.total) if (r.kind, r.pcode) == (line.kind, line.pcode))
            assert (line.reached or 0, line.planned or 0, line.assistances or 0, line.rows) == (
                twin.reached or 0,
                twin.planned or 0,
                twin.assistances or 0,
                twin.rows,
            ), (table.question, line)
    _withdraw(session, operation, by_uid, doubles.doubtful)
    fewer = [gap_table(session, operation, q) for q in questions]
    assert sum(t.total.doubtful for t in tables) > 0
    for table, other in zip(tables, fewer, strict=True):
        low = table.total.reached if table.total.reached_if_same is None else table.total.reached_if_same
        # Lines are rounded one by one.
        assert abs((low or 0) - (other.total.reached or 0)) <= len(table.rows), table.question


def _withdraw(
    session: orm.Session, operation: Operation, by_uid: dict[str, Change], ids: tuple[int, ...]
) -> int:
    uids = list(session.scalars(sa.select(Activity.uid).where(Activity.id.in_(ids))))
    gone = [replace(by_uid[uid], uid=uid, withdrawn=True) for uid in uids]
    record_versions(session, operation, gone, actor=None)
    return len(gone)


# --- the page, the command, the check -------------------------------------------------------------------

DOUBLES = "/test-2016/doubles"


def two_rows(app: Any) -> tuple[str, str]:
    """Record one distribution twice: by the lead that names its partner, and by the partner."""
    shared = BASE | {"first_time_assisted": True, "households_targeted": None}
    (mine,) = add_rows(app, "OIM", shared | {"individuals_reached": None, "implementing_partner": "ONG-A"})
    (theirs,) = add_rows(app, "ONG-A", shared | {"individuals_reached": None, "comments": "<b>RAS</b>"})
    return mine, theirs


def test_the_page_settles_a_pair_and_takes_it_back(app: Any, client_for: Any) -> None:
    manager = client_for("information_manager")
    assert "Nothing to decide" in manager.get(DOUBLES).text
    mine, theirs = two_rows(app)
    assert "1 possible double count waits for you" in manager.get("/test-2016/").text
    assert "waits for you" not in client_for("coordinator").get("/test-2016/").text
    page = manager.get(DOUBLES).text
    for words in (
        "1 possible double count to decide",
        "OIM and ONG-A" if mine < theirs else "ONG-A and OIM",
        "Core NFI kit, Bara, May 2016",
        "likely, 100 of 100",
        "one row names the other’s organisation as partner or donor",
        "&lt;b&gt;RAS&lt;/b&gt;",
        f'value="{mine}"',
        f'value="{theirs}"',
    ):
        assert words in page
    assert page.count('class="differs"') == 2, "the partner and the comment"
    # Coordinators read and cannot decide.
    read_only = client_for("coordinator").get(DOUBLES).text
    assert "likely, 100 of 100" in read_only
    assert 'name="verdict"' not in read_only
    action = re.search(r'action="(/test-2016/doubles/\d+)"', page)
    assert action
    settled = manager.post(
        action[1],
        data={"verdict": "same", "kept": mine, "note": "seen\twith both", "next": f"{DOUBLES}?org=1"},
    )
    assert (settled.status_code, settled.location) == (
        303,
        f"{DOUBLES}?org=1&fait={action[1].split('/')[-1]}",
    )
    after = manager.get(settled.location).text
    assert "the same activity, reported twice. The row of OIM counts" in after
    assert f"{action[1]}/reprendre" in after
    listed = manager.get(f"{DOUBLES}?etat=same").text
    assert "Decided:" in listed
    assert "seen with both" in listed
    assert "waits for you" not in manager.get("/test-2016/").text
    explained = manager.get("/test-2016/ecarts/ML0701?sous_secteur=nfi").text
    assert "left out: counted by OIM" in explained
    assert client_for("viewer").get("/test-2016/ecarts/ML0701?sous_secteur=nfi").status_code == 200
    back = manager.post(f"{action[1]}/reprendre", data={"next": "//evil.example"})
    assert back.location == DOUBLES
    assert "open again" in manager.get(DOUBLES).text
    explained = manager.get("/test-2016/ecarts/ML0701?sous_secteur=nfi").text
    assert "Reached: 246, or 123 if the 1 open pair is the same activity." in explained
    assert "123 if doubles" in manager.get("/test-2016/ecarts?sous_secteur=nfi").text
    assert manager.post(action[1], data={"verdict": "same"}).status_code >= 400
    assert manager.post(f"{DOUBLES}/999999", data={"verdict": "different"}).status_code == 404


def test_the_list_is_narrowed_and_nonsense_narrows_nothing(app: Any, client_for: Any) -> None:
    two_rows(app)
    add_rows(app, "ONG-B", {"period": "2016-03"}, {"period": "2016-03"})
    manager = client_for("information_manager")
    partner = agency_id(app, "ONG-A")
    for query, many in (
        ("", 2),
        ("?mois=2016-03", 1),
        ("?mois=2016-3&org=x&sous_secteur=health&etat=?&page=99&fait=x&fait=7", 2),
        (f"?org={partner}", 1),
        ("?sous_secteur=shelter", 0),
        ("?probables=1", 2),
        ("?etat=same", 0),
        ("?etat=closed", 0),
        ("?etat=toutes", 2),
    ):
        assert manager.get(DOUBLES + query).text.count('<section class="alike"') == many, query


def test_a_partner_learns_nothing_of_the_pairs(app: Any, client_for: Any) -> None:
    _, theirs = two_rows(app)
    partner = client_for("partner", "ONG-A")
    assert partner.get(DOUBLES).status_code == 403
    assert partner.post(f"{DOUBLES}/1", data={"verdict": "different"}).status_code == 403
    for address in ("/test-2016/", "/test-2016/activites", f"/test-2016/activites/{theirs}"):
        text = partner.get(address).text
        assert "double" not in text.lower()
        assert "OIM" not in text


def test_the_command_scans_and_lists(app: Any, cli: Any) -> None:
    two_rows(app)
    assert json.loads(cli("double-counts", "scan", "--operation", "test-2016", "--json").output) == {
        "rows": 2,
        "pairs": 1,
        "new": 0,
        "gone": 0,
        "crowded": 0,
    }
    assert (
        "Rows compared: 2. Pairs: 1,"
        in cli("double-counts", "scan", "--operation", "test-2016", "--lang", "en").output
    )
    (pair,) = json.loads(cli("double-counts", "list", "--operation", "test-2016", "--json").output)
    assert (pair["score"], pair["state"], pair["month"]) == (100, "open", "2016-05")
    assert "names_other" in pair["reasons"]
    assert cli("double-counts", "list", "--operation", "test-2016", "--state", "same").output == ""


def test_the_check_warns_of_what_is_not_settled(session: orm.Session, operation: Operation) -> None:
    line = row(Ménages=123, Individus="")
    twin = row(Acronyme="HCR", **{"Nom Organisation": "", "Ménages": 123, "Individus": ""})

    def said(*rows: Any) -> list[tuple[int | None, str]]:
        codes = {"row.double_count", "row.twice_in_file", "row.twice_in_record"}
        check = checked(session, operation, book(*rows))
        return [(f.row, f.code) for f in check.findings if f.code in codes]

    recorded = checked(session, operation, book(line))
    record_check(session, operation, recorded, actor=None, origin="import")
    assert said(twin) == [(2, "row.double_count")]
    # With a figure that is only near, or in the neighbouring month, the sender is told nothing.
    near = row(Acronyme="HCR", **{"Nom Organisation": "", "Ménages": 124, "Individus": ""})
    later = row(
        Acronyme="HCR", **{"Nom Organisation": "", "Ménages": 123, "Individus": "", "Mois": "juin 2016"}
    )
    assert said(near, later) == []
    record_check(session, operation, checked(session, operation, book(twin)), actor=None, origin="import")
    assert said(twin) == [(2, "row.double_count")]
    (pair,) = list_pairs(session, operation, Wanted())
    settle(session, operation, pair.id, "different", actor=None)
    assert said(twin) == []
    assert said(line, twin) == []
    changed = row(Acronyme="HCR", **{"Nom Organisation": "", "Ménages": 123, "Individus": 600})
    assert said(changed) == [(2, "row.double_count")]


def test_two_rows_of_one_organisation_that_look_like_one_are_said_to_it(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "Commentaires")
    data = book((*CELLS, "premier envoi"), (*CELLS, "second envoi"), headers=headers)
    check = checked(session, operation, data)
    (finding,) = [f for f in check.findings if f.code == "row.twice_in_file"]
    assert (finding.row, finding.params, finding.severity) == (3, {"figure": "120", "first": "2"}, "info")
    record_check(session, operation, check, actor=None, origin="import")
    third = checked(session, operation, book((*CELLS, "troisième envoi"), headers=headers))
    codes = [f.code for f in third.findings if f.code.startswith("row.twice")]
    assert codes == ["row.twice_in_record"] or third.counts.changed == 1
