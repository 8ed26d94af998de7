"""Loading a gazetteer or boundaries: csv, xlsx, xls, ods, GeoJSON, TopoJSON, zipped shapefile."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.areas.columns import AreaColumns, AreaRecord, find_columns, records_of
from cluster4w.intake.areas.match import Stored, identify, listed
from cluster4w.intake.areas.outlines import put_on_earth, save_outlines
from cluster4w.intake.areas.report import LEVELS, LoadedAreas
from cluster4w.intake.areas.shapes import Shapes, is_shapefile, read_json, read_shapefile
from cluster4w.intake.findings import Finding
from cluster4w.intake.opening.tables import read_tables, zip_parts
from cluster4w.models import Person
from cluster4w.record.operations.areas import (
    AreaRow,
    link_editions,
    save_areas,
    save_edition,
)
from cluster4w.record.queries.areas import COARSE_SOURCE, get_edition, list_editions, stored_areas
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity


def load_areas(
    session: orm.Session,
    data: bytes,
    name: str,
    *,
    country: str,
    edition: str,
    level: int | None = None,
    source: str = "",
    actor: Person | None = None,
) -> LoadedAreas:
    """Load a gazetteer or boundary file into an edition of a country; commits nothing.

    ``level`` is for files that do not say it; ``source`` is printed below maps (else the file's name).
    Rows with an error are left out and reported; the others are written. Loading the same file again
    changes nothing. Links to the country's other editions are made anew, from what the files say and by
    name.

    Raises:
        Refusal: the file cannot be read, or its columns cannot be told.
    """
    country, edition = country.strip().upper(), edition.strip()
    if not re.fullmatch(r"[A-Z]{3}", country) or not re.fullmatch(r"[\w.-]{1,16}", edition):
        raise Refusal(
            "areas.names",
            N_("A country is an ISO 3166 code of three letters and an edition a short name such as 2016."),
        )
    records, columns, shapes = _read(data, name, level)
    loaded = LoadedAreas(name, country, edition)
    records = _of_country(records, country, loaded.findings)
    existing = get_edition(session, country, edition)
    stored = stored_areas(session, existing.id) if existing else {}
    if shapes is not None:
        records = identify(records, stored, loaded.findings)
        put_on_earth(records, stored, name, loaded.findings)
    good = _checked(records, stored, loaded, whole=shapes is None)
    if not good and loaded.has_errors:
        return loaded
    if not good:
        raise Refusal(
            "areas.nothing",
            N_("The file “%(name)s” holds no area of %(country)s."),
            name=name,
            country=country,
        )
    dates = [r.valid_from for r in good if r.valid_from]
    saved_edition = save_edition(
        session,
        country,
        edition,
        valid_from=max(dates) if dates else None,
        source="" if existing and existing.source else source or name,
    )
    rows = [_row(r, stored, columns) for r in good if not (r.above and (r.level, r.pcode) in stored)]
    loaded.saved = save_areas(session, saved_edition, rows, actor=actor)
    if shapes is not None:
        _say_new(good, stored, loaded.findings)
        loaded.outlines, loaded.coverage = save_outlines(
            session,
            saved_edition,
            good,
            source=source or _source(name),
            wound=shapes.wound,
            findings=loaded.findings,
            actor=actor,
        )
    loaded.links = link_editions(session, country)
    loaded.now = next(
        row for row in list_editions(session) if (row["country"], row["edition"]) == (country, edition)
    )
    return loaded


def _source(name: str) -> str:
    """Return what to print below maps: a file of Natural Earth is known for its coarse outlines."""
    world = re.match(r"(?i)natural[_ -]?earth|ne_1?[15]0m_", name)
    return f"{COARSE_SOURCE} ({name})" if world else name


def _say_new(records: list[AreaRecord], stored: Stored, findings: list[Finding]) -> None:
    """Say which areas of a boundary file were new to a level that the edition held already."""
    for level in LEVELS:
        before = [row for (n, _), row in stored.items() if n == level]
        # Of the communes the product ships only some: the others are missing, not wrong.
        if not before or (level > 2 and all(row["origin"] == "shipped" for row in before)):
            continue
        new = [r.pcode for r in records if r.level == level and (level, r.pcode) not in stored]
        if new:
            findings.append(
                Finding(
                    Severity.WARNING,
                    "areas.new_in_edition",
                    params={"level": level, "count": len(new), "codes": listed(new)},
                )
            )


def _read(data: bytes, name: str, level: int | None) -> tuple[list[AreaRecord], AreaColumns, Shapes | None]:
    """Return the file's records, its columns, and its outlines where it is a file of outlines."""
    shapes: Shapes | None = None
    if data[:4] == b"PK\x03\x04" and is_shapefile(zip_parts(data, name)):
        shapes = read_shapefile(data, name)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        shapes = read_json(data, name)
    if shapes is not None:
        return *_from_features(shapes, level, name), shapes
    records: list[AreaRecord] = []
    used: AreaColumns | None = None
    for table in read_tables(data, name):
        columns = find_columns(table.headers)
        if not columns.usable:
            continue
        used = used or columns
        for number, cells in table.rows:
            records += records_of(columns, number, cells, level)
    if used is None:
        raise _no_columns(name)
    return records, used, None


def _no_columns(name: str) -> Refusal:
    return Refusal(
        "areas.columns",
        N_("No columns with the codes and names of areas (pcode, name) were found in “%(name)s”."),
        name=name,
    )


def _from_features(shapes: Shapes, level: int | None, name: str) -> tuple[list[AreaRecord], AreaColumns]:
    headers = list(dict.fromkeys(str(key) for f in shapes.features for key in f.properties))
    columns = find_columns(headers)
    if not columns.names_areas:
        raise _no_columns(name)
    records: list[AreaRecord] = []
    for feature in shapes.features:
        found = records_of(columns, feature.number, [feature.properties.get(h) for h in headers], level)
        found[-1].polygons = feature.polygons
        records += found
    return records, columns


def _of_country(records: list[AreaRecord], country: str, findings: list[Finding]) -> list[AreaRecord]:
    """Return the records of the country, where the file says of which country each one is."""
    ours = [r for r in records if not r.country or r.country == country]
    if len(ours) < len(records):
        findings.append(
            Finding(Severity.INFO, "areas.other_country", params={"count": len(records) - len(ours)})
        )
    return ours


def _checked(
    records: list[AreaRecord],
    stored: Stored,
    loaded: LoadedAreas,
    *,
    whole: bool,
) -> list[AreaRecord]:
    """Return the records without an error, from level 1 down; fills the loaded counts and findings.

    ``whole``: the file is a list of areas, so that a shorter one than before is worth a word.
    """
    findings = loaded.findings
    taken: dict[str, AreaRecord] = {}
    level_of_stored = {pcode: level for level, pcode in stored}
    by_level: dict[int, list[AreaRecord]] = {}
    for record in records:
        if record.above and (record.pcode in taken or record.pcode in level_of_stored):
            continue
        if (code := _own_error(record)) is not None:
            findings.append(_finding(record, code))
        elif (first := taken.get(record.pcode)) is not None and not first.above:
            findings.append(_finding(record, "areas.duplicate_code", first=first.number))
        else:
            taken[record.pcode] = record
    for record in taken.values():
        by_level.setdefault(record.level or 0, []).append(record)
    good: list[AreaRecord] = []
    known = set(stored)
    for level in sorted(by_level):
        for record in by_level[level]:
            if level > 1 and (level - 1, record.parent or "") not in known:
                findings.append(_finding(record, "areas.no_parent", parent=record.parent or "?"))
                continue
            if level > 1 and record.parent and not record.pcode.startswith(record.parent):
                findings.append(_finding(record, "areas.prefix", parent=record.parent))
            if not _on_earth(record):
                findings.append(_finding(record, "areas.point"))
                record.longitude = record.latitude = None
            known.add((level, record.pcode))
            good.append(record)
        read = sum(1 for r in by_level[level] if not r.above)
        before = sum(1 for n, _ in stored if n == level)
        if read:
            loaded.read[level] = read
        if whole and 0 < read < before:
            loaded.findings.append(
                Finding(
                    Severity.WARNING,
                    "areas.fewer",
                    params={"level": level, "count": read, "before": before},
                )
            )
    return good


def _own_error(record: AreaRecord) -> str | None:
    if not record.pcode:
        return "areas.no_code"
    if record.level not in LEVELS:
        return "areas.no_level"
    if not record.name:
        return "areas.no_name"
    return None


def _finding(record: AreaRecord, code: str, **params: Any) -> Finding:
    severity = Severity.WARNING if code in ("areas.prefix", "areas.point") else Severity.ERROR
    return Finding(severity, code, row=record.number, value=record.pcode or record.name, params=params)


def _on_earth(record: AreaRecord) -> bool:
    if record.longitude is None or record.latitude is None:
        return True
    return abs(record.longitude) <= 180 and abs(record.latitude) <= 90


def _row(record: AreaRecord, stored: Stored, columns: AreaColumns) -> AreaRow:
    level = record.level or 0
    before = stored.get((level, record.pcode))
    row = AreaRow(
        level=level,
        pcode=record.pcode,
        name=record.name,
        parent=record.parent if level > 1 else None,
        names=record.names,
        longitude=record.longitude,
        latitude=record.latitude,
        population=record.population,
        other_codes=record.other_codes,
    )
    if before is not None and (columns.only_population or record.polygons is not None):
        # Such a file is about people or outlines: what it calls the area becomes one more spelling.
        spellings = dict.fromkeys((*before["names"], record.name, *record.names))
        row = replace(row, name=before["name"], names=tuple(n for n in spellings if n != before["name"]))
    return row
