"""How much text the reader would hold: it copies a shared text into every cell that names it.

A text of a million letters, named by a hundred thousand cells, is a small file and a hundred gigabytes.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from cluster4w.intake.opening.scan import SheetScan

#: Bytes of a cell's tag and of the tags around a text that stands in its cell, at the least.
_CELL, _INLINE = 18, 28
#: Bytes of the tags around a shared text, at the least.
_TAGS = 16
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
        """Bytes of each text; one entry of the whole size where they cannot be told apart."""
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
        return [end - start - _TAGS for start, end in zip(starts, ends, strict=True)]

    def volume(self, scan: SheetScan, pieces: Callable[[], Iterable[bytes]], enough: int) -> int:
        """Return how many letters of shared texts the cells of a sheet hold, at the most.

        The cells are looked at one by one only where all of them together could hold more than ``enough``.
        """
        most = scan.cells * max(self.lengths, default=0)
        if most <= enough:
            return most
        volume = 0
        for piece in _overlapping(pieces()):
            named = _NAMED.findall(piece)
            if _written_oddly(piece, len(named)):
                return most
            for number, times in Counter(named).items():
                at = int(number)
                volume += times * (self.lengths[at] if at < len(self.lengths) else 0)
        return volume


#: A cell that names a text, as spreadsheet programs write it.
_NAMED = re.compile(rb' t="s"[^<>]*><(?:\w+:)?v>(\d{1,9})</')
#: A kind of cell that is written in another way: the reader may see what the pattern above does not.
_ODD = re.compile(rb"""\st\s*=\s*(?:[^"\s]|"[^"]*[^"a-zA-Z])|[^ "a-z]t\s*=|\st(?:\s+=|=\s)""")
_ODD_NUMBER = re.compile(rb' t="s"[^<>]*>(?!<(?:\w+:)?v>\d{1,9}</|<(?:\w+:)?v/>|</)')


#: The other attributes of a sheet that end in t: kinds of cell and of formula, how rows look.
_USUAL = (
    *(b' t="%s"' % kind for kind in (b"n", b"str", b"inlineStr", b"b", b"e", b"shared", b"array")),
    b' ht="',
    b'Height="',
    b'Format="',
    b'Descent="',
)


def _written_oddly(piece: bytes, named: int) -> bool:
    shared = piece.count(b' t="s"')
    if piece.count(b"t=") != shared + sum(map(piece.count, _USUAL)) and _ODD.search(piece):
        return True
    return shared != named and bool(_ODD_NUMBER.search(piece))


def own_letters(scan: SheetScan) -> int:
    """Return how many letters stand in the cells of a sheet themselves, at the most."""
    return max(scan.size - _CELL * scan.cells - _INLINE * scan.inline, 0)


def _overlapping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces cut where a cell begins, as far as that is near."""
    rest = b""
    for piece in pieces:
        block = rest + piece
        cut = block.rfind(b"<c ", max(len(block) - 500, 0))
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
