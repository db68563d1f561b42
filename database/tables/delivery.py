"""Deliveries: one try of one mail under one permit, kept for ever."""

from datetime import date

from sqlalchemy import BigInteger, Boolean, Column, Index, SmallInteger, false, text
from sqlmodel import Field

from contracts.delivery import DECISIONS, DELIVERY_OUTCOMES, DELIVERY_PHASES
from database.tables.base import UUID, Table, created, datetime, instant, one_of


class Delivery(Table, table=True):
    """The second half of the ledger. Its key is the permit, so a permit can be used once."""

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("phase", DELIVERY_PHASES),
        one_of("outcome", DELIVERY_OUTCOMES),
        one_of("decision", DECISIONS),
        Index("ix_deliveries_mail", "task_id", "seq"),
        Index("ix_deliveries_open", "deadline", postgresql_where=text("phase <> 'ended'")),
        Index("ix_deliveries_sent", "service_id", "ended_at", postgresql_where=text("outcome = 'sent'")),
        Index(
            "ix_deliveries_refused", "ended_at",
            postgresql_where=text("outcome = 'failed' AND reason = 'unknown_user'"),
        ),
        Index("ix_deliveries_ended", "task_id", "ended_at", postgresql_where=text("phase = 'ended'")),
    )  # fmt: skip
    permit_id: UUID = Field(primary_key=True)
    permit_no: int = Field(sa_type=BigInteger)
    task_id: UUID = Field(foreign_key="tasks.id", ondelete="CASCADE")
    seq: int
    service_id: UUID
    attempt: int = Field(sa_type=SmallInteger)
    phase: str
    outcome: str | None = None
    reason: str | None = None
    reply_code: int | None = Field(default=None, sa_type=SmallInteger)
    reply_text: str | None = None
    worker: str
    """The process that claimed it: host, process id, and a random part."""
    charge_day: date
    charged_next_day: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    deadline: datetime = instant(nullable=False)
    """Past it, whoever held the delivery is dead: `claimed` goes back to pending, `transmitting` to `unknown`."""
    due_at: datetime | None = instant()
    claimed_at: datetime = created()
    marked_at: datetime | None = instant()
    ended_at: datetime | None = instant()
    decision: str | None = None
    """What a person decided where the outcome was unknown."""
    decided_at: datetime | None = instant()
    decided_by: UUID | None = None
    """The API key they used."""
