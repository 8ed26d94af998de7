"""The ledger of a record: what the figures need of every version, in columns that are read in one go.

It is derived from the activities, and exact in every transaction that records.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models.base import Base


class LedgerBlock(Base):
    """Some lines of an operation's ledger, packed as :mod:`cluster4w.record.ledger.block` says.

    A line says that a version came into the record, or that it was superseded, and when: the lines up to a
    moment are the record as of it. Block 0 is empty; where it is, the ledger is whole. A block is never
    changed, so that whoever has read it knows by its digest that it is the same.
    """

    __tablename__ = "ledger_block"

    operation_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("operation.id", ondelete="CASCADE"), primary_key=True
    )
    number: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    lines: orm.Mapped[int]
    #: 32 hexadecimal digits of the SHA-256 of the content.
    digest: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    content: orm.Mapped[bytes] = orm.mapped_column(sa.LargeBinary, deferred=True)
