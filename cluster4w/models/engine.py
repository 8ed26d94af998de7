"""How a database is opened, for the web, the command line and plain scripts alike."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cluster4w.models.plain_text import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import orm

#: True while the current request, command or job is going to write.
_writing: ContextVar[bool] = ContextVar("cluster4w_writing", default=False)

#: Milliseconds that a writer of SQLite waits for another one.
BUSY_TIMEOUT_MS = 60_000
#: Kibibytes of pages that a connection of SQLite keeps (its own default), and while many rows are written.
CACHE_KIB, LARGE_CACHE_KIB = 2_000, 64_000


@contextmanager
def writing() -> Iterator[None]:
    """Say that the transactions begun inside this block write.

    SQLite then takes its write lock at the beginning. A transaction that begins as a reader and turns
    writer fails at once when another one has written in between, however long the busy timeout is.
    """
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Say that the transactions begun inside this block only read, whatever the block around it does.

    They then wait for nobody, and nobody waits for them.
    """
    token = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def more_room(session: orm.Session, wanted: bool = True) -> Iterator[None]:
    """Let SQLite keep the pages of a table's indexes while many rows are written into it.

    Each row falls into another page of each index: with the usual room, pages are written out and read again
    for every few rows. Other databases have room of their own.
    """
    connection = session.connection()
    wanted = wanted and connection.dialect.name == "sqlite"
    if wanted:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{LARGE_CACHE_KIB}")
    try:
        yield
    finally:
        if wanted:
            connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")


def configure_engine(engine: sa.Engine) -> sa.Engine:
    """Set up an engine as the tracker needs it; returns the same engine.

    SQLite: foreign keys on, write-ahead log, a patient busy timeout, and transactions that we begin
    ourselves, because the driver of Python 3.11 begins them late and breaks SAVEPOINT.
    """
    if engine.dialect.name != "sqlite":
        return engine

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for name, arguments, function in FUNCTIONS:
            connection.create_function(name, arguments, function, deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")

    return engine


def make_engine(url: str) -> sa.Engine:
    """Return an engine for a database URL, set up as the tracker needs it."""
    return configure_engine(sa.create_engine(url))
