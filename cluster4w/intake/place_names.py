"""Names of places without what lists add to them: one place, one name."""

from __future__ import annotations

from functools import lru_cache

from cluster4w.template.text import fold

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
_DROPPED = frozenset({"commune", "communes", "cercle", "region", "rurale", "urbaine", "district", "ville"})
_LINKS = frozenset({"de", "du", "d", "des", "la", "le", "l"})


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """Return a name without "commune", "cercle" and the like, Roman numerals at its end as digits.

    >>> plain("Commune - II"), plain("Commune de Mopti"), plain("Mopti Commune")
    ('commune 2', 'mopti', 'mopti')
    """
    tokens = fold(name).split()
    if len(tokens) > 1:
        tokens[-1] = _ROMAN.get(tokens[-1], tokens[-1])
    kept = [t for t in tokens if t not in _DROPPED]
    if kept and len(kept) < len(tokens) and tokens[0] in _DROPPED:
        while len(kept) > 1 and kept[0] in _LINKS:
            kept = kept[1:]
    if not kept or all(t.isdigit() for t in kept):
        return " ".join(tokens)
    return " ".join(kept)
