"""Where a month stands or stood, and what the person who looks must do about it now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from cluster4w.extensions import db
from cluster4w.gaps.presence import KeyFigures, ReportingStatus, key_figures, reporting_status
from cluster4w.gaps.question import Question
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.models import Role, SubmissionState
from cluster4w.publish.maps.classes import MapClass
from cluster4w.publish.maps.view import Look, draw
from cluster4w.record.queries.double_counts import count_pairs
from cluster4w.record.queries.months import Month, Nil, list_months, nil_reports
from cluster4w.record.queries.submissions import list_submissions
from cluster4w.record.queries.templates import pieces_to_take
from cluster4w.record.queries.vanished import open_questions
from cluster4w.security import COORDINATION, MANAGERS, allowed, here
from cluster4w.views.as_of import Dated, When, when_or_why_not
from cluster4w.views.months_choice import month_to_report
from cluster4w.views.responses import unchanged
from cluster4w.views.values import choice_words

#: Submissions that are looked through for those that wait, and that are listed as the last ones.
LOOKED_AT, LISTED = 60, 6
#: How long after a plan's end its last months are still reported.
AFTERMATH = dt.timedelta(days=60)
MAP_WIDTH = 520
_UNFINISHED = (
    SubmissionState.RECEIVED,
    SubmissionState.CHECKING,
    SubmissionState.CHECKED,
    SubmissionState.RECORDING,
)


@dataclass(frozen=True, slots=True)
class Status:
    """The reports of a month. ``missing`` are those that did not come, ``mine`` is the reader's own."""

    reported: list[ReportingStatus] = field(default_factory=list)
    missing: list[ReportingStatus] = field(default_factory=list)
    mine: ReportingStatus | None = None
    nil: dict[int, Nil] = field(default_factory=dict)
    overdue: bool = False

    @property
    def all(self) -> int:
        """How many organisations report."""
        return len(self.reported) + len(self.missing)


def dashboard() -> ResponseReturnValue:
    """Show the month that the address names, or the one that matters, now or as of a moment."""
    operation, role = here().operation, here().role
    today = dt.datetime.now(dt.UTC).date()
    submissions = _submissions()
    states = [(s["id"], s["state"]) for s in submissions]
    asked = open_questions(db.session, operation) if role in MANAGERS else []
    if (same := unchanged(operation.revision, today, states, asked)) is not None:
        return same
    moment, wrong_moment = when_or_why_not()
    day = moment.at.date() if moment.at else today
    months = list_months(db.session, operation, as_of=moment.at)
    month = _month(months, day, moment)
    status = _status(month, day, moment)
    figures = key_figures(db.session, operation, month.month, as_of=moment.at)
    chosen = _chosen(figures)
    drawing, legend = _map(chosen.table, moment)
    shown = render_template(
        "dashboard.html",
        page=_dated(moment, month, chosen.sub_sector),
        wrong_moment=wrong_moment,
        months=months,
        month=month,
        status=status,
        figures=figures,
        sub_sector=chosen.sub_sector,
        sub_sectors=[
            (choice_words("sub_sector", f.sub_sector), _here(month, f.sub_sector, moment), f is chosen)
            for f in figures
        ],
        drawing=drawing,
        legend=legend,
        waiting=_waiting(submissions),
        doubles=count_pairs(db.session, operation) if role in MANAGERS else 0,
        asked=asked,
        pieces=pieces_to_take(db.session, operation) if role in MANAGERS else 0,
        submissions=submissions[:LISTED],
        today=today,
        sees_organisations=role in COORDINATION,
        is_partner=role == Role.PARTNER,
        manages=role in MANAGERS,
        choice=choice_words,
        empty=not any(m.rows for m in months),
    )
    return (shown, 400) if wrong_moment else shown


def _here(month: Month, sub_sector: str, moment: When) -> str:
    return url_for("dashboard", mois=month.month, sous_secteur=sub_sector, **moment.kept)


