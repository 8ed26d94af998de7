"""Each counting rule, by hand-made groups of rows: nobody is counted twice, and absent is not zero."""

from __future__ import annotations

import pytest

from cluster4w.gaps.rules import WORDS, Count, count_largest
from cluster4w.record.queries.coverage import SEPARATOR, Monthly, Sum
from cluster4w.template.declaration import shipped
from cluster4w.template.lists import CountingRule


def rows(
    own: int | None, *, status: str = "completed", first: bool | None = True, other: int | None = None
) -> Sum:
    return Sum("t", status, "ML07", "ML0701", None, "idps", first, own, other, 1, int(own is other is None))


def months(
    *figures: tuple[str, int], status: str = "completed", other: tuple[tuple[str, int], ...] = ()
) -> Monthly:
    """Rows with a month and site, and a figure: in the asked unit, then in the other one."""
    own, others = (
        (
            SEPARATOR.join(place for place, _ in said) or None,
            ",".join(str(figure) for _, figure in said) or None,
        )
        for said in (figures, other)
    )
    rows = len(figures) + len(other)
    return Monthly("t", status, "ML07", "ML0701", None, "idps", rows, 0, *own, *others)


def counted(rule: CountingRule, *entries: Sum) -> Count:
    total = Count()
    for entry in entries:
        total.take(entry, rule, 0.2)
    return total


def largest(rule: CountingRule, *entries: Monthly) -> Count:
    return count_largest(entries, rule, 0.2)


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
    result = largest(
        CountingRule.MAX_AREA,
        months(("2016-01", 100), ("2016-02", 60), ("2016-02", 70), ("2016-03", 90)),
    )
    assert result.reached.value == 130
    assert result.assistances.value == 320
    assert result.reached_rows == 4
    assert not result.planned.known


def test_planned_months_add_only_what_exceeds_the_largest_month() -> None:
    result = largest(
        CountingRule.MAX_AREA,
        months(("2016-01", 100)),
        months(("2016-06", 100), status="planned"),
        months(("2016-07", 140), status="ongoing"),
    )
    assert result.reached.value == 100
    assert result.planned.value == 40
    assert (result.reached_rows, result.planned_rows) == (1, 2)


def test_what_is_planned_for_the_largest_month_comes_on_top_of_what_it_reached() -> None:
    for rule in (CountingRule.MAX_AREA, CountingRule.MAX_SITE):
        result = largest(
            rule,
            months(("2016-01", 100), ("2016-02", 30)),
            months(("2016-01", 20), ("2016-02", 80), status="planned"),
        )
        assert (result.reached.value, result.planned.value) == (100, 20)


def test_the_largest_month_tells_what_of_it_was_converted() -> None:
    result = largest(
        CountingRule.MAX_AREA, months(("2016-01", 60), ("2016-02", 100), other=(("2016-01", 250),))
    )
    assert (result.reached.own, result.reached.converted) == (60, 50)
    assert result.assistances.value == 210


def test_the_rule_max_site_takes_the_largest_month_of_each_site_whatever_its_case() -> None:
    result = largest(
        CountingRule.MAX_SITE,
        months(("2016-01École A", 80), ("2016-02ÉCOLE A", 70), ("2016-02École a", 30), ("2016-02B", 5)),
        months(("2016-03B", 9), ("2016-03C", 11), status="planned"),
    )
    assert result.reached.value == 105
    assert result.planned.value == 15
    assert result.assistances.value == 185


def test_months_and_sites_that_nobody_named_are_one_each() -> None:
    unnamed = months(("       ", 10), ("       ", 20), ("2016-01", 25))
    for rule in (CountingRule.MAX_AREA, CountingRule.MAX_SITE):
        assert largest(rule, unnamed).reached.value == 30


def test_a_sum_is_not_counted_by_the_largest_month() -> None:
    with pytest.raises(ValueError, match="sum"):
        largest(CountingRule.SUM, months(("2016-01", 10)))


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
    result = largest(
        CountingRule.MAX_SITE,
        months(("2016-01A", 60), other=(("2016-01B", 100),)),
        months(("2016-01A", 20), status="planned"),
    )
    assert result.reached.value == 80
    assert result.reached.converted == pytest.approx(20)
    assert result.planned.value == pytest.approx(20)
    assert (result.reached_rows, result.planned_rows) == (2, 1)


def test_every_rule_has_words_and_every_shipped_activity_type_a_rule() -> None:
    assert set(WORDS) == set(CountingRule)
    for choice in shipped().activity_types:
        CountingRule(choice.attributes["counting_rule"])
