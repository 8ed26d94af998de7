"""Excel 97-2003: a file system in a file, of which the reader gets the workbook's stream and nothing else.

The reader follows what the file says of itself: chains without end, streams of a terabyte, a cell in the
last row and column of each of forty sheets. Here the chains are followed with care, the cells are counted
(MS-CFB 2, MS-XLS 2.4), and a new file is made of the one stream.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from cluster4w.intake.opening.text_volume import old_lengths

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512


class Damaged(ValueError):
    """The file is not what it should be."""


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4])


class _Compound:
    """The streams of a compound file."""

    def __init__(self, data: bytes) -> None:
        if data[:8] != SIGNATURE or len(data) < _SECTOR:
            raise Damaged
        shift, mini_shift = struct.unpack_from("<2H", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise Damaged
        self._data, self._size = data, 1 << shift
        first, self._cutoff, mini_fat = struct.unpack_from("<L4xLL", data, 48)
        self._fat = _numbers(b"".join(self._sector(n) for n in self._fat_sectors()))
        self._mini_fat = _numbers(self._chain(mini_fat))
        self._entries = self._chain(first)
        root = self._entries[:128]
        if len(root) < 128:
            raise Damaged
        self._mini = self._chain(struct.unpack_from("<L", root, 116)[0])

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        if at >= len(self._data):
            raise Damaged
        return self._data[at : at + self._size].ljust(self._size, b"\0")

    def _fat_sectors(self) -> Iterator[int]:
        yield from (n for n in struct.unpack_from("<109L", self._data, 76) if n < _FAT - 1)
        following = struct.unpack_from("<L", self._data, 68)[0]
        for _ in range(len(self._data) // self._size):
            if following >= _FAT - 1:
                return
            *numbers, following = _numbers(self._sector(following))
            yield from (n for n in numbers if n < _FAT - 1)

    def _chain(self, number: int) -> bytes:
        return b"".join(self._sector(n) for n in self._links(number, self._fat))

    @staticmethod
    def _links(number: int, fat: tuple[int, ...]) -> Iterator[int]:
        # No chain is longer than the table: one that is goes round in circles.
        for _ in range(len(fat)):
            if number in (_END, _FREE):
                return
            if number >= len(fat):
                raise Damaged
            yield number
            number = fat[number]
        if number not in (_END, _FREE):
            raise Damaged

    def stream(self, *names: str) -> bytes:
        """Return the first stream that has one of these names."""
        wanted = {name.encode("utf-16-le") + b"\0\0" for name in names}
        for at in range(0, len(self._entries) - 127, 128):
            entry = self._entries[at : at + 128]
            length = int.from_bytes(entry[64:66], "little")
            if entry[:length] in wanted and entry[66] == 2:
                start, size = struct.unpack_from("<LL", entry, 116)
                if size >= self._cutoff:
                    return self._chain(start)[:size]
                return b"".join(self._mini[n * 64 : n * 64 + 64] for n in self._links(start, self._mini_fat))[
                    :size
                ]
        raise Damaged


def workbook_stream(data: bytes) -> bytes:
    """Return the workbook of an Excel 97-2003 file.

    Raises:
        Damaged: there is none, or the way to it is broken.
    """
    return _Compound(data).stream("Workbook", "Book", "WORKBOOK", "BOOK")


def alone(stream: bytes) -> bytes:
    """Return a file of nothing but this stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // _SECTOR)
    # Sectors: lists of table sectors beyond 109, the table, the directory, a mini stream, the stream.
    tables, lists = 0, range(0)
    while tables * 128 < len(lists) + tables + 2 + count:
        tables += 1
        lists = range(109, tables, 127)
    first = len(lists)
    directory = first + tables
    fat = [_FAT - 1] * len(lists) + [_FAT] * tables + [_END, _END]
    fat += [*range(directory + 3, directory + 2 + count), _END]
    fat += [_FREE] * (tables * 128 - len(fat))
    named = list(range(first, directory))
    head = bytearray(_SECTOR)
    head[:8] = SIGNATURE
    struct.pack_into("<5H", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into(
        "<9L", head, 40, 0, tables, directory, 0, 4096, _END, 0, 0 if lists else _END, len(lists)
    )
    struct.pack_into("<109L", head, 76, *(named[:109] + [_FREE] * (109 - min(tables, 109))))
    out = [bytes(head)]
    for number, start in enumerate(lists):
        following = number + 1 if number + 1 < len(lists) else _END
        listed = named[start : start + 127]
        out.append(struct.pack("<128L", *listed, *[_FREE] * (127 - len(listed)), following))
    out.append(struct.pack(f"<{len(fat)}L", *fat))
    out.append(
        _entry("Root Entry", 5, 1, directory + 1, _SECTOR)
        + _entry("Workbook", 2, _FREE, directory + 2, len(stream))
        + _entry("", 0, _FREE, 0, 0) * 2
    )
    out.append(b"\0" * _SECTOR)
    out.append(stream.ljust(count * _SECTOR, b"\0"))
    return b"".join(out)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    entry = text.ljust(64, b"\0") + struct.pack("<HBB3L", length, kind, 1, _FREE, _FREE, child)
    return (entry + b"\0" * 36 + struct.pack("<LQ", start, size)).ljust(128, b"\0")


#: Records of cells (MS-XLS 2.3): row and column come first in each. MULRK ends with its last column.
_CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00BD, 0x00D6})
_SHEET, _STRINGS, _EXTENT, _LAST, _MANY = 0x0085, 0x00FC, 0x0200, 0x000A, 0x00BD
_NAMED, _GOES_ON, _PASSWORD = 0x00FD, 0x003C, 0x002F


