"""Months that were published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cluster4w.models.base import UtcDateTime

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the tables of releases and of tables of needs that were out of use for a while.

    The index holds the versions that are no longer current: the record as of a moment asks for them.
    """
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
            name=op.f("fk_release_operation_id_operation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_release_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint(
            "operation_id", "month", "number", name=op.f("uq_release_operation_id_month_number")
        ),
    )
    op.create_table(
        "need_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=False),
        sa.Column("restored_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["need_source.id"],
            name=op.f("fk_need_absence_source_id_need_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_absence")),
    )
    op.create_index(op.f("ix_need_absence_source_id"), "need_absence", ["source_id"])
    op.create_index(
        "ix_activity_superseded",
        "activity",
        ["operation_id", "superseded_at"],
        sqlite_where=sa.text("superseded_at IS NOT NULL"),
        postgresql_where=sa.text("superseded_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them: which months were published is forgotten, the record stays."""
    op.drop_index("ix_activity_superseded", "activity")
    op.drop_index(op.f("ix_need_absence_source_id"), "need_absence")
    op.drop_table("need_absence")
    op.drop_table("release")
