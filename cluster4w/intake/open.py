"""Opening a file of unknown make: what it is, whether it is safe to read, and its sheets.

The content decides, never the extension. Limits are checked before any work, and every way in which a file
can be unusable is a :class:`Refusal` in words.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

import python_calamine

from cluster4w.intake.opening import old_excel, xlsx_parts
from cluster4w.intake.opening.archive import Archive, packed_again, part_path
from cluster4w.intake.opening.delimited import no_spreadsheet, read_delimited
from cluster4w.intake.opening.scan import SheetScan, scan_sheet
from cluster4w.intake.opening.scan_other import MOST_MERGED, ods_extent, scan_binary_sheet
from cluster4w.intake.opening.text_volume import SharedTexts, binary_lengths, own_letters
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: A cell as the reader gives it: text, float, bool, date, datetime, time, timedelta; "" when empty.
Cell = Any
Row = list[Cell]
#: A merged block: row and column of its first and of its last cell, counted from 0.
Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold."""

    size: int = 64 << 20
    unpacked: int = 400 << 20
    #: Unpacked bytes per packed byte, for parts above a megabyte; honest workbooks stay below 60.
    ratio: int = 250
    sheets: int = 250
    rows: int = 500_000
    columns: int = 1_000
    #: Rows x columns that the reader would hold, 32 bytes each; a part that is large has more of its own.
    cells: int = 8_000_000
    bytes_per_cell: int = 8
    #: Letters in the cells of a sheet, and as many again of shared texts, each once per cell that names it.
    text: int = 120_000_000

    def cells_of(self, size: int) -> int:
        """Return the cells that a sheet of so many bytes may unfold to."""
        return self.cells + size // self.bytes_per_cell


LIMITS = Limits()


@dataclass
class Sheet:
    """A sheet that was not read yet. ``rows()`` yields every row from row 1, blank ones included."""

    name: str
    visible: bool
    rows: Callable[[], Iterator[Row]]
    #: Looks at the raw sheet once; call it before ``rows``.
    scan: Callable[[], SheetScan] = field(default=SheetScan)
    #: The merged blocks, once ``rows`` was read from.
    merged: Callable[[], Sequence[Merge]] = tuple


@dataclass
class Workbook:
    """An opened file: its kind (``xlsx``, ``xlsb``, ``xls``, ``ods`` or ``csv``) and its sheets."""

    kind: str
    sheets: list[Sheet]
    #: In which a text file was read that does not say its encoding; "" for one that does.
    guessed: str = ""


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
    if data[:8] == old_excel.SIGNATURE:
        return _open_old(data, limits)
    if kind := _foreign_kind(data):
        raise no_spreadsheet(kind)
    rows, guessed = read_delimited(data, limits.rows, limits.columns)
    return Workbook("csv", [Sheet("", True, lambda: iter(rows))], guessed)


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


def refuse_damaged() -> NoReturn:
    """Raise the refusal of a file that no reader can make sense of."""
    refuse(
        "file.damaged",
        N_(
            "The file is damaged or was not sent completely. Open it, save it under a new name and send that."
        ),
    )


def _open_old(data: bytes, limits: Limits) -> Workbook:
    if "EncryptedPackage".encode("utf-16-le") in data:
        _refuse_encrypted()
    with guarded():
        stream = old_excel.workbook_stream(data)
        try:
            extent = old_excel.extent(stream)
        except old_excel.Encrypted:
            _refuse_encrypted()
        if extent.cells > limits.cells_of(len(stream)):
            refuse_stray("")
        _limit_text(extent.text, limits)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(old_excel.alone(stream)))
    return _workbook("xls", book, limits, {})


def _open_zip(data: bytes, limits: Limits) -> Workbook:
    try:
        archive = Archive(data)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        refuse_damaged()
    total = 0
    for info in archive.parts.values():
        total += info.file_size
        steep = info.file_size > 1 << 20 and info.file_size > limits.ratio * max(info.compress_size, 1)
        if steep or total > limits.unpacked:
            refuse(
                "file.unpacks_too_large",
                N_("The file unpacks to far more than a workbook holds. Copy the table into a new workbook."),
            )
        if info.flag_bits & 1:
            _refuse_encrypted()
    if "xl/workbook.bin" in archive:
        return _open_binary(archive, limits)
    if any(path.startswith("xl/") for path in archive.parts):
        return _open_xlsx(archive, limits)
    if "content.xml" in archive and "mimetype" in archive:
        return _open_ods(archive, limits)
    raise no_spreadsheet(N_("a zip archive without a workbook"))


def _open_ods(archive: Archive, limits: Limits) -> Workbook:
    manifest = "META-INF/manifest.xml"
    merges: dict[str, Any] = {}
    with guarded():
        if manifest in archive and b"manifest:encryption-data" in archive.read(manifest):
            _refuse_encrypted()
        cells, text = ods_extent(archive.pieces("content.xml"), merges)
        if cells > limits.cells_of(archive.size("content.xml")):
            refuse_stray("")
        _limit_text(text, limits)
        kept = [(path, path) for path in ("mimetype", manifest, "content.xml") if path in archive]
        data = packed_again(archive, kept, ())
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return _workbook("ods", book, limits, {}, merges=merges)


