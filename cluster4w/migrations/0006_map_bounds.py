"""The cluster's own bounds of the map's classes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cluster4w.models.base import Json

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column, empty: maps keep the usual bounds."""
    op.add_column("operation", sa.Column("map_bounds", Json, nullable=True))


def downgrade() -> None:
    """Drop it: maps have the usual bounds again."""
    with op.batch_alter_table("operation") as operation:
        operation.drop_column("map_bounds")
