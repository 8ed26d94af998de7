"""One sheet of somebody else's workbook with some of its cells touched; all its other bytes stay.

The part is streamed. Rows are found by byte searches; cells are told apart only in the rows that need it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cluster4w.intake.opening.scan import column_letter, column_number
from cluster4w.publish.annotated.frame import Frame, with_frame, with_tail
from cluster4w.publish.annotated.styles import Mark, Styles
from cluster4w.publish.annotated.xml_patch import Edit, edited, plain_ascii, with_attribute
from cluster4w.publish.workbooks.sheet_xml import escaped

#: Bytes before the first row, or of a single row, that no workbook has.
_LONGEST = 1 << 25
_DATA = re.compile(rb"<(\w+:)?sheetData(?:\s[^>]*)?/?>")
_HIDDEN_TEXT = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)\d+["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)["']""")
_SPANS = re.compile(rb"""(\sspans\s*=\s*["']\d+:)(\d+)(["'])""")
_OWN_STYLE = re.compile(rb"""\scustomFormat\s*=\s*["'](?:1|true)["']""")


@dataclass(frozen=True, slots=True)
class Touch:
    """What happens to a cell: its colour, and a text in the place of its value (None leaves it).

    ``text`` is not written over a formula: the cell is then marked as bad as it is.
    """

    bad: Mark
    text: str | None = None

    @property
    def mark(self) -> Mark:
        """The colour that the cell gets."""
        return self.bad if self.text is None else Mark.FILLED


@dataclass
class Plan:
    """What is written into a sheet. Rows and columns count from 1.

    ``status`` is asked for each row of ``rows``, with the columns of the row that were filled in, and returns
    the text of the status column and its colour. ``drawing``: the relation to give to the drawing of the
    comments (None for no comments); afterwards the one that the sheet has.
    """

    cells: Mapping[int, Mapping[int, Touch]]
    rows: frozenset[int]
    header_row: int
    column: int
    header: str
    status: Callable[[int, frozenset[int]], tuple[str, Mark | None]]
    drawing: str | None = None
    #: Cells that were to be filled in and hold a formula: they keep it.
    kept: set[tuple[int, int]] = field(default_factory=set)

    @property
    def last_row(self) -> int:
        """The last row that is touched."""
        return max((self.header_row, *self.rows, *self.cells))


def patched(pieces: Iterable[bytes], plan: Plan, styles: Styles) -> Iterator[bytes]:
    """Yield the sheet with the plan carried out, in pieces.

    Where the header of the status column is filled already, the column is ours from an earlier time.

    Raises:
        ValueError: the part is no sheet.
        expat.ExpatError: what stands around its rows is not well formed.
    """
    waiting = iter(pieces)
    rest = b""
    while (begin := _DATA.search(_visible(rest))) is None:
        piece = next(waiting, None)
        if piece is None or len(rest) > _LONGEST:
            raise ValueError("no sheet")
        rest += piece
    prefix = begin[1] or b""
    frame, head = with_frame(rest[: begin.start()], begin[0], plan.column, plan.last_row)
    yield head
    rest = rest[begin.end() :]
    if not begin[0].endswith(b"/>"):
        rows = _Rows(plan, styles, frame, prefix)
        closing, row_end = b"</" + prefix + b"sheetData", b"</" + prefix + b"row>"
        while True:
            seen = _visible(rest)
            stop = seen.find(closing)
            end = stop if stop >= 0 else max(seen.rfind(row_end) + len(row_end), 0) if row_end in seen else 0
            if end:
                yield rows.patched(rest[:end], seen[:end])
                rest = rest[end:]
            if stop >= 0:
                break
            piece = next(waiting, None)
            if piece is None or len(rest) > _LONGEST:
                raise ValueError("a sheet without an end")
            rest += piece
    tail, plan.drawing = with_tail(frame, rest + b"".join(waiting), plan.drawing)
    yield tail


def _visible(block: bytes) -> bytes:
    """Return a block in which nothing can be mistaken for an element, byte for byte as long."""
    if b"<!" not in block:
        return block
    return _HIDDEN_TEXT.sub(lambda m: b" " * len(m[0]), block)


@dataclass(slots=True)
class _Cell:
    column: int
    start: int
    inner: int
    end: int


