"""Choosing what becomes of recorded lines that a file no longer holds, and answering what a sender asks."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.record.operations.vanished import CHOICES, WITHDRAW, choose, settle
from cluster4w.record.queries.comparison import rows_by_uid
from cluster4w.record.queries.operations import locked_months
from cluster4w.record.queries.vanished import own_vanished
from cluster4w.security import here, person
from cluster4w.views.numbers import whole
from cluster4w.views.submission import find


def submission_vanished(submission_id: int) -> ResponseReturnValue:
    """Keep what is to become of the lines that a file lacks: one by one, or all alike."""
    found = find(submission_id, lock=True)
    for_all = request.form.get("toutes")
    if for_all in CHOICES:
        choices = dict.fromkeys(_open_months(own_vanished(found)), for_all)
    else:
        mine = set(own_vanished(found))
        choices = {
            name.removeprefix("ligne-"): choice
            for name, choice in request.form.items()
            if name.startswith("ligne-") and choice in CHOICES and name.removeprefix("ligne-") in mine
        }
    choose(db.session, found, choices, actor=person())
    db.session.commit()
    flash(gettext("Your choice is kept. It is carried out when you send the file."))
    page = whole(request.form.get("page")) or 1
    return redirect(url_for("submission", submission_id=found.id, absentes=page) + "#absentes", 303)


def _open_months(uids: list[str]) -> list[str]:
    """Return the lines that are not in a locked month: those stay, whatever is chosen for all."""
    locked = locked_months(db.session, here().operation)
    rows = rows_by_uid(db.session, here().operation, uids)
    return [r.uid for r in rows if r.values.get("period") not in locked]


def submission_question(submission_id: int) -> ResponseReturnValue:
    """Answer what a sender asked: the line stays, or it is withdrawn."""
    found = find(submission_id, lock=True)
    answer = request.form.get("reponse") or ""
    settle(
        db.session,
        here().operation,
        found,
        request.form.get("ligne") or "",
        answer,
        base=whole(request.form.get("base")) or 0,
        actor=person(),
    )
    db.session.commit()
    if answer == WITHDRAW:
        flash(gettext("The line is withdrawn; its history can bring it back."))
    else:
        flash(gettext("The line stays in the record."))
    return redirect(url_for("submission", submission_id=found.id) + "#absentes", 303)
