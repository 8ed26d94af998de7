"""Colours for cells of somebody else's workbook: each cell keeps its format, borders, font and alignment.

A coloured cell gets a copy of its own style with another ground. The ground that it had is kept inside of the
new one, as the colour that a solid ground never shows, so that a cell that was mended gets it back.
"""

from __future__ import annotations

import re
from enum import StrEnum

from cluster4w.publish.annotated.xml_patch import Edit, Element, appended, edited, outline, with_attribute
from cluster4w.publish.workbooks.styles import ACCENT, GREY, HEADER_GROUND

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{_MAIN}"/>'.encode()


class Mark(StrEnum):
    """Why a cell is coloured: it must be mended, it wants a look, a suggestion was filled in."""

    ERROR = "error"
    WARNING = "warning"
    FILLED = "filled"


#: Pale grounds that leave black text legible and that nobody else uses: by them our marks are known again.
COLOURS = {Mark.ERROR: "FFF7C8C1", Mark.WARNING: "FFFCE4A7", Mark.FILLED: "FFCCE2F3"}
#: Colours of texts of ours.
LINK, QUIET, STRONG = f"FF{ACCENT}", f"FF{GREY}", "FF000000"

#: Parts of a style sheet in their order, each with what it must hold at least.
_PARTS = {
    "numFmts": "",
    "fonts": '<{p}font><{p}sz val="11"/><{p}name val="Calibri"/></{p}font>',
    "fills": '<{p}fill><{p}patternFill patternType="none"/></{p}fill>',
    "borders": "<{p}border/>",
    "cellStyleXfs": '<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',
    "cellXfs": '<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
    "cellStyles": "",
    "dxfs": "",
    "tableStyles": "",
    "colors": "",
    "extLst": "",
}
_COLOUR = re.compile(r"(rgb|theme|indexed|tint|auto)")
_FONT = (
    '<{p}font>{b}<{p}sz val="{size}"/><{p}color rgb="{colour}"/><{p}name val="Calibri"/><{p}family val="2"/>'
    "</{p}font>"
)
_OWN = (
    '<{p}xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="0" xfId="0"{quoted} applyFont="1"'
    ' applyFill="1" applyAlignment="1"><{p}alignment vertical="top"{wrap}/></{p}xf>'
)


