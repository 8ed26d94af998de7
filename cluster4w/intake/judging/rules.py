"""Rules across the cells of a row, as the template declares them, run column by column over many rows."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, assert_never

from cluster4w.intake.judging.column_view import ColumnView, Wanted, wanted
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value
from cluster4w.template.language import N_, listed
from cluster4w.template.lists import Choice
from cluster4w.template.rules import Check, Rule

#: What a broken rule says: the column it is shown at, and the parameters of its words.
Broken = tuple[str, dict[str, Any]]
#: The first and the last day of a plan.
Plan = tuple[dt.date, dt.date]

#: Checks that hold of a row although the file lacks some of their columns.
_SOME_COLUMNS = (
    Check.ANY_OF, Check.NEEDS, Check.FORBIDS, Check.LIST_NEEDS, Check.STATUS_DATES,
)  # fmt: skip
#: Rules that ask for a value: what is accused already is not missing as well.
ASKING = (Check.NEEDS, Check.ANY_OF, Check.LIST_NEEDS)
STILL_TO_COME = N_("which is still to come")
PASSED = N_("which has passed")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules ask beside the row: the day, the plan, the lists, the columns of the file."""

    today: dt.date
    present: frozenset[str]
    plan: Plan | None = None
    #: Column key to the entries of its list, by their key.
    lists: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)


#: A check, run on the columns of some rows: yields which of them break a rule, and how.
_Found: TypeAlias = Iterator[tuple[int, Broken]]
_Run: TypeAlias = Callable[[Rule, ColumnView, Surroundings], _Found]
#: What a row breaks, in the order in which it is said.
AllBroken: TypeAlias = list[tuple[Rule, Broken]]


@dataclass(frozen=True, slots=True)
class RuleRunner:
    """The rules of a template that a file's columns can break."""

    #: Each with its check and what must hold of a row for the rule to speak of it.
    rules: tuple[tuple[Rule, _Run, Wanted], ...]
    around: Surroundings

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule],
        keys: Iterable[str],
        today: dt.date | None = None,
        *,
        template: Template | None = None,
        plan: Plan | None = None,
    ) -> RuleRunner:
        """Keep the rules that only speak of columns the file has; any_of and needs may miss some.

        Without ``template`` the rules that ask a list are left out, without ``plan`` those that ask the plan.
        """
        present = frozenset(keys)
        # A sum above its total is said once: the parts within a total come first.
        kept = sorted((r for r in rules if fits(r, present)), key=lambda r: r.check is Check.PARTS_SUM)
        listed_in = {c.key: template.lists[c.list] for c in template.columns if c.list} if template else {}
        lists = {key: {choice.key: choice for choice in known} for key, known in listed_in.items()}
        around = Surroundings(today or dt.datetime.now(dt.UTC).date(), present, plan, lists)
        return cls(tuple((rule, check_of(rule.check), _speaks_of(rule)) for rule in kept), around)

    def broken(self, rows: ColumnView) -> dict[int, AllBroken]:
        """Return what rows break, by their number in the view; each code at most once for a column."""
        found: dict[int, AllBroken] = {}
        for rule, check, conditions in self.rules:
            part = rows.where(conditions)
            if not part.numbers:
                continue
            for at, broken in check(rule, part, self.around):
                found.setdefault(part.numbers[at], []).append((rule, broken))
        return {number: _once(several) for number, several in found.items()}


def _once(several: AllBroken) -> AllBroken:
    """Return what a row breaks, without what was said already in other words."""
    said: set[tuple[str, str]] = set()
    above: set[str] = set()
    kept: AllBroken = []
    for rule, broken in several:
        about = (rule.code, broken[0])
        if about in said or (rule.check is Check.PARTS_SUM and rule.total in above):
            continue
        if rule.check is Check.PARTS_WITHIN:
            above.add(rule.total)
        said.add(about)
        kept.append((rule, broken))
    return kept


