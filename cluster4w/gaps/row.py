"""One line of a gap table."""

from __future__ import annotations

from dataclasses import dataclass, field

from cluster4w.gaps.targets import Target


@dataclass(frozen=True, slots=True)
class GapRow:
    """One line. People in the unit of the question; None is "not available", never zero.

    ``kind``: ``area``; ``part`` for what is known at this area's level only, not at the table's;
    ``unknown`` for rows without a place; ``total``.
    """

    kind: str
    pcode: str | None
    name: str
    parent_name: str
    target: int | None
    reached: int | None
    planned: int | None
    in_need: int | None
    #: By the measure of the question; negative where more was reached than asked. In the total, the sum of
    #: what is missing: a surplus of one area fills no gap of another.
    gap: int | None
    #: Reached by target (by need for the need measure) as a ratio; above 1 is shown as such.
    coverage: float | None
    #: Plain sum of what was reached, every round counted.
    assistances: int | None
    organisations: int
    #: Rows of the record behind the figures.
    rows: int
    #: Some figure of this line was calculated with the household size.
    converted: bool
    target_source: Target | None = field(default=None, repr=False)
    #: Rows that count nobody, because another row counts the same people: not among ``rows``.
    left_out: int = 0
    #: Rows that may count the same people as another one: nobody has decided yet.
    doubtful: int = 0
    #: What ``reached`` is if they do; None where there is no doubt.
    reached_if_same: int | None = None
    #: How severe the needs are, 1 to 5, as the table in use says of this very area; None: it does not say.
    severity: float | None = None

    @property
    def missing(self) -> int | None:
        """The gap without a surplus: what help is still missing here."""
        return None if self.gap is None else max(self.gap, 0)


def ratio_of(row: GapRow, measure: str) -> float | None:
    """Return the share of an area: what is reached, with what is planned where that is asked."""
    if row.coverage is None or measure != "projected":
        return row.coverage
    if not row.target or row.reached is None or row.planned is None:
        return None
    return (row.reached + row.planned) / row.target
