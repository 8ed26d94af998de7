"""The record row by row, for people: lists with filters, one activity, and its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation, Organisation, Person, StoredFile, Submission
from cluster4w.models.plain_text import contains_words, plain_text
from cluster4w.record.queries.coverage import REACHED
from cluster4w.record.queries.organisations import Agency

#: Rows of one page of a list.
PAGE = 50
#: Words of a search that are looked for; more are ignored.
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a reader may see: everybody's, one organisation's, or, where neither is said, none."""

    everybody: bool = False
    organisation_id: int | None = None

    def condition(self, as_of: dt.datetime | None = None) -> sa.ColumnElement[bool]:
        """Return the condition that every query of rows carries; ``as_of``: of rows of an earlier moment.

        Who reads one organisation's rows reads those that were its own at that moment and still are: what was
        given to another organisation since is no longer its to see.
        """
        if self.everybody:
            return sa.true()
        if self.organisation_id is None:
            return sa.false()
        own = Activity.organisation_id == self.organisation_id
        if as_of is None:
            return own
        now = orm.aliased(Activity)
        still = sa.exists().where(
            now.operation_id == Activity.operation_id,
            now.uid == Activity.uid,
            now.superseded_at.is_(None),
            now.organisation_id == self.organisation_id,
        )
        return sa.and_(own, still)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; None and "" do not narrow.

    ``pcode`` is the code of a region, a cercle or a commune. ``withdrawn``: the withdrawn ones instead.
    """

    month: str | None = None
    organisation_id: int | None = None
    sub_sector: str | None = None
    activity_type: str | None = None
    status: str | None = None
    population_group: str | None = None
    pcode: str | None = None
    text: str = ""
    withdrawn: bool = False

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on the version of an activity that is in force."""
        found: list[sa.ColumnElement[bool]] = [Activity.withdrawn == sa.literal(self.withdrawn)]
        for column, wanted in (
            (Activity.period, self.month),
            (Activity.organisation_id, self.organisation_id),
            (Activity.sub_sector, self.sub_sector),
            (Activity.activity_type, self.activity_type),
            (Activity.status, self.status),
            (Activity.population_group, self.population_group),
        ):
            if wanted is not None:
                found.append(column == wanted)
        if self.pcode is not None:
            codes = (Activity.adm1_pcode, Activity.adm2_pcode, Activity.adm3_pcode)
            found.append(sa.or_(*(code == self.pcode for code in codes)))
        if words := self.text.split()[:MOST_WORDS]:
            found.append(_says(words))
        return found


_SEARCHED = (
    Activity.uid,
    Organisation.acronym,
    Organisation.name,
    Activity.adm1_name,
    Activity.adm2_name,
    Activity.adm3_name,
    Activity.adm3_pcode,
    Activity.site_name,
    Activity.activity_detail,
    Activity.project_code,
    Activity.project_title,
    Activity.implementing_partner,
    Activity.donor,
    Activity.comments,
)


