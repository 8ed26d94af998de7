"""From a checked file to the record: idempotent, only what changed, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.submit import receive, record_check, run_check, submit
from cluster4w.models import (
    Activity,
    AuditEvent,
    Operation,
    Organisation,
    Participation,
    StoredFile,
    Submission,
    SubmissionFinding,
    SubmissionRow,
)
from cluster4w.record.operations.fixes import Fix, fix_cells
from cluster4w.record.operations.months import lock_month, unlock_month
from cluster4w.record.operations.submissions import check_again
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.problems import Refusal
from tests.books import HEADERS, ROW, book, row
from tests.checks import checked, codes

SECOND = row(Commune="Bankass", Ménages=9, Individus=45)


def sent(session: orm.Session, operation: Operation, data: bytes, **options: Any) -> Submission:
    """Receive and check a file, as an upload does."""
    agency = options.get("agency")
    submission = receive(session, operation, data, "mai.xlsx", agency=agency, month=None, actor=None)
    session.flush()
    return run_check(session, submission.id)


def submitted(session: orm.Session, operation: Operation, data: bytes) -> dict[str, int]:
    """Receive, check and submit a file; returns its counts of rows."""
    counts = submit(session, sent(session, operation, data), actor=None)
    session.commit()
    return counts


def versions(session: orm.Session) -> list[tuple[str | None, int, int | None, bool]]:
    """Return commune, version, households and whether it is current, of every version."""
    found = session.scalars(sa.select(Activity).order_by(Activity.adm3_pcode, Activity.version))
    return [(a.adm3_pcode, a.version, a.households_reached, a.superseded_at is None) for a in found]


def count(session: orm.Session, table: type[Any]) -> int:
    """Return how many rows a table has."""
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_receiving_stores_the_file_and_reads_nothing(session: orm.Session, operation: Operation) -> None:
    submission = receive(session, operation, b"\x89PNG", "x.xlsx", agency=None, month=None, actor=None)
    session.flush()
    assert submission.state == "received"
    assert submission.file is not None
    assert (submission.file.name, submission.file.size, submission.file.content) == ("x.xlsx", 4, b"\x89PNG")
    assert count(session, SubmissionRow) == 0


def test_checking_writes_rows_and_findings_but_no_activity(
    session: orm.Session, operation: Operation
) -> None:
    submission = sent(session, operation, book(ROW, row(Commune="Zzyzx")))
    assert submission.state == "checked"
    assert submission.report["rows"]["with_errors"] == 1
    assert count(session, SubmissionRow) == 2
    assert count(session, SubmissionFinding) == 2, "the unknown place, and no column for the first time"
    assert count(session, Activity) == 0


def test_checking_again_replaces_what_was_found(session: orm.Session, operation: Operation) -> None:
    submission = sent(session, operation, book(ROW, row(Commune="Zzyzx")))
    run_check(session, submission.id)
    assert (count(session, SubmissionRow), count(session, SubmissionFinding)) == (2, 2)


def test_submitting_records_the_good_rows_with_their_source(
    session: orm.Session, operation: Operation
) -> None:
    data = book(ROW, row(Commune="Zzyzx"), SECOND)
    submission = sent(session, operation, data)
    counts = submit(session, submission, actor=None)
    assert (counts["new"], counts["with_errors"]) == (2, 1)
    assert submission.state == "submitted"
    found = session.scalars(sa.select(Activity).order_by(Activity.source_row)).all()
    assert [(a.source_row, a.submission_id) for a in found] == [(2, submission.id), (4, submission.id)]
    assert versions(session) == [("ML050201", 1, 9, True), ("ML050202", 1, 120, True)]


def test_the_same_file_twice_changes_nothing(session: orm.Session, operation: Operation) -> None:
    data = book(ROW, SECOND, ROW)
    first = submitted(session, operation, data)
    assert (first["new"], first["repeated"]) == (2, 1)
    before, revision = versions(session), operation.revision
    second = submitted(session, operation, data)
    assert (second["new"], second["changed"], second["unchanged"], second["repeated"]) == (0, 0, 2, 1)
    assert versions(session) == before
    session.refresh(operation)
    assert operation.revision == revision, "nothing that others compare with has moved"


def test_a_corrected_file_changes_only_what_changed(session: orm.Session, operation: Operation) -> None:
    submitted(session, operation, book(ROW, SECOND))
    counts = submitted(session, operation, book(SECOND, row(Ménages=100, Individus=500)))
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 1, 1)
    assert versions(session) == [
        ("ML050201", 1, 9, True),
        ("ML050202", 1, 120, False),
        ("ML050202", 2, 100, True),
    ]
    (uid,) = set(session.scalars(sa.select(Activity.uid).where(Activity.adm3_pcode == "ML050202")))
    assert uid, "a correction is a version of the same activity"


def test_a_row_that_had_errors_is_recorded_when_it_is_mended(
    session: orm.Session, operation: Operation
) -> None:
    submitted(session, operation, book(ROW, row(Commune="Nulle Part", Ménages=9, Individus=45)))
    counts = submitted(session, operation, book(ROW, SECOND))
    assert (counts["new"], counts["unchanged"]) == (1, 1)
    assert versions(session) == [("ML050201", 1, 9, True), ("ML050202", 1, 120, True)]


def test_columns_that_a_file_lacks_leave_the_recorded_values_alone(
    session: orm.Session, operation: Operation
) -> None:
    headers = (*HEADERS, "Commentaires", "Numéro de bon")
    submitted(session, operation, book((*ROW, "Piste coupée", "B-1"), headers=headers))
    assert submitted(session, operation, book(row(Ménages=100)))["changed"] == 1
    current = session.scalars(sa.select(Activity).where(Activity.superseded_at.is_(None))).one()
    assert (current.comments, current.households_reached) == ("Piste coupée", 100)
    assert current.extra == {"Numéro de bon": "B-1"}


def test_an_organisation_that_the_file_brings_is_registered_once(
    session: orm.Session, operation: Operation
) -> None:
    who = {"Acronyme": "NEW", "Nom Organisation": "Nouvelle Entraide", "Type Organisation": "ONG Nat"}
    before = count(session, Organisation)
    sent(session, operation, book(row(**who)))
    assert count(session, Organisation) == before, "a check registers nobody"
    counts = submitted(session, operation, book(row(**who), row(**who, Commune="Bankass")))
    assert counts["new"] == 2
    new = session.scalars(sa.select(Organisation).where(Organisation.acronym == "NEW")).one()
    assert (new.name, new.type, new.origin) == ("Nouvelle Entraide", "nngo", "import")
    assert set(session.scalars(sa.select(Activity.organisation_id))) == {new.id}
    assert session.scalars(sa.select(Participation).where(Participation.organisation_id == new.id)).one()
    assert submitted(session, operation, book(row(**who)))["unchanged"] == 1
    assert count(session, Organisation) == before + 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "file.not_a_spreadsheet"),
        (book(ROW)[:1500], "file.damaged"),
        (book(("Natte", 3500), headers=("Article", "Prix")), "file.no_4w"),
    ],
    ids=["empty", "a picture", "cut off", "no 4W"],
)
def test_a_refused_file_changes_nothing_and_says_why(
    session: orm.Session, operation: Operation, data: bytes, code: str
) -> None:
    submitted(session, operation, book(ROW))
    before, rows = versions(session), count(session, SubmissionRow)
    submission = sent(session, operation, data)
    assert (submission.state, submission.refusal["code"]) == ("refused", code)
    with pytest.raises(Refusal) as refusal:
        submit(session, submission, actor=None)
    assert refusal.value.code == "submission.not_checked"
    assert versions(session) == before
    assert count(session, SubmissionRow) == rows


def test_a_submission_is_submitted_once(session: orm.Session, operation: Operation) -> None:
    submission = sent(session, operation, book(ROW))
    submit(session, submission, actor=None)
    with pytest.raises(Refusal):
        submit(session, submission, actor=None)
    assert count(session, Activity) == 1


def test_a_check_that_the_record_has_overtaken_is_made_again(
    session: orm.Session, operation: Operation
) -> None:
    late = sent(session, operation, book(ROW, SECOND))
    assert late.report["rows"]["new"] == 2
    submitted(session, operation, book(ROW))
    counts = submit(session, late, actor=None)
    assert (counts["new"], counts["unchanged"]) == (1, 1), "what came in meanwhile is not recorded twice"
    assert count(session, Activity) == 2


def test_a_locked_month_takes_no_new_and_no_changed_row(session: orm.Session, operation: Operation) -> None:
    submitted(session, operation, book(ROW))
    lock_month(session, operation, "2016-05", actor=None)
    before = versions(session)
    same, changed, new, open_ = ROW, row(Ménages=100), SECOND, row(Mois="juin 2016")
    check = checked(session, operation, book(same))
    assert (check.counts.unchanged, codes(check)) == (1, [])
    for locked in (changed, new):
        check = checked(session, operation, book(locked))
        assert codes(check)[0] == "period.locked"
        assert check.counts.with_errors == 1
    counts = submitted(session, operation, book(changed, new, open_))
    assert (counts["with_errors"], counts["new"]) == (2, 1)
    assert count(session, Activity) == len(before) + 1
    assert set(session.scalars(sa.select(Activity.period).where(Activity.source_row == 4))) == {"2016-06"}
    unlock_month(session, operation, "2016-05", actor=None)
    assert submitted(session, operation, book(changed, new))["changed"] == 1


def test_a_month_that_is_locked_after_the_check_is_respected(
    session: orm.Session, operation: Operation
) -> None:
    submission = sent(session, operation, book(ROW))
    lock_month(session, operation, "2016-05", actor=None)
    counts = submit(session, submission, actor=None)
    assert (counts["with_errors"], counts["new"]) == (1, 0)
    assert count(session, Activity) == 0


def test_a_row_cannot_be_moved_out_of_a_locked_month(session: orm.Session, operation: Operation) -> None:
    submitted(session, operation, book(ROW))
    uid = session.scalars(sa.select(Activity.uid)).one()
    lock_month(session, operation, "2016-05", actor=None)
    data = book((uid, *row(Mois="juin 2016")), headers=("ID", *HEADERS))
    assert codes(checked(session, operation, data)) == ["period.locked"]


def test_the_command_line_records_in_one_go_what_the_web_does_in_three(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, book(ROW, SECOND))
    submission = record_check(session, operation, check, actor=None, origin="command")
    session.commit()
    assert (submission.state, submission.origin) == ("submitted", "command")
    assert submission.report["rows"]["new"] == 2
    assert count(session, StoredFile) == 1
    assert versions(session) == [("ML050201", 1, 9, True), ("ML050202", 1, 120, True)]


def test_nothing_stays_when_the_transaction_is_rolled_back(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, book(ROW))
    events = count(session, AuditEvent)
    record_check(session, operation, check, actor=None, origin="command")
    session.rollback()
    assert [count(session, t) for t in (Activity, Submission, StoredFile)] == [0, 0, 0]
    assert count(session, AuditEvent) == events


def test_a_partner_cannot_record_rows_of_another(session: orm.Session, operation: Operation) -> None:
    hcr = {"Acronyme": "HCR", "Nom Organisation": ""}
    agency = get_agency(session, operation, "OIM")
    submission = sent(session, operation, book(ROW, row(**hcr)), agency=agency)
    assert submit(session, submission, actor=None)["new"] == 1
    assert set(session.scalars(sa.select(Activity.organisation_id))) == {agency.id}


def test_a_column_that_the_operation_added_says_what_the_last_file_says(
    session: orm.Session, operation: Operation
) -> None:
    added = {
        "key": "voucher", "group": "other", "kind": "text", "added": True,
        "label": {"fr": "Numéro de bon", "en": "Voucher number"},
    }  # fmt: skip
    operation.template = operation.template | {"columns": [*operation.template["columns"], added]}
    session.commit()
    headers = (*HEADERS, "Numéro de bon", "Note")
    for voucher, households in (("B-1", 120), ("B-2", 121)):
        submitted(session, operation, book((*row(Ménages=households), voucher, "n"), headers=headers))
    current = session.scalars(sa.select(Activity).where(Activity.superseded_at.is_(None))).one()
    assert (current.version, current.extra) == (2, {"voucher": "B-2", "Note": "n"})


def test_a_correction_outlives_a_check_that_the_record_asks_for(
    session: orm.Session, operation: Operation
) -> None:
    submission = sent(session, operation, book(row(Ménages="env. 300", Individus=1500)))
    fix = Fix("4W", 2, "L", "households_reached", "Ménages", "env. 300", "300")
    assert fix_cells(session, submission, [replace(fix, fixed_value="30")], actor=None) == 1
    # What the file says stays known, whatever the finding that is corrected shows by now.
    assert fix_cells(session, submission, [replace(fix, file_value="30")], actor=None) == 1
    check_again(session, submission, actor=None)
    with pytest.raises(Refusal):
        fix_cells(session, submission, [fix], actor=None)
    run_check(session, submission.id)
    # Somebody else's file is recorded in between: sending checks this one again first.
    submitted(session, operation, book(SECOND))
    assert submission.revision != operation.revision
    assert submit(session, submission, actor=None)["new"] == 1
    current = session.scalars(sa.select(Activity).where(Activity.households_reached == 300)).one()
    assert [(f["file"], f["fixed"]) for f in current.fixed or ()] == [("env. 300", "300")]
