"""Work that outlives a request: the queue, and what a worker does. Importing it opens nothing."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from typing import cast

from flask import Flask
from huey import MemoryHuey, PostgresHuey, SqliteHuey
from huey.api import Huey, TaskWrapper

from cluster4w.config import make_folder
from cluster4w.models import SubmissionState
from cluster4w.models.engine import reading, writing

_log = logging.getLogger(__name__)
_making = threading.Lock()

#: Seconds between two signs of life, and without one, until a worker is taken for dead.
BEAT_EVERY, DEAD_AFTER = 3.0, 20.0
#: Seconds until a submission whose line is worked on asks for its turn again.
WAIT = 2.0
#: Seconds between two looks at whether a submission was put away.
LOOK_EVERY = 1.0
#: Seconds between two batches that are stored, in which others may write.
BREATH = 0.02
#: Times that a file is prepared for the record, which may move on each time, before all others have to wait.
MOST_ROUNDS = 5


def queue(app: Flask) -> Huey:
    """Return the application's queue, opening it at first use.

    It lies beside the database: in the instance folder for SQLite, in the same PostgreSQL otherwise.
    """
    with _making:
        if "jobs" not in app.extensions:
            app.extensions["jobs"] = _make_queue(app)
        return cast(Huey, app.extensions["jobs"])


def _make_queue(app: Flask) -> Huey:
    address: str = app.config["SQLALCHEMY_ENGINES"]["default"]
    made: Huey
    if app.config.get("JOBS_AT_ONCE"):
        made = MemoryHuey("cluster4w", immediate=True, results=False)
    elif address.startswith("postgresql"):
        made = PostgresHuey("cluster4w", dsn=address.replace("+psycopg", "", 1), results=False)
    else:
        folder = app.config["INSTANCE"]
        make_folder(folder)
        made = SqliteHuey("cluster4w", filename=str(folder / "jobs.sqlite3"), results=False)

    def check_submission(submission_id: int) -> None:
        _take_from_queue(app, submission_id)

    app.extensions["check_submission"] = made.task(name="check_submission")(check_submission)
    return made


# --- checking and recording submissions -------------------------------------------------------------


def enqueue_check(app: Flask, submission_id: int) -> None:
    """Have the worker do what a submission waits for. Commit first: the worker must be able to see it.

    With ``JOBS_AT_ONCE`` it is done before this returns, in a session of its own.
    """
    if app.config.get("JOBS_AT_ONCE"):
        while work_on(app, submission_id):
            pass
        return
    _call_worker(app, submission_id, 0)


def _call_worker(app: Flask, submission_id: int, seconds: float) -> None:
    queue(app)
    task = cast(TaskWrapper, app.extensions["check_submission"])
    if seconds:
        task.schedule(args=(submission_id,), delay=seconds)
    else:
        task(submission_id)


def run_check(app: Flask, submission_id: int) -> None:
    """Check a submission here and now; where others of its sender are before it, leave it to the worker."""
    from cluster4w.extensions import db
    from cluster4w.record.queries.submissions import get_submission
    from cluster4w.record.queries.waiting import WAITING, line, state_of

    with app.app_context(), reading():
        if state_of(db.session, submission_id) not in WAITING:
            return
        first = line(db.session, get_submission(db.session, submission_id))[0]
    if first.id == submission_id:
        try:
            work_on(app, submission_id)
        except Exception:
            if app.config.get("JOBS_AT_ONCE"):
                raise
            # It may have been the database's lock: the worker tries again, and says so when it gives up.
            _log.exception("submission %s could not be checked at once", submission_id)
            enqueue_check(app, submission_id)
    else:
        enqueue_check(app, submission_id)


def _take_from_queue(app: Flask, submission_id: int) -> None:
    """Do one thing of a submission's line, and call a worker again where the submission waits on.

    It goes to the end of the queue then, behind the lines of others.
    """
    try:
        done = work_on(app, submission_id)
    except Exception:
        # It is tried again; after a few times its line goes on without it.
        _call_worker(app, submission_id, WAIT)
        raise
    if done:
        _call_worker(app, submission_id, 0)
    elif _waits(app, submission_id):
        _call_worker(app, submission_id, WAIT)


def _waits(app: Flask, submission_id: int) -> bool:
    from cluster4w.extensions import db
    from cluster4w.record.queries.waiting import WAITING, state_of

    with app.app_context(), reading():
        return state_of(db.session, submission_id) in WAITING


def work_on(app: Flask, submission_id: int) -> bool:
    """Do the first thing of a submission's line; returns False when there is nothing to do, or not now."""
    from cluster4w.extensions import db
    from cluster4w.record.operations.waiting import take_turn

    with app.app_context(), writing():
        turn = take_turn(
            db.session,
            submission_id,
            alive=lambda one: is_alive(app, one),
            claim=lambda one: _beat(app, one),
        )
        db.session.commit()
    if turn.submission_id is None:
        return False
    with _Pulse(app, turn.submission_id), suppress(_PutAway):
        (_record if turn.record else _check)(app, turn.submission_id)
    return True


