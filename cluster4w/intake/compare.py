"""Comparing a file with the record: new, changed cell by cell, unchanged, repeated, no longer there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster4w.record.queries.comparison import Recorded
from cluster4w.template.declaration import Template
from cluster4w.template.fingerprint import fingerprint
from cluster4w.template.kinds import Value, Values
from cluster4w.template.layouts import Layout

#: What stays the same when figures are corrected: with these equal, a row is the same activity.
IDENTITY = (
    "period", "adm1_pcode", "adm2_pcode", "adm3_pcode", "adm3_name", "site_name", "activity_type",
    "sub_sector", "cluster", "population_group", "modality", "project_code", "donor", "implementing_partner",
)  # fmt: skip


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


#: Organisation, month, fingerprint.
_Bucket = tuple[int | None, Value, str]


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
        prints = {id(r): self._print(r) for r in good}
        if self.meta:
            waiting = self._by_meta(waiting, prints)
        if self.several_months:
            waiting = self._with_a_month(waiting)
        organisations = {r.organisation_id for r in rows if r.organisation_id and r.organisation_id > 0}
        months = {str(r.values["period"]) for r in rows if r.values.get("period")}
        left = self._by_content(waiting, prints, self.current(organisations, months))
        said: dict[tuple[Any, ...], CheckedRow] = {}
        for row in good:
            if row.comparison is not None:
                said.setdefault(self._content(row, prints), row)
        self._by_identity(self._without_repeats(left, prints, said))
        self.result.vanished = [r for uid, r in self._unmatched.items() if uid not in self.taken]
        return self.result

    def _print(self, row: CheckedRow) -> str:
        return fingerprint(row.values, self.seen[row.sheet].keys, self.template)

    def _by_row_id(self, rows: Sequence[CheckedRow]) -> list[CheckedRow]:
        """Match rows that carry the record's identity; returns the rows still to be matched."""
        named = [r for r in rows if r.values.get("row_id")]
        wanted = list(dict.fromkeys(str(r.values["row_id"]) for r in named))
        known = {r.uid: r for r in self.by_uid(wanted)} if wanted else {}
        for row in named:
            uid = str(row.values["row_id"])
            recorded = known.get(uid)
            if recorded is None:
                self._note(row, "row.id_unknown", {})
            elif uid in self.taken:
                self._note(row, "row.id_twice", {})
            elif row.organisation_id is not None and recorded.organisation_id != row.organisation_id:
                self._note(row, "row.id_not_yours", {})
                row.state = "with_errors"
            else:
                self._settle(row, recorded)
        return [r for r in rows if r.state != "with_errors" and r.comparison is None]

    def _by_meta(self, rows: list[CheckedRow], prints: Mapping[int, str]) -> list[CheckedRow]:
        """Match rows by the fingerprints that the export left in the hidden sheet."""
        pairs: list[tuple[CheckedRow, str]] = []
        for row in rows:
            uids = self.meta.get(prints[id(row)])
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
        self, rows: list[CheckedRow], prints: Mapping[int, str], current: Iterable[Recorded]
    ) -> list[CheckedRow]:
        buckets: dict[_Bucket, deque[CheckedRow]] = {}
        for row in rows:
            bucket = (row.organisation_id, row.values.get("period"), prints[id(row)])
            buckets.setdefault(bucket, deque()).append(row)
        views = list(self.seen.values())
        self._unmatched: dict[str, Recorded] = {}
        for recorded in current:
            if recorded.uid in self.taken:
                continue
            for view in views:
                print_ = fingerprint(view.shown(recorded.values), view.keys, self.template)
                waiting = buckets.get((recorded.organisation_id, recorded.values.get("period"), print_))
                if waiting:
                    row = waiting.popleft()
                    row.comparison, row.uid = "unchanged", recorded.uid
                    self.taken.add(recorded.uid)
                    break
            else:
                self._unmatched[recorded.uid] = recorded
        return [r for r in rows if r.comparison is None]

    def _content(self, row: CheckedRow, prints: Mapping[int, str]) -> tuple[Any, ...]:
        return (row.organisation_id, row.values.get("period"), prints[id(row)], *sorted(row.extra.items()))

    def _without_repeats(
        self, rows: list[CheckedRow], prints: Mapping[int, str], said: dict[tuple[Any, ...], CheckedRow]
    ) -> list[CheckedRow]:
        """Mark rows that say what an earlier one says, beyond the copies that the record holds."""
        first = []
        for row in rows:
            content = self._content(row, prints)
            earlier = said.get(content)
            if earlier is not None and not row.values.get("row_id"):
                row.comparison = "repeated"
                where = f"{earlier.number}" + (f" ({earlier.sheet})" if earlier.sheet != row.sheet else "")
                self._note(row, "row.repeated", {"first": where})
                continue
            said.setdefault(content, row)
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


@dataclass(frozen=True, slots=True)
class _Figures:
    row: CheckedRow | None
    organisation_id: int
    households: Value
    individuals: Value


def double_counts(rows: Iterable[CheckedRow], others: Iterable[Any]) -> list[tuple[CheckedRow, int, str]]:
    """Return (row, other organisation's id, what is equal) for rows that two organisations may both report.

    ``others`` are recorded rows of organisations that are not in the file
    (:class:`cluster4w.record.queries.comparison.OtherRow`).
    """
    places: dict[tuple[Any, ...], list[_Figures]] = {}
    for other in others:
        key = (other.area, other.period, other.activity_type, other.population_group)
        places.setdefault(key, []).append(
            _Figures(None, other.organisation_id, other.households, other.individuals)
        )
    found = []
    for row in rows:
        values = row.values
        area = values.get("adm3_pcode") or values.get("adm2_pcode") or values.get("adm1_pcode")
        mine = _Figures(
            row, row.organisation_id or 0, values.get("households_reached"), values.get("individuals_reached")
        )
        if not area or not values.get("activity_type") or not (mine.households or mine.individuals):
            continue
        key = (area, values.get("period"), values.get("activity_type"), values.get("population_group"))
        known = places.setdefault(key, [])
        for other in known:
            if other.organisation_id == mine.organisation_id:
                continue
            equal = (mine.households and mine.households == other.households) or (
                mine.individuals and mine.individuals == other.individuals
            )
            if equal:
                figure = mine.households if mine.households == other.households else mine.individuals
                found.append((row, other.organisation_id, str(figure)))
                break
        known.append(mine)
    return found
