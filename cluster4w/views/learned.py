"""What was learned: every answer with who decided it, and taking one back."""

from __future__ import annotations

import math

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.record.operations.aliases import revoke
from cluster4w.record.queries import aliases
from cluster4w.security import here, own_rows_only, person
from cluster4w.template.language import N_
from cluster4w.views.numbers import whole
from cluster4w.views.questions import target_words, under_words

#: Answers of one page.
PAGE = 100
#: What an answer is about.
KINDS = {
    "area": N_("place"),
    "organisation": N_("organisation"),
    "choice": N_("list"),
    "column": N_("column"),
}


def _own() -> int | None:
    """Return the organisation whose answers the person here may see and take back; None for all."""
    return here().organisation_id if own_rows_only(here().role) else None


def learned() -> ResponseReturnValue:
    """List what was learned: a partner's own organisation's, everybody's for the others."""
    many = aliases.count_learned(db.session, here().operation, _own())
    pages = max(math.ceil(many / PAGE), 1)
    page = min(whole(request.args.get("page")) or 1, pages)
    return render_template(
        "learned.html",
        answers=aliases.list_learned(
            db.session, here().operation, _own(), offset=(page - 1) * PAGE, limit=PAGE
        ),
        many=many,
        page=page,
        pages=pages,
        address=lambda number: url_for("learned", page=number),
        **_words(),
    )


def learned_answer(alias_id: int) -> ResponseReturnValue:
    """Show an answer and what taking it back would mean."""
    answer = aliases.get_learned(db.session, here().operation, alias_id, _own())
    files = aliases.files_of(db.session, alias_id)
    return render_template("learned_answer.html", answer=answer, files=files, **_words())


def learned_revoke(alias_id: int) -> ResponseReturnValue:
    """Take an answer back."""
    gone = revoke(db.session, here().operation, alias_id, actor=person(), organisation_id=_own())
    typed = gone.typed
    db.session.commit()
    flash(gettext("The answer about “%(text)s” is taken back: it will be asked again.", text=typed))
    return redirect(url_for("learned"), 303)


def _words() -> dict[str, object]:
    return {
        "kind_words": lambda kind: gettext(KINDS[kind]) if kind in KINDS else kind,
        "under": under_words,
        "means": target_words,
    }
