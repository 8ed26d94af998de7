"""The map of a map sheet: areas, labels that lie on nothing, and an enlarged part for what is too small.

Lengths are points (1/72 inch) inside the frame, from its left upper corner. Labels are handed over as places
and texts: the sheet sets them itself, so that they are text in its own letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from cluster4w.publish.maps.projection import Box, Projection, Rings, fit, holds, is_free, middle, positions
from cluster4w.publish.maps.svg import MANY, MapArea, fill_of, hatch

#: Drawn lengths are whole numbers; a tenth of a point is finer than any printer.
FINE = 10
#: Sizes of a label, points: as large as there is room for; those of a map narrower than ``NARROW``.
SIZES, SMALL_SIZES = (7.5, 6.5, 5.5), (6.5, 5.8, 5.0)
NARROW = 300
#: An area of which the box is smaller than this is drawn once more in the enlarged part, points.
TINY = 11
#: Share of the frame's shorter side that the enlarged part takes, and how many times larger it is at least.
INSET, ENLARGED = 0.24, 2.5
#: Radius of the disc of an area without an outline, points.
DISC = 5

_GROUND = "#eef0f2"
_FAR = "#f6f7f8"
_EDGE = "#b6bec5"


@dataclass(frozen=True, slots=True)
class SheetLabel:
    """A text of one or two lines, centred on (x, y)."""

    x: float
    y: float
    lines: tuple[str, ...]
    size: float
    bold: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Inset:
    """An enlarged part, or the country in small: where it lies and what is in it."""

    x: float
    y: float
    width: float
    height: float
    svg: str
    labels: tuple[SheetLabel, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class SheetMap:
    """A drawing in a frame of ``width`` x ``height``, its labels and its insets."""

    width: float
    height: float
    svg: str
    labels: tuple[SheetLabel, ...]
    insets: tuple[Inset, ...]
    #: Areas that had no room for a label.
    unnamed: int


@dataclass(frozen=True, slots=True)
class Outlines:
    """What a sheet can draw: the areas of its level, and the regions around them, by p-code."""

    areas: Mapping[str, Rings]
    regions: Mapping[str, Rings]
    #: Names of the regions that are no part of the sheet, by p-code.
    region_names: Mapping[str, str]


def sheet_map(
    areas: Sequence[MapArea],
    outlines: Outlines,
    *,
    within: str | None,
    width: float,
    height: float,
    caption: str,
) -> SheetMap:
    """Draw the areas of a sheet.

    Args:
        areas: The sheet's own areas.
        outlines: All outlines of the country; those of other areas are drawn pale, to show what is near.
        within: P-code of the region that the sheet is about; None for the whole country.
        width, height: The frame.
        caption: What is written under the enlarged part.
    """
    own = {a.pcode: outlines.areas[a.pcode] for a in areas if a.pcode in outlines.areas}
    shown: Iterable[Rings]
    if within is not None:
        shown = [outlines.regions[within]] if within in outlines.regions else own.values()
    else:
        shown = outlines.regions.values() if outlines.regions else own.values()
    every = list(chain.from_iterable(map(positions, shown))) or [a.point for a in areas if a.point]
    projection = fit(every, round(width * FINE), round(height * FINE), margin=round(8 * FINE))
    side = INSET * min(width, height)
    small = [] if within else _small(areas, own, projection, side)
    corner = _corner(every, projection, width, height, side) if small or within else None
    taken: list[Box] = [corner] if corner else []
    labels, unnamed = _labels(areas, own, projection, taken, skip={a.pcode for a in small})
    if within is not None:
        labels += _neighbours(outlines, within, projection, taken, width, height)
    insets: tuple[Inset, ...] = ()
    if corner and within:
        insets = (_locator(outlines.regions, within, corner),)
    elif corner and small:
        insets = (_enlarged(small, own, corner, caption),)
    return SheetMap(
        width, height, _svg(areas, own, outlines, projection, within), tuple(labels), insets, unnamed
    )


def _svg(
    areas: Sequence[MapArea],
    own: Mapping[str, Rings],
    outlines: Outlines,
    projection: Projection,
    within: str | None,
) -> str:
    far = "".join(
        f'<path d="{projection.path(rings)}" fill="{_FAR if within else _GROUND}"/>'
        for pcode, rings in sorted(outlines.regions.items())
        if pcode != within
    )
    ground = outlines.regions.get(within or "")
    near = f'<path d="{projection.path(ground)}" fill="{_GROUND}"/>' if ground else ""
    drawn = "".join(
        f'<path d="{projection.path(own[a.pcode])}" fill="{_fill(a, "sheet")}"/>'
        for a in areas
        if a.pcode in own
    )
    discs = "".join(_disc(a, projection) for a in areas if a.pcode not in own and a.point)
    borders = "".join(
        f'<path d="{projection.path(rings)}"/>' for _, rings in sorted(outlines.regions.items())
    )
    thin = 4 if len(areas) > MANY else 7
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {projection.width} {projection.height}">'
        f'{hatch("sheet", FINE)}<g fill-rule="evenodd" stroke-linejoin="round" stroke="{_EDGE}" '
        f'stroke-width="{thin}">{far}{near}</g>'
        f'<g fill-rule="evenodd" stroke-linejoin="round" stroke="#dfe3e6" stroke-width="{thin}">{drawn}</g>'
        f'<g fill="none" stroke="#5b656e" stroke-width="{2 * thin}" stroke-linejoin="round">{borders}</g>'
        f"{discs}</svg>"
    )


def _fill(area: MapArea, name: str) -> str:
    """Return the fill of an area; one that is not asked for is as pale as the ground."""
    return _GROUND if area.faint else fill_of(area.colour, name)


def _disc(area: MapArea, projection: Projection, radius: float = DISC) -> str:
    x, y = projection.point(*(area.point or (0.0, 0.0)))
    return (
        f'<circle cx="{x}" cy="{y}" r="{radius * FINE:g}" fill="{_fill(area, "sheet")}" '
        f'stroke="#5b656e" stroke-width="8"/>'
    )


# --- labels ---------------------------------------------------------------------------------------------

#: Widths of letters in ems, by sort; measured on Noto Sans, rounded up.
_NARROW, _WIDE, _USUAL, _CAPITAL = 0.32, 0.95, 0.6, 0.7


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is, in points; rather too wide than too narrow."""
    ems = 0.0
    for letter in text:
        if letter in "iljtfrI.,;:'’!|()[] \u00a0\u202f-":
            ems += _NARROW
        elif letter in "mwMW%@":
            ems += _WIDE
        else:
            ems += _CAPITAL if letter.isupper() else _USUAL
    return ems * size


