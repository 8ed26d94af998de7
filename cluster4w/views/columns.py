"""What each column of a file was taken for, and saying it better: kept, and the file is checked again."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from cluster4w.extensions import db
from cluster4w.models import Submission, SubmissionState
from cluster4w.record.operations.aliases import Answer, revoke
from cluster4w.record.queries import aliases
from cluster4w.record.queries.context import IGNORED
from cluster4w.security import allowed, here, own_rows_only, person
from cluster4w.template.problems import NotFound
from cluster4w.template.text import fold_header
from cluster4w.views import check_page
from cluster4w.views.history import GROUPS
from cluster4w.views.names import learn_here, may_choose_scope, recheck
from cluster4w.views.questions import under_words
from cluster4w.views.submission import find
from cluster4w.views.values import column_words

#: Columns that are asked on one page: each with a list of all that is left of the template.
MOST = 40
_ASKED = frozenset({"doubtful", "duplicate", "none"})


@dataclass(slots=True)
class ColumnShown:
    """A column of the file: what it was taken for, how sure, some of its values; ``name``: its select."""

    name: str
    sheet: str
    letter: str
    header: str
    context: str
    key: str | None
    how: str
    score: int
    guess: str | None
    learned: int | None
    samples: list[str]
    asked: bool
    chosen: str = ""
    error: str = ""
    options: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def under(self) -> str:
        """What tells it from other columns of its header, in words."""
        return under_words("column", self.context) if self.context else ""


def submission_columns(submission_id: int) -> ResponseReturnValue:
    """Show the columns of a checked file; doubtful and unknown ones, and one on request, with a choice."""
    found = find(submission_id)
    if found.state != SubmissionState.CHECKED:
        return redirect(url_for("submission", submission_id=submission_id))
    return _page(found, _columns(found, {request.args.get("changer", "")}))


def _page(found: Submission, columns: list[ColumnShown], status: int = 200) -> ResponseReturnValue:
    _fill_options(columns)
    response = make_response(
        render_template(
            "submission_columns.html",
            submission=found,
            asked=[c for c in columns if c.asked],
            more=sum(c.how in _ASKED and not c.asked and _lasting(c.header) for c in columns),
            known=[c for c in columns if not c.asked and (c.how not in _ASKED or not _lasting(c.header))],
            sheets=check_page.sheets(found),
            column_name=check_page.column_name,
            how=check_page.how_words,
            may_answer=allowed("submission_columns_save"),
            may_choose_scope=may_choose_scope(found),
            ignored=IGNORED,
        ),
        status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _lasting(header: str) -> bool:
    """Tell whether a header can be known again: one without a letter or digit cannot."""
    return bool(fold_header(header))


def _columns(found: Submission, changing: set[str]) -> list[ColumnShown]:
    """Return every column of the sheets that were read; those to be asked come with their first choice."""
    shown = []
    left = MOST
    for number, sheet in enumerate(found.report.get("sheets", [])):
        for column in sheet["columns"]:
            name = f"c-{number}-{column['letter']}"
            asked = name in changing or (column["how"] in _ASKED and left > 0 and _lasting(column["header"]))
            left -= asked
            guess = column.get("guess")
            shown.append(
                ColumnShown(
                    name=name,
                    sheet=sheet["name"],
                    letter=column["letter"],
                    header=column["header"],
                    context=column.get("context") or "",
                    key=column["key"],
                    how=column["how"],
                    score=column["score"],
                    guess=guess,
                    learned=column.get("learned"),
                    samples=column.get("samples") or [],
                    asked=asked,
                    chosen=IGNORED if column["how"] == "ignored" else column["key"] or "",
                )
            )
    return shown


def _fill_options(columns: list[ColumnShown]) -> None:
    """Give each column that is asked the columns of the template that are left, by group."""
    template = here().template
    taken: dict[str, set[str]] = {}
    for column in columns:
        if column.key and not column.asked:
            taken.setdefault(column.sheet, set()).add(column.key)
    for column in columns:
        if not column.asked:
            continue
        groups: dict[str, list[tuple[str, str]]] = {}
        for known in template.columns:
            if known.key not in taken.get(column.sheet, set()):
                groups.setdefault(gettext(GROUPS[known.group]), []).append((known.key, column_words(known)))
        column.options = list(groups.items())


def submission_columns_save(submission_id: int) -> ResponseReturnValue:
    """Keep what the columns are, and check the file again."""
    found = find(submission_id, lock=True)
    if found.state != SubmissionState.CHECKED:
        return redirect(url_for("submission", submission_id=submission_id), 303)
    columns = _columns(found, set(request.form))
    for column in columns:
        column.asked = column.name in request.form
        if column.asked:
            column.chosen = request.form[column.name]
    if _wrong(columns):
        return _page(found, columns, 422)
    many = _keep(found, [c for c in columns if c.asked])
    if not many:
        flash(gettext("No answer was chosen: nothing has changed."), "warning")
        return redirect(url_for("submission_columns", submission_id=submission_id), 303)
    recheck(found)
    flash(
        ngettext(
            "%(num)s column is settled. The file is checked again.",
            "%(num)s columns are settled. The file is checked again.",
            many,
        )
    )
    return redirect(url_for("submission", submission_id=submission_id), 303)


def _wrong(columns: list[ColumnShown]) -> bool:
    """Say beside each column what cannot be; tell whether there is any."""
    by_key = here().template.by_key
    taken = {(c.sheet, c.key): c for c in columns if c.key and not c.asked}
    meant: dict[tuple[str, str], str] = {}
    for column in columns:
        if not column.asked or column.chosen in ("", IGNORED):
            continue
        other = taken.get((column.sheet, column.chosen))
        if column.chosen not in by_key:
            column.error = gettext("Choose one of the list.")
        elif other is not None:
            column.error = gettext("Column %(letter)s is that already.", letter=other.letter)
        else:
            taken[(column.sheet, column.chosen)] = column
        same = (column.context, column.header)
        if meant.setdefault(same, column.chosen) != column.chosen:
            column.error = gettext("Another sheet has this header with another meaning.")
    return any(c.error for c in columns)


def _keep(found: Submission, columns: list[ColumnShown]) -> int:
    """Learn what is new and forget what was taken back; returns how many columns that is."""
    answers = [
        Answer("column", c.context, c.header, c.chosen)
        for c in columns
        if c.chosen and c.chosen != (IGNORED if c.how == "ignored" else c.key)
    ]
    return learn_here(found, answers) + sum(_forget(c) for c in columns if not c.chosen and c.learned)


def _forget(column: ColumnShown) -> bool:
    """Take back what was learned of a column, where the person here may."""
    own = here().organisation_id if own_rows_only(here().role) else None
    try:
        known = aliases.get_learned(db.session, here().operation, column.learned or 0, own)
        revoke(db.session, here().operation, known.id, actor=person(), organisation_id=own)
    except NotFound:
        return False
    return True
