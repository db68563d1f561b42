"""Alerts: what people should look at."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Outgoing

AlertState = Literal["open", "cleared", "all"]


class AlertOut(Outgoing):
    """One trouble, from when people were told of it to its end."""

    id: int
    key: str
    """The same trouble has the same key."""
    kind: str
    severity: Literal["warning", "critical"]
    owner_id: UUID | None
    """Whose it is; empty: the installation's."""
    what: str
    to_do: str
    code: str = ""
    """Which sentences these are, to say them in another language; never changed. Empty: of an earlier release."""
    params: dict[str, str | int | float] = Field(default_factory=dict)
    """The figures and names in them."""
    subject: dict[str, str]
    """Ids of what it is about: `taskId`, `serviceId`, `poolId`, …"""
    raised_at: datetime
    cleared_at: datetime | None
