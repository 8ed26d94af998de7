"""The page of a submission that a worker is at, or that waits for one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import current_app, render_template
from flask_babel import gettext

from cluster4w import jobs
from cluster4w.extensions import db
from cluster4w.intake import steps
from cluster4w.models import Submission, SubmissionState
from cluster4w.record.operations.submissions import SENT
from cluster4w.record.queries.waiting import UNFINISHED, WAITING, InLine, line
from cluster4w.template.language import N_

#: Work that nobody is at after this long may be asked for again.
PATIENCE = dt.timedelta(minutes=2)
_RECORDING = N_("Recording the lines")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far work on a submission is.

    ``share``: 0 to 100; ``words``: what is being done; ``ahead``: what it waits for; ``alive``: whether
    somebody is at work on it or on what is ahead.
    """

    share: int
    words: str
    ahead: InLine | None
    alive: bool


def is_over(found: Submission) -> bool:
    """Tell whether nothing of a submission waits for a worker."""
    return found.state not in WAITING


def standing(found: Submission) -> Standing:
    """Return how far work on a submission is that waits for a worker."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    waiting = line(db.session, found)
    at_work = next((one for one in waiting if jobs.is_alive(app, one.id)), None)
    if at_work is not None and at_work.id == found.id:
        share = jobs.progress(app, found.id)
        recording = found.state == SubmissionState.RECORDING
        # A recording that finds the record changed begins with another check.
        return Standing(share, gettext(_RECORDING if recording else steps.words(share)), None, True)
    before = [one for one in waiting if one.id < found.id]
    ahead = at_work or (before[-1] if before else None)
    # With nobody before it, a worker takes it up in a moment.
    said = gettext("Waiting for its turn") if ahead else gettext(steps.words(0))
    return Standing(0, said, ahead, at_work is not None)


def progress_page(found: Submission) -> str:
    """Return the page that says how far a submission is."""
    stands = standing(found)
    sent = found.report.get(SENT)
    since = dt.datetime.fromisoformat(sent) if sent else found.checked_at or found.created_at
    return render_template(
        "submission_progress.html",
        submission=found,
        stands=stands,
        recording=found.state == SubmissionState.RECORDING,
        unfinished=found.state in UNFINISHED,
        stuck=not stands.alive and dt.datetime.now(dt.UTC) - since > PATIENCE,
    )
