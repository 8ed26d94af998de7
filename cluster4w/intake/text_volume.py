"""How much text the reader would hold: it copies a shared text into every cell that names it.

A text of a million letters, named by a hundred thousand cells, is a small file and a hundred gigabytes.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from cluster4w.intake.scan import SheetScan

#: Bytes of a cell's tag and of the tags around a text that stands in its cell, at the least.
_CELL, _INLINE = 18, 28
_ITEM = re.compile(rb"<(?:\w+:)?si[\s>/]")
#: The number of texts that the part states; the other count, of the cells that name one, may well be larger.
_COUNT = re.compile(rb"""uniqueCount\s*=\s*["']([^"']{0,400})["']""")


class SharedTexts:
    """The texts that the cells of an xlsx name by their number."""

    def __init__(self, size: int, pieces: Callable[[], Iterable[bytes]]) -> None:
        self._size, self._pieces = size, pieces

    def require_honest(self) -> None:
        """Raise ValueError where the part states more texts than it has bytes for."""
        rest = b""
        for piece in self._pieces():
            if b"\0" in piece:
                raise ValueError("shared texts in an encoding that no spreadsheet program writes")
            for found in _COUNT.finditer(rest + piece):
                said = found[1].strip()
                if b"&" in said or (said.isdigit() and int(said) > self._size):
                    raise ValueError("a count of texts that cannot be")
            rest = piece[-500:]

    @cached_property
    def lengths(self) -> list[int]:
        """Bytes of each text with its tags; one entry of the whole size where they cannot be told apart."""
        starts: list[int] = []
        at, rest = 0, b""
        for piece in self._pieces():
            if b"<!" in piece:
                return [self._size]
            block = rest + piece
            starts += (at + found.start() for found in _ITEM.finditer(block))
            # What may be the beginning of a tag is looked at again with the next piece.
            cut = block.rfind(b"<", max(len(block) - 80, 0))
            cut = len(block) if cut < 0 or _ITEM.match(block, cut) else cut
            at, rest = at + cut, block[cut:]
        ends = [*starts[1:], self._size] if starts else []
        return [end - start for start, end in zip(starts, ends, strict=True)]

    def volume(self, scan: SheetScan, pieces: Callable[[], Iterable[bytes]], enough: int) -> int:
        """Return how many letters the cells of a sheet hold, at the most; looks closer where it may be too many.

        Texts that would not pass half of ``enough`` if every cell named one are not counted one by one.
        """
        own = max(scan.size - _CELL * scan.cells - _INLINE * scan.inline, 0)
        lengths = self.lengths
        if not lengths or scan.cells * max(lengths) + own <= enough:
            return own
        half = max(enough - own, 0) // 2
        usual = half // max(scan.cells, 1)
        long = [number for number, length in enumerate(lengths) if length > usual]
        if len(lengths) == 1 or len(long) > _MOST_LONG:
            return own + scan.cells * max(lengths)
        named = b"|".join(b"%d" % number for number in long)
        pattern = re.compile(rb"<(?:\w+:)?v\b[^<>]*>\s*(?:\+?0*(" + named + rb")\s*<|[\s\d+]*&)")
        volume = own + half
        for piece in _overlapping(pieces()):
            for found in pattern.finditer(piece):
                volume += lengths[int(found[1])] if found[1] else max(lengths)
        return volume


#: Long texts among which the ones of a sheet are looked for.
_MOST_LONG = 20_000


def _overlapping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces cut where a tag begins."""
    rest = b""
    for piece in pieces:
        block = rest + piece
        cut = block.rfind(b"<v", max(len(block) - 200, 0))
        cut = len(block) if cut < 0 else cut
        yield block[:cut]
        rest = block[cut:]
    yield rest


def binary_lengths(data: bytes) -> list[int]:
    """Return the letters of each shared text of an xlsb (records BrtSSTItem of MS-XLSB 2.4)."""
    lengths: list[int] = []
    at = 0
    while at < len(data):
        kind, at = data[at], at + 1
        if kind & 0x80 and at < len(data):
            kind, at = (kind & 0x7F) | ((data[at] & 0x7F) << 7), at + 1
        length = shift = 0
        while at < len(data) and shift < 28:
            byte, at = data[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind == 19:
            lengths.append(length // 2)
        elif kind == 159 and max(struct.unpack_from("<LL", data + bytes(8), at)) > len(data):
            raise ValueError("a count of texts that cannot be")
        at += length
    return lengths


def old_lengths(blocks: Sequence[bytes]) -> list[int]:
    """Return the bytes of each shared text of an Excel 97-2003 file.

    ``blocks``: the SST record and those that go on with it.

    Raises ``ValueError`` or ``struct.error`` where a text does not end within them.
    """
    lengths: list[int] = []
    block, at = 0, 8
    while block < len(blocks):
        if at >= len(blocks[block]):
            block, at = block + 1, at - len(blocks[block])
            if block >= len(blocks) or at:
                break
            continue
        left, flags = struct.unpack_from("<HB", blocks[block], at)
        at += 3
        extra = 0
        if flags & 8:
            extra += 4 * struct.unpack_from("<H", blocks[block], at)[0]
            at += 2
        if flags & 4:
            extra += struct.unpack_from("<L", blocks[block], at)[0]
            at += 4
        lengths.append(left * 2 + 2)
        wide = flags & 1
        while left:
            room = (len(blocks[block]) - at) >> wide
            taken = min(left, room)
            left, at = left - taken, at + (taken << wide)
            if left:
                block += 1
                if block >= len(blocks):
                    raise ValueError("a text that does not end")
                # A text that goes on says anew whether its letters are wide.
                wide, at = blocks[block][0] & 1 if blocks[block] else 0, 1
        while extra:
            room = len(blocks[block]) - at
            taken = min(extra, room)
            extra, at = extra - taken, at + taken
            if extra:
                block, at = block + 1, 0
                if block >= len(blocks):
                    raise ValueError("a text that does not end")
    return lengths
