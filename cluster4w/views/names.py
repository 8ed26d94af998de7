"""Answering the questions of a checked file: what is decided is learned, and the file is checked again."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from cluster4w.extensions import db
from cluster4w.models import Submission
from cluster4w.record.operations.aliases import Answer, learn
from cluster4w.record.operations.submissions import check_again
from cluster4w.record.queries import submissions as stored
from cluster4w.security import can_see_all_rows, here, own_rows_only, person
from cluster4w.views import check_page
from cluster4w.views.questions import Question, questions
from cluster4w.views.submission import find
from cluster4w.views.upload import check_soon

#: The value of the field ``portee`` by which an answer holds for everybody.
FOR_ALL = "tous"


def may_choose_scope(found: Submission) -> bool:
    """Tell whether the person here may say that an answer holds for everybody."""
    return can_see_all_rows(here().role) and found.organisation_id is not None


def learns_for(found: Submission, wanted: str | None) -> int | None:
    """Return the organisation for which an answer is learned; None for everybody.

    A partner decides for its own organisation, whatever it asks for.
    """
    if own_rows_only(here().role):
        return here().organisation_id
    if found.organisation_id is None or wanted == FOR_ALL:
        return None
    return found.organisation_id


def learn_here(found: Submission, answers: Iterable[Answer]) -> int:
    """Learn answers as the person here may; returns how many are new."""
    new = learn(
        db.session,
        here().operation,
        answers,
        organisation_id=learns_for(found, request.form.get("portee")),
        actor=person(),
        submission=found,
    )
    return len(new)


def learn_and_check(found: Submission, answers: Iterable[Answer]) -> int:
    """Learn answers, and have the file checked again; returns how many are new."""
    new = learn_here(found, answers)
    if new:
        recheck(found)
    return new


def recheck(found: Submission) -> None:
    """Have a checked file checked again, with what people have answered since."""
    check_again(db.session, found, actor=person())
    number, size = found.id, found.file.size if found.file else 0
    db.session.commit()
    check_soon(number, size)


def submission_names(submission_id: int) -> ResponseReturnValue:
    """Learn what the names of a file mean."""
    found = find(submission_id, lock=True)
    group = next(
        (
            g
            for g in check_page.groups(stored.finding_groups(db.session, found))
            if g.id == request.form.get("constat")
        ),
        None,
    )
    asked = questions(found, group)
    answers = [Answer(q.kind, q.context, q.text, target) for q in asked if (target := _answer(q))]
    address = url_for("submission", submission_id=submission_id)
    if not answers:
        flash(gettext("No answer was chosen: nothing has changed."), "warning")
        return redirect(f"{address}?constat={group.id}#constats" if group else address, 303)
    many = learn_and_check(found, answers)
    flash(
        ngettext(
            "%(num)s answer is kept and will not be asked again. The file is checked again with it.",
            "%(num)s answers are kept and will not be asked again. The file is checked again with them.",
            many,
        )
    )
    return redirect(address, 303)


def _answer(question: Question) -> str | None:
    """Return what the form says to a question, if it may be said; None for "none of these"."""
    if request.form.get("toutes") and question.taken and request.form.get(f"p-{question.id}"):
        return question.candidates[0] if question.candidates else None
    said = request.form.get(f"r-{question.id}") or request.form.get(f"s-{question.id}") or ""
    return said if said in question.allowed else None
