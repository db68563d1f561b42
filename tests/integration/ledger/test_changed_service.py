"""A service that a person changes while its connections are open."""

from pathlib import Path

import pytest

import activities.connection
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.server import running
from tests.integration.ledger.test_connection import connections_of, ledger_of
from tests.integration.ledger.world import World


async def test_a_connection_that_was_used_for_long_is_not_handed_on_so_that_changes_take_effect(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.connection, "LONGEST_USE", 0.0)
    service, connections = await world.service(kind="relay", interval=0), connections_of(ledger_of(world))
    async with running(SimulatorConfig(journal=tmp_path / "journal.jsonl")) as (simulator, _):
        port = (await simulator.add(ProviderConfig(name="relay"))).port
        await world.pool.execute("UPDATE email_services SET port = $1", port)
        before = await connections.acquire(service, 1, 10)

        await world.pool.execute("UPDATE email_services SET from_address = 'new@example.org'")
        connections.give_back(before)

        after = await connections.acquire(service, 2, 10)
        assert after.reservation.from_address == "new@example.org"
        connections.give_back(after)
        await connections.close()
    assert not connections.held
