"""What is said in a workbook that goes back: the words of each cell and of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from cluster4w.intake.findings import Finding, message, title
from cluster4w.intake.scan import column_letter, column_number
from cluster4w.publish.annotated_sheet import Touch
from cluster4w.publish.annotated_styles import Mark
from cluster4w.template.language import N_, Translate
from cluster4w.template.rules import Severity
from cluster4w.template.text import fold

#: Codes whose suggestion says what the row was taken for anyway: to write it changes nothing of its meaning.
TAKEN = frozenset(
    ("area.spelling_taken", "area.other_edition", "area.code_unknown", "organisation.acronym_differs",
     "organisation.name_differs")
)  # fmt: skip
#: Codes of which some suggestions may be filled in.
FILLABLE = TAKEN | {"choice.unknown"}
#: A choice that is this much like the one of the list is that one in another spelling.
SAME_WORD = 90
#: Kinds of problems that a status names; it counts the others.
NAMED = 3
#: Letters of a status, and of a comment.
LONGEST_STATUS, LONGEST_NOTE = 250, 2_000

_MARKS = {Severity.ERROR: Mark.ERROR, Severity.WARNING: Mark.WARNING}


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """Where the table of a sheet stands; ``status_column`` is the letter of our column, "" for no room."""

    name: str
    header_row: int
    status_column: str


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file with what its check found. ``rows``: sheet, row number and state of each row that was read."""

    name: str
    content: bytes
    sheets: Sequence[SheetPlace]
    rows: Iterable[tuple[str, int, str]]
    findings: Sequence[Finding]


def is_safe(finding: Finding) -> bool:
    """Tell whether a suggestion may be filled in unasked: it says what the cell means already."""
    if not finding.suggestion or finding.row is None or finding.column is None:
        return False
    if finding.code in TAKEN:
        return True
    if finding.code != "choice.unknown" or not finding.value:
        return False
    said, meant = fold(finding.value), fold(finding.suggestion)
    digits = [c for c in said if c.isdigit()] == [c for c in meant if c.isdigit()]
    return digits and fuzz.ratio(said, meant) >= SAME_WORD


