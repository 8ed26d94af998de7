"""What is kept of rows that hardly change: never longer than they stay the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.table import gap_table, targets_of
from cluster4w.models import Area, Need, NeedChoice, NeedSource, Operation
from cluster4w.record.kept import Kept
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.needs import standing_needs


def test_what_was_made_is_kept_as_long_as_the_rows_are_the_same() -> None:
    kept: Kept[list[Any]] = Kept(most=2)
    made: list[list[Any]] = []

    def ask(key: str, *rows: Any) -> list[Any]:
        def make() -> list[Any]:
            made.append(list(rows))
            return made[-1]

        return kept.of(key, list(rows), make)

    first = ask("a", (1, "x"), (2, None))
    assert ask("a", (1, "x"), (2, None)) is first
    assert ask("b", (1, "x"), (2, None)) is not first, "the key counts"
    assert ask("a", (1, "x")) == [(1, "x")], "fewer rows"
    assert ask("a", (1, "x"), (2, "y")) == [(1, "x"), (2, "y")], "another value"
    assert ask("a", (1, "x"), (2, None)) == first
    assert len(made) == 5, "only the last is kept"
    ask("c", 1)
    ask("d", 1)
    assert len(kept._made) <= 2, "no more than so many"


def source_of(session: orm.Session, operation: Operation) -> NeedSource:
    source = NeedSource(operation_id=operation.id, source="HNO", dated=dt.date(2016, 1, 1))
    session.add(source)
    session.flush()
    for pcode, value in (("ML0701", 100.0), ("ML0502", 50.0)):
        session.add(
            Need(source_id=source.id, measure="targeted", unit="household", level=2, pcode=pcode, value=value)
        )
    session.flush()
    return source


def test_nothing_that_a_table_is_compared_with_is_kept_beyond_a_change(
    session: orm.Session, operation: Operation
) -> None:
    source = source_of(session, operation)

    def target(**asked: Any) -> int | None:
        return gap_table(session, operation, Question(**asked)).by_pcode()["ML0701"].target

    def name() -> str:
        return gap_table(session, operation, Question()).by_pcode()["ML0701"].name

    gazetteer = load_gazetteer(session, operation.edition_id)
    assert load_gazetteer(session, operation.edition_id) is gazetteer, "the areas are kept"
    assert standing_needs(session, operation) is standing_needs(session, operation), "the needs are kept"
    asked = (session, operation, Question(), gazetteer)
    assert targets_of(*asked) is targets_of(*asked), "what was made of both is kept"
    before = name()
    assert target() == 100
    assert target(unit="individual") == round(100 * operation.household_size)

    # Each change by itself, taken back by a rollback to a savepoint: neither may linger.
    one = session.scalars(sa.select(Need).where(Need.pcode == "ML0701", Need.source_id == source.id)).one()
    area = session.scalars(
        sa.select(Area).where(Area.edition_id == operation.edition_id, Area.pcode == "ML0701")
    ).one()
    newer = NeedSource(operation_id=operation.id, source="HPC", dated=dt.date(2016, 2, 1))
    for said, change, expected in (
        ("a figure", lambda: setattr(one, "value", 70.0), 70),
        ("a group", lambda: setattr(one, "population_group", "idps"), 100),
        ("a sub-sector", lambda: setattr(one, "sub_sector", "nfi"), None),
        ("a place", lambda: setattr(one, "pcode", "ML0702"), None),
        ("no table", lambda: setattr(source, "removed_at", dt.datetime.now(dt.UTC)), None),
        ("a size", lambda: setattr(one, "unit", "individual"), round(100 / operation.household_size)),
    ):
        nested = session.begin_nested()
        change()
        session.flush()
        assert target() == expected, said
        nested.rollback()
        assert target() == 100, f"{said}, taken back"
    nested = session.begin_nested()
    area.name = "Another name"
    session.flush()
    assert name() == "Another name"
    nested.rollback()
    assert name() == before
    operation.household_size *= 2
    assert target(unit="individual") == round(100 * operation.household_size)

    session.add(newer)
    session.flush()
    session.add(
        Need(source_id=newer.id, measure="targeted", unit="household", level=2, pcode="ML0701", value=30.0)
    )
    session.flush()
    assert target() == 30, "the latest table"
    choice = NeedChoice(operation_id=operation.id, source_id=source.id, chosen_at=dt.datetime.now(dt.UTC))
    session.add(choice)
    session.flush()
    assert target() == 100, "the chosen table"
    choice.ended_at = dt.datetime.now(dt.UTC)
    session.flush()
    assert target() == 30, "the choice is over"
    assert target(month="2016-01") == 100, "another month"
