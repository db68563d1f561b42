"""Metrics by month, alerts and their notices"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from database.migrate import run_file

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
BY_MONTH = 'RANGE ("timestamp")'


def upgrade() -> None:
    _metrics()
    _alerts()
    _notices()
    _watches()
    run_file("metrics_v1")


def _instant(name: str, **more: object) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), **more)


def _metrics() -> None:
    op.create_table(
        "task_processing_metrics",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        _instant("timestamp", nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("subtasks_sent", sa.Integer(), nullable=False),
        sa.Column("total_subtasks", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('created', 'first_sent', 'sending', 'completed', 'cancelled')",
            name=op.f("ck_task_processing_metrics_status"),
        ),
        sa.PrimaryKeyConstraint("task_id", "status", "timestamp", name=op.f("pk_task_processing_metrics")),
        postgresql_partition_by=BY_MONTH,
    )
    op.create_index("ix_task_processing_metrics_status", "task_processing_metrics", ["status", "timestamp"])
    op.create_table(
        "system_performance_metrics",
        sa.Column("metric_name", sa.String(), nullable=False),
        _instant("timestamp", nullable=False),
        sa.Column("tags", postgresql.JSONB(none_as_null=True), server_default="{}", nullable=False),
        sa.Column("metric_value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("metric_name", "timestamp", "tags", name=op.f("pk_system_performance_metrics")),
        postgresql_partition_by=BY_MONTH,
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("to_do", sa.String(), nullable=False),
        sa.Column(
            "subject", postgresql.JSONB(none_as_null=True), server_default=sa.text("'{}'"), nullable=False
        ),
        _instant("first_seen_at", server_default=NOW, nullable=False),
        _instant("raised_at"),
        _instant("gone_at"),
        _instant("cleared_at"),
        sa.CheckConstraint("severity IN ('warning', 'critical')", name=op.f("ck_alerts_severity")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_alerts_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "ix_alerts_open", "alerts", ["key"], unique=True, postgresql_where=sa.text("cleared_at IS NULL")
    )
    op.create_index("ix_alerts_owner", "alerts", ["owner_id", "id"])


def _notices() -> None:
    op.create_table(
        "alert_notices",
        sa.Column("alert_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        _instant("next_try_at", server_default=NOW, nullable=False),
        sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_error", sa.String()),
        _instant("created_at", server_default=NOW, nullable=False),
        sa.CheckConstraint("event IN ('raised', 'cleared')", name=op.f("ck_alert_notices_event")),
        sa.CheckConstraint("channel IN ('webhook', 'mail')", name=op.f("ck_alert_notices_channel")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_notices_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", "event", "channel", name=op.f("pk_alert_notices")),
    )
    op.create_index(
        "ix_alert_notices_due", "alert_notices", ["next_try_at"], postgresql_where=sa.text("NOT settled")
    )


def _watches() -> None:
    op.create_table(
        "task_watches",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        _instant("moved_at"),
        sa.Column("finished", sa.Integer(), nullable=False),
        _instant("since", nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_watches_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task_watches")),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
