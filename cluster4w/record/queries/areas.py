"""Gazetteer editions and their areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Area, AreaLink, Boundary, GazetteerEdition
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.template.text import fold

_PLACE_COLUMNS = (
    Area.pcode,
    Area.level,
    Area.name,
    Area.parent_pcode,
    Area.names,
    Area.longitude,
    Area.latitude,
    Area.population,
    Area.grid_column,
    Area.grid_row,
)


def _places(session: orm.Session, edition_id: int) -> tuple[tuple[Place, ...], frozenset[int]]:
    """Return an edition's areas, and the levels below the cercle whose areas all came with the product."""
    rows = session.execute(
        sa.select(*_PLACE_COLUMNS, Area.origin)
        .where(Area.edition_id == edition_id)
        .order_by(Area.level, Area.pcode)
    ).all()
    places = tuple(
        Place(
            r.pcode,
            r.level,
            r.name,
            r.parent_pcode,
            tuple(r.names or ()),
            r.longitude,
            r.latitude,
            r.population,
            (r.grid_column, r.grid_row) if r.grid_column is not None else None,
        )
        for r in rows
    )
    below = {r.level for r in rows if r.level > 2}
    return places, frozenset(below - {r.level for r in rows if r.origin != "shipped"})


def load_gazetteer(session: orm.Session, edition_id: int, *, with_others: bool = False) -> Gazetteer:
    """Return an edition in memory.

    With ``with_others`` the country's other editions come along, and the links from their codes to ours.
    """
    edition = session.get_one(GazetteerEdition, edition_id)
    others: tuple[Gazetteer, ...] = ()
    links: dict[tuple[str, str], str] = {}
    if with_others:
        siblings = session.scalars(
            sa.select(GazetteerEdition)
            .where(GazetteerEdition.country == edition.country, GazetteerEdition.id != edition.id)
            .order_by(GazetteerEdition.edition)
        ).all()
        others = tuple(Gazetteer(s.country, s.edition, _places(session, s.id)[0]) for s in siblings)
        ours, theirs = orm.aliased(Area), orm.aliased(Area)
        for mine, other, left, right in (
            (ours, theirs, AreaLink.area_id, AreaLink.other_area_id),
            (ours, theirs, AreaLink.other_area_id, AreaLink.area_id),
        ):
            rows = session.execute(
                sa.select(GazetteerEdition.edition, other.pcode, mine.pcode)
                .join(mine, mine.id == left)
                .join(other, other.id == right)
                .join(GazetteerEdition, GazetteerEdition.id == other.edition_id)
                .select_from(AreaLink)
                .where(mine.edition_id == edition.id)
            )
            links.update({(name, their_code): our_code for name, their_code, our_code in rows})
    places, partial = _places(session, edition.id)
    return Gazetteer(edition.country, edition.edition, places, others, links, partial)


def get_edition(session: orm.Session, country: str, edition: str) -> GazetteerEdition | None:
    """Return an edition of a country, or None."""
    return session.scalar(
        sa.select(GazetteerEdition).where(
            GazetteerEdition.country == country, GazetteerEdition.edition == edition
        )
    )


@dataclass(frozen=True, slots=True)
class Linkable:
    """What linking two editions needs of an area; ``spellings`` are folded, the name first."""

    id: int
    edition: str
    level: int
    pcode: str
    parent: str | None
    spellings: tuple[str, ...]
    other_codes: Mapping[str, str]


def linkable_areas(session: orm.Session, country: str) -> list[Linkable]:
    """Return every area of every edition of a country, by edition, level and code."""
    rows = session.execute(
        sa.select(
            Area.id,
            GazetteerEdition.edition,
            Area.level,
            Area.pcode,
            Area.parent_pcode,
            Area.name,
            Area.names,
            Area.other_codes,
        )
        .join(GazetteerEdition, GazetteerEdition.id == Area.edition_id)
        .where(GazetteerEdition.country == country)
        .order_by(GazetteerEdition.edition, Area.level, Area.pcode)
    )
    return [
        Linkable(i, e, level, code, parent, tuple(dict.fromkeys(map(fold, (name, *names)))), other or {})
        for i, e, level, code, parent, name, names, other in rows
    ]


_STORED = tuple(c for c in Area.__table__.columns if c.name != "edition_id")


def stored_areas(session: orm.Session, edition_id: int) -> dict[tuple[int, str], dict[str, Any]]:
    """Return every column of an edition's areas by (level, p-code)."""
    rows = session.execute(sa.select(*_STORED).where(Area.edition_id == edition_id)).mappings()
    return {(row["level"], row["pcode"]): dict(row) for row in rows}


def boundaries(session: orm.Session, edition_id: int, level: int) -> dict[str, list[Any]]:
    """Return p-code to rings (``[[[lon, lat], ...], ...]``, degrees) of a level."""
    rows = session.execute(
        sa.select(Area.pcode, Boundary.rings)
        .join(Boundary, Boundary.area_id == Area.id)
        .where(Area.edition_id == edition_id, Area.level == level)
        .order_by(Area.pcode)
    )
    return {row.pcode: row.rings for row in rows}


def boundary_sources(session: orm.Session, edition_id: int, level: int) -> list[str]:
    """Return where the outlines of a level come from, for the credit line of a map."""
    return list(
        session.scalars(
            sa.select(Boundary.source)
            .join(Area, Area.id == Boundary.area_id)
            .where(Area.edition_id == edition_id, Area.level == level)
            .distinct()
            .order_by(Boundary.source)
        )
    )


def list_editions(session: orm.Session) -> list[dict[str, Any]]:
    """Return one row per edition: country, edition, validity, areas and outlines per level, links, source."""
    counts: dict[tuple[int, int], tuple[int, int]] = {
        (edition_id, level): (areas, outlines)
        for edition_id, level, areas, outlines in session.execute(
            sa.select(Area.edition_id, Area.level, sa.func.count(Area.id), sa.func.count(Boundary.id))
            .outerjoin(Boundary, Boundary.area_id == Area.id)
            .group_by(Area.edition_id, Area.level)
        )
    }
    linked: dict[int, int] = dict.fromkeys((key[0] for key in counts), 0)
    for side in (AreaLink.area_id, AreaLink.other_area_id):
        for edition_id, count in session.execute(
            sa.select(Area.edition_id, sa.func.count(sa.distinct(Area.id)))
            .join(AreaLink, side == Area.id)
            .group_by(Area.edition_id)
        ):
            linked[edition_id] = linked.get(edition_id, 0) + count
    editions = session.scalars(
        sa.select(GazetteerEdition).order_by(GazetteerEdition.country, GazetteerEdition.edition)
    )
    rows: list[dict[str, Any]] = []
    for edition in editions:
        row: dict[str, Any] = {
            "country": edition.country,
            "edition": edition.edition,
            "valid_from": edition.valid_from.isoformat() if edition.valid_from else None,
            "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
        }
        for level in (1, 2, 3):
            row[f"level_{level}"] = counts.get((edition.id, level), (0, 0))[0]
        for level in (1, 2, 3):
            row[f"boundaries_{level}"] = counts.get((edition.id, level), (0, 0))[1]
        row["linked"] = linked.get(edition.id, 0)
        row["source"] = edition.source
        rows.append(row)
    return rows
