"""A row's fingerprint: equal for two rows that say the same in the same columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value, to_json


def fingerprint(values: Mapping[str, Value], keys: Iterable[str], template: Template) -> str:
    """Return 16 hexadecimal digits over the values of ``keys``, in that order; absent values are left out.

    The row id is never part of it: a row keeps its fingerprint when it gets or loses its id.
    """
    by_key = template.by_key
    said = [
        [key, to_json(by_key[key].kind, value)]
        for key in keys
        if key != "row_id" and (value := values.get(key)) is not None
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
