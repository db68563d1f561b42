"""A webhook's workflow on a real server and before a real receiver: all that came back is told, in order."""

import asyncio
import smtplib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import activities.webhook
import scheduling.webhook
from activities.webhook import WebhookActivities, WebhookWakes
from activities.webhook_post import new_secret
from contracts.event import EventKind
from contracts.identifiers import webhook_workflow_id
from mail.receiver import Receiver as MailReceiver
from mail.return_path import ReturnPaths
from runtime.inbox import Inbox
from runtime.receive import Door
from tests.integration.ledger.campaign import Correspondence
from tests.integration.ledger.world import World
from tests.integration.receiver import Receiver, receiving
from tests.unit.mail.inbound.mails import answer
from tests.workflow.conftest import Replays
from workflows.webhook import WebhookWorkflow

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
SECRET = new_secret()
KINDS: list[EventKind] = ["open", "click", "reply"]
WEBHOOK = """
    INSERT INTO webhooks (id, user_id, url, secret_sealed, kinds) VALUES ($1, $2, $3, $4, '{open,click,reply}')
"""


@dataclass
class Telling:
    """A webhook, its receiver, and the mails it is told about."""

    client: Client
    queue: str
    mails: Correspondence
    receiver: Receiver
    wakes: WebhookWakes
    webhook_id: UUID

    @property
    def pool(self) -> Pool:
        return self.mails.world.pool

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """A worker that serves nothing but webhooks."""
        serves = WebhookActivities(
            self.pool, lambda _, sealed: sealed.decode(), ssl.create_default_context(), allow_private=True
        )
        async with Worker(
            self.client, task_queue=self.queue, workflows=[WebhookWorkflow], activities=[serves.deliver],
            workflow_runner=UnsandboxedWorkflowRunner(), build_id="test",
        ):  # fmt: skip
            yield

    async def record(self, *kinds: EventKind) -> None:
        """Of one mail after the other."""
        for seq, kind in enumerate(kinds, start=1):
            await self.mails.tell(kind, seq=seq)

    async def ended(self) -> asyncpg.Record:
        """Wait for the workflow's end; the webhook's row."""
        await self.client.get_workflow_handle(webhook_workflow_id(self.webhook_id)).result()
        return await self.mails.world.row("SELECT * FROM webhooks WHERE id = $1", self.webhook_id)

    async def delete(self) -> None:
        """Delete it, and wait until its workflow has seen that."""
        await self.pool.execute("DELETE FROM webhooks")
        await self.wakes.changed(self.webhook_id)
        await self.client.get_workflow_handle(webhook_workflow_id(self.webhook_id)).result()

    @asynccontextmanager
    async def mail_server(self) -> AsyncIterator[int]:
        """The port at which mails to us are taken by LMTP."""

        async def tell(_: UUID) -> None:
            """No task's workflow runs here."""

        door = Door(self.pool, Inbox(self.pool, ReturnPaths("k" * 43 + "="), tell, self.wakes.events_recorded))
        server = MailReceiver(door.take, door.accepts, "mx.example.org")
        yield await server.listen("127.0.0.1", 0)
        await server.close()


@pytest.fixture
async def telling(temporal_client: Client, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Telling]:
    """A webhook for opens, clicks and replies, of a user with a task of five mails; waits are short."""
    monkeypatch.setattr(scheduling.webhook, "SCHEDULE", (timedelta(milliseconds=10),) * 3)
    monkeypatch.setattr(activities.webhook, "REST", 0.0)
    world = World(pool)
    await world.begin()
    mails = Correspondence(world, await world.task(mails=5))
    webhook_id, queue = uuid4(), f"test-{uuid4().hex}"
    wakes = WebhookWakes(pool, temporal_client, queue)
    async with receiving() as receiver:
        await pool.execute(WEBHOOK, webhook_id, world.user_id, receiver.url, SECRET.encode())
        yield Telling(temporal_client, queue, mails, receiver, wakes, webhook_id)
        await wakes.close()


