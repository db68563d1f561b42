"""The application on a real database; Temporal is unreachable unless a test asks for it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

import runtime.health
from api.app import create_app
from api.operations.api_key import create_key
from api.operations.user import create_user, first_user
from api.schemas.user import UserIn
from database.connect import transaction
from database.queries import health
from runtime.resources import Resources, open_resources
from runtime.settings import DatabaseSettings, SecretsSettings, Settings, SmtpSettings, TemporalSettings
from tests.integration.api.asker import Asker

NOWHERE = "127.0.0.1:1"
"""Port 1 is nobody's: connections are refused at once."""
SEAL_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


Document = dict[str, dict[str, dict[str, dict[str, Any]]]]
DOCUMENTS: list[Document] = []


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a local process whose Temporal is down."""
    return Settings(
        environment="local",
        database=DatabaseSettings(url=SecretStr(database_url)),
        temporal=TemporalSettings(address=NOWHERE),
        secrets=SecretsSettings(key=SecretStr(SEAL_KEY)),
        smtp=SmtpSettings(
            allow_private_hosts=True, connect_timeout=timedelta(seconds=5), command_timeout=timedelta(seconds=5)
        ),
    )


def with_temporal(settings: Settings, address: str) -> Settings:
    """Settings of a process whose Temporal is up, with a task queue of its own."""
    temporal = TemporalSettings(address=address, task_queue=f"test-{uuid4().hex}")
    return settings.model_copy(update={"temporal": temporal})


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Health gives a busy machine longer; what is away refuses at once."""
    monkeypatch.setattr(runtime.health, "PATIENCE", timedelta(seconds=30))


@pytest.fixture
async def worker_seen(resources: Resources) -> None:
    """A worker that is taken to run for as long as the test does."""
    async with resources.ledger_pool.acquire() as connection:
        await health.seen(connection, "host:1:aa", 500)
        await connection.execute("UPDATE worker_processes SET seen_at = seen_at + interval '1 hour'")


@pytest.fixture
async def resources(settings: Settings) -> AsyncIterator[Resources]:
    """What the API's process holds."""
    async with open_resources(settings) as opened:
        yield opened


@pytest.fixture
def app(resources: Resources) -> FastAPI:
    """The application."""
    return create_app(resources)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://tempost")
    async with app.router.lifespan_context(app), client:
        yield client


@pytest.fixture
async def document(http: httpx.AsyncClient) -> Document:
    """The description that the API's page is made from. Asked for once in a run, for it takes a second."""
    if not DOCUMENTS:
        response = await http.get("/openapi.json")
        assert response.status_code == 200
        DOCUMENTS.append(response.json())
    return DOCUMENTS[0]


@pytest.fixture
async def admin(resources: Resources, http: httpx.AsyncClient) -> Asker:
    """The first user of the installation."""
    async with transaction(resources.engine) as connection:
        user = await first_user(connection, "admin@tempost.example", "Admin")
        return Asker(http, await create_key(connection, user.id, "first", ["read", "write", "admin"]))


@pytest.fixture
async def ann(resources: Resources, http: httpx.AsyncClient) -> Asker:
    """A user with ordinary rights."""
    return await _member(resources, http, "ann")


@pytest.fixture
async def bob(resources: Resources, http: httpx.AsyncClient) -> Asker:
    """Another one, who has no business with Ann's."""
    return await _member(resources, http, "bob")


async def _member(resources: Resources, http: httpx.AsyncClient, name: str) -> Asker:
    async with transaction(resources.engine) as connection:
        order = UserIn.model_validate({"email": f"{name}@tempost.example", "name": name})
        user = await create_user(connection, order)
        return Asker(http, await create_key(connection, user.id, "own", ["read", "write"]))