def fits(rule: Rule, present: frozenset[str]) -> bool:
    """Tell whether a rule only speaks of columns that a file has; some rules may miss a few of theirs."""
    mentioned = {k for k in (rule.a, rule.b, rule.total, *rule.parts, *rule.only) if k}
    if (rule.check is Check.FORBIDS and not rule.values) or (
        rule.check is Check.PARTS_SUM and not rule.parts
    ):
        return False
    if rule.check in _SOME_COLUMNS:
        return mentioned <= present and bool(present & set(rule.columns))
    if rule.check is Check.PARTS_WITHIN:
        return {rule.total, *rule.only} <= present and bool(present & set(rule.parts))
    return mentioned <= present


def _speaks_of(rule: Rule) -> Wanted:
    """Return what must hold of a row for a rule to speak of it."""
    own = {rule.a: rule.values} if rule.check in (Check.NEEDS, Check.FORBIDS) else {}
    return (*wanted(rule.only), *wanted(own))


def check_of(check: Check) -> _Run:  # noqa: C901 - one case for each check
    """Return the function of a check."""
    match check:
        case Check.NOT_BEFORE:
            return _not_before
        case Check.PARTS_SUM:
            return _parts_sum
        case Check.PARTS_WITHIN:
            return _parts_within
        case Check.NOT_ABOVE:
            return _not_above
        case Check.RATIO_BETWEEN:
            return _ratio
        case Check.BETWEEN:
            return _between
        case Check.NEEDS:
            return _needs
        case Check.FORBIDS:
            return _forbids
        case Check.ANY_OF:
            return _any_of
        case Check.STATUS_DATES:
            return _status_dates
        case Check.MONTH_FROM:
            return _month_from
        case Check.MONTH_UNTIL:
            return _month_until
        case Check.NEAR_PLAN:
            return _near_plan
        case Check.LISTED_AS:
            return _listed_as
        case Check.LIST_NEEDS:
            return _list_needs
        case _:
            assert_never(check)


def _figures(column: Iterable[Any]) -> list[float | None]:
    """Return a column with nothing but figures in it."""
    return [v if v.__class__ is int or v.__class__ is float else None for v in column]


