"""Rounds in the ledger: windows of recipients, fill, release, and the claim that asks again"""

import sqlalchemy as sa
from alembic import op

from database.migrate import run_file

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("winner_at", sa.DateTime(timezone=True)))
    for name in ("recipient_window", "rounds", "counters_v3", "task_release_v1", "ledger_claim_v3"):
        run_file(name)


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
