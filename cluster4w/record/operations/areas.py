"""Writing gazetteer editions: their areas, outlines, validity, and the links between editions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Area, AreaLink, Boundary, GazetteerEdition, Operation, Person
from cluster4w.record.operations.activities import batches
from cluster4w.record.operations.audit import log
from cluster4w.record.queries.areas import Linkable, linkable_areas, stored_areas
from cluster4w.template.text import fold

#: Rows per statement, below every database's limit of parameters.
BATCH = 500
#: Names of the levels where nobody gave any.
PLAIN_LEVELS = {str(n): {"fr": f"Niveau {n}", "en": f"Level {n}"} for n in (1, 2, 3)}

_AREA = cast(sa.Table, Area.__table__)
_BOUNDARY = cast(sa.Table, Boundary.__table__)
_LINK = cast(sa.Table, AreaLink.__table__)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area to write. What is None is not known to the writer and leaves the stored value alone."""

    level: int
    pcode: str
    name: str
    parent: str | None
    names: tuple[str, ...] = ()
    longitude: float | None = None
    latitude: float | None = None
    population: int | None = None
    grid: tuple[int, int] | None = None
    #: Edition to p-code of the same area there.
    other_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """How many areas were added, changed, and left as they were."""

    added: int
    changed: int
    unchanged: int


def save_edition(
    session: orm.Session,
    country: str,
    edition: str,
    *,
    valid_from: dt.date | None = None,
    source: str = "",
    level_names: Mapping[str, Any] | None = None,
) -> GazetteerEdition:
    """Return the edition, made where it is missing; what is given replaces what was stored.

    A country's editions follow each other: each one ends the day before the next begins.
    """
    siblings = list(session.scalars(sa.select(GazetteerEdition).where(GazetteerEdition.country == country)))
    found = next((e for e in siblings if e.edition == edition), None)
    if found is None:
        named = next((e.level_names for e in siblings if e.level_names), None)
        found = GazetteerEdition(
            country=country, edition=edition, source=source, level_names=named or PLAIN_LEVELS
        )
        session.add(found)
        siblings.append(found)
    if valid_from is not None:
        found.valid_from = valid_from
    if source:
        found.source = source
    if level_names:
        found.level_names = dict(level_names)
    dated = sorted((e for e in siblings if e.valid_from), key=lambda e: cast(dt.date, e.valid_from))
    for earlier, later in pairwise(dated):
        if earlier.valid_from != later.valid_from:
            earlier.valid_to = cast(dt.date, later.valid_from) - dt.timedelta(days=1)
    session.flush()
    return found


def save_areas(
    session: orm.Session,
    edition: GazetteerEdition,
    rows: Iterable[AreaRow],
    *,
    origin: str = "file",
    actor: Person | None = None,
) -> Saved:
    """Write areas of an edition, by level and code. Nothing is deleted.

    Rows of origin ``shipped`` only complete an area that came from a file: they never overwrite it.
    """
    stored = stored_areas(session, edition.id)
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    confirmed: list[dict[str, Any]] = []
    unchanged = 0
    for row in rows:
        before = stored.get((row.level, row.pcode))
        if before is None:
            added.append(_columns(row) | {"edition_id": edition.id, "origin": origin})
            continue
        after = _merged(before, row, origin)
        different = {key for key, value in after.items() if before[key] != value}
        if not different:
            unchanged += 1
        elif different == {"origin"}:
            # A file says what was shipped: nothing about the place changes, only who vouches for it.
            confirmed.append(after | {"b_id": before["id"]})
        else:
            changed.append(after | {"b_id": before["id"]})
    for batch in batches(added, BATCH):
        session.execute(sa.insert(_AREA), batch)
    if updates := changed + confirmed:
        names = [key for key in updates[0] if key != "b_id"]
        statement = sa.update(_AREA).where(_AREA.c.id == sa.bindparam("b_id"))
        session.execute(statement.values({name: sa.bindparam(name) for name in names}), updates)
    if added or changed:
        log(
            session,
            "areas.saved",
            subject="edition",
            subject_id=edition.id,
            actor=actor,
            country=edition.country,
            edition=edition.edition,
            added=len(added),
            changed=len(changed),
        )
        touch_operations(session, edition)
    return Saved(len(added), len(changed), unchanged + len(confirmed))