def _open_xlsx(archive: Archive, limits: Limits) -> Workbook:
    with guarded():
        described = xlsx_parts.describe(archive)
        _limit_sheets(len(described.sheets), limits)
        shared = _shared_texts(archive, limits)
        data = xlsx_parts.plain(archive, described)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))

    def look(path: str) -> Callable[[], SheetScan]:
        def scan() -> SheetScan:
            found = scan_sheet(lambda: archive.pieces(path), limits.columns)
            if not is_stray(found, limits):
                named = shared.volume(found, lambda: archive.pieces(path), limits.text)
                found.text = max(own_letters(found), named)
            return found

        return scan

    looks = {f"s{n}": look(sheet.path) for n, sheet in enumerate(described.sheets)}
    names = {f"s{n}": sheet.name for n, sheet in enumerate(described.sheets)}
    return _workbook("xlsx", book, limits, looks, names)


def _open_binary(archive: Archive, limits: Limits) -> Workbook:
    with guarded():
        parts = xlsx_parts.binary_parts(archive)
        strings = xlsx_parts.BINARY[2]
        lengths = binary_lengths(archive.read(strings)) if strings in archive else []
        scans = {path: scan_binary_sheet(archive.read(path), lengths) for path in parts.readable}
        # The reader may take any of these parts for any sheet: none of them may reach far.
        for scan in scans.values():
            if is_stray(scan, limits):
                refuse_stray(scan.far_cell)
            _limit_text(scan.text, limits)
        named = {part_path(path): path for path in xlsx_parts.BINARY}
        kept = [(named.get(path, path), path) for path in {*named, *parts.readable} if path in archive]
        data = packed_again(archive, kept, ())
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    looks = {name: partial(scans.__getitem__, path) for name, path in parts.sheets.items() if path in scans}
    return _workbook("xlsb", book, limits, looks)


def _limit_sheets(count: int, limits: Limits) -> None:
    if count > limits.sheets:
        refuse(
            "file.too_many_sheets",
            N_("The workbook has %(count)s sheets; the limit is %(limit)s. Send only the sheets of the 4W."),
            count=count,
            limit=limits.sheets,
        )


def _shared_texts(archive: Archive, limits: Limits) -> SharedTexts:
    """Return the texts that cells name; refuses more of them than a table has."""
    path = xlsx_parts.STRINGS
    if path not in archive:
        return SharedTexts(0, tuple)
    _limit_text(archive.size(path), limits)
    shared = SharedTexts(archive.size(path), lambda: archive.pieces(path))
    shared.require_honest()
    return shared


def _limit_text(letters: int, limits: Limits) -> None:
    if letters > limits.text:
        refuse(
            "file.too_much_text",
            N_("The cells hold far more text than a table does. Copy the table alone into a new workbook."),
        )


def refuse_stray(cell: str) -> NoReturn:
    """Raise the refusal of a file with a cell far from the table; ``cell``: "" where it is not known."""
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
        refuse_damaged()


def _workbook(
    kind: str,
    book: python_calamine.CalamineWorkbook,
    limits: Limits,
    looks: Mapping[str, Callable[[], SheetScan]],
    names: dict[str, str] | None = None,
    merges: dict[str, Sequence[Merge]] | None = None,
) -> Workbook:
    """Return the workbook that the reader opened.

    ``looks`` scans a sheet, by the reader's name of it; ``names`` holds the true names where those are ours;
    ``merges`` the merged blocks that the reader does not tell.
    """
    described = [m for m in book.sheets_metadata if m.typ == python_calamine.SheetTypeEnum.WorkSheet]
    _limit_sheets(len(described), limits)
    sheets = []
    scans: dict[str, SheetScan] = {}
    parsed: dict[str, python_calamine.CalamineSheet] = {}
    merged = dict(merges or {})
    for meta in described:
        shown = names[meta.name] if names else meta.name

        def scan(name: str = meta.name) -> SheetScan:
            if name not in scans:
                with guarded():
                    scans[name] = looks[name]() if name in looks else SheetScan()
            return scans[name]

        def rows(
            name: str = meta.name, shown: str = shown, look: Callable[[], SheetScan] = scan
        ) -> Iterator[Row]:
            # The reader aborts the whole process on a far cell: never without a look at the sheet first.
            seen = look()
            if seen.declares_entities:
                refuse_damaged()
            if is_stray(seen, limits):
                refuse_stray(seen.far_cell)
            _limit_text(seen.text, limits)
            return _rows(book, name, shown, limits, parsed, merged)

        def blocks(name: str = meta.name) -> Sequence[Merge]:
            return merged.get(name, ())

        visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
        sheets.append(Sheet(shown, visible, rows, scan, blocks))
    return Workbook(kind, sheets)


def is_stray(scan: SheetScan, limits: Limits = LIMITS) -> bool:
    """Tell whether a sheet reaches farther than a table does."""
    return scan.columns > limits.columns or scan.rows * max(scan.columns, 1) > limits.cells_of(scan.size)


def _rows(
    book: python_calamine.CalamineWorkbook,
    name: str,
    shown: str,
    limits: Limits,
    parsed: dict[str, python_calamine.CalamineSheet],
    merges: dict[str, Sequence[Merge]],
) -> Iterator[Row]:
    with guarded():
        # A sheet is looked at twice, for its first rows and for all; it is parsed once, then let go.
        sheet = parsed.pop(name, None)
        if sheet is None:
            sheet = parsed[name] = book.get_sheet_by_name(name)
            if sheet.merged_cell_ranges is not None:
                merges[name] = sheet.merged_cell_ranges[:MOST_MERGED]
        if sheet.end is None:
            return
        count = sheet.end[0] + 1
        if count > limits.rows:
            refuse(
                "file.too_many_rows",
                N_("The sheet “%(sheet)s” has %(count)s rows; the limit is %(limit)s."),
                sheet=shown,
                count=count,
                limit=limits.rows,
            )
        yield from sheet.iter_rows()
