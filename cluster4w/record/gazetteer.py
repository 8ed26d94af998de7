"""One gazetteer edition in memory: what every consumer of places needs, without a query per look-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from cluster4w.template.text import fold


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative unit of one edition."""

    pcode: str
    level: int
    name: str
    parent: str | None
    names: tuple[str, ...] = ()
    longitude: float | None = None
    latitude: float | None = None
    population: int | None = None
    grid: tuple[int, int] | None = None

    def spellings(self) -> Iterator[str]:
        """Yield the name and every other official spelling."""
        yield self.name
        yield from self.names


@dataclass(frozen=True)
class Gazetteer:
    """The areas of one edition; ``others`` tell from which edition a strange code comes."""

    country: str
    edition: str
    places: tuple[Place, ...]
    #: Other editions of the same country, not nested further.
    others: tuple[Gazetteer, ...] = ()
    #: (edition, p-code) of another edition to the p-code in this one, where they are linked.
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Levels of which only some areas are known: we ship the communes of the example, not the country's 701.
    #: A name that such a level lacks is not wrong; it is kept as it was typed.
    partial: frozenset[int] = frozenset()

    @cached_property
    def by_pcode(self) -> dict[str, Place]:
        """P-code to place. Codes are unique over the levels of an edition (checked at loading)."""
        return {p.pcode: p for p in self.places}

    @cached_property
    def children(self) -> dict[str | None, tuple[Place, ...]]:
        """Parent p-code to the places below it, by name; ``None`` holds level 1."""
        found: dict[str | None, list[Place]] = {}
        for place in self.places:
            found.setdefault(place.parent, []).append(place)
        return {k: tuple(sorted(v, key=lambda p: fold(p.name))) for k, v in found.items()}

    def level(self, level: int) -> tuple[Place, ...]:
        """Return the places of a level, in the order of their codes."""
        return self._levels.get(level, ())

    @cached_property
    def _levels(self) -> dict[int, tuple[Place, ...]]:
        found: dict[int, list[Place]] = {}
        for place in sorted(self.places, key=lambda p: p.pcode):
            found.setdefault(place.level, []).append(place)
        return {level: tuple(places) for level, places in found.items()}

    @cached_property
    def deepest(self) -> int:
        """The deepest level that is loaded: 2 without communes, 3 with them."""
        return max((p.level for p in self.places), default=0)

    def get(self, pcode: str | None) -> Place | None:
        """Return the place with this code, or None."""
        return self.by_pcode.get(pcode) if pcode else None

    def lineage(self, pcode: str) -> tuple[Place, ...]:
        """Return the place and those above it, from level 1 down; empty for an unknown code."""
        chain: list[Place] = []
        place = self.get(pcode)
        while place is not None:
            chain.append(place)
            place = self.get(place.parent)
        return tuple(reversed(chain))

    def within(self, pcode: str, level: int) -> str | None:
        """Return the code of the ancestor (or self) at ``level``, or None."""
        return next((p.pcode for p in self.lineage(pcode) if p.level == level), None)

    def named(self, spelling: str, candidates: Iterable[Place]) -> list[Place]:
        """Return the candidates that have this spelling, folded."""
        wanted = fold(spelling)
        return [p for p in candidates if any(fold(s) == wanted for s in p.spellings())]
