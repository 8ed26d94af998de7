"""The classes of a map: what it shows, bounds, names, colours.

Every scale runs from dark to light or from light to dark without turning, so that it reads in grey and to
eyes that do not tell red from green. What a scale cannot say by lightness has a texture: past the target, and
not available.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, assert_never

from cluster4w.gaps.row import GapRow, ratio_of
from cluster4w.publish.figures import number
from cluster4w.template.bounds import percents
from cluster4w.template.language import N_, Translate

#: What a map shows: the share covered, how many are missing, who is there, who does the same.
Shows = Literal["share", "missing", "presence", "overlap"]
#: How its classes are cut: the cluster's bounds, classes of equal numbers of areas, equal steps, one's own.
Cut = Literal["usual", "quantiles", "equal", "own"]


@dataclass(frozen=True, slots=True)
class MapClass:
    """A class of a map. ``words`` is an English source sentence; ``ink`` is legible on ``colour``."""

    key: str
    words: str
    colour: str
    ink: str
    #: Largest value of the class; None: no upper bound, or no value.
    upper: float | None = None
    #: Figures that go into ``words``, as they are written in the reader's language.
    figures: tuple[tuple[str, str], ...] = ()
    #: What lies on the colour: dots, lines or nothing.
    texture: Literal["", "dots", "lines"] = ""

    def said(self, translate: Translate) -> str:
        """Return the class in the reader's language."""
        words = translate(self.words)
        return words % dict(self.figures) if self.figures else words


_WHITE, _INK = "#ffffff", "#1b1f23"
_REDS = ("#7d1416", "#b3403a", "#d97b66", "#eba78d", "#f0c4ad")
_MET = "#d3eae1"

#: Reds where help is missing, the darker the more; green near the target, with dots past it.
COVERAGE = (
    MapClass("c0", N_("0 %"), _REDS[0], _WHITE, 0.0),
    MapClass("c20", N_("1–20 %"), _REDS[1], _WHITE, 0.2),
    MapClass("c40", N_("21–40 %"), _REDS[2], _INK, 0.4),
    MapClass("c60", N_("41–60 %"), _REDS[3], _INK, 0.6),
    MapClass("c80", N_("61–80 %"), _REDS[4], _INK, 0.8),
    MapClass("c100", N_("81–100 %"), _MET, _INK, 1.0),
    MapClass("over", N_("> 100 %"), _MET, _INK, texture="dots"),
)
NOT_TARGETED = MapClass("none", N_("not targeted"), "#f6f7f8", "#5b656e")
NOT_AVAILABLE = MapClass("absent", N_("not available"), "#f6f7f8", "#5b656e", texture="lines")
#: Shown in a legend only where an area is of the class.
OPTIONAL = frozenset({NOT_TARGETED.key, NOT_AVAILABLE.key})

NOTHING_MISSING = MapClass("met", N_("nothing missing"), _MET, _INK, 0.0, texture="dots")
PRESENCE = (
    MapClass("p0", N_("nobody"), "#f7ecd8", _INK, 0),
    MapClass("p1", N_("1 organisation"), "#d3deea", _INK, 1),
    MapClass("p2", N_("2 organisations"), "#a5bdd6", _INK, 2),
    MapClass("p4", N_("3–4 organisations"), "#6d93bb", _INK, 4),
    MapClass("p5", N_("5 organisations or more"), "#2f6397", _WHITE),
)
OVERLAP = (
    MapClass("alone", N_("no overlap"), "#f6f7f8", "#5b656e"),
    MapClass("above", N_("above 100 %"), _MET, _INK, texture="dots"),
    MapClass("same", N_("same activity in the same month"), "#cf8a2a", _INK),
    MapClass("both", N_("both"), "#6d3a0f", _WHITE),
)


def class_of(row: GapRow, measure: str) -> MapClass:
    """Return the class of an area by the cluster's bounds.

    Without a target it is not targeted; without data it is not available.
    """
    return _placed(row, measure, ratio_of(row, measure), COVERAGE)


def _placed(row: GapRow, measure: str, value: float | None, classes: Sequence[MapClass]) -> MapClass:
    base = row.in_need if measure == "need" else row.target
    if not base:
        return NOT_TARGETED
    if value is None:
        return NOT_AVAILABLE
    return _at(value, classes)


