"""Recorded lines that a file no longer holds: the sender's choices, and the questions that they become."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.models import Submission, SubmissionState
from cluster4w.record.operations.vanished import ASK, KEEP, OPEN, WITHDRAW
from cluster4w.record.queries.comparison import rows_by_uid
from cluster4w.record.queries.operations import locked_months
from cluster4w.record.queries.vanished import Choice, choices_of, current_versions, own_vanished
from cluster4w.security import allowed, here
from cluster4w.template.language import N_
from cluster4w.views import check_page
from cluster4w.views.check_page import PAGE
from cluster4w.views.numbers import whole

#: What may be chosen, in words.
WORDS = {
    KEEP: N_("keep in the record"),
    WITHDRAW: N_("withdraw"),
    ASK: N_("ask the information manager"),
}
OUTCOMES = {
    "withdrawn": N_("withdrawn"),
    "kept": N_("kept"),
    "open": N_("the information manager is asked"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A recorded line with what was chosen for it. ``outcome``: what came of it, once the file was sent.

    ``version``: its current version, None where it is withdrawn; a question is settled on top of it.
    """

    shown: check_page.Vanished
    choice: str
    outcome: str | None
    locked: bool
    version: int | None = None
    settled_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.outcome == OPEN


def section(found: Submission) -> dict[str, Any]:
    """Return what the page of a checked file shows of the lines that it lacks."""
    uids = own_vanished(found)
    chosen = choices_of(db.session, found) if uids else {}
    locked = locked_months(db.session, here().operation)
    said = [chosen[u].choice for u in uids if u in chosen and chosen[u].month not in locked]
    pages = max(math.ceil(len(uids) / PAGE), 1)
    page = min(max(whole(request.args.get("absentes")) or 1, 1), pages)
    return {
        "lines": _lines(uids[(page - 1) * PAGE : page * PAGE], chosen),
        "count": len(uids),
        "withdraw": said.count(WITHDRAW),
        "ask": said.count(ASK),
        "page": page,
        "pages": pages,
        "asked": "absentes" in request.args,
        "choices": {choice: gettext(words) for choice, words in WORDS.items()},
        "may_choose": allowed("submission_vanished") and found.state == SubmissionState.CHECKED,
        "address": lambda n: url_for("submission", submission_id=found.id, absentes=n) + "#absentes",
    }


def receipt(found: Submission) -> list[Line]:
    """Return the lines of which something was chosen, for the receipt: the first of them, questions first."""
    chosen = {u: c for u, c in choices_of(db.session, found).items() if c.outcome}
    first = sorted(chosen, key=lambda u: chosen[u].outcome != OPEN)[: 2 * PAGE]
    return _lines(first, chosen)


def _lines(uids: list[str], chosen: dict[str, Choice]) -> list[Line]:
    if not uids:
        return []
    locked = locked_months(db.session, here().operation)
    versions = current_versions(db.session, here().operation, uids)
    recorded = {r.uid: r for r in rows_by_uid(db.session, here().operation, uids, withdrawn=True)}
    lines = []
    for uid in uids:
        if uid not in recorded:
            continue
        one, now = chosen.get(uid), versions.get(uid)
        [shown] = check_page.vanished([recorded[uid]])
        lines.append(
            Line(
                shown,
                one.choice if one else KEEP,
                one.outcome if one else None,
                recorded[uid].values.get("period") in locked,
                now.version if now is not None and not now.withdrawn else None,
                one.settled_by if one else None,
            )
        )
    return lines
