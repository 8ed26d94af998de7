"""Choosing and filling the drawing of a gap table: outlines, tile grid or symbols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.row import GapRow, ratio_of
from cluster4w.gaps.table import GapTable
from cluster4w.publish.figures import number, share
from cluster4w.publish.maps.classes import MapClass, Scale, usual_scale
from cluster4w.publish.maps.projection import Rings, middle
from cluster4w.publish.maps.svg import Ground, MapArea, MapLabel, View, map_svg
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.areas import boundaries, boundary_sources, load_gazetteer
from cluster4w.template.language import N_, Translate

#: A tile holds about this many letters of a name.
TILE_LETTERS = 9


#: A part of the country with more areas than this shows no names of its own.
NAMED = 30


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map with what a page needs around it."""

    svg: str
    view: View
    #: The views that this table can be shown in, the best first.
    views: tuple[View, ...]
    #: Classes that the legend shows, in order.
    legend: tuple[MapClass, ...]
    #: How many areas each class has, by key.
    counts: Mapping[str, int]
    #: Where the outlines come from.
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a map is wanted.

    ``view``: ``map``, ``grid`` or ``symbols``; one that cannot be drawn gives way to the best that can.
    ``within``: p-code of the area above to zoom to, whose areas alone are in the table.
    ``only``: keys of the classes asked for; others are drawn faintly. Empty: all.
    ``marked``: p-codes of the areas that a list names; others are drawn faintly. None: all.
    ``selected``: p-code of the area to be outlined.
    ``href``: address of an area; without it areas can be focused but lead nowhere.
    ``words``: what is said of an area; by default its gap and its share. ``value``: the short figure in it.
    ``name``: prefix of identifiers, for two drawings in one page.
    """

    view: str | None = None
    width: int = 760
    height: int | None = None
    scale: Scale | None = None
    within: str | None = None
    only: Collection[str] = field(default=())
    marked: Collection[str] | None = None
    selected: str | None = None
    href: Callable[[str], str] | None = None
    words: Callable[[GapRow], str] | None = None
    value: Callable[[GapRow], str] | None = None
    name: str = "map"


#: By unit: what is said of a gap of one, and of a larger one.
_WITHOUT = {
    "household": (
        N_("%(name)s: %(gap)s household without, %(share)s reached"),
        N_("%(name)s: %(gap)s households without, %(share)s reached"),
    ),
    "individual": (
        N_("%(name)s: %(gap)s person without, %(share)s reached"),
        N_("%(name)s: %(gap)s people without, %(share)s reached"),
    ),
}
_LEFT = {
    "household": (
        N_("%(name)s: %(gap)s household left after this part, %(share)s reached"),
        N_("%(name)s: %(gap)s households left after this part, %(share)s reached"),
    ),
    "individual": (
        N_("%(name)s: %(gap)s person left after this part, %(share)s reached"),
        N_("%(name)s: %(gap)s people left after this part, %(share)s reached"),
    ),
}


def sentence(row: GapRow, question: Question) -> str:
    """Return the English source sentence about an area, with ``name``, ``gap`` and ``share`` to fill in."""
    base = row.in_need if question.measure == "need" else row.target
    if not base:
        return N_("%(name)s: not targeted")
    if row.gap is None:
        return N_("%(name)s: not available")
    if row.gap <= 0:
        return N_("%(name)s: nothing missing, %(share)s reached")
    one, many = (_LEFT if question.is_part else _WITHOUT)[question.unit]
    return one if row.gap == 1 else many


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
    look: Look,
    *,
    language: str,
    translate: Translate,
    gazetteer: Gazetteer | None = None,
) -> Drawing:
    """Return the map of a gap table; ``gazetteer``: the areas of its edition, where they are at hand."""
    level = table.question.level
    gazetteer = gazetteer or load_gazetteer(session, table.edition_id)
    shapes = boundaries(session, table.edition_id, level)
    ground = _ground(session, table, gazetteer, look.within, shapes)
    areas = map_areas(table, gazetteer, language, translate, look)
    own = {a.pcode: shapes[a.pcode] for a in areas if a.pcode in shapes}
    places = [gazetteer.by_pcode[a.pcode] for a in areas]
    views = choose_view(
        level,
        outlines=bool(own),
        grid=any(p.grid for p in places),
        points=any(p.longitude is not None for p in places),
    )
    chosen: View = next((v for v in views if v == look.view), views[0])
    drawn = map_svg(
        chosen,
        areas,
        own,
        ground=ground,
        labels=_labels(gazetteer, areas, own, ground.outlines, look.within, chosen),
        label=translate(N_("Map of the gaps by area; the table holds the same figures.")),
        width=look.width,
        height=look.height,
        name=look.name,
    )
    counts = Counter(a.colour.key for a in areas)
    scale = look.scale or usual_scale(table.question.measure, table.map_bounds)
    source_level = level if chosen == "map" else 1
    sources = () if chosen == "grid" else tuple(boundary_sources(session, table.edition_id, source_level))
    return Drawing(drawn, chosen, views, scale.legend(counts), counts, sources)


def _ground(
    session: orm.Session,
    table: GapTable,
    gazetteer: Gazetteer,
    within: str | None,
    shapes: Mapping[str, Rings],
) -> Ground:
    """Return what is around the areas: those of the level zoomed to, or regions where it has no outlines."""
    level = table.question.level
    for place in reversed(gazetteer.lineage(within) if within else ()):
        outlines = boundaries(session, table.edition_id, place.level)
        if place.pcode in outlines:
            names = {p.pcode: p.name for p in gazetteer.level(place.level)}
            return Ground(outlines, names, place.pcode, borders=True)
    regions = shapes if level == 1 else boundaries(session, table.edition_id, 1)
    return Ground(regions, borders=level > 1 and not within)


def map_areas(
    table: GapTable,
    gazetteer: Gazetteer,
    language: str,
    translate: Translate,
    look: Look = Look(),
) -> list[MapArea]:
    """Return the areas of a table with their class and their words, in the order of their codes."""
    measure = table.question.measure
    scale = look.scale or usual_scale(measure, table.map_bounds)
    say = look.words or (lambda row: words_of(row, table, language, translate))
    areas = []
    # In the order of the codes: a keyboard goes through neighbours, and the same input gives the same bytes.
    for pcode, row in sorted(table.by_pcode().items()):
        place = gazetteer.by_pcode[pcode]
        colour = scale.of(row)
        areas.append(
            MapArea(
                pcode=pcode,
                name=row.name,
                colour=colour,
                title=say(row),
                short=_short(row.name),
                value=look.value(row) if look.value else _value(row, scale, measure, language),
                point=_point(place),
                grid=place.grid,
                size=_size(row, scale),
                href=look.href(pcode) if look.href else None,
                selected=pcode == look.selected,
                faint=(bool(look.only) and colour.key not in look.only)
                or (look.marked is not None and pcode not in look.marked),
            )
        )
    return areas


def words_of(row: GapRow, table: GapTable, language: str, translate: Translate) -> str:
    """Return what is said of an area: its gap and its share."""
    question = table.question
    return translate(sentence(row, question)) % {
        "name": row.name,
        "gap": number(row.gap, language),
        "share": share(row.coverage, language),
    }


def _value(row: GapRow, scale: Scale, measure: str, language: str) -> str:
    """Return the short figure in a tile or beside a name."""
    match scale.shows:
        case "presence":
            return number(row.organisations, language)
        case "missing" if row.gap is not None and (row.in_need if measure == "need" else row.target):
            return number(max(row.gap, 0), language)
        case "missing":
            return ""
        case _:
            ratio = ratio_of(row, measure)
            return share(ratio, language) if ratio is not None else ""


def _size(row: GapRow, scale: Scale) -> float | None:
    if scale.shows == "presence":
        return row.organisations
    return row.missing if row.gap is not None else row.reached


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


def _labels(
    gazetteer: Gazetteer,
    areas: Collection[MapArea],
    shapes: Mapping[str, Rings],
    regions: Mapping[str, Rings],
    within: str | None,
    view: View,
) -> list[MapLabel]:
    """Return the names on a map, those of large areas first: of the regions, or of the areas of one."""
    if view == "grid":
        return []
    named = [gazetteer.by_pcode[a.pcode] for a in areas] if within else gazetteer.level(1)
    if within and len(named) > NAMED:
        return []
    outlines = shapes if within else regions
    found: list[tuple[float, MapLabel]] = []
    for place in named:
        rings = outlines.get(place.pcode)
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
