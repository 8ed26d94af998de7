"""Which table of needs is used for a month, who chose it, and what is printed of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.table import gap_table
from cluster4w.gaps.tables_in_use import How, pick
from cluster4w.models import AuditEvent, NeedSource, Operation, Person
from cluster4w.models.base import now
from cluster4w.publish.gap_words import source_lines
from cluster4w.record.operations.needs import (
    Figure,
    choose_table,
    end_choice,
    remove_table,
    restore_table,
    save_needs,
)
from cluster4w.record.queries.needs import Choice, NeedFigure, get_choice, list_need_tables, table_contents
from cluster4w.template.language import translator
from cluster4w.template.problems import Refusal

MOMENT = dt.datetime(2016, 6, 1, tzinfo=dt.UTC)


def _figure(table: int, dated: str, **changes: Any) -> NeedFigure:
    usual = {
        "measure": "targeted",
        "level": 2,
        "pcode": "ML0701",
        "sub_sector": "nfi",
        "population_group": None,
        "unit": "household",
        "value": 1.0,
        "source": f"T{table}",
        "invented": False,
    }
    return NeedFigure(**{**usual, "dated": dt.date.fromisoformat(dated), "table_id": table, **changes})


def _choice(table: int, *, number: int = 1, **changes: Any) -> Choice:
    usual: dict[str, Any] = dict.fromkeys(("measure", "sub_sector", "first_month", "last_month"))
    return Choice(number, table, **{**usual, **changes}, chosen_at=MOMENT, chosen_by="IM")


JANUARY, MAY, JULY = _figure(1, "2016-01-31"), _figure(2, "2016-05-31"), _figure(3, "2016-07-31")
IDPS = {"population_group": "idps"}


@pytest.mark.parametrize(
    ("figures", "choices", "asked", "expected"),
    [
        ([], [], {}, None),
        ([JANUARY, MAY, JULY], [], {"month": "2016-06"}, (2, "latest")),
        ([JANUARY, MAY, JULY], [], {"month": "2016-05"}, (2, "latest")),
        ([JANUARY, MAY, JULY], [], {"month": "2016-04"}, (1, "latest")),
        ([JANUARY, MAY, JULY], [], {"month": None}, (3, "latest")),
        # Every table is younger than the month: the oldest of them.
        ([JULY, MAY], [], {"month": "2016-02"}, (2, "younger")),
        # Another measure and another sub-sector are no candidates; one that tells none apart is.
        ([JANUARY, _figure(2, "2016-02-01", measure="in_need")], [], {}, (1, "latest")),
        ([JANUARY, _figure(2, "2016-02-01", sub_sector="shelter")], [], {}, (1, "latest")),
        ([JANUARY, _figure(2, "2016-02-01", sub_sector=None)], [], {}, (2, "latest")),
        # Of two with one date the one that tells the sub-sectors apart, then the one loaded last.
        ([JANUARY, _figure(2, "2016-01-31", sub_sector=None)], [], {}, (1, "latest")),
        ([JANUARY, _figure(2, "2016-01-31")], [], {}, (2, "latest")),
        # A figure of the whole country alone says nothing about areas.
        ([JANUARY, _figure(2, "2016-02-01", level=0, pcode="MLI")], [], {}, (1, "latest")),
        ([_figure(2, "2016-02-01", level=0, pcode="MLI")], [], {}, (2, "latest")),
        # The displaced alone are not everybody, but they are what is asked where they are asked.
        ([JANUARY, _figure(2, "2016-02-01", **IDPS)], [], {}, (1, "latest")),
        ([JANUARY, _figure(2, "2016-02-01", **IDPS)], [], {"group": "idps"}, (2, "latest")),
        (
            [JANUARY, _figure(2, "2016-02-01", **IDPS), _figure(2, "2016-02-01", population_group="host")],
            [],
            {},
            (2, "latest"),
        ),
        # What somebody chose holds whatever the dates are, the choice made last first.
        ([JANUARY, MAY, JULY], [_choice(3)], {"month": "2016-02"}, (3, "chosen")),
        ([JANUARY, MAY, JULY], [_choice(1, number=2), _choice(3)], {"month": "2016-06"}, (1, "chosen")),
        ([JANUARY, MAY], [_choice(1, first_month="2016-06")], {"month": "2016-05"}, (2, "latest")),
        ([JANUARY, MAY], [_choice(1, first_month="2016-06")], {"month": "2016-06"}, (1, "chosen")),
        ([JANUARY, MAY], [_choice(1, last_month="2016-06")], {"month": "2016-07"}, (2, "latest")),
        ([JANUARY, MAY], [_choice(1, last_month="2016-06")], {"month": "2016-06"}, (1, "chosen")),
        ([JANUARY, MAY], [_choice(1, measure="in_need")], {}, (2, "latest")),
        ([JANUARY, MAY], [_choice(1, measure="targeted", sub_sector="nfi")], {}, (1, "chosen")),
        ([JANUARY, MAY], [_choice(1, sub_sector="shelter")], {}, (2, "latest")),
        # A table that was removed has no figures here: its choice stands aside.
        ([JANUARY], [_choice(9)], {}, (1, "latest")),
    ],
)
def test_one_table_is_picked(
    figures: list[NeedFigure], choices: list[Choice], asked: dict[str, Any], expected: tuple[int, How] | None
) -> None:
    usual = {"measure": "targeted", "sub_sector": "nfi", "group": None, "month": "2016-12"}
    use = pick(figures, choices, **{**usual, **asked})
    assert (use and (use.table_id, use.how)) == expected
    assert (use is not None and use.choice is not None) == (expected is not None and expected[1] == "chosen")


def _table(session: orm.Session, operation: Operation, source: str, day: str, value: float) -> NeedSource:
    figures = [
        Figure("targeted", 2, "ML0701", "nfi", None, "household", value),
        Figure("targeted", 1, "ML05", "nfi", None, "household", 900.0),
    ]
    return save_needs(
        session,
        operation,
        figures,
        source=source,
        dated=dt.date.fromisoformat(day),
        published=dt.date(2016, 6, 30),
        validated_by="CMP",
    )


def _target(session: orm.Session, operation: Operation, question: Question) -> int | None:
    return gap_table(session, operation, question).by_pcode()["ML0701"].target


def test_a_choice_holds_is_printed_with_who_and_when_and_can_be_taken_back(
    session: orm.Session, operation: Operation
) -> None:
    person = Person(email="im@example.org", name="Awa", password_hash="", language="fr", session_key="k")
    session.add(person)
    session.flush()
    plan = _table(session, operation, "Plan", "2016-01-01", 500)
    later = _table(session, operation, "DTM", "2016-04-30", 600)
    may, june = Question(2, "2016-05", "nfi"), Question(2, "2016-06", "nfi")
    before = operation.revision
    choice = choose_table(
        session, operation, plan.id, first_month="2016-06", last_month="2016-06", actor=person
    )
    session.refresh(operation)
    assert (operation.revision, choice.chosen_by) == (before + 1, person.id)
    assert (_target(session, operation, may), _target(session, operation, june)) == (600, 500)
    chosen_on = choice.chosen_at.date()
    (line,) = source_lines(gap_table(session, operation, june), "en", translator("en"))
    assert line.startswith(
        "Targets: Plan, 1 January 2016 (published 30 June 2016; validated by CMP; chosen by"
    )
    assert "chosen by Awa" in line
    assert str(chosen_on.year) in line
    # Figures of a region stay in a line of their own: they are never split over its cercles.
    table = gap_table(session, operation, june)
    assert [(r.pcode, r.target) for r in table.rows if r.kind == "part"] == [("ML05", 900)]
    assert [r.target for r in table.rows if r.pcode in ("ML0501", "ML0502")] == [None, None]
    assert table.total.target == 1400
    assert gap_table(session, operation, Question(1, "2016-06", "nfi")).by_pcode()["ML05"].target == 900
    assert [
        r.target for r in gap_table(session, operation, Question(3, "2016-06", "nfi")).rows if r.target
    ] == [
        900,
        500,
    ]
    at = now()
    end_choice(session, operation, choice.id, actor=person)
    end_choice(session, operation, choice.id, actor=person)
    assert _target(session, operation, june) == 600
    # The past still says what was chosen then.
    assert _target(session, operation, Question(2, "2016-06", "nfi", as_of=at)) == 500
    ended = get_choice(session, operation, choice.id)
    assert ended is not None
    assert ended.ended
    remove_table(session, operation, later.id, actor=person)
    assert _target(session, operation, june) == 500
    assert [t.stands for t in list_need_tables(session, operation)] == [True, False]
    with pytest.raises(Refusal, match="cannot be used"):
        choose_table(session, operation, later.id, actor=person)
    restore_table(session, operation, later.id, actor=person)
    assert _target(session, operation, june) == 600
    actions = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-4:] == ["needs.chosen", "needs.choice_ended", "needs.removed", "needs.restored"]
    contents = {(c.level, c.areas, c.total) for c in table_contents(session, operation)[plan.id]}
    assert contents == {(1, 1, 900.0), (2, 1, 500.0)}


def test_a_figure_that_is_more_than_its_parts_keeps_the_rest_in_a_line_of_its_own(
    session: orm.Session, operation: Operation
) -> None:
    figures = [
        Figure("targeted", level, pcode, "nfi", None, "household", value)
        for level, pcode, value in (
            (1, "ML05", 900.0), (2, "ML0501", 300.0), (2, "ML0502", 200.0), (3, "ML050201", 150.0),
            (1, "ML07", 103.0), (2, "ML0701", 100.0),
        )
    ]  # fmt: skip
    save_needs(session, operation, figures, source="Plan", dated=dt.date(2016, 1, 1))
    found = {}
    for level in (1, 2, 3):
        table = gap_table(session, operation, Question(level, "2016-06", "nfi"))
        found[level] = {r.pcode: r.target for r in table.rows if r.target}
    assert found[1] == {"ML05": 900, "ML07": 103}
    # Three households more than the parts may come from rounding: they are no line.
    assert found[2] == {"ML0501": 300, "ML0502": 200, "ML0701": 100, "ML05": 400}
    assert found[3] == {"ML050201": 150, "ML0502": 50, "ML0501": 300, "ML0701": 100, "ML05": 400}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"measure": "in_need"}, "needs.no_such_figures"),
        ({"sub_sector": "shelter"}, "needs.no_such_figures"),
        ({"first_month": "2016-13"}, "needs.month"),
        ({"first_month": "2016-05", "last_month": "2016-04"}, "needs.months"),
        ({"table_id": 999_999}, "needs.no_table"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    session: orm.Session, operation: Operation, asked: dict[str, Any], code: str
) -> None:
    table = _table(session, operation, "Plan", "2016-01-01", 500)
    with pytest.raises(Refusal) as refused:
        choose_table(session, operation, **{"table_id": table.id, **asked}, actor=None)
    assert refused.value.code == code


def test_nobody_reaches_the_tables_of_another_operation(session: orm.Session, operation: Operation) -> None:
    table = _table(session, operation, "Plan", "2016-01-01", 500)
    choice = choose_table(session, operation, table.id, actor=None)
    other = Operation(
        slug="other", title={"fr": "x"}, country="MLI", edition_id=operation.edition_id,
        plan_start=operation.plan_start, plan_end=operation.plan_end, household_size=5.0,
        template=operation.template,
    )  # fmt: skip
    session.add(other)
    session.flush()
    for act in (choose_table, remove_table, restore_table):
        with pytest.raises(Refusal, match="no table"):
            act(session, other, table.id, actor=None)
    with pytest.raises(Refusal, match="no such choice"):
        end_choice(session, other, choice.id, actor=None)
    assert get_choice(session, other, choice.id) is None
