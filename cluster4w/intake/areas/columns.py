"""Which column of a gazetteer file holds what: headers of OCHA, statistics offices and GIS tools."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.areas.rings import Polygon
from cluster4w.intake.opening.tables import day_of, number_of, text_of
from cluster4w.template.text import fold

#: ``ADM1_PCODE``, ``admin1Pcod``, ``rowcacode1``, folded and without blanks.
LEVEL_CODE = re.compile(r"(?:adm|admin)([0-3])(?:pcode?|code|pc)|rowcacode([0-3])")
#: ``ADM1_FR``, ``adm1_name``, ``adm_01``, ``NAME_1``, ``admin1Name_fr``; other names: ``ADM1ALT1FR``,
#: ``admin1RefN``, ``admin1Al_1``, ``adm1_name2``, ``VARNAME_1``. A .dbf cuts names after ten letters.
_LEVEL_NAME = re.compile(
    r"(?:adm|admin)0?([0-3])(?:name|nam|nom|na|n)?(?:fr|en|f)?"
    r"|name([0-3])"
    r"|(?:adm|admin)0?([0-3])(?:(?:name|na)[1-9]|ref(?:name|n)?|al(?:t(?:name|na|n)?)?[1-9]?)(?:fr|en|f)?"
    r"|varname([0-3])"
)
_ELSEWHERE = re.compile(r"p ?code (?:edition )?(.+)")
_POPULATION = re.compile(r"(?:population|pop)(?:\d{4})?|ttl|total ?population|populationtotale")

#: Words of Mali's levels, as the layers of the national mapping institute name their columns.
_LEVEL_WORDS = {"region": 1, "nomregion": 1, "cercle": 2, "nomcercle": 2, "commune": 3, "nomcommune": 3}

#: Folded header without blanks to what the column holds.
_PLAIN = {
    "pcode": "pcode",
    "code": "pcode",
    "codepcode": "pcode",
    "areacode": "pcode",
    "name": "name",
    "namefr": "name",
    "nom": "name",
    "nomfr": "name",
    "areaname": "name",
    "shapename": "name",
    "hrname": "name",
    "hrpcode": "pcode",
    "hrparent": "parent",
    "shapetype": "level",
    "shapegroup": "country",
    "id": "id",
    "centerlon": "longitude",
    "centerlat": "latitude",
    "altnames": "names",
    "aliases": "names",
    "autresnoms": "names",
    "spellings": "names",
    "parentpcode": "parent",
    "parent": "parent",
    "parentcode": "parent",
    "codeparent": "parent",
    "level": "level",
    "adminlevel": "level",
    "niveau": "level",
    "niveauadmin": "level",
    "lon": "longitude",
    "long": "longitude",
    "longitude": "longitude",
    "x": "longitude",
    "lat": "latitude",
    "latitude": "latitude",
    "y": "latitude",
    "iso3": "country",
    "countryiso3": "country",
    "locationcode": "country",
    "validfrom": "valid_from",
    "valide": "valid_from",
    "version": "version",
}


@dataclass
class AreaRecord:
    """What one row of the file says of one area, in the file's own words."""

    number: int
    level: int | None
    pcode: str
    name: str
    parent: str | None
    names: tuple[str, ...] = ()
    longitude: float | None = None
    latitude: float | None = None
    population: int | None = None
    other_codes: dict[str, str] = field(default_factory=dict)
    valid_from: dt.date | None = None
    country: str = ""
    #: The polygons of its outline as the file gives them; None: the file is no boundary file.
    polygons: tuple[Polygon, ...] | None = None
    #: True: an area above the row's own, named beside it.
    above: bool = False
    #: Level to name of the areas above, where the file names them.
    names_above: dict[int, str] = field(default_factory=dict)
    #: The identifier of a feature: its code in some files, a number in others.
    feature_id: str = ""


@dataclass(frozen=True)
class AreaColumns:
    """The columns of one file: position by meaning, and by level where the file repeats them per level."""

    plain: Mapping[str, int]
    codes: Mapping[int, int]
    names: Mapping[int, Sequence[int]]
    elsewhere: Mapping[str, int]

    @property
    def usable(self) -> bool:
        """True when codes and names can be told."""
        per_level = any(level in self.names for level in self.codes if level)
        return ("pcode" in self.plain and "name" in self.plain) or per_level

    @property
    def names_areas(self) -> bool:
        """True when at least the names can be told: enough for outlines of areas that are known."""
        return self.usable or "name" in self.plain or bool(self.names.keys() - {0})

    @property
    def only_population(self) -> bool:
        """True for a table of people by area: it does not rename what is known."""
        return "population" in self.plain and "longitude" not in self.plain and not self.elsewhere


