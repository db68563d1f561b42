"""What a process of Tempost holds while it runs: opened once, closed in order."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
from opentelemetry.trace import Tracer
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from activities.webhook import WebhookWakes
from database.connect import create_engine, create_pool
from mail.links import MailLinks
from mail.return_path import ReturnPaths
from mail.tls import tls_context
from runtime.campaign_orders import CampaignOrders
from runtime.secrets import Seal
from runtime.settings import Settings
from runtime.task_orders import TaskOrders
from runtime.temporal import connect, connect_worker
from runtime.traces import Traces


@dataclass(frozen=True, slots=True)
class Resources:
    """Clients and keys, shared by all that goes on in the process."""

    settings: Settings
    engine: AsyncEngine
    """For all but the ledger's hot path."""
    ledger_pool: "asyncpg.Pool[asyncpg.Record]"
    temporal_client: Client
    orders: TaskOrders
    campaign_orders: CampaignOrders
    webhook_wakes: WebhookWakes
    seal: Seal
    mail_links: MailLinks
    return_paths: ReturnPaths
    tls: ssl.SSLContext
    """How services' certificates are verified."""
    tracer: Tracer
    """Does nothing unless traces are wanted."""


@asynccontextmanager
async def open_resources(
    settings: Settings, connect_until: asyncio.Event | None = None, traces: Traces | None = None
) -> AsyncIterator[Resources]:
    """Open everything. Neither PostgreSQL nor Temporal need be up: both are reached at the first use.

    A worker's client must be connected: with `connect_until`, Temporal is waited for until that is set.
    """
    url, key = settings.database.url.get_secret_value(), settings.secrets.key.get_secret_value()
    async with AsyncExitStack() as opened:
        traces = traces or Traces(settings.traces)
        opened.push_async_callback(asyncio.to_thread, traces.close)
        engine = create_engine(url, settings.database.pool_size)
        opened.push_async_callback(engine.dispose)
        pool = await create_pool(url, settings.database.pool_size)
        opened.push_async_callback(pool.close)
        if connect_until is None:
            client = await connect(settings.temporal, traces, lazy=True)
        else:
            client = await connect_worker(settings.temporal, traces, connect_until)
        wakes = WebhookWakes(pool, client, settings.temporal.task_queue)
        opened.push_async_callback(wakes.close)
        yield Resources(
            settings=settings,
            engine=engine,
            ledger_pool=pool,
            temporal_client=client,
            orders=TaskOrders(client, settings.temporal.task_queue),
            campaign_orders=CampaignOrders(client, settings.temporal.task_queue),
            webhook_wakes=wakes,
            seal=Seal(key),
            mail_links=MailLinks(key, settings.api.public_url),
            return_paths=ReturnPaths(key),
            tls=tls_context(settings.smtp.ca_file),
            tracer=traces.tracer,
        )
