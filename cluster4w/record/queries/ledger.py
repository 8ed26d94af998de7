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
from cluster4w.record.ledger.chosen import Chosen, is_one_of
from cluster4w.record.ledger.lines import Ledger, Lines
from cluster4w.record.queries.coverage import NEVER, Window
from cluster4w.record.queries.ledger_facts import blocks_of, facts

#: Choices of lines by their types and statuses that are kept with a ledger.
MOST_CHOSEN = 16
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
            # It stays there: others who ask meanwhile wait for what is read, instead of reading it too.
            ledger = _kept.setdefault(key, Ledger())
        try:
            ledger = ledger.with_blocks(digests, lambda missing: _read(session, operation, missing))
        except _Gone:
            continue
        with _lock:
            _kept.pop(key, None)
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
    kind = (tuple(sorted(types)) if types is not None else None, statuses and tuple(statuses), present_in)
    untyped = present_in is not None and window.activity_type is None
    made = lines.made
    if (base := made.get((kind, untyped))) is None:
        if len(made) >= MOST_CHOSEN:
            made.clear()
        base = made[kind, untyped] = _of_kind(lines, types, statuses, present_in, untyped=untyped)
    who = (window.organisation, window.activity_type)
    if who != (None, None):
        base = lines.kept((kind, untyped, who), lambda base=base: _of_part(base, window))  # type: ignore[misc]
    conditions: list[Numbers] = []
    if group is not None:
        conditions.append(base.table("population_group", is_one_of(group)))
    if within is not None:
        level, code = within
        conditions.append(base.table("place", lambda codes: codes[level - 1] == code))
    if window.as_of is not None:
        conditions.append(base.of("at") <= (window.as_of - _EPOCH) // dt.timedelta(microseconds=1))
    if window.first is not None or window.last is not None:
        inside = {month for month in base.values("period") if window.has_month(month)}
        # Most questions are about all months that there are.
        if len(inside) < len(base.values("period")):
            conditions.append(base.table("period", is_one_of(*inside)))
    chosen: Chosen = base.where(*conditions)
    return chosen


def _of_part(chosen: Chosen, window: Window) -> Chosen:
    """Return the lines of the organisation and the activity type asked for."""
    conditions: list[Numbers] = []
    if window.organisation is not None:
        conditions.append(chosen.table("organisation", is_one_of(window.organisation)))
    if window.activity_type is not None:
        conditions.append(chosen.table("activity_type", is_one_of(window.activity_type)))
    return chosen.where(*conditions)


def _of_kind(
    lines: Lines,
    types: Sequence[str] | None,
    statuses: Sequence[str] | None,
    present_in: str | None,
    *,
    untyped: bool,
) -> Chosen:
    """Return the lines of some types and statuses: what most questions begin with."""
    whole = Chosen(lines, None)
    conditions: list[Numbers] = []
    if types is not None:
        here = whole.table("activity_type", is_one_of(*types))
        if untyped and None in whole.values("activity_type"):
            untold = whole.table("sub_sector", is_one_of(None, present_in))
            here |= untold & whole.table("activity_type", lambda value: value is None)
        conditions.append(here)
    if present_in is not None:
        conditions.append(whole.table("status", lambda value: value not in NEVER))
    if statuses is not None:
        conditions.append(whole.table("status", is_one_of(*statuses)))
    return whole.where(*conditions)


def rows_by(chosen: Chosen, name: str) -> dict[Any, int]:
    """Return the rows in force by what they say in one column, without those that nobody says."""
    return chosen.once(("rows by", name), lambda: _rows_by(chosen, name))


def _rows_by(chosen: Chosen, name: str) -> dict[Any, int]:
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
