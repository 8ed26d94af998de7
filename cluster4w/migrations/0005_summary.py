"""The record added up by area and month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_FIGURES = (
    *(
        f"{amount}_{unit}"
        for amount in ("helped", "reached", "planned")
        for unit in ("households", "individuals", "households_alone", "individuals_alone")
    ),
    "rows",
    "planned_rows",
    "reached_said",
    "planned_said",
    "not_first",
    "first_unsaid",
)


def upgrade() -> None:
    """Add the tables, empty: ``cluster4w init`` fills them, and until then figures come from the rows."""
    op.create_table(
        "summary_state",
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_summary_state_operation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_summary_state")),
    )
    op.create_table(
        "summary_cell",
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("sub_sector", sa.String(length=48), nullable=False),
        sa.Column("population_group", sa.String(length=48), nullable=False),
        *(sa.Column(f"adm{level}", sa.String(length=32), nullable=False) for level in (1, 2, 3)),
        sa.Column("month", sa.String(length=7), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _FIGURES),
        sa.PrimaryKeyConstraint(*_AREA_KEY, "month", name=op.f("pk_summary_cell")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_summary_cell_empty",
        "summary_cell",
        ["rows"],
        sqlite_where=sa.text("rows = 0"),
        postgresql_where=sa.text("rows = 0"),
    )
    op.create_table(
        "summary_presence",
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("sub_sector", sa.String(length=48), nullable=False),
        sa.Column("population_group", sa.String(length=48), nullable=False),
        *(sa.Column(f"adm{level}", sa.String(length=32), nullable=False) for level in (1, 2, 3)),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.String(length=7), nullable=False),
        sa.PrimaryKeyConstraint(*_AREA_KEY, "organisation_id", name=op.f("pk_summary_presence")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "summary_month",
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("activity_type", sa.String(length=48), nullable=False),
        sa.Column("population_group", sa.String(length=48), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "operation_id", "month", "activity_type", "population_group", name=op.f("pk_summary_month")
        ),
        sqlite_with_rowid=False,
    )


_AREA_KEY = ("operation_id", "level", "sub_sector", "population_group", "adm1", "adm2", "adm3")


def downgrade() -> None:
    """Drop them: nothing is lost that the activities do not say."""
    for table in ("summary_month", "summary_presence", "summary_cell", "summary_state"):
        op.drop_table(table)
