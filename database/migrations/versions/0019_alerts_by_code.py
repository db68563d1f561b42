"""Alerts keep the code of their sentences and what these are filled with"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("code", sa.String(), server_default="", nullable=False))
    op.add_column(
        "alerts",
        sa.Column("params", postgresql.JSONB(none_as_null=True), server_default=sa.text("'{}'"), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
