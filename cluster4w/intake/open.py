"""Opening a file of unknown make: what it is, whether it is safe to read, and its sheets.

The content decides, never the extension. Limits are checked before any work, and every way in which a file
can be unusable is a :class:`Refusal` in words.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.etree.ElementTree import Element

import defusedxml.ElementTree
import python_calamine
from defusedxml.common import DefusedXmlException

from cluster4w.intake.delimited import read_delimited
from cluster4w.intake.scan import SheetScan, ods_cells, scan_binary_sheet, scan_sheet
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: A cell as the reader gives it: text, float, bool, date, datetime, time, timedelta; "" when empty.
Cell = Any
Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold."""

    size: int = 64 << 20
    unpacked: int = 1 << 30
    #: Unpacked bytes per packed byte, for parts above a megabyte; honest workbooks stay below 60.
    ratio: int = 250
    sheets: int = 250
    rows: int = 500_000
    columns: int = 1_000
    #: Rows x columns that the reader would hold.
    cells: int = 60_000_000


LIMITS = Limits()


@dataclass
class Sheet:
    """A sheet that was not read yet. ``rows()`` yields every row from row 1, blank ones included."""

    name: str
    visible: bool
    rows: Callable[[], Iterator[Row]]
    #: Looks at the raw sheet once; call it before ``rows``.
    scan: Callable[[], SheetScan] = field(default=SheetScan)


@dataclass
class Workbook:
    """An opened file: its kind (``xlsx``, ``xlsb``, ``xls``, ``ods`` or ``csv``) and its sheets."""

    kind: str
    sheets: list[Sheet]


def refuse(code: str, message: str, /, **params: Any) -> NoReturn:
    """Raise a refusal of a file."""
    raise Refusal(code, message, **params)


def open_workbook(data: bytes, *, limits: Limits = LIMITS) -> Workbook:
    """Return the workbook that ``data`` holds.

    Raises:
        Refusal: the file is empty, too large, encrypted, damaged, or no spreadsheet at all.
    """
    if not data:
        refuse("file.empty", N_("The file is empty. Save the workbook again and send that file."))
    if len(data) > limits.size:
        refuse(
            "file.too_large",
            N_("The file has %(size)s MB; the limit is %(limit)s MB. Delete the sheets that are not needed."),
            size=len(data) >> 20,
            limit=limits.size >> 20,
        )
    if data[:4] == b"PK\x03\x04":
        return _open_zip(data, limits)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in data:
            _refuse_encrypted()
        return _open_calamine(data, "xls", limits)
    if kind := _foreign_kind(data):
        refuse(
            "file.not_a_spreadsheet",
            N_("This file is %(kind)s, whatever its name says. Send an Excel, OpenDocument or CSV file."),
            kind=kind,
        )
    rows = read_delimited(data, limits.rows, limits.columns)
    return Workbook("csv", [Sheet("", True, lambda: iter(rows))])


def _foreign_kind(data: bytes) -> str:
    signatures = (
        (b"\x89PNG", N_("a PNG picture")),
        (b"\xff\xd8\xff", N_("a JPEG picture")),
        (b"GIF8", N_("a GIF picture")),
        (b"%PDF", N_("a PDF document")),
        (b"Rar!", N_("a RAR archive")),
        (b"7z\xbc\xaf", N_("a 7-Zip archive")),
        (b"\x1f\x8b", N_("a gzip archive")),
        (b"PK\x05\x06", N_("an empty zip archive")),
        (b"{\\rtf", N_("a text document")),
    )
    for signature, kind in signatures:
        if data.startswith(signature):
            return kind
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return N_("a web page")
    if start.startswith((b"<?xml", b"<!doctype", b"<!entity")):
        return N_("an XML document")
    return ""


def _refuse_encrypted() -> NoReturn:
    refuse(
        "file.encrypted",
        N_("The file is protected by a password to open it. Save it without the password and send it again."),
    )


def _refuse_damaged() -> NoReturn:
    refuse(
        "file.damaged",
        N_(
            "The file is damaged or was not sent completely. Open it, save it under a new name and send that."
        ),
    )


