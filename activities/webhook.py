"""Tells a webhook's receiver what is new, in order, and wakes the workflows that do so."""

import asyncio
import json
import logging
import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, timedelta
from typing import Final
from uuid import UUID, uuid5

import asyncpg
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.webhook_post import Answer, Message, Poster
from contracts.identifiers import WEBHOOK_WORKFLOW, webhook_workflow_id
from contracts.webhook import TYPE_OF, DeliverEvents, WebhookOutcome, WebhookRun
from database.connect import Row
from database.errors import UNREACHABLE
from database.queries import webhook_delivery
from database.queries.webhook_delivery import Endpoint
from scheduling.webhook import next_try

log = logging.getLogger(__name__)

BATCH: Final = 100
LASTS: Final = 60.0
"""Seconds after which an activity begins no new message."""
GONE: Final = 410
REST: Final = 1.0
"""Seconds in which news are gathered: a thousand opens a second wake a workflow once."""
SIGNAL_TIMEOUT: Final = timedelta(seconds=5)
NO_SECRET: Final = "its secret does not open with TEMPOST_SECRETS__KEY: give it a new one, then resume it"  # noqa: S105 - words, no secret

Unseal = Callable[[UUID, bytes], str | None]
"""A sealed secret of a webhook; None: it does not open."""


class WebhookActivities:
    """Needs the database's pool, a way to open secrets, and how certificates are verified."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", unseal: Unseal, tls: ssl.SSLContext, *, allow_private: bool
    ) -> None:
        self._pool = pool
        self._unseal = unseal
        self._tls = tls
        self._allow_private = allow_private

    @activity.defn(name="webhook.deliver")
    async def deliver(self, order: DeliverEvents) -> WebhookOutcome:
        """Post new events until one is not taken. Run again, it goes on behind the last one that was recorded as taken.

        A message whose record a crash has prevented is posted again, with the same id.
        """
        async with self._pool.acquire() as connection:
            endpoint = await webhook_delivery.endpoint(connection, order.webhook_id)
            if endpoint is None or endpoint.status != "active":
                return WebhookOutcome(status="gone" if endpoint is None else "disabled")
            keys = [self._unseal(endpoint.id, sealed) for sealed in endpoint.secrets_sealed]
            if not keys or None in keys:
                await webhook_delivery.disable(connection, endpoint.id, NO_SECRET)
                return WebhookOutcome(status="disabled")
            upto = await webhook_delivery.settled(connection, endpoint)
            if upto is None:
                return WebhookOutcome(status="active", more=True)
            events = await webhook_delivery.next_events(connection, endpoint, upto, BATCH)
        return await self._post_all(endpoint, [key for key in keys if key], events, upto)

    async def _post_all(self, endpoint: Endpoint, keys: list[str], events: list[Row], upto: int) -> WebhookOutcome:
        clock = asyncio.get_running_loop().time
        until = clock() + LASTS
        position = endpoint.last_event_id
        async with Poster(self._tls, allow_private=self._allow_private) as poster:
            for number, event in enumerate(events):
                if clock() > until or activity.is_worker_shutdown():
                    return WebhookOutcome(status="active", delivered=number, more=True)
                answer = await poster.post(endpoint.url, message(event), keys)
                activity.heartbeat()
                if not answer.taken:
                    return await self._not_taken(endpoint, event, answer, number)
                if not await self._taken(endpoint, event, answer, position):
                    return WebhookOutcome(status="active", delivered=number, more=True)
                position = event["id"]
        full = len(events) == BATCH
        async with self._pool.acquire() as connection:
            if not full:
                await webhook_delivery.advance(connection, endpoint.id, position, upto)
            await webhook_delivery.forget(connection, endpoint.id)
        return WebhookOutcome(status="active", delivered=len(events), more=full)

    async def _taken(self, endpoint: Endpoint, event: Row, answer: Answer, position: int) -> bool:
        """Move on; False where somebody else has: a run of this that was thought dead, or a person."""
        async with self._pool.acquire() as connection, connection.transaction():
            moved = await webhook_delivery.advance(connection, endpoint.id, position, event["id"], taken=True)
            if moved:
                await webhook_delivery.keep(connection, endpoint.id, message(event), event, answer)
            return moved

    async def _not_taken(self, endpoint: Endpoint, event: Row, answer: Answer, delivered: int) -> WebhookOutcome:
        """Note the failure; the webhook is given up at the schedule's end, or where the receiver says it is gone."""
        error = answer.error or ""
        failures = 1 if delivered else endpoint.failures + 1
        wait = None if answer.status == GONE else next_try(failures, answer.retry_after)
        async with self._pool.acquire() as connection, connection.transaction():
            await webhook_delivery.keep(connection, endpoint.id, message(event), event, answer)
            await webhook_delivery.fail(connection, endpoint.id, error, wait)
        if wait is None:
            log.warning("webhook %s is disabled: %s", endpoint.id, error)
            return WebhookOutcome(status="disabled", delivered=delivered)
        return WebhookOutcome(status="active", delivered=delivered, retry_in=wait)


