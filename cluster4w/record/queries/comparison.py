"""The current record as a file is compared with it: bulk reads, streamed, no query per row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, Operation
from cluster4w.record.queries.operations import template_of
from cluster4w.record.queries.organisations import Agency, agencies
from cluster4w.record.values import stored_keys, values_of
from cluster4w.template.kinds import Values

#: Identities per statement.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """A current version: identity, organisation, values, and what came from columns nobody recognised."""

    uid: str
    organisation_id: int
    values: Values
    extra: dict[str, Any]


def _statement(session: orm.Session, operation: Operation, *, withdrawn: bool = False) -> sa.Select[Any]:
    columns = [getattr(Activity, k) for k in stored_keys(template_of(operation))]
    found = sa.select(Activity.uid, Activity.organisation_id, Activity.extra, *columns).where(
        Activity.operation_id == operation.id, Activity.superseded_at.is_(None)
    )
    return found if withdrawn else found.where(Activity.withdrawn.is_(False))


def _stream(session: orm.Session, operation: Operation, statement: sa.Select[Any]) -> Iterator[Recorded]:
    template = template_of(operation)
    known: dict[int, Agency] = {a.id: a for a in agencies(session, operation)}
    rows = session.execute(statement.execution_options(yield_per=2000))
    for row in rows:
        yield Recorded(
            row.uid,
            row.organisation_id,
            values_of(row, template, known.get(row.organisation_id)),
            row.extra or {},
        )


def current_rows(
    session: orm.Session,
    operation: Operation,
    organisation_ids: Collection[int],
    months: Collection[str],
) -> Iterator[Recorded]:
    """Yield the current activities of some organisations in some months."""
    if not organisation_ids or not months:
        return
    statement = _statement(session, operation).where(
        Activity.organisation_id.in_(organisation_ids), Activity.period.in_(months)
    )
    yield from _stream(session, operation, statement.order_by(Activity.id))


def rows_by_uid(
    session: orm.Session, operation: Operation, uids: Sequence[str], *, withdrawn: bool = False
) -> Iterator[Recorded]:
    """Yield the current activities with these identities; unknown ones are left out.

    ``withdrawn``: those that are withdrawn too.
    """
    for at in range(0, len(uids), BATCH):
        statement = _statement(session, operation, withdrawn=withdrawn)
        statement = statement.where(Activity.uid.in_(uids[at : at + BATCH]))
        yield from _stream(session, operation, statement)
