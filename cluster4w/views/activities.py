"""The list of activities: what the record holds, narrowed, sorted, page by page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.activities import (
    PAGE,
    SORTS,
    Filter,
    Order,
    Scope,
    list_activities,
    months_with_rows,
    organisations_with_rows,
    totals,
)
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.organisations import agencies
from cluster4w.security import can_see_all_rows, here, own_rows_only
from cluster4w.template.text import printable
from cluster4w.views import formats
from cluster4w.views.as_of import Dated, When, when_or_why_not
from cluster4w.views.numbers import MONTH, whole
from cluster4w.views.responses import unchanged
from cluster4w.views.values import choice_words

#: Filters on choices: name in the address, name in :class:`Filter`, list of the template.
CHOICES = (
    ("sous_secteur", "sub_sector", "sub_sector"),
    ("type", "activity_type", "activity_type"),
    ("statut", "status", "status"),
    ("groupe", "population_group", "population_group"),
)
#: What the filter on the status holds for activities that were withdrawn.
WITHDRAWN = "withdrawn"
#: Sorts that begin with the smallest; the others begin with the largest or newest.
ASCENDING = frozenset({"organisation", "activity", "place", "group", "status"})
LONGEST_SEARCH = 200


def scope() -> Scope:
    """Return whose rows the person here may read. Roles that are not named here read none."""
    role = here().role
    if can_see_all_rows(role):
        return Scope(everybody=True)
    if own_rows_only(role):
        return Scope(organisation_id=here().organisation_id)
    return Scope()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as far as it makes sense; ``raw`` holds it as the form shows it."""

    wanted: Filter
    order: Order
    page: int
    raw: dict[str, str]
    moment: When

    def address(self, **changes: str | int) -> str:
        """Return the address of this list with something changed; "" takes a filter off."""
        parts: dict[str, Any] = {k: v for k, v in {**self.raw, **changes}.items() if v != ""}
        return url_for("activities", **parts, **self.moment.kept)


def asked(moment: When) -> Asked:
    """Read the filters, the order and the page from the address; nonsense is left out."""
    raw = {
        name: printable(request.args.get(name, ""))[:LONGEST_SEARCH] for name in ("mois", "org", "lieu", "q")
    }
    raw |= {name: request.args.get(name, "") for name, _, _ in CHOICES}
    if not MONTH.fullmatch(raw["mois"]):
        raw["mois"] = ""
    if whole(raw["org"]) is None or not can_see_all_rows(here().role):
        raw["org"] = ""
    withdrawn = raw["statut"] == WITHDRAWN
    for name, _, list_name in CHOICES:
        if here().template.lists[list_name].get(raw[name]) is None:
            raw[name] = ""
    wanted = Filter(
        month=raw["mois"] or None,
        organisation_id=int(raw["org"]) if raw["org"] else None,
        pcode=raw["lieu"] or None,
        text=raw["q"],
        withdrawn=withdrawn,
        **{name: raw[short] or None for short, name, _ in CHOICES},
    )
    raw["statut"] = WITHDRAWN if withdrawn else raw["statut"]
    sort = request.args.get("tri", "")
    by = sort.removeprefix("-")
    if by not in SORTS:
        sort, by = "", "recorded"
    raw["tri"] = sort
    ranks = {key: [c.key for c in here().template.lists[key]] for key in ("activity_type", "status")}
    ranks["population_group"] = [c.key for c in here().template.lists["population_group"]]
    order = Order(by, sort.startswith("-") if sort else True, ranks)
    page = whole(request.args.get("page")) or 1
    return Asked(wanted, order, min(page, 100_000), raw, moment)


def activities() -> ResponseReturnValue:
    """Show the rows that the person here may read, now or as of a moment."""
    if (same := unchanged(here().operation.revision)) is not None:
        return same
    moment, wrong_moment = when_or_why_not()
    question, mine = asked(moment), scope()
    found = totals(db.session, here().operation, mine, question.wanted, as_of=moment.at)
    count = sum(t.rows for t in found)
    pages = max(math.ceil(count / PAGE), 1)
    page = min(question.page, pages)
    rows = list_activities(
        db.session,
        here().operation,
        mine,
        question.wanted,
        order=question.order,
        page=page,
        as_of=moment.at,
    )
    narrowed = any(value for name, value in question.raw.items() if name != "tri")
    shown = render_template(
        "activities.html",
        dated=Dated(moment, "activities", question.raw),
        wrong_moment=wrong_moment,
        question=question,
        rows=rows,
        totals=found,
        count=count,
        page=page,
        pages=pages,
        narrowed=narrowed,
        filters=_filters(question, mine),
        heads=_heads(question),
        list_address=_page_address(question),
        choice=choice_words,
        everybody=mine.everybody,
        summary=_summary(question),
    )
    return (shown, 400) if wrong_moment else shown


def _page_address(question: Asked) -> Callable[[int], str]:
    return lambda number: question.address(page=number if number > 1 else "")


