"""The map of the gap page: its table, its classes and legend, a second map, and what is said of areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from flask_babel import gettext, ngettext
from markupsafe import Markup

from cluster4w.extensions import db
from cluster4w.gaps.part import part_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.gaps.who import Present, Together, present_by_area, together_by_area
from cluster4w.publish.gap_words import captions
from cluster4w.publish.maps.classes import Scale, heading, overlap_class, scale_for
from cluster4w.publish.maps.svg import fill_of
from cluster4w.publish.maps.view import Drawing, Look, draw, words_of
from cluster4w.security import here
from cluster4w.template.language import label
from cluster4w.views import formats
from cluster4w.views.gap_asked import CUTS, SHOWN, VIEWS, Asked
from cluster4w.views.places import gazetteer

#: What is done together is said of an area this many times; the page of the area says all.
SAID = 3
#: Widths of a map: two beside each other need not be drawn as finely as one.
ALONE, BESIDE = 760, 560


@dataclass(frozen=True)
class Answer:
    """A question's table, and who is in its areas where the map shows it."""

    table: GapTable
    present: Mapping[str, Present] = field(default_factory=dict)
    together: Mapping[str, tuple[Together, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A class in the legend: its words, the swatch's fill, how many areas, whether and how it is chosen."""

    key: str
    words: str
    fill: str
    counts: tuple[int, ...]
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Maps:
    """One map or two with their common legend. ``svgs`` are drawings that escape every name in them."""

    drawing: Drawing
    svgs: tuple[Markup, ...]
    captions: tuple[str, ...]
    heading: str
    legend: tuple[Entry, ...]
    scale: Scale


def answer(page: Asked, question: Question | None = None) -> Answer:
    """Return the table of a question, or of the part of the country that the page is about."""
    question = question or page.question
    operation = here().operation
    table = table_of(page, question)
    shows = SHOWN.get(page.shows, "share")
    if shows == "presence":
        return Answer(table, present=present_by_area(db.session, operation, question, gazetteer()))
    if shows == "overlap":
        return Answer(table, together=together_by_area(db.session, operation, question, gazetteer()))
    return Answer(table)


def table_of(page: Asked, question: Question) -> GapTable:
    """Return the gap table of a question, cut to the area that the page is about."""
    table = gap_table(db.session, here().operation, question)
    return part_of(table, gazetteer(), page.within) if page.within else table


def scale_of(page: Asked, *answers: Answer) -> Scale:
    """Return the classes that the maps of a page share."""
    return scale_for(
        [row for one in answers for row in one.table.by_pcode().values()],
        page.question.measure,
        language=here().language,
        shows=SHOWN.get(page.shows, "share"),
        cut=CUTS.get(page.cut, "usual"),
        bounds=page.bounds,
        usual=answers[0].table.map_bounds,
    )


def maps(page: Asked, first: Answer) -> Maps:
    """Draw the map of a page, and the one beside it."""
    answers = [first]
    if page.other is not None:
        answers.append(answer(page, page.other))
    scale = scale_of(page, *answers)
    drawings = [
        draw(
            db.session,
            one.table,
            look(page, one, scale, name="map" if not number else "map2"),
            language=here().language,
            translate=gettext,
            gazetteer=gazetteer(),
        )
        for number, one in enumerate(answers)
    ]
    shown = {c.key for d in drawings for c in d.legend}
    legend = tuple(
        Entry(
            c.key,
            c.said(gettext),
            fill_of(c, "map"),
            tuple(d.counts.get(c.key, 0) for d in drawings),
            c.key in page.only,
            page.address(only=page.toggled(c.key)),
        )
        for c in scale.everything
        if c.key in shown
    )
    return Maps(
        drawings[0],
        # The drawings escape every name and word that they hold.
        tuple(Markup(d.svg) for d in drawings),  # noqa: S704
        captions([one.table for one in answers], here().language, gettext) if len(answers) > 1 else (),
        gettext(heading(scale, page.question.measure)),
        legend,
        scale,
    )


def look(page: Asked, one: Answer, scale: Scale, name: str = "map") -> Look:
    """Return how the map of an answer is drawn."""
    return Look(
        view=VIEWS.get(page.view),
        scale=scale_in(one, scale),
        within=page.within or None,
        only=page.only,
        selected=page.chosen or None,
        href=_href(page),
        words=said_of(one, scale),
        name=name,
        width=BESIDE if page.beside else ALONE,
    )


def scale_in(one: Answer, scale: Scale) -> Scale:
    """Return the classes with what an answer alone knows: where several organisations do the same."""
    if scale.shows != "overlap":
        return scale
    together = frozenset(one.together)
    return replace(scale, of=lambda row: overlap_class(row, together))


def _href(page: Asked) -> Callable[[str], str]:
    """Return where an area leads: a region to its cercles, others to what explains their figures."""
    if page.question.level == 1:
        return page.addresses("within", level=2)
    return page.addresses("pcode", "gap_explanation")


# --- what is said of an area ------------------------------------------------------------------------------


def said_of(one: Answer, scale: Scale) -> Callable[[GapRow], str]:
    """Return what a map says of an area."""
    match scale.shows:
        case "presence":
            return lambda row: presence_words(row, one.present.get(row.pcode or ""))
        case "overlap":
            return lambda row: overlap_words(row, one.together.get(row.pcode or "", ()))
        case _:
            return lambda row: words_of(row, one.table, here().language, gettext)


def presence_words(row: GapRow, present: Present | None) -> str:
    """Return who is in an area."""
    if present is None:
        return str(gettext("%(name)s: nobody", name=row.name))
    count = len(present.leading)
    words = ngettext(
        "%(name)s: %(number)s organisation (%(list)s)",
        "%(name)s: %(number)s organisations (%(list)s)",
        count,
        name=row.name,
        number=formats.number(count),
        list=", ".join(present.leading),
    )
    if present.implementing:
        words += str(gettext("; through %(partners)s", partners=", ".join(present.implementing)))
    return str(words)


def overlap_words(row: GapRow, together: tuple[Together, ...]) -> str:
    """Return what several organisations do in an area, and whether more was reached than asked."""
    parts = [together_words(one) for one in together[:SAID]]
    if rest := len(together) - SAID if len(together) > SAID else 0:
        parts.append(str(ngettext("%(number)s more", "%(number)s more", rest, number=formats.number(rest))))
    if (row.coverage or 0) > 1:
        parts.append(str(gettext("%(share)s reached", share=formats.percent(row.coverage))))
    words = "; ".join(parts) if parts else str(gettext("no overlap"))
    return str(gettext("%(name)s: %(words)s", name=row.name, words=words))


def together_words(one: Together) -> str:
    """Return one activity type of one month, and the organisations that report it."""
    return str(
        gettext(
            "%(activity)s, %(month)s: %(organisations)s",
            activity=label(one.labels, here().language),
            month=formats.month(one.month),
            organisations=", ".join(one.organisations),
        )
    )
