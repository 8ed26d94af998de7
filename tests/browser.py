"""A headless Chromium in front of the application, for the tests of what scripts do."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.serving import make_server

from cluster4w.extensions import db
from cluster4w.models.engine import writing
from cluster4w.record.queries.people import find_by_email
from tests.people import make_person

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 1000}


def find_chromium() -> str:
    """Return the path of a system Chromium; the test is skipped where there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")


@dataclass
class Visitor:
    """Opens pages as one person. ``said`` collects what the browser complains about."""

    browser: Any
    base: str
    cookie: str
    said: list[str] = field(default_factory=list)

    def open(
        self,
        path: str,
        *,
        size: dict[str, int] | None = None,
        scripts: bool = True,
        **more: Any,
    ) -> Any:
        """Return a page of Playwright that shows an address of the application.

        ``more`` are options of the browser's context: ``has_touch``, ``reduced_motion``.
        """
        context = self.browser.new_context(viewport=size or DESK, java_script_enabled=scripts, **more)
        context.set_default_timeout(15_000)
        if self.cookie:
            context.add_cookies([{"name": "session", "value": self.cookie, "url": self.base}])
        page = context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(self.base + path)
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.said.append(text)


@contextmanager
def visit(
    app: Flask, role: str, organisation: str | None = None, *, language: str = "en"
) -> Iterator[Visitor]:
    """Serve the application and yield a visitor who is signed in, and reads ``en`` or ``fr``.

    Inside the block this thread belongs to Playwright: prepare the data before, look at the database
    through plain SQLAlchemy.
    """
    path = find_chromium()
    from playwright.sync_api import sync_playwright

    cookie = _cookie(app, make_person(app, role, organisation), language)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            yield Visitor(browser, f"http://127.0.0.1:{server.port}", cookie)
            browser.close()
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def _cookie(app: Flask, email: str, language: str) -> str:
    with app.app_context(), writing():
        person = find_by_email(db.session, email)
        assert person is not None
        person.language = language
        db.session.commit()
        key = f"{person.id}:{person.session_key}"
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps({"_user_id": key, "_fresh": True, "_permanent": True}))
