"""Webhooks: what is told, and the messages between their workflow and its activity. No event is in any of them."""

from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel

from contracts.event import EventKind

WebhookStatus = Literal["active", "disabled"]
WEBHOOK_STATUSES: Final = ("active", "disabled")
"""`disabled`: given up after days without success, or because the receiver said 410. A person resumes it."""

WebhookType = Literal[
    "mail.opened", "mail.clicked", "mail.replied", "mail.auto_replied", "mail.hard_bounced", "mail.soft_bounced",
    "mail.complained", "mail.unsubscribed",
]  # fmt: skip
TYPE_OF: Final[dict[EventKind, WebhookType]] = {
    "open": "mail.opened", "click": "mail.clicked", "reply": "mail.replied", "auto_reply": "mail.auto_replied",
    "hard_bounce": "mail.hard_bounced", "soft_bounce": "mail.soft_bounced", "complaint": "mail.complained",
    "unsubscribe": "mail.unsubscribed",
}  # fmt: skip
"""What each kind of event is called outside."""
KIND_OF: Final[dict[WebhookType, EventKind]] = {name: kind for kind, name in TYPE_OF.items()}


class WebhookRun(BaseModel, frozen=True):
    """What a webhook's workflow is started with: all else stands in its row."""

    webhook_id: UUID


class DeliverEvents(BaseModel, frozen=True):
    """Order: post what is new, in order, until all is told or one is not taken."""

    webhook_id: UUID


class WebhookOutcome(BaseModel, frozen=True):
    """How far an order came."""

    status: Literal["active", "disabled", "gone"]
    """`gone`: the webhook was deleted."""
    delivered: int = 0
    more: bool = False
    """There is more to tell at once."""
    retry_in: timedelta | None = None
    """One was not taken: wait so long."""
