"""The partner's workbook comes back with what the check says in it, and nothing else changed."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from openpyxl.comments import Comment
from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.findings import Finding
from cluster4w.models import Operation
from cluster4w.publish.annotated.annotate import CheckedFile, SheetPlace, annotate, form_of, of_check
from cluster4w.publish.annotated.styles import COLOURS, Mark
from cluster4w.publish.annotated.words import is_safe
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity
from tests.books import HEADERS, book, row, saved
from tests.checks import checked
from tests.rich_books import (
    FAULTY,
    GREEN,
    PEOPLE,
    SHEET,
    THREADS,
    X14,
    changed,
    parts,
    rich_book,
    with_macros,
    with_threads,
)  # fmt: skip

RED, YELLOW, BLUE = (COLOURS[mark] for mark in (Mark.ERROR, Mark.WARNING, Mark.FILLED))
#: Parts in which something has to be named; every other one of a workbook keeps its bytes.
NAMING = {
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", SHEET,
    "xl/worksheets/_rels/sheet1.xml.rels", "xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml",
}  # fmt: skip


def annotated(check: Check, language: str = "fr", **options: Any) -> bytes:
    """Return the annotated workbook of a check."""
    out = io.BytesIO()
    annotate(of_check(check), out, language=language, **options)
    return out.getvalue()


def loaded(data: bytes) -> Any:
    """Return the workbook as openpyxl reads it, which says what it would lose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data))


def opened(data: bytes) -> Any:
    """Return the workbook as openpyxl reads it, and make sure that calamine reads the same sheets."""
    book_ = loaded(data)
    assert python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == book_.sheetnames
    return book_


def said(check: Check) -> Counter[Any]:
    """Return what a check says, without the order."""
    return Counter(
        (f.severity, f.code, f.sheet, f.row, f.column, f.value, f.suggestion) for f in check.findings
    )


def colour(cell: Any) -> str:
    """Return the ground of a cell, "" for none."""
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else ""


@pytest.fixture
def check(session: orm.Session, operation: Operation) -> Check:
    """The check of the rich workbook."""
    return checked(session, operation, rich_book())


def test_every_part_in_which_nothing_is_named_keeps_its_bytes(check: Check) -> None:
    before, after = parts(check.content), parts(annotated(check))
    assert before.keys() <= after.keys()
    assert {name for name in before if before[name] != after[name]} <= NAMING
    assert [name for name in after if name not in before] == ["xl/worksheets/sheet3.xml"]
    kept = {"xl/charts/chart1.xml", "xl/tables/table1.xml", "xl/worksheets/sheet2.xml", "docProps/core.xml"}
    assert kept <= before.keys() - NAMING


def test_the_sheet_is_unchanged_outside_of_the_touched_cells(check: Check) -> None:
    before, after = parts(check.content)[SHEET].decode(), parts(annotated(check))[SHEET].decode()
    status = re.compile(r'<c r="Q\d" s="\d+" t="inlineStr">.*?</c>')
    assert len(status.findall(after)) == 6
    after = status.sub("", after)
    inserted = re.compile(r'<c r="J5" s="\d+"/>')
    assert len(inserted.findall(after)) == 1
    after = inserted.sub("", after)
    for place in ("G2", "L3", "J4"):
        style = re.compile(rf'(<c r="{place}"[^>]*?) s="\d+"')
        assert style.search(after), place
        before, after = style.sub(r"\1", before), style.sub(r"\1", after)
    own = '<col min="17" max="17" width="46" customWidth="1"/>'
    assert after.count(own) == 1
    after = after.replace(own, "")
    assert after.replace('ref="A1:Q6"', 'ref="A1:P6"') == before
    assert X14 in after
    assert "<f>SUM(M2:M6)</f>" in after


def test_bad_cells_are_coloured_and_keep_their_format_borders_and_alignment(check: Check) -> None:
    before, after = loaded(check.content), opened(annotated(check))
    sheet = after["4W juin"]
    places = ("G2", "L3", "J4", "J5", "A2", "A6")
    assert [colour(sheet[place]) for place in places] == [RED, RED, RED, RED, "", ""]
    old, new = before["4W juin"]["L3"], sheet["L3"]
    for part in ("number_format", "border", "alignment", "font", "value"):
        assert repr(getattr(new, part)) == repr(getattr(old, part)), part
    assert new.number_format == "#,##0.00"
    assert new.border.left.style == "medium"


