"""A row's fingerprint: equal for two rows that say the same in the same columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from json.encoder import encode_basestring

from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value, to_json

#: One encoder for all: making one per row costs more than the encoding.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def fingerprint(values: Mapping[str, Value], keys: Iterable[str], template: Template) -> str:
    """Return 16 hexadecimal digits over the values of ``keys``, in that order; absent values are left out.

    The row id is never part of it: a row keeps its fingerprint when it gets or loses its id.
    """
    by_key = template.by_key
    return digest(
        said(by_key[key], value) for key in keys if key != "row_id" and (value := values.get(key)) is not None
    )


def said(column: Column, value: Value) -> str:
    """Return a column's part of a fingerprint; who reads many rows keeps the part of each distinct value."""
    shown = to_json(column.kind, value)
    if isinstance(shown, str):
        # Most values are texts; the list encoder takes five times as long for the same characters.
        return f'["{column.key}",{encode_basestring(shown)}]'
    return _encode([column.key, shown])


def digest(parts: Iterable[str]) -> str:
    """Return the fingerprint of a row from its columns' parts, in the order of the layout."""
    text = f"[{','.join(parts)}]"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
