"""From a checked file to the record: receive, check, submit; and the three at once for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import orm

from cluster4w.intake.check import Check, check_file
from cluster4w.intake.comparing.compare import CheckedRow, Seen
from cluster4w.intake.comparing.sent_before import months_of, since_last
from cluster4w.intake.findings import Finding, summary
from cluster4w.intake.fixes import NAME, CellFix
from cluster4w.intake.recording import (
    Recording,
    RowToRecord,
    prepare_recording,
    rows_to_record,
    write_recording,
)
from cluster4w.intake.report import sheets_stored
from cluster4w.intake.sheet_columns import row_keys
from cluster4w.intake.steps import Counter, Share, Tell
from cluster4w.models import Operation, Organisation, Person, Submission, SubmissionState
from cluster4w.record.operations import submissions as store
from cluster4w.record.operations.vanished import CHOICES, KEEP, carry_out, choose
from cluster4w.record.queries import submissions as stored
from cluster4w.record.queries.fixes import list_fixes
from cluster4w.record.queries.operations import lock_operation, locked_months, template_of
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.record.queries.vanished import own_vanished
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import to_json
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal


def receive(
    session: orm.Session,
    operation: Operation,
    data: bytes,
    name: str,
    *,
    agency: Agency | None,
    month: str | None,
    actor: Person | None,
    all_clusters: bool = False,
) -> Submission:
    """Store a file as a submission in state ``received``. Reads nothing of it."""
    return store.receive_file(
        session,
        operation,
        data,
        name,
        organisation_id=agency.id if agency else None,
        month=month,
        actor=actor,
        origin="upload",
        all_clusters=all_clusters,
    )


def run_check(
    session: orm.Session, submission_id: int, progress: Callable[[int], None] | None = None
) -> Submission:
    """Check a received file and store rows, findings and report; the state is then checked or refused.

    Can be run again: what an earlier check found is replaced.
    """
    submission = stored.get_submission(session, submission_id)
    store.begin_check(session, submission)
    save_found(session, submission, read_sent(session, submission, progress), progress)
    return submission


def read_sent(session: orm.Session, submission: Submission, progress: Tell | None = None) -> Check | Refusal:
    """Return what a check of a submission's file finds, or why the file cannot be used. Writes nothing."""
    operation = session.get_one(Operation, submission.operation_id)
    try:
        check = check_file(
            session,
            operation,
            stored.file_content(session, submission),
            submission.file.name if submission.file else "",
            agency=_agency(session, operation, submission.organisation_id),
            month=submission.month,
            all_clusters=submission.all_clusters,
            progress=progress,
            fixes=_fixes(session, submission),
        )
    except Refusal as refusal:
        return refusal
    # Two large files may be compared here: not later, when the database is locked.
    check.since = since_last(session, submission, check, template_of(operation))
    return check


def save_found(
    session: orm.Session,
    submission: Submission,
    found: Check | Refusal,
    progress: Tell | None = None,
    pause: Callable[[], None] | None = None,
) -> None:
    """Store what a check found; the submission's state is then checked or refused.

    ``pause``: see :func:`cluster4w.record.operations.submissions.save_check`.
    """
    if isinstance(found, Refusal):
        store.save_refusal(session, submission, found)
        return
    operation = session.get_one(Operation, submission.operation_id)
    _save(session, submission, found, template_of(operation), progress, pause)


def agreed(submission: Submission) -> tuple[Any, ...]:
    """Return what a person agrees to by sending a checked file: its rows, its findings, what it lacks."""
    report = submission.report
    return (report["rows"], report["summary"], sorted(own_vanished(submission)))


def prepare(session: orm.Session, submission: Submission, tell: Tell = lambda _: None) -> Recording:
    """Return what submitting a checked submission records, as the record is now. Writes nothing."""
    operation = session.get_one(Operation, submission.operation_id)
    seen = _seen(submission.report, template_of(operation))
    return prepare_recording(session, operation, submission, rows_to_record(session, submission, tell), seen)


def submit(
    session: orm.Session,
    submission: Submission,
    *,
    actor: Person | None,
    progress: Tell | None = None,
    prepared: Recording | None = None,
) -> dict[str, int]:
    """Record the rows of a checked submission that have no errors; returns the counts of its rows.

    When the record has moved on since the check, the file is checked again first. ``prepared``: by
    :func:`prepare`, of this check.

    Raises:
        Refusal: the submission is not checked, or can no longer be used; nothing is recorded.
        cluster4w.record.operations.activities.Overtaken: the record has moved on since it was prepared.
    """
    operation = lock_operation(session, submission.operation_id)
    if submission.state != SubmissionState.CHECKED:
        raise Refusal(
            "submission.not_checked",
            N_("Only a checked file can be submitted. Open the submission to see where it stands."),
        )
    if submission.revision != operation.revision:
        prepared = None
        run_check(session, submission.id)
        if submission.state != SubmissionState.CHECKED:
            refusal = submission.refusal
            raise Refusal(refusal["code"], refusal["message"], **refusal["params"])
    tell = progress or (lambda _: None)
    recording = prepared or prepare(session, submission, tell)
    _record(session, operation, submission, recording, actor, tell)
    return dict(submission.report["rows"])


