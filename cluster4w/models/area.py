"""Gazetteer editions, their areas, and the links between editions.

P-codes are renumbered: ML0101 is Kayes in one edition of Mali and Bafoulabé in another. The key of an area
is therefore (country, edition, level, p-code), and nothing else in the record is a place.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import JSONB

from cluster4w.models.base import Base, Key


class GazetteerEdition(Base):
    """One state of a country's administrative division."""

    __tablename__ = "gazetteer_edition"
    __table_args__ = (sa.UniqueConstraint("country", "edition"),)

    id: orm.Mapped[Key]
    #: ISO 3166-1 alpha-3.
    country: orm.Mapped[str] = orm.mapped_column(sa.String(3))
    edition: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    valid_from: orm.Mapped[dt.date | None]
    valid_to: orm.Mapped[dt.date | None]
    source: orm.Mapped[str] = orm.mapped_column(default="")
    #: Names of the levels per language: ``{"1": {"fr": "Région", "en": "Region"}, ...}``.
    level_names: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)


class Area(Base):
    """An administrative unit of one edition."""

    __tablename__ = "area"
    __table_args__ = (
        sa.UniqueConstraint("edition_id", "level", "pcode"),
        sa.Index(None, "edition_id", "parent_pcode"),
    )

    id: orm.Mapped[Key]
    edition_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("gazetteer_edition.id", ondelete="CASCADE"))
    level: orm.Mapped[int]
    pcode: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    name: orm.Mapped[str]
    #: P-code of the area one level up; None at level 1.
    parent_pcode: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    #: Other spellings that official lists hold.
    names: orm.Mapped[list[str]] = orm.mapped_column(default=list)
    #: A point inside the area, decimal degrees.
    longitude: orm.Mapped[float | None]
    latitude: orm.Mapped[float | None]
    population: orm.Mapped[int | None]
    #: Place on the tile grid, where the product has one.
    grid_column: orm.Mapped[int | None]
    grid_row: orm.Mapped[int | None]
    #: ``shipped`` with the product or read from a ``file``: what people loaded is not overwritten.
    origin: orm.Mapped[str] = orm.mapped_column(sa.String(8), default="file")
    #: What the file says of the same area elsewhere, edition to p-code: kept, because that edition may be
    #: loaded later.
    other_codes: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)


class Boundary(Base):
    """The outline of an area: simplified for drawing, and whole for telling where a point lies."""

    __tablename__ = "boundary"
    __table_args__ = (sa.UniqueConstraint("area_id"),)

    id: orm.Mapped[Key]
    area_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("area.id", ondelete="CASCADE"))
    #: Rings of [longitude, latitude] pairs in degrees: ``[[ [lon, lat], ... ], ...]``, outer rings and holes
    #: alike (drawn with the even-odd rule).
    rings: orm.Mapped[list[Any]]
    source: orm.Mapped[str] = orm.mapped_column(default="")
    #: The same rings with every point of the file; None: the source has no more than :attr:`rings`.
    whole: orm.Mapped[list[Any] | None] = orm.mapped_column(
        sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), deferred=True
    )


class AreaLink(Base):
    """The same place in two editions."""

    __tablename__ = "area_link"
    __table_args__ = (sa.UniqueConstraint("area_id", "other_area_id"),)

    id: orm.Mapped[Key]
    area_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("area.id", ondelete="CASCADE"))
    other_area_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("area.id", ondelete="CASCADE"), index=True
    )
    #: How the link was found: ``file`` (the gazetteer says so) or ``name`` (same name, linked parents).
    how: orm.Mapped[str] = orm.mapped_column(sa.String(8))