def _open_zip(data: bytes, limits: Limits) -> Workbook:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = {info.filename.lstrip("/"): info for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        _refuse_damaged()
    total = 0
    for info in parts.values():
        total += info.file_size
        steep = info.file_size > 1 << 20 and info.file_size > limits.ratio * max(info.compress_size, 1)
        if steep or total > limits.unpacked:
            refuse(
                "file.unpacks_too_large",
                N_("The file unpacks to far more than a workbook holds. Copy the table into a new workbook."),
            )
        if info.flag_bits & 1:
            _refuse_encrypted()
    if "xl/workbook.bin" in parts:
        return _open_calamine(data, "xlsb", limits, archive)
    if any(name.startswith("xl/") for name in parts):
        return _open_calamine(data, "xlsx", limits, archive)
    if "content.xml" in parts and "mimetype" in parts:
        return _open_ods(data, archive, limits)
    refuse(
        "file.not_a_spreadsheet",
        N_("This file is %(kind)s, whatever its name says. Send an Excel, OpenDocument or CSV file."),
        kind=N_("a zip archive without a workbook"),
    )


def _open_ods(data: bytes, archive: zipfile.ZipFile, limits: Limits) -> Workbook:
    with guarded():
        content = archive.read("content.xml")
        if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
            _refuse_damaged()
        if b"manifest:encryption-data" in (
            archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
        ):
            _refuse_encrypted()
        if ods_cells(content) > limits.cells:
            _refuse_stray("")
    return _open_calamine(data, "ods", limits)


def _refuse_stray(cell: str) -> NoReturn:
    refuse(
        "file.stray_cell",
        N_(
            "Something stands far away from the table (cell %(cell)s). Delete the rows below and the columns"
            " right of the table, save and send the file again."
        ),
        cell=cell or "?",
    )


class guarded:  # noqa: N801 - reads like the with-statement it is made for
    """Turn whatever a reader raises on a hostile file, a panic of the Rust part included, into a refusal."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None or isinstance(error, (Refusal, KeyboardInterrupt, SystemExit, GeneratorExit)):
            return
        if isinstance(error, python_calamine.PasswordError):
            _refuse_encrypted()
        _refuse_damaged()


def _open_calamine(
    data: bytes, kind: str, limits: Limits, archive: zipfile.ZipFile | None = None
) -> Workbook:
    with guarded():
        parts = _sheet_parts(archive) if archive and kind == "xlsx" else {}
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        described = [
            m for m in book.sheets_metadata if m.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]  # fmt: skip
    if len(described) > limits.sheets:
        refuse(
            "file.too_many_sheets",
            N_("The workbook has %(count)s sheets; the limit is %(limit)s. Send only the sheets of the 4W."),
            count=len(described),
            limit=limits.sheets,
        )
    binary = _binary_parts(archive) if archive and kind == "xlsb" else {}
    sheets = []
    scans: dict[str, SheetScan] = {}
    parsed: dict[str, python_calamine.CalamineSheet] = {}
    for meta in described:
        visible = meta.visible == python_calamine.SheetVisibleEnum.Visible

        def scan(name: str = meta.name) -> SheetScan:
            if name not in scans:
                scans[name] = SheetScan()
                with guarded():
                    if archive is not None and name in parts:
                        scans[name] = scan_sheet(archive, parts[name], limits.columns)
                    elif archive is not None and name in binary:
                        scans[name] = scan_binary_sheet(archive.read(binary[name]))
            return scans[name]

        def rows(name: str = meta.name, look: Callable[[], SheetScan] = scan) -> Iterator[Row]:
            # The reader aborts the whole process on a far cell: never without a look at the sheet first.
            seen = look()
            if is_stray(seen, limits):
                _refuse_stray(seen.far_cell)
            return _rows(book, name, limits, parsed)

        sheets.append(Sheet(meta.name, visible, rows, scan))
    return Workbook(kind, sheets)


def is_stray(scan: SheetScan, limits: Limits = LIMITS) -> bool:
    """Tell whether a sheet reaches farther than a table does."""
    return scan.columns > limits.columns or scan.rows * max(scan.columns, 1) > limits.cells


def _rows(
    book: python_calamine.CalamineWorkbook,
    name: str,
    limits: Limits,
    parsed: dict[str, python_calamine.CalamineSheet],
) -> Iterator[Row]:
    with guarded():
        # A sheet is looked at twice, for its first rows and for all; it is parsed once, then let go.
        sheet = parsed.pop(name, None)
        if sheet is None:
            sheet = parsed[name] = book.get_sheet_by_name(name)
        if sheet.end is None:
            return
        count = sheet.end[0] + 1
        if count > limits.rows:
            refuse(
                "file.too_many_rows",
                N_("The sheet “%(sheet)s” has %(count)s rows; the limit is %(limit)s."),
                sheet=name,
                count=count,
                limit=limits.rows,
            )
        yield from sheet.iter_rows()


_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def _parsed(archive: zipfile.ZipFile, part: str) -> Element:
    if archive.getinfo(part).file_size > 16 << 20:
        _refuse_damaged()
    try:
        return defusedxml.ElementTree.fromstring(archive.read(part), forbid_dtd=True)
    except DefusedXmlException:
        _refuse_damaged()


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name to the path of its XML part."""
    targets = _targets(archive, "xl/_rels/workbook.xml.rels")
    found = {}
    for element in _parsed(archive, "xl/workbook.xml").iter():
        if element.tag.rpartition("}")[2] == "sheet":
            relation = element.get(_RELATION) or element.get(_STRICT_RELATION) or ""
            if relation in targets:
                found[element.get("name") or ""] = targets[relation]
    return found


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    targets = {}
    names = set(archive.namelist())
    for element in _parsed(archive, part).iter():
        target = element.get("Target") or ""
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in names:
            targets[element.get("Id") or ""] = path
    return targets


def _binary_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name to part for xlsb: BrtBundleSh records (156) of workbook.bin."""
    with guarded():
        targets = _targets(archive, "xl/_rels/workbook.bin.rels")
        data, found, at = archive.read("xl/workbook.bin"), {}, 0
        # Each record names the relation and the sheet as length-prefixed UTF-16 texts.
        for relation, part in targets.items():
            mark = len(relation).to_bytes(4, "little") + relation.encode("utf-16-le")
            at = data.find(mark)
            if at < 0 or "worksheets" not in part:
                continue
            at += len(mark)
            length = int.from_bytes(data[at : at + 4], "little")
            found[data[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace")] = part
        return found
    return {}
