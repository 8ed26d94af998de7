"""What every table shares: the declarative base, naming of constraints, repeated column types."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import JSONB

#: JSON that PostgreSQL can index.
Json = sa.JSON().with_variant(JSONB(), "postgresql")
#: A key wide enough for millions of versions; SQLite counts only in INTEGER keys.
BigKey = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """A moment in UTC. SQLite keeps no time zone: it is taken off on the way in, put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Refuse a moment without a time zone: it would be read as UTC and be hours off."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def now() -> dt.datetime:
    """Return this moment in UTC."""
    return dt.datetime.now(dt.UTC)


Key = Annotated[int, orm.mapped_column(primary_key=True)]
BigPrimaryKey = Annotated[int, orm.mapped_column(BigKey, primary_key=True)]
Moment = Annotated[dt.datetime, orm.mapped_column(UtcDateTime(), default=now)]


class Base(orm.DeclarativeBase):
    """Base of every table. Constraint names are fixed so that a migration can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this attribute as it is
        dict[str, Any]: Json,
        list[str]: Json,
        list[Any]: Json,
        dt.datetime: UtcDateTime(),
        str: sa.Text(),
    }
