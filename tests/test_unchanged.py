"""Unchanged figures are not made again: a page of figures answers "not modified" until something changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cluster4w.extensions import db
from cluster4w.models.engine import writing
from cluster4w.record.operations.needs import Figure, save_needs
from cluster4w.record.queries.operations import get_operation
from tests.record_rows import add_rows

HOME = "/test-2016"
#: Pages of figures, and filters of the map.
PAGES = (
    *(
        "/ecarts",
        "/ecarts/ML0701?sous_secteur=nfi",
        "/ecarts?niveau=3&montre=presence",
        "/ecarts?mois=2016-03",
    ),
    *("/ecarts?type=tent", "/ecarts?depuis=2016-02&mois=2016-03", "/graphiques", "/listes", "/besoins"),
)


def load_target(app: Any) -> None:
    with app.app_context(), writing():
        save_needs(
            db.session,
            get_operation(db.session, "test-2016"),
            [Figure("targeted", 2, "ML0701", "nfi", None, "household", 400.0)],
            source="Plan",
            dated=dt.date(2016, 2, 1),
            actor=None,
        )
        db.session.commit()


def test_a_page_of_figures_is_made_again_when_rows_or_targets_change_and_only_then(
    app: Any, client_for: Any
) -> None:
    add_rows(app, "ONG-A", {"first_time_assisted": True})
    client = client_for("coordinator")
    tags: dict[str, str] = {}

    def status(page: str) -> int:
        return int(client.get(HOME + page, headers={"If-None-Match": tags[page]}).status_code)

    def learn() -> None:
        for page in PAGES:
            response = client.get(HOME + page)
            assert response.status_code == 200, page
            tags[page] = response.headers["ETag"]

    # The first answer sets the session's token, which pages depend on.
    client.get(HOME + PAGES[0])
    learn()
    assert len(set(tags.values())) == len(PAGES)
    for change in (
        lambda: add_rows(app, "ONG-B", {"first_time_assisted": True}),
        lambda: load_target(app),
    ):
        assert {page: status(page) for page in PAGES} == dict.fromkeys(PAGES, 304)
        change()
        assert {page: status(page) for page in PAGES} == dict.fromkeys(PAGES, 200)
        learn()
