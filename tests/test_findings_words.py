"""A finding speaks the language of whoever reads it, its parameters too."""

from __future__ import annotations

from sqlalchemy import orm

from cluster4w.intake.check import check_file
from cluster4w.intake.findings import Finding, message
from cluster4w.models import Operation
from cluster4w.template.language import translator
from cluster4w.template.rules import Severity
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


def test_figures_in_a_finding_are_written_as_the_reader_s_language_does() -> None:
    params = {"a": 1234567, "b": 1200.0, "ratio": 1028.8, "low": 0.5, "high": 3.0}
    finding = Finding(Severity.WARNING, "quantity.per_household", params=params)
    french, english = (message(finding, translator(language)) for language in ("fr", "en"))
    assert "1\u202f234\u202f567 articles pour 1\u202f200 ménages font 1\u202f028,8" in french
    assert "de 0,5 à 3." in french
    assert "1,234,567 items for 1,200 households are 1,028.8" in english
    assert "usual are 0.5 to 3." in english
