"""The operation's own template beside what the product ships: taken over with what people changed kept."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.intake.judging.template_words import CHANGES, TemplateWords
from cluster4w.record.operations import templates as operations
from cluster4w.record.queries.templates import compared, template_versions
from cluster4w.security import here
from cluster4w.template.declaration import shipped_declaration
from cluster4w.template.language import N_
from cluster4w.template.merge import TAKEN, Change
from cluster4w.template.problems import Refusal
from cluster4w.template.text import printable
from cluster4w.views.numbers import whole

#: Pieces that are shown of a table in which nothing is to be decided.
MOST = 150
#: Where a version comes from.
ORIGINS = {
    "added": N_("as shipped when the operation was made"),
    "earlier": N_("as it was before versions were kept"),
    "bounds": N_("bounds of a rule set"),
    "taken_over": N_("taken over from the product"),
    "brought_back": N_("an earlier version brought back"),
}


def template() -> ResponseReturnValue:
    """Show what the product ships that the operation does not have, and what it changed itself."""
    return _page()


def template_take() -> ResponseReturnValue:
    """Take over what is new and changed, and what was chosen of the rest."""
    try:
        version = operations.take_over(
            db.session,
            here().operation,
            chosen=request.form.getlist("take"),
            everything="everything" in request.form,
            seen=request.form.get("seen", ""),
            note=printable(request.form.get("note", "")),
            actor=here().person,
        )
    except Refusal as refusal:
        db.session.rollback()
        return _page(refusal.words(gettext)), 422
    db.session.commit()
    if version is not None:
        flash(
            gettext(
                "The template is now version %(number)s. Files that wait are checked again.", number=version
            )
        )
    return redirect(url_for("template"), 303)


def template_back() -> ResponseReturnValue:
    """Make an earlier version the current one again."""
    try:
        version = operations.bring_back(
            db.session,
            here().operation,
            whole(request.form.get("version")) or 0,
            seen=request.form.get("seen", ""),
            actor=here().person,
        )
    except Refusal as refusal:
        db.session.rollback()
        return _page(refusal.words(gettext)), 422
    db.session.commit()
    flash(
        gettext("The template is now version %(number)s. Files that wait are checked again.", number=version)
    )
    return redirect(url_for("template"), 303)


def _page(problem: str = "") -> str:
    operation, shipped = here().operation, shipped_declaration()
    merged = compared(db.session, operation, shipped)
    words = TemplateWords(operation.template, shipped, gettext)
    return render_template(
        "template.html",
        problem=problem,
        version=operation.template_version,
        versions=template_versions(db.session, operation),
        taken=words.lines(merged.of(*TAKEN)),
        asked=words.lines(merged.of(Change.ASKED)),
        own=words.lines(merged.of(Change.OWN, Change.IN_USE)),
        seen=operations.state_of(operation, shipped),
        most=MOST,
        change_words=lambda change: gettext(CHANGES[change]),
        origin_words=lambda origin: gettext(ORIGINS[origin]),
    )
