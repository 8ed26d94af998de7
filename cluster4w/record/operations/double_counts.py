"""Settling possible double counts: which two rows are one activity, and which of them counts."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import DoubleCount, DoubleCountDecision, Operation, Person
from cluster4w.models.base import now
from cluster4w.record.operations.activities import touch
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.double_count_scan import Scan, scan_all
from cluster4w.record.operations.turns import wait_for_turn
from cluster4w.record.queries.alike_rows import facts_of_uids
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal

#: What may be decided; after the first two one row is left out of the figures.
VERDICTS = ("same", "supersedes", "different")
LONGEST_NOTE = 500


def settle(
    session: orm.Session,
    operation: Operation,
    pair_id: int,
    verdict: str,
    *,
    kept_uid: str | None = None,
    note: str = "",
    actor: Person | None,
) -> DoubleCount:
    """Decide about a pair; an earlier decision about it ends.

    Args:
        session: where it is written.
        operation: whose pair it is.
        pair_id: the pair.
        verdict: ``same``, ``supersedes`` or ``different``.
        kept_uid: the row that counts, for the first two; the other one stays in the record and is left out
            of the figures.
        note: why, in the words of who decides.
        actor: who decides.

    Raises:
        NotFound: there is no such pair.
        Refusal: a row of it no longer counts, the verdict or the kept row makes no sense, or the kept row
            would in the end be left out for the other one.
    """
    wait_for_turn(session, operation)
    pair = _pair(session, operation, pair_id)
    rows = facts_of_uids(session, operation, {pair.first_uid, pair.second_uid})
    if len(rows) < 2:
        raise Refusal(
            "double_count.closed",
            N_("One of the two activities no longer counts: there is nothing left to decide."),
        )
    left_out = _left_out(pair, verdict, kept_uid)
    if left_out and kept_uid and _counts_through(session, operation, pair, kept_uid, left_out):
        raise Refusal(
            "double_count.circle",
            N_(
                "The row that you keep is itself left out for the other one by an earlier decision. Keep the"
                " other one, or take that decision back first."
            ),
        )
    _end(session, pair, actor)
    session.add(
        DoubleCountDecision(
            operation_id=operation.id,
            double_count_id=pair.id,
            verdict=verdict,
            kept_uid=kept_uid if left_out else None,
            left_out_uid=left_out,
            first_print=rows[pair.first_uid].print_(),
            second_print=rows[pair.second_uid].print_(),
            note=note.strip()[:LONGEST_NOTE],
            decided_by=actor.id if actor else None,
        )
    )
    pair.state, pair.changed, pair.live = verdict, False, True
    touch(session, operation)
    _log(
        session, "double_count.settled", operation, pair, actor, verdict=verdict, left_out=left_out, note=note
    )
    return pair


def take_back(
    session: orm.Session, operation: Operation, pair_id: int, *, actor: Person | None
) -> DoubleCount:
    """Undo the decision about a pair: it is open again, and both rows count.

    Raises:
        NotFound: there is no such pair, or nothing is decided about it.
    """
    wait_for_turn(session, operation)
    pair = _pair(session, operation, pair_id)
    if pair.state == "open":
        raise NotFound("double_count.open", N_("Nothing is decided about these two activities."))
    _end(session, pair, actor)
    pair.state, pair.changed = "open", False
    touch(session, operation)
    _log(session, "double_count.taken_back", operation, pair, actor)
    return pair


def scan(session: orm.Session, operation: Operation, *, actor: Person | None) -> Scan:
    """Look for double counts in the whole record."""
    session.refresh(operation, ["revision"], with_for_update=True)
    done = scan_all(session, operation)
    if done.moved:
        touch(session, operation)
    log(
        session,
        "double_counts.scanned",
        subject="operation",
        subject_id=operation.id,
        operation=operation,
        actor=actor,
        rows=done.rows,
        new=done.new,
        gone=done.gone,
    )
    session.flush()
    return done


def _pair(session: orm.Session, operation: Operation, pair_id: int) -> DoubleCount:
    # Two people who decide at once: the second decision takes the place of the first.
    session.refresh(operation, ["revision"], with_for_update=True)
    pair = session.get(DoubleCount, pair_id, populate_existing=True)
    if pair is None or pair.operation_id != operation.id:
        raise NotFound("double_count.unknown", N_("There is no such pair of activities (any more)."))
    return pair


def _left_out(pair: DoubleCount, verdict: str, kept_uid: str | None) -> str | None:
    if verdict not in VERDICTS:
        raise Refusal("double_count.verdict", N_("Choose one of the answers."))
    if verdict == "different":
        return None
    if kept_uid not in (pair.first_uid, pair.second_uid):
        raise Refusal("double_count.kept", N_("Choose which of the two rows counts."))
    return pair.second_uid if kept_uid == pair.first_uid else pair.first_uid


def _counts_through(
    session: orm.Session, operation: Operation, pair: DoubleCount, kept_uid: str, left_out: str
) -> bool:
    """Tell whether other decisions leave ``kept_uid`` out for the sake of ``left_out``, in any steps."""
    seen: set[str | None] = {None}
    waiting: set[str | None] = {kept_uid}
    while waiting:
        seen |= waiting
        kept = session.scalars(
            sa.select(DoubleCountDecision.kept_uid).where(
                DoubleCountDecision.operation_id == operation.id,
                DoubleCountDecision.ended_at.is_(None),
                DoubleCountDecision.double_count_id != pair.id,
                DoubleCountDecision.left_out_uid.in_(waiting),
            )
        )
        waiting = set(kept) - seen
        if left_out in waiting:
            return True
    return False


def _end(session: orm.Session, pair: DoubleCount, actor: Person | None) -> None:
    session.execute(
        sa.update(DoubleCountDecision)
        .where(DoubleCountDecision.double_count_id == pair.id, DoubleCountDecision.ended_at.is_(None))
        .values(ended_at=now(), ended_by=actor.id if actor else None)
    )


def _log(
    session: orm.Session,
    action: str,
    operation: Operation,
    pair: DoubleCount,
    actor: Person | None,
    **facts: object,
) -> None:
    log(
        session,
        action,
        subject="double_count",
        subject_id=pair.id,
        operation=operation,
        actor=actor,
        first=pair.first_uid,
        second=pair.second_uid,
        **facts,
    )
    session.flush()
