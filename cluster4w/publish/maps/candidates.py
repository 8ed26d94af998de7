"""A small map of the places that a name may mean, with the numbers of the choices beside it.

One drawing of the regions serves all maps of a page; each map shows the part of it that its places need.
Without outlines the places of the country are dots; without coordinates the tile grid is shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from cluster4w.publish.maps.projection import Box, Projection, Rings, fit, middle, positions
from cluster4w.publish.maps.svg import FONT, INK

#: Units of the whole drawing's width; lines are whole units, so that a region alone is still smooth.
UNITS = 1600
#: Largest width and height of a map on a page, in pixels.
WIDTH, HEIGHT = 320, 240
#: Radius of a number's disc and size of its figure, in pixels.
_RADIUS, _FIGURE = 9, 11
#: Size of the name of a region, in pixels.
_NAME = 11
#: The colour of a number's disc: ink on it is white.
_DISC = "#8f1d1d"
#: Places around a point where its disc goes when another lies there already, in quarters of a turn.
_TURNS = (0.0, 1.0, 2.0, 3.0, 0.5, 1.5, 2.5, 3.5)
#: What a map shows around its places, in units: enough to know the country by.
_AROUND = 220
_LINE = '<path vector-effect="non-scaling-stroke" '
#: Side of a tile, in units.
_TILE = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant: its number among the choices, its words, and where it is."""

    number: int
    title: str
    point: tuple[float, float] | None
    grid: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What all maps of a page lie on. ``svg`` holds the shared drawing; it is shown nowhere by itself."""

    svg: str
    name: str
    projection: Projection | None
    #: Names of regions and where they stand.
    labels: tuple[tuple[str, float, float], ...] = ()
    #: What every map shows at least, whatever its places.
    box: Box | None = None

    def draw(self, candidates: Sequence[Candidate], label: str) -> str:
        """Return the map of some candidates as one ``<svg>``; "" where a place has no known position."""
        placed = [(c, p) for c in candidates if (p := self._position(c)) is not None]
        if not placed or len(placed) < len(candidates):
            return ""
        left, top, right, bottom = self._part([p for _, p in placed])
        scale = max((right - left) / WIDTH, (bottom - top) / HEIGHT)
        wide, high = round((right - left) / scale), round((bottom - top) / scale)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} {top:.0f} {right - left:.0f} '
            f'{bottom - top:.0f}" width="{wide}" height="{high}" class="candidates" role="group" '
            f'aria-label="{escape(label)}" font-family="{FONT}"><use href="#{self.name}"/>'
            f"{self._words((left, top, right, bottom), scale)}{_discs(placed, scale)}</svg>"
        )

    def _words(self, part: Box, scale: float) -> str:
        """Return the names of the regions that stand inside a part of the drawing."""
        shown = [
            f'<text x="{x:.0f}" y="{y:.0f}">{escape(name)}</text>'
            for name, x, y in self.labels
            if part[0] < x < part[2] and part[1] < y < part[3]
        ]
        return (
            f'<g font-size="{_NAME * scale:.0f}" text-anchor="middle" fill="#4a535b" aria-hidden="true">'
            f"{''.join(shown)}</g>"
            if shown
            else ""
        )

    def _position(self, candidate: Candidate) -> tuple[float, float] | None:
        if self.projection is None:
            return (
                ((candidate.grid[0] + 0.5) * _TILE, (candidate.grid[1] + 0.5) * _TILE)
                if candidate.grid
                else None
            )
        return self.projection.point(*candidate.point) if candidate.point else None

    def _part(self, points: Sequence[tuple[float, float]]) -> Box:
        """Return the part of the drawing that shows the points and what is around them."""
        boxes = [(x, y, x, y) for x, y in points] + ([self.box] if self.box else [])
        left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
        right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
        margin = _TILE / 10 if self.box else _AROUND
        return left - margin, top - margin, right + margin, bottom + margin


def ground(
    regions: Mapping[str, tuple[str, Rings]],
    points: Sequence[tuple[float, float]] = (),
    tiles: Sequence[tuple[int, int]] = (),
    name: str = "ground",
) -> Ground:
    """Return the drawing that the maps of a page share: the best of what is known.

    Args:
        regions: name and outline of the regions by p-code, degrees; empty where none are loaded.
        points: longitude and latitude of the places of the country, drawn as dots where there is no outline.
        tiles: (column, row) of every tile of the grid, used where there is neither.
        name: identifier of the drawing within the page.
    """
    projection: Projection | None = None
    labels: list[tuple[str, float, float]] = []
    box: Box | None = None
    if regions:
        projection = fit([p for _, rings in regions.values() for p in positions(rings)], UNITS, None)
        shapes = "".join(f'{_LINE}d="{projection.path(r)}"/>' for _, (_, r) in sorted(regions.items()))
        labels = [(name, *projection.point(*middle(r))) for _, (name, r) in sorted(regions.items())]
    elif points:
        projection = fit(points, UNITS, None)
        dots = [projection.point(*p) for p in sorted(points)]
        shapes = "".join(f'<circle cx="{x}" cy="{y}" r="4"/>' for x, y in dots)
    else:
        side = _TILE - 8
        corners = [(c * _TILE, r * _TILE) for c, r in sorted(tiles)]
        shapes = "".join(f'{_LINE}d="M{x + 4} {y + 4}h{side}v{side}h-{side}z"/>' for x, y in corners)
        if corners:
            xs, ys = [c[0] for c in corners], [c[1] for c in corners]
            box = (min(xs), min(ys), max(xs) + _TILE, max(ys) + _TILE)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0" class="hidden" aria-hidden="true">'
        "<defs>"
        f'<g id="{name}" fill="#eceff1" stroke="#8b949c" stroke-width="1" fill-rule="evenodd">{shapes}</g>'
        "</defs></svg>"
    )
    return Ground(svg, name, projection, tuple(labels), box)


def point_of(
    rings: Rings | None, longitude: float | None, latitude: float | None
) -> tuple[float, float] | None:
    """Return where an area is: its own point, else the middle of its outline."""
    if longitude is not None and latitude is not None:
        return longitude, latitude
    return middle(rings) if rings else None


def _discs(placed: Sequence[tuple[Candidate, tuple[float, float]]], scale: float) -> str:
    radius = _RADIUS * scale
    taken: list[tuple[float, float]] = []
    drawn = []
    for candidate, (x, y) in placed:
        spot = _free(x, y, radius, taken)
        taken.append(spot)
        line = (
            f'<path d="M{x:.0f} {y:.0f}L{spot[0]:.0f} {spot[1]:.0f}" stroke="{INK}" '
            'vector-effect="non-scaling-stroke"/>'
            if spot != (x, y)
            else ""
        )
        drawn.append(
            f'<g role="img" tabindex="0"><title>{escape(candidate.title)}</title>{line}'
            f'<circle cx="{spot[0]:.0f}" cy="{spot[1]:.0f}" r="{radius:.0f}" fill="{_DISC}"/>'
            f'<text x="{spot[0]:.0f}" y="{spot[1] + _FIGURE * 0.36 * scale:.0f}" fill="#fff" '
            f'font-size="{_FIGURE * scale:.0f}" font-weight="700" text-anchor="middle" '
            f'aria-hidden="true">{candidate.number}</text></g>'
        )
    return "".join(drawn)


def _free(x: float, y: float, radius: float, taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the point, or a place near it where no disc lies yet."""
    spots = [(x, y)]
    for away in (2.2, 3.6):
        turns = [(math.cos(q * math.pi / 2), math.sin(q * math.pi / 2)) for q in _TURNS]
        spots += [(x + away * radius * cos, y + away * radius * sin) for cos, sin in turns]
    for spot in spots:
        if all(math.hypot(spot[0] - a, spot[1] - b) >= 2 * radius for a, b in taken):
            return spot
    return spots[0]
