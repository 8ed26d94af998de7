"""What the check says, to everybody: each kind of finding, how often it was said, and who changed what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.intake.judging.catalogue import (
    NEVER_SILENT,
    TITLES,
    Bounds,
    Entry,
    bounds,
    catalogue,
    get_entry,
)
from cluster4w.intake.read import number
from cluster4w.models.base import now
from cluster4w.record.operations import rules as operations
from cluster4w.record.queries.audit import Event
from cluster4w.record.queries.rules import rule_changes, said_since
from cluster4w.security import here
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import OFF, Severity
from cluster4w.template.text import clean, printable
from cluster4w.views.numbers import whole
from cluster4w.views.values import choice_words, column_words

#: Days over which the findings are counted.
DAYS = 90

WORDS = {
    Severity.ERROR: N_("error"),
    Severity.WARNING: N_("warning"),
    Severity.INFO: N_("information"),
    OFF: N_("switched off"),
}
#: What a severity does to a row.
MEANS = {
    Severity.ERROR: N_("The row waits until it is corrected."),
    Severity.WARNING: N_("The row can be sent once the warning was seen."),
    Severity.INFO: N_("It is said, and nothing more."),
    OFF: N_("It is not said."),
}


def rules() -> ResponseReturnValue:
    """List every kind of finding by group."""
    entries = catalogue(here().template, here().operation.severities or {})
    changes = rule_changes(db.session, here().operation)
    return render_template(
        "rules.html",
        groups=[(gettext(TITLES[group]), list(of)) for group, of in groupby(entries, key=lambda e: e.group)],
        changed=[e for e in entries if e.is_changed],
        said=said_since(db.session, here().operation, now() - dt.timedelta(days=DAYS)),
        days=DAYS,
        changes=changes[:10],
        **_words(),
    )


def rule(code: str) -> ResponseReturnValue:
    """Show one kind of finding with why it matters, its bounds and its changes."""
    return _page(_entry(code))


def rule_severity(code: str) -> ResponseReturnValue:
    """Give a kind of finding another severity, or its own back."""
    entry = _entry(code)
    asked = request.form.get("severity", "")
    return _set(
        entry,
        lambda: operations.set_severity(
            db.session,
            here().operation,
            code,
            None if asked == "default" else asked,
            default=entry.default,
            note=_note(),
            actor=here().person,
        ),
    )


def rule_bounds(code: str) -> ResponseReturnValue:
    """Set the bounds of a rule."""
    entry = _entry(code)

    def change() -> bool:
        low, high = (number(clean(request.form.get(name, ""))) for name in ("low", "high"))
        place = whole(request.form.get("place"))
        if low is None or high is None or place is None:
            raise Refusal("rule.no_number", N_("Give both bounds as numbers."))
        return operations.set_bounds(
            db.session,
            here().operation,
            code,
            place,
            low[0],
            high[0],
            note=_note(),
            actor=here().person,
        )

    return _set(entry, change)


def _set(entry: Entry, change: Callable[[], bool]) -> ResponseReturnValue:
    """Carry a change out, which tells whether anything is new; the page says why it cannot be."""
    try:
        changed = change()
    except Refusal as refusal:
        return _page(entry, refusal.words(gettext)), 422
    db.session.commit()
    if changed:
        flash(
            gettext("“%(title)s” is changed. Files that wait are checked again.", title=entry.title(gettext))
        )
    return redirect(url_for("rule", code=entry.code), 303)


def _entry(code: str) -> Entry:
    return get_entry(here().template, here().operation.severities or {}, code)


def _note() -> str:
    return printable(request.form.get("note", ""))


def _page(entry: Entry, problem: str = "") -> str:
    since = now() - dt.timedelta(days=DAYS)
    return render_template(
        "rule.html",
        entry=entry,
        problem=problem,
        group=gettext(TITLES[entry.group]),
        said=said_since(db.session, here().operation, since).get(entry.code),
        days=DAYS,
        choices=[str(s) for s in (*Severity, OFF) if s != OFF or entry.may_be_off],
        bounds=bounds(here().template, entry.code),
        changes=rule_changes(db.session, here().operation, entry.code, limit=20),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "severity_words": lambda severity: gettext(WORDS[severity or OFF]),
        "means": lambda severity: gettext(MEANS[severity or OFF]),
        "translate": gettext,
        "never_silent": NEVER_SILENT,
        "only_words": _only_words,
        "change_words": _change_words,
        "title_of": _title_of,
    }


def _title_of(code: str) -> str:
    try:
        return _entry(code).title(gettext)
    except Refusal:
        return code


def _only_words(found: Bounds) -> str:
    """Return the rows that bounds hold for, "" for all."""
    parts = []
    for key, values in found.only.items():
        column = here().template.column(key)
        words = ", ".join(choice_words(column.list, v) if column.list else v for v in values)
        parts.append(gettext("%(column)s: %(values)s", column=column_words(column), values=words))
    return " · ".join(parts)


def _change_words(event: Event) -> str:
    """Return what a change changed: from what to what."""
    before, after = event.details.get("before"), event.details.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        shown = [
            gettext("%(low)s to %(high)s", low=f"{b['low']:g}", high=f"{b['high']:g}")
            for b in (before, after)
        ]
    else:
        shown = [gettext(WORDS.get(str(s), str(s))) for s in (before, after)]
    return " → ".join(shown)
