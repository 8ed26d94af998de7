"""Reading the ledger of an operation's record: its lines, and those that a question is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import LedgerBlock, Operation
from cluster4w.record.ledger.block import WHOLE, Block, Numbers, digest_of, pack, unpack
from cluster4w.record.ledger.chosen import Chosen, all_true, is_one_of
from cluster4w.record.ledger.lines import Ledger, Lines
from cluster4w.record.queries.coverage import NEVER, Window
from cluster4w.record.queries.ledger_facts import blocks_of, facts

#: Ledgers that a process keeps: as many operations are worked on at the same time.
MOST = 8
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_kept: dict[tuple[int, int], Ledger] = {}
_lock = Lock()


class _Gone(Exception):
    """A block was packed together with others since its digest was read."""


def block_digests(session: orm.Session, operation: Operation) -> list[str]:
    """Return the digests of the operation's blocks in their order; none where it has no whole ledger."""
    statement = sa.select(LedgerBlock.digest).where(LedgerBlock.operation_id == operation.id)
    digests = list(session.scalars(statement.order_by(LedgerBlock.number)))
    return digests if digests[:1] == [WHOLE] else []


def lines_of(session: orm.Session, operation: Operation) -> Lines:
    """Return the lines of the ledger as the transaction sees it.

    The process keeps what it has read and reads only blocks that are new. What it keeps is told by digests of
    the contents, so that it is never another's: not after a write, a rollback or a restored backup. Without a
    ledger the record itself is read, which takes long.
    """
    key = (id(session.get_bind()), operation.id)
    while digests := block_digests(session, operation):
        with _lock:
            ledger = _kept.pop(key, None) or Ledger()
        try:
            ledger = ledger.with_blocks(digests, lambda missing: _read(session, operation, missing))
        except _Gone:
            continue
        with _lock:
            _kept[key] = ledger
            while len(_kept) > MOST:
                del _kept[next(iter(_kept))]
        return ledger.lines(len(digests))
    ledger = Ledger()
    for block in blocks_of(facts(session, operation, "all")):
        ledger = ledger.with_blocks([*ledger.digests, digest_of(pack(block))], lambda _, one=block: [one])  # type: ignore[misc]
    return ledger.lines(len(ledger.digests))


def forget() -> None:
    """Forget what the process has read."""
    with _lock:
        _kept.clear()


def _read(session: orm.Session, operation: Operation, digests: Sequence[str]) -> list[Block]:
    found: dict[str, Block] = {}
    for number in range(0, len(digests), 100):
        some = digests[number : number + 100]
        rows = session.execute(
            sa.select(LedgerBlock.digest, LedgerBlock.content).where(
                LedgerBlock.operation_id == operation.id, LedgerBlock.digest.in_(some)
            )
        )
        found |= {digest: unpack(content) for digest, content in rows}
    if len(found) < len(set(digests)):
        raise _Gone
    return [found[digest] for digest in digests]


def choose(
    lines: Lines,
    window: Window,
    *,
    types: Sequence[str] | None = None,
    statuses: Sequence[str] | None = None,
    group: str | None = None,
    within: tuple[int, str | None] | None = None,
    present_in: str | None = None,
) -> Chosen:
    """Return the lines of a window; their signs add up to the rows in force.

    Args:
        types: Only rows of these activity types.
        statuses: Only rows with these statuses.
        group: Only rows of this population group.
        within: Only rows whose area at a level (1 to 3) has this code; code None: rows without one.
        present_in: Only rows that are presence in this sub-sector: of the ``types``, or without a type and of
            this sub-sector or none; suspended and cancelled ones never.
    """
    texts = lines.texts
    conditions: list[Numbers] = []
    if present_in is not None:
        here = texts["activity_type"].where(is_one_of(*(types or ())))
        if window.activity_type is None and None in texts["activity_type"].values:
            untold = texts["sub_sector"].where(is_one_of(None, present_in))
            here |= untold & texts["activity_type"].where(lambda value: value is None)
        conditions += [here, texts["status"].where(lambda value: value not in NEVER)]
    elif types is not None:
        conditions.append(texts["activity_type"].where(is_one_of(*types)))
    if statuses is not None:
        conditions.append(texts["status"].where(is_one_of(*statuses)))
    if group is not None:
        conditions.append(texts["population_group"].where(is_one_of(group)))
    if within is not None:
        level, code = within
        conditions.append(texts["place"].where(lambda codes: codes[level - 1] == code))  # type: ignore[index]
    return Chosen(lines, all_true([*conditions, *_of_window(lines, window)], lines.count))


def _of_window(lines: Lines, window: Window) -> list[Numbers]:
    texts = lines.texts
    conditions: list[Numbers] = []
    if window.as_of is not None:
        conditions.append(lines.numbers["at"] <= (window.as_of - _EPOCH) // dt.timedelta(microseconds=1))
    if window.first is not None or window.last is not None:
        conditions.append(texts["period"].where(window.has_month))
    if window.organisation is not None:
        conditions.append(texts["organisation"].where(is_one_of(window.organisation)))
    if window.activity_type is not None:
        conditions.append(texts["activity_type"].where(is_one_of(window.activity_type)))
    return conditions


def rows_by(chosen: Chosen, name: str) -> dict[Any, int]:
    """Return the rows in force by what they say in one column, without those that nobody says."""
    values = chosen.by(name)
    rows = np.bincount(values.numbers, chosen.of("sign"), len(values.values))
    return {values.values[n]: int(rows[n]) for n in np.flatnonzero(rows > 0).tolist()}


def moment_of(microseconds: int) -> dt.datetime:
    """Return a moment of the ledger."""
    return _EPOCH + dt.timedelta(microseconds=microseconds)


def among(chosen: Chosen, versions: Sequence[int]) -> Numbers:
    """Return for each line whether it is of one of these versions."""
    if not versions:
        return np.zeros(chosen.count, bool)
    found: Numbers = np.isin(chosen.of("version"), np.asarray(versions, np.int64))
    return found
