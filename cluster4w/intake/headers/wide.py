"""Figures of several population groups or months in one row of a file: which record rows they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cluster4w.intake.headers.map import Mapped
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value, Values
from cluster4w.template.language import N_
from cluster4w.template.rules import Check
from cluster4w.template.targets import is_figure

#: Columns beside the figures of people that hold one figure for the whole row.
_COUNTED = ("quantity",)


@dataclass(frozen=True, slots=True)
class Slot:
    """One population group, one month, or one of each; "" for what the columns do not tell apart."""

    group: str
    month: str

    @property
    def values(self) -> Values:
        """What a record row of the slot says beside its figures."""
        said: Values = {"population_group": self.group} if self.group else {}
        return {**said, "period": self.month} if self.month else said


@dataclass(frozen=True, slots=True)
class Differs:
    """A total beside the columns of groups or months that is not their sum."""

    key: str
    index: int
    total: Value
    sum: Value


#: A total and its parts, by key.
Sum = tuple[str, tuple[str, ...]]


def add_up(values: Values, sums: Iterable[Sum]) -> None:
    """Fill in, in place, the totals of a row whose parts are all given."""
    for total, parts in sums:
        if total in values or parts[0] not in values:
            continue
        figures: list[int] = []
        for key in parts:
            if not isinstance(figure := values.get(key), int):
                break
            figures.append(figure)
        else:
            values[total] = sum(figures)


@dataclass
class Parting:
    """How the columns of a sheet part its rows: the columns of each slot, and figures that stand outside."""

    slots: dict[Slot, list[Mapped]] = field(default_factory=dict)
    #: Figures of the whole row: totals, and those that nobody can divide.
    loose: list[Mapped] = field(default_factory=list)
    #: Columns of a slot's own values: the group and the month that a column names for the whole row.
    overruled: list[Mapped] = field(default_factory=list)

    @classmethod
    def of(cls, columns: Iterable[Mapped], template: Template) -> Parting:
        """Tell the columns apart."""
        parting = cls()
        known = [c for c in columns if c.key and not c.part]
        for column in known:
            if column.group or column.month:
                parting.slots.setdefault(Slot(column.group, column.month), []).append(column)
        if not parting.slots:
            return parting
        own = {"row_id", *(k for slot in parting.slots for k in slot.values)}
        for column in known:
            if column.group or column.month:
                continue
            if column.key in own:
                parting.overruled.append(column)
            elif column.key in _COUNTED or is_figure(template.by_key.get(column.key or "")):
                parting.loose.append(column)
        return parting

    @property
    def by_month(self) -> bool:
        """Tell whether rows are parted by month."""
        return any(slot.month for slot in self.slots)

    @property
    def reason(self) -> str:
        """How rows are parted, in words."""
        by_group = any(slot.group for slot in self.slots)
        if by_group and self.by_month:
            return N_("one per population group and month")
        return N_("one per month") if self.by_month else N_("one per population group")

    def sums(self, columns: Iterable[Mapped], template: Template) -> dict[Slot | None, list[Sum]]:
        """Return the totals that the sheet lacks and that its columns add up to, by slot; None: no slot."""
        shared: set[str | None] = {c.key for c in columns if c.key and not c.group and not c.month}
        held: dict[Slot | None, set[str | None]] = dict.fromkeys([None], shared)
        held |= {slot: {c.key for c in own} for slot, own in self.slots.items()}
        rules = [r for r in template.rules if r.check is Check.PARTS_SUM]
        return {
            slot: [(r.total, r.parts) for r in rules if r.total not in keys and keys.issuperset(r.parts)]
            for slot, keys in held.items()
        }

    def keys_of(self, slot: Slot) -> set[str]:
        """Return the keys of a slot's columns."""
        return {c.key for c in self.slots[slot] if c.key}


def check_total(column: Mapped, total: Value, parts: Sequence[Mapping[str, Value]]) -> Differs | None:
    """Return how a figure of the whole row differs from the sum of its parts; None where it does not."""
    figures = [f for p in parts if isinstance(f := p.get(column.key or ""), (int, float))]
    found = sum(figures)
    if not isinstance(total, (int, float)) or found == total:
        return None
    return Differs(column.key or "", column.index, total, found)
