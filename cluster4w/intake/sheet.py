"""One sheet from its header to its last row: columns mapped, rows read, findings said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.choose import DataSheet
from cluster4w.intake.compare import CheckedRow
from cluster4w.intake.findings import WORDS
from cluster4w.intake.locate import no_data
from cluster4w.intake.map import Mapped, Vocabulary, detect_layout, map_columns
from cluster4w.intake.open import Row
from cluster4w.intake.organisations import OrganisationFinder
from cluster4w.intake.places import PlaceFinder
from cluster4w.intake.read import Issue, as_text, is_absent
from cluster4w.intake.reconcile import ReadRow, RowReader
from cluster4w.intake.rules import RuleRunner
from cluster4w.intake.samples import Samples
from cluster4w.intake.scan import column_letter
from cluster4w.record.queries.context import IntakeContext
from cluster4w.record.queries.operations import plan_months
from cluster4w.template.columns import Condition
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind, Values
from cluster4w.template.language import DEFAULT_LANGUAGE, N_, label
from cluster4w.template.layouts import Layout
from cluster4w.template.rules import Check as RuleCheck
from cluster4w.template.rules import Severity
from cluster4w.template.text import fold

#: Why rows are skipped, in words.
REASONS = {
    "blank": N_("blank"),
    "hxl": N_("HXL tags"),
    "hint": N_("filling hints"),
    "example": N_("an example"),
    "sentinel": N_("the end mark of the table"),
    "total": N_("totals"),
    "header": N_("the headers once more"),
}

#: Columns that the OCHA layout asks of a row; its public file leaves nearly all others empty.
OCHA_LAYOUT = "ocha-mali-5w"
OCHA_REQUIRED = ("org_acronym", "adm1_name", "period")

_RANK = {"clean": 0, "with_warnings": 1, "with_errors": 2}
_STATE = {Severity.INFO: "clean", Severity.WARNING: "with_warnings", Severity.ERROR: "with_errors"}


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """A column of the file as the report shows it."""

    letter: str
    header: str
    key: str | None
    how: str
    score: int
    #: The column that it may be, where that is asked; what tells columns with one header apart; the alias
    #: that said what it is; some of its values.
    guess: str | None = None
    context: str = ""
    learned: int | None = None
    samples: tuple[str, ...] = ()


@dataclass
class SheetReport:
    """A sheet as the report shows it."""

    name: str
    header_row: int
    hxl_row: int | None
    first_data_row: int
    columns: list[ColumnReport]
    skipped: int = 0
    #: Letter of the column in which a returned workbook says how each row stands.
    status_column: str = ""


def ranges(numbers: list[int], most: int = 12) -> str:
    """Return row numbers as runs: "5-9, 12, 20-31"."""
    runs: list[list[int]] = []
    for number in numbers:
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
        table = self.source.table
        self.name = self.source.sheet.name
        self.mapped = map_columns(
            table.headers, table.tags, self.vocabulary, self.context.learned("column"), table.groups
        )
        self.layout = detect_layout(self.mapped, self.vocabulary, self.named_layout)
        self.by_key: dict[str, Mapped] = {c.key: c for c in self.mapped if c.key}
        self.skipped: dict[str, list[int]] = {}
        self.set_aside: dict[str, list[int]] = {}
        self.without_activity = 0
        self.kept_as_typed = 0
        self._samples = Samples([c.index for c in self.mapped])
        self._months = plan_months(self.context.operation)
        template = self.context.template
        self._needed = self._required(template)
        self._conditions = [
            (c.key, c.required)
            for c in template.columns
            if isinstance(c.required, Condition) and c.key in self.by_key
        ]
        derived = {"period", "sub_sector", "cluster", "currency"}
        self._rules = RuleRunner.of(template.rules, {*self.by_key, *derived} - {"row_id"})

    def read(self, rows: list[CheckedRow]) -> SheetReport:
        """Append the sheet's rows to ``rows``; returns what the report shows of the sheet."""
        table = self.source.table
        self._say_columns()
        reader = RowReader(
            context=self.context,
            columns=self.mapped,
            layout=self.layout,
            places=self.places,
            organisations=self.organisations,
            month=self.month,
            all_clusters=self.all_clusters,
            sub_sector=self._sub_sector(),
        )
        errors = self._errors_by_row()
        for number, row in self._data_rows():
            self._samples.take(row)
            read = reader.read(row)
            if read.other_cluster is not None:
                self.set_aside.setdefault(read.other_cluster, []).append(number)
                continue
            if number in errors:
                self._add_errors(read, errors[number])
            rows.append(self._checked(number, row, read))
        self._say_rows(reader)
        return SheetReport(
            self.name,
            table.header_row,
            table.hxl_row,
            table.first_data_row,
            [
                ColumnReport(
                    column_letter(c.index + 1),
                    c.header,
                    c.key,
                    c.how,
                    c.score,
                    c.guess,
                    c.context,
                    c.learned,
                    self._samples.of(c.index),
                )
                for c in self.mapped
            ],
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

    # --- what a column says -------------------------------------------------------------------

    def _required(self, template: Template) -> list[str]:
        if self.layout is not None and self.layout.name == OCHA_LAYOUT:
            return list(OCHA_REQUIRED)
        always = [c.key for c in template.columns if c.required is True]
        if self.layout is not None:
            return [k for k in always if k in self.by_key or k == "period"]
        return always

    def _given(self, key: str) -> bool:
        """Tell whether rows can have a value for a key although the file has no such column."""
        keys = self.by_key.keys()
        match key:
            case "period":
                return self.month is not None or self.months_from_record
            case "org_acronym":
                return self.organisations.own is not None or "org_name" in keys
            case "adm1_name":
                return any(k.startswith("adm") for k in keys)
            case "sub_sector":
                return "activity_type" in keys or self._sub_sector() is not None
            case _:
                return False

    def _sub_sector(self) -> str | None:
        """Return the sub-sector that the name of the sheet gives: some workbooks part Shelter and NFI."""
        if "sub_sector" in self.by_key:
            return None
        spellings = self.context.template.lists["sub_sector"].by_spelling()
        return spellings.get(fold(self.name))

    def _say_columns(self) -> None:
        scan = self.source.scan
        self._missing: list[str] = []
        for column in self.mapped:
            if column.key is not None or column.how == "ignored":
                continue
            where = {
                "sheet": self.name,
                "row": self.source.table.header_row,
                "column": column_letter(column.index + 1),
                "header": column.header,
            }
            if column.how in ("doubtful", "duplicate") and column.guess:
                labels = self.context.template.column(column.guess).labels
                other = self.by_key[column.guess].header if column.guess in self.by_key else ""
                params = {"guess": labels, "other": other}
                guess = label(labels, DEFAULT_LANGUAGE)
                self.reporter.say(f"column.{column.how}", suggestion=guess, params=params, **where)
            else:
                self.reporter.say("column.unmapped", **where)
        for key in self._needed:
            if key in self.by_key or self._given(key):
                continue
            self._missing.append(key)
            if key == "period":
                self.reporter.say("period.not_given", sheet=self.name, key=key)
            else:
                params = {"column": self.context.template.column(key).labels}
                self.reporter.say("column.missing", sheet=self.name, key=key, params=params)
        if scan.hidden_rows:
            hidden = {"sheet": self.name, "count": scan.hidden_rows}
            self.reporter.say("sheet.hidden_rows", sheet=self.name, params=hidden)
        if scan.hidden_columns:
            letters = ", ".join(column_letter(n) for n in scan.hidden_columns[:20])
            self.reporter.say(
                "sheet.hidden_columns", sheet=self.name, params={"sheet": self.name, "columns": letters}
            )

    def _say_rows(self, reader: RowReader) -> None:
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
        if self.without_activity:
            params = {"count": self.without_activity}
            self.reporter.say("activity_type.absent", sheet=self.name, key="activity_type", params=params)
        if self.kept_as_typed:
            params = {"count": self.kept_as_typed}
            self.reporter.say("area.level_not_loaded", sheet=self.name, key="adm3_name", params=params)
        for (key, text), count in reader.unregistered.items():
            column = self.by_key[key]
            self.reporter.say(
                "organisation.not_registered",
                sheet=self.name,
                column=column_letter(column.index + 1),
                header=column.header,
                key=key,
                value=text,
                params={"count": count, **self.organisations.nearest(key, text)},
            )

    # --- what a row says ----------------------------------------------------------------------

    def _errors_by_row(self) -> dict[int, list[tuple[int, str]]]:
        found: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self.source.scan.errors.items():
            found.setdefault(row, []).append((column - 1, text))
        return found

    def _add_errors(self, read: ReadRow, errors: list[tuple[int, str]]) -> None:
        """Error cells come blank from the reader; the scan of the raw sheet knows them."""
        by_index = {c.index: c.key for c in self.mapped if c.key}
        for index, text in errors:
            key = by_index.get(index)
            if key is not None:
                read.issues.append((key, Issue("cell.error", {"shown": text})))

    def _checked(self, number: int, row: Row, read: ReadRow) -> CheckedRow:
        values = read.values
        state = "with_errors" if self._missing else "clean"
        accused: set[str] = set()
        for key, issue in read.issues:
            if issue.code == "area.level_not_loaded":
                self.kept_as_typed += 1
                continue
            severity = self._say_issue(number, row, key, issue, values)
            if severity is Severity.ERROR:
                accused.add(key)
            state = _worse(state, severity)
        for key in self._unfilled(values, accused):
            state = _worse(state, self._say_missing(number, key))
            accused.add(key)
        for rule, (key, params) in self._rules.broken(values):
            if rule.check in (RuleCheck.NEEDS, RuleCheck.ANY_OF) and accused & set(rule.columns):
                continue
            severity = self._say_cell(
                rule.code, number, key, row, {**params, "check": str(rule.check)}, None, rule.severity
            )
            state = _worse(state, severity)
        period = values.get("period")
        if period is not None and period not in self._months:
            bounds = {"first": self._months[0], "last": self._months[-1]}
            if "period" in self.by_key:
                state = _worse(
                    state, self._say_cell("period.outside_plan", number, "period", row, bounds, None)
                )
        if values.get("activity_type") is None and "activity_type" not in accused:
            self.without_activity += 1
        who = read.organisation_id
        return CheckedRow(self.name, number, state, None, None, who, values, read.extra, learned=read.learned)

    def _unfilled(self, values: Values, accused: set[str]) -> list[str]:
        """Return the required columns that a row leaves empty and that no finding has named yet."""
        found = []
        beside = {
            "adm1_name": any(k.startswith("adm") for k in accused),
            "org_acronym": bool(accused & {"org_acronym", "org_name"}),
            # It follows from the activity type: where that is missing, one finding is enough.
            "sub_sector": "sub_sector" not in self.by_key
            and ("activity_type" in accused or values.get("activity_type") is None),
            "period": self.months_from_record and "period" not in self.by_key,
        }
        for key in self._needed:
            named = key in accused or key in self._missing or beside.get(key)
            if values.get(key) is None and not named:
                found.append(key)
        for key, condition in self._conditions:
            if values.get(key) is None and key not in accused and condition.holds(values):
                found.append(key)
        return found

    def _say_issue(self, number: int, row: Row, key: str, issue: Issue, values: Values) -> Severity | None:
        severity, suggestion = None, issue.suggestion
        if issue.code == "cell.error":
            column = self.context.template.column(key)
            # A failed look-up of a code is mended by the name beside it.
            named = values.get(f"adm{column.level}_pcode") if column.kind is Kind.PCODE else None
            optional = column.kind in (Kind.PCODE, Kind.TEXT, Kind.LONG_TEXT) and key not in self._needed
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

    def _say_missing(self, number: int, key: str) -> Severity | None:
        return self._say_cell("cell.missing", number, key, [], {}, None)

    def _say_cell(
        self,
        code: str,
        number: int,
        key: str,
        row: Row,
        params: Any,
        suggestion: str | None,
        severity: Severity | None = None,
    ) -> Severity | None:
        column = self.by_key.get(key) or self.by_key.get(_beside(key))
        shown = column.header.replace("\n", " / ") if column else self.context.template.column(key).labels
        raw = row[column.index] if column and column.index < len(row) else ""
        value = params.get("shown") or as_text(raw) or None
        if severity is None and code not in WORDS:
            severity = Severity.WARNING
        said: Severity | None = self.reporter.say(
            code,
            severity,
            sheet=self.name,
            row=number,
            column=column_letter(column.index + 1) if column else None,
            header=column.header if column else None,
            key=key,
            value=value,
            params={**params, "column": shown},
            suggestion=suggestion,
        )
        return said


def _beside(key: str) -> str:
    """Return the column in which a person looks when the file lacks the one that is meant."""
    if key.endswith("_pcode"):
        return key.replace("_pcode", "_name")
    if key.startswith("adm"):
        return key.replace("_name", "_pcode")
    return {"org_acronym": "org_name", "org_name": "org_acronym"}.get(key, "")


def _worse(state: str, severity: Severity | None) -> str:
    if severity is None:
        return state
    other = _STATE[severity]
    return other if _RANK[other] > _RANK[state] else state
