"""What the page of a checked file shows: findings by kind, rows, columns, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext, ngettext

from cluster4w.intake.findings import Finding, message, suggestion_of
from cluster4w.intake.findings import title as title_of
from cluster4w.intake.sheet import ranges
from cluster4w.models import Submission
from cluster4w.record.queries.finding_values import Repeated
from cluster4w.security import here, own_rows_only
from cluster4w.template.columns import Column
from cluster4w.template.kinds import from_json
from cluster4w.template.language import N_
from cluster4w.template.rules import Severity
from cluster4w.views import formats
from cluster4w.views.values import choice_words, column_words, in_words, target_name

#: Findings, changed rows and rows that are gone, of one page each.
PAGE = 40
#: Runs of row numbers that a line names.
MOST_RUNS = 20

#: How a column was recognised.
HOW = {
    "confirmed": N_("confirmed before"),
    "label": N_("exact header"),
    "hxl": N_("HXL tag"),
    "alias": N_("known header"),
    "folded": N_("header in another spelling"),
    "words": N_("read word by word"),
    "fuzzy": N_("much alike"),
    "doubtful": N_("to be confirmed: not read"),
    "duplicate": N_("second column for it: not read"),
    "none": N_("not recognised: kept with the rows"),
    "ignored": N_("ignored, as it was decided"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind. ``id`` names the group in an address."""

    id: str
    severity: str
    code: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Place:
    """What a person recognises a row by."""

    activity: str
    under: str


@dataclass(slots=True)
class Wrong:
    """Equal findings in words. ``rows``: their row numbers as runs, "" for one about a column or the file.

    ``fix``: the form (:class:`cluster4w.views.fix_forms.FixForm`) that corrects the cell, None without one.
    """

    sheet: str | None
    rows: str
    count: int
    column: str | None
    header: str | None
    value: str | None
    message: str
    suggestion: str | None
    about: Place
    fix: Any = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that a file changes: what is recorded, what the file says."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that changes a recorded activity."""

    sheet: str
    number: int
    uid: str | None
    about: Place
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Vanished:
    """A recorded activity that the file no longer holds."""

    uid: str
    month: str
    about: Place


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A sheet that was read."""

    name: str
    header_row: int
    columns: list[dict[str, Any]] = field(repr=False)

    @property
    def recognised(self) -> int:
        """Columns that were taken for one of the template."""
        return sum(1 for c in self.columns if c["key"])

    @property
    def doubtful(self) -> int:
        """Columns that somebody must confirm."""
        return sum(1 for c in self.columns if c["how"] == "doubtful")


def groups(found: Iterable[dict[str, Any]]) -> list[Group]:
    """Return the kinds of findings in words. What is wrong with the whole file comes before its rows."""
    return [
        Group(
            f"{g['severity']}.{g['code']}", g["severity"], g["code"], title_of(g["code"], gettext), g["count"]
        )
        for g in sorted(found, key=lambda g: g["severity"] != "error" or g["rows"] > 0)
    ]


def wrong(found: Iterable[Repeated], group: Group) -> list[Wrong]:
    """Return findings of a kind in words, each with what its first row is about."""
    return [
        Wrong(
            f.sheet,
            ranges(f.rows, MOST_RUNS),
            f.count,
            f.column,
            f.header,
            f.value,
            message(_finding(f, group), gettext),
            suggestion_of(_finding(f, group), gettext),
            place(f.values or {}),
        )
        for f in found
    ]


def _finding(found: Repeated, group: Group) -> Finding:
    return Finding(
        severity=Severity(group.severity),
        code=group.code,
        sheet=found.sheet,
        column=found.column,
        header=found.header,
        key=found.key,
        value=found.value,
        params=found.params or {},
        suggestion=found.suggestion,
    )


def place(values: dict[str, Any]) -> Place:
    """Return what a row is about, from its JSON values: activity, place, how many."""
    what = values.get("activity_type")
    words = choice_words("activity_type", what) if what else values.get("activity_detail") or ""
    area = values.get("adm3_name") or values.get("adm2_name") or values.get("adm1_name")
    whose = None if own_rows_only(here().role) else values.get("org_acronym")
    parts = [str(p) for p in (whose, area, values.get("site_name")) if p]
    if (households := _first(values, "households_reached", "households_targeted")) is not None:
        number = formats.number(households)
        parts.append(ngettext("%(number)s household", "%(number)s households", households, number=number))
    elif (people := _first(values, "individuals_reached", "individuals_targeted")) is not None:
        number = formats.number(people)
        parts.append(ngettext("%(number)s person", "%(number)s people", people, number=number))
    return Place(str(words), ", ".join(parts))


def _first(values: dict[str, Any], *keys: str) -> float | None:
    return next((v for k in keys if isinstance(v := values.get(k), (int, float))), None)


def changed(found: Iterable[dict[str, Any]]) -> list[Changed]:
    """Return changed rows cell by cell."""
    return [
        Changed(
            r["sheet"],
            r["number"],
            r["uid"],
            place(r["values"]),
            cells(r["before"] or {}, r["values"]),
        )
        for r in found
    ]


def cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Cell]:
    """Return the cells of a row that say something else now; ``before``: what these said, by column."""
    by_key = here().template.by_key
    return [
        Cell(column_words(by_key[k]), cell_words(by_key[k], old), cell_words(by_key[k], after.get(k)))
        for k, old in before.items()
        if k in by_key
    ]


def cell_words(column: Column, value: Any) -> str:
    """Return a JSON value of a column as a person reads it."""
    return in_words(column, from_json(column.kind, value))


def vanished(recorded: Iterable[Any]) -> list[Vanished]:
    """Return recorded activities (:class:`cluster4w.record.queries.comparison.Recorded`) in words."""
    return [
        Vanished(r.uid, formats.month(str(r.values.get("period") or "")), place(r.values)) for r in recorded
    ]


def sheets(submission: Submission) -> list[SheetShown]:
    """Return the sheets that were read."""
    return [
        SheetShown(s["name"], s["header_row"], s["columns"])
        for s in (submission.report or {}).get("sheets", [])
    ]


def column_name(key: str | None) -> str:
    """Return what a column was taken for in words; a dash for nothing."""
    return target_name(key or "") or formats.ABSENT


def how_words(how: str) -> str:
    """Return how a column was recognised, in words."""
    return gettext(HOW[how]) if how in HOW else how


@dataclass(frozen=True, slots=True)
class Bar:
    """Shares of 100 of the stacked bar, each with where it begins."""

    clean: float
    with_warnings: float
    with_errors: float

    @classmethod
    def of(cls, counts: dict[str, int]) -> Bar:
        """Return the shares; a part with a single row is still to be seen."""
        read = counts.get("read") or 1
        errors = _share(counts.get("with_errors", 0), read)
        warnings = _share(counts.get("with_warnings", 0), read)
        return cls(round(100 - errors - warnings, 2), warnings, errors)


def _share(part: int, whole: int) -> float:
    return round(max(100 * part / whole, 0.8), 2) if part else 0.0
