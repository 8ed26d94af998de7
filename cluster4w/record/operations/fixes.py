"""Correcting cells of a checked file in the page, and taking a correction back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Person, Submission, SubmissionFix, SubmissionState
from cluster4w.models.base import now
from cluster4w.record.operations.activities import batches
from cluster4w.record.operations.audit import log
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal

BATCH = 2_000
#: Cells that the trail names; it counts the others.
NAMED = 50

_FIXES = cast(sa.Table, SubmissionFix.__table__)


@dataclass(frozen=True, slots=True)
class Fix:
    """A cell of a file and what it says instead; the fields are those of :class:`SubmissionFix`."""

    sheet: str
    row: int
    column: str
    key: str
    header: str | None
    file_value: str | None
    fixed_value: str

    @property
    def cell(self) -> tuple[str, int, str, str]:
        """What there is one of: a column of the file has one fix a row, whatever it is taken for."""
        return (self.sheet, self.row, self.column, "" if self.column else self.key)


def require_checked(submission: Submission) -> None:
    """Refuse a submission of which nothing can be corrected (any more).

    Raises:
        Refusal: it is not checked, or was submitted, or put away.
    """
    if submission.state != SubmissionState.CHECKED:
        raise Refusal(
            "submission.not_open",
            N_("Only a file that is checked and not yet sent can be corrected here. Reload the page."),
        )


def fix_cells(
    session: orm.Session, submission: Submission, fixes: Iterable[Fix], *, actor: Person | None
) -> int:
    """Keep what cells of a file say instead; returns how many cells were fixed.

    A cell that was fixed before keeps what its file says; a fix to what the file says takes it back.

    Raises:
        Refusal: nothing of the submission can be corrected (any more).
    """
    require_checked(submission)
    wanted = {fix.cell: fix for fix in fixes}
    before = {_cell(row): row for row in _stored(session, submission)}
    replaced = [before[cell] for cell in wanted if cell in before]
    for ids in batches((row.id for row in replaced), BATCH):
        session.execute(sa.delete(_FIXES).where(_FIXES.c.id.in_(ids)))
    moment = now()
    rows = []
    for cell, fix in wanted.items():
        said = before[cell].file_value if cell in before else fix.file_value
        if (said or "") == fix.fixed_value:
            continue
        rows.append(
            {
                "submission_id": submission.id,
                "sheet": fix.sheet,
                "row": fix.row,
                "column": fix.column,
                "key": fix.key,
                "header": fix.header,
                "file_value": said,
                "fixed_value": fix.fixed_value,
                "person_id": actor.id if actor else None,
                "created_at": moment,
            }
        )
    for batch in batches(rows, BATCH):
        session.execute(sa.insert(_FIXES), batch)
    _tell(session, submission, "submission.fixed", actor, rows, len(wanted))
    return len(wanted)


def undo_fixes(
    session: orm.Session, submission: Submission, ids: Sequence[int] | None, *, actor: Person | None
) -> int:
    """Take fixes back, all of them for None: the cells say again what the file says. Returns how many.

    Raises:
        NotFound: the submission has no such fix.
        Refusal: nothing of the submission can be corrected (any more).
    """
    require_checked(submission)
    gone = [row for row in _stored(session, submission) if ids is None or row.id in ids]
    if not gone:
        raise NotFound("fix.unknown", N_("There is no such correction."))
    for batch in batches((row.id for row in gone), BATCH):
        session.execute(sa.delete(_FIXES).where(_FIXES.c.id.in_(batch)))
    facts = [{k: getattr(row, k) for k in ("sheet", "row", "column", "key", "fixed_value")} for row in gone]
    _tell(session, submission, "submission.fixes_undone", actor, facts, len(gone))
    return len(gone)


def _stored(session: orm.Session, submission: Submission) -> Sequence[Any]:
    return session.execute(sa.select(_FIXES).where(_FIXES.c.submission_id == submission.id)).all()


def _cell(row: Any) -> tuple[str, int, str, str]:
    return (row.sheet, row.row, row.column, "" if row.column else row.key)


def _tell(
    session: orm.Session,
    submission: Submission,
    action: str,
    actor: Person | None,
    facts: Sequence[dict[str, Any]],
    many: int,
) -> None:
    """Write into the trail what was fixed: the first cells with both values, and how many they were."""
    known = ("sheet", "row", "column", "key", "file_value", "fixed_value")
    log(
        session,
        action,
        subject="submission",
        subject_id=submission.id,
        operation=session.get_one(Operation, submission.operation_id),
        actor=actor,
        count=many,
        cells=[{k: fact[k] for k in known if k in fact} for fact in facts[:NAMED]],
    )
    session.flush()
