"""What changed since the last file of the same sender and months, mended errors counted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.comparing.since import FileRow, as_report, compare_files
from cluster4w.models import Submission
from tests.books import book
from tests.pages import parse, text_of
from tests.sending import own, sent

KEYS = {"4W": ("row_id", "period", "site_name", "households_reached", "comments")}


def file_row(number: int, errors: tuple[tuple[str, str], ...] = (), **values: Any) -> FileRow:
    """Return a row of one organisation in May."""
    return FileRow("4W", number, 7, {"period": "2016-05", **values}, errors)


def test_rows_of_two_files_are_matched_by_id_content_identity_and_place() -> None:
    wrong = (("number.unreadable", "households_reached"),)
    before = [
        file_row(2, row_id="A", site_name="a", households_reached=1),
        file_row(3, site_name="b", households_reached=2),
        file_row(4, site_name="c", households_reached=3),
        # Its figure could not be read, nor its site: at the same place it is the same row.
        file_row(5, (*wrong, ("area.unknown", "adm2_name")), comments="from the depot"),
        file_row(6, wrong, site_name="gone"),
        file_row(7, wrong, site_name="f"),
    ]
    now = [
        file_row(2, site_name="c", households_reached=3),
        file_row(3, row_id="A", site_name="moved", households_reached=1),
        file_row(4, site_name="b", households_reached=20),
        file_row(5, (("area.unknown", "adm2_name"),), comments="from the depot", households_reached=5),
        file_row(6, site_name="new", households_reached=9),
        file_row(7, wrong, site_name="f"),
    ]
    since = compare_files(before, now, KEYS)
    assert [(a.number, b.number, keys) for a, b, keys in since.changed] == [
        (2, 3, ["site_name"]),
        (3, 4, ["households_reached"]),
        (5, 5, ["households_reached"]),
    ]
    # Half of what row 6 says is equal: nothing but its month, which every row has.
    assert since.unchanged == 2
    assert ([r.number for r in since.added], [r.number for r in since.removed]) == ([6], [6])
    assert (since.mended, since.left, since.dropped) == (1, 2, 1)
    report = as_report(since, {"submission": 1})
    assert (report["submission"], report["changed"], report["rows_added"]) == (
        1,
        3,
        [{"sheet": "4W", "number": 6}],
    )


def test_a_column_that_the_new_file_lacks_changes_nothing() -> None:
    before = [file_row(2, site_name="a", comments="x", donor="ECHO")]
    since = compare_files(before, [file_row(2, site_name="a", comments="x")], KEYS)
    assert (since.unchanged, since.changed) == (1, [])


def told(client: Any, address: str) -> str:
    """Return what the page of a check says of the file before."""
    page = parse(client.get(address).text)
    found = [text_of(p) for p in page.iter("p") if text_of(p).startswith("Your last file:")]
    return found[0] if found else ""


def test_the_page_says_how_many_errors_are_mended(client_for: Any, session: orm.Session) -> None:
    client = client_for("partner")
    rows = [own(Ménages="env. 300", Individus=n) for n in (1500, 1510, 1520)]
    first = sent(client, book(own(), *rows), "un.xlsx")
    assert told(client, first) == "", "there is no file before"
    mended = [own(Ménages=300, Individus=1500), own(Ménages=302, Individus=1510)]
    second = sent(client, book(own(), *mended, rows[2], own(Cercle="Bandiagara", Commune="Bandiagara")))
    said = told(client, second)
    assert said.startswith("Your last file: un.xlsx,")
    assert "2 of its 3 errors are mended, 1 is left." in said
    depuis = text_of(parse(client.get(second).text).find(".//details[@id='depuis']"))
    assert "1 added, 0 removed, 2 changed" in depuis
    assert "Added: row 6." in depuis
    # What was put away or refused does not count, nor what others sent.
    client.post(f"{second}/ecarter")
    sent(client, b"\x89PNG\r\n\x1a\n" + bytes(400), "photo.xlsx")
    sent(client_for("information_manager"), book(own()), "tous.xlsx", organisation="")
    third = sent(client, book(own(), *rows), "trois.xlsx")
    assert "un.xlsx" in told(client, third)
    assert "0 of its 3 errors are mended, 3 are left. Nothing else has changed since." in told(client, third)
    # A row that is gone took its error with it: nobody mended that.
    fourth = sent(client, book(own(), rows[0], mended[1]), "quatre.xlsx")
    went = "1 of its 3 errors are mended, 1 went with a row that is no longer in the file, 1 is left."
    assert went in told(client, fourth)
    # Another month was never sent before.
    june = sent(client, book(own(Mois="juin 2016")), "juin.xlsx", month="2016-06")
    assert told(client, june) == ""
    session.rollback()
    reports = session.scalars(sa.select(Submission.report).order_by(Submission.id)).all()
    assert reports[-1]["months"] == ["2016-06"]


def test_what_was_corrected_in_the_page_counts_as_mended(client_for: Any) -> None:
    client = client_for("partner")
    data = book(own(), own(Ménages="env. 300", Individus=1500))
    sent(client, data, "un.xlsx")
    second = sent(
        client, book(own(), own(Ménages="env. 300", Individus=1500), own(Individus=77)), "deux.xlsx"
    )
    assert "0 of its 1 error is mended, 1 is left." in told(client, second)
    cell = '["4W", 3, "L", "households_reached"]'
    client.post(f"{second}/corriger?constat=error.number.unreadable", data={"cellule": cell, "valeur": "300"})
    assert "1 of its 1 error is mended." in told(client, second)
