"""What the gap page shows: the question as the address asks it, and its table in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable, Question
from cluster4w.publish.gap_words import row_name
from cluster4w.publish.map_svg import View
from cluster4w.publish.map_view import Drawing
from cluster4w.security import here
from cluster4w.template.language import label
from cluster4w.views import formats
from cluster4w.views.numbers import MONTH

#: Lines of areas, and of what is only known above them, before the table asks to be unfolded.
FIRST_ROWS, FIRST_PARTS = 12, 6

MEASURES = ("current", "projected", "need")
UNITS = ("household", "individual")
#: Drawings: the name in an address, and the drawing.
VIEWS: dict[str, View] = {"carte": "map", "grille": "grid", "symboles": "symbols"}

#: The way a choice is written in an address, by field of :class:`Question`.
_NAMES = {
    "sub_sector": "sous_secteur",
    "measure": "mesure",
    "level": "niveau",
    "group": "groupe",
    "unit": "unite",
    "month": "mois",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, the drawing wanted ("" for the best there is), and whether the whole table is."""

    question: Question
    view: str = ""
    whole: bool = False

    def address(self, endpoint: str = "gaps", **changes: Any) -> str:
        """Return the address of this page, or of another one on the same question, with something changed.

        Changes are fields of :class:`Question`, ``view``, ``whole``, or parts of the endpoint's rule.
        """
        mine = {k: changes.pop(k) for k in list(changes) if k in _NAMES}
        question = replace(self.question, **mine)
        parts: dict[str, Any] = {
            name: value
            for field, name in _NAMES.items()
            if (value := getattr(question, field)) != getattr(_DEFAULT, field) and value is not None
        }
        view, whole = changes.pop("view", self.view), changes.pop("whole", self.whole)
        if view:
            parts["vue"] = view
        if whole and endpoint == "gaps":
            parts["tout"] = 1
        return url_for(endpoint, **parts, **changes)

    def hidden(self, without: str) -> list[tuple[str, Any]]:
        """Return what a form must carry along, one field excepted, as (name, value)."""
        kept = [
            (name, getattr(self.question, field))
            for field, name in _NAMES.items()
            if name != without and getattr(self.question, field) not in (None, getattr(_DEFAULT, field))
        ]
        return [*kept, *([("vue", self.view)] if self.view else [])]


_DEFAULT = Question()


def asked() -> Asked:
    """Read the question from the address; what makes no sense there is left at its usual value."""
    lists = here().template.lists

    def one_of(name: str, choices: Any, usual: Any) -> Any:
        value = request.args.get(name, "")
        return value if value in choices else usual

    level = one_of("niveau", ("1", "2", "3"), "2")
    month = request.args.get("mois", "")
    question = Question(
        level=int(level),
        month=month if MONTH.fullmatch(month) else None,
        sub_sector=one_of("sous_secteur", {c.key for c in lists["sub_sector"]}, _DEFAULT.sub_sector),
        group=one_of("groupe", {c.key for c in lists["population_group"]}, None),
        measure=one_of("mesure", MEASURES, _DEFAULT.measure),
        unit=one_of("unite", UNITS, _DEFAULT.unit),
    )
    return Asked(question, one_of("vue", VIEWS, ""), request.args.get("tout") == "1")


def choice(list_name: str, key: str) -> str:
    """Return a choice's label."""
    return here().template.lists[list_name].label(key, here().language)


def level_name(table: GapTable, level: int) -> str:
    """Return what areas of a level are called here: Région, Cercle, Commune."""
    names = table.level_names.get(str(level))
    return label(names, here().language) if names else gettext("Level %(level)s", level=level)


def measure_words(measure: str) -> str:
    """Return the name of a measure."""
    words = {
        "current": gettext("Current gap"),
        "projected": gettext("Projected gap"),
        "need": gettext("Need gap"),
    }
    return str(words[measure])


def unit_words(unit: str) -> str:
    """Return the name of a unit, many of it."""
    return str(gettext("Households") if unit == "household" else gettext("People"))


def view_words(view: str) -> str:
    """Return the name of a drawing, by its name in an address."""
    words = {"carte": gettext("Map"), "grille": gettext("Grid"), "symboles": gettext("Symbols")}
    return str(words[view])


