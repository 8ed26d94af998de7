"""Recording a large file while somebody else records single activities: how long they wait."""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake import background
from cluster4w.intake.submit import receive, run_check
from cluster4w.models import AuditEvent, Organisation, Submission
from cluster4w.models.base import now
from cluster4w.models.engine import make_engine, reading, writing
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.submissions import ask_to_record
from cluster4w.record.queries.operations import get_operation
from tests.benchmarks.bench_workbooks import MEGABYTE, make_workbook, measure
from tests.benchmarks.databases import fresh_database

_ROW: dict[str, Any] = {
    "cluster": "shelter_nfi", "sub_sector": "nfi", "activity_type": "core_nfi_kit", "adm1_pcode": "ML07",
    "adm2_pcode": "ML0701", "period": "2016-05", "status": "completed", "households_reached": 100,
}  # fmt: skip
_SELF = (sys.executable, "-m", "tests.benchmarks.bench_recording")
#: Seconds between two savings of the other person.
_EVERY = 0.1


def _nothing(_share: int) -> None:
    pass


def _record(url: str, submission: str) -> dict[str, float]:
    """Record a submission as the worker does; returns seconds until ready, seconds locked and peak MB."""
    number = int(submission)
    engine = make_engine(url)
    begin = time.perf_counter()
    with reading(), orm.Session(engine) as session:
        prepared = background.prepare(session, number, _nothing)
    ready = time.perf_counter()
    with writing(), orm.Session(engine) as session:
        if not background.record(session, number, prepared, _nothing, patient=True):
            raise RuntimeError("the record has moved on")
        session.commit()
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    return {"ready": ready - begin, "locked": done - ready, "peak": peak}


def _send(url: str, path: str, size: str) -> dict[str, int]:
    """Send and check a generated workbook; returns its submission and an organisation that is not in it."""
    file = Path(path)
    with writing(), orm.Session(make_engine(url)) as session:
        operation = get_operation(session, "mali-2016")
        make_workbook(session, file, int(size))
        # What was set up just now would otherwise ask for another check.
        session.execute(sa.update(AuditEvent).values(at=now() - dt.timedelta(days=1)))
        data = file.read_bytes()
        found = receive(session, operation, data, file.name, agency=None, month=None, actor=None)
        run_check(session, found.id)
        ask_to_record(session, session.get_one(Submission, found.id), actor=None)
        other = Organisation(acronym="AUTRE", name="Autre", type="nngo", origin="import")
        session.add(other)
        session.commit()
        return {"submission": found.id, "other": other.id}


def _measure(kind: str, size: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, fresh_database(kind) as url:
        path = Path(folder) / "large.xlsx"
        # Each in a process of its own: a child's peak begins at what its parent needed.
        sent = json.loads(subprocess.check_output([*_SELF, "send", url, str(path), str(size)], text=True))
        command = [*_SELF, "record", url, str(sent["submission"])]
        engine = make_engine(url)
        waits: list[float] = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            while worker.poll() is None:
                begin = time.perf_counter()
                with writing(), orm.Session(engine) as session:
                    operation = get_operation(session, "mali-2016")
                    record_versions(session, operation, [Change(sent["other"], _ROW)], actor=None)
                    session.commit()
                waits.append(time.perf_counter() - begin)
                time.sleep(_EVERY)
            said = json.loads(worker.stdout.read() if worker.stdout else "")
        engine.dispose()
        floor = measure("insert", path, url)["seconds"]
    return {
        "database": kind,
        "rows": size,
        "made ready s": round(said["ready"], 1),
        "locked s": round(said["locked"], 1),
        "bare insert s": round(floor, 1),
        "ratio": round(said["locked"] / floor, 2),
        "longest wait s": round(max(waits), 1),
        "second longest s": round(sorted(waits)[-2], 2),
        "peak MB": round(said["peak"]),
    }


def run(sizes: Sequence[int], databases: Sequence[str] = ("sqlite", "postgresql")) -> list[dict[str, object]]:
    """Return one row per database and size."""
    return [_measure(kind, size) for kind in databases for size in sizes]


_PHASES: dict[str, Callable[..., Mapping[str, float]]] = {"send": _send, "record": _record}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(_PHASES[sys.argv[1]](*sys.argv[2:])))
