"""Notices of alerts at a real web server and a real SMTP server, sent again until they are taken."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from database.connect import PoolConnection
from database.queries import health
from runtime.alerts import evaluate, keep_alerts
from runtime.health import HealthWatch
from runtime.notices import Notices
from runtime.resources import Resources
from runtime.settings import AlertSettings
from scheduling import alert as rules
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.server import running
from tests.integration.api.test_alert import AT_ONCE

SECRET = "whsec_" + base64.b64encode(b"of the receiver").decode()
DUE = "UPDATE alert_notices SET next_try_at = clock_timestamp() WHERE NOT settled"
NOT_DUE = "UPDATE alert_notices SET next_try_at = next_try_at + interval '1 hour' WHERE NOT settled"
UNSETTLED = "SELECT attempts, last_error FROM alert_notices WHERE NOT settled"


class Hook:
    """A web server that takes notices, or answers as it is told."""

    def __init__(self) -> None:
        self.answers = [200]
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Its address while the block runs."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == 200:
            self.taken.append((headers, body))
        writer.write(f"HTTP/1.1 {answer} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def connection(resources: Resources) -> AsyncIterator[PoolConnection]:
    """A connection whose holder looks after alerts."""
    async with resources.ledger_pool.acquire() as connection:
        yield connection


async def trouble(connection: PoolConnection, resources: Resources, channels: tuple[str, ...], *, over: bool) -> None:
    """Workers are missing; or are back."""
    if over:
        await health.seen(connection, "host:1:aa", 500)
    for _ in range(3):
        await evaluate(connection, await HealthWatch(resources).read(), channels)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alerts are told at once."""
    only = {"workers_missing": AT_ONCE["workers_missing"], "temporal_down": AT_ONCE["temporal_down"]}
    monkeypatch.setattr(rules, "RULES", only)


async def test_a_webhook_gets_each_event_signed_and_again_until_it_takes_it(
    connection: PoolConnection, resources: Resources
) -> None:
    hook = Hook()
    hook.answers = [503, 503, 200]  # of two alerts: without workers, and without Temporal
    async with hook.open() as url:
        settings = AlertSettings(webhook_url=SecretStr(url), webhook_secret=SecretStr(SECRET))
        async with Notices(settings, resources.tls) as notices:
            await trouble(connection, resources, notices.channels, over=False)
            for _ in range(2):
                await notices.deliver(connection, "webhook")
            put_off = await connection.fetch(UNSETTLED)
            await connection.execute(NOT_DUE)
            await notices.deliver(connection, "webhook")
            assert not hook.taken, "what was put off is not due"
            await connection.execute(DUE)
            for _ in range(2):
                await notices.deliver(connection, "webhook")
            await trouble(connection, resources, notices.channels, over=True)
            await notices.deliver(connection, "webhook")

    assert {(row["attempts"], row["last_error"]) for row in put_off} == {(1, "HTTP 503")}
    told = [json.loads(body) for _, body in hook.taken]
    ours = [(each["type"], each["data"]["severity"]) for each in told if each["data"]["kind"] == "workers_missing"]
    assert ours == [("alert.raised", "critical"), ("alert.cleared", "critical")]
    for headers, body in hook.taken:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.digest(b"of the receiver", signed, hashlib.sha256)
        assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


async def test_a_mail_tells_of_all_at_once_and_is_sent_again_where_it_was_refused(
    connection: PoolConnection, resources: Resources, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    refusal = {"stage": "rcpt", "code": 451, "text": "4.3.0 later", "times": 1}
    provider = ProviderConfig.model_validate({"name": "own", "rules": [refusal]})
    async with running(SimulatorConfig(journal=journal, providers=(provider,))) as (simulator, _):
        settings = AlertSettings(
            mail_to="ops@example.org", mail_from="tempost@example.org", smtp_security="none",
            smtp_port=simulator.providers["own"].port,
        )  # fmt: skip
        async with Notices(settings, resources.tls) as notices:
            await trouble(connection, resources, notices.channels, over=False)
            await notices.deliver(connection, "mail")
            assert "later" in (await connection.fetch(UNSETTLED))[0]["last_error"]
            await connection.execute(DUE)
            await notices.deliver(connection, "mail")
    assert not await connection.fetch(UNSETTLED)
    mails = [entry for line in journal.read_text().splitlines() if (entry := json.loads(line))["event"] == "mail"]
    (sent,) = [mail for mail in mails if mail["code"] == 250]
    assert (sent["sender"], sent["recipients"]) == ("tempost@example.org", ["ops@example.org"])


async def test_a_mail_does_not_wait_for_a_webhook_that_does_not_answer(
    resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.alerts.EVERY", 0.05)
    monkeypatch.setattr("activities.webhook_post.TIMEOUT", 120.0)
    asked = asyncio.Event()

    async def keep_silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await arrived.wait()
        writer.close()

    arrived, journal = asyncio.Event(), tmp_path / "journal"
    provider = ProviderConfig(name="own")
    async with (
        running(SimulatorConfig(journal=journal, providers=(provider,))) as (simulator, _),
        await asyncio.start_server(keep_silent, "127.0.0.1", 0) as silent,
    ):
        alerts = AlertSettings(
            webhook_url=SecretStr(f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/"),
            mail_to="ops@example.org", mail_from="tempost@example.org", smtp_security="none",
            smtp_port=simulator.providers["own"].port,
        )  # fmt: skip
        ours = replace(resources, settings=resources.settings.model_copy(update={"alerts": alerts}))
        keeping = asyncio.create_task(keep_alerts(ours, HealthWatch(ours)))
        async with asyncio.timeout(30):
            await asked.wait()
            while "dot_at" not in journal.read_text():  # noqa: ASYNC110 - the simulator sets no event
                await asyncio.sleep(0.05)
        arrived.set()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.parametrize(
    "wrong", [{"webhook_url": "hook.example.org/x"}, {"webhook_url": "ftp://h/"}, {"webhook_secret": "whsec_odd!"}]
)
def test_a_channel_that_could_never_work_is_refused_at_the_start_without_its_secret(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        AlertSettings.model_validate(wrong)
    assert len(refused.value.errors()) == 1
    assert "SecretStr" not in refused.value.errors()[0]["msg"]
