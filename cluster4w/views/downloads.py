"""Files that people take away: their names, and how they travel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from flask import Response, send_file

#: A workbook larger than this waits on the disk while it is sent.
KEPT_IN_MEMORY = 4 * 1024 * 1024
#: Letters of a part of a file's name: systems take 255 for the whole.
LONGEST_PART = 80

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
}


def file_name(*parts: str | None, form: str) -> str:
    """Return a name that every system can keep: plain letters, digits, hyphens; parts joined by ``_``."""
    plain = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode() for part in parts if part)
    safe = (re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.")[:LONGEST_PART] for part in plain)
    return "_".join(part for part in safe if part) + f".{form}"


def as_it_came(name: str) -> str:
    """Return a sender's file name in letters that every system can keep, with its ending."""
    stem, dot, form = name.rpartition(".")
    safe = re.sub(r"[^A-Za-z0-9]", "", form)[:8] if dot else ""
    return file_name((stem if dot else name) or "file", form=safe or "bin")


def months_name(first: str | None, last: str | None) -> str:
    """Return ``201605``, or ``201601-201605`` for several months; "" without any."""
    months = [m.replace("-", "") for m in (first, last) if m]
    return "-".join(dict.fromkeys(months))


def send_written(write: Callable[[BinaryIO], object], name: str) -> Response:
    """Return an attachment that ``write`` fills; it is written whole before its first byte is sent.

    What ``write`` refuses is therefore a page, not half a file.
    """
    out = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        write(cast(BinaryIO, out))
    except BaseException:
        out.close()
        raise
    out.seek(0)
    form = name.rpartition(".")[2]
    response = send_file(cast("IO[bytes]", out), mimetype=TYPES[form], as_attachment=True, download_name=name)
    response.call_on_close(out.close)
    return response
