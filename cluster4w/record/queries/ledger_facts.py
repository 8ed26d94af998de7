"""What of an operation's record belongs into its ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.record.ledger.block import FULL, Block, block_of
from cluster4w.record.queries.coverage import REACHED

#: Which versions: all there ever were; those with keys above ``:last``; those that such ones supersede.
Which = Literal["all", "new", "superseded"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_OPERATION = sa.bindparam("operation", type_=sa.Integer)
_LAST = sa.bindparam("last", type_=sa.BigInteger)


def _said(row: type[Activity]) -> tuple[Any, Any]:
    """Return the households and the individuals of a row: see :class:`cluster4w.record.ledger.block.Fact`."""
    done = row.status.in_(REACHED)

    def figure(reached: Any, targeted: Any, other: Any) -> Any:
        promised = sa.func.coalesce(targeted, sa.case((other.is_(None), reached)))
        return sa.case((done, reached), else_=promised)

    return (
        figure(row.households_reached, row.households_targeted, row.individuals_targeted),
        figure(row.individuals_reached, row.individuals_targeted, row.households_targeted),
    )


@lru_cache(maxsize=4)
def _statement(which: Which) -> sa.Select[Any]:
    row = orm.aliased(Activity)
    columns: list[Any] = [
        row.id,
        row.organisation_id,
        # As the driver gives them: there are many rows, and few different moments.
        *(sa.type_coerce(c, sa.types.NullType()) for c in (row.recorded_at, row.superseded_at)),
        row.version,
        sa.type_coerce(row.first_time_assisted, sa.types.NullType()),
        *_said(row),
        row.activity_type,
        row.sub_sector,
        row.status,
        row.population_group,
        row.modality,
        row.period,
        row.adm1_pcode,
        row.adm2_pcode,
        row.adm3_pcode,
        sa.func.coalesce(row.site_pcode, row.site_name),
        row.implementing_partner,
    ]
    statement = sa.select(*columns).where(row.withdrawn == sa.false())
    if which == "all":
        return statement.where(row.operation_id == _OPERATION).order_by(row.id)
    if which == "new":
        # SQLite would rather walk over all of the operation's rows by an index; of a sum it knows none.
        return statement.where(row.operation_id + 0 == _OPERATION, row.id > _LAST)
    after = orm.aliased(Activity)
    follows = sa.and_(
        row.operation_id == after.operation_id, row.uid == after.uid, row.version == after.version - 1
    )
    return statement.select_from(orm.join(after, row, follows)).where(
        after.operation_id + 0 == _OPERATION, after.id > _LAST
    )


def facts(
    session: orm.Session, operation: Operation, which: Which, last: int = 0
) -> Iterator[tuple[Any, ...]]:
    """Yield what belongs into the ledger, in the order of :class:`cluster4w.record.ledger.block.Fact`.

    With ``all`` every version that came, and that it went; ``new``: what came with keys above ``last``;
    ``superseded``: what went with them.
    """
    moments: dict[Any, int] = {}
    kind: Any = Activity.__table__.c.recorded_at.type
    dialect = session.get_bind().dialect
    convert = kind.dialect_impl(dialect).result_processor(dialect, None)

    def moment(raw: Any) -> int:
        """Return the microseconds of a moment as the driver gives it."""
        if raw not in moments:
            value: dt.datetime = convert(raw) if convert is not None else raw
            moments[raw] = (value - _EPOCH) // dt.timedelta(microseconds=1)
        return moments[raw]

    result = session.execute(
        _statement(which).execution_options(yield_per=FULL), {"operation": operation.id, "last": last}
    )
    for rows in result.partitions():
        for id_, who, came, went, version, first, households, individuals, *texts in rows:
            *kinds, one, two, three, site, partner = texts
            said = (households, individuals, *kinds, (one, two, three), site, partner)
            rest = (int(version == 1), -1 if first is None else int(first), *said)
            if which != "superseded":
                yield id_, who, moment(came), 1, *rest
            if which != "new" and went is not None:
                yield id_, who, moment(went), -1, *rest


def blocks_of(found: Iterator[tuple[Any, ...]]) -> Iterator[Block]:
    """Yield facts in blocks, as full as can be."""
    while part := list(islice(found, FULL)):
        yield block_of(part)
