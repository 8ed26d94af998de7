"""The queue, its worker and the servers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy import orm

from cluster4w import create_app, jobs, serving
from cluster4w.cli import main
from cluster4w.extensions import db
from cluster4w.intake import background
from cluster4w.models import Operation, Submission
from cluster4w.models.engine import writing
from cluster4w.record.operations.waiting import take_turn
from tests.conftest import close_connections


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stand in for the check itself: it tells its progress and marks the submission as checked."""
    done: list[int] = []

    def read(session: orm.Session, submission_id: int, progress: Any) -> str:
        assert session.get_one(Submission, submission_id).state == "checking"
        for percent in (0, 50, 50):
            progress(percent)
        return "found"

    def save(session: orm.Session, submission_id: int, found: Any, progress: Any, _: Any) -> None:
        assert found == "found"
        progress(100)
        session.get_one(Submission, submission_id).state = "checked"
        done.append(submission_id)

    monkeypatch.setattr(background, "read", read)
    monkeypatch.setattr(background, "save", save)
    return done


def _submission(app: Any, state: str = "received") -> int:
    with app.app_context(), writing():
        operation = db.session.scalars(sa.select(Operation)).one()
        submission = Submission(operation_id=operation.id, state=state)
        db.session.add(submission)
        db.session.commit()
        return submission.id


def _state(app: Any, submission_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Submission, submission_id).state


@pytest.fixture
def queued_app(database_url: str, tmp_path: Path) -> Any:
    """An application whose work waits for a worker."""
    app = create_app({"DATABASE_URL": database_url, "INSTANCE": tmp_path, "SECRET_KEY": "x"})
    yield app
    if "jobs" in app.extensions:
        app.extensions["jobs"].storage.close()
    close_connections(app)


def test_a_check_at_once_is_done_when_the_call_returns(app: Any, checks: list[int]) -> None:
    submission = _submission(app)
    jobs.enqueue_check(app, submission)
    assert (_state(app, submission), checks) == ("checked", [submission])
    assert jobs.progress(app, submission) == 100


def test_a_submission_that_is_checked_already_is_left_as_it_is(app: Any, checks: list[int]) -> None:
    for state in ("checked", "submitted", "discarded", "refused"):
        jobs.run_check(app, _submission(app, state))
    jobs.run_check(app, 999_999)
    assert checks == []


def test_making_an_application_opens_no_queue(queued_app: Any) -> None:
    assert "jobs" not in queued_app.extensions
    assert not (queued_app.config["INSTANCE"] / "jobs.sqlite3").exists()


def test_a_queued_check_waits_for_the_worker(queued_app: Any, checks: list[int]) -> None:
    submission = _submission(queued_app)
    jobs.enqueue_check(queued_app, submission)
    assert _state(queued_app, submission) == "received"
    queue = jobs.queue(queued_app)
    assert len(queue) == 1
    queue.execute(queue.dequeue())
    assert (_state(queued_app, submission), checks) == ("checked", [submission])
    assert jobs.progress(queued_app, submission) == 100


def test_a_worker_takes_up_what_a_dead_one_left(queued_app: Any, checks: list[int]) -> None:
    left = _submission(queued_app, "checking")
    _submission(queued_app, "checked")
    assert jobs.resume(queued_app) == [left]
    queue = jobs.queue(queued_app)
    queue.execute(queue.dequeue())
    assert _state(queued_app, left) == "checked"
    assert jobs.resume(queued_app) == []


def test_a_file_that_ends_the_worker_each_time_is_given_up(queued_app: Any, checks: list[int]) -> None:
    number = _submission(queued_app)
    for _ in range(3):
        with queued_app.app_context(), writing():
            turn = take_turn(db.session, number, alive=lambda _: False, claim=lambda _: None)
            assert turn.submission_id == number
            db.session.commit()
        assert jobs.resume(queued_app) == [number]
    jobs.run_check(queued_app, number)
    assert checks == []
    assert _state(queued_app, number) == "refused"
    assert jobs.resume(queued_app) == []
    with queued_app.app_context():
        refusal = db.session.get_one(Submission, number).refusal
    assert (refusal["code"], refusal["params"]) == ("submission.never_checked", {"times": 3})


# huey leaves the connections on which its threads listen to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_worker_runs_until_it_is_interrupted(queued_app: Any, checks: list[int]) -> None:
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    submission = _submission(queued_app)
    jobs.enqueue_check(queued_app, submission)

    def interrupt_when_done() -> None:
        deadline = time.monotonic() + 20
        while _state(queued_app, submission) != "checked" and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt_when_done)
    watcher.start()
    try:
        serving.run_worker(queued_app)
    finally:
        watcher.join()
        for number, handler in before.items():
            signal.signal(number, handler)
    assert checks == [submission]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _children(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_answers_and_a_signal_stops_web_and_worker(
    database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    import psutil

    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", "from cluster4w.cli import main; main()", "serve", "--port", str(port)],
        env=os.environ | {"CLUSTER4W_INSTANCE": str(tmp_path), "DATABASE_URL": database_url},
        stderr=subprocess.PIPE,
        # What a shell runs in the background is born deaf to SIGINT, and so are these tests then.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante") as answer:
                    assert b"true" in answer.read()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        children = _children(server.pid)
        assert len(children) == 1
        server.send_signal(number)
        server.wait(40)
        assert not any(psutil.pid_exists(child) for child in children)
        assert server.returncode == 0
    finally:
        server.kill()
        _, errors = server.communicate()
    assert b"Traceback" not in errors


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER4W_INSTANCE", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["web", "--port", str(port)])
    assert result.exit_code == 2
    assert str(port) in result.stderr
    assert "--port" in result.stderr
    assert len(result.stderr.splitlines()) == 1
