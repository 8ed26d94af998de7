"""From a cell to a value: one parser per kind, in French and English."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from cluster4w.intake.open import Cell
from cluster4w.intake.places.coordinates import degrees
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind, Value
from cluster4w.template.language import listed
from cluster4w.template.targets import PART_LABELS
from cluster4w.template.text import clean, fold


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong or doubtful about one cell; the severity is that of the code."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str | None = None


#: A value with what there is to say about it; a value beside an error issue is None.
Parsed = tuple[Value, Issue | None]

ABSENT: Parsed = (None, None)
_ABSENT_WORDS = frozenset(
    [
        "",
        "-",
        "--",
        "---",
        "–",
        "—",
        ".",
        "/",
        "n/a",
        "na",
        "nr",
        "n.r.",
        "n.d.",
        "nd",
        "n/d",
        "n.a.",
        "néant",
    ]
) | {"neant", "null", "none"}
_ERROR_WORDS = frozenset(
    ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"]
) | {"#N/D", "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!"}
#: Most texts are longer than any of these words, and need not be looked up.
_LONGEST_WORD = max(map(len, _ABSENT_WORDS | _ERROR_WORDS))
#: What a database refuses and no reader sees: control characters and halves of characters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

MONTHS: dict[str, int] = {}
for _month_number, _month_names in enumerate(
    (
        "janvier janv jan january",
        "fevrier fevr fev february feb",
        "mars mar march",
        "avril avr april apr",
        "mai may",
        "juin june jun",
        "juillet juil july jul",
        "aout aou august aug",
        "septembre sept sep september",
        "octobre oct october",
        "novembre nov november",
        "decembre dec december",
    ),
    1,
):
    MONTHS.update(dict.fromkeys(_month_names.split(), _month_number))


def as_text(cell: Cell) -> str:
    """Return a cell as a person reads it: 12.0 is "12", a date is ISO 8601, blanks are single."""
    if isinstance(cell, str):
        return clean(cell if cell.isprintable() else _CONTROL.sub("", cell))
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def is_error(text: str) -> bool:
    """Tell whether a text is a spreadsheet's error value."""
    if len(text) > _LONGEST_WORD:
        return False
    return text.upper() in _ERROR_WORDS or (text.startswith("Err:") and text[4:].isdigit())


