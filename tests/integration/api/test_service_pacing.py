"""What paces a service besides its interval: jitter, window, warm-up, a relay's rate; and why it cannot be used now."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.sending import morning_zone, sending
from tests.integration.api.test_service import guard_row, spend

WARM_UP = {"firstDayQuota": 20, "dailyStep": 10}
WINDOW = {"opens": "09:00", "closes": "17:00", "weekdays": ["mon", "tue"]}
RELAY = {"kind": "relay", "sendingInterval": None}
TUESDAY_NOON = datetime(2030, 1, 1, 12, tzinfo=ZoneInfo("Europe/Vienna"))


async def set_guard(resources: Resources, moment: datetime) -> None:
    """Let the guard's clock show this."""
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE guard_clock SET ahead = :at - clock_timestamp()"), {"at": moment})


async def changed(asker: Asker, service: dict[str, Any], **change: Any) -> dict[str, Any]:
    """Change a service."""
    response = await asker.patch(f"/api/services/{service['id']}", change)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_without_more_it_has_no_jitter_no_window_and_no_warm_up(ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service())

    assert (added["jitter"], added["window"], added["warmUp"], added["waiting"]) == (0, None, None, None)
    assert added["dayQuota"] == added["dailyQuota"]


async def test_what_paces_it_is_answered_as_it_was_given(ann: Asker) -> None:
    order = orders.service(jitter=0.25, window=WINDOW, warmUp={**WARM_UP, "from": "2026-01-01"})

    added = await ann.made("/api/services", order)

    assert (added["jitter"], added["window"], added["warmUp"]) == (0.25, WINDOW, {**WARM_UP, "from": "2026-01-01"})


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"jitter": 1.5}, "#/jitter"),
        ({"window": {"opens": "9", "closes": "17:00"}}, "#/window/opens"),
        ({"window": {"opens": "09:00", "closes": "24:00"}}, "#/window/closes"),
        ({"window": {**WINDOW, "weekdays": []}}, "#/window/weekdays"),
        ({"window": {**WINDOW, "weekdays": ["monday"]}}, "#/window/weekdays/0"),
        ({"warmUp": {"firstDayQuota": 20}}, "#/warmUp/dailyStep"),
        ({"warmUp": {**WARM_UP, "firstDayQuota": 0}}, "#/warmUp/firstDayQuota"),
        ({"warmUp": {**WARM_UP, "from": "soon"}}, "#/warmUp/from"),
        ({"ratePerSecond": 5}, "#/ratePerSecond"),
        ({"kind": "relay", "ratePerSecond": 5}, "#/ratePerSecond"),
        ({**RELAY, "ratePerSecond": 0}, "#/ratePerSecond"),
        (RELAY, "#/sendingInterval"),
    ],
)
async def test_a_wrong_pace_is_named(ann: Asker, change: dict[str, Any], pointer: str) -> None:
    response = await ann.post("/api/services", orders.service(**change))

    assert response.status_code == 422, response.text
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_the_rate_of_a_relay_is_its_interval_and_never_passed(ann: Asker) -> None:
    relay = await ann.made("/api/services", orders.service(**RELAY, ratePerSecond=30))

    assert relay["sendingInterval"] == 0.033334
    assert (await changed(ann, relay, ratePerSecond=20))["sendingInterval"] == 0.05
    assert (await changed(ann, relay, sendingInterval=0))["sendingInterval"] == 0


async def test_a_service_that_becomes_a_mailbox_cannot_be_given_a_rate(ann: Asker) -> None:
    relay = await ann.made("/api/services", orders.service(**RELAY, ratePerSecond=30))

    response = await ann.patch(f"/api/services/{relay['id']}", {"kind": "mailbox", "ratePerSecond": 1})

    assert response.status_code == 422


async def test_a_warm_up_begins_today_at_its_own_place(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(warmUp=WARM_UP, timeZone="Pacific/Kiritimati"))

    row = await guard_row(resources, added["id"])
    today = row["now"].astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    assert added["warmUp"]["from"] == today.isoformat()
    assert (added["dayQuota"], added["remainingQuota"], row["remaining_quota"]) == (20, 20, 20)


async def test_every_day_of_a_warm_up_allows_a_step_more_until_the_daily_quota(
    ann: Asker, resources: Resources
) -> None:
    added = await ann.made("/api/services", orders.service(warmUp=WARM_UP, dailyQuota=35, timeZone=morning_zone()))
    shown = []
    for days in range(3):
        async with resources.engine.begin() as connection:
            await connection.execute(text("UPDATE guard_clock SET ahead = make_interval(days => :n)"), {"n": days})
        shown.append((await ann.get(f"/api/services/{added['id']}")).json()["remainingQuota"])

    assert shown == [20, 30, 35]


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_a_changed_warm_up_acts_on_the_present_day(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(dailyQuota=100, timeZone=morning_zone()))
    await spend(resources, added["id"], 15)

    begun = await changed(ann, added, warmUp=WARM_UP)
    assert (begun["dayQuota"], begun["remainingQuota"]) == (20, 5)
    assert (await guard_row(resources, added["id"]))["remaining_quota"] == 5

    smaller = await changed(ann, added, dailyQuota=16)
    assert (smaller["dayQuota"], smaller["remainingQuota"]) == (16, 1)

    ended = await changed(ann, added, warmUp=None, dailyQuota=100)
    assert (ended["warmUp"], ended["dayQuota"], ended["remainingQuota"]) == (None, 100, 85)


