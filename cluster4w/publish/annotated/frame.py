"""What stands around the rows of a sheet: its extent, its columns, the drawing of its comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cluster4w.intake.opening.scan import column_letter, column_number
from cluster4w.publish.annotated.xml_patch import Edit, Element, appended, edited, outline, with_attribute

#: Width of the status column, in characters.
WIDTH = 46
#: What follows the drawing of comments in a sheet.
_AFTER_DRAWING = frozenset(
    ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
     "extLst", "AlternateContent")
)  # fmt: skip
_STRICT = "http://purl.oclc.org/ooxml/"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_TYPES = "http://purl.oclc.org/ooxml/officeDocument/relationships"


@dataclass
class Frame:
    """What the rows need to know of what stands before them, and the tail of what is open there."""

    #: Start tag of the root.
    root: bytes
    prefix: str
    #: First and last column of a range, and the style of cells that are not there.
    styles: list[tuple[int, int, int]]

    @property
    def name(self) -> bytes:
        """The root's name."""
        return f"{self.prefix}worksheet".encode()

    def style_of(self, column: int) -> int:
        """Return the style of a cell that is not there."""
        return next((style for low, high, style in self.styles if low <= column <= high), 0)


def relation_types(xml: bytes) -> str:
    """Return the namespace of relations that goes with a part's own: transitional or strict."""
    return _STRICT_TYPES if _STRICT.encode() in xml[:4096] else _TYPES


def with_frame(head: bytes, data: bytes, column: int, last_row: int) -> tuple[Frame, bytes]:
    """Return the frame of a sheet, and its head with room for the status column.

    ``head`` ends where ``data``, the start tag of the rows, begins. ``column``: the status column, 0 for
    none; ``last_row``: the last one that is written to.
    """
    name = re.search(rb"<((?:\w+:)?)worksheet[\s>]", head)
    if name is None:
        raise ValueError("no sheet")
    prefix = name[1].decode()
    empty = data if data.endswith(b"/>") else data[:-1] + b"/>"
    whole = outline(head + empty + b"</" + name[1] + b"worksheet>", 2)
    columns = whole.child("cols")
    styles = [
        (int(c.attributes["min"]), int(c.attributes["max"]), int(c.attributes.get("style", 0)))
        for c in (columns.children if columns else ())
    ]
    frame = Frame(head[whole.start : whole.inner], prefix, styles)
    edits: list[Edit] = []
    if column:
        edits += _extent(head, whole, column, last_row) + _columns(head, whole, columns, column)
    return frame, edited(head, edits) + data


def _extent(head: bytes, root: Element, column: int, last_row: int) -> list[Edit]:
    dimension = root.child("dimension")
    found = (
        re.fullmatch(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?", dimension.attributes.get("ref", ""))
        if dimension
        else None
    )
    if dimension is None or found is None:
        return []
    width = max(column, column_number(found[3] or found[1]))
    tall = max(last_row, int(found[4] or found[2]))
    tag = with_attribute(
        head[dimension.start : dimension.inner], "ref", f"{found[1]}{found[2]}:{column_letter(width)}{tall}"
    )
    return [(dimension.start, dimension.inner, tag)]


def _columns(head: bytes, root: Element, columns: Element | None, column: int) -> list[Edit]:
    """Return the edits that give the status column its width, where it has none of its own.

    A range around it is parted: some hide every column behind their table.
    """
    p = root.prefix
    own = f'<{p}col min="{column}" max="{column}" width="{WIDTH}" customWidth="1"/>'.encode()
    if columns is None:
        data = root.child("sheetData")
        assert data is not None  # noqa: S101 - the root was put together with it
        return [(data.start, data.start, f"<{p}cols>".encode() + own + f"</{p}cols>".encode())]
    for child in columns.children:
        low, high = int(child.attributes["min"]), int(child.attributes["max"])
        tag = head[child.start : child.end]
        if low == column == high and child.attributes.get("hidden") not in ("1", "true"):
            return []
        if low <= column <= high:
            before = with_attribute(tag, "max", str(column - 1)) if low < column else b""
            after = with_attribute(tag, "min", str(column + 1)) if high > column else b""
            return [(child.start, child.end, before + own + after)]
        if low > column:
            return [(child.start, child.start, own)]
    return [appended(head, columns, own)]


def with_tail(frame: Frame, tail: bytes, relation: str | None) -> tuple[bytes, str | None]:
    """Return what follows the rows, with the drawing of the comments, and the relation to that drawing.

    ``tail`` begins with the end tag of the rows, where they have one. Without a ``relation`` nothing is
    added.
    """
    closing = re.match(rb"\s*</(?:\w+:)?sheetData\s*>", tail)
    at = closing.end() if closing else 0
    root = outline(frame.root + tail[at:], 1)
    if known := root.child("legacyDrawing"):
        return tail, next((v for k, v in known.attributes.items() if k.rpartition(":")[2] == "id"), None)
    if relation is None:
        return tail, None
    before = next((c for c in root.children if c.local in _AFTER_DRAWING), None)
    place = (before.start if before else root.inner_end) + at - len(frame.root)
    types = relation_types(frame.root)
    new = f'<{frame.prefix}legacyDrawing xmlns:r="{types}" r:id="{relation}"/>'.encode()
    return tail[:place] + new + tail[place:], relation