class Styles:
    """The style sheet of a workbook with room for ours. Numbers are those that cells give as ``s``."""

    def __init__(self, xml: bytes | None) -> None:
        """Take in a style sheet; None for a workbook that has none.

        Raises:
            ValueError, expat.ExpatError: it is no style sheet.
        """
        self._xml = _with_parts(xml or _EMPTY)
        root = outline(self._xml, 4)
        self._prefix = root.prefix
        self._parts = {child.local: child for child in root.children}
        self._fills = self._parts["fills"].children
        self._xfs = self._parts["cellXfs"].children
        self._under = {number: _under(fill) for number, fill in enumerate(self._fills)}
        self._new: dict[str, list[str]] = {"fonts": [], "fills": [], "cellXfs": []}
        if len(self._fills) == 1:
            # The first two grounds are fixed, whatever a style sheet says of them.
            self._add("fills", '<{p}fill><{p}patternFill patternType="gray125"/></{p}fill>')
        self._memo: dict[tuple[object, ...], int] = {}
        ours = {number for number, (mark, _) in self._under.items() if mark}
        #: Styles of cells that we coloured before.
        self.ours = frozenset(
            n for n, xf in enumerate(self._xfs) if int(xf.attributes.get("fillId", 0)) in ours
        )

    def marked(self, base: int, mark: Mark) -> int:
        """Return the style of a cell in one of our colours, everything else as in ``base``."""
        under = self._under.get(self._fill_of(base), (None, ""))[1]
        return self._copy(base, COLOURS[mark], under)

    def cleared(self, base: int) -> int:
        """Return the style that a cell had before it got one of ours."""
        return self._copy(base, None, self._under.get(self._fill_of(base), (None, ""))[1])

    def own(
        self,
        mark: Mark | None = None,
        *,
        ground: str = "",
        bold: bool = False,
        size: int = 11,
        colour: str = STRONG,
        wrap: bool = False,
        quoted: bool = False,
        underlined: bool = False,
    ) -> int:
        """Return a style of ours, for cells that we add."""
        key = ("own", mark, ground, bold, size, colour, wrap, quoted, underlined)
        if key not in self._memo:
            decoration = ("<{p}b/>" if bold else "") + ("<{p}u/>" if underlined else "")
            font = _FONT.replace("{b}", decoration).replace("{size}", str(size)).replace("{colour}", colour)
            fill = COLOURS[mark] if mark else f"FF{ground}" if ground else ""
            xml = _OWN
            for name, value in (
                ("font", str(self._font(font))),
                ("fill", str(self._fill(fill, ""))),
                ("quoted", ' quotePrefix="1"' if quoted else ""),
                ("wrap", ' wrapText="1"' if wrap else ""),
            ):
                xml = xml.replace(f"{{{name}}}", value)
            self._memo[key] = self._add("cellXfs", xml)
        return self._memo[key]

    def header(self) -> int:
        """Return the style of a header of ours."""
        return self.own(ground=HEADER_GROUND, bold=True, wrap=True)

    def xml(self) -> bytes:
        """Return the style sheet with the styles that were asked for."""
        edits: list[Edit] = []
        for name, new in self._new.items():
            if not new:
                continue
            part = self._parts[name]
            edits.append(appended(self._xml, part, "".join(new).encode()))
            if "count" in part.attributes:
                tag = self._xml[part.start : part.inner]
                count = str(len(part.children) + len(new))
                edits.append((part.start, part.inner, with_attribute(tag, "count", count)))
        return edited(self._xml, edits)

    def _add(self, part: str, xml: str) -> int:
        self._new[part].append(xml.replace("{p}", self._prefix))
        return len(self._parts[part].children) + len(self._new[part]) - 1

    def _fill_of(self, base: int) -> int:
        return int(self._xfs[base].attributes.get("fillId", 0)) if base < len(self._xfs) else 0

    def _copy(self, base: int, colour: str | None, under: str) -> int:
        base = base if base < len(self._xfs) else 0
        key = ("copy", base, colour)
        if key not in self._memo:
            xf = self._xfs[base]
            fill = self._fill(colour, under) if colour else self._fill_again(under)
            tag = with_attribute(self._xml[xf.start : xf.inner], "fillId", str(fill))
            tag = with_attribute(tag, "applyFill", "1")
            rest = self._xml[xf.inner : xf.end]
            self._new["cellXfs"].append((tag + rest).decode())
            self._memo[key] = len(self._xfs) + len(self._new["cellXfs"]) - 1
        return self._memo[key]

    def _fill(self, colour: str, under: str) -> int:
        if not colour:
            return 0
        kept = under or 'indexed="64"'
        return self._solid(f'rgb="{colour}"', kept)

    def _fill_again(self, under: str) -> int:
        return self._solid(under, 'indexed="64"') if under else 0

    def _solid(self, shown: str, hidden: str) -> int:
        key = ("fill", shown, hidden)
        if key not in self._memo:
            colours = f"<{{p}}fgColor {shown}/><{{p}}bgColor {hidden}/>"
            fill = (
                f'<{{p}}fill><{{p}}patternFill patternType="solid">{colours}</{{p}}patternFill></{{p}}fill>'
            )
            self._memo[key] = self._add("fills", fill)
        return self._memo[key]

    def _font(self, xml: str) -> int:
        key = ("font", xml)
        if key not in self._memo:
            self._memo[key] = self._add("fonts", xml)
        return self._memo[key]


def _under(fill: Element) -> tuple[Mark | None, str]:
    """Return which of our marks a ground is, and the colour, as attributes, that it has or had before."""
    pattern = fill.child("patternFill")
    if pattern is None or pattern.attributes.get("patternType") != "solid":
        return None, ""
    shown, hidden = pattern.child("fgColor"), pattern.child("bgColor")
    rgb = shown.attributes.get("rgb", "").upper() if shown else ""
    mark = next((m for m, colour in COLOURS.items() if rgb == colour), None)
    kept = hidden if mark else shown
    attributes = kept.attributes if kept else {}
    if mark and attributes.get("indexed") in ("64", "65"):
        return mark, ""
    return mark, " ".join(
        f'{k}="{v}"' for k, v in attributes.items() if _COLOUR.fullmatch(k) and '"' not in v
    )


def _with_parts(xml: bytes) -> bytes:
    """Return a style sheet that has fonts, grounds, borders and styles."""
    root = outline(xml, 2)
    if root.local != "styleSheet":
        raise ValueError("no style sheet")
    order = list(_PARTS)
    edits: list[Edit] = []
    missing = b""
    for name, least in _PARTS.items():
        known = root.child(name)
        added = least.replace("{p}", root.prefix).encode()
        if known is not None and not known.children and added:
            edits.append(appended(xml, known, added))
        elif known is None and added:
            tag = f"{root.prefix}{name}".encode()
            new = b"<" + tag + b' count="1">' + added + b"</" + tag + b">"
            later = [
                c for c in root.children if c.local in order and order.index(c.local) > order.index(name)
            ]
            if later:
                edits.append((later[0].start, later[0].start, new))
            else:
                missing += new
    if missing:
        edits.append(appended(xml, root, missing))
    return edited(xml, edits)
