"""Trying a service opens a real connection to a real server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from runtime.resources import open_resources
from runtime.settings import Settings, SmtpSettings
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.providers import Simulator
from stack.simulator.server import running
from tests.integration.api import orders
from tests.integration.api.asker import Asker


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    """A provider that knows Ann's password, and one that greets nobody."""
    known = ProviderConfig(name="known", username="ann", password="hush-hush-4711", auth_required=True)
    closed = ProviderConfig(name="closed", greeting_421=True)
    config = SimulatorConfig(journal=tmp_path / "journal", providers=(known, closed))
    async with running(config) as (simulator, _):
        yield simulator


async def tried(ann: Asker, port: int, **changes: Any) -> dict[str, Any]:
    """Add a service and try it."""
    order = orders.service(host="127.0.0.1", port=port, security="none", **changes)
    added = await ann.made("/api/services", order)
    return await ann.made(f"/api/services/{added['id']}/test", None)


async def test_an_account_that_works_is_said_to_work(ann: Asker, simulator: Simulator) -> None:
    answer = await tried(ann, simulator.providers["known"].port)
    assert (answer["ok"], answer["reason"]) == (True, None)


async def test_a_wrong_password_is_said_to_be_wrong_and_not_repeated(ann: Asker, simulator: Simulator) -> None:
    answer = await tried(ann, simulator.providers["known"].port, password="wrong-4712")
    assert (answer["ok"], answer["reason"]) == (False, "auth_failed")
    assert "127.0.0.1" in answer["detail"]
    assert "wrong-4712" not in str(answer)


async def test_a_server_that_turns_us_away_is_quoted(ann: Asker, simulator: Simulator) -> None:
    answer = await tried(ann, simulator.providers["closed"].port)
    assert (answer["ok"], answer["reason"]) == (False, "greeting_refused")


async def test_a_port_where_nobody_listens_is_said_to_be_unreachable(ann: Asker) -> None:
    answer = await tried(ann, 1)
    assert (answer["ok"], answer["reason"]) == (False, "connect_failed")
    assert "127.0.0.1:1" in answer["detail"]


async def test_a_server_without_starttls_is_not_used_in_the_clear(ann: Asker, simulator: Simulator) -> None:
    order = orders.service(host="127.0.0.1", port=simulator.providers["known"].port, security="starttls")
    added = await ann.made("/api/services", order)
    answer = await ann.made(f"/api/services/{added['id']}/test", None)
    assert (answer["ok"], answer["reason"]) == (False, "tls_failed")


@pytest.fixture
async def strict_ann(ann: Asker, settings: Settings) -> AsyncIterator[Asker]:
    """Ann at an API that lets services name public hosts only."""
    strict = settings.model_copy(update={"smtp": SmtpSettings()})
    async with open_resources(strict) as resources:
        app = create_app(resources)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tempost")
        async with app.router.lifespan_context(app), client:
            yield Asker(client, ann.key)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "[::1]", "::ffff:127.0.0.1", "localhost",
     "db.internal", "mailhost", "0.0.0.0", "100.64.0.1", "fd00::1", "224.0.0.1"],
)  # fmt: skip
async def test_hosts_inside_are_refused(strict_ann: Asker, host: str) -> None:
    response = await strict_ann.post("/api/services", orders.service(host=host))
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == "#/host"


async def test_a_host_cannot_be_moved_inside_by_a_change(strict_ann: Asker) -> None:
    added = await strict_ann.made("/api/services", orders.service())
    response = await strict_ann.patch(f"/api/services/{added['id']}", {"host": "127.0.0.1"})
    assert response.status_code == 422


async def test_a_host_that_lies_inside_by_now_is_not_connected_to(ann: Asker, strict_ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service(host="localhost", port=1, security="none"))
    answer = await strict_ann.made(f"/api/services/{added['id']}/test", None)
    assert (answer["ok"], answer["reason"]) == (False, "host_refused")
