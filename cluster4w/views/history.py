"""One activity: what it says now, everything it ever said, withdrawing it and going back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.models import Role
from cluster4w.record.operations.corrections import restore_version, unrecognised, withdraw_activity
from cluster4w.record.queries.activities import Version, versions
from cluster4w.record.queries.operations import locked_months
from cluster4w.record.values import IDENTITY_KEY, values_of
from cluster4w.security import MANAGERS, here
from cluster4w.template.columns import Column, Group
from cluster4w.template.kinds import Kind, Values
from cluster4w.template.language import N_
from cluster4w.views import formats
from cluster4w.views.activities import scope
from cluster4w.views.as_of import Dated, When, when_or_why_not
from cluster4w.views.numbers import whole
from cluster4w.views.pairs import pair_base, pair_keys, pair_words
from cluster4w.views.responses import unchanged
from cluster4w.views.values import choice_words, column_words, in_words

#: The questions that columns answer.
GROUPS: dict[Group, str] = {
    Group.WHO: N_("Who"),
    Group.WHAT: N_("What"),
    Group.WHERE: N_("Where"),
    Group.WHEN: N_("When"),
    Group.FOR_WHOM: N_("For whom"),
    Group.OTHER: N_("Other"),
}


def load(uid: str) -> list[Version]:
    """Return an activity's versions, newest first; "not found" for rows that are not this person's to see."""
    found = _versions(uid)
    if not found:
        abort(404)
    return found


def _versions(uid: str, as_of: dt.datetime | None = None) -> list[Version]:
    return versions(db.session, here().operation, scope(), uid, as_of=as_of) if uid.isprintable() else []


def _load_then(uid: str) -> tuple[list[Version], When, str]:
    """Return an activity's versions until the moment asked for, the moment, and "".

    Where there is nothing to show of that moment: the versions until now, now, and the sentence that says
    why.
    """
    moment, wrong_moment = when_or_why_not()
    if moment.at is None:
        return load(uid), moment, wrong_moment
    if then := _versions(uid, moment.at):
        return then, moment, ""
    found = load(uid)
    first = found[-1].row.recorded_at
    if first > moment.at:
        words = gettext(
            "This activity was first recorded on %(date)s: there is nothing of an earlier day to show.",
            date=formats.day(first.date()),
        )
    else:
        words = gettext("At that moment this activity was not one of your organisation’s.")
    return found, When(), words


def may_change(version: Version) -> bool:
    """Return whether this person may correct, withdraw or restore the activity, its month left aside."""
    if here().role in MANAGERS:
        return True
    return here().role == Role.PARTNER and version.agency.id == here().organisation_id


def load_to_change(uid: str) -> list[Version]:
    """Return an activity's versions for somebody who may change it."""
    found = load(uid)
    if not may_change(found[0]):
        abort(403)
    return found


class Line(NamedTuple):
    """A column with its value in words."""

    words: str
    value: str


class People(NamedTuple):
    """The same people, targeted and reached, in words."""

    words: str
    targeted: str
    reached: str


