"""What a view of the gap page has to read at least: hand-written statements, their rows fetched, no more."""

from __future__ import annotations

from collections.abc import Sequence

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
#: The lines of the summary that a question needs: figures, who is present, months.
SUMMARY = (
    "SELECT adm1, adm2{adm3}, "
    + _SUMS
    + """ FROM summary_cell
WHERE operation_id = :operation AND level = :level AND sub_sector = :sub_sector
  AND population_group = :group AND month <= :last GROUP BY adm1, adm2{adm3}""",
    """SELECT adm1, adm2{adm3}, organisation_id FROM summary_presence
WHERE operation_id = :operation AND level = :level AND sub_sector = :sub_sector
  AND population_group = :group AND first_month <= :last""",
    """SELECT adm1, adm2{adm3}, organisation_id FROM summary_presence
WHERE operation_id = :operation AND level = :level AND sub_sector = ''
  AND population_group = :group AND first_month <= :last""",
    """SELECT month, activity_type, sum(rows), sum(counted) FROM summary_month
WHERE operation_id = :operation GROUP BY month, activity_type""",
)

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
    values = {
        "operation": operation.id,
        "edition": operation.edition_id,
        "level": level,
        "sub_sector": question.sub_sector,
        "group": question.group or "*",
        "last": question.month or "9999-99",
    }
    words = {
        "adm3": ", adm3" if level == 3 else "",
        "own": "households" if household else "individuals",
        "other": "individuals" if household else "households",
    }
    for text in statements:
        session.execute(sa.text(text.format(**words)), values).fetchall()
