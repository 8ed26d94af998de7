"""Reading the choices of one list: by label, by other spelling, by what people confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rapidfuzz import fuzz, process

from cluster4w.intake.places.asking import ask
from cluster4w.intake.places.organisation_names import parts
from cluster4w.intake.read import Issue
from cluster4w.record.queries.context import Learned
from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.language import DEFAULT_LANGUAGE, Labels, label, listed
from cluster4w.template.layouts import Layout
from cluster4w.template.lists import Choice
from cluster4w.template.text import fold

#: A choice this alike is suggested, where it shares a word this alike or is this alike as a whole.
SUGGEST = 70.0
SAME_WORD = 80.0
#: Share of the texts of one language alone from which on a file is taken to speak it.
PLAIN = 0.8
#: Words that say nothing of what was given, and those that are too short to say anything.
_EMPTY_WORDS = frozenset(
    ("distribution", "distributions", "provision", "fourniture", "activite", "activity", "type", "pour",
     "avec", "aux", "des", "les", "for", "the", "and", "with", "sur", "dans")
)  # fmt: skip
_SHORTEST_WORD = 3


class Choices:
    """The spellings of one list: labels, aliases, the layouts' own texts, and what people confirmed."""

    def __init__(
        self, column: Column, template: Template, layout: Layout | None, confirmed: Mapping[str, Learned]
    ) -> None:
        self.key = column.key
        self.list = template.choices(column)
        self.layout_texts = dict(layout.texts.get(self.list.name, {})) if layout else {}
        self.spellings = dict(self.list.by_spelling)
        for known in template.layouts.values():
            for key, text in known.texts.get(self.list.name, {}).items():
                self.spellings.setdefault(fold(text), key)
        for key, text in self.layout_texts.items():
            self.spellings[fold(text)] = key
        self.learned: dict[str, int] = {}
        for folded, (target, id_) in confirmed.items():
            if folded not in self.spellings and self.list.get(target):
                self.spellings[folded], self.learned[folded] = target, id_

    def find(self, text: str) -> tuple[str | None, Issue | None]:
        """Return the key of a choice, or what to say."""
        key = self.spellings.get(fold(text))
        if key is not None:
            return key, None
        suggestion: str | None = None
        suggested: dict[str, Any] = {}
        if found := self._likeliest(text):
            choice = self.list.get(found)
            shown = self._shown(choice) if choice else {DEFAULT_LANGUAGE: found}
            suggestion = label(shown, DEFAULT_LANGUAGE)
            suggested = {"suggested": shown, "spoken": _own(text, shown)} if len(shown) > 1 else {}
        known = listed(self._shown(choice) for choice in list(self.list)[:12])
        asked = ask("choice", self.key, text, (c.key for c in self._near(text)))
        params = {"known": known, **asked, **suggested}
        return None, Issue("choice.unknown", params, suggestion)

    def _likeliest(self, text: str) -> str | None:
        """Return the key of the choice that a text may well mean: likeness of the whole alone is chance.

        "Distribution de semences" is much like "Kit BNA de base", and means no such kit.
        """
        if len({self.spellings.get(fold(part)) for part in parts(text)} - {None}) > 1:
            # "IDPs & returnees" is neither of the two.
            return None
        text = fold(text)
        if set(text.split()) <= _EMPTY_WORDS:
            return None
        said = _telling(text)
        near = process.extract(text, self.spellings.keys(), scorer=fuzz.WRatio, score_cutoff=SUGGEST, limit=8)
        for spelling, _, _ in near:
            shared = any(fuzz.ratio(a, b) >= SAME_WORD for a in said for b in _telling(spelling))
            if shared or fuzz.ratio(text, spelling) >= SAME_WORD:
                return self.spellings[spelling]
        return None

    def _near(self, text: str) -> list[Choice]:
        """Return the choices that are most like a text, best first."""
        near = process.extract(fold(text), self.spellings.keys(), scorer=fuzz.WRatio, limit=12)
        keys = dict.fromkeys(self.spellings[spelling] for spelling, _, _ in near)
        return [choice for key in keys if (choice := self.list.get(key))]

    def _shown(self, choice: Choice) -> Labels:
        """Return a choice as the file's layout writes it: some layouts have one text for all languages."""
        fixed = self.layout_texts.get(choice.key)
        return {DEFAULT_LANGUAGE: fixed} if fixed else choice.labels


def _own(text: str, labels: Labels) -> str | None:
    """Return the language of whose label a text is a misspelling; None where it may be of several."""
    folded = fold(text)
    like = [language for language, said in labels.items() if fuzz.ratio(folded, fold(said)) >= SAME_WORD]
    return like[0] if len(like) == 1 else None


def language_of(texts: Iterable[str], labels: Iterable[Labels]) -> str | None:
    """Return the language in which texts say labels; None where they tell none plainly.

    Only what is a label in one language alone tells something: "Tent" does, "Kit" does not.
    """
    spoken: dict[str, set[str]] = {}
    for named in labels:
        for language, words in named.items():
            spoken.setdefault(fold(words), set()).add(language)
    told = Counter(one for text in texts if len(said := spoken.get(fold(text), set())) == 1 for one in said)
    if not told:
        return None
    [(language, often)] = told.most_common(1)
    return language if often >= PLAIN * told.total() else None


def _telling(text: str) -> list[str]:
    """Return the words of a folded text that say what is meant."""
    return [w for w in text.split() if len(w) >= _SHORTEST_WORD and w not in _EMPTY_WORDS]
