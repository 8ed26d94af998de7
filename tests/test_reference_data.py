"""The reference data that comes with the product."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Area, AuditEvent, Boundary, GazetteerEdition
from cluster4w.record.operations.areas import AreaRow, save_areas, save_boundaries
from cluster4w.record.operations.shipping import ship_reference_data, shipped_areas
from cluster4w.record.queries.areas import boundaries, get_edition, list_editions, load_gazetteer


def _edition(session: orm.Session) -> GazetteerEdition:
    edition = get_edition(session, "MLI", "2016")
    assert edition is not None
    return edition


def test_mali_of_2016_is_shipped_with_regions_cercles_tiles_and_region_outlines(session: orm.Session) -> None:
    ship_reference_data(session)
    edition = _edition(session)
    gazetteer = load_gazetteer(session, edition.id)
    assert (len(gazetteer.level(1)), len(gazetteer.level(2)), len(gazetteer.level(3))) == (9, 50, 50)
    assert all(p.grid is not None for p in gazetteer.level(2))
    assert len({p.grid for p in gazetteer.level(2)}) == 50
    menaka = gazetteer.by_pcode["ML0704"]
    assert (menaka.name, menaka.parent, menaka.names) == ("Ménaka", "ML07", ("Menaka",))
    outlines = boundaries(session, edition.id, 1)
    assert set(outlines) == {f"ML0{n}" for n in range(1, 10)}
    assert all(ring[0] == ring[-1] and len(ring) > 3 for rings in outlines.values() for ring in rings)
    assert edition.level_names["2"]["fr"] == "Cercle"


def test_shipped_areas_stand_under_their_parents_and_inside_mali() -> None:
    areas = shipped_areas()
    codes = {a.pcode for a in areas}
    assert len(codes) == len(areas)
    assert all(a.parent is None if a.level == 1 else a.parent in codes for a in areas)
    assert all(a.pcode.startswith(a.parent or "ML") for a in areas)
    assert all(-12.3 < (a.longitude or 99) < 4.3 and 10 < (a.latitude or 99) < 25.1 for a in areas)


def test_shipping_again_changes_nothing(session: orm.Session) -> None:
    ship_reference_data(session)
    session.flush()
    before = session.scalar(sa.select(sa.func.count(AuditEvent.id)))
    ship_reference_data(session)
    session.flush()
    assert session.scalar(sa.select(sa.func.count(AuditEvent.id))) == before
    shipped = next(row for row in list_editions(session) if row["edition"] == "2016")
    assert (shipped["level_1"], shipped["level_2"], shipped["boundaries_1"]) == (9, 50, 9)


def test_shipping_brings_a_changed_shipped_area_back_and_leaves_loaded_ones_alone(
    session: orm.Session,
) -> None:
    ship_reference_data(session)
    edition = _edition(session)
    ours = sa.and_(Area.pcode == "ML0101", Area.edition_id == edition.id)
    session.execute(sa.update(Area).where(ours).values(name="?"))
    loaded = AreaRow(2, "ML0102", "Diéma (fichier)", "ML01", longitude=-9.1, latitude=14.6, population=12)
    save_areas(session, edition, [loaded, AreaRow(3, "ML010299", "Nouvelle", "ML0102")])
    square = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]
    save_boundaries(session, edition, 1, {"ML01": square}, source="a file")
    ship_reference_data(session)
    session.expire_all()
    places = load_gazetteer(session, edition.id).by_pcode
    assert places["ML0101"].name == "Bafoulabe"
    assert (places["ML0102"].name, places["ML0102"].population) == ("Diéma (fichier)", 12)
    assert places["ML0102"].grid == (2, 4)
    assert "ML010299" in places
    assert boundaries(session, edition.id, 1)["ML01"] == square
    assert session.scalar(sa.select(sa.func.count(Boundary.id))) == 9
