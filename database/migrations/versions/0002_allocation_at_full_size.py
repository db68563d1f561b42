"""Windows, warm-up, jitter, pins, weights, limits per domain, choices"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from database.migrate import run_file

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

QUOTA_LEFT = "remaining_quota > 0"
READY = "status = 'pending' AND retry_at IS NULL"


def upgrade() -> None:
    _services()
    _tasks()
    _subtasks()
    _deliveries()
    _choices()
    _domain_limits()
    # Beside one list of a million, statistics call every list as long, and one of ten is counted by reading them all.
    op.execute("ALTER TABLE contact_list_members ALTER COLUMN contact_list_id SET (n_distinct = 1000)")
    for name in (
        "pacing", "domain_limit", "counters_v2", "message_id", "ledger_claim_v2", "ledger_record_v2",
        "ledger_evidence_v1", "plans",
    ):  # fmt: skip
        run_file(name)


def _services() -> None:
    table = "email_service_schedule"
    for column in (
        sa.Column("jitter", sa.Float(), server_default="0", nullable=False),
        sa.Column("window_opens", sa.Time()),
        sa.Column("window_closes", sa.Time()),
        sa.Column("window_weekdays", postgresql.ARRAY(sa.SmallInteger())),
        sa.Column("first_day_quota", sa.Integer()),
        sa.Column("daily_step", sa.Integer()),
        sa.Column("warm_up_from", sa.Date()),
        sa.Column("day_quota", sa.Integer()),
        sa.Column("failure_share", sa.Float(), server_default="0", nullable=False),
    ):
        op.add_column(table, column)
    op.create_check_constraint(op.f(f"ck_{table}_jitter"), table, "jitter >= 0 AND jitter <= 1")
    op.create_check_constraint(
        op.f(f"ck_{table}_warm_up"), table, "num_nonnulls(first_day_quota, daily_step, warm_up_from) IN (0, 3)"
    )
    op.create_check_constraint(
        op.f(f"ck_{table}_window"), table, "num_nonnulls(window_opens, window_closes, window_weekdays) IN (0, 3)"
    )
    # A generated column's expression cannot be changed before PostgreSQL 17.
    op.drop_index(f"ix_{table}_choice", table)
    op.drop_index(f"ix_{table}_free", table)
    op.drop_column(table, "remaining_quota")
    op.add_column(
        table,
        sa.Column(
            "remaining_quota", sa.Integer(), sa.Computed("least(daily_quota, day_quota) - used_quota", persisted=True)
        ),
    )
    op.create_index(
        f"ix_{table}_choice", table, ["user_id", "next_available_at", "remaining_quota"],
        postgresql_where=sa.text(QUOTA_LEFT),
    )
    op.create_index(f"ix_{table}_free", table, ["next_available_at"], postgresql_where=sa.text(QUOTA_LEFT))


def _tasks() -> None:
    op.add_column("tasks", sa.Column("weight", sa.Float(), server_default="1", nullable=False))
    op.add_column("tasks", sa.Column("follow_up_of", sa.Uuid()))
    op.add_column("tasks", sa.Column("pin_fallback", sa.String(), server_default="any", nullable=False))
    op.create_check_constraint(op.f("ck_tasks_weight"), "tasks", "weight > 0")
    op.create_check_constraint(op.f("ck_tasks_pin_fallback"), "tasks", "pin_fallback IN ('any', 'wait')")
    op.create_foreign_key(
        op.f("fk_tasks_follow_up_of"), "tasks", "tasks", ["follow_up_of"], ["id"], ondelete="SET NULL"
    )


def _subtasks() -> None:
    op.add_column("subtasks", sa.Column("pinned_service_id", sa.Uuid()))
    op.drop_index("ix_subtasks_ready", "subtasks")
    op.create_index(
        "ix_subtasks_ready", "subtasks", ["task_id", sa.literal_column("retry_count DESC"), "seq"],
        postgresql_where=sa.text(f"{READY} AND pinned_service_id IS NULL"),
    )
    op.create_index(
        "ix_subtasks_pinned", "subtasks",
        ["task_id", "pinned_service_id", sa.literal_column("retry_count DESC"), "seq"],
        postgresql_where=sa.text(f"{READY} AND pinned_service_id IS NOT NULL"),
    )
    op.create_table(
        "pinned_queues",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("ready", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_pinned_queues_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "service_id", name=op.f("pk_pinned_queues")),
    )


def _deliveries() -> None:
    op.add_column("deliveries", sa.Column("decision", sa.String()))
    op.add_column("deliveries", sa.Column("decided_at", sa.DateTime(timezone=True)))
    op.add_column("deliveries", sa.Column("decided_by", sa.Uuid()))
    op.create_check_constraint(
        op.f("ck_deliveries_decision"), "deliveries", "decision IN ('resend', 'sent', 'failed')"
    )


def _choices() -> None:
    op.create_table(
        "choices",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("first_no", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.REAL(), nullable=False),
        sa.Column("quota", sa.REAL(), nullable=False),
        sa.Column("rest", sa.REAL(), nullable=False),
        sa.Column("success", sa.REAL(), nullable=False),
        sa.Column("runners_up", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("waiting", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("waiting_count", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("service_id", "first_no", name=op.f("pk_choices")),
    )
    op.execute("""
        INSERT INTO system_config (key, value, default_value, value_type, category, constraints, description)
        VALUES ('monitoring.choices_retention_days', '7', '7', 'days', 'monitoring', '{"minimum": 1, "maximum": 90}',
            'How long it is kept why a mail went through its service; half a kilobyte a mail.')
    """)
    op.create_index("ix_choices_decided_at", "choices", ["decided_at"], postgresql_using="brin")


def _domain_limits() -> None:
    now = sa.text("clock_timestamp()")
    op.create_table(
        "domain_limits",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("counted_as", sa.String()),
        sa.Column("per_minute", sa.Integer()),
        sa.Column("learnt_interval", sa.Interval()),
        sa.Column("next_available_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_domain_limits_per_minute")),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_domain_limits_pool_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pool_id", "domain", name=op.f("pk_domain_limits")),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
