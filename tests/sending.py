"""Files that partners send, and what comes back: what the tests of the upload and of its pages share."""

from __future__ import annotations

import io
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.models import Activity
from cluster4w.models.engine import writing
from cluster4w.record.operations.submissions import receive_file
from cluster4w.record.queries.operations import get_operation
from cluster4w.record.queries.organisations import get_agency
from tests.books import book, row
from tests.pages import parse, text_of

HERE = "/test-2016"


def own(**changes: Any) -> tuple[Any, ...]:
    """Return a good row of ONG-A."""
    return row(
        **{"Acronyme": "ONG-A", "Nom Organisation": "Association Alpha", "Type Organisation": "ONG nationale"}
        | changes
    )


def received(app: Flask, data: bytes | None = None, *, organisation: str | None = "ONG-A") -> int:
    """Store a file that nobody has checked yet, a good row else; returns its submission.

    Without an organisation the file is of the whole cluster.
    """
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        sender = get_agency(db.session, operation, organisation).id if organisation else None
        found = receive_file(
            db.session,
            operation,
            data or book(own()),
            "gros.xlsx",
            organisation_id=sender,
            month="2016-05",
            actor=None,
            origin="upload",
        )
        db.session.commit()
        return found.id


def send(client: Any, data: bytes, name: str = "mai.xlsx", **fields: str) -> Any:
    """Upload a file; returns the answer."""
    form = {"month": "2016-05", **fields, "file": (io.BytesIO(data), name)}
    return client.post(f"{HERE}/envoyer", data=form, content_type="multipart/form-data")


def sent(client: Any, data: bytes, name: str = "mai.xlsx", **fields: str) -> str:
    """Upload a file; returns the address of its page."""
    answer = send(client, data, name, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def title(page: Any) -> str:
    """Return a page's h1 in single blanks."""
    return text_of(parse(page.text).find(".//h1"))


def recorded(session: orm.Session) -> int:
    """Return how many current activities there are now, not when the test last looked."""
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).where(Activity.superseded_at.is_(None))) or 0
