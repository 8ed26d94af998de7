"""Which column of the file is which column of the template."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz, process

from cluster4w.intake.headers.words import HeaderWords
from cluster4w.template.columns import Group
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.layouts import Layout, LayoutColumn
from cluster4w.template.targets import Target
from cluster4w.template.text import clean, fold_header

#: A fuzzy match from here on is taken; from DOUBTFUL on it is asked.
SURE = 90
DOUBTFUL = 80

#: Attributes of the HXL tags of figures: population groups, and what else they say.
_HXL_GROUPS = {
    "idps": "idps", "idp": "idps", "returnees": "returnees", "host": "host", "hosts": "host",
    "nondisplaced": "host", "refugees": "refugees",
}  # fmt: skip
_HXL_FIGURES = {
    frozenset(): "individuals", frozenset(["ind"]): "individuals", frozenset(["hh"]): "households",
    frozenset(["f"]): "females", frozenset(["m"]): "males",
    frozenset(["f", "adults"]): "women", frozenset(["m", "adults"]): "men",
    frozenset(["f", "children"]): "girls", frozenset(["m", "children"]): "boys",
    frozenset(["f", "elderly"]): "elderly_women", frozenset(["m", "elderly"]): "elderly_men",
    frozenset(["disabled"]): "disabled", frozenset(["hh", "f", "headed"]): "female_headed_households",
}  # fmt: skip

#: How a level's name, and its code, are called after the level.
_NAMES = ("{} name", "name of {}", "nom {}", "nom de la {}", "nom du {}")
_CODES = (
    "{} pcode",
    "{} p code",
    "{} code",
    "code {}",
    "pcode {}",
    "p code {}",
    "code de la {}",
    "code du {}",
)
#: What may stand behind the name of a column and says nothing more.
_BEHIND = re.compile(
    r" (?:d intervention|de l intervention|de l activite|des activites|of (?:the )?activity|of activities)$"
)
#: Columns often seen that are none of the template's, and whose names are much like others.
_OTHER_COLUMNS = frozenset(("country", "countries", "pays", "pais"))


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of the file. ``index`` counts from 0; ``key`` is None for a column that nobody recognised.

    ``how``: ``confirmed`` (the organisation said so before), ``label`` (the layout's exact header), ``hxl``,
    ``alias``, ``folded``, ``words`` (each word of its labels is known), ``fuzzy``, ``doubtful`` (``guess``, a
    target's name, is asked, not taken), ``duplicate`` (``guess`` is another column's already), ``ignored``
    (people said so) or ``none``. ``context`` tells columns with one header apart: what the labels above say,
    and the how-manieth it is ("reached", "2", "reached idps"). ``learned``: the alias by which it is known.

    ``group``: the population group whose figures it holds; ``month`` (``YYYY-MM``): the month whose they are;
    ``part``: of its date, "day", "month" or "year". A month without a year stays ``MM``, its key None.
    """

    index: int
    header: str
    key: str | None
    how: str
    score: int
    guess: str | None = None
    context: str = ""
    learned: int | None = None
    group: str = ""
    month: str = ""
    part: str = ""

    @property
    def target(self) -> str | None:
        """The name of what the column is: its key, "idps_reached", "start_date.day"."""
        return Target(self.key, self.group, self.part).name if self.key else None


