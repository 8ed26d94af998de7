"""The record's own pages as of a day or a release: what they show, to whom, and that they are read only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.models import Activity, NilReport, Operation
from cluster4w.models.engine import writing
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.corrections import change_activity, restore_version, withdraw_activity
from cluster4w.record.operations.nil_reports import report_nothing
from cluster4w.record.queries.activities import (
    Filter,
    Order,
    Scope,
    list_activities,
    months_with_rows,
    organisations_with_rows,
    rows_by_month,
    totals,
    versions,
)
from cluster4w.record.queries.months import list_months, nil_reports
from cluster4w.record.queries.operations import get_operation
from cluster4w.record.queries.organisations import get_agency
from tests.pages import parse, text_of
from tests.record_rows import ROW, add_rows, agency_id
from tests.test_as_of_pages import TODAY, state
from tests.test_gap_page import load_targets

HOME, LIST, EXPORTS, NEEDS = (f"/test-2016/{page}" for page in ("", "activites", "exports", "besoins"))
MAY = "publication=2016-05.1"
INSIDERS = ("partner", "coordinator", "information_manager", "administrator")


# --- queries ------------------------------------------------------------------------------------------


@pytest.fixture
def moments(session: orm.Session, operation: Operation) -> list[dt.datetime]:
    """A record that changes in every way; the moments after each change, and one before all of them."""
    a, b = (get_agency(session, operation, acronym).id for acronym in ("ONG-A", "ONG-B"))
    tent = {"sub_sector": "shelter", "activity_type": "tent", "period": "2016-04"}
    uids: list[str] = []

    def record(organisation: int, **changes: Any) -> Callable[[], Any]:
        change = Change(organisation, ROW | changes)
        return lambda: uids.extend(record_versions(session, operation, [change], actor=None))

    def change(number: int, base: int, organisation: int, **changes: Any) -> Callable[[], Any]:
        return lambda: change_activity(
            session, operation, uids[number], base=base, organisation_id=organisation,
            values=ROW | changes, actor=None,
        )  # fmt: skip

    steps: list[Callable[[], Any]] = [
        record(a),
        record(a, period="2016-06"),
        record(b, **tent),
        change(0, 1, a, households_reached=130),
        lambda: withdraw_activity(session, operation, uids[1], base=1, actor=None),
        change(2, 1, a, **tent),
        change(0, 2, b, households_reached=131),
        lambda: restore_version(session, operation, uids[1], 1, base=2, actor=None),
    ]
    found = [dt.datetime.now(dt.UTC)]
    for step in steps:
        step()
        session.commit()
        found.append(dt.datetime.now(dt.UTC))
    return found


def test_rows_as_of_a_moment_are_the_versions_that_held_then(
    session: orm.Session, operation: Operation, moments: list[dt.datetime]
) -> None:
    every = list(session.scalars(sa.select(Activity).order_by(Activity.version.desc())))
    owner = {v.uid: v.organisation_id for v in every if v.superseded_at is None}
    a, b = (get_agency(session, operation, acronym).id for acronym in ("ONG-A", "ONG-B"))
    seen_by_a = []
    for moment in moments:
        then = [
            v
            for v in every
            if v.recorded_at <= moment and (v.superseded_at is None or v.superseded_at > moment)
        ]
        months: dict[str | None, set[int]] = {}
        for v in then:
            if not v.withdrawn:
                months.setdefault(v.period, set()).add(v.organisation_id)
        by_month = rows_by_month(session, operation, as_of=moment)
        assert {m: held.organisations for m, held in by_month.items()} == {
            m: len(organisations) for m, organisations in months.items()
        }
        listed = {m.month: m.rows for m in list_months(session, operation, as_of=moment) if m.rows}
        assert listed == {m: held.rows for m, held in by_month.items()}
        for mine in (None, a, b, 0):
            scope = Scope(everybody=True) if mine is None else Scope(organisation_id=mine or None)
            # Rows of one organisation: its own then, and its own still.
            may_see = [v for v in then if mine is None or v.organisation_id == owner[v.uid] == mine]
            for withdrawn in (False, True):
                expected = [v for v in may_see if v.withdrawn == withdrawn]
                wanted = Filter(withdrawn=withdrawn)
                rows = list_activities(session, operation, scope, wanted, order=Order(), as_of=moment)
                assert {(r.uid, r.households_reached) for r in rows} == {
                    (v.uid, v.households_reached) for v in expected
                }
                sums = totals(session, operation, scope, wanted, as_of=moment)
                assert sum(t.rows for t in sums) == len(expected)
                assert sum(t.households_reached or 0 for t in sums) == sum(
                    v.households_reached or 0 for v in expected
                )
            counting = [v for v in may_see if not v.withdrawn]
            assert months_with_rows(session, operation, scope, as_of=moment) == sorted(
                {v.period or "" for v in counting}
            )
            assert {g.id for g in organisations_with_rows(session, operation, scope, as_of=moment)} == {
                v.organisation_id for v in counting
            }
            for uid in owner:
                history = versions(session, operation, scope, uid, as_of=moment)
                visible = any(v.uid == uid for v in may_see)
                until = [v.version for v in every if v.uid == uid and v.recorded_at <= moment]
                assert [v.number for v in history] == (until if visible else [])
            if mine == a:
                seen_by_a.append(len(may_see))
    # The tent came from ONG-B and the first row went there: neither is ONG-A's at both moments until it came.
    assert seen_by_a == [0, 0, 1, 1, 1, 1, 2, 2, 2]


def test_nil_reports_are_those_of_the_moment(session: orm.Session, operation: Operation) -> None:
    before = dt.datetime.now(dt.UTC)
    report_nothing(session, operation, get_agency(session, operation, "OIM").id, "2016-05", actor=None)
    session.commit()

    def known(moment: dt.datetime | None) -> tuple[list[str], int]:
        month = next(m for m in list_months(session, operation, as_of=moment) if m.month == "2016-05")
        return [
            n.acronym for n in nil_reports(session, operation, "2016-05", as_of=moment)
        ], month.nil_reports

    assert known(before) == ([], 0)
    assert known(dt.datetime.now(dt.UTC)) == known(None) == (["OIM"], 1)


# --- pages --------------------------------------------------------------------------------------------


@pytest.fixture
def uids(app: Any, client_for: Any) -> dict[str, str]:
    """Row ids: May was published when it said 100 and ONG-B's 40; now it says 130, and 7 came in June.

    ``given`` was ONG-B's when May was published, and is ONG-A's now.
    """
    (changed,) = add_rows(app, "ONG-A", {"first_time_assisted": True})
    other, given = add_rows(
        app,
        "ONG-B",
        {"households_reached": 40, "first_time_assisted": True, "site_name": "Camp Beta"},
        {"households_reached": 5, "first_time_assisted": True, "site_name": "Camp Given"},
    )
    load_targets(app)
    manager = client_for("information_manager")
    manager.post("/test-2016/mois/2016-05/publier", data={"note": "As agreed"})
    manager.post("/test-2016/mois/2016-05/ouvrir")
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        a = get_agency(db.session, operation, "ONG-A").id
        now: dict[str, Any] = ROW | {"first_time_assisted": True}
        for uid, reached, site in ((changed, 130, "Camp Alpha"), (given, 6, "Camp Taken")):
            values = now | {"households_reached": reached, "site_name": site}
            change_activity(db.session, operation, uid, base=1, organisation_id=a, values=values, actor=None)
        db.session.commit()
    new, _ = add_rows(
        app,
        "ONG-A",
        {"households_reached": 7, "period": "2016-06"},
        {"period": "2016-06", "status": "planned"},
    )
    return {"changed": changed, "other": other, "given": given, "new": new}


def _page(response: Any) -> str:
    return " ".join(unescape(response.get_data(as_text=True)).split())


def _main(response: Any) -> Any:
    return parse(response.text).find(".//main")


def _acts(response: Any) -> list[str]:
    """Return what a page lets people do: forms that write, and links to forms and uploads."""
    main = _main(response)
    forms = [f.get("action") or "" for f in main.iter("form") if (f.get("method") or "").lower() == "post"]
    addresses = [a.get("href") or "" for a in main.iter("a")]
    ways = re.compile(r"/(modifier|nouvelle|envoyer|modele\.xlsx|doubles|envois/\d+)\b")
    return forms + [address for address in addresses if ways.search(address)]


def _links(response: Any) -> list[str]:
    return [a.get("href") or "" for a in _main(response).iter("a")]


@pytest.mark.usefixtures("uids")
def test_every_page_of_the_record_says_its_moment_keeps_it_and_changes_nothing(
    client_for: Any, uids: dict[str, str]
) -> None:
    (one,) = (f"{LIST}/{uids['changed']}",)
    pages = {HOME: None, LIST: "viewer", f"{LIST}?mois=2016-05&q=bara": "viewer", one: "viewer", EXPORTS: "x"}
    for role in ("viewer", *INSIDERS):
        client = client_for(role)
        for page, closed in pages.items():
            address = f"{page}{'&' if '?' in page else '?'}{MAY}"
            then = client.get(address)
            if closed == role or (closed == "x" and role in ("viewer", "partner")):
                assert then.status_code == 403, (role, page)
                continue
            assert then.status_code == 200, (role, page)
            assert state(then).startswith("Release of May 2016, no. 1, of "), (role, page)
            assert "Note: As agreed" in then.text
            empty = [a for a in _acts(then) if "modele.xlsx" in a] if page == EXPORTS else []
            assert _acts(then) == empty, (role, page)
            told = "Nothing can be sent, entered or corrected in a past state of the record."
            can_act = (role in INSIDERS and page == HOME) or role not in ("viewer", "coordinator")
            assert (told in _page(then)) == (can_act and page != EXPORTS), (role, page)
            # Links keep it, but for those that lead back to now and to the empty workbook.
            back = {a.get("href") for a in _main(then).iter("a") if text_of(a) == "Back to now"}
            assert len(back) == 1
            leaves = {*back, *empty, "#legende"}
            assert [a for a in _links(then) if a not in leaves and MAY not in a] == [], (role, page)
            for form in _main(then).iter("form"):
                names = {e.get("name") for tag in ("input", "select") for e in form.iter(tag)}
                assert names & {"etat", "publication"}, (role, page)
            now = client.get(back.pop())
            assert now.status_code == 200
            assert state(now) == ""
            assert not [a for a in _links(now) if "publication=" in a or "etat=" in a]
            # A browser that has the page of now is not told that it is the one of then.
            assert client.get(address, headers={"If-None-Match": now.headers["ETag"]}).status_code == 200


def test_the_list_and_an_activity_show_what_the_record_held_then(
    app: Any, client_for: Any, uids: dict[str, str]
) -> None:
    client = client_for("coordinator")
    now, then = client.get(LIST), client.get(f"{LIST}?{MAY}")
    assert "5 activities in the record" in _page(now)
    assert "3 activities in the record" in _page(then)
    assert "Camp Alpha" in now.text
    assert "Camp Alpha" not in then.text
    assert "Camp Given" in then.text
    (sums,) = [t for t in _main(then).iter("table") if t.get("class") == "sums"]
    assert [text_of(cell) for cell in sums.iter("td")][:3] == ["3", "360", "145"]
    months = [
        o.get("value") for o in _main(then).iter("option") if (o.get("value") or "").startswith("2016-")
    ]
    assert months == ["2016-05.1", "2016-05"], "June had no row; the release can be asked"
    assert "Camp Given" in client.get(f"{LIST}?{MAY}&q=given").text
    assert "No activity is like that" in client.get(f"{LIST}?{MAY}&q=taken").text
    # What is asked for stands in the form although the record held nothing of it then.
    hcr = str(agency_id(app, "HCR"))
    none = client.get(f"{LIST}?{MAY}&mois=2016-06&org={hcr}")
    assert "No activity is like that" in none.text
    chosen = [o.get("value") for o in _main(none).iter("option") if o.get("selected") is not None]
    assert chosen == ["2016-05.1", "2016-06", hcr]
    # The month is narrowed to, not counted up to: another release keeps it.
    narrowed = client.get(f"{LIST}?mois=2016-05&etat={TODAY}")
    forms = [f for f in _main(narrowed).iter("form") if any(s.get("name") == "publication" for s in f.iter())]
    assert [i.get("value") for i in forms[0].iter("input") if i.get("name") == "mois"] == ["2016-05"]
    download = next(a for a in _links(narrowed) if "registre.xlsx" in a)
    assert f"etat={TODAY}" in download
    # One activity: the figure of then, and no later version.
    address = f"{LIST}/{uids['changed']}"
    assert "<dd>130</dd>" in client.get(address).text
    one = client.get(f"{address}?{MAY}")
    assert "<dd>100</dd>" in one.text
    assert "130" not in _page(one).split("<main")[1]
    assert "version of that moment" in one.text
    assert "current version" not in one.text
    # What was not there yet is shown as it stands now, and the page says why.
    missing = client.get(f"{LIST}/{uids['new']}?{MAY}")
    assert missing.status_code == 400
    assert "This activity was first recorded on" in missing.text
    assert state(missing) == ""
    assert client.get(f"{LIST}/NOBODY?{MAY}").status_code == 404
    for wrong, words in (
        ("etat=2999-01-01", "still to come"),
        ("publication=2016-01", "There is no release"),
    ):
        for page in (HOME, LIST, address, EXPORTS):
            refused = client.get(f"{page}?{wrong}")
            assert refused.status_code == 400, page
            assert words in refused.text
            assert state(refused) == ""


def test_a_partner_sees_of_no_moment_what_is_another_s(
    app: Any, client_for: Any, uids: dict[str, str]
) -> None:
    a, b = client_for("partner", "ONG-A"), client_for("partner", "ONG-B")
    for asked in (MAY, f"etat={TODAY}", f"{MAY}&org={agency_id(app, 'ONG-B')}", f"{MAY}&q=camp"):
        page = _page(a.get(f"{LIST}?{asked}"))
        for word in ("Camp Beta", "Camp Given", uids["other"], "Bâtir", "ONG-B"):
            assert word not in page, (asked, word)
    assert uids["changed"] in a.get(f"{LIST}?{MAY}").text
    # What was given away since is its new owner's, whose it was not then.
    theirs = b.get(f"{LIST}?{MAY}").text
    assert "Camp Beta" in theirs
    assert uids["given"] not in theirs
    for client, name, status in (
        (a, "other", 404),
        (b, "given", 404),
        (b, "changed", 404),
        (a, "given", 400),
    ):
        for asked in (MAY, "etat=2016-02-01"):
            assert client.get(f"{LIST}/{uids[name]}?{asked}").status_code == status, (name, asked)
    refused = a.get(f"{LIST}/{uids['given']}?{MAY}")
    assert "At that moment this activity was not one of your organisation’s." in refused.text
    assert "Camp Taken" in refused.text, "its history is its owner's today"
    # The same holds for the plans past their end date, which partners may read too.
    (plan,) = add_rows(app, "ONG-B", {"period": "2016-03", "status": "planned"})
    client_for("information_manager").post("/test-2016/mois/2016-04/publier")
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        mine = get_agency(db.session, operation, "ONG-A").id
        values = ROW | {"period": "2016-03", "status": "planned"}
        change_activity(db.session, operation, plan, base=1, organisation_id=mine, values=values, actor=None)
        db.session.commit()
    late = "/test-2016/listes/plans-en-retard?sous_secteur=nfi"
    for client, then, now in ((client_for("coordinator"), True, True), (a, False, True), (b, False, False)):
        for asked, seen in (("publication=2016-04.1", then), (f"etat={TODAY}", now), ("", now)):
            assert (plan in client.get(f"{late}&{asked}").text) == seen, asked
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        withdraw_activity(db.session, operation, uids["changed"], base=2, actor=None)
        db.session.commit()
    assert uids["changed"] in a.get(f"{LIST}?{MAY}").text, "withdrawn now, and its own then"
    assert uids["changed"] not in a.get(f"{LIST}?etat={TODAY}").text
    assert "was withdrawn then" in a.get(f"{LIST}/{uids['changed']}?etat={TODAY}").text
    assert "was withdrawn then" not in a.get(f"{LIST}/{uids['changed']}?{MAY}").text


@pytest.mark.usefixtures("uids")
def test_the_dashboard_shows_the_figures_and_reports_of_then(app: Any, client_for: Any) -> None:
    manager = client_for("information_manager")
    manager.post("/test-2016/mois/2016-05/neant", data={"org": str(agency_id(app, "OIM"))})

    def nfi(page: Any) -> list[str]:
        section = next(s for s in _main(page).iter("section") if text_of(s.find("h2")).startswith("NFI"))
        return [text_of(d) for d in section.iter("dd")][:3]

    def title(page: Any) -> str:
        return text_of(_main(page).find("h1"))

    then, now = manager.get(f"{HOME}?{MAY}"), manager.get(f"{HOME}?mois=2016-05")
    assert title(now) == "May 2016: 3 organisations of 4 have reported"
    assert title(then) == "May 2016: 2 organisations of 4 have reported"
    assert (nfi(then)[2], nfi(now)[2]) == ("145", "176")
    assert "To do" in now.text
    assert "To do" not in then.text
    assert "record a nil report" not in then.text
    assert "<svg" in then.text
    assert nfi(client_for("viewer").get(f"{HOME}?{MAY}")) == nfi(then)
    reader = _page(client_for("viewer").get(f"{HOME}?{MAY}"))
    assert not [name for name in ("ONG-A", "ONG-B", "Camp", "/activites") if name in reader]
    own = client_for("partner", "ONG-B").get(f"{HOME}?{MAY}")
    assert title(own) == "Your report for May 2016 is here: 2 activities"
    assert "NFI: 45 households reached this month" in _page(own)
    assert "ONG-A" not in _page(own)
    # A release is shown up to its own month, whatever month has the last rows.
    manager.post("/test-2016/mois/2016-03/publier")
    assert title(manager.get(f"{HOME}?publication=2016-03")).startswith("March 2016: ")
    assert title(manager.get(f"{HOME}?publication=2016-03&mois=2016-06")).startswith("June 2016: ")
    # Of days long past: the month that was to be reported then, by what was known then.
    day = dt.datetime(2016, 5, 5, 12, tzinfo=dt.UTC)
    (early,) = add_rows(app, "HCR", {"period": "2016-04"})
    with app.app_context(), writing():
        db.session.execute(sa.update(Activity).where(Activity.uid == early).values(recorded_at=day))
        db.session.execute(sa.update(NilReport).values(created_at=day))
        db.session.commit()
    for asked, words, lead in (
        (
            "etat=2016-05-04",
            "April 2016: 0 organisations of 4 have reported",
            "Reports are due on 10 May 2016.",
        ),
        (
            "etat=2016-05-05",
            "April 2016: 1 organisation of 4 has reported",
            "Reports are due on 10 May 2016.",
        ),
        (
            "etat=2016-05-12",
            "April 2016: 1 organisation of 4 has reported",
            "Reports were due on 10 May 2016.",
        ),
        (
            "etat=2016-05-12&mois=2016-05",
            "May 2016: 1 organisation of 4 has reported",
            "due on 10 June 2016.",
        ),
    ):
        page = manager.get(f"{HOME}?{asked}")
        assert (title(page), lead in _page(page)) == (words, True), asked
    empty = manager.get(f"{HOME}?etat=2016-05-04")
    assert "Nothing was recorded by then" in empty.text
    assert "Nothing was recorded by then" in manager.get(f"{LIST}?etat=2016-05-04").text
    assert "Nothing was recorded by then" in manager.get(f"{EXPORTS}?etat=2016-05-04").text
    assert "No needs or targets were loaded by then" in manager.get(f"{HOME}?etat=2016-05-05").text
    late = client_for("partner", "ONG-A").get(f"{HOME}?etat=2016-05-12")
    assert title(late) == "Your report for April 2016 is late"
    assert _acts(late) == []


def test_exports_and_pages_about_gaps_lead_to_the_rows_of_their_moment(
    client_for: Any, uids: dict[str, str]
) -> None:
    client = client_for("coordinator")
    page = client.get(f"{EXPORTS}?{MAY}")
    (table,) = _main(page).iter("table")
    assert [text_of(cell) for cell in table.iter("td")][:2] == ["3", "2"], "rows and organisations of May"
    assert "June 2016" not in text_of(table)
    (form,) = [f for f in _main(page).iter("form") if (f.get("action") or "").endswith("registre.xlsx")]
    kept = {i.get("name"): i.get("value") for i in form.iter("input")}
    assert kept["publication"] == "2016-05.1"
    why = client.get(f"/test-2016/ecarts/ML0701?sous_secteur=nfi&{MAY}")
    rows = [a for a in _links(why) if a.startswith(LIST)]
    assert any(uids["changed"] in a for a in rows)
    assert [a for a in rows if MAY not in a] == []
    assert "3 activities in the record" in _page(client.get(f"{LIST}?{MAY}"))
    plans = client.get(f"/test-2016/listes/plans-en-retard?sous_secteur=nfi&etat={TODAY}")
    leads = [a for a in _links(plans) if a.startswith(f"{LIST}/")]
    assert leads
    assert [a for a in leads if f"etat={TODAY}" not in a] == []


@pytest.mark.usefixtures("uids")
def test_the_needs_are_those_that_stood_then(client_for: Any) -> None:
    manager, reader = client_for("information_manager"), client_for("coordinator")
    number = re.search(r"/besoins/(\d+)/retirer", manager.get(NEEDS).text)
    assert number
    manager.post(f"{NEEDS}/{number[1]}/choisir", data={"measure": "targeted"})
    manager.post(f"{NEEDS}/{number[1]}/retirer")
    assert "No needs or targets are loaded yet" in manager.get(NEEDS).text
    for client in (manager, reader):
        then = client.get(f"{NEEDS}?{MAY}")
        assert state(then).startswith("Release of May 2016")
        assert "Plan de réponse 2016" in _page(then)
        assert "Used for May 2016" in _page(then)
        assert "latest by its date" in _page(then)
        assert "Choices that hold" not in then.text, "chosen later"
        assert "No longer used" not in then.text, "not known then"
        assert _acts(then) == []
        assert ("Load, choose or remove tables" in then.text) == (client is manager)
    assert client_for("partner").get(f"{NEEDS}?{MAY}").status_code == 403
    early = manager.get(f"{NEEDS}?etat=2016-02-01")
    assert "No needs or targets were loaded by then" in early.text
    assert _acts(early) == []
    today = manager.get(f"{NEEDS}?etat={TODAY}")
    assert "Plan de réponse 2016" not in _page(today), "removed by the end of the day"
    refused = manager.get(f"{NEEDS}?etat=2999-01-01")
    assert refused.status_code == 400
    assert "Load a table" in refused.text
