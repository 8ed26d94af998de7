"""The formulas of blank rows: what follows from other cells is filled in as soon as a row is begun."""

from __future__ import annotations

from collections.abc import Mapping

from cluster4w.publish.workbooks.lists import JOINT, Lists
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.layouts import Layout

#: Stands for the row's number in a formula.
ROW = "{row}"
_BETWEEN = f'&"{JOINT}"&'

#: Column key to formula with :data:`ROW` in the place of the row's number.
Formulas = dict[str, str]


def place_key(level: int, columns: Mapping[str, str], row: str = ROW) -> str | None:
    """Return the expression of a place's key, or None where the layout lacks one of the names.

    >>> place_key(2, {"adm1_name": "O", "adm2_name": "P"}, "4")
    '$O4&"|"&$P4'
    """
    names = [columns.get(f"adm{upper}_name") for upper in range(1, level + 1)]
    if None in names:
        return None
    return _BETWEEN.join(f"${letter}{row}" for letter in names)


def blank_row_formulas(
    template: Template, layout: Layout, lists: Lists, columns: Mapping[str, str]
) -> Formulas:
    """Return the formulas of a blank row; all of them give "" until somebody writes into the row.

    Args:
        columns: Column key to letter.
    """
    found: Formulas = {}
    for key in layout.keys:
        column = template.column(key)
        if column.kind is Kind.PCODE and (level := column.level) in lists.places:
            places, name = lists.places[level], place_key(level, columns)
            if name is not None:
                look_up = f"MATCH({name},{places.keys.reference},0)"
                found[key] = f'IFERROR(INDEX({places.codes.reference},{look_up}),"")'
    found |= _own(template, layout, lists, columns)
    if "org_acronym" in columns and "org_acronym" not in lists.own and lists.acronyms is not None:
        look_up = f"MATCH(${columns['org_acronym']}{ROW},{lists.acronyms.reference},0)"
        for key, cells in (("org_name", lists.names_by_acronym), ("org_type", lists.types_by_acronym)):
            if key in columns and cells is not None:
                found[key] = f'IFERROR(INDEX({cells.reference},{look_up})&"","")'
    return found


def _own(template: Template, layout: Layout, lists: Lists, columns: Mapping[str, str]) -> Formulas:
    """Return the formulas of what the workbook knows by itself: its organisation, month and cluster."""
    begun = "&".join(
        f"${columns[key]}{ROW}"
        for key in layout.keys
        if template.column(key).required is True
        and key not in lists.own
        and template.column(key).kind is not Kind.ORGANISATION
    )
    if not begun:
        return {}
    return {key: f'IF({begun}="","",{cell})' for key, cell in lists.own.items() if key in columns}
