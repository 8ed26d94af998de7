"""The gap table out of the ledger: against a bare read of a summary table, and DuckDB, in the same run.

One million activities of 50 cercles, 700 communes and 24 months. Each question of the page (what it opens
with, and every filter) is asked in three ways:

* the product: :func:`cluster4w.gaps.table.gap_table`, targets and notes included;
* the bare read: hand-written statements for all that the view shows, fetched and not looked at: the lines of
  a summary table that has every dimension asked for (added up), who is present, pairs that may be double
  counts, targets and names of areas. "Summary" is the part of it that reads the summary alone. The product
  has no such table; the benchmark makes it, because no page can answer with less;
* DuckDB: the same rows in its own file, counted by the same rules, without targets and names.

What maps of presence and overlap, charts and moments of the past take is timed by itself.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast
from unittest import mock

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.gaps.reporting import reporting_by_month
from cluster4w.gaps.rules import types_of
from cluster4w.gaps.shares import shares
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.gaps.trends import trend
from cluster4w.gaps.who import present_by_area, together_by_area
from cluster4w.intake.check import check_file
from cluster4w.intake.submit import record_check
from cluster4w.models import Activity, Area, Need, NeedSource, Operation, Organisation
from cluster4w.models.engine import make_engine, writing
from cluster4w.record.operations import activities, ledger
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries import ledger as ledger_queries
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import plan_months, template_of
from cluster4w.record.queries.organisations import agencies
from cluster4w.record.values import values_of
from tests.benchmarks import duck, generate
from tests.benchmarks.bare_read import BESIDE, SUMMARY, make_summary, part_of, read
from tests.benchmarks.databases import fresh_database

_BATCH = 10_000
COMMUNES = 700
#: Coordinators who click at once.
CLICKS = 20
#: Rows of the largest workbook that is generated and imported.
LARGEST_IMPORT = 100_000

#: What the page opens with, and what each of its filters asks.
QUESTIONS = {
    "first view": Question(level=2, sub_sector="shelter"),
    "nfi": Question(level=2, sub_sector="nfi"),
    "regions": Question(level=1, sub_sector="shelter"),
    "communes": Question(level=3, sub_sector="shelter"),
    "communes, nfi": Question(level=3, sub_sector="nfi"),
    "one group": Question(level=2, sub_sector="shelter", group="idps"),
    "one group, communes": Question(level=3, sub_sector="shelter", group="idps"),
    "individuals": Question(level=2, sub_sector="shelter", unit="individual"),
    "projected gap": Question(level=2, sub_sector="shelter", measure="projected"),
    "need gap": Question(level=2, sub_sector="shelter", measure="need"),
    "until the 14th month": Question(level=2, sub_sector="shelter", month="2017-02"),
    "until the 14th month, communes": Question(level=3, sub_sector="shelter", month="2017-02"),
}
#: A part of the response; the organisation is that of the benchmark's choice.
FILTERS = {
    "one organisation": Question(level=2, organisation=0),
    "one organisation, communes": Question(level=3, organisation=0),
    "one activity type": Question(level=2, activity_type="tent"),
    "one activity type, by site": Question(level=2, activity_type="site_improvement"),
    "three months": Question(level=2, first="2017-01", month="2017-03"),
    "three months, nfi": Question(level=2, sub_sector="nfi", first="2017-01", month="2017-03"),
    "twelve months": Question(level=2, first="2016-07", month="2017-06"),
}


def enlarge(session: orm.Session, operation: Operation) -> None:
    """Give the operation 24 months, 700 communes, and a target and a need for each of these."""
    operation.plan_end = dt.date(operation.plan_start.year + 1, 12, 31)
    gazetteer = load_gazetteer(session, operation.edition_id)
    cercles = gazetteer.level(2)
    for number in range(len(gazetteer.level(3)), COMMUNES):
        cercle = cercles[number % len(cercles)]
        session.add(
            Area(
                edition_id=operation.edition_id,
                level=3,
                pcode=f"{cercle.pcode}C{number:03}",
                name=f"Commune {number}",
                parent_pcode=cercle.pcode,
            )
        )
    session.flush()
    source = NeedSource(operation_id=operation.id, source="Benchmark", dated=operation.plan_start)
    session.add(source)
    session.flush()
    communes = load_gazetteer(session, operation.edition_id).level(3)
    for index, place in enumerate(communes):
        for sub_sector in ("shelter", "nfi"):
            for measure in ("targeted", "in_need"):
                session.add(
                    Need(
                        source_id=source.id,
                        measure=measure,
                        sub_sector=sub_sector,
                        unit="household",
                        level=3,
                        pcode=place.pcode,
                        value=1000 + index,
                    )
                )
    session.commit()


def fill(session: orm.Session, operation: Operation, count: int) -> None:
    """Record activities of every type, commune and organisation; the same count gives the same rows."""
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


def _rows_for_duckdb(session: orm.Session, path: Path) -> None:
    """Write what the questions need of every row as CSV."""
    columns = [getattr(Activity, name) for name in duck.COLUMNS]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(duck.COLUMNS)
        rows = session.execute(sa.select(*columns).execution_options(yield_per=_BATCH))
        writer.writerows(rows)


def _clicks(engine: sa.Engine, question: Question) -> float:
    """Return the seconds in which twenty coordinators who ask at once have all been answered."""

    def click(number: int) -> int:
        with orm.Session(engine) as session:
            operation = session.scalars(sa.select(Operation)).one()
            asked = replace(question, sub_sector=("shelter", "nfi")[number % 2], level=2 + number // 2 % 2)
            return len(gap_table(session, operation, asked).rows)

    begin = time.perf_counter()
    with ThreadPoolExecutor(CLICKS) as threads:
        found = list(threads.map(click, range(CLICKS)))
    assert all(found)
    return time.perf_counter() - begin


@contextmanager
def _time_of_ledger() -> Iterator[list[float]]:
    """Yield a list that gets the seconds that each recording spends on the ledger."""
    seconds: list[float] = []

    def timed(*arguments: Any, **words: Any) -> None:
        begin = time.perf_counter()
        ledger.follow(*arguments, **words)
        seconds.append(time.perf_counter() - begin)

    with mock.patch.object(activities, "follow", timed):
        yield seconds


def _edit(session: orm.Session, operation: Operation) -> tuple[float, float]:
    """Change one activity; returns the best seconds in all, and of these on the ledger."""
    found = []
    with _time_of_ledger() as of_ledger:
        for number in range(5):
            row = session.scalars(sa.select(Activity).where(Activity.uid == f"B{number:011d}")).first()
            assert row is not None
            values = values_of(row, template_of(operation), None) | {"period": plan_months(operation)[number]}
            change = Change(row.organisation_id, values, uid=row.uid)
            begin = time.perf_counter()
            record_versions(session, operation, [change], actor=None)
            found.append(time.perf_counter() - begin)
            session.rollback()
    return min(found), min(of_ledger)


def _import(kind: str, count: int) -> tuple[float, float]:
    """Import a generated workbook; returns the seconds in all, and of these on the ledger."""
    with fresh_database(kind) as url, tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url)
        with writing(), orm.Session(engine) as session, _time_of_ledger() as of_ledger:
            operation = session.scalars(sa.select(Operation)).one()
            enlarge(session, operation)
            path = Path(folder) / "rows.xlsx"
            template, gazetteer = template_of(operation), load_gazetteer(session, operation.edition_id)
            known, months = agencies(session, operation), plan_months(operation)
            generate.write(path, template, generate.rows(count, template, gazetteer, known, months))
            begin = time.perf_counter()
            found = check_file(session, operation, path.read_bytes(), path.name, agency=None, month=None)
            record_check(session, operation, found, actor=None, origin="command")
            session.commit()
            seconds = time.perf_counter() - begin
        engine.dispose()
        return seconds, sum(of_ledger)


def _prepare(session: orm.Session, operation: Operation, count: int) -> float:
    """Fill the record; returns the seconds in which the ledger is made anew."""
    enlarge(session, operation)
    fill(session, operation, count)
    begin = time.perf_counter()
    ledger.rebuild(session, operation)
    session.commit()
    seconds = time.perf_counter() - begin
    if session.get_bind().dialect.name == "postgresql":
        engine = cast(sa.Engine, session.get_bind())
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return seconds


def _same(table: GapTable, rows: Sequence[Any]) -> None:
    """Raise where DuckDB did not count the same: area, reached, planned, helped, rows, organisations."""
    ours = {r.pcode: (r.rows, r.organisations) for r in table.rows if r.rows or r.organisations}
    assert ours == {row[0]: (int(row[4] or 0), row[5]) for row in rows}
    for index, people in ((1, table.total.reached), (2, table.total.planned), (3, table.total.assistances)):
        # A table rounds each of its lines.
        assert abs(sum(row[index] or 0 for row in rows) - (people or 0)) < len(rows)


def _questions(session: orm.Session, operation: Operation, count: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    organisation = agencies(session, operation)[0].id
    asked = {
        name: question if question.organisation is None else replace(question, organisation=organisation)
        for name, question in (QUESTIONS | FILTERS).items()
    }
    _summaries(session, asked.values())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        _rows_for_duckdb(session, path)
        session.commit()
        with duck.database(Path(folder) / "rows.duckdb", path) as connection:
            for name, question in asked.items():
                rows.append(_question(session, operation, connection, name, question) | {"rows": count})
    session.commit()
    return rows


def _summaries(session: orm.Session, asked: Iterable[Question]) -> None:
    """Make the summary that a bare read reads."""
    parts = {"": "true"}
    for question in asked:
        if question.organisation is not None:
            parts[part_of(question)] = f"organisation_id = {question.organisation}"
        elif question.activity_type is not None:
            parts[part_of(question)] = f"activity_type = '{question.activity_type}'"
    make_summary(session, parts.items())
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()


def _question(
    session: orm.Session, operation: Operation, connection: Any, name: str, question: Question
) -> dict[str, object]:
    """Ask a question in every way; returns the milliseconds and their ratios."""
    types = types_of(template_of(operation), question.sub_sector, counting=False, only=question.activity_type)
    asked = duck.statement(question, types, operation.household_size)
    _same(gap_table(session, operation, question), connection.execute(asked).fetchall())
    reads = (SUMMARY, SUMMARY + BESIDE)
    ours, ducks, *bare = _best(
        partial(gap_table, session, operation, question),
        lambda: connection.execute(asked).fetchall(),
        *(partial(read, session, operation, question, statements) for statements in reads),
    )
    lines, everything = bare
    return {
        "database": session.get_bind().dialect.name,
        "rows": 0,
        "question": name,
        "summary ms": round(lines, 1),
        "bare read ms": round(everything, 1),
        "gap table ms": round(ours, 1),
        "ratio to summary": round(ours / lines, 2),
        "ratio to bare read": round(ours / everything, 2),
        "DuckDB ms": round(ducks, 1),
        "ratio to DuckDB": round(ours / ducks, 2),
    }


def _maps(session: orm.Session, operation: Operation) -> list[dict[str, object]]:
    """Return the seconds of what the maps of presence and overlap show beside their table."""
    gazetteer = load_gazetteer(session, operation.edition_id)
    rows: list[dict[str, object]] = []
    past = dt.datetime(2016, 7, 1, 12, tzinfo=dt.UTC)
    for what, work in {
        "trend, 24 months": partial(trend, session, operation, Question()),
        "shares by organisation and modality": partial(shares, session, operation, [Question()]),
        "reports of 24 months": partial(reporting_by_month, session, operation, plan_months(operation)),
        "table as of a moment": partial(gap_table, session, operation, Question(as_of=past)),
        "table as of a moment, communes": partial(
            gap_table, session, operation, Question(level=3, as_of=past)
        ),
    }.items():
        rows.append({"what": what, "seconds": round(_best(work, repeats=3)[0] / 1000, 3)})
    for level in (2, 3):
        asked = (session, operation, Question(level=level), gazetteer)
        times = _best(partial(present_by_area, *asked), partial(together_by_area, *asked), repeats=1)
        for what, found in zip(("presence", "overlap"), times, strict=True):
            rows.append({"what": f"{what} by area of level {level}", "seconds": round(found / 1000, 2)})
    session.commit()
    return rows


def _cold(session: orm.Session, operation: Operation) -> float:
    """Return the seconds of a first table by a process that has to read and unpack the whole ledger."""
    ledger_queries.forget()
    begin = time.perf_counter()
    gap_table(session, operation, QUESTIONS["first view"])
    return time.perf_counter() - begin


def _after_write(session: orm.Session, operation: Operation) -> float:
    """Return the best seconds of the first table after a write: nothing is kept of its lines."""
    found = []
    for number in range(3):
        row = session.scalars(sa.select(Activity).where(Activity.uid == f"B{number:011d}")).first()
        assert row is not None
        values = values_of(row, template_of(operation), None) | {"period": plan_months(operation)[0]}
        record_versions(session, operation, [Change(row.organisation_id, values, uid=row.uid)], actor=None)
        begin = time.perf_counter()
        gap_table(session, operation, QUESTIONS["first view"])
        found.append(time.perf_counter() - begin)
        session.rollback()
    return min(found)


def _measure(kind: str, count: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    with fresh_database(kind) as url:
        engine = make_engine(url)
        with orm.Session(engine) as session:
            operation = session.scalars(sa.select(Operation)).one()
            rebuilt = _prepare(session, operation, count)
            blocks, stored = session.execute(
                sa.text("SELECT count(*), sum(length(content)) FROM ledger_block")
            ).one()
            session.commit()
            cold = _cold(session, operation)
            questions = _questions(session, operation, count)
            maps = _maps(session, operation)
            edit, of_edit = _edit(session, operation)
            after = _after_write(session, operation)
            session.commit()
            clicks = _clicks(engine, QUESTIONS["first view"])
        engine.dispose()
    costs: list[dict[str, object]] = [
        *maps,
        {"what": f"{CLICKS} tables asked at once", "seconds": round(clicks, 2)},
        {"what": "first table of a process that has read nothing yet", "seconds": round(cold, 2)},
        {"what": "first table after a write", "seconds": round(after, 3)},
        {"what": f"ledger of {blocks} blocks, {stored >> 20} MiB, made anew", "seconds": round(rebuilt, 2)},
        {"what": "one activity changed", "seconds": round(edit, 4), "of it ledger": round(of_edit, 4)},
    ]
    if count <= LARGEST_IMPORT:
        whole, part = _import(kind, count)
        costs.append(
            {
                "what": "import",
                "seconds": round(whole, 2),
                "of it ledger": round(part, 2),
                "on top of the rest, %": round(100 * part / (whole - part), 1),
            }
        )
    return questions, [{"database": kind, "rows": count, **cost} for cost in costs]


def run(
    sizes: Sequence[int], databases: Sequence[str] = ("sqlite", "postgresql")
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return one row per database, size and question (ms, best of seven), and what the ledger costs."""
    found = [_measure(kind, count) for kind in databases for count in sizes]
    questions, costs = ([row for part in found for row in part[n]] for n in (0, 1))
    heads = dict.fromkeys(key for row in costs for key in row)
    return questions, [{head: row.get(head, "") for head in heads} for row in costs]
