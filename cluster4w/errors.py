"""A refusal or an HTTP error becomes a page in the user's language, or JSON: one shape for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from cluster4w.extensions import db
from cluster4w.models.engine import reading
from cluster4w.security import identify, wants_json
from cluster4w.template.language import N_
from cluster4w.template.problems import Forbidden, NotFound, Refusal

#: What each status says to a person: the title and what to do.
WORDS: dict[int, tuple[str, str]] = {
    400: (N_("This request could not be understood"), N_("Go back, check what you entered and try again.")),
    401: (N_("Please sign in"), N_("This needs a person who is signed in.")),
    403: (
        N_("This page is not open to you"),
        N_("Your role in this operation does not include it. Ask the cluster’s information manager."),
    ),
    404: (
        N_("There is nothing at this address"),
        N_("The address may be misspelt, or the page may belong to an operation you are not part of."),
    ),
    405: (N_("This address does not take that"), N_("Go back and use the buttons of the page.")),
    413: (
        N_("This file is too large"),
        N_("A file may have up to %(megabytes)s MB. Remove pictures and unused sheets, then send it again."),
    ),
    429: (N_("Too many attempts"), N_("Wait a minute, then try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was changed. Try again; if it happens again, tell the cluster’s information manager."),
    ),
    503: (
        N_("The record is busy"),
        N_("Somebody else is recording a large file. Nothing of yours was changed. Try again in a minute."),
    ),
}
#: Seconds after which it is worth asking again.
BUSY = 30
EXPIRED = (
    N_("This page had been open for too long"),
    N_("Go back, reload the page and send it again. Nothing was changed."),
)
#: What a message may quote of a request and no page can show.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in the user's words. ``errors`` holds one ``{"code", "message"}`` per problem."""

    status: int
    title: str
    message: str
    errors: list[dict[str, Any]] = field(default_factory=list)


def respond(problem: Problem) -> Response:
    """Return the problem as JSON ``{"ok", "error", "errors", "status"}`` or as a page."""
    if wants_json():
        response = jsonify(
            ok=False,
            error=problem.message,
            errors=problem.errors or [{"code": f"http.{problem.status}", "message": problem.message}],
            status=problem.status,
        )
    else:
        response = make_response(render_template("error.html", problem=problem))
    response.status_code = problem.status
    return response


def _refused(refusal: Refusal) -> Response:
    match refusal:
        case NotFound():
            status = 404
        case Forbidden():
            status = 403
        case _:
            status = 400
    message = _CONTROL.sub("", refusal.words(gettext))
    title = gettext("This cannot be done") if status == 400 else gettext(WORDS[status][0])
    return respond(Problem(status, title, message, [{"code": refusal.code, "message": message}]))


def _expired(error: CSRFError) -> Response:
    title, message = EXPIRED
    return respond(
        Problem(400, gettext(title), gettext(message), [{"code": "csrf", "message": gettext(message)}])
    )


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:
        return make_response(error.response)
    title, message = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    words = gettext(message)
    if status == 413:
        words %= {"megabytes": current_app.config["MAX_UPLOAD_MB"]}
    response = respond(Problem(status, gettext(title), words))
    # Allow and Retry-After belong to the answer, whatever its words are.
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    if isinstance(error, InternalServerError):
        response.headers["Cache-Control"] = "no-store"
    return response


def _busy(error: OperationalError) -> Response:
    """Answer who waited longer for another writer of SQLite than it makes sense to."""
    if "database is locked" not in str(error.orig):
        raise error
    db.session.rollback()
    # The page of the error, which asks who is signed in, must not wait as well.
    with reading():
        identify()
        return _http_error(ServiceUnavailable(retry_after=BUSY))


def init_app(app: Flask) -> None:
    """Bind the answers to refusals and errors."""
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http_error)
