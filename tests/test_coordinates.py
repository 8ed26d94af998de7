"""Coordinates: read when they are certain, compared with the outline of the area that the row names."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.places.coordinates import degrees
from cluster4w.intake.places.whereabouts import Whereabouts
from cluster4w.models import Area, Boundary, Operation
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.areas import Outlines
from tests.books import HEADERS, book, row
from tests.checks import checked, codes, found

PLACES = Gazetteer(
    "MLI",
    "test",
    (
        Place("ML05", 1, "Mopti", None),
        Place("ML07", 1, "Gao", None),
        Place("ML09", 1, "Bamako", None),
        Place("ML0505", 2, "Koro", "ML05"),
        Place("ML050512", 3, "Koro", "ML0505"),
    ),
)


def test_a_coordinate_is_read_when_it_is_certain() -> None:
    for text, latitude, value in (
        ("14° 29' 4\" N", True, 14.4844),
        ("14°29′4″", True, 14.4844),
        ("N14.4843", True, 14.4843),
        ("14d29m4s N", True, 14.4844),
        ("14° 29.06' N", True, 14.4843),
        ("14,4843°", True, 14.4843),
        ("4,19 O", False, -4.19),
        ("3°59' Ouest", False, -3.9833),
        ("-4.19 W", False, -4.19),
        ("- 4.19", False, -4.19),
        # The letter of the other axis, two signs that disagree, 61 minutes, two numbers.
        ("14.48 E", True, None),
        ("-14 N", True, None),
        ("14°61'", True, None),
        ("14.5, -3.2", True, None),
        ("14 29 4", True, None),
        ("nord", True, None),
    ):
        found_ = degrees(text, latitude=latitude)
        assert (found_ if found_ is None else round(found_, 4)) == value, text


def square(west: float, south: float, side: float = 1.0) -> list[list[list[float]]]:
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def test_a_point_is_looked_for_in_the_outline_of_the_deepest_named_level_that_has_one() -> None:
    # Mopti from 4 to 3 west, Gao from 1 west to 0, both from 14 to 15 north; a hole in Mopti.
    regions = {"ML05": [*square(-4, 14), *square(-3.6, 14.4, 0.2)], "ML07": square(-1, 14)}
    outlines = {1: Outlines(regions), 2: Outlines({"ML0505": square(-3.5, 14.5, 0.4)})}
    where = Whereabouts(PLACES, lambda level: outlines.get(level, Outlines()))

    def said(y: float, x: float, **values: Any) -> list[tuple[str, str, str | None]]:
        values = {"adm1_pcode": "ML05", **values, "latitude": y, "longitude": x}
        return [(key, i.code, i.suggestion) for key, i in where.issues(values)]

    assert said(14.2, -3.2) == []
    assert said(14.5, -2.99) == [], "a kilometre outside: outlines are simplified"
    assert said(14.5, -2.9) == [("latitude", "coordinates.outside_country", None)]
    assert said(14.5, -3.5) == [("latitude", "coordinates.outside_country", None)], "the hole"
    assert said(14.5, -0.5) == [("latitude", "coordinates.outside_area", None)]
    assert said(-3.2, 14.2) == [("latitude", "coordinates.swapped", None)]
    assert said(14.2, 3.2) == [("longitude", "coordinates.sign", "-3.2")]
    assert said(0, 0) == [("latitude", "coordinates.zero", None)]
    # The cercle has an outline of its own; the commune has none; nothing is said without any.
    assert said(14.2, -3.2, adm2_pcode="ML0505", adm3_pcode="ML050512")[0][1] == "coordinates.outside_country"
    assert said(14.6, -3.2, adm2_pcode="ML0505") == []
    assert said(14.2, -3.2, adm1_pcode="ML09") == []
    ((_, issue),) = where.issues({"adm1_pcode": "ML05", "latitude": 14.5, "longitude": -0.5})
    assert (issue.params["found"], issue.params["area"], issue.params["tolerance"]) == (
        "Gao (ML07)",
        "Mopti (ML05)",
        "2",
    )
    assert 260 < float(issue.params["km"]) < 280
    coarse = Whereabouts(PLACES, lambda _: Outlines(regions, coarse=True))
    assert coarse.issues({"adm1_pcode": "ML05", "latitude": 14.5, "longitude": -2.9}) == []


def test_the_coordinates_of_a_file_are_compared_with_the_outlines_that_are_loaded(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "Latitude", "Longitude")
    inside, outside = (*row(), "13,9", "3°30' O"), (*row(Individus=601), 16.2, 0.1)
    assert codes(checked(session, operation, book(inside, outside, headers=headers))) == [], "no outlines"
    area = session.scalars(sa.select(Area).where(Area.pcode == "ML0502")).one()
    session.add(Boundary(area_id=area.id, rings=square(-4, 13.5), source="test"))
    session.flush()
    check = checked(session, operation, book(inside, outside, headers=headers))
    finding = found(check, "coordinates.outside_country")
    assert (finding.row, finding.column, finding.severity, finding.value) == (3, "N", "warning", "16.2")
    assert check.rows[0].values["longitude"] == -3.5
    assert codes(check) == ["coordinates.outside_country"]
