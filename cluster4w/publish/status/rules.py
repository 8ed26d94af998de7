"""What a formula can say of the declared rules across the cells of a row: one function per check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from cluster4w.intake.judging.rules import fits
from cluster4w.publish.status.row import Problem, Row, all_of, any_of, list_name, month_of
from cluster4w.template.declaration import Template
from cluster4w.template.rules import Check, Rule


def rule_problems(row: Row) -> Iterator[Problem]:
    """Yield what may be wrong across the cells of a row, in the order of the declaration."""
    present = frozenset(row.columns)
    for rule in row.template.rules:
        if not fits(rule, present):
            continue
        condition, at = _broken(rule, row)
        if rule.only:
            # An amount of nothing is no error where the rule does not apply.
            only = all_of(row.is_one_of(key, values) for key, values in rule.only.items())
            condition = f"IF({only},{condition},FALSE)"
        yield from row.problem(rule.code, condition, at, severity=rule.severity, check=str(rule.check))


def _broken(rule: Rule, row: Row) -> tuple[str, str]:  # noqa: C901 - one case a check
    """Return the condition that a row breaks the rule, and the column to name."""
    match rule.check:
        case Check.NOT_BEFORE:
            return f"IF({_numbers(row, rule.a, rule.b)},{row(rule.b)}<{row(rule.a)},FALSE)", rule.b
        case Check.PARTS_SUM:
            differs = f"{_sum(row, rule.parts)}<>{row(rule.total)}"
            return f"IF({_numbers(row, rule.total, *rule.parts)},{differs},FALSE)", rule.total
        case Check.PARTS_WITHIN:
            return (
                f"IF({_numbers(row, rule.total)},{_sum(row, rule.parts)}>{row(rule.total)},FALSE)",
                rule.total,
            )
        case Check.NOT_ABOVE:
            return f"IF({_numbers(row, rule.a, rule.b)},{row(rule.a)}>{row(rule.b)},FALSE)", rule.a
        case Check.RATIO_BETWEEN:
            return _ratio(rule, row), rule.a
        case Check.BETWEEN:
            outside = f"OR({row(rule.a)}<{rule.low:.15g},{row(rule.a)}>{rule.high:.15g})"
            return f"IF({_numbers(row, rule.a)},{outside},FALSE)", rule.a
        case Check.NEEDS:
            return _needs(rule, row), _present(row, rule.columns)[0]
        case Check.FORBIDS:
            filled = any_of(f"N({row(key)})>0" for key in _present(row, rule.columns))
            return f"IF({row.is_one_of(rule.a, rule.values)},{filled},FALSE)", rule.a
        case Check.ANY_OF:
            return all_of(_empty(row, rule.columns)), _present(row, rule.columns)[0]
        case Check.STATUS_DATES:
            return _status_dates(rule, row), rule.a
        case Check.MONTH_FROM:
            return _month_against(rule, row, "<"), rule.a
        case Check.MONTH_UNTIL:
            return _month_against(rule, row, ">"), rule.a
        case Check.NEAR_PLAN:
            first, last = row.plan[0] - rule.low, row.plan[1] + rule.high
            outside = f"OR({row(rule.a)}<{first:.15g},{row(rule.a)}>{last:.15g})"
            return f"IF({_numbers(row, rule.a)},{outside},FALSE)", rule.a
        case Check.LISTED_AS:
            return _listed_as(rule, row), rule.b
        case Check.LIST_NEEDS:
            says = any_of(f'{row.said(rule.a, rule.attribute)}="{value}"' for value in rule.values)
            empty = any_of(_empty(row, rule.columns))
            return f"IF({says},{empty},FALSE)", _present(row, rule.columns)[0]
        case _:
            assert_never(rule.check)


def asked_attributes(template: Template) -> Iterator[tuple[str, str]]:
    """Yield (list name, attribute): what rules ask the entries of a list for."""
    for rule in template.rules:
        if rule.attribute and (name := list_name(template.column(rule.a))) is not None:
            yield name, rule.attribute
            if rule.check is Check.LISTED_AS:
                yield name, f"other_{rule.attribute}"


def _present(row: Row, keys: Sequence[str]) -> list[str]:
    return [key for key in keys if key in row.columns]


def _empty(row: Row, keys: Sequence[str]) -> list[str]:
    return [f'{row(key)}=""' for key in _present(row, keys)]


def _numbers(row: Row, *keys: str) -> str:
    """Return the condition that all of these cells hold numbers or days."""
    return f"COUNT({','.join(row(key) for key in keys)})={len(keys)}"


def _sum(row: Row, keys: Sequence[str]) -> str:
    return f"SUM({','.join(row(key) for key in _present(row, keys))})"


def _ratio(rule: Rule, row: Row) -> str:
    a, b = row(rule.a), row(rule.b)
    outside = f"OR({a}/{b}<{rule.low:.15g},{a}/{b}>{rule.high:.15g})"
    return f"IF({_numbers(row, rule.a, rule.b)},IF({b}=0,FALSE,{outside}),FALSE)"


def _needs(rule: Rule, row: Row) -> str:
    applies = row.is_one_of(rule.a, rule.values) if rule.values else f'{row(rule.a)}<>""'
    return f"IF({applies},{any_of(_empty(row, rule.columns))},FALSE)"


def _status_dates(rule: Rule, row: Row) -> str:
    """A completed row does not end in the future, a planned one has not ended."""
    end = row(rule.columns[1])
    completed = f"IF({row.is_one_of(rule.a, ['completed'])},{end}>TODAY(),FALSE)"
    planned = f"IF({row.is_one_of(rule.a, ['planned'])},{end}<TODAY(),FALSE)"
    return f"IF(ISNUMBER({end}),OR({completed},{planned}),FALSE)"


def _month_against(rule: Rule, row: Row, sign: str) -> str:
    month, day = row.entry(rule.a), row(rule.b)
    return f'IF(ISNUMBER({day}),IF({month}="",FALSE,{month}{sign}{month_of(day)}),FALSE)'


def _listed_as(rule: Rule, row: Row) -> str:
    """An entry that says nothing allows everything."""
    own, others = (row.said(rule.a, name) for name in (rule.attribute, f"other_{rule.attribute}"))
    given = row.entry(rule.b)
    allowed = f'" "&{own}&" "&{others}&" "'
    stray = f'ISERROR(FIND(" "&{given}&" ",{allowed}))'
    return f'IF(OR({own}="",{given}=""),FALSE,{stray})'
