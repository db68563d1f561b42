"""Changes of settings are kept, health is recorded, workers say that they live"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0006"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    _changes()
    _health()
    _workers()
    op.execute("""
        INSERT INTO system_config (key, value, default_value, value_type, category, constraints, description) VALUES
            ('monitoring.expected_workers', '1', '1', 'integer', 'monitoring', '{"minimum": 0, "maximum": 1000}',
                'Fewer worker processes than this raise an alert.'),
            ('monitoring.worker_missing_after', '15', '15', 'seconds', 'monitoring', '{"minimum": 10, "maximum": 300}',
                'A worker process that was not heard of for this long counts as gone.'),
            ('monitoring.error_rate_threshold', '0.2', '0.2', 'share', 'monitoring', '{"minimum": 0.01, "maximum": 1}',
                'Share of failed and unknown deliveries in 5 minutes that degrades health and raises an alert.'),
            ('monitoring.quota_alert_share', '0.9', '0.9', 'share', 'monitoring', '{"minimum": 0.5, "maximum": 1}',
                'Share of a pool''s quota of the day that may be used before an alert is raised.'),
            ('monitoring.unknown_alert_after', '900', '900', 'seconds', 'monitoring',
                '{"minimum": 60, "maximum": 86400}',
                'Mails of unknown outcome that wait for a decision for this long raise an alert.')
    """)


def _changes() -> None:
    op.create_table(
        "system_config_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("old_value", sa.String(), nullable=False),
        sa.Column("new_value", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("key_id", sa.Uuid()),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("user_email", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["system_config.key"], name=op.f("fk_system_config_changes_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_config_changes")),
    )
    op.create_index(op.f("ix_system_config_changes_key"), "system_config_changes", ["key"])


def _health() -> None:
    op.create_table(
        "health_records",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("causes", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "status IN ('healthy', 'degraded', 'unhealthy')", name=op.f("ck_health_records_status")
        ),
        sa.PrimaryKeyConstraint("minute", name=op.f("pk_health_records")),
    )


def _workers() -> None:
    op.create_table(
        "worker_processes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slots", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_processes")),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