def test_each_bad_cell_has_a_comment_with_words_and_suggestion(check: Check) -> None:
    sheet = opened(annotated(check, "en"))["4W juin"]
    assert sheet["L3"].comment.text == "“beaucoup” is not a number. Type digits only."
    assert sheet["L3"].comment.author == "cluster4w"
    assert sheet["J4"].comment.text.endswith("\nSuggestion: Achevé")
    assert sheet["J5"].comment.text == "“Statut” is empty. Fill it in."


def test_the_partners_own_comments_stay_and_ours_follow_them(check: Check) -> None:
    sheet = opened(annotated(check, "en"))["4W juin"]
    assert sheet["A6"].comment.text == "bien"
    own, rule, ours = sheet["G2"].comment.text.split("\n", 2)
    assert (own, rule) == ("Vu avec Awa", "-- cluster4w --")
    assert "Ansongo" in ours
    assert sheet["G2"].comment.author == "Moussa"


def test_the_status_column_names_the_problem_of_each_row(check: Check) -> None:
    sheet = opened(annotated(check))["4W juin"]
    assert sheet["Q1"].value == "Contrôle cluster4w"
    assert sheet["Q3"].value == "À corriger\u00a0: Pas un nombre (Ménages)"
    assert colour(sheet["Q3"]) == RED
    english = opened(annotated(check, "en"))["4W juin"]
    assert english["Q1"].value == "cluster4w check"
    assert english["Q5"].value == "To correct: Empty cell (Statut)"
    assert sheet["P2"].value == "=SUM(M2:M6)"


def test_a_good_row_is_said_to_be_ok(session: orm.Session, operation: Operation) -> None:
    sheet = opened(annotated(checked(session, operation, book(row(), row(Ménages=7)))))["4W"]
    assert [sheet["N2"].value, colour(sheet["N2"])] == ["OK", ""]


def test_the_sheet_of_findings_counts_lists_and_links(check: Check) -> None:
    after = opened(annotated(check, "en"))
    assert after.sheetnames == ["4W juin", "_listes", "Findings"]
    sheet = after["Findings"]
    lines = [[c for c in line if c is not None] for line in sheet.iter_rows(values_only=True)]
    assert lines[0] == ["cluster4w: result of the check of this workbook"]
    assert ["error", "Empty cell", 1] in lines
    at = next(c for c in sheet["C"] if c.value == "L3")
    assert at.hyperlink.location == "'4W juin'!L3"
    assert sheet.cell(at.row, 6).value == "“beaucoup” is not a number. Type digits only."
    assert sum(1 for c in sheet["C"] if c.hyperlink) == sum(
        1 for f in check.findings if f.sheet in ("4W juin",)
    )


def test_sent_back_as_it_is_it_gives_the_same_findings_and_the_same_rows(
    session: orm.Session, operation: Operation, check: Check
) -> None:
    again = checked(session, operation, annotated(check))
    assert said(again) == said(check)
    assert again.counts == check.counts
    assert [(r.number, r.values, r.extra) for r in again.rows] == [
        (r.number, r.values, r.extra) for r in check.rows
    ]
    assert [c.header for c in again.sheets[0].columns] == [c.header for c in check.sheets[0].columns]


def test_annotated_twice_it_is_as_annotated_once(
    session: orm.Session, operation: Operation, check: Check
) -> None:
    once = annotated(check)
    again = annotated(checked(session, operation, once))
    assert set(parts(again)) == set(parts(once))
    first, second = opened(once), opened(again)
    assert first.sheetnames == second.sheetnames
    for name in first.sheetnames:
        for one, other in zip(first[name].iter_rows(), second[name].iter_rows(), strict=True):
            for a, b in zip(one, other, strict=True):
                assert (a.value, colour(a)) == (b.value, colour(b)), f"{name} {a.coordinate}"
                assert (a.comment and a.comment.text) == (b.comment and b.comment.text), a.coordinate
    drawing = parts(again)["xl/drawings/commentsDrawing1.vml"]
    assert drawing.count(b'ObjectType="Note"') == parts(once)["xl/drawings/commentsDrawing1.vml"].count(
        b'ObjectType="Note"'
    )


