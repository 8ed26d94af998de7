"""A finding speaks the language of whoever reads it, its parameters too."""

from __future__ import annotations

from sqlalchemy import orm

from cluster4w.intake.check import check_file
from cluster4w.intake.findings import message
from cluster4w.models import Operation
from cluster4w.template.language import translator
from tests.books import HEADERS, ROW, book


def test_labels_in_a_finding_are_said_in_the_language_of_the_reader(
    session: orm.Session, operation: Operation
) -> None:
    at = HEADERS.index("Statut")
    row = (*ROW[:at], "fini hier", *ROW[at + 1 :])
    check = check_file(session, operation, book(row), "a.xlsx", agency=None, month=None)
    [finding] = [f for f in check.findings if f.code == "choice.unknown"]
    french, english = (message(finding, translator(language)) for language in ("fr", "en"))
    assert "Achevé" in french
    assert "Completed" not in french
    assert "Completed" in english
    assert "Achevé" not in english


def test_a_region_that_is_none_is_looked_for_in_the_whole_country(
    session: orm.Session, operation: Operation
) -> None:
    at = HEADERS.index("Région")
    row = (*ROW[:at], "Zanzibar", "", "", *ROW[at + 3 :])
    check = check_file(session, operation, book(row), "a.xlsx", agency=None, month=None)
    [finding] = [f for f in check.findings if f.code == "area.unknown"]
    assert "dans tout le pays" in message(finding, translator("fr"))
    assert "in the whole country" in message(finding, translator("en"))
