"""What can come back for a mail."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, JsonValue, field_validator

EventKind = Literal["open", "click", "reply", "auto_reply", "hard_bounce", "soft_bounce", "complaint", "unsubscribe"]
EVENT_KINDS: Final = (
    "open", "click", "reply", "auto_reply", "hard_bounce", "soft_bounce", "complaint", "unsubscribe",
)  # fmt: skip
"""An answer that says someone is away is an `auto_reply` whose detail holds `awayUntil`."""


class NewEvent(BaseModel, frozen=True):
    """Something that happened to a mail, as whoever saw it tells the database."""

    task_id: UUID
    seq: int
    kind: EventKind
    key: str
    """Names it for its user: the same told twice is one event."""
    occurred_at: AwareDatetime | None
    """None: now, by the clock of the database; a time to come counts as now."""
    machine: bool = False
    """An open or click that a privacy proxy or scanner made."""
    detail: dict[str, JsonValue] = {}
    """The link that was clicked, a bounce's code and text, `awayUntil` (ISO 8601, with zone). Never a body."""

    @field_validator("detail")
    @classmethod
    def _check_away_until(cls, detail: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Refuse a moment that the database could not read: it would fail all events that are written with it."""
        until = detail.get("awayUntil")
        if until is not None and ("W" in str(until) or datetime.fromisoformat(str(until)).tzinfo is None):
            raise ValueError(f"awayUntil is {until!r}; write date and time with their zone, as isoformat() does")
        return detail
