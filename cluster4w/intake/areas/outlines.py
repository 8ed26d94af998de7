"""Writing the outlines of a boundary file: axes, mending, simplifying, counting against the edition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.areas.columns import AreaRecord
from cluster4w.intake.areas.match import Stored, listed
from cluster4w.intake.areas.mending import PROBLEMS, Mended, Problem, mend
from cluster4w.intake.areas.report import LEVELS, MENDS, Coverage
from cluster4w.intake.areas.rings import Point, Polygon
from cluster4w.intake.areas.simplify import TOLERANCE, simplify
from cluster4w.intake.findings import Finding
from cluster4w.models import GazetteerEdition, Person
from cluster4w.record.operations.areas import save_boundaries
from cluster4w.record.queries.areas import areas_without_outline, boundaries, stored_areas
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity

#: Degrees that a point of the gazetteer may lie outside the frame of its outline.
NEAR = 0.1
#: Times that outlines have fewer points than those before, from which on it is said.
COARSER = 3
#: Decimals of a whole outline: 0.000001 degrees is a tenth of a metre.
WHOLE_DECIMALS = 6


def put_on_earth(records: Sequence[AreaRecord], stored: Stored, name: str, findings: list[Finding]) -> None:
    """Bring the polygons to (longitude, latitude) in degrees: turn swapped axes, drop what is not on earth.

    Raises:
        Refusal: most of the outlines are not in degrees.
    """
    shaped = [r for r in records if r.polygons]
    points = {id(r): p for r in shaped if (p := _point(r, stored)) is not None}
    as_is = sum(_is_near(r.polygons or (), points[id(r)]) for r in shaped if id(r) in points)
    turned = sum(_is_near(r.polygons or (), points[id(r)][::-1]) for r in shaped if id(r) in points)
    flat = [p for r in shaped for p in _positions(r.polygons or ())]
    too_high = any(abs(y) > 90 for _, y in flat) and all(abs(x) <= 90 and abs(y) <= 180 for x, y in flat)
    if turned > as_is or (not points and too_high):
        for record in shaped:
            record.polygons = _swapped(record.polygons or ())
        findings.append(Finding(Severity.WARNING, "areas.swapped_axes", params={"count": len(shaped)}))
    outside = []
    for record in shaped:
        kept = tuple(p for p in record.polygons or () if _on_earth(p))
        if len(kept) < len(record.polygons or ()):
            outside.append(record)
            record.polygons = kept
    if len(outside) * 2 > len(shaped):
        raise Refusal(
            "file.not_degrees",
            N_("The coordinates of “%(name)s” are not degrees of longitude and latitude (WGS 84)."),
            name=name,
        )
    for record in outside:
        findings.append(
            Finding(Severity.WARNING, "areas.outside_world", row=record.number, value=record.pcode)
        )
    for record in shaped:
        point = _point(record, stored)
        if point is not None and record.polygons and not _is_near(record.polygons, point):
            findings.append(
                Finding(Severity.WARNING, "areas.far_outline", row=record.number, value=record.pcode)
            )


def _point(record: AreaRecord, stored: Stored) -> Point | None:
    """Return the point of the area: the gazetteer's, else the file's own."""
    row: Mapping[str, Any] = stored.get((record.level or 0, record.pcode), {})
    longitude, latitude = row.get("longitude"), row.get("latitude")
    if longitude is None or latitude is None:
        longitude, latitude = record.longitude, record.latitude
    return None if longitude is None or latitude is None else (longitude, latitude)


def _positions(polygons: Sequence[Polygon]) -> list[Point]:
    return [p for polygon in polygons for ring in polygon for p in ring]


def _is_near(polygons: Sequence[Polygon], point: Sequence[float]) -> bool:
    """Tell whether a point lies in the frame of the outline, or close to it."""
    positions = _positions(polygons)
    if not positions:
        return True
    xs, ys = [p[0] for p in positions], [p[1] for p in positions]
    x, y = point
    return min(xs) - NEAR <= x <= max(xs) + NEAR and min(ys) - NEAR <= y <= max(ys) + NEAR


def _swapped(polygons: Sequence[Polygon]) -> tuple[Polygon, ...]:
    return tuple(tuple(tuple((y, x) for x, y in ring) for ring in polygon) for polygon in polygons)


def _on_earth(polygon: Polygon) -> bool:
    return all(abs(x) <= 180 and abs(y) <= 90 for ring in polygon for x, y in ring)


def save_outlines(
    session: orm.Session,
    edition: GazetteerEdition,
    records: Sequence[AreaRecord],
    *,
    source: str,
    wound: bool,
    findings: list[Finding],
    actor: Person | None,
) -> tuple[dict[int, int], list[Coverage]]:
    """Mend the outlines of the records and write them, simplified and whole.

    Returns how many were written per level, and which areas of the edition have an outline now.
    """
    written: dict[int, int] = {}
    coverage: list[Coverage] = []
    mends: dict[Problem, list[str]] = defaultdict(list)
    for level in LEVELS:
        own = [r for r in records if r.level == level and not r.above]
        if not own:
            continue
        mended: dict[str, Mended] = {}
        for record in own:
            found = mend(record.polygons or (), wound=wound)
            for problem in found.problems:
                mends[problem].append(record.pcode)
            if found.rings:
                mended[record.pcode] = found
            else:
                findings.append(
                    Finding(Severity.WARNING, "areas.no_outline", row=record.number, value=record.pcode)
                )
        _say_coarser(boundaries(session, edition.id, level, whole=True), mended, level, findings)
        written[level] = _write(session, edition, level, mended, source, actor)
        coverage.append(_coverage(session, edition, level, findings))
    for problem in PROBLEMS:
        if codes := mends[problem]:
            code, severity = MENDS[problem]
            findings.append(Finding(severity, code, params={"count": len(codes), "codes": listed(codes)}))
    return written, coverage


def _say_coarser(
    before: Mapping[str, Sequence[Any]],
    mended: Mapping[str, Mended],
    level: int,
    findings: list[Finding],
) -> None:
    """Say that outlines with far fewer points take the place of finer ones."""
    both = [code for code in mended if code in before]
    old = sum(len(ring) for code in both for ring in before[code])
    new = sum(len(ring) for code in both for ring in mended[code].rings)
    if new * COARSER < old:
        params = {"level": level, "count": len(both), "points": new, "before": old}
        findings.append(Finding(Severity.WARNING, "areas.coarser", params=params))


def _write(
    session: orm.Session,
    edition: GazetteerEdition,
    level: int,
    mended: Mapping[str, Mended],
    source: str,
    actor: Person | None,
) -> int:
    closed = {code: [[*ring, ring[0]] for ring in m.rings] for code, m in mended.items()}
    return save_boundaries(
        session,
        edition,
        level,
        simplify(closed, TOLERANCE[level]),
        whole={
            code: [[(round(x, WHOLE_DECIMALS), round(y, WHOLE_DECIMALS)) for x, y in ring] for ring in rings]
            for code, rings in closed.items()
        },
        source=source,
        actor=actor,
    )


def _coverage(
    session: orm.Session, edition: GazetteerEdition, level: int, findings: list[Finding]
) -> Coverage:
    """Return which areas of a level have an outline; adds a finding where some have none."""
    total = sum(1 for n, _ in stored_areas(session, edition.id) if n == level)
    missing = areas_without_outline(session, edition.id, level)
    labels = edition.level_names.get(str(level), {})
    if missing:
        findings.append(
            Finding(
                Severity.WARNING,
                "areas.outlines_missing",
                params={
                    "level": level,
                    "label": labels,
                    "count": total - len(missing),
                    "total": total,
                    "names": listed(f"{name} ({code})" for code, name in missing),
                },
            )
        )
    return Coverage(level, labels, total - len(missing), total)
