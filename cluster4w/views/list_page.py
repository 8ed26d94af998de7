"""What the pages of the lists show: filters, heads that sort, lines, the map beside them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup

from cluster4w.extensions import db
from cluster4w.gaps.lists import AreaList, Cell, Line, Listing
from cluster4w.gaps.overdue import DUE_BY, OVERDUE
from cluster4w.gaps.table import GapTable
from cluster4w.publish import list_words
from cluster4w.publish.list_files import Paper
from cluster4w.publish.maps.of_list import heading, list_drawing, list_scale
from cluster4w.publish.maps.svg import fill_of
from cluster4w.publish.maps.view import Look
from cluster4w.record.queries.operations import plan_months
from cluster4w.security import allowed, here
from cluster4w.template.language import N_, counted
from cluster4w.views import formats, gap_page
from cluster4w.views.gap_asked import MEASURES, UNITS, VIEWS, Asked
from cluster4w.views.gap_map import ALONE
from cluster4w.views.places import gazetteer

#: Lists of areas: the name in an address, and the list.
ADDRESSES: Mapping[str, AreaList] = {
    "a-couvrir": "uncovered",
    "sans-presence": "nobody",
    "plus-de-100": "above",
    "plusieurs": "several",
    "prevu": "pipeline",
}
_NAMES = {listed: name for name, listed in ADDRESSES.items()}
#: Lines of a page, and lines that a page begins with before it asks to be unfolded.
PAGE, FIRST = 100, 25
#: What stands in small letters below a column, to leave room for the map.
UNDER = {"name": "parent_name", "activity": "status", "due": "due_by"}
#: Columns of words, which begin with the smallest when they are sorted by; figures begin with the largest.
_WORDS = frozenset({"name", "parent_name", "who", "organisation", "activity", "status", "due", "due_by"})
#: Columns that a phone shows, by list, beside the one that the list is sorted by.
_PHONE: Mapping[str, frozenset[str]] = {
    "uncovered": frozenset({"name", "severity", "gap", "share"}),
    "nobody": frozenset({"name", "severity", "gap", "perhaps"}),
    "above": frozenset({"name", "surplus", "share"}),
    "several": frozenset({"name", "organisations", "who"}),
    "pipeline": frozenset({"name", "missing", "left"}),
    OVERDUE: frozenset({"name", "organisation", "activity", "days_late"}),
}
#: Columns whose sum says something, by list.
_SUMS: Mapping[str, tuple[str, ...]] = {
    "uncovered": ("asked", "reached", "planned", "gap"),
    "nobody": ("in_need", "target", "gap"),
    "above": ("asked", "reached", "surplus"),
    "several": ("gap",),
    "pipeline": ("asked", "reached", "missing", "planned", "left", "beyond"),
    OVERDUE: ("planned",),
}
#: The figure that a list is summed up with.
_HEADLINE = {
    "uncovered": "gap",
    "nobody": "gap",
    "above": "surplus",
    "pipeline": "left",
    OVERDUE: "planned",
}


def address_name(listed: str) -> str:
    """Return the name of a list in an address; "" for one with an address of its own."""
    return next((name for key, name in _NAMES.items() if key == listed), "")


def address(page: Asked, listed: str) -> str:
    """Return the address of a list, for the same question."""
    fresh: dict[str, Any] = {"tri": "", "whole": False, "chosen": ""}
    if listed == OVERDUE:
        return page.address("overdue_plans", **fresh)
    return page.address("list_of_areas", name=address_name(listed), **fresh)


# --- all lists --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A list among the others: how much it holds, its first names, or why it has no line."""

    title: str
    address: str
    about: str
    count: str
    figure: str
    first: str
    empty: str


def entry(page: Asked, listing: Listing) -> Entry:
    """Return what is said of a list among the others."""
    many = len(listing.lines)
    if listing.name == OVERDUE:
        count = ngettext("%(number)s plan", "%(number)s plans", many, number=formats.number(many))
    else:
        count = ngettext("%(number)s area", "%(number)s areas", many, number=formats.number(many))
    names = list(dict.fromkeys(str(line.cells["name"]) for line in listing.lines if line.cells["name"]))
    return Entry(
        list_words.title(listing.name, gettext),
        address(page, listing.name),
        gettext(list_words.ABOUT[listing.name]),
        count if listing.lines else "",
        _headline(page, listing),
        ", ".join(names[:3]) + ("…" if len(names) > 3 else ""),
        list_words.empty_words(listing, gettext)[0],
    )


