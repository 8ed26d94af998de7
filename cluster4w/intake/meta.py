"""The hidden sheet of our own workbooks: what the file is, and which row is which."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cluster4w.intake.open import Workbook
from cluster4w.intake.read import as_text
from cluster4w.template.layouts import META_SHEET


@dataclass(frozen=True, slots=True)
class Meta:
    """Facts of the hidden sheet; all empty for a workbook that is not ours.

    ``rows`` maps the fingerprint of a row as it was written to the identities of the rows that had it.
    """

    operation: str | None = None
    layout: str | None = None
    month: str | None = None
    rows: dict[str, list[str]] = field(default_factory=dict)

    def read_in(self, operation: str) -> Meta:
        """Return the facts as an operation may use them: rows of another one are none of its record."""
        return self if self.operation in (None, operation) else replace(self, rows={})

    @property
    def of_several_months(self) -> bool:
        """Tell whether it names rows, but no one month for all of them."""
        return bool(self.rows) and self.month is None


def read_meta(workbook: Workbook) -> Meta:
    """Return the facts of the hidden sheet, wherever in the workbook it stands."""
    sheet = next((s for s in workbook.sheets if s.name == META_SHEET), None)
    if sheet is None:
        return Meta()
    scan = sheet.scan()
    if scan.columns > 100:
        return Meta()
    facts: dict[str, str] = {}
    rows: dict[str, list[str]] = {}
    in_table = False
    for row in sheet.rows():
        cells = [as_text(c) for c in row[:3]] + ["", "", ""]
        if in_table:
            if cells[1] and cells[2]:
                rows.setdefault(cells[1], []).append(cells[2])
        elif cells[0] == "rows":
            in_table = True
        elif cells[0]:
            facts[cells[0]] = cells[1]
    if "cluster4w" not in facts:
        return Meta()
    return Meta(
        facts.get("operation") or None, facts.get("layout") or None, facts.get("period") or None, rows
    )
