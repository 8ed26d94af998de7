"""A layout is how a template looks in a workbook: sheet, header rows, order, exact header texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cluster4w.template.language import Labels, label

#: The hidden sheet of our workbooks: facts about the file, then each row's fingerprint and id.
META_SHEET = "_cluster4w"
#: The sheet that feeds the drop-downs.
LISTS_SHEET = "_lists"


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """One column of a layout: which template column, under which exact header."""

    key: str
    #: The header text per language; one entry "*" serves every language.
    header: Labels
    #: The HXL tag in this layout, "" for none.
    hxl: str = ""
    #: Width in characters.
    width: float = 14.0
    #: The column holds a value only for rows where these columns hold one of these values, and a value in it
    #: says so: "Montant (USD)" means that the currency is USD. Other rows leave the cell empty, and an empty
    #: cell leaves their recorded value alone.
    only_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def header_text(self, language: str) -> str:
        """Return the exact header in a language."""
        return self.header.get("*") or label(self.header, language)


@dataclass(frozen=True, slots=True)
class Layout:
    """A workbook form of the template."""

    name: str
    labels: Labels
    sheet: Labels
    columns: tuple[LayoutColumn, ...]
    #: True: a row of group names (WHO, WHAT, ...) stands above the labels.
    group_row: bool = False
    #: True: the header cell carries both languages.
    bilingual: bool = False
    #: True: an HXL row stands below the labels.
    hxl_row: bool = True
    #: True: the first column of a workbook to be filled in says whether each row is good.
    check_column: bool = False
    #: Fixed texts of choices in this layout: list name to choice key to text.
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The template columns that this layout shows, in order."""
        return tuple(c.key for c in self.columns)

    @property
    def header_row(self) -> int:
        """The number of the label row, counted from 1."""
        return 2 if self.group_row else 1

    @property
    def first_data_row(self) -> int:
        """The number of the first data row, counted from 1."""
        return self.header_row + (2 if self.hxl_row else 1)

    def sheet_name(self, language: str) -> str:
        """Return the name of the data sheet."""
        return self.sheet.get("*") or label(self.sheet, language)
