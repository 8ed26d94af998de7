"""Which column of a table of needs holds what: HNO/HPC with HXL, plain long and wide tables, DTM."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cluster4w.intake.areas.columns import LEVEL_CODE
from cluster4w.intake.opening.tables import Table, number_of, text_of
from cluster4w.template.completion import OUR_CLUSTER
from cluster4w.template.declaration import Template
from cluster4w.template.text import fold, fold_header

IN_NEED, TARGETED, SEVERITY = "in_need", "targeted", "severity"
#: The unit of a severity: it ranks needs from 1 to 5, and is never added up or converted.
CLASS = "class"

#: Group codes of the HNO/HPC files; the template's own list knows the words.
GROUP_CODES = {
    "idp": "idps",
    "rri": "returnees",
    "ret": "returnees",
    "ref": "refugees",
    "hst": "host",
    "npd": "host",
}
#: Words of "everybody", "both sexes", "every age".
ALL = {
    "", "a", "all", "total", "tous", "toutes", "ensemble", "t", "both", "deux sexes", "all groups",
    "tous les groupes", "les deux",
}  # fmt: skip
#: Words of the whole country in an area column.
NATIONAL = {
    "national", "niveau national", "pays", "country", "ensemble du pays", "whole country", "pays entier",
}  # fmt: skip
#: What the area column of a row of totals says: "Total", "Sous-total Mopti", "Grand total", "Mopti Total".
TOTALS = re.compile(r"(?:sous |grand |sub )?(?:total|totaux|totals|subtotal)\b.*|.* total|ensemble")

_MEASURES = (
    # First: a "severity of needs" is no need.
    (SEVERITY, re.compile(r"\b(severity|severite|gravite)\b")),
    (IN_NEED, re.compile(r"\b(in need|inneed|pin|need|needs|besoin|besoins)\b")),
    (TARGETED, re.compile(r"\b(targeted|target|targets|cible|cibles|ciblee|ciblees|prevu|tgt)\b")),
)
_UNITS = (
    ("household", re.compile(r"\b(menages?|households?|hh|familles?|hhs|mng)\b")),
    ("individual", re.compile(r"\b(individus?|individuals?|personnes?|people|ind|persons?)\b")),
)
_LEVEL_NAME = re.compile(r"adm(?:in)?([0-3])(?:name|nom|na)?(?:fr|en)?|name([0-3])")
_HXL_LEVEL = re.compile(r"#adm([0-3])\+(code|name)")
#: What keeps a column about severity from ranking an area: people in a class, shares, other sectors' needs.
_NOT_A_RANK = re.compile(
    r"\d|\b(population|people|personnes?|individus?|menages?|households?|pin|nombre|number|percent|pourcentage"
    r"|taux|share|part|inter ?(sector|sectoriel|sectorielle|cluster|sectoral))\b"
)
#: Shares and ranks are no people.
_NO_PEOPLE = re.compile(
    r"%|\b(percent|pourcentage|taux|rate|share|part|severity|severite|gravite|rank|rang)\b", re.I
)
_DTM = re.compile(r"num(?:present)?(idp|ret|returnee|ref)s?(ind|hh)s?")
_DTM_GROUPS = {"idp": "idps", "ret": "returnees", "returnee": "returnees", "ref": "refugees"}

#: Folded header to what the column holds, in both languages.
_PLAIN = {
    "code_any": {"pcode", "code", "p code", "area code", "code zone", "code de la zone", "code pcode"},
    "name_any": {"area", "zone", "name", "nom", "localite", "location", "lieu"},
    "name_1": {"region"},
    "name_2": {"cercle", "district", "province"},
    "name_3": {"commune"},
    "sector": {"sector", "secteur", "cluster"},
    "sub_sector": {"sub sector", "sous secteur", "subsector", "composante"},
    "group": {"population group", "groupe de population", "group", "groupe", "population status"},
    "category": {"category", "categorie"},
    "unit": {"unit", "unite"},
    "measure": {"measure", "mesure", "indicator", "indicateur", "type de chiffre"},
    "value": {"value", "valeur", "nombre", "number", "count", "figure", "chiffre"},
    "gender": {"gender", "genre", "sexe", "sex"},
    "age": {"age range", "age", "tranche d age", "min age", "max age", "age group"},
    "disabled": {"disabled", "handicap", "disability"},
    "round": {"round", "round number", "roundnumber", "reporting round", "tour", "numero du tour", "ronde"},
    "operation": {"operation", "operation dtm"},
    "date": {
        "date",
        "reporting date",
        "reportingdate",
        "date de reference",
        "reference period start",
        "date du rapport",
    },
    "population": {"population"},
}
_MEANING = {header: meaning for meaning, headers in _PLAIN.items() for header in headers}
_HXL_MEANING = {
    "#sector": "sector",
    "#gender": "gender",
    "#age": "age",
    "#is_disabled": "disabled",
    "#population_group": "group",
    "#round": "round",
    "#date": "date",
}


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """A column of figures and what its header says of them; None: another column or the caller says it."""

    at: int
    measure: str | None
    group: str | None = None
    sub_sector: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class NeedColumns:
    """The columns of a table of needs: positions by meaning."""

    #: Positions by meaning; several columns may tell the age.
    plain: Mapping[str, Sequence[int]]
    codes: Mapping[int, int]
    names: Mapping[int, int]
    figures: tuple[FigureColumn, ...]
    #: Headers of figures of other clusters, which are set aside.
    other_clusters: tuple[str, ...] = ()

    @property
    def adds_up(self) -> bool:
        """True for a table that gives an area several rows by design: one per reason, origin or operation."""
        return "round" in self.plain

    @property
    def usable(self) -> bool:
        """True when areas and figures can be told."""
        areas = bool(self.codes or self.names or {"code_any", "name_any"} & set(self.plain))
        return areas and bool(self.figures or "value" in self.plain)

    @property
    def is_hno(self) -> bool:
        """True for the form of the HNO/HPC: a sector column; blank areas mean the whole country there."""
        return "sector" in self.plain and bool(self.codes)


def find_columns(table: Table, template: Template) -> NeedColumns:
    """Return which column holds what."""
    plain: dict[str, list[int]] = {}
    codes: dict[int, int] = {}
    names: dict[int, int] = {}
    figures: list[FigureColumn] = []
    others: list[str] = []
    for at, header in enumerate(table.headers):
        tag = table.hxl[at] if at < len(table.hxl) else ""
        folded = fold_header(header)
        squeezed = fold(header).replace(" ", "")
        if found := _HXL_LEVEL.match(tag):
            (codes if found[2] == "code" else names).setdefault(int(found[1]), at)
        elif found := LEVEL_CODE.fullmatch(squeezed):
            codes.setdefault(int(found[1] or found[2]), at)
        elif (meaning := _HXL_MEANING.get(tag.partition("+")[0])) or (meaning := _MEANING.get(folded)):
            if meaning.startswith("name_") and meaning != "name_any":
                names.setdefault(int(meaning[-1]), at)
            else:
                plain.setdefault(meaning, []).append(at)
        elif found := _LEVEL_NAME.fullmatch(squeezed):
            names.setdefault(int(found[1] or found[2]), at)
        elif _is_severity(table, at):
            if _other_cluster(table, at, template):
                others.append(header)
            else:
                figures.append(_severity_column(table, at, template))
        elif _NO_PEOPLE.search(header):
            continue
        elif _other_cluster(table, at, template):
            others.append(header)
        elif (figure := _figure_column(table, at, template)) is not None:
            figures.append(figure)
    if "round" in plain and not figures and "value" not in plain:
        # Tables of the displacement matrix on open data sites call the displaced "population".
        figures += [
            FigureColumn(at, IN_NEED, "idps", None, "individual") for at in plain.get("population", ())
        ]
    if others and {f.sub_sector for f in figures} == {"shelter"}:
        # Beside the columns of other clusters, "Shelter" is the cluster's name and not the sub-sector's.
        figures = [replace(f, sub_sector=None) for f in figures]
    return NeedColumns(plain, codes, names, tuple(figures), tuple(others))


def _words_of(table: Table, at: int) -> str:
    """Return the folded words over a column, those of the heading above it included."""
    above = table.above[at] if at < len(table.above) else ""
    return fold(f"{above} {table.headers[at]}")


def _is_severity(table: Table, at: int) -> bool:
    """Tell whether a column ranks the needs of an area; one that counts the people of a class does not."""
    words = fold_header(table.headers[at])
    counts = "%" in table.headers[at] or _NOT_A_RANK.search(words)
    return measure_of(words) == SEVERITY and not counts


def _severity_column(table: Table, at: int, template: Template) -> FigureColumn:
    words = _words_of(table, at)
    group = spelt_within(words, "population_group", template)
    return FigureColumn(at, SEVERITY, group, spelt_within(words, "sub_sector", template), CLASS)


def _other_cluster(table: Table, at: int, template: Template) -> bool:
    """Tell whether a column holds figures of another cluster: "WASH_PIN", or "Santé" over numbers."""
    words = _words_of(table, at)
    named = spelt_within(words, "cluster", template)
    if named is None or named == OUR_CLUSTER or spelt_within(words, "sub_sector", template):
        return False
    return measure_of(words) is not None or _holds_numbers(table, at)


def _holds_numbers(table: Table, at: int) -> bool:
    cells = [cells[at] for _, cells in table.rows[:50] if text_of(cells[at])]
    return bool(cells) and all(number_of(cell) is not None for cell in cells)


def _figure_column(table: Table, at: int, template: Template) -> FigureColumn | None:
    header = fold(table.headers[at])
    if found := _DTM.fullmatch(header.replace(" ", "")):
        counted = "household" if found[2] == "hh" else "individual"
        return FigureColumn(at, IN_NEED, _DTM_GROUPS[found[1]], None, counted)
    folded = _words_of(table, at)
    measure, unit = measure_of(folded), unit_of(folded)
    group = spelt_within(folded, "population_group", template)
    sub_sector = spelt_within(folded, "sub_sector", template)
    if re.search(r"\b(code|name|nom|date|source|comment|comments|commentaire|commentaires)\b", header):
        return None
    if measure is None and group is None:
        ours = sub_sector or spelt_within(folded, "cluster", template) == OUR_CLUSTER
        if not (ours or (unit and table.above)) or not _holds_numbers(table, at):
            return None
    return FigureColumn(at, measure, group, sub_sector, unit)


def spelt_within(folded: str, list_name: str, template: Template) -> str | None:
    """Return the choice whose spelling stands in the words as a whole, the longest one first."""
    spellings = template.lists[list_name].by_spelling
    padded = f" {folded} "
    found = [s for s in spellings if f" {s} " in padded]
    return spellings[max(found, key=len)] if found else None


def measure_of(text: str) -> str | None:
    """Return the measure that words name: ``in_need``, ``targeted``, ``severity`` or None."""
    folded = fold(text)
    return next((m for m, pattern in _MEASURES if pattern.search(folded)), None)


def unit_of(text: str) -> str | None:
    """Return the unit that words name: ``household``, ``individual`` or None."""
    folded = fold(text)
    return next((u for u, pattern in _UNITS if pattern.search(folded)), None)
