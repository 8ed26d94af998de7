"""Whether the tracker answers: for monitors and load balancers."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from cluster4w.extensions import db
from cluster4w.record.queries.access import database_answers


def health() -> ResponseReturnValue:
    """Answer 200 when the database answers, else 503. Says nothing else about the install."""
    answers = database_answers(db.session)
    return jsonify(ok=answers), 200 if answers else 503
