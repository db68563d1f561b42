"""Limits per recipient domain are set by the pool's owner, and a change acts on the mails that wait."""

from datetime import datetime
from typing import Any

import pytest

from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.api.sending import Sending, sending

PATH = "/api/domain-limits"


def limit(**changes: Any) -> dict[str, Any]:
    """A limit."""
    return {"domain": "example.org", "perMinute": 1, **changes}


async def sent_and_deferred(ann: Asker, resources: Resources) -> Sending:
    """A task whose first mail went out, and whose others wait for the limit of their domain."""
    await ann.made(PATH, limit())
    task = await sending(ann, resources, people=4, services=4)
    await task.send()
    _, verdict = await task.world.claim_one(task.service_ids.pop(), task.task_id)
    assert verdict.word == "empty"
    assert await task.world.queue(task.task_id) == {"sent": 1, "retrying": 3}
    return task


async def test_a_limit_is_answered_in_the_form_in_which_domains_are_kept(ann: Asker) -> None:
    made = await ann.made(PATH, limit(domain=" Bücher.Example. ", alsoCounts=["GoogleMail.com"], perMinute=20))

    assert (made["domain"], made["alsoCounts"], made["perMinute"]) == ("xn--bcher-kva.example", ["googlemail.com"], 20)
    assert (made["learntInterval"], made["refusedAt"], made["pool"]) == (None, None, "default")
    assert (await ann.get(PATH)).json() == {"data": [made], "nextCursor": None}


@pytest.mark.parametrize(
    ("order", "pointer"),
    [
        (limit(domain="nonsense"), "#/domain"),
        (limit(domain="me@example.org"), "#/domain"),
        (limit(perMinute=0), "#/perMinute"),
        (limit(alsoCounts=["nonsense"]), "#/alsoCounts/0"),
        (limit(alsoCounts=["example.net", "example.org"]), "#/alsoCounts/1"),
        (limit(pool="nowhere"), "#/pool"),
    ],
)
async def test_a_wrong_limit_is_named(ann: Asker, order: dict[str, Any], pointer: str) -> None:
    response = await ann.post(PATH, order)

    assert response.status_code == 422, response.text
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_domain_counts_once(ann: Asker) -> None:
    await ann.made(PATH, limit(alsoCounts=["example.net"]))

    assert (await ann.post(PATH, limit())).status_code == 409
    assert (await ann.post(PATH, limit(domain="example.net"))).status_code == 409
    assert (await ann.post(PATH, limit(domain="a.example", alsoCounts=["example.net"]))).status_code == 422
    assert (await ann.post(PATH, limit(domain="a.example", alsoCounts=["example.org"]))).status_code == 422


async def test_a_limit_is_changed_and_deleted(ann: Asker) -> None:
    await ann.made(PATH, limit(alsoCounts=["a.example", "b.example"]))

    changed = (await ann.patch(f"{PATH}/EXAMPLE.org", {"alsoCounts": ["b.example", "c.example"]})).json()
    assert (changed["perMinute"], changed["alsoCounts"]) == (1, ["b.example", "c.example"])
    assert (await ann.patch(f"{PATH}/example.org", {"perMinute": None})).status_code == 422
    assert (await ann.patch(f"{PATH}/b.example", {"perMinute": 5})).status_code == 404

    assert (await ann.delete(f"{PATH}/example.org")).status_code == 204
    assert (await ann.delete(f"{PATH}/example.org")).status_code == 404
    assert (await ann.get(PATH)).json()["data"] == []
    await ann.made(PATH, limit(domain="c.example"))


async def test_the_limits_of_a_pool_are_its_owners_and_the_administrators(admin: Asker, ann: Asker, bob: Asker) -> None:
    await admin.made("/api/pools", {"name": "team", "members": ["ann@tempost.example"]})
    await admin.made(PATH, limit(pool="team"))
    await bob.made(PATH, limit())
    (bobs,) = [pool["id"] for pool in (await bob.get("/api/pools")).json()["data"]]

    assert (await ann.post(PATH, limit(domain="a.example", pool="team"))).status_code == 403
    assert (await ann.get(f"{PATH}?pool=team")).status_code == 403
    assert (await ann.get(f"{PATH}?pool={bobs}")).status_code == 422
    assert (await ann.delete(f"{PATH}/example.org?pool={bobs}")).status_code == 422
    changed = await admin.patch(f"{PATH}/example.org?pool={bobs}", {"perMinute": 7})
    assert changed.json()["perMinute"] == 7, changed.text


async def test_a_raised_limit_lets_mails_go_that_waited_for_it(ann: Asker, resources: Resources) -> None:
    task = await sent_and_deferred(ann, resources)

    await ann.patch(f"{PATH}/example.org", {"perMinute": 600})

    assert await task.world.queue(task.task_id) == {"sent": 1, "ready": 3}
    _, verdict = await task.world.claim_one(task.service_ids.pop(), task.task_id)
    assert verdict.word == "claimed"


async def test_a_deleted_limit_lets_mails_go_that_waited_for_it(ann: Asker, resources: Resources) -> None:
    task = await sent_and_deferred(ann, resources)

    await ann.delete(f"{PATH}/example.org")

    assert await task.world.queue(task.task_id) == {"sent": 1, "ready": 3}


async def test_a_change_of_another_limit_leaves_them_waiting(ann: Asker, resources: Resources) -> None:
    task = await sent_and_deferred(ann, resources)
    await ann.made(PATH, limit(domain="example.net"))

    await ann.patch(f"{PATH}/example.net", {"perMinute": 600})

    assert await task.world.queue(task.task_id) == {"sent": 1, "retrying": 3}


async def test_why_mails_wait_for_a_limit_is_shown(ann: Asker, resources: Resources) -> None:
    task = await sent_and_deferred(ann, resources)

    (wait,) = (await task.status())["waiting"]

    assert (wait["reason"], wait["count"]) == ("domain_limit", 3)
    (shown,) = (await ann.get(PATH)).json()["data"]
    assert datetime.fromisoformat(wait["retryAt"]) >= datetime.fromisoformat(shown["nextAvailableAt"])


async def test_a_learnt_limit_is_listed_and_may_be_set_or_forgotten(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=2, services=2)
    await task.send("returned", reason="policy", reply_code=421)
    (learnt,) = (await ann.get(PATH)).json()["data"]
    assert (learnt["domain"], learnt["perMinute"], learnt["learntInterval"]) == ("example.org", None, 1.0)
    assert learnt["refusedAt"] is not None

    both = await ann.made(PATH, limit(perMinute=600))
    assert both["learntInterval"] == 1.0

    await ann.delete(f"{PATH}/example.org")
    assert (await ann.get(PATH)).json()["data"] == []
