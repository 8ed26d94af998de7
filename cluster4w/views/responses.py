"""How answers travel: compressed, kept by browsers while they hold, static files under their hash."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, session, url_for
from flask_babel import get_locale

#: Smaller answers travel as fast without it.
WORTH_COMPRESSING = 1024
_TEXT = ("text/", "application/json", "application/geo+json", "image/svg+xml", "text/javascript")


@lru_cache(maxsize=64)
def _content_hash(path: Path, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the address of a static file; it changes with the content, so browsers keep it for a year."""
    path = Path(current_app.static_folder or "") / name
    return url_for("static", filename=name, v=_content_hash(path, path.stat().st_mtime_ns))


def unchanged(*parts: object) -> Response | None:
    """Return "304 Not Modified" when the browser already has the page that ``parts`` decide, else None.

    Call it before the queries, with the operation's revision among the parts:
    ``if (same := unchanged(here().operation.revision)): return same``. Person, role, language, address and
    session are always among them; a page with a message to show is always made anew.
    """
    if session.get("_flashes"):
        return None
    who = (g.person.id, g.person.session_key, g.person.name) if g.person else None
    standing = (g.here.role, g.here.organisation_id, g.here.operation.title) if g.here else None
    style = static_url("style.css")
    key = repr((request.full_path, who, standing, str(get_locale()), session.get("csrf_token"), style, parts))
    g.page_key = hashlib.sha256(key.encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(g.page_key):
        return _tagged(Response(status=304))
    return None


def _tagged(response: Response) -> Response:
    if (key := g.get("page_key")) and response.status_code in (200, 304):
        response.set_etag(key, weak=True)
    return response


def _keep_static(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _compress(response: Response) -> Response:
    """Compress text. Tokens in pages are safe with it: SameSite cookies keep other sites from asking."""
    if (
        response.status_code != 200
        or not (response.mimetype or "").startswith(_TEXT)
        or "Content-Encoding" in response.headers
        or (response.is_streamed and request.endpoint != "static")
    ):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") <= 0:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < WORTH_COMPRESSING:
        return response
    response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response


def init_app(app: Flask) -> None:
    """Bind them; functions that run after a request run in the reverse of this order."""
    app.after_request(_compress)
    app.after_request(_keep_static)
    app.after_request(_tagged)
    app.add_template_global(static_url, "static_url")