def test_what_was_mended_loses_its_marks_and_gets_its_ground_back(
    session: orm.Session, operation: Operation, check: Check
) -> None:
    mended = loaded(annotated(check))
    sheet = mended["4W juin"]
    sheet["L3"], sheet["G2"], sheet["J5"] = 121, "Bankass", "Achevé"
    # The last row is emptied; the word that the check wrote beside it stays behind.
    for cell in sheet[6][:13]:
        cell.value = None
    again = checked(session, operation, saved(mended))
    assert [f.row for f in again.findings if f.severity is Severity.ERROR] == [4]
    assert again.counts.read == 4
    after = opened(annotated(again))["4W juin"]
    assert (colour(after["L3"]), after["L3"].comment, after["L3"].number_format) == (GREEN, None, "#,##0.00")
    assert (colour(after["G2"]), after["G2"].comment.text.strip()) == ("", "Vu avec Awa")
    assert colour(after["J4"]) == RED
    assert [after[f"Q{n}"].value for n in (3, 6)] == ["OK", None]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_our_column_and_our_sheet_are_known_in_both_languages(
    session: orm.Session, operation: Operation, check: Check, language: str
) -> None:
    again = checked(session, operation, annotated(check, language))
    assert said(again) == said(check)
    assert opened(annotated(again, "fr")).sheetnames[:2] == ["4W juin", "_listes"]
    assert len(opened(annotated(again, "fr")).sheetnames) == 3


def test_a_sheet_of_the_partners_that_is_called_like_ours_stays_theirs(
    session: orm.Session, operation: Operation
) -> None:
    own = openpyxl.load_workbook(io.BytesIO(book(*FAULTY)))
    own.create_sheet("Erreurs").append(["mes erreurs"])
    check = checked(session, operation, saved(own))
    assert [f.sheet for f in check.findings if f.code == "sheet.not_a_table"] == ["Erreurs"]
    after = annotated(check)
    assert opened(after).sheetnames == ["4W", "Erreurs", "Erreurs (2)"]
    assert opened(after)["Erreurs"]["A1"].value == "mes erreurs"
    assert said(checked(session, operation, after)) == said(check)


def test_our_sheet_is_written_anew_whatever_was_put_on_it(
    session: orm.Session, operation: Operation, check: Check
) -> None:
    scribbled = loaded(annotated(check, "en"))
    scribbled["Findings"]["A2"].comment = Comment("merci", "Awa")
    scribbled["Findings"].delete_rows(8, 99)
    after = annotated(checked(session, operation, saved(scribbled)), "fr")
    sheet = opened(after)["Findings"]
    assert sheet["A1"].value == "cluster4w : résultat du contrôle de ce classeur"
    assert sheet["A2"].comment is None
    assert b"<Relationship " not in parts(after)["xl/worksheets/_rels/sheet3.xml.rels"]
    assert sum(1 for c in sheet["C"] if c.hyperlink) == sum(1 for f in check.findings if f.sheet == "4W juin")


def test_safe_suggestions_are_filled_in_marked_and_no_others(
    session: orm.Session, operation: Operation
) -> None:
    training = {"Activité": "Formation", "Sous-secteur": "Abris"}
    check = checked(session, operation, book(row(Statut="Achevve", **training), row(Activité="Kit")))
    before = {f.code: f.suggestion for f in check.findings}
    assert before["choice.unknown"]
    filled = annotated(check, "en", accept_suggestions=True)
    sheet = opened(filled)["4W"]
    assert (sheet["J2"].value, colour(sheet["J2"])) == ("Achevé", BLUE)
    assert sheet["J2"].comment.text.startswith("Filled in by the check; it was “Achevve”.")
    assert (sheet["E3"].value, colour(sheet["E3"])) == ("Kit", RED)
    assert sheet["N2"].value.startswith("Filled in, to check: ")
    assert colour(sheet["N2"]) == BLUE
    again = checked(session, operation, filled)
    assert len(again.findings) < len(check.findings)
    assert sum((said(again) - said(check)).values()) == 0
    texts = [
        c.value for line in opened(filled)["Findings"].iter_rows() for c in line if isinstance(c.value, str)
    ]
    assert "Achevé (filled in)" in texts


def test_a_formula_is_never_written_over(session: orm.Session, operation: Operation) -> None:
    data = changed(
        book(row(Statut="Achevées")),
        {
            SHEET: lambda xml: re.sub(
                rb'<c r="J2"[^>]*>.*?</c>', b'<c r="J2" t="str"><f>X9</f><v>Achevve</v></c>', xml
            )
        },
    )
    check = checked(session, operation, data)
    after = annotated(check, "en", accept_suggestions=True)
    sheet = opened(after)["4W"]
    assert (sheet["J2"].value, colour(sheet["J2"])) == ("=X9", RED)
    assert sheet["N2"].value.startswith("To correct: ")
    assert "Suggestion: Achevé" in sheet["J2"].comment.text


