"""Which sheets of a workbook hold the 4W."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from cluster4w.intake.locate import HEADER_ROWS, Table, find_table
from cluster4w.intake.map import Vocabulary
from cluster4w.intake.open import Sheet, Workbook, is_stray
from cluster4w.intake.scan import SheetScan
from cluster4w.template.language import N_
from cluster4w.template.layouts import LISTS_SHEET, META_SHEET
from cluster4w.template.problems import Refusal
from cluster4w.template.text import fold_header

#: A second sheet is read when it has this share of the recognised columns of the best one.
SECOND = 0.6


@dataclass
class DataSheet:
    """A sheet that holds rows, with its scan and the place of its table."""

    sheet: Sheet
    scan: SheetScan
    table: Table


def choose_sheets(
    workbook: Workbook, vocabulary: Vocabulary, reporter: Any, confirmed: Mapping[str, str]
) -> list[DataSheet]:
    """Return the sheets that hold a 4W, in the workbook's order; says which others were left alone.

    Raises:
        Refusal: none does; the sentence says what was looked for and what is there.
    """
    hidden = [s for s in workbook.sheets if not s.visible]
    visible = [s for s in workbook.sheets if s.visible]
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
    for sheet in workbook.sheets:
        if sheet.name in names or sheet.name in (META_SHEET, LISTS_SHEET):
            continue
        if not sheet.visible:
            reporter.say("sheet.hidden", sheet=sheet.name, params={"sheet": sheet.name})
        elif not any(s.sheet is sheet and s.scan.far_cell == "!" for s in found):
            reporter.say("sheet.not_a_table", sheet=sheet.name, params={"sheet": sheet.name})
    return chosen


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
            raise Refusal(
                "file.damaged",
                N_(
                    "The file is damaged or was not sent completely. Open it, save it under a new name and"
                    " send that."
                ),
            )
        if is_stray(scan):
            if len(sheets) == 1 and not quiet:
                _refuse_stray(scan.far_cell)
            reporter.say(
                "sheet.stray_cell", sheet=sheet.name, params={"sheet": sheet.name, "cell": scan.far_cell}
            )
            continue
        top = list(islice(sheet.rows(), HEADER_ROWS + 2))
        table = find_table(top, vocabulary)
        if table is None:
            continue
        mine = {confirmed[f] for h in table.headers if (f := fold_header(h)) in confirmed}
        found.append(DataSheet(sheet, scan, replace(table, recognised=table.recognised | mine)))
    return found


def _refuse_stray(cell: str) -> None:
    raise Refusal(
        "file.stray_cell",
        N_(
            "Something stands far away from the table (cell %(cell)s). Delete the rows below and the columns"
            " right of the table, save and send the file again."
        ),
        cell=cell,
    )


def _refuse(workbook: Workbook, found: list[DataSheet], vocabulary: Vocabulary) -> None:
    if not workbook.sheets:
        raise Refusal("file.no_sheets", N_("The workbook has no sheet with cells."))
    best = max(found, key=lambda s: len(s.table.recognised), default=None)
    columns = vocabulary.template.by_key
    seen = ", ".join(columns[k].labels.get("fr", k) for k in sorted(best.table.recognised)) if best else "-"
    names = ", ".join(s.name or "CSV" for s in workbook.sheets[:12])
    raise Refusal(
        "file.no_4w",
        N_(
            "No sheet of this file is a 4W table. Looked for a row of headers, among the first 25 rows, with"
            " an organisation or an activity, a place, and at least four known columns; found: %(found)s"
            " (sheets: %(sheets)s)."
        ),
        found=seen,
        sheets=names,
    )
