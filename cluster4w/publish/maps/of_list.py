"""The map beside a list: the same drawing as the gap page, with the areas of the list marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import orm

from cluster4w.gaps.lists import Listing
from cluster4w.gaps.overdue import OVERDUE
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable
from cluster4w.publish.figures import number
from cluster4w.publish.maps import classes as map_classes
from cluster4w.publish.maps.classes import MapClass, Scale, scale_for, usual_scale
from cluster4w.publish.maps.view import Drawing, Look, draw, words_of
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.template.language import N_, Translate

_WHITE, _INK = "#ffffff", "#1b1f23"
#: Plans past their end in an area, the darker the more.
PLANS = (
    MapClass("d0", N_("no such plan"), "#f6f7f8", "#5b656e", 0),
    MapClass("d1", N_("1 plan"), "#ecd9b0", _INK, 1),
    MapClass("d3", N_("2–3 plans"), "#cf8a2a", _INK, 3),
    MapClass("d9", N_("4–9 plans"), "#9a5a16", _WHITE, 9),
    MapClass("d10", N_("10 plans or more"), "#6d3a0f", _WHITE),
)
#: Severity of needs as humanitarian overviews rank it.
SEVERITIES = (
    MapClass("v1", N_("1 minimal"), "#f0c4ad", _INK, 1.5),
    MapClass("v2", N_("2 stress"), "#eba78d", _INK, 2.5),
    MapClass("v3", N_("3 severe"), "#d97b66", _INK, 3.5),
    MapClass("v4", N_("4 extreme"), "#b3403a", _WHITE, 4.5),
    MapClass("v5", N_("5 catastrophic"), "#7d1416", _WHITE),
)
_NO_SEVERITY = MapClass("none", N_("no severity"), "#f6f7f8", "#5b656e")


def list_scale(listing: Listing, table: GapTable, language: str) -> Scale:
    """Return the classes that fit a list: what it is about, and by what it is sorted."""
    measure, rows = table.question.measure, table.by_pcode().values()
    if listing.name == OVERDUE:
        plans = plans_by_area(listing)
        return Scale("overlap", "usual", PLANS, lambda row: _at(plans.get(row.pcode or "", 0), PLANS))
    if listing.name == "several":
        return scale_for(rows, measure, language=language, shows="presence")
    if listing.name == "pipeline":
        return usual_scale("projected", table.map_bounds)
    by = listing.order.removeprefix("-")
    if by == "severity":
        return Scale("overlap", "usual", (*SEVERITIES, _NO_SEVERITY), _severity)
    if by in ("gap", "asked") and listing.name in ("uncovered", "nobody"):
        return scale_for(rows, measure, language=language, shows="missing")
    return usual_scale(measure, table.map_bounds)


def heading(listing: Listing, scale: Scale, measure: str) -> str:
    """Return what the classes are classes of, an English source sentence."""
    if listing.name == OVERDUE:
        return N_("Plans past their end date")
    if scale.classes[:1] == SEVERITIES[:1]:
        return N_("Severity of needs")
    return map_classes.heading(scale, "projected" if listing.name == "pipeline" else measure)


def plans_by_area(listing: Listing) -> Mapping[str, int]:
    """Return how many plans of a list lie in each area."""
    return Counter(line.pcode for line in listing.lines if line.pcode)


def _at(value: float, classes: tuple[MapClass, ...]) -> MapClass:
    return next((c for c in classes if c.upper is not None and value <= c.upper), classes[-1])


def _severity(row: GapRow) -> MapClass:
    return _NO_SEVERITY if row.severity is None else _at(row.severity, SEVERITIES)


def list_drawing(
    session: orm.Session,
    listing: Listing,
    table: GapTable,
    look: Look,
    gazetteer: Gazetteer,
    *,
    language: str,
    translate: Translate,
) -> Drawing:
    """Return the map of a list. Areas that it does not name are faint; an empty list marks none."""
    look = replace(look, marked=listing.pcodes or None)
    if listing.name == OVERDUE:
        plans = plans_by_area(listing)

        def said(row: GapRow) -> str:
            words = translate(N_("%(name)s: plans past their end date: %(number)s"))
            return words % {"name": row.name, "number": number(plans.get(row.pcode or "", 0), language)}

        look = replace(look, words=said, value=lambda row: number(plans.get(row.pcode or "", 0), language))
    elif look.scale is not None and look.scale.classes[:1] == SEVERITIES[:1]:

        def severity(row: GapRow) -> str:
            if row.severity is None:
                return words_of(row, table, language, translate)
            words = translate(N_("%(words)s; severity %(severity)s"))
            severity = number(row.severity, language)
            return words % {"words": words_of(row, table, language, translate), "severity": severity}

        look = replace(
            look,
            words=severity,
            value=lambda row: "" if row.severity is None else number(row.severity, language),
        )
    return draw(session, table, look, language=language, translate=translate, gazetteer=gazetteer)
