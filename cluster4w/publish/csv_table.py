"""A table as the text of a CSV file, the way in which spreadsheet programs open it and ask nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence

from cluster4w.publish.formula_safety import csv_text


def csv_table(rows: Iterable[Sequence[str | int | float | dt.date | None]], language: str) -> str:
    """Return rows with semicolons between their cells, under the settings of a language.

    Texts cannot become formulas, fractions have four decimals, days are ``YYYY-MM-DD``, None is nothing.
    """
    comma = "," if language == "fr" else "."
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_text(value, comma) for value in row])
    return stream.getvalue()


def _text(value: str | int | float | dt.date | None, comma: str) -> str:
    match value:
        case None:
            return ""
        case str():
            return csv_text(value)
        case dt.date():
            return value.isoformat()
        case float():
            return f"{value:.4f}".replace(".", comma)
        case _:
            return str(value)
