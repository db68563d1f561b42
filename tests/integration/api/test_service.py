"""Services are added, changed, paused and deleted by their owner alone."""

import logging
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.sending import morning_zone, sending, within_one

PASSWORD = "hush-hush-4711"


async def guard_row(resources: Resources, service_id: str) -> dict[str, Any]:
    """The guard's row of a service."""
    async with resources.engine.connect() as connection:
        select = text("SELECT *, guard_now() AS now FROM email_service_schedule WHERE service_id = CAST(:id AS uuid)")
        return dict((await connection.execute(select, {"id": service_id})).mappings().one())


async def spend(resources: Resources, service_id: str, mails: int) -> None:
    """Count mails as sent today."""
    async with resources.engine.begin() as connection:
        update = text("UPDATE email_service_schedule SET used_quota = :n WHERE service_id = CAST(:id AS uuid)")
        await connection.execute(update, {"n": mails, "id": service_id})


async def test_a_service_is_answered_whole_and_without_its_password(ann: Asker) -> None:
    response = await ann.post("/api/services", orders.service())
    assert response.status_code == 201, response.text
    added = response.json()
    assert response.headers["location"] == f"/api/services/{added['id']}"
    assert added["hasPassword"] is True
    assert (added["kind"], added["maxConnections"], added["pool"]) == ("mailbox", 1, "default")
    assert (added["dailyQuota"], added["remainingQuota"], added["sendingInterval"]) == (100, 100, 1.5)
    assert (await ann.get(f"/api/services/{added['id']}")).json() == added
    assert (await ann.get("/api/services")).json() == {"data": [added], "nextCursor": None}
    assert PASSWORD not in response.text


async def test_a_password_is_sealed_in_the_database_and_never_logged(
    ann: Asker, resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    added = await ann.made("/api/services", orders.service())
    await ann.post("/api/services", orders.service(name="bad", port=99_999))
    await ann.patch(f"/api/services/{added['id']}", {"password": PASSWORD, "port": 25})
    async with resources.engine.connect() as connection:
        row = (await connection.execute(text("SELECT * FROM email_services"))).mappings().one()
    assert PASSWORD.encode() not in row["password_sealed"]
    assert resources.seal.open(row["password_sealed"], row["id"]) == PASSWORD
    assert PASSWORD not in caplog.text


async def test_its_day_begins_at_its_own_midnight(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(timeZone="Pacific/Kiritimati"))
    row = await guard_row(resources, added["id"])
    today: date = row["now"].astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    assert row["quota_day"] == today
    midnight = datetime(today.year, today.month, today.day, tzinfo=ZoneInfo("Pacific/Kiritimati")) + timedelta(days=1)
    assert row["quota_reset_at"] == midnight
    assert datetime.fromisoformat(added["quotaResetAt"]) == midnight


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"port": 0}, "#/port"),
        ({"host": "not a host"}, "#/host"),
        ({"host": "1.2.3"}, "#/host"),
        ({"fromAddress": "nobody"}, "#/fromAddress"),
        ({"sendingInterval": -1}, "#/sendingInterval"),
        ({"dailyQuota": -1}, "#/dailyQuota"),
        ({"dailyQuota": 2**40}, "#/dailyQuota"),
        ({"timeZone": "Mars/Olympus"}, "#/timeZone"),
        ({"kind": "pigeon"}, "#/kind"),
        ({"maxConnections": 0}, "#/maxConnections"),
        ({"pool": "nowhere"}, "#/pool"),
        ({"name": ""}, "#/name"),
        ({"name": "two\nlines"}, "#/name"),
        ({"password": "a\0b"}, "#/password"),
        ({"colour": "red"}, "#/colour"),
    ],
)
async def test_a_wrong_field_is_named(ann: Asker, change: dict[str, Any], pointer: str) -> None:
    response = await ann.post("/api/services", orders.service(**change))
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "invalid"
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["errors"][0]["message"]
    assert PASSWORD not in response.text


async def test_a_missing_field_is_named(ann: Asker) -> None:
    order = orders.service()
    del order["host"]
    response = await ann.post("/api/services", order)
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/host"]


