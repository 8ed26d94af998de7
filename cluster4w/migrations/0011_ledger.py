"""The ledger, which the figures come from; the summary and the indexes that served them before go."""

from __future__ import annotations

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None

_CURRENT = sa.text("superseded_at IS NULL")
_FIGURES = ["households_reached", "individuals_reached", "households_targeted", "individuals_targeted"]
_GAP = [
    *("adm1_pcode", "adm2_pcode", "adm3_pcode", "population_group", "first_time_assisted", "period"),
    *("withdrawn", *_FIGURES, "site_pcode", "site_name"),
]
_KIND = ["activity_type", "status"]
_PRESENCE = [
    *("adm2_pcode", "organisation_id", "activity_type", "sub_sector", "status", "period", "withdrawn"),
    *("adm1_pcode", "adm3_pcode", "population_group", "implementing_partner"),
]


def _create(name: str, *columns: str) -> None:
    op.create_index(
        name,
        "activity",
        ["operation_id", *columns],
        unique=False,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )


def _drop(*names: str) -> None:
    for name in names:
        op.drop_index(name, table_name="activity", sqlite_where=_CURRENT, postgresql_where=_CURRENT)


def upgrade() -> None:
    """Create the table, empty: ``cluster4w init`` fills it, and until then figures come from the rows."""
    import_module("cluster4w.migrations.0005_summary").downgrade()
    _drop("ix_activity_gap_type", "ix_activity_gap_organisation", "ix_activity_presence")
    _create("ix_activity_adm1", "adm1_pcode")
    _create("ix_activity_adm2", "adm2_pcode", "period")
    _create("ix_activity_adm3", "adm3_pcode")
    op.create_table(
        "ledger_block",
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
            name=op.f("fk_ledger_block_operation_id_operation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("operation_id", "number", name=op.f("pk_ledger_block")),
    )


def downgrade() -> None:
    """Create the summary again, empty: it is filled as the ledger is."""
    op.drop_table("ledger_block")
    _drop("ix_activity_adm1", "ix_activity_adm2", "ix_activity_adm3")
    _create("ix_activity_gap_type", *_KIND, *_GAP, "organisation_id", "superseded_at")
    _create(
        "ix_activity_gap_organisation",
        *("organisation_id", *_KIND, *_GAP, "sub_sector", "modality", "superseded_at"),
    )
    _create("ix_activity_presence", *_PRESENCE, "superseded_at")
    import_module("cluster4w.migrations.0005_summary").upgrade()
