"""The classes of a gap map: bounds, names, colours."""

from __future__ import annotations

from dataclasses import dataclass

from cluster4w.gaps.row import GapRow
from cluster4w.template.language import N_


@dataclass(frozen=True, slots=True)
class MapClass:
    """A class of a map. ``words`` is an English source sentence; ``ink`` is legible on ``colour``."""

    key: str
    words: str
    colour: str
    ink: str
    #: Largest share of the class; None: no upper bound, or no share.
    upper: float | None = None


#: Reds where help is missing, greens past the target. The two hues differ in lightness too, so that eyes that
#: do not tell red from green still read the order.
COVERAGE = (
    MapClass("c0", N_("0 %"), "#7d1416", "#ffffff", 0.0),
    MapClass("c20", N_("1–20 %"), "#b3403a", "#ffffff", 0.2),
    MapClass("c40", N_("21–40 %"), "#d97b66", "#1b1f23", 0.4),
    MapClass("c60", N_("41–60 %"), "#ebb39a", "#1b1f23", 0.6),
    MapClass("c80", N_("61–80 %"), "#f6dccb", "#1b1f23", 0.8),
    MapClass("c100", N_("81–100 %"), "#cfe3dc", "#1b1f23", 1.0),
    MapClass("over", N_("> 100 %"), "#7fada2", "#1b1f23"),
)
NOT_TARGETED = MapClass("none", N_("not targeted"), "#eef0f2", "#5b656e")
NOT_AVAILABLE = MapClass("absent", N_("not available"), "url(#%s)", "#5b656e")
ALL = (*COVERAGE, NOT_TARGETED, NOT_AVAILABLE)


def ratio_of(row: GapRow, measure: str) -> float | None:
    """Return the share that a map shows: what is reached, with what is planned where that is asked."""
    if row.coverage is None or measure != "projected":
        return row.coverage
    if not row.target or row.reached is None or row.planned is None:
        return None
    return (row.reached + row.planned) / row.target


def class_of(row: GapRow, measure: str) -> MapClass:
    """Return the class of an area. Without a target it is not targeted; without data it is not available."""
    base = row.in_need if measure == "need" else row.target
    if not base:
        return NOT_TARGETED
    ratio = ratio_of(row, measure)
    if ratio is None:
        return NOT_AVAILABLE
    for entry in COVERAGE:
        if entry.upper is not None and ratio <= entry.upper:
            return entry
    return COVERAGE[-1]
