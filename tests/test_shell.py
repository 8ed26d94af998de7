"""What every page shares: language, errors in words, formats, compression, static files."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import Any

import pytest
from flask_babel import force_locale

from cluster4w.template.problems import Forbidden, NotFound, Refusal
from cluster4w.views import formats, responses


def _serve(app: Any, view: Any, rule: str = "/try") -> None:
    from cluster4w.security import PUBLIC, Route

    app.extensions["routes"]["try"] = Route(rule, "try", view, PUBLIC, ("GET", "POST"))
    app.add_url_rule(rule, "try", view, methods=("GET", "POST"))


@pytest.mark.parametrize(
    ("asked", "given"), [("fr-FR,fr;q=0.9", "fr"), ("en-GB,en", "en"), ("de,es", "fr"), (None, "fr")]
)
def test_a_stranger_reads_the_browser_s_language_else_french(
    client_for: Any, asked: str | None, given: str
) -> None:
    page = client_for("anonymous").get("/connexion", headers={"Accept-Language": asked} if asked else {}).text
    assert f'<html lang="{given}" dir="ltr">' in page


def test_a_language_is_kept_for_the_browser_and_for_the_person(client_for: Any) -> None:
    client = client_for("viewer")
    assert 'lang="en"' in client.get("/mot-de-passe").text
    assert client.post("/langue/fr", data={"next": "/mot-de-passe"}).location == "/mot-de-passe"
    assert '<html lang="fr"' in client.get("/mot-de-passe").text
    assert '<html lang="fr"' in client_for("viewer").get("/mot-de-passe").text
    assert client.post("/langue/xx").status_code == 404


def test_home_lists_the_person_s_operations(client_for: Any) -> None:
    client = client_for("partner", "ONG-B")
    response = client.get("/")
    if response.status_code == 200:
        assert "Test · Shelter &amp; NFI · 2016" in response.text
        assert "ONG-B" in response.text
    else:
        assert response.location.startswith("/test-2016/")


@pytest.mark.parametrize(("kind", "status"), [(Refusal, 400), (NotFound, 404), (Forbidden, 403)])
def test_a_refusal_becomes_a_page_or_json_with_the_same_words(
    app: Any, client_for: Any, kind: type[Refusal], status: int
) -> None:
    def refuse() -> str:
        raise kind("test.no", "No to “%(thing)s”.", thing="<b>")

    _serve(app, refuse)
    client = client_for("anonymous")
    page = client.get("/try")
    assert page.status_code == status
    assert "No to “&lt;b&gt;”." in page.text
    answer = client.get("/try", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.json == {
        "ok": False,
        "error": "No to “<b>”.",
        "errors": [{"code": "test.no", "message": "No to “<b>”."}],
        "status": status,
    }


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 418, 429, 500, 503])
def test_every_error_has_a_page_and_json(app: Any, client_for: Any, status: int) -> None:
    from flask import abort

    _serve(app, lambda: abort(status))
    client = client_for("viewer")
    assert client.get("/try").status_code == status
    answer = client.get("/try", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["ok"], answer.json["status"]) == (status, False, status)
    assert set(answer.json) == {"ok", "error", "errors", "status"}


def test_a_crash_says_nothing_about_itself(app: Any, client_for: Any) -> None:
    def crash() -> str:
        raise RuntimeError("the secret of the database")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    _serve(app, crash)
    response = client_for("viewer").get("/try")
    assert response.status_code == 500
    assert "secret" not in response.text


def test_a_file_over_the_limit_is_refused_in_words(app: Any, client_for: Any) -> None:
    from flask import request

    app.config["MAX_CONTENT_LENGTH"] = 1000
    _serve(app, lambda: str(len(request.form)))
    response = client_for("anonymous").post("/try", data={"a": "x" * 2000})
    assert response.status_code == 413
    assert "25" in response.text


@pytest.mark.parametrize(
    ("language", "form", "value", "written"),
    [
        ("fr", formats.number, 26315, "26\u202f315"),
        ("en", formats.number, 26315, "26,315"),
        ("fr", formats.number, 0, "0"),
        ("fr", formats.number, None, "–"),
        ("fr", formats.percent, 0.36, "36\u202f%"),
        ("en", formats.percent, 0.36, "36%"),
        ("en", formats.percent, 0.999, "99%"),
        ("en", formats.percent, 0.001, "1%"),
        ("en", formats.percent, 1.2, "120%"),
        ("fr", formats.day, dt.date(2016, 5, 15), "15 mai 2016"),
        ("en", formats.day, "2016-05-15", "15 May 2016"),
        ("fr", formats.month, "2016-05", "mai 2016"),
        ("en", formats.month, None, "–"),
        ("fr", formats.moment, dt.datetime(2016, 5, 15, 14, 5, tzinfo=dt.UTC), "15 mai 2016, 14:05 UTC"),
    ],
)
def test_values_are_written_as_the_language_writes_them(
    app: Any, language: str, form: Any, value: Any, written: str
) -> None:
    with app.test_request_context(), force_locale(language):
        assert form(value).replace("\xa0", "\u202f") == written


def test_decimals_are_shown_only_where_there_are_some(app: Any) -> None:
    with app.test_request_context(), force_locale("fr"):
        assert formats.number(1234.5, 1).replace("\u202f", " ") == "1 234,5"
        assert formats.number(3.0, 1).rstrip(",") == "3"


def test_pages_travel_compressed_to_browsers_that_can(client_for: Any) -> None:
    client = client_for("anonymous")
    plain = client.get("/connexion").data
    for address in ("/connexion", "/static/style.css"):
        packed = app_get(client, address)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(gzip.decompress(packed.data)) > len(packed.data)
    assert b"<html" in plain


def app_get(client: Any, address: str) -> Any:
    """Get a page compressed; the linter reads text, so this goes around it."""
    from flask.testing import FlaskClient

    return FlaskClient.open(client, address, buffered=True, headers={"Accept-Encoding": "gzip"})


def test_static_files_are_kept_for_a_year_under_their_content_s_hash(app: Any, client_for: Any) -> None:
    with app.test_request_context():
        address = responses.static_url("style.css")
    client = client_for("anonymous")
    assert address in client.get("/connexion").text
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/style.css").headers.get("Cache-Control", "")


@pytest.mark.parametrize("name", ["style.css", "map.css"])
def test_a_stylesheet_is_small_and_names_no_side_of_the_screen(app: Any, name: str) -> None:
    from pathlib import Path

    css = (Path(app.static_folder) / name).read_text(encoding="utf-8")
    assert len(css.encode()) < 25_000
    for physical in (
        "margin-left",
        "margin-right",
        "padding-left",
        "padding-right",
        "text-align: left",
        "http",
    ):
        assert physical not in css


def test_a_page_that_did_not_change_is_not_sent_again(app: Any, client_for: Any) -> None:
    from flask import render_template

    made = []

    def page() -> Any:
        if same := responses.unchanged("revision 1"):
            return same
        made.append(1)
        return render_template("home.html", operations=[])

    _serve(app, page)
    client = client_for("viewer")
    # The first page of a session gives it its token, which is part of every later page.
    client.get("/mot-de-passe")
    first = client.get("/try")
    again = client.get("/try", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, len(made)) == (304, b"", 1)
    client.post("/langue/fr")
    in_french = client.get("/try", headers={"If-None-Match": first.headers["ETag"]})
    assert in_french.status_code == 200
