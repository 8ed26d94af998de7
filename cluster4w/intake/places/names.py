"""Names of places without what lists and people add to them: one place, one name, one sound."""

from __future__ import annotations

import re

from cluster4w.template.text import LONGEST_NAME, fold, of_names

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
#: Words for a level, and the levels that they may stand for.
_LEVELS: dict[str, frozenset[int]] = {
    **dict.fromkeys(("region", "regions"), frozenset({1})),
    # Bamako is a district at both levels.
    "district": frozenset({1, 2}),
    **dict.fromkeys(("cercle", "cercles", "circle"), frozenset({2})),
    **dict.fromkeys(("commune", "communes", "rurale", "urbaine"), frozenset({3})),
    "ville": frozenset({1, 2, 3}),
}
_LINKS = frozenset({"de", "du", "d", "des", "la", "le", "l", "of"})
#: Words that tell two places of one name apart.
_SIDES = frozenset({"nord", "sud", "est", "ouest", "north", "south", "east", "west", "centre", "central"})
_LATIN = re.compile(r"[a-z0-9]")
#: One sound in several writings, in the order of use: "dj" and "di" before a vowel, "ou" and "w".
_SOUNDS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"gn|ny|ni(?=[aeou])", "ñ"),
        (r"dj|dy|di(?=[aeou])", "j"),
        (r"ph", "f"),
        (r"qu?|ck|c(?![eiy])", "k"),
        (r"ou|oo|w", "u"),
        (r"y", "i"),
        (r"m(?=[bcdfgkpqstvz])", "n"),
        (r"([^\d])\1+", r"\1"),
    )
)


def _latin(tokens: list[str]) -> list[str]:
    """Return the words in Latin letters, where there are any: "تمبكتو Tombouctou" names one place twice."""
    kept = [t for t in tokens if _LATIN.search(t)]
    return kept or tokens


@of_names(65536)
def plain(name: str) -> str:
    """Return a name without "commune", "cercle" and the like, Roman numerals at its end as digits.

    >>> plain("Commune - II"), plain("Commune de Mopti"), plain("Mopti Commune")
    ('commune 2', 'mopti', 'mopti')
    """
    tokens = _latin(fold(name).split())
    if len(tokens) > 1:
        tokens[-1] = _ROMAN.get(tokens[-1], tokens[-1])
    kept = [t for t in tokens if t not in _LEVELS]
    if kept and len(kept) < len(tokens) and tokens[0] in _LEVELS:
        while len(kept) > 1 and kept[0] in _LINKS:
            kept = kept[1:]
    if not kept or all(t.isdigit() for t in kept):
        return " ".join(tokens)
    return " ".join(kept)


@of_names(65536)
def sound(name: str) -> str:
    """Return how a plain name sounds: blanks and doubled letters gone, one letter for each sound.

    >>> sound("Raz-El-Ma") == sound("Razelma"), sound("Djanwely") == sound("Dianwély")
    (True, True)
    """
    heard = plain(name).replace(" ", "")
    for pattern, written in _SOUNDS:
        heard = pattern.sub(written, heard)
    return heard


def words(name: str) -> frozenset[str]:
    """Return the words of a name as they sound; a letter that stands alone belongs to the next word.

    >>> words("N'Gabacoro Droit") == words("Ngabacoro droit")
    True
    """
    joined = re.sub(r"\b([a-z]) (?=[a-z])", r"\1", plain(name))
    return frozenset(map(sound, joined.split()))


def marks(name: str) -> list[str]:
    """Return what of a plain name tells it from others alike: its numbers and its sides."""
    return [t for t in re.findall(r"\d+|[^\W\d_]+", name) if t.isdigit() or t in _SIDES]


def names_other_level(name: str, level: int) -> bool:
    """Tell whether a name says that it is of another level: "Cercle de Gao" in the column of communes."""
    tokens = fold(name).split()
    said = [_LEVELS[t] for t in tokens if t in _LEVELS]
    return len(said) < len(tokens) and any(level not in levels for levels in said)


#: Names of one cell that are looked up.
MOST_LISTED = 40
#: What stands between names, for certain; and what may also stand inside one.
_BETWEEN = re.compile(r"\s*[,;/&+|\n]\s*|\s+(?:et|and|ainsi que|puis)\s+", re.IGNORECASE)
_PERHAPS = re.compile(r"\s*[,;/&+|\n]\s*|\s+(?:et|and)\s+|\s*[-–—]\s*", re.IGNORECASE)
_TITLE = re.compile(r"^[^:]{1,40}:\s*")


def listed(name: str, *, dashes: bool = False) -> list[str]:
    """Return the names that one cell lists; one or none where it lists none. ``dashes`` part names too.

    >>> listed("Zones : Gao, Ansongo et Bourem")
    ['Gao', 'Ansongo', 'Bourem']
    """
    bare = _TITLE.sub("", name.strip())[:LONGEST_NAME]
    parts = (_PERHAPS if dashes else _BETWEEN).split(bare)
    return [part.strip() for part in parts if fold(part)][:MOST_LISTED]