async def test_another_users_service_is_not_found(ann: Asker, bob: Asker) -> None:
    added = await ann.made("/api/services", orders.service())
    path = f"/api/services/{added['id']}"
    answers = [
        await bob.get(path),
        await bob.patch(path, {"name": "mine"}),
        await bob.delete(path),
        await bob.post(f"{path}/pause"),
        await bob.post(f"{path}/resume"),
        await bob.post(f"{path}/test"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert (await bob.get("/api/services")).json()["data"] == []
    assert (await ann.get(path)).json() == added


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_a_changed_quota_counts_from_what_was_sent(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(dailyQuota=100, timeZone=morning_zone()))
    await spend(resources, added["id"], 30)
    path = f"/api/services/{added['id']}"
    assert (await ann.patch(path, {"dailyQuota": 120})).json()["remainingQuota"] == 90
    assert (await ann.patch(path, {"dailyQuota": 20})).json()["remainingQuota"] == 0


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_after_its_midnight_the_whole_quota_is_shown_again(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(dailyQuota=100, timeZone=morning_zone()))
    await spend(resources, added["id"], 30)
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE guard_clock SET ahead = interval '1 day'"))
    shown = (await ann.get(f"/api/services/{added['id']}")).json()
    assert shown["remainingQuota"] == 100
    assert datetime.fromisoformat(shown["quotaResetAt"]) > datetime.fromisoformat(added["quotaResetAt"])


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_moving_to_another_zone_gives_no_second_quota(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(timeZone="Pacific/Kiritimati"))
    await spend(resources, added["id"], 30)
    moved = (await ann.patch(f"/api/services/{added['id']}", {"timeZone": "Pacific/Niue"})).json()
    assert (moved["timeZone"], moved["remainingQuota"]) == ("Pacific/Niue", 70)
    row = await guard_row(resources, added["id"])
    assert row["quota_day"] == row["now"].astimezone(ZoneInfo("Pacific/Niue")).date()


async def test_a_change_is_seen_by_the_allocator(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(sendingInterval=2))
    before = await guard_row(resources, added["id"])
    await ann.patch(f"/api/services/{added['id']}", {"sendingInterval": 12, "kind": "relay"})
    after = await guard_row(resources, added["id"])
    assert after["changed_at"] > before["changed_at"]
    assert after["kind"] == "relay"
    assert after["sending_interval"] == timedelta(seconds=12)
    assert after["next_available_at"] - before["next_available_at"] == timedelta(seconds=10)


async def test_what_is_not_named_stays(ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service())
    changed = (await ann.patch(f"/api/services/{added['id']}", {"name": "box-2"})).json()
    different = {key for key in added if added[key] != changed[key]}
    assert different == {"name", "updatedAt"}


async def test_some_fields_cannot_be_emptied(ann: Asker) -> None:
    added = await ann.made("/api/services", orders.service())
    path = f"/api/services/{added['id']}"
    assert (await ann.patch(path, {"host": None})).status_code == 422
    assert (await ann.patch(path, {"username": None})).status_code == 422
    emptied = await ann.patch(path, {"username": None, "password": None, "fromName": None})
    assert (emptied.json()["username"], emptied.json()["hasPassword"]) == (None, False)


async def test_pausing_and_resuming_twice_is_harmless_and_ends_a_rest(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service())
    path = f"/api/services/{added['id']}"
    async with resources.engine.begin() as connection:
        rest = "UPDATE email_service_schedule SET rest_level = 3, rested_until = 'infinity'"
        await connection.execute(text(rest))
    assert [(await ann.post(f"{path}/pause")).json()["status"] for _ in range(2)] == ["paused"] * 2
    resumed = [(await ann.post(f"{path}/resume")).json() for _ in range(2)]
    assert [each["status"] for each in resumed] == ["active"] * 2
    assert (resumed[0]["restedUntil"], resumed[0]["restReason"]) == (None, None)
    row = await guard_row(resources, added["id"])
    assert (row["rest_level"], row["rested_until"]) == (0, None)


async def test_a_new_password_ends_a_rest(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service())
    async with resources.engine.begin() as connection:
        rest = "UPDATE email_service_schedule SET rest_reason = 'auth_failed', rested_until = guard_now() + '1 hour'"
        await connection.execute(text(rest))
    path = f"/api/services/{added['id']}"
    assert (await ann.patch(path, {"name": "renamed"})).json()["restReason"] == "auth_failed"
    assert (await ann.patch(path, {"password": "right"})).json()["restReason"] is None


async def test_a_deleted_service_is_gone_and_its_name_free(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service())
    path = f"/api/services/{added['id']}"
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.get(path)).status_code == 404
    assert (await ann.delete(path)).status_code == 404
    assert (await ann.get("/api/services")).json()["data"] == []
    assert (await guard_row(resources, added["id"]))["status"] == "deleted"
    await ann.made("/api/services", orders.service())


async def test_a_name_is_taken_once(ann: Asker, bob: Asker) -> None:
    await ann.made("/api/services", orders.service())
    second = await ann.made("/api/services", orders.service(name="box-2"))
    taken = await ann.post("/api/services", orders.service())
    assert taken.status_code == 409
    assert taken.json()["errors"][0]["pointer"] == "#/name"
    assert (await ann.patch(f"/api/services/{second['id']}", {"name": "box-1"})).status_code == 409
    await bob.made("/api/services", orders.service())


async def test_lists_come_in_parts_without_gaps_or_doubles(ann: Asker) -> None:
    for number in range(5):
        await ann.made("/api/services", orders.service(name=f"box-{number}"))
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await ann.get(f"/api/services?limit=2{f'&cursor={cursor}' if cursor else ''}")).json()
        names += [each["name"] for each in page["data"]]
        cursor = page["nextCursor"]
    assert names == [f"box-{number}" for number in range(5)]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WyJhIiwgImIiXQ", "W10", "é"])
