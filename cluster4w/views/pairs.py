"""Figures that come in pairs, targeted and reached: they stand side by side wherever a person sees them."""

from __future__ import annotations

from itertools import takewhile

from cluster4w.template.declaration import Template
from cluster4w.template.language import label

_ENDINGS = ("_targeted", "_reached")


def pair_keys(base: str) -> tuple[str, str]:
    """Return the two columns of a pair."""
    return base + _ENDINGS[0], base + _ENDINGS[1]


def pair_base(key: str, template: Template) -> str | None:
    """Return what a column has in common with its other half; None for a column that is in no pair."""
    for ending in _ENDINGS:
        base = key.removesuffix(ending)
        if base != key and all(k in template.by_key for k in pair_keys(base)):
            return base
    return None


def pair_words(base: str, template: Template, language: str) -> str:
    """Return what the two labels share: "Households" of "Households targeted" and "Households reached"."""
    both = [label(template.column(key).labels, language).split() for key in pair_keys(base)]
    shared = takewhile(lambda words: words[0] == words[1], zip(*both, strict=False))
    return " ".join(word for word, _ in shared) or " ".join(both[0])
