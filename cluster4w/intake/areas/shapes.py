"""Reading outlines: GeoJSON, TopoJSON, zipped shapefile. Every form becomes features with polygons."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import PurePosixPath
from typing import Any

import shapefile

from cluster4w.intake.areas.rings import Polygon
from cluster4w.intake.areas.topojson import geometries
from cluster4w.intake.opening.tables import check_size, decode, unreadable, zip_parts
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

MAX_FEATURES = 50_000
MAX_POINTS = 3_000_000


@dataclass(frozen=True, slots=True)
class Feature:
    """One area of a boundary file: its attributes and its polygons. Coordinates are (x, y) of the file."""

    number: int
    properties: Mapping[str, Any]
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The features of a file; ``wound``: its form says which way a ring runs (outer ones to the left)."""

    features: tuple[Feature, ...]
    wound: bool


def is_shapefile(parts: Iterable[str]) -> bool:
    """Say whether a zip file holds a shapefile."""
    return any(p.lower().endswith(".shp") for p in parts)


def read_json(data: bytes, name: str) -> Shapes:
    """Return the features of a GeoJSON or TopoJSON file; refuses anything else."""
    check_size(data)
    try:
        raw = json.loads(decode(data))
    except (ValueError, RecursionError) as problem:
        raise unreadable(name) from problem
    if isinstance(raw, dict) and raw.get("type") == "Topology":
        try:
            found = [
                Feature(number, properties, polygons)
                for number, (properties, polygons) in enumerate(geometries(raw, MAX_POINTS), 1)
            ]
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError) as problem:
            raise unreadable(name) from problem
        if not found:
            raise _no_features(name)
        return Shapes(_checked(found, name), wound=False)
    features = raw.get("features") if isinstance(raw, dict) else None
    if not isinstance(features, list):
        raise _no_features(name)
    return Shapes(_checked(_geojson(features, name), name), wound=True)


def _no_features(name: str) -> Refusal:
    return Refusal(
        "file.no_features",
        N_("The file “%(name)s” is no GeoJSON or TopoJSON with a list of outlines."),
        name=name,
    )


def _geojson(features: Sequence[Any], name: str) -> list[Feature]:
    found = []
    for number, feature in enumerate(features[: MAX_FEATURES + 1], 1):
        if not isinstance(feature, dict):
            continue
        properties = feature.get("properties")
        known = dict(properties) if isinstance(properties, dict) else {}
        if feature.get("id") is not None:
            known.setdefault("id", feature["id"])
        found.append(Feature(number, known, _polygons(feature.get("geometry"), name)))
    return found


def read_shapefile(data: bytes, name: str) -> Shapes:
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
                found.append(Feature(number, item.record.as_dict(), _polygons(geometry, name)))
                if number > MAX_FEATURES:
                    break
    except (shapefile.ShapefileException, LookupError, ValueError, OSError, KeyError) as problem:
        raise unreadable(name) from problem
    return Shapes(_checked(found, name), wound=False)


def _checked(features: list[Feature], name: str) -> tuple[Feature, ...]:
    rings = [ring for f in features for polygon in f.polygons for ring in polygon]
    if len(features) > MAX_FEATURES or sum(map(len, rings)) > MAX_POINTS:
        raise Refusal("file.too_many_shapes", N_("The file “%(name)s” holds too many outlines."), name=name)
    if not all(isfinite(x) and isfinite(y) for ring in rings for x, y in ring):
        raise unreadable(name)
    return tuple(features)


def _polygons(geometry: Any, name: str) -> tuple[Polygon, ...]:
    """Return the polygons of a geometry; none for points and lines."""
    try:
        return tuple(
            tuple(tuple((float(p[0]), float(p[1])) for p in ring) for ring in polygon)
            for polygon in _parts(geometry)
        )
    except (TypeError, ValueError, IndexError, KeyError, RecursionError) as problem:
        raise unreadable(name) from problem


def _parts(geometry: Any) -> Iterator[Any]:
    if not isinstance(geometry, Mapping):
        return
    match geometry.get("type"):
        case "Polygon":
            yield geometry.get("coordinates") or ()
        case "MultiPolygon":
            yield from geometry.get("coordinates") or ()
        case "GeometryCollection":
            for part in geometry.get("geometries") or ():
                yield from _parts(part)
