"""API keys."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.schemas.base import Incoming, Line, Outgoing

Scope = Literal["read", "write", "admin"]
"""Each includes the one before it. `admin` works only for users whose role is admin."""


def _usual_scopes() -> list[Scope]:
    return ["read", "write"]


class ApiKeyIn(Incoming):
    """A key to make."""

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)] = Field(default_factory=_usual_scopes)
    expires_at: AwareDatetime | None = None
    user_id: UUID | None = None
    """For another user; administrators only."""


class ApiKeyOut(Outgoing):
    """A key, without the key itself."""

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    """How it begins, so that a person can tell keys apart."""
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewApiKeyOut(ApiKeyOut):
    """A key that was just made."""

    key: str
    """Shown this once; only its hash is kept."""
