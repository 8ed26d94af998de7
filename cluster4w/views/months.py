"""The months of the plan: what they hold, when they are due, whether they are locked; nil reports."""

from __future__ import annotations

import datetime as dt

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.models import Role
from cluster4w.record.operations.months import lock_month, set_due_date, unlock_month
from cluster4w.record.operations.nil_reports import report_nothing, take_back
from cluster4w.record.operations.releases import publish_month
from cluster4w.record.queries.audit import Event, events
from cluster4w.record.queries.months import list_months
from cluster4w.record.queries.organisations import agencies
from cluster4w.record.queries.releases import list_releases
from cluster4w.security import here, own_rows_only
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.views import formats
from cluster4w.views.numbers import whole
from cluster4w.views.responses import unchanged


def months() -> ResponseReturnValue:
    """Show the months."""
    today = dt.datetime.now(dt.UTC).date()
    if (same := unchanged(here().operation.revision, today)) is not None:
        return same
    released = list_releases(db.session, here().operation)
    latest: dict[str, Event] = {}
    for event in events(db.session, here().operation, subject="period", limit=200):
        if event.action in ("period.locked", "period.opened"):
            latest.setdefault(event.subject_id, event)
    return render_template(
        "months.html",
        months=list_months(db.session, here().operation),
        latest=latest,
        today=today,
        releases=released,
        published={r.month: r for r in released if r.last},
        participants=sum(1 for a in agencies(db.session, here().operation) if a.role != "donor"),
    )


def month_lock(month: str) -> ResponseReturnValue:
    """Lock a month."""
    if lock_month(db.session, here().operation, month, actor=here().person):
        flash(gettext("%(month)s is locked: no row of it can be changed.", month=_words(month)))
    db.session.commit()
    return redirect(url_for("months"))


def month_unlock(month: str) -> ResponseReturnValue:
    """Open a month again."""
    if unlock_month(db.session, here().operation, month, actor=here().person):
        flash(gettext("%(month)s is open again.", month=_words(month)))
    db.session.commit()
    return redirect(url_for("months"))


def month_publish(month: str) -> ResponseReturnValue:
    """Publish a month as the record stands now, and lock it."""
    made = publish_month(
        db.session,
        here().operation,
        month,
        note=request.form.get("note", ""),
        seen=whole(request.form.get("seen")),
        actor=here().person,
    )
    number = made.number
    db.session.commit()
    flash(gettext("%(month)s is published (no. %(number)s) and locked.", month=_words(month), number=number))
    return redirect(url_for("months"))


def month_due(month: str) -> ResponseReturnValue:
    """Set the day on which a month's report is due; nothing goes back to the usual day."""
    text = request.form.get("due", "")
    try:
        due = dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refusal("period.due_unreadable", N_("“%(text)s” is not a date."), text=text[:20]) from error
    set_due_date(db.session, here().operation, month, due, actor=here().person)
    db.session.commit()
    flash(gettext("The due date of %(month)s is changed.", month=_words(month)))
    return redirect(url_for("months"))


def _words(month: str) -> str:
    words = formats.month(month)
    return words[:1].upper() + words[1:]


# --- nil reports --------------------------------------------------------------------------------------


def _reporting(month: str) -> tuple[int, bool]:
    """Return the organisation that says that it did nothing, and whether somebody else says it for it."""
    if own_rows_only(here().role):
        own = here().organisation_id
        if own is None:
            abort(403)
        return own, False
    organisation_id = whole(request.form.get("org"))
    if organisation_id is None:
        abort(400)
    return organisation_id, here().role != Role.PARTNER


def nil_report(month: str) -> ResponseReturnValue:
    """Record that an organisation did nothing in a month."""
    organisation_id, on_behalf = _reporting(month)
    report_nothing(
        db.session, here().operation, organisation_id, month, actor=here().person, on_behalf=on_behalf
    )
    db.session.commit()
    flash(gettext("The nil report for %(month)s is recorded.", month=formats.month(month)))
    return redirect(url_for("dashboard", mois=month))


def nil_report_back(month: str) -> ResponseReturnValue:
    """Take a nil report back."""
    organisation_id, _ = _reporting(month)
    take_back(db.session, here().operation, organisation_id, month, actor=here().person)
    db.session.commit()
    flash(gettext("The nil report for %(month)s is taken back.", month=formats.month(month)))
    return redirect(url_for("dashboard", mois=month))