def _not_before(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    for at, (first, second) in enumerate(zip(rows[rule.a], rows[rule.b], strict=True)):
        if first.__class__ is dt.date and second.__class__ is dt.date and second < first:
            yield at, (rule.b, {"a": _day(first), "b": _day(second)})


def _parts_sum(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    parts = zip(*(rows[part] for part in rule.parts), strict=True)
    for at, (total, several) in enumerate(zip(rows[rule.total], parts, strict=True)):
        if total is not None and None not in several and sum(several) != total:
            yield at, (rule.total, {"sum": float(sum(several)), "total": total})


def _parts_within(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    sums = map(sum, zip(*map(rows.figures, rule.parts), strict=True))
    for at, (total, added) in enumerate(zip(_figures(rows[rule.total]), sums, strict=True)):
        if total is not None and added > total:
            yield at, (rule.total, {"sum": float(added), "total": total})


def _not_above(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    for at, (a, b) in enumerate(zip(rows[rule.a], rows[rule.b], strict=True)):
        if a is not None and b is not None and a > b:
            yield at, (rule.a, {"a": a, "b": b})


def _ratio(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    low, high = rule.low, rule.high
    for at, (a, b) in enumerate(zip(rows[rule.a], rows[rule.b], strict=True)):
        if a is not None and b and not low <= a / b <= high:
            ratio = round(a / b, 1)
            yield at, (rule.a, {"ratio": ratio, "a": a, "b": b, "low": low, "high": high})


def _between(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    low, high = rule.low, rule.high
    for at, a in enumerate(_figures(rows[rule.a])):
        if a is not None and not low <= a <= high:
            yield at, (rule.a, {"a": a, "low": low, "high": high})


def _needs(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    keys = [k for k in rule.columns if k in around.present]
    if keys:
        for at, several in enumerate(zip(*(rows[k] for k in keys), strict=True)):
            if None in several:
                yield at, _missing(keys, several)


def _missing(keys: Sequence[str], several: Sequence[Value]) -> Broken:
    missing = [k for k, value in zip(keys, several, strict=True) if value is None]
    return missing[0], {"missing": ", ".join(missing)}


def _forbids(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    for at, several in enumerate(zip(*(rows[k] for k in rule.columns), strict=True)):
        if any(several):
            key, a = next((k, a) for k, a in zip(rule.columns, several, strict=True) if a)
            yield at, (key, {"a": a if isinstance(a, (int, float)) else str(a)})


def _any_of(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    at_least = next(k for k in rule.columns if k in around.present)
    for at, several in enumerate(zip(*(rows[k] for k in rule.columns), strict=True)):
        if several.count(None) == len(several):
            yield at, (at_least, {})


def _status_dates(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    ends = rule.columns[1]
    for at, (status, end) in enumerate(zip(rows[rule.a], rows[ends], strict=True)):
        if end.__class__ is not dt.date:
            continue
        if status == "completed" and end > around.today:
            yield at, (ends, {"end": _day(end), "reason": STILL_TO_COME})
        elif status == "planned" and end < around.today:
            yield at, (rule.a, {"end": _day(end), "reason": PASSED})


def _months(rule: Rule, rows: ColumnView, wrong: Callable[[str, str], bool]) -> _Found:
    """Yield the rows whose month ``a`` and the month of whose day ``b`` are wrong together."""
    known: dict[tuple[Any, Any], Broken | None] = {}
    shown = rule.a if rule.check is Check.MONTH_FROM else rule.b
    for at, pair in enumerate(zip(rows[rule.a], rows[rule.b], strict=True)):
        if pair not in known:
            month, day = pair
            is_wrong = month and day.__class__ is dt.date and wrong(month, day.isoformat()[:7])
            known[pair] = (shown, {"month": month, "day": _day(day)}) if is_wrong else None
        if (broken := known[pair]) is not None:
            yield at, broken


def _month_from(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    return _months(rule, rows, operator.lt)


def _month_until(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    return _months(rule, rows, operator.gt)


def _near_plan(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    if around.plan is None:
        return
    first, last = around.plan
    for at, day in enumerate(rows[rule.a]):
        if day.__class__ is not dt.date or first <= day <= last:
            continue
        if (first - day).days > rule.low or (day - last).days > rule.high:
            yield at, (rule.a, {"day": _day(day), "first": _day(first), "last": _day(last)})


def _listed_as(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    known: dict[tuple[Value, Value], Broken | None] = {}
    for at, pair in enumerate(zip(rows[rule.a], rows[rule.b], strict=True)):
        if pair not in known:
            known[pair] = _listed_otherwise(rule, *pair, around)
        if (broken := known[pair]) is not None:
            yield at, broken


def _listed_otherwise(rule: Rule, listed_by: Value, said: Value, around: Surroundings) -> Broken | None:
    entry = _entry(rule, listed_by, around)
    if said is None or entry is None or not (main := entry.attributes.get(rule.attribute)) or said == main:
        return None
    allowed = [main, *entry.attributes.get(f"other_{rule.attribute}", "").split()]
    if str(said) in allowed:
        return None
    known = around.lists.get(rule.b, {})
    labels = [known[key].labels for key in allowed if key in known]
    return rule.b, {"entry": entry.labels, "expected": listed(labels) if labels else ", ".join(allowed)}


def _list_needs(rule: Rule, rows: ColumnView, around: Surroundings) -> _Found:
    keys = [k for k in rule.columns if k in around.present]
    entries = {said: _entry(rule, said, around) for said in set(rows[rule.a])}
    asking = {s: e for s, e in entries.items() if e and e.attributes.get(rule.attribute) in rule.values}
    if not asking or not keys:
        return
    for at, (said, *several) in enumerate(zip(rows[rule.a], *(rows[k] for k in keys), strict=True)):
        if None in several and said in asking:
            key, params = _missing(keys, several)
            yield at, (key, {**params, "entry": asking[said].labels})


def _entry(rule: Rule, said: Value, around: Surroundings) -> Choice | None:
    """Return what the list of the rule's column says of a value."""
    return around.lists.get(rule.a, {}).get(str(said))


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
