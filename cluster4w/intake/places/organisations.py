"""Reconciling organisations: acronym and name together, since acronyms are not unique."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from cluster4w.intake.places.asking import ask
from cluster4w.intake.places.organisation_names import country_names, parts, without_country
from cluster4w.intake.read import Issue
from cluster4w.record.queries.context import Aliases, IntakeContext
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.text import fold

#: A name this alike is a spelling of the same name; below CONTRADICTS it is another name.
SAME = 90.0
CONTRADICTS = 60.0
#: A name this alike may be the same organisation: it is asked. "VSF Suisse" and "VSF Belgique" stay below.
SIMILAR = 90.0
#: Letters of the longest acronym.
_ACRONYM = 8
#: From here on an organisation is offered to whoever is asked.
ALIKE = 50.0


@dataclass(frozen=True, slots=True)
class Found:
    """An organisation; ``id`` is negative for one that the file brings and that submitting would register.

    ``learned``: the alias by which it is known.
    """

    agency: Agency | None
    issue: tuple[str, Issue] | None = None
    learned: int | None = None
    #: The organisation of the file (its negative id) that this may be another spelling of; it is asked.
    near: int | None = None


#: Acronym, name and type of a row.
Said = tuple[str, str, str]


@dataclass
class OrganisationFinder:
    """Finds the reporting organisation of a row, and registered names for donors and partners."""

    agencies: tuple[Agency, ...]
    #: None: a file of the whole cluster.
    own: Agency | None
    #: What people confirmed: contexts are column keys, "" for every column; targets are ids as texts.
    aliases: Aliases = field(default_factory=dict)
    #: Organisations that the file brings, in order.
    new: list[Agency] = field(default_factory=list)
    #: Names of the operation's country: a branch is called after it.
    country: frozenset[str] = frozenset()

    @classmethod
    def of(cls, context: IntakeContext, own: Agency | None) -> OrganisationFinder:
        """Return the finder of a file of an organisation, or of the whole cluster (None)."""
        country = country_names(context.operation.country)
        return cls(context.agencies, own, context.learned("organisation"), country=country)

    def __post_init__(self) -> None:
        self._memo: dict[Said, Found] = {}
        self._rows: dict[Said, int] = {}
        self._unsaid: dict[Said, Found] = {}
        self._named: dict[tuple[str, str], Found] = {}
        self._by_id = {str(a.id): a for a in self.agencies}
        self._acronyms = by_folded((fold(a.acronym), a) for a in self.agencies)
        self._names = by_folded((fold(a.name), a) for a in self.agencies)

    def find(self, acronym: str, name: str, type_: str) -> Found:
        """Return the reporting organisation of a row."""
        said = (acronym, name, type_)
        self._rows[said] = self._rows.get(said, 0) + 1
        found = self._memo.get(said)
        if found is None:
            found = self._unsaid.pop(said, None)
        if found is None:
            found = self._own_rows(acronym, name) if self.own else self._find(acronym, name, type_)
        if said not in self._memo:
            told = found.issue is not None and found.issue[1].code == "organisation.new"
            # A new organisation is announced at its first row, not at each.
            self._memo[said] = Found(found.agency) if told else found
        return found

    def better_spelt(self) -> list[Said]:
        """Return the spellings of new organisations that more rows have than the one that was seen first.

        The first of those that are equally frequent counts.
        """
        spelt: dict[int, dict[tuple[str, str], list[Said]]] = {}
        for said, found in self._memo.items():
            new = found.near or (found.agency.id if found.agency else 0)
            if new < 0 and all(said):
                spelt.setdefault(new, {}).setdefault((fold(said[0]), fold(said[1])), []).append(said)
        better = []
        for spellings in spelt.values():
            rows = {which: sum(map(self._rows.__getitem__, said)) for which, said in spellings.items()}
            most = max(rows, key=rows.__getitem__)
            if rows[most] > rows[next(iter(rows))]:
                better.append(max(spellings[most], key=self._rows.__getitem__))
        return better

    def bring_first(self, spellings: Iterable[Said]) -> None:
        """Look at these before any row: what they name is new, and other spellings are asked as theirs."""
        for said in spellings:
            self._unsaid[said] = self._find(*said)

    def registered(self, key: str, text: str) -> Found:
        """Return the one organisation with this acronym or name, for donors and partners.

        ``key`` is of the column in which the text stands.
        """
        said = (key, text)
        found = self._named.get(said)
        if found is None:
            official = self._official(text)
            confirmed = self._confirmed(key, text) if len(official) != 1 else None
            if official:
                one = official[0] if len(official) == 1 else None
                told = confirmed is not None and confirmed.agency in official
                found = confirmed if confirmed is not None and told else Found(one)
            else:
                found = confirmed or Found(self._together(text))
            self._named[said] = found
        return found

    def nearest(self, key: str, text: str) -> dict[str, Any]:
        """Return the question which organisation a text means, with those that are most like it."""
        return self._ask(key, text, self._alike(text))

    def _own_rows(self, acronym: str, name: str) -> Found:
        own = self.own
        if own is None or (not acronym and not name):
            return Found(own)
        by_acronym, by_name = (
            not text or fold(text) in (fold(own.acronym), fold(own.name)) or self._alone(text) == own
            for text in (acronym, name)
        )
        if by_acronym and by_name:
            return Found(own)
        alike = fuzz.token_sort_ratio(fold(name), fold(own.name)) if name else 0.0
        if (by_acronym and acronym and alike >= CONTRADICTS) or (by_name and name):
            return Found(own)
        key = "org_acronym" if acronym else "org_name"
        asked: dict[str, Any] = {}
        others = [*self._named_in(acronym), *self._named_in(name)]
        if all(a.id == own.id for a in others):
            # Nobody else's name: it may be the organisation under another one.
            said = ("org_name", name) if name else ("org_acronym", acronym)
            confirmed = self._confirmed(*said)
            if confirmed is not None and confirmed.agency == own:
                return confirmed
            asked = self._ask(*said, [own])
        params = {"own": own.acronym, **asked}
        return Found(None, (key, Issue("organisation.not_yours", params, own.acronym)))

    def _confirmed(self, key: str, text: str) -> Found | None:
        said = self.aliases.get((key, fold(text))) or self.aliases.get(("", fold(text)))
        agency = self._by_id.get(said.target) if said else None
        return Found(agency, None, said.id) if said and agency else None

    def _ask(
        self, key: str, text: str, candidates: Iterable[Agency], *, closed: bool = False
    ) -> dict[str, Any]:
        return ask("organisation", key, text, (a.id for a in candidates if a.id > 0), closed=closed)

    def _official(self, text: str) -> list[Agency]:
        """Return the organisations of this very name, else those of this acronym."""
        return self._names.get(fold(text)) or self._acronyms.get(fold(text)) or []

    def _named_in(self, text: str) -> list[Agency]:
        """Return the organisations that a text names, each once: it, or what it puts together."""
        official = self._official(text) if text else []
        if official or not text:
            return official
        found = [a for part in parts(text) if len(known := self._branch_of(part)) == 1 for a in known]
        return list(dict.fromkeys(found))

    def _branch_of(self, text: str) -> list[Agency]:
        """Return the organisations of this name, or of this name without the country's."""
        return self._official(text) or self._official(without_country(text, self.country))

    def _together(self, text: str) -> Agency | None:
        """Return the organisation that a text names twice: "NRC/ Norwegian Refugee Council"."""
        said = parts(text)
        known = [self._branch_of(part) for part in said]
        # An acronym that two organisations share is told by the name beside it.
        one = next((a[0] for a in known if len(a) == 1), None)
        return one if len(said) > 1 and all(one in a for a in known) else None

    def _alone(self, text: str) -> Agency | None:
        """Return the one organisation that a text names beyond doubt, whichever column it stands in."""
        official = self._official(text)
        if official:
            return official[0] if len(official) == 1 else None
        branch = self._branch_of(text)
        return branch[0] if len(branch) == 1 else self._together(text)

    def _plainly(self, acronym: str, name: str) -> Found | None:
        """Return the organisation of cells that hold more than, or not, what their column asks for."""
        told = [text for text in (acronym, name) if text]
        found = [self._alone(text) for text in told]
        if None not in found and len({a.id for a in found if a}) == 1:
            agency = found[0]
            key, text = ("org_name", name) if name else ("org_acronym", acronym)
            if agency is not None and not self._official(text) and self._together(text) is None:
                params = {"taken": _describe(agency), **self._ask(key, text, [agency])}
                return Found(agency, (key, Issue("organisation.branch", params, _official_text(agency, key))))
            return Found(agency)
        for key, text in (("org_name", name), ("org_acronym", acronym)):
            several = self._named_in(text) if text and not self._official(text) else []
            if len(several) > 1:
                names = "; ".join(map(_describe, several))
                params = {"names": names, **self._ask(key, text, several, closed=True)}
                return Found(None, (key, Issue("organisation.several", params)))
        return None

    def _find(self, acronym: str, name: str, type_: str) -> Found:
        if not acronym and not name:
            return Found(None)
        with_acronym = self._acronyms.get(fold(acronym), []) if acronym else []
        with_name = self._names.get(fold(name), []) if name else []
        both = [a for a in with_acronym if a in with_name]
        if len(both) == 1:
            return Found(both[0])
        if len(with_name) == 1:
            return self._by_name(with_name[0], acronym, with_acronym)
        # A registered acronym or name means what the register says, whatever was learned.
        official = [a for a in with_name or with_acronym if a.id > 0]
        said = ("org_name", name) if name else ("org_acronym", acronym)
        confirmed = self._confirmed(*said)
        if confirmed is not None and (confirmed.agency in official if official and name else not official):
            return confirmed
        if plainly := self._plainly(acronym, name):
            return plainly
        shared = with_acronym or (self._official(name) if not acronym else [])
        if len(shared) > 1 and not (acronym and name):
            key, text = said
            if confirmed is not None and confirmed.agency in shared:
                return confirmed
            names = "; ".join(a.name for a in shared)
            asked = self._ask(key, text, shared, closed=True)
            return Found(None, (key, Issue("organisation.ambiguous", {"names": names, **asked})))
        if with_acronym:
            return self._by_acronym(with_acronym, acronym, name, type_)
        return self._unknown(acronym, name, type_)

    def _by_name(self, agency: Agency, acronym: str, with_acronym: list[Agency]) -> Found:
        if not acronym:
            return Found(agency)
        params = {"taken": _describe(agency)}
        if not with_acronym:
            confirmed = self._confirmed("org_acronym", acronym)
            if confirmed is not None and confirmed.agency == agency:
                return confirmed
            params |= self._ask("org_acronym", acronym, [agency])
        return Found(agency, ("org_acronym", Issue("organisation.acronym_differs", params, agency.acronym)))

    def _by_acronym(self, agencies: list[Agency], acronym: str, name: str, type_: str) -> Found:
        scored = sorted(
            ((fuzz.token_sort_ratio(fold(name), fold(a.name)), a) for a in agencies), key=lambda p: -p[0]
        )
        score, best = scored[0]
        if best.id < 0:
            return self._beside_new(best, score, acronym, name, type_)
        if score >= SAME or (score >= CONTRADICTS and len(agencies) == 1):
            params = {"taken": _describe(best), **self._ask("org_name", name, [best])}
            return Found(best, ("org_name", Issue("organisation.name_differs", params, best.name)))
        known = "; ".join(_describe(a) for a in agencies)
        params = {"known": known, **self._ask("org_name", name, (a for _, a in scored))}
        return Found(None, ("org_name", Issue("organisation.doubtful", params, best.name)))

    def _beside_new(self, new: Agency, score: float, acronym: str, name: str, type_: str) -> Found:
        """Return the organisation of a row whose acronym the file itself brought, under another name.

        Nobody registered that one: a name like its own may be a misspelling or another organisation.
        """
        if score < CONTRADICTS and type_ and all(a.id < 0 for a in self._acronyms[fold(acronym)]):
            # Each has a name of its own: two organisations with one acronym.
            return self._bring(acronym, name, type_)
        params = {"known": _describe(new), **self._ask("org_name", name, self._alike(name))}
        issue = Issue("organisation.doubtful", params, new.name)
        return Found(None, ("org_name", issue), near=new.id)

    def _unknown(self, acronym: str, name: str, type_: str) -> Found:
        named = self._named_in(name or acronym)
        similar = named[0] if len(named) == 1 else self._similar(name or acronym)
        if similar is not None:
            key = "org_name" if name else "org_acronym"
            others = [a for a in self._alike(name or acronym) if a != similar]
            params = {"known": _describe(similar), **self._ask(key, name or acronym, [similar, *others])}
            suggestion = similar.name if name else similar.acronym
            near = similar.id if similar.id < 0 else None
            return Found(None, (key, Issue("organisation.doubtful", params, suggestion)), near=near)
        if acronym and name and type_:
            return self._bring(acronym, name, type_)
        key = "org_acronym" if acronym else "org_name"
        asked = self.nearest("org_name" if name else "org_acronym", name or acronym)
        return Found(None, (key, Issue("organisation.unknown", asked)))

    def _alike(self, text: str) -> list[Agency]:
        """Return the registered organisations whose name or acronym is somewhat like a text, best first."""
        scored: dict[int, tuple[float, Agency]] = {}
        for known in (self._names, self._acronyms):
            near = process.extract(
                fold(text), known.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=5
            )
            for spelling, score, _ in near:
                for agency in known[spelling]:
                    if score > scored.get(agency.id, (0.0,))[0]:
                        scored[agency.id] = (score, agency)
        return [a for _, a in sorted(scored.values(), key=lambda pair: -pair[0])]

    def _similar(self, text: str) -> Agency | None:
        """Return a registered organisation whose name, or acronym for a bare acronym, is nearly this one."""
        known = self._names if len(text) > _ACRONYM or " " in text else self._acronyms
        best = process.extractOne(fold(text), known.keys(), scorer=fuzz.ratio, score_cutoff=SIMILAR)
        return known[best[0]][0] if best else None

    def _bring(self, acronym: str, name: str, type_: str) -> Found:
        agency = Agency(-1 - len(self.new), acronym, name, type_)
        self.new.append(agency)
        self._acronyms.setdefault(fold(acronym), []).append(agency)
        self._names.setdefault(fold(name), []).append(agency)
        return Found(agency, ("org_acronym", Issue("organisation.new", {"name": name})))


