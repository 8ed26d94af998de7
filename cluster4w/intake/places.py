"""Reconciling places: code, name and parent must agree inside the operation's gazetteer edition.

Precision before recall: a place is taken when everything the row says agrees, or when the only difference
is a spelling; whatever is taken beyond that says so, and everything else is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from cluster4w.intake.asking import ask, place_context
from cluster4w.intake.place_names import plain
from cluster4w.intake.read import Issue
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.context import Aliases
from cluster4w.template.kinds import Values
from cluster4w.template.text import clean, fold

#: From here on a spelling is taken, when it is clearly ahead of the next; from SUGGEST on it is suggested.
SURE = 90.0
AHEAD = 5.0
SUGGEST = 65.0
#: A name this alike is corrected to that of the code beside it, where the code lies in the parent.
BACKED = 60.0

#: Name and code of the three levels, as the row says them; "" where it says nothing.
Said = tuple[str, str, str, str, str, str]

_WHOLE_COUNTRY = {"fr": "tout le pays", "en": "the whole country"}
_WITH_CODE = re.compile(r"(.+?)\s*[(\[]\s*([A-Za-z]{2,3}\d{2,8})\s*[)\]]")
_CODE = re.compile(r"[A-Za-z]{2,3}\d{2,8}")


@dataclass(frozen=True, slots=True)
class Placed:
    """What a row's place cells came to: values to set, issues by column key, the aliases that applied."""

    values: Values
    issues: tuple[tuple[str, Issue], ...]
    learned: tuple[int, ...] = ()


@dataclass
class _Level:
    """The work on one level of one row."""

    level: int
    name: str
    code: str
    parent: Place | None
    issues: list[tuple[str, Issue]]
    #: The alias by which the name is known.
    learned: int | None = None

    def say(self, part: str, code: str, suggestion: str | None = None, /, **params: object) -> None:
        self.issues.append((f"adm{self.level}_{part}", Issue(code, params, suggestion)))


