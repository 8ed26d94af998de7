"""Simplifying outlines for drawing: a border that two areas share stays one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cluster4w.intake.areas.rings import Point, Ring

#: Decimals kept: 0.001 degrees is about 110 m, far below a pixel of a country's map.
DECIMALS = 3
#: Largest distance, in degrees, between an outline and its simplification, by level.
TOLERANCE = {1: 0.015, 2: 0.01, 3: 0.004}


def simplify(shapes: Mapping[str, Sequence[Sequence[Point]]], tolerance: float) -> dict[str, list[Ring]]:
    """Return the outlines with fewer points, the borders that two areas share simplified as one line.

    Points are rounded first, so that neighbours meet. Rings are cut where borders meet; each piece is
    simplified once (Douglas-Peucker) and put back into every ring that runs along it, so no gap opens
    between neighbours. Rings that shrink to nothing are left out, but never the last one of an area.
    """
    rounded = {key: [r for ring in rings if len(r := _round(ring)) >= 3] for key, rings in shapes.items()}
    nodes = _nodes(ring for rings in rounded.values() for ring in rings)
    done: dict[tuple[Point, ...], tuple[Point, ...]] = {}
    result: dict[str, list[Ring]] = {}
    for key, rings in rounded.items():
        drawn = [_simplified_ring(ring, nodes, tolerance, done) for ring in rings]
        kept = [r for r in drawn if len(r) >= 4]
        if not kept and rings:
            largest = max(rings, key=len)
            kept = [[*largest, largest[0]]]
        if kept:
            result[key] = kept
    return result


def _round(ring: Sequence[Point]) -> Ring:
    """Return the ring rounded, open (the first point is not repeated), without repeats."""
    points: Ring = []
    for x, y in ring:
        point = (round(x, DECIMALS), round(y, DECIMALS))
        if not points or points[-1] != point:
            points.append(point)
    while len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points


def _nodes(rings: Iterable[Ring]) -> set[Point]:
    """Return the points where borders meet: those with more than two different neighbours."""
    neighbours: dict[Point, set[Point]] = {}
    for ring in rings:
        for before, point, after in zip([ring[-1], *ring[:-1]], ring, [*ring[1:], ring[0]], strict=True):
            neighbours.setdefault(point, set()).update((before, after))
    return {point for point, around in neighbours.items() if len(around) > 2}


def _simplified_ring(
    ring: Ring, nodes: set[Point], tolerance: float, done: dict[tuple[Point, ...], tuple[Point, ...]]
) -> Ring:
    cuts = [i for i, point in enumerate(ring) if point in nodes]
    if not cuts:
        # An island, or a lake that fills its hole exactly: both start at the same point.
        cuts = [ring.index(min(ring))]
    if len(cuts) == 1:
        start = cuts[0]
        cuts.append(max(range(len(ring)), key=lambda i: _square(ring[i], ring[start])))
        cuts.sort()
    points: Ring = []
    for start, end in zip(cuts, [*cuts[1:], cuts[0] + len(ring)], strict=True):
        piece = tuple(ring[i % len(ring)] for i in range(start, end + 1))
        backwards = piece[::-1]
        forward = piece <= backwards
        canonical = piece if forward else backwards
        if canonical not in done:
            done[canonical] = _douglas_peucker(canonical, tolerance)
        simple = done[canonical] if forward else done[canonical][::-1]
        points.extend(simple[:-1])
    return [*points, points[0]]


def _square(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _douglas_peucker(line: tuple[Point, ...], tolerance: float) -> tuple[Point, ...]:
    """Return the line without the points that lie closer than ``tolerance`` to what remains."""
    keep = [False] * len(line)
    keep[0] = keep[-1] = True
    stack = [(0, len(line) - 1)]
    limit = tolerance * tolerance
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        worst, at = limit, -1
        for i in range(first + 1, last):
            px, py = line[i]
            t = ((px - ax) * dx + (py - ay) * dy) / length if length else 0.0
            t = min(1.0, max(0.0, t))
            distance = (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2
            if distance > worst:
                worst, at = distance, i
        if at >= 0:
            keep[at] = True
            stack += [(first, at), (at, last)]
    return tuple(point for point, kept in zip(line, keep, strict=True) if kept)
