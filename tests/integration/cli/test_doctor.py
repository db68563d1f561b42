"""`tempost doctor` as people call it: what is well, what is not, and what to do."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from typer.testing import CliRunner, Result

import cli
from database.connect import create_pool
from mail.dkim import new_private_key, public_record
from runtime.settings import load_settings
from tests.integration.cli.test_check import KEY
from tests.integration.ledger.world import World
from tests.integration.mail.name_server import NameServer, serving, text

Doctor = Callable[..., Awaitable[Result]]
RECORD = public_record(new_private_key("ed25519"))
ZONE = {
    "example.org": ["MX 10 mx.example.org.", text("v=spf1 ip4:127.0.0.1 -all")],
    "mx.example.org": ["A 192.0.2.1"],
    "_dmarc.example.org": [text("v=DMARC1; p=reject; rua=mailto:a@example.org")],
    "s1._domainkey.example.org": [text(RECORD)],
}


@pytest.fixture
async def name_server() -> AsyncIterator[tuple[NameServer, int]]:
    """A DNS in which example.org is as it should be."""
    async with serving(ZONE) as (server, address):
        yield server, address.port


@pytest.fixture
async def doctor(
    database_url: str, temporal_address: str, name_server: tuple[NameServer, int], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Doctor]:
    """Run it with the settings of an installation whose sender is example.org."""
    monkeypatch.setenv("TEMPOST_DATABASE__URL", database_url)
    monkeypatch.setenv("TEMPOST_SECRETS__KEY", KEY)
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", temporal_address)
    monkeypatch.setenv("TEMPOST_API__PUBLIC_URL", "https://mail.example.org")
    monkeypatch.setenv("TEMPOST_ENVIRONMENT", "local")
    monkeypatch.setenv("TEMPOST_DNS__SERVERS", json.dumps(["127.0.0.1"]))
    monkeypatch.setenv("TEMPOST_DNS__PORT", str(name_server[1]))

    async def run(*domains: str) -> Result:
        load_settings.cache_clear()
        return await asyncio.to_thread(CliRunner().invoke, cli.app, ["doctor", *domains])

    yield run
    load_settings.cache_clear()


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[World]:
    """A service at example.org with a published key, whose host is a port that answers."""
    pool = await create_pool(database_url)
    world = World(pool)
    await world.begin()
    await world.service()
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    await pool.execute("UPDATE email_services SET port = $1", server.sockets[0].getsockname()[1])
    await pool.execute(
        """INSERT INTO sending_domains (id, user_id, domain, selector, algorithm, private_key_sealed, public_record)
           VALUES (gen_random_uuid(), $1, 'example.org', 's1', 'ed25519', '', $2)""",
        world.user_id, RECORD,
    )  # fmt: skip
    yield world
    server.close()
    await pool.close()


async def test_a_healthy_installation_is_said_to_be_healthy(doctor: Doctor, service: World) -> None:
    result = await doctor()
    assert result.exit_code == 0, result.output
    assert [line for line in result.stdout.splitlines() if line.startswith("ok ")][4:], result.stdout
    assert "found" not in result.stdout
    assert "SPF, DKIM, DMARC and MX are in order" in " ".join(result.stdout.split())


async def test_each_trouble_is_named_with_what_to_do(
    doctor: Doctor, service: World, name_server: tuple[NameServer, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    name_server[0].zone["s1._domainkey.example.org"] = [text("v=DKIM1; p=")]
    await service.pool.execute("UPDATE email_services SET port = 1")
    monkeypatch.delenv("TEMPOST_API__PUBLIC_URL")
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", "127.0.0.1:1")
    result = await doctor("other.example")
    assert result.exit_code == 1
    for told in (
        "No public address is set", "Temporal at 127.0.0.1:1 does not answer", "127.0.0.1:1 takes no connection",
        "s1._domainkey.example.org is revoked", "other.example has no SPF record",
    ):  # fmt: skip
        assert told in " ".join(result.stdout.split())


async def test_an_older_schema_is_named(doctor: Doctor, service: World) -> None:
    newest = await service.pool.fetchval("SELECT version_num FROM alembic_version")
    await service.pool.execute("UPDATE alembic_version SET version_num = '0002'")
    told = " ".join((await doctor()).stdout.split())
    assert f"schema is version 0002, and this program needs {newest}" in told
    await service.pool.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "which this program does not know" in (await doctor()).stdout
    await service.pool.execute("UPDATE alembic_version SET version_num = $1", newest)


async def test_a_database_that_is_down_leaves_the_named_domains_to_be_checked(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPOST_DATABASE__URL", "postgresql://a:b@127.0.0.1:1/tempost")
    result = await doctor("example.org")
    assert result.exit_code == 1
    assert "PostgreSQL does not answer" in result.stdout
    assert "domain example.org" in result.stdout


async def test_without_an_installation_domains_can_still_be_checked(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.delenv("TEMPOST_DATABASE__URL")
    assert (await doctor()).exit_code == 1
    result = await doctor("nothing.invalid")
    assert "only the domains are checked" in result.stderr
    assert "domain nothing.invalid" in result.stdout
