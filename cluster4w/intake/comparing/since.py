"""What changed since the last file that an organisation sent for the same months."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.comparing.compare import IDENTITY

#: Rows that the report names, of each sort.
NAMED = 200
#: At the same place of the sheet, a row with this share of equal cells is the same row.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file as its check read it; ``values`` are JSON, ``errors`` the (code, key) of its errors."""

    sheet: str
    number: int
    organisation_id: int | None
    values: Mapping[str, Any]
    errors: tuple[tuple[str, str], ...] = ()


@dataclass
class Since:
    """The rows of two files matched: which were added and removed, and which cells changed.

    ``mended`` and ``left``: errors of the earlier file that the later one has no more, and has still;
    ``dropped``: errors that went with their rows.
    """

    added: list[FileRow] = field(default_factory=list)
    removed: list[FileRow] = field(default_factory=list)
    #: (row before, row now, keys that differ)
    changed: list[tuple[FileRow, FileRow, list[str]]] = field(default_factory=list)
    unchanged: int = 0
    mended: int = 0
    left: int = 0
    dropped: int = 0


def compare_files(
    before: Sequence[FileRow], now: Sequence[FileRow], keys_now: Mapping[str, Iterable[str]]
) -> Since:
    """Match the rows of two files, each at most once, and say what changed.

    Rows are the same by their row id, else by all they say, else where one row on each side is the same
    activity, else at the same place of the sheet when half of what they say is equal. ``keys_now``: the
    columns of each sheet of the later file, the only ones in which a cell can have changed.
    """
    old, new = list(before), list(now)
    pairs: list[tuple[FileRow, FileRow]] = []
    for name, once in ((_row_id, True), (_content, False), (_identity, True), (_place, True)):
        old, new = _pair(old, new, name, pairs, once=once)
    known = {sheet: set(keys) for sheet, keys in keys_now.items()}
    since = Since(added=new, removed=old)
    for row in old:
        since.dropped += len(row.errors)
    for earlier, later in pairs:
        keys = []
        if earlier.values != later.values:
            shown = known.get(later.sheet, ())
            said = dict.fromkeys((*earlier.values, *later.values))
            keys = [k for k in said if k in shown and earlier.values.get(k) != later.values.get(k)]
        if keys:
            since.changed.append((earlier, later, keys))
        else:
            since.unchanged += 1
        if earlier.errors:
            kept = sum((Counter(earlier.errors) & Counter(later.errors)).values())
            since.left += kept
            since.mended += len(earlier.errors) - kept
    since.changed.sort(key=lambda pair: (pair[1].sheet, pair[1].number))
    return since


def _pair(
    old: list[FileRow],
    new: list[FileRow],
    name: Callable[[FileRow], Any],
    pairs: list[tuple[FileRow, FileRow]],
    *,
    once: bool,
) -> tuple[list[FileRow], list[FileRow]]:
    """Pair rows with equal names, in order; with ``once`` only names that one row on each side has."""
    waiting: dict[Any, list[FileRow]] = {}
    for row in old:
        if (named := name(row)) is not None:
            waiting.setdefault(named, []).append(row)
    many = Counter(named for row in new if (named := name(row)) is not None) if once else None
    taken: set[int] = set()
    left = []
    for row in new:
        named = name(row)
        candidates = waiting.get(named, []) if named is not None else []
        unique = many is None or (many[named] == 1 and len(candidates) == 1)
        if candidates and unique and (name is not _place or _alike(candidates[0], row)):
            earlier = candidates.pop(0)
            taken.add(id(earlier))
            pairs.append((earlier, row))
        else:
            left.append(row)
    return [row for row in old if id(row) not in taken], left


def _row_id(row: FileRow) -> Any:
    return row.values.get("row_id")


def _content(row: FileRow) -> Any:
    said = row.values
    if "row_id" in said:
        said = {k: v for k, v in said.items() if k != "row_id"}
    try:
        return (row.organisation_id, frozenset(said.items()))
    except TypeError:
        # A list of choices has no hash.
        return (row.organisation_id, json.dumps(said, sort_keys=True))


def _identity(row: FileRow) -> Any:
    return (row.organisation_id, *(str(row.values.get(k)) for k in IDENTITY))


def _place(row: FileRow) -> Any:
    return (row.sheet, row.number)


def _alike(one: FileRow, other: FileRow) -> bool:
    keys = {*one.values, *other.values}
    equal = [k for k in keys if one.values.get(k) == other.values.get(k)]
    return len(equal) >= ALIKE * len(keys)


def as_report(since: Since, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the submission keeps: counts, and the first rows of each sort.

    ``earlier``: what names the file before: its submission's number, its name, when it was sent.
    """
    return {
        **earlier,
        "added": len(since.added),
        "removed": len(since.removed),
        "changed": len(since.changed),
        "unchanged": since.unchanged,
        "mended": since.mended,
        "left": since.left,
        "dropped": since.dropped,
        "rows_added": [_row(r) for r in since.added[:NAMED]],
        "rows_removed": [{**_row(r), "values": dict(r.values)} for r in since.removed[:NAMED]],
        "rows_changed": [
            {
                **_row(now),
                "before": {k: before.values.get(k) for k in keys},
                "after": {k: now.values.get(k) for k in keys},
            }
            for before, now, keys in since.changed[:NAMED]
        ],
    }


def _row(row: FileRow) -> dict[str, Any]:
    return {"sheet": row.sheet, "number": row.number}
