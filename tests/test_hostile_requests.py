"""Requests that no page of ours would send: each gets an answer in words, never an error of the server."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.books import ROW, book
from tests.people import PASSWORD

HUGE = "9" * 30
NUL = "%00"
ARABIC = "%D9%A2%D9%A0%D9%A1%D9%A6-05"  # a month in digits that \d takes too
MONTHS = ("0000-01", "9999-12", ARABIC, NUL)
_O = "/test-2016"

ADDRESSES = (
    *(f"{_O}/activites?page={n}" for n in ("%C2%B2", "9" * 5000, HUGE, "-1", "0", "x", NUL)),
    *(f"{_O}/activites?org={n}" for n in ("%C2%B2", HUGE, "-1", NUL)),
    *(f"{_O}/activites?{key}={NUL}" for key in ("q", "mois", "lieu", "type", "statut", "tri")),
    *(f"{_O}/{page}={month}" for page in ("activites?mois", "ecarts?mois", "?mois", "modele.xlsx?mois",
      "exports/registre.xlsx?du", "activites/nouvelle?mois") for month in MONTHS),
    f"{_O}/modele.xlsx?mois=%01%EF%BF%BF",
    f"{_O}/activites?q=%ED%A0%80%01",
    f"{_O}/activites?q=" + "%25_%5C" * 100,
    f"{_O}/ecarts?niveau={HUGE}&vue={NUL}&unite=x&groupe=%FF",
    f"{_O}/ecarts/{NUL}",
    f"{_O}/ecarts.{NUL}",
    f"{_O}/activites/{NUL}",
    f"{_O}/activites/%FF",
    f"{_O}/envois/{HUGE}",
    f"{_O}/envois/2147483647",
    f"{_O}/envois/4294967296/etat",
    f"{_O}/envois/9223372036854775808/fichier",
    f"{_O}/modele.xlsx?org={HUGE}&modele=../../etc&langue=xx",
    f"{_O}/exports/registre.xlsx?modele={NUL}&org={NUL}",
    f"/{NUL}/",
    f"/{NUL}/activites",
    "/%ED%A0%80/activites",
    "/static/%2e%2e/config.py",
    "/static/..%5cconfig.py",
    f"/static/{NUL}",
    f"/connexion?next={NUL}",
)  # fmt: skip


def test_an_address_that_makes_no_sense_is_answered(client_for: Any) -> None:
    client = client_for("information_manager")
    for address in ADDRESSES:
        response = client.get(address)
        assert response.status_code in {200, 400, 404}, f"{response.status_code} {address[:80]}"
        if response.mimetype == "text/html":
            assert "Traceback" not in response.text


FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    (f"{_O}/equipe/organisations/admettre", {"organisation": HUGE}),
    (f"{_O}/equipe/organisations/admettre", {"organisation": "²"}),
    (f"{_O}/equipe/personnes/{HUGE}/mot-de-passe", {}),
    (f"{_O}/equipe/personnes/2147483648/fermer", {}),
    (f"{_O}/equipe/personnes/999999/retirer", {}),
    (
        f"{_O}/equipe/personnes",
        {"email": "a\0b@example.org", "name": "\0", "role": "viewer"},
    ),
    (f"{_O}/equipe/organisations", {"acronym": "\0A", "org_name": "N\0", "type": "donor", "part": "partner"}),
    (f"{_O}/mois/2016-06/neant", {"org": HUGE}),
    (f"{_O}/mois/{NUL}/verrouiller", {}),
    (f"{_O}/mois/0000-01/verrouiller", {}),
    (f"{_O}/mois/{ARABIC}/verrouiller", {}),
    (f"{_O}/mois/2016-06/echeance", {"due": "0001-01-01"}),
    (f"{_O}/mois/2016-06/echeance", {"due": "\0"}),
    (f"{_O}/envois/{HUGE}/enregistrer", {}),
    (f"{_O}/activites/nouvelle", {"period": "\0", "organisation": "²", "comments": "\0" * 50}),
    ("/langue/fr", {"next": "\0"}),
    ("/langue/" + NUL, {}),
    ("/mot-de-passe", {"current": "\0", "new": "\0" * 20, "again": "\0" * 20}),
)


@pytest.mark.parametrize(("address", "entered"), FORMS, ids=range(len(FORMS)))
def test_a_form_that_makes_no_sense_is_answered(
    client_for: Any, address: str, entered: dict[str, str]
) -> None:
    response = client_for("information_manager").post(address, data=entered)
    assert response.status_code in {200, 302, 400, 404, 422}


@pytest.mark.parametrize("email", ["a\0b@example.org", "x" * 300, "é@example.org", "'; drop table person"])
def test_nobody_signs_in_with_an_address_that_is_none(client_for: Any, email: str) -> None:
    response = client_for("anonymous").post("/connexion", data={"email": email, "password": PASSWORD})
    assert response.status_code == (400 if "\0" in email else 422)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        "x" * 4000 + ".xlsx",
        'a"; filename="b.exe',
        "<script>alert(1)</script>.xlsx",
        "\u202excod.exe.xlsx",
    ],
)
def test_a_file_of_any_name_is_taken_and_goes_back_under_a_plain_one(client_for: Any, name: str) -> None:
    client, data = client_for("partner"), book(ROW)
    sent = client.post(f"{_O}/envoyer", data={"file": (io.BytesIO(data), name), "month": ""})
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    back = client.get(f"{sent.location}/fichier")
    assert back.data == data
    kept = back.headers["Content-Disposition"].removeprefix("attachment; filename=")
    assert kept.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert len(kept) < 200
    assert back.mimetype == "application/octet-stream"
