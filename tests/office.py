"""LibreOffice, which fills in what the formulas of a workbook come to; tests skip where there is none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def recalculated(book: Any, folder: Path) -> bytes:
    """Return an openpyxl workbook as LibreOffice saves it, with the results of its formulas."""
    source = folder / "in" / "modele.xlsx"
    source.parent.mkdir()
    book.save(source)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "xlsx",
         "--outdir", str(folder), str(source)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return (folder / "modele.xlsx").read_bytes()
