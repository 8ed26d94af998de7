"""Recording a large file: all is made ready before anything is locked, and what happens meanwhile is seen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w import jobs
from cluster4w.extensions import db
from cluster4w.intake import background
from cluster4w.intake import check as check_module
from cluster4w.intake.submit import read_sent, receive, run_check, submit
from cluster4w.models import Activity, AuditEvent, DoubleCount, Operation, Organisation, Submission
from cluster4w.models.base import now
from cluster4w.models.engine import _writing, make_engine, reading, writing
from cluster4w.record.operations import activities, version_rows
from cluster4w.record.operations.activities import Change, Overtaken, prepare_versions, record_versions
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.double_count_scan import scan_all
from cluster4w.record.operations.submissions import receive_file
from cluster4w.record.queries.ledger_check import differences
from cluster4w.record.queries.operations import get_operation, lock_operation
from tests.books import HEADERS, book, row
from tests.pages import parse, text_of
from tests.record_rows import ROW, add_rows
from tests.sending import HERE, own, received, recorded, sent


@pytest.fixture
def recording(app: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Send a file of ONG-A that the worker then has to record; returns its submission."""

    def send(*rows: Any) -> int:
        address = sent(client_for("partner"), book(*rows))
        number = int(address.rpartition("/")[2])
        jobs.work_on(app, number)
        client_for("partner").post(f"{address}/enregistrer", data={"vu": "1"})
        return number

    monkeypatch.setattr(jobs, "enqueue_check", lambda *_: None)
    app.config["BACKGROUND_ROWS"] = 0
    return send


def _states(session: orm.Session, number: int) -> tuple[str, int]:
    session.rollback()
    state = session.scalars(sa.select(Submission.state).where(Submission.id == number)).one()
    return state, recorded(session)


def test_others_record_while_a_file_is_made_ready_and_their_rows_are_compared_with_it(
    app: Any, session: orm.Session, recording: Any
) -> None:
    number = recording(own(), own(Cercle="Bandiagara", Commune="Bandiagara"))
    with app.app_context(), reading():
        prepared = background.prepare(db.session, number, lambda _: None)
        # Its transaction is still open: nobody waits for it.
        (mine,) = add_rows(app, "ONG-B", {})
    assert prepared.recording is not None
    moment = now()
    first, *_ = prepared.recording.versions.rows
    said = dict(zip(prepared.recording.versions.names, first, strict=True))
    like = {k: v for k, v in said.items() if k in ROW and v is not None}
    (twin,) = add_rows(app, "ONG-B", like)
    with app.app_context(), writing():
        assert background.record(db.session, number, prepared, lambda _: None, patient=True)
        db.session.commit()
    assert _states(session, number) == ("submitted", 4)
    theirs = session.scalars(sa.select(Activity).where(Activity.submission_id == number)).all()
    assert [one.uid for one in theirs] == sorted(one.uid for one in theirs)
    # Recorded is when it was written, not when it was made ready.
    assert min(one.recorded_at for one in theirs) >= moment
    pairs = {(p.first_uid, p.second_uid) for p in session.scalars(sa.select(DoubleCount))}
    assert tuple(sorted((theirs[0].uid, twin))) in pairs
    assert mine not in {uid for pair in pairs for uid in pair}
    operation = get_operation(session, "test-2016")
    scan = scan_all(session, operation)
    assert (scan.pairs, scan.moved) == (len(pairs), False)
    assert list(differences(session, operation)) == []


