"""New versions as rows of the database's driver: made while nothing is locked, written in one go.

While the rows of a large file are written, nobody else can record: what is left to do then is as little as
can be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.record.queries.operations import template_of
from cluster4w.record.values import extra_values, stored_keys
from cluster4w.template.kinds import Values

#: Rows per statement: large enough to amortise, small enough to tell how far it is.
BATCH = 2_000
#: From so many rows on they are worth another way of writing.
MANY = 1_000

T = TypeVar("T")

_TABLE = cast(sa.Table, Activity.__table__)
#: The columns of a row that no column of the template says; the first two are filled in at the end.
_FIRST = (
    "organisation_id", "recorded_at", "uid", "version", "withdrawn", "source_row", "fixed", "extra",
)  # fmt: skip

#: A row as the driver takes it: what :data:`_FIRST` names, then the columns of the template.
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One version to write. ``uid`` None makes a new activity; a known one gets its next version."""

    #: Below zero: an organisation that is only registered when the version is written.
    organisation_id: int
    values: Values
    uid: str | None = None
    source_row: int | None = None
    withdrawn: bool = False
    #: Values of file columns that nobody recognised, by header.
    extra: dict[str, Any] = field(default_factory=dict)
    #: Cells that were corrected in the page: see :attr:`cluster4w.models.Activity.fixed`.
    fixed: list[Any] | None = None
    #: When it was said, where that is not now: the example tells of months gone by.
    recorded_at: dt.datetime | None = None


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most ``size`` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class RowMaker:
    """Makes rows of an operation's versions."""

    def __init__(self, session: orm.Session, operation: Operation) -> None:
        self._template = template_of(operation)
        self._keys = stored_keys(self._template)
        self.names = (*_FIRST, *self._keys)
        dialect = session.get_bind().dialect
        converters = ((i, _converter(name, dialect)) for i, name in enumerate(self.names))
        self._converters = [(i, convert) for i, convert in converters if convert is not None]

    def row(self, change: Change, uid: str, version: int) -> Row:
        """Return the row of a version."""
        extra = (extra_values(change.values, self._template) or {}) | change.extra or None
        cells: list[Any] = [
            change.organisation_id,
            change.recorded_at,
            uid,
            version,
            change.withdrawn,
            change.source_row,
            change.fixed,
            extra,
            *map(change.values.get, self._keys),
        ]
        for index, convert in self._converters:
            cells[index] = convert(cells[index])
        return tuple(cells)


def _converter(name: str, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    """Return what turns a column's value into what the driver takes; None where it is the same."""
    return _TABLE.c[name].type.dialect_impl(dialect).bind_processor(dialect)


def write_rows(
    session: orm.Session,
    names: tuple[str, ...],
    rows: list[Row],
    *,
    moment: dt.datetime,
    organisations: Mapping[int, int],
    shared: Mapping[str, int | None],
    progress: Callable[[int], None] | None = None,
) -> None:
    """Insert rows of :class:`RowMaker`.

    Args:
        session: one that writes.
        names: the columns of the rows.
        rows: what to insert.
        moment: when a row is recorded that does not say so itself.
        organisations: the key of each organisation whose rows say a number below zero.
        shared: columns that all rows have in common, numbers each.
        progress: told how many more are written, now and then.
    """
    connection = session.connection()
    convert = _converter("recorded_at", connection.dialect)
    now = convert(moment) if convert is not None else moment
    common = tuple(shared.values())
    whole = ((organisations.get(r[0], r[0]), r[1] or now, *r[2:], *common) for r in rows)
    columns = [*names, *shared]
    listed = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql" and len(rows) >= MANY:
        # COPY: a statement for each row would be planned and answered for each.
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {_TABLE.name} ({listed}) FROM STDIN") as copy:
            for batch in batches(whole, BATCH):
                for row in batch:
                    copy.write_row(row)
                if progress is not None:
                    progress(len(batch))
        return
    marks = ", ".join(["%s" if connection.dialect.name == "postgresql" else "?"] * len(columns))
    insert = f"INSERT INTO {_TABLE.name} ({listed}) VALUES ({marks})"  # noqa: S608 - our own names
    for batch in batches(whole, BATCH):
        connection.exec_driver_sql(insert, batch)
        if progress is not None:
            progress(len(batch))
