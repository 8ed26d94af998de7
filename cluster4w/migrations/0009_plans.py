"""An index of plans, for the list of those that are past their end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

_PLANS = sa.text("superseded_at IS NULL AND status IN ('planned', 'ongoing')")


def upgrade() -> None:
    """Create the index."""
    op.create_index(
        "ix_activity_plans",
        "activity",
        [
            "operation_id",
            "end_date",
            "period",
            "status",
            "start_date",
            "activity_type",
            "sub_sector",
            "withdrawn",
            "superseded_at",
        ],
        unique=False,
        sqlite_where=_PLANS,
        postgresql_where=_PLANS,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_activity_plans", table_name="activity", sqlite_where=_PLANS, postgresql_where=_PLANS)
