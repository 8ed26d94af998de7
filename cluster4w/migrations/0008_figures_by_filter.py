"""Indexes for figures of one organisation or one activity type, and for who implements where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

_CURRENT = sa.text("superseded_at IS NULL")
_FIGURES = ["households_reached", "individuals_reached", "households_targeted", "individuals_targeted"]
_AREA = ["adm1_pcode", "adm2_pcode"]
_REST = ["population_group", "first_time_assisted", "period", "withdrawn", *_FIGURES]
_TYPE = ["activity_type", "status"]
_SITE = ["site_pcode", "site_name"]
_PRESENCE = [
    *("adm2_pcode", "organisation_id", "activity_type", "sub_sector", "status", "period", "withdrawn"),
    *("adm1_pcode", "adm3_pcode", "population_group"),
]


def _create(name: str, columns: list[str]) -> None:
    op.create_index(
        name,
        "activity",
        ["operation_id", *columns, "superseded_at"],
        unique=False,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )


def _drop(*names: str) -> None:
    for name in names:
        op.drop_index(name, table_name="activity", sqlite_where=_CURRENT, postgresql_where=_CURRENT)


def upgrade() -> None:
    """Create the indexes; tables of the whole record come out of its summary and need none by cercle."""
    _drop("ix_activity_gap_adm2", "ix_activity_gap_adm3", "ix_activity_presence")
    area = [*_AREA, "adm3_pcode"]
    _create("ix_activity_gap_type", [*_TYPE, *area, *_REST, *_SITE, "organisation_id"])
    _create(
        "ix_activity_gap_organisation",
        ["organisation_id", *_TYPE, *area, *_REST, *_SITE, "sub_sector", "modality"],
    )
    _create("ix_activity_presence", [*_PRESENCE, "implementing_partner"])


def downgrade() -> None:
    """Create the indexes by level again."""
    _drop("ix_activity_gap_type", "ix_activity_gap_organisation", "ix_activity_presence")
    _create("ix_activity_gap_adm2", [*_TYPE, *_AREA, *_REST])
    _create("ix_activity_gap_adm3", [*_TYPE, *_AREA, "adm3_pcode", *_REST, *_SITE])
    _create("ix_activity_presence", _PRESENCE)
