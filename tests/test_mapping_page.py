"""Saying what the columns of a file are: asked once, kept, corrected later; on the page and in a file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.headers.mapping_file import read_mapping
from cluster4w.intake.headers.samples import LONGEST, Samples
from cluster4w.models import Activity, Alias, AliasUse, AuditEvent, Operation
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.declaration import shipped
from cluster4w.template.problems import Refusal
from tests.books import HEADERS, book
from tests.checks import checked
from tests.pages import parse, text_of
from tests.sending import own, sent, title

#: The household column has a header that nobody knows, the individuals one that may be right.
ODD = tuple({"Ménages": "Toits servis", "Individus": "Individuals helped out"}.get(h, h) for h in HEADERS)


def odd_book(*, rows: int = 2) -> bytes:
    """Return a good file of ONG-A with two odd headers."""
    return book(*(own(Ménages=100 + n, Individus=500 + n) for n in range(rows)), headers=ODD)


def columns_of(address: str) -> str:
    return f"{address}/colonnes"


def selects(page: Any) -> dict[str, Any]:
    """Return the selects of the page by the header of their column."""
    found = {}
    for line in parse(page.text).iter("tr"):
        for select in line.iter("select"):
            # The first text is the letter of the column.
            found[text_of(line.find("th")).split(" ", 1)[1]] = select
    return found


def name_of(page: Any, header: str) -> str:
    return str(selects(page)[header].get("name"))


def how_of(session: orm.Session, operation: Operation, data: bytes, acronym: str | None) -> dict[str, str]:
    """Return how each column is known in a check of its own."""
    session.rollback()
    agency = get_agency(session, operation, acronym) if acronym else None
    check = checked(session, operation, data, agency=agency)
    return {c.header: c.how for c in check.sheets[0].columns}


# --- the page ---------------------------------------------------------------------------------------


def test_what_nobody_knows_is_asked_with_values_of_the_file_beside_it(client_for: Any) -> None:
    client = client_for("partner")
    page = client.get(columns_of(sent(client, odd_book(rows=5))))
    asked = selects(page)
    assert set(asked) == {"Toits servis", "Individuals helped out"}
    line = next(r for r in parse(page.text).iter("tr") if "Toits servis" in text_of(r.find("th")))
    assert [text_of(s) for s in line.findall("td/span")] == ["100", "101", "102"]
    offered = {o.get("value") for o in asked["Toits servis"].iter("option")}
    assert {"", "-", "households_reached", "households_targeted", "comments"} <= offered
    # What another column is already is not offered.
    assert not offered & {"org_acronym", "adm1_name", "status", "period"}
    known = parse(page.text).findall(".//table")[1]
    rows = {text_of(r.find("th")).split(" ", 1)[1]: r for r in known.iter("tr") if r.find("td") is not None}
    assert text_of(rows["Région"].findall("td")[1]) == "Region"
    assert text_of(rows["Région"].findall("td")[0]) == "Mopti"


def test_an_answer_is_kept_and_the_file_is_checked_again_without_being_sent_again(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    address = sent(client, odd_book())
    assert "Unknown column" in client.get(address).text
    page = client.get(columns_of(address))
    answers = {
        name_of(page, "Toits servis"): "households_reached",
        name_of(page, "Individuals helped out"): "individuals_reached",
    }
    answer = client.post(columns_of(address), data=answers)
    assert (answer.status_code, answer.location) == (303, address)
    after = client.get(address)
    assert "2 columns are settled" in after.text
    assert title(after) == "mai.xlsx: 2 lines ready"
    kept = session.scalars(sa.select(Alias).order_by(Alias.folded)).all()
    assert [(a.kind, a.typed, a.target) for a in kept] == [
        ("column", "Individuals helped out", "individuals_reached"),
        ("column", "Toits servis", "households_reached"),
    ]
    assert all(a.organisation_id and a.author_id and a.submission_id and a.created_at for a in kept)
    actions = session.scalars(sa.select(AuditEvent.action)).all()
    assert actions.count("alias.learned") == 2
    assert "submission.asked_again" in actions
    client.post(f"{address}/enregistrer")
    session.rollback()
    assert sorted(session.scalars(sa.select(Activity.households_reached))) == [100, 101]
    # The next file is not asked.
    later = client.get(columns_of(sent(client, odd_book(rows=1), "juin.xlsx")))
    assert title(later) == "juin.xlsx: every column is known"
    assert later.text.count("confirmed before") == 2


def test_a_partner_decides_for_its_own_organisation_only(
    client_for: Any, session: orm.Session, operation: Operation
) -> None:
    client = client_for("partner")
    address = sent(client, odd_book())
    page = client.get(columns_of(address))
    assert "portee" not in page.text
    client.post(
        columns_of(address), data={name_of(page, "Toits servis"): "households_reached", "portee": "tous"}
    )
    session.rollback()
    (alias,) = session.scalars(sa.select(Alias)).all()
    assert alias.organisation_id == get_agency(session, operation, "ONG-A").id
    assert how_of(session, operation, odd_book(), "ONG-A")["Toits servis"] == "confirmed"
    assert how_of(session, operation, odd_book(), "ONG-B")["Toits servis"] == "none"
    assert how_of(session, operation, odd_book(), None)["Toits servis"] == "none"
    # Another partner does not even see the page.
    assert client_for("partner", "ONG-B").get(columns_of(address)).status_code == 404
    again = client_for("partner", "ONG-B").post(columns_of(address), data={"c-0-L": "comments"})
    assert again.status_code == 404


@pytest.mark.parametrize("role", ["information_manager", "coordinator"])
@pytest.mark.parametrize("scope", ["", "tous"])
def test_who_sees_all_rows_chooses_for_whom_an_answer_holds(
    client_for: Any, session: orm.Session, operation: Operation, role: str, scope: str
) -> None:
    address = sent(client_for("partner"), odd_book())
    client = client_for(role)
    page = client.get(columns_of(address))
    data = {name_of(page, "Toits servis"): "households_reached", "portee": scope}
    assert client.post(columns_of(address), data=data).status_code == 303
    session.rollback()
    (alias,) = session.scalars(sa.select(Alias)).all()
    assert alias.organisation_id == (None if scope else get_agency(session, operation, "ONG-A").id)
    assert how_of(session, operation, odd_book(), "ONG-B")["Toits servis"] == (
        "confirmed" if scope else "none"
    )


def test_an_ignored_column_is_not_read_not_kept_and_not_asked_again(
    client_for: Any, session: orm.Session, operation: Operation
) -> None:
    client = client_for("partner")
    data = book((*own(), "vu sur place"), headers=(*HEADERS, "Remarques internes du chef"))
    address = sent(client, data)
    page = client.get(columns_of(address))
    client.post(columns_of(address), data={name_of(page, "Remarques internes du chef"): "-"})
    assert "Unknown column" not in client.get(address).text
    assert title(client.get(columns_of(address))) == "mai.xlsx: every column is known"
    agency = get_agency(session, operation, "ONG-A")
    session.rollback()
    assert checked(session, operation, data, agency=agency).rows[0].extra == {}
    hcr = checked(session, operation, data)
    assert hcr.rows[0].extra == {"Remarques internes du chef": "vu sur place"}


def test_a_column_that_was_taken_wrongly_is_corrected_later(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, odd_book())
    page = client.get(columns_of(address))
    name = name_of(page, "Toits servis")
    client.post(columns_of(address), data={name: "households_targeted"})
    page = client.get(f"{columns_of(address)}?changer={name}")
    chosen = [
        o.get("value") for o in selects(page)["Toits servis"].iter("option") if o.get("selected") is not None
    ]
    assert chosen == ["households_targeted"]
    client.post(columns_of(address), data={name: "households_reached"})
    session.rollback()
    first, second = session.scalars(sa.select(Alias).order_by(Alias.id)).all()
    assert (first.target, first.revoked_at is not None) == ("households_targeted", True)
    assert (second.target, second.revoked_at) == ("households_reached", None)
    # Forgetting it asks again.
    page = client.get(f"{columns_of(address)}?changer={name}")
    assert "forget what was decided" in page.text
    client.post(columns_of(address), data={name: ""})
    assert "Toits servis" in selects(client.get(columns_of(address)))


def test_two_columns_cannot_be_the_same_and_the_form_keeps_what_was_chosen(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    address = sent(client, odd_book())
    page = client.get(columns_of(address))
    names = [name_of(page, header) for header in ("Toits servis", "Individuals helped out")]
    answer = client.post(columns_of(address), data=dict.fromkeys(names, "households_reached"))
    assert answer.status_code == 422
    assert "Column L is that already." in answer.text
    for select in selects(answer).values():
        assert select.find(".//option[@selected]").get("value") == "households_reached"
    for wrong in ("no_such_column", "status"):
        assert client.post(columns_of(address), data={names[0]: wrong}).status_code == 422
    session.rollback()
    assert session.scalars(sa.select(Alias)).all() == []
    assert "nothing has changed" in client.post(columns_of(address), data={}, follow_redirects=True).text


def test_columns_of_a_file_that_moved_on_cannot_be_changed(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own()))
    client.post(f"{address}/enregistrer")
    assert client.get(columns_of(address)).location == address
    assert client.post(columns_of(address), data={"c-0-L": "households_targeted"}).location == address
    assert session.scalars(sa.select(Alias)).all() == []


# --- what an answer holds for -----------------------------------------------------------------------


def test_a_header_means_under_reached_what_was_said_under_reached(
    session: orm.Session, operation: Operation
) -> None:
    oim = get_agency(session, operation, "OIM")
    session.add(
        Alias(
            operation_id=operation.id, kind="column", context="reached", folded="toits", typed="Toits",
            target="households_reached", organisation_id=oim.id,
        )
    )  # fmt: skip
    session.flush()
    groups = ("",) * 11 + ("Cible", "Atteint")
    headers = (*HEADERS[:11], "Toits", "Toits")
    data = book(headers, (*own()[:11], 10, 20), headers=groups)
    columns = checked(session, operation, data, agency=oim).sheets[0].columns
    assert [(c.key, c.how, c.context) for c in columns[-2:]] == [
        (None, "none", "targeted"),
        ("households_reached", "confirmed", "reached"),
    ]


def test_the_second_column_of_a_header_is_asked_apart(session: orm.Session, operation: Operation) -> None:
    data = book((*own(), "a", "b"), headers=(*HEADERS, "Note du chef", "Note du chef"))
    columns = checked(session, operation, data).sheets[0].columns
    assert [(c.how, c.context) for c in columns[-2:]] == [("none", ""), ("none", "2")]
    session.add(
        Alias(
            operation_id=operation.id, kind="column", context="2", folded="note du chef",
            typed="Note du chef", target="comments",
        )
    )  # fmt: skip
    session.flush()
    columns = checked(session, operation, data).sheets[0].columns
    assert [c.key for c in columns[-2:]] == [None, "comments"]


def test_what_was_said_of_headers_finds_a_table_that_nobody_would_know(
    session: orm.Session, operation: Operation
) -> None:
    headers = ("Wer", "Was", "Wo", "Wo genau", "Wann", "Zahl")
    keys = ("org_acronym", "activity_type", "adm1_name", "adm2_name", "period", "households_reached")
    data = book(("ONG-A", "Kit BNA", "Mopti", "Bankass", "2016-05", 12), headers=headers)
    with pytest.raises(Refusal):
        checked(session, operation, data)
    for header, key in zip(headers, keys, strict=True):
        session.add(
            Alias(operation_id=operation.id, kind="column", folded=header.lower(), typed=header, target=key)
        )
    session.flush()
    check = checked(session, operation, data)
    assert check.rows[0].values["households_reached"] == 12


def test_the_file_says_how_many_rows_came_in_through_an_answer(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, odd_book(rows=3))
    page = client.get(columns_of(address))
    client.post(columns_of(address), data={name_of(page, "Toits servis"): "households_reached"})
    (use,) = session.scalars(sa.select(AliasUse)).all()
    assert (use.rows, use.recorded) == (3, 3)


def test_samples_are_the_first_different_values_cut_short() -> None:
    samples = Samples([0, 2])
    for row in (["a", 1, ""], ["a", 2, "x" * 500], ["b", 3, "-"], ["c", 4], ["d", 5, 2.0]):
        samples.take(row)
    assert samples.of(0) == ("a", "b", "c")
    assert samples.of(2) == ("x" * (LONGEST - 1) + "…", "2")


# --- the command line -------------------------------------------------------------------------------


def test_a_proposal_is_corrected_and_given_back(cli: Any, tmp_path: Path, session: orm.Session) -> None:
    file, proposal = tmp_path / "mai.xlsx", tmp_path / "map.toml"
    file.write_bytes(odd_book())
    options = (file, "--operation", "test-2016", "--org", "ONG-A", "--json")
    assert cli("check", *options, "--propose-mapping", proposal).exit_code == 0
    text = proposal.read_text("utf-8")
    proposed = {c["header"]: c["key"] for c in tomllib.loads(text)["column"]}
    assert proposed["Région"] == "adm1_name"
    assert (proposed["Toits servis"], proposed["Individuals helped out"]) == ("", "")
    assert "# 100 | 101" in text
    assert "# households_reached: " in text
    # As it is, it changes nothing.
    before = json.loads(cli("check", *options).stdout)
    assert json.loads(cli("check", *options, "--mapping", proposal).stdout)["findings"] == before["findings"]
    answered = text.replace(
        'header = "Toits servis"\nkey = ""', 'header = "Toits servis"\nkey = "households_reached"'
    )
    proposal.write_text(answered, "utf-8")
    report = json.loads(cli("check", *options, "--mapping", proposal).stdout)
    column = next(c for c in report["sheets"][0]["columns"] if c["header"] == "Toits servis")
    assert column == {
        "letter": "L",
        "header": "Toits servis",
        "key": "households_reached",
        "how": "confirmed",
        "score": 100,
    }
    assert report["rows"]["clean"] == 2
    assert session.scalars(sa.select(Alias)).all() == [], "a check writes nothing"


def test_an_import_remembers_what_the_mapping_file_says(
    cli: Any, tmp_path: Path, session: orm.Session
) -> None:
    file, mapping = tmp_path / "mai.xlsx", tmp_path / "map.toml"
    file.write_bytes(odd_book())
    mapping.write_text(
        '[[column]]\nheader = "Toits servis"\nkey = "households_reached"\n'
        '[[column]]\nheader = "Région"\nkey = "adm1_name"\n',
        "utf-8",
    )
    options = (file, "--operation", "test-2016", "--org", "ONG-A", "--json")
    assert cli("import", *options, "--mapping", mapping).exit_code == 0
    (alias,) = session.scalars(sa.select(Alias)).all()
    assert (alias.typed, alias.target, alias.source) == ("Toits servis", "households_reached", "map.toml")
    assert alias.organisation_id is not None
    (use,) = session.scalars(sa.select(AliasUse)).all()
    assert (use.alias_id, use.submission_id, use.recorded) == (alias.id, alias.submission_id, 2)
    # The next one needs no file, and the same one again changes nothing.
    report = json.loads(cli("check", *options).stdout)
    assert report["rows"]["unchanged"] == 2
    cli("import", *options, "--mapping", mapping)
    session.rollback()
    assert len(session.scalars(sa.select(Alias)).all()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[[column]\nheader",
        "\xff",
        'column = "x"',
        "[[column]]\nkey = 'comments'",
        "[[column]]\nheader = 1\nkey = 'comments'",
        "[[column]]\nheader = 'A'\nkey = 'no_such_column'",
        "[[column]]\nheader = 'A'\nkey = 'comments'\n[[column]]\nheader = 'a'\nkey = 'donor'",
    ],
)
def test_a_mapping_file_that_will_not_do_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_mapping(text.encode("latin-1"), shipped())
    assert refused.value.code.startswith("mapping.")


def test_a_refused_mapping_file_is_one_line_and_status_2(cli: Any, tmp_path: Path) -> None:
    file, mapping = tmp_path / "mai.xlsx", tmp_path / "map.toml"
    file.write_bytes(odd_book())
    mapping.write_text("[[column]]\nheader = 'A'\nkey = 'nonsense'", "utf-8")
    result = cli("import", file, "--operation", "test-2016", "--mapping", mapping)
    assert result.exit_code == 2
    assert "nonsense" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_header_without_letters_is_shown_but_not_asked(client_for: Any) -> None:
    client = client_for("partner")
    page = client.get(columns_of(sent(client, book((*own(), 5), headers=(*HEADERS, "%")))))
    assert selects(page) == {}
    assert title(page) == "mai.xlsx: every column is known"
    assert "more column" not in page.text
