"""Numbers and months as an address or a form gives them; nonsense is None, never an error."""

from __future__ import annotations

import re

#: Keys of the record and numbers of pages stay below this: the databases refuse larger ones.
LARGEST = 2**31 - 1
#: ``2016-05``; a year that a calendar knows, in plain digits.
MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_DIGITS = re.compile(r"[0-9]{1,10}")


def whole(text: str | None) -> int | None:
    """Return a whole number from 0 to :data:`LARGEST`; None for anything else."""
    if not text or not _DIGITS.fullmatch(text):
        return None
    number = int(text)
    return number if number <= LARGEST else None
