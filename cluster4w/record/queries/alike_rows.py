"""The rows of the record that are compared with one another, and the pairs of them that are settled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, DoubleCount, DoubleCountDecision, Operation, Organisation
from cluster4w.record.alike import Comparer, Facts
from cluster4w.record.queries.coverage import PLANNED, REACHED, Window, current_rows, raw_rows
from cluster4w.record.queries.operations import template_of

#: Statuses with which a row counts somebody.
COUNTED = (*REACHED, *PLANNED)
#: Identities per statement.
BATCH = 500


def sub_sectors_of(operation: Operation) -> dict[str, str]:
    """Return activity type to sub-sector."""
    return {c.key: str(c.attributes["sub_sector"]) for c in template_of(operation).activity_types}


def comparer_of(
    session: orm.Session, operation: Operation, newcomers: Mapping[int, tuple[str, str]] | None = None
) -> Comparer:
    """Return what compares the rows of an operation.

    ``newcomers``: acronym and name of organisations that are not registered yet, by their number in rows.
    """
    rows = session.execute(sa.select(Organisation.id, Organisation.acronym, Organisation.name))
    names = {id_: (acronym, name) for id_, acronym, name in rows}
    return Comparer(operation.household_size, names | dict(newcomers or {}))


def said_figure(name: str, other: str) -> Any:
    """Return what a row counts with: as the gap table does, without converting."""
    reached, target = getattr(Activity, f"{name}_reached"), getattr(Activity, f"{name}_targeted")
    other_target = getattr(Activity, f"{other}_targeted")
    promised = sa.func.coalesce(target, sa.case((other_target.is_(None), reached)))
    return sa.case((Activity.status.in_(REACHED), reached), else_=promised)


def _facts(operation: Operation) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Activity.uid,
        Activity.organisation_id,
        Activity.period,
        Activity.adm1_pcode,
        Activity.adm2_pcode,
        Activity.adm3_pcode,
        Activity.activity_type,
        Activity.status,
        Activity.population_group,
        said_figure("households", "individuals"),
        said_figure("individuals", "households"),
        Activity.quantity,
        Activity.unit,
        Activity.site_pcode,
        Activity.site_name,
        Activity.start_date,
        Activity.end_date,
        Activity.modality,
        Activity.activity_detail,
        Activity.project_code,
        Activity.programme_org,
        Activity.implementing_partner,
        Activity.donor,
    ).where(
        *current_rows(operation, Window()),
        Activity.activity_type.in_(sub_sectors_of(operation)),
        Activity.status.in_(COUNTED),
    )


def facts_of_region(session: orm.Session, operation: Operation, region: str | None) -> list[Facts]:
    """Return the rows in force that count in one region; those without a region for None."""
    here = Activity.adm1_pcode.is_(None) if region is None else Activity.adm1_pcode == region
    return list(map(Facts._make, raw_rows(session, _facts(operation).where(here))))


def facts_of_areas(
    session: orm.Session,
    operation: Operation,
    *,
    cercles: Collection[str],
    regions: Collection[str],
    months: Collection[str],
) -> list[Facts]:
    """Return the rows in force that count, in some months: in some cercles, or in some regions only."""
    found: list[Facts] = []
    wanted: list[tuple[sa.ColumnElement[bool], ...]] = []
    if cercles:
        wanted.append((Activity.adm2_pcode.in_(sorted(cercles)),))
    if regions:
        wanted.append((Activity.adm2_pcode.is_(None), Activity.adm1_pcode.in_(sorted(regions))))
    for where in wanted:
        statement = _facts(operation).where(*where, Activity.period.in_(sorted(months)))
        found.extend(map(Facts._make, raw_rows(session, statement)))
    return found


def facts_of_uids(session: orm.Session, operation: Operation, uids: Collection[str]) -> dict[str, Facts]:
    """Return the rows in force that count, of these identities."""
    found: dict[str, Facts] = {}
    for some in in_batches(uids):
        for row in raw_rows(session, _facts(operation).where(Activity.uid.in_(some))):
            found[row[0]] = Facts._make(row)
    return found


def in_batches(uids: Collection[str]) -> Iterator[list[str]]:
    """Yield the identities in lists that one statement takes."""
    ordered = sorted(uids)
    for at in range(0, len(ordered), BATCH):
        yield ordered[at : at + BATCH]


def settled_prints(
    session: orm.Session, operation: Operation, uids: Collection[str]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the settled pairs of some activities, with the fingerprints of the rows that were decided on."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for some in in_batches(uids):
        for column in (DoubleCount.first_uid, DoubleCount.second_uid):
            rows = session.execute(
                sa.select(
                    DoubleCount.first_uid,
                    DoubleCount.second_uid,
                    DoubleCountDecision.first_print,
                    DoubleCountDecision.second_print,
                )
                .join(DoubleCountDecision, DoubleCountDecision.double_count_id == DoubleCount.id)
                .where(
                    DoubleCount.operation_id == operation.id,
                    DoubleCountDecision.ended_at.is_(None),
                    column.in_(some),
                )
            )
            found |= {(one, two): (first, second) for one, two, first, second in rows}
    return found
