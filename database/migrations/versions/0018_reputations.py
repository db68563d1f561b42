"""Bounces and complaints are judged, per service and task"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
COUNTERS = ("sent", "bounced", "complained", "forgiven_sent", "forgiven_bounced", "forgiven_complained")
TROUBLE = sa.text("kind IN ('hard_bounce', 'complaint')")
REFUSED = sa.text("outcome = 'failed' AND reason = 'unknown_user'")


def upgrade() -> None:
    op.create_table(
        "reputations",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String()),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in COUNTERS),
        sa.Column("counted_from", sa.DateTime(timezone=True)),
        sa.Column("since", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("kind IN ('service', 'task')", name=op.f("ck_reputations_kind")),
        sa.CheckConstraint("state IN ('good', 'warned', 'paused')", name=op.f("ck_reputations_state")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reputations_user_id")),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_reputations")),
    )
    op.create_index("ix_events_trouble", "events", ["occurred_at"], postgresql_where=TROUBLE)
    op.create_index("ix_events_trouble_of_task", "events", ["task_id"], postgresql_where=TROUBLE)
    op.create_index(
        "ix_deliveries_sent", "deliveries", ["service_id", "ended_at"], postgresql_where=sa.text("outcome = 'sent'")
    )
    op.create_index("ix_deliveries_refused", "deliveries", ["ended_at"], postgresql_where=REFUSED)
    op.execute("""
        INSERT INTO system_config (key, value, default_value, value_type, category, constraints, description) VALUES
            ('reputation.bounce_rate_limit', '0.05', '0.05', 'share', 'reputation', '{"minimum": 0.001, "maximum": 1}',
                'Share of hard bounces at which a service or task is paused, at half of it warned; 1 switches it off.'),
            ('reputation.complaint_warn_rate', '0.001', '0.001', 'share', 'reputation',
                '{"minimum": 0.0001, "maximum": 1}',
                'Share of complaints at which a service or task is warned; 1 switches it off.'),
            ('reputation.complaint_rate_limit', '0.003', '0.003', 'share', 'reputation',
                '{"minimum": 0.0001, "maximum": 1}',
                'Share of complaints at which a service or task is paused; 1 switches it off.'),
            ('reputation.least_sent', '100', '100', 'integer', 'reputation', '{"minimum": 1, "maximum": 100000}',
                'Fewer mails than this say nothing, unless 20 of them bounced.'),
            ('reputation.window_days', '1', '1', 'days', 'reputation', '{"minimum": 1, "maximum": 30}',
                'So many days of a service count; of a task everything does.')
    """)


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
