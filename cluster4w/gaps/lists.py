"""The lists that are asked for in every meeting: areas of a gap table that need a decision.

Each is cut out of one gap table, so that it says the same figures as the map. What a list cannot place or
judge is not dropped in silence: :attr:`Listing.left_out` says how much that is, and why.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from sqlalchemy import orm

from cluster4w.gaps.counting import slot_of
from cluster4w.gaps.notes import Note
from cluster4w.gaps.row import GapRow, ratio_of
from cluster4w.gaps.table import GapTable
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.organisations import organisation_names
from cluster4w.template.language import N_
from cluster4w.template.text import fold

AreaList = Literal["uncovered", "nobody", "above", "several", "pipeline"]
AREA_LISTS: tuple[AreaList, ...] = get_args(AreaList)
#: So many organisations in one area are worth a look at who does what.
SEVERAL = 3
#: Names of areas that a sentence lists before it stops.
NAMED = 4

Cell = str | int | float | dt.date | None
#: Why a list has no line: there is none to show ("none"), or what is missing to make it.
Empty = Literal["none", "no_areas", "no_figures", "figures_above", "no_rows"]

#: Columns of a list, the ones by which it is sorted at first, and whether the largest come first.
COLUMNS: Mapping[AreaList, tuple[str, ...]] = {
    "uncovered": (
        "name", "parent_name", "severity", "asked", "reached", "planned", "gap", "share", "organisations",
    ),
    "nobody": ("name", "parent_name", "severity", "in_need", "target", "gap", "perhaps"),
    "above": ("name", "parent_name", "asked", "reached", "planned", "surplus", "share", "organisations"),
    "several": ("name", "parent_name", "organisations", "who", "share", "gap"),
    "pipeline": ("name", "parent_name", "asked", "reached", "missing", "planned", "left", "beyond"),
}  # fmt: skip
FIRST: Mapping[AreaList, str] = {
    "uncovered": "-gap",
    "nobody": "-gap",
    "above": "-share",
    "several": "-organisations",
    "pipeline": "-left",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``pcode``: its area of the table's level, None where the line names none.

    ``cells``: values by column; people in the unit of the question, shares as ratios; None is not available.
    ``uid``: the activity that the line is about. ``row``: the area's line of the gap table.
    """

    pcode: str | None
    cells: Mapping[str, Cell]
    uid: str | None = None
    row: GapRow | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it is shown and written: its columns, lines, and what is not in it."""

    name: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    left_out: tuple[Note, ...]
    #: Why there is no line; None where there is one.
    empty: Empty | None
    #: The column by which it is sorted, with a minus in front where the largest come first.
    order: str

    @property
    def pcodes(self) -> frozenset[str]:
        """The areas of the table's level that the list names."""
        return frozenset(line.pcode for line in self.lines if line.pcode)

    def total(self, key: str) -> int | None:
        """Return the sum of a column of people, None where no line has a figure."""
        values = [v for line in self.lines if isinstance(v := line.cells.get(key), (int, float))]
        return round(sum(values)) if values else None


def area_list(
    session: orm.Session, table: GapTable, gazetteer: Gazetteer, name: AreaList, order: str = ""
) -> Listing:
    """Return a list of areas; ``order`` is a column, with a minus in front for the largest first.

    A column that the list does not have is not taken: the list is in its usual order then.
    """
    empty = _why_none(table, name)
    belongs = _BELONGS[name]
    rows = [] if empty else [r for r in table.rows if r.kind == "area" and belongs(r, table)]
    who = _organisations(session, table, gazetteer, rows) if name == "several" else {}
    perhaps = _organisations_above(table, gazetteer) if name == "nobody" else {}
    lines = [
        Line(row.pcode, _cells(row, table, who, perhaps, gazetteer), row=row)
        for row in rows
        if row.pcode is not None
    ]
    # A column that no line has anything in, or that says nothing of the question, only takes room.
    bare = {key for key in ("severity", "perhaps") if all(line.cells[key] is None for line in lines)}
    if name == "above" and table.question.measure != "projected":
        bare.add("planned")
    columns = tuple(key for key in COLUMNS[name] if key not in bare)
    listing = Listing(
        name,
        columns,
        tuple(lines),
        _left_out(table, name, bool(lines)),
        empty or (None if lines else "none"),
        FIRST[name],
    )
    return in_order(listing, order)


