"""Releases and the record as it once was: what was published stays, whatever happens afterwards."""

from __future__ import annotations

import copy
import datetime as dt
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.since_release import since_release
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.models import Activity, AuditEvent, NeedSource, Operation, Release
from cluster4w.models.engine import make_engine, writing
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.months import unlock_month
from cluster4w.record.operations.needs import (
    Figure,
    choose_table,
    remove_table,
    restore_table,
    save_needs,
)
from cluster4w.record.operations.releases import publish_month
from cluster4w.record.operations.templates import new_version
from cluster4w.record.queries.coverage import Window
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.operations import locked_months
from cluster4w.record.queries.presence import reported
from cluster4w.record.queries.releases import end_of_day, get_release, last_release, list_releases
from cluster4w.template.problems import NotFound, Refusal
from tests.record_rows import ROW, add_rows
from tests.test_gaps import add
from tests.test_ledger import Partners, check, questions

TODAY = dt.date(2016, 7, 5)


def publish(session: orm.Session, operation: Operation, month: str = "2016-05", note: str = "") -> Release:
    return publish_month(session, operation, month, note=note, actor=None, today=TODAY)


def test_a_month_is_published_locked_numbered_and_found_by_its_name(
    session: orm.Session, operation: Operation
) -> None:
    assert list_releases(session, operation) == []
    with pytest.raises(NotFound, match="No month"):
        get_release(session, operation, "2016-05")
    first = publish(session, operation, note="  First   of all ")
    assert (first.month, first.number, first.note) == ("2016-05", 1, "First of all")
    assert locked_months(session, operation) == {"2016-05"}
    session.refresh(operation)
    assert first.revision == operation.revision
    # A correction says what it corrects, and has the next number.
    with pytest.raises(Refusal) as refused:
        publish(session, operation)
    assert refused.value.code == "release.correction_without_note"
    assert publish(session, operation, note="Gao").number == 2
    assert publish(session, operation, "2016-04").number == 1
    with pytest.raises(NotFound):
        publish(session, operation, "2015-05")
    for month, day in (("2016-05", dt.date(2016, 5, 31)), ("2016-06", dt.date(2016, 6, 30))):
        with pytest.raises(Refusal) as refused:
            publish_month(session, operation, month, note="x", actor=None, today=day)
        assert refused.value.code == "release.month_not_over"
    assert [(r.name, r.last, r.note) for r in list_releases(session, operation)] == [
        ("2016-04.1", True, ""),
        ("2016-05.2", True, "Gao"),
        ("2016-05.1", False, "First of all"),
    ]
    assert get_release(session, operation, "2016-05").number == 2
    assert get_release(session, operation, "2016-05.1").frozen_at == first.frozen_at
    assert last_release(session, operation, first.frozen_at) is None
    with pytest.raises(NotFound, match=r"Published: 2016-04\.1"):
        get_release(session, operation, "2016-05.3")
    said = session.scalars(
        sa.select(AuditEvent).where(AuditEvent.subject == "release").order_by(AuditEvent.id)
    ).all()
    assert [e.subject_id for e in said] == ["2016-05.1", "2016-05.2", "2016-04.1"]


def test_days_that_cannot_be_asked_are_refused_with_a_sentence(operation: Operation) -> None:
    operation.created_at = dt.datetime(2016, 2, 1, tzinfo=dt.UTC)
    assert end_of_day(operation, "2016-06-30", TODAY) == dt.datetime(
        2016, 6, 30, 23, 59, 59, 999999, tzinfo=dt.UTC
    )
    assert end_of_day(operation, "2016-07-05", TODAY).date() == TODAY
    assert end_of_day(operation, "2016-01-01", TODAY).date() == operation.plan_start
    for text, code in (
        ("2016-07-06", "as_of.future"),
        ("2015-12-31", "as_of.before_operation"),
        ("30/06/2016", "as_of.unreadable"),
        ("2016-06-31", "as_of.unreadable"),
    ):
        with pytest.raises(Refusal) as refused:
            end_of_day(operation, text, TODAY)
        assert refused.value.code == code, text


def _figures(table: GapTable) -> Any:
    """Return what a table says, but for doubts, which are today's, and the question."""
    rows = sorted((*table.rows, table.total), key=lambda r: (r.kind, r.pcode or ""))
    return (
        [replace(r, doubtful=0, reached_if_same=None) for r in rows],
        table.sources,
        table.months,
        table.months_with_rows,
        table.organisations,
        {area: who for area, who in table.present.items() if who},
    )


