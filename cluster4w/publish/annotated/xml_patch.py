"""Changing a few places of an XML part and nothing else: where its elements stand, byte by byte."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

#: Start tag of an element, from its first byte.
_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
_DECLARED = re.compile(rb"""(<\?xml[^>]*?encoding=)["'][^"']*["']""")

#: (first byte, byte after the last one, what stands there instead).
Edit = tuple[int, int, bytes]


@dataclass(slots=True)
class Element:
    """An element of a part: ``start`` to ``end``, its content ``inner`` to ``inner_end``."""

    name: str
    attributes: dict[str, str]
    start: int
    inner: int
    inner_end: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The prefix with its colon, "" for none."""
        return self.name[: len(self.name) - len(self.local)]

    def child(self, local: str) -> Element | None:
        """Return the first child of a name, None without one."""
        return next((c for c in self.children if c.local == local), None)

    def named(self, local: str) -> list[Element]:
        """Return the children of a name."""
        return [c for c in self.children if c.local == local]


def outline(xml: bytes, depth: int) -> Element:
    """Return the root of a part with its descendants, ``depth`` levels of them.

    Raises:
        ValueError: the part declares a document type, or is not written as a spreadsheet program writes.
        expat.ExpatError: it is not well formed.
    """
    parser = expat.ParserCreate()
    open_: list[Element] = []
    roots: list[Element] = []
    level = 0

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        level += 1
        if level > depth + 1:
            return
        at = parser.CurrentByteIndex
        tag = _TAG.match(xml, at)
        if tag is None:
            raise ValueError("a tag that cannot be told")
        element = Element(name, attributes, at, tag.end())
        (open_[-1].children if open_ else roots).append(element)
        open_.append(element)

    def end(_: str) -> None:
        nonlocal level
        level -= 1
        if level > depth:
            return
        element = open_.pop()
        if xml[element.inner - 2 : element.inner] == b"/>":
            element.inner_end = element.end = element.inner
        else:
            element.inner_end = parser.CurrentByteIndex
            element.end = xml.index(b">", element.inner_end) + 1

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(xml, True)
    return roots[0]


def edited(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the part with its places changed; what is put at one place keeps the order of the edits."""
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda e: (e[0], e[1])):
        pieces += [xml[at:start], new]
        at = max(end, start)
    return b"".join([*pieces, xml[at:]])


def appended(xml: bytes, element: Element, new: bytes) -> Edit:
    """Return the edit that adds ``new`` as the last content of an element, an empty one included."""
    if element.inner_end > element.inner or xml[element.inner - 2 : element.inner] != b"/>":
        return (element.inner_end, element.inner_end, new)
    return (element.inner - 2, element.inner, b">" + new + f"</{element.name}>".encode())


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """Return a start tag with an attribute set; the value must need no escaping."""
    known = re.compile(rb"(\s" + name.encode() + rb"""\s*=\s*)(?:"[^"]*"|'[^']*')""")
    given = f'"{value}"'.encode()
    if known.search(tag):
        return known.sub(lambda m: m[1] + given, tag, count=1)
    at = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:at].rstrip() + f" {name}=".encode() + given + tag[at:]


def plain_ascii(text: str) -> bytes:
    """Return markup in ASCII, so that it fits into a part of any encoding."""
    return text.encode("ascii", "xmlcharrefreplace")


def quoted(text: str) -> str:
    """Return a text as it stands in an attribute."""
    for character, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, code)
    return text


def in_bytes(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a part whose markup is ASCII: one in UTF-16 is written anew in UTF-8, every other as it is."""
    waiting = iter(pieces)
    first = next(waiting, b"")
    if first[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" not in first[:64]:
        yield first
        yield from waiting
        return
    name = (
        "utf-16"
        if first[:2] in (b"\xff\xfe", b"\xfe\xff")
        else "utf-16-le"
        if first[1:2] == b"\0"
        else "utf-16-be"
    )
    decoder = codecs.getincrementaldecoder(name)()
    yield _DECLARED.sub(rb'\1"UTF-8"', decoder.decode(first).encode(), count=1)
    for piece in waiting:
        yield decoder.decode(piece).encode()
