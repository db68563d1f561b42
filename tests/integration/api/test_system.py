"""Settings within their bounds, and how the whole is."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.conftest import Asker
from tests.integration.api.sending import HOUR, sending


async def test_every_setting_is_told_with_its_type_and_bounds(ann: Asker) -> None:
    settings = (await ann.get("/api/system/config")).json()["data"]
    by_key = {each["key"]: each for each in settings}
    assert by_key["queue.central_batch_size"]["value"] == 50
    assert by_key["queue.central_batch_size"]["constraints"] == {"minimum": 10, "maximum": 200}
    assert by_key["monitoring.metrics_retention_days"]["valueType"] == "days"


async def test_an_administrator_changes_a_setting(admin: Asker, ann: Asker) -> None:
    changed = await admin.patch("/api/system/config/queue.central_batch_size", {"value": 100})
    assert (changed.json()["value"], changed.json()["defaultValue"]) == (100, 50)
    by_key = {each["key"]: each["value"] for each in (await ann.get("/api/system/config")).json()["data"]}
    assert by_key["queue.central_batch_size"] == 100


@pytest.mark.parametrize("value", [9, 201, 1e300, -1])
async def test_a_value_out_of_its_bounds_is_refused_with_the_bounds(admin: Asker, value: float) -> None:
    response = await admin.patch("/api/system/config/queue.central_batch_size", {"value": value})
    assert response.status_code == 422
    assert "from 10 to 200" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("value", ["50", 50.5, True, None, [50], {"a": 1}])
async def test_a_value_of_another_type_is_refused(admin: Asker, value: Any) -> None:
    response = await admin.patch("/api/system/config/queue.central_batch_size", {"value": value})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"].startswith("#/value")


async def test_a_setting_that_is_none_is_not_found(admin: Asker) -> None:
    assert (await admin.patch("/api/system/config/queue.nothing", {"value": 1})).status_code == 404


async def test_only_administrators_change_settings(ann: Asker) -> None:
    response = await ann.patch("/api/system/config/queue.central_batch_size", {"value": 100})
    assert response.status_code == 403


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
    await ann.made("/api/services", orders.service(dailyQuota=1))
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE email_service_schedule SET used_quota = 1"))
    assert (await ann.get("/api/system/health")).json()["services"]["available"] == 0
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE guard_clock SET ahead = interval '1 day'"))
    assert (await ann.get("/api/system/health")).json()["services"]["available"] == 1


async def test_liveness_needs_no_key(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
