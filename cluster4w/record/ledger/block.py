"""How lines of the ledger are packed into bytes and unpacked: a header in JSON, then column after column.

Texts are numbers into a list of the texts that occur, which the header holds. No more than
:data:`FULL` lines go into a block, so that 16 bits number them.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

#: Raised when the meaning of a line changes: ledgers made before are then made anew.
FORMAT = 1
#: Lines of a block at most.
FULL = 65_536
#: In the place of the digest of block 0, which is empty: the ledger is whole, and of the format that is read.
WHOLE = f"whole, format {FORMAT}"
#: In the place of a figure that a row does not say.
UNSAID = -(2**53)

Numbers = npt.NDArray[Any]
#: A text that a row says; of places the codes of region, cercle and commune together.
Said = Hashable


class Fact(NamedTuple):
    """What the figures need of one version that came or went.

    ``sign``: 1 it came, -1 it was superseded; ``at``: when, in microseconds since 1970.
    ``fresh``: 1 for an activity's first version. ``first_time``: 1, 0, or -1 where the row does not say.
    ``households`` and ``individuals``: what it says by its status (None: nothing): reached figures of a
    completed row; of another one its targeted figures, and the reached ones where it holds no target at all.
    ``place``: codes of region, cercle and commune. ``site``: its code, else its name.
    """

    version: int
    organisation: int
    at: int
    sign: int
    fresh: int
    first_time: int
    households: int | None
    individuals: int | None
    activity_type: str | None
    sub_sector: str | None
    status: str | None
    population_group: str | None
    modality: str | None
    period: str | None
    place: tuple[str | None, str | None, str | None]
    site: str | None
    partner: str | None


#: Columns of numbers as they are, and of numbers into a list of what occurs.
NUMBERS: dict[str, Any] = {
    "version": np.int64,
    "at": np.int64,
    "sign": np.int8,
    "fresh": np.int8,
    "first_time": np.int8,
    "households": np.int64,
    "individuals": np.int64,
}
CODED = tuple(name for name in Fact._fields if name not in NUMBERS)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines, column by column: ``codes`` are numbers into the lists of ``values``."""

    lines: int
    numbers: dict[str, Numbers]
    codes: dict[str, Numbers]
    values: dict[str, list[Said]]


def block_of(facts: Sequence[Sequence[Any]]) -> Block:
    """Return the block of some facts, in the order of :class:`Fact`; at most :data:`FULL` of them."""
    if len(facts) > FULL:
        raise ValueError(f"{len(facts)} lines are too many for one block")
    columns = list(zip(*facts, strict=True)) if facts else [()] * len(Fact._fields)
    given = dict(zip(Fact._fields, columns, strict=True))
    numbers, codes, values = {}, {}, {}
    for name, kind in NUMBERS.items():
        said: Iterable[Any] = given[name]
        if name in ("households", "individuals"):
            said = (UNSAID if number is None else number for number in said)
        numbers[name] = np.fromiter(said, kind, len(facts))
    for name in CODED:
        known: dict[Said, int] = {}
        found = (known.setdefault(value, len(known)) for value in given[name])
        codes[name] = np.fromiter(found, np.uint16, len(facts))
        values[name] = list(known)
    return Block(len(facts), numbers, codes, values)


def pack(block: Block) -> bytes:
    """Return the bytes of a block; the same lines give the same bytes."""
    head = json.dumps({"format": FORMAT, "lines": block.lines, "values": block.values}).encode()
    columns = [block.numbers[name] for name in NUMBERS] + [block.codes[name] for name in CODED]
    body = b"".join(column.astype(column.dtype.newbyteorder("<")).tobytes() for column in columns)
    # The lowest level: it halves what is stored, and takes no longer than to store what it saves.
    return zlib.compress(len(head).to_bytes(4, "big") + head + body, 1)


def unpack(content: bytes) -> Block:
    """Return the block of some bytes.

    Raises:
        ValueError: they are of another format, or broken.
    """
    try:
        whole = zlib.decompress(content)
        start = 4 + int.from_bytes(whole[:4], "big")
        head = json.loads(whole[4:start])
    except (zlib.error, ValueError) as error:
        raise ValueError("this is no block of a ledger") from error
    if head.get("format") != FORMAT:
        raise ValueError(f"a block of format {head.get('format')}, where {FORMAT} is read")
    count = head["lines"]
    kinds = NUMBERS | dict.fromkeys(CODED, np.uint16)
    columns: dict[str, Numbers] = {}
    for name, kind in kinds.items():
        little = np.dtype(kind).newbyteorder("<")
        columns[name] = np.frombuffer(whole, little, count, start).astype(kind, copy=False)
        start += count * little.itemsize
    values = head["values"]
    values["place"] = [tuple(codes) for codes in values["place"]]
    return Block(
        count, {name: columns[name] for name in NUMBERS}, {name: columns[name] for name in CODED}, values
    )


def digest_of(content: bytes) -> str:
    """Return what tells a block from every other one: 32 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()[:32]


def joined(blocks: Sequence[Block]) -> Block:
    """Return the lines of several blocks as one; together at most :data:`FULL`."""
    count = sum(block.lines for block in blocks)
    if count > FULL:
        raise ValueError(f"{count} lines are too many for one block")
    numbers = {name: np.concatenate([block.numbers[name] for block in blocks]) for name in NUMBERS}
    codes, values = {}, {}
    for name in CODED:
        known: dict[Said, int] = {}
        parts = []
        for block in blocks:
            numbered = [known.setdefault(value, len(known)) for value in block.values[name]]
            parts.append(np.array(numbered, np.uint16)[block.codes[name]])
        codes[name], values[name] = np.concatenate(parts), list(known)
    return Block(count, numbers, codes, values)
