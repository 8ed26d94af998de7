"""What OpenDocument and binary sheets hold, seen before the reader works on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cluster4w.intake.opening.archive import walk
from cluster4w.intake.opening.scan import SheetScan, column_letter

#: Merged blocks of a sheet that are looked at.
MOST_MERGED = 50_000


def ods_extent(
    pieces: Iterable[bytes], merged: dict[str, list[tuple[tuple[int, int], tuple[int, int]]]] | None = None
) -> tuple[int, int]:
    """Return how many cells and letters an OpenDocument file's tables unfold to, repeats counted.

    ``merged`` takes up the merged blocks of each table, which the reader does not tell: first and last cell,
    row and column from 0. Raises what the XML parser raises.
    """
    blocks: list[tuple[tuple[int, int], tuple[int, int]]] = []
    total = rows = columns = number = column = filled = again = letters = times = 0

    def text(data: str) -> None:
        nonlocal letters
        letters += len(data) * times

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal total, rows, columns, number, column, filled, again, blocks, times
        match name:
            case "table:table":
                total += rows * columns
                rows = columns = number = 0
                blocks = []
                if merged is not None:
                    merged[attributes.get("table:name") or ""] = blocks
            case "table:table-row":
                again = times = int(attributes.get("table:number-rows-repeated") or 1)
                column = filled = 0
            case "table:table-cell" | "table:covered-table-cell":
                down = int(attributes.get("table:number-rows-spanned") or 1)
                right = int(attributes.get("table:number-columns-spanned") or 1)
                if (down > 1 or right > 1) and len(blocks) < MOST_MERGED:
                    blocks.append(((number, column), (number + down - 1, column + right - 1)))
                repeated = int(attributes.get("table:number-columns-repeated") or 1)
                column += repeated
                times = again * repeated
                if any(key.startswith("office:") for key in attributes):
                    filled = column

    def end(name: str) -> None:
        nonlocal rows, columns, number
        if name == "table:table-row":
            number += again
            if filled:
                rows, columns = number, max(columns, filled)

    walk(pieces, start, end, text)
    return total + rows * columns, letters


#: Errors of binary workbooks by their number (MS-XLSB 2.5.97.2).
_BINARY_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip


def scan_binary_sheet(data: bytes, lengths: Sequence[int] = ()) -> SheetScan:
    """Return extents and error cells of an xlsb worksheet part (records of MS-XLSB 2.1.4).

    ``lengths``: letters of each shared text.
    """
    scan = SheetScan(size=len(data), text=len(data) // 2)
    at, size, row = 0, len(data), 0
    while at < size:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < size:
            kind = (kind & 0x7F) | ((data[at] & 0x7F) << 7)
            at += 1
        length, shift = 0, 0
        while at < size and shift < 28:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind == 0 and length >= 4:
            row = int.from_bytes(data[at : at + 4], "little")
        elif (2 <= kind <= 11 or kind == 62) and length >= 4:
            column = int.from_bytes(data[at : at + 4], "little") + 1
            scan.rows = max(scan.rows, row + 1)
            if column >= scan.columns:
                scan.columns, scan.far_cell = column, f"{column_letter(column)}{row + 1}"
            if kind == 7 and length >= 12:
                named = int.from_bytes(data[at + 8 : at + 12], "little")
                scan.text += lengths[named] if named < len(lengths) else 0
            if kind in (3, 11) and length >= 9:
                scan.errors[(row + 1, column)] = _BINARY_ERRORS.get(data[at + 8], "#N/A")
        at += length
    return scan
