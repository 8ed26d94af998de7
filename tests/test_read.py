"""From a cell to a value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster4w.intake.read import Context, parse
from cluster4w.template.kinds import Kind

CONTEXT = Context({"oui": "yes", "yes": "yes", "non": "no", "no": "no"}, 2016)


def value_of(kind: Kind, cell: Any) -> Any:
    """Return a value that was read without anything to say."""
    value, issue = parse(kind, cell, CONTEXT)
    assert issue is None, issue
    return value


def said_of(kind: Kind, cell: Any) -> tuple[Any, str]:
    """Return a value and the code of what there is to say."""
    value, issue = parse(kind, cell, CONTEXT)
    assert issue is not None
    return value, issue.code


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (12.0, 12), (12, 12), ("12", 12), ("1 200", 1200), ("1\u00a0200", 1200), ("1\u202f200", 1200),
        ("1,200", 1200), ("1.200", 1200), ("1 250 000", 1250000), ("1,250,000", 1250000), ("1'200", 1200),
        ("12,0", 12), (" 7 ", 7),
    ],
)  # fmt: skip
def test_counts_are_read_as_french_and_english_people_type_them(cell: Any, value: int) -> None:
    assert value_of(Kind.COUNT, cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1 200,5", 1200.5),
        ("1,200.5", 1200.5),
        ("1.200,5", 1200.5),
        ("0,125", 0.125),
        ("12,5", 12.5),
        ("-3.25", -3.25),
    ],
)
def test_decimals_are_read_as_french_and_english_people_type_them(cell: str, value: float) -> None:
    assert parse(Kind.DECIMAL, cell, CONTEXT)[0] == value


def test_a_number_that_could_be_two_things_says_so() -> None:
    assert said_of(Kind.MONEY, "1,200") == (1200.0, "number.ambiguous")
    assert value_of(Kind.LATITUDE, "14,500") == 14.5


@pytest.mark.parametrize("kind", [Kind.COUNT, Kind.DECIMAL, Kind.DAY, Kind.MONTH, Kind.TEXT, Kind.YES_NO])
@pytest.mark.parametrize("cell", ["", "  ", "-", "N/A", "NR", "n.d.", "\u00a0"])
def test_nothing_said_is_absent_never_zero(kind: Kind, cell: str) -> None:
    assert value_of(kind, cell) is None


def test_numbers_with_words_are_taken_with_a_warning() -> None:
    assert said_of(Kind.COUNT, "12 ménages") == (12, "number.with_words")
    assert said_of(Kind.MONEY, "50 000 FCFA") == (50000.0, "number.with_words")


@pytest.mark.parametrize("cell", ["douze", "12-15", "~12", "environ 12", True, "1 2 3", "12 ou 13"])
def test_what_is_no_number_is_refused(cell: Any) -> None:
    assert said_of(Kind.COUNT, cell) == (None, "number.unreadable")


def test_half_a_person_is_refused() -> None:
    assert said_of(Kind.COUNT, 12.5) == (None, "number.not_whole")


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#DIV/0!", "#VALEUR!", "Err:502"])
def test_error_values_are_no_values(cell: str) -> None:
    assert said_of(Kind.TEXT, cell) == (None, "cell.error")


@pytest.mark.parametrize(
    "cell",
    [
        dt.date(2016, 5, 6), dt.datetime(2016, 5, 6, 12), 42496.0, "06/05/2016", "6-5-2016", "06.05.16",
        "2016-05-06", "6 mai 2016", "6 May 2016", "06-mai-16", "2016-05-06 00:00:00", "42496",
    ],
)  # fmt: skip
def test_days_are_read_day_first(cell: Any) -> None:
    assert value_of(Kind.DAY, cell) == dt.date(2016, 5, 6)


def test_a_day_that_only_works_month_first_says_so() -> None:
    assert said_of(Kind.DAY, "05/16/2016") == (dt.date(2016, 5, 16), "date.month_first")
    assert said_of(Kind.DAY, "31/02/2016") == (None, "date.unreadable")
    assert said_of(Kind.DAY, 12.0) == (None, "date.unreadable")


@pytest.mark.parametrize(
    "cell",
    [
        "2016-05", "mai 2016", "Mai-16", "MAI 2016", "May 2016", "05/2016", "201605", "2016 mai",
        "01/05/2016",
        dt.date(2016, 5, 1), 42491.0, "mois de mai 2016", "15 mai 2016",
    ],
)  # fmt: skip
def test_months_are_read_in_both_languages(cell: Any) -> None:
    assert value_of(Kind.MONTH, cell) == "2016-05"


@pytest.mark.parametrize("cell", ["mai", "May", "5", 5.0, "01-May"])
def test_a_month_without_a_year_gets_the_plans_with_a_warning(cell: Any) -> None:
    assert said_of(Kind.MONTH, cell) == ("2016-05", "month.year_assumed")


def test_a_month_without_a_year_is_refused_where_the_plan_has_two() -> None:
    assert parse(Kind.MONTH, "Janv.", Context({}, None))[1] is not None


def test_yes_and_no_are_read_in_both_languages() -> None:
    assert [value_of(Kind.YES_NO, c) for c in ("Oui", "yes", "NON", "No", True)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert said_of(Kind.YES_NO, "peut-être") == (None, "yes_no.unreadable")


def test_texts_lose_what_no_database_can_hold() -> None:
    assert value_of(Kind.TEXT, "a\x00b\ud800\u200bc") == "abc"
    assert value_of(Kind.TEXT, 223.0) == "223"


@given(
    st.sampled_from(list(Kind)), st.one_of(st.text(), st.floats(), st.booleans(), st.dates(), st.datetimes())
)
def test_no_cell_whatever_breaks_a_parser(kind: Kind, cell: Any) -> None:
    parse(kind, cell, CONTEXT)


@given(st.integers(0, 10**12))
def test_a_count_survives_every_way_of_grouping(number: int) -> None:
    for separator in (" ", "\u00a0", "\u202f", ",", "."):
        assert parse(Kind.COUNT, f"{number:,}".replace(",", separator), CONTEXT)[0] == number
