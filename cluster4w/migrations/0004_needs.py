"""Whole outlines; what is known of tables of needs, which one is used, files looked at before loading."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cluster4w.models.base import Json, UtcDateTime

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns of outlines and of tables of needs, and the tables of choices and uploads."""
    op.add_column("boundary", sa.Column("whole", Json, nullable=True))
    op.add_column("need_source", sa.Column("published", sa.Date(), nullable=True))
    op.add_column(
        "need_source", sa.Column("validated_by", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.add_column(
        "need_source",
        sa.Column("edition", sa.String(length=16), nullable=False, server_default=sa.text("''")),
    )
    op.add_column("need_source", sa.Column("removed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "need_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=True),
        sa.Column("sub_sector", sa.String(length=16), nullable=True),
        sa.Column("first_month", sa.String(length=7), nullable=True),
        sa.Column("last_month", sa.String(length=7), nullable=True),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.Column("chosen_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_need_choice_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["need_source.id"], name=op.f("fk_need_choice_source_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["chosen_by"], ["person.id"], name=op.f("fk_need_choice_chosen_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_need_choice_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_choice")),
    )
    op.create_index(op.f("ix_need_choice_operation_id"), "need_choice", ["operation_id"])
    op.create_table(
        "need_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_need_upload_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_need_upload_file_id")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_need_upload_created_by")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["need_source.id"], name=op.f("fk_need_upload_source_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_upload")),
    )
    op.create_index(op.f("ix_need_upload_operation_id"), "need_upload", ["operation_id"])
    op.create_index(op.f("ix_need_upload_source_id"), "need_upload", ["source_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("need_upload")
    op.drop_table("need_choice")
    for column in ("removed_at", "edition", "validated_by", "published"):
        op.drop_column("need_source", column)
    op.drop_column("boundary", "whole")