def find_columns(headers: Iterable[str]) -> AreaColumns:
    """Return which column holds what; the first of two columns with one meaning wins."""
    plain: dict[str, int] = {}
    codes: dict[int, tuple[int, int]] = {}
    names: dict[int, list[tuple[int, int]]] = {}
    elsewhere: dict[str, int] = {}
    for position, header in enumerate(headers):
        folded = fold(header)
        squeezed = folded.replace(" ", "")
        if meaning := _PLAIN.get(squeezed):
            plain.setdefault(meaning, position)
        elif _POPULATION.fullmatch(squeezed):
            plain.setdefault("population", position)
        elif found := LEVEL_CODE.fullmatch(squeezed):
            # Where a file has p-codes and the codes of the regional office, the p-codes count.
            level, rank = int(found[1] or found[2]), 0 if found[1] else 1
            codes[level] = min(codes.get(level, (rank, position)), (rank, position))
        elif found := _LEVEL_NAME.fullmatch(squeezed):
            # The French name first, then the plain one, then reference and other names.
            other = found[3] or found[4]
            rank = 2 if other else 0 if squeezed.endswith("fr") else 1
            names.setdefault(int(found[1] or found[2] or other), []).append((rank, position))
        elif squeezed in _LEVEL_WORDS:
            names.setdefault(_LEVEL_WORDS[squeezed], []).append((1, position))
        elif found := _ELSEWHERE.fullmatch(folded):
            elsewhere.setdefault(edition_named(found[1]), position)
    ranked = {level: [p for _, p in sorted(found)] for level, found in names.items()}
    return AreaColumns(plain, {level: at for level, (_, at) in codes.items()}, ranked, elsewhere)


def edition_named(words: str) -> str:
    """Return the edition that a header names: "2025 v03" is the edition 2025, "legacy a" is legacy-a."""
    year = re.match(r"(\d{4})\b", words)
    return year[1] if year else words.replace(" ", "-")


def records_of(
    columns: AreaColumns, number: int, cells: Sequence[Any], level: int | None
) -> list[AreaRecord]:
    """Return the areas that a row describes: its own last, those named above it before."""
    codes = {n: code for n, at in columns.codes.items() if n and (code := text_of(cells[at]))}
    if "pcode" not in columns.plain and codes:
        return _per_level(columns, number, cells, codes, level)
    if "pcode" not in columns.plain and "name" not in columns.plain and columns.names:
        return _named_only(columns, number, cells, level)
    return [_plain(columns, number, cells, level)]


def _per_level(
    columns: AreaColumns, number: int, cells: Sequence[Any], codes: Mapping[int, str], level: int | None
) -> list[AreaRecord]:
    target = level if level is not None and level in codes else max(codes)
    records = []
    for n in range(1, target + 1):
        if n not in codes:
            continue
        spelt = [s for at in columns.names.get(n, ()) if (s := text_of(cells[at]))]
        record = AreaRecord(
            number,
            n,
            codes[n],
            spelt[0] if spelt else "",
            codes.get(n - 1),
            tuple(dict.fromkeys(s for s in spelt[1:] if s != spelt[0])),
            above=n != target,
        )
        if n == target:
            _fill(record, columns, cells)
        records.append(record)
    return records


def _named_only(
    columns: AreaColumns, number: int, cells: Sequence[Any], level: int | None
) -> list[AreaRecord]:
    """Return the area of a row that has names per level and no codes: its deepest name."""
    spelt = {
        n: found
        for n, positions in columns.names.items()
        if n and (found := [s for at in positions if (s := text_of(cells[at]))])
    }
    own = level if level in spelt else max(spelt, default=level)
    names = spelt.get(own or 0, [""])
    record = AreaRecord(number, own, "", names[0], None, tuple(dict.fromkeys(names[1:])))
    record.names_above = {n: found[0] for n, found in spelt.items() if own and n < own}
    _fill(record, columns, cells)
    return [record]


def _plain(columns: AreaColumns, number: int, cells: Sequence[Any], level: int | None) -> AreaRecord:
    at = columns.plain
    said = _level_said(cells[at["level"]]) if "level" in at else None
    spellings = text_of(cells[at["names"]]) if "names" in at else ""
    record = AreaRecord(
        number,
        said if said is not None else level,
        text_of(cells[at["pcode"]]) if "pcode" in at else "",
        text_of(cells[at["name"]]) if "name" in at else "",
        (text_of(cells[at["parent"]]) if "parent" in at else "") or None,
        tuple(s for part in re.split(r"[|;]", spellings) if (s := part.strip())),
    )
    _fill(record, columns, cells)
    return record


def _level_said(cell: Any) -> int | None:
    """Return the level of a cell: a number, or ``ADM1``."""
    number = number_of(re.sub(r"(?i)^adm(in)?", "", text_of(cell)))
    return None if number is None else int(number)


def _fill(record: AreaRecord, columns: AreaColumns, cells: Sequence[Any]) -> None:
    """Set what stands once per row: point, people, codes elsewhere, validity, country."""
    at = columns.plain
    if "longitude" in at and "latitude" in at:
        record.longitude, record.latitude = (
            number_of(cells[at["longitude"]]),
            number_of(cells[at["latitude"]]),
        )
    if "population" in at and (people := number_of(cells[at["population"]])) is not None and people >= 0:
        record.population = round(people)
    if "valid_from" in at:
        record.valid_from = day_of(cells[at["valid_from"]])
    if "country" in at:
        record.country = text_of(cells[at["country"]]).upper()
    if "id" in at:
        record.feature_id = text_of(cells[at["id"]])
    record.other_codes = {e: c for e, p in columns.elsewhere.items() if (c := text_of(cells[p]))}