#: What is said of the figure of a list, by unit and kind of figure: of one, and of several.
_FIGURES = {
    "household": {
        "gap": (N_("%(number)s household without"), N_("%(number)s households without")),
        "surplus": (
            N_("%(number)s household beyond what was asked"),
            N_("%(number)s households beyond what was asked"),
        ),
        "left": (N_("%(number)s household left after plans"), N_("%(number)s households left after plans")),
        "planned": (N_("%(number)s household promised"), N_("%(number)s households promised")),
    },
    "individual": {
        "gap": (N_("%(number)s person without"), N_("%(number)s people without")),
        "surplus": (
            N_("%(number)s person beyond what was asked"),
            N_("%(number)s people beyond what was asked"),
        ),
        "left": (N_("%(number)s person left after plans"), N_("%(number)s people left after plans")),
        "planned": (N_("%(number)s person promised"), N_("%(number)s people promised")),
    },
}


def _headline(page: Asked, listing: Listing) -> str:
    people = listing.total(_HEADLINE.get(listing.name, ""))
    if people is None:
        return ""
    one, many = _FIGURES[page.question.unit][_HEADLINE[listing.name]]
    return counted(one, many, people, gettext) % {"number": formats.number(people)}


def others(page: Asked, name: str) -> list[tuple[str, str, bool]]:
    """Return every list that the person here may open, as (words, address, is this one)."""
    names = [n for n in list_words.LISTS if allowed("overdue_plans" if n == OVERDUE else "list_of_areas")]
    found = [(list_words.title(n, gettext), address(page, n), n == name) for n in names]
    return found if len(found) > 1 else []


# --- filters ----------------------------------------------------------------------------------------------


def around(page: Asked, table: GapTable | None, *, months: list[str], measure: bool) -> dict[str, Any]:
    """Return the filters of a page of lists, by the names that it knows them by.

    ``table`` None: a person who sees no figures of all; levels are then not asked for.
    """
    q = page.question
    sub_sectors = [c.key for c in here().template.lists["sub_sector"]]
    found: list[gap_page.Filter] = [
        (
            gettext("Sub-sector"),
            [
                (gap_page.choice("sub_sector", k), page.address(sub_sector=k), k == q.sub_sector)
                for k in sub_sectors
            ],
        )
    ]
    if measure:
        choices = [(gap_page.measure_words(k), page.address(measure=k), k == q.measure) for k in MEASURES]
        found.append((gettext("Measure"), choices))
    if table is not None:
        levels = [
            (gap_page.level_name(table, n), gap_page.at_level(page, n), n == q.level) for n in (1, 2, 3)
        ]
        found.append((gettext("Level"), levels))
    units = [(gap_page.unit_words(k), page.address(unit=k), k == q.unit) for k in UNITS]
    found.append((gettext("Unit"), units))
    # Who else reports is not a partner's to see.
    selects = [s for s in gap_page.selects(page, months) if s.name != "org" or table is not None]
    chosen = [words for _, choices in found for words, _, is_chosen in choices if is_chosen]
    for select in selects:
        words = [words for value, words, is_chosen in select.choices if value and is_chosen]
        chosen += [_in_summary(select.name, each) for each in words]
    if q.month:
        chosen.append(gettext("up to %(month)s", month=formats.month(q.month)))
    return {
        "filters": found,
        "summary": gap_page.in_one_line(chosen),
        "selects": selects,
        "months": months,
        "latest": gettext("the last month") if measure else gettext("today"),
        "month": q.month or "",
        "way": gap_page.way(page) if table is not None else [],
        "action": url_for(page.at, **{k: v for k, v in page.parts if k == "name"}),  # type: ignore[arg-type]
        "carried": lambda name: [*page.hidden(name), *((k, v) for k, v in page.parts if k != "name")],
    }


def _in_summary(name: str, words: str) -> str:
    """Return the words of a choice where they stand without the label of what is chosen."""
    match name:
        case "org":
            return str(gettext("only %(organisation)s", organisation=words))
        case "depuis":
            return str(gettext("since %(month)s", month=words))
        case _:
            return words


def months(table: GapTable) -> list[str]:
    """Return the months up to which can be counted: the plan's, as far as the record goes."""
    known = table.months_with_rows
    every = sorted({*plan_months(here().operation), *known})
    last = max(known, default=every[-1])
    return [m for m in every if m <= last]


def way_out(page: Asked, listing: Listing, table: GapTable | None) -> tuple[str, str] | None:
    """Return words and address of what helps where a list cannot be made."""
    if listing.empty == "no_figures" and allowed("needs_send"):
        return str(gettext("Load a table of figures")), url_for("needs")
    level = page.question.level - 1
    if listing.empty == "figures_above" and table is not None and level:
        area = gap_page.level_name(table, level).lower()
        return str(gettext("Show by %(area)s", area=area)), gap_page.at_level(page, level)
    return None


# --- lines ------------------------------------------------------------------------------------------------


def columns(listing: Listing) -> list[str]:
    """Return the columns of the page; some stand in small letters below another one."""
    return [key for key in listing.columns if key not in UNDER.values()]


class Head(NamedTuple):
    """A column's head: its words, where it leads, how the list is sorted by it now, and its class."""

    words: str
    address: str
    sorted: str
    style: str


