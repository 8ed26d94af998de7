"""The rows of a sheet become rows to record, and everything that there is to say of each is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.findings import WORDS
from cluster4w.intake.headers.map import Mapped
from cluster4w.intake.judging.column_view import ColumnView
from cluster4w.intake.judging.rules import ASKING, AllBroken, RuleRunner
from cluster4w.intake.open import Row
from cluster4w.intake.read import Issue, as_text, is_absent
from cluster4w.intake.reconcile import ReadRow
from cluster4w.intake.sheet_columns import SheetColumns, letter_of
from cluster4w.record.queries.context import IntakeContext
from cluster4w.record.queries.operations import plan_months
from cluster4w.template.kinds import Kind, Values
from cluster4w.template.rules import Severity

#: What was said already of a row of the file that became several: code, key and column to how bad it is.
Said = dict[tuple[str, str, str | None], Severity | None]


@dataclass(slots=True)
class FileRow:
    """A row as it stands in the file, one of those that it was read as, and what they share."""

    number: int
    cells: Row
    read: ReadRow
    said: Said | None


class RowJudge:
    """Says what there is to say of the rows of one sheet, many at a time."""

    def __init__(
        self,
        context: IntakeContext,
        sheet: str,
        columns: SheetColumns,
        reporter: Any,
        *,
        months_from_record: bool,
    ) -> None:
        """``months_from_record``: each row takes its month from the recorded row that it is."""
        self.context = context
        self.sheet = sheet
        self.columns = columns
        self.reporter = reporter
        self.by_key: Mapping[str, Mapped] = columns.by_key
        self.by_index = {c.index: c for c in columns.mapped}
        self._of_slot = {
            slot: {**columns.by_key, **{c.key: c for c in several if c.key}}
            for slot, several in columns.parting.slots.items()
        }
        self._months_from_record = months_from_record
        self._months = plan_months(context.operation)
        derived = {"period", "sub_sector", "cluster", "currency"}
        plan = (context.operation.plan_start, context.operation.plan_end)
        present = {*columns.by_key, *columns.added_up, *derived} - {"row_id"}
        self._rules = RuleRunner.of(context.template.rules, present, template=context.template, plan=plan)
        self._said: Said | None = None
        #: Column key to the language of the choices that the file writes there, where it is plain.
        self.language_of: Callable[[str], str | None] = lambda _: None
        # Column key and parameters of an issue to what is made of them; they stand here so that they stay.
        self._spoken: dict[tuple[str, int], tuple[Mapping[str, Any], Mapping[str, Any], str | None]] = {}
        self.without_activity = 0
        self.kept_as_typed = 0

    def column_of(self, read: ReadRow, key: str) -> Mapped:
        """Return the column that says ``key`` of a row."""
        return self._columns_of(read)[key]

    def _columns_of(self, read: ReadRow) -> Mapping[str, Mapped]:
        return self.columns.by_key if read.slot is None else self._of_slot[read.slot]

    def judged(self, rows: Sequence[FileRow]) -> list[CheckedRow]:
        """Return rows with their state; what there is to say of them is said, row by row."""
        view = ColumnView([row.read.values for row in rows])
        broken, unfilled = self._rules.broken(view), self._unfilled(view, rows)
        strange = {at for at, month in enumerate(view["period"]) if month and month not in self._months}
        strange.update(view.empty("activity_type"))
        found = []
        for at, row in enumerate(rows):
            read = row.read
            checked = CheckedRow(
                self.sheet,
                row.number,
                "with_errors" if self.columns.missing else "clean",
                None,
                None,
                read.organisation_id,
                read.values,
                read.extra,
                learned=read.learned,
            )
            if read.issues or read.differs or at in broken or at in unfilled or at in strange:
                self.by_key = self._columns_of(read)
                self._said = row.said
                self._judge(checked, row, unfilled.get(at, ()), broken.get(at, []))
            found.append(checked)
        self.by_key, self._said = self.columns.by_key, None
        return found

    def _unfilled(self, view: ColumnView, rows: Sequence[FileRow]) -> dict[int, list[tuple[str, bool]]]:
        """Return the columns that rows leave empty: those required of every row, and (True) of some rows.

        A column that the file lacks altogether is no matter of single rows.
        """
        found: dict[int, list[tuple[str, bool]]] = {}
        not_asked = {*self.columns.missing}
        if self._months_from_record and "period" not in self.columns.by_key:
            not_asked.add("period")
        for key in self.columns.needed:
            if key not in not_asked:
                for at in view.empty(key):
                    found.setdefault(at, []).append((key, False))
        for key, condition in self.columns.conditions:
            for at in view.empty(key):
                if condition.holds(rows[at].read.values):
                    found.setdefault(at, []).append((key, True))
        return found

    def _judge(
        self, checked: CheckedRow, row: FileRow, unfilled: Sequence[tuple[str, bool]], broken: AllBroken
    ) -> None:
        """Say what there is to say of a row."""
        values, number, cells = checked.values, row.number, row.cells
        accused: set[str] = set()
        for key, issue in row.read.issues:
            if issue.code == "area.level_not_loaded":
                self.kept_as_typed += 1
                continue
            severity = self._say_issue(number, cells, key, issue, values)
            if severity is Severity.ERROR:
                accused.add(key)
            checked.worsen(severity)
        for key in self._missing(unfilled, values, accused):
            checked.worsen(self._say_cell("cell.missing", number, key, [], {}, None))
            accused.add(key)
        for rule, (key, params) in broken:
            if rule.check in ASKING and accused & set(rule.columns):
                continue
            said = {**params, "check": str(rule.check)}
            checked.worsen(self._say_cell(rule.code, number, key, cells, said, None, rule.severity))
        period = values.get("period")
        if period is not None and period not in self._months and "period" in self.by_key:
            bounds = {"first": self._months[0], "last": self._months[-1]}
            checked.worsen(self._say_cell("period.outside_plan", number, "period", cells, bounds, None))
        if values.get("activity_type") is None and "activity_type" not in accused:
            self.without_activity += 1
        for total in row.read.differs:
            params = {"total": str(total.total), "sum": str(total.sum)}
            at = self.by_index[total.index]
            checked.worsen(
                self._say_cell("figures.total_differs", number, total.key, cells, params, None, column=at)
            )

    def _missing(self, unfilled: Iterable[tuple[str, bool]], values: Values, accused: set[str]) -> list[str]:
        """Return the columns whose emptiness no finding has named yet, nor one from which it follows."""
        places = any(k.startswith("adm") for k in accused)
        follows = {
            "adm1_name": places,
            "org_acronym": bool(accused & {"org_acronym", "org_name"}),
            # It follows from the activity type: where that is missing, one finding is enough.
            "sub_sector": "sub_sector" not in self.by_key
            and ("activity_type" in accused or values.get("activity_type") is None),
        }
        return [key for key, of_some in unfilled if key not in accused and (of_some or not follows.get(key))]

    def _say_issue(self, number: int, row: Row, key: str, issue: Issue, values: Values) -> Severity | None:
        severity, suggestion, params = None, issue.suggestion, issue.params
        if "suggested" in params:
            # Many cells share an issue: what is made of it is shared too.
            if (key, id(params)) not in self._spoken:
                self._spoken[key, id(params)] = params, *self._in_words(key, params, suggestion)
            _, params, suggestion = self._spoken[key, id(params)]
        if issue.code == "cell.error":
            column = self.context.template.column(key)
            # A failed look-up of a code is mended by the name beside it.
            named = values.get(f"adm{column.level}_pcode") if column.kind is Kind.PCODE else None
            text = column.kind in (Kind.PCODE, Kind.TEXT, Kind.LONG_TEXT)
            optional = text and key not in self.columns.needed
            severity = Severity.WARNING if named or optional else None
            suggestion = str(named) if named else None
            if column.kind is Kind.PCODE and not named and self._is_blank(row, f"adm{column.level}_name"):
                # A look-up of the code of no place: nothing is lost.
                severity = Severity.INFO
        return self._say_cell(issue.code, number, key, row, params, suggestion, severity)

    def _in_words(
        self, key: str, params: Mapping[str, Any], suggestion: str | None
    ) -> tuple[Mapping[str, Any], str | None]:
        """Return what fills a sentence, and a suggestion in the language of the file.

        What the file writes elsewhere decides, else the misspelt word itself; else each reader's words.
        """
        suggested, spoken = params["suggested"], self.language_of(key) or params["spoken"]
        kept = {name: said for name, said in params.items() if name != "spoken"}
        if spoken in suggested:
            suggestion = suggested[spoken]
            del kept["suggested"]
        return kept, suggestion

    def _is_blank(self, row: Row, key: str) -> bool:
        """Tell whether the file has this column and the row says nothing in it."""
        column = self.by_key.get(key)
        return column is not None and (column.index >= len(row) or is_absent(as_text(row[column.index])))

    def _say_cell(
        self,
        code: str,
        number: int,
        key: str,
        row: Row,
        params: Any,
        suggestion: str | None,
        severity: Severity | None = None,
        *,
        column: Mapped | None = None,
    ) -> Severity | None:
        """Say something of a row's cell: in ``column``, else in the one that says ``key`` or is beside it."""
        column = column or self.by_key.get(key) or self.by_key.get(_beside(key))
        if "part" in params:
            column = self._part_of(key, params["part"]) or column
            params = {**params, "date": self.context.template.column(key).labels}
        shown = column.header.replace("\n", " / ") if column else self.context.template.column(key).labels
        raw = row[column.index] if column and column.index < len(row) else ""
        value = params.get("shown") or as_text(raw) or None
        if severity is None and code not in WORDS:
            severity = Severity.WARNING
        letter = (letter_of(column) or None) if column else None
        if self._said is not None and (code, key, letter) in self._said:
            return self._said[(code, key, letter)]
        said: Severity | None = self.reporter.say(
            code,
            severity,
            sheet=self.sheet,
            row=number,
            column=letter,
            header=column.header if column else None,
            key=key,
            value=value,
            params={**params, "column": shown},
            suggestion=suggestion,
        )
        if self._said is not None:
            self._said[(code, key, letter)] = said
        return said

    def _part_of(self, key: str, part: str) -> Mapped | None:
        """Return the column of a part of a date."""
        return next((c for c in self.columns.mapped if c.key == key and c.part == part), None)


def _beside(key: str) -> str:
    """Return the column in which a person looks when the file lacks the one that is meant."""
    if key.endswith("_pcode"):
        return key.replace("_pcode", "_name")
    if key.startswith("adm"):
        return key.replace("_name", "_pcode")
    return {"org_acronym": "org_name", "org_name": "org_acronym"}.get(key, "")
