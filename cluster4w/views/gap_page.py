"""What the gap page shows around its map: filters, the way down into the country, and the table's lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable
from cluster4w.gaps.who import Present
from cluster4w.publish import gap_words
from cluster4w.publish.gap_words import row_name
from cluster4w.publish.maps.classes import Scale
from cluster4w.publish.maps.svg import MANY
from cluster4w.publish.maps.view import Drawing
from cluster4w.record.gazetteer import Place
from cluster4w.record.queries.organisations import agencies
from cluster4w.security import here
from cluster4w.template.counting import types_of
from cluster4w.template.language import label
from cluster4w.views import formats
from cluster4w.views.gap_asked import CUTS, DEEPEST, MEASURES, SHOWN, UNITS, VIEWS, Asked
from cluster4w.views.gap_map import Answer, said_of, scale_in, together_words
from cluster4w.views.places import gazetteer

#: Lines of areas, and of what is only known above them, before the table asks to be unfolded.
FIRST_ROWS, FIRST_PARTS = 12, 6
#: Choices of a filter: what it is called, and (words, address, is chosen) of each.
Filter = tuple[str, list[tuple[str, str, bool]]]


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


def filters(page: Asked, table: GapTable) -> list[Filter]:
    """Return the segmented choices of the page."""
    q = page.question
    sub_sectors = [c.key for c in here().template.lists["sub_sector"]]
    return [
        (
            gettext("Sub-sector"),
            [(choice("sub_sector", k), page.address(sub_sector=k), k == q.sub_sector) for k in sub_sectors],
        ),
        (gettext("Measure"), [(measure_words(k), page.address(measure=k), k == q.measure) for k in MEASURES]),
        (
            gettext("Level"),
            [(level_name(table, n), at_level(page, n), n == q.level) for n in (1, 2, 3)],
        ),
        (gettext("Unit"), [(unit_words(k), page.address(unit=k), k == q.unit) for k in UNITS]),
    ]


def at_level(page: Asked, level: int) -> str:
    """Return the address of another level, in the same part of the country as far as that has such areas."""
    lineage = gazetteer().lineage(page.within) if page.within else ()
    above = [p.pcode for p in lineage if p.level < level]
    return page.address(level=level, within=above[-1] if above else "")


def selects(page: Asked, months: list[str]) -> list[Option]:
    """Return the choices that are too many for segments; the first value of each is the whole."""
    q, lists = page.question, here().template.lists
    types = types_of(here().template, q.sub_sector, counting=False)
    start = f"{here().operation.plan_start:%Y-%m}"
    until = [m for m in months if start < m <= (q.month or m)]
    offered: list[tuple[str, str, str, str | int | None, list[tuple[str | int, str]]]] = [
        (
            "groupe",
            gettext("Group"),
            gettext("All groups"),
            q.group,
            [(c.key, label(c.labels, here().language)) for c in lists["population_group"]],
        ),
        (
            "type",
            gettext("Activity type"),
            gettext("All types"),
            q.activity_type,
            [(c.key, label(c.labels, here().language)) for c in types],
        ),
        (
            "org",
            gettext("Reporting organisation"),
            gettext("All organisations"),
            q.organisation,
            _reporting(q.organisation),
        ),
        (
            "depuis",
            gettext("Counted from"),
            gettext("the plan’s start"),
            q.first,
            [(m, formats.month(m)) for m in until],
        ),
    ]
    return [
        Option(
            name,
            said,
            [("", whole, not chosen), *((str(key), words, key == chosen) for key, words in choices)],
        )
        for name, said, whole, chosen, choices in offered
    ]


def _reporting(chosen: int | None) -> list[tuple[str | int, str]]:
    """Return the organisations that report, with the names of those that share an acronym."""
    found = [a for a in agencies(db.session, here().operation) if a.role != "donor" or a.id == chosen]
    times = Counter(a.acronym for a in found)
    return [(a.id, a.acronym if times[a.acronym] == 1 else f"{a.acronym} ({a.name})") for a in found]


@dataclass(frozen=True, slots=True)
class Option:
    """A list of choices for the map: its name in an address, its label, (value, words, is chosen) of each."""

    name: str
    label: str
    choices: list[tuple[str, str, bool]]


def shown_words() -> dict[str, str]:
    """Return what a map can show, in words, by its name in an address."""
    return {
        "part": gettext("Share reached"),
        "manque": gettext("Number missing"),
        "presence": gettext("Organisations present"),
        "recouvrements": gettext("Overlaps"),
    }


def options(page: Asked, table: GapTable, drawing: Drawing, months: list[str]) -> list[Option]:
    """Return what can be chosen about the map itself; the first value of each is the usual one."""
    cuts = {
        "cluster": gettext("The cluster’s bounds"),
        "quantiles": gettext("As many areas in each"),
        "egales": gettext("Equal steps"),
        "bornes": gettext("Own bounds"),
    }
    if page.shows == "manque":
        del cuts["cluster"]
    found = [Option("montre", gettext("The map shows"), _choices(SHOWN, shown_words(), page.shows))]
    if page.shows in ("", "manque"):
        cut = page.cut or ("quantiles" if page.shows else "")
        found.append(Option("classes", gettext("Classes"), _choices(CUTS, cuts, cut)))
    if len(drawing.views) > 1:
        drawn = [(k, v) for k, v in VIEWS.items() if v in drawing.views]
        drawings = [(k, view_words(k), v == drawing.view) for k, v in drawn]
        found.append(Option("vue", gettext("View"), drawings))
    return [*found, Option("cote", gettext("Second map"), _beside(page, months))]


def _choices(names: Any, words: dict[str, str], chosen: str) -> list[tuple[str, str, bool]]:
    known = [name for name in names if name in words]
    chosen = chosen if chosen in known else known[0]
    return [(name, words[name], name == chosen) for name in known]


def _beside(page: Asked, months: list[str]) -> list[tuple[str, str, bool]]:
    sub_sectors = [c.key for c in here().template.lists["sub_sector"] if c.key != page.question.sub_sector]
    found = [("", gettext("none"), not page.beside)]
    found += [(k, choice("sub_sector", k), k == page.beside) for k in sub_sectors]
    found += [(m, formats.month(m), m == page.beside) for m in months if m != page.question.month]
    return found


def view_words(view: str) -> str:
    """Return the name of a drawing, by its name in an address."""
    words = {"carte": gettext("Map"), "grille": gettext("Grid"), "symboles": gettext("Symbols")}
    return str(words[view])


def way(page: Asked) -> list[tuple[str, str]]:
    """Return the way down to the part of the country that is shown, as (name, address); none for all."""
    if not page.within:
        return []
    lineage = gazetteer().lineage(page.within)
    back = page.address(level=2 if page.question.level > 1 else 1, within="")
    steps = [(p.name, page.address(level=max(p.level + 1, 2), within=p.pcode)) for p in lineage]
    return [(str(gettext("Whole country")), back), *steps]


def region_of(page: Asked) -> Place | None:
    """Return the region that the page is about or lies in; None for the whole country."""
    return gazetteer().lineage(page.within)[0] if page.within else None


def title(page: Asked, table: GapTable) -> str:
    """Return the question that the page answers, with the part of the country that it is about in front."""
    words = gap_words.title(table, here().language, gettext, SHOWN.get(page.shows, "share"))
    if not page.within:
        return words
    return gap_words.placed(words, gazetteer().by_pcode[page.within].name, gettext)


@dataclass(frozen=True, slots=True)
class Deeper:
    """The level below the areas of a page: its number and name, and the areas of which it knows nothing."""

    level: int
    name: str
    leaves: str


def deeper(page: Asked, table: GapTable) -> Deeper | None:
    """Return the level into which the page's areas can be opened, or None."""
    level = page.question.level + 1
    if level > DEEPEST:
        return None
    bare = sorted(code for code in table.by_pcode() if not gazetteer().children.get(code))
    return Deeper(level, level_name(table, level), " ".join(bare))


