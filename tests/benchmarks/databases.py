"""A database of a benchmark's own, with the reference data and the example's operation but no activity."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Base, Operation
from cluster4w.models.engine import make_engine
from tests.databases import postgres_address


@contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """Yield the address of a fresh database, ``sqlite`` or ``postgresql``; it is gone afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
            _fill(url)
            yield url
        return
    address = postgres_address()
    name = f"bench_{uuid4().hex[:12]}"
    admin = sa.create_engine(address.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        _fill(address.format(name=name))
        yield address.format(name=name)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _fill(url: str) -> None:
    from cluster4w.record.operations.example import load_example
    from cluster4w.record.operations.ledger import rebuild
    from cluster4w.record.operations.shipping import ship_reference_data

    engine = make_engine(url)
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        ship_reference_data(session)
        load_example(session)
        session.execute(sa.delete(Activity))
        for operation in session.scalars(sa.select(Operation)):
            rebuild(session, operation)
        session.commit()
    engine.dispose()
