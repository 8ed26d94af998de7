"""Keeping the ledger of a record exact: within every transaction that records, or made anew as a whole."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, LedgerBlock, Operation
from cluster4w.record.ledger.block import FULL, WHOLE, Block, block_of, digest_of, joined, pack, unpack
from cluster4w.record.operations.turns import wait_for_turn
from cluster4w.record.queries.ledger import block_digests
from cluster4w.record.queries.ledger_facts import blocks_of, facts
from cluster4w.record.queries.operations import list_operations

#: So many blocks that are not half full are packed together: each write leaves one, and readers fetch each.
MANY = 64


def last_version(session: orm.Session, operation: Operation) -> int:
    """Let nobody else record in the operation until the transaction ends; returns the newest version's key.

    What the transaction records afterwards has higher keys, and among these only its own are the operation's.
    """
    wait_for_turn(session, operation)
    return session.scalar(sa.select(sa.func.max(Activity.id))) or 0


def follow(session: orm.Session, operation: Operation, last: int, *, changed: bool) -> None:
    """Bring the ledger up to what was recorded since :func:`last_version`; ``changed``: versions were
    superseded, and not only new activities recorded.

    A ledger that there is not yet, or that is of another format, is made anew.
    """
    if not is_whole(session, operation):
        rebuild(session, operation)
        return
    blocks = list(blocks_of(facts(session, operation, "new", last)))
    if changed:
        blocks += blocks_of(facts(session, operation, "superseded", last))
    _append(session, operation, blocks)
    _pack_together(session, operation)


def rebuild(session: orm.Session, operation: Operation) -> None:
    """Make the whole ledger of an operation anew from its record."""
    last_version(session, operation)
    session.execute(sa.delete(LedgerBlock).where(LedgerBlock.operation_id == operation.id))
    whole = {"number": 0, "lines": 0, "digest": WHOLE, "content": pack(block_of([]))}
    session.execute(sa.insert(LedgerBlock).values(operation_id=operation.id, **whole))
    _append(session, operation, blocks_of(facts(session, operation, "all")))


def complete_ledgers(session: orm.Session) -> None:
    """Make the ledgers that are missing, or of another format: after a migration, for example."""
    for operation in list_operations(session):
        if not is_whole(session, operation):
            rebuild(session, operation)


def is_whole(session: orm.Session, operation: Operation) -> bool:
    """Tell whether the operation has a ledger of the format that is read."""
    return bool(block_digests(session, operation))


def _append(session: orm.Session, operation: Operation, blocks: Iterable[Block]) -> None:
    mine = LedgerBlock.operation_id == operation.id
    last = session.scalar(sa.select(sa.func.max(LedgerBlock.number)).where(mine)) or 0
    for number, block in enumerate(blocks, last + 1):
        content = pack(block)
        session.execute(
            sa.insert(LedgerBlock).values(
                operation_id=operation.id,
                number=number,
                lines=block.lines,
                digest=digest_of(content),
                content=content,
            )
        )


def _pack_together(session: orm.Session, operation: Operation) -> None:
    """Pack blocks that are not half full together where there are many; the order of lines means nothing."""
    mine = sa.and_(
        LedgerBlock.operation_id == operation.id, LedgerBlock.number > 0, LedgerBlock.lines * 2 < FULL
    )
    numbers = list(session.scalars(sa.select(LedgerBlock.number).where(mine)))
    if len(numbers) < MANY:
        return
    rows = session.execute(sa.select(LedgerBlock.content).where(mine).order_by(LedgerBlock.number))
    small = [unpack(content) for (content,) in rows]
    session.execute(sa.delete(LedgerBlock).where(mine))
    _append(session, operation, _fuller(small))


def _fuller(blocks: Iterable[Block]) -> list[Block]:
    """Return the lines of some blocks in blocks as full as can be without parting one."""
    found: list[list[Block]] = [[]]
    for block in blocks:
        if sum(b.lines for b in found[-1]) + block.lines > FULL:
            found.append([])
        found[-1].append(block)
    return [joined(part) for part in found]