def _box(label: SheetLabel) -> Box:
    half = max(text_width(line, label.size) for line in label.lines) / 2 + 1
    high = len(label.lines) * label.size * 1.15 / 2
    return label.x - half, label.y - high, label.x + half, label.y + high


def _labels(
    areas: Sequence[MapArea],
    own: Mapping[str, Rings],
    projection: Projection,
    taken: list[Box],
    *,
    skip: set[str],
) -> tuple[list[SheetLabel], int]:
    """Return the labels that have room, large areas first, and how many areas have none."""
    width, height = projection.width / FINE, projection.height / FINE
    sizes = SMALL_SIZES if width < NARROW else SIZES
    placed: list[SheetLabel] = []
    boxes = {pcode: projection.box(rings) for pcode, rings in own.items()}

    def astray(pcode: str, x: float, y: float) -> bool:
        """Tell whether a place lies in another area, of which a label there would seem to be the name."""
        point = projection.degrees(x * FINE, y * FINE)
        near = (
            code
            for code, (left, top, right, bottom) in boxes.items()
            if left <= x * FINE <= right and top <= y * FINE <= bottom
        )
        return any(code != pcode and holds(own[code], point) for code in near)

    unnamed = 0
    anchors = []
    for area in areas:
        rings = own.get(area.pcode)
        point = middle(rings) if rings else area.point
        if point is None or area.faint or area.pcode in skip:
            continue
        x, y = (v / FINE for v in projection.point(*point))
        room = 0.0
        if rings:
            left, top, right, bottom = boxes[area.pcode]
            room = (right - left) * (bottom - top)
        else:
            # No label lies on a disc, its own or another's.
            taken.append((x - DISC, y - DISC, x + DISC, y + DISC))
        anchors.append((-room, area.pcode, area, x, y))
    for _, _, area, x, y in sorted(anchors, key=lambda a: a[:2]):
        label = _fitting(area, x, y, (width, height), taken, astray, sizes, disc=area.pcode not in own)
        if label is None:
            unnamed += 1
            continue
        taken.append(_box(label))
        placed.append(label)
    return placed, unnamed


def _fitting(
    area: MapArea,
    x: float,
    y: float,
    frame: tuple[float, float],
    taken: Sequence[Box],
    astray: Callable[[str, float, float], bool],
    sizes: Sequence[float],
    *,
    disc: bool,
) -> SheetLabel | None:
    """Return the largest label that lies on nothing: name and value, then the name, then the value."""
    texts = [(area.name, area.value), (area.name,), (area.value,)] if area.value else [(area.name,)]
    for lines in texts:
        for size in sizes:
            half = max(text_width(line, size) for line in lines) / 2 + 1
            inside_x = min(max(x, half), frame[0] - half)
            clear = DISC + len(lines) * size * 1.15 / 2 + 0.5
            below = (clear, -clear) if disc else (0.0, -size, size, -1.8 * size, 1.8 * size)
            for aside in below:
                label = SheetLabel(inside_x, round(y + aside, 1), lines, size, bold=size == sizes[0])
                box = _box(label)
                inside = box[0] >= 0 and box[1] >= 0 and box[2] <= frame[0] and box[3] <= frame[1]
                moved = aside or inside_x != x
                if inside and is_free(box, taken) and not (moved and astray(area.pcode, label.x, label.y)):
                    return label
    return None


