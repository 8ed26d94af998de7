"""Read, check, import and export, each beside its floor."""

from __future__ import annotations

import importlib
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from tests.benchmarks import generate
from tests.benchmarks.databases import fresh_database

MEGABYTE = 1024


def _session(url: str) -> orm.Session:
    from cluster4w.models.engine import make_engine

    return orm.Session(make_engine(url))


def _operation(session: orm.Session) -> Any:
    from cluster4w.record.queries.operations import get_operation

    return get_operation(session, "mali-2016")


def phase_read(path: Path, url: str, out: Path) -> None:
    """Floor of reading: python-calamine walks over every cell of the data sheet."""
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    for _ in sheet.iter_rows():
        pass


def phase_check(path: Path, url: str, out: Path) -> None:
    """The whole check, nothing written."""
    from cluster4w.intake.check import check_file

    with _session(url) as session:
        check_file(session, _operation(session), path.read_bytes(), path.name, agency=None, month=None)


def phase_insert(path: Path, url: str, out: Path) -> None:
    """Floor of recording: a bare Core bulk insert of the rows that the import recorded, from memory."""
    from cluster4w.models import Activity

    table = Activity.__table__
    with _session(url) as session:
        rows = [
            {k: v for k, v in row.items() if k != "id"}
            for row in session.execute(sa.select(table)).mappings()
        ]
        session.execute(sa.delete(table))
        session.commit()
        start = time.perf_counter()
        for index in range(0, len(rows), 2000):
            session.execute(sa.insert(table), rows[index : index + 2000])
        session.commit()
    out.write_text(json.dumps({"seconds": time.perf_counter() - start}))


def phase_import(path: Path, url: str, out: Path) -> None:
    """The whole import: read, check, compare, record rows, findings and versions."""
    from cluster4w.intake.check import check_file
    from cluster4w.intake.submit import record_check

    with _session(url) as session:
        operation = _operation(session)
        found = check_file(session, operation, path.read_bytes(), path.name, agency=None, month=None)
        record_check(session, operation, found, actor=None, origin="command")
        session.commit()


def phase_xml(path: Path, url: str, out: Path) -> None:
    """Floor of exporting: the same rows' cells, in memory, streamed as XML into a zip."""
    from cluster4w.models import Activity
    from cluster4w.template.declaration import shipped

    keys = [k for k in shipped().layout("shelter-4w").keys if k != "row_id" and not k.startswith("org_")]
    with _session(url) as session:
        rows = session.execute(sa.select(*(getattr(Activity, k) for k in keys))).all()
    letters = [generate.get_column_letter(i + 1) for i in range(len(keys))]
    start = time.perf_counter()
    with (
        zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
        package.open("sheet.xml", "w", force_zip64=True) as sheet,
    ):
        for number, row in enumerate(rows, 1):
            cells = "".join(
                f'<c r="{c}{number}"><v>{v}</v></c>'
                if isinstance(v, (int, float))
                else f'<c r="{c}{number}" t="inlineStr"><is><t>{generate.escape(str(v))}</t></is></c>'
                for c, v in zip(letters, row, strict=True)
                if v is not None
            )
            sheet.write(f'<row r="{number}">{cells}</row>'.encode())
    out.write_text(json.dumps({"seconds": time.perf_counter() - start}))


def phase_export(path: Path, url: str, out: Path) -> None:
    """The whole export in ``shelter-4w``."""
    from cluster4w.publish.workbooks.workbook import write_export

    with _session(url) as session, tempfile.TemporaryFile() as stream:
        write_export(session, _operation(session), stream, layout="shelter-4w", language="fr")


PHASES: dict[str, Callable[[Path, str, Path], None]] = {
    "read": phase_read,
    "check": phase_check,
    "import": phase_import,
    "insert": phase_insert,
    "xml": phase_xml,
    "export": phase_export,
}


def measure(phase: str, path: Path, url: str) -> dict[str, float]:
    """Run a phase in a process of its own; returns seconds (without start-up) and the peak in MB."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.bench_workbooks", phase, str(path), url, str(out)],
            check=True,
        )
        return dict(json.loads(out.read_text()))


def run(sizes: list[int], databases: list[str]) -> list[dict[str, object]]:
    """Measure every size on every database; returns one row per figure."""
    found: list[dict[str, object]] = []
    for database in databases:
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder, fresh_database(database) as url:
                path = Path(folder) / f"generated_{size}.xlsx"
                with _session(url) as session:
                    make_workbook(session, path, size)
                figures = {phase: measure(phase, path, url) for phase in PHASES}
                found += _rows(database, size, figures)
    return found


def make_workbook(session: orm.Session, path: Path, size: int) -> None:
    """Write a generated workbook of the example's operation."""
    from cluster4w.record.queries.areas import load_gazetteer
    from cluster4w.record.queries.operations import plan_months, template_of
    from cluster4w.record.queries.organisations import agencies

    operation = _operation(session)
    template = template_of(operation)
    content = generate.rows(
        size,
        template,
        load_gazetteer(session, operation.edition_id),
        agencies(session, operation),
        plan_months(operation)[:6],
    )
    generate.write(path, template, content)


def _rows(database: str, size: int, figures: dict[str, dict[str, float]]) -> list[dict[str, object]]:
    def row(name: str, phase: str, floor: str, floor_seconds: float) -> dict[str, object]:
        seconds = figures[phase]["seconds"]
        return {
            "what": name,
            "database": database,
            "rows": size,
            "seconds": round(seconds, 2),
            "floor": floor,
            "floor s": round(floor_seconds, 2),
            "ratio": round(seconds / floor_seconds, 2),
            "peak MB": round(figures[phase]["peak"]),
        }

    read = figures["read"]["seconds"]
    insert = figures["insert"]["seconds"]
    return [
        row("check", "check", "calamine read", read),
        row("import", "import", "read + insert", read + insert),
        row("export", "export", "streamed XML", figures["xml"]["seconds"]),
    ]


def real(path: Path) -> list[dict[str, object]]:
    """Measure the check of OCHA's Mali workbook beside the bare read, on SQLite."""
    with fresh_database("sqlite") as url:
        figures = {phase: measure(phase, path, url) for phase in ("read", "check")}
    seconds, floor = figures["check"]["seconds"], figures["read"]["seconds"]
    return [
        {
            "what": "check, real workbook",
            "database": "sqlite",
            "rows": 24088,
            "seconds": round(seconds, 2),
            "floor": "calamine read",
            "floor s": round(floor, 2),
            "ratio": round(seconds / floor, 2),
            "peak MB": round(figures["check"]["peak"]),
        }
    ]


def _main(phase: str, path: str, url: str, out: str) -> None:
    target = Path(out)
    # Importing the code is fixed start-up, not part of any phase.
    for module in ("cluster4w.intake.submit", "cluster4w.publish.workbooks.workbook"):
        importlib.import_module(module)
    start = time.perf_counter()
    PHASES[phase](Path(path), url, target)
    seconds = time.perf_counter() - start
    # A phase that prepares its data first writes the seconds of its own part.
    written = json.loads(target.read_text()) if target.exists() else {"seconds": seconds}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    target.write_text(json.dumps(written | {"peak": peak}))


if __name__ == "__main__":
    _main(*sys.argv[1:5])
