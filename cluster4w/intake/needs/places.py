"""Finding the area of a row of needs: by code, by name, in this edition or through the links of another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rapidfuzz import fuzz, process

from cluster4w.intake.areas.match import SAME_NAME, WORTH_SAYING
from cluster4w.intake.needs.columns import NATIONAL, TOTALS, NeedColumns
from cluster4w.intake.opening.tables import text_of
from cluster4w.intake.places.index import PlaceIndex
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.template.text import fold

#: Names of countries as tables write them in the row of the whole country, by ISO code.
COUNTRY_NAMES = {"mli": {"mali"}, "ner": {"niger"}, "bfa": {"burkina faso"}, "tcd": {"tchad", "chad"}}
_TOTAL_WORDS = re.compile(r"\b(?:sous|sub|grand|general|total|totaux|totals|subtotal|ensemble)\b")
_NAME_AND_CODE = re.compile(r"(.+?) ?\(([A-Z]{2,3}[0-9]*)\)")
#: The area of a row of totals that names none we know: nothing can be compared with it.
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Located:
    """Where a row belongs. ``code`` is the finding to raise (None: all is well); no level: left out.

    ``totals``: the row adds up others, those of the area ``pcode`` (empty: of the whole table).
    ``part_of``: the area of another edition that the row names, where several of them are one area here.
    """

    level: int | None
    pcode: str = ""
    code: str | None = None
    at: int | None = None
    value: str = ""
    suggestion: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    totals: bool = False
    part_of: str = ""


@dataclass(frozen=True)
class Places:
    """The areas that the figures of a file may name. ``edition`` is the file's own, where it was said."""

    gazetteer: Gazetteer
    edition: str | None = None
    #: Every link: edition, code there, code here.
    linked: Sequence[tuple[str, str, str]] = ()
    #: How many rows agree in code and name with each edition, and how many rows give both.
    agreeing: Counter[str] = field(default_factory=Counter)

    @cached_property
    def split(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """An area of another edition that is several areas here, to their codes."""
        return self._several(lambda edition, theirs, ours: ((edition, theirs), ours))

    @cached_property
    def merged(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """An area that is several areas of another edition, as (edition, code here), to their codes there."""
        return self._several(lambda edition, theirs, ours: ((edition, ours), theirs))

    def _several(
        self, pair: Callable[[str, str, str], tuple[tuple[str, str], str]]
    ) -> dict[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], list[str]] = {}
        for link in self.linked:
            key, value = pair(*link)
            found.setdefault(key, []).append(value)
        return {key: tuple(sorted(values)) for key, values in found.items() if len(values) > 1}

    @cached_property
    def _index(self) -> PlaceIndex:
        return PlaceIndex(self.gazetteer)

    @cached_property
    def _national(self) -> set[str]:
        country = self.gazetteer.country.casefold()
        return NATIONAL | {country, country[:2]} | COUNTRY_NAMES.get(country, set())

    @cached_property
    def _elsewhere(self) -> dict[str, dict[str, str | None]]:
        """Code of another edition to edition to our code, None where the place is not linked."""
        found: dict[str, dict[str, str | None]] = {}
        for other in self.gazetteer.others:
            for place in other.places:
                ours = self.gazetteer.links.get((other.edition, place.pcode))
                found.setdefault(place.pcode, {})[other.edition] = ours
        return found

    def locate(self, columns: NeedColumns, cells: Sequence[Any]) -> Located:
        """Return where a row belongs: its deepest code, else its deepest name."""
        codes = [(at, text) for _, at in sorted(columns.codes.items()) if (text := text_of(cells[at]))]
        codes += [(at, text) for at in columns.plain.get("code_any", ()) if (text := text_of(cells[at]))]
        # Our own workbook writes the code behind the name: "Bankass (ML0502)".
        for at in columns.plain.get("name_any", ()):
            if not codes and (found := _NAME_AND_CODE.fullmatch(text_of(cells[at]))):
                cells = [*cells[:at], found[1], *cells[at + 1 :]]
                codes = [(at, found[2])]
        names = [(n, at, text) for n, at in sorted(columns.names.items()) if (text := text_of(cells[at]))]
        free = [(at, text) for at in columns.plain.get("name_any", ()) if (text := text_of(cells[at]))]
        words = [*((at, text) for _, at, text in names), *free, *codes]
        if any(TOTALS.fullmatch(fold(text)) for _, text in words):
            return self._totals(names, codes)
        if codes:
            at, code = codes[-1]
            if code.casefold() in self._national:
                return Located(0, self.gazetteer.country)
            return self._by_code(at, code, free[-1][1] if free else names[-1][2] if names else "")
        if names or free:
            return self._by_name(names, free)
        if columns.is_hno:
            return Located(0, self.gazetteer.country)
        return Located(None, code="needs.no_area")

    def _totals(self, names: Sequence[tuple[int, int, str]], codes: Sequence[tuple[int, str]]) -> Located:
        """Return the row of a total: that of the area that its row names above, else of the whole table."""
        for _, code in reversed(codes):
            if (place := self.gazetteer.get(code.upper())) is not None:
                return Located(None, place.pcode, "needs.totals_row", totals=True)
        scope = ""
        for level, at, text in names:
            total = TOTALS.fullmatch(fold(text)) is not None
            wanted = _TOTAL_WORDS.sub(" ", fold(text)).strip() if total else text
            found = self._one(wanted, at, self._index.below(level, None)) if wanted else None
            if found is not None:
                scope = found.pcode or UNKNOWN
            if total:
                break
        return Located(None, scope, "needs.totals_row", totals=True)

    def _count_agreement(self, code: str, name: str) -> None:
        """Count with which editions a row's code and name agree."""
        self.agreeing[""] += 1
        for gazetteer in (self.gazetteer, *self.gazetteer.others):
            place = gazetteer.get(code)
            if place is not None and self._is_called(place, name):
                self.agreeing[gazetteer.edition] += 1

    @staticmethod
    def _is_called(place: Place, name: str) -> bool:
        return any(fuzz.ratio(fold(name), fold(s)) >= SAME_NAME for s in place.spellings())

    def _by_code(self, at: int, code: str, name: str) -> Located:
        wanted = code.upper().replace(" ", "")
        if wanted.startswith(self.gazetteer.country):
            # Some tables write MLI0501 for ML0501.
            wanted = wanted[:2] + wanted[3:]
        if name:
            self._count_agreement(wanted, name)
        others = self._elsewhere.get(wanted, {})
        place = self.gazetteer.get(wanted)
        part_of = ""
        finding: str | None = None
        params: dict[str, Any] = {}
        if self.edition and self.edition != self.gazetteer.edition:
            others = {self.edition: others[self.edition]} if self.edition in others else {}
            place = None if others else place
        if place is None:
            for edition in others:
                if several := self.split.get((edition, wanted)):
                    params = {"edition": edition, "codes": ", ".join(several)}
                    return Located(None, code="needs.split_area", at=at, value=code, params=params)
            linked = {edition: ours for edition, ours in others.items() if ours}
            if len(set(linked.values())) > 1:
                words = "; ".join(f"{edition}: {ours}" for edition, ours in sorted(linked.items()))
                return Located(None, code="needs.ambiguous_code", at=at, value=code, params={"codes": words})
            if linked:
                edition, ours = next(iter(linked.items()))
                place = self.gazetteer.get(ours)
                if ours != wanted:
                    finding, params = "needs.other_edition", {"edition": edition, "ours": ours}
                part_of = edition if (edition, ours) in self.merged else ""
        if place is None:
            return self._unknown_code(at, code, others)
        if name and (named := self._disagreement(place, name)) is not None:
            return Located(
                None,
                code="needs.code_name_disagree",
                at=at,
                value=code,
                suggestion=named.pcode,
                params={"name": name, "place": place.name},
            )
        return Located(
            place.level, place.pcode, finding, at, code, place.pcode, params, part_of=part_of and wanted
        )

    def _unknown_code(self, at: int, code: str, others: Mapping[str, str | None]) -> Located:
        editions = sorted(others)
        if editions:
            return Located(
                None,
                code="needs.unlinked_code",
                at=at,
                value=code,
                params={"edition": ", ".join(editions), "own": self.gazetteer.edition},
            )
        return Located(
            None,
            code="needs.unknown_code",
            at=at,
            value=code,
            params={"own": self.gazetteer.edition},
        )

    def _disagreement(self, place: Place, name: str) -> Place | None:
        """Return the place that the name means instead, when it clearly is not the code's."""
        if self._is_called(place, name):
            return None
        named = self.gazetteer.named(name, self._index.below(place.level, None))
        return named[0] if len(named) == 1 else None

    def _by_name(self, names: Sequence[tuple[int, int, str]], free: Sequence[tuple[int, str]]) -> Located:
        found: Place | None = None
        for level, at, text in names:
            if fold(text) in self._national:
                return Located(0, self.gazetteer.country)
            located = self._one(text, at, self._index.below(level, found))
            if located.level is None:
                return located
            found = self.gazetteer.get(located.pcode)
        below = self.gazetteer.children.get(found.pcode, ()) if found else self.gazetteer.places
        for at, text in free:
            if fold(text) in self._national:
                return Located(0, self.gazetteer.country)
            # A region and its capital cercle share their name: the upper one is not guessed.
            located = self._one(text, at, below)
            if located.level is None:
                return located
            found = self.gazetteer.get(located.pcode)
        if found is None:
            return Located(None, code="needs.no_area")
        return Located(found.level, found.pcode)

    def _one(self, text: str, at: int, candidates: Sequence[Place]) -> Located:
        named = self.gazetteer.named(text, candidates)
        if len(named) == 1:
            return Located(named[0].level, named[0].pcode)
        if named:
            words = ", ".join(p.pcode for p in named)
            return Located(None, code="needs.ambiguous_name", at=at, value=text, params={"codes": words})
        spellings = {fold(s): p.name for p in candidates for s in p.spellings()}
        near = process.extractOne(fold(text), list(spellings), scorer=fuzz.ratio, score_cutoff=WORTH_SAYING)
        return Located(
            None,
            code="needs.unknown_name",
            at=at,
            value=text,
            suggestion=spellings[near[0]] if near else None,
            params={"own": self.gazetteer.edition},
        )
