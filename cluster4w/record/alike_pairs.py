"""Finding the rows that are worth comparing: one sorted pass per place and month, never all with all.

Two rows are only compared where one may be the other: in one sub-sector and cercle, in one commune or with
one of them naming the cercle only, in one month with figures less than 2 per cent apart, or in neighbouring
months with an equal figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cluster4w.record.alike import NEARLY, POSSIBLE, Comparer, Facts, Likeness

#: With how many rows of nearly the same figure a row is compared, and in how many pairs it is kept: a block
#: of thousands of rows with one figure says nothing about any two of them.
MOST_COMPARED, MOST_KEPT = 60, 10

#: Figure in households, then what sorts equal figures so that likely pairs stand side by side.
_Entry = tuple[float, str, str, str, str, Facts]


@dataclass(slots=True)
class Found:
    """Pairs by the two identities in order. ``crowded``: rows that were not compared with all their like."""

    pairs: dict[tuple[str, str], Likeness] = field(default_factory=dict)
    rows: int = 0
    compared: int = 0
    crowded: int = 0


def find_pairs(
    rows: Iterable[Facts],
    sub_sectors: Mapping[str, str],
    comparer: Comparer,
    *,
    touched: Collection[str] | None = None,
    worth: Callable[[Facts, Facts], bool] | None = None,
) -> Found:
    """Return the pairs that are at least possible, at most :data:`MOST_KEPT` of each row.

    Args:
        rows: each with an identity of its own; those without a month or a region are left out.
        sub_sectors: activity type to sub-sector; rows of other types are left out too.
        comparer: of the operation.
        touched: only pairs with one of these identities; None for all.
        worth: told the two rows, whether their likeness is asked for at all.
    """
    found = Found()
    blocks: dict[tuple[str, str], list[Facts]] = defaultdict(list)
    for row in rows:
        sub_sector, area = sub_sectors.get(row.activity_type), row.adm2 or row.adm1
        if sub_sector is None or not area or not row.period:
            continue
        blocks[sub_sector, area].append(row)
        found.rows += 1
    for block in blocks.values():
        if len(block) > 1:
            _Block(block, comparer, found, touched, worth).search()
    found.pairs = dict(_best(found.pairs))
    return found


def _best(pairs: Mapping[tuple[str, str], Likeness]) -> Iterator[tuple[tuple[str, str], Likeness]]:
    """Yield the best pairs of each row, the highest score first."""
    kept: Counter[str] = Counter()
    for pair, likeness in sorted(pairs.items(), key=lambda item: (-item[1].score, item[0])):
        if max(kept[uid] for uid in pair) < MOST_KEPT:
            kept.update(pair)
            yield pair, likeness


def following(month: str) -> str:
    """Return the month after ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def previous(month: str) -> str:
    """Return the month before ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year - (number == 1):04}-{(number - 2) % 12 + 1:02}"


class _Block:
    """The rows of one sub-sector in one cercle."""

    def __init__(
        self,
        rows: Iterable[Facts],
        comparer: Comparer,
        found: Found,
        touched: Collection[str] | None,
        worth: Callable[[Facts, Facts], bool] | None,
    ) -> None:
        self._comparer, self._found, self._touched, self._worth = comparer, found, touched, worth
        self._seen: set[tuple[str, str]] = set()
        #: Month to commune (None: the cercle only) to rows.
        self._months: dict[str, dict[str | None, list[_Entry]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            order = (row.group or "", row.activity_type, row.site_pcode or row.site_name or "", row.uid)
            for signal in row.signals(comparer.household_size):
                self._months[str(row.period)][row.adm3].append((signal, *order, row))

    def search(self) -> None:
        for month, communes in self._months.items():
            wide = communes.get(None, [])
            for commune, entries in communes.items():
                self._sweep(sorted([*entries, *wide] if commune is not None else wide), commune)
            if after := self._months.get(following(month)):
                self._neighbours(communes, after)

    def _sweep(self, entries: list[_Entry], commune: str | None) -> None:
        """Compare each row with those whose figure is hardly larger."""
        for at, entry in enumerate(entries):
            limit = entry[0] / (1 - NEARLY) + 1e-9
            row = entry[-1]
            for other in entries[at + 1 : at + 1 + MOST_COMPARED]:
                if other[0] > limit:
                    break
                # Two rows that name the cercle only meet in their own pass.
                if row.adm3 == commune or other[-1].adm3 == commune:
                    self._compare(row, other[-1])
            else:
                last = at + 1 + MOST_COMPARED
                self._found.crowded += last < len(entries) and entries[last][0] <= limit

    def _neighbours(
        self, before: Mapping[str | None, list[_Entry]], after: Mapping[str | None, list[_Entry]]
    ) -> None:
        """Compare the rows of two months that have an equal figure."""
        for commune, entries in before.items():
            places = after if commune is None else {k: after[k] for k in (commune, None) if k in after}
            figures = {entry[0] for entry in entries}
            by_figure: dict[float, list[Facts]] = defaultdict(list)
            for others in places.values():
                for other in others:
                    if other[0] in figures:
                        by_figure[other[0]].append(other[-1])
            for entry in entries:
                equal = by_figure.get(entry[0], ())
                self._found.crowded += len(equal) > MOST_COMPARED
                for other_row in equal[:MOST_COMPARED]:
                    self._compare(entry[-1], other_row)

    def _compare(self, a: Facts, b: Facts) -> None:
        if self._worth is not None and not self._worth(a, b):
            return
        if a.uid == b.uid or (
            self._touched is not None and not (a.uid in self._touched or b.uid in self._touched)
        ):
            return
        pair = (a.uid, b.uid) if a.uid < b.uid else (b.uid, a.uid)
        if pair in self._seen:
            return
        self._seen.add(pair)
        self._found.compared += 1
        likeness = self._comparer.likeness(a, b)
        if likeness is not None and likeness.score >= POSSIBLE:
            self._found.pairs[pair] = likeness
