"""Looking for double counts in the whole record against a plain read of the same rows, in the same run."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.models.engine import make_engine
from cluster4w.record.operations.double_count_scan import find_of, keep_found, scan_all
from cluster4w.record.queries.alike_rows import facts_of_region, facts_of_uids
from cluster4w.record.queries.areas import load_gazetteer
from tests.benchmarks.bench_gaps import fill
from tests.benchmarks.databases import fresh_database

#: One row in so many is told again by another organisation; and so many rows of one place say one figure.
TOLD_AGAIN, CROWD = 100, 2_000


def _double(session: orm.Session, count: int) -> None:
    """Give rows a twin of another organisation, and one commune a crowd of equal rows."""
    rng = random.Random(5)
    columns = [c for c in Activity.__table__.columns if c.name != "id"]
    completed = sa.select(*columns).where(Activity.status == "completed").order_by(Activity.uid)
    found = session.execute(completed.limit(count // TOLD_AGAIN)).mappings()
    rows = [dict(row) for row in found]
    organisations = sorted({int(r["organisation_id"]) for r in rows})
    twins = [
        row | {"uid": f"T{n:011d}", "organisation_id": rng.choice(organisations), "comments": "Bis"}
        for n, row in enumerate(rows)
    ]
    crowd = [rows[0] | {"uid": f"C{n:011d}", "site_name": None} for n in range(CROWD)]
    session.execute(sa.insert(Activity.__table__), twins + crowd)
    session.commit()


def _measure(kind: str, count: int) -> dict[str, object]:
    with fresh_database(kind) as url:
        engine = make_engine(url)
        with orm.Session(engine) as session:
            operation = session.scalars(sa.select(Operation)).first()
            assert operation is not None
            fill(session, operation, count)
            _double(session, count)
            regions = [p.pcode for p in load_gazetteer(session, operation.edition_id).level(1)]
            begin = time.perf_counter()
            rows = sum(len(facts_of_region(session, operation, region)) for region in (*regions, None))
            read = time.perf_counter() - begin
            begin = time.perf_counter()
            scan = scan_all(session, operation)
            session.commit()
            scanned = time.perf_counter() - begin
            one = facts_of_uids(session, operation, {"T00000000000"})
            begin = time.perf_counter()
            keep_found(session, operation, one, find_of(session, operation, one, {}), ())
            single = time.perf_counter() - begin
        engine.dispose()
    return {
        "database": kind,
        "rows": rows,
        "pairs": scan.pairs,
        "crowded rows": scan.crowded,
        "plain read s": round(read, 2),
        "scan s": round(scanned, 2),
        "ratio": round(scanned / read, 1),
        "one row recorded ms": round(single * 1000, 1),
    }


def run(sizes: Sequence[int], databases: Sequence[str] = ("sqlite", "postgresql")) -> list[dict[str, object]]:
    """Return one row per database and size."""
    return [_measure(kind, count) for kind in databases for count in sizes]
