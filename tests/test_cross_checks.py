"""The rules across the cells of a row, as the template declares them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import orm

from cluster4w.intake.findings import WORDS, Finding, message
from cluster4w.intake.judging.column_view import ColumnView
from cluster4w.intake.judging.rules import RuleRunner, Surroundings, check_of
from cluster4w.models import Operation
from cluster4w.template.declaration import shipped
from cluster4w.template.kinds import Values
from cluster4w.template.language import translator
from cluster4w.template.rules import Check, Rule, Severity
from tests.books import HEADERS, ROW, book, row
from tests.checks import checked, codes, found

TEMPLATE = shipped()
TODAY = dt.date(2016, 6, 15)
PLAN = (dt.date(2016, 1, 1), dt.date(2016, 12, 31))
KEYS = frozenset(c.key for c in TEMPLATE.columns)
LISTS = {c.key: {x.key: x for x in TEMPLATE.choices(c)} for c in TEMPLATE.columns if c.list}
AROUND = Surroundings(TODAY, KEYS, PLAN, LISTS)
MAY, DAY = dt.date(2016, 5, 2), dt.timedelta(1)
COMPLETED: Values = {"status": "completed", "households_reached": 1, "end_date": MAY}
PLANNED: Values = {"status": "planned", "households_targeted": 1}
ONGOING: Values = {"status": "ongoing", "households_targeted": 1}
FOUR: Values = {"women_reached": 2, "men_reached": 2, "girls_reached": 2, "boys_reached": 2}


def broken(values: Values, keys: frozenset[str] = KEYS) -> list[tuple[str, str]]:
    """Return code and column of every shipped rule that a row breaks."""
    runner = RuleRunner.of(TEMPLATE.rules, keys, TODAY, template=TEMPLATE, plan=PLAN)
    return [(rule.code, key) for rule, (key, _) in runner.broken(ColumnView([values])).get(0, [])]


#: A row, and the code and column of the rule that it breaks ("" for none).
CASES: tuple[tuple[Values, str, str], ...] = (
    ({}, "", ""),
    # dates
    ({"start_date": MAY, "end_date": MAY}, "", ""),
    ({"start_date": MAY, "end_date": dt.date(2016, 5, 1)}, "dates.end_before_start", "end_date"),
    ({"end_date": dt.date(2016, 5, 1)}, "", ""),
    ({"start_date": dt.date(2014, 12, 30)}, "dates.far_from_plan", "start_date"),
    ({"start_date": dt.date(2015, 1, 1), "end_date": dt.date(2018, 12, 31)}, "", ""),
    ({"end_date": dt.date(2116, 5, 1)}, "dates.far_from_plan", "end_date"),
    (COMPLETED | {"period": "2016-04", "start_date": MAY}, "dates.month_before_start", "period"),
    (COMPLETED | {"period": "2016-05", "start_date": MAY, "end_date": MAY}, "", ""),
    (PLANNED | {"period": "2016-04", "start_date": MAY}, "", ""),
    (COMPLETED | {"period": "2016-06", "end_date": MAY}, "dates.month_after_end", "end_date"),
    # status
    (COMPLETED | {"end_date": TODAY}, "", ""),
    (COMPLETED | {"end_date": TODAY + DAY}, "status.against_dates", "end_date"),
    (COMPLETED | {"end_date": None}, "status.completed_without_end", "end_date"),
    (PLANNED | {"end_date": TODAY - DAY}, "status.against_dates", "status"),
    (PLANNED | {"end_date": TODAY}, "", ""),
    (ONGOING | {"period": "2016-06", "end_date": MAY}, "status.ongoing_past_end", "end_date"),
    (ONGOING | {"period": "2016-05", "end_date": MAY}, "", ""),
    (PLANNED | {"households_reached": 1}, "status.planned_with_reached", "households_reached"),
    (PLANNED | {"households_reached": 0}, "", ""),
    ({"status": "cancelled", "individuals_reached": 5}, "status.stopped_with_reached", "individuals_reached"),
    ({"status": "suspended"}, "", ""),
    (ONGOING | {"individuals_reached": 5}, "status.ongoing_with_reached", "individuals_reached"),
    # activity, unit, modality
    ({"activity_type": "tent", "sub_sector": "nfi"}, "activity.sub_sector_differs", "sub_sector"),
    ({"activity_type": "tent", "sub_sector": "shelter"}, "", ""),
    ({"activity_type": "tent", "unit": "site"}, "activity.unit_differs", "unit"),
    ({"activity_type": "tent", "unit": "household"}, "", ""),
    ({"activity_type": "cash_rent", "modality": "service"}, "activity.modality_differs", "modality"),
    ({"activity_type": "permanent_housing", "modality": "service"}, "", ""),
    # cash
    ({"modality": "in_kind"}, "", ""),
    ({"modality": "in_kind", "transfer_value": 500.0}, "cash.in_kind_with_value", "transfer_value"),
    ({"modality": "cash", "transfer_value": 90000.0, "currency": "XOF"}, "", ""),
    ({"modality": "cash", "currency": "XOF"}, "cash.needs_value", "transfer_value"),
    ({"modality": "voucher", "transfer_value": 5.0}, "cash.needs_value", "currency"),
    ({"transfer_value": 1.0, "currency": "USD"}, "cash.value_unusual", "transfer_value"),
    ({"transfer_value": 4500000.0, "currency": "XOF"}, "cash.value_unusual", "transfer_value"),
    ({"transfer_value": 5.0, "currency": "EUR"}, "", ""),
    # quantities
    (COMPLETED | {"quantity": 4.0, "unit": "kit"}, "quantity.per_household", "quantity"),
    (COMPLETED | {"quantity": 3.0, "unit": "kit"}, "", ""),
    (COMPLETED | {"quantity": 400.0, "unit": "piece"}, "", ""),
    (PLANNED | {"quantity": 4.0, "unit": "tent"}, "quantity.per_household", "quantity"),
    (PLANNED | {"quantity": 1.0, "unit": "tent"}, "", ""),
    (COMPLETED | {"quantity": 2.0, "unit": "household"}, "quantity.not_households", "quantity"),
    (COMPLETED | {"quantity": 1.0, "unit": "household"}, "", ""),
    (
        COMPLETED | {"quantity": 2.0, "unit": "individual", "individuals_reached": 3},
        "quantity.not_individuals", "quantity",
    ),
    (COMPLETED | {"quantity": 3.0, "unit": "individual", "individuals_reached": 3}, "", ""),
    # people
    ({"status": "completed", "end_date": MAY}, "reached.missing", "households_reached"),
    ({"status": "completed", "end_date": MAY, "individuals_reached": 0}, "", ""),
    ({"status": "planned"}, "targeted.missing", "households_targeted"),
    ({"status": "cancelled"}, "", ""),
    (COMPLETED | {"activity_type": "tent"}, "first_time.missing", "first_time_assisted"),
    (COMPLETED | {"activity_type": "tent", "first_time_assisted": False}, "", ""),
    (COMPLETED | {"activity_type": "training"}, "", ""),
    (PLANNED | {"activity_type": "tent"}, "", ""),
    ({"individuals_reached": 10, "females_reached": 6, "males_reached": 4}, "", ""),
    (
        {"individuals_reached": 12, "females_reached": 6, "males_reached": 5},
        "people.sex_sum", "individuals_reached",
    ),
    # A part that is not filled in is absent, not zero.
    ({"individuals_reached": 10, "females_reached": 6}, "", ""),
    ({"individuals_reached": 9} | FOUR, "people.age_sex_sum", "individuals_reached"),
    # More than the total is said once.
    ({"individuals_reached": 7} | FOUR, "people.parts_above_total", "individuals_reached"),
    ({"individuals_targeted": 3, "women_targeted": 4}, "people.parts_above_total", "individuals_targeted"),
    ({"individuals_targeted": 3, "males_targeted": 4}, "people.parts_above_total", "individuals_targeted"),
    ({"females_reached": 5} | FOUR, "people.females_sum", "females_reached"),
    ({"males_reached": 3} | FOUR, "people.males_sum", "males_reached"),
    ({"females_reached": 4, "males_reached": 4} | FOUR, "", ""),
    (
        {"women_reached": 4, "elderly_women_reached": 5},
        "people.elderly_women_above_women", "elderly_women_reached",
    ),
    ({"men_reached": 4, "elderly_men_reached": 5}, "people.elderly_men_above_men", "elderly_men_reached"),
    ({"men_reached": 4, "elderly_men_reached": 4}, "", ""),
    ({"women_reached": 4, "elderly_women_reached": 4}, "", ""),
    (
        {"individuals_reached": 4, "elderly_women_reached": 3, "elderly_men_reached": 2},
        "people.elderly_above_total", "individuals_reached",
    ),
    ({"individuals_reached": 4, "elderly_women_reached": 3}, "", ""),
    ({"individuals_reached": 4, "disabled_reached": 5}, "people.disabled_above_total", "disabled_reached"),
    ({"individuals_reached": 4, "disabled_reached": 4}, "", ""),
    (
        {"households_reached": 4, "female_headed_households_reached": 5},
        "households.women_headed_above_total", "female_headed_households_reached",
    ),
    ({"households_reached": 4, "female_headed_households_reached": 4}, "", ""),
    ({"households_reached": 10, "individuals_reached": 30}, "", ""),
    ({"households_reached": 10, "individuals_reached": 120}, "", ""),
    ({"households_reached": 10, "individuals_reached": 29}, "households.size", "individuals_reached"),
    ({"households_targeted": 10, "individuals_targeted": 121}, "households.size", "individuals_targeted"),
    ({"households_reached": 0, "individuals_reached": 0}, "", ""),
    ({"households_targeted": 10, "households_reached": 11}, "reached.above_targeted", "households_reached"),
    ({"households_targeted": 10, "households_reached": 10}, "", ""),
    ({"households_reached": 10}, "", ""),
    # places
    ({"latitude": 14.5}, "where.half_coordinates", "longitude"),
    ({"latitude": 14.5, "longitude": -3.9}, "", ""),
)  # fmt: skip


def test_each_rule_speaks_of_what_it_forbids_and_of_nothing_else() -> None:
    for values, code, column in CASES:
        said = {k: v for k, v in values.items() if v is not None}
        assert broken(said) == ([(code, column)] if code else []), values


def test_every_shipped_rule_has_a_row_that_breaks_it_and_one_that_does_not() -> None:
    assert {r.code for r in TEMPLATE.rules} == {code for _, code, _ in CASES if code}
    for code in {r.code for r in TEMPLATE.rules if not r.total}:
        about = [{k for k in (r.a, r.b, *r.only) if k} for r in TEMPLATE.rules if r.code == code]
        kept = [values.keys() for values, said, _ in CASES if not said]
        assert any(keys <= filled for keys in about for filled in kept), code


def test_rows_are_judged_each_for_itself_whatever_stands_beside_them() -> None:
    runner = RuleRunner.of(TEMPLATE.rules, KEYS, TODAY, template=TEMPLATE, plan=PLAN)
    rows = [{k: v for k, v in values.items() if v is not None} for values, _, _ in CASES]
    together = runner.broken(ColumnView(rows))
    alone = [runner.broken(ColumnView([values])).get(0, []) for values in rows]
    assert [together.get(at, []) for at in range(len(rows))] == alone
    assert sum(map(len, alone)) == sum(bool(code) for _, code, _ in CASES)


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
    rows = ColumnView([{"modality": "cash", "currency": "XOF", "transfer_value": 1.0}, {"modality": "cash"}])
    assert list(check_of(rule.check)(rule, rows, AROUND)) == [
        (1, ("transfer_value", {"missing": "transfer_value, currency"}))
    ]


@pytest.mark.parametrize("check", list(Check))
def test_no_check_fails_on_an_empty_row(check: Check) -> None:
    rule = Rule(
        "x.y", check, Severity.ERROR, a="status", b="end_date", total="individuals_reached",
        parts=("women_reached",), columns=("start_date", "end_date"), values=("completed",),
    )  # fmt: skip
    runner = RuleRunner.of([rule], KEYS, TODAY, template=TEMPLATE, plan=PLAN)
    assert len(runner.broken(ColumnView([{}, {}]))) == (2 if check is Check.ANY_OF else 0)
    assert not list(check_of(rule.check)(rule, ColumnView([]), AROUND))


def test_every_shipped_rule_fills_its_sentence_in_both_languages() -> None:
    runner = RuleRunner.of(TEMPLATE.rules, KEYS, TODAY, template=TEMPLATE, plan=PLAN)
    view = ColumnView([{k: v for k, v in values.items() if v is not None} for values, _, _ in CASES])
    for several in runner.broken(view).values():
        for rule, (key, params) in several:
            finding = Finding(rule.severity, rule.code, key=key, value="v", params=params)
            bare = Finding(
                rule.severity, "our.own", key=key, value="v", params={**params, "check": rule.check}
            )
            for language in ("fr", "en"):
                for said in (finding, bare):
                    text = message(said, translator(language))
                    assert "%(" not in text
                    assert text.endswith("."), text
    assert {r.code for r in TEMPLATE.rules} <= set(WORDS)
    assert {f"check.{check}" for check in Check} <= set(WORDS)


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
