"""An upload is staged whole, or nothing of it stays and the answer says what is wrong where."""

import asyncio
from typing import Any, TypeAlias

import asyncpg
import httpx
from fastapi import FastAPI

from tests.integration.api.asker import Asker
from tests.integration.contact_import.conftest import Uploader, uploader_for

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

PEOPLE = "Name;E-Mail;Stadt\r\nJürgen;j@example.de;Köln\r\n;broken;\r\nAnn;A@example.com;\r\n"
ENDED = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'COPY%contact_import_rows%' AND wait_event_type = 'Lock'
"""
ONCE = {"Idempotency-Key": "one-file"}


async def test_an_upload_is_answered_with_how_it_was_understood(uploader: Uploader) -> None:
    answer = await uploader.send(PEOPLE.encode("cp1252"), name="C:\\Users\\me\\leute.csv")
    staged = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/imports/{staged['id']}"
    understood = {key: staged[key] for key in ("fileName", "status", "encoding", "delimiter", "rowsRead", "rejected")}
    assert understood == {
        "fileName": "leute.csv", "status": "staged", "encoding": "windows-1252", "delimiter": ";",
        "rowsRead": 3, "rejected": 1,
    }  # fmt: skip
    assert staged["columns"] == {"Name": "name", "E-Mail": "email", "Stadt": "stadt"}


async def test_a_file_is_looked_at_before_it_is_sent(uploader: Uploader) -> None:
    async def look(content: bytes, **options: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {uploader.asker.key}"}
        files = {"file": ("head.csv", content, "text/csv")}
        return await uploader.asker.http.post("/api/imports/look", files=files, headers=headers, params=options)

    seen = (await look(PEOPLE.encode())).json()
    unnamed = (await look(b"who,where\nann@example.org,Graz\n")).json()
    refused = await look(b"PK\x03\x04 a spreadsheet")

    assert (seen["delimiter"], seen["emailColumn"], seen["maxUploadBytes"]) == (";", "E-Mail", 2_000_000_000)
    assert [(each["title"], each["field"]) for each in seen["columns"]][:2] == [("Name", "name"), ("E-Mail", "email")]
    assert unnamed["emailColumn"] is None
    assert unnamed["columns"][0] == {"title": "who", "field": "who", "examples": ["ann@example.org"]}
    assert refused.status_code == 422
    assert "save it as CSV" in refused.json()["errors"][0]["message"]


async def test_an_import_can_be_read_at_its_location(uploader: Uploader) -> None:
    answer = await uploader.send(PEOPLE.encode())
    read = await uploader.asker.get(answer.headers["location"])
    assert read.json() == answer.json()


async def test_refused_rows_are_listed_with_line_reason_and_value(uploader: Uploader) -> None:
    staged = await uploader.staged(b'email,name\n"=cmd()",A\n,B\n"a\nb@example.com",C\nx@example.com,D,E\n')
    header, formula, empty, *rest = await uploader.refused(staged["id"])
    assert header == "line,reason,value"
    assert formula.startswith("2,is not an e-mail address")
    assert formula.endswith(",'=cmd()")
    assert empty == "3,has no e-mail address,"
    assert rest[-1] == '6,"has 3 cells, but the header has 2 columns","x@example.com,D,E"'


async def test_what_a_person_says_of_the_file_is_used(uploader: Uploader) -> None:
    content = "kontakt^mail\na@example.cz^b@example.cz\n".encode("cp1250")
    staged = await uploader.staged(content, encoding="windows-1250", delimiter="^", emailColumn="Kontakt")
    assert (staged["encoding"], staged["delimiter"]) == ("windows-1250", "^")
    assert staged["columns"] == {"kontakt": "email", "mail": "mail"}


async def test_a_fault_half_way_leaves_a_failed_import_and_no_row(uploader: Uploader, pool: Pool) -> None:
    answer = await uploader.send(b"email\n" + b"a@example.com\nbroken\n" * 15_000 + b'"never closed\n')
    assert answer.status_code == 422
    assert "begins on line 30002 and never closed" in answer.json()["detail"]
    failed = await pool.fetchrow("SELECT status, error, rows_read, completed_at FROM contact_imports")
    assert failed is not None
    assert failed["status"] == "failed"
    assert "line 30002" in failed["error"]
    assert failed["rows_read"] == 0
    assert failed["completed_at"] is not None
    assert await left_over(pool) == 0


async def test_bytes_of_another_encoding_half_way_are_told_with_their_line(uploader: Uploader, pool: Pool) -> None:
    content = b"email,name\n" + b"a@example.com,Ann\n" * 20_000 + b"b@example.com,\xff\n"
    answer = await uploader.send(content, encoding="utf-8")
    assert answer.status_code == 422
    assert "line 20002 holds bytes that are not utf-8" in answer.json()["detail"]
    assert await left_over(pool) == 0


async def test_a_file_without_address_column_is_refused_with_the_columns_it_has(uploader: Uploader) -> None:
    answer = await uploader.send(b"name,phone\nAnn,1\n")
    assert answer.status_code == 422
    assert "'name', 'phone'" in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "#/file"


async def test_a_wrong_parameter_is_named(uploader: Uploader) -> None:
    for parameter, value in {"encoding": "klingon", "delimiter": "ab", "emailColumn": "nope"}.items():
        answer = await uploader.send(b"email,name\na@example.com,A\n", **{parameter: value})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"?{parameter}"


async def test_the_same_file_under_the_same_key_is_imported_once(uploader: Uploader, pool: Pool) -> None:
    first = await uploader.send(PEOPLE.encode(), headers=ONCE)
    second = await uploader.send(PEOPLE.encode(), headers=ONCE)
    assert first.json() == second.json()
    assert await pool.fetchval("SELECT count(*) FROM contact_imports") == 1


async def test_another_file_under_the_same_key_is_refused(uploader: Uploader) -> None:
    await uploader.send(PEOPLE.encode(), headers=ONCE)
    assert (await uploader.send(b"email\na@example.com\n", headers=ONCE)).status_code == 422


async def test_an_upload_into_someone_elses_list_finds_no_list(uploader: Uploader, bob: Asker) -> None:
    stranger = await uploader_for(bob)
    answer = await Uploader(stranger.asker, uploader.list_id).send(PEOPLE.encode())
    assert answer.status_code == 404


async def test_someone_elses_import_is_not_found(uploader: Uploader, bob: Asker) -> None:
    staged = await uploader.staged(PEOPLE.encode())
    assert (await bob.get(f"/api/imports/{staged['id']}")).status_code == 404
    assert (await bob.get(f"/api/imports/{staged['id']}/errors.csv")).status_code == 404


async def test_a_body_that_is_not_multipart_is_refused(uploader: Uploader) -> None:
    answer = await uploader.asker.post(f"/api/contact-lists/{uploader.list_id}/import", {"file": "email\n"})
    assert answer.status_code == 415


async def test_a_body_without_the_part_is_refused_with_its_name(uploader: Uploader) -> None:
    path = f"/api/contact-lists/{uploader.list_id}/import"
    headers = {"Authorization": f"Bearer {uploader.asker.key}"}
    answer = await uploader.asker.http.post(path, files={"data": ("a.csv", b"email\n")}, headers=headers)
    assert answer.status_code == 400
    assert "'file'" in answer.json()["detail"]


async def test_a_connection_that_ends_in_the_file_leaves_nothing(app: FastAPI, uploader: Uploader, pool: Pool) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\nemail\na@example.com\n'
    status = await cut_off(app, uploader, body)
    assert status in {400, None}
    assert await pool.fetchval("SELECT count(*) FROM contact_imports") == 0
    assert await left_over(pool) == 0


async def test_a_database_that_goes_away_half_way_leaves_nothing(uploader: Uploader, pool: Pool) -> None:
    """The COPY waits for a lock while its server process is ended."""
    async with pool.acquire() as blocker:
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE contact_import_rows")
            sending = asyncio.create_task(uploader.send(b"email\na@example.com\n"))
            while not await pool.fetchval(ENDED):  # noqa: ASYNC110 - the condition is the server's
                await asyncio.sleep(0.01)
        answer = await sending
    assert answer.status_code == 503
    assert answer.json()["code"] == "database_down"
    assert await pool.fetchval("SELECT count(*) FROM contact_imports") == 0
    assert await left_over(pool) == 0


async def cut_off(app: FastAPI, uploader: Uploader, body: bytes) -> int | None:
    """Send the beginning of a body and hang up; the status of the answer that nobody waits for."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"},
    ]  # fmt: skip
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message: Any) -> None:
        answers.append(message)

    headers = {"content-type": "multipart/form-data; boundary=b", "authorization": f"Bearer {uploader.asker.key}"}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "query_string": b"", "root_path": "",
        "path": f"/api/contact-lists/{uploader.list_id}/import", "server": ("tempost", 80), "client": ("there", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    return next((answer["status"] for answer in answers if "status" in answer), None)


async def left_over(pool: Pool) -> int:
    """Rows of imports that stayed."""
    kept: int = await pool.fetchval(
        "SELECT (SELECT count(*) FROM contact_import_rows) + (SELECT count(*) FROM contact_import_errors)"
    )
    return kept
