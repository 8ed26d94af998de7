"""A choice that is not in the list is suggested in the language that the file itself speaks."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.choices import language_of
from cluster4w.intake.findings import Finding, message, suggestion_of
from cluster4w.intake.report import as_text, report
from cluster4w.models import Operation
from cluster4w.publish.annotated.annotate import annotate, of_check
from cluster4w.record.queries.operations import template_of
from cluster4w.template.language import translator
from tests.books import HEADERS, book, row
from tests.checks import checked, codes, found

FRENCH, ENGLISH = translator("fr"), translator("en")
#: The good row of the tests with the words of an English workbook where there is a choice of them.
IN_ENGLISH = {
    "Type Organisation": "UN agency", "Sous-secteur": "NFI", "Activité": "Core NFI kit",
    "Groupe de population": "IDPs",
}  # fmt: skip


def _both(finding: Finding) -> tuple[str | None, str | None]:
    """Return what is suggested to a French and to an English reader."""
    return suggestion_of(finding, FRENCH), suggestion_of(finding, ENGLISH)


def _english_labels(operation: Operation) -> dict[str, str]:
    """Return the English label of each column of the template by its French one."""
    return {c.labels["fr"]: c.labels["en"] for c in template_of(operation).columns}


def _accepted(session: orm.Session, operation: Operation, check: Check, language: str) -> Check:
    out = io.BytesIO()
    annotate(of_check(check), out, language=language, accept_suggestions=True)
    return checked(session, operation, out.getvalue())


@pytest.mark.parametrize(
    ("statuses", "others", "expected"),
    [
        # The other cells of the column tell.
        (("Complted", "Completed", "Planned"), {}, ("Completed", "Completed")),
        (("Achevve", "Completed", "Planned"), {}, ("Completed", "Completed")),
        (("Complted", "Achevé", "Planifié"), IN_ENGLISH, ("Achevé", "Achevé")),
        # So do the cells of other columns where this one says nothing.
        (("terminee deja",), IN_ENGLISH, ("Completed", "Completed")),
        (("terminee deja",), {}, ("Achevé", "Achevé")),
        # In a file of two languages the misspelt word tells its own.
        (("Complted", "Achevé", "Planned"), {"Groupe de population": "IDPs"}, ("Completed", "Completed")),
        # Else each reader reads its own.
        (("terminee deja", "Achevé", "Planned"), {"Groupe de population": "IDPs"}, ("Achevé", "Completed")),
    ],
)
def test_a_choice_is_suggested_in_the_language_of_the_file(
    session: orm.Session,
    operation: Operation,
    statuses: tuple[str, ...],
    others: dict[str, str],
    expected: tuple[str, str],
) -> None:
    rows = [row(Statut=said, Individus=600 + at, **others) for at, said in enumerate(statuses)]
    check = checked(session, operation, book(*rows))
    finding = found(check, "choice.unknown")
    assert (finding.row, finding.column, finding.value) == (2, "J", statuses[0])
    assert _both(finding) == expected
    for translate, said in zip((FRENCH, ENGLISH), expected, strict=True):
        [told] = [f for f in report(check, translate)["findings"] if f["code"] == "choice.unknown"]
        assert told["suggestion"] == said
        assert said in as_text(check, translate)
        assert statuses[0] in message(finding, translate)
    # Written into the cell, it is read without a word.
    for said in expected:
        again = checked(session, operation, book(row(Statut=said, **others), *rows[1:]))
        assert [f for f in again.findings if f.code == "choice.unknown"] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_accepted_suggestions_read_back_without_a_finding_in_either_language(
    session: orm.Session, operation: Operation, language: str
) -> None:
    english = {**IN_ENGLISH, "Statut": "Completed"}
    misspelt = {"Statut": "Complleted", "Groupe de population": "Refugeees"}
    rows = [row(**{**english, **misspelt, "Individus": 601}), row(**english)]
    check = checked(session, operation, book(*rows))
    assert sorted(str(f.column) for f in check.findings if f.code == "choice.unknown") == ["J", "K"]
    again = _accepted(session, operation, check, language)
    assert codes(again) == [], "English words went into an English workbook, whoever asked for it"
    assert [r.values["population_group"] for r in again.rows] == ["refugees", "idps"]
    mixed = checked(session, operation, book(row(Statut="Achevve"), row(Statut="Completed", **IN_ENGLISH)))
    assert _both(found(mixed, "choice.unknown")) == ("Completed", "Completed")
    assert codes(_accepted(session, operation, mixed, language)) == ["choice.unknown"], "not the same word"


def test_a_column_is_suggested_in_the_language_of_the_other_headers(
    session: orm.Session, operation: Operation
) -> None:
    label = _english_labels(operation)
    english = [label.get(h, h) for h in HEADERS]
    for headers, expected in ((HEADERS, "Groupe de population"), (english, "Population group")):
        doubtful = ["Groupes populations" if h == expected else h for h in headers]
        finding = found(checked(session, operation, book(row(), headers=doubtful)), "column.doubtful")
        assert _both(finding) == (expected, expected)


def test_only_what_is_a_label_of_one_language_tells_it() -> None:
    labels = [{"fr": "Tente", "en": "Tent"}, {"fr": "Kit", "en": "Kit"}, {"fr": "Site", "en": "Plot"}]
    for texts, spoken in (
        (["Tent", "plot"], "en"),
        (["tente", "KIT"], "fr"),
        (["Kit", "kit"], None),
        ([], None),
        (["Tent", "Tente"], None),
        (["Tent", "Plot", "TENT", "plot", "Site"], "en"),
        (["shelter"], None),
    ):
        assert language_of(texts, labels) == spoken, texts
