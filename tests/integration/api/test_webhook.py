"""Webhooks through the API. Temporal is down here: what was ordered stands, and reconcile starts it later."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Someone who listens."""
    async with receiving() as opened:
        yield opened


async def webhook(asker: Asker, url: str = "https://hooks.example.com/in", **changes: Any) -> dict[str, Any]:
    return await asker.made("/api/webhooks", {"url": url, **changes})


async def test_the_secret_is_shown_once_and_kept_sealed(ann: Asker, resources: Resources) -> None:
    made = await webhook(ann)

    assert made["secret"].startswith("whsec_")
    assert len(made["types"]) == 8
    for path in ("/api/webhooks", f"/api/webhooks/{made['id']}"):
        assert "whsec_" not in (await ann.get(path)).text
    sealed = await resources.ledger_pool.fetchval("SELECT secret_sealed FROM webhooks")
    assert b"whsec_" not in sealed
    assert resources.seal.open(sealed, made["id"]) == made["secret"]


async def test_a_test_message_is_posted_and_its_try_kept(ann: Asker, receiver: Receiver) -> None:
    made = await webhook(ann, receiver.url)
    path = f"/api/webhooks/{made['id']}"
    receiver.answers = ["500 Oops"]

    refused, taken = [(await ann.post(f"{path}/test")).json() for _ in range(2)]

    assert (refused["taken"], refused["status"], refused["error"]) == (False, 500, "HTTP 500: hm")
    assert (taken["taken"], taken["status"], taken["error"]) == (True, 200, None)
    assert [message["type"] for message in receiver.messages(made["secret"])] == ["webhook.test"] * 2
    first = (await ann.get(f"{path}/deliveries?limit=1")).json()
    assert [row["statusCode"] for row in first["data"]] == [200]
    rest = (await ann.get(f"{path}/deliveries?cursor={first['nextCursor']}")).json()["data"]
    assert [row["statusCode"] for row in rest] == [500]


async def test_after_a_change_of_secret_both_verify(ann: Asker, receiver: Receiver) -> None:
    made = await webhook(ann, receiver.url)
    path = f"/api/webhooks/{made['id']}"

    changed = await ann.made(f"{path}/rotate-secret", {})
    await ann.post(f"{path}/test")

    assert changed["secret"] != made["secret"]
    for secret in (made["secret"], changed["secret"]):
        assert receiver.messages(secret)


async def test_one_that_was_given_up_is_resumed_with_or_without_what_came_meanwhile(
    ann: Asker, resources: Resources
) -> None:
    made = await webhook(ann)
    path = f"/api/webhooks/{made['id']}"
    await resources.ledger_pool.execute(
        "UPDATE webhooks SET status = 'disabled', disabled_at = now(), failures = 9, last_error = 'HTTP 500'"
    )
    assert (await ann.get(path)).json()["lastError"] == "HTTP 500"

    for skip in (False, True):
        resumed = (await ann.post(f"{path}/resume", {"skipMissed": skip})).json()
        assert (resumed["status"], resumed["failures"], resumed["lastError"]) == ("active", 0, None)


async def test_where_and_what_is_told_can_be_changed_until_it_is_deleted(ann: Asker) -> None:
    path = f"/api/webhooks/{(await webhook(ann))['id']}"

    changed = (await ann.patch(path, {"url": "https://new.example.com/", "types": ["mail.replied"]})).json()

    assert (changed["url"], changed["types"]) == ("https://new.example.com/", ["mail.replied"])
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.get(path)).status_code == 404


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/x", "https://", "https://user@example.com/", "https://example.com/#part", "https://[::1",
     "https://example.com:99999/"],
)  # fmt: skip
async def test_what_cannot_be_a_receiver_is_refused(ann: Asker, url: str) -> None:
    answer = await ann.post("/api/webhooks", {"url": url})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/url"


async def test_nobody_elses_webhook_is_seen_or_touched(ann: Asker, bob: Asker) -> None:
    path = f"/api/webhooks/{(await webhook(ann))['id']}"

    assert (await bob.get("/api/webhooks")).json()["data"] == []
    for method, end, body in (
        ("GET", "", None), ("GET", "/deliveries", None), ("PATCH", "", {}), ("POST", "/test", None),
        ("POST", "/resume", {}), ("POST", "/rotate-secret", {}), ("DELETE", "", None),
    ):  # fmt: skip
        assert (await bob.ask(method, path + end, body)).status_code == 404
    assert (await ann.get(path)).status_code == 200


async def test_a_user_has_at_most_twenty(ann: Asker) -> None:
    for _ in range(20):
        await webhook(ann)
    answer = await ann.post("/api/webhooks", {"url": "https://hooks.example.com/"})
    assert answer.status_code == 409
