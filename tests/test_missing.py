"""What is missing in all: no surplus fills a gap elsewhere, vague help fills gaps where it can be."""

from __future__ import annotations

import pytest

from cluster4w.gaps.missing import missing_in_all
from cluster4w.gaps.row import GapRow
from cluster4w.record.gazetteer import Gazetteer, Place

GAZETTEER = Gazetteer(
    "MLI",
    "test",
    (
        Place("ML05", 1, "Mopti", None),
        Place("ML07", 1, "Gao", None),
        Place("ML0501", 2, "Bandiagara", "ML05"),
        Place("ML0502", 2, "Bankass", "ML05"),
        Place("ML0701", 2, "Ansongo", "ML07"),
    ),
)


def row(
    kind: str, pcode: str | None, gap: int | None, reached: int | None = None, planned: int | None = None
) -> GapRow:
    """Return a line of which only its place and its people matter."""
    return GapRow(
        kind=kind, pcode=pcode, name="", parent_name="", target=None, reached=reached, planned=planned,
        in_need=None, gap=gap, coverage=None, assistances=None, organisations=0, rows=0, converted=False,
    )  # fmt: skip


AREAS = (row("area", "ML0501", 100), row("area", "ML0502", -40), row("area", "ML0701", 30))


@pytest.mark.parametrize(
    ("vague", "left"),
    [
        ((), 130),
        # Somewhere in Mopti: only Bandiagara has a gap there, and no gap of Gao is filled.
        ((row("part", "ML05", None, reached=60),), 70),
        ((row("part", "ML05", None, reached=500),), 30),
        ((row("part", "ML07", None, reached=500),), 100),
        ((row("unknown", None, None, reached=110),), 20),
        # The more precise line first: what it fills, the other cannot fill again.
        ((row("unknown", None, None, reached=20), row("part", "ML07", None, reached=30)), 80),
        ((row("part", "ML05", None, reached=None),), 130),
        # A line with a target of its own has its own gap, and its people are counted in that already.
        ((row("part", "ML05", 15, reached=60),), 145),
        # Another area without a target is elsewhere.
        ((row("area", "ML0502", None, reached=60),), 130),
    ],
)
def test_each_household_fills_at_most_one_gap_where_it_can_be(vague: tuple[GapRow, ...], left: int) -> None:
    assert missing_in_all((*AREAS, *vague), GAZETTEER, "current") == left


def test_planned_people_of_a_vague_line_count_for_the_projected_gap_only() -> None:
    rows = (*AREAS, row("part", "ML05", None, reached=10, planned=20))
    assert missing_in_all(rows, GAZETTEER, "current") == 120
    assert missing_in_all(rows, GAZETTEER, "projected") == 100


def test_without_any_gap_nothing_is_known() -> None:
    assert missing_in_all((row("area", "ML0501", None, reached=5),), GAZETTEER, "current") is None
