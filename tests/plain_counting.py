"""The response counted with a pencil: slow, one row at a time, and meant to be obviously right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cluster4w.models import Activity
from cluster4w.template.lists import Choice

COUNTED = ("completed", "planned", "ongoing")


@dataclass
class Line:
    """What the rows of one area come to. The three amounts are None where no row says a number."""

    reached: float | None = None
    planned: float | None = None
    assistances: float | None = None
    rows: int = 0
    planned_rows: int = 0
    silent: int = 0
    not_first: int = 0
    first_unsaid: int = 0
    organisations: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Counting:
    """How to count: the question, and what the operation declares."""

    types: dict[str, Choice]
    household_size: float
    level: int
    sub_sector: str
    unit: str
    group: str | None
    first: str | None
    last: str | None
    organisation: int | None = None
    activity_type: str | None = None


def count(rows: Iterable[Activity], left_out: set[int], how: Counting) -> dict[tuple[Any, ...], Line]:
    """Return the line of each area (region, cercle, commune; None where a row names none)."""
    lines: dict[tuple[Any, ...], Line] = defaultdict(Line)
    parts: dict[tuple[Any, ...], list[Activity]] = defaultdict(list)
    for row in rows:
        if not _is_asked(row, how):
            continue
        area = (row.adm1_pcode, row.adm2_pcode, row.adm3_pcode if how.level == 3 else None)
        choice = how.types.get(row.activity_type or "")
        if _is_present(row, choice, how):
            lines[area].organisations.add(row.organisation_id)
        if choice is None or choice.attributes["sub_sector"] != how.sub_sector:
            continue
        if choice.attributes["towards_target"] == "yes" and row.status in COUNTED:
            parts[area, row.activity_type, row.population_group].append(row)
    for (area, kind, _group), found in parts.items():
        _add(lines[area], found, left_out, how.types[kind].attributes["counting_rule"], how)
    return dict(lines)


def counts_as_present(row: Activity, how: Counting) -> bool:
    """Tell whether a row is one of those asked for, and shows that its organisation is present."""
    return _is_asked(row, how) and _is_present(row, how.types.get(row.activity_type or ""), how)


def _is_asked(row: Activity, how: Counting) -> bool:
    return (
        row.superseded_at is None
        and not row.withdrawn
        and _in_months(row, how)
        and how.group in (None, row.population_group)
        and how.organisation in (None, row.organisation_id)
        and how.activity_type in (None, row.activity_type)
    )


def _in_months(row: Activity, how: Counting) -> bool:
    if how.first is None and how.last is None:
        return True
    return row.period is not None and (how.first or "") <= row.period <= (how.last or row.period)


def _is_present(row: Activity, choice: Choice | None, how: Counting) -> bool:
    if row.status in ("suspended", "cancelled"):
        return False
    if row.activity_type is None:
        return row.sub_sector in (None, how.sub_sector)
    return choice is not None and choice.attributes["sub_sector"] == how.sub_sector


def people(row: Activity, how: Counting) -> float | None:
    """Return the people that a row says in the asked unit, converted from the other where it lacks that."""
    if row.status == "completed" or (row.households_targeted is None and row.individuals_targeted is None):
        households, individuals = row.households_reached, row.individuals_reached
    else:
        households, individuals = row.households_targeted, row.individuals_targeted
    if how.unit == "household":
        if households is not None:
            return households
        return None if individuals is None else individuals / how.household_size
    if individuals is not None:
        return individuals
    return None if households is None else households * how.household_size


def _add(line: Line, rows: list[Activity], left_out: set[int], rule: str, how: Counting) -> None:
    for reached in (True, False):
        of_status = [row for row in rows if (row.status == "completed") is reached]
        said = [row for row in of_status if people(row, how) is not None]
        kept = [row for row in of_status if row.id not in left_out]
        figures = {row.id: people(row, how) or 0 for row in kept}
        line.rows += len(kept)
        line.planned_rows += 0 if reached else len(kept)
        line.silent += sum(people(row, how) is None for row in kept) if reached else 0
        if rule == "sum_new":
            line.not_first += sum(row.first_time_assisted is False for row in kept)
            line.first_unsaid += sum(row.first_time_assisted is None for row in kept)
        if said and reached:
            line.assistances = (line.assistances or 0) + sum(figures.values())
            line.reached = (line.reached or 0) + _by_rule(kept, figures, rule)
        if said and not reached:
            done = [r for r in rows if r.status == "completed" and r.id not in left_out]
            before = {row.id: people(row, how) or 0 for row in done}
            together = _by_rule([*done, *kept], before | figures, rule)
            line.planned = (line.planned or 0) + together - _by_rule(done, before, rule)


def _by_rule(rows: list[Activity], figures: dict[int, float], rule: str) -> float:
    if rule == "sum":
        return sum(figures[row.id] for row in rows)
    if rule == "sum_new":
        return sum(figures[row.id] for row in rows if row.first_time_assisted is True)
    months: dict[str, dict[str | None, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        site = (row.site_pcode or row.site_name or "").lower() if rule == "max_site" else ""
        months[site][row.period] += figures[row.id]
    return sum(max(values.values()) for values in months.values())
