"""What other editions of a country's division know of a name and a code."""

from __future__ import annotations

from cluster4w.intake.places.index import PlaceIndex
from cluster4w.intake.places.names import plain
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.template.text import clean, fold


class Editions:
    """Looks a name and a code up in the other editions, and finds which place of ours they mean."""

    def __init__(self, gazetteer: Gazetteer, index: PlaceIndex) -> None:
        self.gazetteer = gazetteer
        self._index = index
        self._prefix = next((p.pcode[:2] for p in gazetteer.places), "")

    def forms(self, code: str) -> tuple[str, ...]:
        """Return a code as it stands and with the country's other prefix: MLI05 is ML05."""
        country = self.gazetteer.country
        if code.startswith(country) and not self._prefix.startswith(country):
            return code, self._prefix + code[len(country) :]
        return (code,)

    def known(self, code: str) -> bool:
        """Tell whether any edition has this code."""
        editions = (self.gazetteer, *self.gazetteer.others)
        return any(form in g.by_pcode for g in editions for form in self.forms(code))

    def ours(self, code: str, level: int) -> Place | None:
        """Return our own place with this code, at its level."""
        for form in self.forms(code):
            place = self.gazetteer.by_pcode.get(form)
            if place is not None and place.level == level:
                return place
        return None

    def with_code(self, code: str, level: int) -> list[tuple[str, Place]]:
        """Return (edition, place) wherever another edition has this code at this level."""
        return [
            (other.edition, place)
            for other in self.gazetteer.others
            for form in self.forms(code)
            if (place := other.by_pcode.get(form)) is not None and place.level == level
        ]

    def linked(self, code: str, level: int) -> Place | None:
        """Return our place that other editions know under this code, when they all agree."""
        ours = {self.gazetteer.links.get((edition, p.pcode)) for edition, p in self.with_code(code, level)}
        ours.discard(None)
        place = self.gazetteer.get(ours.pop()) if len(ours) == 1 else None
        return place if place is not None and place.level == level else None

    def agreeing(self, name: str, code: str, level: int) -> list[tuple[str, Place]]:
        """Return (edition, place) where this code does carry this name."""
        wanted = {fold(name), plain(name)}
        return [
            (edition, place)
            for edition, place in self.with_code(code, level)
            if any(fold(s) in wanted or plain(s) in wanted for s in place.spellings())
        ]

    def holding(self, name: str, code: str, level: int) -> list[str]:
        """Return the other editions that have this place at this level, by its code or by its name."""
        by_code = [
            e
            for e, p in self.with_code(code, level)
            if not name or plain(name) in {plain(s) for s in p.spellings()}
        ]
        by_name = [g.edition for g in self.gazetteer.others if name and g.named(name, g.level(level))]
        return sorted({*by_code, *by_name})

    def only_elsewhere(self, name: str, code: str, level: int) -> bool:
        """Tell whether a place is of another edition, and neither its code nor its name is one of ours."""
        if (code and self.ours(code, level)) or (name and self._index.named(name, level, None)):
            return False
        return bool(self.holding(name, code, level))

    def meant(self, name: str, level: int) -> list[Place]:
        """Return our places of a level that hold a deeper place of this name.

        What a later edition made a region of is a cercle in ours, in a region of its own.
        """
        deeper = [p for d in range(level + 1, 4) for p in self._index.named(name, d, None)]
        codes = dict.fromkeys(self.gazetteer.within(p.pcode, level) for p in deeper)
        return [place for code in codes if code and (place := self.gazetteer.get(code))]


def bare_code(text: str) -> str:
    """Return a code without blanks, dashes and underscores, in capitals."""
    return "".join(c for c in clean(text) if c not in " _-").upper()
