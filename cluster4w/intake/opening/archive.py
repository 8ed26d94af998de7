"""The zip archive that a workbook is, of unknown make.

A reader that opens a hostile archive its own way may find other parts, or larger ones, than those that were
looked at. So every part is unpacked here, held to the size that the archive states, and what the reader gets
is a new archive of the parts that were named to it and nothing else.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

_PIECE = 1 << 21
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
#: 1 January 1980: no part of a new archive has a time of its own.
_DAY = 0x21


class Archive:
    """Parts by their path, whatever its case, slashes or a leading one."""

    def __init__(self, data: bytes) -> None:
        """Read the directory; raises ``zipfile.BadZipFile`` where two parts have one path."""
        self._data = memoryview(data)
        self.parts: dict[str, zipfile.ZipInfo] = {}
        for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
            path = part_path(info.filename)
            if path in self.parts:
                raise zipfile.BadZipFile("two parts of one path")
            self.parts[path] = info

    def __contains__(self, path: str) -> bool:
        return part_path(path) in self.parts

    def size(self, path: str) -> int:
        """Return the bytes of a part, unpacked."""
        return self.parts[part_path(path)].file_size

    def packed(self, path: str) -> memoryview:
        """Return a part as it lies in the archive."""
        info = self.parts[part_path(path)]
        head = self._data[info.header_offset : info.header_offset + _LOCAL.size]
        if len(head) < _LOCAL.size or bytes(head[:4]) != b"PK\x03\x04":
            raise zipfile.BadZipFile("no part where the directory says")
        *_, name, extra = _LOCAL.unpack(head)
        start = info.header_offset + _LOCAL.size + name + extra
        packed = self._data[start : start + info.compress_size]
        if len(packed) < info.compress_size or info.compress_type not in (0, 8):
            raise zipfile.BadZipFile("cut off, or packed in a way that no workbook is")
        return packed

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a part, unpacked, in pieces; raises ``BadZipFile`` where it is not of its stated size."""
        info, packed = self.parts[part_path(path)], self.packed(path)
        stored = info.compress_type == 0
        total = 0
        for piece in _cut(packed) if stored else _inflated(packed):
            total += len(piece)
            if total > info.file_size:
                break
            yield piece
        if total != info.file_size:
            raise zipfile.BadZipFile("a part is not of the size that the directory says")

    def read(self, path: str) -> bytes:
        """Return a part, unpacked."""
        return b"".join(self.pieces(path))

    def verify(self, path: str) -> None:
        """Unpack a part for nothing but its size."""
        for _ in self.pieces(path):
            pass


def part_path(name: str) -> str:
    """Return the one way of writing a part's path."""
    return name.replace("\\", "/").lstrip("/").lower()


def _cut(packed: memoryview) -> Iterator[bytes]:
    for at in range(0, len(packed), _PIECE):
        yield bytes(packed[at : at + _PIECE])


def _inflated(packed: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    while not unpacker.eof:
        piece = unpacker.decompress(rest, _PIECE)
        rest = unpacker.unconsumed_tail
        if not piece and not rest:
            break
        yield piece
    if not unpacker.eof:
        raise zipfile.BadZipFile("a part is cut off")


def packed_again(
    archive: Archive, kept: Iterable[tuple[str, str]], new: Iterable[tuple[str, bytes]]
) -> bytes:
    """Return an archive of some parts of another one, as they lie there, and of new ones.

    ``kept`` holds (path in the new archive, path in the old one), ``new`` (path, content).
    """
    out, directory, count = io.BytesIO(), io.BytesIO(), 0
    entries: list[tuple[str, int, int, int, bytes | memoryview]] = [
        (path, 0, zlib.crc32(content), len(content), content) for path, content in new
    ]
    for path, old in kept:
        info = archive.parts[part_path(old)]
        entries.append((path, info.compress_type, info.CRC, info.file_size, archive.packed(old)))
    for path, method, crc, size, packed in entries:
        name, at = path.encode(), out.tell()
        common = (20, 0, method, 0, _DAY, crc, len(packed), size, len(name), 0)
        out.write(_LOCAL.pack(b"PK\x03\x04", *common))
        out.write(name)
        out.write(packed)
        directory.write(_CENTRAL.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, at))
        directory.write(name)
        count += 1
    start, listed = out.tell(), directory.getvalue()
    out.write(listed)
    out.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), start, 0))
    return out.getvalue()


class Doctype(ValueError):
    """A document that declares something: no workbook does, and entities begin there."""


def walk(
    pieces: Iterable[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell the elements of a document and its text as they are written, prefixes included; no tree is made.

    Raises:
        Doctype: the document has a document type.
        expat.ExpatError: it is not well formed.
    """
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Doctype

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    for piece in pieces:
        parser.Parse(piece, False)
    parser.Parse(b"", True)
