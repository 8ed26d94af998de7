"""A map as an SVG made on the server: outlines, a tile grid, or symbols. Same input, same bytes.

Nothing in it is a script or a style: colours are presentation attributes, so that a page's content security
policy and any viewer of the file agree. Each area can be focused, has a title in words and its p-code, and
works without JavaScript.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal, assert_never

from cluster4w.publish.maps.classes import MapClass
from cluster4w.publish.maps.projection import Box, Projection, Rings, fit, holds, is_free, middle, positions

View = Literal["map", "grid", "symbols"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
INK = "#1b1f23"
#: An outline whose box is smaller than this becomes a disc: a capital district must not vanish.
SMALL = 12
#: Line around a symbol, so that a pale one is seen on the pale ground.
_RIM = "#5b656e"
#: Above this number of areas no disc is added, because it would hide its neighbours.
MANY = 80
#: A grid with more columns than this is too fine for its words on a telephone: the page sets them larger.
FEW_COLUMNS = 7
#: A grid is never drawn with larger tiles than this many columns have.
FEWEST_COLUMNS = 6
#: Height of a map of a part of the country, by its width, at most.
TALLEST = 0.8
#: Letters of a name that a tile has room for then.
SHORTEST = 5
#: How much larger the page of a telephone sets the labels.
_PHONE = 23 / 14


@dataclass(frozen=True, slots=True)
class MapArea:
    """An area to draw: its class, its words, and where it is."""

    pcode: str
    name: str
    colour: MapClass
    #: What a reader hears or sees on it: "Ansongo: 3 810 households without, 7 % reached".
    title: str
    #: Short text inside a tile.
    short: str = ""
    value: str = ""
    #: Longitude and latitude.
    point: tuple[float, float] | None = None
    grid: tuple[int, int] | None = None
    #: What the size of a symbol stands for.
    size: float | None = None
    href: str | None = None
    selected: bool = False
    #: Of a class that is not asked for: drawn faintly.
    faint: bool = False


@dataclass(frozen=True, slots=True)
class MapLabel:
    """A name on the map, the most important first."""

    text: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies below and around the areas, by p-code, and the part of it that fills the drawing.

    ``frame``: the outline to zoom to; None: all there is. ``borders``: lines on top of the areas.
    """

    outlines: Mapping[str, Rings] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    frame: str | None = None
    borders: bool = False


def map_svg(
    view: View,
    areas: Sequence[MapArea],
    shapes: Mapping[str, Rings],
    *,
    ground: Ground = Ground(),
    labels: Sequence[MapLabel] = (),
    label: str = "",
    width: int = 760,
    height: int | None = None,
    name: str = "map",
) -> str:
    """Return the drawing as one ``<svg>`` element.

    Args:
        shapes: Outlines of the areas by p-code, degrees; areas without one are discs at their point.
        ground: Outlines around the areas or below them, in grey.
        labels: Names, the most important first; one that would lie on another is left out.
        label: What the drawing is, for readers that do not see it.
        name: Prefix of identifiers, for two drawings in one page.
    """
    match view:
        case "map":
            body, size = _outlines(areas, shapes, ground, labels, (width, height), name)
        case "grid":
            body, size = _tiles(areas, width, name)
        case "symbols":
            body, size = _symbols(areas, ground, labels, (width, height), name)
        case _:
            assert_never(view)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}" '
        f'height="{size[1]}" class="map map-{view}" role="group" aria-label="{escape(label)}" '
        f'font-family="{FONT}">{hatch(name)}{body}</svg>'
    )


