"""Rules across the cells of a row, as the template declares them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from cluster4w.template.kinds import Value, Values
from cluster4w.template.rules import Check, Rule

#: What a broken rule says: the column it is shown at, and the parameters of its words.
Broken = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RuleRunner:
    """The rules of a template that a file's columns can break."""

    #: Rule, the column without which it cannot be broken ("" for none), the columns of the file.
    rules: tuple[tuple[Rule, str, frozenset[str]], ...]
    today: dt.date

    @classmethod
    def of(cls, rules: Iterable[Rule], keys: Iterable[str], today: dt.date | None = None) -> RuleRunner:
        """Keep the rules that only speak of columns the file has; any_of and needs may miss some."""
        present = set(keys)
        kept = []
        for rule in rules:
            mentioned = {k for k in (rule.a, rule.b, rule.total, *rule.parts, *rule.only) if k}
            if rule.check in (Check.ANY_OF, Check.NEEDS, Check.STATUS_DATES):
                usable = mentioned <= present and bool(present & set(rule.columns))
            elif rule.check is Check.PARTS_WITHIN:
                usable = rule.total in present and bool(present & set(rule.parts))
            else:
                usable = mentioned <= present
            if usable:
                kept.append((rule, rule.total or rule.a, frozenset(present)))
        return cls(tuple(kept), today or dt.datetime.now(dt.UTC).date())

    def broken(self, values: Values) -> Iterable[tuple[Rule, Broken]]:
        """Yield the rules that a row breaks."""
        for rule, trigger, present in self.rules:
            if trigger and trigger not in values:
                continue
            if rule.only and not all(str(values.get(k)) in v for k, v in rule.only.items()):
                continue
            found = run(rule, values, present, self.today)
            if found is not None:
                yield rule, found


def run(rule: Rule, values: Values, present: frozenset[str], today: dt.date) -> Broken | None:
    """Return what is broken, or None."""
    check: Callable[[Rule, Values], Broken | None]
    match rule.check:
        case Check.NOT_BEFORE:
            check = _not_before
        case Check.PARTS_SUM:
            check = _parts_sum
        case Check.PARTS_WITHIN:
            check = _parts_within
        case Check.NOT_ABOVE:
            check = _not_above
        case Check.RATIO_BETWEEN:
            check = _ratio
        case Check.NEEDS:
            return _needs(rule, values, present)
        case Check.ANY_OF:
            return _any_of(rule, values, present)
        case Check.STATUS_DATES:
            return _status_dates(rule, values, today)
        case _:
            assert_never(rule.check)
    return check(rule, values)


def _figure(values: Mapping[str, Value], key: str) -> float | None:
    value = values.get(key)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _not_before(rule: Rule, values: Values) -> Broken | None:
    first, second = values.get(rule.a), values.get(rule.b)
    if isinstance(first, dt.date) and isinstance(second, dt.date) and second < first:
        return rule.b, {"a": first.isoformat(), "b": second.isoformat()}
    return None


def _parts_sum(rule: Rule, values: Values) -> Broken | None:
    total = _figure(values, rule.total)
    parts = [_figure(values, p) for p in rule.parts]
    known = [p for p in parts if p is not None]
    if total is None or len(known) < len(parts) or sum(known) == total:
        return None
    return rule.total, {"sum": _shown(sum(known)), "total": _shown(total)}


def _parts_within(rule: Rule, values: Values) -> Broken | None:
    total = _figure(values, rule.total)
    if total is None:
        return None
    known = [p for k in rule.parts if (p := _figure(values, k)) is not None]
    if sum(known) > total:
        return rule.total, {"sum": _shown(sum(known)), "total": _shown(total)}
    return None


def _not_above(rule: Rule, values: Values) -> Broken | None:
    a, b = _figure(values, rule.a), _figure(values, rule.b)
    if a is None or b is None or a <= b:
        return None
    return rule.a, {"a": _shown(a), "b": _shown(b)}


def _ratio(rule: Rule, values: Values) -> Broken | None:
    a, b = _figure(values, rule.a), _figure(values, rule.b)
    if a is None or not b:
        return None
    ratio = a / b
    if rule.low <= ratio <= rule.high:
        return None
    return rule.a, {"ratio": f"{ratio:.1f}", "low": f"{rule.low:g}", "high": f"{rule.high:g}"}


def _needs(rule: Rule, values: Values, present: frozenset[str]) -> Broken | None:
    if str(values.get(rule.a)) not in rule.values:
        return None
    missing = [k for k in rule.columns if k in present and values.get(k) is None]
    return (missing[0], {"missing": ", ".join(missing)}) if missing else None


def _any_of(rule: Rule, values: Values, present: frozenset[str]) -> Broken | None:
    if any(values.get(k) is not None for k in rule.columns):
        return None
    return next(k for k in rule.columns if k in present), {}


def _status_dates(rule: Rule, values: Values, today: dt.date) -> Broken | None:
    status = values.get(rule.a)
    start, end = (values.get(k) for k in rule.columns)
    if status == "completed" and isinstance(end, dt.date) and end > today:
        return rule.columns[1], {"end": end.isoformat(), "start": ""}
    if status == "planned" and isinstance(end, dt.date) and end < today:
        return rule.a, {
            "end": end.isoformat(),
            "start": start.isoformat() if isinstance(start, dt.date) else "",
        }
    return None


def _shown(figure: float) -> str:
    return f"{figure:g}" if abs(figure) < 1e6 else f"{figure:.0f}"
