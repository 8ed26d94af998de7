"""The cluster's own bounds: set once by the IM, used by every map, legend, sheet and file, and taken back."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.models import AuditEvent, Operation
from cluster4w.publish.maps.classes import COVERAGE, usual_scale
from cluster4w.publish.sheets import sheet
from cluster4w.publish.sheets.sheet import Wish, map_sheet, sheet_data
from cluster4w.record.operations.map_bounds import USUAL, set_map_bounds
from cluster4w.record.queries.operations import get_operation
from cluster4w.template.problems import Refusal
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.test_gap_page import PAGE, load_targets
from tests.test_gaps import NFI, add, need

BOUNDS = "/test-2016/bornes"


def legend(page: Any) -> list[str]:
    """Return the classes in a page's legend, without the numbers of areas."""
    entries = parse(page.text).findall(".//ul[@class='legend']/li")
    return [text_of(entry).rsplit(" ", 1)[0] if entry.find(".//small") is not None else text_of(entry)
            for entry in entries]  # fmt: skip


def test_the_usual_bounds_written_out_make_the_usual_classes() -> None:
    written = usual_scale("current", USUAL)
    assert [(c.colour, c.upper, c.texture) for c in written.classes] == [
        (c.colour, c.upper, c.texture) for c in COVERAGE
    ]
    words = [c.said(lambda text: text) for c in written.classes]
    assert words == [c.words for c in COVERAGE]
    # Six classes below the target keep six reds apart, each lighter than the one before.
    many = usual_scale("current", (5, 10, 20, 40, 100))
    reds = [c.colour for c in many.classes[:-1]]
    assert len(set(reds)) == len(reds) == 6
    assert [int(red[3:5], 16) for red in reds] == sorted(int(red[3:5], 16) for red in reds)
    # Ten per cent are not "met" because a class that holds them ends past the target.
    assert usual_scale("current", (5, 130)).classes[2].colour != COVERAGE[-1].colour


@pytest.mark.parametrize(
    "bounds", [(), (0, 100), (50, 20, 100), (20, 20, 100), (1, 2, 3, 4, 5, 100), (100, 1000), (20, 50)]
)
def test_bounds_that_make_no_classes_are_refused(
    session: orm.Session, operation: Operation, bounds: tuple[int, ...]
) -> None:
    with pytest.raises(Refusal):
        set_map_bounds(session, operation, bounds, actor=None)
    assert operation.map_bounds is None
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0


def test_the_im_sets_the_bounds_once_for_every_map(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {"first_time_assisted": True})
    load_targets(app)
    manager, coordinator, viewer = (client_for(r) for r in ("information_manager", "coordinator", "viewer"))
    gaps = f"{PAGE}?sous_secteur=nfi"
    usual = [c.words for c in COVERAGE]
    assert legend(viewer.get(gaps))[: len(usual)] == usual
    tag = viewer.get(gaps).headers["ETag"]
    assert viewer.get(gaps, headers={"If-None-Match": tag}).status_code == 304
    assert legend(coordinator.get(BOUNDS)) == usual
    assert parse(coordinator.get(BOUNDS).text).find(".//input[@name='bornes']") is None
    assert viewer.get(BOUNDS).status_code == 403
    # From the map: bounds of one's own are offered to be kept, to the IM only.
    own = f"{gaps}&classes=bornes&bornes=10+50+100"
    kept = parse(manager.get(own).text).find(f".//form[@action='{BOUNDS}']/input[@name='bornes']")
    assert kept.get("value") == "10 50 100"
    assert BOUNDS in coordinator.get(own).text
    assert parse(coordinator.get(own).text).find(f".//form[@action='{BOUNDS}']") is None
    assert manager.post(BOUNDS, data={"bornes": "10 50 100"}).status_code == 303
    ours = ["0 %", "1–10 %", "11–50 %", "51–100 %", "> 100 %"]
    page = viewer.get(gaps, headers={"If-None-Match": tag})
    assert page.status_code == 200, "the page has changed"
    assert legend(page)[: len(ours)] == ours
    drawn = viewer.get(f"{PAGE}.svg?sous_secteur=nfi").text
    assert [words for words in (*ours[:-1], *usual[1:-1]) if f">{words}<" in drawn] == ours[:-1]
    told = manager.get(BOUNDS)
    assert "20 40 60 80 100 became 10 50 100. Awa information_manager" in text_of(
        parse(told.text).find(".//main")
    )
    wrong = manager.post(BOUNDS, data={"bornes": "20 50"})
    assert wrong.status_code == 422
    assert parse(wrong.text).find(".//input[@name='bornes']").get("value") == "20 50"
    assert "100 must be among the bounds" in wrong.text
    assert manager.post(BOUNDS, data={"defaut": "1"}).status_code == 303
    assert legend(viewer.get(gaps))[: len(usual)] == usual
    with app.app_context():
        events = db.session.scalars(
            sa.select(AuditEvent).where(AuditEvent.action == "map.bounds_set").order_by(AuditEvent.id)
        ).all()
        assert [(e.details["before"], e.details["after"]) for e in events] == [
            ([20, 40, 60, 80, 100], [10, 50, 100]),
            ([10, 50, 100], [20, 40, 60, 80, 100]),
        ]
        assert all(e.person_id for e in events)
        assert get_operation(db.session, "test-2016").map_bounds is None


def test_sheets_and_the_command_line_have_the_bounds(
    session: orm.Session, operation: Operation, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(session, operation, {})
    need(session, operation, (2, "ML0701", 500))
    session.commit()
    command = ("map-bounds", "--operation", "test-2016")
    assert cli(*command).output == "0 20 40 60 80 100\n"
    assert cli(*command, "--set", "0 30 100").output == "0 30 100\n"
    assert json.loads(cli(*command, "--json").output) == {"bounds": [0, 30, 100], "usual": False}
    for wrong in (("--set", "30 60"), ("--set", "x"), ("--set", "30 100", "--default")):
        assert cli(*command, *wrong).exit_code == 2, wrong
    session.expire_all()
    said: list[Any] = []
    monkeypatch.setattr(sheet, "compile_sheet", lambda found, *_: said.append(found) or b"")
    map_sheet(sheet_data(session, operation, NFI), Wish(language="en"), made=dt.date(2016, 6, 1))
    assert [e["words"] for e in said[0]["legend"]["entries"]][:4] == [
        "0 %", "1–30 %", "31–100 %", "> 100 %"
    ]  # fmt: skip
    assert cli(*command, "--default").output == "0 20 40 60 80 100\n"
    assert cli(*command, "--json").output == '{"bounds": [0, 20, 40, 60, 80, 100], "usual": true}\n'
