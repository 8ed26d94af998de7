"""What the check says, to everybody; the information manager makes it louder, softer or silent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.intake.findings import WORDS
from cluster4w.intake.judging.catalogue import bounds, catalogue, get_entry
from cluster4w.intake.submit import receive, run_check, submit
from cluster4w.models import Operation
from cluster4w.record.operations.rules import set_bounds, set_severity
from cluster4w.record.queries.operations import get_operation, template_of
from cluster4w.record.queries.rules import rule_changes, said_since
from cluster4w.template.declaration import shipped
from cluster4w.template.language import translator
from cluster4w.template.problems import NotFound, Refusal
from cluster4w.template.rules import NEVER_SILENT, Severity
from tests.books import ROW, book, row
from tests.checks import checked, codes
from tests.pages import parse, text_of

E, W = Severity.ERROR, Severity.WARNING
PAGE = "/test-2016/regles"


def _operation(app: Flask) -> Operation:
    return get_operation(db.session, "test-2016")


# --- what there is ----------------------------------------------------------------------------


def test_every_finding_has_a_title_a_sentence_and_a_reason_in_both_languages() -> None:
    entries = catalogue(shipped(), {})
    # Gazetteers and tables of needs are loaded by managers: what is said of them is no rule for partners.
    others = ("check.", "areas.", "needs.")
    assert {e.code for e in entries} == {c for c in WORDS if not c.startswith(others)}
    french, english = translator("fr"), translator("en")
    for entry in entries:
        for words in (entry.title, entry.example, lambda t, e=entry: t(e.why), lambda t, e=entry: t(e.fixed)):
            assert "%(" not in words(english), entry.code
            assert not words(english) or words(english) != words(french), (entry.code, words(english))
        assert entry.example(english).endswith((".", "”")), entry.code
        assert entry.why, entry.code


def test_only_what_keeps_no_row_out_of_the_record_can_be_changed() -> None:
    entries = {e.code: e for e in catalogue(shipped(), {})}
    declared = {r.code for r in shipped().rules}
    fixed = {code for code, e in entries.items() if e.fixed}
    assert fixed == {code for code, e in entries.items() if e.default is E} - declared
    assert {
        "area.unknown", "number.unreadable", "date.unreadable", "period.locked", "organisation.not_yours",
        "cell.missing", "column.missing", "row.id_not_yours", "choice.unknown",
    } <= fixed  # fmt: skip
    assert not fixed & declared
    assert {"people.parts_above_total", "reached.missing", "figures.unlike_history"}.isdisjoint(fixed)
    assert entries.keys() >= NEVER_SILENT
    assert all(not entries[code].may_be_off for code in NEVER_SILENT)


def test_a_rule_of_the_operation_s_own_is_listed_and_one_it_dropped_is_not(
    session: orm.Session, operation: Operation
) -> None:
    own = {"code": "our.rule", "check": "between", "severity": "info", "a": "households_reached",
           "low": 1, "high": 5}  # fmt: skip
    kept = [r for r in operation.template["rules"] if r["code"] != "households.size"]
    operation.template = {**operation.template, "rules": [*kept, own]}
    template = template_of(operation)
    entries = {e.code: e for e in catalogue(template, {"our.rule": "off"})}
    assert "households.size" not in entries
    assert (entries["our.rule"].default, entries["our.rule"].severity) == ("info", None)
    assert entries["our.rule"].title(translator("en")) == "Unusual figure"
    with pytest.raises(NotFound):
        get_entry(template, {}, "households.size")


# --- severities -------------------------------------------------------------------------------


def test_a_changed_severity_holds_from_the_next_check_and_is_written_down(
    session: orm.Session, operation: Operation
) -> None:
    odd = book(row(Individus=60))
    for severity, expected in (
        ("error", "with_errors"),
        ("info", "clean"),
        ("off", "clean"),
        (None, "with_warnings"),
    ):
        revision = operation.revision
        assert set_severity(
            session, operation, "households.size", severity, default=W, note="why", actor=None
        )
        session.refresh(operation)
        assert operation.revision == revision + 1
        check = checked(session, operation, odd)
        assert check.rows[0].state == expected
        assert [f.severity for f in check.findings if f.code == "households.size"] == (
            [] if severity == "off" else [severity or "warning"]
        )
    assert operation.severities == {}, "the product's own needs no entry"
    assert not set_severity(session, operation, "households.size", "warning", default=W, actor=None)
    latest, *earlier = rule_changes(session, operation, "households.size")
    assert (latest.action, latest.details["before"], latest.details["after"]) == (
        "rule.severity_set",
        "off",
        "warning",
    )
    assert latest.details["note"] == "why"
    assert len(earlier) == 3


def test_what_says_that_a_row_cannot_be_recorded_stays_an_error_whatever_is_stored(
    session: orm.Session, operation: Operation
) -> None:
    for code, severity, default, refused in (
        ("area.unknown", "warning", E, "rule.fixed"),
        ("number.unreadable", "off", E, "rule.fixed"),
        ("period.locked", "info", E, "rule.fixed"),
        ("rows.skipped", "off", Severity.INFO, "rule.never_silent"),
        ("households.size", "loud", W, "rule.severity"),
    ):
        with pytest.raises(Refusal) as raised:
            set_severity(session, operation, code, severity, default=default, actor=None)
        assert raised.value.code == refused
    assert operation.severities in (None, {})
    # Even when it stands in the database.
    operation.severities = {"number.unreadable": "off", "households.size": "off"}
    check = checked(session, operation, book(row(Ménages="douze"), row(Individus=60)))
    assert codes(check) == ["number.unreadable"]
    assert [r.state for r in check.rows] == ["with_errors", "clean"]


def test_a_file_that_waits_is_checked_again_before_it_is_recorded(
    session: orm.Session, operation: Operation
) -> None:
    submission = receive(
        session,
        operation,
        book(ROW, row(Commune="Bankass", Individus=60)),
        "a.xlsx",
        agency=None,
        month=None,
        actor=None,
    )
    session.flush()
    run_check(session, submission.id)
    assert submission.report["rows"]["with_warnings"] == 1
    set_severity(session, operation, "households.size", "error", default=W, actor=None)
    counts = submit(session, submission, actor=None)
    assert (counts["new"], counts["with_errors"]) == (1, 1)


# --- bounds -----------------------------------------------------------------------------------


def test_bounds_are_the_operation_s_own_and_hold_for_all_rules_of_their_kind(
    session: orm.Session, operation: Operation
) -> None:
    (size,) = bounds(template_of(operation), "households.size")
    assert (size.low, size.high) == (3, 12)
    assert set_bounds(session, operation, "households.size", size.place, 2, 20, note="Nomads", actor=None)
    session.refresh(operation)
    template = template_of(operation)
    assert {(r.low, r.high) for r in template.rules if r.code == "households.size"} == {(2, 20)}
    assert (operation.template_version, template.version) == (2, 2)
    assert codes(checked(session, operation, book(row(Individus=2280)))) == []
    assert codes(checked(session, operation, book(row(Individus=120)))) == ["households.size"]
    assert (shipped().rules, shipped().version) != (template.rules, 2), "the product's own stays"
    assert not set_bounds(session, operation, "households.size", size.place, 2, 20, actor=None)
    (event,) = rule_changes(session, operation, "households.size")
    assert (event.details["before"], event.details["after"], event.details["note"]) == (
        {"low": 3, "high": 12}, {"low": 2, "high": 20}, "Nomads",
    )  # fmt: skip
    # One currency is not another; one to one is no range.
    money = bounds(template, "cash.value_unusual")
    assert [b.only["currency"] for b in money] == [("XOF",), ("USD",), ("EUR",)]
    set_bounds(session, operation, "cash.value_unusual", money[1].place, 10, 500, actor=None)
    session.refresh(operation)
    assert [b.high for b in bounds(template_of(operation), "cash.value_unusual")] == [1500000, 500, 2500]
    assert bounds(template, "quantity.not_households") == bounds(template, "people.sex_sum") == []


def test_bounds_that_cannot_be_are_refused(session: orm.Session, operation: Operation) -> None:
    (size,) = bounds(template_of(operation), "households.size")
    for low, high in ((12, 3), (3, 3), (-1, 3), (3, float("inf")), (float("nan"), 3), (3, 1e12)):
        with pytest.raises(Refusal) as raised:
            set_bounds(session, operation, "households.size", size.place, low, high, actor=None)
        assert raised.value.code == "rule.bounds"
    for code, place in (("households.size", 0), ("households.size", 9999), ("people.sex_sum", size.place)):
        with pytest.raises(NotFound):
            set_bounds(session, operation, code, place, 2, 20, actor=None)
    assert operation.template_version == 1


# --- the page ---------------------------------------------------------------------------------


def _texts(response: Any) -> str:
    return text_of(parse(response.get_data(as_text=True)).find(".//main"))


def test_everybody_reads_the_rules_and_managers_change_them(app: Any, client_for: Any) -> None:
    for role in ("viewer", "partner", "coordinator"):
        page = client_for(role).get(PAGE)
        assert page.status_code == 200
        assert "Unusual household size" in _texts(page)
        one = client_for(role).get(f"{PAGE}/households.size")
        assert "3 to 12" in _texts(one)
        assert b'<form method="post" action="/test-2016/regles' not in one.data
        assert (
            client_for(role).post(f"{PAGE}/households.size/gravite", data={"severity": "off"}).status_code
            == 403
        )
    manager = client_for("information_manager")
    manager.post("/langue/fr")
    assert "Taille de ménage inhabituelle" in _texts(manager.get(PAGE)), (
        "in French it is longest: see the lint"
    )
    manager.post("/langue/en")
    sent = manager.post(f"{PAGE}/households.size/gravite", data={"severity": "error", "note": "IMWG, 3 May"})
    assert (sent.status_code, sent.location) == (303, f"{PAGE}/households.size")
    page = _texts(manager.get(f"{PAGE}/households.size"))
    assert "warning → error. Awa information_manager" in page
    assert "IMWG, 3 May" in page
    assert "instead of warning" in _texts(manager.get(PAGE))
    sent = manager.post(
        f"{PAGE}/households.size/bornes", data={"place": _place(app), "low": "2,5", "high": "1 000"}
    )
    assert sent.status_code == 303
    assert "3 to 12 → 2.5 to 1000" in _texts(client_for("partner").get(f"{PAGE}/households.size"))
    manager.post(f"{PAGE}/households.size/gravite", data={"severity": "default"})
    with app.app_context():
        assert _operation(app).severities == {}


def _place(app: Any) -> int:
    with app.app_context():
        return bounds(template_of(_operation(app)), "households.size")[0].place


def test_what_cannot_be_is_answered_in_words_and_changes_nothing(app: Any, client_for: Any) -> None:
    manager = client_for("information_manager")
    place = _place(app)
    for address, data, words in (
        ("area.unknown/gravite", {"severity": "off"}, "its severity cannot be changed"),
        ("rows.skipped/gravite", {"severity": "off"}, "cannot be switched off"),
        ("households.size/gravite", {"severity": "loud"}, "is no severity"),
        ("households.size/gravite", {}, "is no severity"),
        ("households.size/bornes", {"place": place, "low": "x", "high": "3"}, "as numbers"),
        ("households.size/bornes", {"place": place, "low": "9", "high": "3"}, "lower bound"),
    ):
        response = manager.post(f"{PAGE}/{address}", data=data)
        assert response.status_code == 422, address
        assert words in _texts(response)
    assert "cannot be recorded" in _texts(manager.get(f"{PAGE}/area.unknown"))
    assert "Change the severity for this operation" not in _texts(manager.get(f"{PAGE}/area.unknown"))
    assert manager.get(f"{PAGE}/no.such").status_code == 404
    assert manager.post(f"{PAGE}/no.such/gravite", data={"severity": "off"}).status_code == 404
    with app.app_context():
        assert (_operation(app).severities, _operation(app).template_version) == ({}, 1)


def test_the_page_counts_what_was_said_in_files_that_were_not_put_away(
    session: orm.Session, operation: Operation
) -> None:
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=90)
    for state in ("checked", "discarded"):
        data = book(row(Individus=60), row(Commune="Bankass", Individus=9))
        submission = receive(session, operation, data, "a.xlsx", agency=None, month=None, actor=None)
        session.flush()
        run_check(session, submission.id)
        submission.state = state
        session.flush()
    assert said_since(session, operation, since)["households.size"] == (2, 1)
    assert said_since(session, operation, dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) == {}


def test_the_check_page_leads_to_the_rule(app: Any, client_for: Any) -> None:
    import io

    client = client_for("partner", "ONG-A")
    mine = row(Acronyme="ONG-A", **{"Nom Organisation": "", "Type Organisation": ""}, Individus=60)
    sent = client.post("/test-2016/envoyer", data={"file": (io.BytesIO(book(mine)), "a.xlsx"), "month": ""})
    page = client.get(sent.location).get_data(as_text=True)
    assert 'href="/test-2016/regles/households.size"' in page
    assert 'href="/test-2016/regles"' in client.get("/test-2016/envoyer").get_data(as_text=True)


# --- the command line -------------------------------------------------------------------------


def test_the_command_line_lists_and_sets(cli: Any) -> None:
    import json

    listed = json.loads(cli("rules", "list", "--operation", "test-2016", "--json", "--lang", "en").stdout)
    size = next(e for e in listed if e["code"] == "households.size")
    assert (size["severity"], size["own"], size["can_change"], size["group"]) == (
        "warning",
        "warning",
        True,
        "rules",
    )
    done = cli("rules", "set", "households.size", "off", "--operation", "test-2016", "--note", "x")
    assert (done.exit_code, done.stdout) == (0, "households.size: off\n")
    table = cli("rules", "list", "--operation", "test-2016").stdout
    assert any(line.split()[:3] == ["households.size", "rules", "off"] for line in table.splitlines())
    for arguments in (("area.unknown", "off"), ("no.such", "off")):
        refused = cli("rules", "set", *arguments, "--operation", "test-2016", "--lang", "en")
        assert refused.exit_code == 2
    assert cli("rules", "set", "households.size", "loud", "--operation", "test-2016").exit_code == 2
    assert cli("rules", "set", "households.size", "default", "--operation", "test-2016").stdout.endswith(
        "warning\n"
    )
