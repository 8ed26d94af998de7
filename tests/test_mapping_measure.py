"""Header rows from many countries: no column is ever taken for what it is not."""

from __future__ import annotations

from pathlib import Path

from cluster4w.intake.headers.map import Vocabulary
from cluster4w.template.declaration import shipped
from cluster4w.template.targets import parse_target
from tests.labelled_headers import TABLES
from tests.labelled_unseen import UNSEEN
from tests.mapping_measure import RIGHT, WRONG, judge, shares, workbook_table


def test_the_labels_name_targets_that_there_are_one_for_each_column() -> None:
    template = shipped()
    assert len(TABLES) >= 30
    for table in (*TABLES, *UNSEEN):
        assert len(table.rows[-1]) == len(table.keys), table.source
        assert all(len(row) == len(table.keys) for row in table.rows), table.source
        unknown = [key for key in table.keys if key and parse_target(key, template) is None]
        assert unknown == [], table.source


def test_no_column_of_any_table_is_taken_for_another_one() -> None:
    judged = list(judge())
    wrong = [(j.source, j.header, j.expected, j.taken) for j in judged if j.outcome == WRONG]
    assert wrong == []
    unseen = [(j.header, j.expected, j.taken) for j in judge(UNSEEN) if j.outcome == WRONG]
    assert unseen == [], "nor of tables for which no alias was ever added"
    counts = shares(judged)
    assert counts[RIGHT] >= 0.8 * counts["keyed"], counts


def test_the_public_workbook_of_mali_is_known_to_its_last_column(real_workbook: Path) -> None:
    assert {j.outcome for j in judge([workbook_table(real_workbook)])} == {RIGHT}


def test_a_near_spelling_never_bridges_another_word() -> None:
    vocabulary = Vocabulary.of(shipped())
    for header in (
        "Country",
        "Households not reached",
        "Individuals not reached",
        "Malles reached",
        "Femalls",
    ):
        key, how, _ = vocabulary.near(header)
        assert how != "fuzzy" or key in ("males_reached", "females_reached"), (header, key)
    assert vocabulary.near("Country")[0] is None
    assert vocabulary.near("Households not reached")[:2] == ("households_reached", "doubtful")
    assert vocabulary.near("Menages ateints")[:2] == ("households_reached", "fuzzy")