def filters(page: Asked, table: GapTable, drawing: Drawing) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the segmented choices of the page: label and (words, address, is chosen)."""
    q = page.question
    sub_sectors = [c.key for c in here().template.lists["sub_sector"]]
    found = [
        (
            gettext("Sub-sector"),
            [(choice("sub_sector", k), page.address(sub_sector=k), k == q.sub_sector) for k in sub_sectors],
        ),
        (gettext("Measure"), [(measure_words(k), page.address(measure=k), k == q.measure) for k in MEASURES]),
        (
            gettext("Level"),
            [(level_name(table, n), page.address(level=n), n == q.level) for n in (1, 2, 3)],
        ),
        (gettext("Unit"), [(unit_words(k), page.address(unit=k), k == q.unit) for k in UNITS]),
    ]
    if len(drawing.views) > 1:
        shown = [(k, drawn) for k, drawn in VIEWS.items() if drawn in drawing.views]
        options = [(view_words(k), page.address(view=k), drawn == drawing.view) for k, drawn in shown]
        found.append((gettext("View"), options))
    return found


def filter_summary(page: Asked, table: GapTable) -> str:
    """Return the choices in one line, for a narrow screen."""
    q = page.question
    group = choice("population_group", q.group) if q.group else gettext("all groups")
    words = (
        choice("sub_sector", q.sub_sector),
        measure_words(q.measure),
        level_name(table, q.level),
        unit_words(q.unit),
        group,
    )
    return " · ".join(w if i == 0 else w[:1].lower() + w[1:] for i, w in enumerate(words))


@dataclass(frozen=True, slots=True)
class Bar:
    """A coverage bar: shares of 100 of what is reached and what is planned on top of it; words for all."""

    reached: float
    planned: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table as the page shows it."""

    row: GapRow
    name: str
    under: str
    asked: int | None
    bar: Bar | None
    address: str | None


def lines(page: Asked, table: GapTable) -> list[Line]:
    """Return every line, the largest gap first."""
    return [line(page, table, row) for row in table.rows]


def level_with_figures(table: GapTable) -> int | None:
    """Return the level above whose figures are known where none of this level's areas has one, else None."""
    need = table.question.measure == "need"

    def has(row: GapRow) -> bool:
        return (row.in_need if need else row.target) is not None

    if any(has(row) for row in table.rows if row.kind == "area"):
        return None
    return table.question.level - 1 if any(has(row) for row in table.rows if row.kind == "part") else None


def first(lines: list[Line]) -> list[Line]:
    """Return the lines that the page begins with: the largest gaps of areas, then what lies beside them."""
    shown: list[Line] = []
    for beside, most in ((False, FIRST_ROWS), (True, FIRST_PARTS)):
        some = [one for one in lines if (one.row.kind != "area") is beside]
        # A single line more is not worth a link.
        shown += some if len(some) <= most + 1 else some[:most]
    return shown


def line(page: Asked, table: GapTable, row: GapRow) -> Line:
    """Return a line of the table, or its total."""
    asked_for = row.in_need if page.question.measure == "need" else row.target
    name, under = row.name, row.parent_name
    if row.kind == "part":
        under = gettext("%(area)s not said", area=level_name(table, page.question.level).lower())
    elif row.kind != "area":
        name = row_name(row, gettext)
    return Line(
        row,
        name,
        under,
        asked_for,
        _bar(row, asked_for),
        page.address("gap_explanation", pcode=row.pcode) if row.pcode else None,
    )


def _bar(row: GapRow, asked_for: int | None) -> Bar | None:
    if not asked_for or row.reached is None:
        return None
    reached = row.reached / asked_for
    planned = (row.planned or 0) / asked_for
    words = gettext("%(share)s reached", share=formats.percent(reached))
    if planned:
        words = gettext(
            "%(share)s reached, %(planned)s more planned",
            share=formats.percent(reached),
            planned=formats.percent(planned),
        )
    solid = min(100 * reached, 100.0)
    return Bar(round(solid, 1), round(min(100 * planned, 100 - solid), 1), words)