@dataclass
class Vocabulary:
    """Every header text that a template and its layouts know, in the forms in which headers are looked up."""

    template: Template
    exact: dict[str, str] = field(default_factory=dict)
    layouts: dict[str, list[tuple[LayoutColumn, frozenset[str]]]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    hxl: dict[str, str] = field(default_factory=dict)
    #: Folded alias to its place in the list of its column: the usual ones come first.
    usual: dict[str, int] = field(default_factory=dict)

    @cached_property
    def words(self) -> HeaderWords:
        """What headers say word by word."""
        return HeaderWords(self.template)

    @classmethod
    def of(cls, template: Template) -> Vocabulary:
        """Collect the vocabulary of a template; earlier columns win a text that two claim."""
        words = cls(template)
        for layout in template.layouts.values():
            words.layouts[layout.name] = [(c, _spellings(c, layout)) for c in layout.columns]
            for column, spellings in words.layouts[layout.name]:
                for spelling in spellings:
                    words.exact.setdefault(spelling, column.key)
                    words.folded.setdefault(fold_header(spelling), column.key)
                if column.hxl:
                    words.hxl.setdefault(_tag(column.hxl), column.key)
        for known in template.columns:
            for text in known.labels.values():
                words.exact.setdefault(clean(text), known.key)
            if known.hxl:
                words.hxl.setdefault(_tag(known.hxl), known.key)
        for known in template.columns:
            for text in (*known.labels.values(), known.key):
                words.folded.setdefault(fold_header(text), known.key)
        for known in template.columns:
            for place, text in enumerate(known.aliases):
                words.usual.setdefault(fold_header(text), place)
                words.aliases.setdefault(clean(text), known.key)
                words.folded.setdefault(fold_header(text), known.key)
        words._add_levels()
        words.folded.pop("", None)
        return words

    def _add_levels(self) -> None:
        """Add "District name" and "District p-code" for every word that a level is called by."""
        for column in self.template.columns:
            if column.kind is not Kind.AREA:
                continue
            code = f"adm{column.level}_pcode"
            for text in (*column.labels.values(), *column.aliases):
                folded = fold_header(text)
                if not folded.replace(" ", "").isalpha():
                    continue
                for pattern in _NAMES:
                    self.folded.setdefault(pattern.format(folded), column.key)
                for pattern in _CODES if code in self.template.by_key else ():
                    self.folded.setdefault(pattern.format(folded), code)

    def knows(self, header: str) -> str | None:
        """Return what a header is that needs no guessing, as the name of a target, or None."""
        key, _ = self.sure(header)
        if key is None and (words := self.words.of(header)) and (target := self.words.target_of(words)):
            return target.name
        return key

    def tagged(self, tag: str) -> str | None:
        """Return what an HXL tag means, its attributes in any order, as the name of a target, or None."""
        if not tag:
            return None
        known = _tag(tag)
        return self.hxl.get(known) or self._figure_tagged(known)

    def _figure_tagged(self, tag: str) -> str | None:
        hashtag, *attributes = tag.split("+")
        if hashtag not in ("#targeted", "#reached"):
            return None
        said = {{"i": "ind", "individuals": "ind", "households": "hh"}.get(a, a) for a in attributes}
        groups = {_HXL_GROUPS[a] for a in said if a in _HXL_GROUPS}
        stem = _HXL_FIGURES.get(frozenset(said - _HXL_GROUPS.keys()))
        key = f"{stem}_{hashtag[1:]}"
        if key not in self.template.by_key or len(groups) > 1:
            return None
        return Target(key, *groups).name

    def sure(self, header: str) -> tuple[str | None, str]:
        """Return the key of a header that is written in the template or its layouts, and how it is."""
        text = clean(header).rstrip("* ")
        if text in self.exact:
            return self.exact[text], "label"
        if text in self.aliases:
            return self.aliases[text], "alias"
        folded = fold_header(header)
        if folded in self.folded:
            return self.folded[folded], "folded"
        shorter = self.folded.get(_BEHIND.sub("", folded))
        # "Type of activity" is no type: only places, dates and states are meant so.
        if shorter is not None and self.template.by_key[shorter].group in (Group.WHERE, Group.WHEN):
            return shorter, "folded"
        # A second language in the same cell: every part that is known must say the same.
        parts = [p for p in re.split(r"[\n/|]", header) if p.strip()]
        if len(parts) > 1:
            keys = {self.folded.get(fold_header(part)) for part in parts} - {None}
            if len(keys) == 1:
                return keys.pop(), "folded"
        return None, "none"

    def near(self, header: str) -> tuple[str | None, str, int]:
        """Return (key, how, score) of the known header that is most like one that nobody knows."""
        folded = fold_header(header)
        if len(folded) < 4:
            return None, "none", 0
        best = process.extractOne(folded, self.folded.keys(), scorer=fuzz.ratio, score_cutoff=DOUBTFUL)
        if best is None or _digits(best[0]) != _digits(folded) or folded in _OTHER_COLUMNS:
            return None, "none", 0
        score = int(best[1])
        if score >= SURE and self._misspelt(folded, best[0]):
            return self.folded[best[0]], "fuzzy", score
        return self.folded[best[0]], "doubtful", min(score, SURE - 1)

    def _misspelt(self, text: str, known: str) -> bool:
        """Tell whether a text is a known one with mistakes inside its words: no word more, less or exchanged.

        "Households not reached" is much like "Households reached", and "Males" like "Females".
        """
        if text.replace(" ", "") == known.replace(" ", ""):
            return True
        one, other = text.split(), known.split()
        return len(one) == len(other) and not any(
            a != b and self.words.of(a) and self.words.of(b) and self.words.of(a) != self.words.of(b)
            for a, b in zip(one, other, strict=True)
        )


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+|\blt\b|\bgt\b", text)


def _tag(tag: str) -> str:
    """Return a tag in one form: lower case, no blanks, attributes sorted."""
    first, *attributes = re.sub(r"\s", "", tag.lower()).split("+")
    return "+".join([first, *sorted(a for a in attributes if a)])


def _spellings(column: LayoutColumn, layout: Layout) -> frozenset[str]:
    texts = {clean(text) for text in column.header.values()}
    if layout.bilingual and len(column.header) > 1:
        values = list(column.header.values())
        for first in values:
            for second in values:
                if first != second:
                    texts |= {clean(f"{first} {second}"), clean(f"{first} / {second}")}
    return frozenset(t.rstrip("* ") for t in texts)


def detect_layout(columns: Iterable[Mapped], vocabulary: Vocabulary, named: str | None) -> Layout | None:
    """Return the layout whose headers stand in the file: nine in ten of them, exactly as we write them."""
    headers = {c.header.rstrip("* ") for c in columns}
    best: tuple[float, Layout] | None = None
    for name, expected in vocabulary.layouts.items():
        share = sum(1 for _, spellings in expected if spellings & headers) / len(expected)
        wanted = 0.6 if name == named else 0.9
        if share >= wanted and (best is None or share > best[0]):
            best = (share, vocabulary.template.layouts[name])
    return best[1] if best else None
