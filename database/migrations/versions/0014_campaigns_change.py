"""When a person last changed a campaign, so that its workflow is told though they could not"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("changed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
