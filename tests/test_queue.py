"""Files that wait for the worker: one after the other per sender, once each, and found again."""

from __future__ import annotations

import datetime as dt
import io
import socket
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w import jobs, serving
from cluster4w.extensions import db
from cluster4w.models import Activity, StoredFile, Submission, SubmissionRow
from cluster4w.models.engine import writing
from cluster4w.record.operations.months import lock_month
from cluster4w.record.operations.submissions import discard
from cluster4w.record.operations.waiting import take_turn
from cluster4w.record.queries.operations import get_operation
from tests.books import book
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.sending import HERE, own, received, recorded, send, sent, title


def _turn(app: Any, submission_id: int, at_work: set[int]) -> int | None:
    """Take a turn as a worker would, among those that are at work; returns what it begins."""
    with app.app_context(), writing():
        turn = take_turn(db.session, submission_id, alive=at_work.__contains__, claim=at_work.add)
        db.session.commit()
        return turn.submission_id


def _state(session: orm.Session, number: int) -> str:
    session.rollback()
    return session.scalars(sa.select(Submission.state).where(Submission.id == number)).one()


@pytest.fixture
def queued(app: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Work that was given to the worker, which does nothing by itself."""
    asked: list[int] = []
    monkeypatch.setattr(jobs, "enqueue_check", lambda _app, number: asked.append(number))
    app.config["BACKGROUND_ROWS"] = 0
    return asked


def test_the_files_of_a_sender_are_worked_on_one_after_the_other_by_however_many_workers(
    app: Any, session: orm.Session
) -> None:
    first, second, other, whole = (
        received(app, organisation=who) for who in ("ONG-A", "ONG-A", "ONG-B", None)
    )
    at_work: set[int] = set()
    # The later file's call takes up the earlier one; meanwhile other senders do not wait.
    assert _turn(app, second, at_work) == first
    assert _turn(app, second, at_work) is None
    assert _turn(app, first, at_work) is None
    assert _turn(app, other, at_work) == other
    assert _turn(app, whole, at_work) == whole
    assert at_work == {first, other, whole}
    # A worker died: its file is begun again, and the one behind it still waits.
    at_work.remove(first)
    assert _turn(app, second, at_work) == first
    # Done: the next one's turn.
    at_work.remove(first)
    with app.app_context(), writing():
        discard(db.session, db.session.get_one(Submission, first), actor=None)
        db.session.commit()
    assert _turn(app, first, at_work) is None
    assert _turn(app, second, at_work) == second


def test_a_file_whose_line_is_worked_on_is_called_again_later(app: Any, session: orm.Session) -> None:
    first, second = received(app), received(app)
    calls: list[tuple[int, float]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_call_worker", lambda _app, number, seconds: calls.append((number, seconds)))
        jobs._beat(app, first)
        jobs._take_from_queue(app, second)
        assert calls == [(second, jobs.WAIT)]
        jobs.queue(app).delete(f"alive-{first}")
        # The first file is done in the second's call, which then goes to the end of the queue.
        jobs._take_from_queue(app, second)
        assert (calls[1:], _state(session, first)) == ([(second, 0)], "checked")
        jobs._take_from_queue(app, second)
        jobs._take_from_queue(app, second)
        assert (calls[2:], _state(session, second)) == ([(second, 0)], "checked")


def test_a_small_file_behind_a_large_one_waits_and_says_for_what(
    app: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = received(app)
    jobs._beat(app, before)
    monkeypatch.setattr(jobs, "enqueue_check", lambda *_: None)
    client = client_for("partner")
    address = sent(client, book(own()))
    page = client.get(address)
    assert title(page) == "mai.xlsx waits for its turn"
    said = text_of(parse(page.text).find(".//main"))
    assert "It comes after gros.xlsx, sent on" in said
    assert f"{HERE}/envois/{before}" in page.text
    state = client.get(f"{address}/etat").json
    assert state == {
        "state": "received",
        "progress": 0,
        "step": "Waiting for its turn",
        "waits": True,
        "done": False,
    }
    listed = client.get(f"{HERE}/envois").text
    assert "Waiting to be checked" in listed
    jobs.queue(app).put(f"progress-{before}", 60)
    first = client.get(f"{HERE}/envois/{before}/etat").json
    assert (first["progress"], first["step"], first["waits"]) == (60, "Comparing with the record", False)


def test_a_file_that_is_put_away_is_no_longer_checked(
    app: Any, session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LOOK_EVERY", -1.0)
    number = received(app)
    steps: list[int] = []
    keep = jobs._Teller.__call__

    def told(teller: Any, share: int) -> None:
        if not steps:
            with app.app_context(), writing():
                discard(db.session, db.session.get_one(Submission, number), actor=None)
                db.session.commit()
        steps.append(share)
        keep(teller, share)

    monkeypatch.setattr(jobs._Teller, "__call__", told)
    jobs.run_check(app, number)
    assert len(steps) == 1
    assert _state(session, number) == "discarded"
    assert session.scalars(sa.select(SubmissionRow.id)).all() == []
    assert not jobs.is_alive(app, number)


def test_a_check_that_breaks_off_is_tried_again_and_then_given_up(
    app: Any, client_for: Any, session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, calls = received(app), []
    monkeypatch.setattr(jobs, "_call_worker", lambda _app, _number, seconds: calls.append(seconds))
    monkeypatch.setattr("cluster4w.intake.background.read", lambda *_: 1 // 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            jobs._take_from_queue(app, number)
    assert calls == [jobs.WAIT] * 3
    assert _state(session, number) == "checking"
    jobs._take_from_queue(app, number)
    assert _state(session, number) == "refused"
    assert "broke off 3 times" in client_for("partner").get(f"{HERE}/envois/{number}").text


def test_the_same_file_sent_twice_is_taken_once(app: Any, client_for: Any, session: orm.Session) -> None:
    client, data = client_for("partner"), book(own())
    first = sent(client, data)
    # By the same hand at once: it goes to the page of the first.
    assert sent(client, data, "copie.xlsx") == first
    assert "was sent already" in client.get(first).text
    # For another month it is asked; by another organisation, it is another file.
    assert send(client, data, month="2016-06").location == f"{HERE}/envoyer?deja={first[-1]}&mois=2016-06"
    assert sent(client_for("partner", "ONG-B"), data) != first
    client.post(f"{first}/enregistrer")
    again = send(client, data).location
    assert again == f"{HERE}/envoyer?deja={first[-1]}&mois=2016-05"
    page = client.get(again)
    notice = text_of(parse(page.text).find(".//div[@class='notice warning']"))
    assert notice.startswith("This very file was sent already: mai.xlsx, on")
    assert client_for("partner", "ONG-B").get(again).status_code == 404
    # Sent all the same, without bringing it over the line again.
    number = first.rpartition("/")[2]
    assert (
        client_for("partner", "ONG-B").post(f"{HERE}/envoyer/encore", data={"envoi": number}).status_code
        == 404
    )
    answer = client.post(f"{HERE}/envoyer/encore", data={"envoi": number, "month": "2016-05"})
    assert "Finish: nothing changes" in client.get(answer.location).text
    # What was put away, and what came long ago, does not count.
    client.post(f"{answer.location}/ecarter")
    with app.app_context(), writing():
        db.session.execute(sa.update(Submission).values(created_at=dt.datetime(2016, 5, 1, tzinfo=dt.UTC)))
        db.session.commit()
    assert sent(client, data) not in {first, answer.location}


def test_many_lines_are_recorded_by_the_worker_once(
    app: Any, client_for: Any, session: orm.Session, queued: list[int]
) -> None:
    client = client_for("partner")
    rows = [own(), own(Cercle="Bandiagara", Commune="Bandiagara")]
    address = sent(client, book(*rows))
    number = int(address.rpartition("/")[2])
    jobs.work_on(app, number)
    assert [client.post(f"{address}/enregistrer").location for _ in range(2)] == [address, address]
    assert (queued, recorded(session)) == ([number, number], 0)
    assert title(client.get(address)) == "mai.xlsx is being recorded"
    assert "Being recorded" in client.get(f"{HERE}/envois").text
    # Until it is, it can neither be put away nor checked again.
    assert client.post(f"{address}/ecarter").status_code == 400
    # What others do in the meantime does not matter.
    add_rows(app, "ONG-B", {"period": "2016-03"})
    assert jobs.work_on(app, number)
    assert not jobs.work_on(app, number)
    assert recorded(session) == 3
    assert title(client.get(address)) == "mai.xlsx: 2 lines recorded"
    author = sa.select(Activity.author_id).where(Activity.submission_id == number)
    assert None not in session.scalars(author).all()


def test_a_file_that_cannot_be_recorded_goes_back_to_its_page_and_says_why(
    app: Any, client_for: Any, session: orm.Session, queued: list[int]
) -> None:
    client = client_for("partner")
    rows = [own(), own(Cercle="Bandiagara", Commune="Bandiagara")]
    first, second = (sent(client, book(*rows, own(Ménages=n, Individus=n * 5))) for n in (7, 8))
    numbers = [int(address.rpartition("/")[2]) for address in (first, second)]
    for number in numbers:
        jobs.work_on(app, number)
    # The second was seen before the first is recorded: what it says is no longer what would happen.
    for address, number in zip((first, second), numbers, strict=True):
        client.post(f"{address}/enregistrer", data={"vu": "1"})
        jobs.work_on(app, number)
    assert recorded(session) == 3
    page = client.get(second)
    assert _state(session, numbers[1]) == "checked"
    assert "The record or the places have changed since this file was checked" in page.text
    # Then the month is locked: that file waits with the reason beside it.
    client.post(f"{second}/enregistrer", data={"vu": "1"})
    assert _state(session, numbers[1]) == "recording"
    with app.app_context(), writing():
        lock_month(db.session, get_operation(db.session, "test-2016"), "2016-05", actor=None)
        db.session.commit()
    jobs.work_on(app, numbers[1])
    assert _state(session, numbers[1]) == "checked"
    assert recorded(session) == 3
    notice = parse(client.get(second).text).find(".//div[@class='notice error']")
    assert "have changed since this file was checked" in text_of(notice)


def test_an_upload_that_breaks_off_leaves_nothing_and_one_that_is_too_large_hears_the_limit(
    app: Any, session: orm.Session
) -> None:
    app.config["MAX_UPLOAD_MB"], app.config["MAX_CONTENT_LENGTH"] = 1, 1 << 20
    server = serving.make_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    head, part = (
        "POST /connexion HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n',
    )

    def say(stated: int, given: int) -> bytes:
        with socket.create_connection(("127.0.0.1", server.effective_port), timeout=20) as line:
            line.sendall((head % stated).encode() + part.ljust(given, b"\0"))
            return line.makefile("rb").read() if given == stated else b""

    say(500_000, 400_000)
    answer = say(2 << 20, 2 << 20)
    server.close()
    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
    assert "jusqu’à 1 Mo" in answer.decode()
    assert session.scalars(sa.select(StoredFile.id)).all() == []
    assert session.scalars(sa.select(Submission.id)).all() == []


def test_a_stored_file_is_read_from_the_database_only_when_it_is_sent_again(client_for: Any) -> None:
    client = client_for("partner")
    for body in ({}, {"envoi": "x"}, {"envoi": "999999"}):
        assert client.post(f"{HERE}/envoyer/encore", data=body).status_code == 404
    answer = client.post(f"{HERE}/envoyer", data={"file": (io.BytesIO(b""), "a.xlsx"), "month": ""})
    assert answer.status_code == 422
