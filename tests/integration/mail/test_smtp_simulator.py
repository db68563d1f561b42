"""Whole mails through the simulator: what its journal has seen is what the transport says."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mail.errors import AuthFailedError, GreetingRefusedError, NotSentError, OutcomeUnknownError, ServiceFaultError
from mail.message import compose
from mail.reason import Reason
from mail.smtp import SmtpTransport
from mail.tls import tls_context
from mail.transport import Account, Timeouts
from stack.certificates import Certificates, ensure_certificates
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.server import running

LOGIN: dict[str, Any] = {"username": "ann@a.example", "password": "s3cret", "auth_required": True}
PATIENCE = timedelta(seconds=30)

Provide = Callable[..., AbstractAsyncContextManager[SmtpTransport]]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return ensure_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@pytest.fixture
def provide(certificates: Certificates, journal: Path) -> Provide:
    """Run a provider of these settings, with an unopened transport to it."""

    @asynccontextmanager
    async def provider(typed_password: str | None = None, **settings: Any) -> AsyncIterator[SmtpTransport]:
        config = SimulatorConfig(
            journal=journal,
            certificate=certificates.certificate_file,
            key=certificates.key_file,
            providers=(ProviderConfig(name="p", **settings),),
        )
        async with running(config) as (simulator, _):
            account = Account(
                host="127.0.0.1",
                port=simulator.providers["p"].port,
                security=settings.get("security", "none"),
                username=settings.get("username"),
                password=typed_password or settings.get("password"),
            )
            transport = SmtpTransport(account, Timeouts(), tls_context(certificates.ca_file), "client.test")
            try:
                yield transport
            finally:
                transport.abort()

    return provider


def letter(number: int = 1) -> bytes:
    return compose(
        message_id=f"<{number}.test@a.example>",
        date=datetime.now(UTC),
        from_name="Ann",
        from_address="ann@a.example",
        to_name="张伟",
        to_address="bob@b.example",
        subject="你好, Bob",
        text=".\r\nhello\r\n.\r\n",
        html="<p>hello</p>",
    )


async def send(transport: SmtpTransport, number: int = 1, recipient: str = "bob@b.example") -> None:
    await send_message(transport, letter(number), recipient)


async def send_message(transport: SmtpTransport, message: bytes, recipient: str = "bob@b.example") -> None:
    await transport.offer("ann@a.example", recipient, size=len(message), utf8=False)
    await transport.transmit(message)
    assert (await transport.reply(PATIENCE)).accepted


def mails(journal: Path) -> list[dict[str, Any]]:
    """What arrived up to its final dot."""
    lines = [json.loads(line) for line in journal.read_text(encoding="ascii").splitlines()]
    return [line for line in lines if line["event"] == "mail"]


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
async def test_mails_arrive_whole_over_one_connection(provide: Provide, journal: Path, security: str) -> None:
    async with provide(security=security, **LOGIN) as transport:
        await transport.open()
        for number in range(3):
            await send(transport, number)
        await transport.quit()

    arrived = mails(journal)
    assert [mail["message_id"] for mail in arrived] == [f"{number}.test@a.example" for number in range(3)]
    assert {mail["size"] for mail in arrived} == {len(letter())}
    assert len({mail["connection"] for mail in arrived}) == 1


async def test_a_large_mail_over_tls_arrives_whole(provide: Provide, journal: Path) -> None:
    message = letter() + b"0123456789" * 7 + b"\r\n" + b"line of a large mail\r\n" * 100_000
    async with provide(security="starttls", **LOGIN) as transport:
        await transport.open()
        await send_message(transport, message)

    assert mails(journal)[0]["size"] == len(message)


async def test_an_address_beyond_ascii_arrives(provide: Provide, journal: Path) -> None:
    async with provide() as transport:
        await transport.open()
        await send(transport, recipient="用户@b.example")

    assert mails(journal)[0]["recipients"] == ["用户@b.example"]


async def test_a_wrong_password_is_the_services_fault(provide: Provide) -> None:
    async with provide(typed_password="wr0ng-one", security="starttls", **LOGIN) as transport:
        with pytest.raises(AuthFailedError) as error:
            await transport.open()
    assert "ann@a.example" in error.value.text
    assert "wr0ng-one" not in error.value.text


@pytest.mark.parametrize(
    "settings",
    [{"greeting_421": True}, {"reject_auth": True, **LOGIN}, {"tls_broken": True, "security": "starttls"}],
    ids=["421", "auth", "tls"],
)
async def test_a_provider_in_trouble_is_the_services_fault(provide: Provide, settings: dict[str, Any]) -> None:
    async with provide(**settings) as transport:
        with pytest.raises(ServiceFaultError):
            await transport.open()
        assert not transport.usable


async def test_one_connection_too_many_is_turned_away(provide: Provide) -> None:
    async with provide(max_connections=1) as transport:
        await transport.open()
        second = SmtpTransport(transport._account, Timeouts(), tls_context(None), "client.test")
        with pytest.raises(GreetingRefusedError):
            await second.open()


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
async def test_a_refused_mail_is_not_sent_and_the_next_is(provide: Provide, journal: Path, stage: str) -> None:
    rule = {"stage": stage, "code": 452, "text": "4.2.2 mailbox full", "times": 1}
    async with provide(rules=[rule]) as transport:
        await transport.open()
        with pytest.raises(NotSentError) as error:
            await send(transport, 1)
        assert (error.value.code, error.value.reason, error.value.permanent) == (452, Reason.MAILBOX_FULL, False)
        await send(transport, 2)

    assert [mail["message_id"] for mail in mails(journal) if mail["code"] == 250] == ["2.test@a.example"]


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "body"])
async def test_a_connection_dropped_before_the_dot_has_sent_nothing(
    provide: Provide, journal: Path, stage: str
) -> None:
    message = letter() + (b"0123456789" * 90 + b"\r\n") * 20_000
    async with provide(rules=[{"action": "drop", "stage": stage}]) as transport:
        await transport.open()
        with pytest.raises(NotSentError):
            await send_message(transport, message)
        assert not transport.usable

    assert mails(journal) == []


@pytest.mark.parametrize(("stage", "arrived"), [("dot_before", 0), ("dot_after", 1)])
async def test_a_connection_dropped_at_the_dot_leaves_the_outcome_unknown(
    provide: Provide, journal: Path, stage: str, arrived: int
) -> None:
    async with provide(rules=[{"action": "drop", "stage": stage}]) as transport:
        await transport.open()
        with pytest.raises(OutcomeUnknownError):
            await send(transport)

    assert len(mails(journal)) == arrived


async def test_a_used_up_quota_is_told_from_other_refusals(provide: Provide) -> None:
    async with provide(quota_per_day=1) as transport:
        await transport.open()
        await send(transport, 1)
        with pytest.raises(NotSentError) as error:
            await send(transport, 2)
    assert (error.value.reason, error.value.permanent, error.value.service_fault) == (Reason.QUOTA, False, True)
