"""Choosing and filling the drawing of a gap table: outlines, tile grid or symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable
from cluster4w.publish.figures import number, share
from cluster4w.publish.map_classes import ALL, NOT_AVAILABLE, NOT_TARGETED, MapClass, class_of, ratio_of
from cluster4w.publish.map_svg import MapArea, MapLabel, View, map_svg
from cluster4w.publish.projection import Rings, middle
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.areas import boundaries, boundary_sources, load_gazetteer
from cluster4w.template.language import N_, Translate

#: A tile holds about this many letters of a name.
TILE_LETTERS = 9


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map with what a page needs around it."""

    svg: str
    view: View
    #: The views that this table can be shown in, the best first.
    views: tuple[View, ...]
    #: Classes that the legend shows, in order.
    legend: tuple[MapClass, ...]
    #: Where the outlines come from.
    sources: tuple[str, ...]


def sentence(row: GapRow, measure: str, unit: str) -> str:
    """Return the English source sentence about an area, with ``name``, ``gap`` and ``share`` to fill in."""
    base = row.in_need if measure == "need" else row.target
    if not base:
        return N_("%(name)s: not targeted")
    if row.gap is None:
        return N_("%(name)s: not available")
    if row.gap <= 0:
        return N_("%(name)s: nothing missing, %(share)s reached")
    if unit == "household":
        return N_("%(name)s: %(gap)s households without, %(share)s reached")
    return N_("%(name)s: %(gap)s people without, %(share)s reached")


def choose_view(level: int, *, outlines: bool, grid: bool, points: bool) -> tuple[View, ...]:
    """Return the views that can be drawn, the best first.

    Outlines where they are loaded; else the tile grid for cercles and symbols for communes.
    """
    views: list[View] = []
    if outlines:
        views.append("map")
    if grid and level == 2:
        views.append("grid")
    if points:
        views.append("symbols")
    return tuple(views) or ("symbols",)


def draw(
    session: orm.Session,
    table: GapTable,
    *,
    language: str,
    translate: Translate,
    view: str | None = None,
    width: int = 760,
    height: int | None = None,
    selected: str | None = None,
    href: Callable[[str], str] | None = None,
    name: str = "map",
) -> Drawing:
    """Return the map of a gap table.

    Args:
        view: ``map``, ``grid`` or ``symbols``; one that cannot be drawn gives way to the best that can.
        href: Address of an area by its p-code; without it areas can be focused but lead nowhere.
        selected: P-code of the area to be outlined.
    """
    level = table.question.level
    gazetteer = load_gazetteer(session, table.edition_id)
    shapes = boundaries(session, table.edition_id, level)
    background = shapes if level == 1 else boundaries(session, table.edition_id, 1)
    places = gazetteer.level(level)
    views = choose_view(
        level,
        outlines=bool(shapes),
        grid=any(p.grid for p in places),
        points=any(p.longitude is not None for p in places),
    )
    chosen: View = next((v for v in views if v == view), views[0])
    areas = _areas(table, gazetteer, language, translate, selected, href)
    drawn = map_svg(
        chosen,
        areas,
        shapes,
        background=background,
        labels=_labels(gazetteer, background, chosen),
        label=translate(N_("Map of the gaps by area; the table holds the same figures.")),
        width=width,
        height=height,
        name=name,
    )
    used = {a.colour.key for a in areas}
    legend = tuple(c for c in ALL if c.key in used or c.key not in (NOT_TARGETED.key, NOT_AVAILABLE.key))
    source_level = level if chosen == "map" else 1
    sources = () if chosen == "grid" else tuple(boundary_sources(session, table.edition_id, source_level))
    return Drawing(drawn, chosen, views, legend, sources)


def _areas(
    table: GapTable,
    gazetteer: Gazetteer,
    language: str,
    translate: Translate,
    selected: str | None,
    href: Callable[[str], str] | None,
) -> list[MapArea]:
    question = table.question
    areas = []
    # In the order of the codes: a keyboard goes through neighbours, and the same input gives the same bytes.
    for pcode, row in sorted(table.by_pcode().items()):
        place = gazetteer.by_pcode[pcode]
        words = translate(sentence(row, question.measure, question.unit)) % {
            "name": row.name,
            "gap": number(row.gap, language),
            "share": share(row.coverage, language),
        }
        ratio = ratio_of(row, question.measure)
        areas.append(
            MapArea(
                pcode=pcode,
                name=row.name,
                colour=class_of(row, question.measure),
                title=words,
                short=_short(row.name),
                value=share(ratio, language) if ratio is not None else "",
                point=_point(place),
                grid=place.grid,
                size=row.missing if row.gap is not None else row.reached,
                href=href(pcode) if href else None,
                selected=pcode == selected,
            )
        )
    return areas


def _point(place: Place) -> tuple[float, float] | None:
    if place.longitude is None or place.latitude is None:
        return None
    return place.longitude, place.latitude


def _short(name: str) -> str:
    """Return a name that fits a tile: the first part of a double name, cut where it must be."""
    if len(name) <= TILE_LETTERS + 1:
        return name
    first = name.replace("-", " ").split(" ")[0]
    return first if 4 <= len(first) <= TILE_LETTERS + 1 else f"{name[:TILE_LETTERS]}."


def _labels(gazetteer: Gazetteer, regions: Mapping[str, Rings], view: View) -> list[MapLabel]:
    """Return the names of the regions, large regions first."""
    if view == "grid":
        return []
    found: list[tuple[float, MapLabel]] = []
    for place in gazetteer.level(1):
        rings = regions.get(place.pcode)
        point = middle(rings) if rings else _point(place)
        if point is not None:
            found.append((-_extent(rings), MapLabel(place.name, *point)))
    return [label for _, label in sorted(found, key=lambda f: (f[0], f[1].text))]


def _extent(rings: Rings | None) -> float:
    if not rings:
        return 0.0
    points = [p for ring in rings for p in ring]
    across = max(p[0] for p in points) - min(p[0] for p in points)
    return float(across * (max(p[1] for p in points) - min(p[1] for p in points)))
