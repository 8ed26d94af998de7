"""The classes of a map: in grey and to every eye they keep their order; bounds hold what they say."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import with_gap
from cluster4w.publish.maps.classes import (
    COVERAGE,
    NOT_AVAILABLE,
    NOT_TARGETED,
    OVERLAP,
    PRESENCE,
    Cut,
    MapClass,
    Scale,
    Shows,
    cuts_of,
    heading,
    overlap_class,
    own_bounds,
    scale_for,
)

Matrix = tuple[tuple[float, float, float], ...]
#: How colours look to eyes that lack a pigment (Machado, Oliveira and Fernandes 2009), and to all others.
EYES: dict[str, Matrix] = {
    "all three": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def lightness(colour: str, eyes: Matrix) -> float:
    """Return how light a colour looks: 0 is black, 100 white (CIE L*)."""
    seen = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in seen]
    red, green, blue = (
        min(max(sum(a * b for a, b in zip(line, linear, strict=True)), 0.0), 1.0) for line in eyes
    )
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * light ** (1 / 3) - 16 if light > 0.008856 else 903.3 * light


def row(target: int | None, reached: int | None, *, pcode: str = "X", organisations: int = 0) -> GapRow:
    made = GapRow(
        "area", pcode, pcode, "", target, reached, 0, None, None, None, None, organisations, 0, False
    )
    return with_gap(made, "current")


#: Shares of 0 to 190 per cent, and 5 to 100 missing.
ROWS = [row(100, n) for n in range(0, 200, 10)]


def scale(shows: Shows = "share", cut: Cut = "usual", bounds: tuple[int, ...] = ()) -> Scale:
    return scale_for(ROWS, "current", language="en", shows=shows, cut=cut, bounds=bounds)


def said(classes: tuple[MapClass, ...]) -> list[str]:
    return [c.said(lambda words: words) for c in classes]


@pytest.mark.parametrize("eyes", EYES)
def test_every_scale_runs_from_dark_to_light_without_turning(eyes: str) -> None:
    scales = [
        (*COVERAGE[:-1], NOT_TARGETED),
        tuple(reversed(PRESENCE)),
        tuple(reversed(OVERLAP)),
        *(scale("missing", cut).classes[:0:-1] for cut in ("quantiles", "equal")),
        tuple(c for c in scale("share", "quantiles").classes if not c.texture),
        tuple(c for c in scale("share", "own", (10, 50, 90)).classes if not c.texture),
    ]
    for classes in scales:
        seen = [lightness(c.colour, EYES[eyes]) for c in classes]
        for (before, darker), (after, lighter) in pairwise(zip(classes, seen, strict=True)):
            # Five steps of a hundred are told apart on a laser print.
            assert lighter - darker >= 4, (before.key, after.key, seen)


def test_what_lightness_does_not_say_has_a_texture() -> None:
    assert (COVERAGE[-1].texture, NOT_AVAILABLE.texture) == ("dots", "lines")
    assert not any(c.texture for c in COVERAGE[:-1])
    # Words in a tile are legible on its colour: the contrast that the web's standard asks of large text.
    for entry in (*COVERAGE, *PRESENCE, *OVERLAP, NOT_TARGETED, *scale("missing").classes):
        ink, ground = (lightness(c, EYES["all three"]) for c in (entry.ink, entry.colour))
        assert abs(ink - ground) > 45, entry.key


def test_the_cluster_s_bounds_are_the_usual_ones() -> None:
    usual = scale()
    assert said(usual.classes) == [
        "0 %", "1–20 %", "21–40 %", "41–60 %", "61–80 %", "81–100 %", "> 100 %"
    ]  # fmt: skip
    assert usual.bounds == (20, 40, 60, 80, 100)
    assert [usual.of(r).key for r in ROWS[:4]] == ["c0", "c20", "c20", "c40"]
    assert usual.of(row(None, 5)) is NOT_TARGETED
    assert usual.of(row(5, None)) is NOT_AVAILABLE


def test_classes_of_shares_hold_what_they_say() -> None:
    equal = scale("share", "equal")
    assert said(equal.classes) == ["0 %", "1–38 %", "39–76 %", "77–114 %", "115–152 %", "153–190 %"]
    assert [c.texture for c in equal.classes] == ["", "", "", "", "dots", "dots"]
    quantiles = scale("share", "quantiles")
    counts = [sum(quantiles.of(r) is c for r in ROWS) for c in quantiles.classes]
    assert counts == [1, 4, 4, 4, 4, 3]
    own = scale("share", "own", (25, 100))
    assert said(own.classes) == ["0 %", "1–25 %", "26–100 %", "> 100 %"]
    assert [own.of(row(100, n)).key for n in (0, 25, 26, 100, 101)] == ["s0", "s1", "s2", "s2", "s9"]
    assert own.bounds == (25, 100)
    # Bounds that are no list leave the cluster's own.
    assert scale("share", "own", ()).classes == COVERAGE


def test_classes_of_numbers_missing_begin_with_nothing() -> None:
    missing = scale("missing")
    assert said(missing.classes) == ["nothing missing", "1–20", "21–40", "41–60", "61–80", "81–100"]
    assert [missing.of(row(100, n)).key for n in (150, 100, 99, 80, 79, 0)] == [
        "met", "met", "n1", "n1", "n2", "n5"
    ]  # fmt: skip
    own = scale("missing", "own", (50,))
    assert said(own.classes) == ["nothing missing", "1–50", "> 50"]
    assert own.of(row(1000, 0)).key == "n9"
    assert own.of(row(None, 0)) is NOT_TARGETED
    # Where nothing is missing anywhere there is one class.
    none = scale_for([row(5, 5)], "current", language="en", shows="missing")
    assert said(none.classes) == ["nothing missing"]


def test_presence_counts_organisations_and_overlaps_name_two_reasons() -> None:
    there = scale("presence")
    assert [there.of(row(1, 0, organisations=n)).key for n in (0, 1, 2, 3, 4, 5, 9)] == [
        "p0", "p1", "p2", "p4", "p4", "p5", "p5"
    ]  # fmt: skip
    cases = {(50, False): "alone", (150, False): "above", (50, True): "same", (150, True): "both"}
    for (reached, together), key in cases.items():
        assert overlap_class(row(100, reached, pcode="A"), {"A"} if together else ()).key == key
    assert {heading(scale(s), "current") for s in ("share", "missing", "presence", "overlap")} == {
        "Reached, of the target",
        "How many are missing",
        "Organisations present",
        "Overlaps",
    }


@pytest.mark.parametrize(
    ("values", "cut", "ends"),
    [
        ([], "equal", []),
        ([0, -4], "quantiles", []),
        ([7], "quantiles", [7]),
        ([7, 7, 7, 7], "quantiles", [7]),
        ([1, 2], "quantiles", [1, 2]),
        ([10], "equal", [2, 4, 6, 8, 10]),
        ([0.5, 99.2], "equal", [20, 40, 60, 80, 100]),
        ([3], "equal", [1, 2, 3]),
    ],
)
def test_cuts_are_whole_rising_and_end_with_the_largest_value(
    values: list[float], cut: Cut, ends: list[int]
) -> None:
    assert cuts_of(values, cut) == ends


def test_bounds_are_read_as_people_type_them() -> None:
    assert own_bounds("10, 30; 60 100") == (10, 30, 60, 100)
    assert own_bounds("60 10 10") == (10, 60)
    assert own_bounds("1 2 3 4 5 6 7") == (1, 2, 3, 4, 5)
    for nonsense in ("", "ten", "-5 10", "1.5", "٣", "9" * 40):
        assert own_bounds(nonsense) == ()
