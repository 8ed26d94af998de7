"""Comments beside those that a sheet has: what is theirs stays, what was ours is replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cluster4w.publish.annotated.xml_patch import Edit, appended, edited, outline, plain_ascii
from cluster4w.publish.workbooks.sheet_xml import escaped
from cluster4w.template.marks import AUTHOR

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_EMPTY = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{_MAIN}"><authors/>'
    "<commentList/></comments>"
).encode()
#: What stands before our words in a comment of somebody else.
_RULE = f"-- {AUTHOR} --"
_OURS_INSIDE = re.compile(rb"(?:\s|&#1[03];|_x000[aAdD]_)*" + re.escape(_RULE.encode()) + rb"[^<]*")

_SPACES = b"""xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"\
 xmlns:x="urn:schemas-microsoft-com:office:excel\""""
_DRAWING = (
    b"""<xml %s><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>"""
    % _SPACES
)
_TYPE = b"""<v:shapetype%s id="_x0000_t202" coordsize="21600,21600" o:spt="202"\
 path="m,l,21600r21600,l21600,xe">\
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_SHAPE = re.compile(rb"<(?:\w+:)?shape\s(?:[^>]*/>|.*?</(?:\w+:)?shape\s*>)", re.DOTALL)
_NOTE = re.compile(rb"""ObjectType\s*=\s*["']Note["']""")
_ROW, _COLUMN = re.compile(rb"<(?:\w+:)?Row>\s*(\d+)"), re.compile(rb"<(?:\w+:)?Column>\s*(\d+)")
_NUMBER = re.compile(rb"_x0000_s(\d+)")
_LAST = re.compile(rb"</xml\s*>\s*$")

#: (row, column), both from 1.
At = tuple[int, int]


def comments_xml(xml: bytes | None, wanted: Mapping[str, str]) -> tuple[bytes, set[str]]:
    """Return the comments of a sheet with ours, and the cells of which comments of ours are gone.

    ``wanted``: reference of a cell to our words. A cell has room for one comment: where it has one, our words
    follow it.
    """
    xml = xml or _EMPTY
    root = outline(xml, 4)
    authors, listed = root.child("authors"), root.child("commentList")
    if authors is None or listed is None:
        raise ValueError("no comments")
    names = [_text(xml[a.inner : a.inner_end]) for a in authors.children]
    p = root.prefix
    edits: list[Edit] = []
    if AUTHOR not in names:
        edits.append(appended(xml, authors, f"<{p}author>{AUTHOR}</{p}author>".encode()))
        names.append(AUTHOR)
    ours = str(names.index(AUTHOR))
    gone: set[str] = set()
    answered: set[str] = set()
    for comment in listed.children:
        reference = comment.attributes.get("ref", "")
        if comment.attributes.get("authorId") == ours:
            edits.append((comment.start, comment.end, b""))
            gone.add(reference)
            continue
        if _OURS_INSIDE.search(xml, comment.inner, comment.inner_end):
            inside = _OURS_INSIDE.sub(b"", xml[comment.inner : comment.inner_end])
        else:
            inside = xml[comment.inner : comment.inner_end]
        if reference in wanted and reference not in answered:
            inside = _followed(inside, p, wanted[reference])
            answered.add(reference)
        if inside != xml[comment.inner : comment.inner_end]:
            edits.append((comment.inner, comment.inner_end, inside))
    new = "".join(
        f'<{p}comment ref="{reference}" authorId="{ours}"><{p}text><{p}r><{p}rPr><{p}sz val="9"/></{p}rPr>'
        f'<{p}t xml:space="preserve">{escaped(words)}</{p}t></{p}r></{p}text></{p}comment>'
        for reference, words in wanted.items()
        if reference not in answered
    )
    edits.append(appended(xml, listed, plain_ascii(new)))
    return edited(xml, edits), gone - wanted.keys()


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").strip()


def _followed(inside: bytes, prefix: str, words: str) -> bytes:
    """Return the content of a comment with our words as its last run."""
    p = prefix.encode()
    text = escaped(f"\n{_RULE}\n{words}")
    run = plain_ascii(f'<{prefix}r><{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}r>')
    whole = r"(\s*<{p}text\b[^>]*>)\s*(<{p}t\b.*</{p}t>)\s*(</{p}text>.*)".replace("{p}", prefix)
    bare = re.fullmatch(whole.encode(), inside, re.DOTALL)
    if bare and b"<" + p + b"r>" not in inside and b"<" + p + b"r " not in inside:
        # A text without runs becomes one: a run may only follow runs.
        return bare[1] + b"<" + p + b"r>" + bare[2] + b"</" + p + b"r>" + run + bare[3]
    end = inside.rfind(b"</" + p + b"text>")
    if end < 0:
        return b"<" + p + b"text>" + run + b"</" + p + b"text>"
    runs = max(inside.rfind(b"</" + p + b"r>"), inside.rfind(b"</" + p + b"t>"))
    at = inside.index(b">", runs) + 1 if runs >= 0 else end
    return inside[:at] + run + inside[at:]


def drawing_xml(xml: bytes | None, wanted: Mapping[At, str], gone: set[At]) -> bytes:
    """Return the drawing of a sheet's comments with a box for each of ours, none for those that are gone.

    ``wanted``: cell to our words, which decide how large a box is.
    """
    xml = xml if xml and _LAST.search(xml) else _DRAWING
    edits: list[Edit] = []
    drawn: set[At] = set()
    for shape in _SHAPE.finditer(xml):
        row, column = _ROW.search(shape[0]), _COLUMN.search(shape[0])
        if not _NOTE.search(shape[0]) or row is None or column is None:
            continue
        at = (int(row[1]) + 1, int(column[1]) + 1)
        if at in gone:
            edits.append((shape.start(), shape.end(), b""))
        else:
            drawn.add(at)
    number = max([1024, *(int(n) for n in _NUMBER.findall(xml) if len(n) < 9)])
    # A program that names the namespaces in its own way gets ours with each box.
    spaces = b"" if all(space in xml[:4096] for space in _SPACES.split()) else b" " + _SPACES
    new = [] if b'id="_x0000_t202"' in xml else [_TYPE % spaces]
    for at, words in wanted.items():
        if at not in drawn:
            number += 1
            new.append(_box(number, at, words, spaces.decode()))
    last = _LAST.search(xml)
    assert last is not None  # noqa: S101 - it was looked for above
    edits.append((last.start(), last.start(), b"".join(new)))
    return edited(xml, edits)


def _box(number: int, at: At, words: str, spaces: str) -> bytes:
    row, column = at[0] - 1, at[1] - 1
    # About fifty letters fit into a line of three columns.
    lines = sum(len(line) // 48 + 1 for line in words.splitlines()) + 1
    tall, top = min(max(lines, 3), 20), max(row - 1, 0)
    return (
        f'<v:shape{spaces} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;width:240pt;'
        f'height:{tall * 13}pt;z-index:{number - 1024};visibility:hidden" fillcolor="#ffffe1"'
        ' o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
        '<div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{column + 1}, 15, {top}, 10, {column + 4}, 15, {top + tall}, 4</x:Anchor>"
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData>"
        "</v:shape>"
    ).encode()
