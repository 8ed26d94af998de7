"""A map of a sheet with what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cluster4w.gaps.table import GapTable
from cluster4w.gaps.who import Present, Together
from cluster4w.publish.maps.classes import Scale
from cluster4w.publish.sheets.map import SheetMap
from cluster4w.record.queries.presence import Reported


@dataclass(frozen=True, slots=True)
class Around:
    """Who is in the areas of a table and who does the same, by p-code, where a map shows it."""

    present: Mapping[str, Present] = field(default_factory=dict)
    together: Mapping[str, tuple[Together, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map of a sheet: its lines, what it shows of them and how, its drawing.

    ``around``: who is in the areas, where the map shows it. ``reports``: what organisations reported for the
    last month counted.
    """

    table: GapTable
    scale: Scale
    drawing: SheetMap
    around: Around
    reports: Sequence[Reported]
