"""Tasks, their subtasks, and the counters of every task's queue."""

from datetime import date, time

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Float,
    Index,
    Integer,
    SmallInteger,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from contracts.task import PIN_FALLBACKS, SUBTASK_STATUSES, TASK_STATUSES, UNKNOWN_POLICIES
from database.tables.base import UUID, Table, created, datetime, instant, one_of, owner, uuid_key


def count() -> Column[int]:
    """A counter that starts at 0."""
    return Column(Integer, nullable=False, server_default="0")


class Task(Table, table=True):
    """One mailing: a copy of its template, a contact list, and where it stands."""

    __tablename__ = "tasks"
    __table_args__ = (
        one_of("status", TASK_STATUSES),
        one_of("unknown_policy", UNKNOWN_POLICIES),
        one_of("pin_fallback", PIN_FALLBACKS),
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("num_nonnulls(window_opens, window_closes, window_weekdays) IN (0, 3)", name="window"),
        CheckConstraint("num_nonnulls(campaign_id, round_no) IN (0, 2)", name="round"),
        Index("ix_tasks_unfinished", "id", postgresql_where=text("completed_at IS NULL")),
    )
    id: UUID = uuid_key()
    user_id: UUID = owner()
    pool_id: UUID = Field(foreign_key="pools.id", index=True)
    name: str
    status: str = Field(default="scheduled")
    priority: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    weight: float = Field(default=1.0, sa_column=Column(Float, nullable=False, server_default="1"))
    """Its share against tasks of the same priority; 1 is everyone's."""
    follow_up_of: UUID | None = Field(default=None, foreign_key="tasks.id", ondelete="SET NULL")
    """An earlier task: each mail goes through the service that sent that task's mail to the same contact."""
    pin_fallback: str = Field(default="any", sa_column_kwargs={"server_default": "any"})
    """What a pinned mail does while its service cannot be used; see `contracts.task.PIN_FALLBACKS`."""
    contact_list_id: UUID = Field(foreign_key="contact_lists.id", index=True)
    template_id: UUID | None = Field(default=None, foreign_key="templates.id", ondelete="SET NULL")
    subject: str
    html: str | None = None
    text: str | None = None
    variants: list[dict[str, object]] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    """As in `contracts.variant.Variant`; then `subject`, `html` and `text` are those of the first."""
    winner_rule: dict[str, object] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    """As in `contracts.variant.WinnerRule`."""
    winner: int | None = Field(default=None, sa_column=Column(SmallInteger))
    """Place in `variants` of the one that the rest gets; empty: not decided."""
    winner_at: datetime | None = instant()
    """When that is decided; set with the subtasks."""
    campaign_id: UUID | None = Field(default=None, foreign_key="campaigns.id", index=True, ondelete="CASCADE")
    round_no: int | None = Field(default=None, sa_column=Column(SmallInteger))
    tracks_opens: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    tracks_clicks: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    window_opens: time | None = None
    """The hours of the recipient's own day in which a mail may go; see `recipient_window`."""
    window_closes: time | None = None
    window_weekdays: list[int] | None = Field(default=None, sa_column=Column(ARRAY(SmallInteger)))
    """Monday is 0."""
    holidays: list[date] = Field(
        default_factory=list, sa_column=Column(ARRAY(Date), nullable=False, server_default="{}")
    )
    time_zone: str = Field(default="UTC", sa_column_kwargs={"server_default": "UTC"})
    """Of recipients whose own is not known."""
    unknown_policy: str = Field(default="hold")
    max_retries: int = Field(default=10, sa_column=Column(SmallInteger, nullable=False, server_default="10"))
    start_at: datetime | None = instant()
    created_at: datetime = created()
    prepared_at: datetime | None = instant()
    """When its subtasks were written; from then on the list may change without changing the task."""
    completed_at: datetime | None = instant()
    """When it ended, completed or cancelled."""