@pytest.mark.parametrize("seed", [7, 8])
def test_what_was_published_is_answered_the_same_whatever_happens_afterwards(
    session: orm.Session, operation: Operation, seed: int
) -> None:
    partners = Partners(session, operation, seed)
    partners.upload()
    asked = [
        Question(level, month, sub_sector, unit=unit, measure=measure)
        for level, month, sub_sector, unit, measure in (
            (1, "2016-03", "shelter", "household", "current"),
            (2, None, "nfi", "individual", "projected"),
            (3, "2016-05", "shelter", "individual", "need"),
        )
    ]
    kept: list[tuple[Question, Any]] = []
    for step in range(9):
        partners.act()
        if step % 3 == 0:
            value = float(partners.rng.randint(100, 900))
            save_needs(
                session,
                operation,
                [Figure(m, 2, "ML0701", None, None, "household", value) for m in ("targeted", "in_need")],
                source="HNO",
                dated=dt.date(2016, partners.rng.choice((1, 2, 3)), 1),
                actor=None,
            )
        tables = session.scalars(sa.select(NeedSource).where(NeedSource.replaced_at.is_(None))).all()
        table = partners.rng.choice(tables)
        if table.removed_at is not None:
            restore_table(session, operation, table.id, actor=None)
        elif partners.rng.random() < 0.4:
            remove_table(session, operation, table.id, actor=None)
        else:
            choose_table(session, operation, table.id, actor=None)
        session.flush()
        before = [_figures(gap_table(session, operation, q)) for q in asked]
        release = publish(session, operation, "2016-04", note=f"step {step}")
        unlock_month(session, operation, "2016-04", actor=None)
        pair = (release.month, release.number)
        kept += [
            (replace(q, as_of=release.frozen_at, release=pair), said)
            for q, said in zip(asked, before, strict=True)
        ]
    for question, said in kept:
        assert _figures(gap_table(session, operation, question)) == said, question


def test_the_past_is_what_a_pencil_makes_of_the_versions_of_that_moment(
    session: orm.Session, operation: Operation
) -> None:
    partners = Partners(session, operation, 11)
    partners.upload()
    moments = []
    for _ in range(6):
        partners.act()
        moments.append(publish(session, operation, note="again").frozen_at)
        unlock_month(session, operation, "2016-05", actor=None)
    every = questions([Window("2016-02", "2016-03"), Window(organisation=partners.organisations[0])])
    versions = session.scalars(
        sa.select(Activity).order_by(Activity.id).execution_options(populate_existing=True)
    ).all()
    for moment in moments[:-1]:
        in_force = [
            SimpleNamespace(**{k: v for k, v in vars(v).items() if k != "superseded_at"}, superseded_at=None)
            for v in versions
            if v.recorded_at <= moment and (v.superseded_at is None or v.superseded_at > moment)
        ]
        assert len(in_force) < len(versions)
        for asked in partners.rng.sample(every, k=5):
            then = replace(asked, window=replace(asked.window, as_of=moment))
            left_out = set(load_doubles(session, operation, then.window).left_out)
            check(session, operation, then, left_out, in_force)  # type: ignore[arg-type]


def test_a_release_waits_for_what_is_being_written(database_url: str) -> None:
    engine = make_engine(database_url)
    began = threading.Event()

    def target(session: orm.Session, operation: Operation, value: float) -> None:
        figure = Figure("targeted", 2, "ML0701", "nfi", None, "household", value)
        save_needs(session, operation, [figure], source="HNO", dated=dt.date(2016, 1, 1), actor=None)

    def write() -> None:
        with writing(), orm.Session(engine) as session:
            operation = session.scalars(sa.select(Operation)).one()
            target(session, operation, 500)
            add(session, operation, {})
            began.set()
            # What is dated before the release is still on its way.
            time.sleep(0.2)
            session.commit()

    def release() -> Release:
        began.wait()
        with writing(), orm.Session(engine, expire_on_commit=False) as session:
            operation = session.scalars(sa.select(Operation)).one()
            made = publish(session, operation)
            session.commit()
            return made

    with ThreadPoolExecutor(2) as threads:
        written, made = threads.submit(write), threads.submit(release)
        written.result()
        frozen = made.result().frozen_at
    with writing(), orm.Session(engine) as session:
        operation = session.scalars(sa.select(Operation)).one()
        unlock_month(session, operation, "2016-05", actor=None)
        add(session, operation, {})
        target(session, operation, 900)
        question = Question(2, "2016-05", "nfi", as_of=frozen)
        row = gap_table(session, operation, question).by_pcode()["ML0701"]
        assert (row.reached, row.target) == (100, 500)
        now = gap_table(session, operation, replace(question, as_of=None)).by_pcode()["ML0701"]
        assert (now.reached, now.target) == (200, 900)
    engine.dispose()


