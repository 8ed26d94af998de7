"""Rules across the cells of a row, as the template declares them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, assert_never

from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Value, Values
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


#: A check, run on a row.
_Run: TypeAlias = Callable[[Rule, Values, Surroundings], Broken | None]
#: A rule, its check, and the columns that must hold one of some values.
_Bound: TypeAlias = tuple[Rule, _Run, tuple[tuple[str, frozenset[str]], ...]]


#: Rules by the column without which none of them can be broken.
_Groups: TypeAlias = tuple[tuple[str, tuple[_Bound, ...]], ...]
#: The column that parts the rules most: a row runs only those that ask for its own status, or for none.
PARTING = "status"


@dataclass(frozen=True, slots=True)
class RuleRunner:
    """The rules of a template that a file's columns can break."""

    #: By status; under None, those for a row with any other status or none.
    rules: Mapping[Value, _Groups]
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
        statuses: set[str | None] = {None}.union(*(_statuses(rule) or () for rule in kept))
        listed_in = {c.key: template.lists[c.list] for c in template.columns if c.list} if template else {}
        lists = {key: {choice.key: choice for choice in known} for key, known in listed_in.items()}
        around = Surroundings(today or dt.datetime.now(dt.UTC).date(), present, plan, lists)
        return cls({status: _groups(kept, status) for status in statuses}, around)

    def broken(self, values: Values) -> Iterator[tuple[Rule, Broken]]:
        """Yield the rules that a row breaks; each code at most once for a column."""
        said: set[tuple[str, str]] = set()
        above: set[str] = set()
        status = values.get(PARTING)
        for trigger, rules in self.rules.get(status) or self.rules[None]:
            if trigger and trigger not in values:
                continue
            for rule, check, only in rules:
                for key, wanted in only:
                    if values.get(key) not in wanted:
                        break
                else:
                    found = check(rule, values, self.around)
                    if found is None or (rule.code, found[0]) in said:
                        continue
                    if rule.check is Check.PARTS_SUM and rule.total in above:
                        continue
                    if rule.check is Check.PARTS_WITHIN:
                        above.add(rule.total)
                    said.add((rule.code, found[0]))
                    yield rule, found


def fits(rule: Rule, present: frozenset[str]) -> bool:
    """Tell whether a rule only speaks of columns that a file has; some rules may miss a few of theirs."""
    mentioned = {k for k in (rule.a, rule.b, rule.total, *rule.parts, *rule.only) if k}
    if rule.check in _SOME_COLUMNS:
        return mentioned <= present and bool(present & set(rule.columns))
    if rule.check is Check.PARTS_WITHIN:
        return {rule.total, *rule.only} <= present and bool(present & set(rule.parts))
    return mentioned <= present


def _statuses(rule: Rule) -> tuple[str, ...] | None:
    """Return the statuses of the rows that a rule speaks of; None for all."""
    if rule.a == PARTING and rule.check in (Check.FORBIDS, Check.NEEDS) and rule.values:
        return rule.values
    return rule.only.get(PARTING)


def _groups(rules: Iterable[Rule], status: str | None) -> _Groups:
    """Return the rules that speak of rows with a status, by their trigger."""
    groups: dict[str, list[_Bound]] = {}
    for rule in rules:
        asked = _statuses(rule)
        if asked is not None and status not in asked:
            continue
        only = tuple((key, frozenset(values)) for key, values in rule.only.items() if key != PARTING)
        groups.setdefault(_trigger(rule), []).append((rule, check_of(rule.check), only))
    return tuple((trigger, tuple(bound)) for trigger, bound in groups.items())


def _trigger(rule: Rule) -> str:
    """Return the column without which a rule cannot be broken, the rarest one that is known; "" for none."""
    if rule.check in (Check.MONTH_FROM, Check.MONTH_UNTIL):
        return rule.b
    return rule.total or rule.a or next(iter(rule.only), "")


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


def _figure(values: Mapping[str, Value], key: str) -> float | None:
    value = values.get(key)
    return value if value.__class__ is int or value.__class__ is float else None


