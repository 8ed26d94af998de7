"""The one way to touch a workbook: rows are streamed into its sheets, everything else stays as it is."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from posixpath import join, normpath
from typing import BinaryIO

from defusedxml import ElementTree

#: Fast and small enough for many rows: level 1 is half again as quick as level 6 and a third larger.
COMPRESSION = 1
#: For everything else, and for sheets of so few rows: templates travel over bad links.
SMALLEST, FEW_ROWS = 9, 5_000
#: Bytes of XML that a row of 45 cells takes at most; it decides whether a part needs the large zip format,
#: which some readers refuse where it is not needed.
ROW_BYTES = 3_000

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_END = b"</sheetData>"
_EMPTY = re.compile(rb"<sheetData\s*/>")
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"\s*/>')


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Rows for one sheet: pieces of XML, each of one or more whole ``<row>`` elements, in ascending order."""

    pieces: Iterable[str]
    #: How many rows come, for the zip format.
    count: int
    #: The used range, for example ``A1:AR503``.
    extent: str


class NoSuchSheet(KeyError):
    """The package has no sheet of that name."""


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name to the path of its part, in the workbook's order."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    }
    found = {}
    for sheet in ElementTree.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = targets[sheet.get(_RELATION, "")]
        path = target.lstrip("/") if target[0] == "/" else normpath(join("xl", target))
        found[sheet.get("name", "")] = path
    return found


def fill(shell: bytes, out: BinaryIO, rows: Mapping[str, SheetRows]) -> None:
    """Write ``shell`` to ``out`` with rows appended to the sheets named in ``rows``.

    Parts are written in the shell's order, so the rows of an earlier sheet are used up before those of a
    later one are asked for. Every other part keeps its bytes.

    Raises:
        NoSuchSheet: ``rows`` names a sheet that the shell does not have. Nothing is written then.
    """
    with zipfile.ZipFile(BytesIO(shell)) as source:
        parts = sheet_parts(source)
        if missing := [name for name in rows if name not in parts]:
            raise NoSuchSheet(missing[0])
        wanted = {parts[name]: content for name, content in rows.items()}
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as target:
            for entry in source.infolist():
                content = source.read(entry)
                if entry.filename in wanted:
                    _stream(target, entry, content, wanted[entry.filename])
                else:
                    target.writestr(_same(entry, SMALLEST), content)


def _same(entry: zipfile.ZipInfo, level: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(entry.filename, entry.date_time)
    info.compress_type = zipfile.ZIP_DEFLATED
    # The public name of this attribute came with Python 3.13; without it the level would be 6.
    info._compresslevel = level  # type: ignore[attr-defined]
    return info


def _stream(target: zipfile.ZipFile, entry: zipfile.ZipInfo, shell: bytes, rows: SheetRows) -> None:
    shell = _DIMENSION.sub(b'<dimension ref="%s"/>' % rows.extent.encode(), shell, count=1)
    if (empty := _EMPTY.search(shell)) is not None:
        before, after = shell[: empty.start()] + b"<sheetData>", _END + shell[empty.end() :]
    else:
        place = shell.index(_END)
        before, after = shell[:place], shell[place:]
    info = _same(entry, SMALLEST if rows.count <= FEW_ROWS else COMPRESSION)
    info.file_size = rows.count * ROW_BYTES
    with target.open(info, "w") as part, ThreadPoolExecutor(1) as compressor:
        part.write(before)
        # Compressing leaves the interpreter free, so a piece is compressed while the next one is made.
        compressed: Future[int] | None = None
        for piece in rows.pieces:
            if compressed is not None:
                compressed.result()
            compressed = compressor.submit(part.write, piece.encode())
        if compressed is not None:
            compressed.result()
        part.write(after)
