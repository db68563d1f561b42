"""The one way in which events are written"""

from database.migrate import run_file

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("record_events_v1")


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
