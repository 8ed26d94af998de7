"""Each counting rule, by hand-made groups of rows: nobody is counted twice, and absent is not zero."""

from __future__ import annotations

import pytest

from cluster4w.gaps.rules import WORDS, Count, count, count_sites
from cluster4w.record.queries.coverage import SiteSum, Sum
from cluster4w.template.declaration import shipped
from cluster4w.template.lists import CountingRule


def rows(
    own: int | None,
    *,
    status: str = "completed",
    first: bool | None = True,
    split: str | None = None,
    other: int | None = None,
) -> Sum:
    return Sum(
        "t", status, "ML07", "ML0701", None, "idps", first, split, own, other, 1, int(own is other is None)
    )


def counted(rule: CountingRule, *entries: Sum) -> Count:
    return count(entries, rule, 0.2)


def test_the_rule_sum_counts_every_row() -> None:
    result = counted(CountingRule.SUM, rows(100), rows(50, first=False), rows(30, first=None))
    assert result.reached.value == 180
    assert result.assistances.value == 180


def test_the_rule_sum_new_counts_only_people_assisted_for_the_first_time() -> None:
    result = counted(CountingRule.SUM_NEW, rows(100), rows(50, first=False), rows(30, first=None))
    assert result.reached.value == 100
    assert result.assistances.value == 180
    assert (result.not_first, result.first_unsaid) == (1, 1)


def test_a_second_round_alone_is_a_known_zero_of_new_people() -> None:
    result = counted(CountingRule.SUM_NEW, rows(50, first=False))
    assert result.reached.known
    assert result.reached.value == 0


def test_the_rule_max_area_takes_the_largest_month() -> None:
    result = counted(
        CountingRule.MAX_AREA,
        rows(100, split="2016-01"),
        rows(60, split="2016-02"),
        rows(70, split="2016-02", first=False),
        rows(90, split="2016-03"),
    )
    assert result.reached.value == 130
    assert result.assistances.value == 320


def test_planned_months_add_only_what_exceeds_the_largest_month() -> None:
    result = counted(
        CountingRule.MAX_AREA,
        rows(100, split="2016-01"),
        rows(100, split="2016-06", status="planned"),
        rows(140, split="2016-07", status="ongoing"),
    )
    assert result.reached.value == 100
    assert result.planned.value == 40


def test_planned_and_ongoing_rows_never_count_as_reached() -> None:
    result = counted(CountingRule.SUM, rows(100, status="planned"), rows(50, status="ongoing"))
    assert not result.reached.known
    assert result.planned.value == 150
    assert result.reached_rows == 0


def test_only_the_unit_that_is_absent_is_converted() -> None:
    result = counted(CountingRule.SUM, rows(100), rows(None, other=250))
    assert (result.reached.own, result.reached.converted) == (100, 50)


def test_rows_without_any_figure_are_not_zero() -> None:
    result = counted(CountingRule.SUM, rows(None))
    assert not result.reached.known
    assert result.silent_rows == 1


def test_sites_are_marked_as_converted_in_proportion() -> None:
    entry = SiteSum("t", "ML07", "ML0701", None, "idps", 80.0, 100.0, 60, 100, 20, None, 3, 1, 0)
    result = count_sites(entry, 0.2)
    assert result.reached.value == 80
    assert result.reached.converted == pytest.approx(20)
    assert result.planned.value == pytest.approx(20)
    assert (result.reached_rows, result.planned_rows) == (3, 1)


def test_every_rule_has_words_and_every_shipped_activity_type_a_rule() -> None:
    assert set(WORDS) == set(CountingRule)
    for choice in shipped().activity_types:
        CountingRule(choice.attributes["counting_rule"])