def test_reports_and_months_are_those_of_the_moment(session: orm.Session, operation: Operation) -> None:
    add(session, operation, {"period": "2016-03"})
    moment = publish(session, operation, "2016-03").frozen_at
    add(session, operation, {"period": "2016-04"}, {"period": "2016-04"}, org="ONG-A")
    question = Question(2, None, "nfi")
    assert gap_table(session, operation, question).months_with_rows == ("2016-03", "2016-04")
    then = gap_table(session, operation, replace(question, as_of=moment))
    assert (then.months_with_rows, then.months) == (("2016-03",), ("2016-03", "2016-03"))
    assert {r.acronym: r.rows for r in reported(session, operation, "2016-04")}["ONG-A"] == 2
    assert not any(r.rows for r in reported(session, operation, "2016-04", moment))


# --- on the page of the months ----------------------------------------------------------------------------


def test_the_information_manager_publishes_corrects_and_sees_who_did(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {"first_time_assisted": True})
    client = client_for("information_manager")
    publish_it = "/test-2016/mois/2016-05/publier"
    page = client.get("/test-2016/mois").text
    assert f'action="{publish_it}"' in page
    assert "Releases" not in page
    done = client.post(publish_it, data={"note": "May as it stands"}, follow_redirects=True)
    assert "May 2016 is published (no. 1) and locked." in done.text
    assert "May as it stands" in done.text
    assert "Awa information_manager" in done.text
    assert "publication=2016-05.1" in done.text
    # The button pressed twice, with the note typed: one release.
    pressed = client.post(publish_it, data={"note": "May as it stands", "seen": "0"})
    assert pressed.status_code == 400
    assert "2016-05 has been published meanwhile" in pressed.text
    assert "no. 2" not in client.get("/test-2016/mois").text
    twice = client.post(publish_it, data={"seen": "1"})
    assert twice.status_code == 400
    assert "Say in the note what this release corrects" in twice.text
    # Open, correct, publish again: the first release is still there, called corrected.
    client.post("/test-2016/mois/2016-05/ouvrir")
    add_rows(app, "ONG-B", {"households_reached": 7})
    again = client.post(publish_it, data={"note": "ONG-B\x1b was late", "seen": "1"}, follow_redirects=True)
    assert "no. 2" in again.text
    assert "ONG-B was late" in again.text
    assert "corrected since" in again.text
    assert client.post("/test-2016/mois/2030-05/publier").status_code == 404
    for role in ("coordinator", "partner", "viewer"):
        assert client_for(role).post(publish_it, data={"note": "x"}).status_code == 403, role


def test_publishing_in_french_speaks_french(app: Any, client_for: Any) -> None:
    client = client_for("information_manager")
    client.post("/langue/fr")
    client.post("/test-2016/mois/2016-05/publier", data={"note": ""})
    page = client.get("/test-2016/ecarts?publication=2016-05").text
    assert "Publication : mai 2016, n° 1, du" in page.replace("\u00a0", " ")
    assert "Revenir à l’état actuel" in page
    wrong = client.get("/test-2016/ecarts?etat=2999-01-01")
    assert wrong.status_code == 400
    assert "encore à venir" in wrong.text


# --- on the command line ----------------------------------------------------------------------------------


