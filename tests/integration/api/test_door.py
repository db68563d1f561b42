"""Whatever comes to the door is answered as a problem that says what is wrong, and never with a trace."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from api.app import create_app
from runtime.resources import Resources, open_resources
from runtime.settings import DatabaseSettings, Settings
from tests.integration.api import orders
from tests.integration.api.asker import Asker

LISTS = "/api/contact-lists"


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """A problem document, whole, and nothing of our insides."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:tempost:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in response.text
    assert "sqlalchemy" not in response.text.lower()
    return problem


@pytest.mark.parametrize("body", ["{", "nonsense", '{"name": }', '"', "[" * 100_000, "1" * 5_000])
async def test_a_body_that_is_not_json_is_refused(ann: Asker, body: str) -> None:
    response = await ann.post(LISTS, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {400, 422}
    assert_problem(response, response.status_code, response.json()["code"])


@pytest.mark.parametrize("body", [None, [], "text", 7, True])
async def test_a_body_of_another_shape_is_refused(ann: Asker, body: Any) -> None:
    assert_problem(await ann.post(LISTS, body), 422, "invalid")


async def test_bytes_that_are_no_text_are_refused(ann: Asker) -> None:
    response = await ann.post(LISTS, content=b'{"name": "\xff\xfe"}', headers={"Content-Type": "application/json"})
    assert_problem(response, 400, "unreadable")


@pytest.mark.parametrize("name", ["\0", "a\0b", "\ud800", "x" * 201, "", "   ", "a\nb", "a\u2028b"])
async def test_a_name_that_cannot_be_kept_is_refused(ann: Asker, name: str) -> None:
    escaped = "".join(f"\\u{ord(char):04x}" for char in name)
    response = await ann.post(LISTS, content=f'{{"name": "{escaped}"}}', headers={"Content-Type": "application/json"})
    assert_problem(response, 422, "invalid")


async def test_a_body_that_is_announced_too_large_is_not_read(ann: Asker, resources: Resources) -> None:
    body = '{"name": "' + "x" * resources.settings.api.max_body_bytes + '"}'
    problem = assert_problem(await ann.post(LISTS, content=body), 413, "too_large")
    assert "2000000 bytes" in problem["detail"]


async def test_a_body_that_grows_too_large_is_not_read_to_its_end(ann: Asker, resources: Resources) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(resources.settings.api.max_body_bytes // 1000 + 1):
            yield b"x" * 1000

    assert_problem(await ann.post(LISTS, content=endless()), 413, "too_large")


async def test_an_address_that_is_none_is_not_found(ann: Asker) -> None:
    assert_problem(await ann.get("/api/nothing"), 404, "not_found")
    assert_problem(await ann.get("/api/services/"), 404, "not_found")


async def test_a_method_that_is_none_is_told(ann: Asker) -> None:
    assert_problem(await ann.ask("PUT", "/api/services"), 405, "method_not_allowed")


async def test_an_id_that_is_none_is_told(ann: Asker) -> None:
    problem = assert_problem(await ann.get("/api/services/7"), 422, "invalid")
    assert problem["errors"][0]["pointer"] == "path/service_id"


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=%00", "cursor=%00"])
async def test_a_parameter_out_of_bounds_is_named(ann: Asker, query: str) -> None:
    problem = assert_problem(await ann.get(f"/api/services?{query}"), 422, "invalid")
    assert problem["errors"][0]["pointer"] == f"?{query.split('=', maxsplit=1)[0]}"


async def test_an_unforeseen_fault_is_logged_and_not_shown(
    ann: Asker, resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    async with resources.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE contact_lists RENAME TO elsewhere"))
    problem = assert_problem(await ann.get(LISTS), 500, "unexpected")
    assert "contact_lists" not in str(problem)
    assert "contact_lists" in caplog.text


@pytest.fixture
async def stranded(ann: Asker, settings: Settings) -> AsyncIterator[Asker]:
    """Ann at an API whose database cannot be reached."""
    nowhere = DatabaseSettings(url=SecretStr("postgresql://nobody@127.0.0.1:1/none"))
    async with open_resources(settings.model_copy(update={"database": nowhere})) as resources:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(create_app(resources)), base_url="http://tempost")
        async with client:
            yield Asker(client, ann.key)


async def test_without_the_database_people_are_told_to_try_again(
    stranded: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for response in (await stranded.get("/api/services"), await stranded.post("/api/services", orders.service())):
        assert_problem(response, 503, "database_down")
        assert response.headers["retry-after"]
    assert (await stranded.get("/healthz")).status_code == 200
    assert stranded.key not in caplog.text


OWN = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
"""


async def test_connections_that_many_needed_at_once_are_kept(ann: Asker, resources: Resources) -> None:
    async def open_ones() -> set[int]:
        await asyncio.gather(*(ann.get("/api/services") for _ in range(30)))
        rows = await resources.ledger_pool.fetch(OWN)
        return {row["pid"] for row in rows}

    before = await open_ones()
    assert len(before) > resources.settings.database.pool_size
    assert before <= await open_ones()


async def test_after_a_cut_connection_the_next_request_is_answered(ann: Asker, resources: Resources) -> None:
    await ann.get("/api/services")
    async with resources.ledger_pool.acquire() as other:
        await other.execute("""
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
        """)
    assert (await ann.get("/api/services")).status_code == 200