def heads(page: Asked, listing: Listing, paper: Paper) -> list[Head]:
    """Return the heads of a list: each sorts by its column, the other way round where it does already."""
    now = listing.order
    found = []
    for key in columns(listing):
        first = key if key in _WORDS else f"-{key}"
        other = f"-{key}" if key in _WORDS else key
        state = ""
        if now.removeprefix("-") == key:
            state = "descending" if now.startswith("-") else "ascending"
        words = list_words.heading(key, page.question, paper.area, gettext)
        target = other if now == first else first
        found.append(Head(words, page.address(tri=target, chosen=""), state, style(listing, key)))
    return found


def style(listing: Listing, key: str) -> str:
    """Return the classes of a column's cells."""
    kind = ["nowrap"] if key == "due" else [] if key in _WORDS else ["n"]
    needed = key in _PHONE[listing.name] or key == listing.order.removeprefix("-")
    return " ".join(kind if needed else [*kind, "least"])


class Part(NamedTuple):
    """The lines of a list that a page holds; ``pages``: how many there are; ``more``: lines not shown."""

    lines: tuple[Line, ...]
    number: int
    pages: int
    more: int


def part(listing: Listing, number: int, *, everything: bool) -> Part:
    """Return the first lines of a list, or a page of all of them."""
    every = listing.lines
    if not everything and number == 1:
        # A single line more is not worth a link.
        shown = every if len(every) <= FIRST + 1 else every[:FIRST]
        return Part(shown, 1, 1, len(every) - len(shown))
    pages = max(math.ceil(len(every) / PAGE), 1)
    number = min(max(number, 1), pages)
    return Part(every[(number - 1) * PAGE : number * PAGE], number, pages, 0)


class Cells(NamedTuple):
    """A cell of the page, and what stands in small letters below it."""

    key: str
    words: str
    under: str
    style: str


class Shown(NamedTuple):
    """A line of the page: its area, where its name leads, the address of its activity, its cells."""

    pcode: str | None
    address: str | None
    activity: str | None
    cells: list[Cells]


def shown(page: Asked, listing: Listing, line: Line) -> Shown:
    """Return a line as the page shows it."""
    leads = line.pcode and allowed("gap_explanation")
    return Shown(
        line.pcode,
        page.address("gap_explanation", pcode=line.pcode) if leads else None,
        url_for("activity", uid=line.uid, **page.kept) if line.uid and allowed("activity") else None,
        [
            Cells(
                key,
                in_words(key, line.cells.get(key)),
                in_words(below, value) if (value := line.cells.get(below := UNDER.get(key, ""))) else "",
                style(listing, key),
            )
            for key in columns(listing)
        ],
    )


def in_words(key: str, value: Cell) -> str:
    """Return a cell as a person reads it."""
    if key == "due_by":
        return str(gettext(DUE_BY[str(value)]))
    if key == "name" and value is None:
        return str(gettext("Place unknown"))
    match value:
        case None:
            return formats.ABSENT
        case str():
            return value
        case dt.date():
            return formats.day(value)
        case float() if key in list_words.SHARES:
            return formats.percent(value)
        case _:
            return formats.number(value, 1)


def totals(listing: Listing) -> list[tuple[str, str]]:
    """Return the last line: the sums of the columns that can be added up, each with its class; or none."""
    summed = _SUMS[listing.name]
    found = [
        (formats.number(listing.total(key)) if key in summed else "", style(listing, key))
        for key in columns(listing)
    ]
    return found if len(listing.lines) > 1 else []


# --- the map ----------------------------------------------------------------------------------------------


class Class(NamedTuple):
    """A class in the legend: its words, the swatch's fill, how many areas."""

    words: str
    fill: str
    areas: int


@dataclass(frozen=True, slots=True)
class ListMap:
    """The map of a list with its legend. ``svg`` escapes every name in it."""

    svg: Markup
    heading: str
    legend: tuple[Class, ...]
    sources: tuple[str, ...]


def drawn(page: Asked, listing: Listing, table: GapTable) -> ListMap:
    """Draw the map beside a list."""
    scale = list_scale(listing, table, here().language)
    look = Look(
        view=VIEWS.get(page.view),
        scale=scale,
        within=page.within or None,
        selected=page.chosen or None,
        href=page.addresses("pcode", "gap_explanation"),
        width=ALONE,
    )
    drawing = list_drawing(
        db.session, listing, table, look, gazetteer(), language=here().language, translate=gettext
    )
    legend = tuple(
        Class(c.said(gettext), fill_of(c, "map"), drawing.counts.get(c.key, 0)) for c in drawing.legend
    )
    return ListMap(
        # The drawing escapes every name and word that it holds.
        Markup(drawing.svg),  # noqa: S704
        gettext(heading(listing, scale, page.question.measure)),
        legend,
        tuple(source for source in drawing.sources if source),
    )
