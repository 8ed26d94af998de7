"""Looking for a place on the gap page: by code, any spelling, learned names, the beginning, a near miss."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from cluster4w.extensions import db
from cluster4w.record.gazetteer import Place
from cluster4w.record.queries.aliases import learned_places
from cluster4w.security import here
from cluster4w.template.text import fold
from cluster4w.views.gap_asked import Asked
from cluster4w.views.places import gazetteer

#: Places that are proposed at most, letters that are looked for, and how near (of 100) a near miss must be.
MOST, LONGEST, NEAR = 12, 80, 70


@dataclass(frozen=True, slots=True)
class Found:
    """What a search comes to: the address of the one place meant, or places to choose from."""

    address: str | None
    places: tuple[tuple[str, str, str], ...]


def search(page: Asked, text: str) -> Found:
    """Return where a search leads. Places are (name, the areas that it lies in, address)."""
    places = _matching(text[:LONGEST])
    at_level = [p for p in places if p.level == page.question.level]
    exact = [p for p in (at_level or places) if _is(p, text)]
    if len(places) == 1 or len(exact) == 1:
        return Found(_address(page, places[0] if len(places) == 1 else exact[0]), ())
    places.sort(key=lambda p: p.level != page.question.level)
    return Found(
        None,
        tuple(
            (p.name, " › ".join(a.name for a in gazetteer().lineage(p.pcode)[:-1]), _address(page, p))
            for p in places[:MOST]
        ),
    )


def _is(place: Place, text: str) -> bool:
    return fold(text) in {fold(s) for s in (*place.spellings(), place.pcode)}


def _address(page: Asked, place: Place) -> str:
    """Return the address of the map with the place opened; communes are shown within their cercle."""
    level = place.level
    within = page.within if place.pcode != page.within and page.within in _above(place) else ""
    if level > 2 and place.parent:
        within = place.parent
    return page.changed(level=level, within=within).address(chosen=place.pcode)


def _above(place: Place) -> set[str]:
    return {p.pcode for p in gazetteer().lineage(place.pcode)}


def _matching(text: str) -> list[Place]:
    wanted = fold(text)
    if not wanted:
        return []
    places = gazetteer().places
    found = [p for p in places if _is(p, text)]
    if not found:
        learned = learned_places(db.session, here().operation).get(wanted, set())
        found = [p for p in places if p.pcode in learned]
    spellings = [(fold(s), p) for p in places for s in p.spellings()] if not found else []
    for fits in (str.startswith, str.__contains__):
        if not found:
            found = list(dict.fromkeys(p for spelling, p in spellings if fits(spelling, wanted)))
    if not found:
        near = process.extract(
            wanted, [s for s, _ in spellings], scorer=fuzz.ratio, limit=MOST, score_cutoff=NEAR
        )
        found = list(dict.fromkeys(spellings[place][1] for _, _, place in near))
    return found
