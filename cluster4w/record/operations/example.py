"""The example operation ``mali-2016``: believable, invented, marked as an example everywhere."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import GazetteerEdition, NilReport, Operation, Organisation, Participation
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.example_rows import ExampleRow, example_rows
from cluster4w.record.operations.needs import Figure, save_needs
from cluster4w.record.operations.people import add_person
from cluster4w.record.operations.shipping import COUNTRY, EDITION, ship_reference_data
from cluster4w.record.operations.templates import begin_versions
from cluster4w.record.queries.areas import get_edition, load_gazetteer
from cluster4w.record.queries.operations import template_of
from cluster4w.template.declaration import DATA, shipped_declaration
from cluster4w.template.kinds import Values

SLUG = "mali-2016"
GROUPS = ("idps", "returnees")
SUB_SECTORS = ("shelter", "nfi")

_CORRECTED_AFTER = dt.timedelta(days=4, hours=2)


@dataclass(frozen=True, slots=True)
class SignIn:
    """An example person with the password that is shown once."""

    role: str
    email: str
    password: str


def example_plan(path: Path = DATA / "example" / "mali-2016.toml") -> dict[str, Any]:
    """Return the declaration of the example: organisations, shares, activities, people."""
    with path.open("rb") as stream:
        return tomllib.load(stream)


def load_example(session: orm.Session) -> list[SignIn]:
    """Make the example operation; returns its sign-ins, once. Where it exists, nothing changes."""
    if session.scalar(sa.select(Operation.id).where(Operation.slug == SLUG)) is not None:
        return []
    edition = get_edition(session, COUNTRY, EDITION)
    if edition is None:
        ship_reference_data(session)
        edition = get_edition(session, COUNTRY, EDITION)
    assert edition is not None  # noqa: S101 - shipped one line above
    plan = example_plan()
    operation = _operation(session, plan, edition)
    agencies = _organisations(session, plan, operation)
    _needs(session, plan, operation)
    _activities(session, plan, operation, agencies)
    reports = _Reports(operation, plan)
    for acronym, months in plan["nil"].items():
        for month in months:
            session.add(
                NilReport(
                    operation_id=operation.id,
                    organisation_id=agencies[acronym],
                    month=month,
                    created_at=reports.received(acronym, month),
                )
            )
    log(session, "example.loaded", subject="operation", subject_id=operation.id, operation=operation)
    return _people(session, plan, operation, agencies)


def _operation(session: orm.Session, plan: Mapping[str, Any], edition: GazetteerEdition) -> Operation:
    operation = Operation(
        slug=SLUG,
        title=plan["operation"]["title"],
        country=COUNTRY,
        edition_id=edition.id,
        plan_start=dt.date(2016, 1, 1),
        plan_end=dt.date(2016, 12, 31),
        household_size=plan["operation"]["household_size"],
        household_size_source=plan["operation"]["household_size_source"],
        is_example=True,
        template=shipped_declaration(),
    )
    session.add(operation)
    session.flush()
    begin_versions(session, operation, actor=None)
    return operation


def _organisations(session: orm.Session, plan: Mapping[str, Any], operation: Operation) -> dict[str, int]:
    """Register the example's organisations; returns acronym to key. Those that exist already are taken."""
    wanted = plan["organisations"]
    known = {
        (o.acronym, o.name): o
        for o in session.scalars(
            sa.select(Organisation).where(Organisation.acronym.in_([o["acronym"] for o in wanted]))
        )
    }
    found: dict[str, Organisation] = {}
    for entry in wanted:
        organisation = known.get((entry["acronym"], entry["name"]))
        if organisation is None:
            organisation = Organisation(
                acronym=entry["acronym"], name=entry["name"], type=entry["type"], origin="shipped"
            )
            session.add(organisation)
        found[entry["acronym"]] = organisation
    session.flush()
    session.add_all(
        Participation(operation_id=operation.id, organisation_id=found[e["acronym"]].id, role=e["role"])
        for e in wanted
    )
    session.flush()
    return {acronym: organisation.id for acronym, organisation in found.items()}


