"""A row's fingerprint: equal for two rows that say the same in the same columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from json.encoder import encode_basestring

from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value, to_json

#: Distinct values of a column whose parts are kept ready.
_KEPT = 8_192
#: One encoder for all: making one per row costs more than the encoding.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Printer:
    """Makes fingerprints: 16 hexadecimal digits over the values of some columns; absent values are left out.

    The row id is never part of it: a row keeps its fingerprint when it gets or loses its id. The part of each
    distinct value is worked out once.

    Args:
        keys: the columns that count, in order.
    """

    def __init__(self, keys: Iterable[str], template: Template) -> None:
        columns = [template.by_key[key] for key in keys if key != "row_id"]
        self._parts = [(column.key, _Parts(column)) for column in columns]

    def of(self, values: Mapping[str, Value]) -> str:
        """Return the fingerprint of a row."""
        return digest([parts[value] for key, parts in self._parts if (value := values.get(key)) is not None])


class _Parts(dict[Value, str]):
    """A column's part of a fingerprint by its value; free texts are forgotten before they fill the memory."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, value: Value) -> str:
        if len(self) >= _KEPT:
            self.clear()
        part = self[value] = said(self._column, value)
        return part


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