def in_order(listing: Listing, order: str) -> Listing:
    """Return a list sorted by a column; lines without a value come last, whichever the direction."""
    order = order if order.removeprefix("-") in listing.columns else listing.order
    key, descending = order.removeprefix("-"), order.startswith("-")
    known = [line for line in listing.lines if line.cells.get(key) is not None]
    # By name first: lines of the same value are in an order that everybody can follow.
    known.sort(key=_by_name)
    known.sort(key=lambda line: _sortable(line.cells[key]), reverse=descending)
    unknown = sorted((line for line in listing.lines if line.cells.get(key) is None), key=_by_name)
    return replace(listing, lines=(*known, *unknown), order=order)


def _sortable(value: Cell) -> tuple[str | float | dt.date]:
    # A list's column holds values of one kind: they can be compared.
    return (fold(value) if isinstance(value, str) else value,)  # type: ignore[return-value]


def _by_name(line: Line) -> tuple[str, str, str]:
    return fold(str(line.cells.get("name") or "")), line.pcode or "", line.uid or ""


# --- what belongs to a list -------------------------------------------------------------------------------


def asked_of(row: GapRow, table: GapTable) -> int | None:
    """Return what an area's response is compared with: its need for the need gap, else its target."""
    return row.in_need if table.question.measure == "need" else row.target


def _is_uncovered(row: GapRow, table: GapTable) -> bool:
    return bool(asked_of(row, table)) and (row.gap or 0) > 0


def _has_nobody(row: GapRow, table: GapTable) -> bool:
    return bool(row.in_need or row.target) and row.organisations == 0


def _is_above(row: GapRow, table: GapTable) -> bool:
    return (ratio_of(row, table.question.measure) or 0) > 1


def _has_several(row: GapRow, table: GapTable) -> bool:
    return row.organisations >= SEVERAL


def _has_pipeline(row: GapRow, table: GapTable) -> bool:
    missing = _missing(row, table)
    return bool(asked_of(row, table)) and (bool(row.planned) or bool(missing))


_BELONGS: Mapping[AreaList, Callable[[GapRow, GapTable], bool]] = {
    "uncovered": _is_uncovered,
    "nobody": _has_nobody,
    "above": _is_above,
    "several": _has_several,
    "pipeline": _has_pipeline,
}


def _missing(row: GapRow, table: GapTable) -> int | None:
    """Return what is missing now, whatever is planned."""
    asked = asked_of(row, table)
    return None if asked is None or row.reached is None else max(asked - row.reached, 0)


def _cells(
    row: GapRow,
    table: GapTable,
    who: Mapping[str, str],
    perhaps: Mapping[str, set[int]],
    gazetteer: Gazetteer,
) -> dict[str, Cell]:
    """Return every figure of an area that a list can show."""
    measure = table.question.measure
    asked, missing = asked_of(row, table), _missing(row, table)
    got = row.reached
    if measure == "projected" and got is not None and row.planned is not None:
        got += row.planned
    planned, above = row.planned, gazetteer.lineage(row.pcode or "")[:-1]
    return {
        "pcode": row.pcode,
        "name": row.name,
        "parent_name": row.parent_name,
        "severity": row.severity,
        "in_need": row.in_need,
        "target": row.target,
        "asked": asked,
        "reached": row.reached,
        "planned": planned,
        "gap": row.missing if asked else None,
        "share": ratio_of(row, measure),
        "surplus": None if asked is None or got is None else max(got - asked, 0),
        "missing": missing,
        "left": None if missing is None else max(missing - (planned or 0), 0),
        "beyond": None if missing is None or planned is None else max(planned - missing, 0),
        "organisations": row.organisations,
        "who": who.get(row.pcode or ""),
        "perhaps": len(set().union(*(perhaps.get(p.pcode, set()) for p in above))) or None,
    }


def _organisations(
    session: orm.Session, table: GapTable, gazetteer: Gazetteer, rows: Iterable[GapRow]
) -> dict[str, str]:
    """Return the acronyms of the organisations of some areas, by p-code."""
    wanted = {row.pcode for row in rows}
    found: dict[str, set[int]] = defaultdict(set)
    for key, numbers in table.present.items():
        slot = slot_of(key, table.question.level, gazetteer)
        if slot.kind == "area" and slot.pcode is not None and slot.pcode in wanted:
            found[slot.pcode] |= numbers
    names = organisation_names(session, set().union(*found.values()))
    return {
        pcode: ", ".join(sorted((names[n] for n in numbers), key=fold)) for pcode, numbers in found.items()
    }