class Encrypted(ValueError):
    """The workbook asks for a password."""


@dataclass
class Extent:
    """How many cells the rectangles of all sheets hold, and letters: the reader makes all of them at once."""

    cells: int = 0
    text: int = 0


def extent(stream: bytes) -> Extent:
    """Return what the sheets of a workbook unfold to.

    Raises:
        Encrypted: it asks for a password.
        Damaged: sheets lie in each other, or something states a size that no file has.
    """
    starts = []
    shared: list[bytes] = []
    last = 0
    for kind, at, length in _records(stream, 0):
        if kind == _PASSWORD:
            raise Encrypted
        if kind == _STRINGS or (kind == _GOES_ON and last == _STRINGS):
            shared.append(stream[at : at + length])
        last = _STRINGS if kind == _GOES_ON and last == _STRINGS else kind
        if kind == _SHEET and length >= 4:
            starts.append(struct.unpack_from("<L", stream, at)[0])
        elif kind == _STRINGS and length >= 8 and struct.unpack_from("<L", stream, at + 4)[0] > len(stream):
            raise Damaged
    starts.sort()
    try:
        lengths = old_lengths(shared)
    except (ValueError, struct.error):
        # The reader may get farther than we do: then any text may be as long as all of them.
        lengths = [sum(map(len, shared)) * 2]
    found = Extent(text=len(stream))
    for start, end in pairwise([*starts, len(stream)]):
        _add(found, stream, start, end, lengths)
    return found


def _add(found: Extent, stream: bytes, start: int, end: int, lengths: list[int]) -> None:
    rows = columns = 0
    longest = max(lengths, default=0)
    for kind, at, length in _records(stream, start):
        if at > end:
            raise Damaged
        if kind == _EXTENT and length >= 10:
            ends = struct.unpack_from("<LLHH" if length >= 14 else "<HHHH", stream, at)
            # One that ends before it begins makes the reader ask for all memory.
            if not ends[0] <= ends[1] <= 65536 or not ends[2] <= ends[3] <= 256:
                raise Damaged
        elif kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", stream, at)
            if kind == _MANY:
                column = max(column, struct.unpack_from("<H", stream, at + length - 2)[0])
            if column > 255:
                raise Damaged
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if kind == _NAMED and length >= 10:
                number = struct.unpack_from("<L", stream, at + 6)[0]
                found.text += lengths[number] if number < len(lengths) else longest
    found.cells += rows * columns


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and length of the records of a substream, up to its end."""
    header = struct.Struct("<HH")
    while at + 4 <= len(stream):
        kind, length = header.unpack_from(stream, at)
        at += 4
        if kind == _LAST:
            return
        if at + length > len(stream):
            raise Damaged
        yield kind, at, length
        at += length
