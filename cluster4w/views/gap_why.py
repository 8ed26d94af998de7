"""Why the figures of an area are what they are, and what they were at the last release."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from cluster4w.extensions import db
from cluster4w.gaps.behind import WAYS, Line, Whole, lines_behind, place_of, whole_line
from cluster4w.gaps.explain import explain
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.since_release import Change, SinceRelease, since_release
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.publish import gap_words
from cluster4w.record.queries.behind import PAGE, RowBehind
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.security import allowed, can_see_all_rows, here
from cluster4w.views import formats, gap_page
from cluster4w.views.gap_asked import Asked, asked
from cluster4w.views.gap_foot import foot_words
from cluster4w.views.gap_map import Answer
from cluster4w.views.numbers import whole
from cluster4w.views.responses import unchanged

#: Lines of the list that an address can turn to; further ones are in the export.
MOST_PAGES = 200


def gap_explanation(pcode: str) -> ResponseReturnValue:
    """Say why the figures of an area are what they are."""
    if same := unchanged(here().operation.revision):
        return same
    page = asked()
    operation, question = here().operation, page.question
    table = gap_table(db.session, operation, question)
    row = _row(table, pcode)
    place = place_of(db.session, operation, question.level, pcode, row.kind)
    every = whole_line(db.session, operation, question, place)
    since = since_release(db.session, operation, question, row)
    number = min(max(whole(request.args.get("page")) or 1, 1), MOST_PAGES)
    lines: list[Line] = []
    # Readers see what organisations come to, and no rows: as everywhere.
    if can_see_all_rows(here().role):
        doubles = load_doubles(db.session, operation, question.window(operation))
        lines = lines_behind(db.session, operation, question, place, doubles, page=number)
    # The forms and pages of this page lead to this page; everything else leads to the map.
    on_page = replace(page, at="gap_explanation", parts=(("pcode", pcode),))
    return render_template(
        "gaps_explanation.html",
        page=page,
        on_page=on_page,
        table=table,
        line=gap_page.line(page, Answer(table), row),
        row=row,
        explanation=explain(db.session, operation, question, pcode, kind=row.kind),
        target=row.target_source,
        area_name=gap_page.level_name(table, question.level),
        lead=gap_words.subtitle(table, here().language, gettext),
        part=gap_words.part_lines(table, here().language, gettext),
        choice=gap_page.choice,
        unit=gap_page.unit_words(question.unit),
        every=every,
        since=since,
        compared=compared(page, since) if since else [],
        reasons=reasons(since) if since else [],
        lines=lines,
        number=number,
        pages=min(math.ceil(every.rows / PAGE), MOST_PAGES) if lines or number > 1 else 0,
        to_page=lambda n: on_page.address(page=n),
        way_words=way_words,
        origin=origin,
        outside=outside(every),
        **foot_words(table),
    )


def _row(table: GapTable, pcode: str) -> GapRow:
    found = next((row for row in table.rows if row.pcode == pcode), None)
    if found is None:
        abort(404)
    return found


def way_words(key: str) -> str:
    """Return how a row counts, or why it does not."""
    return str(gettext(WAYS[key]))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row came from: in words, and the address of its file where this person may see it."""

    words: str
    address: str | None = None


def origin(row: RowBehind) -> Origin:
    """Return the file and row that a version came from, or that it was entered by hand."""
    if row.submission is not None and row.file_name:
        words = row.file_name
        if row.source_row:
            words = str(gettext("%(file)s, row %(row)s", file=words, row=row.source_row))
        address = (
            url_for("submission", submission_id=row.submission)
            if row.origin == "upload" and allowed("submission")
            else None
        )
        return Origin(words, address)
    if row.author:
        return Origin(str(gettext("entered in the form by %(person)s", person=row.author)))
    return Origin(str(gettext("recorded by the command line")))


def outside(every: Whole) -> str:
    """Return how many rows of the area lie in other months; "" for none."""
    if not every.other_months:
        return ""
    return str(
        ngettext(
            "%(number)s line of this area lies in other months, or in none: it is not looked at here.",
            "%(number)s lines of this area lie in other months, or in none: they are not looked at here.",
            every.other_months,
            number=formats.number(every.other_months),
        )
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure then and now, in words, and their difference."""

    words: str
    then: str
    now: str
    difference: str


def compared(page: Asked, since: SinceRelease) -> list[Compared]:
    """Return each figure at the release and on this page."""
    need = page.question.measure == "need"
    names = (
        ("asked", gettext("In need") if need else gettext("Targeted")),
        ("reached", gettext("Reached")),
        ("planned", gettext("Planned")),
        ("gap", gettext("Gap")),
    )
    found = []
    for name, words in names:
        then, now = getattr(since.then, name), getattr(since.now, name)
        known = then is not None and now is not None
        found.append(Compared(str(words), _figure(then), _figure(now), signed(now - then) if known else "–"))
    return found


def _figure(value: int | None) -> str:
    return formats.number(value) if value is not None else str(gettext("not available"))


def signed(value: int) -> str:
    """Return a difference with its sign: ``+12``, ``−3``, ``0``."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{formats.number(abs(value))}"


def reasons(since: SinceRelease) -> list[str]:
    """Return sentences that tell apart why the figures differ."""
    found = [_change(change) for change in since.changes]
    if since.rest_reached or since.rest_planned:
        found.append(
            str(
                gettext(
                    "The rest (reached %(reached)s, planned %(planned)s) comes from decisions about double "
                    "counts, from changed counting rules, or from rules by which only the largest month "
                    "counts.",
                    reached=signed(since.rest_reached),
                    planned=signed(since.rest_planned),
                )
            )
        )
    if since.other_source:
        found.append(str(gettext("The figure to compare with comes from another table than at the release.")))
    if not found:
        found.append(str(gettext("Nothing has changed here since that release.")))
    return found


def _change(change: Change) -> str:
    said: dict[str, Any] = {
        "number": formats.number(change.rows),
        "reached": signed(change.reached),
        "planned": signed(change.planned),
    }
    words = {
        "new": lambda n: ngettext(
            "%(number)s line is new here: reached %(reached)s, planned %(planned)s",
            "%(number)s lines are new here: reached %(reached)s, planned %(planned)s",
            n,
            **said,
        ),
        "changed": lambda n: ngettext(
            "%(number)s line was changed: reached %(reached)s, planned %(planned)s",
            "%(number)s lines were changed: reached %(reached)s, planned %(planned)s",
            n,
            **said,
        ),
        "gone": lambda n: ngettext(
            "%(number)s line no longer counts here (withdrawn, or with another place, month or status): "
            "reached %(reached)s, planned %(planned)s",
            "%(number)s lines no longer count here (withdrawn, or with another place, month or status): "
            "reached %(reached)s, planned %(planned)s",
            n,
            **said,
        ),
    }
    return str(words[change.kind](change.rows))