def _organisations_above(table: GapTable, gazetteer: Gazetteer) -> dict[str, set[int]]:
    """Return the organisations that are known for a larger area only, by its p-code."""
    found: dict[str, set[int]] = defaultdict(set)
    for key, numbers in table.present.items():
        slot = slot_of(key, table.question.level, gazetteer)
        if slot.kind == "part" and slot.pcode is not None:
            found[slot.pcode] |= numbers
    return found


# --- what is not in it ------------------------------------------------------------------------------------


def _why_none(table: GapTable, name: AreaList) -> Empty | None:
    """Return what is missing to make a list, None where nothing is."""
    areas = [row for row in table.rows if row.kind == "area"]
    if not areas:
        return "no_areas"
    if name != "several":
        figures = [row for row in table.rows if _figures(row, table, name)]
        if not figures:
            return "no_figures"
        if all(row.kind != "area" for row in figures):
            return "figures_above"
    # Of months that hold rows, an area without any has a zero; without rows nothing has.
    if all(row.reached is None and not row.rows and not row.organisations for row in table.rows):
        return "no_rows"
    return None


def _figures(row: GapRow, table: GapTable, name: AreaList) -> int | None:
    return row.in_need or row.target if name == "nobody" else asked_of(row, table)


def _left_out(table: GapTable, name: AreaList, has_lines: bool) -> tuple[Note, ...]:
    """Return what is in no line, and why: absent is not zero."""
    notes: list[Note] = []
    areas = [row for row in table.rows if row.kind == "area"]
    larger = [row for row in table.rows if row.kind == "part"]
    if name != "several":
        notes += _without_figures(table, name, areas, larger)
    if rows := sum(row.rows for row in larger):
        words = N_(
            "%(rows)s rows of the record name only a larger area (%(names)s): what they say is in no line,"
            " and their organisations may work in any of its areas."
        )
        one = N_(
            "One row of the record names only a larger area (%(names)s): what it says is in no line, and its"
            " organisation may work in any of its areas."
        )
        notes.append(Note(words, {"rows": rows, "names": _names(r for r in larger if r.rows)}, one))
    if rows := sum(row.rows for row in table.rows if row.kind == "unknown"):
        notes.append(
            Note(
                N_("%(rows)s rows name no known place."), {"rows": rows}, N_("One row names no known place.")
            )
        )
    if table.question.is_part and name in ("nobody", "several"):
        notes.append(
            Note(N_("Only a part of the response is asked for: other organisations may be in these areas."))
        )
    if has_lines and name == "uncovered" and all(row.severity is None for row in areas):
        notes.append(Note(N_("No table in use gives these areas a severity: they cannot be sorted by it.")))
    return tuple(notes)


def _without_figures(
    table: GapTable, name: AreaList, areas: Sequence[GapRow], larger: Sequence[GapRow]
) -> Iterable[Note]:
    need = table.question.measure == "need"
    bare = sum(1 for row in areas if not _figures(row, table, name))
    if bare and name == "nobody":
        yield Note(
            N_("%(areas)s areas have neither a need nor a target: not in the list."),
            {"areas": bare},
            N_("One area has neither a need nor a target: not in the list."),
        )
    elif bare and need:
        yield Note(
            N_("%(areas)s areas have no figure of need: what is missing there is not known."),
            {"areas": bare},
            N_("One area has no figure of need: what is missing there is not known."),
        )
    elif bare:
        yield Note(
            N_("%(areas)s areas have no target: what is missing there is not known."),
            {"areas": bare},
            N_("One area has no target: what is missing there is not known."),
        )
    silent = sum(1 for row in areas if _figures(row, table, name) and row.reached is None)
    if silent and name != "nobody":
        yield Note(
            N_("%(areas)s areas have rows that give no number of people: nothing can be compared there."),
            {"areas": silent},
            N_("One area has rows that give no number of people: nothing can be compared there."),
        )
    whole = [row for row in larger if _figures(row, table, name)]
    if whole and name == "nobody":
        words = N_("Needs and targets of larger areas as a whole (%(names)s) are in no line.")
        yield Note(words, {"names": _names(whole)})
    elif whole:
        words = (
            N_("A need of %(people)s in all is known for larger areas only (%(names)s): it is in no line.")
            if need
            else N_(
                "A target of %(people)s in all is known for larger areas only (%(names)s): it is in no line."
            )
        )
        people = sum(_figures(row, table, name) or 0 for row in whole)
        yield Note(words, {"people": people, "names": _names(whole)})


def _names(rows: Iterable[GapRow]) -> str:
    """Return the names of areas, the first few of them."""
    names = sorted({row.name for row in rows}, key=fold)
    return ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