@dataclass
class SheetWords:
    """What is said about the cells and rows of one sheet. Rows and columns count from 1."""

    place: SheetPlace
    translate: Translate
    accept: bool
    states: dict[int, str] = field(default_factory=dict)
    #: Row to column to its findings; column 0 for what is about the whole row.
    found: dict[int, dict[int, list[Finding]]] = field(default_factory=dict)
    #: What keeps every row of the sheet from the record.
    of_all: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        say = self.translate
        self._ok = say(N_("OK"))
        self._to_correct, self._to_look = say(N_("To correct: %(what)s")), say(N_("To check: %(what)s"))
        self._filled = say(N_("Filled in, to check: %(what)s"))
        self._titles: dict[tuple[str, str], str] = {}

    @property
    def column(self) -> int:
        """The status column, 0 without one."""
        return column_number(self.place.status_column) if self.place.status_column else 0

    def add(self, finding: Finding) -> None:
        """Take in an error or a warning about this sheet."""
        if finding.row is None:
            if finding.severity is Severity.ERROR:
                self.of_all.append(finding)
            return
        column = column_number(finding.column) if finding.column else 0
        self.found.setdefault(finding.row, {}).setdefault(column, []).append(finding)

    def suggestion(self, row: int, column: int) -> str | None:
        """Return the text that is filled into a cell; None where all that is said leaves it to a person."""
        if not self.accept:
            return None
        texts = {f.suggestion for f in self.found[row][column] if is_safe(f)}
        whole = all(is_safe(f) or f.severity is Severity.WARNING for f in self.found[row][column])
        return texts.pop() if len(texts) == 1 and whole else None

    def touches(self) -> dict[int, dict[int, Touch]]:
        """Return what happens to the cells of the sheet."""
        return {
            row: {
                column: Touch(_worst(findings), self.suggestion(row, column))
                for column, findings in sorted(columns.items())
                if column
            }
            for row, columns in self.found.items()
        }

    def status(self, row: int, filled: frozenset[int]) -> tuple[str, Mark | None]:
        """Return the text of a row's status and its colour."""
        columns = self.found.get(row)
        left = [f for c, findings in (columns or {}).items() if c not in filled for f in findings]
        if self.states.get(row) == "with_errors" and not any(f.severity is Severity.ERROR for f in left):
            left = [*self.of_all, *left]
        if not left:
            if filled and columns:
                return self._line(self._filled, [columns[c][0] for c in sorted(filled)]), Mark.FILLED
            return self._ok, None
        worst = _worst(left)
        if worst is Mark.ERROR:
            return self._line(self._to_correct, [f for f in left if f.severity is Severity.ERROR]), worst
        return self._line(self._to_look, left), worst

    def _line(self, sentence: str, findings: Sequence[Finding]) -> str:
        named = list(dict.fromkeys(map(self._named, findings)))
        what = self.translate(N_("; ")).join(named[:NAMED])
        if len(named) > NAMED:
            what += f" (+{len(named) - NAMED})"
        line = sentence % {"what": what}
        return line if len(line) <= LONGEST_STATUS else line[: LONGEST_STATUS - 1] + "…"

    def _named(self, finding: Finding) -> str:
        key = (finding.code, finding.header or "")
        if key not in self._titles:
            kind = title(finding.code, self.translate, str(finding.params.get("check", "")))
            header = " ".join((finding.header or "").split())[:40]
            self._titles[key] = f"{kind} ({header})" if header else kind
        return self._titles[key]

    def notes(self, kept: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
        """Yield row, column and words of every comment; ``kept``: cells that kept their formula."""
        formulas = set(kept)
        for row, columns in self.found.items():
            for column, findings in sorted(columns.items()):
                at = column or self.column
                if at:
                    filled = bool(column) and (row, column) not in formulas and self.suggestion(row, column)
                    yield row, at, self._note(findings, bool(filled))

    def _note(self, findings: Sequence[Finding], filled: bool) -> str:
        parts: list[str] = []
        for finding in findings:
            words = message(finding, self.translate)
            if filled and is_safe(finding):
                was = {"value": finding.value or ""}
                words = self.translate(N_("Filled in by the check; it was “%(value)s”.")) % was + "\n" + words
            elif finding.suggestion:
                words += "\n" + self.translate(N_("Suggestion: %(value)s")) % {"value": finding.suggestion}
            parts.append(words)
        text = "\n\n".join(dict.fromkeys(parts))
        return text if len(text) <= LONGEST_NOTE else text[: LONGEST_NOTE - 1] + "…"


def _worst(findings: Iterable[Finding]) -> Mark:
    return _MARKS[Severity.ERROR if any(f.severity is Severity.ERROR for f in findings) else Severity.WARNING]


def words_by_sheet(checked: CheckedFile, translate: Translate, *, accept: bool) -> dict[str, SheetWords]:
    """Return what is said about each sheet that was read, by its name."""
    found = {s.name: SheetWords(s, translate, accept) for s in checked.sheets}
    for sheet, number, state in checked.rows:
        if sheet in found:
            found[sheet].states[number] = state
    for finding in checked.findings:
        if finding.severity is not Severity.INFO and (finding.sheet or "") in found:
            found[finding.sheet or ""].add(finding)
    return found


def reference(finding: Finding, places: Mapping[str, SheetPlace]) -> str:
    """Return the cell that a finding is about: its own, its row's, its column's; "" for the whole file."""
    place = places.get(finding.sheet or "")
    if finding.row is not None:
        return f"{finding.column or (place and place.status_column) or 'A'}{finding.row}"
    if finding.column and place:
        return f"{finding.column}{place.header_row}"
    return f"{column_letter(1)}{place.header_row}" if place else ""
