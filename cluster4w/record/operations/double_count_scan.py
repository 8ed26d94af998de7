"""Keeping the pairs of possible double counts up to date: after each recording, or over the whole record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import cast

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import DoubleCount, DoubleCountDecision, Operation
from cluster4w.models.base import now
from cluster4w.record.alike import Facts, Likeness
from cluster4w.record.alike_pairs import Found, find_pairs, following, previous
from cluster4w.record.queries.alike_rows import (
    comparer_of,
    facts_of_areas,
    facts_of_region,
    facts_of_uids,
    in_batches,
    sub_sectors_of,
)
from cluster4w.record.queries.areas import load_gazetteer

#: So many touched rows are looked for among all pairs rather than by their identities.
MANY = 5_000

_PAIRS = cast(sa.Table, DoubleCount.__table__)
_Key = tuple[str, str]


@dataclass(slots=True)
class Scan:
    """What a scan did: rows looked at, pairs that are new, gone, or changed since they were settled.

    ``crowded``: rows that have so many others like them that they were not compared with all of them.
    """

    rows: int = 0
    pairs: int = 0
    new: int = 0
    gone: int = 0
    changed: int = 0
    crowded: int = 0
    _found: dict[_Key, Likeness] = field(default_factory=dict, repr=False)

    @property
    def moved(self) -> bool:
        """Tell whether anything in the list of pairs is different from before."""
        return bool(self.new or self.gone or self.changed)

    def take(self, found: Found) -> None:
        """Add what was found in one part of the record."""
        self.rows += found.rows
        self.crowded += found.crowded
        self._found |= found.pairs
        self.pairs = len(self._found)

    def keep(self, session: orm.Session, operation: Operation, existing: list[DoubleCount]) -> None:
        """Write the pairs that were found beside those that are known, which they replace."""
        before = {(p.first_uid, p.second_uid): p for p in existing}
        self._update(session, operation, before)
        fresh = [
            {
                "operation_id": operation.id,
                "first_uid": pair[0],
                "second_uid": pair[1],
                "score": likeness.score,
                "reasons": list(likeness.reasons),
                "state": "open",
                "live": True,
                "changed": False,
                "found_at": now(),
            }
            for pair, likeness in self._found.items()
            if pair not in before
        ]
        self.new += len(fresh)
        if fresh:
            session.execute(sa.insert(_PAIRS), fresh)
        session.flush()

    def _update(self, session: orm.Session, operation: Operation, before: Mapping[_Key, DoubleCount]) -> None:
        decisions = _decisions(session, [p.id for p in before.values()])
        decided = {uid for key, p in before.items() if p.state != "open" for uid in key}
        facts = facts_of_uids(session, operation, decided) if decided else {}
        for key, pair in before.items():
            likeness = self._found.get(key)
            if likeness is not None and (pair.score, pair.reasons) != (likeness.score, [*likeness.reasons]):
                pair.score, pair.reasons = likeness.score, list(likeness.reasons)
                self.changed += 1
            if pair.state == "open":
                self._open(session, pair, likeness is not None, pair.id in decisions)
            else:
                self._settled(pair, [facts.get(uid) for uid in key], decisions[pair.id])

    def _open(self, session: orm.Session, pair: DoubleCount, alike: bool, was_settled: bool) -> None:
        if alike:
            self.new += not pair.live
            pair.live = True
        elif was_settled:
            # What was decided once stays for the record as of that time.
            self.gone += pair.live
            pair.live = False
        else:
            session.delete(pair)
            self.gone += 1

    def _settled(self, pair: DoubleCount, rows: list[Facts | None], prints: tuple[str, str] | None) -> None:
        live = all(rows)
        changed = live and prints is not None and tuple(r.print_() for r in rows if r) != prints
        self.changed += changed != pair.changed or live != pair.live
        pair.live, pair.changed = live, changed


def _decisions(session: orm.Session, pair_ids: list[int]) -> dict[int, tuple[str, str] | None]:
    """Return the pairs that were ever decided, with the fingerprints of the decision in force."""
    found: dict[int, tuple[str, str] | None] = {}
    for at in range(0, len(pair_ids), 500):
        rows = session.execute(
            sa.select(
                DoubleCountDecision.double_count_id,
                DoubleCountDecision.ended_at,
                DoubleCountDecision.first_print,
                DoubleCountDecision.second_print,
            ).where(DoubleCountDecision.double_count_id.in_(pair_ids[at : at + 500]))
        )
        for number, ended, first, second in rows:
            if ended is None:
                found[number] = (first, second)
            else:
                found.setdefault(number, None)
    return found


def find_of(
    session: orm.Session,
    operation: Operation,
    touched: Mapping[str, Facts | None],
    newcomers: Mapping[int, tuple[str, str]],
) -> Found:
    """Return the pairs that rows make with each other and with the record, before they are in it.

    Args:
        session: any; nothing is written.
        operation: of the record.
        touched: identity to what the row is going to say; None where it counts nobody (any more).
        newcomers: acronym and name of organisations that are not registered yet, by their number in rows.
    """
    counted = [f for f in touched.values() if f is not None and f.period]
    if not counted:
        return Found()
    months = {str(f.period) for f in counted}
    rows = facts_of_areas(
        session,
        operation,
        cercles={f.adm2 for f in counted if f.adm2},
        regions={f.adm1 for f in counted if f.adm1 and not f.adm2},
        months={m for month in months for m in (previous(month), month, following(month))},
    )
    rows = [row for row in rows if row.uid not in touched]
    if session.get_bind().dialect.name == "sqlite":
        # As its driver gives them: days are text.
        counted = [f._replace(start=_text(f.start), end=_text(f.end)) for f in counted]
    comparer = comparer_of(session, operation, newcomers)
    return find_pairs([*rows, *counted], sub_sectors_of(operation), comparer, touched=touched.keys())


def _text(day: dt.date | str | None) -> str | None:
    return None if day is None else str(day)


def keep_found(
    session: orm.Session,
    operation: Operation,
    uids: Collection[str],
    found: Found,
    meanwhile: Collection[str],
) -> None:
    """Write the pairs that were found of rows that are recorded now; those they no longer make are gone.

    Args:
        session: one that writes.
        operation: of the record.
        uids: the rows.
        found: their pairs, from :func:`find_of`.
        meanwhile: rows that others have recorded since then; they are looked at again.
    """
    others = set(meanwhile).difference(uids)
    if others:
        found.pairs = {pair: likeness for pair, likeness in found.pairs.items() if others.isdisjoint(pair)}
    _keep(session, operation, set(uids), found)
    if others:
        facts = facts_of_uids(session, operation, others)
        again = find_of(session, operation, {uid: facts.get(uid) for uid in others}, {})
        _keep(session, operation, others, again)


def _keep(session: orm.Session, operation: Operation, uids: Collection[str], found: Found) -> None:
    scan = Scan()
    scan.take(found)
    scan.keep(session, operation, _pairs_of(session, operation, uids))


def _pairs_of(session: orm.Session, operation: Operation, uids: Collection[str]) -> list[DoubleCount]:
    mine = sa.select(DoubleCount).where(DoubleCount.operation_id == operation.id)
    if len(uids) > MANY:
        return [p for p in session.scalars(mine) if p.first_uid in uids or p.second_uid in uids]
    found: dict[int, DoubleCount] = {}
    for some in in_batches(uids):
        for column in (DoubleCount.first_uid, DoubleCount.second_uid):
            found |= {p.id: p for p in session.scalars(mine.where(column.in_(some)))}
    return list(found.values())


def scan_all(session: orm.Session, operation: Operation) -> Scan:
    """Look for pairs in the whole record, region by region: the rows of one are in memory at a time."""
    scan = Scan()
    comparer, sub_sectors = comparer_of(session, operation), sub_sectors_of(operation)
    regions = load_gazetteer(session, operation.edition_id).level(1)
    # No pair goes from one region into another.
    for region in (*(place.pcode for place in regions), None):
        scan.take(find_pairs(facts_of_region(session, operation, region), sub_sectors, comparer))
    everything = sa.select(DoubleCount).where(DoubleCount.operation_id == operation.id)
    scan.keep(session, operation, list(session.scalars(everything)))
    return scan
