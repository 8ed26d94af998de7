"""The exports page: the record as workbooks, month by month or as chosen."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.books import ROW as UPLOADED
from tests.books import book
from tests.pages import parse, text_of
from tests.record_rows import add_rows, agency_id

PAGE = "/test-2016/exports"
FILE = f"{PAGE}/registre.xlsx"


@pytest.fixture
def loaded(app: Any) -> None:
    """Rows of two organisations in two months."""
    add_rows(
        app,
        "ONG-A",
        {"comments": "alpha mai", "contact_name": "Awa"},
        {"period": "2016-04", "comments": "alpha avril"},
    )
    add_rows(app, "ONG-B", {"comments": "bravo mai"})


def cells(data: bytes) -> set[str]:
    """Return every text of a workbook."""
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    return {
        str(cell.value)
        for sheet in workbook
        for line in sheet.iter_rows()
        for cell in line
        if cell.value is not None
    }


@pytest.mark.usefixtures("loaded")
def test_the_page_lists_the_months_with_a_link_for_each_layout(client_for: Any) -> None:
    client = client_for("coordinator")
    root = parse(client.get(PAGE).text)
    rows = {text_of(r.find("th")): r for r in root.findall(".//section[2]//tbody/tr")}
    assert list(rows) == ["May 2016", "April 2016"]
    assert [text_of(c) for c in rows["May 2016"].findall("td")][:2] == ["2", "2"]
    links = [a.get("href") or "" for a in rows["April 2016"].iter("a")]
    assert len(links) == 2
    for link in links:
        answer = client.get(link)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=201604_test-2016_")
        assert answer.mimetype.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(
    ("query", "inside", "outside", "name"),
    [
        ("", {"alpha mai", "alpha avril", "bravo mai"}, set(), "201601-201612_test-2016_shelter-4w"),
        ("du=2016-05", {"alpha mai", "bravo mai"}, {"alpha avril"}, "201605-201612_test-2016_shelter-4w"),
        ("au=2016-04", {"alpha avril"}, {"alpha mai", "bravo mai"}, "201601-201604_test-2016_shelter-4w"),
        ("du=2016-05&au=2016-05", {"alpha mai"}, {"alpha avril"}, "201605_test-2016_shelter-4w"),
    ],
)
@pytest.mark.usefixtures("loaded")
def test_months_are_chosen(
    client_for: Any, query: str, inside: set[str], outside: set[str], name: str
) -> None:
    answer = client_for("information_manager").get(f"{FILE}?{query}")
    found = cells(answer.data)
    assert inside <= found
    assert not outside & found
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}.xlsx"


@pytest.mark.usefixtures("loaded")
def test_one_organisation_is_chosen(app: Any, client_for: Any) -> None:
    answer = client_for("information_manager").get(f"{FILE}?org={agency_id(app, 'ONG-B')}")
    found = cells(answer.data)
    assert "bravo mai" in found
    assert not {"alpha mai", "alpha avril"} & found
    assert answer.headers["Content-Disposition"].endswith("_ONG-B.xlsx")


@pytest.mark.usefixtures("loaded")
def test_a_public_file_has_no_contacts(client_for: Any) -> None:
    client = client_for("coordinator")
    assert "Awa" in cells(client.get(FILE).data)
    assert "Awa" not in cells(client.get(f"{FILE}?public=1").data)


@pytest.mark.usefixtures("loaded")
def test_the_layout_of_ocha_has_its_own_columns(client_for: Any) -> None:
    found = cells(client_for("coordinator").get(f"{FILE}?modele=ocha-mali-5w").data)
    assert "Organisation Accronyme" in found


@pytest.mark.usefixtures("loaded")
def test_an_export_comes_back_by_the_upload_page_unchanged(client_for: Any) -> None:
    client = client_for("information_manager")
    data = client.get(f"{FILE}?du=2016-05&au=2016-05").data
    form = {"month": "2016-05", "organisation": "", "file": (io.BytesIO(data), "registre.xlsx")}
    answer = client.post("/test-2016/envoyer", data=form, content_type="multipart/form-data")
    assert "0 new, 0 changed, 2 unchanged" in client.get(answer.location).text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("du=2016-06&au=2016-05", 400),
        ("du=juin", 400),
        ("org=99999", 404),
        ("org=abc", 404),
        ("modele=no-such-layout", 404),
    ],
)
def test_an_order_that_makes_no_sense_is_a_page_not_a_broken_file(
    client_for: Any, query: str, status: int
) -> None:
    answer = client_for("information_manager").get(f"{FILE}?{query}")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("role", ["partner", "viewer"])
def test_exports_are_for_the_coordination(client_for: Any, role: str) -> None:
    client = client_for(role)
    assert client.get(PAGE).status_code == 403
    assert client.get(FILE).status_code == 403


def test_an_empty_record_says_what_to_do_and_hands_out_the_workbook(client_for: Any) -> None:
    client = client_for("coordinator")
    page = client.get(PAGE)
    assert "The record is empty" in page.text
    links = [a.get("href") for a in parse(page.text).iter("a") if "modele.xlsx" in (a.get("href") or "")]
    assert len(links) == 2
    for link in links:
        assert client.get(link).status_code == 200


def test_the_page_is_kept_until_the_record_changes(app: Any, client_for: Any) -> None:
    client = client_for("coordinator")
    client.get(PAGE)
    kept = {"If-None-Match": client.get(PAGE).headers["ETag"]}
    assert client.get(PAGE, headers=kept).status_code == 304
    add_rows(app, "ONG-A", {})
    assert client.get(PAGE, headers=kept).status_code == 200


def test_what_was_uploaded_can_be_exported(client_for: Any) -> None:
    client = client_for("information_manager")
    form = {"month": "2016-05", "organisation": "", "file": (io.BytesIO(book(UPLOADED)), "mai.xlsx")}
    answer = client.post("/test-2016/envoyer", data=form, content_type="multipart/form-data")
    client.post(f"{answer.location}/enregistrer", data={"vu": "1"})
    assert "OIM" in cells(client.get(f"{FILE}?du=2016-05&au=2016-05").data)
