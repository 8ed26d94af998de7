"""The cluster's own bounds of the classes of its maps: seen by coordinators, set by the IM."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from cluster4w.extensions import db
from cluster4w.publish.maps.classes import usual_scale
from cluster4w.publish.maps.svg import fill_of, hatch
from cluster4w.record.operations.map_bounds import USUAL, set_map_bounds
from cluster4w.record.queries.audit import events
from cluster4w.security import here
from cluster4w.template.bounds import percents
from cluster4w.template.problems import Refusal


def map_bounds() -> ResponseReturnValue:
    """Show the bounds, the classes that they make, and who changed them when."""
    return _page()


def map_bounds_set() -> ResponseReturnValue:
    """Set the bounds, or go back to the usual ones."""
    typed = request.form.get("bornes", "")
    wanted = None if request.form.get("defaut") else percents(typed)
    try:
        changed = set_map_bounds(db.session, here().operation, wanted, actor=here().person)
    except Refusal as refusal:
        return _page(typed, refusal.words(gettext)), 422
    db.session.commit()
    if changed:
        flash(gettext("Every map, legend and sheet has the new bounds."))
    return redirect(url_for("map_bounds"), 303)


def _page(typed: str = "", problem: str = "") -> str:
    bounds = here().operation.map_bounds or list(USUAL)
    scale = usual_scale("current", here().operation.map_bounds or ())
    return render_template(
        "map_bounds.html",
        bounds=bounds,
        typed=typed or _written(bounds),
        problem=problem,
        usual=_written(USUAL),
        is_usual=bounds == list(USUAL),
        classes=[(fill_of(c, "map"), c.said(gettext)) for c in scale.classes],
        # Made of nothing that a person typed.
        patterns=Markup(hatch("map")),  # noqa: S704
        changes=events(db.session, here().operation, subject="map", subject_id="bounds", limit=20),
        written=_written,
    )


def _written(bounds: Any) -> str:
    return " ".join(str(bound) for bound in bounds)
