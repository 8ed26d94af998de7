"""Each counting rule, by hand-made rows: nobody is counted twice, and absent is not zero."""

from __future__ import annotations

from typing import Any

import pytest

from cluster4w.gaps.adding_up import add_up, counts_of
from cluster4w.gaps.rules import WORDS, Count
from cluster4w.record.ledger.block import Fact, block_of
from cluster4w.record.ledger.chosen import CERCLES, Chosen
from cluster4w.record.ledger.lines import Ledger
from cluster4w.record.queries.left_out import Doubles
from cluster4w.template.declaration import shipped
from cluster4w.template.lists import CountingRule

NOTHING = Fact(0, 1, 0, 1, 1, 1, None, None, "t", "nfi", "completed", "idps", None, "2016-01",
               ("ML07", "ML0701", None), None, None)  # fmt: skip


def row(households: int | None, month: str | None = "2016-01", **words: Any) -> Fact:
    return NOTHING._replace(households=households, period=month, **words)


def counted(rule: CountingRule, *facts: Fact, doubles: Doubles = Doubles()) -> Count:  # noqa: B008
    (count,) = all_counted(rule, *facts, doubles=doubles)
    return count


def all_counted(rule: CountingRule, *facts: Fact, doubles: Doubles = Doubles()) -> list[Count]:  # noqa: B008
    block = block_of([fact._replace(version=n) for n, fact in enumerate(facts, 1)])
    lines = Ledger().with_blocks(["a"], lambda _: [block]).lines(1)
    chosen = Chosen(lines, None)
    sums = add_up(chosen, CERCLES, (), {"t": rule}, "household", 0.2, doubles)
    return [count for _, count in counts_of(sums, 0.2)]


def test_the_rule_sum_counts_every_row() -> None:
    result = counted(CountingRule.SUM, row(100), row(50, first_time=0), row(30, first_time=-1))
    assert result.reached.value == 180
    assert result.assistances.value == 180


def test_the_rule_sum_new_counts_only_people_assisted_for_the_first_time() -> None:
    result = counted(CountingRule.SUM_NEW, row(100), row(50, first_time=0), row(30, first_time=-1))
    assert result.reached.value == 100
    assert result.assistances.value == 180
    assert (result.not_first, result.first_unsaid) == (1, 1)


def test_a_second_round_alone_is_a_known_zero_of_new_people() -> None:
    result = counted(CountingRule.SUM_NEW, row(50, first_time=0))
    assert result.reached.known
    assert result.reached.value == 0


def test_the_rule_max_area_takes_the_largest_month() -> None:
    result = counted(
        CountingRule.MAX_AREA,
        row(100),
        row(60, "2016-02", site="A"),
        row(70, "2016-02", site="B"),
        row(90, "2016-03"),
    )
    assert result.reached.value == 130
    assert result.assistances.value == 320
    assert result.reached_rows == 4
    assert not result.planned.known


def test_planned_months_add_only_what_exceeds_the_largest_month() -> None:
    result = counted(
        CountingRule.MAX_AREA,
        row(100),
        row(100, "2016-06", status="planned"),
        row(140, "2016-07", status="ongoing"),
    )
    assert result.reached.value == 100
    assert result.planned.value == 40
    assert (result.reached_rows, result.planned_rows) == (1, 2)


def test_what_is_planned_for_the_largest_month_comes_on_top_of_what_it_reached() -> None:
    for rule in (CountingRule.MAX_AREA, CountingRule.MAX_SITE):
        result = counted(
            rule,
            row(100),
            row(30, "2016-02"),
            row(20, status="planned"),
            row(80, "2016-02", status="planned"),
        )
        assert (result.reached.value, result.planned.value) == (100, 20)


def test_the_largest_month_tells_what_of_it_was_converted() -> None:
    result = counted(CountingRule.MAX_AREA, row(60), row(100, "2016-02"), row(None, individuals=250))
    assert (result.reached.own, result.reached.converted) == (60, 50)
    assert result.assistances.value == 210


