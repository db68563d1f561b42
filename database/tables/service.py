"""Services: what a person configures, the guard's row of each, and who holds which connection."""

from datetime import date, time, timedelta

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Float,
    Index,
    Integer,
    Interval,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, instant, one_of, owner, uuid_key

KINDS = ("mailbox", "relay")
SECURITY = ("none", "starttls", "tls")
STATUSES = ("active", "paused", "deleted")


class EmailService(Table, table=True):
    """One sending account as a person configures it. The password is sealed."""

    __tablename__ = "email_services"
    __table_args__ = (one_of("kind", KINDS), one_of("security", SECURITY))
    id: UUID = uuid_key()
    user_id: UUID = owner()
    pool_id: UUID = Field(foreign_key="pools.id", index=True)
    name: str
    kind: str
    host: str
    port: int
    security: str
    username: str | None = None
    password_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    from_address: str
    from_name: str | None = None
    bounce_address: str | None = None
    """Where what cannot be delivered is returned to, such as bounces@mail.example.org: its domain comes to our
    receiver, and each mail has an address of its own there. Empty: to the from-address."""
    max_connections: int = 1
    priority: int = 0
    created_at: datetime = created()
    updated_at: datetime = created()


class EmailServiceSchedule(Table, table=True):
    """The guard's row: what makes it impossible to break a service's interval or quota. Times are `guard_now()`."""

    __tablename__ = "email_service_schedule"
    __table_args__ = (
        one_of("status", STATUSES),
        one_of("kind", KINDS),
        CheckConstraint("jitter >= 0 AND jitter <= 1", name="jitter"),
        CheckConstraint("num_nonnulls(first_day_quota, daily_step, warm_up_from) IN (0, 3)", name="warm_up"),
        CheckConstraint("num_nonnulls(window_opens, window_closes, window_weekdays) IN (0, 3)", name="window"),
        Index(
            "ix_email_service_schedule_choice",
            "user_id", "next_available_at", "remaining_quota",
            postgresql_where=text("remaining_quota > 0"),
        ),
        Index("ix_email_service_schedule_free", "next_available_at", postgresql_where=text("remaining_quota > 0")),
        Index("ix_email_service_schedule_changed", "pool_id", "changed_at"),
    )  # fmt: skip
    service_id: UUID = Field(foreign_key="email_services.id", primary_key=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id")
    pool_id: UUID = Field(foreign_key="pools.id")
    kind: str
    status: str = Field(default="active")
    time_zone: str = Field(default="UTC")
    """IANA name; the quota's day begins at its midnight."""
    last_sent_at: datetime | None = instant()
    sending_interval: timedelta = Field(sa_column=Column(Interval, nullable=False))
    jitter: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default="0"))
    """Share of the interval by which each is lengthened at random; never shortened."""
    window_opens: time | None = None
    """With the two below: the hours of the local day in which it may send, and the days on which they begin."""
    window_closes: time | None = None
    """Exclusive. Not after `window_opens`: the window runs over midnight."""
    window_weekdays: list[int] | None = Field(default=None, sa_column=Column(ARRAY(SmallInteger)))
    """Monday is 0."""
    next_available_at: datetime = created()
    """Before it nothing goes. While a mailbox is in a dialogue: the worst case, upload limit and interval ahead."""
    expected_at: datetime = created()
    """When it is expected to be free, for planning: claim + dialogue + interval, then as `next_available_at`."""
    daily_quota: int
    first_day_quota: int | None = None
    """With the two below: a warm-up; the quota of the day `warm_up_from`, and what every further day adds."""
    daily_step: int | None = None
    warm_up_from: date | None = None
    day_quota: int | None = None
    """What `quota_day` allows while the service warms up; empty: the daily quota."""
    used_quota: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    carried_quota: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """Mails claimed so late that their dot may fall on the next day: both days pay until it is known."""
    remaining_quota: int | None = Field(
        default=None, sa_column=Column(Integer, Computed("least(daily_quota, day_quota) - used_quota", persisted=True))
    )
    quota_day: date | None = None
    quota_reset_at: datetime = created()
    success_rate: float | None = Field(default=None, sa_column=Column(Float))
    """Smoothed share of accepted mails; unknown before the first."""
    dialogue: timedelta = Field(sa_column=Column(Interval, nullable=False, server_default=text("'100 ms'")))
    """Smoothed time from the claim to the answer to the dot."""
    finished: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Ended deliveries, ever: the allocator measures the fleet's speed by it."""
    last_permit_no: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    last_permit_id: UUID | None = None
    """The newest claim: only its record may shorten the wait it caused."""
    failure_share: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default="0"))
    """Smoothed share of dialogues that failed for the service's sake; above its bound the service is rested."""
    rested_until: datetime | None = instant()
    rest_level: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """How often in a row it was rested; a success sets it to 0."""
    rest_reason: str | None = Field(default=None, sa_column=Column(Text))
    changed_at: datetime = created()
    created_at: datetime = created()
    updated_at: datetime = created()


class ServiceReservation(Table, table=True):
    """Connection n of a service, held by one worker process until it expires (seed: service_reservations)."""

    __tablename__ = "service_reservations"
    service_id: UUID = Field(foreign_key="email_services.id", primary_key=True, ondelete="CASCADE")
    connection_no: int = Field(primary_key=True)
    reserved_by: str
    reserved_at: datetime = created()
    expires_at: datetime = instant(nullable=False)
