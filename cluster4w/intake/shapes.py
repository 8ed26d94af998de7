"""Reading outlines (GeoJSON, zipped shapefile) and simplifying them for drawing, shared borders together."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import shapefile

from cluster4w.intake.tables import check_size, decode, unreadable, zip_parts
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

Point = tuple[float, float]
Ring = list[Point]

#: Decimals kept: 0.001 degrees is about 110 m, far below a pixel of a country's map.
DECIMALS = 3
#: Largest distance, in degrees, between an outline and its simplification, by level.
TOLERANCE = {1: 0.015, 2: 0.01, 3: 0.004}
MAX_FEATURES = 50_000
MAX_POINTS = 3_000_000


@dataclass(frozen=True, slots=True)
class Feature:
    """One area of a boundary file: its attributes and its rings."""

    number: int
    properties: Mapping[str, Any]
    rings: tuple[tuple[Point, ...], ...]


def is_shapefile(parts: Iterable[str]) -> bool:
    """Say whether a zip file holds a shapefile."""
    return any(p.lower().endswith(".shp") for p in parts)


def read_geojson(data: bytes, name: str) -> list[Feature]:
    """Return the features of a GeoJSON file; refuses anything else."""
    check_size(data)
    try:
        raw = json.loads(decode(data))
    except (ValueError, RecursionError) as problem:
        raise unreadable(name) from problem
    features = raw.get("features") if isinstance(raw, dict) else None
    if not isinstance(features, list):
        raise Refusal(
            "file.no_features", N_("The file “%(name)s” is no GeoJSON with a list of features."), name=name
        )
    found = []
    for number, feature in enumerate(features[: MAX_FEATURES + 1], 1):
        if not isinstance(feature, dict):
            continue
        properties = feature.get("properties")
        found.append(
            Feature(
                number,
                properties if isinstance(properties, dict) else {},
                _rings(feature.get("geometry"), name),
            )
        )
    return _checked(found, name)


def read_shapefile(data: bytes, name: str) -> list[Feature]:
    """Return the features of a zipped shapefile (.shp and .dbf; .shx and .cpg where they are there)."""
    check_size(data)
    parts = zip_parts(data, name)
    stem = next(PurePosixPath(p).with_suffix("") for p in parts if p.lower().endswith(".shp"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {
            PurePosixPath(p).suffix.lower(): archive.read(p)
            for p in parts
            if PurePosixPath(p).with_suffix("") == stem
        }
    encoding = files.get(".cpg", b"utf-8").decode("ascii", errors="replace").strip() or "utf-8"
    if encoding.isdigit():
        encoding = f"cp{encoding}"
    found = []
    try:
        reader = shapefile.Reader(
            **{k[1:]: io.BytesIO(files[k]) for k in (".shp", ".dbf", ".shx") if k in files},
            encoding=encoding,
            encodingErrors="replace",
        )
        with reader:
            for number, item in enumerate(reader.iterShapeRecords(), 1):
                geometry = item.shape.__geo_interface__ if item.shape.points else None
                found.append(Feature(number, item.record.as_dict(), _rings(geometry, name)))
                if number > MAX_FEATURES:
                    break
    except (shapefile.ShapefileException, LookupError, ValueError, OSError, KeyError) as problem:
        raise unreadable(name) from problem
    return _checked(found, name)


def _checked(features: list[Feature], name: str) -> list[Feature]:
    points = sum(len(ring) for f in features for ring in f.rings)
    if len(features) > MAX_FEATURES or points > MAX_POINTS:
        raise Refusal("file.too_many_shapes", N_("The file “%(name)s” holds too many outlines."), name=name)
    if any(abs(x) > 180 or abs(y) > 90 for f in features for ring in f.rings for x, y in ring):
        raise Refusal(
            "file.not_degrees",
            N_("The coordinates of “%(name)s” are not degrees of longitude and latitude (WGS 84)."),
            name=name,
        )
    return features


def _rings(geometry: Any, name: str) -> tuple[tuple[Point, ...], ...]:
    """Return the rings of a (multi)polygon, outer ones and holes alike; none for other geometries."""
    if not isinstance(geometry, Mapping):
        return ()
    coordinates = geometry.get("coordinates") or ()
    match geometry.get("type"):
        case "Polygon":
            polygons: Sequence[Any] = [coordinates]
        case "MultiPolygon":
            polygons = coordinates
        case _:
            return ()
    try:
        return tuple(
            tuple((float(p[0]), float(p[1])) for p in ring) for polygon in polygons for ring in polygon
        )
    except (TypeError, ValueError, IndexError, KeyError) as problem:
        raise unreadable(name) from problem


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