def misspelt(names: Mapping[str, int]) -> dict[str, str]:
    """Return names that may be misspellings of a more frequent one: to the most frequent of those.

    ``names``: in how many rows each stands. Of two that are equally frequent the first is the right one.
    Names with other digits are other names.
    """
    ranked = sorted(names, key=lambda name: -names[name])
    known = [fold(name) for name in ranked]
    found = {}
    for place, name in enumerate(ranked[1:], 1):
        if len(name) <= _ACRONYM and " " not in name:
            continue
        best = process.extractOne(known[place], known[:place], scorer=fuzz.ratio, score_cutoff=SIMILAR)
        if best is not None and _digits(best[0]) == _digits(known[place]) and best[0] != known[place]:
            found[name] = ranked[best[2]]
    return found


def _digits(text: str) -> list[str]:
    return [letter for letter in text if letter.isdigit()]


def by_folded(pairs: Iterable[tuple[str, Agency]]) -> dict[str, list[Agency]]:
    """Return the organisations of each folded name or acronym, without the empty ones."""
    found: dict[str, list[Agency]] = {}
    for folded, agency in pairs:
        if folded:
            found.setdefault(folded, []).append(agency)
    return found


def _official_text(agency: Agency, key: str) -> str:
    return agency.name if key == "org_name" else agency.acronym


def _describe(agency: Agency) -> str:
    return f"{agency.acronym} ({agency.name})"
