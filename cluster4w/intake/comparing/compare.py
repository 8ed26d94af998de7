"""Comparing a file with the record: new, changed cell by cell, unchanged, repeated, no longer there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from cluster4w.record.queries.comparison import Recorded
from cluster4w.template.declaration import Template
from cluster4w.template.fingerprint import Printer
from cluster4w.template.kinds import Value, Values
from cluster4w.template.layouts import Layout
from cluster4w.template.rules import Severity

#: What stays the same when figures are corrected: with these equal, a row is the same activity.
IDENTITY = (
    "period", "adm1_pcode", "adm2_pcode", "adm3_pcode", "adm3_name", "site_name", "activity_type",
    "sub_sector", "cluster", "population_group", "modality", "project_code", "donor", "implementing_partner",
)  # fmt: skip

#: States of a row, and the findings that bring it there, the worst last.
_STATES = ("clean", "with_warnings", "with_errors")
_WORST = (Severity.INFO, Severity.WARNING, Severity.ERROR)
#: Recorded rows of which the one that a row with errors is most like is sought.
MOST_ALIKE = 50


@dataclass(slots=True)
class CheckedRow:
    """A row of the file.

    ``state``: ``clean``, ``with_warnings`` or ``with_errors``. ``comparison``: ``new``, ``changed``,
    ``unchanged``, ``repeated``, or None for a row with errors. ``organisation_id`` is negative for an
    organisation that submitting would register. ``before`` holds the recorded values of changed cells.
    """

    sheet: str
    number: int
    state: str
    comparison: str | None
    uid: str | None
    organisation_id: int | None
    values: Values
    extra: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Value] = field(default_factory=dict)
    #: The aliases that applied to its cells.
    learned: tuple[int, ...] = ()

    def worsen(self, severity: Severity | None) -> None:
        """Give the row the state of its worst finding; None is a finding that is not said."""
        if severity is None:
            return
        if _WORST.index(severity) > _STATES.index(self.state):
            self.state = _STATES[_WORST.index(severity)]
        if self.state == "with_errors":
            self.comparison = None


@dataclass(frozen=True, slots=True)
class Seen:
    """How the sheet of a row shows the template: its keys, and the keys that only some rows fill."""

    keys: tuple[str, ...]
    only_when: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def of(cls, keys: Iterable[str], layout: Layout | None) -> Seen:
        """Collect what a sheet shows; with a layout, in the layout's order."""
        mapped = list(keys)
        only = {c.key: c.only_when for c in layout.columns if c.only_when} if layout else {}
        if layout:
            order = {k: i for i, k in enumerate(layout.keys)}
            mapped.sort(key=lambda k: order.get(k, len(order)))
        return cls(tuple(k for k in mapped if k != "row_id"), only)

    def shown(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return a recorded row as a reader of the sheet gets it."""
        return {k: v for k in self.keys if (v := values.get(k)) is not None and self.speaks(k, values)}

    def speaks(self, key: str, values: Mapping[str, Value]) -> bool:
        """Tell whether the sheet's cell says anything about a row: "Amount (USD)" only does for dollars."""
        condition = self.only_when.get(key)
        return not condition or all(str(values.get(k)) in v for k, v in condition.items())


@dataclass
class Comparison:
    """What comparing found: (row, code, key, params) to say, and the recorded rows that were not met."""

    notes: list[tuple[CheckedRow, str, str, dict[str, Any]]] = field(default_factory=list)
    vanished: list[Recorded] = field(default_factory=list)


#: Organisation, month, what the row says.
_Bucket = tuple[int | None, Value, Hashable]


class Comparer:
    """Matches the rows of one file with the record, each recorded row at most once."""

    def __init__(
        self,
        template: Template,
        seen: Mapping[str, Seen],
        meta_rows: Mapping[str, Sequence[str]],
        by_uid: Callable[[Sequence[str]], Iterable[Recorded]],
        current: Callable[[set[int], set[str]], Iterable[Recorded]],
        *,
        several_months: bool = False,
    ) -> None:
        """``seen`` is per sheet; ``meta_rows`` maps the fingerprint of an exported row to its identities.

        ``several_months``: in sheets without a month, the rows take theirs from the record; a row that is
        not as it was exported has none.
        """
        self.template = template
        self.seen = seen
        self._printers = {sheet: Printer(view.keys, template) for sheet, view in seen.items()}
        self._same_columns = len({view.keys for view in seen.values()}) == 1
        self.meta = {print_: deque(uids) for print_, uids in meta_rows.items()}
        self.by_uid = by_uid
        self.current = current
        self.several_months = several_months
        self.result = Comparison()
        self.taken: set[str] = set()

    def compare(self, rows: Sequence[CheckedRow]) -> Comparison:
        """Set comparison, uid and before of every row without errors; returns what there is to say."""
        good = [r for r in rows if r.state != "with_errors"]
        waiting = self._by_row_id(rows)
        prints = {id(r): self._print(r.sheet, r.values) for r in good}
        if self.meta:
            waiting = self._by_meta(waiting)
        if self.several_months:
            waiting = self._with_a_month(waiting)
        organisations = {r.organisation_id for r in rows if r.organisation_id and r.organisation_id > 0}
        months = {str(r.values["period"]) for r in rows if r.values.get("period")}
        left = self._by_content(waiting, prints, self.current(organisations, months))
        said: dict[tuple[Any, ...], CheckedRow] = {}
        for row in good:
            if row.comparison is not None:
                _remember(said, self._content(row, prints), row)
        self._by_identity(self._without_repeats(left, prints, said))
        self._spare(rows)
        self.result.vanished = [r for uid, r in self._unmatched.items() if uid not in self.taken]
        return self.result

    def _print(self, sheet: str, values: Mapping[str, Value]) -> Hashable:
        """Return what two rows have in common that say the same, a fingerprint where sheets differ."""
        if self._same_columns:
            return tuple(map(values.get, self.seen[sheet].keys))
        return self._printers[sheet].of(values)

    def _by_row_id(self, rows: Sequence[CheckedRow]) -> list[CheckedRow]:
        """Match rows that carry the record's identity; returns the rows still to be matched."""
        named: dict[str, list[CheckedRow]] = {}
        for row in rows:
            if row.values.get("row_id"):
                named.setdefault(str(row.values["row_id"]), []).append(row)
        known = {r.uid: r for r in self.by_uid(list(named))} if named else {}
        for uid, holders in named.items():
            recorded = known.get(uid)
            if recorded is None:
                for row in holders:
                    self._note(row, "row.id_unknown", {})
                continue
            mine = []
            for row in holders:
                if row.organisation_id in (None, recorded.organisation_id):
                    mine.append(row)
                else:
                    self._note(row, "row.id_not_yours", {})
                    row.state = "with_errors"
            if mine:
                self._settle_nearest(mine, recorded)
        return [r for r in rows if r.state != "with_errors" and r.comparison is None]

    def _settle_nearest(self, holders: Sequence[CheckedRow], recorded: Recorded) -> None:
        """Give a row id that was copied along to the row that says most of what the record says."""
        keeper = max(holders, key=lambda r: self._likeness(r, recorded)) if len(holders) > 1 else holders[0]
        self._settle(keeper, recorded)
        for row in holders:
            if row is not keeper:
                self._note(row, "row.id_twice", {"kept": _where(keeper, row)})

    def _likeness(self, row: CheckedRow, recorded: Recorded) -> int:
        """Return how many cells of a row say what the record says."""
        return sum(row.values.get(k) == recorded.values.get(k) for k in self.seen[row.sheet].keys)

    def _by_meta(self, rows: list[CheckedRow]) -> list[CheckedRow]:
        """Match rows by the fingerprints that the export left in the hidden sheet."""
        pairs: list[tuple[CheckedRow, str]] = []
        for row in rows:
            uids = self.meta.get(self._printers[row.sheet].of(row.values))
            while uids:
                uid = uids.popleft()
                if uid not in self.taken:
                    pairs.append((row, uid))
                    break
        known = {r.uid: r for r in self.by_uid([uid for _, uid in pairs])} if pairs else {}
        for row, uid in pairs:
            recorded = known.get(uid)
            if recorded is None or uid in self.taken or recorded.organisation_id != row.organisation_id:
                continue
            if "period" not in self.seen[row.sheet].keys:
                if self.several_months:
                    row.values["period"] = recorded.values.get("period")
                elif recorded.values.get("period") != row.values.get("period"):
                    continue
            self._settle(row, recorded)
        return [r for r in rows if r.comparison is None]

    def _with_a_month(self, rows: list[CheckedRow]) -> list[CheckedRow]:
        """Refuse the rows of which nobody can tell the month; returns the others."""
        left = []
        for row in rows:
            if "period" in self.seen[row.sheet].keys:
                left.append(row)
                continue
            self._note(row, "period.not_known", {})
            row.state = "with_errors"
        return left

    def _by_content(
        self, rows: list[CheckedRow], prints: Mapping[int, Hashable], current: Iterable[Recorded]
    ) -> list[CheckedRow]:
        buckets: dict[_Bucket, list[CheckedRow]] = {}
        # The first of several that say the same is the last in its list, from which it is taken.
        for row in reversed(rows):
            bucket = (row.organisation_id, row.values.get("period"), prints[id(row)])
            buckets.setdefault(bucket, []).append(row)
        self._unmatched: dict[str, Recorded] = {}
        for recorded in current:
            if recorded.uid in self.taken:
                continue
            for sheet, view in self.seen.items():
                print_ = self._print(sheet, view.shown(recorded.values))
                waiting = buckets.get((recorded.organisation_id, recorded.values.get("period"), print_))
                if waiting:
                    row = waiting.pop()
                    row.comparison, row.uid = "unchanged", recorded.uid
                    self.taken.add(recorded.uid)
                    break
            else:
                self._unmatched[recorded.uid] = recorded
        return [r for r in rows if r.comparison is None]

    def _content(self, row: CheckedRow, prints: Mapping[int, Hashable]) -> tuple[Any, ...]:
        extra = sorted(row.extra.items()) if row.extra else ()
        return (row.organisation_id, row.values.get("period"), prints[id(row)], *extra)

    def _without_repeats(
        self, rows: list[CheckedRow], prints: Mapping[int, Hashable], said: dict[tuple[Any, ...], CheckedRow]
    ) -> list[CheckedRow]:
        """Mark rows that say what an earlier one says, beyond the copies that the record holds.

        Rows with row ids of their own are no repeats of one another.
        """
        first = []
        for row in rows:
            content, uid = self._content(row, prints), row.values.get("row_id")
            earlier = said.get((uid, content) if uid else content)
            if earlier is not None:
                row.comparison = "repeated"
                self._note(row, "row.repeated", {"first": _where(earlier, row)})
                continue
            _remember(said, content, row)
            first.append(row)
        return first

    def _by_identity(self, rows: list[CheckedRow]) -> None:
        """Match what is left where exactly one row on each side is the same activity with other figures."""
        recorded_by: dict[tuple[Any, ...], list[Recorded]] = {}
        rows_by: dict[tuple[Any, ...], list[CheckedRow]] = {}
        if self._unmatched:
            for row in rows:
                identity = self._identity(row.sheet, row.organisation_id, row.values)
                rows_by.setdefault(identity, []).append(row)
            for sheet in self.seen:
                for recorded in self._unmatched.values():
                    identity = self._identity(sheet, recorded.organisation_id, recorded.values)
                    recorded_by.setdefault(identity, []).append(recorded)
        for identity, candidates in rows_by.items():
            matches = recorded_by.get(identity, [])
            if len(candidates) == 1 and len(matches) == 1 and matches[0].uid not in self.taken:
                self._settle(candidates[0], matches[0])
        for row in rows:
            if row.comparison is None:
                row.comparison = "new"

    def _spare(self, rows: Sequence[CheckedRow]) -> None:
        """Do not miss the recorded rows that rows with errors most likely are: they are in the file."""
        waiting: dict[tuple[str, tuple[str, ...]], list[CheckedRow]] = {}
        for row in rows:
            if row.state == "with_errors" and row.uid is None:
                known = tuple(k for k in IDENTITY if row.values.get(k) is not None)
                waiting.setdefault((row.sheet, known), []).append(row)
        for (_, keys), broken in waiting.items():
            candidates: dict[tuple[Any, ...], list[Recorded]] = {}
            for recorded in self._unmatched.values():
                if recorded.uid not in self.taken:
                    identity = tuple(recorded.values.get(k) for k in keys)
                    candidates.setdefault(identity, []).append(recorded)
            for row in broken:
                shared = candidates.get(tuple(row.values.get(k) for k in keys), [])
                own = (r for r in shared if row.organisation_id in (None, r.organisation_id))
                alike = list(islice(own, MOST_ALIKE))
                if alike:
                    nearest = max(alike, key=partial(self._likeness, row))
                    self.taken.add(nearest.uid)
                    shared.remove(nearest)

    def _identity(self, sheet: str, organisation: int | None, values: Values) -> tuple[Any, ...]:
        keys = self.seen[sheet].keys
        return (sheet, organisation, values.get("period"), *(values.get(k) for k in IDENTITY if k in keys))

    def _settle(self, row: CheckedRow, recorded: Recorded) -> None:
        self.taken.add(recorded.uid)
        row.uid = recorded.uid
        if row.state == "with_errors":
            return
        view = self.seen[row.sheet]
        after = overlay(recorded.values, row.values, view)
        row.before = {
            k: recorded.values.get(k)
            for k in (*view.keys, "period")
            if recorded.values.get(k) != after.get(k)
        }
        row.comparison = "changed" if row.before else "unchanged"

    def _note(self, row: CheckedRow, code: str, params: dict[str, Any]) -> None:
        self.result.notes.append((row, code, "row_id" if row.values.get("row_id") else "", params))


def _remember(said: dict[tuple[Any, ...], CheckedRow], content: tuple[Any, ...], row: CheckedRow) -> None:
    """Keep the first row that says something, and the first that says it under its row id."""
    said.setdefault(content, row)
    if uid := row.values.get("row_id"):
        said.setdefault((uid, content), row)


def _where(row: CheckedRow, seen_from: CheckedRow) -> str:
    """Return the number of a row, with its sheet where that is another one."""
    return f"{row.number}" + (f" ({row.sheet})" if row.sheet != seen_from.sheet else "")


def overlay(recorded: Mapping[str, Value], said: Mapping[str, Value], view: Seen) -> Values:
    """Return a recorded row with what the file's columns say laid over it.

    Columns that the file lacks leave the recorded values alone; a place is replaced as a whole.
    """
    merged: Values = dict(recorded)
    keys = set(view.keys)
    if any(k.startswith("adm") for k in keys):
        keys |= {f"adm{level}_{part}" for level in (1, 2, 3) for part in ("name", "pcode")}
    if said.get("period") is not None:
        keys.add("period")
    for key, condition in view.only_when.items():
        if key in keys and said.get(key) is not None:
            keys |= set(condition)
    for key in keys:
        value = said.get(key)
        if value is not None:
            merged[key] = value
        elif view.speaks(key, recorded):
            merged.pop(key, None)
    return merged
