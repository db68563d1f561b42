"""What can come back for a mail."""

from typing import Final, Literal

EventKind = Literal["open", "click", "reply", "auto_reply", "hard_bounce", "soft_bounce", "complaint", "unsubscribe"]
EVENT_KINDS: Final = (
    "open", "click", "reply", "auto_reply", "hard_bounce", "soft_bounce", "complaint", "unsubscribe",
)  # fmt: skip
"""An answer that says someone is away is an `auto_reply` whose detail holds `awayUntil`."""
