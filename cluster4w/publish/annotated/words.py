"""What is said in a workbook that goes back: the words of each cell and of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from cluster4w.intake.findings import Finding, message, title
from cluster4w.intake.opening.scan import column_letter, column_number
from cluster4w.publish.annotated.sheet import Touch
from cluster4w.publish.annotated.styles import Mark
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
class FixedCell:
    """A cell that was corrected on the site. ``row`` 0: all rows; ``column`` "": the file lacks it."""

    sheet: str
    row: int
    column: str
    header: str | None
    file_value: str | None
    fixed_value: str


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file with what its check found. ``rows``: sheet, row number and state of each row that was read."""

    name: str
    content: bytes
    sheets: Sequence[SheetPlace]
    rows: Iterable[tuple[str, int, str]]
    findings: Sequence[Finding]
    fixes: Sequence[FixedCell] = ()


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Return each finding once: a row that became several records repeats what it says of a cell."""
    said: dict[tuple[str | None, int | None, str | None, str], list[Finding]] = {}
    kept = []
    for finding in findings:
        same = said.setdefault((finding.sheet, finding.row, finding.column, finding.code), [])
        if finding not in same:
            same.append(finding)
            kept.append(finding)
    return kept


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
    #: Row to column to what was corrected there on the site.
    fixed: dict[int, dict[int, FixedCell]] = field(default_factory=dict)
    #: What keeps every row of the sheet from the record.
    of_all: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        say = self.translate
        self._ok = say(N_("OK"))
        self._to_correct, self._to_look = say(N_("To correct: %(what)s")), say(N_("To check: %(what)s"))
        self._filled = say(N_("Filled in, to check: %(what)s"))
        self._fixed = say(N_("Corrected on the site: %(what)s"))
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

    def fix(self, fixed: FixedCell) -> None:
        """Take in a cell of this sheet that was corrected on the site."""
        if fixed.row and fixed.column:
            self.fixed.setdefault(fixed.row, {})[column_number(fixed.column)] = fixed

    def suggestion(self, row: int, column: int) -> str | None:
        """Return the text that is filled into a cell; None where all that is said leaves it to a person."""
        if not self.accept:
            return None
        if (fixed := self.fixed.get(row, {}).get(column)) is not None:
            return fixed.fixed_value
        texts = {f.suggestion for f in self.found[row][column] if is_safe(f)}
        whole = all(is_safe(f) or f.severity is Severity.WARNING for f in self.found[row][column])
        return texts.pop() if len(texts) == 1 and whole else None

    def touches(self) -> dict[int, dict[int, Touch]]:
        """Return what happens to the cells of the sheet."""
        touches: dict[int, dict[int, Touch]] = {}
        for row in {**self.found, **self.fixed}:
            found, fixed = self.found.get(row, {}), self.fixed.get(row, {})
            touches[row] = {
                column: Touch(
                    _worst(found[column]) if column in found else Mark.FILLED, self.suggestion(row, column)
                )
                for column in sorted({*found, *fixed} - {0})
            }
        return touches

    def status(self, row: int, filled: frozenset[int]) -> tuple[str, Mark | None]:
        """Return the text of a row's status and its colour."""
        columns = self.found.get(row)
        left = [f for c, findings in (columns or {}).items() if c not in filled for f in findings]
        if self.states.get(row) == "with_errors" and not any(f.severity is Severity.ERROR for f in left):
            left = [*self.of_all, *left]
        if not left:
            if suggested := [columns[c][0] for c in sorted(filled) if columns and c in columns]:
                return self._line(self._filled, suggested), Mark.FILLED
            if row in self.fixed:
                headers = (" ".join((f.header or f.column).split()) for f in self.fixed[row].values())
                line: str = self._fixed % {"what": self.translate(N_("; ")).join(headers)}
                return line[:LONGEST_STATUS], Mark.FILLED
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
        for row in {**self.found, **self.fixed}:
            columns, fixed = self.found.get(row, {}), self.fixed.get(row, {})
            for column in sorted({*columns, *fixed}):
                at = column or self.column
                if at:
                    filled = bool(column) and (row, column) not in formulas and self.suggestion(row, column)
                    said = fixed.get(column)
                    yield row, at, self._note(columns.get(column, ()), filled and not said, said)

    def _note(self, findings: Sequence[Finding], filled: object, fixed: FixedCell | None) -> str:
        parts: list[str] = []
        if fixed is not None:
            empty = self.translate(N_("empty"))
            both = {"file": fixed.file_value or empty, "fixed": fixed.fixed_value or empty}
            parts.append(
                self.translate(N_("Corrected on the site: the file says “%(file)s”, read is “%(fixed)s”."))
                % both
            )
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
    for fixed in checked.fixes:
        if fixed.sheet in found:
            found[fixed.sheet].fix(fixed)
    return found


def reference(finding: Finding, places: Mapping[str, SheetPlace]) -> str:
    """Return the cell that a finding is about: its own, its row's, its column's; "" for the whole file."""
    place = places.get(finding.sheet or "")
    if finding.row is not None:
        return f"{finding.column or (place and place.status_column) or 'A'}{finding.row}"
    if finding.column and place:
        return f"{finding.column}{place.header_row}"
    return f"{column_letter(1)}{place.header_row}" if place else ""
