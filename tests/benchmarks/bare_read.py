"""What a view of the gap page has to read at least: hand-written statements, their rows fetched, no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.gaps.question import Question
from cluster4w.models import Operation

_SUMS = ", ".join(
    f"sum({name})"
    for name in (
        *(f"{amount}_{{own}}" for amount in ("helped", "reached", "planned")),
        *(f"{amount}_{{other}}_alone" for amount in ("helped", "reached", "planned")),
        *("rows", "planned_rows", "reached_said", "planned_said", "not_first", "first_unsaid"),
    )
)
#: A summary of the record such as one would make for the page: every area, sub-sector, population group ("*":
#: all) and month, of everybody, of one organisation, or of one activity type (``part``).
_MAKE = (
    """CREATE TABLE bench_cell (part text, level integer, sub_sector text, population_group text,
adm1 text, adm2 text, adm3 text, month text, {columns},
PRIMARY KEY (part, level, sub_sector, population_group, adm1, adm2, adm3, month)){end}""",
    """CREATE TABLE bench_present (part text, level integer, sub_sector text, population_group text,
adm1 text, adm2 text, adm3 text, organisation_id integer, first_month text,
PRIMARY KEY (part, level, sub_sector, population_group, adm1, adm2, adm3, organisation_id)){end}""",
)
_FILL = (
    """INSERT INTO bench_cell SELECT :part, {level}, sub_sector, {group}, adm1_pcode, adm2_pcode,
{adm3}, period, {sums} FROM activity WHERE status IN ('completed', 'planned', 'ongoing') AND {where}
GROUP BY sub_sector, {by}adm1_pcode, adm2_pcode, {adm3}, period""",
    """INSERT INTO bench_present SELECT :part, {level}, sub_sector, {group}, adm1_pcode, adm2_pcode, {adm3},
organisation_id, min(period) FROM activity WHERE status NOT IN ('suspended', 'cancelled') AND {where}
GROUP BY sub_sector, {by}adm1_pcode, adm2_pcode, {adm3}, organisation_id""",
)
_COLUMNS = (
    *(
        f"{amount}_{unit}"
        for amount in ("helped", "reached", "planned")
        for unit in ("households", "individuals", "households_alone", "individuals_alone")
    ),
    *("rows", "planned_rows", "reached_said", "planned_said", "not_first", "first_unsaid"),
)
#: The lines of such a summary that a question needs: figures, and who is present.
SUMMARY = (
    "SELECT adm1, adm2{adm3}, "
    + _SUMS
    + """ FROM bench_cell
WHERE part = :part AND level = :level AND sub_sector = :sub_sector
  AND population_group = :group AND month >= :first AND month <= :last GROUP BY adm1, adm2{adm3}""",
    """SELECT adm1, adm2{adm3}, organisation_id FROM bench_present
WHERE part = :part AND level = :level AND sub_sector = :sub_sector
  AND population_group = :group AND first_month <= :last""",
)


def make_summary(session: orm.Session, parts: Iterable[tuple[str, str]]) -> None:
    """Make the summary of parts of the record: each a name, and the condition for its rows."""
    end = " WITHOUT ROWID" if session.get_bind().dialect.name == "sqlite" else ""
    columns = ", ".join(f"{name} bigint" for name in _COLUMNS)
    for text in _MAKE:
        session.execute(sa.text(text.format(columns=columns, end=end)))
    done = "status = 'completed'"
    sums = []
    for name in _COLUMNS:
        amount, _, unit = name.partition("_")
        unit = unit.removesuffix("_alone")
        when = done if amount in ("helped", "reached") else f"NOT {done}"
        said = f"{unit}_reached" if amount in ("helped", "reached") else f"{unit}_targeted"
        sums.append(
            f"coalesce(sum(CASE WHEN {when} THEN {said} END), 0)"
            if unit in ("households", "individuals")
            else "count(*)"
        )
    for part, where in parts:
        for level, adm3 in ((2, "substr(adm2_pcode, 1, 0)"), (3, "coalesce(adm3_pcode, '')")):
            for group, by in (("'*'", ""), ("population_group", "population_group, ")):
                words = {"level": level, "adm3": adm3, "group": group, "by": by, "where": where}
                for text in _FILL:
                    statement = text.format(sums=", ".join(sums), **words)
                    session.execute(sa.text(statement), {"part": part})
    session.commit()


#: What else a table shows: pairs that may be double counts, targets and needs, names.
BESIDE = (
    """SELECT left_out_uid, kept_uid FROM double_count_decision
WHERE operation_id = :operation AND left_out_uid IS NOT NULL AND ended_at IS NULL""",
    """SELECT first_uid, second_uid, score FROM double_count
WHERE operation_id = :operation AND live AND state = 'open'""",
    """SELECT measure, level, pcode, need.sub_sector, population_group, unit, value, source_id FROM need
JOIN need_source ON need_source.id = source_id
WHERE operation_id = :operation AND replaced_at IS NULL AND removed_at IS NULL
  AND (need.sub_sector = :sub_sector OR need.sub_sector IS NULL) ORDER BY level, pcode, measure""",
    "SELECT pcode, level, name, parent_pcode FROM area WHERE edition_id = :edition ORDER BY level, pcode",
)


def read(session: orm.Session, operation: Operation, question: Question, statements: Sequence[str]) -> None:
    """Read what a question needs by hand-written statements."""
    level = max(question.level, 2)
    household = question.unit == "household"
    values: dict[str, object] = {
        "operation": operation.id,
        "edition": operation.edition_id,
        "level": level,
        "sub_sector": question.sub_sector,
        "group": question.group or "*",
        "first": question.first or "",
        "last": question.month or "9999-99",
        "part": part_of(question),
    }
    words = {
        "adm3": ", adm3" if level == 3 else "",
        "own": "households" if household else "individuals",
        "other": "individuals" if household else "households",
    }
    if BESIDE[0] in statements and question.organisation is not None:
        statements = [*statements, "SELECT acronym FROM organisation WHERE id = :organisation"]
        values["organisation"] = question.organisation
    for text in statements:
        session.execute(sa.text(text.format(**words)), values).fetchall()


def part_of(question: Question) -> str:
    """Return the name of the part of the summary that a question is about; "" for all of it."""
    if question.organisation is not None:
        return f"organisation {question.organisation}"
    return question.activity_type or ""
