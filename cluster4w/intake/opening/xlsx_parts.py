"""Which parts of an Excel file are its sheets, and a plain file of those parts alone.

An xlsx names its sheets in one part and their places in another, and there are several ways of reading
either. So the reader gets both written anew: what it finds under a name is the part that was looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cluster4w.intake.opening.archive import Archive, packed_again, part_path, walk

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
#: Bytes of a part that only names things.
_LARGEST = 16 << 20
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name, ``visible``, ``hidden`` or ``veryHidden``, and its part."""

    name: str
    state: str
    path: str


@dataclass
class Described:
    """What a workbook says of itself."""

    sheets: list[SheetPart] = field(default_factory=list)
    date1904: bool = False


@dataclass(frozen=True, slots=True)
class _Target:
    kind: str
    path: str


def describe(archive: Archive) -> Described:
    """Return the worksheets of an xlsx, in order.

    Raises:
        ValueError: a sheet has no part, or the parts that name them are no XML.
    """
    targets = _targets(archive, _RELATIONS)
    found = Described()

    def start(name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "workbookPr":
                found.date1904 = attributes.get("date1904") in ("1", "true")
            case "sheet":
                key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                target = targets.get(key)
                if target is None:
                    raise ValueError("a sheet without a part")
                if target.kind == "worksheet":
                    state = attributes.get("state", "visible")
                    found.sheets.append(SheetPart(attributes.get("name", ""), state, target.path))

    _walk(archive, _WORKBOOK, start)
    return found


def _walk(archive: Archive, path: str, start: object) -> None:
    if path not in archive or archive.size(path) > _LARGEST:
        raise ValueError("no such part, or a part that is too large for what it holds")
    walk(archive.pieces(path), start)  # type: ignore[arg-type]


def _targets(archive: Archive, path: str) -> dict[str, _Target]:
    targets: dict[str, _Target] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Relationship":
            return
        target = attributes.get("Target", "")
        for place in (target, f"xl/{target}") if target.startswith(("/", "xl/")) else (f"xl/{target}",):
            if place in archive:
                kind = attributes.get("Type", "").rpartition("/")[2]
                targets[attributes.get("Id", "")] = _Target(kind, part_path(place))
                return

    _walk(archive, path, start)
    return targets


def plain(archive: Archive, described: Described) -> bytes:
    """Return an xlsx of the described sheets, named ``s0``, ``s1``, with their texts and styles."""
    kept = [(f"xl/worksheets/sheet{n}.xml", sheet.path) for n, sheet in enumerate(described.sheets)]
    parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(len(kept))]
    for kind, path in (("sharedStrings", STRINGS), ("styles", _STYLES)):
        if path in archive:
            archive.verify(path)
            kept.append((path, path))
            parts.append((kind, path.removeprefix("xl/")))
    sheets = "".join(
        f'<sheet name="s{n}" sheetId="{n + 1}" state="{_state(sheet.state)}" r:id="r{n}"/>'
        for n, sheet in enumerate(described.sheets)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{_TYPES}/{kind}" Target="{path}"/>'
        for n, (kind, path) in enumerate(parts)
    )
    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_TYPES}"><workbookPr date1904="{int(described.date1904)}"/>'
        f"<sheets>{sheets}</sheets></workbook>"
    )
    new = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types"><Default Extension="xml"'
        ' ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
        f' ContentType="{_EXCEL}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}relationships"><Relationship Id="r"'
        f' Type="{_TYPES}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        _WORKBOOK: workbook,
        _RELATIONS: f'<Relationships xmlns="{_PACKAGE}relationships">{relations}</Relationships>',
    }
    return packed_again(archive, kept, [(path, text.encode()) for path, text in new.items()])


def _state(said: str) -> str:
    return said if said in ("hidden", "veryHidden") else "visible"


# --- binary workbooks ---------------------------------------------------------------------------------

_BINARY_RELATIONS = "xl/_rels/workbook.bin.rels"
#: Parts that the reader of a binary workbook asks for by name.
BINARY = ("xl/workbook.bin", _BINARY_RELATIONS, "xl/sharedStrings.bin", "xl/styles.bin")


@dataclass(frozen=True, slots=True)
class BinaryParts:
    """Parts of an xlsb: all that its relations name, and those of sheets by the sheet's name."""

    readable: list[str]
    sheets: dict[str, str]


def binary_parts(archive: Archive) -> BinaryParts:
    """Return the parts of a binary workbook; raises ValueError where they cannot be told."""
    targets = _targets(archive, _BINARY_RELATIONS)
    data, sheets = archive.read("xl/workbook.bin"), {}
    # A sheet's record (BrtBundleSh) holds the relation and the name as length-prefixed UTF-16 texts.
    for relation, target in targets.items():
        mark = len(relation).to_bytes(4, "little") + relation.encode("utf-16-le")
        at = data.find(mark)
        if at >= 0 and target.kind == "worksheet":
            at += len(mark)
            length = int.from_bytes(data[at : at + 4], "little")
            sheets[data[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace")] = target.path
    readable = [t.path for t in targets.values() if t.path.endswith(".bin")]
    return BinaryParts(list(dict.fromkeys(readable)), sheets)
