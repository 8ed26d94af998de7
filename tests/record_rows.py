"""Rows of the small operation, for the tests of the record's pages."""

from __future__ import annotations

from typing import Any

from flask import Flask

from cluster4w.extensions import db
from cluster4w.models.engine import writing
from cluster4w.record.operations.activities import Change, record_versions
from cluster4w.record.queries.operations import get_operation
from cluster4w.record.queries.organisations import get_agency
from cluster4w.template.kinds import Values

ROW: Values = {
    "cluster": "shelter_nfi",
    "sub_sector": "nfi",
    "activity_type": "core_nfi_kit",
    "adm1_pcode": "ML07",
    "adm1_name": "Gao",
    "adm2_pcode": "ML0701",
    "adm2_name": "Ansongo",
    "adm3_pcode": "ML070102",
    "adm3_name": "Bara",
    "period": "2016-05",
    "status": "completed",
    "population_group": "idps",
    "households_targeted": 120,
    "households_reached": 100,
    "individuals_reached": 520,
}


def add_rows(app: Flask, organisation: str, *rows: dict[str, Any]) -> list[str]:
    """Record rows of an organisation, each :data:`ROW` with something changed; returns their row ids."""
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        agency = get_agency(db.session, operation, organisation)
        changes = []
        for row in rows:
            values = {k: v for k, v in (ROW | row).items() if v is not None}
            changes.append(Change(organisation_id=agency.id, values=values))
        uids = record_versions(db.session, operation, changes, actor=None)
        db.session.commit()
        return uids


def agency_id(app: Flask, acronym: str) -> int:
    """Return an organisation's key."""
    with app.app_context():
        return get_agency(db.session, get_operation(db.session, "test-2016"), acronym).id
