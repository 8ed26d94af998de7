"""Correcting cells of a checked file in the page: one, all that are alike, or by safe suggestions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from cluster4w.extensions import db
from cluster4w.intake.fixes import EVERY_ROW
from cluster4w.models import Submission
from cluster4w.record.operations.fixes import Fix, fix_cells, require_checked, undo_fixes
from cluster4w.record.queries.fixes import Wrong, wrong_cells
from cluster4w.security import person
from cluster4w.template.text import printable
from cluster4w.views.fix_forms import column_of, has_cell, refused, safe_cells, suggested, typed
from cluster4w.views.names import recheck
from cluster4w.views.numbers import whole
from cluster4w.views.submission import find, show_wrong
from cluster4w.views.values import column_words


def submission_fix(submission_id: int) -> ResponseReturnValue:
    """Keep what a cell says instead, and have the file checked again with it."""
    found = find(submission_id, lock=True)
    require_checked(found)
    severity, _, code = (request.values.get("constat") or "").partition(".")
    if request.form.get("toutes"):
        return _keep(found, _safe_fixes(found, code, severity))
    cell = _cell()
    wrong = wrong_cells(db.session, found, code=code, severity=severity, cell=cell)
    if not wrong or not has_cell(code, *cell):
        flash(gettext("This finding is no longer there: nothing was changed."), "warning")
        return _back(found)
    column = column_of(found, cell[0], cell[2], cell[3])
    proposed = suggested(wrong[0], wrong[0].row, code, severity)
    if request.form.get("proposition") and proposed:
        return _keep(found, _fixes(found, wrong, proposed))
    text = typed(column)
    error = refused(column, text)
    only = request.form.get("seule", "").strip()
    if only:
        wrong = [w for w in wrong if w.row == whole(only)]
        if not wrong:
            error = str(gettext("Row %(row)s is none of these rows.", row=only[:20]))
    if not text and wrong and not wrong[0].value:
        error = str(gettext("Type what the cell should say."))
    if error:
        place = (cell[0], cell[1] or EVERY_ROW, cell[2] or "", cell[3] or "")
        return show_wrong(found, {"cell": place, "text": text, "error": error})
    return _keep(found, _fixes(found, wrong, text))


def _cell() -> tuple[str, int | None, str | None, str | None]:
    """Return sheet, row, column and key of the finding that the form names."""
    try:
        sheet, row, column, key = json.loads(request.form.get("cellule") or "")
    except (ValueError, TypeError, RecursionError):
        abort(400)
    return (printable(str(sheet)), whole(str(row)) or None, _text(column), _text(key))


def _text(part: object) -> str | None:
    return printable(str(part)) or None


def _fixes(found: Submission, wrong: Iterable[Wrong], text: str) -> list[Fix]:
    fixes = []
    for w in wrong:
        column = column_of(found, w.sheet, w.column, w.key)
        header = w.header if w.column else column_words(column) if column else None
        key = column.key if column else ""
        fixes.append(Fix(w.sheet, w.row or EVERY_ROW, w.column or "", key, header, w.value, text))
    return fixes


def _safe_fixes(found: Submission, code: str, severity: str) -> list[Fix]:
    """Return what the safe suggestions of a kind of findings would write into their cells."""
    return [
        fix
        for wrong in safe_cells(found, code, severity)
        for fix in _fixes(found, [wrong], suggested(wrong, wrong.row, code, severity) or "")
    ]


def _keep(found: Submission, fixes: Sequence[Fix]) -> ResponseReturnValue:
    many = fix_cells(db.session, found, fixes, actor=person()) if fixes else 0
    if not many:
        flash(gettext("No safe suggestion is left: nothing was changed."), "warning")
        return _back(found)
    recheck(found)
    flash(
        ngettext(
            "%(num)s cell is corrected here, and the file is checked again with it. Your own file stays as it"
            " is.",
            "%(num)s cells are corrected here, and the file is checked again with them. Your own file stays"
            " as it is.",
            many,
        )
    )
    return _back(found)


def submission_fix_undo(submission_id: int) -> ResponseReturnValue:
    """Take one correction back, or all of them; the file is checked again as it came."""
    found = find(submission_id, lock=True)
    ids = None if request.form.get("toutes") else [whole(request.form.get("correction")) or 0]
    many = undo_fixes(db.session, found, ids, actor=person())
    recheck(found)
    flash(
        ngettext(
            "%(num)s correction is taken back: the cell says again what the file says.",
            "%(num)s corrections are taken back: the cells say again what the file says.",
            many,
        )
    )
    return _back(found)


def _back(found: Submission) -> ResponseReturnValue:
    kind, page = request.values.get("constat") or None, whole(request.values.get("page")) or None
    address = url_for("submission", submission_id=found.id, constat=kind, page=page)
    return redirect(address + ("#constats" if kind else ""), 303)
