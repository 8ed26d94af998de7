"""The forms in which a cell of a checked file is corrected: one beside each finding that has a cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext
from wtforms import Form, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

from cluster4w.extensions import db
from cluster4w.intake.findings import Finding, message, suggestion_of
from cluster4w.intake.fixes import EVERY_ROW, problem
from cluster4w.intake.read import Context as ReadContext
from cluster4w.intake.read import parse
from cluster4w.models import Submission
from cluster4w.publish.annotated.words import FILLABLE, is_safe
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.finding_values import Repeated, list_repeated
from cluster4w.record.queries.fixes import Wrong, wrong_cells
from cluster4w.record.queries.operations import locked_months, plan_months
from cluster4w.security import here
from cluster4w.template.columns import Column
from cluster4w.template.kinds import Kind
from cluster4w.template.language import label
from cluster4w.template.rules import Severity
from cluster4w.template.text import fold
from cluster4w.views import formats
from cluster4w.views.activity_fields import Surroundings, field_of_column, sane
from cluster4w.views.check_page import Group
from cluster4w.views.values import column_words

#: The name of the one field of every form.
VALUE = "valeur"
#: Choices that the selects of a page may have together; beyond it, a field suggests them.
MOST_OPTIONS = 120
#: Kinds of equal findings that are looked through for safe suggestions.
MOST_KINDS = 2_000
#: Letters of a value.
LONGEST = 2_000
#: Findings about a column that every row lacks: one value may be given for all rows.
OF_ALL_ROWS = frozenset({"column.missing", "period.not_given"})
_NO_CELL = frozenset({"column", "sheet", "rows", "file"})


@dataclass(frozen=True, slots=True)
class FixForm:
    """The form of one entry of the list. ``row``: the first of its rows, 0 for every row of the sheet.

    ``safe``: its suggestion, in the reader's words; None without one.
    """

    number: int
    sheet: str
    row: int
    column: str
    key: str
    count: int
    words: str
    form: Form
    suggestion: str | None
    error: str | None = None
    is_open: bool = False

    @property
    def cell(self) -> str:
        """What names the cell in the form."""
        return json.dumps([self.sheet, self.row, self.column, self.key], ensure_ascii=False)

    @property
    def id(self) -> str:
        """The id of the field."""
        return f"valeur-{self.number}"


def has_cell(code: str, sheet: str | None, row: int | None, column: str | None, key: str | None) -> bool:
    """Tell whether a finding is about a cell that can be corrected in the page."""
    if sheet is None:
        return False
    if row is None:
        return code in OF_ALL_ROWS and bool(key)
    if code.partition(".")[0] in _NO_CELL:
        return False
    return bool(column) or (key or "") in here().template.by_key


def column_of(found: Submission, sheet: str, letter: str | None, key: str | None) -> Column | None:
    """Return the column of the template that a cell is read as; None for one that nobody recognised."""
    by_key = here().template.by_key
    for entry in (found.report or {}).get("sheets", []):
        if letter and entry["name"] == sheet:
            taken = next((c["key"] for c in entry["columns"] if c["letter"] == letter), None)
            if taken in by_key:
                return by_key[taken]
    return by_key.get(key or "")


def forms(
    found: Submission, group: Group, entries: Sequence[Repeated], wrong: dict[str, Any] | None = None
) -> dict[int, FixForm]:
    """Return the forms of a page of findings, by the place of the entry in the list.

    ``wrong``: what was typed and cannot be taken: ``cell``, ``text`` and ``error``.
    """
    around = surroundings()
    room = MOST_OPTIONS
    made: dict[int, FixForm] = {}
    for number, entry in enumerate(entries):
        row = entry.rows[0] if entry.rows else None
        if not has_cell(group.code, entry.sheet, row, entry.column, entry.key):
            continue
        column = column_of(found, entry.sheet or "", entry.column, entry.key)
        place = (entry.sheet or "", row or EVERY_ROW, entry.column or "", entry.key or "")
        mine = wrong if wrong and wrong["cell"] == place else None
        text = mine["text"] if mine else entry.value or ""
        form, options = _form(column, text, around, room)
        room -= options
        made[number] = FixForm(
            number,
            *place,
            count=entry.count,
            words=column_words(column) if column else entry.header or "",
            form=form,
            suggestion=suggested(entry, row, group.code, group.severity),
            error=mine["error"] if mine else None,
            is_open=mine is not None,
        )
    return made


def count_safe(found: Submission, group: Group) -> int:
    """Return how many suggestions of a kind of findings may be taken without looking at each."""
    if group.code not in FILLABLE:
        return 0
    entries = list_repeated(db.session, found, code=group.code, severity=group.severity, limit=MOST_KINDS)
    return sum(e.count for e in entries if e.rows and _is_safe(e, e.rows[0], group.code, group.severity))


def safe_cells(found: Submission, code: str, severity: str) -> list[Wrong]:
    """Return the findings of a kind whose suggestion only writes properly what the cell says."""
    wrong = wrong_cells(db.session, found, code=code, severity=severity) if code in FILLABLE else []
    return [w for w in wrong if _is_safe(w, w.row, code, severity)]


def suggested(said: Wrong | Repeated, row: int | None, code: str, severity: str) -> str | None:
    """Return what is suggested for a cell: in the language of the file, else in the reader's."""
    return suggestion_of(_finding(said, row, code, severity), gettext)