def hatch(name: str, fine: int = 1) -> str:
    """Return the definitions of the textures; ``fine`` is how many units of the drawing a point has."""
    larger = f" scale({fine / 2:g})" if fine > 1 else ""
    common = 'width="6" height="6" patternUnits="userSpaceOnUse"'
    return (
        f'<defs><pattern id="{name}-lines" {common} patternTransform="rotate(45){larger}">'
        '<path d="M0 0h6v6h-6z" fill="#f6f7f8"/>'
        '<path d="M0 0v6" stroke="#9aa4ad" stroke-width="2"/></pattern>'
        f'<pattern id="{name}-dots" {common} patternTransform="rotate(45){larger}">'
        '<path d="M0 0h6v6h-6z" fill="#d3eae1"/>'
        '<path d="M3 3h0" stroke="#2d6e5e" stroke-width="2.4" stroke-linecap="round"/></pattern></defs>'
    )


def fill_of(entry: MapClass, name: str) -> str:
    """Return what goes into ``fill``: a colour, or a texture."""
    return f"url(#{name}-{entry.texture})" if entry.texture else entry.colour


def _area(area: MapArea, drawing: str) -> str:
    chosen = ' aria-current="true"' if area.selected else ""
    classes = f"area {area.colour.key}{' selected' if area.selected else ''}{' faint' if area.faint else ''}"
    shared = f'class="{classes}" data-pcode="{escape(area.pcode)}"{chosen}'
    title = f"<title>{escape(area.title)}</title>"
    if area.href is not None:
        return f'<a href="{escape(area.href)}" {shared}>{title}{drawing}</a>'
    return f'<g tabindex="0" role="img" {shared}>{title}{drawing}</g>'


def _projection(
    areas: Sequence[MapArea], ground: Ground, shapes: Iterable[Rings], size: tuple[int, int | None]
) -> Projection:
    """Return the projection to the frame; without one to the shapes, else to the points of the areas."""
    frame = ground.outlines.get(ground.frame or "")
    every = [p for rings in ((frame,) if frame else shapes) for p in positions(rings)]
    points = every or [a.point for a in areas if a.point]
    whole = fit(points, *size, margin=16)
    if size[1] is None and frame and whole.height > TALLEST * whole.width:
        # What is around a tall frame fills its sides.
        return fit(points, whole.width, round(TALLEST * whole.width), margin=16)
    return whole if frame or not every else fit(points, *size)


def _around(ground: Ground, projection: Projection) -> tuple[str, list[MapLabel]]:
    """Return the outlines around the frame, pale, and their names; nothing where the frame is everything."""
    drawn, names = [], []
    for pcode, rings in sorted(ground.outlines.items()):
        if ground.frame and pcode != ground.frame and (near := projection.inside(rings)):
            drawn.append(f'<path d="{projection.path(near)}"/>')
            point = middle(projection.inside(rings, -40) or near)
            # The middle of an area that lies around the frame on all sides is the frame.
            if pcode in ground.names and not holds(ground.outlines[ground.frame], point):
                names.append(MapLabel(ground.names[pcode], *point))
    if not drawn:
        return "", []
    pale = '<g class="around" fill="#e8ebed" stroke="#c6ccd1" fill-rule="evenodd" pointer-events="none">'
    return f"{pale}{''.join(drawn)}</g>", names


def _borders(ground: Ground, projection: Projection) -> str:
    if not ground.borders:
        return ""
    shown = ((p, r) for p, r in sorted(ground.outlines.items()) if ground.frame in (None, p))
    lines = "".join(f'<path d="{projection.path(rings)}"/>' for _, rings in shown)
    return (
        f'<g class="borders" fill="none" stroke="#5b656e" stroke-width="1" pointer-events="none">{lines}</g>'
    )


