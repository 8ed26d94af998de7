"""CSV and its relatives: which encoding, which delimiter, and the rows."""

from __future__ import annotations

import csv
import io

from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

DELIMITERS = (",", ";", "\t", "|")
_NO_TEXT = N_("neither a spreadsheet nor text")

#: Encodings of a single byte a letter, the usual one first: its name, and what it is called.
_SINGLE = (("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman"), ("cp850", "DOS 850"))
#: How likely a character beyond ASCII is in a text in French, English or Spanish; others are not at all.
_LIKELY = {
    **dict.fromkeys("éèêëàâäùûüçôöîïÿœæñáíóú", 1.0),
    **dict.fromkeys("ÉÈÊËÀÂÄÙÛÜÇÔÖÎÏŒÆÑÁÍÓÚ", 0.7),
    **dict.fromkeys("’‘“”«»°…–—•€¿¡\u00a0", 0.5),
}


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file in UTF-8, UTF-16 or an encoding of a byte a letter, and which was guessed.

    The second is "" for a file that says how it is written.

    Raises:
        Refusal: the bytes are no text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16").replace("\x00", ""), ""
        except UnicodeDecodeError:
            raise no_spreadsheet(_NO_TEXT) from None
    sample = data[:4096]
    if b"\x00" in sample:
        # UTF-16 without its mark: every second byte of plain text is zero.
        for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
            if zeros.count(0) > 0.6 * len(zeros):
                try:
                    return data.decode(encoding).replace("\x00", ""), ""
                except UnicodeDecodeError:
                    break
        raise no_spreadsheet(_NO_TEXT)
    try:
        text, guessed = data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        encoding, guessed = _guess(data)
        # Five bytes have no meaning in Windows-1252; they become the replacement mark.
        text = data.decode(encoding, "replace")
    strange = sum(1 for c in text[:4096] if c < " " and c not in "\t\r\n\x0b\x0c\x1a\x1b")
    if strange * 20 > min(len(text), 4096):
        raise no_spreadsheet(_NO_TEXT)
    return text.replace("\x00", ""), guessed


def _guess(data: bytes) -> tuple[str, str]:
    """Return the encoding in which the bytes beyond ASCII are likely letters, the usual one in doubt."""
    beyond = data.translate(None, bytes(range(128)))[:100_000]
    likely = {
        name: sum(_LIKELY.get(c, 0) for c in beyond.decode(name, "replace")) / len(beyond)
        for name, _ in _SINGLE
    }
    best = max(_SINGLE, key=lambda entry: likely[entry[0]])
    usual = _SINGLE[0]
    return best if likely[best[0]] > likely[usual[0]] + 0.25 else usual


def no_spreadsheet(kind: str) -> Refusal:
    """Return the refusal of a file that is something else; ``kind`` says what, as a source text."""
    return Refusal(
        "file.not_a_spreadsheet",
        N_("This file is %(kind)s, whatever its name says. Send an Excel, OpenDocument or CSV file."),
        kind=kind,
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


def read_delimited(data: bytes, max_rows: int, max_columns: int) -> tuple[list[list[str]], str]:
    """Return the rows of a delimited file, and the encoding that was guessed ("" for one that it says).

    Row n of the list is record n + 1 of the file.

    Raises:
        Refusal: no text, too many rows or columns, or a quotation mark that never closes.
    """
    text, guessed = decode(data)
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
            N_("The text cannot be cut into cells: is a quotation mark not closed? Save it again as CSV."),
        ) from None
    return rows, guessed
