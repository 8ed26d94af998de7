"""What a partner mends in the page, and what becomes of rows that are no longer in a file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cluster4w.models.base import BigKey, Json, UtcDateTime

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the tables of fixes and of choices; a version says which of its cells were fixed."""
    op.add_column("activity", sa.Column("fixed", Json, nullable=True))
    op.create_table(
        "submission_fix",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=3), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("header", sa.Text(), nullable=True),
        sa.Column("file_value", sa.Text(), nullable=True),
        sa.Column("fixed_value", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_submission_fix_person_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_fix_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_fix")),
        sa.UniqueConstraint(
            "submission_id",
            "sheet",
            "row",
            "column",
            "key",
            name=op.f("uq_submission_fix_submission_id_sheet_row_column_key"),
        ),
    )
    op.create_table(
        "vanished_choice",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vanished_choice_person_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_vanished_choice_settled_by")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_vanished_choice_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vanished_choice")),
        sa.UniqueConstraint("submission_id", "uid", name=op.f("uq_vanished_choice_submission_id_uid")),
    )
    op.create_index(op.f("ix_vanished_choice_uid"), "vanished_choice", ["uid"])
    op.create_index(
        "ix_vanished_choice_open",
        "vanished_choice",
        ["submission_id"],
        sqlite_where=sa.text("outcome = 'open'"),
        postgresql_where=sa.text("outcome = 'open'"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_vanished_choice_open", table_name="vanished_choice")
    op.drop_index(op.f("ix_vanished_choice_uid"), table_name="vanished_choice")
    op.drop_table("vanished_choice")
    op.drop_table("submission_fix")
    op.drop_column("activity", "fixed")
