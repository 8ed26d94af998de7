"""What the first list is called: by what it is sorted."""

from __future__ import annotations

from cluster4w.publish import list_words


def test_the_least_covered_areas_are_called_so_only_where_the_smallest_shares_come_first() -> None:
    cases = {
        "": "Most uncovered areas",
        "-gap": "Most uncovered areas",
        "-severity": "Most uncovered areas",
        "-share": "Most uncovered areas",
        "share": "Least covered areas",
    }
    for order, words in cases.items():
        assert list_words.title("uncovered", str, order) == words, order
    assert list_words.title("above", str, "share") == "Areas above 100 %"
