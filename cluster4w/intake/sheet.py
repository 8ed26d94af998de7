"""One sheet from its header to its last row: columns mapped, rows read, findings said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.findings import WORDS
from cluster4w.intake.headers.choose import DataSheet
from cluster4w.intake.headers.locate import no_data
from cluster4w.intake.headers.map import Mapped, Vocabulary
from cluster4w.intake.headers.samples import Samples
from cluster4w.intake.judging.patterns import odd_cells
from cluster4w.intake.judging.rules import ASKING, RuleRunner
from cluster4w.intake.open import Row
from cluster4w.intake.opening.merged import MergedCells
from cluster4w.intake.opening.scan import column_letter
from cluster4w.intake.places.finder import PlaceFinder
from cluster4w.intake.places.organisations import OrganisationFinder
from cluster4w.intake.read import Issue, as_text, is_absent
from cluster4w.intake.reconcile import ReadRow, RowReader
from cluster4w.intake.sheet_columns import SheetColumns, SheetReport, letter_of
from cluster4w.record.queries.context import IntakeContext
from cluster4w.record.queries.operations import plan_months
from cluster4w.template.kinds import Kind, Values
from cluster4w.template.language import N_
from cluster4w.template.layouts import Layout
from cluster4w.template.rules import Severity

#: Why rows are skipped, in words.
REASONS = {
    "blank": N_("blank"),
    "hxl": N_("HXL tags"),
    "hint": N_("filling hints"),
    "example": N_("an example"),
    "sentinel": N_("the end mark of the table"),
    "total": N_("totals"),
    "header": N_("the headers once more"),
    "no_figure": N_("no figure in any month"),
}


def ranges(numbers: list[int], most: int = 12) -> str:
    """Return row numbers as runs: "5-9, 12, 20-31"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1]:
            continue
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:most]]
    return ", ".join(shown) + (", …" if len(runs) > most else "")


