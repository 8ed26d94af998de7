"""One writer of an operation after the other, so that moments rise in the order in which writes are seen."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation


def wait_for_turn(session: orm.Session, operation: Operation) -> None:
    """Wait until nobody else writes to the operation; others wait until this transaction ends.

    Whatever carries a moment is written after this, and the moment is taken after this: a release then holds
    all that is dated before it, and nothing is dated before it afterwards. On SQLite writers wait at the
    beginning of their transaction.
    """
    # Who only refers to the operation, by a file that it sends for example, need not wait.
    mine = sa.select(Operation.id).where(Operation.id == operation.id).with_for_update(key_share=True)
    session.execute(mine)
