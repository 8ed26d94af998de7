"""Reconciling organisations: acronym and name together, since acronyms are not unique."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from cluster4w.intake.read import Issue
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.text import fold

#: A name this alike is a spelling of the same name; below CONTRADICTS it is another name.
SAME = 90.0
CONTRADICTS = 60.0
#: A name this alike may be the same organisation: it is asked. "VSF Suisse" and "VSF Belgique" stay below.
SIMILAR = 90.0


@dataclass(frozen=True, slots=True)
class Found:
    """An organisation; ``id`` is negative for one that the file brings and that submitting would register."""

    agency: Agency | None
    issue: tuple[str, Issue] | None = None


@dataclass
class OrganisationFinder:
    """Finds the reporting organisation of a row, and registered names for donors and partners."""

    agencies: tuple[Agency, ...]
    #: None: a file of the whole cluster.
    own: Agency | None
    #: (column key, folded spelling) to organisation id, as people confirmed.
    aliases: Mapping[tuple[str, str], int] = field(default_factory=dict)
    #: Organisations that the file brings, in order.
    new: list[Agency] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._memo: dict[tuple[str, str, str], Found] = {}
        self._named: dict[str, Agency | None] = {}
        self._by_id = {a.id: a for a in self.agencies}
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

    def registered(self, text: str) -> Agency | None:
        """Return the one organisation with this acronym or name, for donors and partners."""
        if text not in self._named:
            folded = fold(text)
            matches = self._names.get(folded) or self._acronyms.get(folded) or []
            self._named[text] = matches[0] if len(matches) == 1 else None
        return self._named[text]

    def _own_rows(self, acronym: str, name: str) -> Found:
        own = self.own
        if own is None or (not acronym and not name):
            return Found(own)
        confirmed = self._confirmed(acronym, name)
        if confirmed is not None and confirmed.id == own.id:
            return Found(own)
        by_acronym = not acronym or fold(acronym) in (fold(own.acronym), fold(own.name))
        by_name = not name or fold(name) in (fold(own.name), fold(own.acronym))
        if by_acronym and by_name:
            return Found(own)
        alike = fuzz.token_sort_ratio(fold(name), fold(own.name)) if name else 0.0
        if (by_acronym and acronym and alike >= CONTRADICTS) or (by_name and name):
            return Found(own)
        key = "org_acronym" if acronym else "org_name"
        return Found(None, (key, Issue("organisation.not_yours", {"own": own.acronym}, own.acronym)))

    def _confirmed(self, acronym: str, name: str) -> Agency | None:
        for key, text in (("org_name", name), ("org_acronym", acronym)):
            if text and (target := self.aliases.get((key, fold(text)))) is not None:
                return self._by_id.get(target)
        return None

    def _find(self, acronym: str, name: str, type_: str) -> Found:
        if not acronym and not name:
            return Found(None)
        if (confirmed := self._confirmed(acronym, name)) is not None:
            return Found(confirmed)
        with_acronym = self._acronyms.get(fold(acronym), []) if acronym else []
        with_name = self._names.get(fold(name), []) if name else []
        both = [a for a in with_acronym if a in with_name]
        if len(both) == 1:
            return Found(both[0])
        if len(with_name) == 1:
            return self._by_name(with_name[0], acronym)
        if with_acronym and not name:
            if len(with_acronym) == 1:
                return Found(with_acronym[0])
            names = "; ".join(a.name for a in with_acronym)
            return Found(None, ("org_acronym", Issue("organisation.ambiguous", {"names": names})))
        if with_acronym:
            return self._by_acronym(with_acronym, acronym, name, type_)
        return self._unknown(acronym, name, type_)

    def _by_name(self, agency: Agency, acronym: str) -> Found:
        if not acronym:
            return Found(agency)
        params = {"taken": _describe(agency)}
        return Found(agency, ("org_acronym", Issue("organisation.acronym_differs", params, agency.acronym)))

    def _by_acronym(self, agencies: list[Agency], acronym: str, name: str, type_: str) -> Found:
        scored = sorted(
            ((fuzz.token_sort_ratio(fold(name), fold(a.name)), a) for a in agencies), key=lambda p: -p[0]
        )
        score, best = scored[0]
        if score >= SAME or (score >= CONTRADICTS and len(agencies) == 1):
            params = {"taken": _describe(best)}
            return Found(best, ("org_name", Issue("organisation.name_differs", params, best.name)))
        if all(a.id < 0 for a in agencies) and type_:
            # Both come with this file, each with a name of its own: two organisations with one acronym.
            return self._bring(acronym, name, type_)
        params = {"known": "; ".join(_describe(a) for a in agencies)}
        return Found(None, ("org_name", Issue("organisation.doubtful", params, best.name)))

    def _unknown(self, acronym: str, name: str, type_: str) -> Found:
        similar = self._similar(name) if name else self._similar(acronym)
        if similar is not None:
            params = {"known": _describe(similar)}
            key = "org_name" if name else "org_acronym"
            suggestion = similar.name if name else similar.acronym
            return Found(None, (key, Issue("organisation.doubtful", params, suggestion)))
        if acronym and name and type_:
            return self._bring(acronym, name, type_)
        key = "org_acronym" if acronym else "org_name"
        return Found(None, (key, Issue("organisation.unknown")))

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
