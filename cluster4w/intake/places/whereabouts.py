"""Whether a point lies in the area that its row names, as far as outlines are loaded.

The outlines of the deepest named level that has any are used. They are simplified, so that a point just
outside is not said; the outlines of regions that come with the product are coarse, and near them nothing is
said within a wider margin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cluster4w.intake.areas.rings import Ring, holds
from cluster4w.intake.read import Issue
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import Outlines, Rings
from cluster4w.template.kinds import Values

#: Kilometres outside an outline that are not said: how far it may lie from the true one.
TOLERANCE = 2.0
#: The same beside an outline that was drawn for maps of the world: of points on the true borders of the
#: regions of Mali, 99 of 100 are nearer to the coarse outline than that.
COARSE_TOLERANCE = 15.0
#: Kilometres of a degree of latitude.
_DEGREE = 111.2

#: West, south, east, north.
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Shape:
    pcode: str
    box: _Box
    rings: tuple[tuple[_Box, Ring], ...]

    @classmethod
    def of(cls, pcode: str, rings: Rings) -> _Shape:
        made = tuple((_box(ring), [(p[0], p[1]) for p in ring]) for ring in rings if len(ring) > 2)
        boxes = [box for box, _ in made] or [(0.0, 0.0, 0.0, 0.0)]
        wests, souths, easts, norths = zip(*boxes, strict=True)
        return cls(pcode, (min(wests), min(souths), max(easts), max(norths)), made)

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies inside, by the even-odd rule."""
        if not _in_box(self.box, x, y):
            return False
        inside = False
        for box, ring in self.rings:
            if _in_box(box, x, y) and holds(ring, x, y):
                inside = not inside
        return inside

    def distance(self, x: float, y: float) -> float:
        """Return the kilometres from a point to the outline."""
        squeeze = math.cos(math.radians(y))
        return min(
            (
                math.hypot(*_nearest((ax - x) * squeeze, ay - y, (bx - x) * squeeze, by - y)) * _DEGREE
                for _, ring in self.rings
                for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)
            ),
            default=math.inf,
        )


@dataclass
class Whereabouts:
    """Compares coordinates with outlines, which are read once and only when a row has coordinates."""

    gazetteer: Gazetteer
    outlines: Callable[[int], Outlines]
    _levels: dict[int, tuple[dict[str, _Shape], float]] = field(default_factory=dict)
    _memo: dict[tuple[object, ...], list[tuple[str, Issue]]] = field(default_factory=dict)

    def issues(self, values: Values) -> list[tuple[str, Issue]]:
        """Return what there is to say about a row's coordinates, by column key; all of it are warnings."""
        y, x = values.get("latitude"), values.get("longitude")
        if not isinstance(y, (int, float)) or not isinstance(x, (int, float)):
            return []
        codes = tuple(values.get(f"adm{level}_pcode") for level in (3, 2, 1))
        key = (y, x, codes)
        if key not in self._memo:
            self._memo[key] = self._look(float(x), float(y), [str(c) for c in codes if c])
        return self._memo[key]

    def _look(self, x: float, y: float, codes: Sequence[str]) -> list[tuple[str, Issue]]:
        if x == 0 and y == 0:
            return [("latitude", Issue("coordinates.zero"))]
        for code in codes:
            place = self.gazetteer.get(code)
            shapes, tolerance = self._level(place.level) if place else ({}, 0.0)
            if code in shapes:
                return list(self._compare(shapes, shapes[code], tolerance, x, y))
        return []

    def _compare(
        self, shapes: Mapping[str, _Shape], own: _Shape, tolerance: float, x: float, y: float
    ) -> Iterator[tuple[str, Issue]]:
        def near(x: float, y: float) -> bool:
            return own.holds(x, y) or own.distance(x, y) <= tolerance

        if near(x, y):
            return
        known = {"area": self._name(own.pcode), "point": f"{y:g}, {x:g}"}
        if near(y, x):
            yield "latitude", Issue("coordinates.swapped", known)
        elif near(-x, y):
            yield "longitude", Issue("coordinates.sign", known, f"{-x:g}")
        elif near(x, -y):
            yield "latitude", Issue("coordinates.sign", known, f"{-y:g}")
        else:
            there = next((s.pcode for s in shapes.values() if s.holds(x, y)), None)
            said = {**known, "km": f"{own.distance(x, y):.0f}", "tolerance": f"{tolerance:g}"}
            if there is not None:
                yield "latitude", Issue("coordinates.outside_area", {**said, "found": self._name(there)})
            else:
                yield "latitude", Issue("coordinates.outside_country", said)

    def _level(self, level: int) -> tuple[dict[str, _Shape], float]:
        if level not in self._levels:
            loaded = self.outlines(level)
            shapes = {code: _Shape.of(code, rings) for code, rings in loaded.rings.items()}
            self._levels[level] = shapes, COARSE_TOLERANCE if loaded.coarse else TOLERANCE
        return self._levels[level]

    def _name(self, pcode: str) -> str:
        place = self.gazetteer.get(pcode)
        return f"{place.name} ({pcode})" if place else pcode


def _box(ring: Sequence[Sequence[float]]) -> _Box:
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    return min(xs), min(ys), max(xs), max(ys)


def _in_box(box: _Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _nearest(ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """Return the point of a stretch that is nearest to the origin."""
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else min(max(-(ax * dx + ay * dy) / length, 0.0), 1.0)
    return ax + along * dx, ay + along * dy
