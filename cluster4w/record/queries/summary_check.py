"""Comparing the summary of a record with what its rows say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, SummaryCell, SummaryMonth, SummaryPresence
from cluster4w.record.queries import summary_cells as wanted
from cluster4w.record.queries.coverage import raw_rows
from cluster4w.record.queries.summary import is_complete
from cluster4w.record.queries.summary_largest import COLUMNS, largest_of_all
from cluster4w.record.summary_rules import SummaryRules, summary_rules

_FIRST_LARGEST = wanted.FIGURES.index(COLUMNS[0])


class Difference(NamedTuple):
    """A line of the summary that is not what the rows say. None: it is missing, or should not be there."""

    table: str
    key: tuple[Any, ...]
    stored: tuple[Any, ...] | None
    expected: tuple[Any, ...] | None


def differences(session: orm.Session, operation: Operation) -> Iterator[Difference]:
    """Yield every line of the operation's summary that differs from what its rows say.

    An operation without a summary, or with one that was made by other rules, has one difference.
    """
    rules = summary_rules(operation)
    if not is_complete(session, operation, rules):
        yield Difference("summary_state", (operation.id,), None, (rules.fingerprint,))
        return
    values = {"operation": operation.id, "last": 0}
    for table, statement in (
        (SummaryMonth.__table__, wanted.months(rules, "all")),
        (SummaryPresence.__table__, wanted.presences(rules, "all")),
        (SummaryCell.__table__, wanted.cells(rules, "all")),
    ):
        keys = len(list(table.primary_key))
        expected = {row[:keys]: tuple(row[keys:]) for row in raw_rows(session, statement, values)}
        if table is SummaryCell.__table__:
            _add_largest(session, operation, rules, expected)
        yield from _compare(session, operation, cast(sa.Table, table), expected)


def _compare(
    session: orm.Session, operation: Operation, table: sa.Table, expected: dict[Any, tuple[Any, ...]]
) -> Iterator[Difference]:
    keys = len(list(table.primary_key))
    for row in raw_rows(session, sa.select(table).where(table.c.operation_id == operation.id)):
        should = expected.pop(tuple(row[:keys]), None)
        if should != tuple(row[keys:]):
            yield Difference(table.name, tuple(row[:keys]), tuple(row[keys:]), should)
    for key, should in expected.items():
        yield Difference(table.name, key, None, should)


def _add_largest(
    session: orm.Session, operation: Operation, rules: SummaryRules, expected: dict[Any, tuple[Any, ...]]
) -> None:
    for key, figures in largest_of_all(session, operation, rules).items():
        there = list(expected[operation.id, *key])
        for index, figure in enumerate(figures, _FIRST_LARGEST):
            there[index] += figure
        expected[operation.id, *key] = tuple(there)
