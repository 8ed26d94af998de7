"""Mending outlines: what drawings and tests of points cannot use is put right, and each mend is named.

The area of an outline is what an odd number of its rings surrounds. Nothing is moved: rings are closed, cut
where they touch or cross themselves, turned, or dropped where they surround nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from cluster4w.intake.areas.rings import Point, Polygon, Ring, holds, signed_area

Problem = Literal["unclosed", "repeated", "touching", "crossing", "empty", "hole_outside", "winding"]
PROBLEMS: tuple[Problem, ...] = get_args(Problem)

#: Square degrees below which a ring surrounds nothing: about a hundred square metres.
LEAST = 1e-8
#: Pairs of segments that are compared at most in one ring; a hostile file could ask for billions.
MOST_PAIRS = 4_000_000
#: Decimals of a point that is added where a ring crosses itself.
CROSSING_DECIMALS = 9


@dataclass(slots=True)
class Mended:
    """The rings of an area, open (the first point is not repeated), and what was wrong with them."""

    rings: list[Ring] = field(default_factory=list)
    problems: set[Problem] = field(default_factory=set)


def mend(polygons: Sequence[Polygon], *, wound: bool) -> Mended:
    """Return the rings of an area, outer ones to the left and holes to the right.

    ``wound``: the form of the file prescribes that, so that a ring that runs the other way is named.
    """
    mended = Mended()
    outers: set[frozenset[Point]] = set()
    for polygon in polygons:
        outer: list[Ring] = []
        for place, given in enumerate(polygon):
            loops = _loops(given, mended.problems)
            if place == 0:
                outer = [loop for loop in loops if frozenset(loop) not in outers]
                if len(outer) < len(loops):
                    # Twice the same ring would surround its area an even number of times: nothing.
                    mended.problems.add("repeated")
                outers.update(map(frozenset, outer))
            mended.rings += _turned(outer if place == 0 else loops, outer, place > 0, wound, mended.problems)
    return mended


def _turned(
    loops: Sequence[Ring], outer: Sequence[Ring], is_hole: bool, wound: bool, problems: set[Problem]
) -> Iterator[Ring]:
    for loop in loops:
        hole = is_hole
        if is_hole and outer and not any(_within(loop, ring) for ring in outer):
            problems.add("hole_outside")
            hole = False
        if (signed_area(loop) < 0) != hole:
            if wound:
                problems.add("winding")
            loop = loop[::-1]
        yield loop


def _loops(given: Sequence[Point], problems: set[Problem]) -> list[Ring]:
    """Return the simple loops that a ring is made of."""
    ring = list(given)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    else:
        problems.add("unclosed")
    points = [p for i, p in enumerate(ring) if p != ring[i - 1] or len(ring) == 1]
    if len(points) < len(ring):
        problems.add("repeated")
    crossed = with_crossings(points)
    if len(crossed) > len(points):
        problems.add("crossing")
    simple = _split(crossed)
    kept = [loop for loop in simple if len(loop) > 2 and abs(signed_area(loop)) > LEAST]
    if len(simple) > 1 and len(crossed) == len(points):
        problems.add("touching")
    if not kept:
        problems.add("empty")
    return kept


def _split(points: Sequence[Point]) -> list[Ring]:
    """Return the loops of a ring, cut at every point that it visits twice."""
    path: Ring = []
    at: dict[Point, int] = {}
    loops = []
    for point in points:
        if point in at:
            start = at[point]
            loop = path[start:]
            loops.append(loop)
            for gone in loop[1:]:
                del at[gone]
            del path[start + 1 :]
        else:
            at[point] = len(path)
            path.append(point)
    loops.append(path)
    return loops


def _within(hole: Sequence[Point], outer: Sequence[Point]) -> bool:
    """Tell whether a hole lies in its outer ring; points on the line may fall on either side."""
    sides = zip(hole, [*hole[1:], hole[0]], strict=True)
    middles = [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in sides]
    return sum(holds(outer, x, y) for x, y in middles) * 2 > len(middles)


def with_crossings(points: Ring) -> Ring:
    """Return the ring with a point added on both segments wherever two of them cross."""
    added: dict[int, list[tuple[float, Point]]] = {}
    for i, j in _near_pairs(points):
        met = _crossing(points[i], points[(i + 1) % len(points)], points[j], points[(j + 1) % len(points)])
        if met is not None:
            along_i, along_j, point = met
            added.setdefault(i, []).append((along_i, point))
            added.setdefault(j, []).append((along_j, point))
    if not added:
        return points
    result: Ring = []
    for i, point in enumerate(points):
        result.append(point)
        result += [crossing for _, crossing in sorted(added.get(i, ())) if crossing != point]
    return result


def _near_pairs(points: Ring) -> Iterator[tuple[int, int]]:
    """Yield the pairs of segments that share a cell of a grid and are no neighbours."""
    count = len(points)
    if count < 4:
        return
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    west, south = min(xs), min(ys)
    side = max(max(xs) - west, max(ys) - south) / max(1, math.isqrt(count)) or 1.0
    cells: dict[tuple[int, int], list[int]] = {}
    left = MOST_PAIRS
    for i, (ax, ay) in enumerate(points):
        bx, by = points[(i + 1) % count]
        columns = range(int((min(ax, bx) - west) / side), int((max(ax, bx) - west) / side) + 1)
        rows = range(int((min(ay, by) - south) / side), int((max(ay, by) - south) / side) + 1)
        left -= len(columns) * len(rows)
        if left < 0:
            return
        for column in columns:
            for row in rows:
                cells.setdefault((column, row), []).append(i)
    seen: set[tuple[int, int]] = set()
    for inside in cells.values():
        left -= len(inside) * len(inside) // 2
        if left < 0:
            return
        for at, i in enumerate(inside):
            for j in inside[at + 1 :]:
                if j - i > 1 and j - i < count - 1 and (i, j) not in seen:
                    seen.add((i, j))
                    yield i, j


def _crossing(a: Point, b: Point, c: Point, d: Point) -> tuple[float, float, Point] | None:
    """Return where two segments cross (shares of each, the point), None where they at most touch."""
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    turn = rx * sy - ry * sx
    if turn == 0:
        return None
    t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / turn
    u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / turn
    if not (1e-9 < t < 1 - 1e-9 and 1e-9 < u < 1 - 1e-9):
        return None
    point = (round(a[0] + t * rx, CROSSING_DECIMALS), round(a[1] + t * ry, CROSSING_DECIMALS))
    return t, u, point
