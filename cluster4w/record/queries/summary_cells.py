"""What the summary has to hold, calculated from the rows of the record: one definition for every use.

The statements take rows with a sign, so that they serve the whole record (made anew, verified) as well as
what a transaction adds to it (new versions) and takes from it (the versions they supersede).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, SummaryCell, SummaryMonth, SummaryPresence
from cluster4w.models.summary import EVERY_GROUP, OUTSIDE
from cluster4w.record.queries.coverage import PLANNED, REACHED
from cluster4w.record.queries.presence import NEVER
from cluster4w.record.summary_rules import SummaryRules
from cluster4w.template.lists import CountingRule

#: Which rows: all in force; or the versions with keys above ``:last``, and those that they supersede.
Rows = Literal["all", "new", "changed"]

OPERATION = sa.bindparam("operation", type_=sa.Integer)
LAST = sa.bindparam("last", type_=sa.BigInteger)

#: The four figures that each amount of a cell has, in the order of the columns.
UNITS = ("households", "individuals", "households_alone", "individuals_alone")
FIGURES = tuple(
    c.name
    for c in SummaryCell.__table__.columns
    if c.name == "rows" or c.name.startswith(("helped", "reached", "planned", "not_first", "first_unsaid"))
)
_AREA = ("adm1", "adm2", "adm3")
_CELL_KEY = ("sub_sector", "population_group", *_AREA, "month")
_PRESENCE_KEY = ("sub_sector", "population_group", *_AREA, "organisation_id")
_MONTH_KEY = ("month", "activity_type", "population_group")

Row = type[Activity]
Condition = sa.ColumnElement[bool]


def _sources(rows: Rows) -> list[tuple[Row, int, Any, list[Condition]]]:
    """Return the sources of rows: each an alias of the table, its sign, what it is read from, conditions."""
    if rows == "all":
        row = orm.aliased(Activity)
        return [(row, 1, row, [row.operation_id == OPERATION, row.superseded_at.is_(None)])]
    new = orm.aliased(Activity)
    found: list[tuple[Row, int, Any, list[Condition]]] = [(new, 1, new, recorded(new))]
    if rows == "changed":
        old, after = orm.aliased(Activity), orm.aliased(Activity)
        found.append((old, -1, orm.join(after, old, follows(old, after)), recorded(after)))
    return found


def recorded(row: Row) -> list[Condition]:
    """Return the conditions for the versions that a transaction recorded: their keys lie above ``last``."""
    # SQLite would rather walk over all of the operation's rows by an index of theirs; of a sum it knows none.
    return [row.operation_id + 0 == OPERATION, row.id > LAST]


def follows(old: Row, new: Row) -> Condition:
    """Return the condition that a version took the place of another."""
    return sa.and_(old.operation_id == new.operation_id, old.uid == new.uid, old.version == new.version - 1)


def said(row: Row) -> tuple[Any, Any]:
    """Return the households and the individuals of a row.

    Completed rows speak by their reached figures; planned and ongoing ones by their targeted figures, and by
    the reached ones where they hold no target at all.
    """
    done = row.status.in_(REACHED)

    def figure(reached: Any, targeted: Any, other: Any) -> Any:
        promised = sa.func.coalesce(targeted, sa.case((other.is_(None), reached)))
        return sa.case((done, reached), else_=promised)

    return (
        figure(row.households_reached, row.households_targeted, row.individuals_targeted),
        figure(row.individuals_reached, row.individuals_targeted, row.households_targeted),
    )


def counted(row: Row, types: Mapping[str, str]) -> list[Condition]:
    """Return the conditions for rows of these types that say what was reached or is planned."""
    return [
        row.withdrawn == sa.false(),
        row.activity_type.in_(sorted(types)),
        row.status.in_((*REACHED, *PLANNED)),
    ]


def _text(column: Any) -> Any:
    return sa.func.coalesce(column, sa.literal_column("''"))


def _month(row: Row, rules: SummaryRules) -> Any:
    return sa.case((row.period >= rules.first_month, row.period), else_=sa.literal(OUTSIDE, sa.Text))


def _sub_sector(row: Row, types: Mapping[str, str], otherwise: Any = None) -> Any:
    keys: dict[str, list[str]] = {}
    for key, sub_sector in sorted(types.items()):
        keys.setdefault(sub_sector, []).append(key)
    cases = [(row.activity_type.in_(found), sa.literal(sub, sa.Text)) for sub, found in keys.items()]
    return sa.case(*cases, else_=otherwise) if cases else sa.literal("", sa.Text)


def _places(row: Row) -> list[Any]:
    codes = (row.adm1_pcode, row.adm2_pcode, row.adm3_pcode)
    return [_text(code).label(name) for code, name in zip(codes, _AREA, strict=True)]


def _flag(condition: Any) -> Any:
    return sa.case((condition, 1), else_=0)


def _facts(row: Row, sign: int, source: Any, conditions: list[Condition], rules: SummaryRules) -> Any:
    """Return what each row has to say to its cell."""
    households, individuals = said(row)
    plain, new = rules.counted(CountingRule.SUM), rules.counted(CountingRule.SUM_NEW)
    first = row.first_time_assisted
    only_new = row.activity_type.in_(sorted(new))
    return (
        sa.select(
            _sub_sector(row, rules.counted()).label("sub_sector"),
            _text(row.population_group).label("population_group"),
            *_places(row),
            _month(row, rules).label("month"),
            sa.literal(sign).label("sign"),
            _flag(row.status.in_(REACHED)).label("done"),
            _flag(sa.or_(row.activity_type.in_(sorted(plain)), sa.and_(only_new, first == sa.true()))).label(
                "counts"
            ),
            _flag(sa.and_(only_new, first == sa.false())).label("not_first"),
            _flag(sa.and_(only_new, first.is_(None))).label("first_unsaid"),
            households.label("households"),
            individuals.label("individuals"),
        )
        .select_from(source)
        .where(*conditions, *counted(row, rules.counted()))
    )


def _sum(value: Any, *when: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*when), value)) if when else value), 0)


@lru_cache(maxsize=32)
def cells(rules: SummaryRules, rows: Rows) -> Any:
    """Return the statement of the cells but for the figures of types counted by their largest month.

    Its columns are those of :class:`SummaryCell` in their order. Parameters: operation, last.
    """
    facts = sa.union_all(*(_facts(*source, rules) for source in _sources(rows))).subquery("facts")
    f = facts.c
    done, planned, counts = f.done == 1, f.done == 0, f.counts == 1
    says = sa.or_(f.households.is_not(None), f.individuals.is_not(None))
    figures = (
        f.households,
        f.individuals,
        sa.case((f.individuals.is_(None), f.households)),
        sa.case((f.households.is_(None), f.individuals)),
    )
    sums = [
        *(_sum(f.sign * figure, done) for figure in figures),
        *(_sum(f.sign * figure, done, counts) for figure in figures),
        *(_sum(f.sign * figure, planned, counts) for figure in figures),
        _sum(f.sign),
        _sum(f.sign, planned),
        _sum(f.sign, done, says),
        _sum(f.sign, planned, says),
        _sum(f.sign * f.not_first),
        _sum(f.sign * f.first_unsaid),
    ]
    keys = [f[name] for name in _CELL_KEY]
    fine = sa.select(*keys, *(s.label(n) for s, n in zip(sums, FIGURES, strict=True))).group_by(*keys)
    totals = {name: sa.cast(sa.func.sum(sa.column(name)), sa.BigInteger) for name in FIGURES}
    return _at_both_levels(fine, _CELL_KEY, totals)


def _at_both_levels(fine: sa.Select[Any], key: tuple[str, ...], totals: Mapping[str, Any]) -> Any:
    """Return what rows by commune and group come to by commune and cercle, and for all groups together.

    One arm for each of the four: spreading the rows over them and grouping once would sort four times more.
    """
    rows = fine.cte("fine")
    arms = []
    for level in (2, 3):
        for every in (False, True):
            keys = {name: rows.c[name] for name in key if name not in ("population_group", "adm3")}
            if not every:
                keys["population_group"] = rows.c.population_group
            if level == 3:
                keys["adm3"] = rows.c.adm3
            finest = level == 3 and not every
            shown = keys | {name: rows.c[name] if finest else total for name, total in totals.items()}
            shown["population_group"] = keys.get("population_group", sa.literal_column(f"'{EVERY_GROUP}'"))
            shown["adm3"] = keys.get("adm3", sa.literal_column("''"))
            arm = sa.select(
                OPERATION.label("operation_id"),
                sa.literal_column(str(level)).label("level"),
                *(shown[name].label(name) for name in (*key, *totals)),
            ).select_from(rows)
            arms.append(arm if finest else arm.group_by(*keys.values()))
    return sa.union_all(*arms)


def present(row: Row, rules: SummaryRules) -> list[Condition]:
    """Return the conditions for rows that are presence, whatever their figures."""
    return [
        row.withdrawn == sa.false(),
        sa.or_(row.status.is_(None), row.status.not_in(NEVER)),
        sa.or_(row.activity_type.is_(None), row.activity_type.in_(sorted(rules.every_type()))),
    ]


def presence_facts(row: Row, rules: SummaryRules) -> list[Any]:
    """Return the key and the month of a row's presence; no sub-sector: it is presence in every one."""
    sub_sector = _sub_sector(row, rules.every_type(), _text(row.sub_sector))
    return [
        sub_sector.label("sub_sector"),
        _text(row.population_group).label("population_group"),
        *_places(row),
        row.organisation_id.label("organisation_id"),
        _month(row, rules).label("first_month"),
    ]


