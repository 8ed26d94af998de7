"""Gazetteer editions and their areas."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Area, AreaLink, GazetteerEdition
from cluster4w.record.gazetteer import Gazetteer, Place

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


def _places(session: orm.Session, edition_id: int) -> tuple[Place, ...]:
    rows = session.execute(
        sa.select(*_PLACE_COLUMNS).where(Area.edition_id == edition_id).order_by(Area.level, Area.pcode)
    )
    return tuple(
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
        others = tuple(Gazetteer(s.country, s.edition, _places(session, s.id)) for s in siblings)
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
    return Gazetteer(edition.country, edition.edition, _places(session, edition.id), others, links)


def get_edition(session: orm.Session, country: str, edition: str) -> GazetteerEdition | None:
    """Return an edition of a country, or None."""
    return session.scalar(
        sa.select(GazetteerEdition).where(
            GazetteerEdition.country == country, GazetteerEdition.edition == edition
        )
    )
