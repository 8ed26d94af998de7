"""Reconciling organisations: acronym and name together, since acronyms are not unique."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from cluster4w.intake.asking import ask
from cluster4w.intake.read import Issue
from cluster4w.record.queries.context import Aliases
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.text import fold

#: A name this alike is a spelling of the same name; below CONTRADICTS it is another name.
SAME = 90.0
CONTRADICTS = 60.0
#: A name this alike may be the same organisation: it is asked. "VSF Suisse" and "VSF Belgique" stay below.
SIMILAR = 90.0
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

    def __post_init__(self) -> None:
        self._memo: dict[tuple[str, str, str], Found] = {}
        self._named: dict[tuple[str, str], Found] = {}
        self._by_id = {str(a.id): a for a in self.agencies}
        self._acronyms = _index((fold(a.acronym), a) for a in self.agencies)
        self._names = _index((fold(a.name), a) for a in self.agencies)

    def find(self, acronym: str, name: str, type_: str) -> Found:
        """Return the reporting organisation of a row."""
        said = (acronym, name, type_)
        found = self._memo.get(said)
        if found is None:
            found = self._own_rows(acronym, name) if self.own else self._find(acronym, name, type_)
            told = found.issue is not None and found.issue[1].code == "organisation.new"
            # A new organisation is announced at its first row, not at each.
            self._memo[said] = Found(found.agency) if told else found
        return found

    def registered(self, key: str, text: str) -> Found:
        """Return the one organisation with this acronym or name, for donors and partners.

        ``key`` is of the column in which the text stands.
        """
        said = (key, text)
        found = self._named.get(said)
        if found is None:
            official = self._names.get(fold(text)) or self._acronyms.get(fold(text)) or []
            if official:
                found = Found(official[0] if len(official) == 1 else None)
            else:
                found = self._confirmed(key, text) or Found(None)
            self._named[said] = found
        return found

    def nearest(self, key: str, text: str) -> dict[str, Any]:
        """Return the question which organisation a text means, with those that are most like it."""
        return self._ask(key, text, self._alike(text))

    def _own_rows(self, acronym: str, name: str) -> Found:
        own = self.own
        if own is None or (not acronym and not name):
            return Found(own)
        by_acronym = not acronym or fold(acronym) in (fold(own.acronym), fold(own.name))
        by_name = not name or fold(name) in (fold(own.name), fold(own.acronym))
        if by_acronym and by_name:
            return Found(own)
        alike = fuzz.token_sort_ratio(fold(name), fold(own.name)) if name else 0.0
        if (by_acronym and acronym and alike >= CONTRADICTS) or (by_name and name):
            return Found(own)
        key = "org_acronym" if acronym else "org_name"
        asked: dict[str, Any] = {}
        others = [*self._acronyms.get(fold(acronym), []), *self._names.get(fold(name), [])]
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

    def _ask(self, key: str, text: str, candidates: Iterable[Agency]) -> dict[str, Any]:
        return ask("organisation", key, text, (a.id for a in candidates if a.id > 0))

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
        if with_acronym and not name:
            if len(with_acronym) == 1:
                return Found(with_acronym[0])
            names = "; ".join(a.name for a in with_acronym)
            return Found(None, ("org_acronym", Issue("organisation.ambiguous", {"names": names})))
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
        if score >= SAME or (score >= CONTRADICTS and len(agencies) == 1):
            params = {"taken": _describe(best), **self._ask("org_name", name, [best])}
            return Found(best, ("org_name", Issue("organisation.name_differs", params, best.name)))
        if all(a.id < 0 for a in agencies) and type_:
            # Both come with this file, each with a name of its own: two organisations with one acronym.
            return self._bring(acronym, name, type_)
        known = "; ".join(_describe(a) for a in agencies)
        params = {"known": known, **self._ask("org_name", name, (a for _, a in scored))}
        return Found(None, ("org_name", Issue("organisation.doubtful", params, best.name)))

    def _unknown(self, acronym: str, name: str, type_: str) -> Found:
        similar = self._similar(name) if name else self._similar(acronym)
        if similar is not None:
            key = "org_name" if name else "org_acronym"
            others = [a for a in self._alike(name or acronym) if a != similar]
            params = {"known": _describe(similar), **self._ask(key, name or acronym, [similar, *others])}
            suggestion = similar.name if name else similar.acronym
            return Found(None, (key, Issue("organisation.doubtful", params, suggestion)))
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
        known = self._names if len(text) > 8 or " " in text else self._acronyms
        best = process.extractOne(fold(text), known.keys(), scorer=fuzz.ratio, score_cutoff=SIMILAR)
        return known[best[0]][0] if best else None

    def _bring(self, acronym: str, name: str, type_: str) -> Found:
        agency = Agency(-1 - len(self.new), acronym, name, type_)
        self.new.append(agency)
        self._acronyms.setdefault(fold(acronym), []).append(agency)
        self._names.setdefault(fold(name), []).append(agency)
        return Found(agency, ("org_acronym", Issue("organisation.new", {"name": name})))


def _index(pairs: Iterable[tuple[str, Agency]]) -> dict[str, list[Agency]]:
    found: dict[str, list[Agency]] = {}
    for folded, agency in pairs:
        if folded:
            found.setdefault(folded, []).append(agency)
    return found


def _describe(agency: Agency) -> str:
    return f"{agency.acronym} ({agency.name})"
