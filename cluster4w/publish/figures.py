"""Numbers, shares, days and months in the reader's language, for everything that is printed."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date
from babel.numbers import format_decimal

#: Shown for a figure that is not available.
ABSENT = "-"


def number(value: float | None, language: str) -> str:
    """Return a figure with the language's grouping: ``26 315`` (narrow no-break space) in French."""
    if value is None:
        return ABSENT
    return format_decimal(round(value) if float(value).is_integer() else value, locale=language)


def share(ratio: float | None, language: str) -> str:
    """Return a ratio in per cent: ``36 %``; what is above nothing but rounds to it is ``< 1 %``."""
    if ratio is None:
        return ABSENT
    space = "\u00a0" if language == "fr" else ""
    if 0 < ratio < 0.005:
        return f"<\u00a01{space}%"
    return f"{format_decimal(round(ratio * 100), locale=language)}{space}%"


def day(value: dt.date, language: str) -> str:
    """Return a date in words: ``15 mai 2016``."""
    return format_date(value, "d MMMM y", locale=language)


def month(value: str, language: str) -> str:
    """Return a month ``YYYY-MM`` in words: ``mai 2016``."""
    return format_date(dt.date.fromisoformat(f"{value}-01"), "MMMM y", locale=language)


def months(first: str, last: str, language: str) -> str:
    """Return a run of months in words: ``janvier – mai 2016``."""
    if first == last:
        return month(last, language)
    if first[:4] == last[:4]:
        begin = format_date(dt.date.fromisoformat(f"{first}-01"), "MMMM", locale=language)
        return f"{begin} – {month(last, language)}"
    return f"{month(first, language)} – {month(last, language)}"
