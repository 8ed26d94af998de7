"""The names of one edition, ready to be looked up: exactly, by sound, and by likeness inside a parent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from cluster4w.intake.places.names import marks, names_other_level, plain, sound, words
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.template.text import fold

#: From here on a spelling is taken, when it is clearly ahead of the next; from SUGGEST on it is suggested.
SURE = 90.0
AHEAD = 5.0
SUGGEST = 65.0
#: A name this alike is that of the code beside it, when it is APART from every other name of the parent.
LIKELY = 80.0
APART = 15.0
#: Likeness of two writings with one sound.
SAME_SOUND = 92.0
#: A shorter sound is no evidence.
SHORTEST_SOUND = 4
#: Two names of as many words are no spellings of each other when one pair of words is less alike.
SAME_WORD = 70.0


class PlaceIndex:
    """Looks places up by name. Names are compared folded, then plain (:func:`plain`), then by likeness."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._by_level = {level: gazetteer.level(level) for level in (1, 2, 3)}
        self._spellings = {p.pcode: tuple(dict.fromkeys(self._known_as(p))) for p in gazetteer.places}
        self._below: dict[tuple[int, str | None], list[Place]] = {}
        self._exact: dict[tuple[str | None, int], dict[str, list[Place]]] = {}
        self._plain: dict[tuple[str | None, int], dict[str, list[Place]]] = {}
        for place in gazetteer.places:
            for scope in {place.parent, None}:
                key = (scope, place.level)
                exact, bare = self._exact.setdefault(key, {}), self._plain.setdefault(key, {})
                for spelling in self._spellings[place.pcode]:
                    for index, text in ((exact, fold(spelling)), (bare, plain(spelling))):
                        if place not in index.setdefault(text, []):
                            index[text].append(place)

    def _known_as(self, place: Place) -> Iterable[str]:
        """Yield every spelling: a cercle with the name of its region has the region's other names too."""
        yield from place.spellings()
        for above in self.gazetteer.lineage(place.pcode)[:-1]:
            if fold(above.name) == fold(place.name):
                yield from above.names

    def spellings(self, place: Place) -> tuple[str, ...]:
        """Return the name and the other spellings of a place."""
        return self._spellings[place.pcode]

    def named(self, name: str, level: int, scope: Place | None) -> list[Place]:
        """Return the places of a level with this name right below ``scope`` (in the country for None)."""
        key = (scope.pcode if scope else None, level)
        return self._exact.get(key, {}).get(fold(name)) or self._plain.get(key, {}).get(plain(name)) or []

    def exactly(self, name: str, level: int) -> list[Place]:
        """Return the places of a level in the whole country that are written so."""
        return self._exact.get((None, level), {}).get(fold(name), [])

    def inside(self, places: Iterable[Place], parent: Place | None) -> list[Place]:
        """Return those of the places that lie in ``parent``; all of them for None."""
        if parent is None:
            return list(places)
        return [p for p in places if self.gazetteer.within(p.pcode, parent.level) == parent.pcode]

    def is_called(self, name: str, place: Place) -> bool:
        """Tell whether a name is one of the place's."""
        return plain(name) in {plain(s) for s in self.spellings(place)}

    def likeness(self, name: str, place: Place) -> float:
        """Return how alike a name and the names of a place are, 0 to 100."""
        return max(_likeness(plain(name), plain(s)) for s in self.spellings(place))

    def near(self, name: str, level: int, parent: Place | None) -> list[tuple[Place, float]]:
        """Return places of the level inside the parent, most alike first."""
        wanted = plain(name)
        spellings = [(p, plain(s)) for p in self.below(level, parent) for s in self.spellings(p)]
        texts = [s for _, s in spellings]
        heard = sound(wanted)
        likely = {i for _, _, i in process.extract(wanted, texts, scorer=fuzz.ratio, limit=8)}
        likely |= {i for i, text in enumerate(texts) if sound(text) == heard}
        # In the order of bare likeness: of "Dougouténé" both I and II are near, although neither is it.
        best: dict[str, tuple[float, float, Place]] = {}
        for index in sorted(likely):
            place, spelling = spellings[index]
            found = (fuzz.ratio(wanted, spelling), _likeness(wanted, spelling), place)
            if place.pcode not in best or best[place.pcode][1::-1] < found[1::-1]:
                best[place.pcode] = found
        ranked = sorted(best.values(), key=lambda f: (-max(f[0], f[1]), f[2].pcode))
        return [(place, score) for _, score, place in ranked]

    def below(self, level: int, parent: Place | None) -> list[Place]:
        """Return the places of a level that lie in ``parent``; all of them for None."""
        key = (level, parent.pcode if parent else None)
        if key not in self._below:
            self._below[key] = self.inside(self._by_level[level], parent)
        return self._below[key]

    def sure(self, near: list[tuple[Place, float]]) -> Place | None:
        """Return the first of :meth:`near` when it is a spelling beyond doubt: alike, and clearly ahead."""
        if near and near[0][1] >= SURE and (len(near) == 1 or near[0][1] - near[1][1] >= AHEAD):
            return near[0][0]
        return None

    def holding(self, name: str, level: int, parent: Place | None) -> list[Place]:
        """Return the places inside the parent whose name holds every word of this one, and more."""
        wanted = words(name)
        if not any(len(word) >= SHORTEST_SOUND for word in wanted):
            return []
        return [p for p in self.below(level, parent) if any(wanted < words(s) for s in self.spellings(p))]

    def spells(self, name: str, coded: Place, parent: Place | None) -> bool:
        """Tell whether a name is a writing of the place that code and parent say, and of no other."""
        if names_other_level(name, coded.level):
            return False
        alike = self.likeness(name, coded)
        if alike >= SURE:
            return True
        near = self.near(name, coded.level, parent)
        rest = max((score for place, score in near if place != coded), default=0.0)
        if alike >= LIKELY and alike - rest >= APART:
            return True
        # A part of its name: "Toridaga" for "Toridaga Ko".
        return self.holding(name, coded.level, parent) == [coded] or self._numbered(name, coded, parent)

    def _numbered(self, name: str, coded: Place, parent: Place | None) -> bool:
        """Tell whether a name is the place's with a number that some lists give to homonyms.

        "Dogofry II" is Dogofry, where the cercle has one Dogofry and none with a number.
        """
        bare = re.sub(r"\s\d$", "", plain(name))
        if bare == plain(name) or self.named(bare, coded.level, parent) != [coded]:
            return False
        spellings = (plain(s) for p in self.below(coded.level, parent) for s in self.spellings(p))
        return not any(marks(s) and s.startswith(bare) for s in spellings)

    def at_another_level(self, name: str, level: int, parent: Place | None) -> list[Place]:
        """Return the places of this name that are no place of this level: a cercle typed as a region."""
        return [
            place
            for other in (1, 2, 3)
            if other != level
            for place in self.inside(self.exactly(name, other), parent)
            if place != parent
        ]

    def describe(self, place: Place) -> str:
        """Return a place with its parent and code: "Baye (Bankass, ML050202)"."""
        parent = self.gazetteer.get(place.parent)
        return f"{place.name} ({parent.name}, {place.pcode})" if parent else f"{place.name} ({place.pcode})"

    def describe_all(self, places: Iterable[Place]) -> str:
        """Return several places in words, the first five."""
        return ", ".join(self.describe(p) for p in list(places)[:5])


@lru_cache(maxsize=65536)
def _likeness(wanted: str, spelling: str) -> float:
    """Return how alike two plain names are, 0 to 100; another number or side is another place."""
    score = fuzz.ratio(wanted, spelling)
    if len(sound(spelling)) >= SHORTEST_SOUND and sound(wanted) == sound(spelling):
        score = max(score, SAME_SOUND)
    elif score >= SURE and not _same_words(wanted.split(), spelling.split()):
        score = SURE - 1
    if marks(wanted) != marks(spelling):
        score = min(score, SUGGEST - 1)
    return score


def _same_words(ours: list[str], theirs: list[str]) -> bool:
    """Tell whether each word is a spelling of the one in its place, where there are as many."""
    if len(ours) != len(theirs):
        return True
    return all(fuzz.ratio(a, b) >= SAME_WORD for a, b in zip(ours, theirs, strict=True))
