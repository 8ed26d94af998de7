"""Small workbooks that the intake's tests make themselves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import count
from typing import Any

import openpyxl

_NUMBERS = count(1)
#: Headers of a partner's own workbook, in French, and one good row under them.
HEADERS = (
    "Acronyme", "Nom Organisation", "Type Organisation", "Sous-secteur", "Activité", "Région", "Cercle",
    "Commune", "Mois", "Statut", "Groupe de population", "Ménages", "Individus",
)  # fmt: skip
ROW = (
    "OIM", "Organisation internationale pour les migrations", "Agence UN", "BNA", "Kit BNA", "Mopti",
    "Bankass", "Baye", "mai 2016", "Achevé", "PDI", 120, 600,
)  # fmt: skip


def book(*rows: Sequence[Any], title: str = "4W", headers: Sequence[Any] = HEADERS) -> bytes:
    """Return an xlsx with these headers and rows."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = title
    sheet.append(list(headers))
    for row in rows:
        sheet.append(list(row))
    return saved(workbook)


def sheet(*rows: Sequence[Any], merged: Sequence[str] = ()) -> bytes:
    """Return an xlsx of one sheet "4W" with exactly these rows and these merged blocks."""
    workbook = openpyxl.Workbook()
    page: Any = workbook.active
    page.title = "4W"
    for line in rows:
        page.append([None if cell == "" else cell for cell in line])
    for block in merged:
        page.merge_cells(block)
    return saved(workbook)


def saved(workbook: Any) -> bytes:
    """Return the bytes of an openpyxl workbook; no two are the same file, as no two of partners are."""
    workbook.properties.identifier = str(next(_NUMBERS))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def row(**changes: Any) -> tuple[Any, ...]:
    """Return the good row with some cells changed, by header."""
    unknown = changes.keys() - set(HEADERS)
    assert not unknown, unknown
    return tuple(changes.get(header, cell) for header, cell in zip(HEADERS, ROW, strict=True))


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return a zip file with one part replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            new.writestr(item.filename, content if item.filename == name else old.read(item.filename))
    return out.getvalue()


def part(data: bytes, name: str) -> bytes:
    """Return one part of a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
