"""The partner's own workbook with what the check says in it, and nothing else changed.

Bad cells get a colour and a comment, each row a word in a column at the right end, the workbook a sheet of
findings with links. All other parts keep their bytes. What is no Excel workbook comes back as one of its
values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from sqlalchemy import orm

from cluster4w.intake.check import Check
from cluster4w.intake.findings import Finding, suggestion_of
from cluster4w.intake.headers.choose import is_findings_sheet
from cluster4w.intake.open import guarded, open_workbook
from cluster4w.intake.opening.scan import column_letter
from cluster4w.intake.opening.xlsx_parts import describe
from cluster4w.models import Submission, SubmissionState
from cluster4w.publish.annotated.findings_sheet import LISTED, FindingsSheet
from cluster4w.publish.annotated.parts import Parts
from cluster4w.publish.annotated.plain import free_name, is_excel, plain_workbook
from cluster4w.publish.annotated.repack import Package
from cluster4w.publish.annotated.sheet import Plan, patched
from cluster4w.publish.annotated.styles import Styles
from cluster4w.publish.annotated.words import (
    CheckedFile,
    FixedCell,
    SheetPlace,
    SheetWords,
    distinct,
    words_by_sheet,
)
from cluster4w.record.queries import submissions as stored
from cluster4w.record.queries.fixes import list_fixes
from cluster4w.template.language import N_, Translate, translator
from cluster4w.template.marks import FINDINGS_SHEETS, STATUS_HEADERS, is_findings_name
from cluster4w.template.problems import Refusal
from cluster4w.template.rules import Severity

#: Comments of a workbook; more make spreadsheet programs slow. Every finding stands in the sheet of findings.
COMMENTS = 20_000
#: Columns that the file lacks and that are named with what was filled in for them.
ADDED = 20


def of_check(check: Check) -> CheckedFile:
    """Return what a check found, as it goes into a workbook."""
    places = [SheetPlace(s.name, s.header_row, s.status_column) for s in check.sheets]
    rows = ((r.sheet, r.number, r.state) for r in check.rows)
    return CheckedFile(check.file_name, check.content, places, rows, check.findings)


def of_submission(session: orm.Session, submission: Submission) -> CheckedFile:
    """Return what the check of a submission found; raises :class:`Refusal` where it was not checked."""
    if submission.state not in (SubmissionState.CHECKED, SubmissionState.SUBMITTED):
        raise Refusal(
            "submission.not_checked",
            N_("Only a checked file can come back with its findings. Open it to see where it stands."),
        )
    places = [
        SheetPlace(s["name"][:64], s["header_row"], s.get("status_column", ""))
        for s in submission.report.get("sheets", [])
    ]
    return CheckedFile(
        submission.file.name if submission.file else "",
        stored.file_content(session, submission),
        places,
        stored.row_states(session, submission),
        [_finding(found) for found in stored.all_findings(session, submission)],
        [
            FixedCell(f.sheet, f.row, f.column, f.header, f.file_value, f.fixed_value)
            for f in list_fixes(session, submission)
        ],
    )


def _finding(found: Any) -> Finding:
    return Finding(
        Severity(found.severity), found.code, found.sheet, found.row, found.column, found.header, found.key,
        found.value, found.params or {}, found.suggestion,
    )  # fmt: skip


def _worded(finding: Finding, translate: Translate) -> Finding:
    """Return a finding with its suggestion in words that go into the workbook."""
    if "suggested" not in finding.params:
        return finding
    return replace(finding, suggestion=suggestion_of(finding, translate))


def form_of(content: bytes) -> str:
    """Return the ending of the workbook that :func:`annotate` makes: ``xlsx``, or ``xlsm`` with macros."""
    if not is_excel(content):
        return "xlsx"
    with guarded():
        return "xlsm" if b"macroEnabled" in Package(content).read("[Content_Types].xml") else "xlsx"


def annotate(checked: CheckedFile, out: BinaryIO, *, language: str, accept_suggestions: bool = False) -> None:
    """Write the workbook with the findings in it.

    Args:
        checked: the file and what its check found.
        out: a binary file, opened for writing.
        language: of our words.
        accept_suggestions: fill in the suggestions that change nothing of what a row says.

    Raises:
        Refusal: the file cannot be written to; it was not checked, or is damaged.
    """
    translate = translator(language)
    content, names = checked.content, {s.name: s.name for s in checked.sheets}
    converted = not is_excel(content)
    with guarded():
        if converted:
            content, names = plain_workbook(content)
        _Annotated(checked, content, names, language, translate, accept_suggestions, converted).write(out)


class _Annotated:
    """The work on one workbook."""

    def __init__(
        self,
        checked: CheckedFile,
        content: bytes,
        names: dict[str, str],
        language: str,
        translate: Translate,
        accept: bool,
        converted: bool,
    ) -> None:
        findings = distinct(_worded(f, translate) for f in checked.findings)
        self._checked, self._names = replace(checked, findings=findings), names
        self._language, self._translate = language, translate
        self._accept, self._converted = accept, converted
        self._parts = Parts(Package(content))
        self._sheets = {s.name: s.path for s in describe(self._parts.package.archive).sheets}
        self._ours = _findings_name(content, list(self._sheets))
        self._styles = Styles(self._parts.styles())
        self._filled: set[tuple[str, int, str]] = set()
        self._comments = 0

    def write(self, out: BinaryIO) -> None:
        words = words_by_sheet(self._checked, self._translate, accept=self._accept)
        for name, said in words.items():
            path = self._sheets.get(self._names.get(name, name))
            if path is not None:
                self._sheet(name, path, said)
        self._findings()
        self._parts.put_styles(self._styles.xml())
        self._parts.write(out)

    def _sheet(self, name: str, path: str, said: SheetWords) -> None:
        touches = said.touches()
        plan = Plan(
            touches,
            frozenset(said.states),
            said.place.header_row,
            said.column,
            STATUS_HEADERS[self._language],
            said.status,
            self._parts.drawing_relation(path) if said.found or said.fixed else None,
        )
        self._parts.package.put(path, patched(self._parts.package.pieces(path), plan, self._styles))
        self._filled |= {
            (name, row, column_letter(column))
            for row, cells in touches.items()
            for column, touch in cells.items()
            if touch.text is not None and (row, column) not in plan.kept
        }
        notes = {}
        for row, column, words in said.notes(plan.kept):
            if self._comments >= COMMENTS:
                break
            notes[(row, column)] = words
            self._comments += 1
        self._parts.put_comments(path, notes, plan.drawing)

    def _findings(self) -> None:
        name = self._ours or free_name(FINDINGS_SHEETS[self._language], self._sheets)
        sheet = FindingsSheet(
            self._styles,
            self._checked.findings,
            {s.name: s for s in self._checked.sheets},
            self._names,
            self._language,
            self._translate,
            self._notes(),
            frozenset(self._filled),
        )
        path = self._sheets[self._ours] if self._ours else self._parts.add_sheet(name)
        self._parts.put_alone(path, sheet.pieces(self._parts.main))

    def _notes(self) -> list[str]:
        say, findings = self._translate, self._checked.findings
        many = {s: sum(f.severity is s for f in findings) for s in Severity}
        counts = {
            "errors": many[Severity.ERROR],
            "warnings": many[Severity.WARNING],
            "file": self._checked.name,
        }
        notes = [
            say(N_("%(file)s. Errors: %(errors)s, warnings: %(warnings)s.")) % counts,
            say(
                N_(
                    "Red cells must be corrected, yellow ones looked at: the comment of each says why. The"
                    " column “%(column)s” says how each row stands."
                )
            )
            % {"column": STATUS_HEADERS[self._language]},
            say(N_("Correct the cells and send this workbook again as it is: what was added is not read.")),
        ]
        if self._accept:
            notes.append(
                say(
                    N_(
                        "Blue cells: %(count)s, filled in with suggestions that only write properly what the"
                        " row says. All other suggestions wait for you."
                    )
                )
                % {"count": len(self._filled)}
            )
        if fixes := self._checked.fixes:
            notes.append(
                say(
                    N_(
                        "Cells corrected on the site: %(count)s. They are blue, and the comment of each says"
                        " what your file says and what was read. Correct your file too."
                    )
                )
                % {"count": len(fixes)}
            )
            notes += [
                say(N_("“%(header)s” is no column of your file; on the site it was filled in: “%(value)s”."))
                % {"header": header, "value": value}
                for header, value in dict.fromkeys(
                    (f.header or "", f.fixed_value) for f in fixes if not f.column
                )
            ][:ADDED]
        if self._converted:
            notes.append(
                say(
                    N_(
                        "The file that came is no xlsx workbook. This is a new workbook of its values: its"
                        " formats, formulas and pictures stay in your own file."
                    )
                )
            )
        if self._comments >= COMMENTS:
            notes.append(say(N_("The first %(count)s coloured cells have a comment.")) % {"count": COMMENTS})
        if len(findings) > LISTED:
            notes.append(say(N_("The first %(count)s findings are listed.")) % {"count": LISTED})
        return notes


def _findings_name(content: bytes, names: Sequence[str]) -> str | None:
    """Return the name of the sheet of findings that the workbook has already, None without one."""
    if not any(map(is_findings_name, names)):
        return None
    return next((s.name for s in open_workbook(content).sheets if is_findings_sheet(s)), None)
