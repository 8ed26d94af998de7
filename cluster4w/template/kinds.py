"""The closed set of column kinds, and the value each kind holds.

A new kind is added here; every consumer is a ``match`` that ends in ``assert_never``, so the type checker
then names each place that must learn it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from types import NoneType
from typing import TypeAlias, assert_never

#: A parsed cell. Absent is ``None``, never zero and never an empty text.
Value: TypeAlias = "str | int | float | bool | dt.date | tuple[str, ...] | None"

#: A parsed row: column key to value; keys without a value may be left out.
Values: TypeAlias = "dict[str, Value]"


class Kind(StrEnum):
    """What a column holds.

    ======================  =====================================================================
    text, long_text         ``str``
    count                   ``int``, zero or more (people, households, items)
    decimal, money          ``float``, rounded to four and two places
    day                     ``datetime.date``
    month                   ``str`` as ``YYYY-MM``
    choice, choices         ``str`` / ``tuple[str, ...]``: keys of the column's list
    yes_no                  ``bool``
    organisation            ``str``: acronym or name of a registered organisation
    area                    ``str``: the name of an administrative unit at ``Column.level``
    pcode                   ``str``: the p-code of an administrative unit at ``Column.level``
    latitude, longitude     ``float``, decimal degrees (WGS 84)
    row_id                  ``str``: the record's identity of the row
    ======================  =====================================================================
    """

    TEXT = "text"
    LONG_TEXT = "long_text"
    COUNT = "count"
    DECIMAL = "decimal"
    MONEY = "money"
    DAY = "day"
    MONTH = "month"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    ORGANISATION = "organisation"
    AREA = "area"
    PCODE = "pcode"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    ROW_ID = "row_id"


#: Types that JSON holds as they are.
_PLAIN = (str, int, float, NoneType)


def to_json(kind: Kind, value: Value) -> str | int | float | bool | list[str] | None:
    """Return ``value`` as JSON can hold it."""
    if isinstance(value, _PLAIN):
        # Nearly every cell: the match below costs ten times as much on a large import.
        return value
    match kind:
        case Kind.DAY:
            return value.isoformat() if isinstance(value, dt.date) else str(value)
        case Kind.CHOICES:
            return list(value) if isinstance(value, tuple) else [str(value)]
        case (
            Kind.TEXT | Kind.LONG_TEXT | Kind.COUNT | Kind.DECIMAL | Kind.MONEY | Kind.MONTH | Kind.CHOICE
            | Kind.YES_NO | Kind.ORGANISATION | Kind.AREA | Kind.PCODE | Kind.LATITUDE | Kind.LONGITUDE
            | Kind.ROW_ID
        ):  # fmt: skip
            return value if not isinstance(value, (dt.date, tuple)) else str(value)
        case _:
            assert_never(kind)


def from_json(kind: Kind, value: str | int | float | bool | Sequence[str] | None) -> Value:
    """Return the value that :func:`to_json` wrote.

    Raises ``ValueError`` for a day that is not ISO 8601.
    """
    if value is None:
        return None
    match kind:
        case Kind.DAY:
            return dt.date.fromisoformat(str(value))
        case Kind.CHOICES:
            return (value,) if isinstance(value, str) else tuple(str(v) for v in _sequence(value))
        case Kind.DECIMAL | Kind.MONEY | Kind.LATITUDE | Kind.LONGITUDE:
            return float(value) if isinstance(value, (int, float, str)) else None
        case Kind.COUNT:
            return int(value) if isinstance(value, (int, float, str)) else None
        case Kind.YES_NO:
            return bool(value)
        case (
            Kind.TEXT | Kind.LONG_TEXT | Kind.MONTH | Kind.CHOICE | Kind.ORGANISATION | Kind.AREA | Kind.PCODE
            | Kind.ROW_ID
        ):  # fmt: skip
            return str(value)
        case _:
            assert_never(kind)


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else (value,)
