"""The list of activities, one activity, its history; withdrawing and going back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.extensions import db
from cluster4w.models import Activity, AuditEvent, Operation
from cluster4w.models.engine import writing
from cluster4w.models.plain_text import plain, plain_text
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.corrections import (
    change_activity,
    restore_version,
    withdraw_activity,
)
from cluster4w.record.operations.months import lock_month
from cluster4w.record.queries.activities import (
    PAGE,
    SORTS,
    Filter,
    Order,
    Scope,
    list_activities,
    totals,
    versions,
)
from cluster4w.record.queries.operations import get_operation
from cluster4w.record.queries.organisations import get_agency
from cluster4w.record.queries.people import find_by_email
from cluster4w.template.problems import Refusal
from tests.pages import parse, text_of
from tests.record_rows import ROW, add_rows, agency_id

ALL = Scope(everybody=True)


@pytest.fixture
def recorded(session: orm.Session, operation: Operation) -> dict[str, str]:
    """Four rows of two organisations: name to row id."""
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("bara", "ONG-A", {"site_name": "Camp de l’Étoile", "comments": "Près du marché"}),
        ("menaka", "ONG-A", {"adm2_pcode": "ML0704", "adm2_name": "Ménaka", "adm3_pcode": None,
                             "adm3_name": None, "period": "2016-06", "households_reached": 7}),
        ("tents", "ONG-B", {"sub_sector": "shelter", "activity_type": "tent", "status": "planned",
                            "households_reached": None, "individuals_reached": None,
                            "population_group": "host"}),
        ("bankass", "ONG-B", {"sub_sector": "shelter", "activity_type": "tent", "adm1_pcode": "ML05",
                              "adm1_name": "Mopti", "adm2_pcode": "ML0502", "adm2_name": "Bankass",
                              "adm3_pcode": None, "adm3_name": None, "households_reached": 30}),
    ]  # fmt: skip
    found = {}
    for name, acronym, changes in rows:
        values = {k: v for k, v in (ROW | changes).items() if v is not None}
        change = Change(get_agency(session, operation, acronym).id, values)
        found[name] = record_versions(session, operation, [change], actor=None)[0]
    session.commit()
    return found


def _names(session: orm.Session, operation: Operation, known: dict[str, str], wanted: Filter) -> set[str]:
    by_uid = {uid: name for name, uid in known.items()}
    return {by_uid[r.uid] for r in list_activities(session, operation, ALL, wanted, order=Order())}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), {"bara", "menaka", "tents", "bankass"}),
        (Filter(month="2016-06"), {"menaka"}),
        (Filter(sub_sector="shelter"), {"tents", "bankass"}),
        (Filter(activity_type="core_nfi_kit"), {"bara", "menaka"}),
        (Filter(status="planned"), {"tents"}),
        (Filter(population_group="host"), {"tents"}),
        (Filter(pcode="ML07"), {"bara", "menaka", "tents"}),
        (Filter(pcode="ML0704"), {"menaka"}),
        (Filter(pcode="ML070102"), {"bara", "tents"}),
        (Filter(text="MENAKA"), {"menaka"}),
        (Filter(text="etoile marche"), {"bara"}),
        (Filter(text="ÉTOILE"), {"bara"}),
        (Filter(text="batir"), {"tents", "bankass"}),
        (Filter(text="étoile ménaka"), set()),
        (Filter(text="100%"), set()),
        (Filter(text="a\\b"), set()),
        (Filter(text="_"), set()),
        (Filter(month="2016-05", status="completed", sub_sector="nfi"), {"bara"}),
    ],
)
def test_a_list_is_narrowed_by_what_is_asked_and_by_nothing_else(
    session: orm.Session, operation: Operation, recorded: dict[str, str], wanted: Filter, expected: set[str]
) -> None:
    assert _names(session, operation, recorded, wanted) == expected


def test_two_searches_on_one_connection_each_find_their_own(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    for text, expected in (("menaka", {"menaka"}), ("bankass", {"bankass"}), ("gao bara", {"bara", "tents"})):
        assert _names(session, operation, recorded, Filter(text=text)) == expected


def test_a_row_is_found_by_its_row_id(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    wanted = Filter(text=recorded["tents"].lower())
    assert _names(session, operation, recorded, wanted) == {"tents"}


@pytest.mark.parametrize(
    "text", ["Ségou-Koura", "ÉÈÀÇÔÏÜ", "Œuvre d’Abri", "Łódź ŞŽ", "déjà vu 100 %", "l'été's"]
)
def test_text_is_made_plain_alike_by_python_and_by_the_database(session: orm.Session, text: str) -> None:
    assert session.scalar(sa.select(plain_text(sa.literal(text)))) == plain(text)
    assert plain("Ségou, L’Été") == "segou, l'ete"
    assert plain(None) is None


def test_a_reader_without_a_scope_reads_no_row(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    assert list_activities(session, operation, Scope(), Filter(), order=Order()) == []
    assert totals(session, operation, Scope(), Filter()) == []
    assert versions(session, operation, Scope(), recorded["bara"]) == []


def test_an_organisation_reads_its_own_rows_whatever_it_asks(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    mine = Scope(organisation_id=get_agency(session, operation, "ONG-A").id)
    other = get_agency(session, operation, "ONG-B").id
    assert list_activities(session, operation, mine, Filter(organisation_id=other), order=Order()) == []
    rows = list_activities(session, operation, mine, Filter(), order=Order())
    assert {r.organisation for r in rows} == {"ONG-A"}


def test_totals_keep_the_sub_sectors_apart_and_count_completed_rows_only(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    nfi, shelter = totals(session, operation, ALL, Filter())
    assert (nfi.sub_sector, nfi.rows, nfi.households_reached, nfi.households_targeted) == ("nfi", 2, 107, 240)
    assert (shelter.sub_sector, shelter.rows, shelter.households_reached) == ("shelter", 2, 30)
    (planned,) = totals(session, operation, ALL, Filter(status="planned"))
    assert planned.households_reached is None, "nothing said is not zero"


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("by", SORTS)
def test_a_list_is_sorted_and_rows_without_a_value_come_last(
    session: orm.Session, operation: Operation, recorded: dict[str, str], by: str, descending: bool
) -> None:
    order = Order(by, descending, {"activity_type": ["tent", "core_nfi_kit"]})
    rows = list_activities(session, operation, ALL, Filter(), order=order)
    assert len(rows) == 4
    keys: list[Any] = {
        "month": [r.period for r in rows],
        "organisation": [r.organisation for r in rows],
        "activity": [{"tent": 0, "core_nfi_kit": 1}[str(r.activity_type)] for r in rows],
        "place": [plain(r.adm1_name) for r in rows],
        "group": [r.population_group for r in rows],
        "status": [r.status for r in rows],
        "reached": [r.households_reached for r in rows],
        "targeted": [r.households_targeted for r in rows],
        "recorded": [r.recorded_at for r in rows],
    }[by]
    known = [k for k in keys if k is not None]
    assert known == sorted(known, reverse=descending)
    assert keys[: len(known)] == known


def test_a_list_comes_page_by_page(session: orm.Session, operation: Operation) -> None:
    agency = get_agency(session, operation, "ONG-A").id
    changes = [Change(agency, ROW | {"households_reached": n}) for n in range(PAGE + 3)]
    record_versions(session, operation, changes, actor=None)
    order = Order("reached", descending=False)
    first = list_activities(session, operation, ALL, Filter(), order=order)
    second = list_activities(session, operation, ALL, Filter(), order=order, page=2)
    assert [r.households_reached for r in first] == list(range(PAGE))
    assert [r.households_reached for r in second] == [PAGE, PAGE + 1, PAGE + 2]


# --- withdrawing and going back -----------------------------------------------------------------------


def test_a_withdrawn_activity_leaves_the_lists_and_comes_back_from_its_history(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    uid = recorded["bara"]
    withdraw_activity(session, operation, uid, base=1, actor=None)
    assert "bara" not in _names(session, operation, recorded, Filter())
    assert _names(session, operation, recorded, Filter(withdrawn=True)) == {"bara"}
    restore_version(session, operation, uid, 1, base=2, actor=None)
    assert "bara" in _names(session, operation, recorded, Filter())
    history = versions(session, operation, ALL, uid)
    assert [(v.number, v.row.withdrawn) for v in history] == [(3, False), (2, True), (1, False)]
    assert history[0].row.site_name == "Camp de l’Étoile"
    actions = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-2:] == ["activity.withdrawn", "activity.restored"]


def test_what_columns_nobody_knows_said_goes_along(session: orm.Session, operation: Operation) -> None:
    agency = get_agency(session, operation, "ONG-A").id
    change = Change(agency, dict(ROW), extra={"Chef de village": "Moussa"})
    (uid,) = record_versions(session, operation, [change], actor=None)
    withdraw_activity(session, operation, uid, base=1, actor=None)
    restore_version(session, operation, uid, 1, base=2, actor=None)
    extras = session.scalars(sa.select(Activity.extra).where(Activity.uid == uid)).all()
    assert extras == [{"Chef de village": "Moussa"}] * 3


def test_an_old_page_does_not_write_over_a_newer_version(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    withdraw_activity(session, operation, recorded["bara"], base=1, actor=None)
    for write in (
        lambda: withdraw_activity(session, operation, recorded["bara"], base=1, actor=None),
        lambda: restore_version(session, operation, recorded["bara"], 1, base=1, actor=None),
    ):
        with pytest.raises(Refusal) as refused:
            write()
        assert refused.value.code == "activity.changed_meanwhile"


def test_a_locked_month_lets_nothing_be_withdrawn(
    session: orm.Session, operation: Operation, recorded: dict[str, str]
) -> None:
    lock_month(session, operation, "2016-05", actor=None)
    with pytest.raises(Refusal) as refused:
        withdraw_activity(session, operation, recorded["bara"], base=1, actor=None)
    assert refused.value.code == "period.locked"


# --- pages --------------------------------------------------------------------------------------------


def _page(response: Any) -> str:
    return " ".join(unescape(response.get_data(as_text=True)).split())


def test_the_list_shows_everybody_s_rows_to_coordination_and_own_rows_to_a_partner(
    app: Any, client_for: Any
) -> None:
    add_rows(app, "ONG-A", {"site_name": "Camp Alpha"})
    add_rows(app, "ONG-B", {"site_name": "Camp Beta"})
    everything = _page(client_for("coordinator").get("/test-2016/activites"))
    assert "2 activities in the record" in everything
    assert "Camp Alpha" in everything
    assert "Camp Beta" in everything
    other = agency_id(app, "ONG-B")
    for address in (
        "/test-2016/activites",
        f"/test-2016/activites?org={other}",
        "/test-2016/activites?q=beta",
    ):
        own = _page(client_for("partner", "ONG-A").get(address))
        assert "Camp Beta" not in own
        assert "All organisations" not in own
    assert client_for("viewer").get("/test-2016/activites").status_code == 403


@pytest.mark.parametrize("role", ["partner", "coordinator", "information_manager", "administrator"])
def test_an_empty_list_says_what_to_do(client_for: Any, role: str) -> None:
    page = _page(client_for(role).get("/test-2016/activites"))
    assert "The record is empty" in page
    assert ("Add an activity" in page) == (role != "coordinator")


def test_filters_stay_in_the_form_and_nonsense_is_left_out(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {}, {"period": "2016-06"})
    client = client_for("information_manager")
    page = client.get("/test-2016/activites?mois=2016-06&statut=completed&q=bara&tri=-place&lieu=ML070102")
    tree = parse(page.get_data(as_text=True))
    chosen = {
        s.get("name"): o.get("value")
        for s in tree.iter("select")
        for o in s.iter("option")
        if o.get("selected") is not None
    }
    assert chosen == {"mois": "2016-06", "statut": "completed", "lieu": "ML070102"}
    assert "1 activity in June 2016" in _page(page)
    sorted_heads = [(text_of(th), th.get("aria-sort")) for th in tree.iter("th") if th.get("aria-sort")]
    assert sorted_heads == [("Place ▾", "descending")]
    strange = "/test-2016/activites?mois=x&statut=x&type=x&org=x&tri=x&page=-1&groupe=x"
    assert "2 activities in the record" in _page(client.get(strange))
    assert "No activity is like that" in _page(client.get("/test-2016/activites?q=nowhere"))
    assert client.get("/test-2016/activites?page=99999999999").status_code == 200
    assert client.get("/test-2016/activites?q=%01a&lieu=%01&mois=%01").status_code == 200
    assert client.get("/test-2016/activites/%01").status_code == 404


def test_a_long_list_has_pages_that_keep_the_filters(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", *({"households_reached": n} for n in range(PAGE + 1)))
    client = client_for("partner", "ONG-A")
    page = _page(client.get("/test-2016/activites?mois=2016-05&tri=reached"))
    assert "Page 1 of 2" in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert "mois=2016-05" in following[1]
    assert "Page 2 of 2" in _page(client.get(following[1]))


def test_a_month_can_be_downloaded_from_its_list(app: Any, client_for: Any) -> None:
    add_rows(app, "ONG-A", {})
    for role in ("partner", "coordinator"):
        client = client_for(role)
        page = _page(client.get("/test-2016/activites?mois=2016-05"))
        link = re.search(r'href="(/test-2016/[^"]+\.xlsx\?[^"]+)"', page)
        assert link, role
        answer = client.get(link[1])
        assert answer.status_code == 200
        assert "spreadsheetml" in answer.mimetype


def test_an_activity_of_another_organisation_does_not_exist_for_a_partner(app: Any, client_for: Any) -> None:
    (uid,) = add_rows(app, "ONG-A", {})
    stranger = client_for("partner", "ONG-B")
    form = {"base": "1", "version": "1"}
    for answer in (
        stranger.get(f"/test-2016/activites/{uid}"),
        stranger.get(f"/test-2016/activites/{uid}/modifier"),
        stranger.post(f"/test-2016/activites/{uid}/modifier", data=form),
        stranger.post(f"/test-2016/activites/{uid}/retirer", data=form),
        stranger.post(f"/test-2016/activites/{uid}/retablir", data=form),
    ):
        assert answer.status_code == 404
    assert client_for("partner", "ONG-A").get(f"/test-2016/activites/{uid}").status_code == 200


def test_the_history_says_who_changed_which_cell_from_what_to_what(
    app: Any, client_for: Any, person_as: Any
) -> None:
    (uid,) = add_rows(app, "ONG-A", {})
    email = person_as("partner", "ONG-A")
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        change_activity(
            db.session,
            operation,
            uid,
            base=1,
            organisation_id=get_agency(db.session, operation, "ONG-A").id,
            values=ROW | {"households_reached": 1234, "site_name": "Camp"},
            actor=find_by_email(db.session, email),
        )
        db.session.commit()
    page = _page(client_for("coordinator").get(f"/test-2016/activites/{uid}"))
    assert "Awa partner" in page
    assert "entered on this site" in page
    assert re.search(r"Households reached</th><td><del>100</del></td><td><ins>1,234</ins>", page)
    assert re.search(r"neighbourhood</th><td><del>–</del></td><td><ins>Camp</ins>", page)
    assert "Withdraw this activity" not in page, "a coordinator reads"


def test_a_partner_withdraws_its_row_and_brings_it_back(app: Any, client_for: Any) -> None:
    (uid,) = add_rows(app, "ONG-A", {})
    client = client_for("partner", "ONG-A")
    address = f"/test-2016/activites/{uid}"
    page = _page(client.post(f"{address}/retirer", data={"base": "1"}, follow_redirects=True))
    assert "This activity is withdrawn" in page
    assert "Correct this activity" not in page
    assert "The record is empty" in _page(client.get("/test-2016/activites"))
    assert "1 activity in the record" in _page(client.get("/test-2016/activites?statut=withdrawn"))
    back = client.post(f"{address}/retablir", data={"base": "2", "version": "1"}, follow_redirects=True)
    assert "says again what version 1 said" in _page(back)
    assert "Restored" in _page(back)
    stale = client.post(f"{address}/retirer", data={"base": "1"})
    assert stale.status_code == 400
    assert "in the meantime" in _page(stale)


def test_a_locked_month_shows_no_way_to_change_its_rows(app: Any, client_for: Any) -> None:
    (uid,) = add_rows(app, "ONG-A", {})
    client_for("information_manager").post("/test-2016/mois/2016-05/verrouiller")
    page = _page(client_for("partner", "ONG-A").get(f"/test-2016/activites/{uid}"))
    assert "May 2016 is locked" in page
    assert "/retirer" not in page
    assert "/modifier" not in page
    refused = client_for("partner", "ONG-A").post(f"/test-2016/activites/{uid}/retirer", data={"base": "1"})
    assert refused.status_code == 400