def test_releases_are_made_listed_and_asked_on_the_command_line(
    cli: Any, session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {"households_reached": 50, "period": "2016-05"})
    session.commit()
    on = ("--operation", "test-2016")
    assert cli("release", *on, "--period", "2016-05").stdout == "2016-05.1\n"
    refused = cli("release", *on, "--period", "2016-05", "--lang", "en")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    unlock_month(session, operation, "2016-05", actor=None)
    add(session, operation, {"households_reached": 20, "period": "2016-05"})
    session.commit()
    assert cli("release", *on, "--period", "2016-05", "--note", "20 more").stdout == "2016-05.2\n"
    listed = json.loads(cli("releases", *on, "--json").stdout)
    assert [(r["release"], r["last"], r["note"]) for r in listed] == [
        ("2016-05.2", True, "20 more"),
        ("2016-05.1", False, ""),
    ]
    assert "2016-05.1" in cli("releases", *on).stdout
    ask = ("gaps", *on, "--sub-sector", "nfi", "--format", "json", "--lang", "en")
    tables = {
        name: json.loads(cli(*ask, *option).stdout)
        for name, option in {
            "now": (),
            "first": ("--release", "2016-05.1"),
            "last": ("--release", "2016-05"),
            "today": ("--as-of", f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"),
            "before": ("--as-of", "2016-06-30T14:05"),
        }.items()
    }
    assert {name: t["total"]["reached"] for name, t in tables.items()} == {
        "now": 70,
        "first": 50,
        "last": 70,
        "today": 70,
        "before": None,
    }
    assert tables["first"]["question"]["release"] == "2016-05.1"
    assert tables["first"]["question"]["month"] == "2016-05"
    text = cli("gaps", *on, "--release", "2016-05.1", "--lang", "en").stdout.splitlines()
    assert text[1].startswith("Release of May 2016, no. 1, of ")
    for wrong in (
        ("--as-of", "2999-01-01"),
        ("--as-of", "2016-05-01T25"),
        ("--release", "2016-04"),
        ("--release", "2016-05", "--as-of", "2016-06-30"),
    ):
        assert cli("gaps", *on, *wrong).exit_code == 2, wrong


def test_an_export_of_a_release_holds_its_rows_only(
    cli: Any, session: orm.Session, operation: Operation, tmp_path: Any
) -> None:
    add(session, operation, dict(ROW))
    session.commit()
    cli("release", "--operation", "test-2016", "--period", "2016-05")
    unlock_month(session, operation, "2016-05", actor=None)
    add(session, operation, dict(ROW), dict(ROW))
    session.commit()
    for option, rows in (((), "3"), (("--release", "2016-05"), "1"), (("--as-of", "2016-06-01"), "0")):
        done = cli("export", tmp_path / "out.xlsx", "--operation", "test-2016", *option)
        assert done.exit_code == 0, done.output
        assert done.stderr.split(".")[0].split()[-1] == rows, option


def test_a_correction_changes_nothing_of_the_first_release(
    session: orm.Session, operation: Operation
) -> None:
    (uid,) = add(session, operation, {})
    first = publish(session, operation, "2016-03")
    unlock_month(session, operation, "2016-03", actor=None)
    row = session.scalars(sa.select(Activity)).one()
    said = {k: v for k in ROW if (v := getattr(row, k)) is not None} | {
        "first_time_assisted": True,
        "households_reached": 90,
    }
    record_versions(session, operation, [Change(row.organisation_id, said, uid=uid)], actor=None)
    second = publish(session, operation, "2016-03", note="90, not 100")
    for release, people in ((first, 100), (second, 90)):
        question = Question(2, "2016-03", "nfi", as_of=release.frozen_at)
        assert gap_table(session, operation, question).by_pcode()["ML0701"].reached == people


def test_a_counting_rule_that_is_changed_counts_from_then_on(
    session: orm.Session, operation: Operation
) -> None:
    add(session, operation, {}, {"first_time_assisted": False, "households_reached": 30})
    before = publish(session, operation, "2016-03").frozen_at
    question = Question(2, "2016-03", "nfi")

    def reached(moment: dt.datetime | None = None) -> int | None:
        return gap_table(session, operation, replace(question, as_of=moment)).by_pcode()["ML0701"].reached

    for rule in ("sum", "max_area", "sum"):
        declaration = copy.deepcopy(operation.template)
        kit = next(c for c in declaration["lists"]["activity_type"] if c["key"] == "core_nfi_kit")
        kit["counting_rule"] = rule
        new_version(session, operation, declaration, origin="bounds", shipped=None, actor=None)
    assert reached() == 130
    assert reached(before) == 100
    then = gap_table(session, operation, replace(question, as_of=before))
    assert {r.activity_type: r.rule for r in then.rules}["core_nfi_kit"] == "sum_new"
    since = since_release(
        session, operation, question, gap_table(session, operation, question).by_pcode()["ML0701"]
    )
    assert since is not None
    assert (since.then.reached, since.now.reached, since.rest_reached) == (100, 130, 30)
