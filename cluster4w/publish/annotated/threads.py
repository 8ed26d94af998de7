"""Answers in threads: where a cell has a conversation, newer programs show it and hide the plain comment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from cluster4w.publish.annotated.xml_patch import appended, edited, outline, plain_ascii, quoted
from cluster4w.publish.workbooks.sheet_xml import readable
from cluster4w.template.marks import AUTHOR

#: We, among the people who write in a workbook.
PERSON = "{5B0C1A57-E84A-4C4E-8F21-C1057E4A4200}"
_NAMES = uuid.UUID(PERSON)


def threads_xml(xml: bytes, wanted: Mapping[str, str]) -> bytes:
    """Return the conversations of a sheet with our words as the last answer in those of these cells.

    What we answered before is gone. ``wanted``: reference of a cell to our words.
    """
    root = outline(xml, 1)
    p = root.prefix
    theirs = [c for c in root.children if c.attributes.get("personId") != PERSON]
    new = ""
    for first in theirs:
        place = first.attributes.get("ref", "")
        if first.attributes.get("parentId") or place not in wanted:
            continue
        words = readable(wanted[place])
        id_ = str(uuid.uuid5(_NAMES, f"{place} {words}")).upper()
        moment = quoted(first.attributes.get("dT", "2016-01-01T00:00:00.00"))
        new += (
            f'<{p}threadedComment ref="{place}" dT="{moment}" personId="{PERSON}" id="{{{id_}}}"'
            f' parentId="{quoted(first.attributes.get("id", ""))}"><{p}text>{quoted(words)}</{p}text>'
            f"</{p}threadedComment>"
        )
    edits = [(c.start, c.end, b"") for c in root.children if c not in theirs]
    return edited(xml, [*edits, appended(xml, root, plain_ascii(new))] if new else edits)


def persons_xml(xml: bytes) -> bytes:
    """Return the people of a workbook with us among them."""
    root = outline(xml, 1)
    if any(person.attributes.get("id") == PERSON for person in root.children):
        return xml
    tag = f'{root.prefix}person displayName="{AUTHOR}" id="{PERSON}" userId="{AUTHOR}" providerId="None"'
    return edited(xml, [appended(xml, root, f"<{tag}/>".encode())])