@dataclass(frozen=True, slots=True)
class Opened:
    """The area that is opened beside the map: its name, what is said of it, why, and the level below."""

    name: str
    said: str
    address: str
    below: str | None


def opened(page: Asked, one: Answer, scale: Scale) -> Opened | None:
    """Return the area that the address opens, where the map has it."""
    row = one.table.by_pcode().get(page.chosen)
    if row is None or row.pcode is None:
        return None
    words = said_of(one, scale)(row)
    level = page.question.level + 1
    has = level <= DEEPEST and gazetteer().children.get(row.pcode)
    return Opened(
        row.name,
        words.removeprefix(row.name).lstrip(" \u00a0:"),
        page.address("gap_explanation", pcode=row.pcode),
        page.address(level=level, within=row.pcode) if has else None,
    )


def filter_summary(page: Asked, table: GapTable) -> str:
    """Return the choices in one line, for a narrow screen."""
    q = page.question
    group = choice("population_group", q.group) if q.group else gettext("all groups")
    words = [
        choice("sub_sector", q.sub_sector),
        measure_words(q.measure),
        level_name(table, q.level),
        unit_words(q.unit),
        group,
        *([choice("activity_type", q.activity_type)] if q.activity_type else []),
        *([gettext("only %(organisation)s", organisation=table.organisation)] if table.organisation else []),
        *([gettext("since %(month)s", month=formats.month(q.first))] if q.first else []),
        *([shown_words()[page.shows]] if page.shows else []),
    ]
    return in_one_line(words)


