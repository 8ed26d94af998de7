"""The same rows in DuckDB's own file, and each question of the gap table as one of its statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster4w.gaps.question import Question
from cluster4w.gaps.rules import counts, rule_of
from cluster4w.template.lists import Choice, CountingRule

COLUMNS = (
    *("organisation_id", "activity_type", "sub_sector", "status", "adm1_pcode", "adm2_pcode", "adm3_pcode"),
    *("site_pcode", "site_name", "period", "population_group", "first_time_assisted"),
    *("households_targeted", "individuals_targeted", "households_reached", "individuals_reached"),
)


@contextmanager
def database(path: Path, rows: Path) -> Iterator[Any]:
    """Yield a connection to a fresh DuckDB file with the rows of a CSV file."""
    import duckdb

    connection = duckdb.connect(str(path), config={"threads": 2})
    connection.execute(f"CREATE TABLE activity AS SELECT * FROM read_csv('{rows}', header = true)")
    connection.execute("CHECKPOINT")
    try:
        yield connection
    finally:
        connection.close()


def statement(question: Question, choices: Iterable[Choice], household_size: float) -> str:
    """Return the statement: area, reached, planned, assistances, rows, organisations.

    Each counting rule as it is written down: the sums in one pass, the largest month by two more groupings.
    """
    level = ("adm1_pcode", "adm2_pcode", "adm3_pcode")[question.level - 1]
    finest = "adm3_pcode" if question.level == 3 else "adm2_pcode"
    where = ["status IN ('completed', 'planned', 'ongoing')"]
    where += [f"population_group = '{question.group}'"] if question.group else []
    where += (
        [f"period BETWEEN '{question.first or '2016-01'}' AND '{question.month}'"] if question.month else []
    )
    where += [f"organisation_id = {question.organisation}"] if question.organisation is not None else []
    factor = 1 / household_size if question.unit == "household" else household_size
    own, other = (
        ("households", "individuals") if question.unit == "household" else ("individuals", "households")
    )
    people = (
        f"CASE WHEN status = 'completed' THEN coalesce({own}_reached, {other}_reached * {factor})"
        f" ELSE coalesce({own}_targeted, {other}_targeted * {factor}) END"
    )
    all_types = list(choices)
    kinds: dict[CountingRule, list[str]] = {rule: [] for rule in CountingRule}
    for choice in all_types:
        if counts(choice):
            kinds[rule_of(choice)].append(f"'{choice.key}'")
    new = ", ".join(kinds[CountingRule.SUM_NEW])
    added = kinds[CountingRule.SUM] + kinds[CountingRule.SUM_NEW]
    counted = f"(activity_type NOT IN ({new}) OR first_time_assisted)" if new else "true"
    parts = [
        f"SELECT {level} AS area, sum(p) FILTER (status = 'completed' AND {counted}) AS reached,"
        f" sum(p) FILTER (status <> 'completed' AND {counted}) AS planned,"
        " sum(p) FILTER (status = 'completed') AS helped, count(*) AS n"
        f" FROM (SELECT *, {people} AS p FROM activity WHERE {' AND '.join(where)}"
        f" AND activity_type IN ({', '.join(added)})) GROUP BY area"
    ]
    for rule, site in (
        (CountingRule.MAX_AREA, "''"),
        (CountingRule.MAX_SITE, "lower(coalesce(site_pcode, site_name))"),
    ):
        if kinds[rule]:
            keys = f"{level} AS area, {finest} AS finest, activity_type, population_group, {site} AS site"
            parts.append(
                "SELECT area, sum(reached), sum(together - reached), sum(helped), sum(n) FROM ("
                "SELECT area, finest, activity_type, population_group, site, max(done) AS reached,"
                " max(done + more) AS together, sum(done) AS helped, sum(n) AS n FROM ("
                f"SELECT {keys}, period, coalesce(sum(p) FILTER (status = 'completed'), 0) AS done,"
                " coalesce(sum(p) FILTER (status <> 'completed'), 0) AS more, count(*) AS n"
                f" FROM (SELECT *, {people} AS p FROM activity WHERE {' AND '.join(where)}"
                f" AND activity_type IN ({', '.join(kinds[rule])})) GROUP BY ALL) GROUP BY ALL) GROUP BY area"
            )
    every = ", ".join(f"'{choice.key}'" for choice in all_types)
    there = ["status NOT IN ('suspended', 'cancelled')", f"activity_type IN ({every})", *where[1:]]
    return (
        "WITH response AS (SELECT area, sum(reached) AS reached, sum(planned) AS planned,"
        f" sum(helped) AS helped, sum(n) AS n FROM ({' UNION ALL '.join(parts)}) GROUP BY area),"
        f" present AS (SELECT {level} AS area, count(DISTINCT organisation_id) AS organisations"
        f" FROM activity WHERE {' AND '.join(there)} GROUP BY area)"
        " SELECT * FROM response FULL JOIN present USING (area) ORDER BY area"
    )