class Head(NamedTuple):
    """A column's head: its words, where it leads, how the list is sorted by it now, and its class."""

    words: str
    address: str
    sorted: str
    style: str


def _heads(question: Asked) -> list[Head]:
    named = [
        ("month", gettext("Month"), ""),
        ("organisation", gettext("Organisation"), ""),
        ("activity", gettext("Activity"), ""),
        ("place", gettext("Place"), ""),
        ("group", gettext("Group"), ""),
        ("status", gettext("Status"), ""),
        ("targeted", gettext("Households targeted"), "n"),
        ("reached", gettext("Households reached"), "n"),
    ]
    heads = []
    for key, words, style in named:
        if key == "organisation" and not can_see_all_rows(here().role):
            continue
        now = ""
        first = key if key in ASCENDING else f"-{key}"
        other = f"-{key}" if key in ASCENDING else key
        if question.raw["tri"] in (key, f"-{key}"):
            now = "descending" if question.raw["tri"].startswith("-") else "ascending"
        target = other if question.raw["tri"] == first else first
        heads.append(Head(words, question.address(tri=target, page=""), now, style))
    return heads


class Select(NamedTuple):
    """A filter of the form: groups of (value, words); a group without words is no group."""

    name: str
    words: str
    every: str
    groups: list[tuple[str, list[tuple[str, str]]]]
    chosen: str


def _filters(question: Asked, mine: Scope) -> list[Select]:
    """Return the filters that make sense for this person."""
    operation, raw, then = here().operation, question.raw, question.moment.at
    held = {*months_with_rows(db.session, operation, mine, as_of=then), raw["mois"]} - {""}
    # What is asked for stands in the form, also where there was no row of it at that moment.
    months = [(m, formats.month(m)) for m in sorted(held, reverse=True)]
    found = [Select("mois", gettext("Month"), gettext("All months"), [("", months)], raw["mois"])]
    if mine.everybody:
        known = organisations_with_rows(db.session, operation, mine, as_of=then)
        if raw["org"] not in {"", *(str(a.id) for a in known)}:
            known += [a for a in agencies(db.session, operation) if str(a.id) == raw["org"]]
        options = [(str(a.id), a.acronym) for a in known]
        every = gettext("All organisations")
        found.append(Select("org", gettext("Organisation"), every, [("", options)], raw["org"]))
    sub_sectors = here().template.lists["sub_sector"]
    types: list[tuple[str, list[tuple[str, str]]]] = [
        (
            sub_sectors.label(sub.key, here().language),
            [
                (c.key, choice_words("activity_type", c.key))
                for c in here().template.activity_types
                if c.attributes.get("sub_sector") == sub.key
            ],
        )
        for sub in sub_sectors
    ]
    found += [
        _choice_filter("sous_secteur", "sub_sector", gettext("Sub-sector"), gettext("Both"), raw),
        Select("type", gettext("Activity type"), gettext("All types"), types, raw["type"]),
        _choice_filter(
            "statut",
            "status",
            gettext("Status"),
            gettext("Every status"),
            raw,
            (WITHDRAWN, gettext("Withdrawn from the record")),
        ),
        _choice_filter("groupe", "population_group", gettext("Population group"), gettext("All groups"), raw),
    ]
    gazetteer = load_gazetteer(db.session, operation.edition_id)
    groups = places(gazetteer)
    commune = gazetteer.get(raw["lieu"])
    if commune is not None and commune.level > 2:
        # The gap table leads here for communes too; all of them would be too long a list.
        groups.insert(0, ("", [(commune.pcode, commune.name)]))
    found.append(Select("lieu", gettext("Region or cercle"), gettext("Everywhere"), groups, raw["lieu"]))
    return found


def _choice_filter(
    name: str, list_name: str, words: str, every: str, raw: dict[str, str], *more: tuple[str, str]
) -> Select:
    options = [(c.key, choice_words(list_name, c.key)) for c in here().template.lists[list_name]]
    return Select(name, words, every, [("", [*options, *more])], raw[name])


def places(gazetteer: Gazetteer) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return regions with "the whole region" and their cercles, as the groups of a select."""
    return [
        (
            region.name,
            [
                (region.pcode, gettext("%(region)s, whole region", region=region.name)),
                *((c.pcode, c.name) for c in gazetteer.children.get(region.pcode, ())),
            ],
        )
        for region in gazetteer.children.get(None, ())
    ]


def _summary(question: Asked) -> str:
    """Return the filters in force in one line: the fold of a phone shows it."""
    words = [formats.month(question.raw["mois"])] if question.raw["mois"] else []
    words += [
        gettext("Withdrawn from the record")
        if question.raw[name] == WITHDRAWN
        else choice_words(lst, question.raw[name])
        for name, _, lst in CHOICES
        if question.raw[name]
    ]
    words += [f"« {question.raw['q']} »"] if question.raw["q"] else []
    return " · ".join(words)
