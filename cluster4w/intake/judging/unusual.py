"""Says what the rows of a file show together, and which figures are unlike the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.judging.outliers import judged, unlike_before, unlike_column
from cluster4w.intake.judging.patterns import Pattern, patterns
from cluster4w.intake.judging.sheet_rows import by_sheet
from cluster4w.intake.sheet import ranges
from cluster4w.intake.sheet_columns import ColumnReport
from cluster4w.record.queries.context import IntakeContext
from cluster4w.record.queries.figures import reported_figures
from cluster4w.template.rules import Severity

#: The findings that put a row's figures in doubt: such a figure is not said to be unlike its column as well.
_DOUBTED = ("households.size", "figures.unlike_history", "quantity.per_household", "cash.value_unusual")

#: Column key to the column of the file, by sheet.
Letters = Mapping[str, Mapping[str, ColumnReport]]


def say_unusual(
    session: orm.Session,
    context: IntakeContext,
    rows: Sequence[CheckedRow],
    letters: Letters,
    reporter: Any,
) -> None:
    """Add the findings about many rows, and about figures unlike earlier ones or the rest of their column.

    Args:
        session: for the figures that the organisations reported before: one query.
        context: the operation, its template.
        rows: the rows of the file, compared with the record.
        letters: where each column of each sheet stands.
        reporter: takes the findings.
    """
    sheets = by_sheet(rows)
    for pattern in patterns(sheets, context.template, letters):
        say_pattern(reporter, pattern, letters[pattern.sheet].get(pattern.key))
    say_unlike_before(session, context, judged(rows), letters, reporter)
    doubted = {(f.sheet or "", f.row or 0) for f in reporter.findings if f.code in _DOUBTED}
    for row, key, params in unlike_column(sheets, doubted):
        row.worsen(_say(reporter, "figures.outlier", row, key, params, letters))


def say_unlike_before(
    session: orm.Session,
    context: IntakeContext,
    rows: Sequence[CheckedRow],
    letters: Letters,
    reporter: Any,
) -> None:
    """Add a finding for each row whose figure is far from what its organisation reported of the same."""
    organisations = {r.organisation_id for r in rows if r.organisation_id and r.organisation_id > 0}
    types = {str(what) for r in rows if (what := r.values.get("activity_type"))}
    before = reported_figures(session, context.operation, organisations, types)
    for row, key, params in unlike_before(rows, before, context.template):
        row.worsen(_say(reporter, "figures.unlike_history", row, key, params, letters))


def say_pattern(reporter: Any, pattern: Pattern, column: Any) -> None:
    """Add the finding of a pattern, at its first row; ``column`` is its column in the file, if any."""
    reporter.say(
        pattern.code,
        sheet=pattern.sheet,
        row=pattern.rows[0] if pattern.rows else None,
        column=column.letter if column else None,
        header=column.header if column else None,
        key=pattern.key,
        value=pattern.value,
        params={**pattern.params, **({"ranges": ranges(list(pattern.rows))} if pattern.rows else {})},
    )


def _say(
    reporter: Any, code: str, row: CheckedRow, key: str, params: Mapping[str, Any], letters: Letters
) -> Severity | None:
    column = letters[row.sheet].get(key)
    said: Severity | None = reporter.say(
        code,
        sheet=row.sheet,
        row=row.number,
        column=column.letter if column else None,
        header=column.header if column else None,
        key=key,
        value=f"{params['a']:g}" if params["a"] < 1e6 else f"{params['a']:.0f}",
        params=params,
    )
    return said