def test_an_organisation_that_the_same_file_brings_is_known_to_the_rows_that_name_it(
    session: orm.Session, operation: Operation
) -> None:
    who = {"Acronyme": "NEW", "Nom Organisation": "Nouvelle Entraide", "Type Organisation": "ONG Nat"}
    data = book((*row(**who), None), (*row(), "NEW"), headers=(*HEADERS, "Partenaire de mise en oeuvre"))
    submission = receive(session, operation, data, "mai.xlsx", agency=None, month=None, actor=None)
    run_check(session, submission.id)
    assert submit(session, submission, actor=None)["new"] == 2
    (pair,) = session.scalars(sa.select(DoubleCount))
    assert "names_other" in pair.reasons
    new = sa.select(Organisation.id).where(Organisation.acronym == "NEW")
    assert session.scalar(new) in session.scalars(sa.select(Activity.organisation_id)).all()
    scan = scan_all(session, operation)
    assert (scan.pairs, scan.moved) == (1, False)


def test_what_got_another_version_meanwhile_is_made_ready_once_more(
    app: Any, session: orm.Session, recording: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = get_operation(session, "test-2016")
    (agency,) = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == "ONG-B"))
    (uid,) = record_versions(session, operation, [Change(agency, ROW)], actor=None)
    changes = [Change(agency, ROW | {"households_reached": figure}, uid) for figure in (7, 8)]
    late, first = (prepare_versions(session, operation, [change]) for change in changes)
    activities.write_versions(session, operation, first, actor=None)
    session.commit()
    with pytest.raises(Overtaken):
        activities.write_versions(session, operation, late, actor=None)
    session.rollback()
    said = sa.select(Activity.version, Activity.households_reached, Activity.superseded_at.is_(None))
    rows = session.execute(said.order_by(Activity.version)).all()
    assert [tuple(one) for one in rows] == [(1, 100, False), (2, 8, True)]
    # The worker begins again by itself, and says nothing to anybody.
    keep = activities.write_versions
    refused: list[bool] = []

    def overtaken_once(*arguments: Any, **named: Any) -> None:
        keep(*arguments, **named)
        if not refused:
            refused.append(True)
            raise Overtaken

    monkeypatch.setattr("cluster4w.intake.recording.write_versions", overtaken_once)
    number = recording(own())
    assert jobs.work_on(app, number)
    assert (refused, _states(session, number)) == ([True], ("submitted", 2))


