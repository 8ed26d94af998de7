"""Shipping the reference data that comes with the product: Mali's regions and cercles of 2016."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

from sqlalchemy import orm

from cluster4w.record.operations.areas import (
    AreaRow,
    link_editions,
    save_areas,
    save_boundaries,
    save_edition,
)

DATA = Path(__file__).resolve().parent.parent.parent / "data" / "mali"

COUNTRY = "MLI"
EDITION = "2016"
#: Date that OCHA's COD-AB gives for the structure of nine regions.
VALID_FROM = dt.date(2013, 5, 31)
SOURCE = "OCHA COD-AB Mali, CC BY-IGO"
LEVEL_NAMES = {
    "1": {"fr": "Région", "en": "Region"},
    "2": {"fr": "Cercle", "en": "Cercle"},
    "3": {"fr": "Commune", "en": "Commune"},
}


def shipped_areas() -> list[AreaRow]:
    """Return the areas that come with the product: 9 regions, 50 cercles, the example's communes."""
    lines = (DATA / "areas_2016.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [
        AreaRow(
            level=int(row["level"]),
            pcode=row["code"],
            name=row["name"],
            parent=row["parent"] or None,
            names=tuple(n for n in row["spellings"].split("; ") if n),
            longitude=float(row["longitude"]),
            latitude=float(row["latitude"]),
            grid=(int(row["tile_column"]), int(row["tile_row"])) if row["tile_column"] else None,
        )
        for row in rows
    ]


def ship_reference_data(session: orm.Session) -> None:
    """Write the shipped edition MLI/2016, its tile grid and region outlines. Can be run again.

    What people loaded from a file is completed, never overwritten: areas keep their own values, and
    outlines from a file stay.
    """
    edition = save_edition(
        session, COUNTRY, EDITION, valid_from=VALID_FROM, source=SOURCE, level_names=LEVEL_NAMES
    )
    saved = save_areas(session, edition, shipped_areas(), origin="shipped")
    outlines = json.loads((DATA / "regions.json").read_text(encoding="utf-8"))
    save_boundaries(session, edition, 1, outlines["outlines"], source=outlines["source"], keep_others=True)
    if saved.added or saved.changed:
        link_editions(session, COUNTRY)
