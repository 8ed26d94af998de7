"""Numbers, shares, days, months and moments as the reader's language writes them."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, format_percent

#: What stands where a figure is not available: never 0, never nothing.
ABSENT = "–"


def number(value: float | None, decimals: int = 0) -> str:
    """Return ``26 315`` or ``1 234,5``; at most ``decimals`` digits after the comma."""
    if value is None:
        return ABSENT
    pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
    return str(format_decimal(round(value, decimals), format=pattern))


def percent(ratio: float | None) -> str:
    """Return a ratio as ``36 %``. Nearly all is not written as all."""
    if ratio is None:
        return ABSENT
    if 0 < ratio < 0.01 or 0.99 < ratio < 1:
        ratio = min(max(ratio, 0.01), 0.99)
    return str(format_percent(ratio))


def day(value: dt.date | str | None) -> str:
    """Return ``15 mai 2016``, from a date or ``YYYY-MM-DD``."""
    if not value:
        return ABSENT
    if isinstance(value, str):
        value = dt.date.fromisoformat(value)
    return str(format_date(value, "d MMMM y"))


def month(value: str | None) -> str:
    """Return ``mai 2016``, from ``YYYY-MM``."""
    if not value:
        return ABSENT
    return str(format_date(dt.date.fromisoformat(f"{value}-01"), "LLLL y"))


def moment(value: dt.datetime | None) -> str:
    """Return ``15 mai 2016, 14:05 UTC``."""
    if value is None:
        return ABSENT
    return f"{format_datetime(value.astimezone(dt.UTC), 'd MMMM y, HH:mm', rebase=False)} UTC"


def init_app(app: Flask) -> None:
    """Give the formats to the pages as filters."""
    for form in (number, percent, day, month, moment):
        app.add_template_filter(form)
