"""Keeping the summary of a record exact: within every transaction that records, or made anew as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from cluster4w.models import Activity, Operation, SummaryCell, SummaryMonth, SummaryPresence, SummaryState
from cluster4w.models.summary import EVERY_GROUP
from cluster4w.record.operations.turns import wait_for_turn
from cluster4w.record.queries import summary_cells as wanted
from cluster4w.record.queries.operations import list_operations
from cluster4w.record.queries.presence import NEVER
from cluster4w.record.queries.summary import is_complete
from cluster4w.record.queries.summary_largest import COLUMNS, CellKey, largest_changes, largest_of_all
from cluster4w.record.summary_rules import SummaryRules, summary_rules

_CELLS = cast(sa.Table, SummaryCell.__table__)
_PRESENCES = cast(sa.Table, SummaryPresence.__table__)
_MONTHS = cast(sa.Table, SummaryMonth.__table__)
_CELL_KEY = tuple(c.name for c in _CELLS.primary_key)
#: So many pairs of cercle and organisation are looked at one by one; with more, whole organisations are.
FEW = 100


def last_version(session: orm.Session, operation: Operation) -> int:
    """Let nobody else record in the operation until the transaction ends; returns the newest version's key.

    What the transaction records afterwards has higher keys, and among these only its own are the operation's.
    """
    wait_for_turn(session, operation)
    return session.scalar(sa.select(sa.func.max(Activity.id))) or 0


def follow(session: orm.Session, operation: Operation, last: int, *, changed: bool) -> None:
    """Bring the summary up to what was recorded since :func:`last_version`; ``changed``: versions were
    superseded, and not only new activities recorded.

    A summary that there is not yet, or that was made by other rules, is made anew.
    """
    rules = summary_rules(operation)
    if not is_complete(session, operation, rules):
        rebuild(session, operation)
        return
    values = {"operation": operation.id, "last": last}
    rows: wanted.Rows = "changed" if changed else "new"
    session.execute(_add(session, _CELLS, wanted.cells(rules, rows), wanted.FIGURES), values)
    _add_largest(session, operation, largest_changes(session, operation, rules, last, changed=changed))
    session.execute(_add(session, _MONTHS, wanted.months(rules, rows), ("rows", "counted")), values)
    session.execute(_first(session, wanted.presences(rules, "new")), values)
    if changed:
        _take_away_presence(session, operation, rules, values)
        for table in (_CELLS, _MONTHS):
            # The sum keeps SQLite from walking over all lines of the operation instead of the empty ones.
            mine = table.c.operation_id + 0 == operation.id
            session.execute(sa.delete(table).where(mine, _is_empty(table)))


def rebuild(session: orm.Session, operation: Operation) -> None:
    """Make the whole summary of an operation anew from its rows."""
    last_version(session, operation)
    rules = summary_rules(operation)
    values = {"operation": operation.id, "last": 0}
    for table in (_CELLS, _PRESENCES, _MONTHS, cast(sa.Table, SummaryState.__table__)):
        session.execute(sa.delete(table).where(table.c.operation_id == operation.id))
    session.execute(_add(session, _CELLS, wanted.cells(rules, "all"), wanted.FIGURES), values)
    _add_largest(session, operation, largest_of_all(session, operation, rules))
    session.execute(_add(session, _MONTHS, wanted.months(rules, "all"), ("rows", "counted")), values)
    session.execute(_first(session, wanted.presences(rules, "all")), values)
    session.execute(sa.insert(SummaryState).values(operation_id=operation.id, rules=rules.fingerprint))


def complete_summaries(session: orm.Session) -> None:
    """Make the summaries that are missing, or that other rules made: after a migration, for example."""
    for operation in list_operations(session):
        if not is_complete(session, operation, summary_rules(operation)):
            rebuild(session, operation)


def _is_empty(table: sa.Table) -> sa.ColumnElement[bool]:
    # The literal text lets the databases see that their partial index applies.
    return table.c.rows == sa.literal_column("0")


def _insert(session: orm.Session, table: sa.Table) -> Any:
    """Return the INSERT of the session's database that can do something else where the key is there."""
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(table)


def _add(session: orm.Session, table: sa.Table, rows: Any, figures: Iterable[str]) -> Any:
    """Return the statement that adds figures to those of rows that are there, and inserts the other rows."""
    insert = _insert(session, table).from_select([c.name for c in table.columns], rows)
    sums = {name: table.c[name] + insert.excluded[name] for name in figures}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)


