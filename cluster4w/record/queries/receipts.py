"""What a submission brought into the record."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Submission
from cluster4w.record.queries.coverage import REACHED


@dataclass(frozen=True, slots=True)
class Brought:
    """The versions that a submission wrote, by sub-sector. None where no row says a number.

    ``first``: versions that are an activity's first. Reached counts completed rows, every assistance.
    """

    sub_sector: str | None
    rows: int
    first: int
    households_reached: int | None
    individuals_reached: int | None


def brought_by(session: orm.Session, submission: Submission) -> list[Brought]:
    """Return what a submission wrote, superseded since or not, one entry per sub-sector; no withdrawals."""
    done = Activity.status.in_(REACHED)
    rows = session.execute(
        sa.select(
            Activity.sub_sector,
            sa.func.count(),
            sa.func.sum(sa.case((Activity.version == 1, 1), else_=0)),
            sa.func.sum(sa.case((done, Activity.households_reached))),
            sa.func.sum(sa.case((done, Activity.individuals_reached))),
        )
        .where(Activity.submission_id == submission.id, Activity.withdrawn.is_(False))
        .group_by(Activity.sub_sector)
    )
    found = [Brought(*row) for row in rows]
    return sorted(found, key=lambda b: (b.sub_sector is None, b.sub_sector or ""))
