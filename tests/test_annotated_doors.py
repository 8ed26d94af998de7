"""How people get their annotated workbook: the command line and the page of the check."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.books import book
from tests.pages import parse, text_of
from tests.rich_books import with_macros
from tests.sending import own, sent

BAD = book(own(Statut="Achevve"), own(Cercle="Ansongo"), own())


def _sheet(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))["4W"]


@pytest.mark.parametrize("command", ["check", "import"])
def test_check_and_import_write_the_annotated_workbook(cli: Any, tmp_path: Path, command: str) -> None:
    file, out = tmp_path / "mai.xlsx", tmp_path / "retour.xlsx"
    file.write_bytes(BAD)
    options = ("--operation", "test-2016", "--org", "ONG-A", "--annotated", out)
    assert cli(command, file, *options).exit_code == 1
    sheet = _sheet(out.read_bytes())
    assert [sheet[f"N{n}"].value for n in (1, 4)] == ["Contrôle cluster4w", "OK"]
    assert sheet["J2"].value == "Achevve"
    assert file.read_bytes() == BAD
    cli(command, file, *options, "--accept-suggestions", "--lang", "en")
    assert [_sheet(out.read_bytes())[place].value for place in ("J2", "N1")] == ["Achevé", "cluster4w check"]


def test_a_name_under_which_nobody_could_open_it_is_refused_before_any_work(cli: Any, tmp_path: Path) -> None:
    file, out = tmp_path / "mai.xlsm", tmp_path / "retour.xlsx"
    file.write_bytes(with_macros(BAD))
    options = ("--operation", "test-2016", "--lang", "en", "--annotated")
    result = cli("check", file, *options, out)
    assert (result.exit_code, out.exists()) == (2, False)
    assert result.stderr.strip() == "The annotated workbook is an .xlsm: give it a name that ends so."
    assert cli("check", file, *options, tmp_path / "retour.XLSM").exit_code == 1


def test_suggestions_without_a_workbook_to_put_them_in_are_refused(cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "mai.xlsx"
    file.write_bytes(BAD)
    result = cli("check", file, "--operation", "test-2016", "--accept-suggestions")
    assert result.exit_code == 2
    assert "--accept-suggestions needs --annotated" in result.stderr


def _links(page: Any) -> dict[str, str]:
    return {text_of(a): str(a.get("href")) for a in parse(page.text).iter("a")}


def test_the_page_of_a_check_gives_the_workbook_back(client_for: Any) -> None:
    client = client_for("partner")
    links = _links(client.get(sent(client, BAD, "Données mai.xlsx")))
    answer = client.get(links["My annotated workbook (xlsx)"])
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"] == "attachment; filename=Donnees-mai_findings.xlsx"
    sheet = _sheet(answer.data)
    assert [sheet[f"N{n}"].value for n in (1, 4)] == ["cluster4w check", "OK"]
    assert sheet["G3"].comment is not None
    filled = client.get(links["The same with the safe suggestions filled in"])
    assert _sheet(filled.data)["J2"].value == "Achevé"
    assert "Donnees-mai_suggestions.xlsx" in filled.headers["Content-Disposition"]


def test_sent_again_as_it_came_back_it_says_the_same(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, BAD)
    back = client.get(f"{address}/classeur.xlsx").data
    first, second = (
        text_of(parse(client.get(a).text).find(".//main")) for a in (address, sent(client, back))
    )
    # Only the second one has a file before it, of which nothing was mended.
    told = re.search(r"Your last file: mai\.xlsx, .*? Nothing else has changed since\. ", second)
    assert told is not None
    second = second.replace(told[0], "")
    assert first.split("Sent on")[0] == second.split("Sent on")[0]


def test_a_workbook_with_macros_keeps_its_ending(client_for: Any) -> None:
    client = client_for("partner")
    answer = client.get(sent(client, with_macros(BAD), "mai.xlsm") + "/classeur.xlsx")
    assert answer.mimetype == "application/vnd.ms-excel.sheet.macroEnabled.12"
    assert answer.headers["Content-Disposition"] == "attachment; filename=mai_findings.xlsm"


def test_the_receipt_still_gives_it_where_rows_wait(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, BAD)
    client.post(f"{address}/enregistrer", data={"vu": "1"})
    links = _links(client.get(address))
    assert client.get(links["My annotated workbook (xlsx)"]).status_code == 200
    clean = sent(client, book(own()))
    assert "My annotated workbook (xlsx)" not in _links(client.get(clean))


def test_nobody_gets_the_workbook_of_another_organisation(client_for: Any) -> None:
    address = sent(client_for("partner"), BAD)
    assert client_for("partner", "ONG-B").get(f"{address}/classeur.xlsx").status_code == 404
    assert client_for("coordinator").get(f"{address}/classeur.xlsx").status_code == 200


def test_a_file_that_was_refused_has_no_findings_to_come_back_with(client_for: Any) -> None:
    client = client_for("partner")
    answer = client.get(sent(client, b"%PDF-1.4 nothing", "mai.xlsx") + "/classeur.xlsx")
    assert answer.status_code == 400
    assert "Only a checked file can come back with its findings" in answer.text
