"""Months across the columns of a file, and dates in several columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.models import Operation
from cluster4w.record.operations.aliases import Answer, learn
from cluster4w.record.queries.organisations import get_agency
from tests.books import HEADERS, ROW, sheet
from tests.checks import checked, codes, found, sums_hold
from tests.test_wide import BLANK, ELSEWHERE, outcome, record

#: Columns of a monthly table before its months, and their cells.
MONTHLY = (*HEADERS[:8], "Statut", "Groupe de population")
MONTHLY_CELLS = (*ROW[:8], "Achevé", "PDI")


@pytest.mark.parametrize(
    ("above", "headers"),
    [
        ([(*BLANK, "Ménages atteints", "", "")], ("janv.", "févr. 2016", "Mar-16")),
        ([("Monthly matrix",), ()], ("2016-01", "02/2016", "mars 2016")),
        ([("HH reached per month",), ()], ("2016-01", "02/2016", "mars 2016")),
        ([(*BLANK, "HH reached", "", "")], tuple(dt.datetime(2016, n, 1) for n in (1, 2, 3))),
        ([], ("HH reached Jan 2016", "HH reached Feb 2016", "HH reached - March")),
        ([(*BLANK, "Janvier", "Février", "Mars")], ("Ménages atteints",) * 3),
    ],
    ids=["short names", "unknown title", "title", "dates", "flat", "months above"],
)
def test_months_across_columns_become_one_line_each(
    session: orm.Session, operation: Operation, above: list[Any], headers: tuple[Any, ...], request: Any
) -> None:
    rows = [(*MONTHLY_CELLS, 10, "", 30), (*MONTHLY_CELLS[:5], *ELSEWHERE, *MONTHLY_CELLS[8:], "", "-", "")]
    check = checked(session, operation, sheet(*above, (*MONTHLY, *headers), *rows))
    sums_hold(check)
    if "unknown title" in request.node.name:
        assert {"column.months_uncounted", "period.not_given"} <= set(codes(check))
        assert found(check, "column.months_uncounted").params["columns"].startswith("2016-01, 02/2016")
        return
    assert codes(check) == []
    assert [(r.values["period"], r.values["households_reached"]) for r in check.rows] == [
        ("2016-01", 10), ("2016-03", 30),
    ]  # fmt: skip
    skipped = found(check, "rows.skipped")
    assert skipped.params["reason"] == "no figure in any month"
    record(session, operation, check)
    assert outcome(checked(session, operation, check.content)) == (0, 0, 2, 0)
    later = sheet(*above, (*MONTHLY, *headers), (*MONTHLY_CELLS, 10, 20, 31), rows[1])
    assert outcome(checked(session, operation, later)) == (1, 1, 1, 0)


def test_a_month_without_a_year_is_only_dated_by_a_plan_of_one_year(
    session: orm.Session, operation: Operation
) -> None:
    data = sheet((*BLANK, "Ménages atteints", ""), (*MONTHLY, "janv.", "févr."), (*MONTHLY_CELLS, 1, 2))
    operation.plan_end = dt.date(2017, 6, 30)
    check = checked(session, operation, data)
    assert "column.months_without_year" in codes(check)
    assert check.counts.with_errors == 1
    named = checked(session, operation, data, month="2017-01")
    assert [r.values["period"] for r in named.rows] == ["2017-01", "2017-02"]


def test_what_the_first_month_counts_holds_for_all_of_them(
    session: orm.Session, operation: Operation
) -> None:
    data = sheet((*MONTHLY, "janv. 2016", "févr. 2016"), (*MONTHLY_CELLS, 1, 2))
    oim = get_agency(session, operation, "OIM")
    answer = Answer("column", "", "janv. 2016", "households_reached")
    learn(session, operation, [answer], organisation_id=oim.id, actor=None)
    check = checked(session, operation, data, agency=oim)
    assert [(r.values["period"], r.values["households_reached"]) for r in check.rows] == [
        ("2016-01", 1), ("2016-02", 2),
    ]  # fmt: skip


# --- dates in several columns ------------------------------------------------------------------------


def test_dates_in_three_columns_are_put_together(session: orm.Session, operation: Operation) -> None:
    headers = (*HEADERS, "Date de début", "", "", "End Day", "End Month", "End Year")
    parts = ("",) * 13 + ("Jour", "Mois", "Année")
    rows = [
        (*ROW, 3, "mai", 2016, 5, 5, 16),
        (*ROW[:11], 121, 605, 3, "mai", "", "", "", ""),
        (*ROW[:11], 122, 610, "", "", "", 31, "juin", 2016),
    ]
    check = checked(session, operation, sheet(headers, parts, *rows, merged=["N1:P1"]))
    assert [c.target for c in check.sheets[0].columns[13:]] == [
        "start_date.day", "start_date.month", "start_date.year",
        "end_date.day", "end_date.month", "end_date.year",
    ]  # fmt: skip
    assert check.sheets[0].columns[8].target == "period"
    first = check.rows[0].values
    assert (first["start_date"], first["end_date"]) == (dt.date(2016, 5, 3), dt.date(2016, 5, 5))
    incomplete = found(check, "date.incomplete")
    assert (incomplete.row, incomplete.column) == (4, "P")
    assert incomplete.params["missing"] == {"fr": "année", "en": "year"}
    unreadable = found(check, "date.unreadable")
    assert (unreadable.row, unreadable.value) == (5, "31 juin 2016")


@pytest.mark.parametrize(
    ("month", "year", "expected"),
    [("mai", 2016, "2016-05"), (5, 2016, "2016-05"), ("mai 2016", "", "2016-05"), ("", 2016, None)],
)
def test_a_month_and_its_year_may_stand_in_two_columns(
    session: orm.Session, operation: Operation, month: Any, year: Any, expected: str | None
) -> None:
    headers = (*HEADERS[:8], "Mois", "Année", *HEADERS[9:])
    check = checked(session, operation, sheet(headers, (*ROW[:8], month, year, *ROW[9:])))
    assert [c.target for c in check.sheets[0].columns[8:10]] == ["period.month", "period.year"]
    assert check.rows[0].values.get("period") == expected
    assert codes(check) == ([] if expected else ["date.incomplete"])


def test_a_part_of_a_date_without_the_others_is_not_taken(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, sheet((*HEADERS, "Start Day", "Jour"), (*ROW, 3, 4)))
    assert [c.target for c in check.sheets[0].columns[13:]] == [None, None]
