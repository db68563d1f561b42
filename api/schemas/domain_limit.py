"""Limits per recipient domain."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Incoming, Line, Outgoing

PerMinute = Annotated[int, Field(ge=1, le=1_000_000)]
"""Most mails in any minute, all services of the pool together."""
Domains = Annotated[list[Line], Field(max_length=100)]


class DomainLimitIn(Incoming):
    """How fast a pool may write to a domain."""

    domain: Line
    also_counts: Domains = Field(default_factory=list)
    """Other domains of the same provider, such as googlemail.com beside gmail.com: one limit for all."""
    per_minute: PerMinute
    pool: Line | None = None
    """Name or id; your own pool unless said."""


class DomainLimitChange(Incoming):
    """What to change of a limit; the rest stays."""

    also_counts: Domains | None = None
    per_minute: PerMinute | None = None

    @model_validator(mode="after")
    def _nothing_can_be_emptied(self) -> "DomainLimitChange":
        for name in self.model_fields_set:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty; delete the limit instead")
        return self


class DomainLimitOut(Outgoing):
    """How fast a pool writes to a domain: what was set, and what its refusals have taught."""

    domain: str
    also_counts: list[str]
    per_minute: int | None
    """Empty: only learnt."""
    learnt_interval: float | None
    """Seconds between mails that refusals have taught; successes shorten it until it is gone."""
    refused_at: datetime | None
    """When it was last refused."""
    next_available_at: datetime
    """From when on the next mail may go; before now: at once."""
    pool_id: UUID
    pool: str
    created_at: datetime
    updated_at: datetime