def _dated(moment: When, month: Month, sub_sector: str) -> Dated:
    """Return what the page says of its moment; the month of a release stays when one goes back to now."""
    shown = {"mois": month.month, "sous_secteur": sub_sector}
    asked = {name: value for name, value in shown.items() if request.args.get(name) == value}
    if moment.release:
        asked["mois"] = month.month
    return Dated(moment, "dashboard", asked, own_month=True)


def _month(months: list[Month], today: dt.date, moment: When) -> Month:
    """Return the month asked for, or of the release.

    Else the one to report on that day while the plan runs, else the last with rows.
    """
    asked = request.args.get("mois")
    for wanted in (asked, moment.month):
        for month in months:
            if month.month == wanted:
                return month
    operation = here().operation
    with_rows = [m.month for m in months if m.rows]
    last = max(with_rows, default="")
    now = month_to_report(operation, today)
    running = operation.plan_start <= today <= operation.plan_end + AFTERMATH
    wanted = max(last, now) if running else last or now
    return next(m for m in months if m.month == wanted)


def _status(month: Month, today: dt.date, moment: When) -> Status:
    entries = reporting_status(db.session, here().operation, month.month, due=month.due, as_of=moment.at)
    mine = None
    if here().role == Role.PARTNER:
        mine = next((e for e in entries if e.organisation_id == here().organisation_id), None)
    return Status(
        [e for e in entries if e.timing != "none"],
        [e for e in entries if e.timing == "none"],
        mine,
        {
            n.organisation_id: n
            for n in nil_reports(db.session, here().operation, month.month, as_of=moment.at)
        },
        today > month.due,
    )


def _submissions() -> list[dict[str, Any]]:
    """Return the submissions that this person may know of, newest first: a partner's own, a reader's none."""
    if here().role in COORDINATION:
        return list_submissions(db.session, here().operation, limit=LOOKED_AT)
    if here().role == Role.PARTNER and here().organisation_id is not None:
        return list_submissions(db.session, here().operation, here().organisation_id, limit=LOOKED_AT)
    return []


def _waiting(submissions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each organisation's last submission where somebody still has to do something about it."""
    found, seen = [], set()
    for submission in submissions:
        if submission["state"] == SubmissionState.DISCARDED:
            continue
        sender = submission["organisation_id"]
        if sender in seen:
            continue
        seen.add(sender)
        left = submission["rows"].get("with_errors", 0)
        if submission["state"] in (*_UNFINISHED, SubmissionState.REFUSED) or left:
            found.append(submission)
    return found


def _chosen(figures: list[KeyFigures]) -> KeyFigures:
    """Return the figures of the sub-sector whose map is drawn: the one asked for, else that misses most."""
    asked = next((f for f in figures if f.sub_sector == request.args.get("sous_secteur")), None)
    return asked or max(figures, key=lambda f: f.gap or 0)


def _map(by_cercle: GapTable, moment: When) -> tuple[Markup | None, list[tuple[MapClass, str]]]:
    """Return the map of the gaps, by region where cercles cannot be drawn, and its classes in words.

    None where there is nothing to draw.
    """
    question = by_cercle.question
    for level in (2, 1):
        by_region = replace(question, level=1)
        table = by_cercle if level == 2 else gap_table(db.session, here().operation, by_region)
        if not any(row.target for row in table.rows):
            continue
        look = Look(width=MAP_WIDTH, href=_href(question, moment))
        drawing = draw(db.session, table, look, language=here().language, translate=gettext)
        if drawing.view != "symbols" or level == 1:
            # The drawing is made by us of escaped parts.
            return Markup(drawing.svg), [(c, gettext(c.words)) for c in drawing.legend]  # noqa: S704
    return None, []


def _href(question: Question, moment: When) -> Any:
    """Return the address of an area's explanation, for those who may see it."""
    if not allowed("gap_explanation"):
        return None
    asked: dict[str, Any] = {"mois": question.month, "sous_secteur": question.sub_sector, **moment.kept}
    return lambda pcode: url_for("gap_explanation", pcode=pcode, **asked)
