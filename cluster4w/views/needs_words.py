"""What needs and targets are called in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from cluster4w.template.language import N_
from cluster4w.views.values import choice_words

MEASURES = {"in_need": N_("In need"), "targeted": N_("Targeted")}
SEVERITY = N_("Severity of needs")
UNITS = {"household": N_("households"), "individual": N_("people")}


def kind_words(measure: str, sub_sector: str | None) -> str:
    """Return what figures are about: "Targeted, Shelter"."""
    words = gettext(MEASURES.get(measure, SEVERITY))
    return f"{words}, {choice_words('sub_sector', sub_sector)}" if sub_sector else words
