"""How the installation did, minute by minute, and which worker processes there are."""

from sqlalchemy import Column, DateTime, Integer
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

from database.tables.base import Table, created, datetime, instant, one_of

HEALTH_STATUSES = ("healthy", "degraded", "unhealthy")


class HealthRecord(Table, table=True):
    """The worst that was seen in one minute. A minute without a row counts as unavailable: nobody was there to look."""

    __tablename__ = "health_records"
    __table_args__ = (one_of("status", HEALTH_STATUSES),)
    minute: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    status: str
    causes: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False, server_default="{}"))
    """Their codes; see `scheduling.health`."""


class WorkerProcess(Table, table=True):
    """One worker process that runs, or died without leaving in order: then nothing moves `seen_at` any more."""

    __tablename__ = "worker_processes"
    name: str = Field(primary_key=True)
    """As in reservations and deliveries: host, process id, and a random part."""
    slots: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    """Activities it takes at once."""
    started_at: datetime = created()
    seen_at: datetime = instant(nullable=False)
