"""The gap table by cercle against a bare GROUP BY over the same covering index, in the same run."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.rules import types_of
from cluster4w.gaps.table import Question, gap_table
from cluster4w.models import Activity, Operation, Organisation
from cluster4w.models.engine import make_engine
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import plan_months, template_of
from cluster4w.template.lists import Choice
from tests.benchmarks.databases import fresh_database

_BATCH = 10_000

#: What a hand-written query would ask at least: the same rows by the same covering index, plain sums by
#: cercle in the order of that index (its fastest: by cercle alone both databases would have to sort).
#: ``finer`` groups further.
_BARE = """
SELECT activity_type, status, adm1_pcode, adm2_pcode, population_group, first_time_assisted{finer},
       sum(households_reached), sum(individuals_reached), sum(households_targeted), sum(individuals_targeted)
FROM activity
WHERE operation_id = :operation AND superseded_at IS NULL AND NOT withdrawn
  AND activity_type IN ({types}) AND status IN ('completed', 'planned', 'ongoing')
  AND period BETWEEN :first AND :last
GROUP BY activity_type, status, adm1_pcode, adm2_pcode, population_group, first_time_assisted{finer}
"""
#: What the counting rules need beyond that: people of a site or an area are those of its largest month.
_FINER = {
    "sum": "",
    "sum_new": "",
    "max_area": ", period",
    "max_site": ", period, coalesce(site_pcode, lower(site_name))",
}


def _bare(choices: Iterable[Choice], finer: bool) -> list[sa.TextClause]:
    """Return the plain statement for some activity types; as finely as the rules count, one per fineness."""
    types: dict[str, list[str]] = defaultdict(list)
    for choice in choices:
        types[_FINER[choice.attributes["counting_rule"]] if finer else ""].append(f"'{choice.key}'")
    return [sa.text(_BARE.format(finer=more, types=", ".join(keys))) for more, keys in types.items()]


def fill(session: orm.Session, operation: Operation, count: int) -> None:
    """Record activities of every type, cercle and organisation; the same count gives the same rows."""
    rng = random.Random(7)
    gazetteer = load_gazetteer(session, operation.edition_id)
    template = template_of(operation)
    cercles = gazetteer.level(2)
    types = list(template.activity_types)
    groups = [c.key for c in template.lists["population_group"]]
    months = plan_months(operation)
    organisations = list(session.scalars(sa.select(Organisation.id)))
    moment = dt.datetime(2016, 7, 1, tzinfo=dt.UTC)
    table = cast(sa.Table, Activity.__table__)
    for start in range(0, count, _BATCH):
        rows = []
        for number in range(start, min(start + _BATCH, count)):
            cercle, kind = rng.choice(cercles), rng.choice(types)
            communes = gazetteer.children.get(cercle.pcode, ())
            commune = rng.choice(communes) if communes else None
            households = rng.randint(10, 900)
            done = rng.random() < 0.6
            rows.append(
                {
                    "operation_id": operation.id,
                    "uid": f"B{number:011d}",
                    "version": 1,
                    "recorded_at": moment,
                    "withdrawn": False,
                    "organisation_id": rng.choice(organisations),
                    "cluster": "shelter",
                    "sub_sector": kind.attributes["sub_sector"],
                    "activity_type": kind.key,
                    "adm1_pcode": cercle.parent,
                    "adm2_pcode": cercle.pcode,
                    "adm3_pcode": commune.pcode if commune else None,
                    "site_name": f"Site {number % 977}",
                    "period": rng.choice(months),
                    "status": "completed" if done else rng.choice(("planned", "ongoing", "suspended")),
                    "population_group": rng.choice(groups),
                    "first_time_assisted": rng.random() < 0.7,
                    "households_targeted": households,
                    "individuals_targeted": households * 5,
                    "households_reached": households if done and rng.random() < 0.9 else None,
                    "individuals_reached": households * 5 if done else None,
                    "comments": "Distribution réalisée avec les comités de gestion du site",
                }
            )
        session.execute(sa.insert(table), rows)
    session.commit()
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()


def _ask(session: orm.Session, statements: Iterable[sa.TextClause], values: dict[str, Any]) -> None:
    for statement in statements:
        session.execute(statement, values).fetchall()


def _best(*works: Callable[[], Any], repeats: int = 7) -> list[float]:
    """Return the best time of each in ms.

    They take turns, so that a busy moment is not one's alone; before each timed run comes one that is not
    timed, so that none finds the caches as another has left them.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, found in zip(works, times, strict=True):
            work()
            begin = time.perf_counter()
            work()
            found.append(time.perf_counter() - begin)
    return [min(found) * 1000 for found in times]


def _measure(kind: str, count: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    with fresh_database(kind) as url:
        engine = make_engine(url)
        with orm.Session(engine) as session:
            operation = session.scalars(sa.select(Operation)).first()
            assert operation is not None
            fill(session, operation, count)
            if kind == "postgresql":
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM ANALYZE activity")
            last = plan_months(operation)[-1]
            values = {"operation": operation.id, "first": plan_months(operation)[0], "last": last}
            for sub_sector in ("nfi", "shelter"):
                types = types_of(template_of(operation), sub_sector)
                question = Question(level=2, month=last, sub_sector=sub_sector)
                bare, finer, ours = _best(
                    *(partial(_ask, session, _bare(types, finer=fine), values) for fine in (False, True)),
                    partial(gap_table, session, operation, question),
                )
                rows.append(
                    {
                        "database": kind,
                        "rows": count,
                        "table": f"{sub_sector} by cercle",
                        "bare GROUP BY ms": round(bare, 1),
                        "gap table ms": round(ours, 1),
                        "ratio": round(ours / bare, 2),
                        "bare, as finely as counted ms": round(finer, 1),
                        "ratio to that": round(ours / finer, 2),
                    }
                )
        engine.dispose()
    return rows


def run(sizes: Sequence[int], databases: Sequence[str] = ("sqlite", "postgresql")) -> list[dict[str, object]]:
    """Return one row per database, size and sub-sector: the times in ms (best of seven) and their ratios."""
    return [row for kind in databases for count in sizes for row in _measure(kind, count)]