class Subtask(Table, table=True):
    """One mail. Moves between statuses are checked by a trigger against `contracts.task.SUBTASK_MOVES`."""

    __tablename__ = "subtasks"
    __table_args__ = (
        one_of("status", SUBTASK_STATUSES),
        # Released retries come before fresh mails, so that an old mail is not overtaken for ever.
        Index(
            "ix_subtasks_ready", "task_id", text("retry_count DESC"), "seq",
            postgresql_where=text("status = 'pending' AND retry_at IS NULL AND pinned_service_id IS NULL"),
        ),
        Index(
            "ix_subtasks_pinned", "task_id", "pinned_service_id", text("retry_count DESC"), "seq",
            postgresql_where=text("status = 'pending' AND retry_at IS NULL AND pinned_service_id IS NOT NULL"),
        ),
        Index(
            "ix_subtasks_retrying", "task_id", "retry_at",
            postgresql_where=text("status = 'pending' AND retry_at IS NOT NULL"),
        ),
        Index(
            "ix_subtasks_noteworthy", "task_id", "status", "seq",
            postgresql_where=text("status NOT IN ('pending', 'sent')"),
        ),
        Index("ix_subtasks_contact", "contact_id"),
        Index("ix_subtasks_round", "task_id", "contact_id", postgresql_where=text("round_no IS NOT NULL")),
    )  # fmt: skip
    task_id: UUID = Field(foreign_key="tasks.id", primary_key=True, ondelete="CASCADE")
    seq: int = Field(primary_key=True)
    contact_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    """No foreign key: a contact may be erased while the ledger keeps its sums."""
    email: str
    """The address as it was when the task began."""
    status: str = Field(default="pending", sa_column_kwargs={"server_default": "pending"})
    reason: str | None = None
    retry_at: datetime | None = instant()
    """Set: retrying, its time has not come. Empty: ready."""
    retry_count: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    claims: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    """Claims in a row that ended without any outcome; at three the mail is `failed (crashed)`."""
    due_at: datetime | None = instant()
    message_id: str | None = None
    """Given at the first claim and kept for every later try."""
    permit_id: UUID | None = None
    """The newest delivery."""
    service_id: UUID | None = None
    """Of the newest delivery."""
    pinned_service_id: UUID | None = None
    """The service it shall go through."""
    variant: int | None = Field(default=None, sa_column=Column(SmallInteger))
    """Place in the task's `variants`; empty: it has none, or waits for the winner."""
    open_until: datetime | None = instant()
    """When the recipient's sending window closes that was open when the mail became ready."""
    thread: str | None = None
    """Message-IDs of the mails it answers, the oldest first, for `References`."""
    round_no: int | None = Field(default=None, sa_column=Column(SmallInteger))
    """Of a campaign's mails, so that those of a contact are found."""
    sent_at: datetime | None = instant()


class UserTaskQueue(Table, table=True):
    """The counters of a task, kept by a trigger in the transaction that changes its subtasks.

    Sums: total = ready + retrying + claimed + transmitting + sent + failed + suppressed + unknown + cancelled.
    """

    __tablename__ = "user_task_queues"
    __table_args__ = (Index("ix_user_task_queues_changed", "pool_id", "changed_at"),)
    task_id: UUID = Field(foreign_key="tasks.id", primary_key=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True)
    pool_id: UUID = Field(foreign_key="pools.id")
    priority: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    total: int = Field(default=0, sa_column=count())
    ready: int = Field(default=0, sa_column=count())
    retrying: int = Field(default=0, sa_column=count())
    claimed: int = Field(default=0, sa_column=count())
    transmitting: int = Field(default=0, sa_column=count())
    sent: int = Field(default=0, sa_column=count())
    failed: int = Field(default=0, sa_column=count())
    suppressed: int = Field(default=0, sa_column=count())
    unknown: int = Field(default=0, sa_column=count())
    cancelled: int = Field(default=0, sa_column=count())
    pending_subtasks: int | None = Field(
        default=None, sa_column=Column(Integer, Computed("ready + retrying", persisted=True))
    )
    processing_subtasks: int | None = Field(
        default=None, sa_column=Column(Integer, Computed("claimed + transmitting", persisted=True))
    )
    next_retry_at: datetime | None = instant()
    """Never later than the earliest `retry_at` of the task; may be early, then the timer finds nothing to do."""
    last_processed_at: datetime | None = instant()
    first_sent_at: datetime | None = instant()
    last_sent_at: datetime | None = instant()
    waits: list[dict[str, object]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )
    """Why its ready mails wait, as the allocator last said: `[{reason, retry_at, services, service_count}]`."""
    changed_at: datetime = created()


class PinnedQueue(Table, table=True):
    """Of a task's ready mails, those pinned to one service; kept by the same trigger, after the task's own row."""

    __tablename__ = "pinned_queues"
    task_id: UUID = Field(foreign_key="tasks.id", primary_key=True, ondelete="CASCADE")
    service_id: UUID = Field(primary_key=True)
    ready: int = Field(default=0, sa_column=count())