@lru_cache(maxsize=32)
def presences(rules: SummaryRules, rows: Literal["all", "new"]) -> Any:
    """Return the statement of presence, with the columns of :class:`SummaryPresence` in their order."""
    ((row, _, source, conditions),) = _sources(rows)
    return presences_of(rules, row, source, conditions)


def presences_of(rules: SummaryRules, row: Row, source: Any, conditions: list[Condition]) -> Any:
    """Return the statement of the presence of some rows."""
    facts = (
        sa.select(*presence_facts(row, rules))
        .select_from(source)
        .where(*conditions, *present(row, rules))
        .subquery("facts")
    )
    keys = [facts.c[name] for name in _PRESENCE_KEY]
    fine = sa.select(*keys, sa.func.min(facts.c.first_month).label("first_month")).group_by(*keys)
    first: Any = sa.func.min(sa.column("first_month"))
    return _at_both_levels(fine, _PRESENCE_KEY, {"first_month": first})


@lru_cache(maxsize=32)
def months(rules: SummaryRules, rows: Rows) -> sa.Select[Any]:
    """Return the statement of the rows by month, with the columns of :class:`SummaryMonth` in their order."""
    facts = sa.union_all(
        *(
            sa.select(
                _text(row.period).label("month"),
                _text(row.activity_type).label("activity_type"),
                _text(row.population_group).label("population_group"),
                sa.literal(sign).label("sign"),
                _flag(row.status.in_((*REACHED, *PLANNED))).label("counted"),
            )
            .select_from(source)
            .where(*conditions, row.withdrawn == sa.false())
            for row, sign, source, conditions in _sources(rows)
        )
    ).subquery("facts")
    keys = [facts.c[name] for name in _MONTH_KEY]
    return sa.select(
        OPERATION.label("operation_id"),
        *keys,
        sa.func.sum(facts.c.sign).label("rows"),
        sa.func.sum(facts.c.sign * facts.c.counted).label("counted"),
    ).group_by(*keys)


CELLS = SummaryCell.__table__
PRESENCES = SummaryPresence.__table__
MONTHS = SummaryMonth.__table__
