"""A file in which no table was recognised: a person says where it is and what its columns are."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest

from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.headers.unknown import look
from cluster4w.template.declaration import shipped
from tests.books import saved
from tests.pages import parse
from tests.sending import sent, title
from tests.test_mapping_page import columns_of, name_of, selects

#: A partner's own names, which nobody can know, below a title and beside a sheet of notes.
FOREIGN = {
    "Qui": "ONG-A", "Quoi": "Kit BNA", "Volet": "BNA", "Province ou région": "Mopti", "Zone": "Bankass",
    "Quand": "mai 2016", "Avancement": "Achevé", "Public": "PDI", "Toits servis": 120,
}  # fmt: skip
MEANT = {
    "Qui": "org_acronym", "Quoi": "activity_type", "Volet": "sub_sector", "Province ou région": "adm1_name",
    "Zone": "adm2_name", "Quand": "period", "Avancement": "status", "Public": "population_group",
    "Toits servis": "households_reached",
}  # fmt: skip


def foreign_book() -> bytes:
    """Return a file whose headers stand in row 3 of its second sheet."""
    workbook = openpyxl.Workbook()
    notes: Any = workbook.active
    notes.append(("Notes de la mission", "à lire", "merci", "bien"))
    table: Any = workbook.create_sheet("Suivi")
    for line in (("Notre suivi",), (), tuple(FOREIGN), tuple(FOREIGN.values())):
        table.append(line)
    return saved(workbook)


def test_a_file_with_foreign_names_is_refused_and_read_once_its_columns_were_told(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, foreign_book())
    refused = client.get(address)
    assert title(refused) == "mai.xlsx cannot be used"
    assert f'href="{columns_of(address)}"' in refused.text
    choosing = client.get(columns_of(address))
    assert title(choosing) == "mai.xlsx: where is the table?"
    radios = [i for i in parse(choosing.text).iter("input") if i.get("type") == "radio"]
    assert [(i.get("value"), i.get("checked") is not None) for i in radios] == [
        ("1", False),
        ("3", True),
        ("4", False),
    ]
    other = client.get(f"{columns_of(address)}?feuille=0")
    assert "Notes de la mission · à lire" in other.text
    asking = client.get(f"{columns_of(address)}?feuille=1&ligne=3")
    assert set(selects(asking)) == set(FOREIGN)
    # An answer that cannot be, and none at all.
    twice = dict.fromkeys((name_of(asking, h) for h in ("Qui", "Quoi")), "org_acronym")
    wrong = client.post(columns_of(address), data={"feuille": "1", "ligne": "3", **twice})
    assert wrong.status_code == 422
    assert "is that already" in wrong.text
    none = client.post(columns_of(address), data={"feuille": "1", "ligne": "3"})
    assert none.location == f"{columns_of(address)}?feuille=1&ligne=3"
    # The answers.
    said = {name_of(asking, header): key for header, key in MEANT.items()}
    answer = client.post(columns_of(address), data={"feuille": "1", "ligne": "3", **said})
    assert (answer.status_code, answer.location) == (303, address)
    assert title(client.get(address)) == "mai.xlsx: 1 line ready"
    # The next file is known at once; another organisation's is not.
    assert title(client.get(sent(client, foreign_book(), "juin.xlsx"))) == "juin.xlsx: 1 line ready"
    assert title(client_for("partner", "ONG-B").get(address)) != title(client.get(address))


@pytest.mark.parametrize(
    "query", ["feuille=9&ligne=3", "feuille=1&ligne=99", "feuille=x&ligne=-1", "ligne=2", "feuille=1&ligne=0"]
)
def test_a_row_that_is_not_there_is_asked_again(client_for: Any, query: str) -> None:
    client = client_for("partner")
    address = sent(client, foreign_book())
    page = client.get(f"{columns_of(address)}?{query}")
    assert page.status_code == 200
    assert client.post(f"{columns_of(address)}?{query}").status_code == 303


def test_only_a_file_without_a_table_is_asked_for_its_place(client_for: Any) -> None:
    client = client_for("partner")
    address = sent(client, b"%PDF-1.4 nothing", "mai.pdf")
    assert "colonnes" not in client.get(address).text
    assert client.get(columns_of(address)).location == address
    assert client.post(columns_of(address), data={"feuille": "0", "ligne": "1"}).location == address
    assert client_for("partner", "ONG-B").get(columns_of(address)).status_code == 404


def test_the_likeliest_header_is_proposed_not_a_row_of_values() -> None:
    rows = [
        ("Suivi de mai", *[""] * 5),
        ("Où", "Combien de toits", "Quand", "Qui a donné", "Remarque", "Note"),
        ("X", 120, "mai 2016", "ECHO", "route coupée", "Mopti"),
        ("Y", 12, "juin 2016", "ECHO", "", ""),
    ]
    workbook = openpyxl.Workbook()
    page: Any = workbook.active
    for line in rows:
        page.append(line)
    (seen,) = look(saved(workbook), Vocabulary.of(shipped()))
    assert seen.proposed == 2
    assert seen.rows[1] == (2, "Où · Combien de toits · Quand · Qui a donné · Remarque · Note")
    assert seen.rows[2][1].startswith("X · 120 · mai 2016")
