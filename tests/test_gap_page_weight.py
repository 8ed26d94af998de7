"""How heavy the map page is with a country's real boundaries: it must open on a slow line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cluster4w.extensions import db
from cluster4w.models import Area, GazetteerEdition, Operation
from cluster4w.models.engine import writing
from cluster4w.record.operations.needs import Figure, save_needs
from cluster4w.record.queries.operations import get_operation
from tests import pages
from tests.record_rows import add_rows
from tests.test_gap_page import PAGE

#: Bytes before compression of all that a first visit loads: a page by cercle, and one by commune.
CERCLES, COMMUNES = 150_000, 1_000_000
STATIC = ("style.css", "map.css", "gaps.js", "icon.svg")


@pytest.fixture
def mali(app: Any, cli: Any, shared: Path, database_url: str) -> None:
    """The small operation over Mali's 9 regions, 50 cercles and 701 communes, each with a target and rows."""
    files = [shared / "mali" / f"boundaries_adm{level}.geojson" for level in ("1", "2", "3_simplified")]
    done = cli("areas", "load", *files, "--country", "MLI", "--edition", "whole", "--lang", "en")
    assert done.exit_code == 0, done.output
    with app.app_context(), writing():
        edition = db.session.scalars(sa.select(GazetteerEdition).filter_by(edition="whole")).one()
        db.session.execute(sa.update(Operation).values(edition_id=edition.id))
        places = db.session.scalars(sa.select(Area).filter_by(edition_id=edition.id)).all()
        cercles = [p.pcode for p in places if p.level == 2]
        communes = [(p.pcode, p.parent_pcode or "") for p in places if p.level == 3]
        assert (len(cercles), len(communes)) == (50, 701)
        save_needs(
            db.session,
            get_operation(db.session, "test-2016"),
            [
                Figure("targeted", 3, code, "nfi", None, "household", 1200.0 + n)
                for n, (code, _) in enumerate(communes)
            ],
            source="Plan de réponse 2016",
            dated=dt.date(2016, 2, 1),
            actor=None,
        )
        db.session.commit()
    places_of = [
        {
            "adm1_pcode": parent[:4], "adm2_pcode": parent, "adm3_pcode": code, "households_reached": 11 * n,
            "first_time_assisted": True,
        }
        for n, (code, parent) in enumerate(communes)
    ]  # fmt: skip
    add_rows(app, "ONG-A", *places_of)


@pytest.mark.usefixtures("mali")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_fifty_cercles_and_seven_hundred_communes_open_on_a_slow_line(
    app: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "HEAVIEST", COMMUNES)
    client = client_for("viewer")
    plain = {"Accept-Encoding": "identity"}
    around = sum((Path(app.static_folder) / name).stat().st_size for name in STATIC)

    def weight(query: str) -> int:
        answer = client.get(f"{PAGE}?sous_secteur=nfi{query}", headers=plain)
        assert "Content-Encoding" not in answer.headers
        assert answer.text.count('class="area ') >= 50
        return around + len(answer.data)

    weights = {query: weight(query) for query in ("", "&cote=shelter", "&montre=presence", "&niveau=3")}
    assert weights[""] < CERCLES, weights
    assert weights["&montre=presence"] < CERCLES, weights
    assert weights["&cote=shelter"] < CERCLES, weights
    assert weights["&niveau=3"] < COMMUNES, weights
    assert weight("&niveau=3&tout=1") < COMMUNES
    # All that a page loads is its own.
    text = client.get(PAGE).text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
