"""A finding speaks the language of whoever reads it, its parameters too."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import openpyxl
import pytest
from sqlalchemy import orm

from cluster4w.gaps.notes import Note
from cluster4w.intake.areas import report as _areas
from cluster4w.intake.check import check_file
from cluster4w.intake.findings import WORDS, Finding, message, more_findings
from cluster4w.intake.judging import catalogue as _catalogue
from cluster4w.intake.needs import report as _needs
from cluster4w.intake.report import as_text, report
from cluster4w.models import Operation
from cluster4w.publish.annotated.annotate import annotate, of_check
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
    assert "Quantité\u00a0: 1\u202f234\u202f567, ménages\u00a0: 1\u202f200. Cela fait 1\u202f028,8" in french
    assert "de 0,5 à 3." in french
    assert "Quantity 1,234,567, households 1,200: that makes 1,028.8 for each" in english
    assert "usual is 0.5 to 3." in english


#: The modules whose import registers words.
SAYING = (_areas, _catalogue, _needs)
#: What a plural looks like behind a figure of one, and rows or columns of which a single one is named.
PLURALS = {
    "en": re.compile(
        r"\b1 (?:(?:recorded|elderly|different|hidden|earlier|more|whole) )?"
        r"(?!(?:is|has|was|as|does|lies|stands|keeps|knows|means|reports|belongs)\b)"
        r"(?:\w*[^\Ws]s|people|men|women|are|have|were|do)\b"
        r"|\b1 \w+ (?:are|have|were|do|name|hold|stand)\b"
        r"|\b(?:rows|columns|lines|areas) 1(?![-–,\d])"
    ),
    "fr": re.compile(
        r"\b1[ \u00a0\u202f](?!dans\b|sous\b|mais\b|plus\b|sans\b|fois\b|mois\b)"
        r"(?:autres )?(?:\w*[sx]|sont|ont|font|ne \w+ent)\b"
        r"|\b1[ \u00a0\u202f]\w+ (?:sont|ont|ne \w+ent|étaient|avaient)\b"
        r"|\b(?:lignes|colonnes|zones) 1(?![-–,\d])",
        re.IGNORECASE,
    ),
}
#: Figures that are never one where these codes are said: runs, sums and parts of several.
ALWAYS_SEVERAL: Mapping[str, Mapping[str, Any]] = {
    "rows.parted": {"records": 3},
    "figures.rounded": {"count": 8, "ranges": "12-19"},
    "figures.filled_down": {"count": 9, "ranges": "12-20"},
    "figures.counted_up": {"ranges": "12-20"},
    "areas.coarser": {"points": 9},
    "needs.added_up": {"rows": 2},
    "needs.merged_areas": {"codes": "ML0101, ML0102"},
}


def _with_one(code: str, language: str) -> str:
    """Return the sentence of a code in which every figure is one, and every text the figure 1."""
    known = WORDS[code]
    names = {*re.findall(r"%\((\w+)\)s", known.sentence), known.counts}
    params = {**dict.fromkeys(names, 1), **ALWAYS_SEVERAL.get(code, {})}
    if "reason" in params:
        params["reason"] = "totals"
    return message(Finding(known.severity, code, value="1", params=params), translator(language))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_finding_speaks_of_one_thing_in_the_plural(language: str) -> None:
    assert len(SAYING) == 3
    assert len(WORDS) > 150
    wrong = {
        code: said
        for code in WORDS
        if PLURALS[language].search(said := _with_one(code, language)) is not None
    }
    assert wrong == {}
    counted = [code for code, known in WORDS.items() if known.one]
    assert len(counted) > 30
    for code in counted:
        known = WORDS[code]
        places = set(re.findall(r"%\((\w+)\)s", known.one))
        assert places <= {*re.findall(r"%\((\w+)\)s", known.sentence)}, code
        several = {
            **dict.fromkeys({*places, known.counts}, 2),
            **ALWAYS_SEVERAL.get(code, {}),
            "reason": "totals",
        }
        said = message(Finding(known.severity, code, params=several), translator(language))
        assert said != _with_one(code, language).replace("1", "2"), f"{code}: one and many say the same"


def test_one_row_is_one_in_the_json_on_the_command_line_and_in_the_annotated_workbook(
    session: orm.Session, operation: Operation
) -> None:
    total = ("TOTAL", *([""] * (len(ROW) - 2)), 1)
    check = check_file(session, operation, book(ROW, total), "a.xlsx", agency=None, month=None)
    for language, said in (("fr", "Ligne 3 ignorée\u00a0: totaux."), ("en", "Row 3 was skipped: totals.")):
        translate = translator(language)
        [told] = [f for f in report(check, translate)["findings"] if f["code"] == "rows.skipped"]
        assert told["message"] == said
        assert said in as_text(check, translate)
        out = io.BytesIO()
        annotate(of_check(check), out, language=language)
        sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue())).worksheets[-1]
        assert said in [cell.value for row in sheet.iter_rows() for cell in row]


def test_french_counts_none_among_the_singular_and_english_among_the_plural() -> None:
    def said(code: str, language: str, **params: Any) -> str:
        return message(Finding(Severity.INFO, code, params=params), translator(language))

    assert said("activity_type.absent", "fr", count=0).startswith("0 ligne ne nomme")
    assert said("activity_type.absent", "en", count=0).startswith("0 rows name")
    assert said("activity_type.absent", "fr", count=1).startswith("1 ligne ne nomme")
    assert said("activity_type.absent", "fr", count=2).startswith("2 lignes ne nomment")
    assert said("activity_type.absent", "en", count="many").startswith("many rows name"), "no figure: many"
    assert said("rows.skipped", "en", ranges="7", reason="totals", count=1) == "Row 7 was skipped: totals."
    # A finding that was stored before its count was kept with it.
    assert said("rows.skipped", "en", ranges="7, 9", reason="totals") == "Rows 7, 9 were skipped: totals."
    assert more_findings(1, translator("en")) == "… and 1 more finding"
    assert more_findings(1, translator("fr")) == "… et 1 autre constat"
    assert more_findings(3, translator("fr")) == "… et 3 autres constats"
    note = Note("%(rows)s rows", {"rows": 1}, "One row")
    assert note.words(translator("en")) == "One row"
    assert Note("%(rows)s rows", {"rows": 2}, "One row").words(translator("en")) == "2 rows"
    assert Note("%(rows)s rows", {"rows": 1}).words(translator("en")) == "1 rows", "a note may have one form"
