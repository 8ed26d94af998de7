"""The language of the pages: the person's, else a cookie's, else the browser's, else French."""

from __future__ import annotations

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from cluster4w.extensions import babel, db
from cluster4w.record.operations.access import set_language as keep_language
from cluster4w.security import local_path
from cluster4w.template.language import DEFAULT_LANGUAGE, LANGUAGES, label

COOKIE = "lang"
ONE_YEAR = 365 * 24 * 3600


def _select() -> str:
    person = g.get("person")
    wanted = person.language if person else request.cookies.get(COOKIE)
    if wanted in LANGUAGES:
        return str(wanted)
    return request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE


def current_language() -> str:
    """Return the code of the page's language, for example ``fr``."""
    locale = get_locale()
    return locale.language if locale else DEFAULT_LANGUAGE


def set_language(code: str) -> ResponseReturnValue:
    """Keep the language for this browser and this person, and go back to the page."""
    if code not in LANGUAGES:
        abort(404)
    if g.person is not None and g.person.language != code:
        keep_language(db.session, g.person, code)
        db.session.commit()
    response = redirect(local_path(request.form.get("next")) or url_for("home"))
    response.set_cookie(
        COOKIE,
        code,
        max_age=ONE_YEAR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["HTTPS_ONLY"],
    )
    return response


def init_app(app: Flask) -> None:
    """Bind the languages; pages know theirs, its direction, and how to read labels of the template."""
    babel.init_app(app, default_locale=DEFAULT_LANGUAGE, locale_selector=_select)
    app.add_template_global(current_language, "current_language")
    app.jinja_env.globals["languages"] = LANGUAGES
    app.add_template_global(lambda: get_locale().text_direction, "text_direction")
    app.add_template_filter(lambda labels: label(labels, current_language()), "in_words")
