"""Where things stand on a map sheet: papers, the frames of its maps, how many lines its tables have."""

from __future__ import annotations

from dataclasses import dataclass

#: Millimetres, the short side first (ISO 216).
PAPERS: dict[str, tuple[float, float]] = {"a4": (210, 297), "a3": (297, 420)}
#: Points in a millimetre.
POINTS = 72 / 25.4
MARGIN = 10
#: Millimetres of the head with the mark of an example, and of the foot of one map and of two.
_HEAD, _FOOT, _FOOT_OF_TWO = 26, 30, 36
#: Millimetres between two columns, and those that a map's caption and its figures take beside another one.
_GUTTER, _AROUND = 5, 31


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is laid out: millimetres of the page, points of everything else."""

    width: float
    height: float
    landscape: bool
    #: The frame of a map.
    map_width: float
    map_height: float
    text: float
    foot: float
    #: Lines of the table of areas.
    lines: int


def layout_of(paper: str, *, landscape: bool, maps: int = 1) -> Layout:
    """Return the layout of a paper for a map, or for two beside each other."""
    short, long = PAPERS[paper]
    large = paper == "a3"
    factor = 1.15 if large else 1
    width, height = (long, short) if landscape else (short, long)
    inner_width, inner_height = (width - 2 * MARGIN), (height - 2 * MARGIN)
    room = inner_height - _HEAD - factor * (_FOOT if maps == 1 else _FOOT_OF_TWO)
    if maps == 1 and landscape:
        frame, lines = (inner_width * (0.66 if large else 0.63), room), 26 if large else 12
    elif maps == 1:
        frame, lines = (inner_width, room * 0.55), 28 if large else 20
    elif landscape:
        column = 88 if large else 74
        side = (inner_width - column - 2 * _GUTTER) / 2
        frame = (side, min(side * 1.05, room - factor * _AROUND))
        lines = 26 if large else 11
    else:
        side = (inner_width - _GUTTER) / 2
        frame, lines = (side, side * 1.05), 32 if large else 18
    return Layout(
        width,
        height,
        landscape,
        round(frame[0] * POINTS, 1),
        round(frame[1] * POINTS, 1),
        9.5 if large else 8,
        6.6 if large else 5.6,
        lines,
    )
