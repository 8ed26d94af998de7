"""Access is denied unless a route grants it; who is here and as what; response headers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_login import UserMixin, current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from cluster4w.extensions import db, login
from cluster4w.models import Operation, Person, Role
from cluster4w.models.engine import writing
from cluster4w.record.queries import access, people
from cluster4w.record.queries.operations import template_of
from cluster4w.template.declaration import Template
from cluster4w.template.language import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: When a session began, in seconds, by this name in the session; and the seconds that it may last.
BEGUN, LONGEST_SESSION = "begun", 24 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Open(Enum):
    """Routes outside an operation: for everybody, or for everybody who is signed in."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


PUBLIC, SIGNED_IN = Open.PUBLIC, Open.SIGNED_IN
Who = Open | frozenset[Role]

#: Roles by what they are trusted with. Administrators stand above operations and may do everything.
MANAGERS: frozenset[Role] = frozenset({Role.ADMINISTRATOR, Role.INFORMATION_MANAGER})
COORDINATION: frozenset[Role] = MANAGERS | {Role.COORDINATOR}
REPORTERS: frozenset[Role] = MANAGERS | {Role.PARTNER}
INSIDERS: frozenset[Role] = COORDINATION | {Role.PARTNER}
EVERYONE: frozenset[Role] = frozenset(Role)


def can_see_all_rows(role: Role) -> bool:
    """Return whether this role reads the rows of every organisation."""
    return role in COORDINATION


def own_rows_only(role: Role) -> bool:
    """Return whether this role reads the rows of its own organisation and no others."""
    return role == Role.PARTNER


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the URL map.

    ``who`` may enter; ``label`` (marked with ``N_``) puts the route in the navigation of those who may;
    ``section`` is the endpoint of the navigation's item that is marked as the current one.
    """

    rule: str
    endpoint: str
    view: Callable[..., ResponseReturnValue]
    who: Who
    methods: tuple[str, ...] = ("GET",)
    label: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """Where a request stands: the operation, and what its person is in it."""

    operation: Operation
    person: Person
    role: Role
    organisation_id: int | None
    organisation: str | None
    template: Template

    @property
    def language(self) -> str:
        """Language of the page, for example ``fr``."""
        locale = get_locale()
        return locale.language if locale else DEFAULT_LANGUAGE

    @property
    def slug(self) -> str:
        """The operation's name in addresses."""
        return self.operation.slug


def here() -> Here:
    """Return the current operation and standing; only for views whose rule has ``<slug>``."""
    return cast(Here, g.here)


def person() -> Person:
    """Return who is signed in; only for views that are not public."""
    return cast(Person, g.person)


@dataclass(eq=False)
class Account(UserMixin):  # type: ignore[misc]
    """A person as Flask-Login keeps it in the session: the id with the key that ends old sessions."""

    person: Person

    def get_id(self) -> str:
        """Return ``id:session_key``."""
        return f"{self.person.id}:{self.person.session_key}"


def _load_account(kept: str) -> Account | None:
    number, _, key = kept.partition(":")
    if not number.isdigit():
        return None
    found = people.get_person(db.session, int(number))
    if found is None or not found.is_active or found.session_key != key:
        return None
    # Every answer renews the cookie; one that was copied must come to an end all the same.
    if time.time() - session.get(BEGUN, time.time()) > LONGEST_SESSION:
        return None
    return Account(found)


def identify() -> None:
    """Say who is here before anything else runs, so that even a refusal is in the person's language."""
    g.here = None
    g.person = None
    if request.endpoint != "static" and current_user.is_authenticated:
        g.person = current_user.person


def _decide() -> ResponseReturnValue | None:
    """Refuse what no route grants. Unknown addresses fall through to "not found"."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    route: Route | None = current_app.extensions["routes"].get(request.endpoint)
    if route is None:
        abort(403)
    if route.who is PUBLIC:
        return None
    if g.person is None:
        return _ask_to_sign_in()
    if "slug" in (request.view_args or {}):
        _enter((request.view_args or {}).pop("slug"))
    if route.who is SIGNED_IN:
        return None
    role = g.here.role if g.here else (Role.ADMINISTRATOR if g.person.is_administrator else None)
    if role not in cast("frozenset[Role]", route.who):
        abort(403)
    return None


def _refuse_nul() -> None:
    """Refuse texts with a NUL: nobody types one, PostgreSQL cannot store it, a page cannot show it.

    After the access check, so that a form of nobody's is not even read.
    """
    form = request.form.values() if request.method not in SAFE_METHODS else ()
    names = (file.filename or "" for file in request.files.values()) if form else ()
    if any("\0" in text for text in (request.path, *request.args.values(), *form, *names)):
        abort(400)


def wants_json() -> bool:
    """Return whether the request asks for JSON rather than for a page."""
    best = request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html")
    return request.is_json or best == "application/json"


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method not in SAFE_METHODS or wants_json():
        abort(401 if wants_json() else 403)
    return redirect(url_for("sign_in", next=request.full_path.rstrip("?")))


def _enter(slug: str) -> None:
    """Set ``g.here``. An operation that the person is not in does not exist for that person."""
    standing = access.standing(db.session, g.person, slug) if "\0" not in slug else None
    if standing is None:
        abort(404)
    g.here = Here(
        operation=standing.operation,
        person=g.person,
        role=standing.role,
        organisation_id=standing.organisation_id,
        organisation=standing.organisation,
        template=template_of(standing.operation),
    )


def _fill_slug(endpoint: str, values: dict[str, Any]) -> None:
    """Let ``url_for("gaps")`` mean the gaps of the operation that the request is in."""
    if "slug" not in values and g.get("here") and current_app.url_map.is_endpoint_expecting(endpoint, "slug"):
        values["slug"] = g.here.slug


def allowed(endpoint: str) -> bool:
    """Return whether the person here may follow a link to this endpoint (False for one that is not there)."""
    route: Route | None = current_app.extensions["routes"].get(endpoint)
    if route is None:
        return False
    if isinstance(route.who, Open):
        return route.who is PUBLIC or g.person is not None
    return g.here is not None and g.here.role in route.who


def local_path(target: str | None) -> str | None:
    """Return a path of this site, or None for anything that a browser might take elsewhere."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    # Browsers read a backslash as a slash, and skip control characters.
    if "\\" in target or any(ord(c) < 32 or ord(c) == 127 for c in target):
        return None
    return target


CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    )
)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        # A stored page may be shown again only after asking whether it still holds.
        if not response.cache_control.no_store:
            response.cache_control.private = response.cache_control.no_cache = True
        response.vary.update(("Cookie", "Accept-Language"))
    if current_app.config["HTTPS_ONLY"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _writing_when_unsafe(wsgi: WSGIApplication) -> WSGIApplication:
    """Run requests that may write inside :func:`writing`, from before their first query."""

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in SAFE_METHODS:
            return wsgi(environ, start_response)
        with writing():
            return wsgi(environ, start_response)

    return run


def init_app(app: Flask) -> None:
    """Bind sign-in, the access check and the headers; first, so that nothing runs before them."""
    app.wsgi_app = _writing_when_unsafe(app.wsgi_app)  # type: ignore[method-assign, assignment]
    if app.config["BEHIND_PROXY"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    login.init_app(app)
    login.user_loader(_load_account)
    app.before_request(identify)
    app.before_request(_decide)
    app.before_request(_refuse_nul)
    app.url_defaults(_fill_slug)
    app.after_request(_headers)
    app.add_template_global(allowed, "allowed")
