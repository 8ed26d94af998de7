"""Figures unlike the others: what the organisation reported before, and the rest of the column.

Both look at logarithms, since figures of people grow by factors: from 10 to 100 is as far as from 100 to
1,000. Middle and spread come from the quartiles, so that one big month neither cries wolf nor hides the next.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.intake.judging.sheet_rows import SheetRows
from cluster4w.record.queries.figures import Figures
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value

#: Earlier figures, and figures of a column, that it takes to know what is usual.
FEWEST_BEFORE = 8
FEWEST_IN_COLUMN = 30
#: Standard deviations from the middle that are still usual.
FARTHEST = 3.0
#: Least spread: figures that hardly vary allow half and double all the same.
LEAST_SPREAD = 0.35
#: Figures that are named of a column, the most extreme first.
MOST_OF_COLUMN = 10
#: Quartiles of a normal distribution lie this many standard deviations apart.
_BETWEEN_QUARTILES = 1.349

#: The columns that are compared with what was reported before; a row is named at the first that is unlike.
MEASURES = ("households_reached", "individuals_reached", "quantity")
#: The columns whose figures are compared with each other, and the column that tells them apart.
COLUMNS = {
    "households_reached": "",
    "individuals_reached": "",
    "households_targeted": "",
    "individuals_targeted": "",
    "quantity": "unit",
    "transfer_value": "currency",
}

_NUMBERS = (int, float)

#: A row, the column of the figure, the parameters of the words.
Unlike = tuple[CheckedRow, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual: how many figures, their smallest, largest and mean; middle and spread of their logs."""

    count: int
    low: float
    high: float
    mean: float
    middle: float
    spread: float

    @classmethod
    def of(cls, figures: Iterable[float], fewest: int) -> Usual | None:
        """Return what is usual of figures above zero; None where they are too few to say."""
        ordered = sorted(figures)
        count = len(ordered)
        if count < max(fewest, 1):
            return None
        lower, middle, upper = (math.log(share_of(ordered, share)) for share in (0.25, 0.5, 0.75))
        spread = max((upper - lower) / _BETWEEN_QUARTILES, LEAST_SPREAD)
        return cls(count, ordered[0], ordered[-1], sum(ordered) / count, middle, spread)

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and the largest figure that is still usual."""
        return math.exp(self.middle - FARTHEST * self.spread), math.exp(self.middle + FARTHEST * self.spread)

    def deviations(self, figure: float) -> float:
        """Return how many standard deviations a figure is away from the middle."""
        return abs(math.log(figure) - self.middle) / self.spread


def share_of(ordered: Sequence[float], share: float) -> float:
    """Return the figure below which a share of the ordered figures lies, between its two neighbours."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(slots=True)
class Given:
    """The rows with a figure of a column, and the figures beside them.

    Two lists, no pairs: a pair for each of a hundred thousand rows keeps the garbage collector busy.
    """

    rows: list[CheckedRow] = field(default_factory=list)
    figures: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, sheet: SheetRows, key: str) -> Given:
        """Keep the rows with a figure in a column, repeated rows once."""
        figures = _figures(sheet.columns_once[key])
        given = [figure is not None for figure in figures]
        return cls(list(compress(sheet.once, given)), [figure for figure in figures if figure is not None])

    def by(self, column: Iterable[Value]) -> Iterable[Given]:
        """Return the figures of each value of a column apart; ``column``: one value a row."""
        parts: dict[Value, Given] = {}
        for row, figure, value in zip(self.rows, self.figures, column, strict=True):
            part = parts.get(value)
            if part is None:
                part = parts[value] = Given()
            part.rows.append(row)
            part.figures.append(figure)
        return parts.values()


def _figures(column: Iterable[Any]) -> list[float | None]:
    """Return the figures above zero of a column: none is not zero, and zero is a report of nothing."""
    return [value if value.__class__ in _NUMBERS and value > 0 else None for value in column]


def figure_of(row: CheckedRow, key: str) -> float | None:
    """Return a row's figure above zero."""
    return _figures((row.values.get(key),))[0]


def judged(rows: Iterable[CheckedRow]) -> list[CheckedRow]:
    """Return the rows whose figures are worth judging: those that would enter the record."""
    return [
        r
        for r in rows
        if r.comparison in ("new", "changed") and r.organisation_id and r.values.get("activity_type")
    ]


def unlike_before(rows: Iterable[CheckedRow], before: Iterable[Figures], template: Template) -> list[Unlike]:
    """Return the rows with a figure far from all that the organisation reported of the same activity."""
    known: dict[tuple[Any, ...], list[float]] = {}
    for entry in before:
        for key in MEASURES:
            if figure := getattr(entry, key):
                unit = entry.unit if key == "quantity" else None
                known.setdefault((entry.organisation_id, entry.activity_type, key, unit), []).append(
                    float(figure)
                )
    usual = {group: u for group, figures in known.items() if (u := Usual.of(figures, FEWEST_BEFORE))}
    if not usual:
        return []
    found: list[Unlike] = []
    for row in rows:
        what = row.values.get("activity_type")
        for key in MEASURES:
            figure = figure_of(row, key)
            counted_in = row.values.get("unit") if key == "quantity" else None
            normal = usual.get((row.organisation_id, what, key, counted_in))
            if figure is None or normal is None or normal.low <= figure <= normal.high:
                continue
            if normal.deviations(figure) > FARTHEST:
                choice = template.activity_types.get(str(what))
                found.append(
                    (row, key, {**_said(figure, normal), "entry": choice.labels if choice else str(what)})
                )
                break
    return found


def unlike_column(sheets: Iterable[SheetRows], said: Iterable[tuple[str, int]]) -> Iterator[Unlike]:
    """Yield the figures far from the others of their column, the most extreme of each, one a row.

    ``said``: sheet and number of rows whose figures are in doubt already.
    """
    named = set(said)
    for sheet in sheets:
        for key, apart in COLUMNS.items():
            column = Given.of(sheet, key)
            for part in column.by([row.values.get(apart) for row in column.rows]) if apart else (column,):
                for row, figure, most in _far(part, named):
                    named.add((row.sheet, row.number))
                    yield row, key, {"a": figure, **most}


def _far(
    column: Given, named: Container[tuple[str, int]]
) -> list[tuple[CheckedRow, float, dict[str, float]]]:
    """Return rows with a figure far from the others, the most extreme first, and what most lie between."""
    ordered = sorted(column.figures)
    normal = Usual.of(ordered, FEWEST_IN_COLUMN)
    if normal is None:
        return []
    low, high = normal.bounds
    if low <= ordered[0] and ordered[-1] <= high:
        return []
    most = {"low": _rounded(share_of(ordered, 0.05)), "high": _rounded(share_of(ordered, 0.95))}
    far = [
        (row, figure, most)
        for row, figure in zip(column.rows, column.figures, strict=True)
        if not low <= figure <= high and (row.sheet, row.number) not in named
    ]
    return sorted(far, key=lambda entry: -normal.deviations(entry[1]))[:MOST_OF_COLUMN]


def _said(figure: float, normal: Usual) -> dict[str, Any]:
    bounds = {"low": normal.low, "high": normal.high, "mean": _rounded(normal.mean)}
    return {"a": figure, "count": normal.count, **bounds}


def _rounded(figure: float) -> float:
    return round(figure) if figure >= 10 else round(figure, 2)
