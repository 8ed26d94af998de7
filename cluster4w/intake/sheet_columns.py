"""What the columns of a sheet are and what there is to say of them, before any of its rows is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from cluster4w.intake.choices import language_of
from cluster4w.intake.fixes import ADDED, AddedColumns
from cluster4w.intake.headers.assign import map_columns
from cluster4w.intake.headers.choose import DataSheet
from cluster4w.intake.headers.map import DOUBTFUL, Mapped, Vocabulary, detect_layout
from cluster4w.intake.headers.samples import Samples
from cluster4w.intake.headers.wide import Parting
from cluster4w.intake.opening.scan import column_letter
from cluster4w.intake.read import month as read_month
from cluster4w.record.queries.context import IntakeContext
from cluster4w.template.columns import Condition
from cluster4w.template.kinds import Kind
from cluster4w.template.language import DEFAULT_LANGUAGE, label
from cluster4w.template.layouts import Layout
from cluster4w.template.targets import Target, parse_target, target_labels
from cluster4w.template.text import fold

#: Columns that the OCHA layout asks of a row; its public file leaves nearly all others empty.
OCHA_LAYOUT = "ocha-mali-5w"
OCHA_REQUIRED = ("org_acronym", "adm1_name", "period")


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
    #: What the column is (:attr:`cluster4w.template.targets.Target.name`): its key, "idps_reached",
    #: "start_date.day"; the population group and the month whose figures it holds.
    target: str | None = None
    group: str = ""
    month: str = ""


@dataclass
class SheetReport:
    """A sheet as the report shows it."""

    name: str
    header_row: int
    hxl_row: int | None
    first_data_row: int
    columns: list[ColumnReport]
    #: Totals that the sheet lacks and that its columns add up to.
    added_up: list[str] = field(default_factory=list)
    skipped: int = 0
    #: Letter of the column in which a returned workbook says how each row stands.
    status_column: str = ""


def letter_of(column: Mapped) -> str:
    """Return the letter of a column, "" for one that only the page filled in."""
    return "" if column.how == ADDED else column_letter(column.index + 1)


def months_said(texts: Iterable[str]) -> list[str]:
    """Return the months that texts name with their year, as ``YYYY-MM``, each once.

    >>> months_said(["Reporting period: May 2016", "Rapport du 05/2016"])
    ['2016-05']
    """
    found: dict[str, None] = {}
    for text in texts:
        words = text.replace(":", " ").replace(",", " ").split()
        for said in (*words, *map(" ".join, pairwise(words))):
            value, _ = read_month(said, said, None)
            if isinstance(value, str):
                found[value] = None
    return list(found)


def row_keys(columns: Iterable[tuple[str | None, str, str]]) -> list[str]:
    """Return the keys of which the rows of a sheet speak, from the key, group and month of its columns."""
    keys: dict[str, None] = {}
    for key, group, month in columns:
        if key:
            keys[key] = None
            keys |= {"population_group": None} if group else {}
            keys |= {"period": None} if month else {}
    return list(keys)


@dataclass
class SheetColumns:
    """The columns of one sheet, mapped, with what its rows need of them."""

    context: IntakeContext
    source: DataSheet
    vocabulary: Vocabulary
    named_layout: str | None
    #: What rows have although no column says it: the month of the file, or of the recorded row; the
    #: organisation that the file is of.
    month: str | None
    months_from_record: bool
    of_one_organisation: bool
    mapped: list[Mapped] = field(init=False)
    #: Columns that the file lacks and that were filled in, in the page; they are among ``mapped``.
    added: AddedColumns = field(init=False)
    layout: Layout | None = field(init=False)
    #: How a row becomes several, where columns stand for population groups or months.
    parting: Parting = field(init=False)
    #: Totals that the sheet lacks and that its columns add up to.
    added_up: list[str] = field(init=False)
    #: Column key to the column that says it, the first where several do.
    by_key: Mapping[str, Mapped] = field(init=False)
    #: Columns that every row needs; those of them that the sheet lacks.
    needed: list[str] = field(init=False)
    missing: list[str] = field(init=False)
    #: Columns of the sheet that a row needs when another holds something.
    conditions: list[tuple[str, Condition]] = field(init=False)
    #: The sub-sector that the name of the sheet gives: some workbooks part Shelter and NFI.
    sub_sector: str | None = field(init=False)

    def __post_init__(self) -> None:
        table, template = self.source.table, self.context.template
        self.name = self.source.sheet.name
        self.mapped = map_columns(
            table.headers,
            table.tags,
            self.vocabulary,
            self.context.learned("column"),
            table.above,
            titles=table.titles,
            year=self.context.year(self.month),
        )
        self.layout = detect_layout(self.mapped, self.vocabulary, self.named_layout)
        self.added = AddedColumns.of(self.source, self.mapped, template)
        self.mapped = [*self.mapped, *self.added.columns]
        self.by_key = {c.key: c for c in reversed(self.mapped) if c.key}
        self.parting = Parting.of(self.mapped, template)
        sums = self.parting.sums(self.mapped, template).values()
        self.added_up = list(dict.fromkeys(total for several in sums for total, _ in several))
        self.needed = self._required()
        self.conditions = [
            (c.key, c.required)
            for c in template.columns
            if isinstance(c.required, Condition) and c.key in self.by_key
        ]
        spellings = template.lists["sub_sector"].by_spelling
        self.sub_sector = None if "sub_sector" in self.by_key else spellings.get(fold(self.name))
        self.missing = [k for k in self.needed if k not in self.by_key and not self._given(k)]

    def _required(self) -> list[str]:
        if self.layout is not None and self.layout.name == OCHA_LAYOUT:
            return list(OCHA_REQUIRED)
        always = [c.key for c in self.context.template.columns if c.required is True]
        if self.layout is not None:
            return [k for k in always if k in self.by_key or k == "period"]
        return always

    def _given(self, key: str) -> bool:
        """Tell whether rows can have a value for a key although the file has no such column."""
        keys = self.by_key.keys()
        match key:
            case "period":
                return self.month is not None or self.months_from_record or self.parting.by_month
            case "population_group":
                return any(slot.group for slot in self.parting.slots)
            case "org_acronym":
                return self.of_one_organisation or "org_name" in keys
            case "adm1_name":
                return any(k.startswith("adm") for k in keys)
            case "sub_sector":
                return "activity_type" in keys or self.sub_sector is not None
            case _:
                return False

    def _one_month(self) -> bool:
        """Tell whether every row gets the month that was said of the file."""
        return not ("period" in self.by_key or self.months_from_record or self.parting.by_month)

    def guess_by_values(self, samples: Samples) -> None:
        """Ask whether a column that nobody knows is one that every row needs, where its values say so.

        "Population" over "PDI" and "Retournés" holds the population group; it is asked, never taken.
        """
        for key in self.missing:
            column = self.context.template.column(key)
            if column.kind is not Kind.CHOICE:
                continue
            known = self.context.template.choices(column).by_spelling
            like = [
                at
                for at, c in enumerate(self.mapped)
                if c.how == "none" and (told := samples.of(c.index)) and all(fold(t) in known for t in told)
            ]
            if len(like) == 1:
                at = like[0]
                self.mapped[at] = replace(self.mapped[at], how="doubtful", guess=key, score=DOUBTFUL)

    def say(self, reporter: Any) -> None:
        """Say which columns nobody knows, which are missing, and what is hidden."""
        for column in self.mapped:
            if column.key is None and column.how != "ignored":
                self._say_unknown(column, reporter)
        self._say_months(reporter)
        for key in self.added_up:
            labels = {"column": self.context.template.column(key).labels}
            reporter.say("figures.added_up", sheet=self.name, key=key, params=labels)
        months = months_said((*self.source.table.titles, self.name))
        if self.month and months and self.month not in months and self._one_month():
            shown = {"month": self.month, "said": ", ".join(months)}
            reporter.say("period.not_as_said", sheet=self.name, key="period", params=shown)
        for key in self.missing:
            if key == "period":
                suggestion = months[0] if len(months) == 1 else None
                reporter.say("period.not_given", sheet=self.name, key=key, suggestion=suggestion)
            else:
                params = {"column": self.context.template.column(key).labels}
                reporter.say("column.missing", sheet=self.name, key=key, params=params)
        scan = self.source.scan
        if scan.hidden_rows:
            hidden = {"sheet": self.name, "count": scan.hidden_rows}
            reporter.say("sheet.hidden_rows", sheet=self.name, params=hidden)
        if scan.hidden_columns:
            letters = ", ".join(column_letter(n) for n in scan.hidden_columns[:20])
            many = len(scan.hidden_columns)
            found = {"sheet": self.name, "columns": letters, "count": many}
            reporter.say("sheet.hidden_columns", sheet=self.name, params=found)

    def _say_months(self, reporter: Any) -> None:
        """Say of columns of months that nobody can read what they lack: a year, or what they count."""
        lacking = [c for c in self.mapped if c.month and c.key is None and c.how == "none"]
        for code, columns in (
            ("column.months_without_year", [c for c in lacking if len(c.month) == 2]),
            ("column.months_uncounted", [c for c in lacking if len(c.month) > 2]),
        ):
            if columns:
                first = columns[0]
                headers = ", ".join(c.header for c in columns[:12])
                reporter.say(
                    code,
                    sheet=self.name,
                    row=self.source.table.header_row,
                    column=column_letter(first.index + 1),
                    header=first.header,
                    params={"columns": headers, "count": len(columns)},
                )

    def _say_unknown(self, column: Mapped, reporter: Any) -> None:
        where = {
            "sheet": self.name,
            "row": self.source.table.header_row,
            "column": column_letter(column.index + 1),
            "header": column.header,
        }
        if column.how not in ("doubtful", "duplicate") or not column.guess:
            if not column.month:
                reporter.say("column.unmapped", **where)
            return
        target = parse_target(column.guess, self.context.template) or Target(column.guess)
        labels = target_labels(target, self.context.template)
        same = (c for c in self.mapped if c.target == column.guess and c.month == column.month)
        params: dict[str, Any] = {"guess": labels, "other": next((c.header for c in same), "")}
        known = (c.labels for c in self.context.template.columns)
        spoken = language_of((c.header for c in self.mapped if c.key), known)
        if spoken is None:
            params["suggested"] = labels
        suggestion = label(labels, spoken or DEFAULT_LANGUAGE)
        reporter.say(f"column.{column.how}", suggestion=suggestion, params=params, **where)

    def reports(self, samples: Samples) -> list[ColumnReport]:
        """Return the columns as the report shows them, with some values of each."""
        return [
            ColumnReport(
                letter_of(c),
                c.header,
                c.key,
                c.how,
                c.score,
                c.guess,
                c.context,
                c.learned,
                samples.of(c.index),
                c.target,
                c.group,
                c.month if c.key else "",
            )
            for c in self.mapped
        ]
