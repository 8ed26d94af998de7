"""The sheet of findings in a workbook that goes back: what to do, counts by kind, all findings with links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cluster4w.intake.findings import Finding, message, summary, title
from cluster4w.publish.annotated.styles import LINK, QUIET, Mark, Styles
from cluster4w.publish.annotated.words import SheetPlace, reference
from cluster4w.publish.annotated.xml_patch import quoted
from cluster4w.publish.formula_safety import looks_like_a_formula
from cluster4w.publish.workbooks.sheet_xml import number_tail, text_tail
from cluster4w.template.language import N_, Translate
from cluster4w.template.marks import FINDINGS_TITLES
from cluster4w.template.rules import Severity

#: Findings that the sheet lists; it counts all of them.
LISTED = 100_000
#: Links that a sheet may hold; spreadsheet programs take no more than 65,530.
LINKS = 60_000

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WIDTHS = (15, 36, 10, 26, 26, 70, 30)
#: Height of a line in points; a row holds no more than 409.
_LINE, _MOST_LINES = 15, 27
_MARKS = {Severity.ERROR: Mark.ERROR, Severity.WARNING: Mark.WARNING, Severity.INFO: None}
SEVERITIES = {
    Severity.ERROR: N_("error"),
    Severity.WARNING: N_("warning"),
    Severity.INFO: N_("for information"),
}
HEADERS = (
    N_("Severity"), N_("Sheet"), N_("Go to"), N_("Column"), N_("Value"), N_("What is wrong"),
    N_("Suggestion"),
)  # fmt: skip


@dataclass
class FindingsSheet:
    """Makes the sheet. ``names``: what each sheet of the check is called in the workbook."""

    styles: Styles
    findings: Sequence[Finding]
    places: Mapping[str, SheetPlace]
    names: Mapping[str, str]
    language: str
    translate: Translate
    #: Sentences above the counts.
    notes: Sequence[str]
    #: Cells, by sheet, row and column letter, into which a suggestion was filled.
    filled: frozenset[tuple[str, int, str]] = frozenset()

    def __post_init__(self) -> None:
        make = self.styles.own
        self._title = make(bold=True, size=14)
        self._note = make(colour=QUIET)
        self._plain, self._wrapped = make(), make(wrap=True)
        self._quoted = make(wrap=True, quoted=True)
        self._link = make(colour=LINK, underlined=True)
        self._header = self.styles.header()
        self._marks = {mark: make(mark) for mark in Mark}
        self._number = 0
        self._links: list[tuple[str, str]] = []

    def pieces(self, main: str) -> Iterator[bytes]:
        """Yield the sheet's part; ``main`` is the namespace of the workbook."""
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
            for n, width in enumerate(_WIDTHS, 1)
        )
        yield (
            f'{_XML}<worksheet xmlns="{main}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            '<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews>'
            f"<cols>{columns}</cols><sheetData>"
        ).encode()
        yield self._top().encode()
        piece: list[str] = []
        for finding in self._in_order():
            piece.append(self._finding(finding))
            if len(piece) == 2_000:
                yield "".join(piece).encode()
                piece.clear()
        yield "".join(piece).encode() + b"</sheetData>"
        links = "".join(
            f'<hyperlink ref="{at}" location="{quoted(to)}" display="{quoted(to)}"/>'
            for at, to in self._links
        )
        yield (f"<hyperlinks>{links}</hyperlinks>" if links else "").encode()
        yield (
            b'<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
            b'<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
        )

    def _row(self, cells: Sequence[tuple[str | int, int]], height: int = 0) -> str:
        """Return a row; ``height`` in points, 0 for the usual one."""
        self._number += 1
        written = "".join(
            f'<c r="{letter}{self._number}{_tail(value, style)}'
            for letter, (value, style) in zip("ABCDEFG", cells, strict=False)
            if value != ""
        )
        tall = f' ht="{height}" customHeight="1"' if height else ""
        return f'<row r="{self._number}"{tall}>{written}</row>'

    def _top(self) -> str:
        say = self.translate
        rows = [self._row([(FINDINGS_TITLES[self.language], self._title)], 21)]
        rows += [self._row([(note, self._note)]) for note in self.notes]
        rows += [
            self._row([]),
            self._row([(say(h), self._header) for h in (HEADERS[0], N_("Kind"), N_("Count"))]),
        ]
        for entry in summary(self.findings):
            severity = Severity(entry["severity"])
            check = next((f for f in self.findings if f.code == entry["code"]), None)
            kind = title(entry["code"], say, str(check.params.get("check", "")) if check else "")
            rows.append(
                self._row(
                    [
                        (say(SEVERITIES[severity]), self._mark(severity)),
                        (kind, self._plain),
                        (entry["count"], self._plain),
                    ]
                )
            )
        rows += [self._row([]), self._row([(say(h), self._header) for h in HEADERS])]
        return "".join(rows)

    def _mark(self, severity: Severity) -> int:
        mark = _MARKS[severity]
        return self._marks[mark] if mark else self._plain

    def _in_order(self) -> Iterator[Finding]:
        listed = 0
        for severity in Severity:
            for finding in self.findings:
                if finding.severity is severity:
                    if (listed := listed + 1) > LISTED:
                        return
                    yield finding

    def _finding(self, finding: Finding) -> str:
        say = self.translate
        at = reference(finding, self.places)
        name = self.names.get(finding.sheet or "", finding.sheet or "")
        suggestion = finding.suggestion or ""
        if (finding.sheet or "", finding.row, finding.column) in self.filled and suggestion:
            suggestion = say(N_("%(value)s (filled in)")) % {"value": suggestion}
        linked = bool(at) and (finding.sheet or "") in self.places and len(self._links) < LINKS
        header = " ".join((finding.header or "").split())
        texts = (header, finding.value or "", message(finding, say), suggestion)
        row = self._row(
            [
                (say(SEVERITIES[finding.severity]), self._mark(finding.severity)),
                (name, self._text(name)),
                (at, self._link if linked else self._plain),
                *((text, self._text(text)) for text in texts),
            ],
            _height((name, *texts)),
        )
        if linked:
            sheet = name.replace("'", "''")
            self._links.append((f"C{self._number}", f"'{sheet}'!{at}"))
        return row

    def _text(self, text: str) -> int:
        return self._quoted if looks_like_a_formula(text) else self._wrapped


def _height(texts: Sequence[str]) -> int:
    """Return how high a row of wrapped texts is, 0 for one line: not every program finds that by itself."""
    lines = max(map(_lines, texts, (_WIDTHS[1], *_WIDTHS[3:])))
    return min(lines, _MOST_LINES) * _LINE if lines > 1 else 0


def _lines(text: str, width: int) -> int:
    # Most letters are narrower than the digit in which widths are counted.
    fits = width + width // 10
    if len(text) <= fits and "\n" not in text:
        return 1
    return sum(-(-len(line) // fits) or 1 for line in text.split("\n"))


def _tail(value: str | int, style: int) -> str:
    """Return a cell from behind its reference."""
    return number_tail(value, style) if isinstance(value, int) else text_tail(value, style)
