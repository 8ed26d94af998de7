"""Gazetteer editions and their areas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Area, AreaLink, Boundary, GazetteerEdition, Operation
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.kept import Kept
from cluster4w.record.queries.coverage import raw_rows
from cluster4w.template.text import fold

#: Rings of [longitude, latitude] pairs in degrees.
Rings = Sequence[Sequence[Sequence[float]]]

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


@lru_cache(maxsize=1)
def _places_statement() -> sa.Select[*tuple[Any, ...]]:
    edition = sa.bindparam("edition", type_=sa.Integer)
    return (
        sa.select(*_PLACE_COLUMNS, Area.origin)
        .where(Area.edition_id == edition)
        .order_by(Area.level, Area.pcode)
    )


def _place_rows(session: orm.Session, edition_id: int) -> Sequence[tuple[Any, ...]]:
    return raw_rows(session, _places_statement(), {"edition": edition_id})


def _places(rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[Place, ...], frozenset[int]]:
    """Return an edition's areas, and the levels below the cercle whose areas all came with the product."""
    places = tuple(
        Place(
            pcode,
            level,
            name,
            parent,
            _names(names),
            longitude,
            latitude,
            population,
            (column, row) if column is not None else None,
        )
        for pcode, level, name, parent, names, longitude, latitude, population, column, row, _ in rows
    )
    origins = [(place.level, row[-1]) for place, row in zip(places, rows, strict=True)]
    below = {level for level, _ in origins if level > 2}
    return places, frozenset(below - {level for level, origin in origins if origin != "shipped"})


#: Every page of figures needs all areas, and they change once in years.
_KEPT: Kept[Gazetteer] = Kept(most=8)


def _names(stored: str | list[str] | None) -> tuple[str, ...]:
    """Return spellings as the driver gives them: PostgreSQL's reads JSON, that of SQLite does not."""
    if not stored or stored == "[]":
        return ()
    return tuple((json.loads(stored) if isinstance(stored, str) else stored) or ())


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
        others = tuple(
            Gazetteer(s.country, s.edition, _places(_place_rows(session, s.id))[0]) for s in siblings
        )
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
    area_rows = _place_rows(session, edition.id)

    def made() -> Gazetteer:
        places, partial = _places(area_rows)
        return Gazetteer(edition.country, edition.edition, places, others, links, partial)

    return made() if with_others else _KEPT.of((edition.country, edition.edition), area_rows, made)


def linked_codes(session: orm.Session, edition_id: int) -> list[tuple[str, str, str]]:
    """Return every link of an edition: the other edition, the code there, the code here."""
    ours, theirs = orm.aliased(Area), orm.aliased(Area)
    found: list[tuple[str, str, str]] = []
    for left, right in (
        (AreaLink.area_id, AreaLink.other_area_id),
        (AreaLink.other_area_id, AreaLink.area_id),
    ):
        rows = session.execute(
            sa.select(GazetteerEdition.edition, theirs.pcode, ours.pcode)
            .select_from(AreaLink)
            .join(ours, ours.id == left)
            .join(theirs, theirs.id == right)
            .join(GazetteerEdition, GazetteerEdition.id == theirs.edition_id)
            .where(ours.edition_id == edition_id)
        )
        found += [(row[0], row[1], row[2]) for row in rows]
    return sorted(found)


def get_edition(session: orm.Session, country: str, edition: str) -> GazetteerEdition | None:
    """Return an edition of a country, or None."""
    return session.scalar(
        sa.select(GazetteerEdition).where(
            GazetteerEdition.country == country, GazetteerEdition.edition == edition
        )
    )


def edition_names(session: orm.Session, edition_id: int) -> dict[int, Mapping[str, str]]:
    """Return level to its name by language."""
    names = session.get_one(GazetteerEdition, edition_id).level_names
    return {int(level): labels for level, labels in names.items()}


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


def boundaries(
    session: orm.Session, edition_id: int, level: int, *, whole: bool = False
) -> dict[str, list[Any]]:
    """Return p-code to rings (``[[[lon, lat], ...], ...]``, degrees) of a level.

    They are simplified for drawing; ``whole``: with every point of the file that they came from.
    """
    rows = session.execute(
        sa.select(Area.pcode, sa.func.coalesce(Boundary.whole, Boundary.rings) if whole else Boundary.rings)
        .join(Boundary, Boundary.area_id == Area.id)
        .where(Area.edition_id == edition_id, Area.level == level)
        .order_by(Area.pcode)
    )
    return {row[0]: row[1] for row in rows}


def areas_without_outline(session: orm.Session, edition_id: int, level: int) -> list[tuple[str, str]]:
    """Return the (p-code, name) of the areas of a level that have no outline, by code."""
    rows = session.execute(
        sa.select(Area.pcode, Area.name)
        .outerjoin(Boundary, Boundary.area_id == Area.id)
        .where(Area.edition_id == edition_id, Area.level == level, Boundary.id.is_(None))
        .order_by(Area.pcode)
    )
    return [(pcode, name) for pcode, name in rows]


@dataclass(frozen=True, slots=True)
class Outlines:
    """The outlines of a level by p-code; ``coarse``: drawn for maps of the world, kilometres off."""

    rings: Mapping[str, Rings] = field(default_factory=dict)
    coarse: bool = False


#: How the source of a coarse outline begins.
COARSE_SOURCE = "Natural Earth"


def outlines(session: orm.Session, edition_id: int, level: int) -> Outlines:
    """Return the whole outlines of a level, and whether any of them is coarse."""
    coarse = any(s.startswith(COARSE_SOURCE) for s in boundary_sources(session, edition_id, level))
    return Outlines(boundaries(session, edition_id, level, whole=True), coarse)


def known_sites(
    session: orm.Session, operation: Operation, organisation_id: int | None
) -> dict[str, tuple[str, ...]]:
    """Return the sites of the record, folded name to the p-codes of the areas in which they lie.

    Those that an organisation has recorded itself; None: those of all.
    """
    area = sa.func.coalesce(Activity.adm3_pcode, Activity.adm2_pcode)
    statement = sa.select(Activity.site_name, area).where(
        Activity.operation_id == operation.id,
        Activity.superseded_at.is_(None),
        Activity.withdrawn.is_(False),
        Activity.site_name.is_not(None),
        area.is_not(None),
    )
    if organisation_id is not None:
        statement = statement.where(Activity.organisation_id == organisation_id)
    found: dict[str, dict[str, None]] = {}
    for name, pcode in session.execute(statement.distinct().order_by(Activity.site_name, area)):
        found.setdefault(fold(name or ""), {})[pcode] = None
    return {name: tuple(codes) for name, codes in found.items() if name}


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