async def test_a_warm_up_goes_on_when_its_step_changes(ann: Asker) -> None:
    order = orders.service(warmUp={**WARM_UP, "from": "2026-01-01"}, dailyQuota=1_000_000)
    added = await ann.made("/api/services", order)

    other_step = await changed(ann, added, warmUp={**WARM_UP, "dailyStep": 1})

    assert other_step["warmUp"]["from"] == "2026-01-01"
    assert other_step["dayQuota"] < added["dayQuota"]


async def test_what_paces_it_stays_when_something_else_changes(ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service(jitter=0.5, window=WINDOW, warmUp=WARM_UP))

    renamed = await changed(ann, added, name="box-2")

    assert {key for key in added if added[key] != renamed[key]} == {"name", "updatedAt"}


async def test_a_window_is_removed_by_null(ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service(window=WINDOW))

    assert (await changed(ann, added, window=None))["window"] is None


async def test_a_smaller_interval_acts_at_once_whatever_the_jitter_was(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1, services=1)
    (service_id,) = task.service_ids
    service = {"id": str(service_id)}
    await changed(ann, service, jitter=1)
    await task.send()
    with_jitter = await guard_row(resources, service["id"])
    assert with_jitter["next_available_at"] > with_jitter["last_sent_at"] + timedelta(hours=1)

    await changed(ann, service, sendingInterval=1, jitter=0)

    row = await guard_row(resources, service["id"])
    assert row["next_available_at"] == row["expected_at"] == row["last_sent_at"] + timedelta(seconds=1)


async def test_a_changed_window_is_seen_by_the_allocator(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service())
    before = await guard_row(resources, added["id"])

    await changed(ann, added, window=WINDOW)

    assert (await guard_row(resources, added["id"]))["changed_at"] > before["changed_at"]


async def test_a_paused_service_waits_for_a_person(ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service())

    paused = (await ann.post(f"/api/services/{added['id']}/pause")).json()

    assert paused["waiting"] == {"reason": "paused", "retryAt": None}


async def test_a_rested_service_says_until_when(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service())
    async with resources.engine.begin() as connection:
        rest = "UPDATE email_service_schedule SET rested_until = guard_now() + '1 min', rest_reason = 'auth_failed'"
        await connection.execute(text(rest))

    shown = (await ann.get("/api/services")).json()["data"][0]

    assert shown["waiting"] == {"reason": "service_rested", "retryAt": shown["restedUntil"]}
    assert (shown["id"], shown["restReason"]) == (added["id"], "auth_failed")


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_a_used_quota_waits_for_its_midnight(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(dailyQuota=5, timeZone=morning_zone()))
    await spend(resources, added["id"], 5)

    shown = (await ann.get(f"/api/services/{added['id']}")).json()

    assert shown["waiting"] == {"reason": "no_quota", "retryAt": shown["quotaResetAt"]}


async def test_a_quota_of_nothing_waits_for_a_person(ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service(dailyQuota=0))

    assert added["waiting"] == {"reason": "no_quota", "retryAt": None}


async def test_outside_its_window_a_service_waits_for_the_next_opening(ann: Asker, resources: Resources) -> None:
    await set_guard(resources, TUESDAY_NOON + timedelta(hours=6))
    added = await ann.made("/api/services", orders.service(window=WINDOW))

    monday_nine = datetime(2030, 1, 7, 9, tzinfo=ZoneInfo("Europe/Vienna"))
    assert added["waiting"]["reason"] == "window"
    assert datetime.fromisoformat(added["waiting"]["retryAt"]) == monday_nine


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_after_its_quota_is_whole_again_it_waits_for_its_window(ann: Asker, resources: Resources) -> None:
    await set_guard(resources, TUESDAY_NOON)
    added = await ann.made("/api/services", orders.service(window=WINDOW, dailyQuota=5))
    assert added["waiting"] is None
    await spend(resources, added["id"], 5)

    shown = (await ann.get(f"/api/services/{added['id']}")).json()

    assert shown["waiting"]["reason"] == "window"
    assert datetime.fromisoformat(shown["waiting"]["retryAt"]).astimezone(UTC) == datetime(2030, 1, 7, 8, tzinfo=UTC)


async def test_health_counts_a_service_outside_its_window_as_not_available(ann: Asker, resources: Resources) -> None:
    await set_guard(resources, TUESDAY_NOON + timedelta(hours=6))
    await ann.made("/api/services", orders.service(window=WINDOW))
    await ann.made("/api/services", orders.service(name="box-2"))

    health = (await ann.get("/api/system/health")).json()

    assert (health["services"]["total"], health["services"]["available"]) == (2, 1)


async def test_the_guard_keeps_a_window_that_the_api_set(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=2, services=1)
    service_id: UUID = task.service_ids[0]
    opens = datetime.now(ZoneInfo(morning_zone())) + timedelta(hours=12)  # by the service's own clock
    hours = {"opens": f"{opens:%H:%M}", "closes": f"{opens + timedelta(hours=8):%H:%M}"}
    shown = await changed(ann, {"id": str(service_id)}, window=hours)

    assert (await task.world.claim_one(service_id, task.task_id))[1].word == "window"

    await set_guard(resources, datetime.fromisoformat(shown["waiting"]["retryAt"]) + timedelta(hours=7))
    assert (await task.world.claim_one(service_id, task.task_id))[1].word == "claimed"
