"""Releases: the months that were published, and the moments at which a record can be asked."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Person, Release
from cluster4w.template.language import N_
from cluster4w.template.problems import NotFound, Refusal


class Published(NamedTuple):
    """A release as people read it; ``person`` None: the command line. ``last``: no later one of its month."""

    month: str
    number: int
    frozen_at: dt.datetime
    revision: int
    person: str | None
    note: str
    last: bool

    @property
    def name(self) -> str:
        """The release in an address and on the command line: ``2016-06.1``."""
        return f"{self.month}.{self.number}"


def list_releases(session: orm.Session, operation: Operation) -> list[Published]:
    """Return every release of an operation, the one published last first."""
    rows = session.execute(
        sa.select(
            Release.month, Release.number, Release.frozen_at, Release.revision, Person.name, Release.note
        )
        .outerjoin(Person, Person.id == Release.person_id)
        .where(Release.operation_id == operation.id)
        .order_by(Release.frozen_at.desc(), Release.id.desc())
    ).all()
    latest: dict[str, int] = {}
    for month, number, *_ in rows:
        latest[month] = max(number, latest.get(month, 0))
    return [Published(*row, last=row.number == latest[row.month]) for row in rows]


def get_release(session: orm.Session, operation: Operation, name: str) -> Published:
    """Return the release called ``2016-06.1``, or for ``2016-06`` the latest of that month.

    Raises:
        NotFound: there is none of this name; the refusal says which there are.
    """
    known = list_releases(session, operation)
    for release in known:
        if name == release.name or (release.last and name == release.month):
            return release
    if not known:
        raise NotFound("release.none", N_("No month of this operation has been published yet."))
    raise NotFound(
        "release.unknown",
        N_("There is no release “%(name)s”. Published: %(known)s."),
        name=name[:20],
        known=", ".join(release.name for release in known[:24]),
    )


def last_release(
    session: orm.Session, operation: Operation, before: dt.datetime | None = None
) -> Published | None:
    """Return the release published last, at all or before a moment."""
    return next(
        (r for r in list_releases(session, operation) if before is None or r.frozen_at < before), None
    )


def end_of_day(operation: Operation, text: str, today: dt.date) -> dt.datetime:
    """Return the last moment, in UTC, of a day on which the record can be asked.

    Args:
        text: The day, as ``YYYY-MM-DD``.
        today: The day in UTC now.

    Raises:
        Refusal: it is no day, one to come, or one before the operation and its plan.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise Refusal(
            "as_of.unreadable",
            N_("“%(text)s” is not a day. Write it as year, month and day, for example 2016-06-30."),
            text=text[:20],
        ) from error
    if day > today:
        raise Refusal(
            "as_of.future",
            N_("%(day)s is still to come: the state of a day is known when the day has begun."),
            day=f"{day:%d/%m/%Y}",
        )
    first = min(operation.plan_start, operation.created_at.date())
    if day < first:
        raise Refusal(
            "as_of.before_operation",
            N_("On %(day)s this operation did not exist yet: it begins on %(first)s."),
            day=f"{day:%d/%m/%Y}",
            first=f"{first:%d/%m/%Y}",
        )
    return dt.datetime.combine(day, dt.time.max, dt.UTC)