def _at(value: float, classes: Sequence[MapClass]) -> MapClass:
    for entry in classes:
        if entry.upper is not None and value <= entry.upper:
            return entry
    return classes[-1]


@dataclass(frozen=True)
class Scale:
    """The classes of one map and the rule by which an area falls into one."""

    shows: Shows
    cut: Cut
    classes: tuple[MapClass, ...]
    of: Callable[[GapRow], MapClass]

    @property
    def everything(self) -> tuple[MapClass, ...]:
        """The classes, and those for areas that have no value."""
        with_value = self.shows in ("presence", "overlap")
        return self.classes if with_value else (*self.classes, NOT_TARGETED, NOT_AVAILABLE)

    def legend(self, counts: Mapping[str, int]) -> tuple[MapClass, ...]:
        """Return the classes that a legend shows; ``counts``: how many areas each has, by key."""
        return tuple(c for c in self.everything if counts.get(c.key) or c.key not in OPTIONAL)

    @property
    def bounds(self) -> tuple[float, ...]:
        """The largest values of the classes; per cent for shares."""
        factor = 100 if self.shows == "share" else 1
        return tuple(factor * c.upper for c in self.classes if c.upper)


def heading(scale: Scale, measure: str) -> str:
    """Return what the classes are classes of, an English source sentence."""
    match scale.shows:
        case "missing":
            return N_("How many are missing")
        case "presence":
            return N_("Organisations present")
        case "overlap":
            return N_("Overlaps")
        case "share":
            words = {
                "projected": N_("Reached and planned, of the target"),
                "need": N_("Reached, of the need"),
            }
            return words.get(measure, N_("Reached, of the target"))
        case _:
            assert_never(scale.shows)


def cut_words(scale: Scale) -> str:
    """Return how the classes are cut, an English source sentence; "" where they are always the same."""
    if scale.shows in ("presence", "overlap"):
        return ""
    words: dict[Cut, str] = {
        "usual": N_("Classes: the cluster’s bounds"),
        "quantiles": N_("Classes: as many areas in each"),
        "equal": N_("Classes: equal steps"),
        "own": N_("Classes: bounds chosen for this map"),
    }
    return words[scale.cut]


def usual_scale(measure: str, bounds: Sequence[int] = ()) -> Scale:
    """Return the classes of the share covered: by the cluster's own ``bounds``, or by the usual ones."""
    if not bounds:
        return Scale("share", "usual", COVERAGE, lambda row: class_of(row, measure))
    parts = _share_classes(bounds, "en", open_end=True)
    return Scale("share", "usual", parts, lambda row: _placed(row, measure, ratio_of(row, measure), parts))


def scale_for(
    rows: Iterable[GapRow],
    measure: str,
    *,
    language: str,
    shows: Shows = "share",
    cut: Cut = "usual",
    bounds: Sequence[int] = (),
    usual: Sequence[int] = (),
) -> Scale:
    """Return the classes of a map.

    Args:
        rows: The areas of all maps that share the classes.
        usual: The cluster's own bounds of shares, per cent; none: those of the product.
        bounds: For ``own``: the largest values of the classes, per cent or numbers, rising.
    """
    match shows:
        case "presence":
            return Scale("presence", "usual", PRESENCE, lambda row: _at(row.organisations, PRESENCE))
        case "overlap":
            return Scale("overlap", "usual", OVERLAP, lambda row: overlap_class(row, ()))
        case "share" if cut == "usual" or (cut == "own" and not bounds):
            return usual_scale(measure, usual)
        case "share":
            shares = [100 * v for row in rows if (v := ratio_of(row, measure)) is not None]
            cuts = list(bounds) if cut == "own" else cuts_of(shares, cut)
            parts = _share_classes(cuts, language, open_end=cut == "own")
            return Scale(
                "share", cut, parts, lambda row: _placed(row, measure, ratio_of(row, measure), parts)
            )
        case "missing":
            people = [row.gap for row in rows if row.gap is not None]
            # The cluster has no bounds of its own for numbers: classes of as many areas each.
            way: Cut = "quantiles" if cut == "usual" or (cut == "own" and not bounds) else cut
            cuts = list(bounds) if way == "own" else cuts_of(people, way)
            steps = _number_classes(cuts, language, open_end=way == "own")
            return Scale("missing", way, steps, lambda row: _placed(row, measure, row.gap, steps))
        case _:
            assert_never(shows)


