"""The page of needs and targets: what is used, a look before loading, choosing and removing."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.needs.file import About, read_needs
from cluster4w.models import NeedChoice, NeedSource, NeedUpload, Operation, StoredFile
from cluster4w.publish.workbooks.needs import write_needs_template
from cluster4w.record.operations.needs import Figure
from tests.test_needs_checks import DAY, NEWER

PAGE = "/test-2016/besoins"
TABLE = (
    b"pcode,name,unit,targeted\nML0501,Bandiagara,households,30\nML0502,Bankass,households,20\n"
    b"ML05,Mopti,households,60\n"
)


def _send(client: Any, content: bytes = TABLE, name: str = "plan.csv", **changes: str) -> Any:
    said = {"source": "Plan", "dated": "2016-06-30", "published": "", "validated_by": "CMP", **changes}
    return client.post(
        PAGE, data={**said, "file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )


def _one(session: orm.Session, column: Any) -> Any:
    session.rollback()
    return session.scalars(sa.select(column).order_by(sa.desc(column))).first()


def test_a_table_is_sent_looked_at_and_loaded_in_three_requests(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("information_manager")
    empty = client.get(PAGE)
    assert "No needs or targets are loaded yet" in empty.text
    sent = _send(client)
    assert (sent.status_code, sent.location) == (303, f"{PAGE}/envois/{_one(session, NeedUpload.id)}")
    assert _one(session, NeedSource.id) is None
    look = client.get(sent.location)
    assert "3 figures are ready to load" in look.text
    assert "Mopti (ML05): the figure is 60, but its areas (2 of 2) come to 50 (difference 10)" in look.text
    assert "the region itself: 60" in look.text
    assert _one(session, NeedSource.id) is None
    for _ in range(2):
        done = client.post(f"{sent.location}/charger")
        assert (done.status_code, done.location) == (303, PAGE)
    session.rollback()
    sources = session.execute(sa.select(NeedSource.source, NeedSource.validated_by, NeedSource.edition)).all()
    assert [tuple(row) for row in sources] == [("Plan", "CMP", "test")]
    page = client.get(PAGE)
    assert "validated by CMP" in page.text
    assert "Cercle: 2 of 4" in page.text
    assert "latest by its date" in page.text
    again = _send(client, TABLE.replace(b",30", b",31"))
    assert "takes its place" in client.get(again.location).text
    assert client.get(sent.location).location == PAGE
    client.post(f"{PAGE}/{_one(session, NeedSource.id)}/retirer")
    client.post(f"{sent.location}/charger")
    assert "No needs or targets are loaded yet" in client.get(PAGE).text
    file = client.get(f"{sent.location}/fichier")
    assert (file.data, file.headers["Content-Disposition"]) == (TABLE, "attachment; filename=plan.csv")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": " "}, "Say where the figures come from"),
        ({"dated": ""}, "Give the date of the figures"),
        ({"dated": "hier"}, "Not a valid date"),
        ({"sub_sector": "wash"}, "Not a valid choice"),
        ({"edition": "1999"}, "Not a valid choice"),
    ],
)
def test_a_form_that_lacks_something_keeps_nothing(
    client_for: Any, session: orm.Session, changes: dict[str, str], words: str
) -> None:
    answer = _send(client_for("information_manager"), **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert _one(session, StoredFile.id) is None


def test_a_file_that_is_no_table_is_said_on_its_page_and_cannot_be_loaded(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("information_manager")
    for content in (b"\x89PNG\r\n\x1a\n\x00", b"a,b\n1,2\n", b"pcode,targeted\nML9999,5\n"):
        sent = _send(client, content)
        look = client.get(sent.location)
        assert (look.status_code, "Nothing in this table" in look.text) == (200, True)
        assert client.post(f"{sent.location}/charger").status_code == 400
    assert _one(session, NeedSource.id) is None
    assert client.get(f"{PAGE}/envois/999").status_code == 404


def test_a_table_of_another_edition_is_translated_with_one_click(
    app: Any, client_for: Any, session: orm.Session
) -> None:
    from cluster4w.intake.areas.file import load_areas

    load_areas(session, NEWER.encode(), "n.csv", country="MLI", edition="2030")
    session.commit()
    client = client_for("information_manager")
    table = b"pcode,name,targeted\nML0501,Bankass,5\nML0502,Bandiagara,6\nML1001,Menaka,7\n"
    sent = _send(client, table)
    assert "Translate its codes from the edition 2030" in client.get(sent.location).text
    assert client.post(f"{sent.location}/edition", data={"edition": "1999"}).status_code == 400
    assert client.post(f"{sent.location}/edition", data={"edition": "2030"}).location == sent.location
    look = client.get(sent.location)
    assert "3 figures are ready" in look.text
    client.post(f"{sent.location}/charger")
    assert _one(session, NeedSource.edition) == "2030"


def test_a_manager_chooses_and_removes_and_takes_both_back_and_others_only_read(
    client_for: Any, session: orm.Session
) -> None:
    client = client_for("information_manager")
    for day in ("2016-01-31", "2016-06-30"):
        sent = _send(client, dated=day)
        client.post(f"{sent.location}/charger")
    newest = _one(session, NeedSource.id)
    oldest = session.scalars(sa.select(sa.func.min(NeedSource.id))).one()
    asked = {"measure": "targeted", "sub_sector": "", "first": "2016-03", "last": "2016-06"}
    assert client.post(f"{PAGE}/{oldest}/choisir", data=asked).location == PAGE
    choice = _one(session, NeedChoice.id)
    page = client.get(f"{PAGE}?mois=2016-06")
    assert "Targeted, from March 2016, to June 2016" in page.text
    assert page.text.count("31 January 2016") >= 3
    assert client.post(f"{PAGE}/{oldest}/choisir", data={"measure": "x"}).status_code == 400
    assert client.post(f"{PAGE}/{oldest}/choisir", data={"first": "juin"}).status_code == 400
    reader = client_for("coordinator")
    seen = reader.get(f"{PAGE}?mois=2016-06")
    assert "Plan" in seen.text
    assert "Load a table" not in seen.text
    assert "choisir" not in seen.text
    for address in (
        f"{PAGE}/{oldest}/choisir",
        f"{PAGE}/{oldest}/retirer",
        f"{PAGE}/choix/{choice}/reprendre",
    ):
        assert reader.post(address).status_code == 403
    assert client_for("partner").get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/choix/{choice}/reprendre").location == PAGE
    assert "Choices that hold" not in client.get(PAGE).text
    assert client.post(f"{PAGE}/{newest}/retirer").location == PAGE
    assert "Put back" in client.get(PAGE).text
    assert client.post(f"{PAGE}/{newest}/remettre").location == PAGE
    assert "No longer used" not in client.get(PAGE).text
    for address in (
        f"{PAGE}/999/choisir",
        f"{PAGE}/999/retirer",
        f"{PAGE}/999/remettre",
        f"{PAGE}/choix/999/reprendre",
    ):
        assert client.post(address).status_code == 400


def _filled(session: orm.Session, operation: Operation, language: str, *rows: list[Any]) -> bytes:
    out = io.BytesIO()
    write_needs_template(session, operation, out, language=language)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    sheet = book.worksheets[1]
    for at, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column).value = value
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        (
            "fr",
            [
                ["Bankass (ML0502)", "Abris", "PDI", "Ciblés", "Ménages", 40, "plan"],
                ["Mopti (ML05)", "Les deux", "Tous", "Dans le besoin", "Individus", 900, None],
                ["Pays entier (MLI)", "BNA", "Retournés", "Ciblés", "Ménages", 7, None],
            ],
        ),
        (
            "en",
            [
                ["Bankass (ML0502)", "Shelter", "IDPs", "Targeted", "Households", 40, "plan"],
                ["Mopti (ML05)", "Both", "All groups", "In need", "Individuals", 900, None],
                ["Whole country (MLI)", "NFI", "Returnees", "Targeted", "Households", 7, None],
            ],
        ),
    ],
)
def test_our_own_workbook_comes_back_as_it_was_filled(
    session: orm.Session, operation: Operation, language: str, rows: list[list[Any]]
) -> None:
    content = _filled(session, operation, language, *rows)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, lists = book.worksheets[1], book.worksheets[2]
    assert lists.sheet_state == "hidden"
    offered = [{str(c.value) for c in column if c.value} for column in lists.iter_cols(min_row=2)]
    for column, row in enumerate(rows[0][:5]):
        assert row in offered[column]
    assert all(row[0] in offered[0] and row[2] in offered[2] for row in rows)
    assert len(sheet.data_validations.dataValidation) == 6
    loaded = read_needs(session, operation, content, "besoins.xlsx", About("Plan", DAY))
    assert loaded.figures == [
        Figure("targeted", 2, "ML0502", "shelter", "idps", "household", 40.0),
        Figure("in_need", 1, "ML05", None, None, "individual", 900.0),
        Figure("targeted", 0, "MLI", "nfi", "returnees", "household", 7.0),
    ]
    assert not loaded.has_errors


def test_the_commands_load_list_choose_and_remove(cli: Any, tmp_path: Any) -> None:
    import json

    file = tmp_path / "plan.csv"
    file.write_bytes(TABLE)
    named = ["--operation", "test-2016"]
    load = ["needs", "load", file, *named, "--source", "Plan", "--validated-by", "CMP", "--lang", "en"]
    assert "3 figures" not in cli("needs", "list", *named).output
    checked = cli(*load, "--date", "2016-01-31", "--check", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["figures"]) == (0, 3)
    assert json.loads(cli("needs", "list", *named, "--json").stdout) == []
    for day in ("2016-01-31", "2016-06-30"):
        assert cli(*load, "--date", day, "--published", "2016-07-01").exit_code == 0
    new, old = json.loads(cli("needs", "list", *named, "--json").stdout)
    assert (new["date"], new["published"], new["validated_by"]) == ("2016-06-30", "2016-07-01", "CMP")
    assert new["used_for"] == "targeted nfi (latest), targeted shelter (latest)"
    assert (old["used_for"], new["areas"], new["units"]) == ("", 2, "household")
    chosen = cli("needs", "choose", str(old["id"]), *named, "--sub-sector", "nfi", "--from", "2016-05")
    assert chosen.exit_code == 0
    new, old = json.loads(cli("needs", "list", *named, "--json").stdout)
    assert (old["used_for"], old["choices"]) == ("targeted nfi (chosen)", chosen.output.strip())
    april = json.loads(cli("needs", "list", *named, "--period", "2016-04", "--json").stdout)
    assert april[1]["used_for"] == "targeted nfi (latest), targeted shelter (latest)"
    assert cli("needs", "unchoose", old["choices"], *named).exit_code == 0
    assert cli("needs", "remove", str(new["id"]), *named).exit_code == 0
    rows = json.loads(cli("needs", "list", *named, "--json").stdout)
    assert [(r["id"], r["stands"]) for r in rows] == [(old["id"], True), (new["id"], False)]
    assert cli("needs", "choose", str(new["id"]), *named).exit_code == 2
    assert cli("needs", "remove", str(new["id"]), *named, "--undo").exit_code == 0
    assert json.loads(cli("needs", "list", *named, "--json").stdout)[0]["id"] == new["id"]
    out = tmp_path / "besoins.xlsx"
    assert cli("needs", "template", out, *named).exit_code == 0
    assert openpyxl.load_workbook(out).sheetnames[:2] == ["Mode d’emploi", "Besoins"]
