"""Which column of the file is which column of the template."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz, process

from cluster4w.record.queries.context import IGNORED, Aliases
from cluster4w.template.declaration import Template
from cluster4w.template.layouts import Layout, LayoutColumn
from cluster4w.template.text import clean, fold, fold_header

#: A fuzzy match from here on is taken; from DOUBTFUL on it is asked.
SURE = 90
DOUBTFUL = 80

#: What says that a figure is targeted or reached, folded.
_SIDES = {
    "targeted": re.compile(r"\b(cibl|planifi|prevu|target|planned)"),
    "reached": re.compile(r"\b(attei|reach|assist|touche|servi|realis)"),
}

_RANK = {"confirmed": 0, "label": 1, "hxl": 2, "alias": 3, "folded": 4, "fuzzy": 5}


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of the file. ``index`` counts from 0; ``key`` is None for a column that nobody recognised.

    ``how``: ``confirmed`` (the organisation said so before), ``label`` (the layout's exact header), ``hxl``,
    ``alias``, ``folded``, ``fuzzy``, ``doubtful`` (``guess`` is asked, not taken), ``duplicate`` (``guess``
    is another column's already), ``ignored`` (people said so) or ``none``. ``context`` tells columns with one
    header apart: the side of a group above, and the how-manieth it is ("reached", "2", "reached 2").
    ``learned``: the alias by which it is known.
    """

    index: int
    header: str
    key: str | None
    how: str
    score: int
    guess: str | None = None
    context: str = ""
    learned: int | None = None


@dataclass
class Vocabulary:
    """Every header text that a template and its layouts know, in the forms in which headers are looked up."""

    template: Template
    exact: dict[str, str] = field(default_factory=dict)
    layouts: dict[str, list[tuple[LayoutColumn, frozenset[str]]]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    hxl: dict[str, str] = field(default_factory=dict)

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
            for text in known.aliases:
                words.aliases.setdefault(clean(text), known.key)
                words.folded.setdefault(fold_header(text), known.key)
        words.folded.pop("", None)
        return words

    def knows(self, header: str) -> str | None:
        """Return the key of a header that needs no guessing, or None."""
        return self._sure(header)[0]

    def tagged(self, tag: str) -> str | None:
        """Return the key of an HXL tag, its attributes in any order, or None."""
        return self.hxl.get(_tag(tag)) if tag else None

    def _sure(self, header: str) -> tuple[str | None, str]:
        text = clean(header).rstrip("* ")
        if text in self.exact:
            return self.exact[text], "label"
        if text in self.aliases:
            return self.aliases[text], "alias"
        folded = fold_header(header)
        if folded in self.folded:
            return self.folded[folded], "folded"
        # A second language in the same cell: every part that is known must say the same.
        parts = [p for p in re.split(r"[\n/|]", header) if p.strip()]
        if len(parts) > 1:
            keys = {self.folded.get(fold_header(part)) for part in parts} - {None}
            if len(keys) == 1:
                return keys.pop(), "folded"
        return None, "none"

    def find(self, header: str, tag: str) -> tuple[str | None, str, int]:
        """Return (key, how, score) for a header and the HXL tag beside it."""
        folded = fold_header(header)
        key, how = self._sure(header)
        if how == "label":
            return key, how, 100
        if by_tag := self.tagged(tag):
            return by_tag, "hxl", 100
        if key:
            return key, how, 100
        if len(folded) < 4:
            return None, "none", 0
        best = process.extractOne(folded, self.folded.keys(), scorer=fuzz.ratio, score_cutoff=DOUBTFUL)
        if best is None or _digits(best[0]) != _digits(folded):
            return None, "none", 0
        score = int(best[1])
        return self.folded[best[0]], "fuzzy" if score >= SURE else "doubtful", score


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


def map_columns(
    headers: Sequence[str],
    tags: Sequence[str],
    vocabulary: Vocabulary,
    confirmed: Aliases,
    groups: Sequence[str] = (),
) -> list[Mapped]:
    """Return one :class:`Mapped` per column of the file that has a header, a tag or neither.

    A key is given to one column only: the surer match, then the more to the left. ``groups``: the label over
    each column; it says whether a bare "Households" is targeted or reached. ``confirmed``: what people said
    of a header before.
    """
    found = []
    seen: Counter[tuple[str, str]] = Counter()
    for index, header in enumerate(headers):
        tag = tags[index] if index < len(tags) else ""
        if not header and not tag:
            continue
        text = clean(header) or tag
        folded = fold_header(text)
        group = groups[index] if index < len(groups) else ""
        seen[(side(group), folded)] += 1
        context = column_context(side(group), seen[(side(group), folded)])
        said = confirmed.get((context, folded)) if folded else None
        if said is not None and said.target == IGNORED:
            found.append(Mapped(index, text, None, "ignored", 100, context=context, learned=said.id))
            continue
        if said is not None and said.target in vocabulary.template.by_key:
            found.append(Mapped(index, text, said.target, "confirmed", 100, context=context, learned=said.id))
            continue
        key, how, score = vocabulary.find(header, tag)
        if key and how != "hxl" and group:
            key = _on_side(key, header, group, vocabulary.template)
        found.append(Mapped(index, text, key, how, score, context=context))
    taken: dict[str, Mapped] = {}
    for column in sorted(found, key=lambda c: (_RANK.get(c.how, 9), -c.score, c.index)):
        if column.key and column.how != "doubtful":
            taken.setdefault(column.key, column)
    return [_settled(column, taken) for column in found]


def column_context(side: str, nth: int) -> str:
    """Return what tells columns with one header apart; "" for the first that stands under no side."""
    return " ".join(part for part in (side, str(nth) if nth > 1 else "") if part)


def side(label: str) -> str:
    """Return "targeted" or "reached" for a label that says the one and not the other, else ""."""
    folded = fold(label)
    said = [name for name, words in _SIDES.items() if words.search(folded)]
    return said[0] if len(said) == 1 and len(folded.split()) <= 4 else ""


def _on_side(key: str, header: str, group: str, template: Template) -> str:
    """Return the key of the same figure on the side that the group names, where the header names none."""
    stem, _, known = key.rpartition("_")
    wanted = side(group)
    if known not in _SIDES or not wanted or any(w.search(fold(header)) for w in _SIDES.values()):
        return key
    other = f"{stem}_{wanted}"
    return other if other in template.by_key else key


def _settled(column: Mapped, taken: Mapping[str, Mapped]) -> Mapped:
    if column.key is None:
        return column
    if taken.get(column.key) is column:
        return column
    how = "duplicate" if column.key in taken else "doubtful"
    return replace(column, key=None, how=how, guess=column.key, learned=None)


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