def _suggested(code: str, value: str, suggestion: str | None) -> Finding:
    return Finding(Severity.ERROR, code, "4W", 2, "J", "Statut", "status", value, {}, suggestion)


@pytest.mark.parametrize(
    ("code", "value", "suggestion", "safe"),
    [
        ("choice.unknown", "Achevées", "Achevé", False),
        ("choice.unknown", "Achevee", "Achevé", True),
        ("choice.unknown", "Abri 1", "Abri 2", False),
        ("choice.unknown", "fini", "Achevé", False),
        ("area.spelling_taken", "Bankas", "Bankass", True),
        ("area.unknown", "Bankas", "Bankass", False),
        ("organisation.not_yours", "OIM", "ONG-A", False),
        ("area.code_name_disagree", "ML01", "ML02", False),
        ("area.spelling_taken", "Bankas", None, False),
    ],
)  # fmt: skip
def test_only_what_the_row_says_already_is_safe(
    code: str, value: str, suggestion: str | None, safe: bool
) -> None:
    assert is_safe(_suggested(code, value, suggestion)) is safe


def test_macros_stay_and_the_ending_says_so(session: orm.Session, operation: Operation) -> None:
    check = checked(session, operation, with_macros(rich_book()))
    after = parts(annotated(check))
    assert after["xl/vbaProject.bin"] == parts(check.content)["xl/vbaProject.bin"]
    assert b"macroEnabled.main+xml" in after["[Content_Types].xml"]
    assert (form_of(check.content), form_of(rich_book()), form_of(b"a;b\n1;2\n")) == ("xlsm", "xlsx", "xlsx")


def test_conversations_stay_and_get_our_words_as_their_last_answer(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, with_threads(rich_book()))
    before, once = parts(check.content), parts(annotated(check, "en"))
    for name in (THREADS, PEOPLE):
        assert once[name].startswith(before[name].rpartition(b"</")[0])
    (answer,) = re.findall(rb'<threadedComment [^>]*parentId="\{11\}"><text>([^<]*)</text>', once[THREADS])
    assert b"Ansongo" in answer
    assert once[PEOPLE].count(b"<person ") == 2
    again = checked(session, operation, annotated(check, "en"))
    assert parts(annotated(again, "en"))[THREADS] == once[THREADS]
    quiet = changed(check.content, {SHEET: lambda xml: xml.replace(b"Ansongo", b"Bankass")})
    kept = parts(annotated(checked(session, operation, quiet)))
    assert (kept[THREADS], kept[PEOPLE]) == (before[THREADS], before[PEOPLE])


def test_a_sheet_without_comments_gets_them_in_the_right_place(
    session: orm.Session, operation: Operation
) -> None:
    check = checked(session, operation, rich_book(comments=False))
    after = parts(annotated(check))
    assert re.search(rb"<drawing [^>]*/><legacyDrawing [^>]*/><tableParts", after[SHEET])
    assert after["xl/drawings/vmlDrawing1.vml"].count(b'ObjectType="Note"') == 4
    assert opened(annotated(check))["4W juin"]["L3"].comment is not None


def test_texts_that_look_like_formulas_stay_texts(session: orm.Session, operation: Operation) -> None:
    data = changed(
        book(row(Statut="STATUT")),
        {SHEET: lambda xml: xml.replace(b"STATUT", b"=cmd|' /C calc'!A0")},
    )
    after = opened(annotated(checked(session, operation, data), "en"))["Findings"]
    found = [c for line in after.iter_rows() for c in line if c.value == "=cmd|' /C calc'!A0"]
    assert found
    assert all(c.data_type == "s" and c.quotePrefix for c in found)