def _columns(row: AreaRow) -> dict[str, Any]:
    return {
        "level": row.level,
        "pcode": row.pcode,
        "name": row.name,
        "parent_pcode": row.parent,
        "names": list(row.names),
        "longitude": row.longitude,
        "latitude": row.latitude,
        "population": row.population,
        "grid_column": row.grid[0] if row.grid else None,
        "grid_row": row.grid[1] if row.grid else None,
        "other_codes": dict(row.other_codes),
    }


def _merged(before: Mapping[str, Any], row: AreaRow, origin: str) -> dict[str, Any]:
    """Return every column of an area after ``row``; a shipped row fills only the gaps of a loaded area."""
    new = _columns(row)
    del new["level"], new["pcode"]
    completes = origin == "shipped" and before["origin"] == "file"
    after: dict[str, Any] = {}
    for key, value in new.items():
        old = before[key]
        if value is None or (completes and old is not None):
            after[key] = old
        else:
            after[key] = value
    if origin == "file":
        # Spellings that were known once stay known: partners go on using them.
        known = [*before["names"]]
        if fold(before["name"]) != fold(row.name):
            known.append(before["name"])
        after["names"] = list(dict.fromkeys([*row.names, *known]))
        after["names"] = [n for n in after["names"] if n != row.name]
        after["other_codes"] = {**before["other_codes"], **row.other_codes}
    after["origin"] = "file" if before["origin"] == "file" else origin
    return after


def save_boundaries(
    session: orm.Session,
    edition: GazetteerEdition,
    level: int,
    outlines: Mapping[str, Sequence[Any]],
    *,
    source: str,
    whole: Mapping[str, Sequence[Any]] | None = None,
    actor: Person | None = None,
    keep_others: bool = False,
) -> int:
    """Write the outlines of a level's areas by p-code; returns how many were written.

    ``outlines`` are for drawing, ``whole`` hold every point of the source (absent: the source has no more).
    ``keep_others``: outlines that another source gave stay (the shipped ones are coarser than any file).
    Codes that the edition does not hold are left out.
    """
    known = session.execute(
        sa.select(Area.pcode, Area.id, Boundary.id, Boundary.source, Boundary.rings, Boundary.whole)
        .outerjoin(Boundary, Boundary.area_id == Area.id)
        .where(Area.edition_id == edition.id, Area.level == level)
    )
    added, replaced = [], []
    for pcode, area_id, boundary_id, old_source, old_rings, old_whole in known:
        if pcode not in outlines or (keep_others and boundary_id is not None and old_source != source):
            continue
        rings = _lists(outlines[pcode])
        every = _lists(whole[pcode]) if whole and pcode in whole else None
        if boundary_id is not None and (old_source, old_rings, old_whole) == (source, rings, every):
            continue
        if boundary_id is not None:
            replaced.append(boundary_id)
        added.append({"area_id": area_id, "rings": rings, "source": source, "whole": every})
    for ids in batches(replaced, BATCH):
        session.execute(sa.delete(_BOUNDARY).where(_BOUNDARY.c.id.in_(ids)))
    for batch in batches(added, BATCH):
        session.execute(sa.insert(_BOUNDARY), batch)
    if added:
        log(
            session,
            "boundaries.saved",
            subject="edition",
            subject_id=edition.id,
            actor=actor,
            country=edition.country,
            edition=edition.edition,
            level=level,
            count=len(added),
            source=source,
        )
        touch_operations(session, edition)
    return len(added)


def _lists(rings: Sequence[Any]) -> list[list[list[float]]]:
    return [[list(point) for point in ring] for ring in rings]


