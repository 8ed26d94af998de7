"""The drawings: well-formed, the same bytes for the same input, focusable, without scripts and styles."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from cluster4w.gaps.row import GapRow
from cluster4w.publish.maps.classes import COVERAGE, NOT_AVAILABLE, NOT_TARGETED, class_of, usual_scale
from cluster4w.publish.maps.projection import clip, fit, holds, middle
from cluster4w.publish.maps.svg import Ground, MapArea, MapLabel, View, map_svg
from cluster4w.publish.maps.view import choose_view

SQUARE = [[[0.0, 14.0], [2.0, 14.0], [2.0, 16.0], [0.0, 16.0], [0.0, 14.0]]]
NEXT = [[[2.0, 14.0], [4.0, 14.0], [4.0, 16.0], [2.0, 16.0], [2.0, 14.0]]]
SVG = "{http://www.w3.org/2000/svg}"


def area(pcode: str, name: str, **more: object) -> MapArea:
    usual: dict[str, object] = {
        "colour": COVERAGE[1],
        "title": f"{name} : 3 810 ménages sans kit, 7 % atteints",
        "short": name,
        "value": "7 %",
        "point": (1.0, 15.0),
        "grid": (9, 5),
        "size": 10.0,
    }
    return MapArea(pcode, name, **(usual | more))  # type: ignore[arg-type]


AREAS = [
    area("ML0701", "Ansongo", grid=(9, 5)),
    area("ML0704", "Ménaka <&>", grid=(10, 4), colour=NOT_AVAILABLE, point=(3.0, 15.0), size=90.0),
]
SHAPES = {"ML0701": SQUARE, "ML0704": NEXT}


def draw(view: View, **more: object) -> str:
    return map_svg(view, AREAS, SHAPES, label="Carte", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("view", ["map", "grid", "symbols"])
def test_every_area_can_be_focused_has_a_title_its_code_and_its_class(view: View) -> None:
    tree = ElementTree.fromstring(draw(view))
    found = {e.get("data-pcode"): e for e in tree.iter() if e.get("data-pcode")}
    assert set(found) == {"ML0701", "ML0704"}
    ansongo = found["ML0701"]
    assert ansongo.get("tabindex") == "0"
    assert ansongo.get("class") == "area c20"
    title = ansongo.find(f"{SVG}title")
    assert title is not None
    assert title.text == "Ansongo : 3 810 ménages sans kit, 7 % atteints"


@pytest.mark.parametrize("view", ["map", "grid", "symbols"])
def test_the_same_input_gives_the_same_bytes_without_scripts_and_styles(view: View) -> None:
    first = draw(view)
    assert first == draw(view)
    assert not re.search(r"\sstyle=|<style|<script|\son[a-z]+=", first)


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    assert "Ménaka &lt;&amp;&gt;" in draw("grid")


def test_an_address_makes_an_area_a_link() -> None:
    linked = map_svg("map", [area("ML0701", "Ansongo", href="/a?b=1&c=2")], SHAPES)
    assert '<a href="/a?b=1&amp;c=2"' in linked


def test_what_is_not_available_is_hatched_and_two_drawings_do_not_share_its_name() -> None:
    assert 'fill="url(#map-lines)"' in draw("map")
    assert 'fill="url(#sheet-lines)"' in draw("map", name="sheet")


def test_outlines_are_whole_steps() -> None:
    path = re.search(r' d="(M[^"]+z)" fill="#b3403a"', draw("map"))
    assert path is not None
    assert re.fullmatch(r"M\d+ \d+l[-\d ]+z", path[1])


def test_a_tiny_area_becomes_a_disc() -> None:
    tiny = {"ML0701": SQUARE, "ML0901": [[[1.0, 15.0], [1.01, 15.0], [1.01, 15.01], [1.0, 15.0]]]}
    drawn = map_svg("map", [area("ML0701", "Ansongo"), area("ML0901", "Bamako")], tiny)
    assert drawn.count("<circle") == 1
    assert drawn.count("<title>") == 2


def test_the_area_of_a_symbol_grows_with_the_figure() -> None:
    radii = [float(r) for r in re.findall(r' r="([\d.]+)"', draw("symbols"))]
    assert radii[0] == 22
    assert radii[0] > radii[1] > 3


def test_a_label_that_would_lie_on_another_moves_or_goes() -> None:
    labels = [MapLabel("Tombouctou", 1.0, 15.0)] * 9
    drawn = ElementTree.fromstring(draw("map", labels=labels))
    group = next(g for g in drawn.iter(f"{SVG}g") if g.get("class") == "labels")
    heights = [int(t.get("y", "0")) for t in group]
    assert 1 < len(heights) < 9
    assert len(set(heights)) == len(heights)


def test_a_label_without_room_when_it_is_set_larger_is_marked() -> None:
    labels = [MapLabel("Tombouctou", 1.0, 15.0), MapLabel("Gao", 1.3, 15.0), MapLabel("Kidal", 3.0, 14.2)]
    drawn = ElementTree.fromstring(draw("map", labels=labels))
    group = next(g for g in drawn.iter(f"{SVG}g") if g.get("class") == "labels")
    assert [(t.text, t.get("class")) for t in group] == [
        ("Tombouctou", None),
        ("Gao", "fine"),
        ("Kidal", None),
    ]


def test_a_long_name_in_a_fine_grid_has_an_end_that_can_be_left_out() -> None:
    names = ["Tombouctou", "Bamako", "Gao", "A&B <long>", "Kidal", "Mopti", "Kayes", "Nara"]
    row = [area(f"ML{i}", name, grid=(i, 0)) for i, name in enumerate(names)]
    fine = ElementTree.fromstring(map_svg("grid", row, {}))
    words = [g.findall(f"{SVG}text")[0] for g in fine.iter(f"{SVG}g") if g.get("data-pcode")]
    assert ["".join(text.itertext()) for text in words] == names
    assert [text.text for text in words[:4]] == ["Tombo", "Bamako", "Gao", "A&B <"]
    assert [g.get("class") for g in fine.iter(f"{SVG}g") if g.get("text-anchor")] == ["areas fine"]
    few = ElementTree.fromstring(map_svg("grid", row[:7], {}))
    assert [g.get("class") for g in few.iter(f"{SVG}g") if g.get("text-anchor")] == ["areas"]


def test_tiles_keep_their_place_on_the_grid() -> None:
    tree = ElementTree.fromstring(draw("grid"))
    at = {
        g.get("data-pcode"): (int(r.get("x", "0")), int(r.get("y", "0")))
        for g in tree.iter(f"{SVG}g")
        if (r := g.find(f"{SVG}rect")) is not None
    }
    assert at["ML0701"][0] < at["ML0704"][0]
    assert at["ML0701"][1] > at["ML0704"][1]


def test_north_is_up_and_nothing_leaves_the_drawing() -> None:
    projection = fit([(0.0, 10.0), (10.0, 20.0)], 400, 300)
    assert projection.point(5, 20)[1] < projection.point(5, 10)[1]
    for corner in ((0, 10), (10, 20)):
        x, y = projection.point(*corner)
        assert 0 <= x <= 400
        assert 0 <= y <= 300


def test_a_map_zooms_to_its_frame_with_what_is_around_pale_cut_and_named() -> None:
    ground = Ground({"ML07": SQUARE, "ML05": NEXT}, {"ML05": "Mopti", "ML07": "Gao"}, "ML07", borders=True)
    own = [area("ML0701", "Ansongo")]
    tree = ElementTree.fromstring(map_svg("map", own, SHAPES, ground=ground, width=400))
    wide, high = int(tree.get("width", "0")), int(tree.get("height", "0"))
    groups = {g.get("class"): g for g in tree.iter(f"{SVG}g")}
    assert len(groups["around"]) == 1
    # A line from here to there: no point lies farther outside than the margin.
    points = []
    for x, y, steps in re.findall(r"M(\d+) (-?\d+)l([-\d ]+)z", groups["around"][0].get("d", "")):
        points.append((int(x), int(y)))
        numbers = [int(n) for n in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
    assert all(-13 <= x <= wide + 13 and -13 <= y <= high + 13 for x, y in points)
    assert len(groups["borders"]) == 1
    # The whole country: nothing is around it.
    assert 'class="around"' not in map_svg("map", AREAS, SHAPES, ground=Ground({"ML07": SQUARE}))
    # The frame fills the drawing from top to bottom; what is around it fills the sides.
    path = next(e for e in tree.iter(f"{SVG}path") if e.get("fill") == "#b3403a")
    assert int(re.findall(r"M\d+ (\d+)", path.get("d", ""))[0]) in {16, high - 16}
    assert high == 0.8 * wide
    assert [t.text for t in tree.iter(f"{SVG}text")] == ["Mopti"]


def test_an_area_around_the_frame_on_all_sides_is_not_named_in_its_middle() -> None:
    around = [[[-2.0, 12.0], [4.0, 12.0], [4.0, 18.0], [-2.0, 18.0], [-2.0, 12.0]], SQUARE[0]]
    ground = Ground({"ML09": SQUARE, "ML02": around}, {"ML02": "Koulikoro"}, "ML09")
    drawn = map_svg("map", [area("ML0901", "Bamako")], {"ML0901": SQUARE}, ground=ground)
    assert "Koulikoro" not in drawn
    assert holds(SQUARE, (1, 15))
    assert not holds(around, (1, 15))
    assert not holds(SQUARE, (1, 17))


def test_the_tiles_of_a_region_are_not_blown_up() -> None:
    few = ElementTree.fromstring(map_svg("grid", AREAS, {}, width=600))
    assert {r.get("width") for r in few.iter(f"{SVG}rect")} == {"96"}


def test_areas_of_other_classes_are_faint() -> None:
    drawn = ElementTree.fromstring(map_svg("map", [area("ML0701", "Ansongo", faint=True)], SHAPES))
    assert [g.get("class") for g in drawn.iter(f"{SVG}g") if g.get("data-pcode")] == ["area c20 faint"]


def test_a_ring_is_cut_to_a_box() -> None:
    assert sorted(clip(SQUARE[0], (1, 15, 9, 99))) == [(1, 15), (1, 16), (2, 15), (2, 16)]
    assert clip(SQUARE[0], (5, 5, 6, 6)) == []
    assert sorted(set(clip(SQUARE[0], (-9, 0, 9, 99)))) == sorted({(a, b) for a, b in SQUARE[0]})


def test_a_hole_does_not_move_the_label() -> None:
    assert middle([*SQUARE, [[0.1, 14.1], [0.2, 14.1], [0.2, 14.2], [0.1, 14.1]]]) == pytest.approx((1, 15))


@pytest.mark.parametrize(
    ("target", "reached", "planned", "measure", "key"),
    [
        (100, 0, 0, "current", "c0"),
        (1000, 1, 0, "current", "c20"),
        (100, 20, 0, "current", "c20"),
        (100, 21, 0, "current", "c40"),
        (100, 100, 0, "current", "c100"),
        (100, 101, 0, "current", "over"),
        (100, 20, 30, "projected", "c60"),
        (0, 20, 0, "current", "none"),
        (None, 20, 0, "current", "none"),
        (100, None, None, "current", "absent"),
    ],
)
def test_classes_follow_the_share(
    target: int | None, reached: int | None, planned: int | None, measure: str, key: str
) -> None:
    from cluster4w.gaps.table import with_gap

    row = GapRow("area", "X", "X", "", target, reached, planned, None, None, None, None, 0, 0, False)
    assert class_of(with_gap(row, measure), measure).key == key


def test_the_view_falls_back_to_what_can_be_drawn() -> None:
    assert choose_view(2, outlines=True, grid=True, points=True) == ("map", "grid", "symbols")
    assert choose_view(2, outlines=False, grid=True, points=True)[0] == "grid"
    assert choose_view(3, outlines=False, grid=False, points=True) == ("symbols",)
    assert {NOT_TARGETED.key, NOT_AVAILABLE.key} <= {c.key for c in usual_scale("current").everything}