def _not_before(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    first, second = values.get(rule.a), values.get(rule.b)
    if first.__class__ is dt.date and second.__class__ is dt.date and second < first:
        return rule.b, {"a": _day(first), "b": _day(second)}
    return None


def _parts_sum(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    total, parts = values.get(rule.total), [values.get(part) for part in rule.parts]
    if total is None or None in parts:
        return None
    added = _added(parts)
    return None if added == total else (rule.total, {"sum": added, "total": total})


def _parts_within(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    total = _figure(values, rule.total)
    if total is None:
        return None
    added = _added([figure for part in rule.parts if (figure := values.get(part))])
    return (rule.total, {"sum": added, "total": total}) if added > total else None


def _added(parts: list[Value]) -> float:
    """Return the sum of some figures; a template's parts are columns that hold figures only."""
    return float(sum(parts))  # type: ignore[arg-type]


def _not_above(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    a, b = values.get(rule.a), values.get(rule.b)
    if a is None or b is None or a <= b:  # type: ignore[operator]
        return None
    return rule.a, {"a": a, "b": b}


def _ratio(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    a, b = values.get(rule.a), values.get(rule.b)
    if a is None or not b:
        return None
    ratio: float = a / b  # type: ignore[operator]
    if rule.low <= ratio <= rule.high:
        return None
    return rule.a, {"ratio": round(ratio, 1), "a": a, "b": b, "low": rule.low, "high": rule.high}


def _between(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    a = _figure(values, rule.a)
    if a is None or rule.low <= a <= rule.high:
        return None
    return rule.a, {"a": a, "low": rule.low, "high": rule.high}


def _needs(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    said = values.get(rule.a)
    if said is None or (rule.values and str(said) not in rule.values):
        return None
    return _missing(rule, values, around)


def _missing(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    missing = [k for k in rule.columns if k in around.present and values.get(k) is None]
    return (missing[0], {"missing": ", ".join(missing)}) if missing else None


def _forbids(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    if str(values.get(rule.a)) not in rule.values:
        return None
    filled = next((k for k in rule.columns if values.get(k)), None)
    if filled is None:
        return None
    a = values[filled]
    return filled, {"a": a if isinstance(a, (int, float)) else str(a)}


def _any_of(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    if any(values.get(k) is not None for k in rule.columns):
        return None
    return next(k for k in rule.columns if k in around.present), {}


def _status_dates(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    status, end = values.get(rule.a), values.get(rule.columns[1])
    if not isinstance(end, dt.date):
        return None
    if status == "completed" and end > around.today:
        return rule.columns[1], {"end": _day(end), "reason": STILL_TO_COME}
    if status == "planned" and end < around.today:
        return rule.a, {"end": _day(end), "reason": PASSED}
    return None


def _month_from(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    month, day = values.get(rule.a), values.get(rule.b)
    if isinstance(month, str) and isinstance(day, dt.date) and month < day.isoformat()[:7]:
        return rule.a, {"month": month, "day": _day(day)}
    return None


def _month_until(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    month, day = values.get(rule.a), values.get(rule.b)
    if isinstance(month, str) and isinstance(day, dt.date) and month > day.isoformat()[:7]:
        return rule.b, {"month": month, "day": _day(day)}
    return None


def _near_plan(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    day = values.get(rule.a)
    if not isinstance(day, dt.date) or around.plan is None:
        return None
    first, last = around.plan
    if -rule.low <= (day - first).days and (day - last).days <= rule.high:
        return None
    return rule.a, {"day": _day(day), "first": _day(first), "last": _day(last)}


def _listed_as(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    said = values.get(rule.b)
    entry = _entry(rule, values, around)
    if said is None or entry is None or not (main := entry.attributes.get(rule.attribute)) or said == main:
        return None
    allowed = [main, *entry.attributes.get(f"other_{rule.attribute}", "").split()]
    if str(said) in allowed:
        return None
    known = around.lists.get(rule.b, {})
    labels = [known[key].labels for key in allowed if key in known]
    return rule.b, {"entry": entry.labels, "expected": listed(labels) if labels else ", ".join(allowed)}


def _list_needs(rule: Rule, values: Values, around: Surroundings) -> Broken | None:
    entry = _entry(rule, values, around)
    if entry is None or entry.attributes.get(rule.attribute) not in rule.values:
        return None
    broken = _missing(rule, values, around)
    return (broken[0], {**broken[1], "entry": entry.labels}) if broken else None


def _entry(rule: Rule, values: Values, around: Surroundings) -> Choice | None:
    """Return what the list of the rule's column says of its value."""
    return around.lists.get(rule.a, {}).get(str(values.get(rule.a)))


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
