"""From degrees to a drawing: an equirectangular projection that is true at the middle of the country."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

#: Rings of [longitude, latitude] pairs in degrees.
Rings = Sequence[Sequence[Sequence[float]]]
Point = tuple[int, int]
#: Left, top, right, bottom in a drawing.
Box = tuple[float, float, float, float]


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

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude of a place in the drawing."""
        return self.west + (x - self.left) / self.scale / self.squeeze, self.north - (
            y - self.top
        ) / self.scale

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
                steps.append(f"{next_x - x} {next_y - y}")
                x, y = next_x, next_y
            # A minus sign separates two numbers as well as a space does.
            parts.append(f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
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

    def inside(self, rings: Rings, margin: int = 12) -> list[list[tuple[float, float]]]:
        """Return what of an outline lies in the drawing, or at most ``margin`` units outside of it."""
        step = margin / self.scale
        west = self.west - self.left / self.scale / self.squeeze - step / self.squeeze
        north = self.north + self.top / self.scale + step
        east = west + (self.width / self.scale + 2 * step) / self.squeeze
        south = north - self.height / self.scale - 2 * step
        return [c for ring in rings if len(c := clip(ring, (west, south, east, north))) > 2]

    def box(self, rings: Rings) -> tuple[int, int, int, int]:
        """Return the smallest box around an outline in the drawing: left, top, right, bottom."""
        points = [self.point(p[0], p[1]) for ring in rings for p in ring]
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        return min(xs), min(ys), max(xs), max(ys)


def clip(
    ring: Sequence[Sequence[float]], box: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    """Return the part of a ring inside a box of west, south, east, north (Sutherland and Hodgman's way)."""
    points = [(p[0], p[1]) for p in ring]
    for axis, bound, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        kept: list[tuple[float, float]] = []
        for before, here in zip([points[-1], *points[:-1]] if points else [], points, strict=True):
            was_in, is_in = ((p[axis] - bound) * sign >= 0 for p in (before, here))
            if was_in != is_in:
                part = (bound - before[axis]) / (here[axis] - before[axis])
                kept.append(
                    (before[0] + part * (here[0] - before[0]), before[1] + part * (here[1] - before[1]))
                )
            if is_in:
                kept.append(here)
        points = kept
    return points


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


def holds(rings: Rings, point: tuple[float, float]) -> bool:
    """Tell whether a point lies in an outline: a line to the west crosses it an odd number of times."""
    x, y = point
    inside = False
    for ring in rings:
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (a[1] > y) != (b[1] > y) and x > a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]):
                inside = not inside
    return inside


def is_free(box: Box, taken: Iterable[Box]) -> bool:
    """Tell whether a box lies on none of those that are taken."""
    return not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )


def positions(rings: Rings) -> Iterable[Any]:
    """Yield every position of an outline."""
    for ring in rings:
        yield from ring
