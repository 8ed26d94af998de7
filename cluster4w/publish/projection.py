"""From degrees to a drawing: an equirectangular projection that is true at the middle of the country."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

#: Rings of [longitude, latitude] pairs in degrees.
Rings = Sequence[Sequence[Sequence[float]]]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Projection:
    """Turns longitude and latitude into whole units of a drawing, y downwards."""

    west: float
    north: float
    scale: float
    squeeze: float
    left: float
    top: float
    width: int
    height: int

    def point(self, longitude: float, latitude: float) -> Point:
        """Return the place of a point in the drawing."""
        x = self.left + (longitude - self.west) * self.squeeze * self.scale
        y = self.top + (self.north - latitude) * self.scale
        return round(x), round(y)

    def path(self, rings: Rings) -> str:
        """Return an outline as an SVG path of whole, relative steps, without rings that shrink to a dot."""
        parts = []
        for ring in rings:
            points = self._thin(ring)
            if len(points) < 3:
                continue
            x, y = points[0]
            steps = []
            for next_x, next_y in points[1:]:
                # A minus sign separates two numbers as well as a space does.
                steps.append(f"{next_x - x}{next_y - y}" if next_y < y else f"{next_x - x} {next_y - y}")
                x, y = next_x, next_y
            parts.append(f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z")
        return "".join(parts)

    def _thin(self, ring: Sequence[Sequence[float]]) -> list[Point]:
        """Return the ring's points in the drawing without repeats and without points on a straight line."""
        points: list[Point] = []
        for position in ring:
            here = self.point(position[0], position[1])
            if points and here == points[-1]:
                continue
            if len(points) > 1:
                (ax, ay), (bx, by) = points[-2], points[-1]
                forward = (bx - ax) * (here[0] - bx) + (by - ay) * (here[1] - by) > 0
                if forward and (bx - ax) * (here[1] - by) == (by - ay) * (here[0] - bx):
                    points.pop()
            points.append(here)
        if len(points) > 1 and points[0] == points[-1]:
            points.pop()
        return points

    def box(self, rings: Rings) -> tuple[int, int, int, int]:
        """Return the smallest box around an outline in the drawing: left, top, right, bottom."""
        points = [self.point(p[0], p[1]) for ring in rings for p in ring]
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        return min(xs), min(ys), max(xs), max(ys)


def fit(positions: Iterable[Sequence[float]], width: int, height: int | None, margin: int = 8) -> Projection:
    """Return the projection that shows all positions in a box, whole and undistorted.

    ``height`` None: the drawing is as high as the country needs at this width.
    """
    found = [(p[0], p[1]) for p in positions] or [(0.0, 0.0)]
    west, east = min(p[0] for p in found), max(p[0] for p in found)
    south, north = min(p[1] for p in found), max(p[1] for p in found)
    squeeze = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = (width - 2 * margin) / across
    if height is not None:
        scale = min(scale, (height - 2 * margin) / down)
    tall = height if height is not None else round(down * scale) + 2 * margin
    left = (width - across * scale) / 2
    top = (tall - down * scale) / 2
    return Projection(west, north, scale, squeeze, left, top, width, tall)


def middle(rings: Rings) -> tuple[float, float]:
    """Return the centre of gravity of the largest ring, in degrees: where a label goes."""
    best: tuple[float, float, float] = (-1.0, 0.0, 0.0)
    for ring in rings:
        area = x = y = 0.0
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            cross = a[0] * b[1] - b[0] * a[1]
            area += cross
            x += (a[0] + b[0]) * cross
            y += (a[1] + b[1]) * cross
        if abs(area) > best[0] and area:
            best = (abs(area), x / (3 * area), y / (3 * area))
    return best[1], best[2]


def positions(rings: Rings) -> Iterable[Any]:
    """Yield every position of an outline."""
    for ring in rings:
        yield from ring
