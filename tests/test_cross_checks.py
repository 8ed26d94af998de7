"""The rules across the cells of a row, as the template declares them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.intake.findings import WORDS, Finding, message
from cluster4w.intake.rules import RuleRunner, run
from cluster4w.models import Operation
from cluster4w.template.declaration import shipped
from cluster4w.template.kinds import Values
from cluster4w.template.rules import Check, Rule, Severity
from tests.books import HEADERS, ROW, book, row
from tests.checks import checked, codes, found

TEMPLATE = shipped()
TODAY = dt.date(2016, 6, 15)
KEYS = frozenset(c.key for c in TEMPLATE.columns)


def broken(values: Values, keys: frozenset[str] = KEYS) -> list[tuple[str, str]]:
    """Return code and column of every shipped rule that a row breaks."""
    runner = RuleRunner.of(TEMPLATE.rules, keys, TODAY)
    return [(rule.code, key) for rule, (key, _) in runner.broken(values)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"start_date": dt.date(2016, 5, 2), "end_date": dt.date(2016, 5, 2)}, []),
        (
            {"start_date": dt.date(2016, 5, 2), "end_date": dt.date(2016, 5, 1)},
            [("dates.end_before_start", "end_date")],
        ),
        ({"end_date": dt.date(2016, 5, 1)}, []),
        ({"status": "completed", "households_reached": 1, "end_date": TODAY}, []),
        (
            {"status": "completed", "households_reached": 1, "end_date": TODAY + dt.timedelta(1)},
            [("status.against_dates", "end_date")],
        ),
        (
            {"status": "planned", "households_targeted": 1, "end_date": TODAY - dt.timedelta(1)},
            [("status.against_dates", "status")],
        ),
        ({"status": "planned", "households_targeted": 1, "end_date": TODAY}, []),
        ({"status": "ongoing", "households_targeted": 1, "end_date": dt.date(2016, 1, 1)}, []),
        ({"modality": "in_kind"}, []),
        ({"modality": "cash", "transfer_value": 90000.0, "currency": "XOF"}, []),
        ({"modality": "cash", "currency": "XOF"}, [("cash.needs_value", "transfer_value")]),
        ({"modality": "voucher", "transfer_value": 5.0}, [("cash.needs_value", "currency")]),
        ({"status": "completed"}, [("reached.missing", "households_reached")]),
        ({"status": "completed", "individuals_reached": 0}, []),
        ({"status": "planned"}, [("targeted.missing", "households_targeted")]),
        ({"status": "cancelled"}, []),
        ({"individuals_reached": 10, "females_reached": 6, "males_reached": 4}, []),
        (
            {"individuals_reached": 10, "females_reached": 6, "males_reached": 5},
            [("people.sex_sum", "individuals_reached")],
        ),
        # A part that is not filled in is absent, not zero.
        ({"individuals_reached": 10, "females_reached": 6}, []),
        (
            {
                "individuals_reached": 9,
                "women_reached": 2, "men_reached": 2, "girls_reached": 2, "boys_reached": 2,
            },
            [("people.age_sex_sum", "individuals_reached")],
        ),
        (
            {"individuals_targeted": 3, "women_targeted": 4},
            [("people.parts_above_total", "individuals_targeted")],
        ),
        (
            {"women_reached": 4, "elderly_women_reached": 5},
            [("people.elderly_women_above_women", "elderly_women_reached")],
        ),
        ({"men_reached": 4, "elderly_men_reached": 4}, []),
        (
            {"individuals_reached": 4, "disabled_reached": 5},
            [("people.disabled_above_total", "disabled_reached")],
        ),
        (
            {"households_reached": 4, "female_headed_households_reached": 5},
            [("households.women_headed_above_total", "female_headed_households_reached")],
        ),
        ({"households_reached": 10, "individuals_reached": 30}, []),
        ({"households_reached": 10, "individuals_reached": 120}, []),
        (
            {"households_reached": 10, "individuals_reached": 29},
            [("households.size", "individuals_reached")],
        ),
        (
            {"households_reached": 10, "individuals_reached": 121},
            [("households.size", "individuals_reached")],
        ),
        ({"households_reached": 0, "individuals_reached": 0}, []),
        (
            {"households_targeted": 10, "households_reached": 11},
            [("reached.above_targeted", "households_reached")],
        ),
    ],
)  # fmt: skip
def test_each_rule_speaks_of_what_it_forbids_and_of_nothing_else(
    values: Values, expected: list[tuple[str, str]]
) -> None:
    assert broken(values) == expected


def test_one_row_can_break_many_rules_at_once() -> None:
    values: Values = {
        "status": "completed", "start_date": dt.date(2016, 5, 2), "end_date": dt.date(2016, 5, 1),
        "modality": "cash", "households_reached": 10, "individuals_reached": 10, "disabled_reached": 11,
    }  # fmt: skip
    assert {code for code, _ in broken(values)} == {
        "dates.end_before_start", "cash.needs_value", "households.size", "people.disabled_above_total",
    }  # fmt: skip


def test_a_rule_about_columns_that_the_file_lacks_is_not_run() -> None:
    values: Values = {"status": "completed", "modality": "cash"}
    assert broken(values, frozenset({"modality"})) == []
    only_one = frozenset({"status", "individuals_reached"})
    assert broken(values, only_one) == [("reached.missing", "individuals_reached")]
    assert broken(values, frozenset({"modality", "currency"})) == [("cash.needs_value", "currency")]


def test_what_is_needed_and_missing_is_all_named() -> None:
    columns = ("transfer_value", "currency")
    rule = Rule("x.y", Check.NEEDS, Severity.ERROR, a="modality", values=("cash",), columns=columns)
    assert run(rule, {"modality": "cash"}, KEYS, TODAY) == (
        "transfer_value",
        {"missing": "transfer_value, currency"},
    )


@pytest.mark.parametrize("check", list(Check))
def test_no_check_fails_on_an_empty_row(check: Check) -> None:
    rule = Rule(
        "x.y", check, Severity.ERROR, a="status", b="end_date", total="individuals_reached",
        parts=("women_reached",), columns=("start_date", "end_date"), values=("completed",),
    )  # fmt: skip
    found_ = run(rule, {}, KEYS, TODAY)
    assert found_ is None or check is Check.ANY_OF


def test_every_shipped_rule_fills_its_sentence() -> None:
    samples: list[Values] = [
        {"start_date": dt.date(2016, 5, 2), "end_date": dt.date(2016, 5, 1), "modality": "cash"},
        {"status": "completed", "end_date": dt.date(2017, 1, 1)},
        {"status": "planned"},
        {
            f"{part}_{side}": value
            for side in ("targeted", "reached")
            for part, value in {
                "households": 10, "individuals": 5, "females": 3, "males": 3, "women": 2, "men": 2,
                "girls": 1, "boys": 1, "elderly_women": 3, "elderly_men": 3, "disabled": 6,
                "female_headed_households": 11,
            }.items()
        } | {"households_reached": 12},
    ]  # fmt: skip
    runner = RuleRunner.of(TEMPLATE.rules, KEYS, TODAY)
    said = {}
    for values in samples:
        for rule, (key, params) in runner.broken(values):
            finding = Finding(rule.severity, rule.code, key=key, value="v", params=params)
            said[rule.code] = message(finding, lambda m: m)
    assert set(said) == {r.code for r in TEMPLATE.rules}
    assert all("%(" not in text and text.endswith(".") for text in said.values())
    assert {r.code for r in TEMPLATE.rules} <= set(WORDS)


# --- through the whole check ------------------------------------------------------------------

_MORE = ("Modalité", "Valeur du transfert par ménage", "Monnaie", "Date de début", "Date de fin")


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        (("Nature", "", "", "", ""), "", ""),
        (("Cash", 90000, "XOF", "02/05/2016", "31/05/2016"), "", ""),
        # The column itself is required of cash: one finding for one empty cell.
        (("Cash", "", "XOF", "", ""), "cell.missing", "O"),
        (("Cash", 90000, "", "", ""), "cell.missing", "P"),
        (("", "", "", "31/05/2016", "02/05/2016"), "dates.end_before_start", "R"),
    ],
)
def test_a_broken_rule_is_a_finding_at_the_cell_to_look_at(
    session: orm.Session, operation: Operation, cells: tuple[Any, ...], code: str, column: str
) -> None:
    check = checked(session, operation, book((*ROW, *cells), headers=(*HEADERS, *_MORE)))
    assert codes(check) == ([code] if code else [])
    if code:
        finding = found(check, code)
        assert (finding.sheet, finding.row, finding.column) == ("4W", 2, column)
        assert check.counts.with_errors == 1


def test_a_cell_that_could_not_be_read_is_not_accused_twice(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, book(row(Ménages="douze", Individus="")))
    assert codes(check) == ["number.unreadable"], "nobody reached follows from what could not be read"


def test_a_rule_that_the_operation_adds_is_run_and_said(session: orm.Session, operation: Operation) -> None:
    added = {"code": "our.rule", "check": "not_above", "severity": "warning", "a": "individuals_reached",
             "b": "households_reached"}  # fmt: skip
    operation.template = {**operation.template, "rules": [*operation.template["rules"], added]}
    check = checked(session, operation, book(ROW))
    assert codes(check) == ["our.rule"]
    text = message(found(check, "our.rule"), lambda m: m)
    assert text != "our.rule"
    assert "%(" not in text
