"""CSV and its relatives: which encoding, which delimiter, and the rows."""

from __future__ import annotations

import csv
import io

from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

DELIMITERS = (",", ";", "\t", "|")


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8 (with or without mark), UTF-16 or Windows-1252.

    Raises:
        Refusal: the bytes are no text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16").replace("\x00", "")
        except UnicodeDecodeError:
            raise _no_text() from None
    sample = data[:4096]
    if b"\x00" in sample:
        # UTF-16 without its mark: every second byte of plain text is zero.
        for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
            if zeros.count(0) > 0.6 * len(zeros):
                try:
                    return data.decode(encoding).replace("\x00", "")
                except UnicodeDecodeError:
                    break
        raise _no_text()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five bytes have no meaning in Windows-1252; they become the replacement mark.
        text = data.decode("cp1252", "replace")
    strange = sum(1 for c in text[:4096] if c < " " and c not in "\t\r\n\x0b\x0c\x1a\x1b")
    if strange * 20 > min(len(text), 4096):
        raise _no_text()
    return text.replace("\x00", "")


def _no_text() -> Refusal:
    return Refusal(
        "file.not_a_spreadsheet",
        N_("This file is %(kind)s, whatever its name says. Send an Excel, OpenDocument or CSV file."),
        kind=N_("neither a spreadsheet nor text"),
    )


def delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into the most columns, most evenly."""
    lines = [line for line in text[:65536].splitlines()[:25] if line.strip()]
    best, best_score = ",", 0.0
    for candidate in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=candidate)]
        except csv.Error:
            continue
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        score = (common - 1) * widths.count(common) / len(widths)
        if score > best_score:
            best, best_score = candidate, score
    return best


def read_delimited(data: bytes, max_rows: int, max_columns: int) -> list[list[str]]:
    """Return the rows of a delimited file; row n of the list is record n + 1 of the file.

    Raises:
        Refusal: no text, too many rows or columns, or a quotation mark that never closes.
    """
    text = decode(data)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)):
            rows.append(row)
            if len(rows) > max_rows or len(row) > max_columns:
                raise Refusal(
                    "file.too_many_rows_or_columns",
                    N_("The file has more than %(rows)s rows or %(columns)s columns."),
                    rows=max_rows,
                    columns=max_columns,
                )
    except csv.Error:
        raise Refusal(
            "file.damaged_text",
            N_("The text cannot be cut into cells; a quotation mark is not closed. Save it again as CSV."),
        ) from None
    return rows
