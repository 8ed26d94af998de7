"""What the tests of the map sheets share: their figures, outlines of squares, and what sheets say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.models import Area, Boundary, Operation
from cluster4w.publish.sheets import sheet
from tests.test_gaps import add, need

DAY = dt.date(2016, 6, 15)
QUESTION = Question(2, "2016-05", "nfi")


def square(west: float, south: float, side: float) -> list[list[list[float]]]:
    """Return an outline of one ring."""
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def fill(session: orm.Session, operation: Operation) -> Operation:
    """Record one month of NFI, and targets of three cercles."""
    add(session, operation, {"period": "2016-05"}, {"adm2_pcode": None, "households_reached": 7})
    need(session, operation, (2, "ML0701", 26415), (2, "ML0501", 0), (2, "ML0704", 50))
    return operation


def outline(session: orm.Session, operation: Operation, **rings: list[Any]) -> None:
    """Give areas an outline, by p-code."""
    for pcode, shape in rings.items():
        area = session.query(Area).filter_by(edition_id=operation.edition_id, pcode=pcode).one()
        session.add(Boundary(area_id=area.id, rings=shape, source="squares"))
    session.flush()


def contents_of(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what the sheets say, in the order in which they will be set."""
    kept: list[dict[str, Any]] = []
    real = sheet.compile_sheet

    def keep(found: Any, *rest: Any) -> bytes:
        kept.append(found)
        return real(found, *rest)

    monkeypatch.setattr(sheet, "compile_sheet", keep)
    return kept
