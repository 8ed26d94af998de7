"""Migrations and models say the same, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from cluster4w import create_app
from cluster4w.extensions import alembic, db
from cluster4w.models import Base
from tests.conftest import close_connections


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without any table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        url = request.getfixturevalue("empty_postgres")
    app = create_app({"TESTING": True, "DATABASE_URL": url, "INSTANCE": tmp_path, "SECRET_KEY": "tests"})
    yield app
    close_connections(app)


def test_migrations_make_the_tables_of_the_models(empty_app: Flask) -> None:
    with empty_app.app_context():
        alembic.upgrade()
        assert alembic.compare_metadata() == []
        tables = set(sa.inspect(db.engine).get_table_names())
    assert tables == {*Base.metadata.tables, "alembic_version"}


def test_migrations_can_be_taken_back_and_made_again(empty_app: Flask) -> None:
    with empty_app.app_context():
        alembic.upgrade()
        alembic.downgrade("base")
        assert set(sa.inspect(db.engine).get_table_names()) == {"alembic_version"}
        alembic.upgrade()
        assert alembic.compare_metadata() == []
