"""`/api/webhooks`: receivers outside that are told what came back for mails (docs/webhooks.md)."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import Connection, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import webhook as operations
from api.pages import Cursor, Limit, decode_moment, decode_number, make_page, make_shown_page
from api.schemas.base import Page
from api.schemas.webhook import (
    NewWebhookOut,
    WebhookChange,
    WebhookDeliveryOut,
    WebhookIn,
    WebhookOut,
    WebhookResume,
    WebhookTestOut,
)
from database.queries import webhook

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])


@router.post("", status_code=201)
async def create(order: WebhookIn, once: OnlyOnce, response: Response) -> NewWebhookOut:
    """Tell a receiver what comes back for mails from now on. The answer alone shows its secret."""
    made = await operations.create(once, order)
    response.headers["Location"] = f"/api/webhooks/{made.id}"
    return made


@router.get("")
async def list_own(
    caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[WebhookOut]:
    """List your webhooks and how they do."""
    rows = await webhook.list_own(connection, caller.user_id, decode_moment(cursor), limit)
    return make_shown_page(rows, limit, operations.shown, "created_at", "id")


@router.get("/{webhook_id}")
async def read(webhook_id: UUID, caller: Reader, connection: Connection) -> WebhookOut:
    """One webhook and how it does."""
    return await operations.find(connection, caller, webhook_id)


@router.patch("/{webhook_id}")
async def change(webhook_id: UUID, wanted: WebhookChange, caller: Writer, process: Process) -> WebhookOut:
    """Change where it is told, or what. A message that waits is tried at once."""
    return await operations.change(process, caller, webhook_id, wanted)


@router.delete("/{webhook_id}", status_code=204)
async def delete(webhook_id: UUID, caller: Writer, process: Process) -> None:
    """Tell it nothing more."""
    await operations.delete(process, caller, webhook_id)


@router.post("/{webhook_id}/test")
async def test(webhook_id: UUID, caller: Writer, process: Process) -> WebhookTestOut:
    """Post a message of type `webhook.test` now, and say how it was taken."""
    return await operations.test(process, caller, webhook_id)


@router.post("/{webhook_id}/resume")
async def resume(webhook_id: UUID, order: WebhookResume, caller: Writer, process: Process) -> WebhookOut:
    """Go on with one that was given up, or waits: from where it stopped, or from now on."""
    return await operations.resume(process, caller, webhook_id, skip=order.skip_missed)


@router.post("/{webhook_id}/rotate-secret")
async def rotate(webhook_id: UUID, once: OnlyOnce) -> NewWebhookOut:
    """Give it a new secret. For 24 hours messages are signed with both."""
    return await operations.rotate(once, webhook_id)


@router.get("/{webhook_id}/deliveries")
async def deliveries(
    webhook_id: UUID, caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[WebhookDeliveryOut]:
    """List its last tries, the newest first; the last thousand are kept."""
    await operations.find(connection, caller, webhook_id)
    rows = await webhook.deliveries(connection, caller.user_id, webhook_id, decode_number(cursor), limit)
    return make_page(rows, limit, WebhookDeliveryOut, "id")
