"""The small parts of a workbook that a new sheet, comments and styles must be named in."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from cluster4w.intake.opening.archive import part_path
from cluster4w.intake.opening.scan import column_letter
from cluster4w.publish.annotated.comments import At, comments_xml, drawing_xml
from cluster4w.publish.annotated.frame import relation_types
from cluster4w.publish.annotated.repack import Package, relations_path, target_path
from cluster4w.publish.annotated.threads import persons_xml, threads_xml
from cluster4w.publish.annotated.xml_patch import appended, edited, outline, plain_ascii, quoted
from cluster4w.template.marks import AUTHOR

_WORKBOOK = "xl/workbook.xml"
_TYPES = "[Content_Types].xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_NONE = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_PACKAGE}"/>'.encode()
)
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_DRAWINGS = "application/vnd.openxmlformats-officedocument.vmlDrawing"


class Parts:
    """A workbook's package, and the parts in it that name others."""

    def __init__(self, package: Package) -> None:
        """Read what names the parts; raises ValueError or expat.ExpatError where that cannot be read."""
        self.package = package
        self._texts: dict[str, bytes] = {}
        workbook = self._read(_WORKBOOK)
        self._relation_types = relation_types(workbook)
        root = outline(workbook, 0)
        #: Namespace of the workbook's parts.
        self.main = root.attributes.get(f"xmlns:{root.prefix}".rstrip(":"), "")

    # --- what is there ----------------------------------------------------------------------------

    def _read(self, path: str) -> bytes:
        if path not in self._texts:
            self._texts[path] = self.package.read(path)
        return self._texts[path]

    def _relations(self, path: str) -> dict[str, tuple[str, str]]:
        """Return relation to its kind and the path of what it refers to."""
        where = relations_path(path)
        if where not in self._texts and where not in self.package:
            return {}
        return {
            r.attributes.get("Id", ""): (
                r.attributes.get("Type", "").rpartition("/")[2],
                target_path(path, r.attributes.get("Target", "")),
            )
            for r in outline(self._read(where), 1).children
        }

    def _related(self, path: str, kind: str) -> str | None:
        found = (target for known, target in self._relations(path).values() if known == kind)
        return next((target for target in found if target in self.package), None)

    def styles(self) -> bytes | None:
        """Return the style sheet, None without one."""
        path = self._related(_WORKBOOK, "styles")
        return self.package.read(path) if path else None

    def drawing_relation(self, path: str) -> str:
        """Return a name for a sheet's relation to the drawing of its comments, if it has none yet."""
        return _free(self._relations(path))

    # --- what changes -----------------------------------------------------------------------------

    def put_styles(self, xml: bytes) -> None:
        """Write the style sheet."""
        path = self._related(_WORKBOOK, "styles")
        if path is None:
            path = self.package.free_path("xl/styles", "xml")
            self._relate(_WORKBOOK, "styles", path)
            self._declare(path, _SHEETS + "styles+xml")
        self.package.put(path, [xml])

    def put_comments(self, path: str, notes: Mapping[At, str], drawing: str | None) -> None:
        """Write the comments of a sheet: its own, and ours in the place of those that were ours before.

        ``drawing``: the relation that the sheet gives for the drawing of its comments.
        """
        known = self._related(path, "comments")
        xml = self.package.read(known) if known else None
        if not notes and (xml is None or AUTHOR.encode() not in xml):
            return
        wanted = {f"{column_letter(column)}{row}": words for (row, column), words in notes.items()}
        new, gone = comments_xml(xml, wanted)
        self._put_threads(path, wanted)
        if drawing is not None:
            _, where = self._relations(path).get(drawing, ("", ""))
            drawn = self.package.read(where) if where in self.package else None
            if drawn is None:
                where = self.package.free_path("xl/drawings/vmlDrawing", "vml")
                self._default("vml", _DRAWINGS)
                self._relate(path, "vmlDrawing", where, drawing)
            self.package.put(where, [drawing_xml(drawn, notes, set(map(_at, gone)))])
        if known is None:
            known = self.package.free_path("xl/comments", "xml")
            self._declare(known, _SHEETS + "comments+xml")
            self._relate(path, "comments", known)
        self.package.put(known, [new])

    def _put_threads(self, path: str, wanted: Mapping[str, str]) -> None:
        """Answer in the conversations of a sheet, where it and the workbook's people have their parts."""
        threads, people = self._related(path, "threadedComment"), self._related(_WORKBOOK, "person")
        if threads is None or people is None:
            return
        before = self.package.read(threads)
        after = threads_xml(before, wanted)
        if after != before:
            self._texts[threads] = after
            self._texts[people] = persons_xml(self._read(people))

    def add_sheet(self, name: str) -> str:
        """Name a new sheet behind all others; returns the path that its part must have."""
        path = self.package.free_path("xl/worksheets/sheet", "xml")
        relation = self._relate(_WORKBOOK, "worksheet", path)
        self._declare(path, _SHEETS + "worksheet+xml")
        xml = self._read(_WORKBOOK)
        root = outline(xml, 2)
        sheets = root.child("sheets")
        if sheets is None:
            raise ValueError("a workbook without sheets")
        number = max((int(s.attributes.get("sheetId", 0)) for s in sheets.children), default=0) + 1
        declared = (
            ""
            if root.attributes.get("xmlns:r") == self._relation_types
            else f' xmlns:r="{self._relation_types}"'
        )
        new = f'<{root.prefix}sheet{declared} name="{quoted(name)}" sheetId="{number}" r:id="{relation}"/>'
        self._texts[_WORKBOOK] = edited(xml, [appended(xml, sheets, plain_ascii(new))])
        return path

    def put_alone(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a sheet that refers to nothing."""
        self.package.put(path, pieces)
        if relations_path(path) in self.package:
            self._texts[relations_path(path)] = _NONE

    def write(self, out: BinaryIO) -> None:
        """Write the package."""
        for path, xml in self._texts.items():
            if path not in self.package or xml != self.package.read(path):
                self.package.put(path, [xml])
        self.package.write(out)

    def _relate(self, path: str, kind: str, target: str, name: str | None = None) -> str:
        """Add a relation of a part; returns its name."""
        where = relations_path(path)
        name = name or _free(self._relations(path))
        xml = self._read(where) if where in self._texts or where in self.package else _NONE
        root = outline(xml, 1)
        to = posixpath.relpath(target, posixpath.dirname(path))
        type_ = f"{self._relation_types}/{kind}"
        new = f'<{root.prefix}Relationship Id="{name}" Type="{type_}" Target="{quoted(to)}"/>'
        self._texts[where] = edited(xml, [appended(xml, root, plain_ascii(new))])
        return name

    def _declare(self, path: str, kind: str) -> None:
        """Say what a new part is."""
        xml = self._read(_TYPES)
        root = outline(xml, 1)
        if any(
            part_path(o.attributes.get("PartName", "")) == part_path(path) for o in root.named("Override")
        ):
            return
        new = f'<{root.prefix}Override PartName="/{quoted(path)}" ContentType="{kind}"/>'
        self._texts[_TYPES] = edited(xml, [appended(xml, root, plain_ascii(new))])

    def _default(self, form: str, kind: str) -> None:
        """Say what parts of an ending are."""
        xml = self._read(_TYPES)
        root = outline(xml, 1)
        if any(d.attributes.get("Extension", "").lower() == form for d in root.named("Default")):
            return
        new = f'<{root.prefix}Default Extension="{form}" ContentType="{kind}"/>'.encode()
        first = root.children[0].start if root.children else root.inner_end
        self._texts[_TYPES] = xml[:first] + new + xml[first:]


def _free(relations: Iterable[str]) -> str:
    taken = set(relations)
    number = len(taken) + 1
    while f"rId{number}" in taken:
        number += 1
    return f"rId{number}"


def _at(reference: str) -> At:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :] or 0), column