def _check(app: Flask, submission_id: int) -> None:
    from cluster4w.extensions import db
    from cluster4w.intake import background

    tell = _Teller(app, submission_id, SubmissionState.CHECKING)
    with app.app_context(), reading():
        found = background.read(db.session, submission_id, tell)
    with app.app_context(), writing():
        background.save(db.session, submission_id, found, tell, lambda: _pause(tell))
        db.session.commit()


def _pause(tell: _Teller) -> None:
    """Keep what is stored so far and let others write."""
    from cluster4w.extensions import db

    db.session.commit()
    tell.look()
    time.sleep(BREATH)


def _record(app: Flask, submission_id: int) -> None:
    from cluster4w.extensions import db
    from cluster4w.intake import background

    tell = _Teller(app, submission_id, SubmissionState.RECORDING)
    for left in reversed(range(MOST_ROUNDS)):
        with app.app_context(), reading():
            prepared = background.prepare(db.session, submission_id, tell)
        with app.app_context(), writing():
            done = background.record(
                db.session, submission_id, prepared, tell, patient=left > 0, pause=lambda: _pause(tell)
            )
            db.session.commit()
        if done:
            return


class _PutAway(Exception):
    """The submission was put away while it was worked on."""


class _Teller:
    """Keeps how far work is, and stops it once its submission is put away.

    The share lies with the queue: while results are stored, the database's write lock is taken.
    """

    def __init__(self, app: Flask, submission_id: int, state: SubmissionState) -> None:
        self._app, self._id, self._state = app, submission_id, state
        self._kept, self._looked = -1, time.monotonic()
        queue(app).delete(f"progress-{submission_id}")

    def __call__(self, share: int) -> None:
        """Keep a share; raises :class:`_PutAway`."""
        if share != self._kept:
            self._kept = share
            queue(self._app).put(f"progress-{self._id}", int(share))
        if time.monotonic() - self._looked > LOOK_EVERY:
            self._looked = time.monotonic()
            self.look()

    def look(self) -> None:
        """Raise :class:`_PutAway` where the submission is no longer what it was."""
        from cluster4w.extensions import db
        from cluster4w.record.queries.waiting import state_of

        with self._app.app_context(), reading():
            if state_of(db.session, self._id) != self._state:
                raise _PutAway


class _Pulse:
    """Says every few seconds that work on a submission goes on, as long as this process lives."""

    def __init__(self, app: Flask, submission_id: int) -> None:
        self._app, self._id = app, submission_id
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        queue(self._app).delete(f"alive-{self._id}")

    def _run(self) -> None:
        while not self._over.wait(BEAT_EVERY):
            _beat(self._app, self._id)


def _beat(app: Flask, submission_id: int) -> None:
    queue(app).put(f"alive-{submission_id}", time.time())


def is_alive(app: Flask, submission_id: int) -> bool:
    """Tell whether a process is at work on a submission."""
    beat = queue(app).get(f"alive-{submission_id}", peek=True)
    return beat is not None and abs(time.time() - float(beat)) < DEAD_AFTER


def progress(app: Flask, submission_id: int) -> int:
    """Return how much of the work on a submission is done, 0 to 100."""
    return int(queue(app).get(f"progress-{submission_id}", peek=True) or 0)


def resume(app: Flask) -> list[int]:
    """Call the worker for what a stopped one left behind; returns the submissions."""
    from cluster4w.extensions import db
    from cluster4w.record.queries.waiting import left_waiting

    with app.app_context(), reading():
        left = left_waiting(db.session)
    for submission_id in left:
        enqueue_check(app, submission_id)
    return left
