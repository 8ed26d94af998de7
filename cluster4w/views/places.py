"""The areas of the operation in which a request is answered."""

from __future__ import annotations

from flask import g

from cluster4w.extensions import db
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.security import here


def gazetteer() -> Gazetteer:
    """Return the operation's areas, read once a request."""
    if "gazetteer" not in g:
        g.gazetteer = load_gazetteer(db.session, here().operation.edition_id)
    return g.gazetteer  # type: ignore[no-any-return]
