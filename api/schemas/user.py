"""Users and pools."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Address, Incoming, Line, Outgoing

Role = Literal["admin", "member"]


class UserIn(Incoming):
    """A user to add."""

    email: Address
    name: Line
    role: Role = "member"


class UserOut(Outgoing):
    """A user."""

    id: UUID
    email: str
    name: str
    role: Role
    created_at: datetime


class PoolIn(Incoming):
    """A pool that several users share."""

    name: Line
    members: Annotated[list[Line], Field(max_length=5_000)] = Field(default_factory=list)
    """Ids or addresses of users."""
    may_prioritise: Annotated[list[Line], Field(max_length=5_000)] = Field(default_factory=list)
    """Those of the members whose tasks may have priority 1."""


class PoolMemberOut(Outgoing):
    """Who may send through a pool."""

    user_id: UUID
    email: str
    may_prioritise: bool


class PoolOut(Outgoing):
    """A pool."""

    id: UUID
    name: str
    user_id: UUID
    """Its owner."""
    members: list[PoolMemberOut]
    active_services: int
    created_at: datetime
