"""Webhooks: made, changed, tested, resumed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.webhook_post import Message, Poster, new_secret
from api.idempotency import Once
from api.operations.api_key import KeyHolder
from api.operations.host import check_name
from api.operations.temporal import tell
from api.problems import ConflictError, invalid, owned
from api.schemas.webhook import NewWebhookOut, WebhookChange, WebhookIn, WebhookOut, WebhookTestOut
from contracts.webhook import KIND_OF, TYPE_OF
from database.connect import transaction
from database.queries import webhook, webhook_delivery
from runtime.resources import Resources

MOST: Final = 20
"""Webhooks of a user: each is a workflow that looks for news every few minutes."""
OVERLAP: Final = timedelta(hours=24)
"""How long an old secret signs too."""


async def create(once: Once, order: WebhookIn) -> NewWebhookOut:
    """Make a webhook and start telling it."""
    resources = once.resources
    check_url(resources, order.url)

    async def work(connection: AsyncConnection) -> NewWebhookOut:
        if await webhook.count(connection, once.caller.user_id) >= MOST:
            raise ConflictError(f"You have {MOST} webhooks, which is the most. Delete one first.")
        webhook_id, secret = uuid4(), new_secret()
        values = {"id": webhook_id, "url": order.url, "kinds": [KIND_OF[name] for name in order.types]}
        values["secret_sealed"] = resources.seal.seal(secret, webhook_id)
        await webhook.insert(connection, once.caller.user_id, values)
        return NewWebhookOut(**dict(await find(connection, once.caller, webhook_id)), secret=secret)

    made = await once.run(NewWebhookOut, work, secret=True)
    await tell_changed(resources, made.id)
    return made


async def change(resources: Resources, caller: KeyHolder, webhook_id: UUID, wanted: WebhookChange) -> WebhookOut:
    """Tell it elsewhere, or something else, from the next message on."""
    if wanted.url is not None:
        check_url(resources, wanted.url)
    kinds: list[str] | None = None if wanted.types is None else [KIND_OF[name] for name in wanted.types]
    async with transaction(resources.engine) as connection:
        await webhook.change(connection, caller.user_id, webhook_id, wanted.url, kinds)
        changed = await find(connection, caller, webhook_id)
    await tell_changed(resources, webhook_id)
    return changed


async def resume(resources: Resources, caller: KeyHolder, webhook_id: UUID, *, skip: bool) -> WebhookOut:
    """Go on with one that is disabled or waits; safe to repeat."""
    async with transaction(resources.engine) as connection:
        await webhook.resume(connection, caller.user_id, webhook_id, skip=skip)
        resumed = await find(connection, caller, webhook_id)
    await tell_changed(resources, webhook_id)
    return resumed


async def rotate(once: Once, webhook_id: UUID) -> NewWebhookOut:
    """Give it a new secret; for a day messages are signed with both."""
    resources, secret = once.resources, new_secret()

    async def work(connection: AsyncConnection) -> NewWebhookOut:
        sealed = resources.seal.seal(secret, webhook_id)
        await webhook.rotate(connection, once.caller.user_id, webhook_id, sealed, OVERLAP)
        return NewWebhookOut(**dict(await find(connection, once.caller, webhook_id)), secret=secret)

    return await once.run(NewWebhookOut, work, secret=True)


async def delete(resources: Resources, caller: KeyHolder, webhook_id: UUID) -> None:
    """Tell it nothing more. Its workflow sees for itself that it is gone."""
    async with transaction(resources.engine) as connection:
        owned(await webhook.delete(connection, caller.user_id, webhook_id), "webhook", webhook_id)
    await tell_changed(resources, webhook_id)


async def test(resources: Resources, caller: KeyHolder, webhook_id: UUID) -> WebhookTestOut:
    """Post a message that means nothing, and say how it was taken."""
    async with resources.ledger_pool.acquire() as connection:
        found = await webhook_delivery.endpoint(connection, webhook_id)
    found = owned(found if found and found.user_id == caller.user_id else None, "webhook", webhook_id)
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"type": "webhook.test", "timestamp": at, "data": {"webhookId": str(webhook_id)}}
    message = Message(f"test_{uuid4().hex}", "webhook.test", json.dumps(body).encode())
    keys = [resources.seal.open(sealed, webhook_id) for sealed in found.secrets_sealed]
    async with Poster(resources.tls, allow_private=resources.settings.smtp.allow_private_hosts) as poster:
        answer = await poster.post(found.url, message, keys)
    async with resources.ledger_pool.acquire() as connection:
        await webhook_delivery.keep(connection, webhook_id, message, None, answer)
    return WebhookTestOut(taken=answer.taken, status=answer.status, error=answer.error, seconds=answer.seconds)


async def find(connection: AsyncConnection, caller: KeyHolder, webhook_id: UUID) -> WebhookOut:
    """One of the caller's."""
    row = owned(await webhook.get(connection, caller.user_id, webhook_id), "webhook", webhook_id)
    return shown(row)


def check_url(resources: Resources, url: str) -> None:
    """Refuse what cannot be a receiver, or is inside our own network by its looks; its addresses are judged later."""
    allow_private = resources.settings.smtp.allow_private_hosts
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise invalid("#/url", f"is not a URL: {error}") from None
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise invalid("#/url", "must begin with https://")
    if not host or parts.username is not None or parts.fragment:
        raise invalid("#/url", "must name a host, and hold neither a user nor a fragment (#…)")
    check_name(host, allow_private=allow_private, pointer="#/url")


def shown(row: RowMapping) -> WebhookOut:
    """Name what is told as it is named outside."""
    return WebhookOut.model_validate({**row, "types": [TYPE_OF[kind] for kind in row["kinds"]]})


async def tell_changed(resources: Resources, webhook_id: UUID) -> None:
    """Have the workflow look at once; else reconcile or its next look does."""
    await tell(resources.webhook_wakes.changed(webhook_id), f"tell webhook {webhook_id} that it was changed")
