"""A creating request that is sent twice is done once."""

import asyncio

from sqlalchemy import text

from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker

ONCE = {"Idempotency-Key": "7f1c-once"}


async def test_the_same_request_gets_the_same_answer(ann: Asker) -> None:
    first = await ann.post("/api/contact-lists", {"name": "People"}, headers=ONCE)
    second = await ann.post("/api/contact-lists", {"name": "People"}, headers=ONCE)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len((await ann.get("/api/contact-lists")).json()["data"]) == 1


async def test_without_a_key_it_is_done_twice(ann: Asker) -> None:
    for _ in range(2):
        await ann.made("/api/contact-lists", {"name": "People"})
    assert len((await ann.get("/api/contact-lists")).json()["data"]) == 2


async def test_another_body_under_the_same_key_is_refused(ann: Asker) -> None:
    await ann.post("/api/contact-lists", {"name": "People"}, headers=ONCE)
    other = await ann.post("/api/contact-lists", {"name": "Others"}, headers=ONCE)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_key_is_its_users_own(ann: Asker, bob: Asker) -> None:
    anns = await ann.post("/api/contact-lists", {"name": "People"}, headers=ONCE)
    bobs = await bob.post("/api/contact-lists", {"name": "People"}, headers=ONCE)
    assert anns.json()["id"] != bobs.json()["id"]


async def test_a_refused_request_may_be_mended_under_the_same_key(ann: Asker) -> None:
    assert (await ann.post("/api/contact-lists", {"name": ""}, headers=ONCE)).status_code == 422
    refused = await ann.post("/api/services", orders.service(pool="nowhere"), headers=ONCE)
    assert refused.status_code == 422
    assert (await ann.post("/api/services", orders.service(), headers=ONCE)).status_code == 201


async def test_many_at_once_create_one(ann: Asker) -> None:
    answers = await asyncio.gather(
        *(ann.post("/api/contact-lists", {"name": "People"}, headers=ONCE) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(answer.json()["code"] == "still_running" for answer in answers if answer.status_code == 409)
    assert len((await ann.get("/api/contact-lists")).json()["data"]) == 1


async def test_while_the_first_runs_the_second_is_told_so(ann: Asker, resources: Resources) -> None:
    await ann.get("/api/services")
    async with resources.engine.begin() as first:
        lock = text("""
            SELECT pg_advisory_xact_lock(hashtextextended(CAST(user_id AS text) || ' ' || '7f1c-once', 1))
            FROM api_keys WHERE name = 'own'
        """)
        await first.execute(lock)
        second = await ann.post("/api/contact-lists", {"name": "People"}, headers=ONCE)
    assert second.status_code == 409
    assert second.json()["code"] == "still_running"
    assert "retry-after" in second.headers


async def test_after_a_day_a_key_is_forgotten(ann: Asker, resources: Resources) -> None:
    await ann.post("/api/contact-lists", {"name": "People"}, headers=ONCE)
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'"))
    assert (await ann.post("/api/contact-lists", {"name": "Others"}, headers=ONCE)).status_code == 201


async def test_a_key_that_is_no_word_is_refused(ann: Asker) -> None:
    response = await ann.post("/api/contact-lists", {"name": "People"}, headers={"Idempotency-Key": "x" * 300})
    assert response.status_code == 422
