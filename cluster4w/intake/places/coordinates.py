"""Reading one coordinate: decimal degrees, or degrees, minutes and seconds with a letter for the side."""

from __future__ import annotations

import re

_SIGNS = str.maketrans(
    {"’": "'", "′": "'", "‘": "'", "´": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°"}
)
_NUMBER = r"\d+(?:[.,]\d+)?"
_SIDE = r"(?:nord|north|sud|south|est|east|ouest|west|[nsewo])"
_DEGREES = re.compile(
    rf"(?P<before>{_SIDE})?\s*(?P<sign>[-+])?\s*(?P<degrees>{_NUMBER})\s*(?:°|deg\.?|d(?=\s*\d))?\s*"
    rf"(?:(?P<minutes>{_NUMBER})\s*(?:'|m|min\.?)(?!')\s*(?:(?P<seconds>{_NUMBER})\s*(?:\"|''|s|sec\.?)?\s*)?)?"
    rf"(?P<after>{_SIDE})?"
)
#: First letter of a side to its sign; "o" is the French west.
_LATITUDE = {"n": 1, "s": -1}
_LONGITUDE = {"e": 1, "w": -1, "o": -1}


def degrees(text: str, *, latitude: bool) -> float | None:
    """Return a coordinate in decimal degrees; None for a text that is none, or not for certain.

    >>> round(degrees("14° 29' 4\\" N", latitude=True), 4), degrees("4,19 O", latitude=False)
    (14.4844, -4.19)
    """
    found = _DEGREES.fullmatch(text.translate(_SIGNS).casefold().replace("''", '"').strip())
    if found is None or (found["before"] and found["after"]):
        return None
    value = _float(found["degrees"])
    for part, share in (("minutes", 60.0), ("seconds", 3600.0)):
        if found[part] is None:
            continue
        amount = _float(found[part])
        whole = found["degrees"] if part == "minutes" else found["minutes"]
        if amount >= 60 or not whole.isdigit():
            return None
        value += amount / share
    side = (found["before"] or found["after"] or "")[:1]
    if not side:
        return -value if found["sign"] == "-" else value
    signs = _LATITUDE if latitude else _LONGITUDE
    # A minus sign beside a letter says it twice, or the opposite; a letter of the other axis is a swap.
    if side not in signs or (found["sign"] == "-" and signs[side] > 0):
        return None
    return value * signs[side]


def _float(text: str) -> float:
    return float(text.replace(",", "."))