def message(event: Row) -> Message:
    """An event as it is told outside. Its id comes from the event's key: a restored database does not use it again."""
    kind = TYPE_OF[event["kind"]]
    data = {
        "taskId": str(event["task_id"]),
        "campaignId": None if event["campaign_id"] is None else str(event["campaign_id"]),
        "round": event["round_no"],
        "seq": event["seq"],
        "contactId": event["contact_id"],
        "email": event["email"],
        "messageId": event["message_id"],
        "machine": event["machine"],
        "detail": event["detail"],
    }
    at = event["occurred_at"].astimezone(UTC).isoformat().replace("+00:00", "Z")
    body = json.dumps({"type": kind, "timestamp": at, "data": data}, ensure_ascii=False, separators=(",", ":"))
    return Message(f"evt_{uuid5(event['user_id'], event['key']).hex}", kind, body.encode())


class WebhookWakes:
    """Wakes webhooks' workflows for one process: what is told within a second is one wake."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", client: Client, task_queue: str) -> None:
        self._pool = pool
        self._client = client
        self._task_queue = task_queue
        self._news: set[UUID] = set()
        self._waking: asyncio.Task[None] | None = None

    def events_recorded(self, task_ids: Iterable[UUID]) -> None:
        """Say that events of these tasks are committed. Returns at once; what fails is seen by the periodic look."""
        self._news.update(task_ids)
        if self._news and (self._waking is None or self._waking.done()):
            self._waking = asyncio.create_task(self._wake())

    async def ensure(self, webhook_id: UUID) -> bool:
        """Start the workflow unless it runs; whether it did not. Raises `RPCError`."""
        try:
            await self._start(webhook_id, None)
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def changed(self, webhook_id: UUID) -> None:
        """Say that a person made, changed or resumed it: it tries at once, however long it would wait."""
        await self._start(webhook_id, "changed")

    async def close(self) -> None:
        """Leave what was not told yet to the periodic look."""
        if self._waking is not None:
            self._waking.cancel()
            await asyncio.gather(self._waking, return_exceptions=True)

    async def _wake(self) -> None:
        while self._news:
            await asyncio.sleep(REST)
            task_ids, self._news = list(self._news), set()
            try:
                async with self._pool.acquire() as connection:
                    webhook_ids = await webhook_delivery.listening(connection, task_ids)
                for webhook_id in webhook_ids:
                    await self._start(webhook_id, "events_recorded")
            except (*UNREACHABLE, RPCError) as error:
                log.warning("webhooks are not woken, they look by themselves within minutes: %s", error)

    async def _start(self, webhook_id: UUID, signal: str | None) -> None:
        await self._client.start_workflow(
            WEBHOOK_WORKFLOW,
            WebhookRun(webhook_id=webhook_id),
            id=webhook_workflow_id(webhook_id),
            task_queue=self._task_queue,
            start_signal=signal,
            static_summary="Webhook",
            static_details="Tells a receiver what came back for mails, in order. Where it stands is in its row.",
            rpc_timeout=SIGNAL_TIMEOUT,
        )
