"""TopoJSON: outlines as rows of arcs that neighbours share, with whole-number steps or plain degrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cluster4w.intake.areas.rings import Point, Polygon


def geometries(
    topology: Mapping[str, Any], most_points: int
) -> Iterator[tuple[dict[str, Any], tuple[Polygon, ...]]]:
    """Yield the properties (with ``id``) and the polygons of every object, in the file's order.

    Raises:
        TypeError, ValueError, IndexError, KeyError, AttributeError: it is no topology, or it unfolds to more
            than ``most_points``: one arc may be used any number of times.
    """
    arcs = _arcs(topology)
    left = most_points
    for found in topology["objects"].values():
        for properties, rows in _shapes(found):
            left -= sum(len(arcs[_place(i)]) for rings in rows for ring in rings for i in ring)
            if left < 0:
                raise ValueError("too many points")
            yield properties, tuple(tuple(_ring(ring, arcs) for ring in rings) for rings in rows)


def _arcs(topology: Mapping[str, Any]) -> list[tuple[Point, ...]]:
    """Return the arcs in degrees. With a transform their points are steps from the one before."""
    transform = topology.get("transform")
    if not transform:
        return [tuple((float(p[0]), float(p[1])) for p in arc) for arc in topology["arcs"]]
    (across, up), (west, south) = transform["scale"], transform["translate"]
    made = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * across + west, y * up + south))
        made.append(tuple(points))
    return made


def _shapes(found: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Sequence[Any]]]:
    """Yield the areas of an object: properties, and their polygons as rings of arc numbers."""
    match found.get("type"):
        case "GeometryCollection":
            for part in found["geometries"]:
                yield from _shapes(part)
            return
        case "Polygon":
            rows = [found["arcs"]]
        case "MultiPolygon":
            rows = found["arcs"]
        case _:
            rows = []
    properties = dict(found.get("properties") or {})
    if found.get("id") is not None:
        properties.setdefault("id", found["id"])
    yield properties, rows


def _place(number: int) -> int:
    """Return which arc a number means: a negative one (``~n``) is arc n backwards."""
    return ~number if number < 0 else number


def _ring(numbers: Sequence[int], arcs: Sequence[tuple[Point, ...]]) -> tuple[Point, ...]:
    points: list[Point] = []
    for number in numbers:
        arc = arcs[_place(number)]
        piece = arc[::-1] if number < 0 else arc
        # Each arc begins where the one before ends.
        points.extend(piece[1:] if points else piece)
    return tuple(points)
