"""The API on a port, a worker that merges imports, and `tempost` as people call it."""

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import uvicorn
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typer.testing import CliRunner, Result

import cli
import database.queries.segment
import runtime.doctor
import runtime.health
from activities.contact_import import ContactImportActivities
from api.app import create_app
from api.operations.api_key import create_key
from api.operations.user import first_user
from database.connect import transaction
from runtime.resources import Resources, open_resources
from runtime.settings import DatabaseSettings, SecretsSettings, Settings, SmtpSettings, TemporalSettings
from workflows.contact_import import ContactImportWorkflow

Tempost = Callable[..., Awaitable[Result]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine has longer to count and to tell its health; what is away refuses at once."""
    monkeypatch.setattr(database.queries.segment, "EXACT_LIMIT", timedelta(minutes=1))
    monkeypatch.setattr(runtime.health, "PATIENCE", timedelta(seconds=30))
    monkeypatch.setattr(runtime.doctor, "PATIENCE", timedelta(seconds=60))


@pytest.fixture
async def resources(database_url: str, temporal_address: str) -> AsyncIterator[Resources]:
    """What the API's process holds."""
    settings = Settings(
        environment="local",
        database=DatabaseSettings(url=SecretStr(database_url)),
        temporal=TemporalSettings(address=temporal_address, task_queue=f"test-{uuid4().hex}"),
        secrets=SecretsSettings(key=SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode())),
        smtp=SmtpSettings(allow_private_hosts=True),
    )
    async with open_resources(settings) as opened:
        yield opened


@pytest.fixture
async def api_url(resources: Resources, temporal_client: Client) -> AsyncIterator[str]:
    """A running API whose imports are merged."""
    server = uvicorn.Server(uvicorn.Config(create_app(resources), log_config=None))
    worker = Worker(
        temporal_client,
        task_queue=resources.settings.temporal.task_queue,
        workflows=[ContactImportWorkflow],
        activities=[ContactImportActivities(resources.ledger_pool).merge],
        workflow_runner=UnsandboxedWorkflowRunner(),
        build_id="test",
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with worker:
            serving = asyncio.create_task(server.serve([listening]))
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            server.should_exit = True
            await serving


@pytest.fixture
async def key(resources: Resources) -> str:
    """A key of the first user."""
    async with transaction(resources.engine) as connection:
        user = await first_user(connection, "admin@tempost.example", "Admin")
        return await create_key(connection, user.id, "first", ["read", "write", "admin"])


@pytest.fixture
def tempost(api_url: str, key: str) -> Tempost:
    """Run a command; in a thread, for it has an event loop of its own."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli.app, ["--api-url", api_url, "--key", key, *arguments])

    async def call(*arguments: str) -> Result:
        return await asyncio.to_thread(run, *arguments)

    return call
