"""A package with some of its parts changed: all others keep even the bytes in which they are packed."""

from __future__ import annotations

import posixpath
import struct
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

from cluster4w.intake.opening.archive import Archive, part_path
from cluster4w.publish.annotated.xml_patch import in_bytes
from cluster4w.publish.workbooks.package import COMPRESSION

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
#: 1 January 1980: no part of ours has a time of its own.
_DAY = 0x21
#: The names of parts are written in UTF-8.
_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class _Entry:
    path: str
    method: int
    crc: int
    size: int
    packed: bytes | memoryview


class Package:
    """The parts of a workbook, by their paths in any case."""

    def __init__(self, data: bytes) -> None:
        """Read the directory; raises what :class:`cluster4w.intake.opening.archive.Archive` raises."""
        self.archive = Archive(data)
        self._new: dict[str, _Entry] = {}

    def __contains__(self, path: str) -> bool:
        return part_path(path) in self._new or path in self.archive

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a part of the sender's, its markup in ASCII."""
        return in_bytes(self.archive.pieces(path))

    def read(self, path: str) -> bytes:
        """Return a part of the sender's, its markup in ASCII."""
        return b"".join(self.pieces(path))

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a part in the place of the one with this path, or as a new one."""
        packer = zlib.compressobj(COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed: list[bytes] = []
        size = crc = 0

        def pack(piece: bytes) -> None:
            nonlocal size, crc
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            packed.append(packer.compress(piece))

        with ThreadPoolExecutor(1) as compressor:
            # Compressing leaves the interpreter free, so a piece is compressed while the next one is made.
            last: Future[None] | None = None
            for piece in pieces:
                if last is not None:
                    last.result()
                last = compressor.submit(pack, piece)
            if last is not None:
                last.result()
        packed.append(packer.flush())
        known = self.archive.parts.get(part_path(path))
        name = known.filename if known else path
        self._new[part_path(path)] = _Entry(name, zlib.DEFLATED, crc, size, b"".join(packed))

    def free_path(self, stem: str, form: str) -> str:
        """Return a path that no part has: ``xl/comments1.xml``, ``xl/comments2.xml``..."""
        number = 1
        while f"{stem}{number}.{form}" in self:
            number += 1
        return f"{stem}{number}.{form}"

    def write(self, out: BinaryIO) -> None:
        """Write the package: the sender's parts in their order, then the new ones."""
        listed = bytearray()
        at = count = 0
        for entry in self._entries():
            name = entry.path.encode()
            common = (
                20,
                _UTF8,
                entry.method,
                0,
                _DAY,
                entry.crc,
                len(entry.packed),
                entry.size,
                len(name),
                0,
            )
            out.write(_LOCAL.pack(b"PK\x03\x04", *common) + name)
            out.write(entry.packed)
            listed += _CENTRAL.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, at) + name
            at += _LOCAL.size + len(name) + len(entry.packed)
            count += 1
        out.write(listed)
        out.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), at, 0))

    def _entries(self) -> Iterator[_Entry]:
        for path, info in self.archive.parts.items():
            if path in self._new:
                yield self._new[path]
            else:
                name = info.filename.replace("\\", "/").lstrip("/")
                packed = self.archive.packed(path)
                yield _Entry(name, info.compress_type, info.CRC, info.file_size, packed)
        for path, entry in self._new.items():
            if path not in self.archive.parts:
                yield entry


def relations_path(path: str) -> str:
    """Return the path of the part that names what a part refers to."""
    folder, name = posixpath.split(path)
    return f"{folder}/_rels/{name}.rels"


def target_path(path: str, target: str) -> str:
    """Return the path of a part that another one refers to."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
