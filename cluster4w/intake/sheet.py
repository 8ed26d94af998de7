"""One sheet from its header to its last row: columns mapped, rows read, findings said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.headers.choose import DataSheet
from cluster4w.intake.headers.locate import no_data
from cluster4w.intake.headers.map import Mapped, Vocabulary
from cluster4w.intake.headers.samples import Samples
from cluster4w.intake.judging.patterns import odd_cells
from cluster4w.intake.open import Row
from cluster4w.intake.opening.merged import MergedCells
from cluster4w.intake.opening.scan import column_letter
from cluster4w.intake.places.finder import PlaceFinder
from cluster4w.intake.places.organisations import OrganisationFinder, misspelt
from cluster4w.intake.read import Issue
from cluster4w.intake.reconcile import ReadRow, RowReader
from cluster4w.intake.row_judge import FileRow, RowJudge, Said
from cluster4w.intake.sheet_columns import SheetColumns, SheetReport, letter_of
from cluster4w.record.queries.context import IntakeContext
from cluster4w.template.language import N_
from cluster4w.template.layouts import Layout

#: Rows that are judged together; more would be faster by nothing, and hold more in memory.
AT_ONCE = 500
#: Why rows are skipped, in words.
REASONS = {
    "blank": N_("blank"),
    "hxl": N_("HXL tags"),
    "hint": N_("filling hints"),
    "example": N_("an example"),
    "sentinel": N_("the end mark of the table"),
    "total": N_("totals"),
    "note": N_("notes below the table"),
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
        self.judge = RowJudge(
            self.context,
            self.name,
            self.columns,
            self.reporter,
            months_from_record=self.months_from_record,
        )
        self._merged = MergedCells.of(
            self.source.sheet.merged(),
            self.columns.mapped,
            self.source.table.first_data_row,
            self.context.template,
        )
        self.skipped: dict[str, list[int]] = {}
        self.set_aside: dict[str, list[int]] = {}
        #: Rows of the file of which something is taken.
        self.taken = 0
        self._errors = self._errors_by_row()
        self._samples = Samples([c.index for c in self.columns.mapped])

    def read(self, rows: list[CheckedRow]) -> SheetReport:
        """Append the sheet's rows to ``rows``; returns what the report shows of the sheet."""
        table = self.source.table
        data = self._file_rows()
        block = list(islice(data, AT_ONCE))
        self.columns.guess_by_values(self._samples)
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
        self.judge.language_of = reader.language_of
        before = len(rows)
        while block:
            rows += self.judge.judged(list(self._read(reader, block)))
            block = list(islice(data, AT_ONCE))
        if self.columns.parting.slots and len(rows) > before + self.taken:
            self._say_parted(self.taken, len(rows) - before)
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

    def _file_rows(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows of data with what is said beside them: by merged cells, and by the page."""
        for number, row in self._data_rows():
            row = self.columns.added.onto(number, row)
            if self._merged:
                row = self._merged.filled(number, row)
            self._samples.take(row)
            yield number, row

    def _read(self, reader: RowReader, block: Sequence[tuple[int, Row]]) -> Iterator[FileRow]:
        """Yield what rows of the file are read as, those left out counted."""
        failed = [self._errors.get(number, ()) for number, _ in block]
        cells = [(row, [at for at, _ in bad]) for (_, row), bad in zip(block, failed, strict=True)]
        for (number, row), bad, found in zip(block, failed, reader.read_all(cells), strict=True):
            if not found:
                self.skipped.setdefault("no_figure", []).append(number)
                continue
            if (other := found[0].other_cluster) is not None:
                self.set_aside.setdefault(other, []).append(number)
                continue
            self.taken += 1
            said: Said | None = {} if len(found) > 1 else None
            for read in found:
                self._add_errors(read, bad)
                yield FileRow(number, row, read, said)

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
            self._say_column(code, self.judge.by_index[index], params)

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
        if self.judge.without_activity:
            params = {"count": self.judge.without_activity}
            self.reporter.say("activity_type.absent", sheet=self.name, key="activity_type", params=params)
        if self.judge.kept_as_typed:
            params = {"count": self.judge.kept_as_typed}
            self.reporter.say("area.level_not_loaded", sheet=self.name, key="adm3_name", params=params)
        unregistered: dict[str, dict[str, int]] = {}
        for (key, text), count in reader.unregistered.items():
            unregistered.setdefault(key, {})[text] = count
            params = {"count": count, **self.organisations.nearest(key, text)}
            self._say_column("organisation.not_registered", self.by_key[key], params, text)
        for key, names in unregistered.items():
            for text, likely in misspelt(names).items():
                params = {"count": names[text], "likely": likely, "others": names[likely]}
                self._say_column("organisation.like_another", self.by_key[key], params, text)

    def _errors_by_row(self) -> dict[int, list[tuple[int, str]]]:
        found: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self.source.scan.errors.items():
            found.setdefault(row, []).append((column - 1, text))
        return found

    def _add_errors(self, read: ReadRow, errors: Iterable[tuple[int, str]]) -> None:
        """Error cells come blank from the reader; the scan of the raw sheet knows them."""
        for index, text in errors:
            column = self.judge.by_index.get(index)
            key = column.key if column else None
            if key and (read.slot is None or self.judge.column_of(read, key).index == index):
                read.issues.append((key, Issue("cell.error", {"shown": text})))
