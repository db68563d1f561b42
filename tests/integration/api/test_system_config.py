"""Settings within their bounds, and who changed them."""

import asyncio
from typing import Any

import pytest

from tests.integration.api.asker import Asker

BATCH = "/api/system/config/queue.central_batch_size"


OF_THE_SEED = {
    "queue.central_batch_size": (50, 10, 200, "integer"),
    "queue.concurrent_workers": (10, 1, 50, "integer"),
    "queue.pending_retry_interval": (60, 30, 300, "seconds"),
    "queue.service_reservation_timeout": (30, 10, 120, "seconds"),
    "monitoring.stuck_task_threshold": (600, 300, 1800, "seconds"),
    "monitoring.metrics_retention_days": (30, 7, 90, "days"),
}


async def test_every_setting_is_told_with_its_type_and_bounds(ann: Asker) -> None:
    settings = (await ann.get("/api/system/config")).json()["data"]
    told = {
        each["key"]: (
            each["defaultValue"], each["constraints"]["minimum"], each["constraints"]["maximum"], each["valueType"]
        )
        for each in settings
    }  # fmt: skip
    assert {key: told[key] for key in OF_THE_SEED} == OF_THE_SEED
    for each in settings:
        low, high = each["constraints"]["minimum"], each["constraints"]["maximum"]
        assert low <= each["defaultValue"] == each["value"] <= high
        assert each["key"].startswith(f"{each['category']}.")
        assert each["description"].endswith(".")


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


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 400])
async def test_what_only_python_calls_a_number_is_refused(admin: Asker, value: str) -> None:
    body, headers = f'{{"value": {value}}}', {"Content-Type": "application/json"}
    response = await admin.ask("PATCH", BATCH, content=body, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "#/value")


async def test_changes_at_once_are_kept_as_one_chain(admin: Asker) -> None:
    await asyncio.gather(*(admin.patch(BATCH, {"value": value}) for value in range(60, 70)))
    kept = (await admin.get("/api/system/config-changes")).json()["data"][::-1]
    now = (await admin.get("/api/system/config")).json()["data"]
    ends = [50, *(change["newValue"] for change in kept)]
    assert [change["oldValue"] for change in kept] == ends[:-1]
    assert [each["value"] for each in now if each["key"] == "queue.central_batch_size"] == ends[-1:]


async def test_a_setting_that_is_none_is_not_found(admin: Asker) -> None:
    assert (await admin.patch("/api/system/config/queue.nothing", {"value": 1})).status_code == 404


async def test_only_administrators_change_settings(ann: Asker) -> None:
    response = await ann.patch("/api/system/config/queue.central_batch_size", {"value": 100})
    assert response.status_code == 403


async def test_a_change_is_kept_with_who_when_from_what_to_what(admin: Asker) -> None:
    for value in (80, 80, 90):
        assert (await admin.patch(BATCH, {"value": value})).status_code == 200
    await admin.patch("/api/system/config/monitoring.error_rate_threshold", {"value": 0.5})

    kept = (await admin.get("/api/system/config-changes?key=queue.central_batch_size")).json()["data"]

    assert [(each["oldValue"], each["newValue"]) for each in kept] == [(80, 90), (50, 80)]
    assert {(each["keyName"], each["userEmail"]) for each in kept} == {("first", "admin@tempost.example")}
    assert kept[0]["changedAt"] > kept[1]["changedAt"]


async def test_a_refused_value_is_no_change(admin: Asker) -> None:
    await admin.patch(BATCH, {"value": 500})
    assert (await admin.get("/api/system/config-changes")).json()["data"] == []


async def test_changes_are_read_in_parts(admin: Asker) -> None:
    for value in (60, 70, 80):
        await admin.patch(BATCH, {"value": value})
    first = (await admin.get("/api/system/config-changes?limit=2")).json()
    rest = (await admin.get(f"/api/system/config-changes?limit=2&cursor={first['nextCursor']}")).json()
    assert [each["newValue"] for each in first["data"] + rest["data"]] == [80, 70, 60]
    assert rest["nextCursor"] is None


async def test_only_administrators_see_who_changed_settings(ann: Asker) -> None:
    assert (await ann.get("/api/system/config-changes")).status_code == 403
