"""Limits per recipient domain, shared by all services of a pool."""

from datetime import timedelta

from sqlalchemy import CheckConstraint, Column, Interval
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, instant


class DomainLimit(Table, table=True):
    """How fast a pool may write to one domain: what a person set, and what the domain's refusals have taught."""

    __tablename__ = "domain_limits"
    __table_args__ = (CheckConstraint("per_minute > 0", name="per_minute"),)
    pool_id: UUID = Field(foreign_key="pools.id", primary_key=True, ondelete="CASCADE")
    domain: str = Field(primary_key=True)
    """Lower case."""
    counted_as: str | None = None
    """Another domain of the same provider, whose row counts for this one too."""
    per_minute: int | None = None
    """Most mails in any minute; empty: only what was learnt."""
    learnt_interval: timedelta | None = Field(default=None, sa_column=Column(Interval))
    """Spacing that refusals have taught: doubled by each, shortened by each success until it is gone."""
    next_available_at: datetime = created()
    """When the mails that went out so far are evenly spent (the theoretical arrival time of GCRA)."""
    next_slot_at: datetime = created()
    """When the next mail that has to wait is given its turn."""
    refused_at: datetime | None = instant()
    """The newest refusal that taught something."""
    created_at: datetime = created()
    updated_at: datetime = created()
