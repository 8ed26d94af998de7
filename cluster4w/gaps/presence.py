"""The month at a glance: who reported, and where each sub-sector stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import orm

from cluster4w.gaps.adding_up import plain_sums
from cluster4w.gaps.counting import Asked, counts_beside, factor_of, window_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.rules import Amount, types_of
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.models import Operation
from cluster4w.record.queries.coverage import REACHED, Unit, Window
from cluster4w.record.queries.ledger import choose, lines_of
from cluster4w.record.queries.left_out import load_doubles
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.presence import Reported, reported
from cluster4w.record.queries.templates import template_then
from cluster4w.template.language import Labels

Timing = Literal["on_time", "late", "none"]


@dataclass(frozen=True, slots=True)
class ReportingStatus:
    """What one organisation reported for a month.

    ``timing``: by the first row or the nil report against the due day; ``none``: nothing was reported.
    ``households_reached`` per sub-sector: completed rows, plainly added (assistances); None: not said.
    """

    organisation_id: int
    acronym: str
    name: str
    type: str
    role: str
    rows: int
    nil: bool
    timing: Timing
    reported_at: dt.datetime | None
    changed_at: dt.datetime | None
    households_reached: dict[str, int | None]


def due_day(operation: Operation, month: str) -> dt.date:
    """Return the last day on which a month's report is on time: a day of the month after it."""
    first = dt.date.fromisoformat(f"{month}-01")
    following = (first + dt.timedelta(days=32)).replace(day=1)
    last = (following + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return following.replace(day=min(operation.due_day, last.day))


def reporting_status(
    session: orm.Session,
    operation: Operation,
    month: str,
    *,
    due: dt.date | None = None,
    as_of: dt.datetime | None = None,
) -> list[ReportingStatus]:
    """Return one line per participating organisation (donors apart), by acronym.

    ``due`` is the day from the period itself, where it was moved; by default the operation's due day.
    ``as_of``: as the record was at that moment.
    """
    last = due or due_day(operation, month)
    window = Window(month, month, as_of)
    reached = {
        key: _reached_by_organisation(session, operation, window, key) for key in _sub_sectors(operation)
    }
    return [
        ReportingStatus(
            r.organisation_id,
            r.acronym,
            r.name,
            r.type,
            r.role,
            r.rows,
            r.nil,
            _timing(r, last),
            r.reported_at,
            r.changed_at,
            {key: values.get(r.organisation_id) for key, values in reached.items()},
        )
        for r in reported(session, operation, month, as_of)
        if r.role != "donor" or r.rows
    ]


def _timing(entry: Reported, due: dt.date) -> Timing:
    if not entry.rows and not entry.nil:
        return "none"
    if entry.reported_at is None:
        return "late"
    return "on_time" if entry.reported_at.date() <= due else "late"


def _sub_sectors(operation: Operation) -> dict[str, Labels]:
    return {c.key: c.labels for c in template_of(operation).lists["sub_sector"]}


def _reached_by_organisation(
    session: orm.Session, operation: Operation, window: Window, sub_sector: str
) -> dict[int, int]:
    types = [c.key for c in types_of(template_then(session, operation, window.as_of), sub_sector)]
    chosen = choose(lines_of(session, operation), window, types=types, statuses=REACHED)
    factor = factor_of(operation, "household")
    return {
        number: round(amount.value)
        for (number,), amount, _ in plain_sums(chosen, ("organisation",), "household", factor)
        if amount.known
    }


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Where one sub-sector stands, in households; None is "not available"."""

    sub_sector: str
    labels: Labels
    target: int | None
    reached: int | None
    planned: int | None
    gap: int | None
    coverage: float | None
    organisations: int
    #: Cercles in which an organisation has a row.
    cercles: int
    #: Cercles with a target in which nobody was reached.
    cercles_without_help: int
    converted: bool
    #: The table by cercle that they come from.
    table: GapTable


def key_figures(
    session: orm.Session, operation: Operation, month: str | None, *, as_of: dt.datetime | None = None
) -> list[KeyFigures]:
    """Return the key figures of each sub-sector, cumulated to ``month``. People of two are never added.

    ``as_of``: as the record was at that moment.
    """
    found = []
    for key, labels in _sub_sectors(operation).items():
        table = gap_table(session, operation, Question(level=2, month=month, sub_sector=key, as_of=as_of))
        areas = [r for r in table.rows if r.kind == "area"]
        found.append(
            KeyFigures(
                key,
                labels,
                table.total.target,
                table.total.reached,
                table.total.planned,
                table.total.gap,
                table.total.coverage,
                table.organisations,
                sum(1 for r in areas if r.organisations),
                sum(1 for r in areas if r.target and r.reached == 0),
                table.converted,
                table,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class PeopleEstimate:
    """People reached by the cluster as a whole: **an estimate**, and always to be called one.

    Per area and population group the larger sub-sector counts, because the same people often get both.
    """

    value: int | None
    converted: bool
    #: What each sub-sector reached by its own counting rules, for the reader to compare.
    by_sub_sector: dict[str, int | None]


def people_estimate(
    session: orm.Session,
    operation: Operation,
    month: str | None,
    *,
    unit: Unit = "individual",
    as_of: dt.datetime | None = None,
) -> PeopleEstimate:
    """Return the larger of the sub-sectors per cercle and population group, summed.

    ``as_of``: as the record was at that moment.
    """
    window = window_of(operation, month, as_of)
    largest: dict[object, Amount] = {}
    by_sub_sector: dict[str, int | None] = {}
    doubles, lines = load_doubles(session, operation, window), lines_of(session, operation)
    for sub_sector in _sub_sectors(operation):
        asked = Asked(2, sub_sector, unit, window)
        found = counts_beside(session, operation, asked, doubles, "population_group", lines)
        known = {place: count.reached for place, count in found.items() if count.reached.known}
        by_sub_sector[sub_sector] = round(sum(a.value for a in known.values())) if known else None
        for place, amount in known.items():
            if amount.value >= largest.get(place, Amount()).value:
                largest[place] = amount
    return PeopleEstimate(
        round(sum(a.value for a in largest.values())) if largest else None,
        any(a.converted for a in largest.values()),
        by_sub_sector,
    )