def test_another_check_is_stored_in_pieces_and_its_rows_are_recorded_without_a_check_in_the_lock(
    app: Any, session: orm.Session, recording: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = recording(own(), own(Cercle="Bandiagara", Commune="Bandiagara"))
    author = session.get_one(Submission, number).report["recorder"]
    with app.app_context(), writing():
        # Something that a check may depend on, and this one does not.
        log(db.session, "area.loaded", subject="area", subject_id=1,
            operation=get_operation(db.session, "test-2016"))  # fmt: skip
        get_operation(db.session, "test-2016").revision += 1
        db.session.commit()
    locked: list[bool] = []
    pauses: list[str] = []
    read, pause = read_sent, jobs._pause

    def watched(*arguments: Any) -> Any:
        locked.append(_writing.get())
        return read(*arguments)

    def paused(tell: Any) -> None:
        pause(tell)
        with reading():
            pauses.append(_states(session, number)[0])

    monkeypatch.setattr(background, "read_sent", watched)
    monkeypatch.setattr(jobs, "_pause", paused)
    assert jobs.work_on(app, number)
    assert locked == [False]
    assert set(pauses) == {"recording"}
    assert _states(session, number) == ("submitted", 2)
    authors = session.scalars(sa.select(Activity.author_id)).all()
    assert authors == [author, author]
    # What another check in the lock would find out is found out: nothing is recorded that was not agreed to.
    late = recording(own(Ménages=77, Individus=385))
    with app.app_context(), reading():
        prepared = background.prepare(db.session, late, lambda _: None)
    add_rows(app, "ONG-A", {})
    with app.app_context(), writing():
        assert not background.record(db.session, late, prepared, lambda _: None, patient=True)
        db.session.commit()
    assert _states(session, late) == ("recording", 3)


def test_the_command_checks_while_others_write_and_once_more_where_they_did(
    app: Any, cli: Any, session: orm.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = book(own(), own()), book(own(Mois="juin 2016"))
    locked: list[bool] = []
    check = check_module.check_file

    def watched(*arguments: Any, **named: Any) -> Any:
        found = check(*arguments, **named)
        locked.append(_writing.get())
        if len(locked) == 1:
            add_rows(app, "ONG-B", {})
        return found

    monkeypatch.setattr(check_module, "check_file", watched)
    for data, rows in ((first, 2), (second, 3)):
        path = tmp_path / "mai.xlsx"
        path.write_bytes(data)
        assert cli("import", path, "--operation", "test-2016").exit_code == 0
        assert recorded(session) == rows
    assert locked == [False, True, False]


def test_many_rows_and_few_are_written_alike(session: orm.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = get_operation(session, "test-2016")
    (agency,) = session.scalars(sa.select(Organisation.id).where(Organisation.acronym == "ONG-B"))
    hard = ("\\N", "", " a\tb\nc\rd\\ne ", "'\"; DROP", "Ségou — مدينة 🏕", "{1,2}", "null")
    rows = [
        ROW
        | {"comments": text, "start_date": dt.date(2016, 5, 2), "quantity": 2.5, "first_time_assisted": True}
        for text in hard
    ]
    said: list[list[Any]] = []
    for many in (1, 1_000):
        for module in (version_rows, activities):
            monkeypatch.setattr(module, "MANY", many)
        changes = [
            Change(agency, row, source_row=9, extra={"Autre": row["comments"]}, fixed=[{"key": "status"}])
            for row in rows
        ]
        uids = record_versions(session, operation, changes, actor=None)
        columns = [c for c in Activity.__table__.columns if c.name not in ("id", "uid", "recorded_at")]
        found = session.execute(sa.select(Activity.uid, *columns).where(Activity.uid.in_(uids)))
        by_uid = {row[0]: tuple(row[1:]) for row in found}
        said.append([by_uid[uid] for uid in uids])
        texts = [row[[c.name for c in columns].index("comments")] for row in said[-1]]
        assert texts == list(hard)
    assert said[0] == said[1]
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalar(sa.text("PRAGMA cache_size")) == -2_000


def test_a_file_is_sent_and_read_while_another_is_recorded(app: Any, database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("on SQLite all writers wait")
    engine = make_engine(database_url)
    with orm.Session(engine) as one, orm.Session(engine) as two:
        operation = get_operation(one, "test-2016")
        lock_operation(one, operation.id)
        operation.revision += 1
        one.flush()
        two.execute(sa.text("SET lock_timeout = '300ms'"))
        theirs = get_operation(two, "test-2016")
        receive_file(
            two, theirs, b"x", "x.csv", organisation_id=None, month=None, actor=None, origin="upload"
        )
        two.commit()
        # Who records waits.
        with pytest.raises(sa.exc.OperationalError):
            lock_operation(two, operation.id)
        one.rollback()
    engine.dispose()


def test_who_waits_too_long_for_another_s_recording_hears_so_in_words(
    app: Any, client_for: Any, database_url: str
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL lets others wait as long as it takes")
    client = client_for("partner")
    address = f"{HERE}/envois/{received(app)}"
    with app.app_context():

        @sa.event.listens_for(db.engine, "checkout")
        def hurry(connection: Any, *_: Any) -> None:
            connection.execute("PRAGMA busy_timeout = 20")

    engine = make_engine(database_url)
    with orm.Session(engine) as other:
        with writing():
            other.execute(sa.text("UPDATE operation SET revision = revision"))
        assert client.get(address).status_code == 200
        answer = client.post(f"{address}/ecarter")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        page = text_of(parse(answer.text).find(".//main"))
        assert "The record is busy" in page
        assert "Nothing of yours was changed" in page
        other.rollback()
    engine.dispose()
    assert client.post(f"{address}/ecarter").status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(AuditEvent.id).where(AuditEvent.action == "submission.discarded"))
