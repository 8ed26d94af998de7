"""Which column of a table of needs holds what: HNO/HPC with HXL, plain long and wide tables, DTM."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cluster4w.intake.tables import Table
from cluster4w.template.declaration import Template
from cluster4w.template.text import fold, fold_header

IN_NEED, TARGETED = "in_need", "targeted"

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
ALL = {"", "a", "all", "total", "tous", "toutes", "ensemble", "t", "both", "deux sexes"}
#: Words of the whole country in an area column.
NATIONAL = {
    "national",
    "niveau national",
    "pays",
    "country",
    "total",
    "total general",
    "grand total",
    "ensemble",
}

_MEASURES = (
    (IN_NEED, re.compile(r"\b(in need|inneed|pin|need|needs|besoin|besoins)\b")),
    (TARGETED, re.compile(r"\b(targeted|target|targets|cible|cibles|ciblee|ciblees|prevu)\b")),
)
_UNITS = (
    ("household", re.compile(r"\b(menages?|households?|hh|familles?|hhs|mng)\b")),
    ("individual", re.compile(r"\b(individus?|individuals?|personnes?|people|ind|persons?)\b")),
)
_LEVEL_CODE = re.compile(r"adm(?:in)?([0-3])(?:p?code|pcod|pc)")
_LEVEL_NAME = re.compile(r"adm(?:in)?([0-3])(?:name|nom|na)?(?:fr|en)?")
_HXL_LEVEL = re.compile(r"#adm([0-3])\+(code|name)")
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
}
_MEANING = {header: meaning for meaning, headers in _PLAIN.items() for header in headers}
_HXL_MEANING = {
    "#sector": "sector",
    "#gender": "gender",
    "#age": "age",
    "#is_disabled": "disabled",
    "#population_group": "group",
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
    for at, header in enumerate(table.headers):
        tag = table.hxl[at] if at < len(table.hxl) else ""
        folded = fold_header(header)
        squeezed = fold(header).replace(" ", "")
        if found := _HXL_LEVEL.match(tag):
            (codes if found[2] == "code" else names).setdefault(int(found[1]), at)
        elif found := _LEVEL_CODE.fullmatch(squeezed):
            codes.setdefault(int(found[1]), at)
        elif (meaning := _HXL_MEANING.get(tag.partition("+")[0])) or (meaning := _MEANING.get(folded)):
            if meaning.startswith("name_") and meaning != "name_any":
                names.setdefault(int(meaning[-1]), at)
            else:
                plain.setdefault(meaning, []).append(at)
        elif found := _LEVEL_NAME.fullmatch(squeezed):
            names.setdefault(int(found[1]), at)
        elif (figure := _figure_column(at, fold(header), squeezed, template)) is not None:
            figures.append(figure)
    return NeedColumns(plain, codes, names, tuple(figures))


def _figure_column(at: int, folded: str, squeezed: str, template: Template) -> FigureColumn | None:
    if found := _DTM.fullmatch(squeezed):
        unit = "household" if found[2] == "hh" else "individual"
        return FigureColumn(at, IN_NEED, _DTM_GROUPS[found[1]], None, unit)
    measure = next((m for m, pattern in _MEASURES if pattern.search(folded)), None)
    group = spelt_within(folded, "population_group", template)
    if measure is None and (group is None or re.search(r"\b(code|name|nom|date|source)\b", folded)):
        return None
    return FigureColumn(
        at,
        measure,
        group,
        spelt_within(folded, "sub_sector", template),
        next((u for u, pattern in _UNITS if pattern.search(folded)), None),
    )


def spelt_within(folded: str, list_name: str, template: Template) -> str | None:
    """Return the choice whose spelling stands in the words as a whole, the longest one first."""
    spellings = template.lists[list_name].by_spelling()
    padded = f" {folded} "
    found = [s for s in spellings if f" {s} " in padded]
    return spellings[max(found, key=len)] if found else None


def measure_of(text: str) -> str | None:
    """Return the measure that words name: ``in_need``, ``targeted`` or None."""
    folded = fold(text)
    return next((m for m, pattern in _MEASURES if pattern.search(folded)), None)


def unit_of(text: str) -> str | None:
    """Return the unit that words name: ``household``, ``individual`` or None."""
    folded = fold(text)
    return next((u for u, pattern in _UNITS if pattern.search(folded)), None)