class _Rows:
    """The rows of one sheet, block by block."""

    def __init__(self, plan: Plan, styles: Styles, frame: Frame, prefix: bytes) -> None:
        self._plan, self._styles, self._frame, self._p = plan, styles, frame, prefix
        self._open, self._close, self._cell = (
            b"<" + prefix + b"row",
            b"</" + prefix + b"row>",
            b"<" + prefix + b"c",
        )
        self._cell_end = b"</" + prefix + b"c>"
        self._cells = re.compile(re.escape(self._cell) + rb"(?=[\s/>])[^>]*>")
        self._formula = re.compile(rb"<" + re.escape(prefix) + rb"f[\s/>]")
        self._holds = re.compile(rb"<" + re.escape(prefix) + rb"(?:v|is|f)[\s/>]")
        self._at = column_letter(plan.column).encode() if plan.column else b""
        self._number = 0
        self._renewed = False
        #: Old marks of ours may stand in any row.
        self._everywhere = bool(styles.ours)
        self._tails: dict[tuple[str, Mark | None], bytes] = {}

    def patched(self, block: bytes, seen: bytes) -> bytes:
        """Return a block of whole rows; ``seen`` is the same with everything blank that is no element."""
        out: list[bytes] = []
        done = at = 0
        plan = self._plan
        while (at := seen.find(self._open, at)) >= 0:
            after = at + len(self._open)
            if seen[after : after + 1] not in (b" ", b">", b"/", b"\t", b"\r", b"\n"):
                at = after
                continue
            inner = seen.index(b">", after) + 1
            tag = seen[at:inner]
            number = _NUMBER.search(tag)
            self._number = int(number[1]) if number else self._number + 1
            if tag.endswith(b"/>"):
                at = inner
                continue
            end = seen.index(self._close, inner)
            row = self._number
            if row in plan.rows or row in plan.cells or row == plan.header_row or self._everywhere:
                content = block[inner:end]
                out += [
                    block[done:at],
                    self._row(row, tag, content, content if seen is block else seen[inner:end]),
                ]
                done = end
            at = end
        out.append(block[done:])
        return b"".join(out)

    def _row(self, row: int, tag: bytes, content: bytes, seen: bytes) -> bytes:
        """Return a row's start tag and content."""
        if row == self._plan.header_row and self._at:
            there = next((c for c in self._tell_apart(seen) if c.column == self._plan.column), None)
            self._renewed = there is not None and bool(self._holds.search(seen, there.start, there.end))
            self._everywhere = self._everywhere or self._renewed
        touches = self._plan.cells.get(row, {})
        edits: list[Edit] = []
        filled: set[int] = set()
        cells: list[_Cell] | None = self._tell_apart(seen) if self._everywhere else None
        if cells is not None:
            edits += self._cleared(cells, seen, touches)
        for column, touch in touches.items():
            found = self._quickly(seen, row, column) if cells is None else None
            if found is None:
                cells = self._tell_apart(seen) if cells is None else cells
                found = next((c for c in cells if c.column == column), None)
            if found is None:
                edits.append(self._inserted(row, column, touch, tag, cells or [], filled))
            else:
                edits.append(self._touched(row, found, touch, seen, content, filled))
        if self._at:
            status = self._status(row, cells, seen, frozenset(filled))
            if status is not None:
                edits.append(status)
                tag = self._wider(tag)
        return tag + (edited(content, edits) if edits else content)

    def _quickly(self, seen: bytes, row: int, column: int) -> _Cell | None:
        """Return a cell that is written as spreadsheet programs write it."""
        start = seen.find(b'%s r="%s%d"' % (self._cell, column_letter(column).encode(), row))
        return self._whole(seen, column, start) if start >= 0 else None

    def _whole(self, seen: bytes, column: int, start: int) -> _Cell:
        inner = seen.index(b">", start) + 1
        end = (
            inner
            if seen[inner - 2 : inner - 1] == b"/"
            else seen.index(self._cell_end, inner) + len(self._cell_end)
        )
        return _Cell(column, start, inner, end)

    def _tell_apart(self, seen: bytes) -> list[_Cell]:
        cells: list[_Cell] = []
        column = 0
        for found in self._cells.finditer(seen):
            named = _PLACE.search(found[0])
            column = column_number(named[1].decode()) if named else column + 1
            cells.append(self._whole(seen, column, found.start()))
        return cells

    def _cleared(self, cells: list[_Cell], seen: bytes, touches: Mapping[int, Touch]) -> Iterator[Edit]:
        """Yield the edits that take our colours from cells that are right now."""
        for cell in cells:
            tag = seen[cell.start : cell.inner]
            style = _STYLE.search(tag)
            if style is None or int(style[1]) not in self._styles.ours:
                continue
            if cell.column not in touches and cell.column != self._plan.column:
                again = str(self._styles.cleared(int(style[1])))
                yield (cell.start, cell.inner, with_attribute(tag, "s", again))

    def _touched(
        self, row: int, cell: _Cell, touch: Touch, seen: bytes, content: bytes, filled: set[int]
    ) -> Edit:
        tag = content[cell.start : cell.inner]
        style = _STYLE.search(tag)
        base = int(style[1]) if style else 0
        text = touch.text
        if text is not None and self._formula.search(seen, cell.inner, cell.end):
            self._plan.kept.add((row, cell.column))
            text = None
        if text is not None:
            filled.add(cell.column)
            return (cell.start, cell.end, self._text_cell(row, cell.column, base, touch, text))
        return (cell.start, cell.inner, with_attribute(tag, "s", str(self._styles.marked(base, touch.bad))))

    def _inserted(
        self, row: int, column: int, touch: Touch, tag: bytes, cells: list[_Cell], filled: set[int]
    ) -> Edit:
        """Return the edit that adds a cell where the row has none, in the style that it would have."""
        own = _STYLE.search(tag) if _OWN_STYLE.search(tag) else None
        base = int(own[1]) if own else self._frame.style_of(column)
        after = next((c.start for c in cells if c.column > column), cells[-1].end if cells else 0)
        if touch.text is not None:
            filled.add(column)
            return (after, after, self._text_cell(row, column, base, touch, touch.text))
        place = f"{column_letter(column)}{row}".encode()
        style = str(self._styles.marked(base, touch.mark)).encode()
        return (after, after, self._cell + b' r="' + place + b'" s="' + style + b'"/>')

    def _text_cell(self, row: int, column: int, base: int, touch: Touch, text: str) -> bytes:
        return self._in_text(f"{column_letter(column)}{row}", self._styles.marked(base, touch.mark), text)

    def _in_text(self, place: str, style: int, text: str) -> bytes:
        p = self._p.decode()
        return plain_ascii(
            f'<{p}c r="{place}" s="{style}" t="inlineStr"><{p}is><{p}t xml:space="preserve">'
            f"{escaped(text)}</{p}t></{p}is></{p}c>"
        )

    # --- the status column ------------------------------------------------------------------------

    def _status(
        self, row: int, cells: list[_Cell] | None, seen: bytes, filled: frozenset[int]
    ) -> Edit | None:
        """Return the edit that says how the row stands; None where there is nothing to say or no room."""
        plan = self._plan
        new = b""
        if row == plan.header_row:
            new = self._in_text(f"{self._at.decode()}{row}", self._styles.header(), plan.header)
        elif row in plan.rows:
            new = self._cell + b' r="' + self._at + b"%d" % row + self._tail(*plan.status(row, filled))
        elif not self._renewed:
            return None
        if cells is None:
            last = self._last(seen)
            if last is not None and last < plan.column:
                end = len(seen.rstrip())
                return (end, end, new)
            cells = self._tell_apart(seen)
        there = next((c for c in cells if c.column == plan.column), None)
        if there is None:
            after = next((c.start for c in cells if c.column > plan.column), cells[-1].end if cells else 0)
            return (after, after, new)
        if not self._renewed and self._holds.search(seen, there.start, there.end):
            return None
        return (there.start, there.end, new)

    def _last(self, seen: bytes) -> int | None:
        """Return the column of a row's last cell, where a cell is what the row ends with."""
        end = seen.rstrip()
        start = end.rfind(self._cell + b" ")
        if start < 0 or not end.endswith((self._cell_end, b"/>")):
            return None
        named = _PLACE.search(end, start, end.find(b">", start))
        return column_number(named[1].decode()) if named else None

    def _tail(self, text: str, mark: Mark | None) -> bytes:
        """Return a status cell from behind its reference."""
        known = self._tails.get((text, mark))
        if known is None:
            style = self._styles.own(mark) if mark else self._styles.own()
            p = self._p.decode()
            known = self._tails[(text, mark)] = plain_ascii(
                f'" s="{style}" t="inlineStr"><{p}is><{p}t xml:space="preserve">'
                f"{escaped(text)}</{p}t></{p}is></{p}c>"
            )
        return known

    def _wider(self, tag: bytes) -> bytes:
        return _SPANS.sub(
            lambda m: (
                m[1] + (str(self._plan.column).encode() if int(m[2]) < self._plan.column else m[2]) + m[3]
            ),
            tag,
        )