async def test_what_is_not_taken_is_tried_again_and_all_is_told_once_and_in_order(
    telling: Telling, replays: Replays
) -> None:
    telling.receiver.answers = ["200 OK", "500 Oops", "302 Found"]
    await telling.record("open", "hard_bounce", "click", "reply")

    async with telling.worker():
        await telling.wakes.changed(telling.webhook_id)
        await telling.receiver.until(5)
        await telling.record("open")
        telling.wakes.events_recorded([telling.mails.task_id])
        await telling.receiver.until(6)
        await telling.delete()

    types = [message["type"] for message in telling.receiver.messages(SECRET)]
    assert types == ["mail.opened", *["mail.clicked"] * 3, "mail.replied", "mail.opened"]
    assert len(set(telling.receiver.ids())) == 4
    message = telling.receiver.messages(SECRET)[1]["data"]
    assert (message["taskId"], message["seq"], message["machine"]) == (str(telling.mails.task_id), 3, False)
    assert "@example.net" in message["email"]
    await replays("webhook", webhook_workflow_id(telling.webhook_id))


async def test_a_message_whose_worker_died_comes_again_with_the_same_id(telling: Telling) -> None:
    await telling.record("open", "click")
    telling.receiver.open.clear()
    async with telling.worker():
        await telling.wakes.changed(telling.webhook_id)
        await telling.receiver.until(1)
    telling.receiver.open.set()

    async with telling.worker():
        await telling.receiver.until(3)
        await telling.delete()

    first, again, other = telling.receiver.ids()
    assert first == again != other


async def test_a_reply_that_comes_by_mail_is_told_though_the_next_look_is_minutes_away(telling: Telling) -> None:
    world, task_id = telling.mails.world, telling.mails.task_id
    await world.sent(await world.service(), task_id)
    raw = answer("Yes.", In_Reply_To=f"<{task_id.hex}.1@example.org>", References="")
    await telling.record("open")

    def send(port: int) -> None:
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as peer:
            peer.sendmail("bob@example.net", "ada@example.org", raw)

    async with telling.worker(), telling.mail_server() as port:
        await telling.wakes.changed(telling.webhook_id)
        await telling.receiver.until(1)
        await asyncio.to_thread(send, port)
        await telling.receiver.until(2)
        await telling.delete()

    assert [message["type"] for message in telling.receiver.messages(SECRET)] == ["mail.opened", "mail.replied"]


@pytest.mark.parametrize(("status", "tries"), [("410 Gone", 1), ("503 Busy", 4)])
async def test_a_receiver_that_is_gone_or_never_listens_is_given_up(
    telling: Telling, replays: Replays, status: str, tries: int
) -> None:
    telling.receiver.answers = [status] * tries
    await telling.record("open")

    async with telling.worker():
        await telling.wakes.changed(telling.webhook_id)
        row = await telling.ended()

    assert len(telling.receiver.came) == tries
    assert (row["status"], row["failures"], row["last_error"]) == ("disabled", tries, f"HTTP {status[:3]}: hm")
    assert row["disabled_at"] is not None
    assert row["last_event_id"] == 0
    seen = await telling.pool.fetch("SELECT status_code, error FROM webhook_deliveries ORDER BY id")
    assert [tuple(each) for each in seen] == [(int(status[:3]), f"HTTP {status[:3]}: hm")] * tries
    if tries > 1:
        await replays("webhook-given-up", webhook_workflow_id(telling.webhook_id))


class TestWithShortHistories:
    """The server suggests a new history after some 60 events."""

    @pytest.fixture
    def temporal_address(self, impatient_temporal_address: str) -> str:
        return impatient_temporal_address

    async def test_it_goes_on_over_many_histories_and_tells_nothing_twice(
        self, telling: Telling, replays: Replays
    ) -> None:
        handle = telling.client.get_workflow_handle(webhook_workflow_id(telling.webhook_id))
        async with telling.worker():
            await telling.wakes.changed(telling.webhook_id)
            first, told = (await handle.describe()).run_id, 0
            while (await handle.describe()).run_id == first:
                await telling.record("open")
                telling.wakes.events_recorded([telling.mails.task_id])
                told += 1
                await telling.receiver.until(told)
            await telling.delete()

        assert len(set(telling.receiver.ids())) == len(telling.receiver.came) == told
        await replays("webhook-that-continues", webhook_workflow_id(telling.webhook_id), first)
