"""A row's values in the reader's words."""

from __future__ import annotations

import datetime as dt
from typing import assert_never

from flask_babel import gettext

from cluster4w.security import here
from cluster4w.template.columns import Column
from cluster4w.template.kinds import Kind, Value
from cluster4w.template.language import label
from cluster4w.template.targets import parse_target, target_labels
from cluster4w.views import formats


def choice_words(list_name: str, key: str | None) -> str:
    """Return the label of a choice of a list of the operation's template; a dash where there is none."""
    if key is None:
        return formats.ABSENT
    return here().template.lists[list_name].label(key, here().language)


def column_words(column: Column) -> str:
    """Return a column's label."""
    return label(column.labels, here().language)


def target_name(name: str) -> str:
    """Return the name of a :class:`cluster4w.template.targets.Target` in words; "" for an unknown one."""
    template = here().template
    target = parse_target(name, template)
    return label(target_labels(target, template), here().language) if target else ""


def in_words(column: Column, value: Value) -> str:
    """Return a value as a person reads it; a dash for an absent one."""
    if value is None:
        return formats.ABSENT
    match column.kind:
        case Kind.COUNT:
            return formats.number(_figure(value))
        case Kind.DECIMAL:
            return formats.number(_figure(value), 4)
        case Kind.MONEY:
            return formats.number(_figure(value), 2)
        case Kind.LATITUDE | Kind.LONGITUDE:
            return formats.number(_figure(value), 6) + "°"
        case Kind.DAY:
            return formats.day(value if isinstance(value, (dt.date, str)) else None)
        case Kind.MONTH:
            return formats.month(str(value))
        case Kind.YES_NO:
            return str(gettext("Yes") if value else gettext("No"))
        case Kind.CHOICE:
            return here().template.choices(column).label(str(value), here().language)
        case Kind.CHOICES:
            keys = value if isinstance(value, tuple) else (str(value),)
            known = here().template.choices(column)
            return ", ".join(known.label(key, here().language) for key in keys)
        case Kind.TEXT | Kind.LONG_TEXT | Kind.ORGANISATION | Kind.AREA | Kind.PCODE | Kind.ROW_ID:
            return str(value)
        case _:
            assert_never(column.kind)


def _figure(value: Value) -> float | None:
    return value if isinstance(value, (int, float)) else None
