"""Which sheets of a workbook hold the 4W."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from cluster4w.intake.headers.locate import HEADER_ROWS, Table, find_table
from cluster4w.intake.headers.map import Vocabulary
from cluster4w.intake.open import Row, Sheet, Workbook, is_stray, refuse_damaged, refuse_stray
from cluster4w.intake.opening.scan import SheetScan
from cluster4w.intake.steps import Counter
from cluster4w.template.language import N_
from cluster4w.template.layouts import LISTS_SHEET, META_SHEET
from cluster4w.template.marks import is_check_header, is_findings_name, is_findings_title, is_status_header
from cluster4w.template.problems import Refusal
from cluster4w.template.targets import parse_target, target_labels

#: A second sheet is read when it has this share of the recognised columns of the best one.
SECOND = 0.6
#: Code of the refusal of a workbook without a 4W.
NO_TABLE = "file.no_4w"


@dataclass
class DataSheet:
    """A sheet that holds rows, with its scan and the place of its table.

    ``status_column``: the column, from 1, of our marks on the rows: where it is, or where there is room for
    it. What stands in it is never read.
    """

    sheet: Sheet
    scan: SheetScan
    table: Table
    status_column: int = 0
    #: What people filled in for columns that the sheet lacks (:class:`cluster4w.intake.fixes.CellFix`).
    fixes: tuple[Any, ...] = ()


def choose_sheets(
    workbook: Workbook, vocabulary: Vocabulary, reporter: Any, confirmed: Mapping[str, str]
) -> list[DataSheet]:
    """Return the sheets that hold a 4W, in the workbook's order; says which others were left alone.

    ``confirmed``: folded header to column key, as people said it before.

    Raises:
        Refusal: none does; the sentence says what was looked for and what is there.
    """
    theirs = [s for s in workbook.sheets if not is_findings_sheet(s)]
    hidden = [s for s in theirs if not s.visible]
    visible = [s for s in theirs if s.visible]
    found = _tables(visible, vocabulary, reporter, confirmed)
    data = [s for s in found if s.table.is_4w]
    if not data:
        # Some partners hide everything but a cover page.
        data = [s for s in _tables(hidden, vocabulary, _Silent(), confirmed, quiet=True) if s.table.is_4w]
        if not data:
            _refuse(workbook, found, vocabulary)
    best = max(len(s.table.recognised) for s in data)
    chosen = [s for s in data if len(s.table.recognised) >= SECOND * best]
    names = {s.sheet.name for s in chosen}
    for sheet in theirs:
        if sheet.name in names or sheet.name in (META_SHEET, LISTS_SHEET):
            continue
        code = "sheet.not_a_table" if sheet.visible else "sheet.hidden"
        reporter.say(code, sheet=sheet.name, params={"sheet": sheet.name})
    return chosen


def is_findings_sheet(sheet: Sheet) -> bool:
    """Tell whether a sheet is the one of findings that we added to a workbook."""
    if not is_findings_name(sheet.name) or is_stray(sheet.scan()):
        return False
    first = next(iter(sheet.rows()), [])
    return bool(first) and isinstance(first[0], str) and is_findings_title(first[0])


class _Silent:
    def say(self, *_: Any, **__: Any) -> None:
        """Say nothing: the sheets that are looked at in vain are reported elsewhere."""


def _tables(
    sheets: list[Sheet],
    vocabulary: Vocabulary,
    reporter: Any,
    confirmed: Mapping[str, str],
    *,
    quiet: bool = False,
) -> list[DataSheet]:
    found = []
    for sheet in sheets:
        if sheet.name in (META_SHEET, LISTS_SHEET):
            continue
        scan = sheet.scan()
        if scan.declares_entities:
            refuse_damaged()
        if is_stray(scan):
            if len(sheets) == 1 and not quiet:
                refuse_stray(scan.far_cell)
            reporter.say(
                "sheet.stray_cell", sheet=sheet.name, params={"sheet": sheet.name, "cell": scan.far_cell}
            )
            continue
        top = list(islice(sheet.rows(), HEADER_ROWS + 2))
        table = find_table(top, vocabulary, confirmed, sheet.merged())
        if table is not None:
            found.append(_without_status(DataSheet(sheet, scan, table, max(map(len, top)) + 1)))
    return found


def _without_status(found: DataSheet) -> DataSheet:
    """Return a sheet whose columns of ours are blank: of the status, and of our template's own check."""
    table, status, rows = found.table, found.status_column, found.sheet.rows
    for at, header in enumerate(table.headers):
        ours = is_status_header(header)
        if not ours and not is_check_header(header):
            continue
        table = replace(
            table,
            headers=_blanked(table.headers, at),
            tags=_blanked(table.tags, at),
            above=(*table.above[:at], (), *table.above[at + 1 :]),
        )
        rows = _rows_without(rows, at)
        status = at + 1 if ours else status
    return replace(found, sheet=replace(found.sheet, rows=rows), table=table, status_column=status)


def counted(found: DataSheet, passing: Counter) -> DataSheet:
    """Return a sheet whose rows are counted as they are read."""
    rows = found.sheet.rows
    return replace(found, sheet=replace(found.sheet, rows=lambda: passing.over(rows())))


def _blanked(texts: tuple[str, ...], at: int) -> tuple[str, ...]:
    return (*texts[:at], "", *texts[at + 1 :]) if at < len(texts) else texts


def _rows_without(rows: Callable[[], Iterator[Row]], at: int) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        for row in rows():
            if at < len(row):
                row[at] = ""
            yield row

    return read


def _refuse(workbook: Workbook, found: list[DataSheet], vocabulary: Vocabulary) -> None:
    if not workbook.sheets:
        raise Refusal("file.no_sheets", N_("The workbook has no sheet with cells."))
    best = max(found, key=lambda s: len(s.table.recognised), default=None)
    template = vocabulary.template
    known = [parse_target(name, template) for name in sorted(best.table.recognised)] if best else []
    seen = ", ".join(target_labels(t, template).get("fr", t.name) for t in known if t) or "-"
    names = ", ".join(s.name or "CSV" for s in workbook.sheets[:12])
    raise Refusal(
        NO_TABLE,
        N_(
            "No sheet of this file is a 4W table. Looked for a row of headers, among the first 25 rows, with"
            " an organisation or an activity, a place, and at least four known columns; found: %(found)s"
            " (sheets: %(sheets)s)."
        ),
        found=seen,
        sheets=names,
    )
