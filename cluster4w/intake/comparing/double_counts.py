"""Double counts at the check: rows of a file that the record, or an earlier row, may hold already.

A sender is told of another organisation's row only what it was always told: that it reports the same activity
type in the same place and month for the same group with the same figure. Everything less certain is for the
information manager alone (:mod:`cluster4w.record.queries.double_counts`). What was settled is not said again,
unless one of the two rows has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import orm

from cluster4w.intake.comparing.compare import CheckedRow
from cluster4w.models import Operation
from cluster4w.record.alike import LIKELY, Facts, Likeness, facts_from
from cluster4w.record.alike_pairs import find_pairs
from cluster4w.record.queries.alike_rows import comparer_of, facts_of_areas, settled_prints, sub_sectors_of

_EQUAL = {"both_equal", "households_equal", "individuals_equal"}
#: What of the reasons must hold for a row of another organisation to be named.
_TOLD = {"same_month", "same_type"}


@dataclass(frozen=True, slots=True)
class Twice:
    """A row of the file that is reported a second time.

    ``other_row`` is the earlier row of the file; None where the other one is in the record, as ``uid``.
    """

    row: CheckedRow
    organisation_id: int
    own: bool
    figure: int
    other_row: CheckedRow | None
    uid: str | None


def double_counts(session: orm.Session, operation: Operation, rows: Sequence[CheckedRow]) -> list[Twice]:
    """Return the rows that are reported twice, each with the row that it is most like."""
    good = [r for r in rows if r.state != "with_errors" and r.comparison != "repeated" and r.organisation_id]
    if not good:
        return []
    recorded = {f.uid: f for f in _recorded(session, operation, good)}
    mine: dict[str, tuple[int, CheckedRow]] = {}
    facts = dict(recorded)
    for number, row in enumerate(good):
        # A row that is new has no identity yet: its number stands in for one.
        uid = row.uid or f"+{number}"
        said = _facts(row, uid, recorded.get(uid))
        facts.pop(uid, None)
        if said is not None:
            mine[uid], facts[uid] = (number, row), said
    found = find_pairs(
        facts.values(),
        sub_sectors_of(operation),
        comparer_of(session, operation),
        touched=mine.keys(),
        worth=_may_be_said,
    )
    pairs = {
        p: likeness for p, likeness in found.pairs.items() if _is_said(facts[p[0]], facts[p[1]], likeness)
    }
    for pair, prints in settled_prints(session, operation, {uid for p in pairs for uid in p}).items():
        if pair in pairs and prints == (facts[pair[0]].print_(), facts[pair[1]].print_()):
            del pairs[pair]
    return list(_one_of_each(pairs, facts, mine))


def _recorded(session: orm.Session, operation: Operation, rows: Iterable[CheckedRow]) -> list[Facts]:
    """Return the rows of the record in the months and areas of the file."""
    cercles, regions, months = set(), set(), set()
    for row in rows:
        get = row.values.get
        if get("activity_type") and get("period"):
            months.add(str(get("period")))
            if cercle := get("adm2_pcode"):
                cercles.add(str(cercle))
            elif region := get("adm1_pcode"):
                regions.add(str(region))
    return facts_of_areas(session, operation, cercles=cercles, regions=regions, months=months)


def _facts(row: CheckedRow, uid: str, recorded: Facts | None) -> Facts | None:
    """Return what a row will say once it is recorded: what its file lacks, the record keeps."""
    if recorded is not None and row.comparison == "unchanged":
        return recorded
    said = facts_from(row.values, uid, row.organisation_id or 0)
    if said is None or recorded is None:
        return said
    return Facts._make(old if new is None else new for new, old in zip(said, recorded, strict=True))


def _may_be_said(a: Facts, b: Facts) -> bool:
    """Tell what costs little to tell: whether a pair could be said, before its likeness is worked out."""
    if a.organisation_id == b.organisation_id:
        return True
    return (
        a.period == b.period
        and a.activity_type == b.activity_type
        and a.group == b.group
        and a.adm3 == b.adm3
        and (a.households == b.households or a.individuals == b.individuals)
    )


def _is_said(a: Facts, b: Facts, likeness: Likeness) -> bool:
    """Tell whether a sender is told of a pair: all that the sentence of the finding says must be true."""
    if a.organisation_id == b.organisation_id:
        return likeness.score >= LIKELY
    reasons = set(likeness.reasons)
    return bool(reasons & _EQUAL) and reasons >= _TOLD and a.adm3 == b.adm3 and a.group == b.group


def _one_of_each(
    pairs: dict[tuple[str, str], Likeness], facts: dict[str, Facts], mine: dict[str, tuple[int, CheckedRow]]
) -> Iterator[Twice]:
    """Yield one pair per row, the best; of two rows of the file the later one is told."""
    told: set[str] = set()
    for pair in sorted(pairs, key=lambda p: (-pairs[p].score, p)):
        later, other = pair if mine.get(pair[0], (-1,))[0] > mine.get(pair[1], (-1,))[0] else pair[::-1]
        if later in told:
            continue
        told.add(later)
        a, b = facts[later], facts[other]
        figure = a.households if a.households and a.households == b.households else a.individuals
        earlier = mine.get(other)
        yield Twice(
            mine[later][1],
            b.organisation_id,
            a.organisation_id == b.organisation_id,
            figure or a.households or 0,
            earlier[1] if earlier else None,
            None if earlier else other,
        )