def record_check(
    session: orm.Session,
    operation: Operation,
    check: Check,
    *,
    actor: Person | None,
    origin: str,
    submission: Submission | None = None,
    vanished: str = KEEP,
) -> Submission:
    """Store a check with its file and record its rows without errors, in one go.

    ``vanished``: what becomes of the recorded rows that the file lacks, one of :data:`CHOICES`.
    """
    if submission is None:
        submission = store.receive_file(
            session,
            operation,
            check.content,
            check.file_name,
            organisation_id=check.agency.id if check.agency else None,
            month=check.month,
            actor=actor,
            origin=origin,
            all_clusters=check.all_clusters,
        )
    template = template_of(operation)
    check.since = since_last(session, submission, check, template)
    _save(session, submission, check, template)
    if vanished in CHOICES and vanished != KEEP:
        gone = _not_locked(session, operation, check)
        choose(session, submission, dict.fromkeys(gone, vanished), actor=actor)
    rows = (
        RowToRecord(r.sheet, r.number, r.uid, r.comparison == "changed", r.organisation_id, r.values, r.extra)
        for r in check.rows
        if r.comparison in ("new", "changed")
    )
    recording = prepare_recording(session, operation, submission, rows, check.seen)
    _record(session, operation, submission, recording, actor)
    return submission


def _agency(session: orm.Session, operation: Operation, organisation_id: int | None) -> Agency | None:
    if organisation_id is None:
        return None
    found = next((a for a in agencies(session, operation) if a.id == organisation_id), None)
    if found is None:
        organisation = session.get_one(Organisation, organisation_id)
        found = Agency(organisation.id, organisation.acronym, organisation.name, organisation.type)
    return found


def _fixes(session: orm.Session, submission: Submission) -> list[CellFix]:
    return [CellFix(f.sheet, f.row, f.column, f.key, f.fixed_value) for f in list_fixes(session, submission)]


def _not_locked(session: orm.Session, operation: Operation, check: Check) -> list[str]:
    """Return the recorded rows that a file lacks and that could be withdrawn."""
    locked = locked_months(session, operation)
    return [r.uid for r in check.vanished if r.values.get("period") not in locked]


def _seen(report: dict[str, Any], template: Template) -> dict[str, Seen]:
    layout = template.layouts.get(report.get("layout") or "")
    return {
        s["name"]: Seen.of(
            row_keys((c["key"], c.get("group", ""), c.get("month", "")) for c in s["columns"])
            + s.get("added_up", []),
            layout,
        )
        for s in report["sheets"]
    }


def _save(
    session: orm.Session,
    submission: Submission,
    check: Check,
    template: Template,
    progress: Tell | None = None,
    pause: Callable[[], None] | None = None,
) -> None:
    report = {
        "file": check.file_name,
        "layout": check.layout,
        "sheets": sheets_stored(check),
        "rows": asdict(check.counts),
        "summary": summary(check.findings),
        "vanished": [{"uid": r.uid, "organisation_id": r.organisation_id} for r in check.vanished],
        "months": months_of(check),
        "since": check.since,
        "began": check.began.isoformat(),
        "seconds": round(check.seconds, 2),
    }
    total = len(check.rows) + len(check.findings)
    passing = Counter(progress or (lambda _: None), Share.SAVING, Share.DONE, total)
    store.save_check(
        session,
        submission,
        rows=passing.over(_row_dicts(check.rows, template)),
        findings=passing.over(map(_finding_dict, check.findings)),
        report=report,
        revision=check.revision,
        uses=check.uses,
        pause=pause,
    )


def _row_dicts(rows: Iterable[CheckedRow], template: Template) -> Iterator[dict[str, Any]]:
    kinds = {c.key: c.kind for c in template.columns}
    for row in rows:
        yield {
            "sheet": row.sheet[:NAME],
            "number": row.number,
            "state": row.state,
            "comparison": row.comparison,
            "uid": row.uid,
            # A file's own new organisation has no id yet; its name stands among the values.
            "organisation_id": row.organisation_id if (row.organisation_id or 0) > 0 else None,
            "parsed": {k: to_json(kinds[k], v) for k, v in row.values.items() if v is not None},
            "extra": row.extra,
            "before": {k: to_json(kinds[k], v) for k, v in row.before.items()},
        }


def _finding_dict(finding: Finding) -> dict[str, Any]:
    return {
        "severity": str(finding.severity),
        "code": finding.code,
        "sheet": finding.sheet[:NAME] if finding.sheet is not None else None,
        "row": finding.row,
        "column": finding.column,
        "header": finding.header,
        "key": finding.key,
        "value": finding.value,
        "params": dict(finding.params),
        "suggestion": finding.suggestion,
    }


def _record(
    session: orm.Session,
    operation: Operation,
    submission: Submission,
    recording: Recording,
    actor: Person | None,
    tell: Tell = lambda _: None,
) -> None:
    write_recording(session, operation, submission, recording, actor=actor, tell=tell)
    carry_out(session, operation, submission, actor=actor)
    store.mark_submitted(session, submission, actor=actor)