def test_of_equal_months_the_one_counts_that_was_said_in_the_asked_unit() -> None:
    for months in (("2016-01", "2016-02"), ("2016-02", "2016-01")):
        result = counted(CountingRule.MAX_AREA, row(50, months[0]), row(None, months[1], individuals=250))
        assert (result.reached.own, result.reached.other) == (50, 0)


def test_the_rule_max_site_takes_the_largest_month_of_each_site_whatever_its_case() -> None:
    result = counted(
        CountingRule.MAX_SITE,
        row(80, site="École A"),
        row(70, "2016-02", site="ÉCOLE A"),
        row(30, "2016-02", site="École a"),
        row(5, "2016-02", site="B"),
        row(9, "2016-03", site="B", status="planned"),
        row(11, "2016-03", site="C", status="planned"),
    )
    assert result.reached.value == 105
    assert result.planned.value == 15
    assert result.assistances.value == 185


def test_months_and_sites_that_nobody_named_are_one_each() -> None:
    for rule in (CountingRule.MAX_AREA, CountingRule.MAX_SITE):
        assert counted(rule, row(10, None), row(20, None), row(25)).reached.value == 30


def test_population_groups_have_a_largest_month_each() -> None:
    result = counted(CountingRule.MAX_AREA, row(10), row(20, "2016-02", population_group="returnees"))
    assert result.reached.value == 30


def test_planned_and_ongoing_rows_never_count_as_reached() -> None:
    result = counted(CountingRule.SUM, row(100, status="planned"), row(50, status="ongoing"))
    assert not result.reached.known
    assert result.planned.value == 150
    assert result.reached_rows == 0


def test_only_the_unit_that_is_absent_is_converted() -> None:
    result = counted(CountingRule.SUM, row(100, individuals=900), row(None, individuals=250))
    assert (result.reached.own, result.reached.converted) == (100, 50)


def test_rows_without_any_figure_are_not_zero() -> None:
    result = counted(CountingRule.SUM, row(None))
    assert not result.reached.known
    assert result.silent_rows == 1


def test_sites_are_marked_as_converted_in_proportion() -> None:
    result = counted(
        CountingRule.MAX_SITE,
        row(60, site="A"),
        row(None, individuals=100, site="B"),
        row(20, site="A", status="planned"),
    )
    assert result.reached.value == 80
    assert result.reached.converted == pytest.approx(20)
    assert result.planned.value == pytest.approx(20)
    assert (result.reached_rows, result.planned_rows) == (2, 1)


def test_a_line_that_takes_a_version_back_leaves_nothing_of_it() -> None:
    for rule in CountingRule:
        count = counted(rule, row(100), row(40), row(100, sign=-1))
        assert (count.reached.value, count.assistances.value, count.reached_rows) == (40, 40, 1), rule
        assert all_counted(rule, row(100), row(100, sign=-1)) == [], rule


def test_rows_that_count_nobody_and_those_that_might_not_are_told() -> None:
    for rule in CountingRule:
        count = counted(rule, row(100), row(60), row(100), doubles=Doubles((3,), (2,)))
        assert (count.reached.value, count.reached_rows, count.left_out) == (160, 2, 1), rule
        assert (count.doubtful, count.fewer_reached.value, count.fewer_planned.value) == (1, 60, 0), rule
    # That somebody said a number is known, also where another row counts.
    alone = counted(CountingRule.SUM, row(100), doubles=Doubles((1,)))
    assert (alone.reached.known, alone.reached.value, alone.reached_rows) == (True, 0, 0)


def test_every_rule_has_words_and_every_shipped_activity_type_a_rule() -> None:
    assert set(WORDS) == set(CountingRule)
    for choice in shipped().activity_types:
        CountingRule(choice.attributes["counting_rule"])
