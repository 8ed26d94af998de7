"""Recorded lines that a file no longer holds: kept, withdrawn, or asked; nothing leaves by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, AuditEvent, Submission, VanishedChoice
from tests.books import book
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.sending import own, sent

HERE = "/test-2016"


@pytest.fixture
def three(app: Any) -> list[str]:
    """Row ids of three lines of ONG-A in May, at three sites."""
    return add_rows(
        app, "ONG-A", *({"site_name": f"site {n}", "households_reached": n} for n in (11, 12, 13))
    )


def uploaded(client: Any) -> str:
    """Send a file of ONG-A for May that holds none of the recorded lines; returns its address."""
    return sent(client, book(own()))


def lines(page: Any) -> dict[str, str]:
    """Return what the page says of each line that the file lacks, by what is written of it."""
    rows = parse(page.text).findall(".//*[@id='absentes']/..//tbody/tr")
    found = {}
    for row in rows:
        chosen = [text_of(o) for o in row.iter("option") if o.get("selected") is not None]
        cells = [text_of(c) for c in row.findall("td")]
        if len(cells) == 2 and row.find("th") is not None:
            found[text_of(row.find("th"))] = chosen[0] if chosen else cells[-1]
    return found


def withdrawn(session: orm.Session) -> set[str]:
    """Return the row ids of the activities that are withdrawn now."""
    session.rollback()
    current = sa.select(Activity.uid).where(Activity.superseded_at.is_(None), Activity.withdrawn)
    return set(session.scalars(current))


def test_what_the_file_lacks_is_withdrawn_only_where_it_was_chosen(
    client_for: Any, session: orm.Session, three: list[str]
) -> None:
    client = client_for("partner")
    address = uploaded(client)
    page = client.get(address)
    assert "3 recorded lines are not in this file" in page.text
    assert list(lines(page).values()) == ["keep in the record"] * 3
    assert any("site 11, 11 households" in where for where in lines(page))
    chosen = {f"ligne-{three[0]}": "withdraw", f"ligne-{three[1]}": "keep", "ligne-nobody": "withdraw"}
    kept = client.post(f"{address}/absentes", data=chosen, follow_redirects=True)
    assert "Your choice is kept" in kept.text
    assert "1 to be withdrawn" in kept.text
    assert withdrawn(session) == set(), "nothing happens before the file is sent"
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert withdrawn(session) == {three[0]}
    receipt = client.get(address)
    assert list(lines(receipt).values()) == ["withdrawn"]
    assert "1 line recorded" in receipt.text, "a withdrawal is no line that the file brought"
    version = session.scalars(
        sa.select(Activity).where(Activity.uid == three[0], Activity.version == 2)
    ).one()
    assert (version.withdrawn, version.households_reached, version.submission_id) == (True, 11, 1)
    trail = session.scalars(sa.select(AuditEvent.action)).all()
    assert {"submission.vanished_chosen", "submission.withdrawn"} <= set(trail)
    # The history brings it back.
    back = client.post(f"{HERE}/activites/{three[0]}/retablir", data={"version": "1", "base": "2"})
    assert back.status_code == 302
    assert withdrawn(session) == set()


def test_all_lines_are_chosen_alike_and_a_locked_month_stays(
    app: Any, client_for: Any, session: orm.Session, three: list[str]
) -> None:
    [june] = add_rows(app, "ONG-A", {"period": "2016-06", "site_name": "site 14"})
    client = client_for("partner")
    address = sent(client, book(own(), own(Mois="juin 2016", Ménages=7, Individus=35)))
    client.post(f"{address}/absentes", data={"toutes": "withdraw"})
    client_for("information_manager").post(f"{HERE}/mois/2016-06/verrouiller")
    page = client.get(address)
    assert sorted(lines(page).values()) == ["The month is locked: the line stays.", *["withdraw"] * 3]
    refused = client.post(f"{address}/absentes", data={f"ligne-{june}": "withdraw"})
    assert (refused.status_code, "its lines stay in the record" in refused.text) == (400, True)
    client.post(f"{address}/absentes", data={"toutes": "withdraw"})
    # The lock makes the row of June an error: the file is checked again first, and the choices stay.
    again = client.post(f"{address}/enregistrer", data={"vu": "1"}, follow_redirects=True)
    assert "It was checked again" in again.text
    assert "3 to be withdrawn" in again.text
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert withdrawn(session) == set(three)
    outcomes = dict(session.execute(sa.select(VanishedChoice.uid, VanishedChoice.outcome)).all())
    assert outcomes.pop(june, "kept") == "kept"
    assert set(outcomes.values()) == {"withdrawn"}


def test_a_question_is_answered_by_the_information_manager(
    app: Any, client_for: Any, session: orm.Session, three: list[str]
) -> None:
    client, manager = client_for("partner"), client_for("information_manager")
    address = uploaded(client)
    client.post(f"{address}/absentes", data={"toutes": "ask"})
    assert "3 to be asked" in client.get(address).text
    assert "what is to become of" not in manager.get(f"{HERE}/").text
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert withdrawn(session) == set()
    assert list(lines(client.get(address)).values()) == ["the information manager is asked"] * 3
    assert "ONG-A asks what is to become of 3 lines" in text_of(parse(manager.get(f"{HERE}/").text))
    answer = {"ligne": three[0], "base": "1", "reponse": "withdraw"}
    assert client.post(f"{address}/question", data=answer).status_code == 403
    assert manager.post(f"{address}/question", data=answer).status_code == 303
    assert withdrawn(session) == {three[0]}
    assert manager.post(f"{address}/question", data=answer).status_code == 404, "it is answered"
    assert (
        manager.post(f"{address}/question", data=answer | {"ligne": three[1], "base": "9"}).status_code == 400
    )
    manager.post(f"{address}/question", data={"ligne": three[1], "reponse": "keep"})
    assert "1 line" in text_of(parse(manager.get(f"{HERE}/").text))
    manager.post(f"{address}/question", data=answer | {"ligne": three[2]})
    assert withdrawn(session) == {three[0], three[2]}
    assert "what is to become of" not in manager.get(f"{HERE}/").text
    assert sorted(said.split()[0] for said in lines(client.get(address)).values()) == [
        "kept", "withdrawn", "withdrawn",
    ]  # fmt: skip


def test_choices_survive_another_check_where_the_line_is_still_missing(
    app: Any, client_for: Any, session: orm.Session, three: list[str]
) -> None:
    client = client_for("partner")
    address = uploaded(client)
    client.post(f"{address}/absentes", data={"toutes": "withdraw"})
    # Meanwhile one of the lines is withdrawn by hand, and a fourth one is entered.
    client.post(f"{HERE}/activites/{three[2]}/retirer", data={"base": "1"})
    [fourth] = add_rows(app, "ONG-A", {"site_name": "site 15"})
    again = client.post(f"{address}/enregistrer", data={"vu": "1"}, follow_redirects=True)
    assert "It was checked again" in again.text
    assert sorted(lines(again).values()) == ["keep in the record", "withdraw", "withdraw"]
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert withdrawn(session) == set(three)
    assert fourth not in withdrawn(session)


def test_nobody_decides_about_lines_of_others(
    app: Any, client_for: Any, session: orm.Session, three: list[str]
) -> None:
    [other] = add_rows(app, "ONG-B", {"site_name": "site 16"})
    address = uploaded(client_for("partner"))
    withdraw = {f"ligne-{uid}": "withdraw" for uid in (*three, other)}
    for role, organisation, status in (
        ("partner", "ONG-B", 404),
        ("coordinator", None, 403),
        ("viewer", None, 403),
    ):
        client = client_for(role, organisation)
        assert client.post(f"{address}/absentes", data=withdraw).status_code == status
    session.rollback()
    assert session.scalars(sa.select(VanishedChoice)).all() == []
    # Not even where a check took a row of others for missing.
    submission = session.scalars(sa.select(Submission)).one()
    number = session.scalars(sa.select(Activity.organisation_id).where(Activity.uid == other)).one()
    entries = [*submission.report["vanished"], {"uid": other, "organisation_id": number}]
    submission.report = submission.report | {"vanished": entries}
    session.commit()
    mine = client_for("partner")
    mine.post(f"{address}/absentes", data=withdraw)
    assert set(session.scalars(sa.select(VanishedChoice.uid))) == set(three)
    mine.post(f"{address}/enregistrer", data={"vu": "1"})
    assert withdrawn(session) == set(three)
    assert mine.post(f"{address}/absentes", data=withdraw).status_code == 400, "it was sent"


def test_the_command_line_keeps_or_withdraws_what_a_file_lacks(
    app: Any, cli: Any, session: orm.Session, three: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "mai.xlsx"
    file.write_bytes(book(own()))
    options = ("import", file, "--operation", "test-2016", "--org", "ONG-A", "--json")
    kept = cli(*options)
    assert (kept.exit_code, json.loads(kept.output)["rows"]["vanished"]) == (0, 3)
    assert withdrawn(session) == set()
    gone = cli(*options, "--vanished", "withdraw")
    assert (gone.exit_code, json.loads(gone.output)["rows"]["vanished"]) == (0, 3)
    assert withdrawn(session) == set(three)
    assert json.loads(cli(*options, "--vanished", "withdraw").output)["rows"]["vanished"] == 0
    assert cli(*options, "--vanished", "ask").exit_code == 2
