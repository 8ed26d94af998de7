"""What the head of every page asks for."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import gettext

from cluster4w.models import Role
from cluster4w.security import SAFE_METHODS, can_see_all_rows
from cluster4w.template.language import N_

ROLES: dict[Role, str] = {
    Role.ADMINISTRATOR: N_("Administration"),
    Role.INFORMATION_MANAGER: N_("Information management"),
    Role.COORDINATOR: N_("Coordination"),
    Role.PARTNER: N_("Partner"),
    Role.VIEWER: N_("Reader"),
}
#: Each language in its own words.
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


def role_words(role: Role) -> str:
    """Return what a role is called."""
    return str(gettext(ROLES[role]))


def page_address() -> str:
    """Return this page's path with its question, to come back to; after a form, the form's path.

    A path with control characters is no page: HTML could not even write it down.
    """
    address = request.full_path.rstrip("?") if request.method in SAFE_METHODS else request.path
    return address if address.isprintable() else "/"


def init_app(app: Flask) -> None:
    """Give them to the pages."""
    app.add_template_global(role_words)
    app.add_template_global(page_address)
    app.add_template_global(can_see_all_rows)
    app.jinja_env.globals["language_names"] = LANGUAGE_NAMES
