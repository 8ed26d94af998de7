"""The way into an operation."""

from __future__ import annotations

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from cluster4w.extensions import db
from cluster4w.record.queries.access import Standing, standings
from cluster4w.security import person


def home() -> ResponseReturnValue:
    """Go to the person's only operation, or let the person choose one."""
    mine = standings(db.session, person())
    if len(mine) == 1 and (address := entrance(mine[0])):
        return redirect(address)
    return render_template("home.html", operations=[(s, entrance(s)) for s in mine])


def entrance(standing: Standing) -> str | None:
    """Return the address on which a person enters an operation."""
    from cluster4w.views import landing

    for endpoint in (landing(standing.role), "dashboard"):
        if endpoint in current_app.view_functions:
            return url_for(endpoint, slug=standing.operation.slug)
    return None
