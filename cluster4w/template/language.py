"""Words in the user's language, without a web framework.

Source words are English and marked with :func:`N_`; they are translated at the edge, by the web pages
with Flask-Babel and by the command line and the workbooks with :func:`translator`. Both read the same
catalogues in ``cluster4w/translations``.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

#: Languages of the product, first the one a new user sees.
LANGUAGES: tuple[str, ...] = ("fr", "en")
DEFAULT_LANGUAGE = "fr"

#: Labels of one thing, by language code: ``{"fr": "Abris", "en": "Shelter"}``.
Labels = Mapping[str, str]

_CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


class Translate(Protocol):
    """Turns an English source sentence into the user's language."""

    def __call__(self, message: str, /) -> str: ...


def N_(message: str) -> str:  # noqa: N802 - the name that extraction tools look for
    """Mark ``message`` for translation later; returns it unchanged."""
    return message


@lru_cache(maxsize=8)
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("messages", str(_CATALOGUES), languages=[language], fallback=True)


def translator(language: str) -> Translate:
    """Return the function that translates source sentences into ``language``.

    English is the source, so ``translator("en")`` returns sentences as they are.
    """
    if language == "en":
        return lambda message, /: message
    # gettext returns the catalogue's header for an empty message, which no reader wants to see.
    catalogue = _catalogue(language)
    return lambda message, /: catalogue.gettext(message) if message else ""


#: The code of the catalogue's own language: its French is "fr".
_OWN_CODE = N_("en")


def label_in(labels: Labels, translate: Translate) -> str:
    """Return the label in the language that ``translate`` translates into."""
    return label(labels, translate(_OWN_CODE))


#: How a language writes thousands and decimals; others as English does.
_SIGNS = {"fr": ("\u202f", ",")}


def figure_in(figure: float, translate: Translate) -> str:
    """Return a figure as the language of ``translate`` writes it: 1 234,5 or 1,234.5, to two decimals."""
    thousands, decimal = _SIGNS.get(translate(_OWN_CODE), (",", "."))
    whole, _, part = f"{figure:,.2f}".partition(".")
    part = part.rstrip("0")
    return whole.replace(",", thousands) + (decimal + part if part else "")


#: Below which figure a language speaks of one thing: French also of none. Others do so of 1 alone.
_ONE_BELOW = {"fr": 2}


def counted(one: str, many: str, figure: float, translate: Translate) -> str:
    """Return the source sentence for one thing or for many, in the language of the reader.

    Both are whole sentences, so that a language can make every word agree with ``figure``. ``one`` writes the
    figure where it can be 0.
    """
    below = _ONE_BELOW.get(translate(_OWN_CODE))
    single = figure == 1 if below is None else abs(figure) < below
    return translate(one if single else many)


def listed(many: Iterable[Labels]) -> Labels:
    """Return several labels as one, with commas between them."""
    labels = list(many)
    return {language: ", ".join(label(one, language) for one in labels) for language in LANGUAGES}


def label(labels: Labels, language: str) -> str:
    """Return the label in ``language``, else in French, else whichever there is."""
    return labels.get(language) or labels.get(DEFAULT_LANGUAGE) or next(iter(labels.values()), "")