async def test_a_cursor_of_ones_own_making_is_refused(ann: Asker, cursor: str) -> None:
    response = await ann.get("/api/services", params={"cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "?cursor"


async def test_services_and_tasks_are_found_by_a_part_of_their_names(ann: Asker, bob: Asker) -> None:
    for name, address in (("Graz-1", "one@example.com"), ("Graz-2", "two@example.com"), ("Wien", "graz@example.com")):
        await ann.made("/api/services", orders.service(name=name, fromAddress=address))
    for name in ("Offer 10 %", "Offer 20"):
        content = {"subject": "Hi", "text": "Hi"}
        await ann.made("/api/tasks", {"name": name, "recipients": [{"email": "a@example.org"}], "content": content})

    async def found(asker: Asker, path: str, search: str) -> list[str]:
        answer = (await asker.get(path, params={"search": search})).json()
        return [each["name"] for each in answer["data"]]

    assert await found(ann, "/api/services", "GRAZ") == ["Graz-1", "Graz-2", "Wien"]
    assert await found(ann, "/api/services", "two@") == ["Graz-2"]
    assert await found(ann, "/api/tasks", "0 %") == ["Offer 10 %"]
    assert await found(bob, "/api/services", "graz") == []


MOVED = """
    UPDATE deliveries SET ended_at = clock_timestamp() - CASE WHEN service_id = $1 THEN interval '2 h' ELSE '0' END
"""


@pytest.mark.unchecked_ledger("mails are moved by hours")
async def test_what_services_sent_is_told_by_the_hour_to_their_owner(
    ann: Asker, bob: Asker, resources: Resources
) -> None:
    task = await sending(ann, resources, people=3, services=3)
    first, second, third = reversed(task.service_ids)
    for _ in range(2):
        await task.send()
    params = {"serviceId": [str(third), str(second), str(first)]}

    async for _ in within_one(task.world, "hour"):
        await resources.ledger_pool.execute(MOVED, first)
        told = (await ann.get("/api/services/sent-per-hour", params=params)).json()

    assert {each["serviceId"]: each["sent"] for each in told["data"]} == {
        str(third): [0] * 24, str(second): [0] * 23 + [1], str(first): [0] * 21 + [1, 0, 0]
    }  # fmt: skip
    assert (await bob.get("/api/services/sent-per-hour", params=params)).json()["data"] == []


@pytest.mark.unchecked_ledger("a quota is used up without a mail")
async def test_the_score_of_a_service_is_the_allocators(ann: Asker, resources: Resources) -> None:
    added = await ann.made("/api/services", orders.service(dailyQuota=100, sendingInterval=3600))
    assert added["score"] == pytest.approx(0.4 + 0.4 + 0.2 * 0.95)
    await spend(resources, added["id"], 50)
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE email_service_schedule SET last_sent_at = guard_now(), success_rate = 1"))
    assert (await ann.get(f"/api/services/{added['id']}")).json()["score"] == pytest.approx(0.4, abs=0.01)
