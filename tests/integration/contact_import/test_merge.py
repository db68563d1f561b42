"""Staged rows become contacts on a list, once, whatever happens in between."""

import asyncio
from typing import TypeAlias
from uuid import UUID

import asyncpg

from database.queries import contact_merge
from tests.integration.contact_import.conftest import Merge, Uploader

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def test_good_rows_become_contacts_on_the_list(uploader: Uploader, merge: Merge) -> None:
    staged = await uploader.staged(b"email,First Name\nann@example.com,Ann\nbob@example.com,\n")
    await merge(staged["id"])
    assert await uploader.contacts() == {"ann@example.com": {"first_name": "Ann"}, "bob@example.com": {}}


async def test_the_sums_add_up(uploader: Uploader, merge: Merge) -> None:
    rows = b"a@example.com\nA@Example.com\nbroken\nb@example.com\na@EXAMPLE.COM\n\n"
    totals = await merge((await uploader.staged(b"email\n" + rows))["id"])
    assert totals is not None
    assert (totals.status, totals.rows_read, totals.rejected, totals.merged, totals.accepted) == (
        "completed",
        5,
        1,
        2,
        2,
    )


async def test_of_one_address_later_cells_win_and_empty_ones_do_not(uploader: Uploader, merge: Merge) -> None:
    rows = b"ann@example.com,Ann,Rome\nANN@example.com,,Oslo\nAnn@example.com,Anna,\n"
    await merge((await uploader.staged(b"email,name,city\n" + rows))["id"])
    assert await uploader.contacts() == {"Ann@example.com": {"name": "Anna", "city": "Oslo"}}


async def test_a_second_file_adds_to_what_a_contact_has(uploader: Uploader, merge: Merge) -> None:
    for content in (b"email,name,city\nann@example.com,Ann,Rome\n", b"email,city,age\nANN@example.com,Oslo,7\n"):
        await merge((await uploader.staged(content))["id"])
    assert await uploader.contacts() == {"ANN@example.com": {"name": "Ann", "city": "Oslo", "age": "7"}}


async def test_nothing_is_staged_any_more_when_it_has_ended(uploader: Uploader, merge: Merge, pool: Pool) -> None:
    await merge((await uploader.staged(b"email\na@example.com\n"))["id"])
    assert await pool.fetchval("SELECT count(*) FROM contact_import_rows") == 0


async def test_a_file_with_a_header_alone_is_completed(uploader: Uploader, merge: Merge) -> None:
    totals = await merge((await uploader.staged(b"email,name\n"))["id"])
    assert totals is not None
    assert (totals.status, totals.rows_read) == ("completed", 0)


async def test_a_run_that_died_is_gone_on_with(uploader: Uploader, merge: Merge, pool: Pool) -> None:
    """Later lines still win where the address stood in the part that was merged before."""
    rows = b"a@example.com,1\nb@example.com,2\nA@example.com,3\nc@example.com,4\n"
    staged = await uploader.staged(b"email,n\n" + rows)
    await merge_some(pool, staged["id"], rows=2)
    totals = await merge(staged["id"])
    assert totals is not None
    assert (totals.merged, totals.accepted) == (1, 3)
    assert (await uploader.contacts())["A@example.com"] == {"n": "3"}


async def test_run_again_after_its_end_it_changes_nothing(uploader: Uploader, merge: Merge) -> None:
    staged = await uploader.staged(b"email,n\na@example.com,1\nA@example.com,2\n")
    first = await merge(staged["id"])
    assert await merge(staged["id"]) == first


async def test_two_runs_at_once_merge_each_row_once(uploader: Uploader, merge: Merge) -> None:
    rows = b"".join(b"user%d@example.com,%d\n" % (number % 400, number) for number in range(1000))
    staged = await uploader.staged(b"email,n\n" + rows)
    await asyncio.gather(merge(staged["id"]), merge(staged["id"]))
    totals = await merge(staged["id"])
    assert totals is not None
    assert (totals.status, totals.merged, totals.accepted) == ("completed", 600, 400)


async def test_two_files_of_one_user_do_not_wait_for_each_other_in_a_circle(uploader: Uploader, merge: Merge) -> None:
    names = [b"user%d@example.com\n" % number for number in range(3000)]
    there = await uploader.staged(b"email\n" + b"".join(names))
    back = await uploader.staged(b"email\n" + b"".join(reversed(names)))
    totals = await asyncio.gather(merge(there["id"]), merge(back["id"]))
    assert [each.accepted for each in totals if each is not None] == [3000, 3000]


async def test_an_import_whose_list_is_deleted_ends_without_a_result(
    uploader: Uploader, merge: Merge, pool: Pool
) -> None:
    staged = await uploader.staged(b"email\na@example.com\n")
    await uploader.asker.delete(f"/api/contact-lists/{uploader.list_id}")
    assert await merge(staged["id"]) is None
    assert await pool.fetchval("SELECT count(*) FROM contact_import_rows") == 0


async def test_a_row_the_database_refuses_ends_the_import_with_the_reason(
    uploader: Uploader, merge: Merge, pool: Pool
) -> None:
    staged = await uploader.staged(b"email,n\na@example.com,1\n")
    await pool.execute("ALTER TABLE contacts ADD CONSTRAINT no_n CHECK (NOT fields ? 'n')")
    totals = await merge(staged["id"])
    read = (await uploader.asker.get(f"/api/imports/{staged['id']}")).json()
    assert totals is not None
    assert totals.status == read["status"] == "failed"
    assert "no_n" in read["error"]
    assert await pool.fetchval("SELECT count(*) FROM contact_import_rows") == 0


async def test_imports_that_wait_for_temporal_are_known(uploader: Uploader, merge: Merge, pool: Pool) -> None:
    waiting = await uploader.staged(b"email\na@example.com\n")
    await merge((await uploader.staged(b"email\nb@example.com\n"))["id"])
    async with pool.acquire() as connection:
        unfinished = await contact_merge.unfinished_imports(connection)
    assert [str(each.id) for each in unfinished] == [waiting["id"]]


async def merge_some(pool: Pool, import_id: str, rows: int) -> None:
    """What a worker did before it died."""
    async with pool.acquire() as connection, connection.transaction():
        await contact_merge.begin_merge(connection, UUID(import_id))
    async with pool.acquire() as connection, connection.transaction():
        assert await contact_merge.merge_chunk(connection, UUID(import_id), 0, rows) is not None
