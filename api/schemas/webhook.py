"""Webhooks: receivers that are told what came back for mails."""

from datetime import datetime
from typing import Annotated, Final, get_args
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Incoming, Outgoing
from contracts.webhook import WebhookStatus, WebhookType

ALL: Final[tuple[WebhookType, ...]] = get_args(WebhookType)

Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000, pattern=r"^[!-~]+$")]
Types = Annotated[list[WebhookType], Field(min_length=1, max_length=len(ALL))]


class WebhookIn(Incoming):
    """A receiver to be told."""

    url: Url
    """`https://…`"""
    types: Types = Field(default_factory=lambda: list(ALL))
    """Which messages it gets; all unless said."""


class WebhookChange(Incoming):
    """What is to be different; what is left out stays."""

    url: Url | None = None
    types: Types | None = None


class WebhookResume(Incoming):
    """How to go on."""

    skip_missed: bool = False
    """Do not tell what came meanwhile."""


class WebhookOut(Outgoing):
    """A receiver and how it does. Its secret is never shown again."""

    id: UUID
    url: str
    types: list[WebhookType]
    status: WebhookStatus
    """`disabled`: given up, `lastError` says why; resume it."""
    failures: int
    """In a row."""
    failing_since: datetime | None
    retry_at: datetime | None
    """About when the message that was not taken is tried again; those behind it wait."""
    last_error: str | None
    last_taken_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime


class NewWebhookOut(WebhookOut):
    """The same with its secret, which is shown this once."""

    secret: str
    """`whsec_…` (Standard Webhooks); receivers verify signatures with it."""


class WebhookTestOut(Outgoing):
    """How a receiver took a message of type `webhook.test`."""

    taken: bool
    status: int | None
    error: str | None
    seconds: float


class WebhookDeliveryOut(Outgoing):
    """One try to tell one event."""

    id: int
    message_id: str
    """The header `webhook-id`: the same at every try."""
    type: str
    task_id: UUID | None
    seq: int | None
    status_code: int | None
    error: str | None
    """Empty: it was taken."""
    seconds: float
    attempted_at: datetime
