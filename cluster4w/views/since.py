"""What changed since the last file of the same sender and months, in the reader's words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.sheet import ranges
from cluster4w.models import Submission
from cluster4w.views import check_page
from cluster4w.views.check_page import PAGE, Cell


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that says something else than in the last file."""

    number: int
    sheet: str
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SinceLast:
    """The last file, how many rows were added, removed and changed since, and what became of its errors."""

    submission: int
    file: str
    at: dt.datetime
    added: int
    removed: int
    changed: int
    mended: int
    left: int
    dropped: int
    rows_changed: list[ChangedRow]
    #: Row numbers of the file, as runs.
    numbers_added: str
    rows_removed: list[check_page.Place]

    @property
    def errors(self) -> int:
        """How many errors the last file had."""
        return self.mended + self.left + self.dropped

    @property
    def is_same(self) -> bool:
        """Whether nothing has changed."""
        return not (self.added or self.removed or self.changed)


def since_words(found: Submission) -> SinceLast | None:
    """Return what changed since the last file; None where there is none to compare with."""
    since: dict[str, Any] = (found.report or {}).get("since") or {}
    if not since:
        return None
    counts = {k: since[k] for k in ("added", "removed", "changed", "mended", "left", "dropped")}
    numbers = sorted(row["number"] for row in since["rows_added"])
    return SinceLast(
        submission=since["submission"],
        file=since["file"],
        at=dt.datetime.fromisoformat(since["at"]),
        **counts,
        rows_changed=[
            ChangedRow(row["number"], row["sheet"], check_page.cells(row["before"], row["after"]))
            for row in since["rows_changed"][:PAGE]
        ],
        numbers_added=ranges(numbers, check_page.MOST_RUNS),
        rows_removed=[check_page.place(row["values"]) for row in since["rows_removed"][:PAGE]],
    )
