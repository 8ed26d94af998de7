"""What a file no longer holds, what was chosen for it, and the questions that wait for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import (
    Activity,
    Operation,
    Organisation,
    Person,
    StoredFile,
    Submission,
    VanishedChoice,
)


def own_vanished(submission: Submission) -> list[str]:
    """Return the row ids that a file lacks and that its sender may decide about.

    Of a file of one organisation only that organisation's own; of one of the whole cluster, all.
    """
    return [
        entry["uid"]
        for entry in (submission.report or {}).get("vanished", [])
        if submission.organisation_id in (None, entry["organisation_id"])
    ]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for an activity of a month, and what came of it once the file was sent."""

    uid: str
    choice: str
    outcome: str | None
    settled_by: str | None
    settled_at: Any
    month: str | None


def choices_of(session: orm.Session, submission: Submission) -> dict[str, Choice]:
    """Return the choices of a submission that differ from keeping, by row id."""
    c = VanishedChoice
    rows = session.execute(
        sa.select(c.uid, c.choice, c.outcome, Person.name, c.settled_at, Activity.period)
        .outerjoin(Person, Person.id == c.settled_by)
        .outerjoin(
            Activity,
            sa.and_(
                Activity.operation_id == submission.operation_id,
                Activity.uid == c.uid,
                Activity.superseded_at.is_(None),
            ),
        )
        .where(c.submission_id == submission.id)
        .order_by(c.id)
    )
    return {row.uid: Choice(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """A submission whose sender asks what is to become of lines that its file lacks."""

    submission_id: int
    file: str | None
    organisation: str | None
    count: int


def open_questions(session: orm.Session, operation: Operation) -> list[OpenQuestions]:
    """Return the submissions with questions that wait for the information manager, oldest first."""
    rows = session.execute(
        sa.select(Submission.id, StoredFile.name, Organisation.acronym, sa.func.count())
        .select_from(VanishedChoice)
        .join(Submission, Submission.id == VanishedChoice.submission_id)
        .outerjoin(StoredFile, StoredFile.id == Submission.file_id)
        .outerjoin(Organisation, Organisation.id == Submission.organisation_id)
        .where(Submission.operation_id == operation.id, VanishedChoice.outcome == "open")
        .group_by(Submission.id, StoredFile.name, Organisation.acronym)
        .order_by(Submission.id)
    )
    return [OpenQuestions(*row) for row in rows]


def current_versions(session: orm.Session, operation: Operation, uids: list[str]) -> dict[str, Any]:
    """Return (version, withdrawn) of the current versions, by row id; at most one page of them is asked."""
    rows = session.execute(
        sa.select(Activity.uid, Activity.version, Activity.withdrawn).where(
            Activity.operation_id == operation.id,
            Activity.uid.in_(uids),
            Activity.superseded_at.is_(None),
        )
    )
    return {row.uid: row for row in rows}
