"""The hidden sheet of our workbooks: facts about the file, then each row's fingerprint and id.

Only a layout without a column for the row id needs the second part.

Layout of the sheet, all texts: rows of key (A) and value (B); then a row ``rows | fingerprint | uid``; below
it one row per data row: its row number in the data sheet, its fingerprint, its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

from cluster4w.publish.workbooks.sheet_xml import text_row

#: The form of this sheet, for readers of a later version.
VERSION = "1"
#: Bytes of row marks that are kept in memory; more go to a temporary file.
_KEPT = 8 * 1024 * 1024
_PIECE = 256 * 1024
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What the hidden sheet says about the file."""

    operation: str
    layout: str
    language: str
    organisation: str
    organisation_name: str
    period: str
    template_version: str
    edition: str
    made_at: str

    def rows(self) -> list[tuple[str, str]]:
        """Return keys and values in the order of the sheet."""
        return [
            ("cluster4w", VERSION),
            ("operation", self.operation),
            ("layout", self.layout),
            ("language", self.language),
            ("organisation", self.organisation),
            ("organisation_name", self.organisation_name),
            ("period", self.period),
            ("template_version", self.template_version),
            ("edition", self.edition),
            ("made_at", self.made_at),
        ]


class Marks:
    """Fingerprints and ids, gathered while the data rows are streamed, given out afterwards."""

    def __init__(self, facts: Facts) -> None:
        self._heads: Sequence[Sequence[str]] = (*facts.rows(), ("rows", "fingerprint", "uid"))
        self._next = len(self._heads) + 1
        self._waiting: list[str] = []
        self._file = SpooledTemporaryFile(_KEPT)  # noqa: SIM115 - closed at the end of pieces()

    @property
    def head_rows(self) -> int:
        """How many rows stand above those of the data."""
        return len(self._heads)

    def add(self, number: str, fingerprint: str, uid: str) -> None:
        """Remember a data row: its row number, its fingerprint, its id."""
        row = self._next
        self._waiting.append(
            f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{number}</t></is></c>'
            f'<c r="B{row}" t="inlineStr"><is><t>{fingerprint}</t></is></c>'
            f'<c r="C{row}" t="inlineStr"><is><t>{uid}</t></is></c></row>'
        )
        self._next = row + 1
        if len(self._waiting) == _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._file.write("".join(self._waiting).encode("ascii"))
        self._waiting.clear()

    def pieces(self) -> Iterator[str]:
        """Yield the sheet's rows as XML; to be asked for when every data row was added."""
        for number, texts in enumerate(self._heads, 1):
            yield text_row(number, texts)
        self._flush()
        with self._file as stream:
            stream.seek(0)
            # Only ASCII was written, so a piece never cuts a character.
            while piece := stream.read(_PIECE):
                yield piece.decode("ascii")
