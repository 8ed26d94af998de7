"""The annotated workbook beside a bare unzip-rewrite-zip of the same file, in the same run."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.check import Check, check_file
from cluster4w.models.engine import make_engine
from cluster4w.publish.annotated.annotate import CheckedFile, annotate, of_check
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import get_operation, plan_months, template_of
from cluster4w.record.queries.organisations import agencies
from tests.benchmarks import generate
from tests.benchmarks.databases import fresh_database

#: Each is measured so often, in turns; the best counts.
TIMES = 5


def rewrite(data: bytes) -> bytes:
    """Return the package with each part unpacked and packed again, as a program does that changes nothing."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    return out.getvalue()


def _best(*works: Callable[[], Any]) -> list[float]:
    times: list[list[float]] = [[] for _ in works]
    for _ in range(TIMES):
        for work, found in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            found.append(time.perf_counter() - start)
    return [min(found) for found in times]


def _row(name: str, check: Check) -> dict[str, object]:
    rows = [(r.sheet, r.number, r.state) for r in check.rows]
    sheets = of_check(check).sheets
    size = 0

    def work() -> None:
        nonlocal size
        out = io.BytesIO()
        file = CheckedFile(check.file_name, check.content, sheets, rows, check.findings)
        annotate(file, out, language="fr")
        size = out.tell()

    ours, bare = _best(work, lambda: rewrite(check.content))
    said = [f for f in check.findings if f.severity != "info"]
    return {
        "what": f"annotated, {name}",
        "rows": len(rows),
        "columns": len(check.sheets[0].columns),
        "errors and warnings": len(said),
        "seconds": round(ours, 2),
        "floor": "unzip, zip again",
        "floor s": round(bare, 2),
        "ratio": round(ours / bare, 2),
        "MB": f"{len(check.content) / 1e6:.1f} > {size / 1e6:.1f}",
    }


def run(sizes: Sequence[int], real: Path | None = None) -> list[dict[str, object]]:
    """Measure generated workbooks of these sizes and, where it is there, OCHA's Mali workbook."""
    found = []
    with tempfile.TemporaryDirectory() as folder, fresh_database("sqlite") as url:
        engine = make_engine(url)
        with orm.Session(engine) as session:
            operation = get_operation(session, "mali-2016")
            template = template_of(operation)
            files = []
            for size in sizes:
                path = Path(folder) / f"generated_{size}.xlsx"
                gazetteer = load_gazetteer(session, operation.edition_id)
                months = plan_months(operation)[:6]
                content = generate.rows(size, template, gazetteer, agencies(session, operation), months)
                generate.write(path, template, content)
                files.append(("generated", path))
            if real is not None:
                files.append(("real", real))
            for name, path in files:
                data = path.read_bytes()
                check = check_file(session, operation, data, path.name, agency=None, month="2016-05")
                found.append(_row(name, check))
        engine.dispose()
    return found
