"""What goes to receivers: signatures that others verify, and no way into our own network."""

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from activities import webhook_post
from activities.webhook_post import Answer, Message, Poster, headers, new_secret, printable, signature
from mail.outside import is_outside
from scheduling.webhook import LONGEST, SCHEDULE, next_try

MESSAGE = Message("evt_1", "mail.opened", '{"type":"mail.opened","data":{"email":"é@example.org"}}'.encode())


def test_another_implementation_accepts_the_signature() -> None:
    secret = new_secret()
    sent = dict(headers(MESSAGE, [secret], int(time.time())))
    assert Webhook(secret).verify(MESSAGE.body.decode(), sent) == json.loads(MESSAGE.body)


def test_while_a_secret_is_changed_both_are_accepted() -> None:
    old, new = new_secret(), new_secret()
    sent = dict(headers(MESSAGE, [new, old], int(time.time())))
    for secret in (old, new):
        Webhook(secret).verify(MESSAGE.body.decode(), sent)


def test_the_signature_is_the_one_of_the_standards_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    told = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1",
     "fd00::1", "::ffff:10.0.0.1", "224.0.0.1", "ff02::1"],
)  # fmt: skip
def test_an_address_inside_is_none_outside(address: str) -> None:
    assert not is_outside(address)


def test_public_addresses_are_outside() -> None:
    assert is_outside("93.184.216.34")
    assert is_outside("2606:2800:220:1:248:1893:25c8:1946")


async def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    async with Poster(ssl.create_default_context(), allow_private=False) as poster:
        answer = await poster.post("https://localhost:1/x", MESSAGE, [new_secret()])
    assert not answer.taken
    assert "which is a private or local address" in str(answer.error)


async def posted(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> Answer:
    """What becomes of a message to a receiver that does this."""
    done = asyncio.Event()

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await serve(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        done.set()

    server = await asyncio.start_server(whole, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with Poster(ssl.create_default_context(), allow_private=True) as poster:
            answer = await poster.post(f"http://127.0.0.1:{port}/", MESSAGE, [new_secret()])
        await done.wait()
    return answer


async def test_a_receiver_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_post, "TIMEOUT", 0.1)

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    answer = await posted(silent)

    assert (answer.status, answer.taken, answer.error) == (None, False, "no answer within 0.1 s")


async def test_an_answer_without_end_is_read_to_the_bound_and_no_further() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 Oops\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"a" * 1_000)
            await writer.drain()

    answer = await posted(endless)

    assert (answer.status, answer.error) == (500, f"HTTP 500: {'a' * webhook_post.MOST_KEPT}")


def test_the_schedule_lasts_three_days_and_ends() -> None:
    waits = [next_try(failures) for failures in range(1, len(SCHEDULE) + 2)]
    assert waits == [*SCHEDULE, None]
    assert timedelta(days=3) < sum(SCHEDULE, timedelta()) < timedelta(days=4)


def test_a_receiver_may_ask_for_a_longer_wait_but_not_for_ever() -> None:
    assert next_try(1, timedelta(hours=1)) == timedelta(hours=1)
    assert next_try(3, timedelta(seconds=1)) == SCHEDULE[2]
    assert next_try(1, timedelta(days=9)) == LONGEST


@given(st.text())
def test_what_a_stranger_answers_becomes_one_short_line(text: str) -> None:
    kept = printable(text)
    assert len(kept) <= 200
    assert kept.isprintable()
