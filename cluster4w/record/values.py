"""Between a row's values by column key and a version in the record."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from cluster4w.record.queries.organisations import Agency
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value, Values, from_json, to_json

#: Template columns that a version holds otherwise than under their own name.
IDENTITY_KEY = "row_id"
ORGANISATION_KEYS = ("org_acronym", "org_name", "org_type")

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def stored_keys(template: Template) -> tuple[str, ...]:
    """Return the template columns that are typed columns of ``activity``."""
    return tuple(
        c.key
        for c in template.columns
        if not c.added and c.key != IDENTITY_KEY and c.key not in ORGANISATION_KEYS
    )


def new_uid() -> str:
    """Return a fresh row id: 12 characters that nobody misreads (60 bits)."""
    return _uid(secrets.randbits(60))


def ascending_uids(count: int) -> Iterator[str]:
    """Yield fresh row ids in ascending order: many rows are written faster when their index only grows."""
    yield from map(_uid, sorted(secrets.randbits(60) for _ in range(count)))


def _uid(number: int) -> str:
    letters = []
    for _ in range(12):
        number, digit = divmod(number, 32)
        letters.append(_ALPHABET[digit])
    return "".join(reversed(letters))


def values_of(version: Any, template: Template, agency: Agency | None) -> Values:
    """Return a version's values by column key, without the absent ones.

    ``version`` is an :class:`Activity` or a row with the same attributes.
    """
    values: Values = {}
    for column in template.columns:
        key = column.key
        value: Value
        if key == IDENTITY_KEY:
            value = version.uid
        elif key in ORGANISATION_KEYS:
            value = getattr(agency, key.removeprefix("org_")) if agency else None
        elif column.added:
            value = from_json(column.kind, (version.extra or {}).get(key))
        else:
            value = getattr(version, key)
        if value is not None:
            values[key] = value
    return values


def extra_values(values: Mapping[str, Value], template: Template) -> dict[str, Any] | None:
    """Return what the columns that the operation added hold, as JSON; None when nothing."""
    extra = {c.key: to_json(c.kind, values[c.key]) for c in template.added if values.get(c.key) is not None}
    return extra or None
