"""Settings that can be changed while running, and their changes."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Incoming, Outgoing

Value = int | float | bool | str


class ConfigOut(Outgoing):
    """A setting that can be changed while running."""

    key: str
    value: Value
    default_value: Value
    value_type: str
    category: str
    description: str
    constraints: dict[str, float]
    """`minimum` and `maximum`."""
    updated_at: datetime


class ConfigChange(Incoming):
    """A new value."""

    value: Value = Field(union_mode="smart")


class ConfigChangeOut(Outgoing):
    """A change that was made: who, when, from what, to what."""

    key: str
    old_value: Value
    new_value: Value
    changed_at: datetime
    key_id: UUID | None
    key_name: str
    """Of the API key that was used, as it was called then."""
    user_email: str
