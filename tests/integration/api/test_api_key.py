"""Who may ask, and for what."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from api.key_holders import FRESH_SECONDS, KeyHolders
from runtime.resources import Resources
from tests.integration.api.asker import Asker

CALLS = [
    ("GET", "/api/services"),
    ("POST", "/api/services"),
    ("GET", "/api/contact-lists"),
    ("GET", "/api/templates"),
    ("GET", "/api/tasks"),
    ("POST", "/api/tasks"),
    ("GET", "/api/suppressions"),
    ("GET", "/api/api-keys"),
    ("GET", "/api/pools"),
    ("GET", "/api/system/health"),
    ("GET", "/api/system/config"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_without_a_key_nothing_is_answered(http: httpx.AsyncClient, method: str, path: str) -> None:
    response = await http.request(method, path)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("header", ["Bearer tp_unknown", "Basic dXNlcjpwYXNz", "Bearer", f"Bearer {'x' * 5000}"])
async def test_a_key_that_is_none_is_refused(http: httpx.AsyncClient, header: str) -> None:
    response = await http.get("/api/services", headers={"Authorization": header})
    assert response.status_code == 401


async def test_the_full_key_is_shown_once_and_kept_as_a_hash(ann: Asker, resources: Resources) -> None:
    made = await ann.made("/api/api-keys", {"name": "laptop"})
    assert made["key"].startswith("tp_")
    assert made["prefix"] == made["key"][:8]
    listed = (await ann.get("/api/api-keys")).json()["data"]
    assert [each["name"] for each in listed] == ["own", "laptop"]
    assert all("key" not in each for each in listed)
    async with resources.engine.connect() as connection:
        kept = (await connection.execute(text("SELECT CAST(k AS text) FROM api_keys k"))).scalars().all()
    assert not any(made["key"] in row for row in kept)


async def test_a_revoked_key_opens_nothing_and_revoking_twice_is_harmless(ann: Asker, http: httpx.AsyncClient) -> None:
    made = await ann.made("/api/api-keys", {"name": "lost"})
    lost = Asker(http, made["key"])
    assert (await lost.get("/api/services")).status_code == 200
    assert (await ann.delete(f"/api/api-keys/{made['id']}")).status_code == 204
    assert (await ann.delete(f"/api/api-keys/{made['id']}")).status_code == 204
    assert (await lost.get("/api/services")).status_code == 401
    assert [each["name"] for each in (await ann.get("/api/api-keys")).json()["data"]] == ["own"]


async def test_a_revocation_acts_on_requests_that_come_after_it(ann: Asker, http: httpx.AsyncClient) -> None:
    made = await ann.made("/api/api-keys", {"name": "busy"})
    busy, gone = Asker(http, made["key"]), asyncio.Event()

    async def ask_on() -> httpx.Response:
        while True:
            last, answer = gone.is_set(), await busy.get("/api/services")
            if last:
                return answer

    asking = [asyncio.create_task(ask_on()) for _ in range(4)]
    assert (await ann.delete(f"/api/api-keys/{made['id']}")).status_code == 204
    gone.set()
    assert {answer.status_code for answer in await asyncio.gather(*asking)} == {401}


async def test_an_expired_key_opens_nothing(
    ann: Asker, http: httpx.AsyncClient, app: FastAPI, resources: Resources
) -> None:
    clock = count(step=FRESH_SECONDS + 0.1)
    app.state.key_holders = KeyHolders(resources.engine, lambda: next(clock))
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = await ann.made("/api/api-keys", {"name": "guest", "expiresAt": soon})
    guest = Asker(http, made["key"])
    assert (await guest.get("/api/services")).status_code == 200
    async with resources.engine.begin() as connection:
        expire = text("UPDATE api_keys SET expires_at = clock_timestamp() WHERE name = 'guest'")
        await connection.execute(expire)
    assert (await guest.get("/api/services")).status_code == 401


async def test_a_key_that_is_used_without_a_pause_is_read_once_a_second(
    ann: Asker, app: FastAPI, resources: Resources
) -> None:
    now = 0.0
    app.state.key_holders = KeyHolders(resources.engine, lambda: now)
    assert (await ann.get("/api/services")).status_code == 200
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE api_keys SET revoked_at = clock_timestamp()"))
    now = FRESH_SECONDS
    assert (await ann.get("/api/services")).status_code == 200
    now = FRESH_SECONDS + 0.1
    assert (await ann.get("/api/services")).status_code == 401


async def test_a_key_that_has_expired_already_is_not_made(ann: Asker) -> None:
    response = await ann.post("/api/api-keys", {"name": "late", "expiresAt": "2020-01-01T00:00:00Z"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/expiresAt"


async def test_another_users_key_is_not_found(ann: Asker, bob: Asker) -> None:
    made = await ann.made("/api/api-keys", {"name": "mine"})
    assert (await bob.delete(f"/api/api-keys/{made['id']}")).status_code == 404


async def test_an_administrator_sees_and_revokes_the_keys_of_a_user(admin: Asker, bob: Asker) -> None:
    (key,) = (await bob.get("/api/api-keys")).json()["data"]
    theirs = f"/api/api-keys?userId={key['userId']}"
    assert (await admin.get(theirs)).json()["data"] == [key]
    assert (await admin.delete(f"/api/api-keys/{key['id']}")).status_code == 204
    assert (await admin.get(theirs)).json()["data"] == []
    assert (await bob.get("/api/services")).status_code == 401


async def test_nobody_else_sees_the_keys_of_another(ann: Asker, bob: Asker) -> None:
    (key,) = (await bob.get("/api/api-keys")).json()["data"]
    assert (await ann.get(f"/api/api-keys?userId={key['userId']}")).status_code == 403


async def test_a_reading_key_changes_nothing(ann: Asker, http: httpx.AsyncClient) -> None:
    made = await ann.made("/api/api-keys", {"name": "viewer", "scopes": ["read"]})
    viewer = Asker(http, made["key"])
    assert (await viewer.get("/api/services")).status_code == 200
    refused = await viewer.post("/api/contact-lists", {"name": "People"})
    assert refused.status_code == 403
    assert "`write`" in refused.json()["detail"]


async def test_nobody_gives_a_key_more_than_their_own_has(ann: Asker, bob: Asker, admin: Asker) -> None:
    assert (await ann.post("/api/api-keys", {"name": "root", "scopes": ["admin"]})).status_code == 403
    users = (await admin.get("/api/users")).json()["data"]
    bobs = next(user["id"] for user in users if user["name"] == "bob")
    assert (await ann.post("/api/api-keys", {"name": "theirs", "userId": bobs})).status_code == 403


async def test_the_scope_admin_is_worthless_without_the_role(ann: Asker, admin: Asker, http: httpx.AsyncClient) -> None:
    users = (await admin.get("/api/users")).json()["data"]
    anns = next(user["id"] for user in users if user["name"] == "ann")
    made = await admin.made("/api/api-keys", {"name": "odd", "scopes": ["admin"], "userId": anns})
    assert (await Asker(http, made["key"]).get("/api/users")).status_code == 403


async def test_using_a_key_is_noted(ann: Asker) -> None:
    await ann.get("/api/services")
    assert (await ann.get("/api/api-keys")).json()["data"][0]["lastUsedAt"] is not None


async def test_a_secret_answer_is_replayed_and_never_stored_in_the_clear(ann: Asker, resources: Resources) -> None:
    headers = {"Idempotency-Key": "key-once"}
    first = await ann.post("/api/api-keys", {"name": "laptop"}, headers=headers)
    second = await ann.post("/api/api-keys", {"name": "laptop"}, headers=headers)
    assert first.json() == second.json()
    async with resources.engine.connect() as connection:
        kept = (await connection.execute(text("SELECT CAST(response AS text) FROM idempotency_keys"))).scalar_one()
    assert first.json()["key"] not in kept
