"""Several places in one cell: which of the names are known. Nothing is ever parted by itself."""

from __future__ import annotations

from dataclasses import dataclass

from cluster4w.intake.places.index import PlaceIndex
from cluster4w.intake.places.names import listed
from cluster4w.record.gazetteer import Place
from cluster4w.template.text import printable


@dataclass(frozen=True, slots=True)
class Several:
    """What a cell lists: the places that are known, each once, and the names that are not."""

    places: list[Place]
    strange: list[str]


def several(index: PlaceIndex, name: str, level: int, parent: Place | None) -> Several | None:
    """Return what a cell lists; None for one name, or one place in several writings."""
    parts = listed(name)
    known = [_known(index, part, level, parent) for part in parts]
    if len(parts) < 2:
        # A dash also stands inside names: it parts them only where each part is a place.
        parts = listed(name, dashes=True)
        known = [_known(index, part, level, parent) for part in parts]
        if not all(known):
            return None
    places = list(dict.fromkeys(place for place in known if place is not None))
    strange = [printable(part) for part, place in zip(parts, known, strict=True) if place is None]
    if len(parts) < 2 or (len(places) == 1 and not strange):
        return None
    return Several(places, strange)


def _known(index: PlaceIndex, name: str, level: int, parent: Place | None) -> Place | None:
    """Return the one place that a part of a list names, inside the parent."""
    named = index.inside(index.named(name, level, None), parent)
    if not named:
        sure = index.sure(index.near(name, level, parent))
        named = [sure] if sure is not None else []
    return named[0] if len(named) == 1 else None
