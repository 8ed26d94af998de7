"""A small operation of our own making: two regions, four cercles, five communes, four organisations."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import orm

from cluster4w.models import Area, GazetteerEdition, Operation, Organisation, Participation
from cluster4w.record.operations.shipping import ship_reference_data
from cluster4w.record.queries.areas import get_edition
from cluster4w.template.declaration import shipped_declaration

#: level, p-code, name, parent, other spellings, longitude, latitude, tile column, tile row.
PLACES = [
    (1, "ML05", "Mopti", None, [], -3.8, 14.6, None, None),
    (1, "ML07", "Gao", None, [], 0.5, 16.9, None, None),
    (2, "ML0501", "Bandiagara", "ML05", [], -3.62, 14.45, 5, 5),
    (2, "ML0502", "Bankass", "ML05", [], -3.63, 13.69, 5, 6),
    (2, "ML0701", "Ansongo", "ML07", [], 1.01, 15.92, 9, 5),
    (2, "ML0704", "Ménaka", "ML07", ["Menaka"], 2.98, 16.67, 10, 4),
    (3, "ML050201", "Bankass", "ML0502", [], -3.52, 14.07, None, None),
    (3, "ML050202", "Baye", "ML0502", [], -3.4, 13.6, None, None),
    (3, "ML050101", "Bandiagara", "ML0501", [], -3.6, 14.35, None, None),
    (3, "ML070101", "Ansongo", "ML0701", [], 0.5, 15.66, None, None),
    (3, "ML070102", "Bara", "ML0701", [], 0.35, 15.5, None, None),
]

#: acronym, name, type, role.
ORGANISATIONS = [
    ("OIM", "Organisation internationale pour les migrations", "un", "co_lead"),
    ("HCR", "Haut Commissariat des Nations Unies pour les réfugiés", "un", "co_lead"),
    ("ONG-A", "Association Alpha", "nngo", "partner"),
    ("ONG-B", "Bâtir International", "ingo", "partner"),
]


def make_operation(session: orm.Session) -> Operation:
    """Add the small operation ``test-2016`` with its gazetteer edition ``test`` and its organisations."""
    edition = GazetteerEdition(
        country="MLI",
        edition="test",
        level_names={
            "1": {"fr": "Région", "en": "Region"},
            "2": {"fr": "Cercle", "en": "Cercle"},
            "3": {"fr": "Commune", "en": "Commune"},
        },
    )
    session.add(edition)
    session.flush()
    for level, pcode, name, parent, names, lon, lat, column, row in PLACES:
        session.add(
            Area(
                edition_id=edition.id,
                level=level,
                pcode=pcode,
                name=name,
                parent_pcode=parent,
                names=names,
                longitude=lon,
                latitude=lat,
                grid_column=column,
                grid_row=row,
            )
        )
    operation = Operation(
        slug="test-2016",
        title={"fr": "Test · Abris & BNA · 2016", "en": "Test · Shelter & NFI · 2016"},
        country="MLI",
        edition_id=edition.id,
        plan_start=dt.date(2016, 1, 1),
        plan_end=dt.date(2016, 12, 31),
        household_size=5.0,
        household_size_source="test",
        is_example=True,
        template=shipped_declaration(),
    )
    session.add(operation)
    session.flush()
    for acronym, name, type_, role in ORGANISATIONS:
        organisation = Organisation(acronym=acronym, name=name, type=type_, origin="shipped")
        session.add(organisation)
        session.flush()
        session.add(Participation(operation_id=operation.id, organisation_id=organisation.id, role=role))
    session.flush()
    return operation


def move_to_mali(session: orm.Session, operation: Operation) -> None:
    """Put the operation into the edition of 2016 that ships: Mali's regions and cercles."""
    ship_reference_data(session)
    edition = get_edition(session, "MLI", "2016")
    assert edition is not None
    operation.edition_id = edition.id
    session.flush()