def test_a_csv_file_comes_back_as_a_workbook_and_says_so(session: orm.Session, operation: Operation) -> None:
    lines = [HEADERS, row(Cercle="Ansongo"), row(Ménages="=1+1"), row(Ménages="1 200")]
    data = "\r\n".join(";".join(map(str, line)) for line in lines).encode("cp1252")
    check = checked(session, operation, data)
    after = annotated(check, "en")
    book_ = opened(after)
    assert book_.sheetnames == ["CSV", "Findings"]
    sheet = book_["CSV"]
    assert [sheet["L3"].value, sheet["L3"].data_type, sheet["L3"].quotePrefix] == ["=1+1", "s", True]
    assert colour(sheet["G2"]) == RED
    notes = [c.value for c in book_["Findings"]["A"][:8] if c.value]
    assert any("no xlsx workbook" in str(note) for note in notes)
    again = checked(session, operation, after)
    # A workbook says how its letters are written.
    said = [f for f in check.findings if f.code != "file.encoding_guessed"]
    plain = Counter((f.code, f.row, f.column, f.value) for f in said)
    assert Counter((f.code, f.row, f.column, f.value) for f in again.findings) == plain
    assert [r.values for r in again.rows] == [r.values for r in check.rows]


@pytest.mark.parametrize("form", ["xls", "ods"])
def test_other_spreadsheets_come_back_with_the_same_findings(
    session: orm.Session, operation: Operation, form: str, tmp_path: Path
) -> None:
    check = checked(session, operation, _other(form, tmp_path))
    after = annotated(check)
    assert opened(after).sheetnames == ["4W", "Erreurs"]
    again = checked(session, operation, after)
    assert Counter((f.code, f.row, f.column) for f in again.findings) == Counter(
        (f.code, f.row, f.column) for f in check.findings
    )
    assert [r.values for r in again.rows] == [r.values for r in check.rows]


def _other(form: str, folder: Path) -> bytes:
    lines = [HEADERS, row(Cercle="Ansongo"), row(Ménages=12), row(Statut="Achevées")]
    path = folder / f"book.{form}"
    if form == "xls":
        import xlwt

        old = xlwt.Workbook()
        page = old.add_sheet("4W")
        for r, line in enumerate(lines):
            for c, cell in enumerate(line):
                page.write(r, c, cell)
        old.save(str(path))
    else:
        from odf.opendocument import OpenDocumentSpreadsheet
        from odf.table import Table, TableCell, TableRow
        from odf.text import P

        document = OpenDocumentSpreadsheet()
        table = Table(name="4W")
        for line in lines:
            made = TableRow()
            for cell in line:
                kind = (
                    {"valuetype": "float", "value": str(cell)}
                    if isinstance(cell, int)
                    else {"valuetype": "string"}
                )
                box = TableCell(**kind)
                box.addElement(P(text=str(cell)))
                made.addElement(box)
            table.addElement(made)
        document.spreadsheet.addElement(table)
        document.save(str(path))
    return path.read_bytes()


def test_a_file_that_cannot_be_written_to_is_refused_in_words() -> None:
    place = SheetPlace("4W", 1, "N")
    broken = changed(book(row()), {SHEET: lambda _: b"<worksheet"})
    with pytest.raises(Refusal):
        annotate(CheckedFile("x", broken, [place], [("4W", 2, "clean")], []), io.BytesIO(), language="fr")


def test_rows_that_wait_for_something_missing_in_the_file_say_so(
    session: orm.Session, operation: Operation
) -> None:
    headers = [h for h in HEADERS if h != "Mois"]
    line = [c for h, c in zip(HEADERS, row(), strict=True) if h != "Mois"]
    check = checked(session, operation, book(line, headers=headers))
    assert check.counts.with_errors == 1
    sheet = opened(annotated(check, "en"))["4W"]
    assert sheet["M2"].value == "To correct: The month is missing"
    assert colour(sheet["M2"]) == RED


def test_the_real_workbook_comes_back_whole(
    session: orm.Session, operation: Operation, real_workbook: Path
) -> None:
    data = real_workbook.read_bytes()
    check = checked(session, operation, data, month="2016-05", all_clusters=True)
    before, after = parts(data), parts(annotated(check))
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {
        "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels",
        "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
    }  # fmt: skip
    sheet = after["xl/worksheets/sheet1.xml"]
    assert sheet.count(b'<c r="AO') == len(check.rows) + 1
    old = before["xl/worksheets/sheet1.xml"]
    assert sheet[-400:].split(b"<legacyDrawing")[0] in old
    assert len(re.findall(rb"<c ", sheet)) == len(re.findall(rb"<c ", old)) + len(check.rows) + 1
    assert re.sub(rb"<c [^>]*>", b"", old)[-3000:][:2000] in re.sub(rb'<c r="AO.*?</c>|<c [^>]*>', b"", sheet)