def _neighbours(
    outlines: Outlines, within: str, projection: Projection, taken: list[Box], width: float, height: float
) -> list[SheetLabel]:
    """Return the names of the regions around the sheet's own, as far as they are in the frame."""
    found = []
    for pcode, rings in sorted(outlines.regions.items()):
        if pcode == within:
            continue
        points = [projection.point(*p[:2]) for p in positions(rings)]
        inside = [
            (x / FINE, y / FINE) for x, y in points if 0 <= x <= width * FINE and 0 <= y <= height * FINE
        ]
        if not inside:
            continue
        x = sum(p[0] for p in inside) / len(inside)
        y = sum(p[1] for p in inside) / len(inside)
        label = SheetLabel(round(x, 1), round(y, 1), (outlines.region_names[pcode],), 6.5, quiet=True)
        box = _box(label)
        if box[0] >= 0 and box[2] <= width and is_free(box, taken):
            taken.append(box)
            found.append(label)
    return found


# --- insets ---------------------------------------------------------------------------------------------


def _small(
    areas: Sequence[MapArea], own: Mapping[str, Rings], projection: Projection, side: float
) -> list[MapArea]:
    """Return the areas too small to be read that lie together; none of a whole fine division.

    ``side``: that of the enlarged part. An area far from the smallest one would leave nothing to enlarge.
    """
    tiny = []
    for area in areas:
        rings = own.get(area.pcode)
        if rings:
            left, top, right, bottom = projection.box(rings)
            if (size := max(right - left, bottom - top)) < TINY * FINE:
                tiny.append((size, area.pcode, area))
    if len(tiny) * 4 > len(areas):
        return []
    together: list[MapArea] = []
    for _, _, area in sorted(tiny, key=lambda t: t[:2]):
        boxes = [projection.box(own[a.pcode]) for a in (*together, area)]
        across = max(b[2] for b in boxes) - min(b[0] for b in boxes)
        down = max(b[3] for b in boxes) - min(b[1] for b in boxes)
        if max(across, down) * ENLARGED <= side * FINE:
            together.append(area)
    return together


def _corner(
    every: Sequence[Sequence[float]], projection: Projection, width: float, height: float, side: float
) -> Box:
    """Return the corner of the frame, a square of ``side``, with the least of the map in it."""
    points = [(x / FINE, y / FINE) for x, y in (projection.point(p[0], p[1]) for p in every)]
    corners = [(x, y, x + side, y + side) for y in (2.0, height - side - 2) for x in (2.0, width - side - 2)]
    return min(
        corners,
        key=lambda c: sum(c[0] - 6 <= x <= c[2] + 6 and c[1] - 6 <= y <= c[3] + 6 for x, y in points),
    )


def _enlarged(small: Sequence[MapArea], own: Mapping[str, Rings], corner: Box, caption: str) -> Inset:
    width, height = corner[2] - corner[0], corner[3] - corner[1]
    points = list(chain.from_iterable(positions(own[a.pcode]) for a in small))
    projection = fit(points, round(width * FINE), round((height - 9) * FINE), margin=round(4 * FINE))
    drawn = "".join(f'<path d="{projection.path(own[a.pcode])}" fill="{_fill(a, "inset")}"/>' for a in small)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {projection.width} {projection.height}">'
        f'{hatch("inset", FINE)}<g fill-rule="evenodd" stroke="#5b656e" stroke-width="6">{drawn}</g></svg>'
    )
    labels, _ = _labels(small, own, projection, [], skip=set())
    return Inset(corner[0], corner[1], width, height, svg, tuple(labels), caption)


def _locator(regions: Mapping[str, Rings], within: str, corner: Box) -> Inset:
    """Return the country in small with the sheet's region marked."""
    width, height = corner[2] - corner[0], corner[3] - corner[1]
    points = list(chain.from_iterable(map(positions, regions.values())))
    projection = fit(points, round(width * FINE), round(height * FINE), margin=round(5 * FINE))
    drawn = "".join(
        f'<path d="{projection.path(rings)}" fill="{"#7d1416" if pcode == within else _GROUND}"/>'
        for pcode, rings in sorted(regions.items())
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {projection.width} {projection.height}">'
        f'<g fill-rule="evenodd" stroke="{_EDGE}" stroke-width="5">{drawn}</g></svg>'
    )
    return Inset(corner[0], corner[1], width, height, svg, (), "")
