"""The record keeps every version and never changes one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Activity, AuditEvent, Operation, Organisation, Period
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.template.problems import Refusal


def _agency(session: orm.Session, acronym: str) -> int:
    return session.scalars(sa.select(Organisation.id).where(Organisation.acronym == acronym)).one()


def test_a_second_version_supersedes_the_first_and_leaves_its_values(
    session: orm.Session, operation: Operation
) -> None:
    org = _agency(session, "ONG-A")
    (uid,) = record_versions(
        session, operation, [Change(org, {"period": "2016-05", "households_reached": 120})], actor=None
    )
    record_versions(
        session,
        operation,
        [Change(org, {"period": "2016-05", "households_reached": 100}, uid=uid)],
        actor=None,
    )
    session.commit()
    first, second = session.scalars(sa.select(Activity).order_by(Activity.version)).all()
    assert (first.uid, first.version, first.households_reached) == (uid, 1, 120)
    assert (second.uid, second.version, second.households_reached) == (uid, 2, 100)
    assert first.superseded_at == second.recorded_at
    assert second.superseded_at is None
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 2


def test_a_locked_month_refuses_every_version_and_writes_none(
    session: orm.Session, operation: Operation
) -> None:
    session.add(Period(operation_id=operation.id, month="2016-04", state="locked"))
    session.flush()
    org = _agency(session, "ONG-A")
    changes = [Change(org, {"period": "2016-05"}), Change(org, {"period": "2016-04"})]
    with pytest.raises(Refusal) as refused:
        record_versions(session, operation, changes, actor=None)
    assert refused.value.code == "period.locked"
    assert refused.value.params == {"month": "2016-04"}
    assert session.scalar(sa.select(sa.func.count()).select_from(Activity)) == 0
