"""How the whole is: true figures, causes by name, and the availability of recorded minutes."""

import asyncio
from datetime import timedelta
from itertools import chain, repeat

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, text

import runtime.health
from database.queries import health as queries
from runtime.health import HealthWatch, Snapshot
from runtime.resources import Resources
from stack.postgres_outage import closed
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.sending import HOUR, morning_zone, sending, within_one
from tests.integration.ledger.world import World


async def test_health_has_the_shape_that_was_asked_for(admin: Asker) -> None:
    health = (await admin.get("/api/system/health")).json()
    assert set(health) >= {"status", "services", "queues", "performance"}
    assert list(health["services"]) == ["total", "available", "utilizationRate"]
    assert list(health["queues"]) == ["central", "pending", "processing"]
    assert list(health["performance"]) == ["throughput", "avgResponseTime", "errorRate"]


async def test_without_temporal_it_is_not_healthy_and_says_why(admin: Asker) -> None:
    health = (await admin.get("/api/system/health")).json()
    assert health["status"] == "unhealthy"
    assert "Temporal" in health["problems"][0]
    assert health["causes"] == ["temporal_down", "workers_missing"]


async def test_a_watch_lets_one_missing_answer_of_temporal_pass(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = chain([True, False, True, False, False, True], repeat(True))
    told: asyncio.Queue[bool] = asyncio.Queue()

    async def serves(_: HealthWatch) -> bool:
        return next(answers)

    async def recorded(_: HealthWatch, snapshot: Snapshot) -> None:
        told.put_nowait(snapshot.around.temporal)

    monkeypatch.setattr(runtime.health, "EVERY", 0)
    monkeypatch.setattr(HealthWatch, "_temporal_serves", serves)
    monkeypatch.setattr(HealthWatch, "_record", recorded)
    watching = asyncio.create_task(HealthWatch(resources).keep())
    assert [await told.get() for _ in range(6)] == [True, True, True, True, False, True]
    watching.cancel()


async def test_health_counts_what_is_there(ann: Asker, bob: Asker, admin: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=6, services=6)
    await task.send()
    await task.send("failed", reason="policy")
    await task.send("returned", reason="greylist", retry_after=HOUR, costs_retry=True)
    await task.claim()
    async with resources.engine.begin() as connection:
        rest = "UPDATE email_service_schedule SET rested_until = guard_now() + interval '1 hour' WHERE service_id = :id"
        await connection.execute(text(rest), {"id": task.service_ids[0]})
    expected = {
        "services": {"total": 6, "available": 5, "utilizationRate": 0.8},
        "queues": {"central": 2, "pending": 1, "processing": 1},
    }
    for asker in (ann, admin):
        health = (await asker.get("/api/system/health")).json()
        assert {key: health[key] for key in expected} == expected
        assert (health["performance"]["throughput"], health["performance"]["errorRate"]) == (12, 0.5)
        assert health["performance"]["avgResponseTime"] > 0
    bobs = (await bob.get("/api/system/health")).json()
    assert bobs["services"] == {"total": 0, "available": 0, "utilizationRate": 0.0}
    assert bobs["queues"] == {"central": 0, "pending": 0, "processing": 0}


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_a_service_without_quota_is_available_again_after_its_midnight(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service(dailyQuota=1, timeZone=morning_zone()))
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE email_service_schedule SET used_quota = 1"))
    assert (await ann.get("/api/system/health")).json()["services"]["available"] == 0
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE guard_clock SET ahead = interval '1 day'"))
    assert (await ann.get("/api/system/health")).json()["services"]["available"] == 1


async def test_liveness_needs_no_key(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}


async def test_a_process_that_has_its_database_is_ready(http: httpx.AsyncClient) -> None:
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_without_its_database_health_is_told_all_the_same_to_keys_that_were_seen(
    ann: Asker, http: httpx.AsyncClient, resources: Resources, postgres_url: str
) -> None:
    assert (await ann.get("/api/system/health")).json()["causes"] == ["temporal_down", "workers_missing"]
    name = str(make_url(resources.settings.database.url.get_secret_value()).database)

    async with closed(postgres_url, name):
        told = (await ann.get("/api/system/health")).json()
        unseen = await Asker(http, "tp_never-seen").get("/api/system/health")
        not_ready = await http.get("/readyz")

    assert (told["status"], told["causes"][0]) == ("unhealthy", "postgresql_down")
    assert (unseen.status_code, not_ready.status_code) == (503, 503)
    assert "PostgreSQL" in not_ready.json()["detail"]
    assert "postgresql_down" not in (await ann.get("/api/system/health")).json()["causes"]


async def test_where_a_watch_is_kept_health_is_answered_while_the_tables_are_locked(
    app: FastAPI, admin: Asker, resources: Resources
) -> None:
    watch: HealthWatch = app.state.health_watch
    keeping = asyncio.create_task(watch.keep())
    try:
        async with asyncio.timeout(30):
            while not await resources.ledger_pool.fetchval("SELECT count(*) FROM health_records"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        before = (await admin.get("/api/system/health")).json()
        async with resources.engine.begin() as other:
            await other.execute(text("LOCK TABLE email_service_schedule, user_task_queues, api_keys"))
            told = await asyncio.gather(*(admin.get("/api/system/health") for _ in range(20)))
        assert {answer.status_code for answer in told} == {200}
        assert told[0].json()["services"] == before["services"]
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_workers_that_were_not_heard_of_are_missing(admin: Asker, resources: Resources) -> None:
    async def workers() -> tuple[int, bool]:
        health = (await admin.get("/api/system/health")).json()
        return health["workers"]["live"], "workers_missing" in health["causes"]

    async with resources.ledger_pool.acquire() as connection:
        await queries.seen(connection, "host:1:aa", 500)
        assert await workers() == (1, False)
        await connection.execute("UPDATE worker_processes SET seen_at = seen_at - interval '16 seconds'")
        assert await workers() == (0, True)
        await queries.seen(connection, "host:1:aa", 500)
        await queries.gone(connection, "host:1:aa")
        assert await workers() == (0, True)
    await admin.patch("/api/system/config/monitoring.expected_workers", {"value": 0})
    assert await workers() == (0, False)


RECORD_MINUTES = """
    INSERT INTO health_records (minute, status)
    SELECT date_trunc('minute', statement_timestamp()) - ago * interval '1 minute', status
    FROM unnest($1::int[], $2::text[]) r(ago, status)
"""


async def test_a_minute_without_a_record_counts_as_unavailable_as_does_an_unhealthy_one(
    admin: Asker, resources: Resources
) -> None:
    assert (await admin.get("/api/system/health")).json()["availability"]["lastDay"] is None
    statuses = {10: "healthy", 9: "degraded", 8: "unhealthy", 6: "healthy", 5: "healthy", 0: "unhealthy"}
    async for _ in within_one(World(resources.ledger_pool), "minute"):
        await resources.ledger_pool.execute("TRUNCATE health_records")
        await resources.ledger_pool.execute(RECORD_MINUTES, list(statuses), list(statuses.values()))
        availability = (await admin.get("/api/system/health")).json()["availability"]

    assert (availability["lastDay"], availability["last30Days"]) == (0.4, 0.4)
    assert availability["since"]


async def test_minutes_before_the_span_do_not_count(resources: Resources) -> None:
    await resources.ledger_pool.execute(RECORD_MINUTES, [2000, 3], ["healthy", "healthy"])
    async with resources.ledger_pool.acquire() as connection:
        assert await queries.availability(connection, timedelta(minutes=4)) == 0.25


async def test_the_worst_of_a_minute_is_what_is_recorded(resources: Resources) -> None:
    watch = HealthWatch(resources)
    async with resources.ledger_pool.acquire() as connection:
        at = (await watch.read()).as_of
        for status, causes in (("healthy", []), ("unhealthy", ["temporal_down"]), ("degraded", ["error_rate"])):
            await queries.record(connection, at, status, causes)
    (row,) = await resources.ledger_pool.fetch("SELECT status, causes FROM health_records")
    assert tuple(row) == ("unhealthy", ["error_rate", "temporal_down"])