def is_absent(text: str) -> bool:
    """Tell whether a text says that there is nothing to say."""
    return len(text) <= _LONGEST_WORD and text.lower() in _ABSENT_WORDS


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs beside the cell: spellings of yes and no, and the year of a month without one."""

    yes_no: Mapping[str, str]
    year: int | None = None

    @classmethod
    def of(cls, template: Template, year: int | None) -> Context:
        """Return what reading the cells of a template needs."""
        known = template.lists.get("yes_no")
        return cls(known.by_spelling if known else {}, year)


def parse(kind: Kind, cell: Cell, context: Context) -> Parsed:
    """Return the value of a cell of a kind.

    Choices, organisations, areas and p-codes come back as clean text; reconciling gives them meaning.
    """
    text = as_text(cell)
    if is_absent(text):
        return ABSENT
    if is_error(text):
        return None, Issue("cell.error")
    match kind:
        case Kind.TEXT | Kind.ORGANISATION | Kind.AREA | Kind.PCODE | Kind.ROW_ID | Kind.CHOICE:
            return text, None
        case Kind.LONG_TEXT:
            return text, None
        case Kind.CHOICES:
            return tuple(part for p in re.split(r"[;,|\n]", text) if (part := p.strip())), None
        case Kind.COUNT:
            return _count(cell, text)
        case Kind.DECIMAL:
            return _decimal(cell, text, 4)
        case Kind.MONEY:
            return _decimal(cell, text, 2)
        case Kind.LATITUDE | Kind.LONGITUDE:
            read = _decimal(cell, text, 6)
            if read[1] is None:
                return read
            # "14° 29' 3" N", or "4,19 O".
            found = degrees(text, latitude=kind is Kind.LATITUDE)
            return (round(found, 6), None) if found is not None else (None, Issue("coordinates.unreadable"))
        case Kind.DAY:
            return day(cell, text)
        case Kind.MONTH:
            return month(cell, text, context.year)
        case Kind.YES_NO:
            return _yes_no(cell, text, context)
        case _:
            assert_never(kind)


#: Share of a figure that is lost or won by rounding without anybody minding.
_SLIGHT = 0.05
_PLAIN = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(?:([ ,.'’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_LEADING = re.compile(r"([-+]?\d[\d .,'’]*?)\s*([^\d\s.,'’-][^\d]*)")


def number(text: str) -> tuple[float, bool] | None:
    """Return (number, ambiguous) for a French or English number, None when it is none.

    ``ambiguous``: one separator before exactly three digits could be a decimal sign as well ("1,200").
    """
    if _GROUPED.fullmatch(text):
        separator = _GROUPED.fullmatch(text).group(1)  # type: ignore[union-attr]
        digits = text.replace(separator, "").replace("’", "").replace(",", ".")
        once = text.count(separator) == 1 and separator in ",."
        return float(digits), once and "." not in digits
    if _PLAIN.fullmatch(text):
        return float(text.replace(",", ".")), False
    return None


def _number(cell: Cell, text: str) -> tuple[float, Issue | None, bool] | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell), None, False
    if (found := number(text)) is not None:
        return found[0], None, found[1]
    worded = _LEADING.fullmatch(text)
    if worded and (found := number(worded.group(1).strip())) is not None:
        return found[0], Issue("number.with_words", {"number": f"{found[0]:g}"}), False
    return None


def _count(cell: Cell, text: str) -> Parsed:
    found = _number(cell, text)
    if found is None:
        return None, Issue("number.unreadable")
    value, issue, _ = found
    if value != value or abs(value) >= 1e15:
        return None, Issue("number.unreadable")
    if value != int(value):
        # Half a household is no rounding: what was meant must be asked.
        nearest = round(value)
        slight = abs(nearest - value) <= _SLIGHT * abs(value)
        return None, Issue("number.not_whole", suggestion=str(nearest) if slight else None)
    return int(value), issue


def _decimal(cell: Cell, text: str, places: int) -> Parsed:
    found = _number(cell, text)
    if found is None or found[0] != found[0] or abs(found[0]) >= 1e15:
        return None, Issue("number.unreadable")
    value, issue, ambiguous = found
    if ambiguous and places < 6:
        issue = Issue("number.ambiguous", {"number": f"{value:.0f}"})
    elif ambiguous:
        # No coordinate runs into the thousands: "14,500" is 14.5 degrees.
        value = float(text.replace(",", "."))
    return round(value, places), issue


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_NUMERIC_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_WORDED_DAY = re.compile(r"(\d{1,2})(?:er)?[-/. ]+([a-z]+)[-/. ]+(\d{4}|\d{2})")
#: "le", "lundi", "Monday": what may stand before a day.
_BEFORE_DAY = re.compile(
    r"^(?:(?:le|du|au|the|on|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday) )+"
)
_WORDED_DAY_US = re.compile(r"([a-z]+) (\d{1,2}) (\d{4})")


def day(cell: Cell, text: str) -> Parsed:
    """Return the day of a cell: a date, an Excel serial number, or a text, day first."""
    if isinstance(cell, dt.datetime):
        return cell.date(), None
    if isinstance(cell, dt.date):
        return cell, None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _serial(float(cell))
    if (iso := _ISO.fullmatch(text)) is not None:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if (numeric := _NUMERIC_DAY.fullmatch(text)) is not None:
        first, second, year = int(numeric[1]), int(numeric[2]), _year(numeric[3])
        if second > 12 >= first:
            value, issue = _date(year, first, second)
            return value, issue or Issue("date.month_first", {"day": str(value)})
        return _date(year, second, first)
    folded = _BEFORE_DAY.sub("", fold(text))
    if (worded := _WORDED_DAY.fullmatch(folded)) is not None and worded[2] in MONTHS:
        return _date(_year(worded[3]), MONTHS[worded[2]], int(worded[1]))
    if (worded := _WORDED_DAY_US.fullmatch(folded)) is not None and worded[1] in MONTHS:
        return _date(int(worded[3]), MONTHS[worded[1]], int(worded[2]))
    if len(text) == 5 and text.isdecimal():
        return _serial(float(text))
    return None, Issue("date.unreadable")


def _serial(value: float) -> Parsed:
    # Serials of 1990 to 2070; anything else in a date column is a number by mistake.
    if 32874 <= value <= 62093:
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(value)), None
    return None, Issue("date.unreadable")


def date_of_parts(kind: Kind, parts: Mapping[str, Cell], context: Context) -> Parsed:
    """Return the date, or the month, whose day, month and year stand in cells of their own."""
    texts = {part: as_text(cell) for part, cell in parts.items()}
    missing = [part for part, text in texts.items() if is_absent(text)]
    if len(missing) == len(parts):
        return ABSENT
    if any(map(is_error, texts.values())):
        return None, Issue("cell.error")
    lacking = missing if kind is not Kind.MONTH else [p for p in missing if p == "month"]
    if lacking:
        return None, Issue(
            "date.incomplete", {"missing": listed(PART_LABELS[p] for p in lacking), "part": lacking[0]}
        )
    unreadable: Parsed = (None, Issue("date.unreadable", {"shown": " ".join(texts.values())}))
    year = _year(texts["year"]) if re.fullmatch(r"\d{4}|\d{2}", texts["year"], re.ASCII) else None
    if "year" not in missing and year is None:
        return unreadable
    if kind is Kind.MONTH and year is None:
        return month(parts["month"], texts["month"], context.year)
    found, issue = month(parts["month"], texts["month"], year)
    if not isinstance(found, str) or kind is Kind.MONTH:
        taken = issue is not None and issue.code == "month.year_assumed"
        return found, None if taken else issue
    if not re.fullmatch(r"\d{1,2}", texts["day"], re.ASCII):
        return unreadable
    day_, _ = _date(int(found[:4]), int(found[5:]), int(texts["day"]))
    return (day_, None) if day_ else unreadable


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _date(year: int, month_: int, day_: int) -> Parsed:
    try:
        return dt.date(year, month_, day_), None
    except ValueError:
        return None, Issue("date.unreadable")


_YEAR_MONTH = re.compile(r"(\d{4})[ ./_-]?(\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[ ./_-](\d{4})")
_WORD_YEAR = re.compile(r"(?:mois (?:de |d ))?([a-z]+) ?(\d{4}|\d{2})?")
_YEAR_WORD = re.compile(r"(\d{4}) ?([a-z]+)")
_DAY_WORD = re.compile(r"(\d{1,2}) ([a-z]+)")


def month(cell: Cell, text: str, year: int | None) -> Parsed:
    """Return the month of a cell as ``YYYY-MM``; a month without a year gets ``year``, with a warning."""
    if isinstance(cell, (dt.date, float, int)) and not isinstance(cell, bool):
        value, _ = day(cell, text)
        if isinstance(value, dt.date):
            return f"{value:%Y-%m}", None
        if isinstance(cell, float) and 1 <= cell <= 12 and cell.is_integer():
            return _bare_month(int(cell), year)
        return None, Issue("month.unreadable")
    if (found := _YEAR_MONTH.fullmatch(text)) is not None:
        return _month(int(found[1]), int(found[2]))
    if (found := _MONTH_YEAR.fullmatch(text)) is not None:
        return _month(int(found[2]), int(found[1]))
    folded = fold(text)
    if (found := _WORD_YEAR.fullmatch(folded)) is not None and found[1] in MONTHS:
        if found[2]:
            return _month(_year(found[2]), MONTHS[found[1]])
        return _bare_month(MONTHS[found[1]], year)
    if (found := _YEAR_WORD.fullmatch(folded)) is not None and found[2] in MONTHS:
        return _month(int(found[1]), MONTHS[found[2]])
    if (found := _DAY_WORD.fullmatch(folded)) is not None and found[2] in MONTHS:
        # Excel's "01-Jan" is the first of January of some year.
        return _bare_month(MONTHS[found[2]], year)
    if len(text) <= 2 and text.isdecimal() and 1 <= int(text) <= 12:
        return _bare_month(int(text), year)
    value, _ = day(cell, text)
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}", None
    return None, Issue("month.unreadable")


def _month(year: int, month_: int) -> Parsed:
    if 1990 <= year <= 2100 and 1 <= month_ <= 12:
        return f"{year:04d}-{month_:02d}", None
    return None, Issue("month.unreadable")


def _bare_month(month_: int, year: int | None) -> Parsed:
    if year is None:
        return None, Issue("month.without_year")
    return f"{year:04d}-{month_:02d}", Issue("month.year_assumed", {"month": f"{year:04d}-{month_:02d}"})


def _yes_no(cell: Cell, text: str, context: Context) -> Parsed:
    if isinstance(cell, bool):
        return cell, None
    said = context.yes_no.get(fold(text))
    if said is None:
        return None, Issue("yes_no.unreadable")
    return said == "yes", None
