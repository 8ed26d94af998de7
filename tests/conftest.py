"""What every test may ask for: a database of its own (SQLite and PostgreSQL), a small operation, an app."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import argon2
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy import orm

from cluster4w import jobs
from cluster4w.models import Base, Operation
from cluster4w.models.engine import configure_engine, make_engine
from cluster4w.record.operations import people
from tests.compiled import Pages, compiled_once
from tests.databases import PostgresDatabase, postgres_address
from tests.small import make_operation

#: What the product hashes with, before any test makes it cheap.
PRODUCT_HASHER = people._HASHER
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at the least cost: a third of the suite's time would go into making them hard to guess.

    ``test_people`` looks at the product's own cost, kept here as :data:`PRODUCT_HASHER`.
    """
    with pytest.MonkeyPatch.context() as patch:
        cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(people, "_HASHER", cheap)
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_waits() -> Iterator[None]:
    """Let a check that is being stored not stop for others who want to write: a test's own file is alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "BREATH", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled() -> Iterator[None]:
    """Compile statements and routes once per process."""
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real public data; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/data with real public data is not here")
    return SHARED


@pytest.fixture(scope="session")
def real_workbook(shared: Path) -> Path:
    """OCHA's Mali 5W of December 2023: 24,088 rows x 40 columns."""
    return shared / "mali" / "ocha_mali_5w_2023q4.xlsx"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """Address of a PostgreSQL server, with ``{name}`` in the place of the database."""
    return postgres_address()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[PostgresDatabase]:
    """The database that the PostgreSQL tests of this process use one after the other."""
    database = PostgresDatabase(postgres_server, make_operation)
    yield database
    database.drop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, of which each test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        make_operation(session)
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database of the test's own, with the small operation ``test-2016`` in it."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    database = request.getfixturevalue("postgres_database")
    database.bring_back()
    yield database.url


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """Address of a PostgreSQL database without any table."""
    name = f"empty_{uuid4().hex[:12]}"
    admin = sa.create_engine(postgres_server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield postgres_server.format(name=name)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def session(database_url: str) -> Iterator[orm.Session]:
    """A session on the test's own database, without any web application."""
    engine = configure_engine(sa.create_engine(database_url))
    with orm.Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def operation(session: orm.Session) -> Operation:
    """The small operation: see :mod:`tests.small`."""
    return session.scalars(sa.select(Operation).where(Operation.slug == "test-2016")).one()


@pytest.fixture
def cli(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the test's own database; returns the result."""
    from cluster4w.cli import main

    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLUSTER4W_INSTANCE", str(tmp_path))

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)

    return run


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Any]:
    """The web application on the test's own database; background work runs at once."""
    from cluster4w import create_app

    made = create_app(
        {
            "TESTING": True,
            "DATABASE_URL": database_url,
            "INSTANCE": tmp_path,
            "SECRET_KEY": "only-for-tests",
            "WTF_CSRF_ENABLED": False,
            "JOBS_AT_ONCE": True,
            "RATELIMIT_ENABLED": False,
        }
    )
    made.jinja_env.bytecode_cache = Pages()
    yield made
    close_connections(made)


def close_connections(app: Any) -> None:
    """Close the pooled connections of an application: PostgreSQL's driver warns of those left open."""
    from cluster4w.extensions import db

    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def person_as(app: Any) -> Any:
    """Make a person of the small operation: ``person_as("partner", "ONG-A")`` returns its e-mail address."""
    from tests.people import make_person

    def make(role: str, organisation: str | None = None) -> str:
        return make_person(app, role, organisation)

    return make


@pytest.fixture
def client_for(app: Any, person_as: Any) -> Any:
    """Return a signed-in client that lints its pages: ``client_for("partner", "ONG-B")``, default ONG-A.

    ``client_for("anonymous")`` is nobody.
    """
    from tests.pages import PageClient
    from tests.people import enter

    app.test_client_class = PageClient

    def client(role: str, organisation: str | None = None) -> PageClient:
        made: PageClient = app.test_client()
        if role != "anonymous":
            enter(app, made, person_as(role, organisation))
        return made

    return client
