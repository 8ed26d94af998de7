"""Pairs of rows that may count the same people twice, and how they were settled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cluster4w.models.base import Json, UtcDateTime

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the tables of pairs and of decisions about them."""
    op.create_table(
        "double_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("first_uid", sa.String(length=32), nullable=False),
        sa.Column("second_uid", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
            name=op.f("fk_double_count_operation_id_operation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_double_count")),
        sa.UniqueConstraint(
            "operation_id",
            "first_uid",
            "second_uid",
            name=op.f("uq_double_count_operation_id_first_uid_second_uid"),
        ),
    )
    op.create_index(
        op.f("ix_double_count_operation_id_second_uid"), "double_count", ["operation_id", "second_uid"]
    )
    op.create_index(
        op.f("ix_double_count_operation_id_live_state_score"),
        "double_count",
        ["operation_id", "live", "state", "score"],
    )
    op.create_table(
        "double_count_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("double_count_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("kept_uid", sa.String(length=32), nullable=True),
        sa.Column("left_out_uid", sa.String(length=32), nullable=True),
        sa.Column("first_print", sa.String(length=16), nullable=False),
        sa.Column("second_print", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
            name=op.f("fk_double_count_decision_operation_id_operation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["double_count_id"],
            ["double_count.id"],
            name=op.f("fk_double_count_decision_double_count_id_double_count"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_double_count_decision_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["person.id"], name=op.f("fk_double_count_decision_ended_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_double_count_decision")),
    )
    op.create_index(
        op.f("ix_double_count_decision_double_count_id"), "double_count_decision", ["double_count_id"]
    )
    op.create_index(
        op.f("ix_double_count_decision_operation_id_left_out_uid"),
        "double_count_decision",
        ["operation_id", "left_out_uid"],
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("double_count_decision")
    op.drop_table("double_count")
