"""Cells that are corrected in the page: read over the file's, kept with the submission and the record."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.fixes import CellFix, problem
from cluster4w.models import Activity, AuditEvent, Operation, SubmissionFix
from cluster4w.template.declaration import parse as parse_template
from cluster4w.template.declaration import shipped_declaration
from tests.books import HEADERS, ROW, book, row
from tests.checks import checked, codes, found, sums_hold
from tests.pages import parse, text_of
from tests.sending import own, sent, title

TEMPLATE = parse_template(shipped_declaration())


def without(header: str, *rows: tuple[Any, ...]) -> bytes:
    """Return a workbook that lacks a column."""
    at = HEADERS.index(header)
    return book(*((*r[:at], *r[at + 1 :]) for r in rows), headers=(*HEADERS[:at], *HEADERS[at + 1 :]))


# --- reading ----------------------------------------------------------------------------------


def test_a_fixed_cell_is_read_instead_of_the_file_s(session: orm.Session, operation: Operation) -> None:
    data = book(row(Ménages="env. 300"), row(Commune="Bankass", Individus="#DIV/0!"))
    assert {"number.unreadable", "cell.error"} <= set(codes(checked(session, operation, data)))
    fixes = [
        CellFix("4W", 2, "L", "households_reached", "300"),
        CellFix("4W", 3, "M", "individuals_reached", "610"),
        CellFix("other sheet", 2, "L", "households_reached", "7"),
        # Far to the right of the table there is no column to read.
        CellFix("4W", 3, "AZ", "", "nothing"),
    ]
    check = checked(session, operation, data, fixes=fixes)
    sums_hold(check)
    assert not {"number.unreadable", "cell.error"} & {f.code for f in check.findings}
    assert [r.state for r in check.rows if r.state == "with_errors"] == []
    assert check.rows[0].values["households_reached"] == 300
    assert check.rows[1].values["individuals_reached"] == 610
    assert [c.letter for c in check.sheets[0].columns] == list("ABCDEFGHIJKLM"), "the columns are the file's"


def test_a_fix_may_empty_a_cell(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, book(ROW), fixes=[CellFix("4W", 2, "L", "households_reached", "")])
    assert "households_reached" not in check.rows[0].values
    assert check.rows[0].values["individuals_reached"] == 600


def test_a_column_that_the_file_lacks_is_filled_in_for_one_row_or_for_all(
    session: orm.Session, operation: Operation
) -> None:
    data = without("Statut", ROW, row(Commune="Bankass"))
    missing = checked(session, operation, data)
    assert found(missing, "column.missing").key == "status"
    assert missing.counts.with_errors == 2
    for_all = checked(session, operation, data, fixes=[CellFix("4W", 0, "", "status", "Achevé")])
    assert codes(for_all) == []
    assert [r.values["status"] for r in for_all.rows] == ["completed", "completed"]
    column = for_all.sheets[0].columns[-1]
    assert (column.key, column.letter, column.how) == ("status", "", "fixed")
    fixes = [CellFix("4W", 0, "", "status", "Achevé"), CellFix("4W", 3, "", "status", "Planifié")]
    both = checked(session, operation, data, fixes=fixes)
    assert [r.values["status"] for r in both.rows] == ["completed", "planned"]
    alone = checked(session, operation, data, fixes=fixes[1:])
    assert [r.state for r in alone.rows] == ["with_errors", "with_warnings"]
    finding = found(alone, "cell.missing")
    assert (finding.row, finding.key, finding.column) == (2, "status", None)
    giver = CellFix("4W", 0, "", "donor", "Fonds Zorblax")
    unregistered = found(
        checked(session, operation, data, fixes=[*fixes, giver]), "organisation.not_registered"
    )
    assert (unregistered.key, unregistered.value, unregistered.column) == ("donor", giver.text, None)


def test_a_fix_for_a_column_that_is_known_by_now_leaves_the_file_s_alone(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, book(ROW), fixes=[CellFix("4W", 2, "", "status", "Planifié")])
    assert check.rows[0].values["status"] == "completed"


def test_filled_in_columns_make_no_row_of_a_blank_or_total_one(
    session: orm.Session, operation: Operation
) -> None:
    blank, total = ("",) * (len(HEADERS) - 1), ("TOTAL", *[""] * (len(HEADERS) - 3), 600)
    at = HEADERS.index("Statut")
    rows = [(*r[:at], *r[at + 1 :]) for r in (ROW, row(Commune="Bankass"))]
    data = book(rows[0], blank, rows[1], total, headers=(*HEADERS[:at], *HEADERS[at + 1 :]))
    check = checked(session, operation, data, fixes=[CellFix("4W", 0, "", "status", "Achevé")])
    assert [r.number for r in check.rows] == [2, 4]


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("households_reached", "1 200", None),
        ("households_reached", "douze", "number.unreadable"),
        ("households_reached", "-3", "number.outside"),
        ("households_reached", "", None),
        ("start_date", "2016-05-30", None),
        ("start_date", "30/05/2016", None),
        ("start_date", "31 juin 2016", "date.unreadable"),
        ("period", "2016-05", None),
        ("period", "mai", "month.without_year"),
        ("status", "completed", None),
        ("status", "Achevé", None),
        ("status", "presque", "choice.unknown"),
        ("first_time_assisted", "oui", None),
        ("first_time_assisted", "parfois", "yes_no.unreadable"),
        ("latitude", "95", "number.outside"),
        ("adm3_name", "anything", None),
        ("comments", "anything", None),
    ],
)
def test_what_is_typed_is_read_as_a_cell_would_be(key: str, text: str, code: str | None) -> None:
    issue = problem(TEMPLATE.column(key), text, TEMPLATE)
    assert (issue.code if issue else None) == code


# --- in the page ------------------------------------------------------------------------------


def fix(client: Any, address: str, kind: str, cell: Any, **form: Any) -> Any:
    """Send the form of a cell; returns the page that follows."""
    data = {"cellule": json.dumps(cell), **form}
    return client.post(f"{address}/corriger?constat={kind}", data=data, follow_redirects=True)


def forms(page: Any) -> list[Element]:
    """Return the forms of a page that correct a cell."""
    return [f for f in parse(page.text).iter("form") if f.get("class") == "fix"]


def cells_fixed(page: Any) -> list[str]:
    """Return what the list of corrections says of each cell."""
    rows = parse(page.text).findall(".//details[@id='corrections']//tbody/tr")
    return [text_of(r.find("td[2]")) for r in rows]


def test_a_cell_is_corrected_in_the_page_and_recorded_with_both_values(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("partner")
    data = book(own(), own(Cercle="Bandiagara", Commune="Bandiagara", Ménages="env. 300"))
    address = sent(client, data)
    page = client.get(address)
    [form] = forms(page)
    [cell] = [i.get("value") for i in form.iter("input") if i.get("name") == "cellule"]
    assert json.loads(cell) == ["4W", 3, "L", "households_reached"]
    [field] = [i for i in form.iter("input") if i.get("name") == "valeur"]
    assert (field.get("value"), field.get("inputmode")) == ("env. 300", "numeric")

    kind = "error.number.unreadable"
    refused = fix(client, address, kind, json.loads(cell), valeur="trois cents")
    assert refused.status_code == 422
    assert "“trois cents” is not a number" in text_of(forms(refused)[0])
    assert 'value="trois cents"' in refused.text, "what was typed stays"
    assert "details open" in refused.text
    assert fix(client, address, kind, json.loads(cell), valeur="-3").status_code == 422

    mended = fix(client, address, kind, json.loads(cell), valeur="1 300")
    assert "1 cell is corrected here" in mended.text
    assert title(mended) == "mai.xlsx: 2 lines ready"
    assert cells_fixed(mended) == ["env. 300 → 1 300"]
    assert client.get(f"{address}/fichier").data == data, "the file keeps its bytes"

    client.post(f"{address}/enregistrer", data={"vu": "1"})
    rows = current(session, Activity.uid, Activity.households_reached, Activity.fixed)
    fixed = {"key": "households_reached", "column": "L", "header": "Ménages"}
    assert [r[1:] for r in rows] == [(120, None), (1300, [fixed | {"file": "env. 300", "fixed": "1 300"}])]
    assert cells_fixed(client.get(address)) == ["env. 300 → 1 300"], "the receipt keeps it"
    history = client.get(f"/test-2016/activites/{rows[1][0]}").text
    assert "Corrected on the site before it was recorded" in history
    assert "env. 300" in history
    # A submission that was sent cannot be corrected any more.
    assert fix(client, address, kind, json.loads(cell), valeur="7").status_code == 400
    assert client.post(f"{address}/corrections", data={"toutes": "1"}).status_code == 400
    trail = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "submission.fixed")).one()
    assert (trail.details["count"], trail.details["cells"][0]["file_value"]) == (1, "env. 300")


def test_one_answer_mends_all_rows_alike_or_one_of_them(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    rows = [own(Ménages="env. 300", Individus=n) for n in range(1500, 1510)]
    address = sent(client, book(own(), *rows, own(Ménages="env. 400", Individus=2000)))
    kind, first = "error.number.unreadable", ["4W", 3, "L", "households_reached"]
    assert "Only in row (empty: in all 10)" in client.get(address).text
    refused = fix(client, address, kind, first, valeur="300", seule="2")
    assert (refused.status_code, "Row 2 is none of these rows." in refused.text) == (422, True)
    one = fix(client, address, kind, first, valeur="310", seule="5")
    assert title(one) == "mai.xlsx: 2 lines ready, 10 need you"
    all_ = fix(client, address, kind, first, valeur="300")
    assert title(all_) == "mai.xlsx: 11 lines ready, 1 needs you"
    assert "9 cells are corrected here" in all_.text
    assert len(cells_fixed(all_)) == 10
    # A second correction of a cell takes the place of the first; what the file says stays known.
    again = [i.get("value") for f in parse(all_.text).iter("form") for i in f.iter("button")]
    assert len([v for v in again if v and v.isdigit()]) >= 10
    stored = session.scalars(sa.select(SubmissionFix.file_value).distinct()).all()
    assert stored == ["env. 300"]


def test_corrections_are_taken_back_one_by_one_or_all(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, book(own(Ménages="deux"), own(Ménages="trois", Individus=15)))
    kind = "error.number.unreadable"
    for number, value in ((2, "2"), (3, "3")):
        page = fix(client, address, kind, ["4W", number, "L", "households_reached"], valeur=value)
    assert cells_fixed(page) == ["deux → 2", "trois → 3"]
    ids = session.scalars(sa.select(SubmissionFix.id).order_by(SubmissionFix.row)).all()
    one = client.post(f"{address}/corrections", data={"correction": str(ids[0])}, follow_redirects=True)
    assert cells_fixed(one) == ["trois → 3"]
    assert "1 line ready, 1 needs you" in title(one)
    assert client.post(f"{address}/corrections", data={"correction": str(ids[0])}).status_code == 404
    back = client.post(f"{address}/corrections", data={"toutes": "1"}, follow_redirects=True)
    assert cells_fixed(back) == []
    assert title(back) == "mai.xlsx: 2 lines need a correction"
    # Typing what the file says is no correction.
    fix(client, address, kind, ["4W", 2, "L", "households_reached"], valeur="2")
    assert fix(client, address, "info.none", ["4W", 2, "L", "households_reached"]).status_code == 200


def test_suggestions_are_taken_with_one_click(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, book(own(Ménages=120.4), own(Individus=650, Statut="Acheve ?"), own(Ménages=90)))
    page = client.get(f"{address}?constat=error.number.not_whole")
    [form] = forms(page)
    assert "Take it" in text_of(form)
    cell = json.loads(next(i.get("value") for i in form.iter("input") if i.get("name") == "cellule") or "")
    taken = fix(client, address, "error.number.not_whole", cell, proposition="1")
    assert cells_fixed(taken) == ["120.4 → 120"]


def test_safe_suggestions_are_taken_together(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    rows = [own(Statut="Achevvé", Individus=n) for n in (600, 610)]
    address = sent(client, book(*rows, own(Statut="bientôt", Individus=620)))
    kind = "error.choice.unknown"
    page = client.get(f"{address}?constat={kind}")
    assert "Take all 2 safe proposals" in page.text
    taken = client.post(f"{address}/corriger?constat={kind}", data={"toutes": "1"}, follow_redirects=True)
    assert cells_fixed(taken) == ["Achevvé → Achevé"] * 2
    assert title(taken) == "mai.xlsx: 2 lines ready, 1 needs you"
    assert "safe proposal" not in taken.text
    none = client.post(f"{address}/corriger?constat={kind}", data={"toutes": "1"}, follow_redirects=True)
    assert "No safe suggestion is left" in none.text


def test_a_column_that_is_missing_is_filled_in_on_the_page(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    address = sent(client, without("Statut", own(), own(Individus=610)))
    page = client.get(address)
    [form] = forms(page)
    options = [text_of(o) for o in form.iter("option")]
    assert "for all rows of the sheet" in text_of(form)
    assert "Completed" in options
    cell = ["4W", 0, "", "status"]
    mended = fix(client, address, "error.column.missing", cell, valeur="completed")
    assert title(mended) == "mai.xlsx: 2 lines ready"
    assert cells_fixed(mended) == ["empty → Completed"]
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    assert [r for (r,) in current(session, Activity.status)] == ["completed", "completed"]


def test_the_annotated_workbook_shows_both_values_and_comes_back_mended(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, without("Statut", own(Ménages="env. 300", Individus=1500), own(Individus=610)))
    fix(client, address, "error.column.missing", ["4W", 0, "", "status"], valeur="completed")
    fix(client, address, "error.number.unreadable", ["4W", 2, "K", "households_reached"], valeur="300")
    workbook = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}/classeur.xlsx").data))
    sheet = workbook["4W"]
    assert sheet["K2"].value == "env. 300"
    assert sheet["K2"].fill.fgColor.rgb == "FFCCE2F3"
    assert "the file says “env. 300”, read is “300”" in sheet["K2"].comment.text
    status = [cell.value for cell in sheet[2]][-1]
    assert status == "Corrected on the site: Ménages"
    notes = " ".join(
        str(c.value) for row in workbook["Findings"].iter_rows(max_row=8) for c in row if c.value
    )
    assert "Cells corrected on the site: 2." in notes
    assert "“Status” is no column of your file; on the site it was filled in: “Completed”." in notes
    filled = client.get(f"{address}/classeur.xlsx?suggestions=1").data
    sheet = openpyxl.load_workbook(io.BytesIO(filled))["4W"]
    assert sheet["K2"].value == "300"
    again = client.get(sent(client, filled, "corrected.xlsx"))
    kinds = [a.get("href") or "" for a in parse(again.text).iter("a") if "constat=" in (a.get("href") or "")]
    assert not [k for k in kinds if "number.unreadable" in k], "what was corrected is not asked again"


def test_only_who_sends_a_file_corrects_it(client_for: Any, session: orm.Session) -> None:
    address = sent(client_for("partner"), book(own(Ménages="deux")))
    kind, cell = "error.number.unreadable", ["4W", 2, "L", "households_reached"]
    for role, organisation, status in (
        ("partner", "ONG-B", 404),
        ("coordinator", None, 403),
        ("viewer", None, 403),
    ):
        client = client_for(role, organisation)
        assert fix(client, address, kind, cell, valeur="2").status_code == status
        assert client.post(f"{address}/corrections", data={"toutes": "1"}).status_code == status
    assert forms(client_for("coordinator").get(address)) == [], "who may not correct sees no form"
    session.rollback()
    assert session.scalars(sa.select(SubmissionFix)).all() == []
    manager = client_for("information_manager")
    assert len(forms(manager.get(address))) == 1
    assert title(fix(manager, address, kind, cell, valeur="2")) == "mai.xlsx: 1 line ready"
    for odd in (["4W"], 5, None, {"a": 1}, ["4W", "x", [], {}]):
        assert fix(manager, address, kind, odd, valeur="2").status_code in (200, 400)
    deep = {"cellule": "[" * 100_000, "valeur": "2"}
    assert manager.post(f"{address}/corriger?constat={kind}", data=deep).status_code == 400
    stale = fix(manager, address, kind, cell, valeur="3")
    assert "This finding is no longer there" in stale.text


def test_a_page_of_many_findings_stays_light(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, book(*(own(Statut=f"presque {n}", Individus=n) for n in range(60))))
    page = client.get(address)
    assert len(forms(page)) == 40
    root = parse(page.text)
    assert len(list(root.iter("datalist"))) == 1, "beyond a few selects, the fields suggest"
    assert "Completed" in [o.get("value") for o in root.iter("option")]


def current(session: orm.Session, *columns: Any) -> list[Any]:
    """Return columns of the current activities in the order of the file."""
    session.rollback()
    statement = sa.select(*columns).where(Activity.superseded_at.is_(None), Activity.withdrawn.is_(False))
    return list(session.execute(statement.order_by(Activity.source_row, Activity.id)))