def _first(session: orm.Session, rows: Any) -> Any:
    """Return the statement that writes presence, and keeps the earlier of two months."""
    insert = _insert(session, _PRESENCES).from_select([c.name for c in _PRESENCES.columns], rows)
    before, now = _PRESENCES.c.first_month, insert.excluded.first_month
    return insert.on_conflict_do_update(
        index_elements=list(_PRESENCES.primary_key), set_={"first_month": now}, where=now < before
    )


def _add_largest(session: orm.Session, operation: Operation, cells: dict[CellKey, list[int]]) -> None:
    """Add the figures of types counted by their largest month to their cells."""
    if not cells:
        return
    given = (*_CELL_KEY, *COLUMNS)
    others = [c.name for c in _CELLS.columns if c.name not in given]
    rows = [(operation.id, *key, *figures) for key, figures in cells.items()]
    insert = _insert(session, _CELLS)
    sent: list[dict[str, Any]] | None = None
    if session.get_bind().dialect.name == "postgresql":
        # A list for each column: its driver would send and plan a statement for each row.
        columns: Iterable[tuple[str, tuple[Any, ...]]] = zip(given, zip(*rows, strict=True), strict=True)
        lists = (sa.literal(list(said), postgresql.ARRAY(_CELLS.c[name].type)) for name, said in columns)
        found = sa.func.unnest(*lists).table_valued(*given).render_derived()
        nothing: list[Any] = [sa.literal_column("0") for _ in others]
        insert = insert.from_select([*given, *others], sa.select(*found.c, *nothing))
    else:
        words: dict[str, Any] = {name: sa.bindparam(name) for name in given}
        insert = insert.values(words | {name: sa.literal_column("0") for name in others})
        sent = [dict(zip(given, row, strict=True)) for row in rows]
    sums = {name: _CELLS.c[name] + insert.excluded[name] for name in COLUMNS}
    session.execute(insert.on_conflict_do_update(index_elements=list(_CELLS.primary_key), set_=sums), sent)


def _take_away_presence(
    session: orm.Session, operation: Operation, rules: SummaryRules, values: dict[str, Any]
) -> None:
    """Look again at the presence that superseded versions showed and their successors do not."""
    old, new = (orm.aliased(Activity) for _ in range(2))
    said = (
        "activity_type",
        "sub_sector",
        "population_group",
        "adm1_pcode",
        "adm2_pcode",
        "adm3_pcode",
        "organisation_id",
        "period",
    )
    differ = (getattr(old, name).is_distinct_from(getattr(new, name)) for name in said)
    gone = session.execute(
        sa.select(*wanted.presence_facts(old, rules)[:-1])
        .select_from(orm.join(new, old, wanted.follows(old, new)))
        .where(
            *wanted.recorded(new),
            *wanted.present(old, rules),
            sa.or_(*differ, new.withdrawn == sa.true(), new.status.in_(NEVER)),
        )
        .distinct(),
        values,
    ).all()
    if not gone:
        return
    keys = {
        (level, sub_sector, every, *places[:2], places[2] if level == 3 else "", number)
        for sub_sector, group, *places, number in gone
        for level in (2, 3)
        for every in (group, EVERY_GROUP)
    }
    names = [c.name for c in _PRESENCES.primary_key][1:]
    session.execute(
        sa.delete(_PRESENCES).where(
            _PRESENCES.c.operation_id == operation.id,
            *(_PRESENCES.c[name] == sa.bindparam(f"the_{name}") for name in names),
        ),
        [{f"the_{name}": v for name, v in zip(names, key, strict=True)} for key in sorted(keys)],
    )
    row = orm.aliased(Activity)
    pairs = {(cercle or None, number) for _, _, _, cercle, _, number in gone}
    if len(pairs) <= FEW:
        again = [
            [
                row.adm2_pcode.is_(None) if cercle is None else row.adm2_pcode == cercle,
                row.organisation_id == number,
            ]
            for cercle, number in sorted(pairs, key=repr)
        ]
    else:
        again = [[row.organisation_id.in_({number for _, number in pairs})]]
    current = [row.operation_id == wanted.OPERATION, row.superseded_at.is_(None)]
    # One by one: SQLite knows no index for a choice of several pairs.
    for where in again:
        found = wanted.presences_of(rules, row, row, [*current, *where])
        session.execute(_first(session, found), values)