def link_editions(session: orm.Session, country: str) -> dict[str, int]:
    """Make the links between a country's editions anew; returns counts by ``how`` (``file``, ``name``).

    What a file says of an area's code in another edition goes first. Then areas of two editions with the
    same name and level are linked where their parents are linked (or at level 1), and where the name occurs
    once in both editions; an area that is linked to an edition gets no second link to it.
    """
    areas = linkable_areas(session, country)
    found: dict[tuple[int, int], str] = {}
    editions = sorted({a.edition for a in areas})
    by_code = {(a.edition, a.pcode): a for a in areas}
    for area in areas:
        for edition, pcode in area.other_codes.items():
            other = by_code.get((edition, pcode))
            if other is not None and other.level == area.level:
                found.setdefault(_pair(area, other), "file")
    for index, first in enumerate(editions):
        for second in editions[index + 1 :]:
            _link_by_name(
                [a for a in areas if a.edition == first], [a for a in areas if a.edition == second], found
            )
    ids = sa.select(Area.id).join(GazetteerEdition).where(GazetteerEdition.country == country)
    session.execute(sa.delete(_LINK).where(_LINK.c.area_id.in_(ids)))
    rows = [{"area_id": a, "other_area_id": b, "how": how} for (a, b), how in found.items()]
    for batch in batches(rows, BATCH):
        session.execute(sa.insert(_LINK), batch)
    return {how: sum(1 for h in found.values() if h == how) for how in ("file", "name")}


def _pair(one: Linkable, other: Linkable) -> tuple[int, int]:
    """Return the two ids, the edition whose name sorts first in front: one pair, one link."""
    first, second = sorted((one, other), key=lambda a: a.edition)
    return first.id, second.id


def _link_by_name(
    left: Sequence[Linkable], right: Sequence[Linkable], found: dict[tuple[int, int], str]
) -> None:
    """Add links by name between two editions, level by level."""
    left_ids, right_ids = {a.id for a in left}, {a.id for a in right}
    linked = {pair for pair in found if pair[0] in left_ids and pair[1] in right_ids}
    left_codes = {a.pcode: a.id for a in left}
    right_codes = {a.pcode: a.id for a in right}
    for level in sorted({a.level for a in left}):
        mine = [a for a in left if a.level == level]
        theirs = [a for a in right if a.level == level]
        taken_left, taken_right = {p[0] for p in linked}, {p[1] for p in linked}
        by_name: dict[str, list[Linkable]] = {}
        for area in theirs:
            for spelling in area.spellings:
                by_name.setdefault(spelling, []).append(area)
        once = {s for s, n in _times(mine).items() if n == 1}
        for area in mine:
            if area.id in taken_left:
                continue
            candidates = {c.id: c for s in area.spellings for c in by_name.get(s, ())}
            free = [c for c in candidates.values() if c.id not in taken_right]
            above = left_codes.get(area.parent or "")
            under = [c for c in free if level == 1 or (above, right_codes.get(c.parent or "")) in linked]
            unique = free if len(candidates) == 1 and area.spellings[0] in once else []
            chosen = under or unique
            if len(chosen) == 1:
                linked.add((area.id, chosen[0].id))
                taken_right.add(chosen[0].id)
                found.setdefault((area.id, chosen[0].id), "name")


def _times(areas: Iterable[Linkable]) -> dict[str, int]:
    times: dict[str, int] = {}
    for area in areas:
        for spelling in area.spellings:
            times[spelling] = times.get(spelling, 0) + 1
    return times


def touch_operations(session: orm.Session, edition: GazetteerEdition) -> None:
    """Raise the revision of the operations that use an edition: their maps and lists have changed."""
    session.execute(
        sa.update(Operation)
        .where(Operation.edition_id == edition.id)
        .values(revision=Operation.revision + 1)
        .execution_options(synchronize_session="fetch")
    )