@dataclass
class PlaceFinder:
    """Finds places in one edition; results are remembered per distinct row of place cells."""

    gazetteer: Gazetteer
    #: What people confirmed; contexts are of :func:`~cluster4w.intake.asking.place_context`.
    aliases: Aliases = field(default_factory=dict)
    _memo: dict[Said, Placed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_level = {level: self.gazetteer.level(level) for level in (1, 2, 3)}
        self._exact: dict[tuple[str | None, int], dict[str, list[Place]]] = {}
        self._plain: dict[tuple[str | None, int], dict[str, list[Place]]] = {}
        for place in self.gazetteer.places:
            for scope in {place.parent, None}:
                key = (scope, place.level)
                exact, bare = self._exact.setdefault(key, {}), self._plain.setdefault(key, {})
                for spelling in place.spellings():
                    for index, text in ((exact, fold(spelling)), (bare, plain(spelling))):
                        if place not in index.setdefault(text, []):
                            index[text].append(place)
        self._prefix = next((p.pcode[:2] for p in self.gazetteer.places), "")

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
        for level in (1, 2, 3):
            name, code = self._split(said[2 * level - 2], said[2 * level - 1])
            if not name and not code:
                continue
            if level > self.gazetteer.deepest:
                if name:
                    values[f"adm{level}_name"] = name
                    issues.append((f"adm{level}_name", Issue("area.level_not_loaded")))
                continue
            work = _Level(level, name, code, parent, [])
            place = self._place(work)
            if self._may_be_missing(work, place):
                if name:
                    values[f"adm{level}_name"] = name
                issues.append((f"adm{level}_name", Issue("area.level_not_loaded")))
                continue
            if place is None and self._only_elsewhere(work):
                work.issues[:] = [self._of_other_edition(work)]
            if place is None and level == 1 and self._only_elsewhere(work) and (said[2] or said[3]):
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
            parent = place
            values[f"adm{level}_pcode"] = place.pcode
            values[f"adm{level}_name"] = place.name
        return Placed({} if foreign else values, (*foreign, *issues), tuple(learned))

    def _may_be_missing(self, work: _Level, place: Place | None) -> bool:
        """Tell whether a place that was not found exactly may be one that the edition does not hold yet.

        Where only some areas of a level are known, a near spelling may well be another place: nothing but
        an exact match is taken, and a code that is known still has to agree with the name.
        """
        unsure = place is None or bool(work.issues)
        return unsure and work.level in self.gazetteer.partial and self._by_code(work) is None

    def _split(self, name: str, code: str) -> tuple[str, str]:
        """Return name and code apart, where a cell holds both or the code stands in the name's cell."""
        if (both := _WITH_CODE.fullmatch(name)) is not None:
            name, code = both[1], code or both[2]
        elif not code and _CODE.fullmatch(name.replace(" ", "")) and self._known(name):
            name, code = "", name
        return clean(name), re.sub(r"[\s_-]", "", code).upper()

    def _known(self, text: str) -> bool:
        code = re.sub(r"[\s_-]", "", text).upper()
        editions = (self.gazetteer, *self.gazetteer.others)
        return any(form in g.by_pcode for g in editions for form in self._forms(code))

    def _forms(self, code: str) -> tuple[str, ...]:
        """Return a code as it stands and with the country's other prefix: MLI05 is ML05."""
        country = self.gazetteer.country
        if code.startswith(country) and not self._prefix.startswith(country):
            return code, self._prefix + code[len(country) :]
        return (code,)

    def _by_code(self, work: _Level) -> Place | None:
        for form in self._forms(work.code):
            place = self.gazetteer.by_pcode.get(form)
            if place is not None and place.level == work.level:
                return place
        return None

    def _named(self, work: _Level, scope: Place | None) -> list[Place]:
        """Return the places of the level with this name inside ``scope`` (the whole country for None)."""
        key = (scope.pcode if scope else None, work.level)
        return (
            self._exact.get(key, {}).get(fold(work.name))
            or self._plain.get(key, {}).get(plain(work.name))
            or []
        )

    def _confirmed(self, work: _Level) -> list[Place]:
        """Return the place that people said this name means, under this parent and nowhere else."""
        said = self.aliases.get((place_context(work.level, work.parent), fold(work.name)))
        place = self.gazetteer.get(said.target) if said else None
        if said is None or place is None or place.level != work.level:
            return []
        work.learned = said.id
        return self._inside([place], work.parent)

    def _scope(self, work: _Level) -> Place | None:
        """Return the parent inside which a name is looked for; a missing level in between has none."""
        if work.parent is not None and work.parent.level == work.level - 1:
            return work.parent
        return None

    def _inside(self, places: Iterable[Place], parent: Place | None) -> list[Place]:
        if parent is None:
            return list(places)
        return [p for p in places if self.gazetteer.within(p.pcode, parent.level) == parent.pcode]

    def _place(self, work: _Level) -> Place | None:
        scope = self._scope(work)
        official = self._named(work, scope) if work.name else []
        # An official name means what the list says, whatever was learned.
        named = self._inside(official, work.parent) or (self._confirmed(work) if not official else [])
        coded = self._by_code(work) if work.code else None
        if work.code and work.name:
            return self._both(work, named, coded)
        if work.code:
            return self._code_only(work, coded)
        return self._name_only(work, named)

    def _both(self, work: _Level, named: list[Place], coded: Place | None) -> Place | None:
        if coded is not None and coded in named:
            return coded
        if coded is None:
            return self._strange_code(work, named)
        candidate = named[0] if len(named) == 1 else None
        alike = not named and self._inside([coded], work.parent) and self._likeness(work.name, coded) >= SURE
        if alike and not self._named(work, None):
            # The code and its parent agree; the name is a spelling of the same place.
            self._take(work, coded)
            return coded
        if candidate is None and not named and self._is_called(work.name, coded) and work.parent:
            parent = self.describe(work.parent)
            work.say("name", "area.not_in_parent", None, place=self.describe(coded), parent=parent)
            return None
        others = self._in_other_editions(work)
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
        found = candidate or self._nearest_one(work)
        backed = found is None and not self._named(work, None) and self._inside([coded], work.parent)
        mend_name = bool(backed) and self._likeness(work.name, coded) >= BACKED
        work.say(
            "name" if mend_name else "pcode",
            "area.code_name_disagree",
            coded.name if mend_name else found.pcode if found else None,
            code=work.code,
            by_code=self.describe(coded),
            by_name=self.describe(found) if found else f"“{work.name}”",
            **(self._ask(work, [coded, *([found] if found else [])]) if backed else {}),
        )
        return None

    def _take(self, work: _Level, place: Place) -> None:
        """Say that a spelling was taken for a place; whoever confirms it is not told again."""
        work.say(
            "name",
            "area.spelling_taken",
            place.name,
            taken=self.describe(place),
            **self._ask(work, [place]),
        )

    def _ask(self, work: _Level, candidates: Iterable[Place]) -> dict[str, object]:
        context = place_context(work.level, work.parent)
        return ask("area", context, work.name, (p.pcode for p in candidates))

    def _is_called(self, name: str, place: Place) -> bool:
        return plain(name) in {plain(s) for s in place.spellings()}

    def _likeness(self, name: str, place: Place) -> float:
        return max(fuzz.ratio(plain(name), plain(s)) for s in place.spellings())

    def _strange_code(self, work: _Level, named: list[Place]) -> Place | None:
        """The code is none of ours: another edition's, or nobody's."""
        foreign = self._foreign_codes(work)
        linked = self._linked(work)
        called = self._in_other_editions(work)
        if linked is not None and (linked in named or called) and self._inside([linked], work.parent):
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
                by_name=self._list(named),
            )
            return None
        if len(named) == 1 and (work.parent is not None or work.level == 1):
            work.say("pcode", "area.code_unknown", named[0].pcode, taken=self.describe(named[0]))
            return named[0]
        return self._name_only(work, named)

    def _code_only(self, work: _Level, coded: Place | None) -> Place | None:
        if coded is not None:
            if self._inside([coded], work.parent):
                return coded
            parent = self.describe(work.parent) if work.parent else "-"
            work.say("pcode", "area.not_in_parent", None, place=self.describe(coded), parent=parent)
            return None
        linked = self._linked(work)
        if linked is not None and self._inside([linked], work.parent):
            edition = next(iter(self._foreign_codes(work)))[0]
            work.say(
                "pcode", "area.other_edition", linked.pcode, edition=edition, taken=self.describe(linked)
            )
            return linked
        work.say("pcode", "area.no_such_code", None, edition=self.gazetteer.edition)
        return None

    def _name_only(self, work: _Level, named: list[Place]) -> Place | None:
        if len(named) == 1:
            return named[0]
        if named:
            work.say("name", "area.homonym", None, candidates=self._list(named))
            return None
        elsewhere = self._named(work, None) if work.parent is not None else []
        near = self._near(work)
        first = near[0] if near else None
        clear = first is not None and (len(near) == 1 or first[1] - near[1][1] >= AHEAD)
        if first is not None and first[1] >= SURE and clear and not elsewhere:
            self._take(work, first[0])
            return first[0]
        # Where the name is another place's, only a near miss is worth suggesting.
        enough = SURE if elsewhere else SUGGEST
        suggestion = first[0].name if first is not None and first[1] >= enough and clear else None
        parent = self.describe(work.parent) if work.parent else _WHOLE_COUNTRY
        if elsewhere:
            work.say("name", "area.not_in_parent", suggestion, place=self._list(elsewhere), parent=parent)
        elif other := self._at_another_level(work):
            work.say("name", "area.not_this_level", None, place=self._list(other))
        else:
            nearest = self._list([p for p, _ in near[:3]]) or "-"
            asked = self._ask(work, [p for p, _ in near])
            work.say("name", "area.unknown", suggestion, parent=parent, nearest=nearest, **asked)
        return None

    def _at_another_level(self, work: _Level) -> list[Place]:
        """Return the places of this name that are no place of this level: a cercle typed as a region."""
        return [
            place
            for (scope, level), names in self._exact.items()
            if scope is None and level != work.level
            for place in self._inside(names.get(fold(work.name), []), work.parent)
            if place != work.parent
        ]

    def _near(self, work: _Level) -> list[tuple[Place, float]]:
        """Return places of the level inside the parent, most alike first."""
        candidates = self._inside(self._by_level[work.level], work.parent)
        best: dict[str, tuple[Place, float]] = {}
        spellings = [(p, plain(s)) for p in candidates for s in p.spellings()]
        wanted = plain(work.name)
        for _, score, index in process.extract(wanted, [s for _, s in spellings], scorer=fuzz.ratio, limit=8):
            place, spelling = spellings[index]
            if re.findall(r"\d+", spelling) != re.findall(r"\d+", wanted):
                score = min(score, SUGGEST - 1)
            if place.pcode not in best or best[place.pcode][1] < score:
                best[place.pcode] = (place, score)
        return sorted(best.values(), key=lambda pair: -pair[1])

    def _nearest_one(self, work: _Level) -> Place | None:
        near = self._near(work) if work.parent is not None else []
        if near and near[0][1] >= SURE and (len(near) == 1 or near[0][1] - near[1][1] >= AHEAD):
            return near[0][0]
        return None

    def _foreign_codes(self, work: _Level) -> list[tuple[str, Place]]:
        return [
            (other.edition, place)
            for other in self.gazetteer.others
            for form in self._forms(work.code)
            if (place := other.by_pcode.get(form)) is not None and place.level == work.level
        ]

    def _linked(self, work: _Level) -> Place | None:
        """Return our place that other editions know under this code, when they all agree."""
        ours = {self.gazetteer.links.get((edition, p.pcode)) for edition, p in self._foreign_codes(work)}
        ours.discard(None)
        place = self.gazetteer.get(ours.pop()) if len(ours) == 1 else None
        return place if place is not None and place.level == work.level else None

    def _in_other_editions(self, work: _Level) -> list[tuple[str, Place]]:
        """Return the editions in which this code does carry this name."""
        wanted = {fold(work.name), plain(work.name)}
        return [
            (edition, place)
            for edition, place in self._foreign_codes(work)
            if any(fold(s) in wanted or plain(s) in wanted for s in place.spellings())
        ]

    def _only_elsewhere(self, work: _Level) -> bool:
        """Tell whether a place is of another edition, and neither its code nor its name is one of ours."""
        if (work.code and self._by_code(work)) or (work.name and self._named(work, None)):
            return False
        return bool(self._editions(work))

    def _editions(self, work: _Level) -> list[str]:
        by_code = [
            e
            for e, p in self._foreign_codes(work)
            if not work.name or plain(work.name) in {plain(s) for s in p.spellings()}
        ]
        by_name = [
            g.edition for g in self.gazetteer.others if work.name and g.named(work.name, g.level(work.level))
        ]
        return sorted({*by_code, *by_name})

    def _of_other_edition(self, work: _Level) -> tuple[str, Issue]:
        params = {"editions": ", ".join(self._editions(work)), "edition": self.gazetteer.edition}
        return f"adm{work.level}_name", Issue("area.only_in_other_edition", params)

    def _other_region(self, said: Said, place: Place) -> Issue:
        region = self.gazetteer.lineage(place.pcode)[0]
        work = _Level(1, *self._split(said[0], said[1]), None, [])
        params = {"edition": ", ".join(self._editions(work)), "taken": self.describe(place)}
        return Issue("area.other_edition", params, region.name)

    def describe(self, place: Place) -> str:
        """Return a place with its parent and code: "Baye (Bankass, ML050202)"."""
        parent = self.gazetteer.get(place.parent)
        return f"{place.name} ({parent.name}, {place.pcode})" if parent else f"{place.name} ({place.pcode})"

    def _list(self, places: Iterable[Place]) -> str:
        return ", ".join(self.describe(p) for p in list(places)[:5])