def in_one_line(words: list[str]) -> str:
    """Return choices in one line: small letters after the first, but for acronyms."""
    # A word that goes on in capitals is an acronym.
    small = (w if i == 0 or w[1:2].isupper() else w[:1].lower() + w[1:] for i, w in enumerate(words))
    return " · ".join(small)


@dataclass(frozen=True, slots=True)
class Bar:
    """A coverage bar: shares of 100 of what is reached and what is planned on top of it; words for all."""

    reached: float
    planned: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table as the page shows it. ``later``: in the page, but not among the first ones."""

    row: GapRow
    name: str
    under: str
    under_address: str | None
    asked: int | None
    bar: Bar | None
    address: str | None
    key: str
    later: bool = False
    present: Present | None = None
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """Where lines lead: to what explains an area's figures, and into an area above."""

    explanation: Callable[[str], str]
    within: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a page; ``more`` are not in it, or in it and hidden; ``all_here``: none is left out."""

    shown: list[Line]
    more: int
    all_here: bool


def lines(page: Asked, one: Answer, scale: Scale) -> Lines:
    """Return the lines of a table, the largest gap first: those of the classes asked for.

    A small table is whole in the page, so that a script can show other classes at once; what comes after the
    first lines is hidden there.
    """
    own = scale_in(one, scale)
    ways = Ways(page.addresses("pcode", "gap_explanation"), page.addresses("within"))
    found = [(row, own.of(row).key if row.kind == "area" else "") for row in one.table.rows]
    asked_for = [row for row, key in found if not page.only or key in page.only]
    first = {id(row) for row in (asked_for if page.whole else _first(asked_for))}
    small = sum(row.kind == "area" for row, _ in found) <= MANY
    shown = [
        line(page, one, row, key, ways, later=id(row) not in first)
        for row, key in found
        if small or id(row) in first
    ]
    return Lines(shown, len(asked_for) - len(first), small)


def level_with_figures(table: GapTable) -> int | None:
    """Return the level above whose figures are known where none of this level's areas has one, else None."""
    need = table.question.measure == "need"

    def has(row: GapRow) -> bool:
        return (row.in_need if need else row.target) is not None

    if any(has(row) for row in table.rows if row.kind == "area"):
        return None
    return table.question.level - 1 if any(has(row) for row in table.rows if row.kind == "part") else None


def _first(rows: list[GapRow]) -> list[GapRow]:
    """Return the rows that the page begins with: the largest gaps of areas, then what lies beside them."""
    shown: list[GapRow] = []
    for beside, most in ((False, FIRST_ROWS), (True, FIRST_PARTS)):
        some = [row for row in rows if (row.kind != "area") is beside]
        # A single line more is not worth a link.
        shown += some if len(some) <= most + 1 else some[:most]
    return shown


def line(
    page: Asked, one: Answer, row: GapRow, key: str = "", ways: Ways | None = None, *, later: bool = False
) -> Line:
    """Return a line of the table, or its total; ``key``: its class."""
    table = one.table
    ways = ways or Ways(page.addresses("pcode", "gap_explanation"), page.addresses("within"))
    asked_for = row.in_need if page.question.measure == "need" else row.target
    name, under, above = row.name, row.parent_name, None
    if row.kind == "part":
        under = gettext("%(area)s not said", area=level_name(table, page.question.level).lower())
    elif row.kind != "area":
        name = row_name(row, gettext)
    elif row.pcode and (parent := gazetteer().by_pcode[row.pcode].parent):
        # The area that the page is about need not be said on each line.
        above = None if parent == page.within else ways.within(parent)
        under = "" if parent == page.within else under
    return Line(
        row,
        name,
        under,
        above,
        asked_for,
        _bar(row, asked_for),
        ways.explanation(row.pcode) if row.pcode else None,
        key,
        later,
        present=one.present.get(row.pcode or ""),
        together=tuple(together_words(t) for t in one.together.get(row.pcode or "", ())),
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