class Answer(NamedTuple):
    """What the row says to one question."""

    words: str
    lines: list[Line]
    people: list[People]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell of which two versions say different things; a dash stands for nothing."""

    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """A version in the history: how it came, and what it changed."""

    version: Version
    what: str
    differences: list[Difference]
    is_current: bool


def activity(uid: str) -> ResponseReturnValue:
    """Show one activity, now or as of a moment: then without what was recorded since, and to be read only."""
    if (same := unchanged(here().operation.revision)) is not None:
        return same
    found, moment, wrong_moment = _load_then(uid)
    current = found[0]
    month = current.row.period
    locked = month in locked_months(db.session, here().operation)
    dated = Dated(moment, "activity", parts=(("uid", uid),))
    shown = render_template(
        "activity.html",
        dated=dated,
        wrong_moment=wrong_moment,
        version=current,
        row=current.row,
        columns=_columns(current),
        steps=_steps(found),
        locked=locked,
        may_change=may_change(current) and not dated.past,
        changes_now=may_change(current) and dated.past,
        choice=choice_words,
        extra=unrecognised(current.row.extra, here().template),
    )
    return (shown, 400) if wrong_moment else shown


def version_values(version: Version) -> Values:
    """Return what a version says, by column key."""
    return values_of(version.row, here().template, version.agency)


def _columns(version: Version) -> list[list[Answer]]:
    """Return the answers as they stand side by side: who and what, where and when, for whom and the rest."""
    answers = {group: _answer(group, version_values(version)) for group in Group}
    side_by_side = ((Group.WHO, Group.WHAT), (Group.WHERE, Group.WHEN), (Group.FOR_WHOM, Group.OTHER))
    found = [[answers[g] for g in groups if answers[g].lines or answers[g].people] for groups in side_by_side]
    return [column for column in found if column]


def _answer(group: Group, values: Values) -> Answer:
    lines, people = [], []
    for column in here().template.columns:
        if column.group is not group or column.key == IDENTITY_KEY or _is_said_elsewhere(column, values):
            continue
        base = pair_base(column.key, here().template)
        if base is not None:
            said = [in_words(here().template.column(k), values.get(k)) for k in pair_keys(base)]
            if column.key == pair_keys(base)[0] and any(k in values for k in pair_keys(base)):
                people.append(People(pair_words(base, here().template, here().language), *said))
        elif column.key in values:
            lines.append(Line(column_words(column), _with_code(column, values)))
    return Answer(gettext(GROUPS[group]), lines, people)


def _is_said_elsewhere(column: Column, values: Values) -> bool:
    """Return whether a p-code stands behind the name of its area."""
    return column.kind is Kind.PCODE and column.key.replace("_pcode", "_name") in values


def _with_code(column: Column, values: Values) -> str:
    words = in_words(column, values[column.key])
    code = values.get(column.key.replace("_name", "_pcode")) if column.kind is Kind.AREA else None
    return f"{words} ({code})" if code else words


def differences(before: Values, after: Values) -> list[Difference]:
    """Return the cells that differ, in the template's order."""
    return [
        Difference(column_words(c), in_words(c, before.get(c.key)), in_words(c, after.get(c.key)))
        for c in here().template.columns
        if _differs(c, before, after)
    ]


def _differs(column: Column, before: Values, after: Values) -> bool:
    return column.key != IDENTITY_KEY and before.get(column.key) != after.get(column.key)


def _steps(found: list[Version]) -> list[Step]:
    steps = []
    for number, version in enumerate(found):
        earlier = found[number + 1] if number + 1 < len(found) else None
        changed = differences(version_values(earlier), version_values(version)) if earlier else []
        steps.append(Step(version, _what(version, earlier, changed), changed, number == 0))
    return steps


def _what(version: Version, earlier: Version | None, changed: list[Difference]) -> str:
    if version.row.withdrawn:
        words = N_("Withdrawn")
    elif earlier is None:
        words = N_("First recorded")
    elif earlier.row.withdrawn:
        words = N_("Restored")
    elif changed:
        words = N_("Changed")
    else:
        words = N_("Recorded again, nothing changed")
    return str(gettext(words))


def activity_withdraw(uid: str) -> ResponseReturnValue:
    """Withdraw an activity."""
    load_to_change(uid)
    withdraw_activity(db.session, here().operation, uid, base=_base(), actor=here().person)
    db.session.commit()
    flash(
        gettext("The activity is withdrawn: it counts nowhere any more. Its history below can bring it back.")
    )
    return redirect(url_for("activity", uid=uid))


def activity_restore(uid: str) -> ResponseReturnValue:
    """Go back to what an earlier version said, as a new version."""
    load_to_change(uid)
    number = whole(request.form.get("version")) or 0
    restore_version(db.session, here().operation, uid, number, base=_base(), actor=here().person)
    db.session.commit()
    flash(gettext("The activity says again what version %(number)s said.", number=number))
    return redirect(url_for("activity", uid=uid))


def _base() -> int:
    """Return the version that the page showed: a newer one is not overwritten unseen."""
    return whole(request.form.get("base")) or 0
