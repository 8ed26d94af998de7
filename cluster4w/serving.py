"""Running the tracker: the web server, the worker, and both together."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType
from typing import Any, cast

from flask import Flask
from waitress.server import create_server

from cluster4w.jobs import queue, resume
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

_log = logging.getLogger(__name__)

#: Requests that the web server answers at the same time.
WEB_THREADS = 8
#: Seconds that a check under way is given when the worker is told to stop; it starts again next time.
PATIENCE = 20
#: How much larger than the limit a request may be and still be answered with a page that names the limit.
_HEARD_OUT = 4


def run_worker(app: Flask) -> None:
    """Run the worker in this thread, the main one, until SIGINT (it finishes) or SIGTERM (it stops)."""
    _consumer(app).run()


def _consumer(app: Flask) -> Any:
    for submission_id in resume(app):
        _log.warning("submission %s was left unfinished: it is checked again", submission_id)
    return queue(app).create_consumer(workers=1, shutdown_timeout=PATIENCE)


def _require_address(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before the server leaves half-open files behind."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise Refusal(
            "serve.address",
            N_("Nothing can be served on %(host)s, port %(port)s (%(reason)s). Choose another with --port."),
            host=host,
            port=port,
            reason=error.strerror or str(error),
        ) from error


def serve_web(app: Flask, host: str, port: int) -> None:
    """Run the web server in this thread until SIGINT or SIGTERM.

    Raises:
        Refusal: the address is not to be had, most often because something else listens there.
    """
    _require_address(host, port)
    server = make_server(app, host, port)
    before = signal.signal(signal.SIGTERM, _stop)
    # What was made so far stays: looking through it for garbage holds up an answer by 50 ms now and then.
    gc.collect()
    gc.freeze()
    try:
        server.run()
    finally:
        server.close()
        signal.signal(signal.SIGTERM, before)


def make_server(app: Flask, host: str, port: int) -> Any:
    """Return the web server, listening and not answering yet: a request is taken when it is there in full."""
    return cast(Any, create_server)(
        app,
        host=host,
        port=port,
        threads=WEB_THREADS,
        ident=None,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] * _HEARD_OUT,
        # ProxyFix reads the forwarded headers when BEHIND_PROXY says so; the server leaves them to it.
        clear_untrusted_proxy_headers=not app.config["BEHIND_PROXY"],
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def serve_all(app: Flask, host: str, port: int) -> None:
    """Run the web server here and the worker in a child process; SIGINT or SIGTERM stops both."""
    worker = ChildWorker(app)
    worker.start()
    try:
        serve_web(app, host, port)
    finally:
        worker.stop()


class ChildWorker:
    """A worker in a process of its own, so that a large check does not slow the pages down.

    It lives as long as its standard input is open: however this process ends, the child sees the end of
    the pipe and leaves. A child that dies is started again.
    """

    def __init__(self, app: Flask) -> None:
        self._environment = os.environ | {
            "CLUSTER4W_INSTANCE": str(app.config["INSTANCE"]),
            "CLUSTER4W_SECRET_KEY": app.config["SECRET_KEY"],
        }
        if app.config.get("DATABASE_URL"):
            self._environment["DATABASE_URL"] = app.config["DATABASE_URL"]
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Start the worker and the thread that keeps it alive."""
        self._spawn()
        self._keeper.start()

    def stop(self) -> None:
        """Ask the worker to finish, wait, then end it."""
        self._stopping.set()
        child = self._child
        if child is None:
            return
        if child.stdin:
            child.stdin.close()
        try:
            child.wait(PATIENCE + 5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._keeper.join(5)

    def _spawn(self) -> None:
        self._child = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from cluster4w import create_app, serving; serving.work_while_served(create_app())",
            ],
            stdin=subprocess.PIPE,
            env=self._environment,
            # Ctrl-C reaches the whole group of a terminal; the server alone decides when the worker leaves.
            start_new_session=True,
        )

    def _keep(self) -> None:
        while not self._stopping.is_set():
            if self._child is not None and self._child.wait() is not None and not self._stopping.wait(2):
                _log.warning("the worker stopped with status %s: starting it again", self._child.returncode)
                self._spawn()


def work_while_served(app: Flask) -> None:
    """Run the worker in the process that :class:`ChildWorker` made, until its standard input ends."""
    consumer = _consumer(app)

    def wait() -> None:
        sys.stdin.buffer.read()
        consumer.stop_flag.set()

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
    consumer.run()
    # The flag ends the loop at once; a check under way is given time to finish.
    consumer.stop(graceful=True)
