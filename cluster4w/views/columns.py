"""What each column of a file was taken for, and saying it better: kept, and the file is checked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from cluster4w.extensions import db
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.headers.unknown import columns_at, look
from cluster4w.models import Submission, SubmissionState
from cluster4w.record.operations.aliases import Answer, revoke
from cluster4w.record.queries import aliases
from cluster4w.record.queries import submissions as stored
from cluster4w.record.queries.context import IGNORED, load_context
from cluster4w.security import allowed, here, own_rows_only, person
from cluster4w.template.problems import NotFound
from cluster4w.template.targets import GROUPS as POPULATION
from cluster4w.template.targets import PARTS, Target, parse_target
from cluster4w.template.text import fold_header
from cluster4w.views import check_page
from cluster4w.views.history import GROUPS
from cluster4w.views.names import learn_here, may_choose_scope, recheck
from cluster4w.views.numbers import whole
from cluster4w.views.questions import under_words
from cluster4w.views.submission import find, may_map
from cluster4w.views.values import column_words, target_name

#: Columns that are asked on one page: each with a list of all that is left of the template.
MOST = 40
#: Figures that are offered for each population group.
_PER_GROUP = ("households_targeted", "individuals_targeted", "households_reached", "individuals_reached")
_ASKED = frozenset({"doubtful", "duplicate", "none"})


@dataclass(slots=True)
class ColumnShown:
    """A column of the file: what it was taken for, how sure, some of its values; ``name``: its select.

    ``key`` is the name of a target (:class:`cluster4w.template.targets.Target`).
    """

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
    month: str
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
    if may_map(found):
        return _table_page(found)
    if found.state != SubmissionState.CHECKED:
        return redirect(url_for("submission", submission_id=submission_id))
    return _page(found, _columns(found.report.get("sheets", []), {request.args.get("changer", "")}))


def _table_page(found: Submission) -> ResponseReturnValue:
    """Ask in which sheet and row the headers of a refused file stand; then show its columns."""
    looks = look(stored.file_content(db.session, found), Vocabulary.of(here().template))
    if not looks:
        return redirect(url_for("submission", submission_id=found.id))
    likely = max(range(len(looks)), key=lambda n: looks[n].likeness)
    asked = _number("feuille", likely)
    number = asked if asked < len(looks) else likely
    if sheets := _at(found, looks[number].name, _number("ligne", 0)):
        return _page(found, _columns(sheets, {request.args.get("changer", "")}))
    page = render_template(
        "submission_table.html", submission=found, looks=looks, number=number, chosen=looks[number]
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _at(found: Submission, sheet: str, row: int) -> list[dict[str, Any]]:
    """Return a sheet of a refused file as a report has it, with its headers in a row; empty without them."""
    context = load_context(db.session, here().operation, found.organisation_id)
    content = stored.file_content(db.session, found)
    columns = columns_at(content, sheet, row, Vocabulary.of(context.template), context)
    shown = [{**asdict(c), "samples": list(c.samples)} for c in columns]
    return [{"name": sheet, "header_row": row, "columns": shown}] if shown else []


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
            place=_place(),
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


def _number(name: str, default: int) -> int:
    number = whole(request.values.get(name))
    return default if number is None else number


def _place() -> dict[str, Any]:
    """Return the sheet and the row that were chosen in a refused file."""
    return {k: request.values[k] for k in ("feuille", "ligne") if request.values.get(k, "").isdecimal()}


def _lasting(header: str) -> bool:
    """Tell whether a header can be known again: one without a letter or digit cannot."""
    return bool(fold_header(header))


def _columns(sheets: Sequence[dict[str, Any]], changing: set[str]) -> list[ColumnShown]:
    """Return every column of the sheets that were read; those to be asked come with their first choice."""
    shown = []
    left = MOST
    for number, sheet in enumerate(sheets):
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
                    key=column.get("target") or column["key"],
                    how=column["how"],
                    score=column["score"],
                    guess=guess,
                    learned=column.get("learned"),
                    samples=column.get("samples") or [],
                    month=column.get("month") or "",
                    asked=asked,
                    chosen=IGNORED
                    if column["how"] == "ignored"
                    else column.get("target") or column["key"] or "",
                )
            )
    return shown


def _fill_options(columns: list[ColumnShown]) -> None:
    """Give each column that is asked the columns of the template that are left, by group."""
    taken: dict[str, set[str]] = {}
    for column in columns:
        if column.key and not column.asked and not column.month:
            taken.setdefault(column.sheet, set()).add(column.key)
    for column in columns:
        if column.asked:
            left = {name: words for name, words in _all_options() if name not in taken.get(column.sheet, ())}
            numbers = all(sample[:1].isdigit() for sample in column.samples)
            groups: dict[str, list[tuple[str, str]]] = {}
            for name, (group, words) in left.items():
                # What only a number can be is only offered for numbers.
                if numbers or group not in (_of_group(), _of_date()):
                    groups.setdefault(group, []).append((name, words))
            column.options = list(groups.items())


def _of_group() -> str:
    return str(gettext("For one population group"))


def _of_date() -> str:
    return str(gettext("Dates in several columns"))


def _all_options() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield everything that a column can be: its name, its group and its words."""
    template = here().template
    for known in template.columns:
        yield known.key, (str(gettext(GROUPS[known.group])), column_words(known))
    for group in template.lists.get(POPULATION, ()):
        for key in _PER_GROUP:
            if key in template.by_key:
                name = Target(key, group.key).name
                yield name, (_of_group(), target_name(name))
    for key, parts in PARTS.items():
        for part in parts if key in template.by_key else ():
            name = Target(key, part=part).name
            yield name, (_of_date(), target_name(name))


def submission_columns_save(submission_id: int) -> ResponseReturnValue:
    """Keep what the columns are, and check the file again."""
    found = find(submission_id, lock=True)
    sheets = found.report.get("sheets", [])
    if may_map(found):
        looks = look(stored.file_content(db.session, found), Vocabulary.of(here().template))
        number = _number("feuille", 0)
        sheets = _at(found, looks[number].name, _number("ligne", 0)) if number < len(looks) else []
    elif found.state != SubmissionState.CHECKED:
        return redirect(url_for("submission", submission_id=submission_id), 303)
    columns = _columns(sheets, set(request.form))
    for column in columns:
        column.asked = column.name in request.form
        if column.asked:
            column.chosen = request.form[column.name]
    if _wrong(columns):
        return _page(found, columns, 422)
    many = _keep(found, [c for c in columns if c.asked])
    if not many:
        flash(gettext("No answer was chosen: nothing has changed."), "warning")
        return redirect(url_for("submission_columns", submission_id=submission_id, **_place()), 303)
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
    template = here().template
    taken = {(c.sheet, c.key, c.month): c for c in columns if c.key and not c.asked}
    meant: dict[tuple[str, str], str] = {}
    for column in columns:
        if not column.asked or column.chosen in ("", IGNORED):
            continue
        place = (column.sheet, column.chosen, column.month)
        other = taken.get(place)
        if parse_target(column.chosen, template) is None:
            column.error = gettext("Choose one of the list.")
        elif other is not None:
            column.error = gettext("Column %(letter)s is that already.", letter=other.letter)
        else:
            taken[place] = column
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
