"""Reconciling places: code, name and parent must agree inside the operation's gazetteer edition.

Precision before recall: a place is taken when everything the row says agrees, or when the only difference
is a spelling; whatever is taken beyond that says so, and everything else is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from cluster4w.intake.places.asking import ask, code_and_name, place_context
from cluster4w.intake.places.cells import Level, Placed, Said, Sites
from cluster4w.intake.places.editions import Editions, bare_code
from cluster4w.intake.places.index import AHEAD, APART, SUGGEST, SURE, PlaceIndex
from cluster4w.intake.places.lists import several
from cluster4w.intake.places.names import names_other_level
from cluster4w.intake.read import Issue
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.context import Aliases
from cluster4w.template.kinds import Values
from cluster4w.template.text import clean, fold

#: A name this alike is corrected to that of the code beside it, where the code lies in the parent.
BACKED = 60.0
#: A name this alike is a misspelling of that of the code beside it: what disagrees then is the area above.
MISSPELT = 85.0

_WHOLE_COUNTRY = {"fr": "tout le pays", "en": "the whole country"}
_WITH_CODE = re.compile(r"(.+?)\s*[(\[]\s*([A-Za-z]{2,3}\d{2,8})\s*[)\]]")
_CODE = re.compile(r"[A-Za-z]{2,3}\d{2,8}")


@dataclass
class PlaceFinder:
    """Finds places in one edition; results are remembered per distinct row of place cells."""

    gazetteer: Gazetteer
    #: What people confirmed; contexts are of :func:`~cluster4w.intake.places.asking.place_context`.
    aliases: Aliases = field(default_factory=dict)
    #: Asked only when a name is no place.
    sites: Callable[[], Sites] = dict
    _memo: dict[Said, Placed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.index = PlaceIndex(self.gazetteer)
        self.editions = Editions(self.gazetteer, self.index)

    @cached_property
    def _known_sites(self) -> Sites:
        return self.sites()

    def find(self, said: Said) -> Placed:
        """Return the place of a row."""
        placed = self._memo.get(said)
        if placed is None:
            placed = self._memo[said] = self._find(said)
        return placed

    def _find(self, said: Said) -> Placed:
        values: Values = {}
        issues: list[tuple[str, Issue]] = []
        parent: Place | None = None
        foreign: list[tuple[str, Issue]] = []
        learned: list[int] = []
        kept: tuple[str, str] | None = None
        for level in (1, 2, 3):
            name, code = self._split(said[2 * level - 2], said[2 * level - 1])
            if not name and not code:
                continue
            if level > self.gazetteer.deepest:
                issues.extend(_keep(values, level, name))
                continue
            work = Level(level, name, code, parent, [])
            place = self._place(work)
            if self._may_be_missing(work, place):
                issues.extend(_keep(values, level, name))
                continue
            if place is None and level == 1:
                place = self._settled_below(work, said)
            elsewhere = place is None and self.editions.only_elsewhere(name, code, level)
            if elsewhere:
                work.issues[:] = [self._of_other_edition(work)]
            if elsewhere and level == 1 and (said[2] or said[3]):
                # A region of another edition: the cercle may still be the same one in ours.
                foreign = work.issues
                continue
            issues.extend(work.issues)
            if place is None:
                return Placed({}, (*foreign, *issues))
            if work.learned is not None:
                learned.append(work.learned)
            if foreign:
                foreign = []
                issues.append(("adm1_name", self._other_region(said, place)))
            if place.level < level:
                # The area around it as a whole: what was typed is no area, but nothing is lost.
                kept = (f"adm{level}_name", name)
                continue
            if parent is not None and not self.index.inside([place], parent):
                # Somebody said that this name under that parent means a place elsewhere.
                values.clear()
            parent = place
            values[f"adm{level}_pcode"] = place.pcode
            values[f"adm{level}_name"] = place.name
        return Placed({} if foreign else values, (*foreign, *issues), tuple(learned), kept)

    def _may_be_missing(self, work: Level, place: Place | None) -> bool:
        """Tell whether a place that was not found exactly may be one that the edition does not hold yet.

        Where only some areas of a level are known, a near spelling may well be another place: nothing but
        an exact match is taken, and a code that is known still has to agree with the name.
        """
        unsure = place is None or bool(work.issues)
        coded = self.editions.ours(work.code, work.level)
        return unsure and work.level in self.gazetteer.partial and coded is None

    def _split(self, name: str, code: str) -> tuple[str, str]:
        """Return name and code apart, where a cell holds both or the code stands in the name's cell."""
        if (both := _WITH_CODE.fullmatch(name)) is not None:
            name, code = both[1], code or both[2]
        elif self._is_code(name) and bare_code(code) in ("", bare_code(name)):
            name, code = "", name
        return clean(name), bare_code(code)

    def _is_code(self, name: str) -> bool:
        return bool(_CODE.fullmatch(name.replace(" ", ""))) and self.editions.known(bare_code(name))

    def _confirmed(self, work: Level, text: str, coded: Place | None = None) -> Place | None:
        """Return the place that people said a text means, under this parent and nowhere else.

        It lies in the parent, or is the parent itself as a whole; a place elsewhere is only taken under a
        name of its own, or by the code beside it.
        """
        said = self.aliases.get((place_context(work.level, work.parent), fold(text)))
        place = self.gazetteer.get(said.target) if said else None
        if said is None or place is None:
            return None
        if place.level != work.level:
            fits = place == work.parent and (not work.code or text != work.name)
        else:
            fits = place == coded or self.index.is_called(work.name, place)
            # Without the level right above, a name that is official somewhere means nothing else.
            free = self._scope(work) is not None or not self.index.named(work.name, work.level, None)
            fits = fits or (free and bool(self.index.inside([place], work.parent)))
        if not fits:
            return None
        work.learned = said.id
        return place

    def _scope(self, work: Level) -> Place | None:
        """Return the parent inside which a name is looked for; a missing level in between has none."""
        if work.parent is not None and work.parent.level == work.level - 1:
            return work.parent
        return None

    def _place(self, work: Level) -> Place | None:
        named: list[Place] = []
        if work.name:
            named = self.index.named(work.name, work.level, self._scope(work))
            if names_other_level(work.name, work.level):
                # "Cercle de Gao" in the column of communes is no commune, unless the list calls one so.
                named = [p for p in named if fold(work.name) in map(fold, self.index.spellings(p))]
            # An official name means what the list says, whatever was learned.
            named = self.index.inside(named, work.parent)
            if len(named) != 1:
                confirmed = self._confirmed(work, work.name)
                if confirmed is not None and (not named or confirmed in named):
                    named = [confirmed]
        coded = self.editions.ours(work.code, work.level) if work.code else None
        if work.code and work.name:
            return self._both(work, named, coded)
        if work.code:
            return self._code_only(work, coded)
        return self._name_only(work, named)

    def _settled_below(self, work: Level, said: Said) -> Place | None:
        """Return the region whose name or code stands beside another's, when the cercle agrees with it.

        A code that was pulled down over the rows below is not the region of a cercle whose own name and code
        agree.
        """
        if [issue.code for _, issue in work.issues] != ["area.code_name_disagree"]:
            return None
        name, code = self._split(said[2], said[3])
        cercle = self.editions.ours(code, 2) if name and code else None
        if cercle is None or cercle not in self.index.named(name, 2, None):
            return None
        coded = self.editions.ours(work.code, 1)
        region = self.gazetteer.get(cercle.parent)
        by_name = region in self.index.named(work.name, 1, None)
        if region is None or (region != coded and not by_name):
            return None
        part, right = ("pcode", region.pcode) if by_name else ("name", region.name)
        params = {"code": work.code, "name": work.name, "cercle": self.describe(cercle)}
        work.issues.clear()
        work.say(part, "area.settled_below", right, taken=self.describe(region), **params)
        return region

    # --- name and code --------------------------------------------------------------------------

    def _both(self, work: Level, named: list[Place], coded: Place | None) -> Place | None:
        if coded is not None and coded in named:
            return coded
        pair = self._confirmed(work, code_and_name(work.name, work.code), coded)
        if pair is not None:
            return pair
        if coded is None:
            return self._strange_code(work, named)
        candidate = named[0] if len(named) == 1 else None
        backed = not named and bool(self.index.inside([coded], work.parent))
        if (
            backed
            and not self.index.named(work.name, work.level, None)
            and self.index.spells(work.name, coded, work.parent)
        ):
            # The code and its parent agree; the name is a spelling of the same place.
            self._take(work, coded)
            return coded
        if not named and self._several(work):
            return None
        meant = self.index.is_called(work.name, coded) or self._is_misspelt(work, coded)
        if candidate is None and not named and meant and work.parent:
            # Code and name are one place: it is the area above that is another.
            self._outside(work, "name", [coded], code_and_name(work.name, work.code))
            return None
        others = self.editions.agreeing(work.name, work.code, work.level)
        if others:
            work.say(
                "pcode",
                "area.code_of_other_edition",
                candidate.pcode if candidate else None,
                ours=self.describe(coded),
                other="; ".join(f"{p.name} ({edition})" for edition, p in others),
                candidate=self.describe(candidate) if candidate else "-",
            )
            return None
        self._disagree(work, candidate, coded, backed)
        return None

    def _is_misspelt(self, work: Level, coded: Place) -> bool:
        """Tell whether a name that no place of the level has is nearly that of its code's place."""
        unknown = not self.index.named(work.name, work.level, None)
        return unknown and self.index.likeness(work.name, coded) >= MISSPELT

    def _disagree(self, work: Level, candidate: Place | None, coded: Place, backed: bool) -> None:
        found = candidate or (self._nearest_one(work) if work.parent is not None else None)
        backed = backed and found is None and not self.index.named(work.name, work.level, None)
        mend_name = backed and self.index.likeness(work.name, coded) >= BACKED
        # An unknown name may mean its code's place for good; a known one only beside this very code.
        text = work.name if backed else code_and_name(work.name, work.code)
        candidates = [coded] if backed else [*([found] if found else []), coded]
        work.say(
            "name" if mend_name else "pcode",
            "area.code_name_disagree",
            coded.name if mend_name else found.pcode if found else None,
            code=work.code,
            by_code=self.describe(coded),
            by_name=self.describe(found) if found else f"“{work.name}”",
            **self._ask(work, candidates, text),
        )

    def _strange_code(self, work: Level, named: list[Place]) -> Place | None:
        """The code is none of ours: another edition's, or nobody's."""
        foreign = self.editions.with_code(work.code, work.level)
        linked = self.editions.linked(work.code, work.level)
        called = self.editions.agreeing(work.name, work.code, work.level)
        if linked is not None and (linked in named or called) and self.index.inside([linked], work.parent):
            work.say(
                "pcode",
                "area.other_edition",
                linked.pcode,
                edition=foreign[0][0],
                taken=self.describe(linked),
            )
            return linked
        if foreign and not called and named:
            # The code means another place there than the name does here.
            work.say(
                "pcode",
                "area.code_name_disagree",
                named[0].pcode if len(named) == 1 else None,
                code=work.code,
                by_code="; ".join(f"{p.name} ({edition})" for edition, p in foreign),
                by_name=self.index.describe_all(named),
                **self._ask(work, named, code_and_name(work.name, work.code)),
            )
            return None
        if len(named) == 1 and (work.parent is not None or work.level == 1):
            work.say("pcode", "area.code_unknown", named[0].pcode, taken=self.describe(named[0]))
            return named[0]
        return self._name_only(work, named)

    def _code_only(self, work: Level, coded: Place | None) -> Place | None:
        if coded is not None:
            if self.index.inside([coded], work.parent):
                return coded
            confirmed = self._confirmed(work, work.code, coded)
            if confirmed is None:
                self._outside(work, "pcode", [coded], work.code)
            return confirmed
        linked = self.editions.linked(work.code, work.level)
        if linked is not None and self.index.inside([linked], work.parent):
            edition = next(iter(self.editions.with_code(work.code, work.level)))[0]
            work.say(
                "pcode", "area.other_edition", linked.pcode, edition=edition, taken=self.describe(linked)
            )
            return linked
        work.say("pcode", "area.no_such_code", None, edition=self.gazetteer.edition)
        return None

    # --- name alone -----------------------------------------------------------------------------

    def _name_only(self, work: Level, named: list[Place]) -> Place | None:
        if len(named) == 1:
            return named[0]
        if named:
            asked = self._ask(work, named, closed=True)
            work.say("name", "area.homonym", None, candidates=self.index.describe_all(named), **asked)
            return None
        if work.level in self.gazetteer.partial and self.editions.ours(work.code, work.level) is None:
            # It may be one that the edition does not hold yet: it is kept, whatever it is like.
            return None
        if self._several(work):
            return None
        anywhere = self.index.named(work.name, work.level, None) if work.parent is not None else []
        elsewhere = [p for p in anywhere if not self.index.inside([p], work.parent)]
        near = self.index.near(work.name, work.level, work.parent)
        sure = self.index.sure(near)
        other_level = names_other_level(work.name, work.level)
        if sure is not None and not elsewhere and not other_level:
            self._take(work, sure)
            return sure
        # Where the name is another place's, only a near miss is worth suggesting; what is less alike must
        # stand far apart: "koporona" is more like Koporo Pen than like Koporokendie Na, which it is.
        first, rest = (near[0][1], near[1][1] if len(near) > 1 else 0.0) if near else (0.0, 0.0)
        alike = first >= SURE and first - rest >= AHEAD
        alike = alike or (not elsewhere and first >= SUGGEST and first - rest >= APART)
        suggestion = near[0][0].name if alike and not other_level else None
        if elsewhere:
            self._outside(work, "name", elsewhere, work.name, suggestion)
        elif other := self.index.at_another_level(work.name, work.level, work.parent):
            asked = self._ask(work, dict.fromkeys([*self._around(other, work), *(p for p, _ in near)]))
            work.say("name", "area.not_this_level", None, place=self.index.describe_all(other), **asked)
        elif sites := self._sites(work):
            only = sites[0].name if len(sites) == 1 and sites[0].level == work.level else None
            asked = self._ask(work, sites)
            work.say("name", "area.is_site", only, place=self.index.describe_all(sites), **asked)
        else:
            nearest = self.index.describe_all([p for p, _ in near[:3]]) or "-"
            asked = self._ask(work, (p for p, _ in near))
            work.say("name", "area.unknown", suggestion, parent=self._parent(work), nearest=nearest, **asked)
        return None

    def _around(self, places: Iterable[Place], work: Level) -> list[Place]:
        """Return the areas of the level asked for, inside the parent, in which places of lower levels lie."""
        codes = (self.gazetteer.within(p.pcode, work.level) for p in places if p.level > work.level)
        return self.index.inside([p for code in codes if (p := self.gazetteer.get(code))], work.parent)

    def _several(self, work: Level) -> bool:
        """Say, where a cell names several places, which of them are known; it is never parted silently."""
        found = several(self.index, work.name, work.level, work.parent)
        if found is None:
            return False
        text = code_and_name(work.name, work.code) if work.code else ""
        work.say(
            "name",
            "area.several",
            None,
            known=self.index.describe_all(found.places) or "-",
            unknown=", ".join(found.strange) or "-",
            parent=self._parent(work),
            **self._ask(work, found.places, text),
        )
        return True

    def _sites(self, work: Level) -> list[Place]:
        """Return the areas in which the record knows a site of this name: of this level, or above it."""
        codes = self._known_sites.get(fold(work.name), ())
        found = [self.gazetteer.get(self.gazetteer.within(c, work.level) or c) for c in codes]
        return self.index.inside(list(dict.fromkeys(p for p in found if p is not None)), work.parent)

    def _outside(
        self, work: Level, part: str, places: list[Place], text: str, suggestion: str | None = None
    ) -> None:
        """Say that a place does not lie in its parent, and ask which of the two is meant."""
        asked = self._ask(work, places, text, closed=self._scope(work) is None)
        where = self.index.describe_all(places)
        work.say(part, "area.not_in_parent", suggestion, place=where, parent=self._parent(work), **asked)

    def _take(self, work: Level, place: Place) -> None:
        """Say that a spelling was taken for a place; whoever confirms it is not told again."""
        asked = self._ask(work, [place])
        work.say("name", "area.spelling_taken", place.name, taken=self.describe(place), **asked)

    def _ask(
        self, work: Level, candidates: Iterable[Place], text: str = "", *, closed: bool = False
    ) -> dict[str, object]:
        context = place_context(work.level, work.parent)
        return ask("area", context, text or work.name, (p.pcode for p in candidates), closed=closed)

    def _parent(self, work: Level) -> object:
        return self.describe(work.parent) if work.parent else _WHOLE_COUNTRY

    def _nearest_one(self, work: Level) -> Place | None:
        return self.index.sure(self.index.near(work.name, work.level, work.parent))

    # --- other editions -------------------------------------------------------------------------

    def _of_other_edition(self, work: Level) -> tuple[str, Issue]:
        editions = self.editions.holding(work.name, work.code, work.level)
        meant = (
            self.index.inside(self.editions.meant(work.name, work.level), work.parent) if work.name else []
        )
        asked = self._ask(work, meant) if meant else {}
        params = {"editions": ", ".join(editions), "edition": self.gazetteer.edition, **asked}
        return f"adm{work.level}_name", Issue("area.only_in_other_edition", params)

    def _other_region(self, said: Said, place: Place) -> Issue:
        region = self.gazetteer.lineage(place.pcode)[0]
        name, code = self._split(said[0], said[1])
        editions = ", ".join(self.editions.holding(name, code, 1))
        params = {"edition": editions, "taken": self.describe(place)}
        return Issue("area.other_edition", params, region.name)

    def describe(self, place: Place) -> str:
        """Return a place with its parent and code: "Baye (Bankass, ML050202)"."""
        return self.index.describe(place)


def _keep(values: Values, level: int, name: str) -> list[tuple[str, Issue]]:
    """Keep a name as it was typed, at a level that the edition does not hold (yet)."""
    if name:
        values[f"adm{level}_name"] = name
    return [(f"adm{level}_name", Issue("area.level_not_loaded"))]