def overlap_class(row: GapRow, together: Collection[str]) -> MapClass:
    """Return the class of an area; ``together``: p-codes of those where several organisations do the same."""
    alone, above, same, both = OVERLAP
    too_much = (row.coverage or 0) > 1
    if row.pcode in together:
        return both if too_much else same
    return above if too_much else alone


#: Classes of a scale that is cut by its values.
_STEPS = 5


def cuts_of(values: Sequence[float], cut: Cut) -> list[int]:
    """Return the largest values of at most five classes, whole and rising; the last holds the largest value.

    Quantiles: about as many of the values above zero in each class; the same value is never in two. Equal
    steps begin at zero.
    """
    found = sorted(v for v in values if v > 0)
    if not found:
        return []
    if cut == "equal":
        ends = [found[-1] * step / _STEPS for step in range(1, _STEPS + 1)]
    else:
        ends = [found[math.ceil(len(found) * step / _STEPS) - 1] for step in range(1, _STEPS + 1)]
    return sorted({math.ceil(end - 1e-9) for end in ends})


def own_bounds(text: str) -> tuple[int, ...]:
    """Return the bounds that a reader typed, rising: "10, 30; 60" or "10 30 60"; none where it is no list."""
    return tuple(sorted(set(percents(text))))[:_STEPS]


#: Per cents from which on a class of shares is near the target, and past it.
_NEAR, _MET_AT = 80, 100


def _colours(count: int) -> list[str]:
    """Return so many reds from dark to pale, as far apart as they can be."""
    if count < 2:
        return [_REDS[2]] * count
    last = len(_REDS) - 1
    if count <= last + 1:
        return [_REDS[round(i * last / (count - 1))] for i in range(count)]
    return [_between(i * last / (count - 1)) for i in range(count)]


def _between(place: float) -> str:
    """Return the red at a place between those of the list: 0 is the first one."""
    before = min(int(place), len(_REDS) - 2)
    pairs = ((int(_REDS[before + n][i : i + 2], 16) for n in (0, 1)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(low + (place - before) * (high - low)):02x}" for low, high in pairs)


def _ink(colour: str) -> str:
    """Return what is legible on a red: white on those as dark as the second one."""
    return _WHITE if colour != _MET and int(colour[3:5], 16) <= int(_REDS[1][3:5], 16) else _INK


def _share_classes(ends: Sequence[int], language: str, *, open_end: bool) -> tuple[MapClass, ...]:
    """Return the classes of shares that end at these per cents: 0 % first; near the target and past it green.

    A class that begins far below the target is red, however far it goes: an area may lie at its lower end.
    """
    begins = (0, *ends) if open_end else (0, *ends)[:-1]
    reds = iter(_colours(1 + sum(low < _NEAR for low in begins)))
    classes = [MapClass("s0", COVERAGE[0].words, next(reds), _WHITE, 0.0)]
    for place, low in enumerate(begins, 1):
        high = ends[place - 1] if place <= len(ends) else None
        colour = next(reds) if low < _NEAR else _MET
        if high is None:
            key, said, figures = "s9", N_("> %(low)s %%"), {"low": number(low, language)}
        else:
            key, said = f"s{place}", N_("%(low)s–%(high)s %%")
            figures = {"low": number(low + 1, language), "high": number(high, language)}
        classes.append(
            MapClass(
                key,
                said,
                colour,
                _ink(colour),
                None if high is None else high / 100,
                tuple(figures.items()),
                "dots" if low >= _MET_AT else "",
            )
        )
    return tuple(classes)


def _number_classes(ends: Sequence[int], language: str, *, open_end: bool) -> tuple[MapClass, ...]:
    """Return the classes of numbers missing that end at these figures, the palest first."""
    colours = _colours(len(ends) + open_end)[::-1]
    classes = [NOTHING_MISSING]
    for place, (low, high) in enumerate(pairwise((0, *ends)), 1):
        words = {"low": number(low + 1, language), "high": number(high, language)}
        colour = colours[place - 1]
        classes.append(
            MapClass(f"n{place}", N_("%(low)s–%(high)s"), colour, _ink(colour), high, tuple(words.items()))
        )
    if open_end:
        last = (("low", number(ends[-1], language)),)
        classes.append(MapClass("n9", N_("> %(low)s"), colours[-1], _ink(colours[-1]), None, last))
    return tuple(classes)