def split(total: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return the total in whole parts by share; the largest remainders get the units that are left.

    >>> split(10, {"a": 0.5, "b": 0.25, "c": 0.25})
    {'a': 5, 'b': 3, 'c': 2}
    """
    whole = sum(shares.values())
    exact = {key: total * share / whole for key, share in shares.items()}
    parts = {key: int(value) for key, value in exact.items()}
    left = total - sum(parts.values())
    for key in sorted(exact, key=lambda k: (parts[k] - exact[k], k))[:left]:
        parts[key] += 1
    return parts


def _needs(session: orm.Session, plan: Mapping[str, Any], operation: Operation) -> None:
    """Save the published national figures, and their invented split with invented targets."""
    published = plan["published"]
    save_needs(
        session,
        operation,
        [
            Figure("in_need", 0, operation.country, sub, group, "individual", float(published[group]))
            for sub in SUB_SECTORS
            for group in GROUPS
        ],
        source=published["source"],
        dated=published["dated"],
        note=published["note"],
        loaded_at=_noon(published["dated"]),
    )
    figures = []
    for group in GROUPS:
        for pcode, people in split(published[group], plan["shares"][group]).items():
            for sub in SUB_SECTORS:
                share = plan["target_share"][sub][group]
                targeted = round(people / operation.household_size * share)
                figures.append(Figure("in_need", 2, pcode, sub, group, "individual", float(people)))
                if targeted:
                    figures.append(Figure("targeted", 2, pcode, sub, group, "household", float(targeted)))
    save_needs(
        session,
        operation,
        figures,
        source=plan["split"]["source"],
        dated=plan["split"]["dated"],
        note=plan["split"]["note"],
        invented=True,
        loaded_at=_noon(plan["split"]["dated"]),
    )


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def _activities(
    session: orm.Session, plan: Mapping[str, Any], operation: Operation, agencies: Mapping[str, int]
) -> None:
    """Record the rows, and a correction of some of them, so that the history has something to show."""
    template = template_of(operation)
    gazetteer = load_gazetteer(session, operation.edition_id)
    rows = list(example_rows(plan, template, gazetteer))
    reports = _Reports(operation, plan)
    record_versions(
        session,
        operation,
        [
            Change(agencies[row.acronym], row.values, uid=row.uid, recorded_at=reports.of_row(row))
            for row in rows
        ],
        actor=None,
        action="example.recorded",
    )
    # A report may be corrected for some days after it came.
    corrected = rows[::29]
    record_versions(
        session,
        operation,
        [
            Change(
                agencies[row.acronym],
                _corrected(row.values),
                uid=row.uid,
                recorded_at=reports.of_row(row) + _CORRECTED_AFTER,
            )
            for row in corrected
        ],
        actor=None,
        action="example.corrected",
    )


class _Reports:
    """When each organisation's report of a month came: most some days before it was due, a few late."""

    def __init__(self, operation: Operation, plan: Mapping[str, Any]) -> None:
        self._due_day = operation.due_day
        self._number = {entry["acronym"]: index for index, entry in enumerate(plan["organisations"])}
        self._late: Mapping[str, list[str]] = plan["late"]

    def received(self, acronym: str, month: str) -> dt.datetime:
        """Return the moment; it is invented, like all of the example."""
        first = dt.datetime.fromisoformat(f"{month}-01T08:30:00+00:00")
        following = (first + dt.timedelta(days=32)).replace(day=1)
        number = self._number[acronym]
        if month in self._late.get(acronym, []):
            days = self._due_day + 3 + number % 4
        else:
            days = self._due_day - 2 - (number * 3 + first.month) % 6
        return following + dt.timedelta(days=days, minutes=37 * number)

    def of_row(self, row: ExampleRow) -> dt.datetime:
        """Return when a row came."""
        return self.received(row.acronym, str(row.values["period"]))


def _corrected(values: Values) -> Values:
    return {**values, "comments": "Donnée précisée après vérification."}


def _people(
    session: orm.Session, plan: Mapping[str, Any], operation: Operation, agencies: Mapping[str, int]
) -> list[SignIn]:
    sign_ins = []
    for entry in plan["people"]:
        password = add_person(
            session,
            email=entry["email"],
            name=entry["name"],
            role=entry["role"],
            operation=operation,
            organisation_id=agencies.get(entry.get("organisation", "")),
            actor=None,
        )
        if password is not None:
            sign_ins.append(SignIn(entry["role"], entry["email"], password))
    return sign_ins