def _outlines(
    areas: Sequence[MapArea],
    shapes: Mapping[str, Rings],
    ground: Ground,
    labels: Sequence[MapLabel],
    size: tuple[int, int | None],
    name: str,
) -> tuple[str, tuple[int, int]]:
    projection = _projection(areas, ground, shapes.values(), size)
    around, near = _around(ground, projection)
    drawn: list[str] = []
    discs: list[str] = []
    chosen: list[str] = []
    points: list[tuple[float, float]] = []
    for area in areas:
        fill = fill_of(area.colour, name)
        rings = shapes.get(area.pcode)
        if rings and not (len(areas) <= MANY and _is_small(projection, rings)):
            outline = ' stroke="#1b1f23" stroke-width="2"' if area.selected else ""
            if path := projection.path(rings):
                # The chosen outline comes last, so that its line lies on top of its neighbours.
                (chosen if area.selected else drawn).append(
                    _area(area, f'<path d="{path}" fill="{fill}"{outline}/>')
                )
        elif area.point is not None or rings:
            points.append(area.point or middle(rings or ()))
            discs.append(_disc(area, projection, points[-1], fill, rim=_RIM))
    marks = [projection.point(*p) for p in points]
    body = (
        f'{around}<g class="areas" stroke="#dfe3e6" stroke-width="{0.6 if len(areas) > MANY else 1}" '
        f'stroke-linejoin="round" fill-rule="evenodd">{"".join(drawn)}{"".join(chosen)}</g>'
        f'{_borders(ground, projection)}<g class="areas">{"".join(discs)}</g>'
        f"{_labels(labels, projection, marks, near)}"
    )
    return body, (projection.width, projection.height)


def _is_small(projection: Projection, rings: Rings) -> bool:
    left, top, right, bottom = projection.box(rings)
    return max(right - left, bottom - top) < SMALL


def _disc(
    area: MapArea,
    projection: Projection,
    point: tuple[float, float],
    fill: str,
    radius: float = 6,
    rim: str = "#fff",
) -> str:
    x, y = projection.point(*point)
    ink = INK if area.selected else rim
    return _area(
        area,
        f'<circle cx="{x}" cy="{y}" r="{radius:g}" fill="{fill}" stroke="{ink}" stroke-width="1.5"/>',
    )


_HALO = ' stroke="#eef7f3" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'


def _tiles(areas: Sequence[MapArea], width: int, name: str) -> tuple[str, tuple[int, int]]:
    placed = [(a, a.grid) for a in areas if a.grid is not None]
    if not placed:
        return "", (width, 40)
    first_column, first_row = min(g[0] for _, g in placed), min(g[1] for _, g in placed)
    # The few tiles of a region are not blown up over the whole width.
    columns = max(max(g[0] for _, g in placed) - first_column + 1, FEWEST_COLUMNS)
    rows = max(g[1] for _, g in placed) - first_row + 1
    side = width // columns
    high = round(side * 0.86)
    tiles = []
    for area, (column, row) in placed:
        x, y = (column - first_column) * side, (row - first_row) * high
        outline = ' stroke="#1b1f23" stroke-width="2"' if area.selected else ""
        fill = fill_of(area.colour, name)
        # On a texture, letters stand out only with some of its ground around them.
        halo = _HALO if fill.startswith("url") else ""
        tiles.append(
            _area(
                area,
                f'<rect x="{x + 2}" y="{y + 2}" width="{side - 4}" height="{high - 4}" rx="3" '
                f'fill="{fill}"{outline}/>'
                f'<text x="{x + side // 2}" y="{y + round(high * 0.45)}" fill="{area.colour.ink}"{halo} '
                f'font-size="{_letters(area.short, side)}">{_name(area.short)}</text>'
                f'<text x="{x + side // 2}" y="{y + round(high * 0.75)}" fill="{area.colour.ink}"{halo} '
                f'font-size="{max(9, side // 5)}" font-weight="600">{escape(area.value)}</text>',
            )
        )
    kind = "areas fine" if columns > FEW_COLUMNS else "areas"
    return f'<g class="{kind}" text-anchor="middle">{"".join(tiles)}</g>', (columns * side, rows * high)


def _name(short: str) -> str:
    """Return a tile's name; where it is long its end is a span apart, which a narrow page leaves out."""
    if len(short) <= SHORTEST + 1:
        return escape(short)
    return f"{escape(short[:SHORTEST])}<tspan>{escape(short[SHORTEST:])}</tspan>"