@dataclass
class SheetReader:
    """Reads one sheet."""

    context: IntakeContext
    source: DataSheet
    vocabulary: Vocabulary
    places: PlaceFinder
    organisations: OrganisationFinder
    reporter: Any
    month: str | None
    all_clusters: bool
    named_layout: str | None
    #: Each row takes its month from the recorded row that it is.
    months_from_record: bool = False
    layout: Layout | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.name = self.source.sheet.name
        self.columns = SheetColumns(
            self.context,
            self.source,
            self.vocabulary,
            self.named_layout,
            self.month,
            self.months_from_record,
            self.organisations.own is not None,
        )
        self.layout = self.columns.layout
        self.by_key: Mapping[str, Mapped] = self.columns.by_key
        self._by_index = {c.index: c for c in self.columns.mapped}
        self._of_slot = {
            slot: {**self.by_key, **{c.key: c for c in columns if c.key}}
            for slot, columns in self.columns.parting.slots.items()
        }
        # What was said already of a row of the file that became several.
        self._said: dict[tuple[str, str, str | None], Severity | None] | None = None
        self._merged = MergedCells.of(
            self.source.sheet.merged(),
            self.columns.mapped,
            self.source.table.first_data_row,
            self.context.template,
        )
        self.skipped: dict[str, list[int]] = {}
        self.set_aside: dict[str, list[int]] = {}
        self.without_activity = 0
        self.kept_as_typed = 0
        self._samples = Samples([c.index for c in self.columns.mapped])
        self._months = plan_months(self.context.operation)
        template = self.context.template
        derived = {"period", "sub_sector", "cluster", "currency"}
        plan = (self.context.operation.plan_start, self.context.operation.plan_end)
        present = {*self.by_key, *self.columns.added_up, *derived} - {"row_id"}
        self._rules = RuleRunner.of(template.rules, present, template=template, plan=plan)

    def read(self, rows: list[CheckedRow]) -> SheetReport:
        """Append the sheet's rows to ``rows``; returns what the report shows of the sheet."""
        table = self.source.table
        self.columns.say(self.reporter)
        reader = RowReader(
            context=self.context,
            columns=self.columns.mapped,
            wide=self.columns.parting,
            layout=self.layout,
            places=self.places,
            organisations=self.organisations,
            month=self.month,
            all_clusters=self.all_clusters,
            sub_sector=self.columns.sub_sector,
        )
        errors = self._errors_by_row()
        before = len(rows)
        parted = 0
        for number, row in self._data_rows():
            row = self.columns.added.onto(number, row)
            if self._merged:
                row = self._merged.filled(number, row)
            self._samples.take(row)
            failed = errors.get(number, [])
            found = reader.read_all(row, [index for index, _ in failed])
            if not found:
                self.skipped.setdefault("no_figure", []).append(number)
                continue
            if (other := found[0].other_cluster) is not None:
                self.set_aside.setdefault(other, []).append(number)
                continue
            self._said = {} if len(found) > 1 else None
            parted += 1
            for read in found:
                if read.slot is not None:
                    self.by_key = self._of_slot[read.slot]
                self._add_errors(read, failed)
                rows.append(self._checked(number, row, read))
        self.by_key, self._said = self.columns.by_key, None
        if self.columns.parting.slots and len(rows) > before + parted:
            self._say_parted(parted, len(rows) - before)
        self._say_rows(reader)
        return SheetReport(
            self.name,
            table.header_row,
            table.hxl_row,
            table.first_data_row,
            self.columns.reports(self._samples),
            added_up=self.columns.added_up,
            skipped=sum(map(len, self.skipped.values())) + sum(map(len, self.set_aside.values())),
            status_column=column_letter(self.source.status_column),
        )

    def _data_rows(self) -> Iterator[tuple[int, Row]]:
        table = self.source.table
        first = table.first_data_row
        for number, row in enumerate(self.source.sheet.rows(), 1):
            if number < first:
                continue
            reason = no_data(row, number, table)
            if reason is None:
                yield number, row
            else:
                self.skipped.setdefault(reason, []).append(number)

    def _say_parted(self, rows: int, records: int) -> None:
        params = {"rows": rows, "records": records, "reason": self.columns.parting.reason}
        self.reporter.say("rows.parted", sheet=self.name, params=params)

    def _say_undivided(self, reader: RowReader) -> None:
        """Say of figures of whole rows, and of merged ones, that nobody can tell how they divide."""
        cells = self._merged
        merged = [("cells.merged", i, r) for i, r in cells.spread.items()]
        merged += [("cells.merged_figure", i, r) for i, r in cells.figures.items()]
        found = [(code, i, {"ranges": ranges(rows), "count": len(rows)}) for code, i, rows in merged]
        found += [("figures.not_divided", i, {"count": count}) for i, count in reader.undivided.items()]
        for code, index, params in found:
            self._say_column(code, self._by_index[index], params)

    def _say_column(self, code: str, column: Mapped, params: Any, value: str | None = None) -> None:
        """Say something of a column as a whole."""
        self.reporter.say(
            code,
            sheet=self.name,
            column=letter_of(column) or None,
            header=column.header,
            key=column.key,
            value=value,
            params=params,
        )

    def _say_rows(self, reader: RowReader) -> None:
        self._say_undivided(reader)
        for reason, numbers in self.skipped.items():
            params = {"ranges": ranges(numbers), "reason": REASONS[reason], "count": len(numbers)}
            self.reporter.say("rows.skipped", sheet=self.name, row=numbers[0], params=params)
        clusters = self.context.template.lists["cluster"]
        for cluster, numbers in self.set_aside.items():
            choice = clusters.get(cluster)
            params = {
                "count": len(numbers),
                "ranges": ranges(numbers),
                "cluster": choice.labels if choice else cluster,
            }
            self.reporter.say(
                "rows.other_cluster", sheet=self.name, row=numbers[0], key="cluster", params=params
            )
        for key, cells in reader.different_cells():
            for pattern in odd_cells(self.name, self.context.template.column(key), cells):
                self._say_column(pattern.code, self.by_key[key], pattern.params)
        if self.without_activity:
            params = {"count": self.without_activity}
            self.reporter.say("activity_type.absent", sheet=self.name, key="activity_type", params=params)
        if self.kept_as_typed:
            params = {"count": self.kept_as_typed}
            self.reporter.say("area.level_not_loaded", sheet=self.name, key="adm3_name", params=params)
        for (key, text), count in reader.unregistered.items():
            params = {"count": count, **self.organisations.nearest(key, text)}
            self._say_column("organisation.not_registered", self.by_key[key], params, text)

    # --- what a row says ----------------------------------------------------------------------

    def _errors_by_row(self) -> dict[int, list[tuple[int, str]]]:
        found: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self.source.scan.errors.items():
            found.setdefault(row, []).append((column - 1, text))
        return found

    def _add_errors(self, read: ReadRow, errors: list[tuple[int, str]]) -> None:
        """Error cells come blank from the reader; the scan of the raw sheet knows them."""
        if not errors:
            return
        for index, text in errors:
            column = self._by_index.get(index)
            key = column.key if column else None
            if key and (read.slot is None or self.by_key[key].index == index):
                read.issues.append((key, Issue("cell.error", {"shown": text})))

    def _checked(self, number: int, row: Row, read: ReadRow) -> CheckedRow:
        values = read.values
        state = "with_errors" if self.columns.missing else "clean"
        who = read.organisation_id
        checked = CheckedRow(
            self.name, number, state, None, None, who, values, read.extra, learned=read.learned
        )
        accused: set[str] = set()
        for key, issue in read.issues:
            if issue.code == "area.level_not_loaded":
                self.kept_as_typed += 1
                continue
            severity = self._say_issue(number, row, key, issue, values)
            if severity is Severity.ERROR:
                accused.add(key)
            checked.worsen(severity)
        for key in self._unfilled(values, accused):
            checked.worsen(self._say_cell("cell.missing", number, key, [], {}, None))
            accused.add(key)
        for rule, (key, params) in self._rules.broken(values):
            if rule.check in ASKING and accused & set(rule.columns):
                continue
            severity = self._say_cell(
                rule.code, number, key, row, {**params, "check": str(rule.check)}, None, rule.severity
            )
            checked.worsen(severity)
        period = values.get("period")
        if period is not None and period not in self._months:
            bounds = {"first": self._months[0], "last": self._months[-1]}
            if "period" in self.by_key:
                checked.worsen(self._say_cell("period.outside_plan", number, "period", row, bounds, None))
        if values.get("activity_type") is None and "activity_type" not in accused:
            self.without_activity += 1
        for total in read.differs:
            params = {"total": str(total.total), "sum": str(total.sum)}
            at = self._by_index[total.index]
            checked.worsen(
                self._say_cell("figures.total_differs", number, total.key, row, params, None, column=at)
            )
        return checked

    def _unfilled(self, values: Values, accused: set[str]) -> list[str]:
        """Return the required columns that a row leaves empty and that no finding has named yet."""
        found = []
        empty = [key for key in self.columns.needed if values.get(key) is None]
        beside = (
            {}
            if not empty
            else {
                "adm1_name": any(k.startswith("adm") for k in accused),
                "org_acronym": bool(accused & {"org_acronym", "org_name"}),
                # It follows from the activity type: where that is missing, one finding is enough.
                "sub_sector": "sub_sector" not in self.by_key
                and ("activity_type" in accused or values.get("activity_type") is None),
                "period": self.months_from_record and "period" not in self.by_key,
            }
        )
        for key in empty:
            if not (key in accused or key in self.columns.missing or beside.get(key)):
                found.append(key)
        for key, condition in self.columns.conditions:
            if values.get(key) is None and key not in accused and condition.holds(values):
                found.append(key)
        return found

    def _say_issue(self, number: int, row: Row, key: str, issue: Issue, values: Values) -> Severity | None:
        severity, suggestion = None, issue.suggestion
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
        return self._say_cell(issue.code, number, key, row, issue.params, suggestion, severity)

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
            sheet=self.name,
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
