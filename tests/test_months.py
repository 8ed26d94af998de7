"""Months: rows and reports, due dates, locking; nil reports."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.models import AuditEvent, NilReport, Operation
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.months import lock_month, set_due_date, unlock_month
from cluster4w.record.operations.nil_reports import report_nothing, take_back
from cluster4w.record.queries.audit import events
from cluster4w.record.queries.months import due_date, list_months, nil_reports
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.problems import NotFound, Refusal
from tests.record_rows import ROW, add_rows, agency_id


def _page(response: Any) -> str:
    return " ".join(unescape(response.get_data(as_text=True)).split())


def test_every_month_of_the_plan_is_listed_with_what_it_holds(
    session: orm.Session, operation: Operation
) -> None:
    for acronym in ("ONG-A", "ONG-B"):
        agency = get_agency(session, operation, acronym).id
        record_versions(session, operation, [Change(agency, dict(ROW))] * 2, actor=None)
    record_versions(session, operation, [Change(agency, ROW | {"period": "2017-01"})], actor=None)
    report_nothing(session, operation, get_agency(session, operation, "OIM").id, "2016-05", actor=None)
    months = {m.month: m for m in list_months(session, operation)}
    assert len(months) == 13
    assert next(iter(months)) == "2017-01", "newest first"
    may = months["2016-05"]
    assert (may.rows, may.organisations, may.nil_reports, may.locked) == (4, 2, 1, False)
    assert may.due == dt.date(2016, 6, 10)
    assert (months["2016-04"].rows, months["2016-04"].organisations) == (0, 0)
    assert not months["2017-01"].in_plan
    assert months["2016-12"].due == dt.date(2017, 1, 10)


def test_a_due_day_that_a_month_lacks_is_its_last_day(operation: Operation) -> None:
    operation.due_day = 31
    assert due_date(operation, "2016-01") == dt.date(2016, 2, 29)
    assert due_date(operation, "2016-12") == dt.date(2017, 1, 31)


def test_locking_is_said_once_and_can_be_undone(session: orm.Session, operation: Operation) -> None:
    before = operation.revision
    assert lock_month(session, operation, "2016-05", actor=None)
    assert not lock_month(session, operation, "2016-05", actor=None)
    assert next(m for m in list_months(session, operation) if m.month == "2016-05").locked
    agency = get_agency(session, operation, "ONG-A").id
    with pytest.raises(Refusal):
        record_versions(session, operation, [Change(agency, dict(ROW))], actor=None)
    assert unlock_month(session, operation, "2016-05", actor=None)
    assert not unlock_month(session, operation, "2016-05", actor=None)
    record_versions(session, operation, [Change(agency, dict(ROW))], actor=None)
    session.refresh(operation)
    assert operation.revision > before + 1, "pages made before are old"
    said = [e.action for e in events(session, operation, subject="period", subject_id="2016-05")]
    assert said == ["period.opened", "period.locked"]


@pytest.mark.parametrize("month", ["2017-01", "2016-13", "nonsense", ""])
def test_a_month_outside_the_plan_is_not_there(
    session: orm.Session, operation: Operation, month: str
) -> None:
    agency = get_agency(session, operation, "ONG-A").id
    for write in (
        lambda: lock_month(session, operation, month, actor=None),
        lambda: unlock_month(session, operation, month, actor=None),
        lambda: set_due_date(session, operation, month, dt.date(2020, 1, 1), actor=None),
        lambda: report_nothing(session, operation, agency, month, actor=None),
        lambda: take_back(session, operation, agency, month, actor=None),
    ):
        with pytest.raises(NotFound):
            write()


def test_a_due_date_is_set_and_taken_back(session: orm.Session, operation: Operation) -> None:
    def may() -> Any:
        return next(m for m in list_months(session, operation) if m.month == "2016-05")

    set_due_date(session, operation, "2016-05", dt.date(2016, 6, 20), actor=None)
    assert (may().due, may().due_is_set) == (dt.date(2016, 6, 20), True)
    with pytest.raises(Refusal):
        set_due_date(session, operation, "2016-05", dt.date(2016, 5, 31), actor=None)
    set_due_date(session, operation, "2016-05", None, actor=None)
    assert (may().due, may().due_is_set) == (dt.date(2016, 6, 10), False)


def test_a_nil_report_is_recorded_once_and_taken_back(session: orm.Session, operation: Operation) -> None:
    agency = get_agency(session, operation, "ONG-A").id
    assert report_nothing(session, operation, agency, "2016-05", actor=None, on_behalf=True)
    assert not report_nothing(session, operation, agency, "2016-05", actor=None)
    (report,) = nil_reports(session, operation, "2016-05")
    assert (report.organisation_id, report.acronym, report.author) == (agency, "ONG-A", None)
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == "nil_report")).one()
    assert event.details == {"on_behalf": True}
    assert take_back(session, operation, agency, "2016-05", actor=None)
    assert not take_back(session, operation, agency, "2016-05", actor=None)
    assert nil_reports(session, operation, "2016-05") == []


def test_a_nil_report_does_not_stand_beside_rows_nor_in_a_locked_month(
    session: orm.Session, operation: Operation
) -> None:
    agency = get_agency(session, operation, "ONG-A").id
    record_versions(session, operation, [Change(agency, dict(ROW))], actor=None)
    with pytest.raises(Refusal) as refused:
        report_nothing(session, operation, agency, "2016-05", actor=None)
    assert refused.value.code == "nil_report.has_rows"
    report_nothing(session, operation, agency, "2016-04", actor=None)
    lock_month(session, operation, "2016-04", actor=None)
    lock_month(session, operation, "2016-03", actor=None)
    for write in (
        lambda: report_nothing(session, operation, agency, "2016-03", actor=None),
        lambda: take_back(session, operation, agency, "2016-04", actor=None),
    ):
        with pytest.raises(Refusal) as refused:
            write()
        assert refused.value.code == "period.locked"
    with pytest.raises(NotFound):
        report_nothing(session, operation, 999_999, "2016-06", actor=None)


# --- pages --------------------------------------------------------------------------------------------


def test_the_months_are_locked_and_opened_on_their_page(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {}, {})
    client = client_for("information_manager")
    page = _page(client.get("/test-2016/mois"))
    assert "12 months are open" in page
    assert "1 of 4" in page
    locked = _page(client.post("/test-2016/mois/2016-05/verrouiller", follow_redirects=True))
    assert "May 2016 is locked" in locked
    assert "11 months are open, 1 is locked" in locked
    assert "Awa information_manager" in locked
    opened = _page(client.post("/test-2016/mois/2016-05/ouvrir", follow_redirects=True))
    assert "12 months are open" in opened
    assert client.post("/test-2016/mois/2031-05/verrouiller").status_code == 404


def test_a_due_date_is_changed_on_the_page(client_for: Any) -> None:
    client = client_for("administrator")
    address = "/test-2016/mois/2016-05/echeance"
    assert "20 June 2016" in _page(client.post(address, data={"due": "2016-06-20"}, follow_redirects=True))
    assert client.post(address, data={"due": "soon"}).status_code == 400
    assert client.post(address, data={"due": "2016-05-01"}).status_code == 400
    assert "10 June 2016" in _page(client.post(address, data={"due": ""}, follow_redirects=True))


def test_a_partner_says_that_it_did_nothing_for_itself_only(app: Any, client_for: Any) -> None:
    other = str(agency_id(app, "ONG-B"))
    client = client_for("partner", "ONG-A")
    page = _page(client.get("/test-2016/?mois=2016-05"))
    assert "We did nothing in May 2016" in page
    answer = client.post("/test-2016/mois/2016-05/neant", data={"org": other}, follow_redirects=True)
    assert "Your nil report for May 2016 is here" in _page(answer)
    with app.app_context():
        assert list(db.session.scalars(sa.select(NilReport.organisation_id))) == [agency_id(app, "ONG-A")]
    back = client.post("/test-2016/mois/2016-05/neant/reprendre", data={"org": other}, follow_redirects=True)
    assert "Your nil report" not in _page(back)
    assert client_for("coordinator").post("/test-2016/mois/2016-05/neant").status_code == 403


def test_a_nil_report_on_behalf_is_marked_with_who_wrote_it(app: Any, client_for: Any) -> None:
    client = client_for("information_manager")
    data = {"org": str(agency_id(app, "ONG-B"))}
    page = _page(client.post("/test-2016/mois/2016-05/neant", data=data, follow_redirects=True))
    assert "take back · ONG-B" in re.sub("<[^>]*>", "", page)
    assert "Awa information_manager" in page
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == "nil_report")).one()
        assert event.details == {"on_behalf": True}
    assert client.post("/test-2016/mois/2016-05/neant", data={}).status_code == 400