def _finding(said: Wrong | Repeated, row: int | None, code: str, severity: str) -> Finding:
    return Finding(
        Severity(severity), code, said.sheet, row, said.column, said.header, said.key, said.value,
        said.params or {}, said.suggestion,
    )  # fmt: skip


def _is_safe(said: Wrong | Repeated, row: int | None, code: str, severity: str) -> bool:
    found = _finding(said, row, code, severity)
    return is_safe(replace(found, suggestion=suggestion_of(found, gettext)))


def surroundings() -> Surroundings:
    """Return what the fields need: months and lists, no places."""
    locked = locked_months(db.session, here().operation)
    months = [(m, formats.month(m), m in locked) for m in reversed(plan_months(here().operation))]
    return Surroundings(here().template, Gazetteer("", "", ()), here().language, months)


def _form(column: Column | None, text: str, around: Surroundings, room: int) -> tuple[Form, int]:
    """Return a form of one field that suits the column, and how many options its select has."""
    unbound = field_of_column(column, around) if column else None
    if unbound is None:
        unbound = StringField(filters=[sane], render_kw={"autocomplete": "off"})
    form = type("FixOne", (Form,), {VALUE: unbound})(data={VALUE: text})
    field = form[VALUE]
    if isinstance(field, (SelectField, SelectMultipleField)):
        many = len(field.choices or ())
        if many <= room:
            field.data = _chosen(field, text)
            return form, many
        plain = StringField(
            render_kw={"autocomplete": "off", "list": f"liste-{column.key if column else ''}"}
        )
        return type("FixOne", (Form,), {VALUE: plain})(data={VALUE: text}), 0
    if column is not None and column.kind is Kind.DAY:
        day, _ = parse(Kind.DAY, text, ReadContext({}))
        field.data = str(day) if day else ""
    return form, 0


def _chosen(field: SelectField | SelectMultipleField, text: str) -> Any:
    folded = fold(text)
    known = ((str(c.value), str(c.label)) for c in field.choices or () if isinstance(c, SelectChoice))
    key = next((value for value, words in known if folded in (fold(value), fold(words))), "")
    return [key] if isinstance(field, SelectMultipleField) else key


def lists(made: Iterable[FixForm]) -> dict[str, list[str]]:
    """Return the words that the fields without a select suggest, by column key."""
    found: dict[str, list[str]] = {}
    for one in made:
        name = (one.form[VALUE].render_kw or {}).get("list", "")
        key = str(name).removeprefix("liste-")
        column = here().template.by_key.get(key)
        if name and column is not None and key not in found and column.list:
            found[key] = [label(c.labels, here().language) for c in here().template.choices(column)]
    return found


def typed(column: Column | None) -> str:
    """Return what the form that was sent says, a choice in words."""
    parts = [_in_words(column, sane(part) or "") for part in request.form.getlist(VALUE)]
    return "; ".join(part.strip() for part in parts if part.strip())[:LONGEST]


def _in_words(column: Column | None, text: str) -> str:
    if column is None or not column.list:
        return text
    choice = here().template.choices(column).get(text)
    return label(choice.labels, here().language) if choice else text


def refused(column: Column | None, text: str) -> str | None:
    """Return in words why a text cannot stand in a column; None when it can."""
    if column is None or not text:
        return None
    plan = here().operation
    year = plan.plan_start.year if plan.plan_start.year == plan.plan_end.year else None
    issue = problem(column, text, here().template, year)
    if issue is None:
        return None
    params = {**issue.params, "column": column.labels}
    said = Finding(Severity.ERROR, issue.code, value=text, params=params, suggestion=issue.suggestion)
    return message(said, gettext)