def _letters(text: str, side: int) -> int:
    """Return the font size at which a text fits a tile."""
    return max(7, min(side // 6, round((side - 8) / (0.6 * max(len(text), 1)))))


def _symbols(
    areas: Sequence[MapArea],
    ground: Ground,
    labels: Sequence[MapLabel],
    size: tuple[int, int | None],
    name: str,
) -> tuple[str, tuple[int, int]]:
    placed = [(a, a.point) for a in areas if a.point is not None]
    projection = _projection(areas, ground, ground.outlines.values(), size)
    around, near = _around(ground, projection)
    shown = ((p, r) for p, r in sorted(ground.outlines.items()) if ground.frame in (None, p))
    paths = "".join(f'<path d="{projection.path(r)}"/>' for _, r in shown)
    largest = max((a.size or 0 for a, _ in placed), default=0)
    # Large discs first, so that small ones lie on top and can be reached.
    placed.sort(key=lambda entry: (-(entry[0].size or 0), entry[0].pcode))
    discs = "".join(
        _disc(a, projection, point, fill_of(a.colour, name), _radius(a.size, largest), _RIM)
        for a, point in placed
    )
    return (
        f'{around}<g class="background" fill="#f3f4f5" stroke="#a9b1b8" fill-rule="evenodd">{paths}</g>'
        f'<g class="areas">{discs}</g>{_labels(labels, projection, (), near)}',
        (projection.width, projection.height),
    )


def _radius(size: float | None, largest: float) -> float:
    """Return a radius whose disc grows with the figure: areas compare, not radii."""
    if not size or not largest or size <= 0:
        return 3
    return round(3 + 19 * math.sqrt(size / largest), 1)


def _labels(
    labels: Sequence[MapLabel],
    projection: Projection,
    marks: Sequence[tuple[int, int]] = (),
    near: Sequence[MapLabel] = (),
) -> str:
    """Return the labels that lie neither on one another nor on a mark, moved up or down where that helps.

    Those of class ``fine`` have no room when the labels are set larger; ``near``: names around, quieter.
    """
    taken: list[Box] = [(x - 7, y - 7, x + 7, y + 7) for x, y in marks]
    large = list(taken)
    texts = []
    for place, label in enumerate((*labels, *near)):
        x, y = projection.point(label.longitude, label.latitude)
        half = len(label.text) * 4.2
        x = min(max(x, round(half) + 2), projection.width - round(half) - 2)
        for shift in (0, -14, 14, -26, 26):
            box = (x - half, y + shift - 9, x + half, y + shift + 5)
            # A name from around that is cut by the edge helps nobody.
            cut = place >= len(labels) and (box[1] < 2 or box[3] > projection.height - 2)
            if not cut and is_free(box, taken):
                taken.append(box)
                wide = _enlarged(x, y + shift, half)
                room = wide[0] >= 0 and wide[2] <= projection.width
                fits = room and is_free(wide, large)
                if fits:
                    large.append(wide)
                kinds = [] if fits else ["fine"]
                if place >= len(labels):
                    kinds.append("near")
                kind = f' class="{" ".join(kinds)}"' if kinds else ""
                quiet = ' fill="#565e66" font-weight="400"' if place >= len(labels) else ""
                texts.append(f'<text x="{x}" y="{y + shift}"{kind}{quiet}>{escape(label.text)}</text>')
                break
    return (
        f'<g class="labels" font-size="14" font-weight="600" text-anchor="middle" fill="{INK}" '
        'stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke" '
        f'pointer-events="none" aria-hidden="true">{"".join(texts)}</g>'
        if texts
        else ""
    )


def _enlarged(x: float, y: float, half: float) -> Box:
    return x - half * _PHONE, y - 9 * _PHONE, x + half * _PHONE, y + 5 * _PHONE
