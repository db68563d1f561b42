"""Campaigns: rounds, variants, windows of recipients, and what comes back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
WINDOW = "num_nonnulls(window_opens, window_closes, window_weekdays) IN (0, 3)"
AUDIENCES = "'all', 'not_opened', 'not_clicked', 'not_replied', 'clicked_not_replied'"
EVENT_KINDS = "'open', 'click', 'reply', 'auto_reply', 'hard_bounce', 'soft_bounce', 'complaint', 'unsubscribe'"


def upgrade() -> None:
    _campaigns()
    _rounds()
    _campaign_contacts()
    _tasks()
    _subtasks()
    _events()
    _engagements()


def _instant(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _tracking() -> tuple[sa.Column[bool], sa.Column[bool]]:
    true = sa.text("true")
    return (
        sa.Column("tracks_opens", sa.Boolean(), server_default=true, nullable=False),
        sa.Column("tracks_clicks", sa.Boolean(), server_default=true, nullable=False),
    )


def _window() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("window_opens", sa.Time()),
        sa.Column("window_closes", sa.Time()),
        sa.Column("window_weekdays", postgresql.ARRAY(sa.SmallInteger())),
        sa.Column("holidays", postgresql.ARRAY(sa.Date()), server_default="{}", nullable=False),
        sa.Column("time_zone", sa.String(), server_default="UTC", nullable=False),
    )


def _content() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("variants", postgresql.JSONB(none_as_null=True)),
        sa.Column("winner_rule", postgresql.JSONB(none_as_null=True)),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("contact_list_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("weight", sa.Float(), server_default="1", nullable=False),
        sa.Column("pin_fallback", sa.String(), server_default="any", nullable=False),
        sa.Column("unknown_policy", sa.String(), server_default="hold", nullable=False),
        sa.Column("colleagues_stop", sa.Boolean(), server_default=sa.false(), nullable=False),
        *_tracking(),
        *_window(),
        _instant("start_at"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        _instant("completed_at"),
        sa.CheckConstraint(
            "status IN ('scheduled', 'sending', 'paused', 'completed', 'cancelled')", name=op.f("ck_campaigns_status")
        ),
        sa.CheckConstraint("pin_fallback IN ('any', 'wait')", name=op.f("ck_campaigns_pin_fallback")),
        sa.CheckConstraint(
            "unknown_policy IN ('hold', 'resend', 'count_as_sent')", name=op.f("ck_campaigns_unknown_policy")
        ),
        sa.CheckConstraint("weight > 0", name=op.f("ck_campaigns_weight")),
        sa.CheckConstraint(WINDOW, name=op.f("ck_campaigns_window")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_campaigns_user_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_campaigns_pool_id")),
        sa.ForeignKeyConstraint(["contact_list_id"], ["contact_lists.id"], name=op.f("fk_campaigns_contact_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    for column in ("user_id", "pool_id", "contact_list_id"):
        op.create_index(op.f(f"ix_campaigns_{column}"), "campaigns", [column])
    op.create_index("ix_campaigns_unfinished", "campaigns", ["id"], postgresql_where=sa.text("completed_at IS NULL"))


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("round_no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("audience", sa.String(), server_default="not_replied", nullable=False),
        sa.Column("segment_id", sa.Uuid()),
        sa.Column("delay", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("delay_unit", sa.String(), server_default="days", nullable=False),
        sa.Column("threaded", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("template_id", sa.Uuid()),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("html", sa.String()),
        sa.Column("text", sa.String()),
        *_content(),
        sa.Column("task_id", sa.Uuid()),
        _instant("began_at"),
        sa.CheckConstraint(f"audience IN ({AUDIENCES})", name=op.f("ck_rounds_audience")),
        sa.CheckConstraint("delay_unit IN ('days', 'business_days')", name=op.f("ck_rounds_delay_unit")),
        sa.CheckConstraint("delay >= 0", name=op.f("ck_rounds_delay")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_rounds_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["templates.id"], name=op.f("fk_rounds_template_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_rounds_task_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("campaign_id", "round_no", name=op.f("pk_rounds")),
    )
    op.create_index(
        "ix_rounds_task_id", "rounds", ["task_id"], unique=True, postgresql_where=sa.text("task_id IS NOT NULL")
    )


def _campaign_contacts() -> None:
    op.create_table(
        "campaign_contacts",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation", sa.String()),
        _instant("opened_at"),
        _instant("clicked_at"),
        _instant("replied_at"),
        sa.Column("stop_reason", sa.String()),
        _instant("stopped_at"),
        _instant("not_before"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_contacts_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "contact_id", name=op.f("pk_campaign_contacts")),
    )
    op.create_index(
        "ix_campaign_contacts_organisation", "campaign_contacts", ["campaign_id", "organisation"],
        postgresql_where=sa.text("stop_reason IS NULL"),
    )


def _tasks() -> None:
    for column in (
        *_content(),
        sa.Column("winner", sa.SmallInteger()),
        sa.Column("campaign_id", sa.Uuid()),
        sa.Column("round_no", sa.SmallInteger()),
        *_tracking(),
        *_window(),
    ):
        op.add_column("tasks", column)
    op.create_check_constraint(op.f("ck_tasks_window"), "tasks", WINDOW)
    op.create_check_constraint(op.f("ck_tasks_round"), "tasks", "num_nonnulls(campaign_id, round_no) IN (0, 2)")
    op.create_foreign_key(
        op.f("fk_tasks_campaign_id"), "tasks", "campaigns", ["campaign_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_tasks_campaign_id"), "tasks", ["campaign_id"])


def _subtasks() -> None:
    for column in (
        sa.Column("variant", sa.SmallInteger()),
        _instant("open_until"),
        sa.Column("thread", sa.String()),
        sa.Column("round_no", sa.SmallInteger()),
    ):
        op.add_column("subtasks", column)
    op.create_index(
        "ix_subtasks_round", "subtasks", ["task_id", "contact_id"], postgresql_where=sa.text("round_no IS NOT NULL")
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("machine", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("detail", postgresql.JSONB(none_as_null=True), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(f"kind IN ({EVENT_KINDS})", name=op.f("ck_events_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_events_user_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_events_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_events_user_id_key")),
    )
    op.create_index("ix_events_mail", "events", ["task_id", "seq"])
    op.create_index("ix_events_user", "events", ["user_id", "id"])


def _engagements() -> None:
    op.create_table(
        "engagements",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        *(
            _instant(f"{name}_at")
            for name in ("opened", "machine_opened", "clicked", "machine_clicked", "replied", "auto_replied", "bounced")
        ),
        sa.Column("soft_bounces", sa.Integer(), server_default="0", nullable=False),
        _instant("complained_at"),
        _instant("unsubscribed_at"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_engagements_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "seq", name=op.f("pk_engagements")),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