def _says(words: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return whether every word is somewhere in what is searched."""
    everything: sa.ColumnElement[str] = sa.literal(" ")
    for column in _SEARCHED:
        everything = everything + sa.func.coalesce(column, "") + " "
    return contains_words(everything, words)


#: Columns by which a list can be sorted. Choices are sorted in the order in which the caller names them.
SORTS = ("month", "organisation", "activity", "place", "group", "status", "reached", "targeted", "recorded")


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted. ``ranks``: column key to the keys of its list in the wanted order."""

    by: str = "recorded"
    descending: bool = True
    ranks: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def columns(self) -> list[sa.ColumnElement[Any]]:
        """Return what to sort by; rows without a value come last, whichever the direction."""
        keys: dict[str, tuple[Any, ...]] = {
            "month": (Activity.period,),
            "organisation": (plain_text(Organisation.acronym),),
            "activity": (self._rank(Activity.activity_type),),
            "place": tuple(
                plain_text(c) for c in (Activity.adm1_name, Activity.adm2_name, Activity.adm3_name)
            ),
            "group": (self._rank(Activity.population_group),),
            "status": (self._rank(Activity.status),),
            "reached": (Activity.households_reached, Activity.individuals_reached),
            "targeted": (Activity.households_targeted, Activity.individuals_targeted),
            "recorded": (Activity.recorded_at,),
        }
        wanted = [c.desc() if self.descending else c.asc() for c in keys[self.by]]
        return [*(c.nulls_last() for c in wanted), Activity.period.desc().nulls_last(), Activity.uid]

    def _rank(self, column: Any) -> Any:
        keys = self.ranks.get(column.key)
        if not keys:
            return column
        return sa.case({key: number for number, key in enumerate(keys)}, value=column)


class Listed(NamedTuple):
    """One row of a list."""

    uid: str
    organisation: str
    period: str | None
    sub_sector: str | None
    activity_type: str | None
    status: str | None
    adm1_name: str | None
    adm2_name: str | None
    adm3_name: str | None
    site_name: str | None
    population_group: str | None
    households_reached: int | None
    individuals_reached: int | None
    households_targeted: int | None
    individuals_targeted: int | None
    recorded_at: dt.datetime


class Total(NamedTuple):
    """A sub-sector's part of a list. None where no row says anything: absent is not zero.

    Reached adds up completed rows only, and every assistance: it is no count of people.
    """

    sub_sector: str | None
    rows: int
    households_reached: int | None
    individuals_reached: int | None
    households_targeted: int | None
    individuals_targeted: int | None


def _visible(
    operation: Operation, scope: Scope, as_of: dt.datetime | None = None
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for the versions in force now, or at a moment, that a reader may see."""
    in_force: list[sa.ColumnElement[bool]] = [Activity.superseded_at.is_(None)]
    if as_of is not None:
        in_force = [
            Activity.recorded_at <= as_of,
            sa.or_(Activity.superseded_at.is_(None), Activity.superseded_at > as_of),
        ]
    return [Activity.operation_id == operation.id, *in_force, scope.condition(as_of)]


def _counting(
    operation: Operation, scope: Scope, as_of: dt.datetime | None = None
) -> list[sa.ColumnElement[bool]]:
    return [*_visible(operation, scope, as_of), Activity.withdrawn == sa.false()]


def list_activities(
    session: orm.Session,
    operation: Operation,
    scope: Scope,
    wanted: Filter,
    *,
    order: Order,
    page: int = 1,
    as_of: dt.datetime | None = None,
) -> list[Listed]:
    """Return the rows of one page (:data:`PAGE` rows, the first page is 1), now or as of a moment."""
    names = Listed._fields[2:]
    statement = (
        sa.select(Activity.uid, Organisation.acronym, *(getattr(Activity, name) for name in names))
        .join(Organisation, Organisation.id == Activity.organisation_id)
        .where(*_visible(operation, scope, as_of), *wanted.conditions())
        .order_by(*order.columns())
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    )
    return [Listed(*row) for row in session.execute(statement)]


def totals(
    session: orm.Session,
    operation: Operation,
    scope: Scope,
    wanted: Filter,
    *,
    as_of: dt.datetime | None = None,
) -> list[Total]:
    """Return one entry per sub-sector of the rows that :func:`list_activities` pages through, by key."""
    done = Activity.status.in_(REACHED)
    statement = (
        sa.select(
            Activity.sub_sector,
            sa.func.count(),
            sa.func.sum(sa.case((done, Activity.households_reached))),
            sa.func.sum(sa.case((done, Activity.individuals_reached))),
            sa.func.sum(Activity.households_targeted),
            sa.func.sum(Activity.individuals_targeted),
        )
        .join(Organisation, Organisation.id == Activity.organisation_id)
        .where(*_visible(operation, scope, as_of), *wanted.conditions())
        .group_by(Activity.sub_sector)
    )
    found = [Total(*row) for row in session.execute(statement)]
    return sorted(found, key=lambda t: (t.sub_sector is None, t.sub_sector or ""))


def months_with_rows(
    session: orm.Session, operation: Operation, scope: Scope, *, as_of: dt.datetime | None = None
) -> list[str]:
    """Return the months of which this reader can see rows, first to last."""
    statement = (
        sa.select(Activity.period)
        .where(*_counting(operation, scope, as_of), Activity.period.is_not(None))
        .distinct()
        .order_by(Activity.period)
    )
    return [str(month) for month in session.scalars(statement)]


def organisations_with_rows(
    session: orm.Session, operation: Operation, scope: Scope, *, as_of: dt.datetime | None = None
) -> list[Agency]:
    """Return the organisations of which this reader can see rows, by acronym."""
    present = sa.select(Activity.organisation_id).where(*_counting(operation, scope, as_of)).distinct()
    rows = session.execute(
        sa.select(Organisation.id, Organisation.acronym, Organisation.name, Organisation.type)
        .where(Organisation.id.in_(present))
        .order_by(Organisation.acronym, Organisation.name)
    )
    return [Agency(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an activity with where it came from.

    ``row`` has every column of :class:`Activity` as an attribute. ``submission`` is None for a version that
    was entered in the form or by a command.
    """

    row: Any
    agency: Agency
    author: str | None
    submission: int | None
    origin: str | None
    file_name: str | None

    @property
    def number(self) -> int:
        """The version's number, counted from 1."""
        return int(self.row.version)


def versions(
    session: orm.Session,
    operation: Operation,
    scope: Scope,
    uid: str,
    *,
    as_of: dt.datetime | None = None,
) -> list[Version]:
    """Return every version of an activity, newest first; none where this reader may not see its current one.

    An activity that changed hands is seen, with its whole history, by who has it now. ``as_of``: the versions
    recorded until a moment; the first of them was in force then.
    """
    visible = sa.exists().where(*_visible(operation, scope, as_of), Activity.uid == uid)
    if not session.scalar(sa.select(visible)):
        return []
    table = Activity.__table__
    until = [table.c.recorded_at <= as_of] if as_of is not None else []
    rows = session.execute(
        sa.select(
            *table.columns,
            Organisation.acronym.label("_acronym"),
            Organisation.name.label("_name"),
            Organisation.type.label("_type"),
            Person.name.label("_author"),
            Submission.origin.label("_origin"),
            StoredFile.name.label("_file"),
        )
        .select_from(table)
        .join(Organisation, Organisation.id == table.c.organisation_id)
        .outerjoin(Person, Person.id == table.c.author_id)
        .outerjoin(Submission, Submission.id == table.c.submission_id)
        .outerjoin(StoredFile, StoredFile.id == Submission.file_id)
        .where(table.c.operation_id == operation.id, table.c.uid == uid, *until)
        .order_by(table.c.version.desc())
    )
    return [
        Version(
            row,
            Agency(row.organisation_id, row._acronym, row._name, row._type),
            row._author,
            row.submission_id,
            row._origin,
            row._file,
        )
        for row in rows
    ]


def current_version(session: orm.Session, operation: Operation, uid: str) -> Any:
    """Return (id, version, withdrawn, organisation_id) of an activity's current version, or None.

    On PostgreSQL the row stays locked until the transaction ends: of two people who save at once, the
    second one sees the version of the first. SQLite has one writer at a time.
    """
    return session.execute(
        sa.select(Activity.id, Activity.version, Activity.withdrawn, Activity.organisation_id)
        .where(Activity.operation_id == operation.id, Activity.uid == uid, Activity.superseded_at.is_(None))
        .with_for_update()
    ).first()


class MonthRows(NamedTuple):
    """What the record holds of a month."""

    rows: int
    organisations: int


def rows_by_month(
    session: orm.Session, operation: Operation, *, as_of: dt.datetime | None = None
) -> dict[str, MonthRows]:
    """Return month to number of rows in force and of organisations with rows; months without are absent."""
    statement = (
        sa.select(Activity.period, sa.func.count(), sa.func.count(sa.distinct(Activity.organisation_id)))
        .where(*_counting(operation, Scope(everybody=True), as_of), Activity.period.is_not(None))
        .group_by(Activity.period)
    )
    return {str(month): MonthRows(rows, many) for month, rows, many in session.execute(statement)}
