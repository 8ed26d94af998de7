"""Points, rings and polygons in degrees, and what is asked of a single ring."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]
Ring = list[Point]
#: The outer ring, then its holes; as the file gives them, closed or not.
Polygon = tuple[tuple[Point, ...], ...]


def signed_area(ring: Sequence[Point]) -> float:
    """Return the area of an open ring in square degrees; negative where it runs to the right."""
    x0, y0 = ring[0]
    total = 0.0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        total += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    return total / 2


def holds(ring: Sequence[Point], x: float, y: float) -> bool:
    """Tell whether a point lies inside a ring, open or closed: a line to the east meets it at odd times."""
    inside = False
    ax, ay = ring[-1]
    for bx, by in ring:
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
        ax, ay = bx, by
    return inside
